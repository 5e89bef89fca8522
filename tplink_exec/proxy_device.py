"""A device as the proxy keeps it: one exchange at a time, and everybody else waits in line.

1. Each device has a thread of its own, as `transport` blocks; so one that hangs delays no other.
2. The line is bounded (503), and so is the time from entering it to the answer (504). Who has
   left it in vain is not served later: a switch that was given up must not move by itself.
3. Those who read the same thing and are still waiting get the answer of one exchange: it is read
   after each of them asked, so it is as true for all.
4. A connection is kept for KEEP_S, for a burst of requests: devices have few, and drop idle ones. A
   request that must not be sent twice gets a new one.
"""

import asyncio
import collections
import functools
import time
from concurrent.futures import ThreadPoolExecutor

from .errors import DeadlineExceeded, PlugError, Refused, UsageError
from .http_request import HttpError
from .reach import reach, renew
from .report import masked, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Any, Callable, Exchange

REQUEST_S = 5.0
MARGIN_S = 0.1
"""So much before its end an exchange gives up, so that its own words about it are in time."""
KEEP_S = 2.0
MAX_WAITING = 256


class Busy(Exception):
    """The line is full."""


class Job:
    """Work that waits in line, or is being done; `done` gets what it returns or raises."""

    def __init__(self, work: "Callable[[Exchange], bytes]", read: str, done: "Any") -> None:
        self.work = work
        self.read = read
        self.done = done
        self.deadline = 0.0


class Device:
    """`name` is as the user gave it; `log` takes a line and may be called in any thread.

    All but perform() and exchange() runs in the event loop's thread.
    """

    def __init__(
        self, name: str, host: str, port: int, log: "Callable[[str], None] | None"
    ) -> None:
        self.name = name
        self.host = host
        self.port = port
        self.log = log
        self.link = None  # type: Any
        self.threads = ThreadPoolExecutor(1)
        self.line = collections.deque()  # type: collections.deque[Job]
        self.reads = {}  # type: dict[str, Job]
        self.waiting = 0
        self.working = False
        self.timer = None  # type: Any

    async def ask(self, work: "Callable[[Exchange], bytes]", read: str = "") -> bytes:
        """What `work` returns; `read` names what it reads, "" when it does more than to read.

        Raises PlugError, Busy.
        """
        if self.waiting >= MAX_WAITING:
            raise Busy
        job = self.reads.get(read)
        if not job:
            job = Job(work, read, asyncio.get_running_loop().create_future())
            self.line.append(job)
            if read:
                self.reads[read] = job
        job.deadline = time.monotonic() + REQUEST_S
        self.next()
        self.waiting += 1
        await asyncio.wait([job.done], timeout=REQUEST_S)
        self.waiting -= 1
        if not job.done.done():
            raise DeadlineExceeded("no answer in time; does it hang, or are too many asking it?")
        return job.done.result()  # type: ignore[no-any-return]

    def next(self) -> None:
        """Begin with the first in the line who still waits, unless somebody is being served."""
        loop = asyncio.get_running_loop()
        while self.line and not self.working:
            job = self.line.popleft()
            if self.reads.get(job.read) is job:
                del self.reads[job.read]
            if job.deadline - MARGIN_S <= time.monotonic():
                continue
            self.working = True
            if self.timer:
                self.timer.cancel()
            done = loop.run_in_executor(self.threads, self.perform, job)
            done.add_done_callback(functools.partial(self.finish, job))

    def finish(self, job: Job, done: "Any") -> None:
        outcome = done.result()
        if isinstance(outcome, Exception):
            job.done.set_exception(outcome)
            job.done.exception()  # taken note of, even when nobody waits for it any more
        else:
            job.done.set_result(outcome)
        self.working = False
        self.timer = asyncio.get_running_loop().call_later(KEEP_S, self.pause)
        self.next()

    def pause(self) -> None:
        """Close the connection; a session of KLAP goes on with the next."""
        for link in (self.link, getattr(self.link, "klap", None)):
            if link:
                link.close()

    def perform(self, job: Job) -> "bytes | Exception":
        """Do the work, in the device's thread."""
        try:
            deadline = job.deadline - MARGIN_S
            if not (self.link and renew(self.link, deadline)):
                self.link = reach(self.host, self.port, deadline, [], {})
            return job.work(self.exchange)
        except (Refused, UsageError) as error:
            return error
        except Exception as error:
            self.pause()
            self.link = None  # so that it is looked for again
            if self.log and isinstance(error, PlugError):
                self.log("%s: %s" % (place(self.host, self.port), error))
            return error

    def exchange(self, request: bytes, once: bool = False) -> bytes:
        if once:
            self.pause()  # the device may just have closed it
        if self.log:
            self.log("%s: > %s" % (place(self.host, self.port), masked(request)))
        reply = self.link.exchange(request, once)  # type: bytes
        if self.log:
            self.log("%s: < %s" % (place(self.host, self.port), masked(reply)))
        return reply


async def ask(device: Device, work: "Callable[[Exchange], bytes]", read: str = "") -> bytes:
    """Device.ask() with its failures in HTTP's words. Raises HttpError."""
    try:
        return await device.ask(work, read)
    except Busy:
        raise HttpError(503, "too many are waiting for it", ("Retry-After: 1",)) from None
    except PlugError as error:
        code = 502
        for kind, found in ((UsageError, 400), (Refused, 422), (DeadlineExceeded, 504)):
            if isinstance(error, kind):
                code = found
        raise HttpError(code, "%s: %s" % (place(device.host, device.port), error)) from error
