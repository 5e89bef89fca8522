"""Standard error: the one line of a failure, and the lines of --debug.

Imports nothing from files: there may be no descriptor left to open them.
"""

from ..errors import LocalError, PlugError
from ..printable import one_line
from .output import GRACE_S, put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Command, Exchange, Options


def failure(error: BaseException, where: str, quiet: bool) -> int:
    """Tell the user why a call failed, and `where` if that is not ""; returns the exit code."""
    if isinstance(error, KeyboardInterrupt):  # plain's alarm
        error = LocalError("standard output cannot be written: nobody reads it")
    elif isinstance(error, OSError):  # exchange() raises none, so this is a write
        error = LocalError("standard output cannot be written: %s" % error.strerror)
    text, code = str(error), LocalError.exit_code
    if isinstance(error, PlugError):
        code = error.exit_code
    else:  # a bug; even so one line, and not the exit code of wrong usage
        text = "internal error, please report it: %s: %s" % (type(error).__name__, error)
    if not quiet:
        complain(where + ": " + text if where else text)
    return code


def complain(text: str) -> None:
    """One line on standard error, if that can be written; text from anywhere is made safe."""
    try:
        put(2, ("tplink-exec: %s\n" % one_line(text)).encode(), GRACE_S)
    except OSError:
        pass


def traced(command: "Command", where: str) -> "Command":
    """`command`, telling each of its requests and replies, decrypted, on standard error.

    But for passwords: join's is in its request, and perhaps in what the device says to it.
    """

    def telling(exchange: "Exchange", options: "Options") -> bytes:
        secret_reply = b"(not shown: it may hold the password)" if "password" in options else b""

        def tell(sign: str, data: bytes) -> None:
            complain("%s: %s %s" % (where, sign, masked(data)))

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
