"""AES-128-CBC with PKCS#7 padding, in pure Python: what KLAP encrypts its JSON with.

FIPS 197 names the steps, SP 800-38A the mode. It takes a time that depends on key and text,
so it is for a client on a network of one's own, not for a server.

Why big integers: a number holds the state, 16 bytes of a block or those of all blocks, first
byte highest. AddRoundKey is one XOR, SubBytes one bytes.translate(), MixColumns a few shifts
and masks, whatever the number of blocks; and CBC decrypts all blocks at once. Two facts spare
code: ShiftRows takes the byte at place i of a block from place 5 * i modulo 16, its inverse
from 13 * i; and MixColumns four times is the identity, so three times is its inverse.

docs/performance.md has what other ways cost.
"""

import time

from ..errors import DeadlineExceeded

NEVER = float("inf")
PIECE = 4096
"""Bytes between two looks at the clock; fewer make decrypting slower."""

SBOX = bytes.fromhex(
    """
    637c777bf26b6fc53001672bfed7ab76ca82c97dfa5947f0add4a2af9ca472c0
    b7fd9326363ff7cc34a5e5f171d8311504c723c31896059a071280e2eb27b275
    09832c1a1b6e5aa0523bd6b329e32f8453d100ed20fcb15b6acbbe394a4c58cf
    d0efaafb434d338545f9027f503c9fa851a3408f929d38f5bcb6da2110fff3d2
    cd0c13ec5f974417c4a77e3d645d197360814fdc222a908846eeb814de5e0bdb
    e0323a0a4906245cc2d3ac629195e479e7c8376d8dd54ea96c56f4ea657aae08
    ba78252e1ca6b4c6e8dd741f4bbd8b8a703eb5664803f60e613557b986c11d9e
    e1f8981169d98e949b1e87e9ce5528df8ca1890dbfe6426841992d0fb054bb16
    """
)
INVERSE = bytes.maketrans(SBOX, bytes(range(256)))
COLUMNS = 0x00000001_00000001_00000001_00000001
"""A block's four columns are 32 bits each: this, times a word, has that word in every column."""


def expand(key: bytes) -> "list[bytes]":
    """The 11 round keys that encrypt() and decrypt() take, of 16 bytes. Raises ValueError."""
    number = _block(key)
    keys = [key]
    for constant in b"\x01\x02\x04\x08\x10\x20\x40\x80\x1b\x36":
        word = int.from_bytes((key[13:] + key[12:13]).translate(SBOX), "big") ^ constant << 24
        # Each new word is the XOR of this one and the old words up to its own place.
        number ^= number >> 32
        number ^= number >> 64
        number ^= word * COLUMNS
        key = number.to_bytes(16, "big")
        keys.append(key)
    return keys


def encrypt(keys: "list[bytes]", iv: bytes, plaintext: bytes, deadline: float = NEVER) -> bytes:
    """The cipher text of `plaintext` of any length: 1 to 16 bytes longer, in blocks of 16.

    Raises DeadlineExceeded, as decrypt does.
    """
    padding = 16 - len(plaintext) % 16
    plaintext = plaintext + bytes([padding]) * padding
    first, *middle, last = [int.from_bytes(key, "big") for key in keys]
    block = _block(iv)
    blocks = []
    for start in range(0, len(plaintext), 16):
        if not start % PIECE:
            in_time(deadline)
        block ^= _block(plaintext[start : start + 16]) ^ first
        for key in middle:
            block = mix(substitute(block, 16, SBOX, 5), COLUMNS) ^ key
        block = substitute(block, 16, SBOX, 5) ^ last
        blocks.append(block.to_bytes(16, "big"))
    return b"".join(blocks)


def decrypt(keys: "list[bytes]", iv: bytes, cipher: bytes, deadline: float = NEVER) -> bytes:
    """The plain text of `cipher`. ValueError for broken blocks, none, or wrong padding."""
    if not cipher or len(cipher) % 16:
        raise ValueError("%d bytes are no blocks of 16" % len(cipher))
    pieces = []
    for start in range(0, len(cipher), PIECE):
        in_time(deadline)
        pieces.append(_decrypted(keys, iv, cipher[start : start + PIECE]))
        iv = cipher[start + PIECE - 16 : start + PIECE]
    plaintext = b"".join(pieces)
    padding = plaintext[-1]
    if not 0 < padding <= 16 or plaintext[-padding:] != bytes([padding]) * padding:
        raise ValueError("the padding is wrong")
    return plaintext[:-padding]


def _decrypted(keys: "list[bytes]", iv: bytes, cipher: bytes) -> bytes:
    """All blocks at once, as one number."""
    size = len(cipher)
    number = int.from_bytes(cipher, "big")
    previous = _block(iv) << 8 * size - 128 | number >> 128
    columns = int.from_bytes(b"\0\0\0\1" * (size // 4), "big")
    last, *middle, first = [int.from_bytes(key * (size // 16), "big") for key in keys]
    state = number ^ first
    for key in middle[::-1]:
        state = substitute(state, size, INVERSE, 13) ^ key
        state = mix(mix(mix(state, columns), columns), columns)
    state = substitute(state, size, INVERSE, 13) ^ last
    return (state ^ previous).to_bytes(size, "big")


def in_time(deadline: float) -> None:
    """A megabyte takes a second, on a small computer ten."""
    if time.monotonic() > deadline:
        raise DeadlineExceeded("no time left for the cipher of so long a message")


def _block(data: bytes) -> int:
    if len(data) != 16:
        raise ValueError("a key, an IV and a block have 16 bytes, not %d" % len(data))
    return int.from_bytes(data, "big")


def substitute(state: int, size: int, box: bytes, step: int) -> int:
    """SubBytes and ShiftRows (SBOX, 5), or their inverses (INVERSE, 13); `size` in bytes."""
    data = state.to_bytes(size, "big").translate(box)
    blocks = [(data[i : i + 16] * step)[::step] for i in range(0, size, 16)]
    return int.from_bytes(b"".join(blocks), "big")


def mix(state: int, columns: int) -> int:
    """MixColumns: each byte a becomes 2a + 3b + c + d, where b, c, d follow it in its column.

    That is 2(a + b) + b + (c + d). `columns` is 1 for each column of the state.
    """
    after = state << 8 & columns * 0xFFFFFF00 | state >> 24 & columns * 0xFF
    pair = state ^ after
    pairs = pair << 16 & columns * 0xFFFF0000 | pair >> 16 & columns * 0xFFFF
    carry = pair >> 7 & columns * 0x01010101
    return pair << 1 ^ carry << 8 ^ carry * 0x1B ^ after ^ pairs
