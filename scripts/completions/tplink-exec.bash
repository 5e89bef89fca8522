# bash completion for tplink-exec, for bash 3.2 and later, with or without bash-completion.
# Written by scripts/generate.py: not to be changed by hand.

# The values of option $2 in mode $1, into `values`; fails when it takes none.
_tplink_exec_values() {
    case "$1 $2" in
        "main --timeout") values="" ;;
        "main --child") values="" ;;
        "main --transition") values="" ;;
        "main --transport") values="auto xor http klap aes tpap" ;;
        "main --http-port") values="" ;;
        "dialect -t" | "dialect --target") values="@hosts" ;;
        "dialect -p" | "dialect --port") values="" ;;
        "dialect -c" | "dialect --command") values="info on off true false ledoff ledon cloudinfo wlanscan time schedule countdown antitheft reboot reset energy energy_reset runtime_reset" ;;
        "dialect -j" | "dialect --json") values="" ;;
        "dialect --timeout") values="" ;;
        "discover --timeout") values="" ;;
        "discover --target") values="" ;;
        "discover --port") values="" ;;
        "watch --interval") values="" ;;
        "watch --repeat") values="" ;;
        "watch --timeout") values="" ;;
        "watch --port") values="" ;;
        "openhab --output") values="@folders" ;;
        "openhab --program") values="" ;;
        "openhab --port") values="" ;;
        "openhab --timeout") values="" ;;
        "simulate --model") values="HS100 HS110 HS110v4 HS107 KP303 HS300 HS220 LB100 LB130 KL430 KP125M P300 P316M KS240 H100 L530 L530v1 L920 C210" ;;
        "simulate --address") values="" ;;
        "simulate --mac") values="" ;;
        "simulate --port") values="" ;;
        "simulate --klap") values="1 2" ;;
        "simulate --http-port") values="" ;;
        "simulate --login") values="" ;;
        "simulate --fault") values="403-always 403-once announce-0 announce-4-gib announce-too-little announce-too-much backlog bad-length bad-padding bad-stok chunked close-after-reply close-before-reply close-in-body close-in-header close-in-length close-in-reply deep-nesting dribble drop-first empty-200 empty-object endless-hash endless-header err-code garbage html-200 http-404 http-500 infinity list locked no-confirm no-length not-json not-utf-8 nul number off-curve one-byte-segments other-module other-number other-reply other-suite redirect-302 refused reset-before-reply reset-in-reply session-gone short-48 silent slow-reply sysinfo-instead two-lengths two-replies udp-another-address udp-another-port udp-cut udp-err-code udp-garbage udp-late udp-late-by-one udp-lossy udp-one-module udp-silent udp-twice wrong-confirm wrong-signature wrong-tag" ;;
        "proxy -l" | "proxy --local-port") values="" ;;
        "proxy --local-addr") values="" ;;
        "proxy -p" | "proxy --hs100-port") values="" ;;
        "proxy --allow-host") values="" ;;
        "proxy --token-file") values="@files" ;;
        *) return 1 ;;
    esac
}

# The options of mode $1, into `flags`.
_tplink_exec_flags() {
    case "$1" in
        main) flags="--timeout --child --print-state --transition --yes --transport --http-port --quiet --debug -h --help --version --where" ;;
        dialect) flags="-t --target -p --port -c --command -j --json --timeout -q --quiet --yes --help --version" ;;
        discover) flags="-h --help --timeout --target --json --save --port" ;;
        encode) flags="-h --help --raw --udp" ;;
        decode) flags="-h --help --raw --udp" ;;
        watch) flags="-h --help --interval --repeat --timeout --json --port --debug" ;;
        openhab) flags="-h --help --discover --output --dry-run --program --port --timeout" ;;
        simulate) flags="-h --help --model --address --mac --port --klap --aes --tpap --http-port --login --asleep --fault" ;;
        proxy) flags="-h --help -l --local-port --local-addr -p --hs100-port --allow-host --token-file --debug" ;;
        demo) flags="-h --help" ;;
    esac
}

# The words that can be next in mode $1 after $2 others, into `values`; $3 is the COMMAND.
_tplink_exec_words() {
    case "$1 $2" in
        "main 0") values="@hosts discover encode decode watch openhab simulate proxy demo" ;;
        "main 1") values="9999" ;;
        "main 2") values="on off toggle check is-on status emeter increase decrease brightness color rgb temperature effect fan power voltage current total today month get uptime alias led clock timer time schedule countdown antitheft cloudinfo wlanscan join reboot unbind reset energy_reset runtime_reset info energy true false ledon ledoff json" ;;
        "main 3")
            case "$3" in
                led) values="on off" ;;
            esac
            ;;
        "watch "*) values="@hosts" ;;
        "openhab "*) values="@hosts" ;;
        "proxy "*) values="@hosts" ;;
    esac
}

_tplink_exec() {
    local IFS=$' \t\n' mode=main cur= prefix= option= command= values= flags= count=0 hosts= i word
    local -a words
    words=()
    COMPREPLY=()
    # bash cuts words at : and =, too; here they are whole again.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 1)) && [[ $word == [:=]* || ${COMP_WORDS[i - 1]} == *[:=] ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words[${#words[@]}]=$word
        fi
    done
    i=$((${#words[@]} - 1))
    cur=${words[i]}
    words=("${words[@]:0:i}")

    case "${words[0]-}" in
        discover | encode | decode | watch | openhab | simulate | proxy | demo)
            # with digits after it, it is a HOST
            if [[ ! ${words[1]-$cur} =~ ^[0-9]+$ ]]; then
                mode=${words[0]}
                words=("${words[@]:1}")
            fi
            ;;
        -*)
            for word in "${words[@]}"; do
                case "$word" in
                    -t* | --target | --target=*) mode=dialect ;;
                esac
            done
            ;;
    esac

    for word in ${words[@]+"${words[@]}"}; do
        if [[ -n $option ]]; then
            option=
        elif [[ $word == -?* ]]; then
            if [[ $word != *=* ]] && _tplink_exec_values "$mode" "$word"; then
                option=$word
            fi
        else
            count=$((count + 1))
            [[ $count == 3 ]] && command=$word
        fi
    done

    values=
    if [[ -z $option && $cur == -*=* ]]; then
        option=${cur%%=*}
        cur=${cur#*=}
        [[ $COMP_WORDBREAKS == *=* ]] || prefix=$option=
        _tplink_exec_values "$mode" "$option" || return 0
    elif [[ -n $option ]]; then
        _tplink_exec_values "$mode" "$option"
    else
        _tplink_exec_flags "$mode"
        if [[ $cur == -* ]]; then
            values=$flags
        else
            _tplink_exec_words "$mode" "$count" "$command"
            [[ -n $values ]] || values=$flags
        fi
    fi

    if [[ $values == @files || $values == @folders ]]; then
        [[ $values == @files ]] && word=-f || word=-d
        IFS=$'\n'
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen $word -P "$prefix" -- "$cur"))
        return 0
    fi
    [[ $values == @hosts* ]] && hosts="-A hostname"
    COMPREPLY=($(compgen $hosts -P "$prefix" -W "${values#@hosts}" -- "$cur"))
    return 0
}

complete -F _tplink_exec tplink-exec
