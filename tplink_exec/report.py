"""Standard error: the one line of a failure, and the lines of --debug."""

from .errors import LocalError, PlugError, UsageError
from .options import understand
from .output import STDERR, put


def failure(error: Exception, argv: "list[str]") -> int:
    """Tell the user why the command line `argv` failed; returns the exit code."""
    text, code = str(error), getattr(error, "exit_code", LocalError.exit_code)
    if not isinstance(error, PlugError):  # a bug; even so one line, and not the code 1
        text = "internal error, please report it: %s: %s" % (type(error).__name__, error)
    if not isinstance(error, UsageError):
        host, port, _, _ = understand(argv)
        text = (place(host, port) if host else argv[0]) + ": " + text
    if "--quiet" not in argv:
        complain(text)
    return code


def complain(text: str) -> None:
    """One line on standard error, if that can be written; text from anywhere is made safe."""
    try:
        put(STDERR, ("tplink-exec: %s\n" % one_line(text)).encode(), 0)
    except LocalError:
        pass


def place(host: str, port: int) -> str:
    return ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)


def one_line(text: str) -> str:
    """`text` with what is not printable escaped: control characters, lone surrogates."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def traced(exchange: "Exchange", host: str, port: int) -> "Exchange":
    """`exchange`, telling each request and reply, decrypted, on standard error."""

    def tell(sign: str, data: bytes) -> None:
        complain("%s: %s %s" % (place(host, port), sign, data.decode("utf-8", "replace")))

    def told(request: bytes, once: bool = False) -> bytes:
        tell(">", request)
        reply = exchange(request, once)
        tell("<", reply)
        return reply

    return told
