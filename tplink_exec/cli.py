"""From any command line to output and exit code.

What `plain` does not do itself comes here, with what it has sent and received so far.
"""

import time

from .errors import PlugError
from .options import understand
from .output import put
from .plain import GRACE_S, TIMEOUT_S
from .transport import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .klap_http import Klap
    from .shapes import Any, Options

KLAP_PORT = 80
"""The HTTP port of devices; as PORT it means KLAP."""


def main(argv: "list[str]", started: float, early: "list[Any]") -> int:
    """Run one command line; returns the exit code. Output goes to descriptors 1 and 2.

    `started` is time.monotonic() at the process's first instruction, `early` what plain.run
    gives: see transport.Connection.
    """
    try:
        host, port, command, options = understand(argv)
        if options.get("command") == "join":
            from .wifi import password

            deadline = started + options.get("--timeout", TIMEOUT_S)
            options["password"], waited_s = password(options["value"], deadline)
            started += waited_s
        deadline = started + options.get("--timeout", TIMEOUT_S)
        code = 0
        try:
            output = command(link(host, port, deadline, early, options).exchange, options)
        except PlugError as error:
            code, output = fail(error, argv), error.output
        if output:
            put(1, output, max(deadline - time.monotonic(), 0) + GRACE_S)
        return code
    except Exception as error:  # a PlugError, or a bug: report tells which
        return fail(error, argv)


def link(
    host: str, port: int, deadline: float, early: "list[Any]", options: "Options"
) -> "Connection | Klap":
    """What the transport options ask for."""
    transport = options.get("--transport", "klap" if port == KLAP_PORT else "auto")
    http_port = options.get("--http-port", KLAP_PORT)
    if transport == "klap":
        from .klap_http import Klap

        return Klap(host, http_port, deadline)
    return Connection(host, port, deadline, early, http_port if transport == "auto" else 0)


def fail(error: Exception, argv: "list[str]") -> int:
    from .report import failure

    return failure(error, argv)
