"""What a user can ask for: one table, and the commands of a plug.

From the tables come dispatch, --help and the README's list. As text they cost a call nothing:
a row is looked up, not compiled. A command is a function (exchange, options) -> bytes:
`exchange` sends a request and returns the reply (see transport), `options` are those of the
table that were given, what is returned goes to standard output. It raises PlugError. The
function of a subcommand gets just its arguments.
"""

from .messages import confirm, relay_state, request

if 0:  # for type checkers
    from .shapes import Exchange, Options  # noqa: F401

# COMMAND | function | does | prints
COMMANDS = """
on     | commands.on     | sets the relay                           | nothing
off    | commands.off    | sets the relay                           | nothing
toggle | commands.toggle | reads the state, then sets the opposite  | nothing
check  | commands.check  | reads the state                          | `ON` or `OFF`
status | raw.status      | system get_sysinfo                       | the device's JSON reply
emeter | raw.emeter      | emeter get_realtime                      | the device's JSON reply
"""

# SUBCOMMAND | function | arguments | does
SUBCOMMANDS = """
encode   | payload.encode     | [--raw] [--udp] [JSON]   | prints JSON as a device is sent it, in base64
decode   | payload.decode     | [--raw] [--udp] [BASE64] | prints what was sent or captured, as JSON
simulate | simulator.simulate | [--model M]... [--address A] [--port P] [--fault F] | simulated devices
demo     | demo.demo          |                          | shows the main commands on a simulated plug
"""

# OPTION | the word that stands for its value | does
OPTIONS = """
--timeout     | SECONDS | for the whole call: above 0, at most 3600; default 5
--print-state |         | after switching, reads the state and prints it as check does
--quiet       |         | nothing on standard error
--debug       |         | requests and replies, decoded, on standard error
--help        |         | prints this text
--version     |         | prints the version
"""


def function_of(name):
    # type: (str) -> str
    """The "module.function" of a row of COMMANDS, "" when there is none."""
    for line in COMMANDS.splitlines():
        if name and line.split(" ", 1)[0] == name:
            return line.split()[2]
    return ""


def switch(exchange, options, state):
    # type: (Exchange, Options, int) -> bytes
    """Set the relay. That is idempotent, so the transport may repeat it."""
    reply = exchange(request("system", "set_relay_state", '{"state":%d}' % state))
    confirm(reply, "system", "set_relay_state")
    return check(exchange, options) if "--print-state" in options else b""


def on(exchange, options):
    # type: (Exchange, Options) -> bytes
    return switch(exchange, options, 1)


def off(exchange, options):
    # type: (Exchange, Options) -> bytes
    return switch(exchange, options, 0)


def toggle(exchange, options):
    # type: (Exchange, Options) -> bytes
    return switch(exchange, options, 1 - relay_state(exchange(request("system", "get_sysinfo"))))


def check(exchange, options):
    # type: (Exchange, Options) -> bytes
    return b"ON\n" if relay_state(exchange(request("system", "get_sysinfo"))) else b"OFF\n"
