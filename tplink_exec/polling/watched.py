"""What is watched of a device: the whole, or outlets; what is read of one, and what is told."""

import collections
import time

from ..devices import identity
from ..errors import PlugError, Refused, UsageError, WrongCredentials
from .course import longer

NEVER, CHANGES, ALWAYS = 0, 1, 2
"""When the meter is read: with each poll, or only with one that finds another state."""

Shown = collections.namedtuple("Shown", "alias state power metered at")
"""What is told of an outlet: its name, 1, 0 or None, W or None, and when it was asked."""

Reading = collections.namedtuple("Reading", "alias info state power error")
"""What a poll has found of an outlet: the device's `info`; `power` in W, None (the meter failed), a
Refused, or UNREAD; or only the `error` that is its own."""

UNREAD = object()
"""The meter has not been asked."""


def is_switchless(error: Exception) -> bool:
    """Whether it is of a device that nothing can be read of, now or later."""
    return isinstance(error, PlugError) and error.switchless


def is_grave(error: Exception) -> bool:
    """Whether only the user can put it right."""
    return isinstance(error, (UsageError, WrongCredentials)) or is_switchless(error)


class Outlet:
    """What is watched: a whole device, or with `child` (as --child takes it) one outlet of a strip.

    `alias` is "" until the device has told it; `metered` whether it is known to have a meter;
    `trouble` why it is OFFLINE, `grave` that only the user can put that right. `shown` is what the
    last poll has found, None before it. A meter that has refused, for whatever reason, is asked
    again with the next poll, and then after pauses that double; `meter_at` is when.
    """

    def __init__(self, given: str, child: str) -> None:
        self.given, self.child = given, child
        self.alias = self.trouble = ""
        self.macs = None, None  # type: tuple[object, object]
        self.metered = self.grave = False
        self.meter_pause_s = self.meter_at = 0.0
        self.shown = None  # type: Shown | None

    @property
    def mac(self) -> str:
        """The device's, "" as long as it has not told it."""
        return str(identity.of(dict(zip(("mac", "mic_mac"), self.macs)))["mac"])

    def state(self) -> "int | None":
        """1, 0, or None: nobody knows."""
        return self.shown.state if self.shown else None

    def wants_power(self, state: int, metering: int) -> bool:
        due = metering == ALWAYS and self.meter_at <= time.monotonic()
        return due or bool(metering and state != self.state())

    def take(self, reading: "Reading", interval_s: float) -> None:
        """Be what a poll has found."""
        if reading.error:
            self.fail(reading.error)
            return
        self.alias, power = reading.alias, reading.power
        self.macs = reading.info.get("mac"), reading.info.get("mic_mac")
        if power is UNREAD:
            power = self.shown.power if self.shown and reading.state == self.state() else None
        elif isinstance(power, Refused):
            power = None
            self.meter_at = time.monotonic() + self.meter_pause_s
            self.meter_pause_s = longer(self.meter_pause_s, interval_s)
        else:
            self.metered, self.meter_pause_s, self.meter_at = True, 0.0, 0.0
        self.be(reading.state, power)

    def be(self, state: "int | None", power: "float | None" = None) -> None:
        """`power` is in W."""
        self.trouble, self.grave = "", False
        self.shown = Shown(self.alias or self.given, state, power, self.metered, time.time())

    def fail(self, error: Exception) -> None:
        self.be(None)
        self.trouble, self.grave = str(error), is_grave(error)
