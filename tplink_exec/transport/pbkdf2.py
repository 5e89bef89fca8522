"""PBKDF2-HMAC-SHA256 for a Python without OpenSSL: two to five times slower than that."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any


def by_hand(inner: "Any", outer: "Any", salt: bytes, iterations: int, size: int) -> bytes:
    """`inner` and `outer` are hashes that have taken HMAC's key, as it has it for the two."""
    found = b""
    while len(found) < size:
        block = salt + (len(found) // 32 + 1).to_bytes(4, "big")
        total = 0
        for _ in range(iterations):
            first = inner.copy()
            first.update(block)
            second = outer.copy()
            second.update(first.digest())
            block = second.digest()
            total ^= int.from_bytes(block, "big")
        found += total.to_bytes(32, "big")
    return found[:size]
