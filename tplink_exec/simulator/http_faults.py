"""What can go wrong at the other end of HTTP, as scenarios that a simulated device plays.

As in `faults`, but a scenario is a generator (reply, number) of a KlapReply, and
`number` counts, from 0, the replies that the fault has been played for. Whether it is played for
which of the protocol's replies it is played, or for all, is up to `http_device`.
"""

from ..transport.wire import frame
from .faults import CLOSE, HOLD, RESET
from .http_messages import KlapReply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Callable, Steps

    Scenario = Callable[[KlapReply, int], Steps]

FILLER = b"X-Filler: " + b"x" * 4000 + b"\r\n"
ENDLESS = 4096
"""How many of FILLER make a header endless: 16 MiB, more than anyone waits for."""
HTML = b"<!DOCTYPE html>\n<html><head><title>Router</title></head><body>Log in</body></html>\n"


def _whole(reply: KlapReply) -> KlapReply:
    """The reply, with 16 bytes in it where it has none: that of handshake2."""
    return reply if reply.body else reply.instead(b"x" * 16)


def _end(end: str) -> "Scenario":
    """Not a byte, then CLOSE, RESET or HOLD."""

    def scenario(reply: KlapReply, number: int) -> "Steps":
        yield end

    return scenario


def _cut(lost: int, end: str) -> "Scenario":
    """The first 20 bytes of it, or with `lost` all but so many of its body's, then the end."""

    def scenario(reply: KlapReply, number: int) -> "Steps":
        yield _whole(reply).text()[: -lost if lost else 20]
        yield 0.02  # let the bytes be read before a reset overtakes them
        yield end

    return scenario


def _announce(more: int, end: str = "") -> "Scenario":
    """Content-Length is wrong by so many bytes."""

    def scenario(reply: KlapReply, number: int) -> "Steps":
        reply = _whole(reply)
        yield reply.text("Content-Length: %d\r\n" % (len(reply.body) + more))
        if end:
            yield end

    return scenario


def _length(lines: str, end: str = HOLD) -> "Scenario":
    """Other lines in place of Content-Length; %d is what would be right."""

    def scenario(reply: KlapReply, number: int) -> "Steps":
        yield reply.text(lines.replace("%d", "%d" % len(reply.body)))
        yield end

    return scenario


def _answer(status: int, body: bytes = b"", more: str = "") -> "Scenario":
    """Another reply."""

    def scenario(reply: KlapReply, number: int) -> "Steps":
        yield KlapReply(status, body).text(more=more)

    return scenario


def _dribble(reply: KlapReply, number: int) -> "Steps":
    yield KlapReply(200).text("Content-Length: 1048576\r\n")
    while True:
        yield b"x"
        yield 0.2


def _chunked(reply: KlapReply, number: int) -> "Steps":
    body = _whole(reply).body
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    yield reply.instead(chunks).text("Transfer-Encoding: chunked\r\n")


def _endless_header(reply: KlapReply, number: int) -> "Steps":
    yield b"HTTP/1.1 200 OK\r\n"
    for _ in range(ENDLESS):
        yield FILLER
    yield HOLD


def _garbage(reply: KlapReply, number: int) -> "Steps":
    yield frame(b'{"system":{"get_sysinfo":{"relay_state":1,"err_code":0}}}')
    yield CLOSE


def _one_byte_short(reply: KlapReply, number: int) -> "Steps":
    yield reply.instead(reply.body[:-1]).text()


def _wrong_signature(reply: KlapReply, number: int) -> "Steps":
    """One bit of what stands in the first 32 bytes, or in handshake1's server hash."""
    body = bytearray(reply.body)
    body[20:21] = bytes(byte ^ 1 for byte in body[20:21])
    yield reply.instead(bytes(body)).text()


def spoiled(name: str) -> "Scenario":
    """Well encrypted, where it is encrypted at all, and wrong within."""

    def scenario(reply: KlapReply, number: int) -> "Steps":
        make = reply.spoiled.get(name)
        yield (reply.instead(make()) if make else reply).text()

    return scenario


def _one_byte_segments(reply: KlapReply, number: int) -> "Steps":
    for byte in reply.text():
        yield bytes([byte])
        yield 0.0


def _slow_reply(reply: KlapReply, number: int) -> "Steps":
    yield 0.3
    yield reply.text()


def _two_replies(reply: KlapReply, number: int) -> "Steps":
    yield reply.text() * 2


def _drop_first(reply: KlapReply, number: int) -> "Steps":
    yield reply.text() if number else CLOSE


def _forbidden_once(reply: KlapReply, number: int) -> "Steps":
    yield reply.text() if number else KlapReply(403).text()


def _close_after_reply(reply: KlapReply, number: int) -> "Steps":
    yield reply.text()
    yield CLOSE


HTTP_FAULTS = {  # type: dict[str, Scenario]
    "silent": _end(HOLD),
    "dribble": _dribble,
    "close-before-reply": _end(CLOSE),
    "close-in-header": _cut(0, CLOSE),
    "close-in-body": _cut(10, CLOSE),
    "reset-before-reply": _end(RESET),
    "reset-in-reply": _cut(0, RESET),
    "drop-first": _drop_first,
    "one-byte-segments": _one_byte_segments,
    "slow-reply": _slow_reply,
    "close-after-reply": _close_after_reply,
    "announce-4-gib": _length("Content-Length: 4294967295\r\n"),
    "announce-too-little": _announce(-5),
    "announce-too-much": _announce(5, HOLD),
    "no-length": _length("", CLOSE),
    "bad-length": _length("Content-Length: 12x\r\n"),
    "two-lengths": _length("Content-Length: %d\r\nContent-Length: 7\r\n"),
    "chunked": _chunked,
    "endless-header": _endless_header,
    "garbage": _garbage,
    "http-404": _answer(404, HTML),
    "http-500": _answer(500, HTML),
    "html-200": _answer(200, HTML),
    "redirect-302": _answer(302, more="Location: https://192.168.0.1/"),
    "empty-200": _answer(200),
    "short-48": _one_byte_short,
    "wrong-signature": _wrong_signature,
    "bad-padding": spoiled("bad-padding"),
    "not-json": spoiled("not-json"),
    "two-replies": _two_replies,
    "403-once": _forbidden_once,
    "403-always": _answer(403),
}
