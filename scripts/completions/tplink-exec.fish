# fish completion for tplink-exec.
# Written by scripts/generate.py: not to be changed by hand.

# The mode, and the words before the cursor, without options and their values.
function __tplink_exec_words
    set -l tokens (commandline -opc)[2..-1]
    set -l mode main
    set -l skip no
    switch "$tokens[1]"
        case discover encode decode watch openhab simulate proxy demo
            # with digits after it, it is a HOST
            set -l second $tokens[2] (commandline -ct)
            if not string match -qr '^[0-9]+$' -- "$second[1]"
                set mode $tokens[1]
                set tokens $tokens[2..-1]
            end
        case '-*'
            if string match -qr '^(-t|--target(=|$))' -- $tokens
                set mode dialect
            end
    end
    echo $mode
    for token in $tokens
        if test $skip = yes
            set skip no
        else if string match -q -- '-?*' $token
            switch "$mode $token"
                case 'main --timeout' 'main --child' 'main --transition' 'main --transport' 'main --http-port' 'dialect -t' 'dialect --target' 'dialect -p' 'dialect --port' 'dialect -c' 'dialect --command' 'dialect -j' 'dialect --json' 'dialect --timeout' 'discover --timeout' 'discover --target' 'discover --port' 'watch --interval' 'watch --repeat' 'watch --timeout' 'watch --port' 'openhab --output' 'openhab --program' 'openhab --port' 'openhab --timeout' 'simulate --model' 'simulate --address' 'simulate --mac' 'simulate --port' 'simulate --klap' 'simulate --http-port' 'simulate --login' 'simulate --fault' 'proxy -l' 'proxy --local-port' 'proxy --local-addr' 'proxy -p' 'proxy --hs100-port' 'proxy --allow-host' 'proxy --token-file'
                    set skip yes
            end
        else
            echo $token
        end
    end
end

# Whether the mode is $argv[1], after $argv[2] words, the COMMAND $argv[3]; those that are given.
function __tplink_exec_at
    set -l words (__tplink_exec_words)
    test "$words[1]" = $argv[1]; or return 1
    set -q argv[2]; or return 0
    test (count $words) = (math $argv[2] + 1); or return 1
    set -q argv[3]; or return 0
    test "$words[4]" = $argv[3]
end

complete -c tplink-exec -f
complete -c tplink-exec -n '__tplink_exec_at main 0' -a '(__fish_print_hostnames)' -d HOST
complete -c tplink-exec -n '__tplink_exec_at main 1' -a 9999 -d PORT
complete -c tplink-exec -n '__tplink_exec_at main 0' -a discover -d 'finds the devices in the network'
complete -c tplink-exec -n '__tplink_exec_at main 0' -a encode -d 'prints JSON as it is sent to devices, in base64'
complete -c tplink-exec -n '__tplink_exec_at main 0' -a decode -d 'prints the JSON in what was sent or captured'
complete -c tplink-exec -n '__tplink_exec_at main 0' -a watch -d 'polls devices and prints each state whenever it changes; runs the commands it reads ...'
complete -c tplink-exec -n '__tplink_exec_at main 0' -a openhab -d 'writes openHAB\'s things, items, rules, sitemap and whitelist for your devices'
complete -c tplink-exec -n '__tplink_exec_at main 0' -a simulate -d 'simulates devices until it is stopped'
complete -c tplink-exec -n '__tplink_exec_at main 0' -a proxy -d 'serves devices over HTTP until it is stopped'
complete -c tplink-exec -n '__tplink_exec_at main 0' -a demo -d 'shows the main commands on a simulated plug'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a on -d 'switches the relay or the light on'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a off -d 'switches it off'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a toggle -d 'reads the state, then sets the opposite'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a check -d 'reads the state; a strip is on when any outlet is'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a is-on -d 'reads the state, for callers that go by the exit code: 0 when it is on, 8 when it is off'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a status -d 'all that the device says of itself (system get_sysinfo)'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a emeter -d 'what its meter shows now (emeter get_realtime)'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a increase -d '10 % brighter; switches a plug on'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a decrease -d '10 % darker, in the end off; switches a plug off'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a brightness -d 'sets or reads the brightness in percent'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a color -d 'sets or reads hue, saturation and brightness'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a rgb -d 'sets the color by red, green and blue, 0 to 255 each; without color it is a brightness'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a temperature -d 'sets or reads the color temperature in kelvin'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a effect -d 'plays one of a light\'s own effects, or reads which it plays; off ends it'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a fan -d 'sets or reads the speed of a fan; above 0 switches it on'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a power -d 'the power that is drawn now'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a voltage -d 'the voltage of the mains; a strip\'s first outlet tells it'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a current -d 'the current that is drawn now'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a total -d 'the energy used since the meter was reset'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a today -d 'the energy used today, by the device\'s clock'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a month -d 'the energy used this month, by the device\'s clock'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a get -d 'reads one field of what status prints'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a uptime -d 'the time since the relay was switched on; of a strip\'s outlet with --child'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a alias -d 'renames the device, or reads its name'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a led -d 'switches its LED'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a clock -d 'reads the device\'s clock; with now sets it, and its time zone, to this machine\'s'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a timer -d 'has the device itself switch after that time, in place of a timer that runs; without ...'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a time -d 'the device\'s clock (time get_time)'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a schedule -d 'its schedule (schedule get_rules)'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a countdown -d 'its timer (count_down get_rules)'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a antitheft -d 'the rules of its away mode (anti_theft get_rules)'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a cloudinfo -d 'its connection to the cloud (cnCloud get_info)'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a wlanscan -d 'lists the Wi-Fi networks in reach; takes seconds: add --timeout 20'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a join -d 'connects a new device to this Wi-Fi; asks for the password, or reads it from standard ...'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a reboot -d 'restarts the device'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a unbind -d 'makes the device forget its cloud account; only with --yes'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a reset -d 'erases all its settings; only with --yes'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a energy_reset -d 'erases the meter\'s sums'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a runtime_reset -d 'erases the statistics of use'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a info -d 'the same as status'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a energy -d 'the same as emeter'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a true -d 'the same as on'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a false -d 'the same as off'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a ledon -d 'the same as led on'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a ledoff -d 'the same as led off'
complete -c tplink-exec -n '__tplink_exec_at main 2' -a json -d 'sends any request as it is'
complete -c tplink-exec -n '__tplink_exec_at main 3 led' -a on -d 'VALUE'
complete -c tplink-exec -n '__tplink_exec_at main 3 led' -a off -d 'VALUE'
complete -c tplink-exec -n '__tplink_exec_at main' -l timeout -x -d 'the time for the whole call: above 0, at most 3600; default 5'
complete -c tplink-exec -n '__tplink_exec_at main' -l child -x -d 'means one outlet of a strip, by its number on the housing, name or id'
complete -c tplink-exec -n '__tplink_exec_at main' -l print-state -d 'after switching, reads the state and prints it as check does'
complete -c tplink-exec -n '__tplink_exec_at main' -l transition -x -d 'a light or dimmer takes that long to change'
complete -c tplink-exec -n '__tplink_exec_at main' -l yes -d 'confirms reset and unbind'
complete -c tplink-exec -n '__tplink_exec_at main' -l transport -x -a 'auto xor http klap aes tpap' -d 'xor: only PORT; http: only the HTTP port, whatever it speaks; klap, aes, tpap: only ...'
complete -c tplink-exec -n '__tplink_exec_at main' -l http-port -x -d 'where newer firmware is reached; default 80'
complete -c tplink-exec -n '__tplink_exec_at main' -l quiet -d 'prints nothing on standard error'
complete -c tplink-exec -n '__tplink_exec_at main' -l debug -d 'prints requests and replies, decoded, on standard error'
complete -c tplink-exec -n '__tplink_exec_at main' -s h -l help -d 'prints the help'
complete -c tplink-exec -n '__tplink_exec_at main' -l version -d 'prints the version'
complete -c tplink-exec -n '__tplink_exec_at main' -l where -d 'prints the path of the single file, which the Python package has, too'
complete -c tplink-exec -n '__tplink_exec_at dialect' -s t -l target -x -a '(__fish_print_hostnames)'
complete -c tplink-exec -n '__tplink_exec_at dialect' -s p -l port -x
complete -c tplink-exec -n '__tplink_exec_at dialect' -s c -l command -x -a 'info on off true false ledoff ledon cloudinfo wlanscan time schedule countdown antitheft reboot reset energy energy_reset runtime_reset'
complete -c tplink-exec -n '__tplink_exec_at dialect' -s j -l json -x
complete -c tplink-exec -n '__tplink_exec_at dialect' -l timeout -x
complete -c tplink-exec -n '__tplink_exec_at dialect' -s q -l quiet
complete -c tplink-exec -n '__tplink_exec_at dialect' -l yes
complete -c tplink-exec -n '__tplink_exec_at dialect' -l help
complete -c tplink-exec -n '__tplink_exec_at dialect' -l version
complete -c tplink-exec -n '__tplink_exec_at discover' -s h -l help -d 'prints the help'
complete -c tplink-exec -n '__tplink_exec_at discover' -l timeout -x -d 'default 3'
complete -c tplink-exec -n '__tplink_exec_at discover' -l target -x -d 'probes these instead of broadcasting: for networks that drop broadcasts'
complete -c tplink-exec -n '__tplink_exec_at discover' -l json -d 'an array of objects'
complete -c tplink-exec -n '__tplink_exec_at discover' -l save -d 'remembers the devices, to be called by alias or MAC, and the targets'
complete -c tplink-exec -n '__tplink_exec_at discover' -l port -x -d 'of XOR, UDP and TCP; default 9999'
complete -c tplink-exec -n '__tplink_exec_at encode' -s h -l help -d 'prints the help'
complete -c tplink-exec -n '__tplink_exec_at encode' -l raw -d 'bytes instead of base64'
complete -c tplink-exec -n '__tplink_exec_at encode' -l udp -d 'a datagram: without a length'
complete -c tplink-exec -n '__tplink_exec_at decode' -s h -l help -d 'prints the help'
complete -c tplink-exec -n '__tplink_exec_at decode' -l raw -d 'bytes instead of base64'
complete -c tplink-exec -n '__tplink_exec_at decode' -l udp -d 'a datagram: without a length'
complete -c tplink-exec -n '__tplink_exec_at watch' -a '(__fish_print_hostnames)'
complete -c tplink-exec -n '__tplink_exec_at watch' -s h -l help -d 'prints the help'
complete -c tplink-exec -n '__tplink_exec_at watch' -l interval -x -d 'seconds from poll to poll: above 0, at most 3600; default 2'
complete -c tplink-exec -n '__tplink_exec_at watch' -l repeat -x -d 'tell all states again every S seconds'
complete -c tplink-exec -n '__tplink_exec_at watch' -l timeout -x -d 'seconds for a poll or command: above 0, at most 3600; default 5'
complete -c tplink-exec -n '__tplink_exec_at watch' -l json -d 'JSON objects, with time and power'
complete -c tplink-exec -n '__tplink_exec_at watch' -l port -x -d 'default 9999'
complete -c tplink-exec -n '__tplink_exec_at watch' -l debug -d 'events on standard error'
complete -c tplink-exec -n '__tplink_exec_at openhab' -a '(__fish_print_hostnames)'
complete -c tplink-exec -n '__tplink_exec_at openhab' -s h -l help -d 'prints the help'
complete -c tplink-exec -n '__tplink_exec_at openhab' -l discover -d 'the devices of the network'
complete -c tplink-exec -n '__tplink_exec_at openhab' -l output -x -a '(__fish_complete_directories)' -d 'openHAB\'s folder, mostly /etc/openhab; default: print the files'
complete -c tplink-exec -n '__tplink_exec_at openhab' -l dry-run -d 'print what would change in DIR'
complete -c tplink-exec -n '__tplink_exec_at openhab' -l program -x -d 'where this program is on openHAB\'s machine; default /etc/openhab/scripts/tplink-exec'
complete -c tplink-exec -n '__tplink_exec_at openhab' -l port -x -d 'default 9999'
complete -c tplink-exec -n '__tplink_exec_at openhab' -l timeout -x -d 'default 10'
complete -c tplink-exec -n '__tplink_exec_at simulate' -s h -l help -d 'prints the help'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l model -x -a 'HS100 HS110 HS110v4 HS107 KP303 HS300 HS220 LB100 LB130 KL430 KP125M P300 P316M KS240 H100 L530 L530v1 L920 C210' -d 'each further one on the next address: HS100, HS110, HS110v4, HS107, KP303, HS300, ...'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l address -x -d 'default 127.0.0.1'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l mac -x -d 'of the first, the others count up; default: one for each address and port'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l port -x -d '0: any free one'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l klap -x -a '1 2' -d '1 or 2: newer firmware, with that version of KLAP on --http-port; --port is closed'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l aes -d 'SMART firmware before KLAP, on --http-port: of SMART models only'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l tpap -d 'SMART firmware whose compatibility mode is off, on --http-port'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l http-port -x -d 'of KLAP, AES and TPAP; default 80, 0: any free one'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l login -x -d 'by HTTP: USER:PASSWORD, or of a device without account: blank, kasa, tapo; default blank'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l asleep -d 'TCP is closed until a discovery probe comes by UDP'
complete -c tplink-exec -n '__tplink_exec_at simulate' -l fault -x -a '403-always 403-once announce-0 announce-4-gib announce-too-little announce-too-much backlog bad-length bad-padding bad-stok chunked close-after-reply close-before-reply close-in-body close-in-header close-in-length close-in-reply deep-nesting dribble drop-first empty-200 empty-object endless-hash endless-header err-code garbage html-200 http-404 http-500 infinity list locked no-confirm no-length not-json not-utf-8 nul number off-curve one-byte-segments other-module other-number other-reply other-suite redirect-302 refused reset-before-reply reset-in-reply session-gone short-48 silent slow-reply sysinfo-instead two-lengths two-replies udp-another-address udp-another-port udp-cut udp-err-code udp-garbage udp-late udp-late-by-one udp-lossy udp-one-module udp-silent udp-twice wrong-confirm wrong-signature wrong-tag' -d 'what to do instead of answering: announce-0, announce-4-gib, announce-too-little, ...'
complete -c tplink-exec -n '__tplink_exec_at proxy' -a '(__fish_print_hostnames)'
complete -c tplink-exec -n '__tplink_exec_at proxy' -s h -l help -d 'prints the help'
complete -c tplink-exec -n '__tplink_exec_at proxy' -s l -l local-port -x -d 'default 8362'
complete -c tplink-exec -n '__tplink_exec_at proxy' -l local-addr -x -d 'default 127.0.0.1; 0.0.0.0: all'
complete -c tplink-exec -n '__tplink_exec_at proxy' -s p -l hs100-port -x -d 'of the devices; default 9999'
complete -c tplink-exec -n '__tplink_exec_at proxy' -l allow-host -x -d 'one more name of this machine'
complete -c tplink-exec -n '__tplink_exec_at proxy' -l token-file -x -a '(__fish_complete_path)' -d 'ask for the token in it: Authorization: Bearer TOKEN'
complete -c tplink-exec -n '__tplink_exec_at proxy' -l debug -d 'a line per event on standard error'
complete -c tplink-exec -n '__tplink_exec_at demo' -s h -l help -d 'prints the help'
