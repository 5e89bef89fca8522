"""Every fault that the simulator plays, with check, on and toggle, as processes in both forms.

For each: the exit code of the contract's table, nothing on standard output, one line on
standard error, gone in time; and what the device got is counted.
"""

import unittest
from concurrent.futures import ThreadPoolExecutor

from tests.support import FORMS, assert_failure, run, sets, simulated
from tplink_exec.simulator.faults import FAULTS
from tplink_exec.simulator.simulate import BACKLOG

TIMEOUT_S = 1.2
DEFAULT_TIMEOUT_S = 5
START_S = 0.3
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
    "not-utf-8": 5,
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


class Faults(unittest.TestCase):
    def test_every_fault_has_an_expectation(self):
        self.assertEqual({fault for fault, _ in EXPECTED}, {*FAULTS, BACKLOG})

    def test_as_processes(self):
        self.play_all((fault, name, form, TIMEOUT_S) for fault, name in EXPECTED for form in FORMS)

    def test_plain_calls(self):
        """Without any option: `plain`, and what it hands over to the general code."""
        self.play_all((f, name, "file", None) for f, name in EXPECTED if name != "toggle")

    def play_all(self, cases):
        cases = sorted(cases, key=lambda case: EXPECTED[case[:2]] != 4)  # those that wait first
        with ThreadPoolExecutor(5) as pool:
            for case, outcome in zip(cases, pool.map(self.play, cases)):
                with self.subTest(case):
                    self.judge(case, *outcome)

    def play(self, case):
        fault, name, form, timeout_s = case
        with simulated(fault=fault, state=0) as plug:
            words = [plug.host, str(plug.port), name]
            words += ["--timeout", str(timeout_s)] if timeout_s else []
            return run(FORMS[form] + words), plug

    def judge(self, case, result, plug):
        fault, name, form, timeout_s = case
        # Not the program's: what Python takes to start it as a package, with site, side by side.
        slack_s = START_S if form == "package" else 0
        code = EXPECTED[fault, name]
        if code:
            place = "tplink-exec: 127.0.0.1:%d: " % plug.port
            limit_s = (timeout_s or DEFAULT_TIMEOUT_S) + slack_s
            assert_failure(self, result, code, limit_s, place.encode())
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


if __name__ == "__main__":
    unittest.main()
