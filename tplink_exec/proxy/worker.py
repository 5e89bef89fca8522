"""A device as the proxy keeps it: one exchange at a time, and everybody else waits in line.

1. Each device has a thread of its own, as `transport` blocks; so one that hangs delays no other.
2. The line is bounded (503), and so is the time from entering it to the answer (504). When nobody
   waits any more, nothing more is sent: a switch that was given up must not move by itself.
3. Those who read the same thing and are still waiting get the answer of one exchange: it is read
   after each of them asked, so it is as true for all.
4. A connection is kept for KEEP_S, for a burst of requests: devices have few, and drop idle ones.
5. What is read again is asked by datagram, where the device answers those: see `datagrams`.
6. What does more than to read goes before all that reads; a datagram that is out is then void.
"""

import asyncio
import collections
import queue
import threading
import time

from ..address import joined
from ..cli.report import shown
from ..errors import DeadlineExceeded, PlugError, Refused, UsageError
from ..network.reach import reach
from .datagrams import DatagramReader, LoopQuestions
from .http_request import HttpError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable, Exchange

REQUEST_S = 5.0
MARGIN_S = 0.1
"""So much before its end an exchange gives up, so that its own words about it are in time."""
LEAST_S = 0.5
"""With less time than that nothing is begun: to send a switch and not to hear of it is worse."""
KEEP_S = 2.0
MAX_WAITING = 256
TOO_LATE = "no answer in time; does it hang, or are too many asking it?"


class Busy(Exception):
    """The line is full."""


class Left(Exception):
    """Nobody waits any more for what is being done."""


class Job:
    """Work that waits in line, or is being done; `waiters` are futures of its outcome."""

    def __init__(self, work: "Callable[[Exchange], bytes]", read: str) -> None:
        self.work = work
        self.read = read
        self.waiters = []  # type: list[Any]
        self.deadline = 0.0


class Worker:
    """`name` is as the user gave it; `log` takes a line and may be called in any thread.

    work(), perform() and exchange() run in the device's thread, the rest in the event loop's.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        log: "Callable[[str], None] | None",
        questions: LoopQuestions,
    ) -> None:
        self.name = name
        self.host = host
        self.port = port
        self.log = log
        self.link = None  # type: Any
        self.thread = None  # type: Any
        self.jobs = queue.SimpleQueue()  # type: queue.SimpleQueue[Any]
        self.line = collections.deque()  # type: collections.deque[Job]
        self.reads = {}  # type: dict[str, Job]
        self.waiting = 0
        self.working = None  # type: Job | None
        self.timer = None  # type: Any
        self.requests = []  # type: list[bytes]
        self.datagrams = DatagramReader(questions, self.finish, self.call, self.trace)

    async def ask(self, work: "Callable[[Exchange], bytes]", read: str = "") -> bytes:
        """What `work` returns; `read` names what it reads, "" when it does more than to read.

        Raises PlugError, Busy.
        """
        if self.waiting >= MAX_WAITING:
            raise Busy
        if not self.thread:
            thread = threading.Thread(target=self.work, daemon=True)
            thread.start()  # before anything waits for it: there may be no thread to be had
            self.thread = thread
        loop = asyncio.get_running_loop()
        job = self.reads.get(read)
        if not job:
            job = Job(work, read)
            self.join(job)
        job.deadline = time.monotonic() + REQUEST_S
        outcome = loop.create_future()
        job.waiters.append(outcome)
        timer = loop.call_later(REQUEST_S, settle, outcome, DeadlineExceeded(TOO_LATE))
        self.waiting += 1
        self.next()
        try:
            return await outcome  # type: ignore[no-any-return]
        finally:
            self.waiting -= 1
            timer.cancel()
            job.waiters.remove(outcome)
            if not job.waiters:
                self.drop(job)

    def join(self, job: Job) -> None:
        """Put it into the line."""
        if job.read:
            self.line.append(job)
            self.reads.setdefault(job.read, job)
            return
        self.line.insert(sum(not other.read for other in self.line), job)
        again = self.datagrams.give_way()
        if again:
            self.working = None
            if again.waiters:
                self.join(again)

    def drop(self, job: Job) -> None:
        """Nobody waits for it any more."""
        if self.reads.get(job.read) is job:
            del self.reads[job.read]
        if job in self.line:
            self.line.remove(job)
        elif job is self.working and self.link:
            self.link.limit(0.0)  # so it sends nothing, but takes a reply that comes

    def next(self) -> None:
        """Begin with the first in the line who still waits, unless somebody is being served."""
        while self.line and not self.working:
            job = self.line.popleft()
            if self.reads.get(job.read) is job:
                del self.reads[job.read]
            if job.deadline - LEAST_S > time.monotonic():
                self.working = job
                self.datagrams.begin(job)

    def call(self, job: Job) -> None:
        """Have the thread do it."""
        if self.timer:
            self.timer.cancel()
        self.jobs.put((job, asyncio.get_running_loop()))

    def called(self, job: Job, outcome: "bytes | Exception") -> None:
        """The thread has."""
        self.datagrams.called(self.link, job.read, self.requests, outcome)
        self.timer = asyncio.get_running_loop().call_later(KEEP_S, self.pause)
        self.finish(job, outcome)

    def finish(self, job: Job, outcome: "bytes | Exception") -> None:
        for waiter in job.waiters:
            settle(waiter, outcome)
        self.working = None
        self.next()

    def work(self) -> None:
        """The device's thread: one job after the other, for ever."""
        while True:
            job, loop = self.jobs.get()
            loop.call_soon_threadsafe(self.called, job, self.perform(job))

    def pause(self) -> None:
        """Close the connection; a session of KLAP goes on with the next."""
        if self.link:
            self.link.close()

    def perform(self, job: Job) -> "bytes | Exception":
        self.requests = []
        try:
            deadline = job.deadline - MARGIN_S
            if self.link:
                self.link.limit(deadline)
            else:
                self.link = reach(self.host, self.port, deadline, {})
            return job.work(self.exchange)
        except (Refused, UsageError, Left) as error:
            return error
        except Exception as error:
            self.pause()
            self.link = None  # so that it is looked for again
            if self.log and job.waiters and isinstance(error, PlugError):
                self.log("%s: %s" % (joined(self.host, self.port), error))
            return error

    def exchange(self, request: bytes, once: bool = False) -> bytes:
        if not (self.working and self.working.waiters):
            raise Left
        self.requests.append(request)
        self.trace(request)
        reply = self.link.exchange(request, once)  # type: bytes
        self.trace(request, reply)
        return reply

    def trace(self, request: bytes, reply: bytes = b"") -> None:
        """Log what is sent, or what comes to that."""
        if self.log:
            text = "< " + shown(reply, request) if reply else "> " + shown(request)
            self.log("%s: %s" % (joined(self.host, self.port), text))


def settle(waiter: "Any", outcome: "bytes | Exception") -> None:
    """Give a future its outcome, unless it has one."""
    if waiter.done():
        return
    if isinstance(outcome, Exception):
        waiter.set_exception(outcome)
    else:
        waiter.set_result(outcome)


async def ask(device: Worker, work: "Callable[[Exchange], bytes]", read: str = "") -> bytes:
    """Worker.ask() with its failures in HTTP's words. Raises HttpError."""
    try:
        return await device.ask(work, read)
    except Busy:
        raise HttpError(503, "too many are waiting for it", ("Retry-After: 1",)) from None
    except PlugError as error:
        code = 502
        for kind, found in ((UsageError, 400), (Refused, 422), (DeadlineExceeded, 504)):
            if isinstance(error, kind):
                code = 404 if error.no_outlet else found
        raise HttpError(code, "%s: %s" % (joined(device.host, device.port), error)) from error
