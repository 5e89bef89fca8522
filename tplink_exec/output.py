"""Standard output and standard error of the cold modules: bytes, in bounded time.

A pipe that nobody reads blocks its writer for ever (ha-bridge reads neither), and the process
must end in time: so each write has an alarm clock. cli has one of its own.
"""

import _signal as signal  # type: ignore[import-not-found]
import posix  # like _signal, it is no file: there may be no descriptor left to open one


def put(descriptor: int, data: bytes, limit_s: float = 5.0) -> None:
    """Write all of `data`. Raises OSError, or KeyboardInterrupt after `limit_s` seconds."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    while data:
        data = data[posix.write(descriptor, data) :]
    signal.setitimer(signal.ITIMER_REAL, 0)
