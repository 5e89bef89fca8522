"""--debug: requests and replies, and no password in them, however it is written."""

import json
import sys
import unittest
from unittest import mock

from tests.support import assert_failure, call, simulated
from tplink_exec.cli.report import shown

SECRET = "hunter2"


class NotAllOfPython(unittest.TestCase):
    def test_a_module_that_a_distribution_leaves_out(self):
        """Debian's python3-minimal."""
        with mock.patch.dict("sys.modules", {"shlex": None}):
            sys.modules.pop("tplink_exec.cli.demo", None)
            result = call("demo")
        assert_failure(self, result, 2, start=b"tplink-exec: demo: this Python has no module shlex")
        self.assertIn(b"install python3", result.err)


class Passwords(unittest.TestCase):
    def test_in_a_request_by_any_spelling(self):
        for name in (
            '"password"',
            '"Password"',
            '"password2"',
            '"\\u0070assword"',
            '"wifi_passwd"',
        ):
            for value in ('"%s"' % SECRET, '["%s"]' % SECRET, '{"a":"%s"}' % SECRET, "74867"):
                text = '{"netif":{"set_stainfo":{%s:%s,"ssid":"House"}}}' % (name, value)
                told = shown(text.encode())
                self.assertNotIn(SECRET, told)
                self.assertNotIn("74867", told)
                self.assertIn("House", told)
        self.assertNotIn(SECRET, shown(b'{"password":"%s' % SECRET.encode()))

    def test_what_holds_none_is_shown_as_it_is(self):
        for text in ('{"system":{"get_sysinfo":{}}}', '{"a": "\u00fc"}', "no JSON"):
            self.assertEqual(shown(text.encode()), text)

    def test_a_reply_to_one_is_not_shown(self):
        """A device may say it again, in any words and as a number."""
        answers = (
            {"netif": {"set_stainfo": {"err_code": -3, "err_msg": "not %s" % SECRET}}},
            {"netif": {"set_stainfo": {"err_code": -3, "echo": 74867}}},
        )
        for answer in answers:
            with simulated() as plug:
                plug.device.answer = lambda _, it=answer: json.dumps(it).encode()
                text = '{"netif":{"set_stainfo":{"password":"%s"}}}' % SECRET
                result = call("127.0.0.1", str(plug.port), "json", text, "--debug")
                lines = [line for line in result.err.decode().splitlines() if ": < " in line]
                self.assertEqual(len(lines), 1)
                self.assertNotIn(SECRET, lines[0])
                self.assertNotIn("74867", lines[0])


if __name__ == "__main__":
    unittest.main()
