"""The HTTP server alone: what it keeps for a client that does not read, and for how long."""

import asyncio
import contextlib
import select
import socket
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


if __name__ == "__main__":
    unittest.main()
