"""The elliptic curve P-256 (FIPS 186-4, D.1.2.3; SEC 2's secp256r1) in pure Python.

It takes a time that depends on the numbers, so it is for a client on a network of one's own.
A point is (x, y); there is no value for infinity, which is ValueError wherever it would come out.
Within, a point is (X, Y, Z) with x = X / Z**2, y = Y / Z**3, and Z = 0 for infinity (Jacobian
coordinates: no division for each step). The formulas are dbl-2001-b and madd of the
Explicit-Formulas Database (hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-3.html).
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Jacobian, Pair, Point, Sequence, Table  # noqa: F401 (type comments)

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
"""The field's prime."""
B = 0x5AC635D8_AA3A93E7_B3EBBD55_769886BC_651D06B0_CC53B0F6_3BCE3C3E_27D2604B
"""The curve is y**2 = x**3 - 3 * x + B."""
ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
"""How many points there are, infinity counted; a prime."""
BASE = (
    (
        0x6B17D1F2_E12C4247_F8BCE6E5_63A440F2_77037D81_2DEB33A0_F4A13945_D898C296,
        0x4FE342E2_FE1A7F9B_8EE7EB4A_7C0F9E16_2BCE3357_6B315ECE_CBB64068_37BF51F5,
    ),
    (
        0x447D739B_EEDB5E67_FB982FD5_88C6766E_FC35FF7D_C297EAC3_57C84FC9_D789BD85,
        0x2D4825AB_834131EE_E12E9D95_3A4AAFF7_3D349B95_A7FAE500_0C7E33C9_72E25B32,
    ),
)
"""SEC 2's G, and 2**HALF times it."""
HALF = 128
"""Bits. Each point goes with 2**HALF times it: the halves of a number then share the doublings."""
EIGHTS = int("8" * (HALF // 4 + 1), 16)
"""Added to a number, it makes 0 to f of its hexadecimal digits from -8 to 7."""


def decoded(data: bytes) -> "Point":
    """A point as SEC 1 writes it, in 65 bytes or compressed in 33. ValueError when it is none."""
    x, y = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    square = (x * x * x - 3 * x + B) % P
    if len(data) == 33 and data[0] in (2, 3):
        y = pow(square, (P + 1) // 4, P)
        y = P - y if y & 1 != data[0] & 1 else y
    elif len(data) != 65 or data[0] != 4:
        raise ValueError("%d bytes are no point of P-256" % len(data))
    if x >= P or y >= P or y * y % P != square:
        raise ValueError("a point that is not on P-256")
    return x, y


def encoded(point: "Point") -> bytes:
    """In 65 bytes."""
    return b"\4" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def pair(point: "Point") -> "Pair":
    """The point and 2**HALF times it, as sums() takes it."""
    return point, affine([doubled(*point, 1, HALF)])[0]


def sums(points: "Sequence[Pair]", *rows: "Sequence[int]") -> "list[Point]":
    """For each row the sum of number * point. ValueError when it is infinity.

    The numbers are from 0 to ORDER.
    """
    tables = multiples([point for two in points for point in two])
    found = []
    for row in rows:
        halves = [half for number in row for half in (number % 2**HALF, number >> HALF)]
        found.append(total(halves, tables))
    return affine(found)


def total(numbers: "Sequence[int]", tables: "Sequence[Table]") -> "Jacobian":
    """The sum of number * point, each number below 2**HALF; they share the doublings (Straus)."""
    digits = ["%x" % (number + EIGHTS) for number in numbers]
    found = 1, 1, 0
    for column in zip(*digits):
        found = doubled(*found, 4)
        for digit, table in zip(column, tables):
            term = table[digit]
            if term:
                found = added(*found, *term)
    return found


def multiples(points: "Sequence[Point]") -> "list[Table]":
    """Of each point -8 to 7 times it, by the hexadecimal digits 0 to f; None for none."""
    found = []
    for point in points:
        found += [(*point, 1), doubled(*point, 1)]
        for _ in range(6):
            found.append(added(*found[-1], *point))
    flat = affine(found)
    tables = []
    for start in range(0, len(flat), 8):
        row = flat[start : start + 8]
        negative = [(x, P - y) for x, y in row[::-1]]
        tables.append(dict(zip("0123456789abcdef", [*negative, None, *row[:7]])))
    return tables


def affine(points: "Sequence[Jacobian]") -> "list[Point]":
    """With one inversion for all. Raises ValueError for infinity."""
    products = [1]
    for point in points:
        products.append(products[-1] * point[2] % P)
    inverse = pow(products.pop(), -1, P)  # ValueError for 0
    found = []
    for x, y, z in points[::-1]:
        one = inverse * products.pop() % P
        inverse = inverse * z % P
        found.append((x * one * one % P, y * one * one % P * one % P))
    return found[::-1]


def doubled(x: int, y: int, z: int, times: int = 1) -> "Jacobian":
    for _ in range(times):
        delta = z * z % P
        gamma = y * y % P
        beta = 4 * x * gamma % P
        alpha = 3 * (x - delta) * (x + delta) % P
        z = 2 * y * z % P
        x = (alpha * alpha - 2 * beta) % P
        y = (alpha * (beta - x) - 8 * gamma * gamma) % P
    return x, y, z


def added(x: int, y: int, z: int, x2: int, y2: int) -> "Jacobian":
    """The sum of two points, the second in affine coordinates."""
    if not z:
        return x2, y2, 1
    square = z * z % P
    h = (x2 * square - x) % P
    r = (y2 * square % P * z - y) % P
    if not h:
        return (1, 1, 0) if r else doubled(x, y, z)
    hh = h * h % P
    v = x * hh % P
    hhh = h * hh % P
    out = (r * r - hhh - 2 * v) % P
    return out, (r * (v - out) - y * hhh) % P, z * h % P
