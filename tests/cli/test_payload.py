"""encode and decode: the constants of shell scripts, and every way to be wrong."""

import base64
import os
import unittest

from tests.support import FORMS, assert_failure, call, run
from tests.vectors import SET_ON, SYSINFO, TCP_BASE64
from tplink_exec.cipher import encrypt
from tplink_exec.transport.wire import frame

PROGRAM = FORMS["file"]


def encode(*words, stdin=b""):
    return call("encode", *words, stdin=stdin)


def decode(*words, stdin=b""):
    return call("decode", *words, stdin=stdin)


class Payload(unittest.TestCase):
    def fails(self, result, *says):
        assert_failure(self, result, 5)
        for text in says:
            self.assertIn(text, result.err.decode())

    def test_the_constants_both_ways(self):
        for plain, text in TCP_BASE64.items():
            self.assertEqual(encode(plain.decode())[:3], (0, text + b"\n", b""))
            self.assertEqual(decode(text.decode())[:3], (0, plain + b"\n", b""))

    def test_as_processes(self):
        for form in FORMS.values():
            encoded, decoded = TCP_BASE64[SET_ON] + b"\n", SET_ON + b"\n"
            self.assertEqual(run([*form, "encode", SET_ON.decode()])[:3], (0, encoded, b""))
            self.assertEqual(run([*form, "decode"], stdin=encoded)[:3], (0, decoded, b""))
            self.fails(run([*form, "decode", "AAA*"]), "not base64 at byte 3")

    def test_standard_input_with_or_without_newline(self):
        for stdin in (SYSINFO, SYSINFO + b"\n"):
            self.assertEqual(encode(stdin=stdin).out, TCP_BASE64[SYSINFO] + b"\n")

    def test_raw_and_udp(self):
        self.assertEqual(encode("--raw", SET_ON.decode()).out, frame(SET_ON))
        self.assertEqual(encode("--raw", "--udp", SET_ON.decode()).out, encrypt(SET_ON))
        text = base64.b64encode(encrypt(SET_ON)).decode()
        self.assertEqual(encode("--udp", SET_ON.decode()).out.decode(), text + "\n")
        self.assertEqual(decode("--udp", text).out, SET_ON + b"\n")
        self.assertEqual(decode("--udp", "--raw", stdin=encrypt(SET_ON)).out, SET_ON + b"\n")

    def test_raw_frames_are_recognised(self):
        self.assertEqual(decode(stdin=frame(SET_ON)).out, SET_ON + b"\n")
        texts = [('{"\u20ac%c":1}' % letter).encode() for letter in range(35, 127)]
        text = next(text for text in texts if frame(text).endswith(b"\n"))
        self.assertEqual(decode(stdin=frame(text)).out, text + b"\n")

    def test_several_frames_in_a_row(self):
        self.assertEqual(decode(stdin=frame(b"{}") + frame(b'{"a":1}')).out, b'{}\n{"a":1}\n')
        lines = b"".join(base64.encodebytes(frame(text)) for text in (b"{}", SYSINFO, b'{"a":1}'))
        self.assertEqual(decode(stdin=lines).out, b"{}\n" + SYSINFO + b'\n{"a":1}\n')

    def test_blanks_in_base64_are_ignored(self):
        text = " \t\n".join(TCP_BASE64[SET_ON].decode())
        self.assertEqual(decode(text).out, SET_ON + b"\n")
        self.assertEqual(decode(stdin=text.encode() + b"\r\n").out, SET_ON + b"\n")

    def test_as_lenient_as_devices(self):
        for text in (b'{"a":null}}', b' {"a":1} ', '{"alias":"Лампа"}'.encode()):
            self.assertEqual(decode(encode(text.decode()).out.decode()).out, text + b"\n")

    def test_wrong_json(self):
        for text in ("", "nope", "ON", "-", '"a"', '{"a":'):
            self.fails(encode(text), "not JSON at byte")
        self.fails(encode('{"я":x}'), "at byte 6")
        self.fails(encode("{system:{}}"), "not JSON at byte 1", "single quotes: '{...}'")
        self.assertNotIn(b"single", encode('{"a":').err)
        self.fails(encode(stdin=b'{"a":"\xff"}'), "not UTF-8 at byte 6")
        self.fails(encode("[" * 99999), "nested")

    def test_long_numbers_and_long_payloads(self):
        text = b'{"a":' + b"1" * 5000 + b"}"
        self.assertEqual(decode(stdin=encode(stdin=text).out).out, text + b"\n")
        text = b'{"a":"' + b"x" * 900000 + b'"}'
        self.assertEqual(decode(stdin=encode(stdin=text).out).out, text + b"\n")

    def test_standard_input_that_cannot_be_read(self):
        with open(os.devnull, "wb") as write_only:
            result = run([*PROGRAM, "encode"], stdin=write_only)
        assert_failure(self, result, 2)
        self.assertIn(b"standard input", result.err)

    def test_wrong_base64(self):
        self.fails(decode("AAA*"), "not base64 at byte 3: b'*'")
        self.fails(decode("AA AA-"), "at byte 5")
        self.fails(decode("AAAAA"), "ends within a group of four, at byte 5")
        for text in ("A===", "AA=A", "=AAA", "===="):
            self.fails(decode(text), "not base64 at byte")

    def test_wrong_frames(self):
        self.fails(decode(), "ends at byte 0")
        self.fails(decode(stdin=b"\0\0"), "ends at byte 2")
        self.fails(decode(stdin=frame(b"{}") + frame(b"{}")[:-1]), "begins at byte 6")
        self.fails(decode(stdin=frame(b"{}") + b"\0\0\0\0"), "in the length at byte 6")
        self.fails(decode("--raw", stdin=b"HTTP/1.1"), "in the length at byte 0")
        self.fails(decode(stdin=frame(b"\xff\xfe")), "not UTF-8 at byte 0")
        self.fails(decode(stdin=frame(b'{"a"}')), "not JSON at byte 4")

    def test_wrong_usage(self):
        for name in ("encode", "decode"):
            assert_failure(self, call(name, "--fly"), 1)
            self.assertEqual(call(name, "--help").code, 0)

    def test_full_standard_output(self):
        result = run(["sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, "encode", "{}"])
        assert_failure(self, result, 2)


if __name__ == "__main__":
    unittest.main()
