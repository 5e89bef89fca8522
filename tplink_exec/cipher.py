"""The XOR autokey cipher that TP-Link/Kasa devices speak on port 9999, in pure Python.

Each plain byte is XORed with the cipher byte before it, the first with KEY. It hides, it
does not protect: there is no secret. This module imports nothing and may be used alone:

    >>> from tplink_exec import cipher
    >>> cipher.encrypt(b'{"system":').hex()
    'd0f281f88bff9af7d5ef'
    >>> cipher.decrypt(bytes.fromhex('d0f281f88bff9af7d5ef'))
    b'{"system":'

Neither function adds or expects the length that precedes each message on TCP: see `wire`.

Why big integers: seen as one big-endian number of n bytes, the cipher text shifted right
by 8 bits is "the cipher byte before each byte". So decrypting is a single shift and XOR of
whole numbers, and encrypting is the running XOR of all bytes before, which doubling shifts
give in log2(n) steps. Both run in C and are several times faster than a loop over bytes.
"""

KEY = 171
"""What the first byte is XORed with (0xAB, the initial value of all known clients)."""


def encrypt(plaintext):
    # type: (bytes | bytearray | memoryview) -> bytes
    """Cipher text of `plaintext`, of the same length; b"" for b"".

    Any bytes-like object with any byte values is taken; str raises TypeError.
    """
    size = 8 * len(plaintext)
    number = int.from_bytes(plaintext, "big") ^ KEY << size >> 8
    shift = 8
    while shift < size:
        number ^= number >> shift
        shift *= 2
    return number.to_bytes(len(plaintext), "big")


def decrypt(cipher):
    # type: (bytes | bytearray | memoryview) -> bytes
    """Plain text of `cipher`, of the same length; b"" for b"".

    Any bytes-like object is taken: there is no checksum, so wrong input gives wrong output
    and no error. str raises TypeError.
    """
    number = int.from_bytes(cipher, "big")
    return (number ^ (KEY << 8 * len(cipher) | number) >> 8).to_bytes(len(cipher), "big")
