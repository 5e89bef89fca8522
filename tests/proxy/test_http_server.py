"""The HTTP server alone: what it keeps for a client that does not read, and for how long; who has
to go when there are too many."""

import asyncio
import contextlib
import gc
import select
import socket
import struct
import time
import unittest
from unittest import mock

from tests.support import loop
from tplink_exec.proxy import http_server
from tplink_exec.proxy.http_request import Response

REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
RESPONSE = Response(200, b"x" * 1000)
SIZE = len(RESPONSE.data(True, True))
LARGE = 1 << 22
"""Bytes of a kernel's buffer."""
PATIENCE_S = 10


async def started(coroutine):
    return asyncio.ensure_future(coroutine)


async def ended(task):
    task.cancel()
    await asyncio.wait([task])


class Unread(unittest.TestCase):
    def setUp(self):
        self.answered = 0
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGE)  # clients' are as large
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        server = http_server.HttpServer(self.answer, 10, lambda _: None)
        serving = loop().call(started(server.serve(listener)))
        self.addCleanup(lambda: loop().call(ended(serving)))
        self.link = socket.socket()
        self.addCleanup(self.link.close)
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.link.settimeout(PATIENCE_S)
        self.link.connect(listener.getsockname())

    async def answer(self, _):
        self.answered += 1
        return RESPONSE

    def is_dropped(self, seconds):
        """Whether the connection has come to its end, within `seconds`."""
        poll = select.poll()
        poll.register(self.link, 0)  # errors are told all the same
        return bool(poll.poll(seconds * 1000))

    def test_little_is_kept_even_if_the_kernel_would_keep_more(self):
        with mock.patch.object(http_server, "WRITE_S", 0.7):
            started = time.monotonic()
            self.link.sendall(REQUEST * 500)
            self.assertTrue(self.is_dropped(PATIENCE_S))
            self.assertGreater(time.monotonic() - started, 0.6)
        self.assertGreater(self.answered * SIZE, http_server.MAX_UNSENT)
        self.assertLess(self.answered * SIZE, 100000)

    def test_what_it_sends_is_no_reprieve(self):
        with mock.patch.multiple(http_server, WRITE_S=0.7, READ_S=2 * PATIENCE_S):
            end = time.monotonic() + PATIENCE_S
            number = 0
            while not self.is_dropped(0):
                number += 1
                with contextlib.suppress(OSError):
                    self.link.sendall(REQUEST)
                late = time.monotonic() + 0.1
                while self.answered < number and time.monotonic() < late:
                    time.sleep(0.001)
                self.assertLess(late, end)

    def test_one_that_reads_after_all_gets_all(self):
        self.link.sendall(REQUEST * 300)
        time.sleep(0.2)
        self.assertLess(self.answered, 300)
        received = b""
        while len(received) < 300 * SIZE:
            data = self.link.recv(65536)
            self.assertTrue(data, len(received))
            received += data
        self.assertEqual((received.count(b"HTTP/1.1 200 "), len(received)), (300, 300 * SIZE))


class Abandoned(unittest.TestCase):
    def test_at_whatever_point(self):
        """By a reset or by an end; nothing of it is left, and nothing is said of it."""
        lines = []
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)

        async def answer(asked):
            if asked.target == "/wait":
                await asyncio.sleep(0.05)
            return RESPONSE

        server = http_server.HttpServer(answer, 100, lines.append)
        serving = loop().call(started(server.serve(listener)))
        self.addCleanup(lambda: loop().call(ended(serving)))
        last = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        waiting = REQUEST.replace(b"/ ", b"/wait "), last.replace(b"/ ", b"/wait ")
        for data in (b"x\r\n\r\n", REQUEST, REQUEST * 3, last, *waiting, b"", b"GET") * 20:
            for reset in (0, 1):
                with socket.create_connection(listener.getsockname()) as link:
                    option = struct.pack("ii", reset, 0)
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
                    link.sendall(data)
        end = time.monotonic() + PATIENCE_S
        while server.clients and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(server.clients, set())
        gc.collect()
        self.assertEqual([line for line in lines if "127.0.0.1" not in line], [])


class Crowded(unittest.TestCase):
    """Eight connections at most, so six of one address. /wait is answered when the test ends."""

    def setUp(self):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self.server = http_server.HttpServer(self.answer, 8, lambda _: None)
        serving = loop().call(started(self.server.serve(listener)))
        self.addCleanup(lambda: loop().call(ended(serving)))

    async def answer(self, asked):
        if asked.target == "/wait":
            await asyncio.sleep(PATIENCE_S)
        return RESPONSE

    def connect(self, host=1, data=b""):
        """From 127.0.0.HOST; when this returns, the server knows."""
        link = socket.create_connection(
            ("127.0.0.1", self.port), PATIENCE_S, ("127.0.0.%d" % host, 0)
        )
        self.addCleanup(link.close)
        link.sendall(data)
        own = link.getsockname()
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if loop().call(self.seen(own, data)):
                return link
            time.sleep(0.002)
        return self.fail("not accepted")

    async def seen(self, own, data):
        """Whether that connection has come, with what it has sent, or gone again."""
        self.known = getattr(self, "known", set())
        for client in self.server.clients:
            if client.transport.get_extra_info("peername") == own:
                self.known.add(own)
                return bool(client.task or client.last or client.buffer == data)
        return own in self.known

    def status(self, link):
        """Of a request, b"" when the connection has been closed."""
        try:
            link.sendall(REQUEST)
            data = link.recv(65536)
            while data and len(data) < SIZE:
                data += link.recv(65536)
            return data[9:12]
        except ConnectionError:
            return b""

    def test_idle_ones_of_one_address_are_replaced_the_oldest_first(self):
        links = [self.connect() for _ in range(6)]
        self.assertEqual(self.status(links[0]), b"200")  # so it is not the oldest any more
        links += [self.connect() for _ in range(3)]
        alive = [link for link in links if self.status(link) == b"200"]
        self.assertEqual(alive, [links[0], *links[4:]])

    def test_others_are_served_at_once(self):
        quiet = self.connect(2)
        for half in (b"", b"GET / HT", REQUEST.replace(b"/ ", b"/wait ")):
            with self.subTest(half):
                links = [self.connect(1, half) for _ in range(20)]
                for host in (3, 4, 5, 6, 7):
                    self.assertEqual(self.status(self.connect(host)), b"200")
                    self.assertLessEqual(len(self.server.clients), 9)
                for link in links:
                    link.close()
        self.assertEqual(self.status(quiet), b"")  # there were as many of each, and it the oldest

    def test_idle_ones_go_before_those_that_are_sending(self):
        sending = [self.connect(1, b"GET /") for _ in range(2)]
        idle = [self.connect() for _ in range(4)]
        new = [self.connect() for _ in range(4)]
        self.assertEqual([self.status(link) for link in idle], [b""] * 4)
        for link in sending:
            link.sendall(b" HTTP/1.0\r\n\r\n")
            self.assertEqual(link.recv(12)[9:], b"200")
        self.assertEqual({self.status(link) for link in new}, {b"200"})

    def test_who_has_most_makes_room_first(self):
        few = [self.connect(2) for _ in range(3)]
        many = [self.connect(3) for _ in range(5)]
        new = [self.connect(host) for host in (4, 5)]
        self.assertEqual([self.status(link) for link in many], [b"", b"", *[b"200"] * 3])
        self.assertEqual({self.status(link) for link in (*few, *new)}, {b"200"})

    def test_who_is_being_answered_stays(self):
        links = [self.connect(1, REQUEST.replace(b"/ ", b"/wait ")) for _ in range(6)]
        late = [self.connect() for _ in range(30)]
        self.assertEqual(late[-1].recv(12)[9:], b"503")
        self.assertLessEqual(len(self.server.clients), 9)
        for link in links:
            self.assertEqual(select.select([link], [], [], 0)[0], [])

    def test_strangers_in_great_number(self):
        """Each with an address of its own."""
        for host in range(2, 60):
            self.assertEqual(self.status(self.connect(host)), b"200")
        self.assertLessEqual(len(self.server.clients), 9)


if __name__ == "__main__":
    unittest.main()
