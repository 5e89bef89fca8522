"""What a user can ask for: one table, and the commands of a plug.

From the tables come dispatch, --help and the README's lists. A command is a function
(exchange, options) -> bytes: `exchange` sends a request and returns the reply (see transport);
`options` are those of the table that were given, and "command", the word itself; what is
returned goes to standard output. It raises PlugError. The function of a subcommand gets just
its arguments.
"""

from .messages import GET_SYSINFO, SET_RELAY_STATE, answer, relay_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Exchange, Options

# COMMAND | function | does | prints
COMMANDS = """
on     | commands.switch | sets the relay                           | nothing
off    | commands.switch | sets the relay                           | nothing
toggle | commands.switch | reads the state, then sets the opposite  | nothing
check  | commands.check  | reads the state                          | `ON` or `OFF`
status | raw.status      | system get_sysinfo                       | the device's JSON reply
emeter | raw.emeter      | emeter get_realtime                      | the device's JSON reply
"""

# SUBCOMMAND | function | arguments | does
SUBCOMMANDS = """
encode   | payload.encode     | [--raw] [--udp] [JSON]   | prints JSON as a device is sent it, in base64
decode   | payload.decode     | [--raw] [--udp] [BASE64] | prints what was sent or captured, as JSON
simulate | simulator.simulate | [--model M]... [--address A] [--port P] [--fault F] | plays plugs, until it is stopped
demo     | demo.demo          |                          | shows the main commands on a simulated plug
"""

# OPTION | the word that stands for its value | does
OPTIONS = """
--timeout     | SECONDS | for the whole call: above 0, at most 3600; default 5
--print-state |         | after switching, reads the state and prints it as check does
--quiet       |         | nothing on standard error
--debug       |         | requests and replies, decoded, on standard error
--help        |         | prints the help
--version     |         | prints the version
"""


def switch(exchange: "Exchange", options: "Options") -> bytes:
    """on, off and toggle. Setting a state is idempotent, so the transport may repeat it."""
    name = options["command"]
    if name == "toggle":
        name = "off" if relay_state(exchange(GET_SYSINFO)) else "on"
    reply = exchange(SET_RELAY_STATE % (name == "on"))
    answer(reply, "system", "set_relay_state", None)
    return check(exchange, options) if "--print-state" in options else b""


def check(exchange: "Exchange", options: "Options") -> bytes:
    return b"ON\n" if relay_state(exchange(GET_SYSINFO)) else b"OFF\n"
