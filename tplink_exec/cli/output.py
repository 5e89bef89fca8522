"""Standard output and standard error of the cold modules: bytes, in bounded time.

A pipe that nobody reads blocks its writer for ever (ha-bridge reads neither), and the process
must end in time: so each write has an alarm clock. plain has one of its own.
"""

import _signal as signal  # type: ignore[import-not-found]
import posix  # like _signal, it is no file: there may be no descriptor left to open one
import time

GRACE_S = 0.1
"""After the deadline, for an output that nobody reads."""


def put(descriptor: int, data: bytes, limit_s: float = 5.0) -> None:
    """Write all of `data` within `limit_s` seconds. Raises OSError."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])  # a parent may have blocked it
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        while data:
            try:
                data = data[posix.write(descriptor, data) :]
            except BlockingIOError:
                time.sleep(0.01)
    except KeyboardInterrupt:  # the alarm's
        raise OSError(0, "nobody reads it") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
