"""What a user can ask for: the tables of commands, subcommands and options.

From the tables come dispatch, --help and the README's lists. A command is a function
(exchange, options) -> bytes: `exchange` sends a request and returns the reply (see Exchange);
`options` are those of the table that were given, "command", the word itself, and "value", the
word after it, where there is one; what is returned goes to standard output. It raises PlugError.
A command that has done its work and still has an exit code other than 0 leaves it in "exit_code".
The function of a subcommand gets just its arguments.
"""

from ..address import is_digits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable  # noqa: F401 (type comments)

# COMMAND | its value | function, in this room | does | prints
COMMANDS = """
on         | | switch.switch | switches the relay or the light on | nothing
off        | | switch.switch | switches it off | nothing
toggle     | | switch.switch | reads the state, then sets the opposite | nothing
check      | | state.check | reads the state; a strip is on when any outlet is | `ON` or `OFF`
is-on      | | state.is_on | reads the state, for callers that go by the exit code: 0 when it is on, 8 when it is off | nothing
status     | | named.named | all that the device says of itself (system get_sysinfo) | the device's JSON reply
emeter     | | named.named | what its meter shows now (emeter get_realtime) | the device's JSON reply
increase   | | light.step | 10 % brighter; switches a plug on | nothing
decrease   | | light.step | 10 % darker, in the end off; switches a plug off | nothing
0..100     | | light.item_percent | sets the brightness, as an openHAB Dimmer item does; above 0 switches a plug on | nothing
H,S,B      | | light.item_color | sets the color, as an openHAB Color item does; a device without color takes B as its brightness | nothing
brightness | [0..100] | light.brightness | sets or reads the brightness in percent | `0` to `100`, 0 when off
color      | [H,S,B] | light.color | sets or reads hue, saturation and brightness | `H,S,B`
rgb        | R,G,B | light.rgb | sets the color by red, green and blue, 0 to 255 each; without color it is a brightness | nothing
temperature | [K] | light.temperature | sets or reads the color temperature in kelvin | `2700`
effect     | [NAME] | light.effect | plays one of a light's own effects, or reads which it plays; `off` ends it | its name, or `off`
fan        | [0..4] | fan.fan | sets or reads the speed of a fan; above 0 switches it on | `0` to `4`, 0 when off
power      | | energy.figure | the power that is drawn now | `61.753`, in W
voltage    | | energy.figure | the voltage of the mains; a strip's first outlet tells it | `230.837`, in V
current    | | energy.figure | the current that is drawn now | `0.267518`, in A
total      | | energy.figure | the energy used since the meter was reset | `16.323`, in kWh
today      | | energy.sums | the energy used today, by the device's clock | `0.617`, in kWh
month      | | energy.sums | the energy used this month, by the device's clock | `4.100`, in kWh
get        | FIELD | fields.get | reads one field of what status prints | its value, without quotes
uptime     | | fields.uptime | the time since the relay was switched on; of a strip's outlet with `--child` | `5025`, in s; 0 when off
alias      | [NAME] | fields.alias | renames the device, or reads its name | the name
led        | on/off | fields.led | switches its LED | nothing
clock      | [now] | timing.clock | reads the device's clock; with `now` sets it, and its time zone, to this machine's | `2026-11-27T18:05:09+01:00`
timer      | [SECONDS [on/off]] | timing.timer | has the device itself switch after that time, in place of a timer that runs; without on or off, to the other state than now; `timer off` ends it; without a value reads it | `5399 off`, `60 on`, or `off` when none runs
time       | | named.named | the device's clock (time get_time) | the device's JSON reply
schedule   | | named.named | its schedule (schedule get_rules) | the device's JSON reply
countdown  | | named.named | its timer (count_down get_rules) | the device's JSON reply
antitheft  | | named.named | the rules of its away mode (anti_theft get_rules) | the device's JSON reply
cloudinfo  | | named.named | its connection to the cloud (cnCloud get_info) | the device's JSON reply
wlanscan   | | named.named | lists the Wi-Fi networks in reach; takes seconds: add `--timeout 20` | the device's JSON reply
join       | SSID | join.join | connects a new device to this Wi-Fi; asks for the password, or reads it from standard input | nothing
reboot     | | named.named | restarts the device | nothing
unbind     | | named_otherwise.unbind | makes the device forget its cloud account; only with `--yes` | nothing
reset      | | named.named | erases all its settings; only with `--yes` | nothing
energy_reset | | named_otherwise.erase | erases the meter's sums | nothing
runtime_reset | | named_otherwise.erase | erases the statistics of use | nothing
info       | | named.named | the same as status | the device's JSON reply
energy     | | named.named | the same as emeter | the device's JSON reply
true       | | switch.switch | the same as on | nothing
false      | | switch.switch | the same as off | nothing
ledon      | | named.named | the same as led on | nothing
ledoff     | | named.named | the same as led off | nothing
json       | JSON | fields.json_request | sends any request as it is | the device's JSON reply, even when the exit code is 6
"""

WHOLE = "clock time reboot reset unbind wlanscan join cloudinfo json".split()
"""Commands that a strip does as a whole: with --child they would do more than was asked for."""

CONFIRMED = {
    "reset": "erases all settings of the device",
    "unbind": "makes the device forget its cloud account",
}
"""Commands that need --yes, and what they do that cannot be undone."""

# SUBCOMMAND | function | arguments | does
SUBCOMMANDS = """
discover | cli.discover.discover | [--timeout S] [--target ADDRESS or CIDR]... [--json] [--save] [--port P] | finds the devices in the network
encode   | cli.payload.encode | [--raw] [--udp] [JSON] | prints JSON as it is sent to devices, in base64
decode   | cli.payload.decode | [--raw] [--udp] [BASE64] | prints the JSON in what was sent or captured
watch    | watch.watch.watch | [--interval S] [--repeat S] [--json] [--timeout S] [--port P] [--debug] [HOST]... | polls devices and prints each state whenever it changes; runs the commands it reads from standard input; HOST is ADDRESS or NAME[:PORT][#CHILD], default: all remembered devices
openhab  | openhab.openhab.openhab | [HOST or HOST:PORT]... [--discover] [--output DIR] [--dry-run] [--program PATH] [--port P] [--timeout S] | writes openHAB's things, items, rules, sitemap and whitelist for your devices
simulate | simulator.simulate.simulate | [--model MODEL[:TRANSPORT]]... [--address A] [--mac MAC] [--port P] [--klap V] [--aes] [--tpap] [--http-port P] [--login L] [--asleep] [--fault F] | simulates devices until it is stopped
proxy    | proxy.proxy.proxy | [-l PORT] [--local-addr A] [-p PORT] [--allow-host NAME]... [--token-file F] [--debug] HOST... | serves devices over HTTP until it is stopped
demo     | cli.demo.demo | | shows the main commands on a simulated plug
"""

# OPTION | the word that stands for its value | does
OPTIONS = """
--timeout     | SECONDS | the time for the whole call: above 0, at most 3600; default 5
--child       | N, ALIAS or ID | means one outlet of a strip, by its number on the housing, name or id
--print-state | | after switching, reads the state and prints it as check does
--transition  | MS | a light or dimmer takes that long to change
--yes         | | confirms reset and unbind
--transport   | auto, xor, http, klap, aes or tpap | xor: only PORT; http: only the HTTP port, whatever it speaks; klap, aes, tpap: only that, there; auto (default): PORT or, when that is closed, the HTTP port
--http-port   | PORT | where newer firmware is reached; default 80
--quiet       | | prints nothing on standard error
--debug       | | prints requests and replies, decoded, on standard error
--help        | | prints the help
--version     | | prints the version
--where       | | prints the path of the single file, which the Python package has, too
"""


def rows(table):
    # type: (str) -> dict[str, list[str]]
    """The other cells of each row of a table, by the first."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {cells[0]: cells[1:] for cells in lines}


def row(command):
    # type: (str) -> list[str]
    """The cells of a command's row in COMMANDS, [] when it has none."""
    name = "0..100" if is_digits(command.replace(".", "", 1)) else command.lower()
    if command.count(",") == 2:
        name = "H,S,B"
    start = COMMANDS.find("\n%s " % name) + 1
    first, *cells = COMMANDS[start : COMMANDS.find("\n", start)].split("|")
    return [cell.strip() for cell in cells] if first.strip() == name else []


def load(name):
    # type: (str) -> Callable[..., Any]
    """The function "room.module.function" of this package; the module is imported now."""
    module, _, function = name.rpartition(".")
    found = __import__("tplink_exec." + module, fromlist=[function])
    return getattr(found, function)  # type: ignore[no-any-return]
