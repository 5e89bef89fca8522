"""What becomes of a device from beat to beat: a table, and the times that go with it. No I/O.

A device that answers datagrams is asked by one each beat. What is lost is asked again, once; then
a thread calls the device by TCP, while the datagram is still repeated: what answers first counts.
Only when the call fails is the device OFFLINE. Then each beat has one datagram, and the whole
effort of a call comes after pauses that double. Where no datagram can be sent, as to a device with
newer firmware, all is done by calls; such a beat is `MUTE`.

| state | what it means | what is awaited |
| --- | --- | --- |
| NEW | nothing has been heard or found out yet | the first beat |
| ONLINE | it has answered the last question | the next beat |
| LOST | it has not, and is told as OFFLINE | the next beat, or a late answer |
| ASKED | a datagram is out | an answer, for `rto_s` |
| TRIED | so it is, and is the last before a call | the same |
| SOUGHT | the same for one that is OFFLINE | the same |
| CALLED | a thread calls it; a datagram may be out, too | the one or the other |
| ORDERED | a thread gives it a command and asks what it led to | that thread |
"""

NEW, ONLINE, LOST = "new", "online", "lost"
ASKED, TRIED, SOUGHT, CALLED, ORDERED = "asked", "tried", "sought", "called", "ordered"

BEAT, MUTE, SKIP = "beat", "mute", "skip"
ANSWER, MORE, BEYOND, OTHER = "answer", "more", "beyond", "other"
SILENCE, OVERDUE = "silence", "overdue"
REACHED, DOUBT, MUTE_DOUBT, FAILED = "reached", "doubt", "mute doubt", "failed"
"""Events. Of a beat: a datagram can be sent, or none can, or nothing is to be done.

Of an answer by datagram: it says all; it is good, and leads to another question, by datagram or one
that only a call can ask (BEYOND); or it is no good. Silence is that nothing has come in time, and
OVERDUE for one that is OFFLINE that a call is due, too. A call has REACHED the device or not; one
that has not is in DOUBT where no datagram has been tried, or only another call can be."""

NOTHING, ASK, CALL, BOTH, TELL = "nothing", "ask", "call", "both", "tell"
"""What is to be done: send the datagram, have a thread call, both, or tell what is known now."""

TABLE = {
    NEW: {BEAT: (TRIED, ASK), MUTE: (CALLED, CALL)},
    ONLINE: {BEAT: (ASKED, ASK), MUTE: (CALLED, CALL)},
    LOST: {
        BEAT: (SOUGHT, ASK),
        MUTE: (CALLED, CALL),
        SKIP: (LOST, NOTHING),
        ANSWER: (ONLINE, TELL),
        MORE: (ASKED, ASK),
        BEYOND: (CALLED, CALL),
        OTHER: (LOST, NOTHING),
    },
    ASKED: {
        ANSWER: (ONLINE, TELL),
        SILENCE: (TRIED, ASK),
        MORE: (ASKED, ASK),
        BEYOND: (CALLED, CALL),
        OTHER: (CALLED, CALL),
    },
    TRIED: {
        ANSWER: (ONLINE, TELL),
        SILENCE: (CALLED, BOTH),
        MORE: (ASKED, ASK),
        BEYOND: (CALLED, CALL),
        OTHER: (CALLED, CALL),
    },
    SOUGHT: {
        ANSWER: (ONLINE, TELL),
        SILENCE: (LOST, NOTHING),
        OVERDUE: (CALLED, BOTH),
        MORE: (ASKED, ASK),
        BEYOND: (CALLED, CALL),
        OTHER: (CALLED, CALL),
    },
    CALLED: {
        ANSWER: (ONLINE, TELL),
        SILENCE: (CALLED, ASK),
        MORE: (CALLED, ASK),
        BEYOND: (CALLED, NOTHING),
        OTHER: (CALLED, NOTHING),
        REACHED: (ONLINE, TELL),
        DOUBT: (TRIED, ASK),
        MUTE_DOUBT: (CALLED, CALL),
        FAILED: (LOST, TELL),
    },
    ORDERED: {
        REACHED: (ONLINE, TELL),
        DOUBT: (TRIED, ASK),
        MUTE_DOUBT: (CALLED, CALL),
        FAILED: (LOST, TELL),
    },
}  # type: dict[str, dict[str, tuple[str, str]]]

RESTING = (NEW, ONLINE, LOST)
FIRST_RTO_S, LEAST_RTO_S, MOST_RTO_S = 0.25, 0.1, 1.0
"""How long an answer is waited for: before anything is known of the device, and within which
limits. In between it is the mean of the times so far and four times their mean deviation (RFC 6298,
section 2). After a question that had to be repeated it is doubled."""
MUTE_DOUBTS = 3
"""So often a call is repeated that has timed out, where calls are all there is, before the device
is OFFLINE; once, where it has never answered."""
UNHEARD = 3
"""Beats in a row with a call that has reached the device after datagrams had not."""
MUTE_S, MAX_MUTE_S = 60.0, 3600.0
"""How long no datagram is sent after that; it doubles each time."""
ENDLESS = float("inf")
MAX_PAUSE_S = 30.0
"""The longest between two whole efforts to reach a device that is OFFLINE."""


def longer(pause_s: float, least_s: float, most_s: float = MAX_PAUSE_S) -> float:
    return min(2 * pause_s or least_s, most_s)


class Course:
    """One device's. Times are by time.monotonic() and are given; those with `_s` are spans.

    `at` is when the next event is due, if nothing comes before. `online`: the last question has
    been answered; None before there has been one. Unless it is, a call is `patient`, the whole
    effort with look-up and retries, only from `patient_at` on; before, there may be a short one,
    but none where trouble is `grave`: only the user can end that. `took_s` is how long the last
    answer has taken, 0 before the first.
    """

    def __init__(self, interval_s: float, at: float) -> None:
        self.interval_s = interval_s
        self.state = NEW
        self.at = self.due = self.began = self.asked = at
        self.online = None  # type: bool | None
        self.grave = False
        self.took_s = self.pause_s = self.patient_at = 0.0
        self.rto_s, self.mean_s, self.deviation_s = FIRST_RTO_S, 0.0, 0.0
        self.sent = self.unheard = self.doubts = 0
        self.mute_s = self.mute_until = 0.0

    def happens(self, event: str, now: float) -> str:
        """Go on to the next state; returns what is to be done."""
        self.state, act = TABLE[self.state][event]
        if event in (BEAT, MUTE, SKIP):
            self.due, self.began, self.sent, self.doubts = self.at, now, 0, 0
        if event == ANSWER:
            self.hear(now - self.asked)
        elif event in (MORE, BEYOND):
            self.sent = self.unheard = 0
        elif event == REACHED and self.sent:
            self.miss(now)
        elif event in (DOUBT, MUTE_DOUBT):
            self.doubts += 1
        if self.state == ONLINE:
            self.online, self.grave, self.pause_s = True, False, 0.0
            self.took_s = max(now - self.began, 1e-6)
        if act in (ASK, BOTH):
            self.asked = self.asked if self.sent else now
            self.at = now + min(self.rto_s * 2 ** min(self.sent, 9), MOST_RTO_S)
            self.sent += 1
        elif self.state in RESTING:
            self.at = self.next_beat(now)
        elif act == CALL:
            self.at = ENDLESS
        return act

    def order(self, now: float) -> None:
        """A command comes first: what is out is void."""
        self.state, self.at = ORDERED, ENDLESS
        self.due, self.began, self.sent, self.doubts = now, now, 0, 0

    def next_beat(self, now: float) -> float:
        """Those that have passed meanwhile are left out, so nothing piles up."""
        beats = int((now - self.due) / self.interval_s) + 1
        return self.due + beats * self.interval_s

    def beat(self, now: float, can_ask: bool, can_try: bool) -> str:
        """Which kind of it is due: `can_ask` by datagram, `can_try` by a short call."""
        if self.can_ask(can_ask, now):
            return BEAT
        tries = self.is_patient(now) or (can_try and not self.grave)
        return MUTE if tries or self.state != LOST else SKIP

    def can_ask(self, possible: bool, now: float) -> bool:
        """Whether to ask by datagram, where that is `possible`."""
        return possible and self.mute_until <= now

    def silence(self, now: float) -> str:
        return OVERDUE if self.state == SOUGHT and self.is_patient(now) else SILENCE

    def is_patient(self, now: float) -> bool:
        return bool(self.online) or now >= self.patient_at

    def failure(self, can_ask: bool, timed_out: bool) -> str:
        """Which event a failed call is; of a device that is OFFLINE already, no other."""
        if self.online is False:
            return FAILED
        if can_ask:
            return FAILED if self.sent or self.doubts else DOUBT
        doubts = MUTE_DOUBTS if self.online else 1
        return MUTE_DOUBT if timed_out and self.doubts < doubts else FAILED

    def hear(self, took_s: float) -> None:
        """An answer has come by datagram, so long after the question was sent first.

        Where that was repeated nobody knows what the answer is to (Karn's algorithm).
        """
        took_s = min(took_s, MOST_RTO_S)
        if self.sent > 1:
            rto_s = 2 * self.rto_s
        else:
            if self.mean_s:
                self.deviation_s += (abs(took_s - self.mean_s) - self.deviation_s) / 4
                self.mean_s += (took_s - self.mean_s) / 8
            else:
                self.mean_s, self.deviation_s = took_s, took_s / 2
            rto_s = self.mean_s + 4 * self.deviation_s
        self.rto_s = min(max(rto_s, LEAST_RTO_S), MOST_RTO_S)
        self.unheard, self.mute_s = 0, 0.0

    def miss(self, now: float) -> None:
        """A call has reached the device that datagrams had not."""
        self.unheard += 1
        if self.unheard >= UNHEARD:  # and after the pause one more is enough
            self.mute_s = longer(self.mute_s, MUTE_S, MAX_MUTE_S)
            self.mute_until = now + self.mute_s

    def fail(self, patient: bool, grave: bool, now: float) -> None:
        """A call has failed; `grave` as above, if it was `patient`."""
        if self.online:
            self.pause_s = 0.0
        self.online = False
        if patient:
            self.grave = grave
            self.pause_s = longer(self.pause_s, self.interval_s)
            self.patient_at = now + self.pause_s
