"""SMART devices before KLAP: the unchanged command line, by AES over real HTTP."""

import json
import os
import time
import unittest
from unittest import mock

from tests import support
from tests.support import (
    FORMS,
    aes_simulated,
    assert_failure,
    klap_simulated,
    run,
)
from tests.transport import aes_vectors as known
from tests.transport.replies import replying
from tests.transport.test_klap_http import GIVEN, LATE, LATE_S, TIMEOUT_S, USER, call, line
from tplink_exec.errors import PlugError, ProtocolError, Refused
from tplink_exec.messages import GET_SYSINFO
from tplink_exec.simulator.aes_server import GONE, STAGES, plain, sealed
from tplink_exec.simulator.http_faults import HTTP_FAULTS
from tplink_exec.transport.direct import direct
from tplink_exec.transport.passthrough import login_of
from tplink_exec.transport.rsa import PrivateKey

INFO = b'{"method":"get_device_info"}'
TAPO, KASA = ("test@tp-link.net", "test"), ("kasa@tp-link.net", "kasaSetup")


def linked(device, transport="http", **options):
    options = {"--transport": transport, "--http-port": device.http_port, **options}
    return direct("127.0.0.1", device.port, time.monotonic() + TIMEOUT_S, options)


class Commands(unittest.TestCase):
    def test_by_each_way(self):
        for words in ((), ("--transport", "auto"), ("--transport", "http"), ("--transport", "aes")):
            for version in (1, 2):
                with aes_simulated(version=version, login=USER) as plug:
                    way = [plug.host, str(plug.port), "--http-port", str(plug.http_port), *words]
                    for command, printed in (
                        ("check", b"OFF\n"),
                        ("on", b""),
                        ("toggle --print-state", b"OFF\n"),
                        ("alias Lamp", b""),
                        ("get alias", b"Lamp\n"),
                    ):
                        result = support.call(*way, *command.split(), environment=GIVEN)
                        found = result.code, result.out, result.err
                        self.assertEqual(found, (0, printed, b""), (words, version, command))

    def test_as_a_process(self):
        with aes_simulated("L530", login=USER) as bulb:
            for form in FORMS.values():
                argv = [*form, *line(bulb, "40", "--print-state")]
                done = run(argv, env={**support.CLEAN, **GIVEN})
                self.assertEqual(done[:3], (0, b"ON\n", b""))

    def test_one_connection_and_one_login_a_call(self):
        with aes_simulated(login=USER) as plug:
            self.assertEqual(call(plug, "toggle", "--print-state", env=GIVEN).code, 0)
            self.assertEqual((plug.connections, plug.aes.logins), (1, 1))
            self.assertNotIn(GET_SYSINFO, plug.requests)

    def test_other_transports_only(self):
        with aes_simulated() as plug:
            assert_failure(self, call(plug, "check", "--transport", "klap"), 5)
            assert_failure(self, call(plug, "check", "--transport", "tpap"), 5)
            self.assertEqual(plug.aes.logins, 0)
        with klap_simulated("KP125M") as plug:
            assert_failure(self, call(plug, "check", "--transport", "aes"), 5)

    def test_another_cookie_s_name(self):
        with aes_simulated() as plug:
            plug.aes.cookie = "SESSIONID"
            self.assertEqual(call(plug, "check").out, b"OFF\n")

    def test_the_others_requests_are_not_sent(self):
        with aes_simulated() as plug:
            link = linked(plug)
            for request in (GET_SYSINFO, b'{"system":{"set_relay_state":{"state":1}}}'):
                with self.assertRaises(Refused) as caught:
                    link.exchange(request)
                self.assertTrue(caught.exception.smart)
            self.assertEqual(list(plug.requests), [])
            link.close()


class Logins(unittest.TestCase):
    """Each is one that a device counts."""

    def logins(self, code, env, version=2, login=USER):
        with aes_simulated(version=version, login=login) as plug:
            result = call(plug, "check", env=env)
            if code:
                assert_failure(self, result, code)
            else:
                self.assertEqual(result[:3], (0, b"OFF\n", b""))
            return plug.aes.logins

    def test_how_many(self):
        wrong = {**GIVEN, "TPLINK_EXEC_PASSWORD": "wrong"}
        for count, code, env, version, login in (
            (1, 0, GIVEN, 2, USER),
            (2, 0, GIVEN, 1, USER),
            (1, 0, {}, 2, TAPO),
            (2, 0, {}, 2, KASA),
            (3, 0, {}, 2, ("", "")),
            (3, 0, GIVEN, 2, TAPO),
            (3, 7, {}, 2, USER),
            (5, 7, wrong, 2, USER),
            (5, 7, wrong, 1, USER),
        ):
            found = self.logins(code, env, version, login)
            self.assertEqual(found, count, (code, version, login))

    def test_what_is_said(self):
        with aes_simulated(login=USER) as plug:
            self.assertIn(b"put username=", call(plug, "check").err)
            wrong = {**GIVEN, "TPLINK_EXEC_PASSWORD": "wrong"}
            self.assertIn(b"the login of TPLINK_EXEC_USERNAME", call(plug, "on", env=wrong).err)
            self.assertEqual(plug.device.relay_state, 0)

    def test_none_after_klap_has_refused_it(self):
        with klap_simulated("KP125M", login=USER) as plug:
            plug.klap.reply = mock.Mock(side_effect=plug.klap.reply)
            assert_failure(self, call(plug, "check"), 7)
            asked = [call.args[0].path for call in plug.klap.reply.call_args_list]
            self.assertEqual(asked, ["/app/handshake1"])


class Sessions(unittest.TestCase):
    def test_one_that_is_forgotten_is_begun_anew_once(self):
        with aes_simulated(login=USER) as plug, mock.patch.dict(os.environ, GIVEN):
            link = linked(plug)
            link.exchange(INFO)
            for count in (2, 3):
                plug.expire()
                link.exchange(INFO)
                self.assertEqual(plug.aes.logins, count)
            plug.aes._request = lambda *_: plain({"error_code": GONE})
            with self.assertRaises(PlugError) as caught:
                link.exchange(INFO)
            self.assertEqual((plug.aes.logins, caught.exception.exit_code), (4, 5))
            link.close()

    def test_after_version_1_s_login_that_one_alone_is_made_again(self):
        with aes_simulated(version=1, login=USER) as plug, mock.patch.dict(os.environ, GIVEN):
            link = linked(plug)
            link.exchange(INFO)
            plug.expire()
            link.exchange(INFO)
            self.assertEqual(plug.aes.logins, 3)
            link.close()

    def test_what_is_never_sent_twice(self):
        with aes_simulated() as plug:
            for code in (GONE, -1501):
                plug.aes._request = lambda *_, code=code: plain({"error_code": code})
                result = call(plug, "json", '{"method":"device_reboot"}')
                assert_failure(self, result, 5)
                self.assertIn(b"it is not repeated", result.err)

    def test_the_protocol_of_before_is_only_a_hint(self):
        for likely in ("klap", "aes", "tpap"):
            for simulated, speaks in ((klap_simulated, "klap"), (aes_simulated, "aes")):
                with simulated("KP125M") as plug:
                    link = linked(plug, likely=likely)
                    self.assertIn(b"device_on", link.exchange(INFO))
                    self.assertEqual(link.transport, speaks)
                    link.close()

    def test_another_firmware_at_the_same_link(self):
        with aes_simulated() as plug, klap_simulated("KP125M") as other:
            link = linked(plug)
            link.exchange(INFO)
            plug.service = other.klap
            with self.assertRaises(ProtocolError):
                link.exchange(INFO)
            link.exchange(INFO)
            self.assertEqual(link.transport, "klap")
            link.close()


class InClear(unittest.TestCase):
    """Errors may come so, in place of the sealed answer or within it; nothing else may."""

    def play(self, code, reply, words=("check",)):
        with aes_simulated() as plug:
            plug.aes._request = lambda *_: reply
            result = call(plug, *words)
            assert_failure(self, result, code)
            return result

    def test_each(self):
        for number in (-1008, -20101):
            error = {"error_code": number}
            for reply in (plain(error), sealed(json.dumps(error))):
                self.assertIn(b"error_code %d" % number, self.play(6, reply).err)
        told = {"error_code": 0, "result": {"device_on": True}}
        for reply in (plain(told), sealed(json.dumps(told)), plain({}), sealed("{}"), sealed("!")):
            self.play(5, reply)

    def test_a_key_of_another_length(self):
        longer = mock.patch("tplink_exec.simulator.aes_server.seed", lambda: os.urandom(20))
        with longer, aes_simulated() as plug:
            result = call(plug, "check")
            assert_failure(self, result, 5)
            self.assertIn(b"40 bytes are no key and IV", result.err)

    def test_no_state_but_a_sealed_one(self):
        """What is told in clear, anybody may have told; and an error is none, whatever is in it."""
        info = {"model": "P100", "type": "SMART.TAPOPLUG", "device_on": True}
        parts = [{"error_code": 0, "result": info}, {"error_code": -1002}]
        told = {"error_code": 0, "result": {"responses": parts}}
        with aes_simulated() as plug:
            text = json.dumps(told).encode()
            plug.aes._request = lambda client, _: plug.aes._sealed(client, text)
            self.assertEqual(call(plug, "check")[:3], (0, b"ON\n", b""))
        for reply in (plain(told), sealed(json.dumps(told))):
            self.play(5, reply)
        for number in (1, -1):
            self.play(6, plain({**told, "error_code": number}))
        for words in ("check", "on"):
            self.play(5, plain({"error_code": False, "result": told["result"]}), (words,))


FINE = {
    "one-byte-segments",
    "slow-reply",
    "close-after-reply",
    "two-replies",
    "drop-first",
    "no-length",
    "chunked",
}
DROPPED = {"close-before-reply", "reset-before-reply"}
NOT_HERE = ("bad-padding", "not-json")
"""What the first reply cannot have."""
CHANGED = {"handshake": {}, "login": {}, "request": {"403-once": 0}}


class Faults(unittest.TestCase):
    """At the handshake it may be something else's HTTP: with auto exit 3, or 5."""

    def play(self, stage, otherwise, *options):
        for fault in HTTP_FAULTS:
            if stage == STAGES[0] and fault in NOT_HERE:
                continue
            timeout_s = LATE_S if fault in LATE else TIMEOUT_S
            code = CHANGED[stage].get(fault, otherwise)
            code = 0 if fault in FINE else 4 if fault in LATE else 3 if fault in DROPPED else code
            with self.subTest((stage, fault, options)):
                with aes_simulated(fault=fault, stage=stage, login=TAPO) as plug:
                    result = call(plug, "check", "--timeout", str(timeout_s), *options)
                if code:
                    assert_failure(self, result, code)
                else:
                    self.assertEqual(result[:3], (0, b"OFF\n", b""))

    def test_at_the_handshake(self):
        self.play("handshake", 3)

    def test_at_the_handshake_by_http_only(self):
        self.play("handshake", 5, "--transport", "http")

    def test_at_the_login(self):
        self.play("login", 5)

    def test_at_the_request(self):
        self.play("request", 5)


class Recorded(unittest.TestCase):
    def test_another_implementation_s_handshake_login_and_request(self):
        replies = [
            {"error_code": 0, "result": {"key": known.HANDSHAKE_KEY}},
            {"error_code": 0, "result": {"response": known.LOGIN_REPLY[1].decode()}},
            {"error_code": 0, "result": {"response": known.REPLY[1].decode()}},
        ]
        texts = [plain(reply).text() for reply in replies]
        key = PrivateKey([known.P, known.Q])
        with replying(*texts) as (port, requests), mock.patch.dict(os.environ, GIVEN):
            module = "tplink_exec.transport.passthrough."
            now = mock.patch(module + "time.time", lambda: known.AT_MS / 1000)
            with mock.patch(module + "new_key", lambda: key), now:
                options = {"--transport": "aes", "--http-port": port}
                link = direct("127.0.0.1", 9, time.monotonic() + TIMEOUT_S, options)
                reply = link.exchange(known.REQUEST[0])
                link.close()
        self.assertEqual(reply, known.REPLY[0])
        bodies = [request.partition(b"\r\n\r\n")[2] for request in requests]
        sent = [json.loads(body.decode())["params"] for body in bodies]
        self.assertIn(known.PEM_BODY, sent[0]["key"])
        self.assertEqual(sent[1]["request"].encode(), known.LOGIN[1])
        self.assertEqual(sent[2]["request"].encode(), known.REQUEST[1])
        self.assertTrue(requests[2].startswith(b"POST /app?token=%s " % known.TOKEN.encode()))

    def test_the_forms_of_a_login(self):
        self.assertIn(login_of(*known.USER, "password2"), known.LOGIN[0].decode())
        self.assertIn('"password":"cMOkc3N3w7ZyZD0x"', login_of(*known.USER, "password"))


if __name__ == "__main__":
    unittest.main()
