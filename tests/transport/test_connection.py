"""The transport in-process: look-ups, retries, what is sent once, connections used again."""

import socket
import threading
import time
import unittest
from unittest import mock

from tests.parallel import alone
from tests.support import HANG_S, in_time, needs_ipv6, simulated
from tplink_exec.errors import DeadlineExceeded, LocalError, ProtocolError, Unreachable
from tplink_exec.transport import lookup
from tplink_exec.transport.connection import Connection
from tplink_exec.transport.retry import PAUSES_S

GET = b'{"system":{"get_sysinfo":{}}}'
TIMEOUT_S = 20.0


class TestCase(unittest.TestCase):
    def link_to(self, plug, timeout_s=TIMEOUT_S, host=None):
        link = Connection(host or plug.host, plug.port, time.monotonic() + timeout_s)
        self.addCleanup(link.close)
        return link


class Retries(TestCase):
    def test_a_drop_is_tried_again_with_pauses(self):
        with simulated(fault="close-before-reply") as plug:
            started = time.monotonic()
            with self.assertRaisesRegex(Unreachable, "busy"):
                self.link_to(plug).exchange(GET)
            self.assertEqual(len(plug.requests), 1 + len(PAUSES_S["dropped"]))
            self.assertGreater(time.monotonic() - started, sum(PAUSES_S["dropped"]))

    def test_what_is_sent_once_is_sent_once(self):
        for fault in ("close-before-reply", "reset-before-reply", "drop-first", "close-in-reply"):
            with simulated(fault=fault) as plug:
                self.assertRaises(
                    (Unreachable, ProtocolError), self.link_to(plug).exchange, GET, True
                )
                self.assertEqual(len(plug.requests), 1)

    def test_no_pause_that_ends_after_the_deadline(self):
        with simulated(fault="close-before-reply") as plug:
            link = self.link_to(plug)
            link.pauses_s = {"dropped": (TIMEOUT_S,)}
            started = time.monotonic()
            self.assertRaises(DeadlineExceeded, link.exchange, GET)
            self.assertLess(time.monotonic() - started, HANG_S)

    def test_a_refusal_that_takes_long_is_told_as_one(self):
        """As Windows reports it after 2 s, so that the second try ends with the time."""

        class Slow(Connection):
            def connect(self, family, address):
                left_s = self.deadline - time.monotonic()
                time.sleep(max(min(left_s, 0.4), 0))
                raise ConnectionRefusedError if left_s > 0.4 else socket.timeout

        with self.assertRaisesRegex(Unreachable, "connection refused"):
            Slow("127.0.0.1", 1, time.monotonic() + 0.9).exchange(GET)

    def test_a_deadline_that_has_passed_already(self):
        with simulated() as plug:
            self.assertRaises(DeadlineExceeded, self.link_to(plug, -1).exchange, GET)
            self.assertEqual(len(plug.requests), 0)

    def test_one_connection_for_several_exchanges(self):
        with simulated() as plug:
            link = self.link_to(plug)
            replies = [link.exchange(GET) for _ in range(3)]
            self.assertEqual((len(replies), plug.connections), (3, 1))

    def test_a_connection_with_more_than_the_reply_is_not_used_again(self):
        with simulated(fault="two-replies") as plug:
            link = self.link_to(plug)
            link.exchange(GET)
            link.exchange(GET)
            self.assertEqual(plug.connections, 2)

    def test_no_descriptor_left_is_a_local_error(self):
        with simulated() as plug, mock.patch(
            "tplink_exec.transport.connection.socket.socket"
        ) as no_socket:
            no_socket.side_effect = OSError(24, "Too many open files")
            self.assertRaises(LocalError, self.link_to(plug).exchange, GET)


class Substitute(TestCase):
    def substitute(self, function):
        patch = mock.patch.object(lookup, "resolve", function)
        patch.start()
        self.addCleanup(patch.stop)


class Lookup(Substitute):
    def test_a_name_and_a_device_that_closes_after_each_reply(self):
        with simulated(fault="close-after-reply") as plug:
            link = self.link_to(plug, host="localhost")
            self.assertEqual(len({link.exchange(GET) for _ in range(3)}), 1)

    def test_a_numeric_address_is_never_looked_up(self):
        self.play_address("127.0.0.1")

    @needs_ipv6
    def test_nor_one_of_ipv6(self):
        self.play_address("::1")

    def play_address(self, address):
        self.substitute(lambda *_: self.fail("looked up"))
        with simulated(address=address) as plug:
            self.link_to(plug).exchange(GET)

    def test_every_address_of_a_name_gets_its_share(self):
        with simulated() as plug, simulated(fault="backlog", address="127.0.0.2") as full:
            found = [
                (2, 1, 6, "", ("127.0.0.2", full.port)),
                (2, 1, 6, "", ("127.0.0.1", plug.port)),
            ]
            self.substitute(lambda *_: found)
            self.link_to(plug, 2.0, "plug.example").exchange(GET)
            self.assertEqual(len(plug.requests), 1)

    def test_names_that_cannot_be(self):
        with simulated() as plug:
            for name in (
                "a" * 64 + ".example",
                "a..b",
                "\udcff",
                "x" * 300,
                "b\u00fc" * 40,
                "[::1]",
                "a b",
            ):
                with self.assertRaises(Unreachable, msg=name):
                    self.link_to(plug, host=name).exchange(GET)


@alone
class InTime(Substitute):
    def test_a_look_up_that_hangs(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.substitute(lambda *_: release.wait(20) and [])
        with simulated() as plug:
            in_time(self, 0.4, lambda: self.hangs(plug))
            self.assertEqual(plug.connections, 0)

    def hangs(self, plug):
        with self.assertRaisesRegex(DeadlineExceeded, "name"):
            self.link_to(plug, 0.3, "plug.example").exchange(GET)


if __name__ == "__main__":
    unittest.main()
