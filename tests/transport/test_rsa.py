"""RSA: known answers from outside, new keys, and what is not to be decrypted."""

import binascii
import unittest

from tests.transport import aes_vectors as known
from tplink_exec.transport.rsa import BITS, PUBLIC_EXPONENT, PrivateKey, new_key

KEY = PrivateKey([known.P, known.Q])
SIZE = BITS // 8


def encrypted(block, key):
    number = pow(int.from_bytes(block, "big"), PUBLIC_EXPONENT, key.modulus)
    return number.to_bytes(SIZE, "big")


class KnownAnswers(unittest.TestCase):
    def test_the_public_key_is_written_as_openssl_does_in_one_line(self):
        wanted = "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % known.PEM_BODY
        self.assertEqual(KEY.public().decode(), wanted)

    def test_decrypt(self):
        for cipher, plaintext in (
            (binascii.a2b_base64(known.HANDSHAKE_KEY), known.SECRET),
            (known.ENCRYPTED_X, b"x"),
            (known.ENCRYPTED_NOTHING, b""),
        ):
            self.assertEqual(KEY.decrypt(cipher), plaintext)


class NewKeys(unittest.TestCase):
    def test_they_are_rsa_keys(self):
        seen = set()
        for _ in range(8):
            key = new_key()
            self.assertEqual(key.modulus.bit_length(), BITS)
            self.assertEqual(len(set(key.primes)), 3)
            for prime in key.primes:
                self.assertNotIn(prime, seen)
                seen.add(prime)
                self.assertTrue(all(pow(base, prime - 1, prime) == 1 for base in (2, 3, 5, 7, 11)))
            message = b"k" * 32
            block = b"\0\2" + b"\xff" * (SIZE - 3 - len(message)) + b"\0" + message
            self.assertEqual(key.decrypt(encrypted(block, key)), message)


class NoCipherText(unittest.TestCase):
    def test_each(self):
        for block in (
            b"\0\1" + b"\1" * 93 + b"\0" + b"k" * 32,
            b"\1\2" + b"\1" * 93 + b"\0" + b"k" * 32,
            b"\0\2" + b"\1" * 7 + b"\0" + b"k" * 118,
            b"\0\2" + b"\1" * 126,
        ):
            number = int.from_bytes(block, "big")
            if number < KEY.modulus:
                with self.assertRaises(ValueError, msg=block):
                    KEY.decrypt(encrypted(block, KEY))
        for cipher in (b"", b"x" * 127, b"x" * 129, b"\xff" * 128):
            with self.assertRaises(ValueError):
                KEY.decrypt(cipher)


if __name__ == "__main__":
    unittest.main()
