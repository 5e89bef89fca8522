"""The cipher: known answers from outside, and against the plain definition byte by byte."""

import base64
import random
import subprocess
import sys
import unittest

from tests.support import ROOT
from tests.vectors import TCP_BASE64
from tplink_exec.cipher import decrypt, encrypt


def by_definition(data, decrypting):
    """Each byte XORed with the previous cipher byte, the first with 171."""
    key, result = 171, bytearray()
    for byte in data:
        result.append(byte ^ key)
        key = byte if decrypting else byte ^ key
    return bytes(result)


class Cipher(unittest.TestCase):
    def test_known_answers(self):
        for plain, text in TCP_BASE64.items():
            payload = base64.b64decode(text)
            self.assertEqual(payload[:4], len(plain).to_bytes(4, "big"))
            self.assertEqual(encrypt(plain), payload[4:])
            self.assertEqual(decrypt(payload[4:]), plain)

    def test_empty(self):
        self.assertEqual((encrypt(b""), decrypt(b"")), (b"", b""))

    def test_agrees_with_the_definition_for_any_bytes_and_length(self):
        source = random.Random(1)
        for size in [*range(70), 255, 256, 257, 600, 4001]:
            data = bytes(source.randrange(256) for _ in range(size))
            self.assertEqual(encrypt(data), by_definition(data, False))
            self.assertEqual(decrypt(data), by_definition(data, True))
            self.assertEqual(decrypt(encrypt(data)), data)

    def test_each_byte_value_alone(self):
        for value in range(256):
            data = bytes([value])
            self.assertEqual(encrypt(data), bytes([value ^ 171]))
            self.assertEqual(decrypt(data), bytes([value ^ 171]))

    def test_bytes_like_objects_are_taken_and_bytes_are_returned(self):
        for kind in (bytearray, memoryview):
            for result in (encrypt(kind(b"ab")), decrypt(kind(b"ab"))):
                self.assertIs(type(result), bytes)
        self.assertEqual(encrypt(bytearray(b"ab")), encrypt(b"ab"))

    def test_str_is_a_type_error(self):
        for text in ("", "a", "{}"):
            self.assertRaises(TypeError, encrypt, text)
            self.assertRaises(TypeError, decrypt, text)

    def test_the_package_loads_it_when_used_and_nothing_else_of_ours(self):
        code = (
            "import tplink_exec, sys; tplink_exec.cipher.encrypt(b'');"
            "print(sorted(m for m in sys.modules if 'tplink' in m))"
        )
        printed = subprocess.check_output([sys.executable, "-c", code], cwd=str(ROOT))
        self.assertEqual(printed.decode().strip(), "['tplink_exec', 'tplink_exec.cipher']")


if __name__ == "__main__":
    unittest.main()
