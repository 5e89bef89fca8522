"""From any command line to output and exit code.

What `plain` does not do itself comes here, with what it has sent and received so far. Most calls
are HOST PORT COMMAND at an address, and all goes well: here, in `options` and in what they import
is what that takes, and the rest is imported when it is needed.
"""

from ..address import is_address, is_digits
from ..transport.handover import exchanges
from . import options as line

if 0:  # for type checkers
    from ..shapes import Call, Early  # noqa: F401 (type comments)


def main(argv, started, timeout_s, early):
    # type: (list[str], float, float, Early) -> int
    """Run one command line; returns the exit code. Output goes to descriptors 1 and 2.

    `started` is time.monotonic() at the process's first instruction, `timeout_s` what there is
    without --timeout, `early` what plain.run gives: see connection.Connection.
    """
    deadline = started + timeout_s
    try:
        host, port, command, options = understand(argv)
        deadline = started + options.get("--timeout", timeout_s)
        if options.get("command") == "join":
            from ..commands.join import ask_password

            deadline += ask_password(options, deadline)
        if "--debug" in options and "--quiet" not in options:
            from .report import traced

            command = traced(command, host, port)
        named = None
        if host and not is_address(host):
            from ..network.reach import remembered

            named = remembered(host, deadline, options)
        exchange = named.exchange if named else exchanges(host, port, deadline, options, early)
        output = command(exchange, options)
        if output:
            from .output import left_s, put

            put(1, output, left_s(deadline))
        return options.get("exit_code", 0)  # type: ignore[no-any-return]
    except Exception as error:  # a PlugError, or a bug: report tells which
        return fail(error, argv, deadline)


def understand(argv):
    # type: (list[str]) -> Call
    """What a command line means, in any of its forms. Raises UsageError.

    HOST is "" for a subcommand, --help, --version and --where: their function needs no exchange.
    """
    if argv and argv[0][:1] != "-" and is_digits("".join(argv[1:2])):
        return line.understand(argv)
    from .forms import understand

    return understand(argv)


def fail(error, argv, deadline=0.0):
    # type: (BaseException, list[str], float) -> int
    """Tell the user why the command line failed; returns the exit code."""
    from .forms import told

    return told(error, argv, deadline)
