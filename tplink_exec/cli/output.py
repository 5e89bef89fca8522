"""Standard output and standard error of the cold modules: bytes, in bounded time.

A pipe that nobody reads blocks its writer for ever (ha-bridge reads neither), and the process
must end in time: so nothing is written that has no room. No alarm clock: what a signal's handler
raises can come anywhere. On Windows `windows.writers` stands in for this module.
"""

import posix  # it is no file: there may be no descriptor left to open one
import select
import time

PIPE_BUF = 512
"""Bytes. A pipe that is ready takes so many without blocking, on any system (POSIX)."""
GRACE_S = 0.1
"""After the deadline, for an output that nobody reads."""


def left_s(deadline):
    # type: (float) -> float
    """Seconds for the output of a call that ends at `deadline`, which may have passed."""
    return max(deadline - time.monotonic(), 0) + GRACE_S


def put(descriptor, data, limit_s=5.0):
    # type: (int, bytes, float) -> None
    """Write all of `data` within `limit_s` seconds. Raises OSError."""
    deadline = time.monotonic() + limit_s
    room = select.poll()
    room.register(descriptor, select.POLLOUT)
    size = getattr(select, "PIPE_BUF", PIPE_BUF)
    while data:
        if not room.poll(max(deadline - time.monotonic(), 0) * 1000):
            raise OSError(0, "nobody reads it")
        try:
            data = data[posix.write(descriptor, data[:size]) :]
        except BlockingIOError:  # somebody else was quicker
            time.sleep(0.01)
