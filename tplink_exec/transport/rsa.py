"""RSA in pure Python, as far as the handshake of `passthrough` needs it: a key, and one decryption.

Why a new key each time: whoever has the private key reads the session's key off the handshake, and
with it the login. So a fixed key, in a program that everybody can read, would hide the login from
nobody who listens. A new one hides it from those who only listen; not from one who stands in
between, as nothing tells the device's answer from another's.

The device sees the modulus of 1024 bits that it wants. It is the product of three primes, as RFC
8017 allows: to find these takes a third of the time of two (11 ms and 28 ms, median of CPU time),
and for three the way to factor it is still the same one as for two.

It takes a time that depends on the key, which is used once.
"""

import binascii
from posix import urandom

BITS = 1024
PUBLIC_EXPONENT = 65537
PRIMES = (342, 341, 341)
"""Their bits. Each begins with three of them set, so that the product has all of its own."""
WINDOW = 1024
"""Odd numbers from a random one on, among which a prime is looked for."""
PREFIX = bytes.fromhex("30819f300d06092a864886f70d010101050003818d0030818902818100")
SUFFIX = bytes.fromhex("0203010001")
"""What is around the modulus in a SubjectPublicKeyInfo (RFC 3279, section 2.3.1)."""

SMALL_BELOW = 2000


class PrivateKey:
    """`primes` are two or more, `exponent` the private one."""

    def __init__(self, primes: "list[int]") -> None:
        self.primes = primes
        self.modulus = totient = 1
        for each in primes:
            self.modulus *= each
            totient *= each - 1
        self.exponent = pow(PUBLIC_EXPONENT, -1, totient)

    def public(self) -> bytes:
        """The public key as PEM, its base64 in one line."""
        der = PREFIX + self.modulus.to_bytes(BITS // 8, "big") + SUFFIX
        text = binascii.b2a_base64(der, newline=False)
        return b"-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % text

    def decrypt(self, cipher: bytes) -> bytes:
        """What was encrypted by RSAES-PKCS1-v1_5 (RFC 8017, section 7.2). Raises ValueError."""
        number = int.from_bytes(cipher, "big")
        if len(cipher) != BITS // 8 or number >= self.modulus:
            raise ValueError("%d bytes are no RSA cipher text of this key" % len(cipher))
        message = 0
        for each in self.primes:  # by the Chinese remainder theorem: an eighth of the time
            others = self.modulus // each
            rest = pow(number % each, self.exponent % (each - 1), each)
            message += rest * others * pow(others, -1, each)
        block = (message % self.modulus).to_bytes(BITS // 8, "big")
        end = block.find(b"\0", 2)
        if block[:2] != b"\0\2" or end < 10:
            raise ValueError("the RSA padding is wrong")
        return block[end + 1 :]


def new_key() -> PrivateKey:
    small = bytearray(SMALL_BELOW)
    for n in range(3, 45, 2):
        small[n * n :: 2 * n] = b"\1" * len(range(n * n, SMALL_BELOW, 2 * n))
    odd_primes = [n for n in range(3, SMALL_BELOW, 2) if not small[n]]
    return PrivateKey([prime(bits, odd_primes) for bits in PRIMES])


def prime(bits: int, odd_primes: "list[int]") -> int:
    """A random one, sieved by the smallest `odd_primes`, as far as Fermat's test to base 2 tells.

    Of those that pass it fewer than one in 36 million are none (Kim and Pomerance 1989, for numbers
    of 100 digits); with one of these the decryption fails.
    """
    while True:
        start = int.from_bytes(urandom(bits // 8 + 1), "big") % (1 << bits) | 7 << bits - 3 | 1
        divided = bytearray(WINDOW)
        for small in odd_primes:
            first = -start * (small + 1 >> 1) % small  # where start + 2 * i is a multiple of it
            divided[first::small] = b"\1" * len(range(first, WINDOW, small))
        at = divided.find(0)
        while at >= 0:
            found = start + 2 * at
            fits = found % PUBLIC_EXPONENT != 1 and found.bit_length() == bits
            if fits and pow(2, found - 1, found) == 1:
                return found
            at = divided.find(0, at + 1)
