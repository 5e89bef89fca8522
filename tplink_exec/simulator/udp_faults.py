"""What can go wrong with the answer to a datagram, as scenarios that a simulated device plays.

As in `faults`, but a scenario is a generator (reply, past) that yields what to do, in order: bytes
are a datagram, a number is a pause in seconds, ANOTHER_ADDRESS or ANOTHER_PORT says from where the
rest comes, and LATER that it comes, to whoever has asked, only when the next question does. `reply`
is the datagram that the device would answer with, encrypted. The names begin with "udp-", as a
device can play one of these and one of TCP's.
"""

import json
import random

from ..cipher import decrypt, encrypt
from .faults import refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Callable, Steps

    Scenario = Callable[[bytes, "Past"], Steps]

ANOTHER_ADDRESS = "another address"
ANOTHER_PORT = "another port"
LATER = "later"

LOSS = 0.3
LATE_S = 0.3


class Past:
    """What scenarios know of one device: a random series of its own, the same in each run."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)


def _silent(reply: bytes, past: Past) -> "Steps":
    return ()


def _lossy(reply: bytes, past: Past) -> "Steps":
    if past.random.random() >= LOSS:
        yield reply


def _late(reply: bytes, past: Past) -> "Steps":
    yield LATE_S
    yield reply


def _late_by_one(reply: bytes, past: Past) -> "Steps":
    yield LATER
    yield reply


def _twice(reply: bytes, past: Past) -> "Steps":
    yield reply
    yield reply


def _from(place: str) -> "Scenario":
    def scenario(reply: bytes, past: Past) -> "Steps":
        yield place
        yield reply

    return scenario


def _garbage(reply: bytes, past: Past) -> "Steps":
    yield b"HTTP/1.1 400 Bad Request\r\n\r\n"


def _cut(reply: bytes, past: Past) -> "Steps":
    """In two datagrams."""
    middle = len(reply) // 2
    yield reply[:middle]
    yield reply[middle:]


def _err_code(reply: bytes, past: Past) -> "Steps":
    yield encrypt(refused(decrypt(reply)))


def _one_module(reply: bytes, past: Past) -> "Steps":
    """Questions to more than one module get no answer."""
    if len(json.loads(decrypt(reply).decode())) == 1:
        yield reply


UDP_FAULTS = {  # type: dict[str, Scenario]
    "udp-silent": _silent,
    "udp-lossy": _lossy,
    "udp-late": _late,
    "udp-late-by-one": _late_by_one,
    "udp-twice": _twice,
    "udp-another-address": _from(ANOTHER_ADDRESS),
    "udp-another-port": _from(ANOTHER_PORT),
    "udp-garbage": _garbage,
    "udp-cut": _cut,
    "udp-err-code": _err_code,
    "udp-one-module": _one_module,
}
