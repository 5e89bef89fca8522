"""Standard output and standard error: bytes, whatever the locale, and in bounded time.

A pipe that nobody reads blocks its writer for ever (ha-bridge reads neither, see
README), and the process must end in time: so each write has an alarm clock.
"""

from .errors import LocalError

try:
    import _signal as signal
    import posix as os  # what os wraps, without the cost of importing it
except ImportError:  # Windows, PyPy
    import os
    import signal

STDOUT = 1
STDERR = 2


def put(descriptor: int, data: bytes, limit_s: float = 5.0) -> None:
    """Write all of `data` within `limit_s` seconds. Raises LocalError."""
    alarm = getattr(signal, "setitimer", None)  # not on Windows
    if alarm:
        signal.signal(signal.SIGALRM, _nobody_reads)
        alarm(signal.ITIMER_REAL, limit_s)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError as error:
        raise LocalError("standard output cannot be written: %s" % error.strerror) from None
    finally:
        if alarm:
            alarm(signal.ITIMER_REAL, 0)


def complain(text: str, limit_s: float = 5.0) -> None:
    """One line on standard error, if that can be written; text from anywhere is made safe."""
    try:
        put(STDERR, ("tplink-exec: %s\n" % one_line(text)).encode(), limit_s)
    except LocalError:
        pass


def one_line(text: str) -> str:
    """`text` with all that is not printable escaped: control characters, lone surrogates."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _nobody_reads(*_: object) -> None:
    raise OSError(0, "nobody reads it")
