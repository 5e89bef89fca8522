"""The proxy: many clients, slow ones, and what is no HTTP."""

import contextlib
import http.client
import socket
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from tests.parallel import early
from tests.proxy.serving import ON, PATIENCE_S, Proxy, Served, at, code, everything, memory_kib
from tests.support import asked, sets, simulated
from tplink_exec.proxy.http_server import READ_S, WRITE_S
from tplink_exec.proxy.worker import LEAST_S, MAX_WAITING, REQUEST_S
from tplink_exec.simulator.faults import FAULTS
from tplink_exec.transport.wire import frame

LATE_S = 3.5
"""More than any answer takes on a busy machine, and less than what one in the way would take."""


class Limits(Served):
    host = b"Host: 127.0.0.1\r\n"

    def test_framing(self):
        proxy, plug = self.served("HS100")
        get = b"GET / HTTP/1.1\r\n" + self.host
        post = b"POST /command HTTP/1.1\r\n" + self.host
        for status, data in (
            (400, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\r\n\r\n"),
            (400, b"GET / HTTP/1.1\r\n\r\n"),
            (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            (400, post + b"Content-Length: x\r\n\r\n"),
            (400, post + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
            (411, post + b"\r\n"),
            (411, post + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            (413, post + b"Content-Length: 65537\r\n\r\n" + b"x" * 65537),
            (413, post + b"Content-Length: 5000000\r\n\r\n" + b"x" * 5000000),
            (413, post + b"Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n"),
            (431, get + b"X: " + b"x" * 100000 + b"\r\n\r\n"),
            (431, get + b"X: y\r\n" * 200 + b"\r\n"),
        ):
            found = proxy.raw(data + get + b"\r\n")
            self.assertEqual((code(found), found.count(b"HTTP/1.1 ")), (status, 1), data[:80])
            self.assertIn(b"\r\nConnection: close\r\n", found)
        with proxy.connect() as link:
            link.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(code(link.recv(4096)), 400)
            link.sendall(get + b"\r\n")
            self.assertEqual(everything(link), b"")
        self.assertEqual(list(plug.requests), [])

    def test_a_body_in_pieces_and_after_100_continue(self):
        proxy, plug = self.served("HS100")
        head = b"POST /command HTTP/1.1\r\n%sContent-Type: application/json\r\n" % self.host
        head += b"Connection: close\r\nContent-Length: %d\r\n" % len(ON)
        with proxy.connect() as link:
            for byte in head + b"\r\n" + ON.encode():
                link.sendall(bytes([byte]))
            self.assertEqual(code(everything(link)), 200)
        with proxy.connect() as link:
            link.sendall(head + b"Expect: 100-continue\r\n\r\n")
            self.assertEqual(link.recv(4096), b"HTTP/1.1 100 Continue\r\n\r\n")
            link.sendall(ON.encode())
            self.assertEqual(code(everything(link)), 200)
        with proxy.connect() as link:
            link.sendall(head + b"\r\n" + ON.encode())
            link.shutdown(socket.SHUT_WR)  # as nc does
            self.assertEqual(code(everything(link)), 200)
        self.assertEqual(len(sets(plug)), 3)

    def test_keep_alive_and_pipelining(self):
        proxy, plug = self.served("HS100")
        get = "GET /%s/state HTTP/1.1\r\nHost: 127.0.0.1\r\n" % at(plug)
        put = get.replace("GET", "PUT") + "Content-Length: 2\r\n\r\nON"
        last = get + "Connection: close\r\n\r\n"
        found = proxy.raw((get + "\r\n" + put + get + "\r\n" + last).encode())
        bodies = [part.partition(b"\r\n\r\n")[2] for part in found.split(b"HTTP/1.1 200 OK")[1:]]
        self.assertEqual(bodies, [b"OFF", b"", b"ON", b"ON"])
        connection = http.client.HTTPConnection(proxy.host, proxy.port, timeout=10)
        self.addCleanup(connection.close)
        connection.connect()
        port = connection.sock.getsockname()[1]
        for path, status in (("/devices.json", 200), ("/nothing", 404), ("/", 200)):
            connection.request("GET", path)
            response = connection.getresponse()
            self.assertEqual((response.status, bool(response.read())), (status, True))
            self.assertEqual(connection.sock.getsockname()[1], port)
        found = proxy.raw(b"GET /devices.json HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n")
        self.assertEqual((code(found), found.count(b"HTTP/1.1 ")), (200, 1))

    def test_empty_lines_between_requests(self):
        """As clients send them that end the body with a line's end."""
        proxy, plug = self.served("HS100")
        put = b"PUT /%s/state HTTP/1.1\r\n%sContent-Length: 2\r\n" % (at(plug).encode(), self.host)
        found = proxy.raw(b"\r\n" + put + b"\r\nON\r\n" + put + b"Connection: close\r\n\r\nON\r\n")
        self.assertEqual((found.count(b" 200 OK\r\n"), len(sets(plug))), (2, 2), found)
        with proxy.connect() as link:
            link.sendall(put + b"\r\nON\r\n")
            self.assertEqual(code(link.recv(4096)), 200)
            time.sleep(0.1)
            for byte in b"\r\n\r\n" + put + b"\r\nON":
                link.sendall(bytes([byte]))
            self.assertEqual(code(link.recv(4096)), 200)

    def test_200_clients_at_once(self):
        proxy, plug = self.served("HS100")
        path = b"/%s/state" % at(plug).encode()
        start = threading.Barrier(200)

        def one(number):
            with proxy.connect() as link:
                start.wait(20)
                link.sendall(b"GET %s HTTP/1.0\r\n\r\n" % path)
                return everything(link)

        with ThreadPoolExecutor(200) as pool:
            for found in pool.map(one, range(200)):
                self.assertEqual(found[-7:], b"\r\n\r\nOFF", found)

    def test_readers_share_an_exchange_and_writers_do_not(self):
        proxy, plug = self.served("HS100")
        path = "/%s/state" % at(plug)
        go_on = threading.Event()

        def wait(reply, _):
            while not go_on.is_set():
                yield 0.005
            yield frame(reply)

        with mock.patch.dict(FAULTS, {"wait": wait}):
            plug.fault = "wait"
            links = [self.ask_aside(proxy, "GET", path) for _ in range(11)]
            links += [self.ask_aside(proxy, "PUT", path, word) for word in (b"ON", b"OFF") * 2]
            bodies = [ON.encode()] * 2 + [b'{"system":{"get_sysinfo":{}}}'] * 9
            links += [self.ask_aside(proxy, "POST", "/command", body) for body in bodies]
            go_on.set()
            self.assertEqual({code(everything(link)) for link in links}, {200})
        states = [request[-4:-3] for request in sets(plug)]
        self.assertEqual(states, [b"1", b"0", b"1", b"0", b"1", b"1"])
        self.assertEqual(len(asked(plug)), 2 + 6 + 1)

    def test_a_client_that_does_not_read(self):
        proxy, plug = self.served("HS100", form="file")
        with proxy.connect() as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.settimeout(0.2)
            sent = 0
            with contextlib.suppress(OSError):
                while sent < 50000000:
                    sent += link.send(
                        b"GET /devices.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 500
                    )
            self.assertLess(sent, 50000000)
            self.assertEqual(proxy.ask("GET", "/%s/state" % at(plug)), (200, "OFF"))
            self.assertLess(memory_kib(proxy.process), 60000)

    def test_a_client_that_sends_on_and_on(self):
        """While its first request is being answered, little of what follows is taken."""
        plug = self.enter(simulated(fault="silent"))
        proxy = self.enter(Proxy(at(plug), form="file"))
        with proxy.connect() as link:
            link.settimeout(0.5)
            link.sendall(b"GET /%s/state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % at(plug).encode())
            sent = 0
            with contextlib.suppress(OSError):
                while sent < 60000000:
                    sent += link.send(b"x" * 100000)
            self.assertLess(sent, 60000000)
            self.assertLess(memory_kib(proxy.process), 60000)

    def test_more_clients_than_descriptors(self):
        plug = self.enter(simulated())
        limit = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"]
        proxy = self.enter(Proxy(at(plug), form="file", start_by=limit))
        for number in range(1, 200):
            self.enter(proxy.connect())
            if not number % 20:
                self.assertEqual(proxy.ask("GET", "/%s/state" % at(plug)), (200, "OFF"))
        self.assertEqual(proxy.said(), "")

    def test_many_idle_connections_of_one_client(self):
        plug = self.enter(simulated())
        proxy = self.enter(Proxy("--local-addr", "0.0.0.0", at(plug)))
        links = [self.enter(proxy.connect()) for _ in range(520)]
        self.assertEqual(proxy.ask("GET", "/%s/state" % at(plug)), (200, "OFF"))
        other = self.enter(socket.create_connection(("127.0.0.2", proxy.port), PATIENCE_S))
        other.sendall(b"GET /%s/state HTTP/1.0\r\n\r\n" % at(plug).encode())
        self.assertEqual(everything(other)[-3:], b"OFF")
        links[-1].sendall(b"GET /devices.json HTTP/1.0\r\n\r\n")
        self.assertEqual(code(everything(links[-1])), 200)


@early
class Waiting(Served):
    def test_slow_clients_and_hanging_devices_delay_nobody(self):
        """One test, so that its waits of 5 s are side by side."""
        proxy, plug, silent, stuck = self.served("HS100", "HS100", "HS100")
        silent.fault = stuck.fault = "silent"
        started = time.monotonic()
        links = []
        for pause_s in (0.1, 0.1, 0):
            links.append(self.ask_aside(proxy, "PUT", "/%s/state" % at(stuck), b"ON"))
            time.sleep(pause_s)
        apart_s = time.monotonic() - started
        with ThreadPoolExecutor(MAX_WAITING + 60) as pool:
            slow = [pool.submit(self.dribble, proxy) for _ in range(40)]
            greedy = pool.submit(self.greedy, proxy)
            lost = [pool.submit(self.until_answered, link) for link in links]
            words = ["GET"] * MAX_WAITING + ["POST"] * 6
            hanging = [pool.submit(self.timed, proxy, word, at(silent)) for word in words]
            time.sleep(1.5)
            for _ in range(20):
                status, seconds = self.timed(proxy, "GET", at(plug))
                self.assertEqual(status, 200)
                self.assertLess(seconds, LATE_S)
            for call in slow:
                found, seconds = call.result()
                self.assertEqual(code(found), 408)
                self.assertLess(abs(seconds - READ_S), LATE_S)
            self.assertGreater(greedy.result(), WRITE_S)
            self.assertLess(greedy.result(), WRITE_S + 4 * LATE_S)  # it also has to send a lot
            for call in lost:
                status, seconds = call.result()
                self.assertEqual(status, 504)
                self.assertLess(seconds, REQUEST_S + LATE_S)
            for call in hanging:
                status, seconds = call.result()
                self.assertIn(status, (503, 504))
                self.assertLess(seconds, LATE_S + (REQUEST_S if status == 504 else 0))
        self.assertIn(503, {call.result()[0] for call in hanging})
        self.assertLess(time.monotonic() - started, REQUEST_S + 2 * LATE_S)
        silent.fault = stuck.fault = ""
        self.assertEqual(self.timed(proxy, "GET", at(silent))[0], 200)
        # Who has left the line in vain is not served later: no switch moves by itself.
        self.assertEqual(self.timed(proxy, "GET", at(stuck))[0], 200)
        if apart_s < LEAST_S:  # else, on a busy machine, there was time for the next
            self.assertEqual(len(sets(stuck)), 1)

    def dribble(self, proxy):
        """A client that sends a byte now and then; what it gets, and when."""
        started = time.monotonic()
        with proxy.connect() as link, contextlib.suppress(OSError):
            link.settimeout(0.5)
            for byte in b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 100:
                link.sendall(bytes([byte]))
                try:
                    return link.recv(4096), time.monotonic() - started
                except socket.timeout:
                    pass
        return b"", 0

    def greedy(self, proxy):
        """A client that asks and does not read; after how long it is dropped."""
        started = time.monotonic()
        with proxy.connect() as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.settimeout(0.2)
            while time.monotonic() < started + 20:
                try:
                    link.send(b"GET /devices.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 500)
                except socket.timeout:
                    pass
                except OSError:
                    break
        return time.monotonic() - started

    def until_answered(self, link):
        started = time.monotonic()
        return code(everything(link)), time.monotonic() - started

    def timed(self, proxy, method, name):
        started = time.monotonic()
        status, _ = proxy.ask(method, "/%s/state" % name, None if method == "GET" else "ON")
        return status, time.monotonic() - started


if __name__ == "__main__":
    unittest.main()
