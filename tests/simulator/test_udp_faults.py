"""What a simulated device answers by UDP: each fault there, and questions to several modules."""

import asyncio
import json
import re
import socket
import time
import unittest

from tests.simulator.test_mixed import simulate
from tests.support import ROOT, assert_failure, call, loop, network, simulated
from tplink_exec.cipher import decrypt, encrypt
from tplink_exec.simulator.lights import BULBS, LIGHT_STRIPS
from tplink_exec.simulator.models import MODELS, device
from tplink_exec.simulator.simulate import arguments, faults
from tplink_exec.simulator.udp_faults import LATE_S, LOSS, UDP_FAULTS

SYSINFO = {"system": {"get_sysinfo": {}}}
BOTH = {**SYSINFO, "emeter": {"get_realtime": {}}}
PATIENCE_S = 10
NEVER_S = 0.15
"""How long a datagram that must not come is waited for: less than LATE_S."""


class Client:
    """A UDP socket that may ask a simulated device; `it` may answer from anywhere."""

    def __init__(self, test, it):
        self.it = it
        self.link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.link.bind((it.host, 0))
        test.addCleanup(self.link.close)

    def ask(self, request=SYSINFO):
        self.link.sendto(encrypt(json.dumps(request).encode()), (self.it.host, self.it.port))

    def receive(self, timeout_s=PATIENCE_S):
        """(datagram, decrypted; host; port); None when nothing comes in time."""
        self.link.settimeout(timeout_s)
        try:
            data, (host, port) = self.link.recvfrom(65535)
        except socket.timeout:
            return None
        return decrypt(data), host, port

    def answer(self, timeout_s=PATIENCE_S):
        """get_sysinfo's relay_state, of an answer from where it was asked."""
        data, host, port = self.receive(timeout_s)
        assert (host, port) == (self.it.host, self.it.port), (host, port)
        return json.loads(data.decode())["system"]["get_sysinfo"]["relay_state"]


class Faults(unittest.TestCase):
    def client(self, udp_fault, **options):
        options.setdefault("address", network() + ".1")
        context = simulated(**options)
        it = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        it.udp_fault = udp_fault
        return Client(self, it)

    def test_none(self):
        client = self.client("", state=1)
        for _ in range(3):
            client.ask()
            self.assertEqual(client.answer(), 1)
        self.assertIsNone(client.receive(NEVER_S))
        client.ask({"emeter": {"get_realtime": {}}})
        self.assertIsNotNone(client.receive())
        self.assertEqual((client.it.datagrams, len(client.it.questions)), (3, 4))
        self.assertEqual((client.it.connections, len(client.it.requests)), (0, 0))

    def test_silent(self):
        client = self.client("udp-silent", state=1)
        client.ask()
        self.assertIsNone(client.receive(NEVER_S))
        self.assertEqual(client.it.datagrams, 1)
        self.assertEqual(call(client.it.host, str(client.it.port), "check").out, b"ON\n")
        client.it.udp_fault = ""
        client.ask()
        self.assertEqual(client.answer(), 1)

    def test_silent_on_tcp_only(self):
        client = self.client("", fault="silent")
        client.ask()
        self.assertEqual(client.answer(), 0)
        result = call(client.it.host, str(client.it.port), "check", "--timeout", "0.2")
        assert_failure(self, result, 4)

    def test_lossy(self):
        """About as many as LOSS says, and the same ones for the same device."""
        series = []
        for _ in range(2):
            client = self.client("udp-lossy")
            for number in range(100):
                client.it.device.alias = str(number)
                client.ask()
                loop().call(asked(client.it, number + 1))
            came = list(iter(lambda c=client: c.receive(NEVER_S), None))
            aliases = [
                json.loads(data.decode())["system"]["get_sysinfo"]["alias"] for data, *_ in came
            ]
            series.append(aliases)
        self.assertEqual(*series)
        self.assertLess(abs(len(series[0]) - 100 * (1 - LOSS)), 15)

    def test_late(self):
        client = self.client("udp-late", state=1)
        started = time.monotonic()
        client.ask()
        loop().call(asked(client.it, 1))
        client.it.device.relay_state = 0
        self.assertEqual(client.answer(), 1)  # what it was when it was asked
        self.assertGreater(time.monotonic() - started, LATE_S - 0.05)

    def test_late_by_one(self):
        client = self.client("udp-late-by-one", state=1)
        client.ask()
        self.assertIsNone(client.receive(NEVER_S))
        for state in (0, 1, 0):
            client.it.device.relay_state = state
            client.ask()
            self.assertEqual(client.answer(), 1 - state)
        self.assertIsNone(client.receive(NEVER_S))
        other = Client(self, client.it)
        other.ask()
        self.assertEqual(client.answer(), 0)  # it goes to where it was asked for
        self.assertIsNone(other.receive(NEVER_S))

    def test_twice(self):
        client = self.client("udp-twice", state=1)
        client.ask()
        first, second = client.receive(), client.receive()
        self.assertEqual(first, second)
        self.assertIsNone(client.receive(NEVER_S))

    def test_from_elsewhere(self):
        for fault, same in (("udp-another-address", 2), ("udp-another-port", 1)):
            client = self.client(fault)
            client.ask()
            data, *place = client.receive()
            self.assertIn("get_sysinfo", json.loads(data.decode())["system"])
            own = client.it.host, client.it.port
            self.assertEqual([a == b for a, b in zip(place, own)], [same == 1, same == 2])
            self.assertIsNone(client.receive(NEVER_S))

    def test_garbage(self):
        client = self.client("udp-garbage")
        client.ask()
        with self.assertRaises(ValueError):
            json.loads(client.receive()[0].decode("latin-1"))

    def test_cut(self):
        client = self.client("udp-cut")
        client.ask()
        halves = client.link.recv(65535), client.link.recv(65535)
        whole = decrypt(b"".join(halves))
        self.assertEqual(json.loads(whole.decode())["system"]["get_sysinfo"]["relay_state"], 0)
        for half in halves:
            with self.assertRaises(ValueError):
                json.loads(decrypt(half).decode("latin-1"))

    def test_err_code(self):
        client = self.client("udp-err-code")
        client.ask()
        refusal = {"err_code": -3, "err_msg": "invalid argument"}
        answer = json.loads(client.receive()[0].decode())
        self.assertEqual(answer, {"system": {"get_sysinfo": refusal}})

    def test_one_module(self):
        client = self.client("udp-one-module", model="HS110")
        client.ask(BOTH)
        self.assertIsNone(client.receive(NEVER_S))
        client.ask()
        self.assertEqual(client.answer(), 0)
        self.assertEqual(client.it.datagrams, 2)


async def asked(it, count):
    """Return when the device has been asked so often."""
    for _ in range(1000):
        if it.datagrams >= count:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("not asked")


class SeveralModules(unittest.TestCase):
    """All are answered in one reply, each in its own place."""

    def test_sysinfo_and_meter(self):
        for model in MODELS:
            with self.subTest(model):
                it = device(model)
                light = model in {**BULBS, **LIGHT_STRIPS}
                meter = "smartlife.iot.common.emeter" if light else "emeter"
                request = {**SYSINFO, meter: {"get_realtime": {}}}
                reply = json.loads(it.answer(json.dumps(request).encode()))
                self.assertEqual(list(reply), list(request))
                self.assertEqual(reply["system"]["get_sysinfo"]["err_code"], 0)
                reading = reply[meter].get("get_realtime", reply[meter])
                metered = light or "ENE" in it.info["feature"]
                self.assertEqual(reading["err_code"], 0 if metered else -1)

    def test_a_module_that_it_does_not_have(self):
        it = device("HS110")
        reply = json.loads(it.answer(json.dumps({**BOTH, "tag": {"17": {}}}).encode()))
        self.assertEqual(reply["tag"], {"err_code": -1, "err_msg": "module not support"})
        self.assertEqual(reply["emeter"]["get_realtime"]["err_code"], 0)
        self.assertEqual(reply["system"]["get_sysinfo"]["err_code"], 0)


class Words(unittest.TestCase):
    def test_one_of_each_kind(self):
        for words, wanted in (
            ("", ("", "")),
            ("--fault silent", ("silent", "")),
            ("--fault udp-late", ("", "udp-late")),
            ("--fault udp-silent --fault backlog", ("backlog", "udp-silent")),
        ):
            self.assertEqual(faults(arguments().parse_args(words.split())), wanted)
        for words, said in (
            ("--fault silent --fault garbage", "--fault: one for TCP, and one for UDP"),
            ("--fault udp-late --fault udp-cut", "--fault: one for TCP, and one for UDP"),
            ("--klap 2 --fault udp-late", "--fault udp-late is none of klap2"),
        ):
            result = call("simulate", "--port", "0", *words.split())
            assert_failure(self, result, 1)
            self.assertIn(said.encode(), result.err)

    def test_a_process_plays_both(self):
        words = "--port", "0", "--fault", "silent", "--fault", "udp-err-code"
        with simulate(*words) as [(_, host, port)]:
            assert_failure(self, call(host, port, "check", "--timeout", "0.2"), 4)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
                link.settimeout(PATIENCE_S)
                link.sendto(encrypt(json.dumps(SYSINFO).encode()), (host, int(port)))
                self.assertIn(b"invalid argument", decrypt(link.recv(65535)))

    def test_the_table_in_the_docs(self):
        text = (ROOT / "docs" / "simulate.md").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"^\| (udp-\S+) \|", text, re.MULTILINE), list(UDP_FAULTS))

    def test_every_fault_has_a_test(self):
        tests = {name for name in dir(Faults) if name.startswith("test_")}
        for fault in UDP_FAULTS:
            name = "test_" + fault[4:].replace("-", "_")
            self.assertTrue(name in tests or "another" in name, fault)


if __name__ == "__main__":
    unittest.main()
