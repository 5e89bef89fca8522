"""A device that is asked again and again: the ways to it, and what is read of it.

1. XOR has a new connection for each call, as devices have few; a session over HTTP is kept.
2. A datagram decides nothing but success: what else it may mean, a call finds out.
3. What an outlet is and has is decided by `detect` and the family; who a remembered device is, and
   where it has gone, by `names`. How often and by which way it is asked, by `course`.
"""

import _socket as socket
import _thread
import time

from ..address import HTTP_PORT, is_address
from ..devices import identity
from ..devices.detect import device
from ..devices.meter import micro
from ..devices.plug import Plug
from ..devices.smart import Smart
from ..devices.smart_family import asked
from ..errors import PlugError, Refused
from ..messages import GET_SYSINFO
from ..network.names import Named, Stranger
from ..sysinfo import text
from ..transport.connection import Connection
from ..transport.direct import direct
from .questions import told
from .watched import ALWAYS, UNREAD, Outlet, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Command, Exchange, Options
    from ..transport.http_link import HttpLink

NO_PAUSES = {"refused": (), "dropped": ()}  # type: dict[str, tuple[float, ...]]
"""Of a connection.Connection that tries once."""
BRISK_S = 0.25
"""The least time for a short call of a device that has answered before, but does not now."""
FIRST_S = 1.0
"""The same for a device that has never answered."""
NAME_S = 60.0
"""After so long a name is looked up again, as its address may be another device's by then."""
LOGIN_S = 2.0
"""And for one that may want a login, which takes longer than the polls of a session."""


class Interrupted(Exception):
    """Nobody waits for this call any more."""


class Member:
    """The device at HOST:PORT, and its outlets that are watched.

    `remembered`, where HOST is such a device's name, counts for more than PORT. `options` are those
    of `direct.direct`. `address` is the numeric one, "" as long as a name's is not known. poll()
    and call() are for one thread at a time; interrupt() is for any other.
    """

    remembered = None  # type: Named | None

    def __init__(self, host: str, port: int, options: "Options", timeout_s: float) -> None:
        self.host, self.port, self.options = host, port, options
        self.timeout_s = timeout_s
        self.outlets = []  # type: list[Outlet]
        self.named = not is_address(host)
        self.address = "" if self.named else host
        self.look_up_at = 0.0
        self.link = None  # type: Connection | HttpLink | Named | None
        self.http_link = None  # type: HttpLink | None
        self.smart = self.interrupted = False
        self.metering_question = GET_SYSINFO
        """What asks for state and meter in one, as far as that is known; b"": that cannot be."""
        self.opening = _thread.allocate_lock()
        """Held by who opens, closes or interrupts a connection."""

    def recall(self, remembered: "Named | None") -> None:
        """HOST is the name of a remembered device, if it is one."""
        if remembered:
            self.remembered, self.named = remembered, False
            self.address = remembered.entry["host"]

    def forget(self) -> None:
        """What is known of the device: when it is back, it may be another one."""
        self.smart = False
        self.metering_question = GET_SYSINFO
        if self.remembered:
            self.remembered.verified = None  # so it is looked for

    # By datagram.

    def question(self, metering: int) -> bytes:
        """What to ask by datagram, b"" where that is in vain."""
        only = self.options.get("--transport", "auto") != "auto"
        if only or self.by_http() or self.is_to_be_looked_up():
            return b""
        metered = metering == ALWAYS and any(outlet.metered for outlet in self.outlets)
        return self.metering_question if metered else GET_SYSINFO

    def by_http(self) -> bool:
        """Whether it was reached by HTTP, as far as is known."""
        if self.remembered:
            return bool(self.remembered.entry["transport"] != "xor")
        return bool(self.http_link) or self.port == HTTP_PORT

    def place(self) -> "tuple[str, int]":
        """Where datagrams go to."""
        if self.remembered:
            return self.address, self.remembered.entry["port"]
        return self.address, self.port

    def told(self, reply: bytes, question: bytes, metering: int) -> "list[Reading]":
        """What a datagram says. Raises PlugError, and Unasked."""
        return self.readings(told(reply, question), metering)

    # By a call.

    def poll(self, limit_s: float, patient: bool, anew: bool, metering: int) -> "list[Reading]":
        """What a call finds. Raises PlugError when the device, and not just one outlet, does not
        answer; Interrupted.

        `patient` is the whole effort, `anew` that it may be elsewhere by now.
        """
        exchange = self.open(time.monotonic() + limit_s, patient, anew)
        try:
            return self.readings(exchange, metering)
        except PlugError:
            if self.interrupted:
                raise Interrupted from None
            raise
        finally:
            self.leave()

    def limit_s(self, patient: bool, online: bool, took_s: float, interval_s: float) -> float:
        """The time for a call: --timeout for a device that answers, little for one that did not."""
        if online or (patient and not took_s):
            return self.timeout_s
        least_s = LOGIN_S if self.by_http() else BRISK_S if took_s else FIRST_S
        return min(max(interval_s, 10 * took_s, least_s), self.timeout_s)

    def readings(self, exchange: "Exchange", metering: int) -> "list[Reading]":
        """What is found of each outlet. Raises PlugError."""
        target = self.target(exchange, metering)
        return [self.read(outlet, target, metering) for outlet in self.outlets]

    def target(self, exchange: "Exchange", metering: int) -> Plug:
        """The device, asked what it is now; a SMART meter is read along with that."""
        meter = metering == ALWAYS and any(outlet.metered for outlet in self.outlets)
        options = {"command": "power"} if meter else {}  # type: Options
        target = asked(exchange, options) if self.smart else device(exchange, options)
        self.smart = isinstance(target, Smart)
        if self.remembered:
            who = identity.of(target.fields())
            if not identity.proves(who, self.remembered.entry):
                raise Stranger("another device answers: %s" % (who["mac"] or who["device_id"]))
        return target

    def read(self, outlet: Outlet, whole: Plug, metering: int) -> "Reading":
        """What one outlet is; what is wrong with it alone is not the others' trouble."""
        try:
            target = whole.outlet(outlet.child) if outlet.child else whole
            state = target.state()
            alias = text({"alias": target.fields().get("alias") or ""}, "alias")
            power = power_of(target) if outlet.wants_power(state, metering) else UNREAD
            return Reading(alias, whole.info, state, power, None)
        except PlugError as error:
            return Reading("", {}, None, None, error)

    def call(self, command: "Command", options: "Options", deadline: float, anew: bool) -> None:
        """Run a command on the device, and on no stranger. Raises PlugError."""
        if self.remembered:
            self.remembered.verified = None
        exchange = self.open(deadline, True, anew)
        try:
            command(exchange, options)
        finally:
            self.leave()

    def open(self, deadline: float, patient: bool, anew: bool) -> "Exchange":
        """The way to the device: the one known; when that has failed, sometimes any there is."""
        link = self.way(deadline, patient, anew)
        with self.opening:
            if self.interrupted:
                raise Interrupted
            self.link = link
            for stream in streams(link):
                stream.deadline = deadline
                stream.pauses_s = None if patient else NO_PAUSES
                if not patient:
                    stream.http_port = 0
        return link.exchange

    def way(self, deadline: float, patient: bool, anew: bool) -> "Connection | HttpLink | Named":
        if self.remembered:
            self.remembered.deadline = deadline
            entry = self.remembered.entry
            return self.remembered if patient else self.remembered.link_to(entry)
        if self.http_link and not anew:
            return self.http_link
        anew = anew or self.is_to_be_looked_up()
        self.look_up_at = time.monotonic() + NAME_S
        return direct(self.host if anew else self.address, self.port, deadline, self.options)

    def is_to_be_looked_up(self) -> bool:
        return not self.address or (self.named and time.monotonic() >= self.look_up_at)

    def leave(self) -> None:
        """Close the connection, and keep what it has shown of the way."""
        with self.opening:
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
        """End a poll that goes on in another thread, or is about to."""
        with self.opening:
            self.interrupted = True
            if self.remembered:
                self.remembered.deadline = 0.0
            for stream in streams(self.link):
                stream.deadline = 0.0
                try:
                    stream.socket.shutdown(socket.SHUT_RDWR)
                except (OSError, AttributeError):
                    pass  # not open yet, or just closed


def power_of(target: Plug) -> "float | Refused | None":
    """The sum over what the outlet is, in W. A meter that fails says nothing of the state."""
    try:
        readings = target.readings("power")
        return sum(micro(target, reading, "power") for reading in readings) / 1e6
    except Refused as refusal:
        return refusal
    except PlugError:
        return None


def streams(link: "Connection | HttpLink | Named | None") -> "list[Connection]":
    """The TCP connections under it, of which one is in use."""
    if isinstance(link, Connection):
        return [link, *streams(link.http_link)]
    if isinstance(link, Named):
        return streams(link.link)
    return [link.http] if link else []
