"""From any command line to output and exit code.

What `plain` does not do itself comes here, with what it has sent and received so far.
"""

import time

from ..errors import PlugError
from ..plain import GRACE_S, TIMEOUT_S
from ..transport.reach import reach
from .options import understand
from .output import put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any


def main(argv: "list[str]", started: float, early: "list[Any]") -> int:
    """Run one command line; returns the exit code. Output goes to descriptors 1 and 2.

    `started` is time.monotonic() at the process's first instruction, `early` what plain.run
    gives: see transport.Connection.
    """
    try:
        host, port, command, options = understand(argv)
        if options.get("command") == "join":
            from ..commands.join import password

            deadline = started + options.get("--timeout", TIMEOUT_S)
            options["password"], waited_s = password(options["value"], deadline)
            started += waited_s
        deadline = started + options.get("--timeout", TIMEOUT_S)
        link = reach(host, port, deadline, early, options)
        failure = None
        try:
            output = command(link.exchange, options)
        except PlugError as error:
            failure, output = error, error.output
        link.close()
        if output:
            put(1, output, max(deadline - time.monotonic(), 0) + GRACE_S)
        return fail(failure, argv) if failure else 0
    except Exception as error:  # a PlugError, or a bug: report tells which
        return fail(error, argv)


def fail(error: Exception, argv: "list[str]") -> int:
    from .report import failure

    return failure(error, argv)
