"""HTTP as devices serve it: a connection.Connection whose messages are whole replies.

Deadline, retries and names are the connection's. A body in chunks, or of a length that is not told,
takes `http_tail`.
"""

from .connection import Connection
from .wire import MAX_REPLY

MAX_HEADER = 16384


class Http(Connection):
    """`exchange` takes an HTTP request and returns the whole reply, with its header."""

    def frame(self, request: bytes) -> bytes:
        return request

    def take(self) -> "bytes | None":
        """Raises ValueError for what is no HTTP; OSError, as it may receive the rest."""
        if self.pending[:7] != b"HTTP/1."[: len(self.pending)]:
            raise ValueError("not HTTP: %.40r" % bytes(self.pending))
        if b"\r\n\r\n" not in self.pending:
            if len(self.pending) > MAX_HEADER:
                raise ValueError("an HTTP header of more than %d bytes" % MAX_HEADER)
            return None
        status, fields, start = header(self.pending)
        size = fields.get(b"content-length", b"" if status == 200 else b"0")
        if not size or b"transfer-encoding" in fields:
            from .http_tail import whole

            return whole(self, fields, start)
        if not size.isdigit() or len(size) > 9 or int(size) > MAX_REPLY:
            raise ValueError("an HTTP reply with Content-Length %.20r" % size)
        end = start + int(size)
        if len(self.pending) < end:
            return None
        reply = bytes(self.pending[:end])
        del self.pending[:end]
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
