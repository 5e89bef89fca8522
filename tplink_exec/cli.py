"""From the command line to output and exit code: tplink-exec HOST PORT COMMAND.

Hot, as are the modules it imports: a plain call compiles them, and that is most of what it
costs. So what a plain call that succeeds does not need stands in cold modules, imported when
needed: options (any other command line), report (any failure), and what the table names.
"""

import _signal as signal  # type: ignore[import-not-found]
import posix
import sys
import time

from .commands import function_of
from .output import put
from .transport import connection, exchange

if 0:  # for type checkers
    from .shapes import Any, Call, Callable  # noqa: F401

TIMEOUT_S = 5.0


def run(started=0.0):
    # type: (float) -> None
    """The process. `started` is time.monotonic() at its first instruction.

    Leaves by _exit: that spares the interpreter's tidying up, a seventh of a call's cost,
    and does not wait for a name look-up that hangs.
    """
    # Whichever of 0, 1, 2 is closed becomes /dev/null, opened for reading: no socket gets its
    # number, and to write to it still fails, as it should.
    while posix.open("/dev/null", 0) < 3:
        pass
    if signal.getsignal(2) is signal.default_int_handler:
        signal.signal(2, signal.SIG_DFL)  # die of SIGINT itself, without a traceback
    posix._exit(main(sys.argv[1:], started or time.monotonic()))


def main(argv, started):
    # type: (list[str], float) -> int
    """Run one command line; returns the exit code. Output goes to descriptors 1 and 2."""
    try:
        host, port, function, options = plain(argv) or load("options.understand")(argv)
        if host:
            deadline = started + options.get("--timeout", TIMEOUT_S)
            link = connection(host, port, deadline)
            output = load(function)(exchange.__get__(link), options)
            if output:
                put(1, output, deadline - time.monotonic())
        else:
            load(function)(options)
    except Exception as error:  # a PlugError, or a bug: report tells which
        return load("report.failure")(error, argv)  # type: ignore[no-any-return]
    return 0


def plain(argv):
    # type: (list[str]) -> Call | None
    """The call that just HOST PORT COMMAND means; None is for `options` to understand."""
    if len(argv) == 3 and argv[1].isdigit() and argv[1].isascii() and len(argv[1]) < 6:
        host, port, name = argv[0], int(argv[1]), argv[2].lower()
        if function_of(name) and 0 < port < 65536 and host[:1] not in ("", "-"):
            return host, port, function_of(name), {"command": name}
    return None


def load(name):
    # type: (str) -> Callable[..., Any]
    """The function "module.function" of this package; the module is imported now."""
    module, function = name.split(".")
    return getattr(__import__("tplink_exec." + module, fromlist=[module]), function)  # type: ignore[no-any-return]
