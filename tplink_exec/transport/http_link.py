"""A device reached over its HTTP port, by whichever of the protocols there it speaks.

A protocol is an object with `name`, `session` (None: none), `begin()`, which makes a session, and
`ask(request, once)`, which returns the device's reply, or None when that has forgotten the session.
KLAP is tried first, as it takes the fewest requests and most devices speak it. What follows where
it is not spoken is in `http_choice`; and where a request fails, in `http_again`.
"""

import time

from ..address import joined
from ..errors import PlugError, Unreachable
from .http import Http, header
from .klap_http import Klap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import HttpProtocol  # noqa: F401 (type comments)

ALIVE_S = 3.0
"""How long after an answer the session needs no other in its place for what is sent only once."""


class HttpLink:
    """Its methods are those of connection.Connection.

    `only` is the one protocol allowed ("": any), `likely` what the device has spoken before;
    `transport` the name of what it speaks, "" before that is known.
    """

    def __init__(
        self, host: str, port: int, deadline: float, only: str = "", likely: str = ""
    ) -> None:
        self.http = Http(host, port, deadline)
        self.only = only
        self.likely = only or likely
        self.transport = ""
        self.protocol = None  # type: HttpProtocol | None
        self.cookie = b""
        self.steady = False
        self.alive_until = 0.0

    def exchange(self, request: bytes, once: bool = False) -> bytes:
        """The device's reply to `request`, both JSON text. Raises PlugError."""
        # A session that was not used lately may be one that is forgotten.
        old = once and not self.steady and time.monotonic() > self.alive_until
        if old or not self.channel():
            self.begin()
        failure = None
        try:
            reply = self.attempt(request, once)
        except Unreachable as error:
            failure, reply = error, None
        if reply is None:
            from .http_again import persist

            reply = persist(self, request, once, failure)
        self.alive_until = time.monotonic() + ALIVE_S
        return reply

    def attempt(self, request: bytes, once: bool) -> "bytes | None":
        """One try of an exchange; None when the device has forgotten the session."""
        assert self.protocol
        if self.transport != "klap":
            from .http_choice import check

            check(request)
        self.http.repeats = False  # not the same bytes, at least
        try:
            return self.protocol.ask(request, once)
        finally:
            self.http.repeats = True

    def begin(self) -> None:
        """Begin a session by the protocol that the device speaks. Raises PlugError."""
        failure = None
        protocol = Klap(self)  # type: HttpProtocol
        if (self.transport or self.likely or "klap") == "klap":
            try:
                protocol.begin()
            except PlugError as error:
                failure = error
        if not protocol.session:
            from .http_choice import choose

            protocol = choose(self, failure)
        self.protocol, self.transport = protocol, protocol.name
        self.alive_until = time.monotonic() + ALIVE_S

    def post(
        self, path: str, body: bytes, headers: str = "", once: bool = False
    ) -> "tuple[int, bytes]":
        """Status and body of the reply; the session's cookie is kept and sent. Raises PlugError.

        `headers` are further lines, each with its end.
        """
        head = "POST %s HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\n%sContent-Length: %d\r\n"
        head %= path, joined(self.http.host, self.http.port), headers, len(body)
        try:
            reply = self.http.exchange(head.encode() + self.cookie + b"\r\n" + body, once)
        except PlugError as error:
            error.args = ("HTTP port %d: %s" % (self.http.port, error),)
            raise
        status, fields, start = header(reply)
        for cookie in fields.get(b"set-cookie", b"").split(b";"):
            if b"sessionid=" in cookie.lower():  # TP_SESSIONID, or SESSIONID
                self.cookie = b"Cookie: %s\r\n" % cookie.strip()
        if fields.get(b"connection", b"").lower() == b"close" or reply[:8] != b"HTTP/1.1":
            self.http.close()
        return status, reply[start:]

    def channel(self) -> object:
        """See Connection; nobody else has the session's keys."""
        return self.protocol.session if self.protocol else None

    def limit(self, deadline: float) -> None:
        """Set the deadline anew, for the next exchange."""
        self.http.deadline = deadline

    def close(self) -> None:
        """Close the connection; the session is kept, and goes on with the next exchange."""
        self.http.close()
