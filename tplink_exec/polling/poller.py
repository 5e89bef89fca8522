"""All watched devices, asked each interval: one thread for datagrams and times, a pool for calls.

Nothing piles up: a device that is slow misses beats, and no other waits for it. What a device's
`course` says is done here; its `member` says how. Other threads hand in what they have to say by
`deliver`, so that all that changes is changed in one thread.
"""

import collections
import functools
import heapq
import threading
import time

from ..cipher import decrypt, encrypt
from ..errors import DeadlineExceeded, PlugError, UsageError
from .bell import Bell, readable
from .course import (
    ASK,
    BEYOND,
    BOTH,
    CALL,
    CALLED,
    ENDLESS,
    FAILED,
    MORE,
    ONLINE,
    ORDERED,
    OTHER,
    REACHED,
    RESTING,
    SILENCE,
    Course,
)
from .members import LOGIN_S, Member
from .polled import Polled
from .pool import Pool
from .questions import Questions, Unasked, socket_address
from .watched import NEVER, is_grave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable, Order  # noqa: F401 (type comments)
    from .questions import Question  # noqa: F401 (type comments)
    from .watched import Reading

MAX_WAITING = 100
"""Commands for one device; more are refused."""
TICK_S = 0.05
"""What is due in such a time is begun together, and answers are taken together: with a thousand
devices that makes twice the polls per CPU second of each on its own."""
AT_ONCE = 64
"""So many are begun before answers are looked for."""
METER_S = 1.0
"""The time for a call that wants only the meter: the state is known, and waits to be told."""


class Poller(threading.Thread):
    """`devices` polled each `interval_s`; `post` takes what there is to tell."""

    def __init__(
        self, members: "list[Member]", interval_s: float, gap_s: float, metering: int, post: "Any"
    ) -> None:
        super().__init__(daemon=True)
        self.interval_s, self.metering, self.post = interval_s, metering, post
        self.tick_s = min(TICK_S, interval_s / 10)
        now = time.monotonic()
        self.devices = [
            Polled(member, Course(interval_s, now + number * gap_s), post)
            for number, member in enumerate(members)
        ]
        self.due = []  # type: list[tuple[float, int, Polled]]
        self.number = 0
        self.questions, self.pool = Questions(), Pool()
        self.payloads = {}  # type: dict[bytes, bytes]
        self.inbox = collections.deque()  # type: collections.deque[Callable[[], None]]
        self.bell = Bell()
        self.failure = None  # type: Exception | None

    # For other threads.

    def order(self, polled: Polled, order: "Order") -> None:
        """Have it done next, but for those given before. Raises UsageError."""
        if polled.given - polled.done >= MAX_WAITING:
            raise UsageError("%d commands wait for this device" % MAX_WAITING)
        polled.given += 1
        self.deliver(functools.partial(self.ordered, polled, order))

    def deliver(self, message: "Callable[[], None]") -> None:
        self.inbox.append(message)
        self.bell.ring()

    # The thread.

    def run(self) -> None:
        try:
            for polled in self.devices:
                self.schedule(polled)
            while True:
                if self.begin():
                    self.listen(0.0)
                else:
                    readable([self.bell.fileno()], self.tick_s)
                    self.listen(self.due[0][0] - time.monotonic() if self.due else None)
                while self.inbox:
                    self.inbox.popleft()()
        except Exception as error:
            self.failure = error
            self.post.ring()

    def begin(self) -> bool:
        """Begin what is due; whether there is more."""
        now = time.monotonic()
        for _ in range(AT_ONCE):
            if not self.due or self.due[0][0] > now:
                return False
            entry = heapq.heappop(self.due)
            polled = entry[2]
            if polled.entry is entry:  # else there has been an earlier one
                polled.entry = None
                if polled.course.at <= now:
                    self.turn(polled, now)
                else:
                    self.schedule(polled)
        return True

    def schedule(self, polled: Polled) -> None:
        """Have begin() see to it in time; when it comes too early, it looks again."""
        at = polled.course.at
        if at < (polled.entry[0] if polled.entry else ENDLESS):
            self.number += 1
            polled.entry = at, self.number, polled
            heapq.heappush(self.due, polled.entry)

    def turn(self, polled: Polled, now: float) -> None:
        course, member = polled.course, polled.member
        if course.state in RESTING:
            self.rest(polled)
            polled.asked = member.question(self.metering)
            can_try = bool(member.address or member.http_link)
            event = course.beat(now, bool(polled.asked), can_try)
        else:
            event = course.silence(now)
        self.happens(polled, event, now)

    def listen(self, limit_s: "float | None") -> None:
        """Wait for answers, or the bell, and take them."""
        for descriptor in readable([*self.questions.tags, self.bell.fileno()], limit_s):
            if descriptor == self.bell.fileno():
                self.bell.hear()
            for polled, data in self.questions.answers(descriptor):
                polled.question = None
                self.hear(polled, data)

    def hear(self, polled: Polled, data: bytes) -> None:
        event, found = OTHER, None  # type: tuple[str, list[Reading] | None]
        try:
            event, found = polled.heard(decrypt(data), self.metering)
        except (PlugError, Unasked):
            pass
        except Exception as error:
            polled.bug(error)
        self.happens(polled, event, time.monotonic(), found)

    def happens(
        self, polled: Polled, event: str, now: float, found: "list[Reading] | None" = None
    ) -> None:
        """What follows from an event; `found` is what has been read, if it is that."""
        act = polled.course.happens(event, now)
        if event not in (MORE, BEYOND, SILENCE):
            polled.spare = None
        if act in (ASK, BOTH):
            self.ask(polled)
        if act in (CALL, BOTH):
            self.call(polled)
        if polled.course.state == ONLINE:
            self.rest(polled)
            if found is not None:
                polled.tell(found)
        if polled.course.state in RESTING and polled.owed:
            polled.done += polled.owed
            polled.owed = 0
            self.post.ring()
        self.schedule(polled)

    def rest(self, polled: Polled) -> None:
        """Nothing that is still out counts any more."""
        if polled.question:
            self.questions.withdraw(polled.question)
            polled.question = None
        polled.waiting = polled.spare = None
        if polled.attempt:
            polled.attempt = None
            polled.member.interrupt()

    def ask(self, polled: Polled) -> None:
        if polled.question:
            self.questions.repeat(polled.question)
            return
        where = polled.member.place()
        if where != polled.where or not polled.address:
            polled.where, polled.address = where, socket_address(*where)
        payload = self.payloads.get(polled.asked)
        if not payload:
            payload = self.payloads[polled.asked] = encrypt(polled.asked)
        if polled.address:
            polled.question = self.questions.ask(polled, polled.address, payload)

    # Calls.

    def call(self, polled: Polled, order: "Order | None" = None) -> None:
        """Have a thread call the device, as soon as none does. Its outcome comes to called()."""
        course, member = polled.course, polled.member
        now = time.monotonic()
        patient = bool(order) or course.is_patient(now)
        anew = patient and not course.online
        limit_s = member.limit_s(patient, bool(course.online), course.took_s, self.interval_s)
        if polled.spare:
            limit_s = min(limit_s, METER_S)
        elif course.state == CALLED and course.online and not course.sent:
            limit_s = max(limit_s / 2, min(limit_s, LOGIN_S))  # it is repeated: see failure()
        attempt = polled.attempt = object()
        how = limit_s, patient, anew, self.metering
        job = functools.partial(self.work, polled, attempt, order, how)
        if polled.busy:
            polled.waiting = job
            member.interrupt()
        else:
            self.employ(polled, job)

    def employ(self, polled: Polled, job: "Callable[[], None]") -> None:
        polled.busy, polled.waiting = True, None
        polled.member.interrupted = False
        self.pool.run(job)

    def work(self, polled: Polled, attempt: object, order: "Order | None", how: "Any") -> None:
        """In a thread of the pool."""
        found = polled.work(order, how)
        self.deliver(functools.partial(self.called, polled, attempt, how[1], found))

    def ordered(self, polled: Polled, order: "Order") -> None:
        """A command has come."""
        polled.orders.append(order)
        if polled.course.state != ORDERED:
            self.next_order(polled)

    def next_order(self, polled: Polled) -> None:
        self.rest(polled)
        polled.course.order(time.monotonic())
        self.call(polled, polled.orders.popleft())

    def called(
        self,
        polled: Polled,
        attempt: object,
        patient: bool,
        found: "list[Reading] | Exception | None",
    ) -> None:
        """A thread is done with the device; `found` is None where it has not been polled."""
        polled.busy = False
        if polled.waiting:
            self.employ(polled, polled.waiting)
        if polled.attempt is not attempt:
            return
        polled.attempt = None
        now = time.monotonic()
        polled.owed += polled.course.state == ORDERED
        if isinstance(found, Exception) and polled.spare:
            found = polled.spare
        if isinstance(found, Exception):
            self.fail(polled, found, patient, now)
        elif found is not None:
            self.happens(polled, REACHED, now, found)
        if polled.orders:
            self.next_order(polled)

    def fail(self, polled: Polled, error: Exception, patient: bool, now: float) -> None:
        member = polled.member
        if not isinstance(error, PlugError):
            polled.bug(error)
        polled.asked = member.question(NEVER)
        can_ask = polled.course.can_ask(bool(polled.asked), now)
        event = polled.course.failure(can_ask, isinstance(error, DeadlineExceeded))
        if event == FAILED:
            polled.course.fail(patient, is_grave(error), now)
            member.forget()
            polled.tell(error, patient)
        self.happens(polled, event, now)
