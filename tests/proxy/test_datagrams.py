"""The proxy's reads by datagram: what is read again, of a device that answers them."""

import concurrent.futures
import json
import time
import unittest
from unittest import mock

from tests.house import PORT, Folder, network, placed
from tests.proxy.serving import PATIENCE_S, Proxy, Served, at
from tests.proxy.test_named import Named
from tests.support import asked, break_down
from tplink_exec.polling import course
from tplink_exec.proxy import datagrams, worker
from tplink_exec.simulator.faults import FAULTS
from tplink_exec.simulator.udp_faults import UDP_FAULTS
from tplink_exec.transport import lookup
from tplink_exec.transport.wire import frame


class Reads(Served):
    def setUp(self):
        self.proxy, self.plug = self.served("HS110")
        self.path = "/%s/" % at(self.plug)

    def read(self, what="state"):
        return self.proxy.ask("GET", self.path + what)

    def test_what_is_read_again_takes_no_connection(self):
        for what, body, sent in (("state", "OFF", 9), ("power", "0.000", 18)):
            for _ in range(10):
                self.assertEqual(self.read(what), (200, body))
            self.assertEqual((self.plug.connections, self.plug.datagrams), (1, sent))
        self.assertEqual(
            self.plug.questions[-1], b'{"system":{"get_sysinfo":{}},"emeter":{"get_realtime":{}}}'
        )

    def test_what_is_told_is_what_the_device_has_just_said(self):
        for state in ("ON", "OFF") * 5:
            self.assertEqual(self.proxy.ask("PUT", self.path + "state", state), (200, ""))
            self.assertEqual(self.read(), (200, state))
        self.assertGreaterEqual(self.plug.datagrams, 9)

    def test_clients_that_ask_side_by_side_share_a_question(self):
        self.read()
        before = len(asked(self.plug))
        self.plug.udp_fault = "udp-late"
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda _: self.read(), range(16)))
        self.assertEqual(found, [(200, "OFF")] * 16)
        self.assertLessEqual(len(asked(self.plug)) - before, 4)  # and not 16

    def test_what_takes_long_is_not_asked_by_datagram(self):
        """It would be asked three times."""

        def slow(reply, number):
            yield 1.2
            yield frame(reply)

        with mock.patch.dict(FAULTS, {"slow": slow}):
            self.plug.fault = "slow"
            self.assertEqual(self.read(), (200, "OFF"))
            self.plug.fault = ""
        self.assertEqual(self.read(), (200, "OFF"))
        self.assertEqual(self.plug.datagrams, 0)

    def test_faults_of_datagrams_are_not_seen(self):
        """Whatever becomes of them, what is told is true."""
        for fault in sorted(UDP_FAULTS):
            self.plug.udp_fault = ""
            for _ in range(2):
                self.assertEqual(self.read("device.json")[0], 200)
            self.plug.udp_fault = fault
            for state in (1, 0, 1):
                self.plug.device.relay_state = state
                with self.subTest(fault):
                    self.assertEqual(self.read(), (200, ("OFF", "ON")[state]))
                    found = json.loads(self.read("device.json")[1])
                    self.assertEqual(found["state"], ("OFF", "ON")[state])

    def test_one_that_fails_and_comes_back(self):
        self.read()
        break_down(self.plug, "garbage")
        for _ in range(2):
            self.assertEqual(self.read()[0], 502)
        break_down(self.plug, "")
        for _ in range(3):
            self.assertEqual(self.read(), (200, "OFF"))


class Commands(Served):
    def test_one_goes_before_a_read_whose_datagram_is_out(self):
        with mock.patch.multiple(course, FIRST_RTO_S=60.0, LEAST_RTO_S=60.0, MOST_RTO_S=60.0):
            proxy, plug = self.served("HS110")
        path = "/%s/state" % at(plug)
        self.assertEqual(proxy.ask("GET", path), (200, "OFF"))
        plug.udp_fault = "udp-silent"
        before = plug.datagrams
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            reads = [pool.submit(proxy.ask, "GET", path)]
            end = time.monotonic() + PATIENCE_S
            while plug.datagrams == before:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.005)
            reads.append(pool.submit(proxy.ask, "GET", path))
            plug.udp_fault = ""
            self.assertEqual(proxy.ask("PUT", path, "ON"), (200, ""))
            self.assertEqual([read.result() for read in reads], [(200, "ON")] * 2)


class Idle(Served):
    def test_no_connection_is_kept_by_reads_that_need_none(self):
        """A device has few."""
        with mock.patch.object(worker, "KEEP_S", 0.3):
            proxy, plug = self.served("HS110")
        path = "/%s/state" % at(plug)
        before = len(plug.open)
        self.assertEqual(proxy.ask("GET", path), (200, "OFF"))
        self.assertEqual(len(plug.open), before + 1)
        end = time.monotonic() + PATIENCE_S
        while len(plug.open) > before:
            self.assertLess(time.monotonic(), end)
            self.assertEqual(proxy.ask("GET", path), (200, "OFF"))
        self.assertEqual(plug.connections, 1)


class Moving(Folder, Served):
    """By a name in the DNS, whose address becomes another device's."""

    def test_what_the_name_means_now_is_read(self):
        here = network()
        old, new = here + ".1", here + ".2"

        def look_up(*_):
            with open(self.path) as file:
                return [(2, 1, 6, "", (file.read(), PORT))]

        def move(host):
            with open(self.path, "w") as file:
                file.write(host)

        move(old)
        with mock.patch.object(lookup, "resolve", look_up), mock.patch.object(
            datagrams, "NAME_S", 0.3
        ), mock.patch.object(worker, "KEEP_S", 0.1):
            proxy = self.enter(Proxy("lamp.invalid"))
        stranger, lamp = self.enter(placed(old)), self.enter(placed(new, number=1))
        lamp.device.relay_state = 1
        for _ in range(5):
            self.assertEqual(proxy.ask("GET", "/lamp.invalid/state"), (200, "OFF"))
        self.assertGreaterEqual(stranger.datagrams, 1)
        move(new)
        end = time.monotonic() + PATIENCE_S
        while proxy.ask("GET", "/lamp.invalid/state") != (200, "ON"):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.15)


class Names(Named):
    def test_a_stranger_is_not_told_of(self):
        with placed(self.host(1), number=1) as lamp:
            for _ in range(3):
                self.assertEqual(self.ask("GET", "/Lamp/state"), (200, "OFF"))
            self.assertEqual(lamp.datagrams, 2)
        with placed(self.host(1), number=2) as stranger:
            stranger.device.relay_state = 1
            status, text = self.ask("GET", "/Lamp/state")
            self.assertEqual(status, 502)
            self.assertIn("another device is at", text)
        with placed(self.host(1), number=1):
            self.assertEqual(self.ask("GET", "/Lamp/state"), (200, "OFF"))


if __name__ == "__main__":
    unittest.main()
