"""Standard error: the one line of a failure, and the lines of --debug.

Imports nothing from files: there may be no descriptor left to open them.
"""

from ..address import joined
from ..errors import LocalError, PlugError
from ..printable import one_line
from .output import GRACE_S, put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Command, Exchange, Options

NO_MODULE = (
    "this Python has no module %s; on Debian install python3, as python3-minimal is too little"
)


def failure(error: BaseException, where: str, quiet: bool) -> int:
    """Tell the user why a call failed, and `where` if that is not ""; returns the exit code."""
    if isinstance(error, OSError):  # exchange() raises none, so this is a write
        error = LocalError("standard output cannot be written: %s" % error.strerror)
    elif isinstance(error, MemoryError):
        error = LocalError("out of memory")
    elif isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("tplink_exec"):
        error = LocalError(NO_MODULE % error.name)
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


def traced(command: "Command", host: str, port: int) -> "Command":
    """`command`, telling each of its requests and replies, decrypted, on standard error.

    But for passwords: join's is in its request, and a user's own JSON may hold one.
    """

    where = joined(host, port)

    def telling(exchange: "Exchange", options: "Options") -> bytes:
        def told(request: bytes, once: bool = False) -> bytes:
            complain("%s: > %s" % (where, shown(request)))
            reply = exchange(request, once)
            complain("%s: < %s" % (where, shown(reply, request)))
            return reply

        return command(told, options)

    return telling


def shown(data: bytes, request: bytes = b"") -> str:
    """A request, or the reply to one, as text without the passwords in it.

    A device may say a password again, in any words: so no reply to one is shown.
    """
    if holds_password(request):
        return "(not shown: it may hold the password)"
    if not holds_password(data):
        return data.decode("utf-8", "replace")
    import json

    try:
        return json.dumps(
            hidden(json.loads(data.decode())), separators=(",", ":"), ensure_ascii=False
        )
    except (ValueError, RecursionError):
        return "(not shown: it may hold a password)"


def holds_password(data: bytes) -> bool:
    """Whether it may: the name can be written with escapes, too."""
    return b"passw" in data.lower() or (b"\\u00" in data and b"{" in data)


def hidden(value: "Any") -> "Any":
    """A value of JSON, with *** for all that is called a password."""
    if isinstance(value, list):
        return list(map(hidden, value))
    if not isinstance(value, dict):
        return value
    return {
        name: "***" if "passw" in name.lower() else hidden(part) for name, part in value.items()
    }
