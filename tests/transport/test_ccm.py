"""AES-128-CCM: known answers from outside, and everything that is not to be opened."""

import hashlib
import time
import unittest

from tplink_exec.errors import DeadlineExceeded
from tplink_exec.transport.aes import expand
from tplink_exec.transport.ccm import opened, seal

KEYS, NONCE = expand(bytes(range(16))), bytes(range(240, 252))
# By the package cryptography, which is OpenSSL, with this key and nonce; in a row those of
# bytes(range(n)), n from 0 to 64, and that of bytes(i * i % 251 for i in range(10000)).
NOTHING = "9ba1c35c42e182fb5193be4985f73616"
REQUEST = b'{"method":"get_device_info"}'
SEALED = "0c64802887a1454eb18e7b442a1a7573adc9f39a140aa3b5b74c4d4fba8372911db66bf4b2dfb5669694aaa8"
SHORT_SHA256 = "69f859efc58fd6f31575d72ff8526dd472a30075310930fafa7574481659a92b"
LONG = bytes(i * i % 251 for i in range(10000))
LONG_SHA256 = "2ac79b7930338273d919d0e00300cdd8abc6c19f2791a703400d9fa620d68bb3"


def hashed(data):
    return hashlib.sha256(data).hexdigest()


class Known(unittest.TestCase):
    def test_sealed(self):
        self.assertEqual(seal(KEYS, NONCE, b"").hex(), NOTHING)
        self.assertEqual(seal(KEYS, NONCE, REQUEST).hex(), SEALED)
        short = b"".join(seal(KEYS, NONCE, bytes(range(size))) for size in range(65))
        self.assertEqual(hashed(short), SHORT_SHA256)
        self.assertEqual(hashed(seal(KEYS, NONCE, LONG)), LONG_SHA256)

    def test_opened(self):
        for size in [*range(65), 4079, 4080, 4081, 8192, 10000]:
            self.assertEqual(opened(KEYS, NONCE, seal(KEYS, NONCE, LONG[:size])), LONG[:size])


class Wrong(unittest.TestCase):
    def test_one_bit(self):
        sealed = bytes.fromhex(SEALED)
        for bit in range(8 * len(sealed)):
            flipped = bytearray(sealed)
            flipped[bit // 8] ^= 1 << bit % 8
            with self.assertRaises(ValueError):
                opened(KEYS, NONCE, bytes(flipped))

    def test_lengths(self):
        sealed = bytes.fromhex(SEALED)
        for size in range(len(sealed)):
            with self.assertRaises(ValueError):
                opened(KEYS, NONCE, sealed[:size])
        with self.assertRaises(ValueError):
            opened(KEYS, NONCE, sealed + b"\0")

    def test_another_nonce_or_key(self):
        sealed = bytes.fromhex(SEALED)
        with self.assertRaises(ValueError):
            opened(KEYS, NONCE[:-1] + b"\0", sealed)
        with self.assertRaises(ValueError):
            opened(expand(bytes(16)), NONCE, sealed)

    def test_deadline(self):
        for act in (seal, opened):
            with self.assertRaises(DeadlineExceeded):
                act(KEYS, NONCE, LONG, time.monotonic() - 1)
