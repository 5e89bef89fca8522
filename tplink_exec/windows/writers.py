"""For `cli.output`: a thread for each descriptor writes, and may hang as long as it likes.

Bytes go out as they are: Python has standard output in binary mode, and a console is given text in
place of UTF-8, whatever its code page is.
"""

import time
from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable  # noqa: F401 (type comments)

GRACE_S = 0.1


class Writing:
    """`done` is locked until `data` has been written, or `error` says why not."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.error = None  # type: OSError | None
        self.done = allocate_lock()
        self.done.acquire()


class Writer:
    """One descriptor. `idle` is locked while there is a job. Raises OSError."""

    def __init__(self, descriptor: int) -> None:
        self.stream = raw(descriptor)
        self.told = None  # type: Callable[[], None] | None
        """Called, by the thread, after each job."""
        self.idle = allocate_lock()
        self.given = allocate_lock()
        self.given.acquire()
        self.job = Writing(b"")
        start_new_thread(self.work, ())

    def work(self) -> None:
        while True:
            self.given.acquire()
            job = self.job
            try:
                data = job.data
                while data:
                    data = data[self.stream.write(data) or 0 :]
            except OSError as error:
                job.error = error
            job.done.release()
            self.idle.release()
            if self.told:
                self.told()

    def offer(self, data: bytes, wait_s: float) -> "Writing | None":
        """Have it written, if the thread has nothing else to do within that time."""
        if not self.idle.acquire(timeout=wait_s):
            return None
        self.job = Writing(data)
        self.given.release()
        return self.job


def raw(descriptor: int) -> "Any":
    """Without a buffer; of a console it is Python's own stream. Raises OSError."""
    return open(descriptor, "wb", buffering=0, closefd=False)


_writers = {}  # type: dict[int, Writer]


def writer(descriptor: int) -> Writer:
    """Raises OSError."""
    if descriptor not in _writers:
        _writers[descriptor] = Writer(descriptor)
    return _writers[descriptor]


def left_s(deadline):
    # type: (float) -> float
    """See output."""
    return max(deadline - time.monotonic(), 0) + GRACE_S


def put(descriptor, data, limit_s=5.0):
    # type: (int, bytes, float) -> None
    """See output."""
    deadline = time.monotonic() + limit_s
    job = writer(descriptor).offer(data, limit_s)
    if not job or not job.done.acquire(timeout=max(deadline - time.monotonic(), 0)):
        raise OSError(0, "nobody reads it")
    if job.error:
        raise job.error
