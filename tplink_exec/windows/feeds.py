"""For `watch.streams`: a thread that reads, one that writes, and an event for whoever waits."""

import os
import stat
import threading
from _thread import start_new_thread

from .reader import is_console, raw
from .writers import writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any  # noqa: F401 (type comments)
    from .writers import Writing  # noqa: F401 (type comments)

READ = 65536
ROOM = 4096


class Feeds:
    """See streams.Streams; but that nobody reads the output is noticed by the next line."""

    def __init__(self) -> None:
        self.rung = threading.Event()
        self.reading = not is_endless(0)
        self.started = False
        self.chunk = None  # type: Any
        self.taken = threading.Semaphore()
        self.job = None  # type: Writing | None

    def ring(self) -> None:
        self.rung.set()

    def wait(self, writing: bool, limit_s: "float | None") -> "tuple[bool, bool]":
        if self.reading and not self.started:
            self.started = True
            start_new_thread(self.feed, ())
        if not (self.chunk is not None or (writing and self.has_room())):
            self.rung.wait(limit_s)
        self.rung.clear()
        return self.chunk is not None, writing and self.has_room()

    def has_room(self) -> bool:
        """Raises OSError when the last write has failed."""
        if self.job and self.job.error:
            raise self.job.error
        return not writer(1).idle.locked()

    def feed(self) -> None:
        """The thread that reads: no more before the last has been taken."""
        ended = False
        while not ended:
            self.taken.acquire()
            try:
                chunk = raw().read(READ) or b""
            except OSError as error:
                chunk = error
            ended = not chunk or isinstance(chunk, OSError)
            self.chunk = chunk
            self.ring()

    def read(self) -> "bytes | None":
        chunk, self.chunk = self.chunk, None
        self.taken.release()
        if isinstance(chunk, OSError):
            raise chunk
        self.reading = bool(chunk)
        return chunk  # type: ignore[no-any-return]

    def write(self, data: bytes) -> int:
        out = writer(1)
        out.told = self.ring
        self.job = out.offer(data, 0) or self.job
        return len(data) if self.job and self.job.data is data else 0


Streams = Feeds


def is_endless(descriptor: int) -> bool:
    """Whether it is NUL: a device that is no console."""
    try:
        return stat.S_ISCHR(os.fstat(descriptor).st_mode) and not is_console()
    except OSError:
        return False
