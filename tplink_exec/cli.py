"""The process: HOST PORT on, off, toggle or check, and the way to everything else.

Hot, as are the modules it imports: a plain call compiles them, and that is most of what it
costs. So whatever a plain call that succeeds does not need stands in cold modules, imported
when needed: `options` (any other command line), `report` (any failure), and others.
"""

import _signal as signal  # type: ignore[import-not-found]
import posix
import sys
import time

from .commands import PLAIN
from .transport import connection, exchange

if 0:  # for type checkers
    from .shapes import Call  # noqa: F401

TIMEOUT_S = 5.0
GRACE_S = 0.1
"""For an answer that came just in time and a standard output that nobody reads."""


def run(started=0.0):
    # type: (float) -> None
    """The process; it does not return. `started` is time.monotonic() at its first instruction.

    Leaves by _exit: that spares the interpreter's tidying up, a sixth of a call's cost, and
    does not wait for a name look-up that hangs.
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
        call = plain(argv)
        if not call:
            from .options import understand

            call = understand(argv)
        host, port, command, options = call
        link = connection(host, port, started + options.get("--timeout", TIMEOUT_S))
        output = command(exchange.__get__(link), options)
        # A pipe that nobody reads blocks for ever; the alarm ends that by KeyboardInterrupt.
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(0, max(link.deadline - time.monotonic(), 0) + GRACE_S)
        while output:
            output = output[posix.write(1, output) :]
        return 0
    except (Exception, KeyboardInterrupt) as error:  # a PlugError, or a bug: report tells which
        from .report import failure

        return failure(error, argv)


def plain(argv):
    # type: (list[str]) -> Call | None
    """The call that just HOST PORT and a command of PLAIN means; options knows all the rest."""
    if len(argv) == 3 and argv[1].isdigit() and argv[1].isascii() and len(argv[1]) < 6:
        host, port, name = argv[0], int(argv[1]), argv[2].lower()
        if name in PLAIN and 0 < port < 65536 and host[:1] not in ("", "-"):
            return host, port, PLAIN[name], {"command": name}
    return None
