"""A device called by its MAC or alias, as `known` remembers it, wherever DHCP has put it.

1. What a caller asks is sent to no device but the one that is meant: whatever answers must first
   say so in its sysinfo, by `identity`, on the connection (over HTTP in the session) that is then
   written to. Only a device that closes each connection after one reply is written to on the next.
2. A device that is not where it was is looked for within the same deadline: by UDP at every
   remembered address, then at the saved targets, and where none are saved by broadcast. What
   answers there is only a hint: rule 1 decides.
3. The new address is remembered. Where that cannot be written the call is none the worse, but
   the next one has to look for the device again.
"""

import time

from .. import sysinfo
from ..address import XOR_PORT
from ..devices import identity
from ..errors import PlugError, Refused, Unreachable, UsageError, WrongCredentials
from ..messages import GET_SYSINFO, answer
from ..transport.direct import direct
from . import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Iterator, Options
    from ..transport.connection import Connection
    from ..transport.http_link import HttpLink

FIRST_SHARE = 0.4
FIRST_S = 4.0
"""How long the remembered address may take: a share of the time, at most seconds."""
SEARCH_SHARE = 0.7
SEARCH_S = 10.0
"""And for how long the answers of a search are waited for."""
SAVE_S = 0.5
NOWHERE = "; and a search has not found it elsewhere"


def remembered(name: str, deadline: float, options: "Options") -> "Named | None":
    """None for a name that is no remembered device's. Raises LocalError, UsageError; Unreachable
    for a MAC, as no DNS knows it either."""
    devices, targets = known.load()
    entry = known.named(name, devices)
    if entry:
        hosts = dict.fromkeys([entry["host"], *(device["host"] for device in devices)])
        return Named(entry, list(hosts), targets, deadline, options)
    if identity.mac(name) and len(name) > 12:  # 12 hex digits may be a host's name
        raise Unreachable("no device with this MAC is remembered; find it: discover --save")
    return None


class Stranger(Unreachable):
    """Another device answers."""


class Named:
    """A remembered device; `exchange` is that of connection.Connection.

    `entry` is what is remembered of it, `hosts` the addresses of all that are. `deadline` may be
    set anew before each exchange.
    """

    def __init__(
        self,
        entry: "Fields",
        hosts: "list[str]",
        targets: "list[str]",
        deadline: float,
        options: "Options",
    ) -> None:
        self.entry = entry
        self.hosts = hosts
        self.targets = targets
        self.deadline = deadline
        self.options = options
        self.link = None  # type: Connection | HttpLink | None
        self.verified = None  # type: object
        """What Connection.channel() was when the device said who it is."""
        self.sysinfo = b""
        self.moved = False

    def exchange(self, request: bytes, once: bool = False) -> bytes:
        """The device's reply to `request`. Raises PlugError."""
        if once:
            self.verified = None  # the device may just have closed it, and there is one try
        try:
            for last in (False, False, True):
                kept = self.link and self.verified and self.link.channel() is self.verified
                if not kept:
                    self.find()
                assert self.link
                sysinfo, self.sysinfo = self.sysinfo, b""
                if sysinfo and request == GET_SYSINFO:  # just asked, and perhaps refused
                    return sysinfo
                self.link.limit(self.deadline)
                self.link.steady = not last and not (once and self.link.is_ending())
                try:
                    return self.link.exchange(request, once)
                except Unreachable as error:
                    self.verified = None
                    if once or last or not (kept or error.dropped):
                        raise
            raise AssertionError
        finally:
            self.save()

    def limit(self, deadline: float) -> None:
        """Set the deadline anew, for the next exchange."""
        self.deadline = deadline

    def close(self) -> None:
        """Close the connection; a further exchange opens one."""
        if self.link:
            self.link.close()

    def find(self) -> None:
        """Make `link` one to the device, verified by now. Raises PlugError."""
        entry = self.entry
        now = time.monotonic()
        first_s = min((self.deadline - now) * FIRST_SHARE, FIRST_S)
        failure = self.attempt(entry, now + first_s)
        seen = []  # type: list[tuple[str, str]]
        for found in self.search() if failure else ():
            host = found["host"]
            place = host, found["transport"]
            if not found["transport"] or place in seen or not identity.same(entry, found):
                continue
            if isinstance(failure, WrongCredentials) and host == entry["host"]:
                break  # it is there, and says no
            seen.append(place)
            now = time.monotonic()
            problem = self.attempt(found, now + (self.deadline - now) / 2)
            if not problem:
                return
            if host == entry["host"] or isinstance(problem, WrongCredentials):
                failure = problem
        if failure:
            if entry["host"] not in dict(seen) and not isinstance(failure, WrongCredentials):
                failure.args = (str(failure) + NOWHERE,)
            raise failure

    def attempt(self, place: "Fields", deadline: float) -> "PlugError | None":
        """Make `link` one to that place, if it is the device; else why not."""
        link = self.link if self.link and place is self.entry else self.link_to(place)
        self.link = None
        link.limit(deadline)
        link.steady = False
        try:
            sysinfo, told = who(link.exchange)
            if not identity.proves(told, self.entry):
                text = "another device is at %s now, MAC %s, deviceId %s"
                tells = told["mac"] or "unknown", told["device_id"] or "unknown"
                raise Stranger(text % (place["host"], *tells))
        except PlugError as error:
            link.close()
            return error
        self.link, self.sysinfo = link, sysinfo
        self.verified = link.channel()
        news = {**self.entry, **{name: place[name] for name in ("host", "port", "transport")}}
        way = getattr(link, "http_link", None)
        if way:  # port 9999 was closed
            news.update(port=way.http.port, transport=way.transport)
        elif place["transport"] != "xor":
            news["transport"] = getattr(link, "transport", place["transport"])
        self.moved = self.moved or news != self.entry
        self.entry = news
        return None

    def link_to(self, place: "Fields") -> "Connection | HttpLink":
        """By the place's transport, but for what the caller's options want."""
        names = ("--transport", "--http-port")
        options = {name: self.options[name] for name in names if name in self.options}
        port = place["port"]
        if options.get("--transport") == "auto":
            del options["--transport"]
        if place["transport"] != "xor":
            http = {"--transport": "http", "--http-port": port, "likely": place["transport"]}
            options = {**http, **options}
            port = XOR_PORT
        return direct(place["host"], port, self.deadline, options)

    def search(self) -> "Iterator[Fields]":
        """What is found by UDP at remembered addresses, then the targets or by broadcast."""
        from .discovery import sightings

        entry = self.entry
        now = time.monotonic()
        span_s = min((self.deadline - now) * SEARCH_SHARE, SEARCH_S)
        hosts = [host for host in self.hosts if ":" not in host]
        places = self.places()
        rounds = [(now + span_s * share, hosts) for share in (0, 0.08)]
        rounds += [(now + span_s * share, places) for share in (0.16, 0.4, 0.7)]
        port = entry["port"] if entry["transport"] == "xor" else XOR_PORT
        try:
            yield from sightings(rounds, now + span_s, (), port)
        except PlugError:  # no network: what the remembered address said is the better reason
            pass

    def places(self) -> "list[str]":
        """The addresses of the saved targets; those for a broadcast, where none are saved."""
        from .discovery import addresses
        from .interfaces import broadcast_addresses

        found = []  # type: list[str]
        for target in self.targets:
            try:
                found = addresses([*found, target])
            except UsageError:  # more than fit
                pass
        return found if self.targets else broadcast_addresses()

    def save(self) -> None:
        """Remember where it is now, if that is new."""
        if self.moved:
            self.moved = False
            try:
                left_s = self.deadline - time.monotonic()
                known.remember([self.entry], (), min(SAVE_S, left_s))
            except PlugError:
                pass  # see 3. above


def who(exchange: "Exchange") -> "tuple[bytes, Fields]":
    """The device's reply to get_sysinfo, of SMART ones a refusal or b"", and its identity.

    Raises PlugError.
    """
    reply = b""
    try:
        reply = exchange(GET_SYSINFO)
        return reply, identity.of(sysinfo.unnested(answer(reply, "system", "get_sysinfo")))
    except Refused as refusal:
        if not refusal.smart:
            raise
    from ..devices.smart import Smart

    return reply, identity.of(Smart(exchange, {}).fields())
