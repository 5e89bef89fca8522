"""KLAP over HTTP: what newer firmware speaks where port 9999 is closed.

1. The HTTP is a connection.Connection that takes other messages: deadline, retries and names are
   its. Only what devices send is understood: a Content-Length, no chunks, no redirect.
2. 403 after a handshake means one new handshake: a device forgets its sessions.
3. What answers the first handshake request otherwise than KLAP does is another machine's HTTP.
"""

import time

from ..address import joined
from ..errors import PlugError, ProtocolError, Unreachable, WrongCredentials
from .connection import Connection
from .klap import DEFAULT_CREDENTIALS, Session, client_hash, decide, seed
from .wire import MAX_REPLY

MAX_HEADER = 16384
HANDSHAKE = 48
"""Bytes of the reply to handshake1: the device's seed, 16, and its server hash, 32."""
FORBIDDEN = 403
FORBIDDEN_TEXT = (
    "HTTP 403 to the KLAP handshake on HTTP port %d; "
    "switch Third-Party Compatibility on in the Kasa or Tapo app"
)
"""python-kasa issue 1574, home-assistant.io pull request 44134: so do devices where it is off."""


def found_at(host: str, port: int, deadline: float) -> "Klap | None":
    """KLAP, its session begun, on the HTTP port of a device whose PORT is closed.

    None when that is closed, too. Raises PlugError.
    """
    klap = Klap(host, port, deadline)
    klap.http.pauses_s = {"dropped": tuple(klap.pauses())}
    try:
        klap.handshake()
    except Unreachable as error:
        if error.refused:
            return None
        raise
    except NotKlap as error:
        text = "connection refused, and what answers on HTTP port %d is no such device: %s"
        raise Unreachable(text % (port, error)) from None
    return klap


class Forbidden(PlugError):
    """The device talks to its maker's own apps only."""

    exit_code = 6


class NotKlap(ProtocolError):
    """Not what a device answers to a first handshake request."""


class Klap:
    """A device reached by KLAP; `exchange` is that of connection.Connection."""

    def __init__(self, host: str, port: int, deadline: float) -> None:
        self.http = Http(host, port, deadline)
        self.cookie = b""
        self.session = None  # type: Session | None
        self.steady = False

    def exchange(self, request: bytes, once: bool = False) -> bytes:
        """The device's reply to `request`, both JSON text. Raises PlugError."""
        forgotten = False
        pauses = None  # type: list[float] | None
        while True:
            if not self.session or (once and not self.steady):  # it may be one that is forgotten
                self.handshake()
            assert self.session
            # Each time: no number is taken twice.
            seq, body = self.session.seal(request, None, self.http.deadline)
            self.http.repeats = False
            try:
                status, reply = self.post("request?seq=%d" % seq, body, once)
            except Unreachable as error:
                if pauses is None:
                    pauses = [] if once else self.pauses()
                if not error.dropped or not pauses or pauses[0] >= self.left_s():
                    raise
                time.sleep(pauses.pop(0))
                continue
            finally:
                self.http.repeats = True
            if status == 200:
                return self.session.open(reply, seq, self.http.deadline)
            self.session = None
            if status == FORBIDDEN and self.steady and not once:
                failure = Unreachable("the device has ended the session (HTTP 403)")
                failure.dropped = True
                raise failure
            if status != FORBIDDEN or forgotten or once:
                text = "the device answers HTTP %d to a KLAP request"
                raise ProtocolError(text % status + ("; it is not repeated" if once else ""))
            forgotten = True

    def pauses(self) -> "list[float]":
        """Before each further try of a request that was dropped, in seconds."""
        from .retry import PAUSES_S  # late: most calls need none

        return list((self.http.pauses_s or PAUSES_S)["dropped"])

    def left_s(self) -> float:
        return self.http.deadline - time.monotonic()

    def channel(self) -> object:
        """See Connection; nobody else has the session's keys."""
        return self.session

    def is_ending(self) -> bool:
        return False

    def limit(self, deadline: float) -> None:
        """Set the deadline anew, for the next exchange."""
        self.http.deadline = deadline

    def close(self) -> None:
        """Close the connection; the session is kept, and goes on with the next exchange."""
        self.http.close()

    def handshake(self) -> None:
        """Begin a session. Raises NotKlap, WrongCredentials and other PlugErrors."""
        failure = None  # type: PlugError | None
        for _ in range(2):
            local = seed()
            status, reply = self.handshake1(local)
            if status == FORBIDDEN:
                failure = Forbidden(FORBIDDEN_TEXT % self.http.port)
                continue
            remote, proof = reply[:16], reply[16:]
            version, auth = login(local, remote, proof)
            status, _ = self.post("handshake2", client_hash(version, local, remote, auth))
            if status == 200:
                self.session = Session(local, remote, auth)
                return
            if status != FORBIDDEN:
                raise ProtocolError("the device answers HTTP %d to handshake2" % status)
            failure = WrongCredentials("the device refuses the login that fits it (HTTP 403)")
        assert failure
        raise failure

    def handshake1(self, local: bytes) -> "tuple[int, bytes]":
        """200 and the device's 48 bytes, or 403. Raises NotKlap and other PlugErrors."""
        self.cookie = b""
        try:
            status, reply = self.post("handshake1", local)
        except ProtocolError as error:
            raise NotKlap(str(error)) from None
        if status != FORBIDDEN and (status, len(reply)) != (200, HANDSHAKE):
            raise NotKlap("HTTP %d with %d bytes to handshake1" % (status, len(reply)))
        return status, reply

    def post(self, path: str, body: bytes, once: bool = False) -> "tuple[int, bytes]":
        """Status and body of the reply; the session's cookie is kept and sent. Raises PlugError."""
        head = "POST /app/%s HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nContent-Length: %d\r\n"
        head %= path, joined(self.http.host, self.http.port), len(body)
        try:
            reply = self.http.exchange(head.encode() + self.cookie + b"\r\n" + body, once)
        except PlugError as error:
            error.args = ("KLAP on HTTP port %d: %s" % (self.http.port, error),)
            raise
        status, fields, start = header(reply)
        if b"tp_sessionid=" in fields.get(b"set-cookie", b"").lower():
            name = fields[b"set-cookie"].lower().index(b"tp_sessionid=")
            value = fields[b"set-cookie"][name:].split(b";")[0].strip()
            self.cookie = b"Cookie: %s\r\n" % value
        if fields.get(b"connection", b"").lower() == b"close" or reply[:8] != b"HTTP/1.1":
            self.http.close()
        return status, reply[start:]


def login(local: bytes, remote: bytes, proof: bytes) -> "tuple[int, bytes]":
    """Version and auth hash that the device has: its defaults', else the user's."""
    found = decide(local, remote, proof, DEFAULT_CREDENTIALS)
    if found:
        return found
    from .credentials import ADVICE, credentials

    given, source = credentials()
    found = decide(local, remote, proof, given)
    if found:
        return found
    if not given:
        raise WrongCredentials("the device wants the login of its account: " + ADVICE)
    text = "the login of %s is not the device's, whose password is that of the day it was set up"
    raise WrongCredentials(text % source)


class Http(Connection):
    """A connection for requests of HTTP; `exchange` returns whole replies, with their header."""

    def frame(self, request: bytes) -> bytes:
        return request

    def take(self) -> "bytes | None":
        """Raises ValueError for what is no HTTP, or of no known length."""
        if self.pending[:7] != b"HTTP/1."[: len(self.pending)]:
            raise ValueError("not HTTP: %.40r" % bytes(self.pending))
        if b"\r\n\r\n" not in self.pending:
            if len(self.pending) > MAX_HEADER:
                raise ValueError("an HTTP header of more than %d bytes" % MAX_HEADER)
            return None
        status, fields, start = header(self.pending)
        size = length(status, fields)
        if len(self.pending) < start + size:
            return None
        reply = bytes(self.pending[: start + size])
        del self.pending[: start + size]
        return reply

    def progress(self) -> str:
        return "%d bytes of HTTP" % len(self.pending) if self.pending else ""


def header(reply: "bytes | bytearray") -> "tuple[int, dict[bytes, bytes], int]":
    """Status, fields by lower-case name, and where the body starts. Raises ValueError."""
    start = reply.index(b"\r\n\r\n") + 4
    first, *lines = bytes(reply[: start - 4]).split(b"\r\n")
    words = first.split(b" ")
    if len(words) < 2 or not words[1].isdigit() or len(words[1]) != 3:
        raise ValueError("not HTTP: %.40r" % first)
    fields = {}  # type: dict[bytes, bytes]
    for line in lines:
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        fields[name] = fields[name] + b"; " + value.strip() if name in fields else value.strip()
    return int(words[1]), fields, start


def length(status: int, fields: "dict[bytes, bytes]") -> int:
    """Bytes of the body. Raises ValueError."""
    if b"transfer-encoding" in fields:
        raise ValueError("an HTTP reply in chunks")
    size = fields.get(b"content-length", b"" if status == 200 else b"0")
    if not size.isdigit() or len(size) > 9 or int(size) > MAX_REPLY:
        raise ValueError("an HTTP reply with Content-Length %.20r" % size)
    return int(size)
