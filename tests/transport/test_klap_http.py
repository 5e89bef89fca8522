"""Devices whose port 9999 is closed: the unchanged command line, over real HTTP."""

import json
import os
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from tests import support
from tests.parallel import alone, early
from tests.support import (
    CLEAN,
    FORMS,
    SLACK_S,
    aes_simulated,
    assert_failure,
    in_time,
    klap_simulated,
    run,
    simulated,
    tpap_simulated,
)
from tplink_exec.errors import DeadlineExceeded
from tplink_exec.messages import GET_SYSINFO
from tplink_exec.simulator.http_faults import HTTP_FAULTS
from tplink_exec.simulator.http_messages import KlapReply
from tplink_exec.simulator.klap_server import STAGES
from tplink_exec.transport.connection import Connection
from tplink_exec.transport.direct import direct
from tplink_exec.transport.http_link import ALIVE_S, HttpLink

USER = ("me@example.com", "pässwörd=1")
LOGINS = {
    "blank": ("", ""),
    "kasa": ("kasa@tp-link.net", "kasaSetup"),
    "tapo": ("test@tp-link.net", "test"),
    "user": USER,
}
REBOOT = b'{"system":{"reboot":{"delay":1}}}'
GIVEN = {"TPLINK_EXEC_USERNAME": USER[0], "TPLINK_EXEC_PASSWORD": USER[1]}


def line(device, *words):
    """The unchanged command line, but for the port that no test may have for itself."""
    place = [device.host, str(device.port), *words]
    if "xor" not in words:
        place += ["--http-port", str(device.http_port)]
    return place


def call(device, *words, env=None):
    return support.call(*line(device, *words), environment=env)


class Processes(unittest.TestCase):
    def test_each_form(self):
        for form in FORMS.values():
            for version, model in ((1, "HS110v4"), (2, "KP125M")):
                with klap_simulated(model, version=version, login=USER) as device:
                    for words, env, found in (
                        ("on", GIVEN, (0, b"", b"")),
                        ("toggle --print-state", GIVEN, (0, b"OFF\n", b"")),
                        ("power", GIVEN, (0, b"0.000\n", b"")),
                    ):
                        argv = [*form, *line(device, *words.split())]
                        self.assertEqual(run(argv, env={**CLEAN, **env})[:3], found)
                    wrong = {**CLEAN, **GIVEN, "TPLINK_EXEC_PASSWORD": "x"}
                    argv = [*form, *line(device, "check", "--transport", "klap")]
                    assert_failure(self, run(argv, env=wrong), 7)


class Logins(unittest.TestCase):
    def test_every_version_and_login(self):
        for case in [(v, name, model) for v in (1, 2) for name in LOGINS for model in MODELS]:
            with self.subTest(case):
                self.assertEqual(
                    [r[:3] for r in self.switch(*case)], [(0, o, b"") for o in OUTPUTS]
                )

    def switch(self, version, login, model):
        with klap_simulated(model, version=version, login=LOGINS[login]) as device:
            env = GIVEN if login == "user" else {}
            return [call(device, *words.split(), env=env) for words in COMMANDS]

    def test_wrong_and_missing_logins(self):
        for version in (1, 2):
            with klap_simulated(version=version, login=USER) as plug:
                for env, says in (
                    ({}, b"the device wants the login of its account: put username="),
                    ({**GIVEN, "TPLINK_EXEC_PASSWORD": "wrong"}, b"the login of TPLINK_EXEC_USER"),
                    ({"TPLINK_EXEC_USERNAME": USER[0]}, b"the login of TPLINK_EXEC_USER"),
                    ({"TPLINK_EXEC_PASSWORD": USER[1]}, b"the login of TPLINK_EXEC_USER"),
                ):
                    for words in (["check"], ["on"], ["status", "--transport", "klap"]):
                        result = call(plug, *words, env=env)
                        start = b"tplink-exec: 127.0.0.1:%d: " % plug.port
                        assert_failure(self, result, 7, start=start)
                        self.assertIn(says, result.err)
                        self.assertNotIn("wörd".encode(), result.err)
                self.assertEqual(plug.device.relay_state, 0)


MODELS = ("HS100", "HS110v4", "HS300", "HS220", "LB130", "KL430")
COMMANDS = ("on", "check", "toggle --print-state", "brightness 40", "check", "alias x", "get alias")
OUTPUTS = (b"", b"ON\n", b"OFF\n", b"", b"ON\n", b"", b"x\n")


class Credentials(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "credentials")
        self.home = {"HOME": folder.name}
        os.makedirs(os.path.join(folder.name, ".config/tplink-exec"))
        self.of_home = os.path.join(folder.name, ".config/tplink-exec/credentials")

    def write(self, path, text, mode=0o600):
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(path, mode)

    def test_where_they_come_from(self):
        good = "username=%s\npassword=%s\n" % USER
        named = {"TPLINK_EXEC_CREDENTIALS": self.path}
        with klap_simulated(login=USER) as plug:
            for text in (
                good,
                good.replace("\n", "\r\n"),
                "\ufeff# Kasa\n\n username = %s\n password =%s" % USER,
            ):
                self.write(self.path, text)
                self.assertEqual(call(plug, "check", env=named)[:3], (0, b"OFF\n", b""), text)
            self.write(self.path, good, 0o640)
            self.assertEqual(call(plug, "check", env=named).code, 0)
            self.write(self.of_home, good)
            self.assertEqual(call(plug, "check", env=self.home).code, 0)
            process = run([*FORMS["file"], *line(plug, "check")], env={**CLEAN, **self.home})
            self.assertEqual(process[:3], (0, b"OFF\n", b""))
            wrong = {**self.home, **GIVEN, "TPLINK_EXEC_PASSWORD": "x"}
            assert_failure(self, call(plug, "check", env=wrong), 7)  # the environment goes first
            self.write(self.path, good.replace("1\n", "2\n"))
            assert_failure(self, call(plug, "check", env={**self.home, **named}), 7)

    def test_files_that_are_refused(self):
        good = "username=%s\npassword=%s\n" % USER
        with klap_simulated(login=USER) as plug:
            for text, mode, says in (
                (good, 0o644, "open to everybody"),
                (good, 0o602, "open to everybody"),
                ("username=x\n", 0o600, "no lines username"),
                ("", 0o600, "no lines username"),
                (None, 0, "No such file"),
            ):
                if text is None:
                    os.remove(self.path)
                else:
                    self.write(self.path, text, mode)
                result = call(plug, "check", env={"TPLINK_EXEC_CREDENTIALS": self.path})
                assert_failure(self, result, 2)
                self.assertIn(says, result.err.decode())
                self.assertNotIn("wörd".encode(), result.err)

    def test_they_are_not_read_where_no_login_is_needed(self):
        broken = {"TPLINK_EXEC_CREDENTIALS": "/nonexistent"}
        with klap_simulated() as device:
            self.assertEqual(call(device, "check", env=broken).code, 0)
        with simulated() as plug:
            plug.http_port = 1
            self.assertEqual(call(plug, "check", env=broken).code, 0)


class Transports(unittest.TestCase):
    def test_auto_asks_port_first_and_klap_only_when_it_is_closed(self):
        with simulated(state=1) as plug, klap_simulated() as other:
            plug.http_port = other.http_port
            for words in (["check"], ["check", "--transport", "auto"], ["toggle"]):
                self.assertEqual(call(plug, *words).code, 0)
            self.assertEqual(other.connections, 0)

    def test_klap_contacts_the_http_port_only(self):
        with simulated(state=1) as plug, klap_simulated() as other:
            plug.http_port = other.http_port
            result = call(plug, "check", "--transport", "klap")
            self.assertEqual((result.out, plug.connections), (b"OFF\n", 0))

    def test_xor_contacts_port_only(self):
        with klap_simulated() as plug:
            assert_failure(self, call(plug, "check", "--transport", "xor"), 3)
            self.assertEqual(plug.connections, 0)

    def test_port_80_means_http(self):
        for options, http_port in (({}, 80), ({"--http-port": 81}, 81)):
            link = direct("127.0.0.1", 80, 0.0, options)
            self.assertIsInstance(link, HttpLink)
            self.assertEqual(link.http.port, http_port)
        self.assertIsInstance(direct("h", 80, 0.0, {"--transport": "xor"}), Connection)
        # and a plain call, that is without options, sends no XOR there
        result = support.call("127.0.0.1", "80", "check")
        if result.code == 3:  # nothing listens there
            self.assertIn(b"HTTP port 80", result.err)

    def test_both_closed_is_unreachable_and_port_is_tried_again(self):
        with klap_simulated() as plug:
            pass
        result = call(plug, "check")
        assert_failure(self, result, 3)
        self.assertIn(b"connection refused (and by HTTP port %d," % plug.http_port, result.err)
        self.assertGreater(result.seconds, 0.2)

    def test_one_connection_and_one_handshake_a_call(self):
        with klap_simulated() as plug:
            call(plug, "toggle", "--print-state")
            self.assertEqual((plug.connections, len(plug.requests)), (1, 3))

    def test_a_host_name(self):
        with klap_simulated() as plug:
            argv = ["localhost", str(plug.port), "check", "--http-port", str(plug.http_port)]
            result = support.call(*argv)
            self.assertEqual((result.code, result.out, result.err), (0, b"OFF\n", b""))

    def test_wrong_usage(self):
        for words in (
            ["--transport", "tls"],
            ["--transport="],
            ["--http-port", "0"],
            ["--http-port", "65536"],
            ["--http-port", "x"],
        ):
            assert_failure(self, support.call("127.0.0.1", "9", "on", *words), 1)


class Sessions(unittest.TestCase):
    def test_a_device_that_has_forgotten_the_session(self):
        """403 once: a new handshake and the request again, but what is never sent twice is not."""
        for words, code in (
            (["on"], 0),
            (["reboot"], 5),
            (["json", '{"system":{"get_sysinfo":{}}}'], 5),
        ):
            with klap_simulated(fault="403-once", stage="request") as plug:
                result = call(plug, *words)
                self.assertEqual(result.code, code, result.err)
                self.assertEqual(len(plug.requests), 1 if code else 2)
                self.assertEqual(b"it is not repeated" in result.err, bool(code))

    def test_what_is_never_sent_twice_begins_with_a_session_of_its_own(self):
        with klap_simulated() as plug:
            options = {"--transport": "klap", "--http-port": plug.http_port}
            link = direct("127.0.0.1", plug.port, time.monotonic() + 9, options)
            link.exchange(GET_SYSINFO)
            link.alive_until -= ALIVE_S
            plug.expire()
            link.exchange(REBOOT, True)
            self.assertEqual(plug.device.reboots, 1)

    def test_or_with_one_that_has_just_answered(self):
        """So that a call has one login."""
        for start, login, count in (
            (klap_simulated, ("", ""), 4),
            (aes_simulated, LOGINS["tapo"], 5),
            (tpap_simulated, ("", ""), 5),
        ):
            with start("KP125M", login=login) as plug:
                plug.service.reply = mock.Mock(side_effect=plug.service.reply)
                self.assertEqual(call(plug, "reset", "--yes").code, 0)
                self.assertEqual(plug.service.reply.call_count, count)
                self.assertIn(b"device_reset", plug.requests[-1])

    def test_an_answer_keeps_it_alive_and_nothing_else_does(self):
        with klap_simulated() as plug:
            options = {"--transport": "klap", "--http-port": plug.http_port}
            link = direct("127.0.0.1", plug.port, time.monotonic() + 9, options)
            link.exchange(GET_SYSINFO)
            for until, kept in ((time.monotonic() + 9, True), (time.monotonic(), False)):
                link.alive_until = until
                session = link.channel()
                link.exchange(REBOOT, True)
                self.assertEqual(link.channel() is session, kept)
                self.assertGreater(link.alive_until, time.monotonic())
            until = link.alive_until
            link.limit(0.0)
            with self.assertRaises(DeadlineExceeded):
                link.exchange(GET_SYSINFO)
            self.assertEqual(link.alive_until, until)

    def test_what_is_never_sent_twice(self):
        for words, times in ((["reboot"], 1), (["ledon"], 4)):
            with klap_simulated(fault="close-before-reply", stage="request") as plug:
                assert_failure(self, call(plug, *words), 3)
                self.assertEqual(len(plug.requests), times, words)

    def test_no_number_is_taken_twice(self):
        """Each try has one of its own, so that no key stream is that of two requests."""
        for start in (klap_simulated, tpap_simulated):
            with start("KP125M", fault="close-before-reply", stage="request") as plug:
                real, sent = plug.service.reply, []

                def noted(request, real=real, sent=sent):
                    if request.path not in ("/", "/app/handshake1", "/app/handshake2"):
                        sent.append((request.query, request.body[:4]))
                    return real(request)

                plug.service.reply = noted
                assert_failure(self, call(plug, "check", "--timeout", "20"), 3)
                self.assertEqual((len(sent), len(set(sent))), (4, 4))


FINE = {
    "one-byte-segments",
    "slow-reply",
    "close-after-reply",
    "two-replies",
    "drop-first",
    "no-length",
    "chunked",
}
"""Faults that are none."""
LATE = {"silent", "dribble", "announce-too-much"}
LATE_S, TIMEOUT_S = 0.25, 20.0
"""The deadline where it is waited for; and where it is not, whatever else the machine does."""
DROPPED = {"close-before-reply", "reset-before-reply"}
CODES = {"403-once": 0}
NOT_HERE = {"handshake1": ("wrong-signature", "bad-padding", "not-json")}
"""Faults that the first handshake's reply cannot have."""
REQUEST = dict.fromkeys(HTTP_FAULTS, 5)
STATUS_200 = "wrong-signature bad-padding not-json short-48 announce-too-little html-200 empty-200"
"""Of the second handshake request the status is all that is looked at."""
SECOND = {**REQUEST, "403-always": 7, **dict.fromkeys(STATUS_200.split(), 0)}


class Faults:
    """Each fault of the HTTP side at each stage."""

    def play(self, stage, codes, *options):
        for fault in HTTP_FAULTS:
            if fault in NOT_HERE.get(stage, ()):
                continue
            with self.subTest((stage, fault, options)):
                timeout_s = LATE_S if fault in LATE else TIMEOUT_S
                with klap_simulated(fault=fault, stage=stage) as plug:
                    result = call(plug, "check", "--timeout", str(timeout_s), *options)
                code = CODES.get(fault, codes[fault])
                code = (
                    0 if fault in FINE else 4 if fault in LATE else 3 if fault in DROPPED else code
                )
                self.judge(code, plug, result)
                if code == 3 and not options and stage == "handshake1":
                    self.assertIn(b"HTTP port %d" % plug.http_port, result.err)

    def judge(self, code, plug, result):
        if code:
            assert_failure(self, result, code, start=b"tplink-exec: 127.0.0.1:%d: " % plug.port)
        else:
            self.assertEqual((result.code, result.out, result.err), (0, b"OFF\n", b""))


class FaultsAtTheRequest(Faults, unittest.TestCase):
    def test_each(self):
        self.play("request", REQUEST)


class FaultsAtTheSecondHandshakeRequest(Faults, unittest.TestCase):
    def test_each(self):
        self.play("handshake2", SECOND)


@early
class FaultsAtTheFirstHandshakeRequest(Faults, unittest.TestCase):
    """Something else's HTTP: exit 3, naming both ports; with --transport klap exit 5.

    403 is a device that talks to its maker's apps only, whichever way it was reached.
    """

    def test_each(self):
        self.play("handshake1", {**dict.fromkeys(HTTP_FAULTS, 3), "403-always": 6})

    def test_each_by_klap_only(self):
        codes = {**dict.fromkeys(HTTP_FAULTS, 5), "403-always": 6}
        self.play("handshake1", codes, "--transport", "klap")

    def test_no_other_protocol_where_the_device_says_it_has_none(self):
        with klap_simulated(fault="403-always", stage="handshake1") as plug:
            says = b'{"error_code":0,"result":{"tpap_preferred":false}}'
            for told, tried in ((says, False), (b'{"error_code":-1}', True)):
                asked = []

                def reply(request, told=told, asked=asked):
                    asked.append(request.path)
                    return KlapReply(200, told)

                plug.service.reply = reply
                assert_failure(self, call(plug, "check"), 6)
                self.assertEqual("/app" in asked, tried)

    def test_both_apps_are_named(self):
        with klap_simulated(fault="403-always", stage="handshake1") as plug:
            self.assertIn(b"Kasa or Tapo app", call(plug, "check").err)


@alone
class InTime(unittest.TestCase):
    def test_every_late_fault_at_each_stage(self):
        cases = [(fault, stage) for fault in LATE for stage in STAGES]
        with ThreadPoolExecutor(4) as pool:
            for plug, result in pool.map(self.one, cases):
                start = b"tplink-exec: 127.0.0.1:%d: " % plug.port
                assert_failure(self, result, 4, start=start)

    def one(self, case):
        fault, stage = case
        with klap_simulated(fault=fault, stage=stage, login=USER) as plug:
            argv = [*FORMS["file"], *line(plug, "check", "--timeout", str(LATE_S))]
            env = {**CLEAN, **GIVEN}
            return plug, in_time(self, LATE_S + SLACK_S, lambda: run(argv, env=env))


class Smart(unittest.TestCase):
    def play(self, device, steps):
        for line, code, printed in steps:
            words = line.split(" ", 1) if line.startswith("json") else line.split()
            result = call(device, *words)
            with self.subTest((device.device.model, line)):
                if code:
                    assert_failure(self, result, code)
                    self.assertNotIn(b"internal", result.err)
                else:
                    self.assertEqual((result.code, result.err), (0, b""))
                    if printed is not None:
                        self.assertEqual(result.out, printed)

    def test_a_plug(self):
        with klap_simulated("KP125M") as plug:
            plug.device.alias = "灯 1"
            self.play(
                plug,
                (
                    ("check", 0, b"OFF\n"),
                    ("on", 0, b""),
                    ("check", 0, b"ON\n"),
                    ("toggle", 0, b""),
                    ("ON --print-state", 0, b"ON\n"),
                    ("false --print-state", 0, b"OFF\n"),
                    ("true", 0, b""),
                    ("is-on", 0, b""),
                    ("40", 0, b""),
                    ("brightness", 0, b"100\n"),
                    ("DECREASE --print-state", 0, b"OFF\n"),
                    ("120,50,60 --print-state", 0, b"ON\n"),
                    ("rgb 0,0,0 --print-state", 0, b"OFF\n"),
                    ("rgb 9,0,0 --print-state", 0, b"ON\n"),
                    ("color", 6, b""),
                    ("temperature 2700", 6, b""),
                    ("on --transition 100", 6, b""),
                    ("on --child 1", 6, b""),
                    ("alias", 0, "灯 1\n".encode()),
                    ("alias Heizung", 0, b""),
                    ("alias", 0, b"Heizung\n"),
                    ("get model", 0, b"KP125M\n"),
                    ("get device_on", 0, b"true\n"),
                    ("total", 6, b""),
                    ("led off", 0, b""),
                    ("clock now", 0, b""),
                    ("clock", 0, None),
                    ("timer", 0, b"off\n"),
                    ("timer 86399", 0, b""),
                    ("timer 86399 off", 0, b""),
                    ("timer off", 0, b""),
                    ("timer", 0, b"off\n"),
                    ("unbind --yes", 6, b""),
                    ("time", 0, None),
                    ("cloudinfo", 0, None),
                    ("energy_reset", 6, b""),
                    ("runtime_reset", 6, b""),
                    ('json {"method":"get_current_power"}', 0, None),
                    ("reboot", 0, b""),
                    ("reset --yes", 0, b""),
                ),
            )
            for name, _ in (
                ("power", 1),
                ("voltage", 1),
                ("current", 1),
                ("today", 1),
                ("month", 1),
            ):
                result = call(plug, name)
                self.assertRegex(result.out, rb"^\d+\.\d{3,6}\n$", (name, result.err))
            for name in ("status", "emeter"):
                reply = json.loads(call(plug, name).out)
                self.assertEqual((reply["error_code"], "result" in reply), (0, True))
            plug.device.relay_state = 1
            plug.device.relay.clock = lambda: plug.device.relay.on_since + 5025.5
            self.assertEqual(call(plug, "uptime")[:3], (0, b"5025\n", b""))
            result = call(plug, "json", '{"method":"fly"}')
            self.assertEqual(result.code, 6)
            self.assertEqual(json.loads(result.out)["error_code"], -1002)

    def test_a_bulb(self):
        with klap_simulated("L530") as bulb:
            self.play(
                bulb,
                (
                    ("off", 0, b""),
                    ("brightness", 0, b"0\n"),
                    ("INCREASE", 0, b""),
                    ("brightness", 0, b"10\n"),
                    ("33.4", 0, b""),
                    ("brightness", 0, b"33\n"),
                    ("240,80,55.5", 0, b""),
                    ("color", 0, b"240,80,56\n"),
                    ("temperature", 6, b""),
                    ("temperature 2700 K", 0, b""),
                    ("temperature", 0, b"2700\n"),
                    ("color", 0, None),
                    ("rgb 0,51,102", 0, b""),
                    ("color", 0, b"210,100,40\n"),
                    ("rgb 0,0,0 --print-state", 0, b"OFF\n"),
                    ("temperature 9000", 6, b""),
                    ("color 0,0,0 --print-state", 0, b"OFF\n"),
                    ("timer 86399 on", 0, b""),
                    ("timer off", 0, b""),
                    ("clock", 0, None),
                    ("power", 6, b""),
                    ("emeter", 6, b""),
                    ("uptime", 6, b""),
                ),
            )

            for kelvin in "2499", "6501":
                result = call(bulb, "temperature", kelvin)
                self.assertRegex(result.err, rb": the light takes 2500 to 6500 K, not \d+\n$")
            bulb.device.info = {**bulb.device.info, "color_temp_range": [2700, 2700]}
            result = call(bulb, "temperature", "3000")  # a white one, whose temperature is fixed
            assert_failure(self, result, 6)
            self.assertNotIn(b"it takes", result.err)
            bulb.device.info["color_temp_range"] = [[2500], [6500]]
            bulb.device.fits = lambda *_: False
            assert_failure(self, call(bulb, "temperature", "9000"), 6)

    def test_join_is_the_app_s(self):
        for model in "KP125M", "L530":
            with klap_simulated(model) as device:
                words = [*line(device, "join", "House"), "--debug"]
                result = support.call(*words, stdin=b"password\n")
                self.assertEqual((result.code, result.out), (6, b""))
                self.assertIn(b": SMART devices join by the Kasa or Tapo app only\n", result.err)
                self.assertNotIn(b'password"', result.err.replace(b'"password":"***"', b""))

    def test_white_is_no_color(self):
        """The recorded L530 tells hue 0 and saturation 100 while it is white."""
        with klap_simulated("L530") as bulb:
            bulb.device.relay_state = 1
            answer = bulb.device.answer
            bulb.device.answer = lambda request: answer(request).replace(
                b'"saturation":0', b'"saturation":100'
            )
            self.assertRegex(call(bulb, "color").out, rb"^\d+,0,\d+\n$")

    def test_lies(self):
        for reply, code in (
            (b'{"error_code":0,"result":{"device_on":1}}', 5),
            (b'{"error_code":0,"result":{"device_on":"true"}}', 5),
            (b'{"error_code":0,"result":{}}', 5),
            (b'{"error_code":0}', 5),
            (b'{"error_code":0.0,"result":{"device_on":true}}', 6),
            (b'{"error_code":false,"result":{"device_on":true}}', 6),
            (b'{"result":{"device_on":true}}', 6),
            (b'{"error_code":-1,"result":{"device_on":true}}', 6),
            (b"[]", 5),
        ):
            with klap_simulated("KP125M") as plug:
                answer = plug.device.answer
                plug.device.answer = lambda request, answer=answer, reply=reply: (
                    reply if b"get_device_info" in request else answer(request)
                )
                assert_failure(self, call(plug, "check"), code)


if __name__ == "__main__":
    unittest.main()
