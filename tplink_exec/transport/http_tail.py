"""The body of an HTTP reply without Content-Length: in chunks, or up to the connection's end.

RFC 9112, sections 6.3 and 7.1. Nothing of it is looked at twice, and all is bounded.
"""

import time

from .wire import MAX_REPLY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Connection

MAX_LINE = 1024
"""Bytes of a chunk's size with its extensions, or of a field after the last chunk."""
MAX_FIELDS = 100
TOO_LONG = "an HTTP reply of more than %d bytes" % MAX_REPLY


def whole(link: "Connection", fields: "dict[bytes, bytes]", start: int) -> bytes:
    """The reply whose body begins at `start` of what has arrived, with the body in one piece.

    Raises ValueError, and OSError as Connection.attempt does.
    """
    coding = fields.get(b"transfer-encoding", b"").lower()
    if coding not in (b"", b"chunked"):
        raise ValueError("an HTTP reply with Transfer-Encoding %.20r" % coding)
    if coding:
        body, end = chunks(link, start)
    else:
        while more(link):
            if len(link.pending) > start + MAX_REPLY:
                raise ValueError(TOO_LONG)
        link.close()
        end = len(link.pending)
        body = link.pending[start:end]
    reply = bytes(link.pending[:start] + body)
    del link.pending[:end]
    return reply


def more(link: "Connection") -> bool:
    """Receive a little more; False when the connection has ended."""
    link.socket.settimeout(link.deadline - time.monotonic())
    data = link.socket.recv(8192)
    link.pending += data
    return bool(data)


def chunks(link: "Connection", at: int) -> "tuple[bytearray, int]":
    """The body whose first chunk begins at `at`, and where the reply ends."""
    body = bytearray()
    while True:
        line, at = next_line(link, at)
        size = chunk_size(line)
        if len(body) + size > MAX_REPLY or at > 4 * MAX_REPLY:
            raise ValueError(TOO_LONG)
        if not size:
            break
        wait_for(link, at + size + 2)
        body += link.pending[at : at + size]
        at += size + 2
        if link.pending[at - 2 : at] != b"\r\n":
            raise ValueError("an HTTP chunk that does not end where it says")
    for _ in range(MAX_FIELDS):
        line, at = next_line(link, at)
        if not line:
            return body, at
    raise ValueError("an HTTP reply whose fields do not end")


def next_line(link: "Connection", at: int) -> "tuple[bytes, int]":
    """The line that begins at `at`, without its end, and where the next one begins."""
    while True:
        end = link.pending.find(b"\r\n", at)
        if end - at > MAX_LINE or (end < 0 and len(link.pending) - at > MAX_LINE):
            raise ValueError("a line of more than %d bytes in an HTTP body" % MAX_LINE)
        if end >= 0:
            return bytes(link.pending[at:end]), end + 2
        wait_for(link, len(link.pending) + 1)


def wait_for(link: "Connection", size: int) -> None:
    """Receive until `size` bytes have arrived. Raises OSError."""
    while len(link.pending) < size:
        if not more(link):
            raise ConnectionResetError


def chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits.isalnum() or len(digits) > 8:
        raise ValueError("an HTTP chunk with the size %.20r" % line)
    return int(digits, 16)
