"""What simulated devices with KLAP answer on UDP port 20002, by which clients find them.

A datagram is a header of 16 bytes, and JSON after it or nothing: version 2, type 0, operation 1,
the JSON's length, flags, 0, a serial number, and the CRC-32 of all with SEED in its own place.
"""

import json
import struct
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Callable

PORT = 20002
HEADER = struct.Struct(">BBHHBBII")
SEED = 0x5A6B7C8D


def datagram(plaintext: bytes, serial: int) -> bytes:
    fields = 2, 0, 1, len(plaintext), 17, 0, serial
    return HEADER.pack(*fields, crc32(HEADER.pack(*fields, SEED) + plaintext)) + plaintext


def probed(data: bytes) -> "int | None":
    """The serial number of a probe, short or with a JSON object; None for anything else."""
    if len(data) < HEADER.size:
        return None
    *fields, crc = HEADER.unpack_from(data)
    plaintext = data[HEADER.size :]
    version, kind, operation, size, _, _, serial = fields
    if (version, kind, operation, size) != (2, 0, 1, len(plaintext)):
        return None
    if crc != crc32(HEADER.pack(*fields, SEED) + plaintext):
        return None
    try:
        return serial if not plaintext or isinstance(json.loads(plaintext.decode()), dict) else None
    except (ValueError, RecursionError):
        return None


def answer(data: bytes, about: "Callable[[], Answer]") -> "bytes | None":
    """What is said to a datagram, with `about` as the result of its JSON; None for no probe."""
    serial = probed(data)
    if serial is None:
        return None
    reply = json.dumps({"result": about(), "error_code": 0}, separators=(",", ":"))
    return datagram(reply.encode(), serial)
