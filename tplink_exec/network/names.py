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

from ..address import XOR_PORT
from ..devices import identity
from ..errors import PlugError, Refused, Unreachable
from ..messages import GET_SYSINFO, answer
from ..transport.direct import direct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Options  # noqa: F401 (type comments)
    from ..transport.connection import Connection  # noqa: F401 (type comments)
    from ..transport.http_link import HttpLink  # noqa: F401 (type comments)

FIRST_SHARE = 0.4
FIRST_S = 4.0
"""How long the remembered address may take: a share of the time, at most seconds."""
SAVE_S = 0.5


class Stranger(Unreachable):
    """Another device answers."""


class Named:
    """A remembered device; `exchange` is that of connection.Connection.

    `entry` is what is remembered of it, `hosts` the addresses of all that are. `deadline` may be
    set anew before each exchange.
    """

    def __init__(self, entry, hosts, targets, deadline, options):
        # type: (Fields, list[str], list[str], float, Options) -> None
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

    def exchange(self, request, once=False):
        # type: (bytes, bool) -> bytes
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
                self.link.steady = not last
                if once and not last:
                    from ..transport.ending import is_ending

                    self.link.steady = not is_ending(self.link)
                try:
                    return self.link.exchange(request, once)
                except Unreachable as error:
                    self.verified = None
                    if once or last or not (kept or error.dropped):
                        raise
            raise AssertionError
        finally:
            self.save()

    def limit(self, deadline):
        # type: (float) -> None
        """Set the deadline anew, for the next exchange."""
        self.deadline = deadline

    def close(self):
        # type: () -> None
        """Close the connection; a further exchange opens one."""
        if self.link:
            self.link.close()

    def find(self):
        # type: () -> None
        """Make `link` one to the device, verified by now. Raises PlugError."""
        now = time.monotonic()
        failure = self.attempt(self.entry, now + min((self.deadline - now) * FIRST_SHARE, FIRST_S))
        if failure:
            from .elsewhere import find

            find(self, failure)

    def attempt(self, place, deadline):
        # type: (Fields, float) -> PlugError | None
        """Make `link` one to that place, if it is the device; else why not."""
        link = self.link if self.link and place is self.entry else self.link_to(place)
        self.link = link
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
            self.link = None
            return error
        self.sysinfo = sysinfo
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

    def link_to(self, place):
        # type: (Fields) -> Connection | HttpLink
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

    def save(self):
        # type: () -> None
        """Remember where it is now, if that is new."""
        if self.moved:
            from .remembering import remember

            self.moved = False
            try:
                left_s = self.deadline - time.monotonic()
                remember([self.entry], (), min(SAVE_S, left_s))
            except PlugError:
                pass  # see 3. above


def who(exchange):
    # type: (Exchange) -> tuple[bytes, Fields]
    """The device's reply to get_sysinfo, of SMART ones a refusal or b"", and its identity.

    Raises PlugError.
    """
    reply = b""
    try:
        reply = exchange(GET_SYSINFO)
        info = answer(reply, "system", "get_sysinfo")
        if "system" in info:
            from ..sysinfo import unnested

            info = unnested(info)
        return reply, identity.of(info)
    except Refused as refusal:
        if not refusal.smart:
            raise
    from ..devices.smart import Smart

    return reply, identity.of(Smart(exchange, {}).fields())
