"""AES-128-CCM with a nonce of 12 bytes, a tag of 16, and no associated data (SP 800-38C, RFC 3610).

The cipher text is as long as the plain text. The tag is a CBC-MAC, one block after the other; the
key stream is made of all counters at once, see `aes`.
"""

from _operator import _compare_digest as compare_digest

from .aes import NEVER, PIECE, SBOX, encrypt, in_time, mix, substitute

TAG = 16


def seal(keys: "list[bytes]", nonce: bytes, plaintext: bytes, deadline: float = NEVER) -> bytes:
    """Cipher text and tag; `keys` are those of aes.expand. Raises DeadlineExceeded."""
    stream = key_stream(keys, nonce, TAG + len(plaintext), deadline)
    return xor(stream[TAG:], plaintext) + xor(stream, mac(keys, nonce, plaintext, deadline))


def opened(keys: "list[bytes]", nonce: bytes, sealed: bytes, deadline: float = NEVER) -> bytes:
    """The plain text. Raises ValueError unless the tag is right, and DeadlineExceeded."""
    if len(sealed) < TAG:
        raise ValueError("%d bytes are too few" % len(sealed))
    stream = key_stream(keys, nonce, len(sealed), deadline)
    plaintext = xor(stream[TAG:], sealed[:-TAG])
    if not compare_digest(xor(stream, mac(keys, nonce, plaintext, deadline)), sealed[-TAG:]):
        raise ValueError("the tag is wrong")
    return plaintext


def mac(keys: "list[bytes]", nonce: bytes, plaintext: bytes, deadline: float) -> bytes:
    """The CBC-MAC, not yet encrypted.

    It is the last block of a CBC encryption, to which that adds one of padding.
    """
    # Flags: no associated data, a tag of 16 (M' = 7), a length of 3 bytes (L' = 2).
    first = b"\x3a" + nonce + len(plaintext).to_bytes(3, "big")
    blocks = first + plaintext + bytes(-len(plaintext) % 16)
    return encrypt(keys, bytes(16), blocks, deadline)[-32:-16]


def key_stream(keys: "list[bytes]", nonce: bytes, size: int, deadline: float = NEVER) -> bytes:
    """`size` bytes or a few more: the counters from 0, each encrypted by itself."""
    pieces = []
    for start in range(0, size, PIECE):
        in_time(deadline)
        numbers = range(start // 16, min(start + PIECE, size + 15) // 16)
        counters = [b"\2" + nonce + number.to_bytes(3, "big") for number in numbers]
        pieces.append(blocks(keys, counters))
    return b"".join(pieces)


def blocks(keys: "list[bytes]", plain: "list[bytes]") -> bytes:
    """Blocks of 16 bytes, encrypted as one number."""
    count = len(plain)
    size = 16 * count
    columns = int.from_bytes(b"\0\0\0\1" * (size // 4), "big")
    first, *middle, last = [int.from_bytes(key * count, "big") for key in keys]
    state = int.from_bytes(b"".join(plain), "big") ^ first
    for key in middle:
        state = mix(substitute(state, size, SBOX, 5), columns) ^ key
    return (substitute(state, size, SBOX, 5) ^ last).to_bytes(size, "big")


def xor(stream: bytes, text: bytes) -> bytes:
    """As long as `text`, whatever `stream` has beyond that."""
    size = len(text)
    number = int.from_bytes(stream[:size], "big") ^ int.from_bytes(text, "big")
    return number.to_bytes(size, "big")
