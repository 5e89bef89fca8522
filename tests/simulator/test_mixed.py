"""simulate with devices of several transports, and the MACs by which they are told apart."""

import contextlib
import json
import re
import subprocess
import unittest

from tests.house import Folder, network
from tests.support import FORMS, ROOT, assert_failure, call
from tplink_exec.simulator.base import SimulatedDevice
from tplink_exec.simulator.models import MODELS
from tplink_exec.simulator.simulate import NAMES, TRANSPORTS, arguments, number_at, played, players
from tplink_exec.simulator.smart_models import SMART_MODELS


@contextlib.contextmanager
def simulate(*words, count=1):
    """A process; yields (model, address, port) of each device that it says it plays."""
    process = subprocess.Popen(
        [*FORMS["file"], "simulate", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=str(ROOT),
    )
    try:
        lines = [process.stdout.readline().decode() for _ in range(count)]
        yield [re.fullmatch(r"(\S+) (\S+):(\d+)\n", line).groups() for line in lines]
    finally:
        process.terminate()
        process.communicate()


def chosen(*words):
    """(model, transport) of each device that the words mean."""
    return players(arguments().parse_args(words))


class Macs(unittest.TestCase):
    def test_of_a_number(self):
        for number, mac, end in (
            (0, "50:C7:BF:00:00:00", "0" * 36),
            (258, "50:C7:BF:00:01:02", "%036X" % 258),
            (0xFFFFFF, "50:C7:BF:FF:FF:FF", "%036X" % 0xFFFFFF),
            (0x1000000, "50:C7:C0:00:00:00", "%036X" % 0x1000000),
            (-1, "50:C7:BE:FF:FF:FF", "%036X" % 0xFFFFFFFFFFFF),
        ):
            for model in ("HS100", "KP125M", "HS107"):
                it = played(model, number)
                self.assertEqual((it.mac, it.device_id), (mac, "8006" + end))

    def test_each_address_and_port_has_a_number_of_its_own(self):
        from ipaddress import ip_address

        self.assertEqual(number_at(ip_address("127.0.0.1"), 9999), 0)
        self.assertEqual(number_at(ip_address("127.0.0.4"), 9999), 3)
        hosts = ["127.0.0.%d" % n for n in range(1, 30)] + ["192.168.1.2", "10.0.0.2", "127.1.0.1"]
        hosts += ["::1", "::2", "fe80::1", "fd00::1"]
        places = [
            (ip_address(host), port) for host in hosts for port in (80, 8080, *range(9990, 10050))
        ]
        numbers = {number_at(*place) for place in places}
        self.assertEqual(len(numbers), len(places))
        self.assertTrue(all(0 <= number < 1 << 24 for number in numbers))


class Words(unittest.TestCase):
    def test_models_and_transports(self):
        for words, wanted in (
            ("", [("HS100", "xor")]),
            ("--model HS110 --model HS110", [("HS110", "xor")] * 2),
            ("--klap 1 --model HS110", [("HS110", "klap1")]),
            ("--klap 2", [("HS100", "klap2")]),
            ("--model KP125M --model HS300", [("KP125M", "klap2"), ("HS300", "xor")]),
            ("--model HS100:klap1 --model L530:klap2", [("HS100", "klap1"), ("L530", "klap2")]),
            ("--klap 1 --model HS100 --model HS110:xor", [("HS100", "klap1"), ("HS110", "xor")]),
            ("--klap 1 --model KP125M:klap2", [("KP125M", "klap2")]),
            ("--tpap --model L530 --model P300:aes", [("L530", "tpap"), ("P300", "aes")]),
            ("--aes --model L530 --model HS100:xor", [("L530", "aes"), ("HS100", "xor")]),
        ):
            self.assertEqual(chosen(*words.split()), wanted, words)

    def test_every_model_by_every_transport_that_fits(self):
        for model in [*MODELS, *SMART_MODELS]:
            fitting = [name for name, row in TRANSPORTS.items() if model in row.models]
            smart = ["klap2", "aes", "tpap"]
            self.assertEqual(fitting, smart if model in SMART_MODELS else ["xor", "klap1", "klap2"])
            for name in fitting:
                server = TRANSPORTS[name].server(played(model), "", login=("", ""))
                self.assertIsInstance(server.device, SimulatedDevice)

    def test_wrong_words(self):
        for words, said in (
            ("--model HS100:", "TRANSPORT is " + NAMES),
            ("--model HS100:klap", "HS100:klap: TRANSPORT is " + NAMES),
            ("--model HS100:klap1:klap2", "TRANSPORT is " + NAMES),
            ("--model HS9:klap1", "invalid choice: 'HS9:klap1'"),
            ("--model KP125M:xor", "KP125M speaks klap2 or aes or tpap only, not xor"),
            ("--model L530:klap1", "L530 speaks klap2 or aes or tpap only, not klap1"),
            ("--klap 1 --model L530", "L530 speaks klap2 or aes or tpap only, not klap1"),
            ("--model HS100:klap2 --model HS100 --fault html-200", "html-200 is none of xor"),
            ("--model HS100:klap2 --model HS100 --fault err-code", "err-code is none of klap2"),
            ("--tpap", "HS100 speaks xor or klap1 or klap2 only, not tpap"),
            ("--tpap --model HS100:klap2 --fault other-suite", "other-suite is none of klap2"),
            ("--aes", "HS100 speaks xor or klap1 or klap2 only, not aes"),
            ("--http-port 80", "go with --klap"),
            ("--model HS100:xor --login kasa", "go with --klap"),
            ("--mac 50:C7:BF:00:00", "--mac is a MAC like 50:C7:BF:00:00:01, not 50:C7:BF:00:00"),
            ("--mac 50:C7:BF:00:00:0G", "--mac is a MAC like"),
            ("--mac x", "--mac is a MAC like"),
        ):
            result = call("simulate", *words.split())
            assert_failure(self, result, 1)
            self.assertIn(said.encode(), result.err, words)


class Processes(Folder, unittest.TestCase):
    def discover(self, *words):
        """The rows by address."""
        result = call("discover", "--json", *words, environment=self.environment)
        self.assertEqual((result.code, result.err), (0, b""))
        return {row["host"]: row for row in json.loads(result.out)}

    def test_a_house_of_separate_calls(self):
        """Each has a MAC of its own, so that all are remembered."""
        here = network()
        with contextlib.ExitStack() as stack:
            for number in (2, 3, 4):
                words = ["--address", "%s.%d" % (here, number)]
                stack.enter_context(simulate(*words))
            found = self.discover("--target", here + ".0/29", "--save", "--timeout", "1")
            self.assertEqual(len(found), 3)
            self.assertEqual(len({row["mac"] for row in found.values()}), 3)
            self.assertEqual(len({row["alias"] for row in found.values()}), 3)
            with open(self.path) as file:
                self.assertEqual(len(json.load(file)["devices"]), 3)
            for row in found.values():
                result = call(row["mac"], "9999", "check", environment=self.environment)
                self.assertEqual((result.code, result.out), (0, b"OFF\n"), result.err)

    def test_the_same_call_gives_the_same_mac(self):
        words = ["--address", network() + ".7", "--port"]
        macs = []
        port = "0"
        for _ in range(2):
            with simulate(*words, port) as [(_, host, port)]:
                result = call(host, port, "get", "mac")
                macs.append(result.out)
        with simulate(*words, "0") as [(_, host, port)]:
            macs.append(call(host, port, "get", "mac").out)
        self.assertEqual(macs[0], macs[1])
        self.assertNotEqual(macs[0], macs[2])

    def test_a_given_mac_and_the_next_ones(self):
        here = network()
        words = "--mac b0-95-75-00-00-ff --model HS107 --model HS100:klap2 --http-port 0".split()
        with simulate(*words, "--address", here + ".1", count=2) as [(_, one, _), (_, two, _)]:
            found = self.discover("--target", one, "--target", two, "--timeout", "1")
            self.assertEqual(found[one]["mac"], "B0:95:75:00:00:FF")
            self.assertEqual(found[two]["mac"], "B0:95:75:00:01:00")

    def test_three_transports_at_once(self):
        here = network()
        words = "--model HS110 --model HS100:klap1 --model KP125M:klap2 --model LB130".split()
        words += ["--http-port", "0", "--address", here + ".1"]
        with simulate(*words, count=4) as lines:
            hosts = ["%s.%d" % (here, number) for number in (1, 2, 3, 4)]
            models = ["HS110", "HS100", "KP125M", "LB130"]
            self.assertEqual([line[:2] for line in lines], list(zip(models, hosts)))
            ports = [line[2] for line in lines]
            self.assertEqual((ports[0], ports[3], ports[1]), ("9999", "9999", ports[2]))
            found = self.discover("--target", here + ".0/29", "--save", "--timeout", "1.5")
            self.assertEqual(
                [found[host]["transport"] for host in hosts], ["xor", "klap", "klap", "xor"]
            )
            self.assertEqual(len({found[host]["mac"] for host in hosts}), 4)
            for host, http_port in zip(hosts, ports):
                for words, printed in ((["on"], b""), (["check"], b"ON\n")):
                    result = call(host, "9999", "--http-port", http_port, *words)
                    self.assertEqual(result[:3], (0, printed, b""))
                result = call(found[host]["mac"], "9999", "check", environment=self.environment)
                self.assertEqual(result[:3], (0, b"ON\n", b""))

    def test_a_fault_of_all_transports(self):
        here = network()
        words = ["--fault", "silent", "--model", "HS100", "--model", "HS100:klap2"]
        words += ["--http-port", "0", "--address", here + ".1"]
        with simulate(*words, count=2) as [(_, one, port), (_, two, http_port)]:
            for where in ([one, port], [two, "80", "--http-port", http_port]):
                result = call(*where, "check", "--timeout", "0.3")
                assert_failure(self, result, 4, 0.3)


if __name__ == "__main__":
    unittest.main()
