"""A response without an end: what is written to a client that reads, reads late, or never."""

import asyncio
import socket
import time
import unittest
from unittest import mock

from tests.proxy.serving import everything
from tests.proxy.test_http_server import LARGE, PATIENCE_S, REQUEST, ended, started
from tests.proxy.test_leaving import until
from tests.support import loop
from tplink_exec.proxy import http_server
from tplink_exec.proxy.http_request import Response

PIECE = b"x" * 4000
KEPT = 120000
"""Bytes, more than is kept for a client that does not read: the kernel's buffers and ours."""


class Source:
    """Pieces without a pause; `given` of them so far. One beyond `most` is a bug of ours."""

    nothing = b":"

    def __init__(self, most=1 << 30):
        self.most = most
        self.given = 0
        self.closed = 0

    async def next(self):
        await asyncio.sleep(0)
        if self.given >= self.most:
            raise KeyError("a bug")
        self.given += 1
        return PIECE

    def close(self):
        self.closed += 1


class Quiet(Source):
    """So many pieces, and then nothing for long."""

    async def next(self):
        if self.given >= self.most:
            await asyncio.sleep(60)
        return await super().next()


class Streams(unittest.TestCase):
    def serve(self, source):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGE)  # clients' are as large
        listener.bind(("127.0.0.1", 0))
        listener.listen(4)
        self.place = listener.getsockname()

        async def answer(asked):
            response = Response(200, b"" if asked.target != "/other" else b"other")
            response.source = source if asked.target != "/other" else None
            if asked.target == "/late":
                await asyncio.sleep(0.3)
            return response

        self.server = http_server.HttpServer(answer, 20, lambda _: None)
        serving = loop().call(started(self.server.serve(listener)))
        self.addCleanup(lambda: loop().call(ended(serving)))

    def connect(self, data=REQUEST):
        link = socket.socket()
        self.addCleanup(link.close)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.settimeout(PATIENCE_S)
        link.connect(self.place)
        link.sendall(data)
        return link

    def standing(self, source):
        """How many pieces have been taken, when no more are."""
        end = time.monotonic() + PATIENCE_S
        before = -1
        while before != source.given or not before:
            self.assertLess(time.monotonic(), end)
            before = source.given
            time.sleep(0.1)
        return before

    def test_one_that_never_reads_is_dropped(self):
        source = Source()
        self.serve(source)
        with mock.patch.object(http_server, "WRITE_S", 0.7):
            self.connect()
            self.assertLess(self.standing(source) * len(PIECE), KEPT)
            other = self.connect(REQUEST.replace(b"/ ", b"/other "))
            self.assertEqual(other.recv(12), b"HTTP/1.1 200")
            until(self, lambda: source.closed)
        self.assertLess(source.given * len(PIECE), KEPT)
        self.assertEqual(source.closed, 1)

    def test_one_that_reads_in_the_end_is_served_on(self):
        source = Quiet(most=50)
        self.serve(source)
        with mock.patch.object(http_server, "WRITE_S", 1.0):
            link = self.connect()
            self.assertLess(self.standing(source), 50)
            received = 0
            while received < 50 * len(PIECE):
                data = link.recv(65536)
                self.assertTrue(data, received)
                received += len(data)
            time.sleep(1.2)  # by now it would have been dropped
            self.assertFalse(source.closed)

    def test_a_bug_is_the_end(self):
        """And not of the server."""
        source = Source(most=3)
        self.serve(source)
        self.assertIn(PIECE * 3, everything(self.connect()))
        self.assertEqual(source.closed, 1)
        until(self, lambda: not self.server.clients)

    def test_who_has_sent_much_more_is_heard_to_leave(self):
        """Sent before the stream begins, or after; more than is taken ahead of a response."""
        for path in (b"/ ", b"/late "):
            source = Quiet(most=0)
            self.serve(source)
            link = self.connect(REQUEST.replace(b"/ ", path))
            if path == b"/ ":
                self.assertEqual(link.makefile("rb").read(12), b"HTTP/1.1 200")
            for _ in range(5):
                link.sendall(b"x" * 20000)
                time.sleep(0.02)
            if path != b"/ ":
                self.assertEqual(link.makefile("rb").read(12), b"HTTP/1.1 200")
            time.sleep(0.2)  # until nothing is written any more
            link.close()
            until(self, lambda it=source: it.closed)

    def test_what_else_it_asks_is_not_answered(self):
        self.serve(Source(most=2))
        link = self.connect(REQUEST + REQUEST.replace(b"/ ", b"/other "))
        self.assertEqual(everything(link).count(b"HTTP/1.1 "), 1)

    def test_head_has_none(self):
        source = Source()
        self.serve(source)
        link = self.connect(REQUEST.replace(b"GET", b"HEAD") * 2)
        received = b""
        while received.count(b"HTTP/1.1 200 ") < 2:
            data = link.recv(65536)
            self.assertTrue(data)
            received += data
        self.assertEqual(source.given, 0)


if __name__ == "__main__":
    unittest.main()
