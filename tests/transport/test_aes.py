"""AES: NIST's vectors, other vectors from outside, and everything that is not to be decrypted."""

import hashlib
import random
import time
import unittest

from tplink_exec.errors import DeadlineExceeded
from tplink_exec.transport.aes import decrypt, encrypt, expand

KEY = "2b7e151628aed2a6abf7158809cf4f3c"
ZERO_IV = "00" * 16

# Key, IV, plain text, cipher text. What follows | is no part of the publication: it is the
# block of padding, by `openssl enc -aes-128-cbc` (OpenSSL 3).
PUBLISHED = {
    "FIPS 197, appendix B": (
        KEY,
        ZERO_IV,
        "3243f6a8885a308d313198a2e0370734",
        "3925841d02dc09fbdc118597196a0b32|07872c5d35f16f21951b7c27d2e8456b",
    ),
    "FIPS 197, appendix C.1": (
        "000102030405060708090a0b0c0d0e0f",
        ZERO_IV,
        "00112233445566778899aabbccddeeff",
        "69c4e0d86a7b0430d8cdb78070b4c55a|9e978e6d16b086570ef794ef97984232",
    ),
    "SP 800-38A, F.2.1 and F.2.2": (
        KEY,
        "000102030405060708090a0b0c0d0e0f",
        (
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
        ),
        (
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
            "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"
            "|8cb82807230e1321d3fae00d18cc2012"
        ),
    ),
}

# Of all cipher texts of bytes(range(n)), n from 0 to 64, in a row, and of that of
# bytes(i * i % 251 for i in range(3000)): computed with the package cryptography, which is
# OpenSSL, for this key and IV.
COUNTED_KEY, COUNTED_IV = bytes(range(16)), bytes(range(240, 256))
SHORT_SHA256 = "f4c624ff56b04dde10d4be0e308d5ce76d6d089a16d83f7b242128530d137308"
LONG_SHA256 = "9b2b5a10b3bf8ba61330183126040302dd4680b578e52c5a15dd7b1b3be6c028"


def unpadded(plain):
    """The cipher text of whole blocks, and its keys and IV, as decrypt() takes them."""
    keys, iv = expand(COUNTED_KEY), COUNTED_IV
    assert len(plain) % 16 == 0
    return keys, iv, encrypt(keys, iv, plain)[: len(plain)]


class Vectors(unittest.TestCase):
    def test_published(self):
        for name, (key, iv, plain, cipher) in PUBLISHED.items():
            with self.subTest(name):
                keys, iv = expand(bytes.fromhex(key)), bytes.fromhex(iv)
                plain, cipher = bytes.fromhex(plain), bytes.fromhex(cipher.replace("|", ""))
                self.assertEqual(encrypt(keys, iv, plain).hex(), cipher.hex())
                self.assertEqual(decrypt(keys, iv, cipher).hex(), plain.hex())

    def test_round_keys(self):
        """FIPS 197, appendix A.1."""
        keys = expand(bytes.fromhex(KEY))
        self.assertEqual(len(keys), 11)
        self.assertEqual(keys[0].hex(), KEY)
        self.assertEqual(keys[1].hex(), "a0fafe1788542cb123a339392a6c7605")
        self.assertEqual(keys[10].hex(), "d014f9a8c9ee2589e13f0cc8b6630ca6")

    def test_every_short_length_and_a_long_one(self):
        keys = expand(COUNTED_KEY)
        short = [encrypt(keys, COUNTED_IV, bytes(range(size))) for size in range(65)]
        self.assertEqual(hashlib.sha256(b"".join(short)).hexdigest(), SHORT_SHA256)
        long = encrypt(keys, COUNTED_IV, bytes(i * i % 251 for i in range(3000)))
        self.assertEqual(hashlib.sha256(long).hexdigest(), LONG_SHA256)


class RoundTrips(unittest.TestCase):
    def test_any_bytes_and_length(self):
        source = random.Random(197)
        for size in [*range(65), 600, 4001]:
            key, iv, plain = (
                bytes(source.randrange(256) for _ in range(count)) for count in (16, 16, size)
            )
            keys = expand(key)
            cipher = encrypt(keys, iv, plain)
            self.assertEqual(len(cipher), size + 16 - size % 16)
            self.assertEqual(decrypt(keys, iv, cipher), plain)

    def test_nothing_that_is_given_changes(self):
        keys, plain = expand(COUNTED_KEY), bytearray(b"abc")
        before = list(keys)
        cipher = encrypt(keys, COUNTED_IV, plain)
        self.assertEqual(decrypt(keys, COUNTED_IV, bytearray(cipher)), b"abc")
        self.assertEqual((keys, plain), (before, b"abc"))


class Wrong(unittest.TestCase):
    def assert_padding(self, plain, size):
        """decrypt() takes off `size` bytes; 0: it refuses."""
        arguments = unpadded(plain)
        if size:
            self.assertEqual(decrypt(*arguments), plain[:-size])
        else:
            self.assertRaisesRegex(ValueError, "padding", decrypt, *arguments)

    def test_each_value_of_padding(self):
        for value in range(256):
            for blocks in (1, 2):
                plain = bytes([value]) * 16 * blocks
                self.assert_padding(plain, value if 0 < value <= 16 else 0)

    def test_each_byte_of_padding_counts(self):
        for size in range(1, 17):
            good = b"A" * (32 - size) + bytes([size]) * size
            self.assert_padding(good, size)
            for place in range(32 - size, 31):
                for other in (0, size - 1, size + 1, 255):
                    plain = bytearray(good)
                    plain[place] = other
                    self.assert_padding(bytes(plain), 0)

    def test_padding_longer_than_a_block(self):
        for size in (17, 31, 32):
            self.assert_padding(bytes(32 - size) + bytes([size]) * size, 0)

    def test_lengths(self):
        keys, iv, cipher = unpadded(bytes(48))
        for size in (0, 1, 15, 17, 31, 33, 47):
            self.assertRaisesRegex(ValueError, "%d bytes" % size, decrypt, keys, iv, cipher[:size])
        for size in (0, 12, 15, 17, 24, 32):
            self.assertRaisesRegex(ValueError, "16 bytes", expand, bytes(size))
            self.assertRaisesRegex(ValueError, "16 bytes", encrypt, keys, bytes(size), b"")
            self.assertRaisesRegex(ValueError, "16 bytes", decrypt, keys, bytes(size), cipher)


class Deadline(unittest.TestCase):
    """A long message must not take the call beyond its time."""

    def test_it_is_looked_at_between_pieces(self):
        keys, iv = expand(bytes(16)), bytes(16)
        plain = bytes(range(256)) * 100
        cipher = encrypt(keys, iv, plain)
        self.assertEqual(decrypt(keys, iv, cipher), plain)
        for work, data in ((encrypt, bytes(1 << 20)), (decrypt, bytes(1 << 20))):
            started = time.monotonic()
            with self.assertRaises(DeadlineExceeded):
                work(keys, iv, data, started)
            self.assertLess(time.monotonic() - started, 10)


if __name__ == "__main__":
    unittest.main()
