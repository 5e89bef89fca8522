"""The command line as its callers see it, in both forms: words, output, exit codes."""

import json
import re
import unittest

from tests import support
from tests.support import FORMS, assert_failure, needs_ipv6, run, sets, simulated
from tplink_exec.cli.usage import EXIT_CODES
from tplink_exec.commands.table import COMMANDS, OPTIONS, SUBCOMMANDS, rows
from tplink_exec.version import VERSION


class Forms:
    """What each form of the program must show as a process, too."""

    def program(self, *words):
        return run([*self.form, *words])

    def call(self, plug, *words):
        return self.program(plug.host, str(plug.port), *words)

    def test_on_off_toggle_check(self):
        with simulated() as plug:
            for words, state, printed in (
                (["check"], 0, b"OFF\n"),
                (["on"], 1, b""),
                (["on"], 1, b""),
                (["check"], 1, b"ON\n"),
                (["toggle"], 0, b""),
                (["TOGGLE"], 1, b""),
                (["off"], 0, b""),
                (["ON"], 1, b""),
                (["OFF"], 0, b""),
                (["On", "--print-state"], 1, b"ON\n"),
                (["--print-state", "toggle"], 0, b"OFF\n"),
                (["toggle", "--print-state", "--quiet"], 1, b"ON\n"),
            ):
                result = self.call(plug, *words)
                self.assertEqual((result.code, result.out, result.err), (0, printed, b""), words)
                self.assertEqual(plug.device.relay_state, state, words)

    def test_on_is_one_exchange_and_toggle_one_connection(self):
        with simulated() as plug:
            self.call(plug, "on")
            self.assertEqual((plug.connections, len(plug.requests)), (1, 1))
            self.call(plug, "toggle")
            self.assertEqual((plug.connections, len(plug.requests)), (2, 3))
            self.assertEqual(plug.requests[-1], b'{"system":{"set_relay_state":{"state":0}}}')

    def test_status_and_emeter_are_the_reply_byte_for_byte(self):
        for model in ("HS110", "HS110v4"):
            with simulated(model, alias="Лампа на кухне", state=1) as plug:
                for name, module, method in (
                    ("status", "system", "get_sysinfo"),
                    ("emeter", "emeter", "get_realtime"),
                ):
                    result = self.call(plug, name)
                    wanted = plug.device.answer(
                        b'{"%s":{"%s":{}}}' % (module.encode(), method.encode())
                    )
                    self.assertEqual(
                        (result.code, result.out, result.err), (0, wanted + b"\n", b"")
                    )

    def test_device_text_is_escaped_on_standard_error(self):
        error = {"err_code": -7, "err_msg": "\x1b[31mred\n\x9b\x7f\u202e" + "y" * 400}
        with simulated() as plug:
            plug.device.methods["system"]["set_relay_state"] = lambda _: error
            result = self.call(plug, "on")
        assert_failure(self, result, 6)
        self.assertIn(b" " + rb"\x1b[31mred\n\x9b\x7f\u202e" + b"y" * 188 + b" ", result.err)

    def test_unreachable(self):
        with simulated() as plug:
            host, port = plug.host, str(plug.port)
        result = self.program(host, port, "check")
        assert_failure(
            self, result, 3, start=b"tplink-exec: 127.0.0.1:%s: connection refused" % port.encode()
        )
        self.assertGreater(result.seconds, 0.2)  # one more try after 0.2 s
        self.assertEqual(self.program(host, port, "check", "--quiet").err, b"")

    @needs_ipv6
    def test_ipv6(self):
        with simulated(address="::1") as plug:
            self.assertEqual(self.call(plug, "on", "--print-state").out, b"ON\n")
            port = b"%d" % plug.port
        assert_failure(self, self.call(plug, "check"), 3, start=b"tplink-exec: [::1]:%s: " % port)

    def test_host_names(self):
        with simulated() as plug:
            result = self.program("localhost", str(plug.port), "on", "--print-state")
            self.assertEqual((result.code, result.out, result.err), (0, b"ON\n", b""))

    def test_debug_tells_requests_and_replies_on_standard_error(self):
        with simulated() as plug:
            result = self.call(plug, "toggle", "--debug")
            lines = result.err.decode().splitlines()
        self.assertEqual((result.code, result.out, len(lines)), (0, b"", 4))
        start = "tplink-exec: 127.0.0.1:%d: " % plug.port
        self.assertEqual(lines[0], start + '> {"system":{"get_sysinfo":{}}}')
        self.assertEqual(lines[3], start + '< {"system":{"set_relay_state":{"err_code":0}}}')
        self.assertEqual(
            json.loads(lines[1][len(start) + 2 :])["system"]["get_sysinfo"]["relay_state"], 0
        )

    def test_version_and_help(self):
        self.assertEqual(
            self.program("--version")[:3], (0, b"tplink-exec %s\n" % VERSION.encode(), b"")
        )
        result = self.program("h", "1", "--help")
        self.assertEqual((result.code, result.err), (0, b""))
        for table in (COMMANDS, SUBCOMMANDS, OPTIONS, EXIT_CODES):
            for name, cells in rows(table).items():
                self.assertRegex(result.out.decode(), r"(?m)^  %s\b.*" % re.escape(name))
                self.assertIn(cells[-1], result.out.decode())

    def test_no_call_at_all(self):
        result = self.program()
        assert_failure(self, result, 1)
        self.assertIn(b"HOST PORT COMMAND", result.err)


class SingleFile(Forms, unittest.TestCase):
    form = FORMS["file"]


class Package(Forms, unittest.TestCase):
    form = FORMS["package"]


class InProcess(Forms, unittest.TestCase):
    """And all the rest."""

    def program(self, *words):
        return support.call(*words)

    def test_no_meter_is_refused_with_the_device_s_words(self):
        with simulated("HS100") as plug:
            result = self.call(plug, "emeter")
            assert_failure(self, result, 6)
            self.assertIn(b"module not support (err_code -1)", result.err)

    def test_an_echo_is_no_answer(self):
        with simulated("HS110") as plug:
            plug.device.answer = lambda request: request
            for name, code in (("status", 5), ("emeter", 5), ("on", 5), ("check", 5)):
                assert_failure(self, self.call(plug, name), code)

    def test_a_device_of_no_known_family_is_refused(self):
        with simulated() as plug:
            info = {"model": "KC100(US)", "err_code": 0}
            plug.device.methods["system"]["get_sysinfo"] = lambda _: info
            for name in ("check", "toggle"):
                assert_failure(self, self.call(plug, name), 6)
            self.assertEqual(sets(plug), [])

    def test_wrong_usage(self):
        for words, says in (
            ([], "HOST PORT COMMAND"),
            (["host"], "HOST PORT COMMAND"),
            (["host", "port", "on"], "PORT"),
            (["host", "0", "on"], "PORT"),
            (["host", "65536", "on"], "PORT"),
            (["host", "009999", "on"], "PORT"),
            (["host", "99999999999999999999", "on"], "PORT"),
            (["host", "\u0669\u0669", "on"], "PORT"),
            (["127.0.0.1", "\u0669\u0669", "on"], "PORT"),
            (["127.0.0.1", "0", "check"], "PORT"),
            (["127.0.0.1", "65536", "check"], "PORT"),
            (["127.0.0.1", "009999", "check"], "PORT"),
            (["", "9999", "on"], "HOST is empty"),
            (["host", "9999"], "COMMAND is missing"),
            (["host", "9999", "fly"], "unknown command fly"),
            (["host", "9999", "on     |"], "unknown command on     |"),
            (["host", "9999", "on", "off"], "on takes no value"),
            (["host", "9999", "NULL"], "no value"),
            (["host", "9999", "UNDEF"], "no value"),
            (["host", "9999", "-"], "no value"),
            (["host", "9999", ""], "no value"),
            (["host", "9999", "simulate"], "unknown command simulate"),
            (["simulate", "9999"], "COMMAND is missing"),
            (["--fly", "host", "9999", "on"], "--fly"),
            (["-x", "host", "9999", "on"], "-x"),
            (["host", "9999", "on", "--timeout"], "--timeout takes SECONDS"),
            (["host", "9999", "on", "--timeout="], "--timeout takes SECONDS"),
            (["host", "9999", "on", "--quiet=yes", "on"], "--quiet takes no value"),
            (["host", "9999", "on", "--print-state="], "--print-state takes no value"),
            (["host\n9999\x1b", "9999", "fl\ny"], r"unknown command fl\ny"),
            *(
                (["host", "9999", "on", "--timeout", text], "--timeout")
                for text in (
                    "0",
                    "0.0",
                    "-1",
                    "3600.1",
                    "1e3",
                    "nan",
                    "inf",
                    "1,5",
                    "5s",
                    ".",
                    "1_0",
                    "\u0665",
                )
            ),
        ):
            result = self.program(*words)
            with self.subTest(words):
                assert_failure(self, result, 1)
                self.assertIn(says, result.err.decode())
                self.assertNotIn(b":9999: ", result.err)

    def test_the_order_of_other_programs(self):
        """softScheck's client without its -t; the hs100.sh that takes -i; PORT left out."""
        order = "the order is HOST 9999 COMMAND, or -t HOST -c COMMAND; see tplink-exec --help"
        for words in (
            ["-c", "on"],
            ["-con"],
            ["-q", "-c", "on"],
            ["--command", "on"],
            ["--command=on"],
            ["-j", "{}"],
            ["127.0.0.1", "-c", "on"],
            ["127.0.0.1", "9999", "-c", "on"],
            ["-p", "9999", "-c", "on"],
            ["-i", "127.0.0.1", "on"],
            ["-i127.0.0.1", "on"],
            ["-i", "127.0.0.1", "-p", "9999", "on"],
            ["--ip", "127.0.0.1", "on"],
            ["on", "-i", "127.0.0.1"],
        ):
            result = self.program(*words)
            with self.subTest(words):
                assert_failure(self, result, 1)
                self.assertIn(order, result.err.decode())
        for words in (["127.0.0.1", "on"], ["check", "127.0.0.1"], ["127.0.0.1:9999", "on"]):
            result = self.program(*words)
            assert_failure(self, result, 1)
            self.assertIn("PORT is a number from 1 to 65535 (mostly 9999), not", str(result.err))
        self.assertNotIn(b"order", self.program("--fly", "127.0.0.1", "9999", "on").err)

    def test_blanks_around_host_do_not_count(self):
        with simulated() as plug:
            for host in (" 127.0.0.1", "127.0.0.1 ", "\t127.0.0.1\r\n", " localhost "):
                result = self.program(host, str(plug.port), "on", "--print-state")
                self.assertEqual(result[:3], (0, b"ON\n", b""), host)
                words = ["-t", host, "-p", str(plug.port), "-q", "-c", "on"]
                self.assertEqual(self.program(*words).code, 0, host)
        start = b"tplink-exec: 127.0.0.1:%d: " % plug.port
        assert_failure(self, self.program(" 127.0.0.1", str(plug.port), "on"), 3, start=start)
        for words in ([" ", "9999", "on"], ["-t", " ", "-c", "on"]):
            result = self.program(*words)
            assert_failure(self, result, 1)
            self.assertIn(b"HOST is empty", result.err)

    def test_words_after_the_command_are_wrong_usage(self):
        with simulated() as plug:
            for words in (["on", "extra"], ["off", "extra", "words"], ["check", " "]):
                result = self.call(plug, *words)
                assert_failure(self, result, 1)
                self.assertIn(b"takes no value", result.err)
            self.assertEqual(plug.connections, 0)

    def test_a_port_is_ascii_digits_and_five_of_them(self):
        with simulated() as plug:
            port = str(plug.port)
            others = (
                port.translate({48 + n: 0x660 + n for n in range(10)}),
                port.zfill(6),
                "+" + port,
            )
            for text in (*others, port + " ", " " + port, port[:1] + "_" + port[1:]):
                assert_failure(self, self.program(plug.host, text, "on"), 1)
            self.assertEqual(plug.connections, 0)

    def test_options_anywhere(self):
        with simulated() as plug:
            place = [plug.host, str(plug.port)]
            for words in (
                ["--timeout", "2", *place, "check"],
                [place[0], "--timeout=2", place[1], "check"],
                [*place, "--quiet", "check", "--timeout", "3600"],
                [*place, "check", "--timeout", ".5"],
                [*place, "check", "--timeout", "5."],
            ):
                self.assertEqual(self.program(*words)[:3], (0, b"OFF\n", b""), words)


if __name__ == "__main__":
    unittest.main()
