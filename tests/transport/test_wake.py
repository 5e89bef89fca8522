"""Ports that sleep until a probe comes; and addresses where nothing is, which pay no more."""

import contextlib
import socket
import threading
import time
import unittest
from unittest import mock

from tests.house import PORT, network
from tests.parallel import alone
from tests.proxy.serving import Proxy
from tests.support import (
    CLEAN,
    FORMS,
    SLACK_S,
    assert_failure,
    call,
    in_time,
    loop,
    needs_ipv6,
    run,
    start,
)
from tests.watch.watching import Case, Watch
from tplink_exec.simulator.aes_server import AesSimulator
from tplink_exec.simulator.klap_server import KlapSimulator
from tplink_exec.simulator.simulate import Simulator, played
from tplink_exec.transport import wake
from tplink_exec.transport.retry import PAUSES_S

TIMEOUT_S = "20"


@contextlib.contextmanager
def asleep(simulator, host, port=0):
    """A device whose TCP port is closed, and which the first probe wakes."""
    simulator.asleep = True
    simulator.host = host
    simulator.port = loop().call(simulator.start(host, port))
    try:
        yield simulator
    finally:
        loop().call(simulator.stop())


@contextlib.contextmanager
def listening(host, port=wake.TDP_PORT):
    """A UDP port that answers nothing; yields the list of what comes."""
    found = []
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as it:
        it.bind((host, port))
        it.settimeout(0.02)
        ended = threading.Event()

        def listen():
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    found.append(it.recv(2048))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            ended.set()
            thread.join(10)


class Sleeping(unittest.TestCase):
    def awakened(self, simulator, *words, port="9999", http=True):
        host = network() + ".1"
        with asleep(simulator, host, 0 if http else PORT) as device:
            more = ["--http-port", str(device.port)] if http else ["--http-port", "1"]
            for printed in (b"ON\n", b"OFF\n"):
                done = call(host, port, "toggle", "--print-state", *more, *words)
                self.assertEqual(done[:3], (0, printed, b""))

    def test_every_protocol(self):
        self.awakened(Simulator(played("HS100")), http=False)
        self.awakened(Simulator(played("HS100")), "--transport", "xor", http=False)
        for words in ((), ("--transport", "http")):
            self.awakened(KlapSimulator(played("HS100")), *words)
            self.awakened(KlapSimulator(played("KP125M")), *words, port="80")
            self.awakened(AesSimulator(played("KP125M")), *words)

    def test_a_plain_call(self):
        host = network() + ".1"
        with asleep(Simulator(played("HS100")), host, PORT):
            done = call(host, "9999", "check")
        self.assertEqual(done[:3], (0, b"OFF\n", b""))

    def test_the_simulator_plays_it(self):
        host = network() + ".1"
        words = ["simulate", "--model", "HS100", "--address", host, "--asleep"]
        with start([*FORMS["file"], *words]) as process:
            try:
                self.assertEqual(process.stdout.readline(), b"HS100 %s:9999\n" % host.encode())
                with socket.socket() as link, self.assertRaises(ConnectionRefusedError):
                    link.connect((host, PORT))
                done = run([*FORMS["file"], host, "9999", "check"], env=CLEAN)
                self.assertEqual(done[:3], (0, b"OFF\n", b""))
            finally:
                process.terminate()

    @needs_ipv6
    def test_ipv6(self):
        with asleep(Simulator(played("HS100")), "::1", PORT):
            done = call("::1", "9999", "check", "--transport", "xor")
        self.assertEqual(done[:3], (0, b"OFF\n", b""))

    def test_a_host_name(self):
        host = network() + ".1"
        with asleep(Simulator(played("HS100")), host, PORT):
            found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, PORT))]
            with mock.patch("tplink_exec.transport.lookup.resolve", lambda *_: found):
                done = call("plug.invalid", "9999", "check", "--transport", "xor")
        self.assertEqual(done[:3], (0, b"OFF\n", b""))


class Nothing(unittest.TestCase):
    def test_one_probe_and_one_more_try(self):
        host = network() + ".1"
        with listening(host) as tdp, listening(host, PORT) as xor:
            result = call(host, "9999", "check", "--http-port", "1")
        assert_failure(self, result, 3)
        self.assertEqual((tdp, xor), ([wake.KLAP_PROBE], [wake.XOR_PROBE]))
        self.assertIn(b"connection refused (and by HTTP port 1,", result.err)

    def test_something_that_answers_and_stays_closed(self):
        host = network() + ".1"
        with asleep(Simulator(played("HS100")), host, PORT) as plug:
            plug._wake = mock.Mock(side_effect=lambda listener: none())
            result = call(host, "9999", "check", "--timeout", TIMEOUT_S, "--transport", "xor")
            assert_failure(self, result, 3)
            self.assertGreater(result.seconds, sum(wake.WAKING_S))
            result = call(host, "9999", "check", "--timeout", "0.5", "--transport", "xor")
            assert_failure(self, result, 3)

    def test_a_stranger_s_answer_is_none(self):
        """Only what comes from the address that was probed is waited for."""
        here = network()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((here + ".2", 0))
            real = wake._answers
            with mock.patch.object(
                wake, "_answers", lambda link, address, end: real(Misled(link, other), address, end)
            ):
                self.assertEqual(wake.wake(here + ".1", 0.05), ())

    def test_not_a_broadcast(self):
        for host in ("255.255.255.255", "127.255.255.255", "nobody.invalid", ""):
            self.assertEqual(wake.wake(host, 0.01), ())


class Misled:
    """A UDP socket; somebody else answers what it sends."""

    def __init__(self, link, other):
        self.link, self.other = link, other
        self.settimeout, self.recvfrom = link.settimeout, link.recvfrom

    def sendto(self, data, place):
        self.link.sendto(data, place)
        port = self.link.getsockname()[1]
        self.other.sendto(b"x", (self.other.getsockname()[0], port))
        self.other.sendto(b"x", ("127.0.0.1", port))


async def none():
    pass


@alone
class InTime(unittest.TestCase):
    def test_where_nothing_is_it_takes_no_longer(self):
        host = network() + ".1"
        argv = [*FORMS["file"], host, "9999", "check", "--http-port", "1"]
        limit_s = sum(PAUSES_S["refused"]) + SLACK_S
        result = in_time(self, limit_s, lambda: run(argv, env=CLEAN))
        assert_failure(self, result, 3)


class Again(Case):
    def test_watch_wakes_it(self):
        host = network() + ".1"
        with asleep(Simulator(played("HS100")), host, PORT):
            watch = Watch(self, "--interval", "0.1", host)
            lines = [watch.line()]
            if lines[0].endswith("OFFLINE"):
                lines.append(watch.line())
            self.assertEqual(lines[-1], "HS100 1 OFF")

    def test_watch_does_not_probe_each_time(self):
        host = network() + ".1"
        with listening(host) as probes:
            watch = Watch(self, "--interval", "0.05", host)
            self.assertTrue(watch.line().endswith("OFFLINE"))
            time.sleep(1.5)
            self.assertEqual(probes, [wake.KLAP_PROBE])

    def test_proxy_wakes_it(self):
        host = network() + ".1"
        with asleep(Simulator(played("HS100")), host, PORT), Proxy(host) as proxy:
            self.assertEqual(proxy.ask("GET", "/%s/state" % host), (200, "OFF"))

    def test_proxy_does_not_probe_each_time(self):
        host = network() + ".1"
        with listening(host) as probes, Proxy(host) as proxy:
            for _ in range(3):
                status, text = proxy.ask("GET", "/%s/state" % host)
                self.assertEqual(status, 502)
                self.assertIn("connection refused", text)
            self.assertEqual(probes, [wake.KLAP_PROBE])

    def test_after_a_while_it_is_probed_again(self):
        host = network() + ".1"
        with listening(host) as probes, mock.patch.object(wake, "LEAST_S", 0.3):
            for _ in range(3):
                wake.wake(host, 0.01)
            self.assertEqual(len(probes), 1)
            time.sleep(0.3)
            wake.wake(host, 0.01)
            end = time.monotonic() + 5
            while len(probes) < 2 and time.monotonic() < end:
                time.sleep(0.01)
            self.assertEqual(len(probes), 2)


if __name__ == "__main__":
    unittest.main()
