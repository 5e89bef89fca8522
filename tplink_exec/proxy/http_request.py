"""HTTP/1.1 as the proxy takes it: requests from bytes, responses to bytes, and no I/O.

Strict where two readers could differ, as what stands before a body decides where the next request
begins: lines end in CRLF, a length is digits and there once, no folded lines, no chunks. Clients
of home automation send a Content-Length. What is wrong is an HttpError with its status.
"""

import re
import time
from http import HTTPStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any

MAX_HEAD = 16384
MAX_FIELDS = 100
MAX_BODY = 65536
"""Bytes. A request to a device has some hundreds."""

REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([!-~]+) HTTP/1\.([01])")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")
ABSOLUTE = re.compile(r"https?://([^/?#]*)(.*)", re.IGNORECASE)
ONCE = ("host", "content-length", "authorization", "origin", "content-type")
"""Fields of which two would be one too many to trust either."""


class HttpError(Exception):
    """A response other than what was asked for; `fields` are further header fields."""

    def __init__(self, status: int, text: str, fields: "tuple[str, ...]" = ()) -> None:
        super().__init__(text)
        self.status = status
        self.fields = fields


class Request:
    """`fields` by lower-case name; `size` bytes of body follow the head of `start` bytes.

    `target` is path and query as they came, `host` what the client calls this server.
    """

    def __init__(self, method: str, target: str, minor: int, fields: "dict[str, str]") -> None:
        self.method = method
        self.target = target
        self.minor = minor
        self.fields = fields
        self.host = fields.get("host", "")
        self.start = self.size = 0
        self.body = b""

    @property
    def keep_alive(self) -> bool:
        words = [word.strip() for word in self.fields.get("connection", "").lower().split(",")]
        return "close" not in words and (self.minor == 1 or "keep-alive" in words)

    @property
    def expects_continue(self) -> bool:
        return self.minor == 1 and self.fields.get("expect", "").lower() == "100-continue"


class Response:
    """`fields` are further lines of the header.

    `source`, where there is one, has what follows the header, without an end: see http_stream.
    """

    source = None  # type: Any

    def __init__(
        self,
        status: int = 200,
        body: bytes = b"",
        kind: str = "text/plain; charset=utf-8",
        fields: "tuple[str, ...]" = (),
    ) -> None:
        self.status = status
        self.body = body
        self.kind = kind
        self.fields = fields

    def data(self, with_body: bool, keep: bool) -> bytes:
        """As it is sent. Nothing is to be kept anywhere: a state is true when it is read."""
        lines = [
            "HTTP/1.1 %d %s" % (self.status, HTTPStatus(self.status).phrase),
            "Date: " + date(),
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            *self.fields,
        ]
        if not self.source:
            lines.append("Content-Length: %d" % len(self.body))
        if self.body or self.source:
            lines.append("Content-Type: " + self.kind)
        lines.append("Connection: " + ("keep-alive" if keep else "close"))
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        return head + self.body if with_body else head


def request(buffer: "bytes | bytearray") -> "Request | None":
    """The request whose head `buffer` begins with; None while that is not complete.

    Raises HttpError.
    """
    end = buffer.find(b"\r\n\r\n", 0, MAX_HEAD)
    head = bytes(buffer[:MAX_HEAD] if end < 0 else buffer[:end])
    if head.count(b"\n") != head.count(b"\r\n"):
        raise HttpError(400, "a line of the header does not end in CR LF")
    if end < 0:
        if len(buffer) >= MAX_HEAD:
            raise HttpError(431, "the header has more than %d bytes" % MAX_HEAD)
        return None
    first, *lines = head.split(b"\r\n")
    found = REQUEST_LINE.fullmatch(first)
    if not found:
        raise HttpError(400, "not a request line of HTTP/1.1")
    method, target, minor = (part.decode("ascii") for part in found.groups())
    result = Request(method, target, int(minor), fields_of(lines))
    result.start = end + 4
    result.size = size(result)
    take_host(result)
    return result


def fields_of(lines: "list[bytes]") -> "dict[str, str]":
    if len(lines) > MAX_FIELDS:
        raise HttpError(431, "the header has more than %d fields" % MAX_FIELDS)
    fields = {}  # type: dict[str, str]
    for line in lines:
        found = FIELD.fullmatch(line)
        if not found:
            raise HttpError(400, "not a field of a header: %.60r" % line)
        name, value = found[1].decode("ascii").lower(), found[2].decode("latin-1")
        if name in fields:
            if name in ONCE:
                raise HttpError(400, "%s is there twice" % name)
            value = fields[name] + ", " + value
        fields[name] = value
    return fields


def size(asked: Request) -> int:
    """Bytes of the body."""
    length = asked.fields.get("content-length")
    if "transfer-encoding" in asked.fields:
        if length is not None:
            raise HttpError(400, "Transfer-Encoding and Content-Length")
        raise HttpError(411, "the body needs a Content-Length, not a Transfer-Encoding")
    if length is None:
        if asked.method in ("POST", "PUT"):
            raise HttpError(411, "the body needs a Content-Length")
        return 0
    if not (length.isascii() and length.isdigit()):
        raise HttpError(400, "Content-Length is %.40r" % length)
    if len(length) > 10 or int(length) > MAX_BODY:
        raise HttpError(413, "the body has more than %d bytes" % MAX_BODY)
    return int(length)


def take_host(asked: Request) -> None:
    """Host from its field, or from a target that is a whole URL, which goes before."""
    if asked.minor == 1 and "host" not in asked.fields:
        raise HttpError(400, "the Host field is missing")
    found = ABSOLUTE.fullmatch(asked.target)
    if found:
        asked.host, asked.target = found[1], "/" * (found[2][:1] in ("", "?")) + found[2]
    if asked.target[:1] != "/" and (asked.method, asked.target) != ("OPTIONS", "*"):
        raise HttpError(400, "not a path: %.60r" % asked.target)


def date(clock: "Any" = time.time) -> str:
    """Now, as HTTP has it: English whatever the locale is."""
    now = time.gmtime(clock())
    return "%s, %02d %s %d %02d:%02d:%02d GMT" % (
        "Mon Tue Wed Thu Fri Sat Sun".split()[now.tm_wday],
        now.tm_mday,
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[now.tm_mon - 1],
        now.tm_year,
        now.tm_hour,
        now.tm_min,
        now.tm_sec,
    )
