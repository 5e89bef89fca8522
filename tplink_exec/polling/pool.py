"""Threads for what blocks: as many as are needed at once, and no more."""

import _thread
import queue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Callable  # noqa: F401 (type comments)

IDLE_S = 5.0
"""After so long without work a thread ends."""


class Pool:
    """`threads` there are, for `jobs` that wait or are being done."""

    def __init__(self) -> None:
        # No SimpleQueue: its get() with a short timeout may wait for ever (seen with Python 3.8).
        self.waiting = queue.Queue()  # type: queue.Queue[Callable[[], None]]
        self.threads = self.jobs = 0
        self.lock = _thread.allocate_lock()

    def run(self, job: "Callable[[], None]") -> None:
        """Have it done by a thread, if need be by a new one. When there can be no more it waits.

        The job must not raise. Raises RuntimeError when there is none at all.
        """
        with self.lock:
            self.jobs += 1
            if self.jobs > self.threads:
                try:
                    _thread.start_new_thread(self.work, ())
                    self.threads += 1
                except RuntimeError:
                    if not self.threads:
                        raise
        self.waiting.put(job)

    def work(self) -> None:
        while True:
            try:
                job = self.waiting.get(timeout=IDLE_S)
            except queue.Empty:
                with self.lock:
                    if self.jobs < self.threads:
                        self.threads -= 1
                        return
                continue
            try:
                job()
            finally:
                with self.lock:
                    self.jobs -= 1
