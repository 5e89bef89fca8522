"""Devices with TPAP: the unchanged command line, over real HTTP; and what a wrong login costs."""

import contextlib
import json
import os
import random
import stat
import tempfile
import time
import unittest
from unittest import mock

from tests import support
from tests.parallel import early
from tests.polling.stepping import Stepping, member_of
from tests.support import CLEAN, FORMS, assert_failure, run, start, tpap_simulated
from tests.transport.test_klap_http import GIVEN, USER, line
from tests.transport.tpap_vectors import CASES
from tplink_exec.errors import PlugError, ProtocolError, WrongCredentials
from tplink_exec.network.names import Named
from tplink_exec.simulator.http_messages import KlapReply
from tplink_exec.simulator.server import BACKLOG
from tplink_exec.simulator.tpap_server import TPAP_FAULTS
from tplink_exec.simulator.tpap_service import STAGES, TRIES, TpapService
from tplink_exec.transport.http_link import HttpLink
from tplink_exec.transport.login_turn import MAX_FILE, Turn
from tplink_exec.transport.tpap import Login, TpapSession
from tplink_exec.transport.tpap_refusal import ended

WRONG = {**GIVEN, "TPLINK_EXEC_PASSWORD": "wrong"}
GET_INFO = b'{"method":"get_device_info"}'
CRYPT = {
    "prefix": {"passwd_id": 5, "passwd_prefix": "$5$rounds=1000$saltsaltsaltsalt$"},
    "fields": {"passwd_id": 5, "passwd_salt": "salt", "passwd_rounds": 5000},
}


def shadow(**values):
    return {"type": "password_shadow", "params": values}


def call(device, *words, env=GIVEN):
    """As by a process of its own: without what this one remembers."""
    Turn.memory.clear()
    return support.call(*line(device, *words), environment=env)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        patch = mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": self.folder})
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(Turn.memory.clear)

    def file(self):
        """The path of the one file that is there."""
        (name,) = os.listdir(self.folder)
        return os.path.join(self.folder, name)

    def stepping(self, plug):
        options = {"--http-port": plug.http_port}
        it = Stepping(member_of(plug.host, plug.port, options, 5.0), 0.01)
        self.addCleanup(it.close)
        return it


class Logins(Case):
    def test_every_passcode(self):
        for name, more, env in (
            ("SHA-1", {"login": USER}, GIVEN),
            ("4", {"login": USER, "extra": shadow(passwd_id=4)}, GIVEN),
            ("prefix", {"login": USER, "extra": shadow(**CRYPT["prefix"])}, GIVEN),
            ("fields", {"login": USER, "extra": shadow(**CRYPT["fields"])}, GIVEN),
            ("proof of its make", {"login": USER, "dac": 1}, GIVEN),
            ("5000", {"login": USER, "iterations": 5000}, GIVEN),
            ("default", {}, {}),
            ("default, although there is a login", {}, GIVEN),
        ):
            with self.subTest(name), tpap_simulated("L530", **more) as bulb:
                for words, output in (
                    ("check", b"OFF\n"),
                    ("on", b""),
                    ("toggle --print-state", b"OFF\n"),
                    ("brightness 40", b""),
                    ("brightness", b"40\n"),
                ):
                    result = call(bulb, *words.split(), env=env)
                    self.assertEqual(result[:3], (0, output, b""), words)
                self.assertEqual((bulb.tpap.attempts, bulb.tpap.failed), (5, 0))

    def test_each_form(self):
        with tpap_simulated(login=USER) as plug:
            for form in FORMS.values():
                argv = [*form, *line(plug, "toggle", "--print-state")]
                found = run(argv, env={**CLEAN, **GIVEN})
                self.assertEqual((found.code, found.err), (0, b""))
        self.assertEqual(plug.tpap.attempts, 2)

    def test_no_request_but_those_of_smart_devices(self):
        with tpap_simulated(login=USER) as plug:
            self.assertEqual(call(plug, "check").out, b"OFF\n")
            (request,) = plug.requests
            self.assertIn(b'{"method":"get_device_info"}', request)

    def test_no_login_at_hand(self):
        with tpap_simulated(login=USER) as plug:
            result = call(plug, "check", env={})
            assert_failure(self, result, 7)
            self.assertIn(b"the device wants the login of its account: put username=", result.err)
            self.assertEqual(plug.tpap.attempts, 0)

    def test_what_is_not_known(self):
        for about, says in (
            ({"tls": 1}, b"TPAP over TLS"),
            ({"pake": [1]}, b"a login of a kind not known here (pake [1])"),
            ({"pake": []}, b"a login of a kind not known here (pake [])"),
        ):
            told = {"tls": 0, "dac": 0, "pake": [2], **about}
            with tpap_simulated(login=USER) as plug, mock.patch.object(
                plug.tpap, "about", lambda *_, told=told: told
            ):
                result = call(plug, "on")
                assert_failure(self, result, 6)
                self.assertIn(says, result.err)
                self.assertIn(b"switch Third-Party Compatibility on", result.err)
                self.assertEqual(plug.tpap.attempts, 0)
        with tpap_simulated(login=USER, extra=None) as plug:
            plug.tpap.extra = shadow(passwd_id=3)
            result = call(plug, "on")
            assert_failure(self, result, 6)
            self.assertIn(b"password_shadow 3", result.err)
            self.assertEqual((plug.tpap.attempts, plug.device.relay_state), (0, 0))

    def test_name_of_the_user(self):
        for more, name in (
            ({}, "21232f297a57a5a743894a0e4a801fc3"),
            ({"user_hash_type": 0}, "21232f297a57a5a743894a0e4a801fc3"),
            (
                {"user_hash_type": 1},
                "8C6976E5B5410415BDE908BD4DEE15DFB167A9C873FC4BB8A81F6F2AB448A918",
            ),
        ):
            sent = json.loads(Login({"tpap": {"pake": [2], **more}}, 2, "x").register())
            self.assertEqual(sent["params"]["username"], name)  # by md5sum and sha256sum
            self.assertEqual(sent["params"]["passcode_type"], "userpw")

    def test_both_kinds(self):
        for pake in ([0, 2], [2, 0], [3, 2, 1, 0]):
            for login, env in ((USER, GIVEN), (("", ""), {})):
                with tpap_simulated(login=login) as plug:
                    told = {"tls": 0, "pake": pake}
                    with mock.patch.object(plug.tpap, "about", lambda *_, told=told: told):
                        self.assertEqual(call(plug, "check", env=env)[:2], (0, b"OFF\n"))

    def test_two_forms_of_a_number(self):
        case = CASES["small-w0-user-slash-password"]
        more = {"salt": bytes.fromhex(case["salt"]), "iterations": case["iterations"]}
        with mock.patch("tplink_exec.transport.passcode.of_account", self.bare), mock.patch(
            "tplink_exec.simulator.tpap_service.of_account", self.bare
        ):
            env = {"TPLINK_EXEC_USERNAME": "x", "TPLINK_EXEC_PASSWORD": case["credential"]}
            for short, attempts in ((False, 1), (True, 2)):
                with tpap_simulated(login=("x", case["credential"]), short=short, **more) as plug:
                    self.assertEqual(call(plug, "check", env=env)[:2], (0, b"OFF\n"))
                    self.assertEqual(plug.tpap.attempts, attempts)
            with tpap_simulated(login=("x", "other"), **more) as plug:
                for _ in range(3):
                    assert_failure(self, call(plug, "check", env=env), 7)
                self.assertEqual(plug.tpap.attempts, 2)
                self.assertEqual(plug.tpap.failed, 2)
            make_empty(self.folder)
            with tpap_simulated(login=("x", case["credential"]), short=True, **more) as plug:
                call(plug, "check", env=env)
                self.assertEqual(os.path.getsize(self.file()), 0)

    def test_a_second_form_without_an_answer(self):
        """The first one was refused all the same."""
        case = CASES["small-w0-user-slash-password"]
        more = {"salt": bytes.fromhex(case["salt"]), "iterations": case["iterations"]}
        env = {"TPLINK_EXEC_USERNAME": "x", "TPLINK_EXEC_PASSWORD": case["credential"]}
        with mock.patch("tplink_exec.transport.passcode.of_account", self.bare), mock.patch(
            "tplink_exec.simulator.tpap_service.of_account", self.bare
        ), tpap_simulated(login=("x", "other"), **more) as plug:
            real = plug.tpap.register
            replies = [real, lambda _: KlapReply(500)]
            with mock.patch.dict(TpapService.STEPS, pake_register=lambda _, it: replies.pop(0)(it)):
                assert_failure(self, call(plug, "check", env=env), 5)
                self.assertEqual(replies, [])
            for _ in range(2):
                assert_failure(self, call(plug, "check", env=env), 7)
            self.assertEqual(plug.tpap.attempts, 1)

    def bare(self, password, *_):
        return password.encode()


class Sessions(Case):
    def setUp(self):
        super().setUp()
        patch = mock.patch.dict(os.environ, GIVEN)
        patch.start()
        self.addCleanup(patch.stop)

    def link(self, device, only=""):
        link = HttpLink(device.host, device.http_port, time.monotonic() + 10, only)
        self.addCleanup(link.close)
        return link

    def test_is_kept(self):
        with tpap_simulated(login=USER) as plug:
            link = self.link(plug)
            for _ in range(5):
                self.assertIn(b"device_on", link.exchange(GET_INFO))
                link.close()
            self.assertEqual((plug.tpap.attempts, link.transport), (1, "tpap"))

    def test_is_begun_anew(self):
        with tpap_simulated(login=USER) as plug:
            link = self.link(plug, "tpap")
            for turn in range(1, 4):
                self.assertIn(b"device_on", link.exchange(GET_INFO))
                self.assertEqual(plug.tpap.attempts, turn)
                plug.expire()

    def test_count_goes_round(self):
        with tpap_simulated(login=USER) as plug:
            link = self.link(plug)
            link.begin()
            (session,) = plug.tpap.sessions.values()
            session.seq = link.protocol.session.seq = 0xFFFFFFFE
            for _ in range(4):
                self.assertIn(b"device_on", link.exchange(GET_INFO))
            self.assertEqual((plug.tpap.attempts, session.seq), (1, 2))

    def test_echo(self):
        """A request sent back is as well encrypted as a reply."""

        def echo(service, session, body):
            return KlapReply(200, body)

        with tpap_simulated(login=USER) as plug, mock.patch.object(TpapService, "answer", echo):
            for words in ("check", "on", "toggle", "led off"):
                result = call(plug, *words.split())
                assert_failure(self, result, 5)
                self.assertIn(b"sends the request back", result.err)

    def test_other_statuses(self):
        for status, code in ((403, 5), (404, 5), (500, 5)):
            with tpap_simulated(login=USER) as plug, mock.patch.object(
                plug.tpap, "answer", lambda *_, status=status: KlapReply(status)
            ):
                assert_failure(self, call(plug, "check"), code)
                self.assertLessEqual(plug.tpap.attempts, 2)


class Refused(Case):
    def test_is_sent_once(self):
        with tpap_simulated(login=USER) as plug:
            for words in ("check", "on", "toggle", "check --transport auto"):
                result = call(plug, *words.split(), env=WRONG)
                assert_failure(self, result, 7, start=b"tplink-exec: 127.0.0.1:%d: " % plug.port)
                self.assertEqual(plug.tpap.attempts, 1)
            self.assertIn(b"the device refused this login at ", result.err)
            self.assertIn(self.file().encode(), result.err)
            self.assertEqual(plug.device.relay_state, 0)

    def test_first_message(self):
        with tpap_simulated(login=USER) as plug:
            result = call(plug, "check", env=WRONG)
            says = (
                b"the device refuses the login of TPLINK_EXEC_USERNAME (error_code -2203, 14 more"
            )
            self.assertIn(says, result.err)
            self.assertNotIn(b"wrong", result.err)

    def test_another_login(self):
        with tpap_simulated(login=USER) as plug:
            call(plug, "check", env=WRONG)
            other = {**GIVEN, "TPLINK_EXEC_PASSWORD": "other"}
            assert_failure(self, call(plug, "check", env=other), 7)
            self.assertEqual(plug.tpap.attempts, 2)
            self.assertEqual(call(plug, "check")[:2], (0, b"OFF\n"))
            for env in (WRONG, other, WRONG):
                assert_failure(self, call(plug, "check", env=env), 7)
            self.assertEqual(plug.tpap.attempts, 3)

    def test_of_many_logins_the_last_ones_are_known(self):
        with tpap_simulated(login=USER) as plug:
            for number in [*range(10), *range(3, 10)]:
                assert_failure(self, call(plug, "check", env=numbered(number)), 7)
                plug.tpap.failed = 0
            self.assertEqual(plug.tpap.attempts, 10)
            self.assertLess(os.path.getsize(self.file()), MAX_FILE)
            call(plug, "check", env=numbered(2))
            self.assertEqual(plug.tpap.attempts, 11)

    def test_one_process_with_two_logins(self):
        no_file = mock.patch("tplink_exec.transport.login_turn.held", lambda *_, **__: -1)
        with no_file, tpap_simulated(login=USER) as plug:
            for env, code in ((WRONG, 7), (numbered(1), 7), (GIVEN, 0), (WRONG, 7)):
                result = support.call(*line(plug, "check"), environment=env)
                self.assertEqual(result.code, code)
            self.assertEqual(plug.tpap.attempts, 3)

    def test_old_ones_are_swept_out_by_a_success(self):
        with tpap_simulated(login=USER) as plug:
            call(plug, "check", env=WRONG)
            with open(self.file(), "r+b") as file:
                file.write(b"1000000000")
            self.assertEqual(call(plug, "check").code, 0)
            self.assertEqual(os.path.getsize(self.file()), 0)

    def test_another_device(self):
        with tpap_simulated(login=USER) as one, tpap_simulated(login=USER) as other:
            for plug in (one, other):
                call(plug, "check", env=WRONG)
                self.assertEqual(plug.tpap.attempts, 1)

    def test_a_host_name_is_the_address(self):
        """Whether or not the device keeps the connection."""
        for fault in ("", "no-length"):
            with tpap_simulated(login=USER, fault=fault) as plug:
                for host in ("localhost", "127.0.0.1", "localhost"):
                    argv = [host, str(plug.port), "check", "--http-port", str(plug.http_port)]
                    Turn.memory.clear()
                    assert_failure(self, support.call(*argv, environment=WRONG), 7)
                self.assertEqual(plug.tpap.attempts, 1)

    def test_when_it_is_forgotten(self):
        with tpap_simulated(login=USER) as plug:
            call(plug, "check", env=WRONG)
            with open(self.file(), "rb") as file:
                rest = file.read().partition(b" ")[2]
            now = int(time.time())
            attempts = 1
            for past, again in ((0, 0), (850, 0), (910, 1), (-100, 1), (10**9, 1), (-(10**60), 1)):
                with self.subTest(past):
                    with open(self.file(), "wb") as file:
                        file.write(b"%d %s" % (now - past, rest))
                    assert_failure(self, call(plug, "check", env=WRONG), 7)
                    attempts += again
                    self.assertEqual(plug.tpap.attempts, attempts)

    def test_what_is_in_the_file(self):
        with tpap_simulated(login=USER) as plug:
            call(plug, "check", env=WRONG)
            with open(self.file(), "rb") as file:
                _, salt, kept = file.read().split()
            self.assertEqual((len(salt), len(kept)), (32, 4))
            mode = os.stat(self.file()).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600)
            for text in (b"", b"\0" * 100, b"x", b"1 2", b"%d zz %s" % (time.time(), kept)):
                with open(self.file(), "wb") as file:
                    file.write(text)
                attempts = plug.tpap.attempts
                assert_failure(self, call(plug, "check", env=WRONG), 7)
                self.assertEqual(plug.tpap.attempts, attempts + 1)

    def test_files_that_are_not_ours(self):
        def link(path):
            os.symlink(os.path.join(self.folder, "else"), path)

        def hard(path):
            with open(path, "wb"):
                os.chmod(path, 0o600)
                os.link(path, path + ".2")

        def open_to_all(path):
            with open(path, "wb"):
                os.chmod(path, 0o666)

        def of_another(path):
            with open(path, "wb"):
                os.chmod(path, 0o600)
                os.chown(path, 1, 1)

        makers = link, hard, open_to_all, os.mkdir, os.mkfifo
        if os.geteuid() == 0:
            makers += (of_another,)
        with tpap_simulated(login=USER) as plug:
            call(plug, "check")
            path = self.file()
            for make in makers:
                with self.subTest(make.__name__):
                    make_empty(self.folder)
                    make(path)
                    before = os.lstat(path)
                    with mock.patch.dict(os.environ, {"TMPDIR": self.folder}):
                        self.assertEqual(call(plug, "check")[:2], (0, b"OFF\n"))
                        assert_failure(self, call(plug, "check", env=WRONG), 7)
                    self.assertEqual(before, os.lstat(path)) if make is not link else None
                    self.assertFalse(os.path.exists(os.path.join(self.folder, "else")))
            other = "/tmp/" + os.path.basename(path)
            if os.path.exists(other):  # the last resort
                os.unlink(other)

    def test_where_nothing_can_be_written(self):
        """Then this process remembers it all the same, and success comes as before."""
        no_file = mock.patch("tplink_exec.transport.login_turn.own", lambda *_: -1)
        with no_file, tpap_simulated(login=USER) as plug:
            self.assertEqual(support.call(*line(plug, "check"), environment=GIVEN).code, 0)
            for _ in range(3):
                result = support.call(*line(plug, "on"), environment=WRONG)
                assert_failure(self, result, 7)
            self.assertNotIn(b"is removed", result.err)
        self.assertEqual((plug.tpap.attempts, os.listdir(self.folder)), (2, []))

    def test_where_the_disk_is_full(self):
        full = mock.patch("os.pwrite", mock.Mock(side_effect=OSError(28, "full")))
        with full, tpap_simulated(login=USER) as plug:
            for _ in range(3):
                assert_failure(self, support.call(*line(plug, "on"), environment=WRONG), 7)
            self.assertEqual(plug.tpap.attempts, 1)

    def test_locked(self):
        with tpap_simulated(login=USER) as plug:
            plug.tpap.failed = TRIES
            for env in (GIVEN, WRONG, GIVEN):
                result = call(plug, "check", env=env)
                assert_failure(self, result, 7)
                self.assertIn(b"locked", result.err)
            self.assertEqual(plug.tpap.attempts, 0)
            plug.tpap.failed = 0
            self.assertEqual(call(plug, "check").code, 0)

    def test_what_is_no_refusal_of_the_login(self):
        """It is not remembered, and nothing else is tried."""
        for reply, code in (("-2101", 7), ("-40404", 7), ("9999", 6), ("1002", 6), ("-40413", 6)):
            with self.subTest(reply), tpap_simulated(login=USER) as plug:
                sent = mock.Mock(return_value=KlapReply(200, b'{"error_code":%s}' % reply.encode()))
                with mock.patch.dict(TpapService.STEPS, pake_share=sent):
                    assert_failure(self, call(plug, "check"), code)
                self.assertEqual(sent.call_count, 1)
                self.assertEqual(call(plug, "check").out, b"OFF\n")

    def test_default_login(self):
        with tpap_simulated() as plug:
            plug.device.mac, mac = "00:00:00:00:00:01", plug.device.mac
            for _ in range(3):
                result = call(plug, "check", env={})
                assert_failure(self, result, 7)
            self.assertEqual(plug.tpap.attempts, 1)
            plug.device.mac = mac

    def test_watch(self):
        for env, wanted in ((WRONG, 1), (GIVEN, 1)):
            with tpap_simulated(login=USER) as plug, mock.patch.dict(os.environ, env):
                it = self.stepping(plug)
                outlet = it.member.outlets[0]
                for _ in range(5):
                    it.course.patient_at = 0.0
                    self.assertTrue(it.poll())
                self.assertEqual(plug.tpap.attempts, wanted)
                self.assertEqual(outlet.grave, env is WRONG)
                if env is WRONG:
                    os.unlink(self.file())
                    it.course.patient_at = 0.0
                    it.poll()
                    self.assertEqual(plug.tpap.attempts, 2)
                    with mock.patch.dict(os.environ, GIVEN):
                        it.course.patient_at = 0.0
                        it.poll()
                        self.assertEqual((outlet.state(), plug.tpap.attempts), (0, 3))


class Watched(Case):
    def test_there_is_time_to_log_in_again(self):
        """However short the interval is, and the polls before were."""
        for name in ("", "Lamp"):
            with tpap_simulated(login=USER) as plug, mock.patch.dict(os.environ, GIVEN):
                it = self.stepping(plug)
                if name:
                    mac = {"alias": name, "mac": plug.device.mac, "device_id": ""}
                    entry = {**mac, "host": plug.host, "port": plug.http_port, "transport": "tpap"}
                    it.member.recall(Named(entry, [], [], 0.0, {}))
                it.poll()
                self.back(it, plug)

    def back(self, it, plug):
        outlet = it.member.outlets[0]
        self.assertEqual(outlet.state(), 0, outlet.trouble)
        plug.expire()
        it.course.took_s = 0.01
        it.lose(PlugError("gone"))
        it.course.patient_at = float("inf")
        real = plug.service.reply
        plug.service.reply = lambda request: time.sleep(0.15) or real(request)
        for _ in range(20):
            self.assertTrue(it.poll())
            if outlet.state() is not None:
                break
        self.assertEqual(outlet.state(), 0, outlet.trouble)


def numbered(number):
    return {**GIVEN, "TPLINK_EXEC_PASSWORD": "wrong %d" % number}


def make_empty(folder):
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        (os.rmdir if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)


@early
class AtOnce(Case):
    COUNT = 20

    def processes(self, plug, env):
        argv = [*FORMS["file"], *line(plug, "check", "--timeout", "50")]
        env = {**CLEAN, **env, "XDG_RUNTIME_DIR": self.folder}
        jobs = [start(argv, env=env) for _ in range(self.COUNT)]
        return [(*job.communicate(timeout=60), job.returncode) for job in jobs]

    def test_wrong(self):
        with tpap_simulated(login=USER) as plug:
            for out, err, code in self.processes(plug, WRONG):
                self.assertEqual((out, code), (b"", 7), err)
            self.assertEqual(plug.tpap.attempts, 1)

    def test_right(self):
        """A device may have room for one login at a time: none spoils another's."""
        with tpap_simulated(login=USER) as plug:
            for found in self.processes(plug, GIVEN):
                self.assertEqual(found, (b"OFF\n", b"", 0))
            self.assertEqual((plug.tpap.attempts, plug.tpap.failed), (self.COUNT, 0))

    def test_one_that_hangs(self):
        with tpap_simulated(login=USER, fault="silent", stage="pake_share") as plug:
            argv = [*FORMS["file"], *line(plug, "check"), "--timeout"]
            env = {**CLEAN, **GIVEN, "XDG_RUNTIME_DIR": self.folder}
            with start([*argv, "20"], env=env) as first:
                try:
                    for _ in range(2000):
                        if plug.tpap.attempts:
                            break
                        time.sleep(0.02)
                    second = run([*argv, "2"], env=env)
                finally:
                    first.kill()
                    first.communicate()
            assert_failure(self, second, 4)
            self.assertIn(b"another login at this device", second.err)
            self.assertEqual(plug.tpap.attempts, 1)


FAULTS = {
    "silent": 4,
    "dribble": 4,
    "close-before-reply": 3,
    "close-in-header": 5,
    "close-in-body": 5,
    "reset-before-reply": 3,
    "reset-in-reply": 5,
    "one-byte-segments": 0,
    "slow-reply": 0,
    "close-after-reply": 0,
    "announce-4-gib": 5,
    "announce-too-much": 4,
    "bad-length": 5,
    "endless-header": 5,
    "garbage": 5,
    "http-404": 5,
    "http-500": 5,
    "html-200": 5,
    "redirect-302": 5,
    "empty-200": 5,
    "403-always": 5,
    "off-curve": 5,
    "infinity": 5,
    "wrong-confirm": 5,
    "no-confirm": 5,
    "endless-hash": 5,
    "other-suite": 5,
    "bad-stok": 5,
    "chunked": 0,
    "no-length": 0,
    "not-json": 5,
    "wrong-tag": 5,
    "other-number": 5,
    "other-reply": 5,
    "locked": 7,
}
"""Exit code by fault, at the step that it is about."""
ONLY_AT = {
    "off-curve": "pake_register",
    "infinity": "pake_register",
    "endless-hash": "pake_register",
    "other-suite": "pake_register",
    "wrong-confirm": "pake_share",
    "no-confirm": "pake_share",
    "bad-stok": "pake_share",
    "not-json": "request",
    "wrong-tag": "request",
    "other-number": "request",
    "other-reply": "request",
}
SAYS = {"bad-stok": b"stok is 'x HTTP", "wrong-confirm": b"does not prove that it knows"}
LATE_S = 0.5


@early
class Faults(Case):
    def test_at_each_step(self):
        for fault, code in FAULTS.items():
            for stage in STAGES[1:]:
                if ONLY_AT.get(fault, stage) == stage:
                    with self.subTest((fault, stage)):
                        self.play(fault, stage, code)

    def play(self, fault, stage, code):
        timeout_s = LATE_S if code == 4 else 20
        with tpap_simulated(login=USER, fault=fault, stage=stage) as plug:
            result = call(plug, "on", "--timeout", str(timeout_s))
            if code:
                assert_failure(self, result, code, timeout_s)
                self.assertIn(SAYS.get(fault, b""), result.err)
            else:
                self.assertEqual(result[:3], (0, b"", b""))
            self.assertLessEqual(plug.tpap.attempts, 2 if stage == "request" else 1)
            on = stage == "request" or not code
            if code != 4:  # then it may not have come so far
                self.assertEqual(plug.device.relay_state, int(on))

    def test_refused_and_gone(self):
        for fault, stage, code, attempts in (
            ("refused", "pake_share", 7, 1),
            ("refused", "pake_register", 6, 0),
            ("session-gone", "request", 0, 2),
            ("refused", "request", 5, 2),
            ("403-once", "request", 0, 2),
            ("drop-first", "pake_share", 3, 1),
            ("drop-first", "pake_register", 0, 1),
        ):
            with tpap_simulated(login=USER, fault=fault, stage=stage) as plug:
                result = call(plug, "check")
                found = result.code, plug.tpap.attempts
                self.assertEqual(found, (code, attempts), (fault, stage))
                self.assertEqual(result.out, b"" if code else b"OFF\n")

    def test_every_fault_somewhere(self):
        """No traceback and no state, whatever is played wherever."""
        for fault in sorted({*TPAP_FAULTS, BACKLOG}):
            with tpap_simulated(login=USER, fault=fault) as plug:
                result = call(plug, "check", "--timeout", str(LATE_S))
                if result.code:
                    assert_failure(self, result, result.code)
                    self.assertIn(result.code, (3, 4, 5, 6, 7))
                else:
                    self.assertEqual(result[:3], (0, b"OFF\n", b""))
                self.assertLessEqual(plug.tpap.attempts, 2, fault)


class Garbage(Case):
    def steps(self):
        """A service, a login at it, and the three replies that it takes: with few iterations."""
        service = TpapService(support.played("KP125M"), [], USER, iterations=1)
        told = {"mac": service.device.mac, "tpap": service.about()}
        return service, Login(told, 2, USER[1])

    def said(self, service, body):
        return service.reply(request(body)).body

    def test_mutated_answers(self):
        chosen = random.Random(2026)
        for turn in range(400):
            service, login = self.steps()
            registered = self.said(service, login.register())
            spoilt = turn % 2
            try:
                share = login.share(mutated(registered, chosen) if spoilt else registered)
                reply = self.said(service, share)
                session = login.finish(reply if spoilt else mutated(reply, chosen))
            except PlugError as error:
                self.assertLess(len(str(error)), 400)
                continue
            # What is left must have been harmless: another stok, or an unused field.
            (other,) = service.sessions.values()
            self.assertEqual(session.keys, other.keys)

    def test_mutated_replies(self):
        chosen = random.Random(2027)
        session = TpapSession(b"k" * 32, "stok", 7)
        reply = session.seal(b'{"error_code":0,"result":{"device_on":true}}', 7)[1]
        for _ in range(500):
            bad = mutated(reply, chosen)
            if bad != reply:
                with self.assertRaises(ProtocolError):
                    session.open(bad, 7)
                self.assertFalse(ended(bad))

    def test_what_ends_a_session(self):
        for code in (-2203, -2402, -40401, 9999, 1):
            self.assertTrue(ended(b'{"error_code":%d}' % code))
        for text in (
            b'{"error_code":0}',
            b'{"error_code":"1"}',
            b'{"error_code":true}',
            b"[]",
            b"",
        ):
            self.assertFalse(ended(text))
        for code in (-2101, -40404):
            with self.assertRaises(WrongCredentials):
                ended(b'{"error_code":%d}' % code)

    def test_fields(self):
        """Each field of each answer, as something else."""
        for value in (None, True, 5, -1, 1 << 70, 0.5, "", "x", "é", "A" * 5000, [], {}, [[]]):
            service, login = self.steps()
            registered = json.loads(self.said(service, login.register()))
            share = login.share(json.dumps(registered).encode())
            shared = json.loads(self.said(service, share))
            for answer, step in ((registered, login.share), (shared, login.finish)):
                for name in answer["result"]:
                    result = {**answer["result"], name: value}
                    text = json.dumps({"error_code": 0, "result": result}).encode()
                    with contextlib.suppress(PlugError):
                        step(text)
                for text in (value, {"error_code": value}, {"error_code": 0, "result": value}):
                    with self.assertRaises(PlugError):
                        step(json.dumps(text).encode())


def request(body, path="/"):
    from tplink_exec.simulator.http_messages import KlapRequest

    return KlapRequest("POST %s HTTP/1.1" % path, body)


def mutated(data, chosen):
    data = bytearray(data)
    for _ in range(chosen.choice((1, 1, 2, 5))):
        place = chosen.randrange(len(data))
        kind = chosen.randrange(4)
        if kind == 0:
            data[place] ^= 1 << chosen.randrange(8)
        elif kind == 1:
            del data[place : place + chosen.randrange(1, 20)]
            data = data or bytearray(b"x")
        elif kind == 2:
            data[place:place] = chosen.getrandbits(64).to_bytes(8, "big")
        else:
            data[place] = chosen.randrange(256)
    return bytes(data)


if __name__ == "__main__":
    unittest.main()
