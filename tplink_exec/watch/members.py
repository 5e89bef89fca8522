"""A device that is asked again and again: reaching it, its state, and what happens when it is dead.

1. XOR has a new connection for each poll, as devices have few; a session over HTTP is kept.
2. A device that does not answer is OFFLINE. Then each interval has one try, with nothing in it but
   one connection to the address known; look-up, retries and the other transport are tried after
   pauses that double up to MAX_PAUSE_S. So it costs little, and one that is back is seen within
   one interval.
3. What an outlet is and has is decided by `detect` and the family; who a remembered device is, and
   where it has gone, by `names`.
"""

import _socket as socket
import _thread
import collections
import time

from ..address import is_address
from ..devices import identity
from ..devices.detect import device
from ..devices.meter import micro
from ..devices.plug import Plug
from ..devices.smart import Smart
from ..devices.smart_family import asked
from ..errors import PlugError, Refused, UsageError, WrongCredentials
from ..network.names import Named, Stranger
from ..sysinfo import text
from ..transport.connection import Connection
from ..transport.direct import direct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Command, Exchange, Options
    from ..transport.http_link import HttpLink

NEVER, CHANGES, ALWAYS = 0, 1, 2
"""When the meter is read: with each poll, or only with one that finds another state."""

MAX_PAUSE_S = 30.0
NO_PAUSES = {"refused": (), "dropped": ()}  # type: dict[str, tuple[float, ...]]
"""Of a connection.Connection that tries once."""
BRISK_S = 0.25
"""The least time for a try at a device that has answered before, but does not now."""
FIRST_S = 1.0
"""The same for a device that has never answered."""
LOGIN_S = 2.0
"""And for one that may want a login, which takes longer than the polls of a session."""

Shown = collections.namedtuple("Shown", "alias state power metered at")
"""What is told of an outlet: its name, 1, 0 or None, W or None, and when it was asked."""


def is_switchless(error: Exception) -> bool:
    """Whether it is of a device that nothing can be read of, now or later."""
    return isinstance(error, PlugError) and error.switchless


def longer(pause_s: float, least_s: float) -> float:
    return min(2 * (pause_s or least_s), MAX_PAUSE_S)


class Outlet:
    """What is watched: a whole device, or with `child` (as --child takes it) one outlet of a strip.

    `alias` is "" until the device has told it; `metered` whether it is known to have a meter;
    `trouble` why it is OFFLINE, `grave` that only the user can put that right. `shown` is what the
    last poll has found, None before it. A meter that has refused, for whatever reason, is asked
    again with the next poll, and then after pauses that double; `meter_at` is when.
    """

    def __init__(self, given: str, child: str) -> None:
        self.given, self.child = given, child
        self.alias = self.mac = self.trouble = ""
        self.metered = self.grave = False
        self.meter_pause_s = self.meter_at = 0.0
        self.shown = None  # type: Shown | None

    def state(self) -> "int | None":
        """1, 0, or None: nobody knows."""
        return self.shown.state if self.shown else None

    def be(self, state: "int | None", power: "float | None" = None) -> None:
        """`power` is in W."""
        self.trouble, self.grave = "", False
        self.shown = Shown(self.alias or self.given, state, power, self.metered, time.time())

    def fail(self, error: Exception) -> None:
        self.be(None)
        self.trouble = str(error)
        self.grave = isinstance(error, (UsageError, WrongCredentials)) or is_switchless(error)


class Member:
    """The device at HOST:PORT, and its outlets that are watched.

    All but interrupt() is for one thread. `remembered`, where HOST is such a device's name, counts
    for more than PORT. `options` are those of `direct.direct`. `address` is the numeric one, "" as
    long as a name's is not known.
    """

    remembered = None  # type: Named | None

    def __init__(
        self, host: str, port: int, options: "Options", timeout_s: float, interval_s: float
    ) -> None:
        self.host, self.port, self.options = host, port, options
        self.timeout_s, self.interval_s = timeout_s, interval_s
        self.outlets = []  # type: list[Outlet]
        self.named = not is_address(host)
        self.address = "" if self.named else host
        self.link = None  # type: Connection | HttpLink | Named | None
        self.http_link = None  # type: HttpLink | None
        self.smart = self.online = self.grave = False
        self.took_s = self.pause_s = self.patient_at = 0.0
        self.polling = _thread.allocate_lock()
        """Held by who opens, closes or interrupts a poll's connection."""
        self.interruptible = self.interrupted = False

    def recall(self, remembered: "Named | None") -> None:
        """HOST is the name of a remembered device, if it is one."""
        if remembered:
            self.remembered, self.named = remembered, False
            self.address = remembered.entry["host"]

    def poll(self, metering: int = NEVER, hasty: bool = False) -> bool:
        """Ask the device, and set what its outlets are. False: not asked, or interrupted.

        `hasty`: interrupt() has an effect.
        """
        started = time.monotonic()
        patient = self.online or started >= self.patient_at
        if not patient and (self.grave or not (self.address or self.http_link)):
            return False
        self.interrupted = False
        try:
            self.ask(started + self.limit_s(patient), patient, metering, hasty)
        except PlugError as error:
            if self.interrupted:
                return False
            self.fail(error, patient)
        else:
            self.online, self.grave = True, False
            self.took_s = time.monotonic() - started
        return True

    def limit_s(self, patient: bool) -> float:
        """The time for a poll: --timeout for a device that answers, little for one that did not."""
        if self.online or (patient and not self.took_s):
            return self.timeout_s
        http = self.remembered.entry["transport"] != "xor" if self.remembered else self.http_link
        least_s = LOGIN_S if http else BRISK_S if self.took_s else FIRST_S
        return min(max(self.interval_s, 10 * self.took_s, least_s), self.timeout_s)

    def fail(self, error: PlugError, patient: bool) -> None:
        if self.online:
            self.pause_s = 0.0
        self.online = self.smart = False  # it may be another device by now
        if self.remembered:
            self.remembered.verified = None  # so it is looked for
        if patient:
            self.pause_s = longer(self.pause_s, self.interval_s)
            self.patient_at = time.monotonic() + self.pause_s
            self.grave = isinstance(error, WrongCredentials) or is_switchless(error)
        for outlet in self.outlets:
            if patient or not outlet.trouble:
                outlet.fail(error)

    def ask(self, deadline: float, patient: bool, metering: int, hasty: bool) -> None:
        """Raises PlugError when the device, and not just one outlet, does not answer."""
        exchange = self.open(deadline, patient)
        self.interruptible = hasty
        try:
            target = self.target(exchange, metering)
            for outlet in self.outlets:
                self.read(outlet, target, metering)
        finally:
            with self.polling:
                self.interruptible = False
            self.leave()

    def target(self, exchange: "Exchange", metering: int) -> Plug:
        """The device, asked what it is now; a SMART meter is read along with that."""
        meter = metering == ALWAYS and any(outlet.metered for outlet in self.outlets)
        options = {"command": "power"} if meter else {}  # type: Options
        target = asked(exchange, options) if self.smart else device(exchange, options)
        self.smart = isinstance(target, Smart)
        who = identity.of(target.fields())
        if self.remembered and not identity.proves(who, self.remembered.entry):
            raise Stranger("another device answers: %s" % (who["mac"] or who["device_id"]))
        return target

    def read(self, outlet: Outlet, whole: Plug, metering: int) -> None:
        """Set what one outlet is; what is wrong with it alone is not the others' trouble."""
        try:
            target = whole.outlet(outlet.child) if outlet.child else whole
            state = target.state()
            outlet.alias = text({"alias": target.fields().get("alias") or ""}, "alias")
            outlet.mac = identity.of(whole.info)["mac"]
            power = outlet.shown.power if outlet.shown else None
            due = metering == ALWAYS and outlet.meter_at <= time.monotonic()
            if due or (metering and state != outlet.state()):
                power = self.power(outlet, target)
            outlet.be(state, power)
        except PlugError as error:
            outlet.fail(error)

    def power(self, outlet: Outlet, target: Plug) -> "float | None":
        """The sum over what the outlet is. A meter that fails says nothing of the state."""
        try:
            readings = target.readings("power")
            found = sum(micro(target, reading, "power") for reading in readings) / 1e6
        except Refused:
            outlet.meter_at = time.monotonic() + outlet.meter_pause_s
            outlet.meter_pause_s = longer(outlet.meter_pause_s, self.interval_s)
            return None
        except PlugError:
            found = None
        outlet.metered, outlet.meter_pause_s, outlet.meter_at = True, 0.0, 0.0
        return found

    def call(self, command: "Command", options: "Options", deadline: float) -> None:
        """Run a command on the device, and on no stranger. Raises PlugError."""
        if self.remembered:
            self.remembered.verified = None
        exchange = self.open(deadline, True)
        try:
            command(exchange, options)
        finally:
            self.leave()
        self.patient_at = 0.0  # it is there: ask it now, whatever it was

    def open(self, deadline: float, patient: bool) -> "Exchange":
        """The way to the device: the one known; when that has failed, sometimes any there is."""
        link = self.way(deadline, patient)
        self.link = link
        for stream in streams(link):
            stream.deadline = deadline
            stream.pauses_s = None if patient else NO_PAUSES
            if not patient:
                stream.http_port = 0
        return link.exchange

    def way(self, deadline: float, patient: bool) -> "Connection | HttpLink | Named":
        if self.remembered:
            self.remembered.deadline = deadline
            entry = self.remembered.entry
            return self.remembered if patient else self.remembered.link_to(entry)
        anew = patient and not self.online
        if self.http_link and not anew:
            return self.http_link
        host = self.host if anew or not self.address else self.address
        return direct(host, self.port, deadline, self.options)

    def leave(self) -> None:
        """Close the connection, and keep what it has shown of the way."""
        link, self.link = self.link, None
        if self.remembered:
            self.address = self.remembered.entry["host"]
        elif link:
            assert not isinstance(link, Named)
            way = link.http_link if isinstance(link, Connection) else link
            if way and (way.channel() or way.http.socket):
                self.http_link = way
                self.learn(way.http)
            elif isinstance(link, Connection) and link.socket:  # it has answered
                self.http_link = None
                self.learn(link)
        if link:
            for stream in streams(link):
                stream.close()

    def learn(self, stream: Connection) -> None:
        """A name's address, but for one that has a scope."""
        if self.named and stream.socket:
            try:
                peer = stream.socket.getpeername()
            except OSError:
                return
            if len(peer) == 2 or not peer[3]:
                self.address = stream.host = peer[0]

    def interrupt(self) -> None:
        """End a poll that goes on in another thread, as a command is to come first."""
        with self.polling:
            if self.interruptible and self.link:
                self.interrupted = True
                for stream in streams(self.link):
                    stream.deadline = 0.0
                    try:
                        stream.socket.shutdown(socket.SHUT_RDWR)
                    except (OSError, AttributeError):
                        pass  # not open yet, or just closed


def streams(link: "Connection | HttpLink | Named | None") -> "list[Connection]":
    """The TCP connections under it, of which one is in use."""
    if isinstance(link, Connection):
        return [link, *streams(link.http_link)]
    if isinstance(link, Named):
        return streams(link.link)
    return [link.http] if link else []
