"""SPAKE2+ with P-256, SHA-256 and HMAC, as TPAP has it: two ends prove to each other that they know
a password, and whoever listens or plays one of them gets one guess for each try.

The shape is RFC 9383's, with other names, with lengths in little-endian, and with a password that
PBKDF2 has stretched to the numbers w0 and w1. The client's share is X = xG + w0 M, the device's
Y = yG + w0 N; what both have in the end is Z = xyG and V = w1 yG.
"""

from posix import urandom

from .derive import hkdf, hmac, pbkdf2
from .klap import sha256
from .p256 import BASE, ORDER, decoded, encoded, pair, sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Point, Sequence

M = bytes.fromhex(
    "04886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"
    "5ff355163e43ce224e0b0e65ff02ac8e5c7be09419c785e0ca547d55a12e2d20"
)
N = bytes.fromhex(
    "04d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"
    "07d60aa6bfade45008a636337f5168c64d9bd36034808cd564490b1e656edbe7"
)
"""RFC 9383's constants for P-256."""
FAR_M = bytes.fromhex(
    "04c75b96e8e035984157761cd20db5485551df3996ac8074b13bb0f9e6c3544a3f"
    "a103209ef1645766eb506148cd1de482fe961694af52c24e2a61458c7a3e184b"
)
FAR_N = bytes.fromhex(
    "045596860686b9182e2c1612857dd82e8e386c4c9eb78d7d748554e0a89618db28"
    "15723d885341a06cc05a317affdae7e712f57cc30c954090ba617592b671060e"
)
"""2**HALF times those, which spares a login an eighth of its time on the curve."""
DRAWN = 40
"""Bytes that a number below ORDER is made of: 8 more than it has, so that none is likelier."""
SHORT = 1 << 247
"""Below it, w0 is written in two ways, see written()."""


def stretched(passcode: bytes, salt: bytes, iterations: int) -> "tuple[int, int]":
    """w0 and w1."""
    data = pbkdf2(passcode, salt, iterations, 2 * DRAWN)
    return number(data[:DRAWN]), number(data[DRAWN:])


def number(data: bytes) -> int:
    return int.from_bytes(data, "big") % ORDER


class Client:
    """The client's end: `share` is to be sent; `x` is its secret, drawn unless it is given."""

    def __init__(self, w0: int, w1: int, x: int = 0) -> None:
        self.w0, self.w1 = w0, w1
        self.x = x or number(urandom(DRAWN)) or 1
        self.share = encoded(sums((BASE, (decoded(M), decoded(FAR_M))), (self.x, w0))[0])

    def agree(self, context: bytes, theirs: bytes, short: bool = False) -> "Agreement":
        """`theirs` is the device's share. ValueError when that is no point, or would give infinity.

        Z and V are multiples of Y - w0 N: here, sums of multiples of both.
        """
        y = decoded(theirs)
        rows = [(factor, -factor * self.w0 % ORDER) for factor in (self.x, self.w1)]
        secret = sums((pair(y), (decoded(N), decoded(FAR_N))), *rows)
        shares = self.share, encoded(y)
        return Agreement(context, shares, secret, written(self.w0, short))


class Agreement:
    """What both ends have once they know each other's share, if they have the same password.

    `client` and `device` are what these send to prove it, `key` is the shared one. `shares` are the
    client's and the device's, `secret` is Z and V.
    """

    def __init__(
        self, context: bytes, shares: "tuple[bytes, bytes]", secret: "Sequence[Point]", w0: bytes
    ) -> None:
        parts = [sha256(context).digest(), b"", b"", M, N, *shares, *map(encoded, secret), w0]
        text = b"".join([len(part).to_bytes(8, "little") + part for part in parts])
        main = sha256(text).digest()
        confirm = hkdf(main, b"", b"ConfirmationKeys", 64)
        self.client = hmac(confirm[:32], shares[1])
        self.device = hmac(confirm[32:], shares[0])
        self.key = hkdf(main, b"", b"SharedKey", 32)


def written(w0: int, short: bool = False) -> bytes:
    """In 32 bytes, as RFC 9383 has it and the Tapo app; or `short`, as some clients have it.

    That is without zeros at the front, but for one where the length would be odd and the first bit
    set. (plugp100 6.0.2, python-kasa's pull request 1592.)
    """
    size = (w0.bit_length() + 7) // 8 if short else 32
    if size & 1 and w0 >> 8 * size - 1:
        size += 1
    return w0.to_bytes(size, "big")
