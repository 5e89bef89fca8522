"""Framing: each case read whole, byte by byte, and with bytes of the next message behind it."""

import unittest

from tplink_exec.cipher import encrypt
from tplink_exec.transport.wire import MAX_REPLY, frame, next_message


def read_three_ways(test, stream, wanted):
    """`wanted` is the first message of `stream`, or ValueError; None: not all there yet."""
    for name, pieces in (
        ("whole", [stream]),
        ("byte by byte", [stream[i : i + 1] for i in range(len(stream))]),
        ("with trailing bytes", [stream + b"\0\0"] if wanted is not None else [stream]),
    ):
        with test.subTest(name):
            pending = bytearray()
            if wanted is ValueError:
                with test.assertRaises(ValueError):
                    for piece in pieces:
                        pending += piece
                        next_message(pending)
                continue
            for piece in pieces[:-1]:
                pending += piece
                test.assertIsNone(next_message(pending))
            pending += pieces[-1]
            test.assertEqual(next_message(pending), wanted)
            if wanted is not None:
                test.assertEqual(
                    pending, stream[len(frame(wanted)) :] + b"\0\0" * (name[:4] == "with")
                )


class Wire(unittest.TestCase):
    def test_frame_is_length_and_cipher_text(self):
        self.assertEqual(frame(b"{}"), b"\0\0\0\2" + encrypt(b"{}"))

    def test_message(self):
        read_three_ways(self, frame(b'{"a":1}'), b'{"a":1}')
        read_three_ways(self, frame(bytes(range(256))), bytes(range(256)))

    def test_unfinished(self):
        for size in range(len(frame(b"{}"))):
            read_three_ways(self, frame(b"{}")[:size] or b"", None) if size else None

    def test_length_out_of_bounds_is_refused_at_once(self):
        for size in (0, MAX_REPLY + 1, 0x48545450, 0xFFFFFFFF):
            read_three_ways(self, size.to_bytes(4, "big"), ValueError)

    def test_the_longest_message_is_taken(self):
        plain = b" " * MAX_REPLY
        self.assertEqual(next_message(bytearray(frame(plain))), plain)

    def test_several_messages_in_a_row(self):
        pending = bytearray(frame(b"{}") + frame(b"[]") + b"\0")
        self.assertEqual([next_message(pending) for _ in range(3)], [b"{}", b"[]", None])
        self.assertEqual(pending, b"\0")


if __name__ == "__main__":
    unittest.main()
