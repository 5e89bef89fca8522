"""What can go wrong at the other end, as scenarios that a simulated device plays.

A scenario is a generator (reply, number) that yields what to do, in order: bytes are sent, a
number is a pause in seconds, and CLOSE, RESET or HOLD ends it. `reply` is the plain text that
the device would give, `number` counts the connections from 0. A scenario that ends otherwise
leaves the connection open for the next request. One more fault, "backlog", is in `server`: no
connection is accepted. Those of UDP are in `udp_faults`.
"""

import json

from ..cipher import encrypt
from ..transport.wire import frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Scenario, Steps

CLOSE = "close"
RESET = "reset"
HOLD = "hold"
"""Say nothing more and leave the connection open, until the other end closes it."""


def _instead(plaintext: bytes) -> "Scenario":
    """A well-formed frame with another text in it."""

    def scenario(reply: bytes, number: int) -> "Steps":
        yield frame(plaintext)

    return scenario


def _announce(size: int) -> "Scenario":
    def scenario(reply: bytes, number: int) -> "Steps":
        yield size.to_bytes(4, "big") + encrypt(reply)
        yield HOLD

    return scenario


def _cut(size: int, end: str) -> "Scenario":
    """The first `size` bytes of the frame, then CLOSE, RESET or HOLD."""

    def scenario(reply: bytes, number: int) -> "Steps":
        yield frame(reply)[:size]
        yield 0.02  # let the bytes be read before a reset overtakes them
        yield end

    return scenario


def _garbage(reply: bytes, number: int) -> "Steps":
    yield b"HTTP/1.1 400 Bad Request\r\n\r\n"
    yield CLOSE


def _dribble(reply: bytes, number: int) -> "Steps":
    yield (1 << 20).to_bytes(4, "big")
    while True:
        yield b"x"
        yield 0.2


def _too_short(reply: bytes, number: int) -> "Steps":
    yield (len(reply) - 5).to_bytes(4, "big") + encrypt(reply)


def _too_long(reply: bytes, number: int) -> "Steps":
    yield (len(reply) + 5).to_bytes(4, "big") + encrypt(reply)
    yield HOLD


def _one_byte_segments(reply: bytes, number: int) -> "Steps":
    for byte in frame(reply):
        yield bytes([byte])
        yield 0.0


def _slow_reply(reply: bytes, number: int) -> "Steps":
    yield 0.3
    yield frame(reply)


def _two_replies(reply: bytes, number: int) -> "Steps":
    yield frame(reply) * 2


def _drop_first(reply: bytes, number: int) -> "Steps":
    yield frame(reply) if number else CLOSE


def _close_after_reply(reply: bytes, number: int) -> "Steps":
    yield frame(reply)
    yield CLOSE


def refused(reply: bytes) -> bytes:
    """What is said in place of a reply by a device that refuses all methods."""
    modules = json.loads(reply.decode())
    for methods in modules.values():
        for method in methods:
            methods[method] = {"err_code": -3, "err_msg": "invalid argument"}
    return json.dumps(modules).encode()


def _err_code(reply: bytes, number: int) -> "Steps":
    yield frame(refused(reply))


def _not_utf8(reply: bytes, number: int) -> "Steps":
    """An alias that was cut within a letter, as a long one is by some firmware."""
    yield frame(reply.replace(b'"alias":"', b'"alias":"\xc3'))


FAULTS = {  # type: dict[str, Scenario]
    "silent": _cut(0, HOLD),
    "dribble": _dribble,
    "close-before-reply": _cut(0, CLOSE),
    "close-in-length": _cut(2, CLOSE),
    "close-in-reply": _cut(20, CLOSE),
    "reset-before-reply": _cut(0, RESET),
    "reset-in-reply": _cut(20, RESET),
    "announce-4-gib": _announce(0xFFFFFFFF),
    "announce-0": _announce(0),
    "announce-too-little": _too_short,
    "announce-too-much": _too_long,
    "garbage": _garbage,
    "not-json": _instead(b'{"system":{"get_sysinfo":{"relay_state":1,'),
    "list": _instead(b'[{"system":{"get_sysinfo":{"relay_state":1}}}]'),
    "number": _instead(b"1"),
    "deep-nesting": _instead(b"[" * 100000),
    "not-utf-8": _not_utf8,
    "nul": _instead(b'{"system":{"get_sysinfo":{"relay_state":1}}}\0'),
    "empty-object": _instead(b"{}"),
    "other-module": _instead(b'{"emeter":{"get_realtime":{"err_code":0}}}'),
    "sysinfo-instead": _instead(b'{"system":{"get_sysinfo":{"relay_state":1,"err_code":0}}}'),
    "err-code": _err_code,
    "one-byte-segments": _one_byte_segments,
    "slow-reply": _slow_reply,
    "two-replies": _two_replies,
    "drop-first": _drop_first,
    "close-after-reply": _close_after_reply,
}
