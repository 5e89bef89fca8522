"""What a user can ask for: one table, and the commands of a plug.

From the table come dispatch, --help and the README's list. A command is a function
(exchange, options) -> bytes: `exchange` sends a request and returns the reply
(transport.Connection.exchange), `options` are those of the table that were given, and what is
returned goes to standard output. It raises PlugError. A subcommand gets just its arguments.
"""

from .messages import answer, confirm, relay_state, request, sysinfo

# COMMAND | function | does | prints
# As text the tables cost a call nothing: rows are looked up, not compiled.
COMMANDS = """
on     | commands.on     | sets the relay                           | nothing
off    | commands.off    | sets the relay                           | nothing
toggle | commands.toggle | reads the state, then sets the opposite  | nothing
check  | commands.check  | reads the state                          | `ON` or `OFF`
status | commands.status | system get_sysinfo                       | the device's JSON reply
emeter | commands.emeter | emeter get_realtime                      | the device's JSON reply
"""

# SUBCOMMAND | function | arguments | does
SUBCOMMANDS = """
encode   | payload.encode     | [--raw] [--udp] [JSON]   | prints what a device is sent, as base64
decode   | payload.decode     | [--raw] [--udp] [BASE64] | prints what was sent or captured, as JSON
simulate | simulator.simulate | [--model M]... [--address A] [--port P] [--fault F] | serves simulated devices
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

GET_SYSINFO = request("system", "get_sysinfo")


def row(name, table=COMMANDS):
    # type: (str, str) -> list[str] | None
    """The cells of a table's row, by its first."""
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if cells[0] == name and name:
            return cells
    return None


def on(exchange, options):
    # type: (Exchange, Options) -> bytes
    return switch(exchange, options, 1)


def off(exchange, options):
    # type: (Exchange, Options) -> bytes
    return switch(exchange, options, 0)


def toggle(exchange, options):
    # type: (Exchange, Options) -> bytes
    return switch(exchange, options, 1 - relay_state(sysinfo(exchange(GET_SYSINFO))))


def switch(exchange, options, state):
    # type: (Exchange, Options, int) -> bytes
    """Set the relay. That is idempotent, so the transport may repeat it."""
    reply = exchange(request("system", "set_relay_state", '{"state":%d}' % state))
    confirm(reply, "system", "set_relay_state")
    return check(exchange, options) if "--print-state" in options else b""


def check(exchange, options):
    # type: (Exchange, Options) -> bytes
    return b"ON\n" if relay_state(sysinfo(exchange(GET_SYSINFO))) else b"OFF\n"


def status(exchange, options):
    # type: (Exchange, Options) -> bytes
    reply = exchange(GET_SYSINFO)
    sysinfo(reply)
    return reply + b"\n"


def emeter(exchange, options):
    # type: (Exchange, Options) -> bytes
    reply = exchange(request("emeter", "get_realtime"))
    answer(reply, "emeter", "get_realtime")
    return reply + b"\n"
