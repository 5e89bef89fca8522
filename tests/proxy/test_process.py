"""The proxy as a process: how it starts, lives and ends."""

import http.client
import os
import signal
import socket
import subprocess
import time
import unittest

from tests.forked import ran
from tests.house import network, started, without_dns
from tests.proxy.serving import PATIENCE_S, Proxy, Served, at, memory_kib
from tests.support import FORMS, assert_failure, run, simulated, start
from tplink_exec.simulator.models import device
from tplink_exec.simulator.simulate import Simulator


class Process(Served):
    def test_signals(self):
        for form in FORMS:
            for number in (signal.SIGTERM, signal.SIGINT):
                plug = self.enter(simulated(fault="silent"))
                proxy = self.enter(Proxy("--debug", at(plug), form=form))
                with proxy.connect() as busy, proxy.connect():
                    busy.sendall(b"GET /%s/state HTTP/1.0\r\n\r\n" % at(plug).encode())
                    end = time.monotonic() + PATIENCE_S
                    while not plug.requests and time.monotonic() < end:
                        time.sleep(0.01)
                    proxy.process.send_signal(number)
                    self.assertEqual(proxy.process.wait(PATIENCE_S), -number)
                self.assertNotIn("Traceback", proxy.said())
                again = self.enter(Proxy(at(plug), port=str(proxy.port)))
                self.assertEqual(again.port, proxy.port)

    def test_the_first_line(self):
        for words, wanted, other in (
            ((), "--local-addr", "WARNING"),
            (("--local-addr", "localhost"), "--local-addr", "WARNING"),
            (("--local-addr", "0.0.0.0"), "WARNING", "--local-addr"),
        ):
            with Proxy(*words, "192.0.2.1", "x\x1by") as proxy:
                self.assertIn(wanted, proxy.line)
                self.assertNotIn(other, proxy.line)
                self.assertIn("for 192.0.2.1, x\\x1by; ", proxy.line)

    def test_a_port_in_use(self):
        proxy, plug = self.served("HS100")
        for form in FORMS:
            words = ["proxy", "-l", str(proxy.port), at(plug)]
            result = run([*FORMS[form], *words])
            assert_failure(self, result, 2)
            self.assertIn(b"in use", result.err)
        for address in ("192.0.2.1", "nothing.invalid"):
            words = ["proxy", "-l", "0", "--local-addr", address, at(plug)]
            with without_dns():
                assert_failure(self, ran(*words), 2)

    def test_wrong_usage(self):
        for words in (
            [],
            ["-l", "x", "a"],
            ["-l", "65536", "a"],
            ["-p", "0", "a"],
            ["a", "A"],
            [""],
            ["[]:1"],
            ["--fly", "a"],
        ):
            assert_failure(self, ran("proxy", *words), 1)
        for form in FORMS.values():
            assert_failure(self, run([*form, "proxy"]), 1)

    def test_ipv6(self):
        with socket.socket(socket.AF_INET6) as probe:
            try:
                probe.bind(("::1", 0))
            except OSError:
                self.skipTest("no IPv6 here")
        plug = self.enter(simulated(address="::1"))
        name = "[::1]:%d" % plug.port
        proxy = self.enter(Proxy("--local-addr", "::1", name))
        self.assertIn("http://[::1]:%d/" % proxy.port, proxy.line)
        self.assertEqual(proxy.ask("GET", "/%s/state" % name), (200, "OFF"))
        proxy = self.enter(Proxy("-p", str(plug.port), "::1"))
        self.assertEqual(proxy.ask("GET", "/::1/state"), (200, "OFF"))

    def test_a_network_that_comes_and_goes(self):
        host, port, path, proxy = network() + ".1", 0, "", None
        for _ in range(3):
            if proxy:
                self.assertEqual(proxy.ask("GET", path)[0], 502)
            with started(Simulator(device("HS100")), host, port, None) as plug:
                port, path = plug.port, "/%s/state" % at(plug)
                proxy = proxy or self.enter(Proxy(at(plug)))
                for _ in range(3):
                    self.assertEqual(proxy.ask("GET", path), (200, "OFF"))
        self.assertEqual(proxy.said(), "")

    def test_debug_tells_one_line_an_event(self):
        proxy, plug = self.served("HS100", words=["--debug"])
        self.assertEqual(proxy.ask("GET", "/%s/state" % at(plug)), (200, "OFF"))
        body = '{"netif":{"set_stainfo":{"ssid":"x","password":"hunter2","key_type":3}}}'
        proxy.command(body)
        proxy.raw(b"\x1b[2J\r\n\r\n")
        lines = proxy.said().splitlines()
        self.assertEqual(len(lines), 7, lines)
        for line, pattern in zip(
            lines,
            (
                r"\S+: > \{.*get_sysinfo",
                r"\S+: < \{.*relay_state",
                r"127\.0\.0\.1 GET /\S+/state 200 in [\d.]+ ms",
                r'\S+: > \{.*"password":"\*\*\*"',
                r"\S+: < \(not shown",
                r"127\.0\.0\.1 POST /command 200 in [\d.]+ ms",
                r"127\.0\.0\.1 400 ",
            ),
        ):
            self.assertRegex(line, "^tplink-exec: " + pattern)
        self.assertNotIn("hunter2", proxy.said())

    def test_memory_does_not_grow(self):
        proxy, plug, silent = self.served("HS100", "HS100", form="file")
        silent.fault = "close-before-reply"
        path = "/%s/state" % at(plug)

        def some():
            connection = http.client.HTTPConnection(proxy.host, proxy.port, timeout=10)
            for number in range(250):
                connection.request("GET" if number % 2 else "PUT", path, "ON")
                connection.getresponse().read()
            connection.close()
            for _ in range(40):
                proxy.raw(b"x\r\n\r\n")
                with proxy.connect() as link:
                    link.sendall(b"GET /")

        some()
        some()
        before = memory_kib(proxy.process)
        for _ in range(3):
            some()
        if before:
            self.assertLess(memory_kib(proxy.process), before + 400)

    def test_nobody_reads_its_output(self):
        plug = self.enter(simulated())
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        ours = self.enter(socket.socket())  # so that nobody else gets the port
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ours.bind(("127.0.0.1", 0))
        port = ours.getsockname()[1]
        argv = [*FORMS["file"], "proxy", "--debug", "-l", str(port), at(plug)]
        closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *argv]
        for words, output, times in (argv, write, 400), (closed, subprocess.DEVNULL, 40):
            process = start(words, stdout=output, stderr=output)
            try:
                found = answered(port, "/%s/state" % at(plug), times)
                self.assertEqual(found, [b"OFF"] * times)
            finally:
                process.kill()
                process.wait()
        os.close(write)


def answered(port, path, times):
    """The bodies of so many requests, the first as soon as somebody listens."""
    end = time.monotonic() + 20
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    bodies = []
    while len(bodies) < times:
        try:
            connection.request("GET", path)
            bodies.append(connection.getresponse().read())
        except ConnectionRefusedError:
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
    connection.close()
    return bodies


if __name__ == "__main__":
    unittest.main()
