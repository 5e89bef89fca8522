"""Every fault that the simulator plays, with check, on and toggle.

For each: the exit code of the contract's table, nothing on standard output, one line on
standard error, gone in time; and what the device got is counted.
"""

import contextlib
import unittest
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from tests.parallel import alone, early
from tests.support import (
    FORMS,
    SLACK_S,
    assert_failure,
    call,
    in_time,
    run,
    sets,
    simulated,
)
from tplink_exec import plain
from tplink_exec.simulator.faults import FAULTS
from tplink_exec.simulator.simulate import BACKLOG

LATE_S, TIMEOUT_S = 0.5, 20.0
"""The deadline where it is waited for; and where it is not, whatever else the machine does."""
SHORT_S = 0.25
DEFAULT_TIMEOUT_S = 5
SAME = {
    "silent": 4,
    BACKLOG: 4,
    "dribble": 4,
    "close-before-reply": 3,
    "close-in-length": 5,
    "close-in-reply": 5,
    "reset-before-reply": 3,
    "reset-in-reply": 5,
    "announce-4-gib": 5,
    "announce-0": 5,
    "announce-too-little": 5,
    "announce-too-much": 4,
    "garbage": 5,
    "not-json": 5,
    "list": 5,
    "number": 5,
    "deep-nesting": 5,
    "not-utf-8": 0,
    "nul": 5,
    "empty-object": 5,
    "other-module": 5,
    "err-code": 6,
    "one-byte-segments": 0,
    "slow-reply": 0,
    "two-replies": 0,
    "drop-first": 0,
    "close-after-reply": 0,
}
"""Exit code by fault, the same for all commands."""
EXPECTED = {
    (fault, name): code for fault, code in SAME.items() for name in ("check", "on", "toggle")
}
EXPECTED.update({("sysinfo-instead", "on"): 5, ("sysinfo-instead", "toggle"): 5})
ASKED_TWICE = {("sysinfo-instead", "toggle"), ("err-code", "on")}
"""toggle reads first; a device that refuses to be switched is asked what it is."""
RETRIED = ("close-before-reply", "reset-before-reply")
TRIES = 4


LATE = [fault for fault, code in SAME.items() if code == 4]
FEW = "silent", "close-before-reply", "reset-in-reply", "garbage", "err-code", "drop-first"
"""Those that both forms meet as processes."""


@contextlib.contextmanager
def deadline(seconds):
    """A default other than 5 s, for plain calls in this process."""
    with mock.patch.object(plain, "TIMEOUT_S", seconds):
        yield


class Player:
    def judge(self, fault, name, result, plug):
        code = EXPECTED[fault, name]
        if code:
            place = "tplink-exec: 127.0.0.1:%d: " % plug.port
            assert_failure(self, result, code, start=place.encode())
        else:
            printed = b"OFF\n" if name == "check" else b""
            self.assertEqual((result.code, result.out, result.err), (0, printed, b""))
        self.count(fault, name, code, plug)

    def count(self, fault, name, code, plug):
        """What was sent: a broken answer is never asked for again, a drop is three times."""
        if fault == BACKLOG:
            self.assertEqual(plug.connections, 0)
        elif fault in RETRIED:
            self.assertEqual((plug.connections, len(plug.requests)), (TRIES, TRIES))
        elif code:
            wanted = 2 if (fault, name) in ASKED_TWICE else 1
            self.assertEqual(len(plug.requests), wanted)
        else:
            self.assertEqual(
                len(sets(plug)),
                {"check": 0}.get(name, 1) + (fault == "drop-first" and name == "on"),
            )
            self.assertEqual(plug.device.relay_state, 0 if name == "check" else 1)


class Command(Player):
    """Each fault with a command, `name`, as `plain` meets it and as the general code does."""

    def play(self, *options):
        for fault, name in EXPECTED:
            if name == self.name:
                timeout_s = LATE_S if fault in LATE else TIMEOUT_S
                words = [*options, str(timeout_s)] if options else []
                with self.subTest((fault, name, words)), simulated(fault=fault) as plug:
                    with deadline(timeout_s):
                        result = call(plug.host, str(plug.port), name, *words)
                    self.judge(fault, name, result, plug)

    def test_plain(self):
        self.play()

    def test_with_an_option(self):
        self.play("--timeout")


@early
class Check(Command, unittest.TestCase):
    name = "check"

    def test_every_fault_has_an_expectation(self):
        self.assertEqual({fault for fault, _ in EXPECTED}, {*FAULTS, BACKLOG})


@early
class On(Command, unittest.TestCase):
    name = "on"


@early
class Toggle(Command, unittest.TestCase):
    name = "toggle"
    test_plain = None  # it never is


@early
class Processes(Player, unittest.TestCase):
    def test_few_in_each_form(self):
        few = [*((fault, "on") for fault in FEW), ("sysinfo-instead", "toggle")]
        self.play(4, [(*case, form) for form in FORMS for case in few])

    def test_5_seconds(self):
        cases = [(fault, name, "file") for fault in LATE for name in ("check", "on")]
        for result in self.play(len(cases), cases, default=True):
            self.assertGreater(result.seconds, DEFAULT_TIMEOUT_S)

    def play(self, count, cases, default=False):
        """`count` of them at a time, as they wait more than they work."""
        with ThreadPoolExecutor(count) as pool:
            outcomes = list(pool.map(lambda case: self.process(*case, default), cases))
        for (fault, name, form), outcome in zip(cases, outcomes):
            with self.subTest((fault, name, form)):
                self.judge(fault, name, *outcome)
        return [result for result, _ in outcomes]

    def process(self, fault, name, form, default):
        timeout_s = 2 if fault in LATE else TIMEOUT_S
        with simulated(fault=fault) as plug:
            words = [] if default else ["--timeout", str(timeout_s)]
            return run([*FORMS[form], plug.host, str(plug.port), name, *words]), plug


@alone
class InTime(unittest.TestCase):
    def test_processes(self):
        cases = [(fault, name) for fault in LATE for name in ("check", "on", "toggle")]
        with ThreadPoolExecutor(4) as pool:
            for result in pool.map(self.process, cases):
                assert_failure(self, result, 4)

    def process(self, case):
        fault, name = case
        with simulated(fault=fault) as plug:
            words = [plug.host, str(plug.port), name, "--timeout", str(SHORT_S)]
            return in_time(self, SHORT_S + SLACK_S, lambda: run([*FORMS["file"], *words]))

    def test_plain_calls(self):
        for fault in LATE:
            for name in ("check", "on"):
                with simulated(fault=fault) as plug, deadline(SHORT_S):
                    words = plug.host, str(plug.port), name
                    result = in_time(self, SHORT_S + SLACK_S, lambda words=words: call(*words))
                    assert_failure(self, result, 4)


if __name__ == "__main__":
    unittest.main()
