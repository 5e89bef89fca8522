"""How messages travel on TCP port 9999: 4 bytes big-endian length, then the cipher text.

The length counts the cipher text only and is not encrypted. UDP datagrams have no length.
"""

from .cipher import decrypt, encrypt
from .errors import ProtocolError

HEADER_SIZE = 4
MAX_REPLY = 1 << 20
"""Bytes. Real replies have hundreds, a strip's a few thousand; more is a lie or a mistake."""


def frame(plain: bytes) -> bytes:
    """`plain` as it is sent on TCP."""
    return len(plain).to_bytes(HEADER_SIZE, "big") + encrypt(plain)


class FrameReader:
    """Takes the bytes of a TCP stream in pieces of any size and gives back whole messages.

    feed() what arrived, then call message() until it returns None. `pending` holds what has
    arrived and belongs to no finished message.
    """

    def __init__(self) -> None:
        self.pending = bytearray()

    def feed(self, data: bytes) -> None:
        self.pending += data

    def message(self) -> "bytes | None":
        """The next whole message, decrypted, or None when bytes of it are still missing.

        Raises ProtocolError as soon as the announced length is 0 or above MAX_REPLY.
        """
        if len(self.pending) < HEADER_SIZE:
            return None
        size = int.from_bytes(self.pending[:HEADER_SIZE], "big")
        if not 0 < size <= MAX_REPLY:
            raise ProtocolError(
                "a message of %d bytes is announced, not 1 to %d: is this a TP-Link device?"
                % (size, MAX_REPLY)
            )
        end = HEADER_SIZE + size
        if len(self.pending) < end:
            return None
        cipher_text = self.pending[HEADER_SIZE:end]
        del self.pending[:end]
        return decrypt(cipher_text)

    def missing(self) -> str:
        """How far the unfinished message has come, for an error's text."""
        if len(self.pending) < HEADER_SIZE:
            return "%d of the %d bytes of the length" % (len(self.pending), HEADER_SIZE)
        size = int.from_bytes(self.pending[:HEADER_SIZE], "big")
        return "%d of %d bytes" % (len(self.pending) - HEADER_SIZE, size)
