"""For lossy.py: what watch told, against what the devices were.

Of a device, `changes` are (time, state), from the state that it begins with on, and `told` are the
lines of watch for each of its names, likewise, with None for OFFLINE.
"""

INTERVAL_S = 2.0
LATE_S = 2 * INTERVAL_S
"""The beat after a change comes within an interval; a change may be told within another one."""
LATE_SHARE, LATE_LEAST = 0.03, 3
"""So many changes may be told later: that share of all, or in a short run the number. By TCP a SYN
that is lost twice takes 3 s, as may be what follows, so those with KLAP are late more often."""


class Judge:
    """What was wrong, a line for each, and how late the changes were told, in seconds."""

    def __init__(self, devices):
        self.wrong, self.late = [], []
        for device in devices:
            for given, told in device.told.items():
                self.judge("%s (%s)" % (given, device.device.model), device.changes, told)
        self.late.sort()
        self.too_late = sum(late_s > LATE_S for late_s in self.late)
        if self.too_late > max(LATE_SHARE * len(self.late), LATE_LEAST):
            self.wrong.append("%d changes told later than %g s" % (self.too_late, LATE_S))

    def judge(self, name, changes, told):
        """The first change is the state at the start, and none of which it is told how late."""
        next_one, was_offline = 0, False
        for at, state in told:
            if state is None:
                self.wrong.append("%s: OFFLINE at %.1f s" % (name, at - changes[0][0]))
                was_offline = True
                continue
            past = [n for n, change in enumerate(changes) if change[0] <= at]
            matching = [n for n in past if n >= next_one and changes[n][1] == state]
            if matching:
                for number in range(next_one, matching[-1]):
                    self.miss(name, changes[number], changes)
                next_one = matching[-1] + 1
                if next_one > 1:
                    self.late.append(at - changes[matching[-1]][0])
            elif not (was_offline and next_one and changes[next_one - 1][1] == state):
                text = "%s: told %s at %.1f s, which is no change"
                self.wrong.append(text % (name, state, at - changes[0][0]))
            was_offline = False
        for change in changes[next_one:]:
            self.miss(name, change, changes)

    def miss(self, name, change, changes):
        self.wrong.append(
            "%s: %s at %.1f s not told" % (name, change[1], change[0] - changes[0][0])
        )


def how_late(late, too_late):
    """Two lines; the second tells how many changes were told within so many seconds."""
    limits = 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 6, 10, float("inf")
    counts = [0] * len(limits)
    for late_s in late:
        counts[next(n for n, limit in enumerate(limits) if late_s <= limit)] += 1
    middle, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
    text = "How late: median %.2f s, 99 %% %.2f s, at most %.2f s, %d later than %g s\n    %s"
    each = ", ".join("to %g s: %d" % pair for pair in zip(limits, counts) if pair[1])
    return text % (middle, p99, late[-1], too_late, LATE_S, each)
