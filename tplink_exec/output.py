"""Standard output and standard error: bytes, whatever the locale, and in bounded time.

A pipe that nobody reads blocks its writer for ever (ha-bridge reads neither), and the process
must end in time: so each write has an alarm clock.
"""

import _signal as signal  # type: ignore[import-not-found]
import posix  # what os and signal wrap, without the cost of importing those

GRACE_S = 0.1
"""For an answer that came just in time."""


def put(descriptor, data, limit_s=5.0):
    # type: (int, bytes, float) -> None
    """Write all of `data` within `limit_s` + GRACE_S seconds. Raises OSError."""
    signal.signal(signal.SIGALRM, nobody_reads)
    signal.setitimer(signal.ITIMER_REAL, max(limit_s, 0) + GRACE_S)
    while data:
        data = data[posix.write(descriptor, data) :]
    signal.setitimer(signal.ITIMER_REAL, 0)


def nobody_reads(*_):
    # type: (object) -> None
    raise OSError(0, "nobody reads it")
