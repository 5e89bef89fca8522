"""Named requests, get, alias, led, json and join."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
import unittest

from tests import support
from tests.parallel import alone
from tests.support import (
    CLEAN,
    FORMS,
    SLACK_S,
    assert_failure,
    default_signals,
    in_time,
    run,
    simulated,
    start,
)
from tplink_exec.simulator.faults import CLOSE, FAULTS

SECRET = 'pa"ss\\wörd 灯'


def call(device, *words, **options):
    return support.call(device.host, str(device.port), *words, **options)


def process(device, *words, form="file", **options):
    return run([*FORMS[form], device.host, str(device.port), *words], **options)


class Named(unittest.TestCase):
    def test_the_request_and_the_reply_byte_for_byte(self):
        for name, module, method, arguments in (
            ("info", "system", "get_sysinfo", {}),
            ("energy", "emeter", "get_realtime", {}),
            ("time", "time", "get_time", {}),
            ("schedule", "schedule", "get_rules", {}),
            ("countdown", "count_down", "get_rules", {}),
            ("antitheft", "anti_theft", "get_rules", {}),
            ("cloudinfo", "cnCloud", "get_info", {}),
            ("wlanscan", "netif", "get_scaninfo", {"refresh": 1}),
        ):
            with simulated("HS110") as plug:
                plug.device.clock = lambda: 1700000000.0
                result = call(plug, name)
                wanted = plug.device.answer(plug.requests[0])
                self.assertEqual((result.code, result.out, result.err), (0, wanted + b"\n", b""))
                self.assertEqual(json.loads(plug.requests[0]), {module: {method: arguments}})
                self.assertEqual(len(plug.requests), 1)

    def test_bulbs_have_modules_of_their_own(self):
        with simulated("LB130") as bulb:
            for name, module in (("time", "timesetting"), ("cloudinfo", "cloud")):
                reply = json.loads(call(bulb, name).out)
                self.assertEqual(list(reply), ["smartlife.iot.common." + module])
            call(bulb, "alias", "Lamp")
            call(bulb, "reboot")
            self.assertEqual((bulb.device.alias, bulb.device.reboots), ("Lamp", 1))

    def test_led(self):
        with simulated("KP303") as strip:
            for words, off in (
                (["led", "off"], 1),
                (["LED", "ON"], 0),
                (["ledoff"], 1),
                (["ledon"], 0),
                (["led", "False"], 1),
                (["led", "true"], 0),
            ):
                self.assertEqual(call(strip, *words)[:3], (0, b"", b""))
                self.assertEqual(strip.device.led_off, off)

    def test_what_is_never_sent_twice(self):
        """The device takes it and closes before it answers; a setter is sent again."""
        silent = FAULTS["close-before-reply"]
        for words, times in (
            (["reboot"], 1),
            (["reset", "--yes"], 1),
            (["json", '{"system":{"set_relay_state":{"state":1}}}'], 1),
            (["ledon"], 4),
        ):
            with simulated(fault="close-before-reply") as plug:
                assert_failure(self, call(plug, *words), 3)
                self.assertEqual(len(plug.requests), times, words)
        self.assertIn(CLOSE, list(silent(b"{}", 0)))
        for name in ("energy_reset", "runtime_reset"):
            with simulated("HS110") as plug:
                answer = plug.device.answer
                plug.device.answer = lambda request, answer=answer: (
                    None if b"erase" in request else answer(request)
                )
                assert_failure(self, call(plug, name), 3)
                self.assertEqual(len(plug.requests), 2)

    def test_they_work_on_devices_that_close_after_each_reply(self):
        for model, words in (
            ("HS110", ["energy_reset"]),
            ("HS300", ["runtime_reset"]),
            ("LB130", ["reboot"]),
            ("LB130", ["reset", "--yes"]),
        ):
            with simulated(model, "close-after-reply") as device:
                result = call(device, *words)
                self.assertEqual(result[:3], (0, b"", b""), words)

    def test_a_reset_needs_yes(self):
        with simulated() as plug:
            assert_failure(self, call(plug, "reset"), 1)
            self.assertEqual((plug.device.resets, plug.connections), (0, 0))
            self.assertEqual(call(plug, "--yes", "reset").code, 0)
            self.assertEqual(plug.device.resets, 1)


class Fields(unittest.TestCase):
    def test_get_prints_the_bare_value(self):
        fields = {
            "text": 'Küche "1"',
            "lines": "a\nb\x1b[31m\x9b\x7fc",
            "number": 3,
            "negative": -59,
            "decimal": 1.5,
            "yes": True,
            "nothing": None,
            "list": [{"a": "ü\n"}],
            "empty": "",
            "joined": "\U0001f468\u200d\U0001f469",
        }
        with simulated() as plug:
            said = plug.device.get_sysinfo({})
            plug.device.methods["system"]["get_sysinfo"] = lambda _: {**said, **fields}
            for name, printed in (
                ("text", 'Küche "1"'),
                ("lines", r"a\nb\x1b[31m\x9b\x7fc"),
                ("number", "3"),
                ("negative", "-59"),
                ("decimal", "1.5"),
                ("yes", "true"),
                ("nothing", "null"),
                ("list", r'[{"a":"ü\n"}]'),
                ("empty", ""),
                ("joined", "\U0001f468\u200d\U0001f469"),
                ("model", "HS100(UK)"),
            ):
                line = printed.encode() + b"\n"
                self.assertEqual(call(plug, "get", name)[:3], (0, line, b""), name)
                if not printed.isascii():
                    result = process(plug, "get", name, env={**CLEAN, "LC_ALL": "C"})
                    self.assertEqual(result[:3], (0, line, b""), name)
            result = call(plug, "get", "fly")
            assert_failure(self, result, 6)
            self.assertIn(b"its fields are sw_ver, hw_ver,", result.err)

    def test_get_works_on_devices_of_no_known_family(self):
        with simulated() as plug:
            info = {"alias": "Cam", "err_code": 0}
            plug.device.methods["system"]["get_sysinfo"] = lambda _: {"system": info}
            self.assertEqual(call(plug, "alias").out, b"Cam\n")
            assert_failure(self, call(plug, "toggle"), 6)
            assert_failure(self, call(plug, "check"), 6)

    def test_uptime_is_since_the_relay_was_switched_on(self):
        for model in ("HS110", "HS220", "KP303"):
            with simulated(model) as device:
                words = ["uptime", *(["--child", "2"] if model == "KP303" else [])]
                self.assertEqual(call(device, *words)[:3], (0, b"0\n", b""))
                device.device.relay_state = 1
                for relay in getattr(device.device, "outlets", None) or [device.device.relay]:
                    relay.clock = lambda relay=relay: relay.on_since + 5025.5
                self.assertEqual(call(device, *words)[:3], (0, b"5025\n", b""))
        for told in ("7", -1, True, None):
            with simulated() as plug:
                info = {**plug.device.get_sysinfo({}), "on_time": told}
                plug.device.methods["system"]["get_sysinfo"] = lambda _, info=info: info
                assert_failure(self, call(plug, "uptime"), 5)

    def test_aliases_in_any_script(self):
        for name in ("Лампа на кухне", "灯", 'Lamp "2" \\ %s', "-5", "on"):
            with simulated() as plug:
                self.assertEqual(call(plug, "alias", name)[:3], (0, b"", b""))
                self.assertEqual(plug.device.alias, name)
                self.assertEqual(call(plug, "alias").out, name.encode() + b"\n")
        with simulated() as plug:
            assert_failure(self, call(plug, "alias", b"\xff"), 1)
            self.assertEqual(plug.connections, 0)


class AnyRequest(unittest.TestCase):
    def test_it_is_sent_as_it_is(self):
        for text in (
            '{"system":{"get_sysinfo":null}}}}',
            ' { "system" : { "get_sysinfo" : {} } } ',
        ):
            with simulated() as plug:
                result = call(plug, "json", text)
                self.assertEqual(list(plug.requests), [text.encode()])
                self.assertEqual(result.out, plug.device.answer(text.encode()) + b"\n")

    def test_a_reply_with_an_err_code_is_printed_all_the_same(self):
        for text, says in (
            ('{"fly":{"high":{}}}', b"module not support (err_code -1)"),
            ('{"system":{"get_sysinfo":{},"fly":{}}}', b"member not support (err_code -2)"),
        ):
            with simulated() as plug:
                result = call(plug, "json", text)
                wanted = plug.device.answer(text.encode()) + b"\n"
            self.assertEqual((result.code, result.out), (6, wanted))
            self.assertIn(says, result.err)
            self.assertEqual(result.err.count(b"\n"), 1)

    def test_one_line_when_that_cannot_be_written(self):
        with simulated() as plug, open("/dev/full", "wb") as full:
            argv = [*FORMS["file"], plug.host, str(plug.port), "json", '{"fly":{"high":{}}}']
            done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, timeout=20)
        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (2, 1), done.stderr)

    def test_every_reply_that_is_json_is_printed(self):
        for reply, code in (
            (b"[]", 0),
            (b"1", 0),
            (b'"ON"', 0),
            (b'[{"a":[{"err_code":0},{"err_code":-7}]}]', 6),
            (b'{"err_code":false}', 6),
            (b'{"err_code":"0"}', 6),
            (b" {} \n", 0),
        ):
            with simulated() as plug:
                plug.device.answer = lambda _, reply=reply: reply
                result = call(plug, "json", "{}")
                self.assertEqual((result.code, result.out), (code, reply + b"\n"), reply)
        for reply in (b"{", b"{}x", b"\xff", b"[" * 100000, b"NaN", b""):
            with simulated() as plug:
                plug.device.answer = lambda _, reply=reply: reply
                assert_failure(self, call(plug, "json", "{}"), 5)


class Join(unittest.TestCase):
    def test_the_password_comes_from_standard_input(self):
        for model in ("HS100", "HS300", "LB100", "KL430"):
            for stdin, password, key_type in (
                (SECRET.encode() + b"\r\nmore", SECRET, 3),
                (SECRET.encode(), SECRET, 3),
                (b"\n", "", 0),
            ):
                with simulated(model) as device:
                    result = call(device, "join", "Haus 灯", "--debug", stdin=stdin)
                    self.assertEqual((result.code, result.out), (0, b""), result.err)
                    joined = {"ssid": "Haus 灯", "password": password, "key_type": key_type}
                    self.assertEqual(device.device.stainfo, joined)
                    self.assertNotIn(b"ss\\", result.err)
                    self.assertIn(b'"password":"***"', result.err)
                    self.assertIn(b"< (not shown", result.err)

    def test_a_name_or_a_password_that_cannot_be_sent(self):
        with simulated() as plug:
            for ssid, password, says in (
                (b"caf\xe9", b"secret12", "not UTF-8"),
                ("House", b"secret" * 50, "more than 256 bytes"),
                ("House", b"secret7\r\n", "a password of at least 8 characters"),
                ("House", "sécret7\n".encode(), "a password of at least 8 characters"),
                ("House", b"s", "a password of at least 8 characters"),
                ("House 灯" * 4, b"secret12", "a name of at most 32 bytes"),
            ):
                result = call(plug, "join", ssid, stdin=password)
                assert_failure(self, result, 1)
                self.assertIn(says, result.err.decode())
                self.assertNotIn(b"secret", result.err)
            self.assertEqual(call(plug, "join", "H" * 32, stdin=b"secret12\n").code, 0)
            self.assertEqual(plug.connections, 1)
            plug.connections = 0
            self.assertEqual(plug.connections, 0)

    def test_no_password_is_wrong_usage(self):
        with simulated() as plug:
            for stdin in (b"", b"\xff\n"):
                assert_failure(self, call(plug, "join", "House", stdin=stdin), 1)
            assert_failure(self, process(plug, "join", "House", stdin=subprocess.DEVNULL), 1)
            self.assertEqual(plug.connections, 0)

    def test_as_processes(self):
        for form in FORMS:
            with simulated() as plug:
                result = process(plug, "join", "House", form=form, stdin=b"password\n")
                self.assertEqual(result[:3], (0, b"", b""))
                self.assertEqual(plug.device.stainfo["password"], "password")
                result = process(plug, "alias", form=form)
                self.assertEqual(result[:3], (0, b"HS100 1\n", b""))
                result = process(plug, "json", '{"fly":{}}', form=form)
                self.assertEqual((result.code, result.err.count(b"\n")), (6, 1))

    def test_nothing_shows_the_password(self):
        """Whatever the device answers, an echo or the password as its reason."""
        replies = (
            lambda request: request,
            lambda request: request[:-4],
            lambda request: (
                b'{"netif":{"set_stainfo":{"err_code":-3,"err_msg":%s}}}'
                % json.dumps(SECRET).encode()
            ),
            lambda request: SECRET.encode(),
        )
        for reply in replies:
            with simulated() as plug:
                plug.device.answer = reply
                for options in ([], ["--debug"]):
                    result = call(plug, "join", "House", *options, stdin=SECRET.encode())
                    self.assertIn(result.code, (5, 6))
                    self.assertNotIn("wörd".encode(), result.err)


@alone
class InTime(unittest.TestCase):
    def test_standard_input_that_says_nothing(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        with simulated() as plug:
            words = "join", "House", "--timeout", "0.3"
            result = in_time(self, 0.3 + SLACK_S, lambda: process(plug, *words, stdin=reader))
            assert_failure(self, result, 4)
            self.assertEqual(plug.connections, 0)


class Prompt(unittest.TestCase):
    """join at a terminal: a prompt, no echo, and no time limit while a person types."""

    def start(self, plug, *words):
        self.master, slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, slave)
        self.slave = slave
        argv = [*FORMS["file"], plug.host, str(plug.port), "join", "House", *words]
        process = start(
            argv, stdin=slave, stderr=slave, start_new_session=True, preexec_fn=self.at_terminal
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.seen = b""
        self.read_until(b": ")
        return process

    def at_terminal(self):
        default_signals()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read_until(self, mark):
        deadline = time.monotonic() + 10
        while mark not in self.seen and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.1)[0]:
                self.seen += os.read(self.master, 1000)
        self.assertIn(mark, self.seen)

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def test_a_password_is_typed(self):
        with simulated() as plug:
            process = self.start(plug, "--timeout", "2")
            self.assertFalse(self.echoes())
            time.sleep(2.1)
            os.write(self.master, b"secret12\n")
            self.assertEqual(process.wait(10), 0)
            self.assertEqual(plug.device.stainfo["password"], "secret12")
            self.assertTrue(self.echoes())
            self.assertEqual(re.findall(b"secret", self.seen), [])

    def test_a_signal_ends_it_and_the_terminal_echoes_again(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with simulated() as plug:
                process = self.start(plug)
                process.send_signal(number)
                self.assertEqual(process.wait(10), -number)
                self.assertTrue(self.echoes())
                self.assertEqual(plug.connections, 0)
                self.assertNotIn(b"Traceback", self.seen)


if __name__ == "__main__":
    unittest.main()
