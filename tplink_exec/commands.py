"""What a user can ask for: one table, from which come dispatch, --help and the README's list.

A command is a function (exchange, options) -> bytes: `exchange` sends a request and returns
the reply (transport.Connection.exchange), `options` are cli.OPTIONS as given, and what it
returns goes to standard output. It raises PlugError, and prints nothing.
"""

from .messages import answer, confirm, relay_state, request, sysinfo

# name: (module, function, what it does, what it prints). The module is imported when called.
COMMANDS = {
    "on": ("commands", "on", "sets the relay", "nothing"),
    "off": ("commands", "off", "sets the relay", "nothing"),
    "toggle": ("commands", "toggle", "reads the state, then sets the opposite", "nothing"),
    "check": ("commands", "check", "reads the state", "`ON` or `OFF`"),
    "status": ("commands", "status", "system get_sysinfo", "the device's JSON reply"),
    "emeter": ("commands", "emeter", "emeter get_realtime", "the device's JSON reply"),
}

# name: (module, function, arguments, what it does). The function gets the words after the name.
SUBCOMMANDS = {
    "encode": ("payload", "encode", "[--raw] [--udp] [JSON]", "JSON to what the device is sent"),
    "decode": ("payload", "decode", "[--raw] [--udp] [BASE64]", "what was sent or captured to JSON"),
    "simulate": ("simulator", "simulate", "[--model M]... [--address A] [--port P] [--fault F]", "simulated devices"),
    "demo": ("demo", "demo", "", "shows the main commands on a simulated plug"),
}

# name: the word that stands for its value in --help, or "" for a flag; what it does.
OPTIONS = {
    "--timeout": ("SECONDS", "for the whole call: above 0, at most 3600; default 5"),
    "--print-state": ("", "after switching, read the state and print it as check does"),
    "--quiet": ("", "nothing on standard error"),
    "--debug": ("", "requests and replies, decoded, on standard error"),
    "--help": ("", "this text"),
    "--version": ("", "the version"),
}

GET_SYSINFO = request("system", "get_sysinfo")


def on(exchange, options):
    return switch(exchange, 1, options)


def off(exchange, options):
    return switch(exchange, 0, options)


def toggle(exchange, options):
    return switch(exchange, 1 - relay_state(sysinfo(exchange(GET_SYSINFO))), options)


def switch(exchange, state, options):
    """Set the relay; setting is idempotent, so that the transport may repeat it."""
    confirm(
        exchange(request("system", "set_relay_state", '{"state":%d}' % state)),
        "system",
        "set_relay_state",
    )
    return check(exchange, options) if "--print-state" in options else b""


def check(exchange, options):
    return b"ON\n" if relay_state(sysinfo(exchange(GET_SYSINFO))) else b"OFF\n"


def status(exchange, options):
    reply = exchange(GET_SYSINFO)
    sysinfo(reply)
    return reply + b"\n"


def emeter(exchange, options):
    reply = exchange(request("emeter", "get_realtime"))
    answer(reply, "emeter", "get_realtime")
    return reply + b"\n"
