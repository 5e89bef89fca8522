"""HTTP as far as simulated devices serve it: whole requests, whole replies, keep-alive."""

import asyncio
from http import HTTPStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Callable  # noqa: F401 (type comments)

MAX_HEADER = 16384
MAX_BODY = 65536


class KlapRequest:
    """A POST or other request; `fields` by lower-case name, `query` without the question mark."""

    def __init__(self, head: str, body: bytes = b"") -> None:
        first, *lines = head.split("\r\n")
        self.method, target, self.version = first.split(" ")
        self.path, _, self.query = target.partition("?")
        pairs = [line.partition(":") for line in lines if line]
        self.fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
        self.body = body
        if not self.version.startswith("HTTP/1."):
            raise ValueError("not HTTP: %r" % first)

    @property
    def cookies(self) -> "dict[str, str]":
        pairs = [pair.partition("=") for pair in self.fields.get("cookie", "").split(";")]
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def last(self) -> bool:
        """Whether the client wants the connection closed after the reply."""
        wish = self.fields.get("connection", "").lower()
        return wish == "close" or self.version == "HTTP/1.0" and wish != "keep-alive"


async def read_request(reader: asyncio.StreamReader) -> KlapRequest:
    """Raises ValueError and EOFError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise ValueError("the header does not end") from None
    if len(head) > MAX_HEADER:
        raise ValueError("the header is too long")
    request = KlapRequest(head.decode("latin-1"))
    size = int(request.fields.get("content-length", "0"))
    if not 0 <= size <= MAX_BODY:
        raise ValueError("the body is too long")
    request.body = await reader.readexactly(size)
    return request


class KlapReply:
    """What a device says. `spoiled` makes bodies that are encrypted rightly and wrong within, by
    the name of the fault."""

    def __init__(self, status: int, body: bytes = b"", cookie: str = "") -> None:
        self.status = status
        self.body = body
        self.cookie = cookie
        self.spoiled = {}  # type: dict[str, Callable[[], bytes]]

    def text(self, length: "str | None" = None, more: str = "") -> bytes:
        """As it is sent; `length` is what it says about the body's, `more` another header line."""
        head = "HTTP/1.1 %d %s\r\n" % (self.status, HTTPStatus(self.status).phrase)
        head += "Content-Type: text/html\r\nServer: SHIP 2.0\r\n"
        head += more + "\r\n" if more else ""
        head += "Set-Cookie: %s\r\n" % self.cookie if self.cookie else ""
        head += "Content-Length: %d\r\n" % len(self.body) if length is None else length
        return head.encode() + b"\r\n" + self.body

    def instead(self, body: bytes) -> "KlapReply":
        """The same with another body."""
        return KlapReply(self.status, body, self.cookie)
