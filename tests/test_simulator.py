"""simulate and demo as a user starts them, and what a simulated plug answers."""

import json
import signal
import socket
import subprocess
import unittest

from tests.support import FORMS, assert_failure, run, simulated
from tplink_exec.cipher import decrypt, encrypt
from tplink_exec.sim_models import MODELS, TOTAL_WH_AT_START, Plug


def ask(plug, module, method, arguments=None):
    request = json.dumps({module: {method: arguments}}).encode()
    return json.loads(plug.answer(request))[module].get(method)


class Simulated(unittest.TestCase):
    def test_the_state_is_kept(self):
        now = [1000.0]
        plug = Plug("HS100", clock=lambda: now[0])
        for state in (1, 1, 0, 1):
            self.assertEqual(
                ask(plug, "system", "set_relay_state", {"state": state}), {"err_code": 0}
            )
            self.assertEqual(ask(plug, "system", "get_sysinfo")["relay_state"], state)
        now[0] += 7
        self.assertEqual(ask(plug, "system", "get_sysinfo")["on_time"], 7)

    def test_what_it_refuses_and_in_which_words(self):
        plug = Plug("HS100")
        member = {"err_code": -2, "err_msg": "member not support"}
        module = {"err_code": -1, "err_msg": "module not support"}
        self.assertEqual(ask(plug, "system", "fly"), member)
        self.assertEqual(json.loads(plug.answer(b'{"fly":{"high":{}}}')), {"fly": module})
        self.assertEqual(ask(plug, "emeter", "get_realtime"), module)
        for state in (2, "1", None):
            self.assertEqual(
                ask(plug, "system", "set_relay_state", {"state": state})["err_code"], -3
            )
        for nonsense in (b"", b"ON", b"[]", b"\xff", b"[" * 100000):
            self.assertIsNone(plug.answer(nonsense))

    def test_as_lenient_as_devices(self):
        reply = Plug("HS100").answer(b' {"system": {"get_sysinfo": null}}}} ')
        self.assertEqual(json.loads(reply)["system"]["get_sysinfo"]["err_code"], 0)

    def test_both_generations_of_meters_count(self):
        for model, unit, total in (
            ("HS110", "power", "total"),
            ("HS110v4", "power_mw", "total_wh"),
        ):
            now = [0.0]
            plug = Plug(model, clock=lambda now=now: now[0])
            self.assertEqual(ask(plug, "emeter", "get_realtime")[unit], 0)
            ask(plug, "system", "set_relay_state", {"state": 1})
            now[0] += 10 * 3600
            reading = ask(plug, "emeter", "get_realtime")
            factor = 1 if model == "HS110" else 1000
            self.assertAlmostEqual(reading[unit], 61.753 * factor)
            wh = reading[total] * (1000 if model == "HS110" else 1)
            self.assertAlmostEqual(wh, TOTAL_WH_AT_START + 617.53, delta=1)

    def test_every_model_says_what_it_is(self):
        for model in MODELS:
            info = ask(Plug(model, 258), "system", "get_sysinfo")
            self.assertEqual(info.get("type", info.get("mic_type")), "IOT.SMARTPLUGSWITCH")
            self.assertEqual(info["mac"], "50:C7:BF:00:01:02")
            self.assertTrue(info["model"].startswith(model[:5]))

    def test_discovery_on_udp(self):
        with simulated() as plug, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            client.sendto(b"garbage", (plug.host, plug.port))
            client.sendto(encrypt(b'{"system":{"get_sysinfo":{}}}'), (plug.host, plug.port))
            reply = decrypt(client.recv(4096))
            self.assertEqual(json.loads(reply)["system"]["get_sysinfo"]["alias"], plug.device.alias)


class Simulate(unittest.TestCase):
    def start(self, *words):
        process = subprocess.Popen(
            [*FORMS["file"], "simulate", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        return process

    def test_several_models_on_consecutive_addresses(self):
        process = self.start(
            "--port", "0", "--address", "127.0.7.1", "--model", "HS110", "--model", "HS100"
        )
        lines = [process.stdout.readline().decode().split() for _ in range(2)]
        port = lines[0][1].rpartition(":")[2]
        self.assertEqual(lines, [["HS110", "127.0.7.1:" + port], ["HS100", "127.0.7.2:" + port]])
        self.assertEqual(run([*FORMS["file"], "127.0.7.1", port, "emeter"]).code, 0)
        self.assertEqual(run([*FORMS["file"], "127.0.7.2", port, "emeter"]).code, 6)

    def test_ipv6_and_the_default_model(self):
        process = self.start("--port", "0", "--address", "::1")
        name, place = process.stdout.readline().decode().split()
        self.assertEqual(name, "HS100")
        self.assertEqual(
            run([*FORMS["file"], "::1", place[len("[::1]:") :], "check"]).out, b"OFF\n"
        )

    def test_it_ends_by_the_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("--port", "0")
            process.stdout.readline()
            process.send_signal(number)
            _, err = process.communicate(timeout=5)
            self.assertEqual((process.returncode, err), (-number, b""))

    def test_a_fault(self):
        process = self.start("--port", "0", "--fault", "close-in-reply")
        port = process.stdout.readline().decode().strip().rpartition(":")[2]
        assert_failure(self, run([*FORMS["file"], "127.0.0.1", port, "check"]), 5)

    def test_a_port_in_use(self):
        with simulated() as plug:
            result = run([*FORMS["file"], "simulate", "--port", str(plug.port)])
        assert_failure(self, result, 2, start=b"tplink-exec: simulate: ")

    def test_wrong_usage(self):
        for words in (
            ["--model", "HS9"],
            ["--port", "x"],
            ["--port", "65536"],
            ["--address", "x"],
            ["now"],
            ["--address", "255.255.255.255", "--model", "HS100"],
        ):
            assert_failure(self, run([*FORMS["file"], "simulate", *words]), 1)


class Demo(unittest.TestCase):
    def test_demo(self):
        for form in FORMS.values():
            result = run([*form, "demo"])
            self.assertEqual((result.code, result.err), (0, b""))
            text = result.out.decode()
            self.assertRegex(text, r"\$ tplink-exec 127.0.0.1 \d+ check\nOFF\n")
            self.assertRegex(text, r" on\n\n\$ tplink-exec 127.0.0.1 \d+ check\nON\n")
            self.assertIn('"relay_state":1', text)
            self.assertRegex(text, r"connection refused.*\n\(exit code 3\)\n")


if __name__ == "__main__":
    unittest.main()
