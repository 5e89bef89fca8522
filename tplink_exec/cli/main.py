"""From any command line to output and exit code.

What `plain` does not do itself comes here, with what it has sent and received so far.
"""

import gc

from ..address import is_address, is_digits, joined
from ..commands.table import SUBCOMMANDS, rows
from ..errors import PlugError, UsageError
from ..transport.direct import direct
from . import options as line
from .output import left_s, put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Call, Early, Link  # noqa: F401 (type comments)


def main(argv: "list[str]", started: float, timeout_s: float, early: "Early") -> int:
    """Run one command line; returns the exit code. Output goes to descriptors 1 and 2.

    `started` is time.monotonic() at the process's first instruction, `timeout_s` what there is
    without --timeout, `early` what plain.run gives: see connection.Connection.
    """
    try:
        host, port, command, options = understand(argv)
        if options.get("command") == "join":
            from ..commands.join import password

            deadline = started + options.get("--timeout", timeout_s)
            options["password"], waited_s = password(options["value"], deadline)
            started += waited_s
        if "--debug" in options and "--quiet" not in options:
            from .report import traced

            command = traced(command, joined(host, port))
        deadline = started + options.get("--timeout", timeout_s)
        if host and not is_address(host):
            from ..network.reach import reach

            link = reach(host, port, deadline, options)  # type: Link
        else:
            link = direct(host, port, deadline, options, early)
        failure = None
        try:
            output = command(link.exchange, options)
        except PlugError as error:
            failure, output = error, error.output
        link.close()
        if output:
            put(1, output, left_s(deadline))
        return fail(failure, argv) if failure else int(options.get("exit_code", 0))
    except Exception as error:  # a PlugError, or a bug: report tells which
        return fail(error, argv)


def understand(argv: "list[str]") -> "Call":
    """What a command line means, in any of its forms. Raises UsageError.

    HOST is "" for a subcommand, --help, --version and --where: their function needs no exchange.
    """
    if is_subcommand(argv):
        gc.enable()  # which the single file switches off for a short call
        return line.local(rows(SUBCOMMANDS)[argv[0]][0], argv[1:])
    if is_dialect(argv):
        from .softscheck import understand

        return understand(argv)
    return line.understand(argv)


def is_subcommand(argv: "list[str]") -> bool:
    """A first word that is one, and no PORT after it: a HOST may be called as a subcommand is."""
    return bool(argv) and argv[0] in rows(SUBCOMMANDS) and not is_digits("".join(argv[1:2]))


def is_dialect(argv: "list[str]") -> bool:
    """softScheck's: -t HOST or --target HOST in any form, as HOST PORT has none."""
    return (
        bool(argv)
        and argv[0][:1] == "-"
        and any(
            word[:2] == "-t" or word[:3] == "-qt" or word.partition("=")[0] == "--target"
            for word in argv
        )
    )


def fail(error: BaseException, argv: "list[str]") -> int:
    """Tell the user why the command line failed; returns the exit code."""
    from .report import failure

    where = ""
    if not isinstance(error, UsageError):
        host, port, _, _ = understand(argv)
        where = joined(host, port) if host else argv[0]
    quiet = "--quiet" in argv and not is_subcommand(argv) and not is_dialect(argv)
    return failure(error, where, quiet)
