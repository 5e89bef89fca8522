"""A thread for each watched device: polls it, does its commands in order, sleeps in between.

So nothing piles up: a device that is slow misses beats, and no other waits for it.
"""

import collections
import queue
import threading
import time

from ..address import joined
from ..errors import DeadlineExceeded, PlugError, UsageError
from .lines import Complaints
from .members import Member, Outlet, Shown
from .streams import Streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .orders import Order

MAX_WAITING = 100
"""Commands for one device; more are refused."""
NOBODY = Shown("", None, None, False, 0.0)


class Post:
    """What the threads leave for the main thread: outlets to tell of; and lines of complaint.

    The bell of `streams` is rung when there is something, or some work is finished.
    """

    def __init__(self, debug: bool) -> None:
        self.debug = debug
        self.changes = collections.deque()  # type: collections.deque[tuple[Outlet, Shown]]
        self.complaints = Complaints()
        self.streams = Streams()

    def tell(self, outlet: Outlet, shown: Shown) -> None:
        self.changes.append((outlet, shown))
        self.streams.ring()

    def complain(self, text: str) -> None:
        self.complaints.add(text)

    def note(self, text: str) -> None:
        """A complaint only with --debug."""
        if self.debug:
            self.complain(text)


class Poller(threading.Thread):
    """Polls `member` each interval, for the first time after `delay_s`.

    `given` and `done` count commands, the latter when the device has been polled after it;
    `settled`: there has been a poll.
    """

    def __init__(self, member: Member, metering: int, delay_s: float, post: Post) -> None:
        super().__init__(daemon=True)
        self.member, self.metering, self.post = member, metering, post
        self.due = time.monotonic() + delay_s
        # No SimpleQueue: its get() with a short timeout may wait for ever (seen with Python 3.8).
        self.orders = queue.Queue()  # type: queue.Queue[Order]
        self.given = self.done = 0
        self.settled = False
        self.place = joined(member.host, member.port) + ": "

    def order(self, order: "Order") -> None:
        """Have it done next, but for those given before. Raises UsageError."""
        if self.given - self.done >= MAX_WAITING:
            raise UsageError("%d commands wait for this device" % MAX_WAITING)
        self.given += 1
        self.orders.put(order)
        self.member.interrupt()

    def run(self) -> None:
        while True:
            order = None
            try:
                order = self.orders.get(timeout=max(self.due - time.monotonic(), 0))
            except queue.Empty:
                pass
            started = time.monotonic()
            if not order and self.due > started:
                continue
            if not order or self.obey(order) or self.orders.empty():
                self.poll(hasty=not order)
            self.done += bool(order)
            if order or not self.settled:
                self.settled = all(outlet.shown for outlet in self.member.outlets)
                self.post.streams.ring()
            beats = int((time.monotonic() - started) / self.member.interval_s) + 1
            self.due = started + beats * self.member.interval_s

    def obey(self, order: "Order") -> bool:
        """Whether the device has done it."""
        try:
            if order.deadline < time.monotonic():
                raise DeadlineExceeded("%s waited too long for its turn" % order.text)
            self.member.call(order.command, order.options, order.deadline)
            self.post.note(self.place + "done: " + order.text)
            return True
        except UsageError as error:
            self.post.complain(str(error))
        except PlugError as error:
            self.post.complain(self.place + str(error))
        except Exception as error:
            self.bug(error)
        return False

    def poll(self, hasty: bool) -> None:
        """`hasty`: a command may interrupt it."""
        before = [outlet.shown or NOBODY for outlet in self.member.outlets]
        troubles = [outlet.trouble for outlet in self.member.outlets]
        try:
            if not self.member.poll(self.metering, hasty):
                return
        except Exception as error:
            self.bug(error)
            for outlet in self.member.outlets:
                outlet.fail(error)
        for outlet, old, trouble in zip(self.member.outlets, before, troubles):
            new = outlet.shown or NOBODY
            if new.state != old.state or old is NOBODY:
                self.post.tell(outlet, new)
            if outlet.trouble != trouble or (new.state is None) != (old.state is None):
                self.event(outlet)

    def event(self, outlet: Outlet) -> None:
        """What only the user can put right is told without --debug, too."""
        child = "#%s " % outlet.child if outlet.child else ""
        if outlet.trouble:
            say = self.post.complain if outlet.grave else self.post.note
            say("%s%sOFFLINE: %s" % (self.place, child, outlet.trouble))
        else:
            self.post.note("%s%sanswers" % (self.place, child))

    def bug(self, error: Exception) -> None:
        text = "%sinternal error, please report it: %s: %s"
        self.post.complain(text % (self.place, type(error).__name__, error))
