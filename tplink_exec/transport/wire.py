"""How messages travel on TCP port 9999: 4 bytes big-endian length, then the cipher text.

The length counts the cipher text only and is not encrypted. UDP datagrams have no length.
"""

from ..cipher import decrypt, encrypt

MAX_REPLY = 1 << 20
"""Bytes. Real replies have hundreds, a strip's a few thousand; more is a lie or a mistake."""


def frame(plaintext):
    # type: (bytes) -> bytes
    """`plaintext` as it is sent on TCP."""
    return len(plaintext).to_bytes(4, "big") + encrypt(plaintext)


def next_message(pending):
    # type: (bytearray) -> bytes | None
    """Take the first message off `pending`, what has arrived so far, and return it decrypted.

    None while bytes of it are missing. Raises ValueError as soon as the announced length is 0
    or above MAX_REPLY.
    """
    end = 4 + int.from_bytes(pending[:4], "big")
    if len(pending) < 4 or len(pending) < end <= 4 + MAX_REPLY:
        return None
    if not 4 < end <= 4 + MAX_REPLY:
        raise ValueError("%d bytes are announced, not 1 to %d" % (end - 4, MAX_REPLY))
    message = decrypt(pending[4:end])
    del pending[:end]
    return message
