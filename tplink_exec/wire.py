"""How messages travel on TCP port 9999: 4 bytes big-endian length, then the cipher text.

The length counts the cipher text only and is not encrypted. UDP datagrams have no length.
"""

from .cipher import decrypt, encrypt

MAX_REPLY = 1 << 20
"""Bytes. Real replies have hundreds, a strip's a few thousand; more is a lie or a mistake."""


def frame(plain):
    # type: (bytes) -> bytes
    """`plain` as it is sent on TCP."""
    return len(plain).to_bytes(4, "big") + encrypt(plain)


class FrameReader:
    """Takes the bytes of a TCP stream in pieces of any size and gives back whole messages.

    `pending` holds what has arrived and belongs to no message given back yet.
    """

    def __init__(self):
        # type: () -> None
        self.pending = bytearray()

    def feed(self, data):
        # type: (bytes) -> bytes | None
        """The next whole message, decrypted, or None while bytes of it are missing.

        `data` is what has arrived since the last call, b"" to ask for one more message.
        Raises ProtocolError as soon as the announced length is 0 or above MAX_REPLY.
        """
        self.pending += data
        if len(self.pending) < 4:
            return None
        size = int.from_bytes(self.pending[:4], "big")
        if not 0 < size <= MAX_REPLY:
            from .errors import ProtocolError

            raise ProtocolError(
                "%d bytes are announced, not 1 to %d: is this a TP-Link device?" % (size, MAX_REPLY)
            )
        if len(self.pending) < 4 + size:
            return None
        message = decrypt(self.pending[4 : 4 + size])
        del self.pending[: 4 + size]
        return message
