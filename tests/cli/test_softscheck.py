"""The dialect of softScheck's tplink_smartplug.py: its words, its JSON, its output."""

import unittest

from tests.support import FORMS, assert_failure, call, run, simulated
from tplink_exec.cli.main import understand

# The sixteen commands with their JSON, from tplink_smartplug.py (softScheck, 2024).
COMMANDS = {
    "info": '{"system":{"get_sysinfo":{}}}',
    "on": '{"system":{"set_relay_state":{"state":1}}}',
    "off": '{"system":{"set_relay_state":{"state":0}}}',
    "ledoff": '{"system":{"set_led_off":{"off":1}}}',
    "ledon": '{"system":{"set_led_off":{"off":0}}}',
    "cloudinfo": '{"cnCloud":{"get_info":{}}}',
    "wlanscan": '{"netif":{"get_scaninfo":{"refresh":0}}}',
    "time": '{"time":{"get_time":{}}}',
    "schedule": '{"schedule":{"get_rules":{}}}',
    "countdown": '{"count_down":{"get_rules":{}}}',
    "antitheft": '{"anti_theft":{"get_rules":{}}}',
    "reboot": '{"system":{"reboot":{"delay":1}}}',
    "reset": '{"system":{"reset":{"delay":1}}}',
    "energy": '{"emeter":{"get_realtime":{}}}',
    "energy_reset": '{"emeter":{"erase_emeter_stat":{}}}',
    "runtime_reset": '{"schedule":{"erase_runtime_stat":{}}}',
}


class Dialect(unittest.TestCase):
    def test_all_commands_with_their_json_and_their_output(self):
        for name, request in COMMANDS.items():
            with simulated("HS110", alias="灯") as plug:
                plug.device.clock = lambda: 1700000000.0
                result = call("-t", plug.host, "-p", str(plug.port), "-c", name, "--yes")
                self.assertEqual(list(plug.requests), [request.encode()], name)
                reply = plug.device.answer(request.encode())
            wanted = b"Sent:      " + request.encode() + b"\nReceived:  " + reply + b"\n"
            self.assertEqual((result.code, result.out, result.err), (0, wanted, b""))

    def test_the_ways_to_write_it(self):
        with simulated("HS110") as plug:
            port = str(plug.port)
            reply = b'{"system":{"set_relay_state":{"err_code":0}}}\n'
            for words in (
                ["-t", plug.host, "-p", port, "-q", "-c", "on"],
                ["-q", "-c", "on", "-p" + port, "-t" + plug.host],
                ["--target", plug.host, "--port", port, "--quiet", "--command", "on"],
                ["--target=" + plug.host, "--port=" + port, "-q", "--command=on"],
                ["--timeout", "3", "-q", "-p", port, "-c", "on", "-t", plug.host],
                ["-t", plug.host, "-p", port, "-q", "-j", COMMANDS["on"]],
                ["-t", plug.host, "-p", port, "-q", "--json", COMMANDS["on"]],
            ):
                plug.device.relay_state = 0
                result = call(*words)
                self.assertEqual((result.code, result.out, result.err), (0, reply, b""), words)
                self.assertEqual(plug.device.relay_state, 1)

    def test_booleans_are_on_and_off(self):
        for name, synonym in (("on", "true"), ("off", "false")):
            with simulated("HS110") as plug:
                place = "-t", plug.host, "-p", str(plug.port)
                wanted, result = call(*place, "-c", name), call(*place, "-c", synonym)
            self.assertEqual((result.code, result.out, result.err), (0, wanted.out, b""))

    def test_as_processes(self):
        reply = b'{"system":{"set_relay_state":{"err_code":0}}}\n'
        for form in FORMS.values():
            with simulated() as plug:
                place = ["-t", plug.host, "-p", str(plug.port)]
                result = run([*form, *place, "-q", "-c", "on"])
                self.assertEqual(result[:3], (0, reply, b""))
                assert_failure(self, run([*form, *place, "-c", "energy"]), 6)

    def test_a_long_reply_is_whole(self):
        """That client prints the first 2048 bytes at most."""
        with simulated("HS110", alias="x" * 5000) as plug:
            result = call("-t", plug.host, "-p", str(plug.port), "-q", "-c", "info")
            self.assertEqual(result.out, plug.device.answer(COMMANDS["info"].encode()) + b"\n")

    def test_failures_have_our_exit_codes_and_print_nothing(self):
        with simulated("HS100") as plug:
            place = ["-t", plug.host, "-p", str(plug.port)]
            start = b"tplink-exec: 127.0.0.1:%d: " % plug.port
            assert_failure(self, call(*place, "-c", "energy"), 6, start=start)
            assert_failure(self, call(*place, "-q", "-c", "energy"), 6, start=start)
        assert_failure(self, call(*place, "-q", "-c", "on"), 3, start=start)
        with simulated(fault="silent") as plug:
            place = ["-t", plug.host, "-p", str(plug.port), "--timeout", "0.2"]
            assert_failure(self, call(*place, "-c", "on"), 4, 0.2)
        with simulated("LB100") as bulb:
            place = ["-t", bulb.host, "-p", str(bulb.port)]
            assert_failure(self, call(*place, "-c", "on"), 6)

    def test_j_hands_on_a_reply_with_an_err_code(self):
        with simulated("HS100") as plug:
            place = ["-t", plug.host, "-p", str(plug.port)]
            request = COMMANDS["energy"]
            reply = plug.device.answer(request.encode()) + b"\n"
            result = call(*place, "-q", "-j", request)
            self.assertEqual((result.code, result.out), (6, reply))
            self.assertEqual(result.err.count(b"\n"), 1)
            result = call(*place, "-j", request)
            sent = b"Sent:      " + request.encode() + b"\nReceived:  "
            self.assertEqual((result.code, result.out), (6, sent + reply))

    def test_its_time_out_is_10_seconds(self):
        _, port, _, options = understand(["-t", "127.0.0.1", "-c", "on"])
        self.assertEqual((port, options["--timeout"]), (9999, 10.0))

    def test_wrong_usage(self):
        for words, says in (
            (["-t", "h", "-c", "reset"], "--yes"),
            (["-t", "h", "-c", "fly"], "unknown command fly; known are info, on,"),
            (["-t", "h"], "-c COMMAND or -j JSON"),
            (["-t", "h", "-c", "on", "-j", "{}"], "-c COMMAND or -j JSON"),
            (["-t", "h", "-j", "{'a':1}"], "single quotes: '{...}'"),
            (["-t", "h", "-j", "system:{}", "time:{}"], "single quotes: '{...}'"),
            (["-t", "h", "-c", "on", "-p", "0"], "PORT"),
            (["-t", "h", "-c", "on", "-p", "x"], "PORT"),
            (["-t", "h", "-c"], "--command takes"),
            (["-t"], "--target takes"),
            (["-t", "h", "-c", "on", "off"], "off"),
            (["-t", "h", "-c", "on", "--timeout", "0"], "--timeout"),
            (["-t", "h", "-c", "on", "--child", "1"], "unknown option --child"),
            (["-c", "on"], "unknown option -c"),
        ):
            result = call(*words)
            with self.subTest(words):
                assert_failure(self, result, 1)
                self.assertIn(says, result.err.decode())

    def test_help(self):
        self.assertIn(b"(-c COMMAND | -j JSON)", call("-t", "h", "--help").out)


if __name__ == "__main__":
    unittest.main()
