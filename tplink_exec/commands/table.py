"""What a user can ask for: the tables of commands, subcommands and options.

From the tables come dispatch, --help and the README's lists. A command is a function
(exchange, options) -> bytes: `exchange` sends a request and returns the reply (see Exchange);
`options` are those of the table that were given, "command", the word itself, and "value", the
word after it, where there is one; what is returned goes to standard output. It raises PlugError.
The function of a subcommand gets just its arguments.
"""

from ..address import is_digits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable

# COMMAND | its value | function | does | prints
COMMANDS = """
on            |          | commands.switch.switch     | switches the relay or the light on | nothing
off           |          | commands.switch.switch     | switches it off | nothing
toggle        |          | commands.switch.switch     | reads the state, then sets the opposite | nothing
check         |          | commands.switch.check      | reads the state; a strip is on when any outlet is | `ON` or `OFF`
status        |          | commands.named.named         | system get_sysinfo | the device's JSON reply
emeter        |          | commands.named.named         | emeter get_realtime | the device's JSON reply
increase      |          | commands.light.step          | 10 % brighter; switches a plug on | nothing
decrease      |          | commands.light.step          | 10 % darker, to off; switches a plug off | nothing
0..100        |          | commands.light.item_percent  | what an openHAB Dimmer item sends: the brightness; a plug is on above 0 | nothing
H,S,B         |          | commands.light.item_color    | what an openHAB Color item sends; without color, B is the brightness | nothing
brightness    | [0..100] | commands.light.brightness    | sets or reads the brightness in percent | `0` to `100`, 0 when off
color         | [H,S,B]  | commands.light.color         | sets or reads hue, saturation and brightness | `H,S,B`
temperature   | [K]      | commands.light.temperature   | sets or reads the color temperature in kelvin | `2700`
power         |          | commands.energy.figure    | what is drawn now | `61.753`, in W
voltage       |          | commands.energy.figure    | of the mains; a strip's first outlet | `230.837`, in V
current       |          | commands.energy.figure    | what is drawn now | `0.268`, in A
total         |          | commands.energy.figure    | energy since the meter was reset | `16.323`, in kWh
today         |          | commands.energy.sums    | energy of this day by the device's clock | `0.617`, in kWh
month         |          | commands.energy.sums    | energy of this month by the device's clock | `4.100`, in kWh
get           | FIELD    | commands.fields.get          | one field of get_sysinfo | its bare value
alias         | [NAME]   | commands.fields.alias        | renames, or reads the name | the name
led           | on/off   | commands.fields.led          | switches the LED | nothing
time          |          | commands.named.named         | time get_time | the device's JSON reply
schedule      |          | commands.named.named         | schedule get_rules | the device's JSON reply
countdown     |          | commands.named.named         | count_down get_rules | the device's JSON reply
antitheft     |          | commands.named.named         | anti_theft get_rules | the device's JSON reply
cloudinfo     |          | commands.named.named         | cnCloud get_info | the device's JSON reply
wlanscan      |          | commands.named.named         | the Wi-Fis in reach; takes seconds, so with `--timeout 20` | the device's JSON reply
join          | SSID     | commands.join.join           | gives a new device the Wi-Fi; asks for the password, or reads it from standard input | nothing
reboot        |          | commands.named.named         | restarts the device | nothing
reset         |          | commands.named.named         | erases all its settings; only with `--yes` | nothing
energy_reset  |          | commands.named.erase         | erases the meter's sums | nothing
runtime_reset |          | commands.named.erase         | erases the statistics of use | nothing
info          |          | commands.named.named         | the same as status | the device's JSON reply
energy        |          | commands.named.named         | the same as emeter | the device's JSON reply
ledon         |          | commands.named.named         | the same as led on | nothing
ledoff        |          | commands.named.named         | the same as led off | nothing
json          | JSON     | commands.fields.json_request | sends any request as it is | the device's JSON reply, with exit code 6, too
"""

WHOLE = "status info led ledon ledoff time reboot reset wlanscan join cloudinfo json".split()
"""Commands that a strip does as a whole: with --child they would do more than was asked for."""

# SUBCOMMAND | function | arguments | does
SUBCOMMANDS = """
discover | cli.discover.discover  | [--timeout S] [--target ADDRESS or CIDR]... [--json] [--save] [--port P] | finds the devices of the network
encode   | cli.payload.encode     | [--raw] [--udp] [JSON]   | prints JSON as a device is sent it, in base64
decode   | cli.payload.decode     | [--raw] [--udp] [BASE64] | prints what was sent or captured, as JSON
watch    | watch.watch.watch        | [--interval S] [--repeat S] [--json] [--timeout S] [--port P] [--debug] [HOST]... | tells states as they change, does commands from standard input; HOST is ADDRESS or NAME[:PORT][#CHILD], default: all remembered devices
openhab  | openhab.openhab.openhab    | [HOST or HOST:PORT]... [--discover] [--output DIR] [--dry-run] [--program PATH] [--port P] [--timeout S] | writes openHAB's things, items, rules, sitemap and whitelist for your devices
simulate | simulator.simulate.simulate | [--model MODEL[:TRANSPORT]]... [--address A] [--mac MAC] [--port P] [--klap V] [--http-port P] [--login L] [--fault F] | simulates devices until it is stopped
proxy    | proxy.proxy.proxy        | [-l PORT] [--local-addr A] [-p PORT] [--allow-host NAME]... [--token-file F] [--debug] HOST... | serves devices over HTTP, until it is stopped
demo     | cli.demo.demo          |                          | shows the main commands on a simulated plug
"""

# OPTION | the word that stands for its value | does
OPTIONS = """
--timeout     | SECONDS | for the whole call: above 0, at most 3600; default 5
--child       | N, ALIAS or ID | an outlet of a strip: 1 is the first
--print-state |         | after switching, reads the state and prints it as check does
--transition  | MS      | a light or dimmer takes that long to change
--yes         |         | for reset
--transport   | auto, xor or klap | xor: PORT only; klap: the HTTP port only; auto (default): PORT, and when that is closed, the HTTP port
--http-port   | PORT    | where newer firmware speaks KLAP; default 80
--quiet       |         | nothing on standard error
--debug       |         | requests and replies, decoded, on standard error
--help        |         | prints the help
--version     |         | prints the version
"""


def rows(table: str) -> "dict[str, list[str]]":
    """The other cells of each row of a table, by the first."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {cells[0]: cells[1:] for cells in lines}


def row(command: str) -> "list[str]":
    """The cells of a command's row in COMMANDS, [] when it has none."""
    if is_digits(command.replace(".", "", 1)):
        command = "0..100"
    elif command.count(",") == 2:
        command = "H,S,B"
    return rows(COMMANDS).get(command.lower(), rows(COMMANDS).get(command, []))


def load(name: str) -> "Callable[..., Any]":
    """The function "room.module.function" of this package; the module is imported now."""
    module, _, function = name.rpartition(".")
    found = __import__("tplink_exec." + module, fromlist=[function])
    return getattr(found, function)  # type: ignore[no-any-return]
