"""HMAC, HKDF and PBKDF2 with SHA-256: RFC 2104, 5869 and 8018.

The hmac module, which imports hashlib, costs as much CPU as half of Python's own start.
"""

from .klap import sha256

INNER, OUTER = (bytes(byte ^ mask for byte in range(256)) for mask in (0x36, 0x5C))


def hmac(key: bytes, text: bytes) -> bytes:
    """`key` has at most 64 bytes."""
    block = key.ljust(64, b"\0")
    return sha256(block.translate(OUTER) + sha256(block.translate(INNER) + text).digest()).digest()


def hkdf(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """`size` bytes of a key."""
    key = hmac(salt, secret)
    found = block = b""
    while len(found) < size:
        block = hmac(key, block + info + bytes([len(found) // 32 + 1]))
        found += block
    return found[:size]


def pbkdf2(password: bytes, salt: bytes, iterations: int, size: int) -> bytes:
    """By OpenSSL, which takes half as long as Python does, its import counted."""
    try:
        from _hashlib import pbkdf2_hmac

        return pbkdf2_hmac("sha256", password, salt, iterations, size)
    except ImportError:  # a Python built without it
        from .pbkdf2 import by_hand

        key = password if len(password) <= 64 else sha256(password).digest()
        block = key.ljust(64, b"\0")
        starts = sha256(block.translate(INNER)), sha256(block.translate(OUTER))
        return by_hand(*starts, salt, iterations, size)
