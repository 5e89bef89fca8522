"""The proxy: what is done for a client that has left, and for one that has only shut its end."""

import http.client
import socket
import struct
import threading
import time
import unittest
from unittest import mock

from tests.proxy.serving import ON, PATIENCE_S, code, everything
from tests.proxy.test_outlets import Served
from tests.support import asked, klap_simulated, sets
from tplink_exec.proxy.worker import Worker
from tplink_exec.simulator.faults import FAULTS
from tplink_exec.transport.connection import Connection
from tplink_exec.transport.direct import direct
from tplink_exec.transport.klap_http import Klap
from tplink_exec.transport.wire import frame

OFF = ON.replace("1", "0")
RESET = struct.pack("ii", 1, 0)


def until(test, holds):
    end = time.monotonic() + PATIENCE_S
    while not holds():
        test.assertLess(time.monotonic(), end)
        time.sleep(0.005)


class Leaving(Served):
    """A device "d0" whose replies wait for `gate`."""

    def setUp(self):
        self.gate = threading.Event()
        self.addCleanup(self.gate.set)

        def wait(reply, _):
            while not self.gate.is_set():
                yield 0.005
            yield frame(reply)

        patch = mock.patch.dict(FAULTS, {"wait": wait})
        patch.start()
        self.addCleanup(patch.stop)
        self.workers = []
        self.addCleanup(setattr, Worker, "__init__", Worker.__init__)
        plain = Worker.__init__
        Worker.__init__ = lambda worker, *rest: self.workers.append(worker) or plain(worker, *rest)

    def slow(self, *models):
        devices = self.simulate(*models)
        for device in devices:
            device.fault = "wait"
        return devices

    def send(self, method, path, body="", minor=1, more=""):
        """The connection of a request that is in line when this returns."""
        before = self.waiting()
        link = self.enter(socket.create_connection(("127.0.0.1", self.port), PATIENCE_S))
        head = "%s %s HTTP/1.%d\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: %d\r\n"
        head %= method, path, minor, len(body)
        link.sendall((head + "\r\n" + body + more).encode())
        until(self, lambda: self.waiting() > before)
        return link

    def waiting(self):
        return sum(worker.waiting for worker in self.workers)

    def gone(self, *links, left=0):
        for link in links:
            link.close()
        until(self, lambda: self.waiting() == left)

    def state(self):
        """Asked after all that was in line."""
        self.gate.set()
        return self.get("/d0/state")


class InLine(Leaving):
    def test_nothing_is_done_for_who_has_left(self):
        (plug,) = self.slow("HS100")
        first = self.send("GET", "/d0/state")
        links = [
            self.send(method, path, body, minor)
            for method, path, body in (
                ("PUT", "/d0/state", "ON"),
                ("POST", "/d0/state", "TOGGLE"),
                ("PUT", "/d0/brightness", "50"),
                ("POST", "/command", ON),
                ("POST", "/d0/command", ON),
            )
            for minor in (0, 1)
        ]
        links[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.gone(*links, left=1)
        self.assertEqual(self.state(), "OFF")
        self.assertEqual((sets(plug), code(everything(first))), ([], 200))

    def test_who_has_sent_much_more_leaves_too(self):
        (plug,) = self.slow("HS100")
        first = self.send("GET", "/d0/state")
        link = self.send("PUT", "/d0/state", "ON", more="x" * 400000)
        self.gone(link, left=1)
        self.assertEqual(self.state(), "OFF")
        self.assertEqual((sets(plug), code(everything(first))), ([], 200))

    def test_who_has_shut_one_end_is_served(self):
        """As nc does at the end of its input."""
        (plug,) = self.slow("HS100")
        links = [self.send("GET", "/d0/state")]
        for minor in (0, 1):
            for method, path, body in (
                ("PUT", "/d0/state", "ON"),
                ("POST", "/command", OFF),
                ("GET", "/d0/state", ""),
                ("HEAD", "/d0/state", ""),
            ):
                links.append(self.send(method, path, body, minor))
        for link in links:
            link.shutdown(socket.SHUT_WR)
        time.sleep(0.4)
        self.gate.set()
        for link in links:
            found = everything(link)
            self.assertEqual((found[:17], found.count(b"HTTP/")), (b"HTTP/1.1 200 OK\r\n", 1))
        self.assertEqual(len(sets(plug)), 4)

    def test_several_requests_of_one_that_has_shut_one_end(self):
        self.slow("HS100")
        first = self.send("GET", "/d0/state")
        get = "GET /d0/state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        put = get.replace("GET", "PUT").replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\nON")
        link = self.enter(socket.create_connection(("127.0.0.1", self.port), PATIENCE_S))
        link.sendall((get + put + get).encode())
        link.shutdown(socket.SHUT_WR)
        time.sleep(0.2)
        self.gate.set()
        bodies = [part[-3:] for part in everything(link).split(b"HTTP/1.1 200 OK\r\n")]
        self.assertEqual(bodies, [b"", b"OFF", b"\n\r\n", b"\nON"])
        self.assertEqual(code(everything(first)), 200)

    def test_the_later_requests_of_one_that_has_left(self):
        (plug,) = self.slow("HS100")
        put = "PUT /d0/state HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\nON"
        link = self.enter(socket.create_connection(("127.0.0.1", self.port), PATIENCE_S))
        link.sendall((put * 5).encode())
        until(self, lambda: len(plug.requests) == 1)
        self.gone(link)
        self.assertEqual(self.state(), "ON")
        self.assertEqual(len(sets(plug)), 1)

    def test_readers_that_stay_get_the_answer(self):
        (plug,) = self.slow("HS100")
        first = self.send("GET", "/d0/state")
        readers = [self.send("GET", "/d0/state") for _ in range(6)]
        self.gone(*readers[::2], left=4)
        self.gate.set()
        for link in (first, *readers[1::2]):
            self.assertEqual(everything(link)[-7:], b"\r\n\r\nOFF")
        self.assertEqual(len(asked(plug)), 2)

    def test_who_reads_the_first_anew_after_all_have_left(self):
        (plug,) = self.slow("HS110")
        first = self.send("GET", "/d0/state")
        self.gone(*[self.send("GET", "/d0/power") for _ in range(3)], left=1)
        late = self.send("GET", "/d0/power")
        self.gone(self.send("GET", "/d0/"), self.send("GET", "/d0/device.json"), left=2)
        self.gate.set()
        self.assertEqual(everything(late)[-9:], b"\r\n\r\n0.000")
        self.assertEqual(code(everything(first)), 200)
        until(self, lambda: not self.workers[0].working)
        self.assertLessEqual(len(plug.requests), 4)

    def test_the_line_does_not_grow(self):
        (plug,) = self.slow("HS100")
        first = self.send("GET", "/d0/state")
        for _ in range(300):
            link = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
            link.sendall(b"PUT /d0/state HTTP/1.0\r\nContent-Length: 2\r\n\r\nON")
            link.close()
        until(self, lambda: self.ask("GET", "/devices.json")[0] == 200)  # it has seen them all
        self.gone(left=1)
        second = self.send("GET", "/d0/state")
        self.assertEqual([len(self.workers[0].line), len(self.workers[0].reads)], [1, 1])
        self.assertEqual(self.state(), "OFF")
        self.assertEqual((code(everything(first)), code(everything(second))), (200, 200))
        self.assertEqual(sets(plug), [])

    def test_the_status_of_several(self):
        self.slow("HS100", "HS100")
        links = [self.send("GET", path) for path in ("/d0/state", "/d1/state")]
        before = self.waiting()
        everybody = self.send("GET", "/")
        until(self, lambda: self.waiting() == before + 2)
        self.gone(everybody, left=2)
        self.gate.set()
        self.assertEqual({code(everything(link)) for link in links}, {200})


class BeingServed(Leaving):
    def test_what_follows_is_not_sent(self):
        """A toggle asks, and then sets."""
        (plug,) = self.slow("HS100")
        link = self.send("PUT", "/d0/state", "TOGGLE")
        until(self, lambda: len(plug.requests) == 1)
        self.gone(link)
        self.assertEqual(self.state(), "OFF")
        self.assertEqual((sets(plug), plug.connections), ([], 1))

    def test_what_has_been_sent_is_ended_in_peace(self):
        """The next request goes by the same connection, after the reply."""
        (plug,) = self.slow("HS100")
        link = self.send("PUT", "/d0/state", "ON")
        until(self, lambda: len(plug.requests) == 1)
        self.gone(link)
        self.assertEqual(self.state(), "ON")
        self.assertEqual((len(sets(plug)), plug.connections), (1, 1))

    def test_who_leaves_while_the_device_is_connected_to(self):
        (plug,) = self.simulate("HS100")
        connecting = threading.Event()
        connect = Connection.connect

        def slowly(link, *where):
            connecting.set()
            self.gate.wait(PATIENCE_S)
            connect(link, *where)

        for method, path, body in (("PUT", "/d0/state", "ON"), ("POST", "/command", ON)):
            self.gate.clear()
            with mock.patch.object(Connection, "connect", slowly):
                link = self.send(method, path, body)
                self.assertTrue(connecting.wait(PATIENCE_S))
                self.gone(link)
                self.gate.set()
                until(self, lambda: not self.workers[0].working)
        self.assertEqual(self.state(), "OFF")
        self.assertEqual(sets(plug), [])

    def test_who_leaves_during_the_handshake_of_klap(self):
        plug = self.enter(klap_simulated("HS100"))
        self.serve(("d0", plug.host, plug.port))
        shaking = threading.Event()
        begin = Klap.begin

        def slowly(klap):
            begin(klap)
            shaking.set()
            self.gate.wait(PATIENCE_S)

        def reach(host, port, deadline, options):
            return direct(host, port, deadline, {"--http-port": plug.http_port})

        with mock.patch("tplink_exec.proxy.worker.reach", reach):
            with mock.patch.object(Klap, "begin", slowly):
                link = self.send("PUT", "/d0/state", "ON")
                self.assertTrue(shaking.wait(PATIENCE_S))
                self.gone(link)
                self.gate.set()
                until(self, lambda: not self.workers[0].working)
            self.assertEqual(self.state(), "OFF")
        self.assertEqual(sets(plug), [])


class Slow(Leaving):
    def test_a_client_that_waits_on_is_served(self):
        """And one byte more or less does not matter to a connection that is kept."""
        self.slow("HS100")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        for state in ("ON", "OFF"):
            self.gate.clear()
            connection.request("PUT", "/d0/state", state)
            threading.Timer(0.2, self.gate.set).start()
            response = connection.getresponse()
            self.assertEqual((response.status, response.read()), (200, b""))
            self.assertEqual(self.get("/d0/state"), state)


if __name__ == "__main__":
    unittest.main()
