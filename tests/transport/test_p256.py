"""P-256: known answers from outside, and what is no point."""

import hashlib
import random
import unittest

from tplink_exec.transport import p256, spake2
from tplink_exec.transport.p256 import ORDER, P, decoded, encoded, pair, sums

# By the package cryptography, which is OpenSSL: the points of the private keys
# sha256(b"0") to sha256(b"63"), uncompressed, in a row; and what each two of them share (ECDH).
KEYS = [int.from_bytes(hashlib.sha256(b"%d" % i).digest(), "big") % ORDER for i in range(64)]
POINTS_SHA256 = "f8b1bf23ad860ee7dd45c8cb95442d4f0b9ff418f3de16283410c8dcc71a8249"
SHARED_SHA256 = "43a31ce1bc21a949f9aefbb2efe05d3856b35d2f4b731d4678ae8ae131a6f6b3"
TWICE = (
    "047cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978"
    "07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1"
)
THRICE = (
    "045ecbe4d1a6330a44c8f7ef951d4bf165e6c6b721efada985fb41661bc6e7fd6c"
    "8734640c4998ff7e374b06ce1a64a2ecd82ab036384fb83d9a79b127a27d5032"
)

BASE = p256.BASE[0]


def multiplied(*pairs):
    """The sum of number * point."""
    numbers, points = zip(*pairs)
    return sums([pair(point) for point in points], numbers)[0]


def hashed(pieces):
    return hashlib.sha256(b"".join(pieces)).hexdigest()


def negative(point):
    return point[0], P - point[1]


class Known(unittest.TestCase):
    def test_multiples_of_the_base(self):
        self.assertEqual(encoded(multiplied((1, BASE))), encoded(BASE))
        self.assertEqual(encoded(multiplied((2, BASE))).hex(), TWICE)
        self.assertEqual(encoded(multiplied((3, BASE))).hex(), THRICE)
        self.assertEqual(multiplied((ORDER - 1, BASE)), negative(BASE))
        self.assertEqual(
            encoded(multiplied((ORDER - 2, BASE))), encoded(negative(decoded_hex(TWICE)))
        )
        points = [encoded(multiplied((key, BASE))) for key in KEYS]
        self.assertEqual(hashed(points), POINTS_SHA256)

    def test_multiples_of_other_points(self):
        shared = [
            multiplied((ours, multiplied((theirs, BASE))))[0].to_bytes(32, "big")
            for ours, theirs in zip(KEYS[::2], KEYS[1::2])
        ]
        self.assertEqual(hashed(shared), SHARED_SHA256)

    def test_sums(self):
        for ours, theirs, more in zip(KEYS, KEYS[1:], KEYS[2:12]):
            point = multiplied((theirs, BASE))
            wanted = multiplied(((ours + theirs * more) % ORDER, BASE))
            self.assertEqual(multiplied((ours, BASE), (more, point)), wanted)

    def test_several_rows(self):
        one, other = [multiplied((key, BASE)) for key in KEYS[:2]]
        rows = list(zip(KEYS[:5], KEYS[5:10]))
        wanted = [multiplied((row[0], one), (row[1], other)) for row in rows]
        self.assertEqual(sums((pair(one), pair(other)), *rows), wanted)

    def test_constants(self):
        self.assertEqual(p256.BASE, pair(BASE))
        for near, far in ((spake2.M, spake2.FAR_M), (spake2.N, spake2.FAR_N)):
            self.assertEqual(pair(decoded(near)), (decoded(near), decoded(far)))

    def test_equal_and_opposite_points_in_a_sum(self):
        twice = decoded_hex(TWICE)
        self.assertEqual(multiplied((1, BASE), (1, BASE)), twice)
        self.assertEqual(multiplied((4, BASE), (1, negative(twice))), twice)
        self.assertEqual(multiplied((0, BASE), (2, BASE)), twice)
        self.assertEqual(multiplied((5, BASE), (3, negative(BASE))), twice)
        for pairs in (
            [(0, BASE)],
            [(ORDER, BASE)],
            [(1, BASE), (1, negative(BASE))],
            [(2, BASE), (1, negative(twice))],
            [(3, BASE), (ORDER - 3, BASE)],
        ):
            with self.subTest(pairs=pairs), self.assertRaises(ValueError):
                multiplied(*pairs)


class Points(unittest.TestCase):
    def test_both_forms_of_a_point(self):
        for key in KEYS[:16]:
            x, y = point = multiplied((key, BASE))
            self.assertEqual(decoded(encoded(point)), point)
            short = bytes([2 + (y & 1)]) + x.to_bytes(32, "big")
            self.assertEqual(decoded(short), point)
            other = bytes([3 - (y & 1)]) + x.to_bytes(32, "big")
            self.assertEqual(decoded(other), negative(point))

    def test_what_is_none(self):
        x, y = BASE
        good = encoded(BASE)
        # b of y**2 = x**3 - 3x + b is nowhere in the formulas: a point of another curve, whose
        # order is small, would tell the client's secret bit by bit.
        bad = {
            "nothing": b"",
            "infinity": b"\0",
            "65 bytes of infinity": bytes(65),
            "the origin": b"\4" + bytes(64),
            "hybrid": b"\6" + good[1:],
            "without its kind": good[1:],
            "one short": good[:-1],
            "one more": good + b"\0",
            "x beside the curve": b"\4" + (x + 1).to_bytes(32, "big") + good[33:],
            "y beside the curve": good[:33] + (y + 1).to_bytes(32, "big"),
            "exchanged": b"\4" + good[33:] + good[1:33],
            "all ones": b"\4" + b"\xff" * 64,
            "y too large": good[:33] + (y + P).to_bytes(33, "big")[-32:],
            "x of no point, compressed": b"\2" + (5).to_bytes(32, "big")[:31] + b"\1",
            "x too large, compressed": b"\2" + b"\xff" * 32,
            "33 bytes, 4": good[:33],
            "65 bytes, 2": b"\2" + good[1:],
        }
        for name, data in bad.items():
            with self.subTest(name), self.assertRaises(ValueError):
                decoded(data)

    def test_x_beyond_the_prime(self):
        # Some x below 2**256 - P, written as x + P, is the same number modulo P.
        chosen = random.Random(256)
        for _ in range(1000):
            x = chosen.randrange(2**256 - P)
            try:
                _, y = decoded(b"\2" + x.to_bytes(32, "big"))
            except ValueError:
                continue
            for data in (b"\2", b"\3", b"\4"):
                more = y.to_bytes(32, "big") if data == b"\4" else b""
                self.assertTrue(decoded(data + x.to_bytes(32, "big") + more))
                with self.assertRaises(ValueError):
                    decoded(data + (x + P).to_bytes(32, "big") + more)
            return
        self.fail("no such x")

    def test_one_bit(self):
        good = encoded(multiplied((KEYS[0], BASE)))
        for bit in range(8 * len(good)):
            flipped = bytearray(good)
            flipped[bit // 8] ^= 1 << bit % 8
            with self.assertRaises(ValueError):
                decoded(bytes(flipped))


def decoded_hex(text):
    return decoded(bytes.fromhex(text))
