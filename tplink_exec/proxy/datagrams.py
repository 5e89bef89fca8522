"""Reads by datagram, where the device answers those: that takes no thread and no connection.

What a read asks is known from when a thread has done it first: then it is asked so in one datagram,
once more when that is lost, and by a thread when nothing comes. So a thread decides all but
success. What took the device longer than an answer is waited for, as a scan for networks does, is
left to threads. When and how often, `polling.course` says; which answers count, `questions` there.
"""

import asyncio
import functools
import time

from ..address import is_address
from ..cipher import decrypt, encrypt
from ..devices import identity
from ..errors import Refused, UsageError
from ..messages import answer
from ..network.names import Named, Stranger
from ..polling.course import (
    ANSWER,
    ASK,
    BEYOND,
    ENDLESS,
    FAILED,
    MOST_RTO_S,
    OTHER,
    REACHED,
    Course,
)
from ..polling.members import NAME_S
from ..polling.questions import Questions, Unasked, combined, told
from ..sysinfo import unnested
from ..transport.connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..polling.questions import Question, Tag  # noqa: F401 (type comments)
    from ..shapes import Any, Callable, Fields, SocketAddress  # noqa: F401 (type comments)

MAX_KNOWN = 64
"""Reads of one device, by their names."""


class LoopQuestions(Questions):
    """Those of all devices, whose answers the event loop waits for, where it can."""

    works = True

    def opened(self, tag: "Tag") -> None:
        descriptor = tag.socket.fileno()
        try:
            asyncio.get_running_loop().add_reader(descriptor, self.receive, descriptor)
        except NotImplementedError:  # Windows
            self.works = False

    def closes(self, tag: "Tag") -> None:
        if self.works:
            asyncio.get_running_loop().remove_reader(tag.socket.fileno())

    def receive(self, descriptor: int) -> None:
        for reader, data in self.answers(descriptor):
            reader.hear(data)


class DatagramReader:
    """Of one device.

    `finish` gets a job's outcome, `call` has a thread do the job, `trace` logs what is said.
    `known` is what each read asks; `address` where the device is, as far as known `until` then.
    """

    def __init__(
        self,
        questions: LoopQuestions,
        finish: "Callable[[Any, bytes], None]",
        call: "Callable[[Any], None]",
        trace: "Callable[..., None]",
    ) -> None:
        self.questions, self.finish, self.call, self.trace = questions, finish, call, trace
        self.course = Course(1.0, 0.0)
        self.known = {}  # type: dict[str, bytes]
        self.address = None  # type: SocketAddress | None
        self.until = 0.0
        self.entry = None  # type: Fields | None
        self.asked = b""
        self.job = self.timer = None  # type: Any
        self.question = None  # type: Question | None

    def begin(self, job: "Any") -> None:
        """Have the job done, if possible by datagram."""
        now = time.monotonic()
        if not job.read:
            self.course.order(now)
            self.call(job)
            return
        self.job = job
        self.asked = self.known.get(job.read, b"")
        found = self.address and now < self.until
        can_ask = bool(self.asked and found and self.questions.works)
        self.happens(self.course.beat(now, can_ask, True), now)

    def happens(self, event: str, now: float) -> None:
        act = self.course.happens(event, now)
        if act == ASK:
            self.trace(self.asked)
            if self.question:
                self.questions.repeat(self.question)
            elif self.address:
                self.question = self.questions.ask(self, self.address, encrypt(self.asked))
            loop = asyncio.get_running_loop()
            self.timer = loop.call_later(self.course.at - now, self.silence)
        elif self.job:
            self.stop()
            job, self.job = self.job, None
            self.call(job)

    def silence(self) -> None:
        now = time.monotonic()
        self.happens(self.course.silence(now), now)

    def hear(self, data: bytes) -> None:
        """An answer."""
        self.question = None
        event = OTHER
        reply = decrypt(data)
        self.trace(self.asked, reply)
        try:
            self.prove(reply)
            outcome = self.job.work(told(reply, self.asked))
            event = ANSWER
        except Unasked:
            event = BEYOND
        except Exception:
            pass  # whatever it is, a thread finds it, too, and says it
        if event == ANSWER:
            self.stop()
            job, self.job = self.job, None
            self.course.happens(event, time.monotonic())
            self.finish(job, outcome)
        else:
            self.happens(event, time.monotonic())

    def prove(self, reply: bytes) -> None:
        """That it is the device which is remembered by this name. Raises PlugError."""
        if self.entry:
            info = unnested(answer(reply, "system", "get_sysinfo"))
            if not identity.proves(identity.of(info), self.entry):
                raise Stranger("another device answers")

    def give_way(self) -> "Any":
        """The job whose datagram is out, which is to be begun again; None where there is none."""
        self.stop()
        job, self.job = self.job, None
        return job

    def stop(self) -> None:
        """Nothing that is out counts any more."""
        if self.timer:
            self.timer.cancel()
        if self.question:
            self.questions.withdraw(self.question)
        self.timer = self.question = None

    def called(
        self, link: "Any", read: str, requests: "list[bytes]", outcome: "bytes | Exception"
    ) -> None:
        """A thread is done with a job, over `link` and by those requests."""
        failed = isinstance(outcome, Exception) and not isinstance(outcome, (Refused, UsageError))
        self.course.happens(FAILED if failed else REACHED, time.monotonic())
        if isinstance(outcome, bytes):
            self.learn(link)
        if read and isinstance(outcome, bytes) and self.course.took_s < MOST_RTO_S:
            if len(self.known) >= MAX_KNOWN:
                self.known.clear()
            self.known[read] = functools.reduce(combined, dict.fromkeys(requests))

    def learn(self, link: "Any") -> None:
        """Where the device is, if it was reached by its port 9999."""
        self.entry = link.entry if isinstance(link, Named) else None
        way = link.link if isinstance(link, Named) else link
        if not isinstance(way, Connection) or way.http_link:
            self.address = None
        elif way.socket:
            try:
                self.address = way.socket.getpeername()
                self.until = ENDLESS if is_address(way.host) else time.monotonic() + NAME_S
            except OSError:
                pass  # it has just closed the connection
