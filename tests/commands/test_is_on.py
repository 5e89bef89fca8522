"""is-on: its exit code is the answer, and 8 is nobody else's."""

import subprocess
import unittest

from tests import support
from tests.support import (
    FORMS,
    SINGLE_FILE,
    assert_failure,
    klap_simulated,
    needs_first_line,
    run,
    simulated,
)
from tplink_exec import errors
from tplink_exec.cli.usage import EXIT_CODES
from tplink_exec.commands.state import EXIT_OFF
from tplink_exec.commands.table import rows


def call(device, *words):
    place = [device.host, str(device.port)]
    if getattr(device, "http_port", None):
        place += ["--http-port", str(device.http_port)]
    return support.call(*place, *words)


class IsOn(unittest.TestCase):
    def ask(self, device, code, *words):
        result = call(device, "is-on", *words)
        self.assertEqual((result.code, result.out, result.err), (code, b"", b""), words)

    def test_each_family(self):
        for model in ("HS100", "HS220", "LB130", "KL430"):
            with simulated(model) as device:
                self.ask(device, 8)
                call(device, "on")
                self.ask(device, 0)
                self.ask(device, 0, "--print-state")
                self.ask(device, 0, "--quiet")

    def test_smart_devices(self):
        for model in ("KP125M", "L530"):
            with klap_simulated(model) as device:
                self.ask(device, 8)
                call(device, "on")
                self.ask(device, 0)

    def test_strips(self):
        for strip in (simulated("HS300"), klap_simulated("P300")):
            with strip as device:
                self.ask(device, 8)
                call(device, "on", "--child", "2")
                for words, code in (((), 0), (("--child", "1"), 8), (("--child=2",), 0)):
                    self.ask(device, code, *words)

    def test_failures_have_their_own_codes(self):
        with simulated("HS300") as strip:
            assert_failure(self, call(strip, "is-on", "--child", "9"), 1)
            assert_failure(self, call(strip, "is-on", "now"), 1)
        assert_failure(self, call(strip, "is-on"), 3)
        with simulated(fault="silent") as plug:
            assert_failure(self, call(plug, "is-on", "--timeout", "0.3"), 4)
        with simulated(fault="not-json") as plug:
            assert_failure(self, call(plug, "is-on"), 5)
        with klap_simulated("H100") as hub:
            assert_failure(self, call(hub, "is-on"), 6)
        with klap_simulated("KP125M", login=("a@example.com", "secret")) as plug:
            assert_failure(self, call(plug, "is-on"), 7)

    def test_no_failure_has_its_code(self):
        self.assertEqual(rows(EXIT_CODES)[str(EXIT_OFF)], ["from is-on only: the device is off"])
        classes = [errors.PlugError, *errors.PlugError.__subclasses__()]
        self.assertEqual(len(classes), 9)
        self.assertNotIn(EXIT_OFF, [each.exit_code for each in classes])

    def test_others_are_0_for_a_device_that_is_off(self):
        with simulated("HS110") as plug:
            for words in (["check"], ["off", "--print-state"], ["status"], ["brightness"]):
                self.assertEqual(call(plug, *words).code, 0)

    def test_debug_shows_the_exchange(self):
        with simulated() as plug:
            result = call(plug, "is-on", "--debug")
        self.assertEqual((result.code, result.out, result.err.count(b"\n")), (8, b"", 2))

    def test_as_processes(self):
        with simulated() as plug:
            for form in FORMS.values():
                for state, code in ((0, 8), (1, 0)):
                    plug.device.relay_state = state
                    result = run([*form, plug.host, str(plug.port), "is-on"])
                    self.assertEqual(result[:3], (code, b"", b""), form)

    @needs_first_line
    def test_a_condition_of_a_shell(self):
        with simulated() as plug:
            ask = 'if "$0" "$@" is-on; then echo yes; else echo "no, $?"; fi'
            for state, said in ((0, b"no, 8\n"), (1, b"yes\n")):
                plug.device.relay_state = state
                words = ["sh", "-c", ask, str(SINGLE_FILE), plug.host, str(plug.port)]
                self.assertEqual(subprocess.check_output(words), said)


if __name__ == "__main__":
    unittest.main()
