"""Standard error: the one line of a failure, and the lines of --debug.

Imports nothing from files: there may be no descriptor left to open them.
"""

from ..commands.table import SUBCOMMANDS
from ..errors import LocalError, PlugError, UsageError
from ..transport.reach import is_address
from .options import names_target, rows, understand
from .output import one_line, put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Command, Exchange, Options


GRACE_S = 0.1
"""For a standard error that nobody reads: the deadline is over."""


def failure(error: BaseException, argv: "list[str]") -> int:
    """Tell the user why the command line `argv` failed; returns the exit code."""
    if isinstance(error, KeyboardInterrupt):  # plain's alarm
        error = LocalError("standard output cannot be written: nobody reads it")
    elif isinstance(error, OSError):  # exchange() raises none, so this is a write
        error = LocalError("standard output cannot be written: %s" % error.strerror)
    text, code = str(error), LocalError.exit_code
    if isinstance(error, PlugError):
        code = error.exit_code
    else:  # a bug; even so one line, and not the exit code of wrong usage
        text = "internal error, please report it: %s: %s" % (type(error).__name__, error)
    if not isinstance(error, UsageError):
        host, port, _, _ = understand(argv)
        text = (place(host, port) if host else argv[0]) + ": " + text
    if "--quiet" not in argv or argv[0] in rows(SUBCOMMANDS) or any(map(names_target, argv)):
        complain(text)
    return code


def complain(text: str) -> None:
    """One line on standard error, if that can be written; text from anywhere is made safe."""
    try:
        put(2, ("tplink-exec: %s\n" % one_line(text)).encode(), GRACE_S)
    except OSError:
        pass


def place(host: str, port: int) -> str:
    """HOST:PORT for people; an IPv6 address in brackets, a MAC not."""
    return ("[%s]:%d" if ":" in host and is_address(host) else "%s:%d") % (host, port)


def traced(command: "Command", host: str, port: int) -> "Command":
    """`command`, telling each of its requests and replies, decrypted, on standard error.

    But for passwords: join's is in its request, and perhaps in what the device says to it.
    """

    def telling(exchange: "Exchange", options: "Options") -> bytes:
        secret_reply = b"(not shown: it may hold the password)" if "password" in options else b""

        def tell(sign: str, data: bytes) -> None:
            complain("%s: %s %s" % (place(host, port), sign, masked(data)))

        def told(request: bytes, once: bool = False) -> bytes:
            tell(">", request)
            reply = exchange(request, once)
            tell("<", secret_reply or reply)
            return reply

        return command(told, options)

    return telling


def masked(data: bytes) -> str:
    """A request or reply as text, without the passwords in it."""
    import re

    text = data.decode("utf-8", "replace")
    return re.sub(r'("password"\s*:\s*")(?:[^"\\]|\\.)*', r"\1***", text)
