"""From any command line to output and exit code.

What `plain` does not do itself comes here, with what it has sent and received so far.
"""

import time

from .options import understand
from .output import put
from .plain import GRACE_S, TIMEOUT_S
from .report import failure
from .transport import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Any


def main(argv: "list[str]", started: float, early: "list[Any]") -> int:
    """Run one command line; returns the exit code. Output goes to descriptors 1 and 2.

    `started` is time.monotonic() at the process's first instruction, `early` what plain.run
    gives: see transport.Connection.
    """
    try:
        host, port, command, options = understand(argv)
        deadline = started + options.get("--timeout", TIMEOUT_S)
        output = command(Connection(host, port, deadline, early).exchange, options)
        if output:
            put(1, output, max(deadline - time.monotonic(), 0) + GRACE_S)
        return 0
    except Exception as error:  # a PlugError, or a bug: report tells which
        return failure(error, argv)
