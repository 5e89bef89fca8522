"""A poller that goes by steps, in the test's own thread, and notes what it tells."""

import time

from tplink_exec.polling.course import CALLED, MUTE_DOUBTS, RESTING
from tplink_exec.polling.members import Member
from tplink_exec.polling.poller import Poller
from tplink_exec.polling.watched import NEVER, Outlet

PATIENCE_S = 20


class Notes:
    """In place of watch.post.Post."""

    def __init__(self):
        self.told, self.complaints, self.notes = [], [], []

    def ring(self):
        pass

    def tell(self, outlet, shown):
        self.told.append((outlet.given, shown.state))

    def complain(self, text):
        self.complaints.append(text)

    def note(self, text):
        self.notes.append(text)


class Stepping(Poller):
    """Of one device, whose beats come when poll() is called."""

    def __init__(self, member, interval_s=0.1, metering=NEVER):
        super().__init__([member], interval_s, 0.0, metering, Notes())
        self.polled = self.devices[0]
        self.member, self.course = self.polled.member, self.polled.course

    def beat(self):
        """Begin one."""
        self.course.at = time.monotonic()
        self.turn(self.polled, self.course.at)

    def poll(self, metering=None):
        """One beat to its end; False when the device is not to be asked."""
        if metering is not None:
            self.metering = metering
        self.beat()
        asked = self.course.state not in RESTING
        self.until(lambda: self.course.state in RESTING and not self.polled.busy)
        return asked

    def beat_kind(self):
        """Which one the next would be."""
        asked = self.member.question(self.metering)
        return self.course.beat(time.monotonic(), bool(asked), True)

    def lose(self, error):
        """As if a call had failed."""
        self.course.state, self.course.doubts = CALLED, MUTE_DOUBTS
        self.fail(self.polled, error, True, time.monotonic())

    def step(self):
        while self.begin():
            pass
        self.listen(0.01)
        while self.inbox:
            self.inbox.popleft()()

    def until(self, condition):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, "it never came true: %s" % self.course.state
            self.step()

    def close(self):
        for tag in list(self.questions.tags.values()):
            self.questions.close(tag)
        self.bell.socket.close()


def member_of(host, port, options=(), timeout_s=PATIENCE_S, children=("",)):
    member = Member(host, port, dict(options), timeout_s)
    member.outlets.extend(Outlet("plug", child) for child in children)
    return member
