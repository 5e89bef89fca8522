"""What the main thread waits for: standard input, room in standard output, and a bell.

On Windows `windows.feeds` stands in for this module.
"""

import errno
import os
import select

READ = 65536
ROOM = select.PIPE_BUF
"""Bytes. What has room for something takes so many without blocking."""


class Streams:
    """`reading`: standard input has not ended, and may still say something."""

    def __init__(self) -> None:
        self.bell, self.button = os.pipe()
        os.set_blocking(self.bell, False)
        os.set_blocking(self.button, False)
        self.reading = not is_endless(0)

    def ring(self) -> None:
        """Have wait() return. For any thread."""
        try:
            os.write(self.button, b"x")
        except BlockingIOError:
            pass  # it rings already

    def wait(self, writing: bool, limit_s: "float | None") -> "tuple[bool, bool]":
        """Until there is something to read, or room if there is something to be written.

        Returns whether there is. Raises OSError when nobody reads the output any more.
        """
        poll = select.poll()
        poll.register(self.bell, select.POLLIN)
        poll.register(1, select.POLLOUT if writing else 0)
        if self.reading and is_ours(0):
            poll.register(0, select.POLLIN)
        elif self.reading:
            limit_s = 1.0 if limit_s is None else min(limit_s, 1.0)  # it may be ours then
        found = dict(poll.poll(None if limit_s is None else limit_s * 1000 + 1))
        if self.bell in found:
            os.read(self.bell, READ)
        if found.get(1, 0) & (select.POLLERR | select.POLLHUP):
            raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))
        return 0 in found, writing and 1 in found

    def read(self) -> "bytes | None":
        """What has come, b"" at the end, None for nothing after all. Raises OSError."""
        try:
            data = os.read(0, READ)
        except BlockingIOError:
            return None
        self.reading = bool(data)
        return data

    def write(self, data: bytes) -> int:
        """How many bytes standard output has taken. Raises OSError."""
        try:
            return os.write(1, data)
        except BlockingIOError:
            return 0


def is_endless(descriptor: int) -> bool:
    """Whether it is /dev/null: nothing will come, and its end means nothing.

    It may be that of another root, as whoever starts a container can have opened it outside.
    """
    try:
        return 0 < os.fstat(descriptor).st_rdev == os.stat(os.devnull).st_rdev
    except OSError:
        return False


def is_ours(descriptor: int) -> bool:
    """False for the terminal of a process in its background: to read would stop the process."""
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return True  # no terminal
