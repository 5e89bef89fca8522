"""A device in the poller's rounds: what is out, what waits, and what there is to tell of it."""

import collections
import time

from ..address import joined
from ..errors import DeadlineExceeded, PlugError, UsageError
from ..messages import GET_SYSINFO
from .course import ANSWER, BEYOND, MORE, OTHER, Course
from .members import Interrupted, Member
from .questions import Unasked, combined
from .watched import NEVER, Outlet, Shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Order  # noqa: F401 (type comments)
    from .questions import Question  # noqa: F401 (type comments)
    from .watched import Reading

NOBODY = Shown("", None, None, False, 0.0)


class Polled:
    """A `member` and its `course`.

    By datagram: `asked` is what the last one asks, `question` the one that is out, sent to the
    socket address of `where`; `spare` is what one has said that lacks only the meter. By call:
    `busy`, a thread has the device; `attempt` is the call whose outcome is awaited, `waiting` what
    is to be done when the thread is free. `orders` are commands that wait. `given` and `done` count
    them, the latter when the device has been polled after them; `owed` are done but for that.
    `settled`: there has been a poll. `entry` is in the poller's heap.
    """

    def __init__(self, member: Member, course: Course, post: "Any") -> None:
        self.member, self.course, self.post = member, course, post
        self.place = joined(member.host, member.port) + ": "
        self.asked = b""
        self.question = None  # type: Question | None
        self.where = self.address = None  # type: Any
        self.spare = None  # type: list[Reading] | None
        self.busy = self.settled = False
        self.attempt = self.waiting = self.entry = None  # type: Any
        self.orders = collections.deque()  # type: collections.deque[Order]
        self.given = self.done = self.owed = 0

    def heard(self, reply: bytes, metering: int) -> "tuple[str, list[Reading] | None]":
        """The event that an answer by datagram is, and what it says. Raises PlugError, Unasked."""
        try:
            found = self.member.told(reply, self.asked, metering)
        except Unasked as missing:
            self.spare = self.member.told(reply, GET_SYSINFO, NEVER)
            more = self.member.metering_question = combined(self.asked, *missing.args)
            self.asked = more or self.asked
            return MORE if more else BEYOND, None
        for outlet, reading in zip(self.member.outlets, found):
            if reading.error and str(reading.error) != outlet.trouble:
                return OTHER, None
        return ANSWER, found

    def work(self, order: "Order | None", how: "Any") -> "list[Reading] | Exception | None":
        """Call the device, in a thread; what it has answered, or why not, or None: not polled.

        `how` is for Member.poll. After a command the device is polled, so that its effect is told;
        but not after one that has failed while others wait.
        """
        try:
            if not order or self.obey(order, how[2]) or not self.orders:
                return self.member.poll(*how)
        except Interrupted:
            pass
        except Exception as error:
            return error
        return None

    def obey(self, order: "Order", anew: bool) -> bool:
        """Whether the device has done it."""
        try:
            if order.deadline < time.monotonic():
                raise DeadlineExceeded("%s waited too long for its turn" % order.text)
            self.member.call(order.command, order.options, order.deadline, anew)
            self.post.note(self.place + "done: " + order.text)
            return True
        except UsageError as error:
            self.post.complain(str(error))
        except PlugError as error:
            self.post.complain(self.place + str(error))
        except Exception as error:
            self.bug(error)
        return False

    def tell(self, found: "list[Reading] | Exception", patient: bool = True) -> None:
        """Set what the outlets are, and tell what is new."""
        for number, outlet in enumerate(self.member.outlets):
            old, trouble = outlet.shown or NOBODY, outlet.trouble
            if not isinstance(found, Exception):
                outlet.take(found[number], self.course.interval_s)
            elif patient or not trouble:
                outlet.fail(found)
            new = outlet.shown or NOBODY
            if new.state != old.state or old is NOBODY:
                self.post.tell(outlet, new)
            if outlet.trouble != trouble or (new.state is None) != (old.state is None):
                self.event(outlet)
        if not self.settled:
            self.settled = True
            self.post.ring()

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
