"""Exchanges by plain's code, and what is handed over when all is not well."""

import contextlib
import json
import socket
import time
import types
import unittest
from unittest import mock

from tests.support import HANG_S, assert_failure, call, simulated
from tplink_exec import plain
from tplink_exec.messages import GET_SYSINFO
from tplink_exec.simulator import faults
from tplink_exec.simulator.faults import CLOSE, HOLD
from tplink_exec.transport import connection, handover, lookup
from tplink_exec.transport.wire import frame


@contextlib.contextmanager
def faulty(scenario, **options):
    played = mock.patch.dict(faults.FAULTS, {"scenario": scenario})
    with played, simulated(fault="scenario", **options) as plug:
        yield plug


def second(*steps):
    """A scenario: the first request is answered, to the second the steps are played."""
    requests = []

    def scenario(reply, number):
        requests.append(reply)
        if len(requests) == 2:
            yield from steps
        else:
            yield frame(reply)

    return scenario


class Handover(unittest.TestCase):
    def toggled(self, plug, connections=None):
        result = call(plug.host, str(plug.port), "toggle", "--timeout", "10")
        self.assertEqual((result[:3], plug.device.relay_state), ((0, b"", b""), 1))
        if connections:
            self.assertEqual(plug.connections, connections)

    def test_two_exchanges_over_one_connection(self):
        with simulated() as plug:
            self.toggled(plug, 1)
            self.assertEqual(len(plug.requests), 2)

    def test_a_device_that_closes_each_connection_or_drops_the_second_request(self):
        with simulated(fault="close-after-reply") as plug:
            self.toggled(plug)
        with faulty(second(CLOSE)) as plug:
            self.toggled(plug, 2)
            self.assertEqual(len(plug.requests), 3)

    def test_more_than_the_reply_is_not_taken_for_the_next(self):
        with simulated(fault="two-replies") as plug:
            self.toggled(plug, 2)

    def test_what_the_second_request_meets_is_told(self):
        for steps, code, text in (
            ([HOLD], 4, b"no complete reply in time (not a byte)"),
            ([b"\0\0", HOLD], 4, b"no complete reply in time (2 of the 4 bytes of its length)"),
            ([b"\0\0", 0.02, CLOSE], 5, b"the connection ended within the reply: 2 of the 4 bytes"),
            ([frame(b"{}")], 5, b"does not answer system set_relay_state"),
        ):
            with faulty(second(*steps)) as plug:
                result = call(plug.host, str(plug.port), "toggle", "--timeout", "1")
                assert_failure(self, result, code)
                self.assertIn(text, result.err)
                self.assertEqual((len(plug.requests), plug.connections), (2, 1), text)

    def test_a_reply_that_is_longer_than_plain_takes(self):
        long = json.dumps({"system": {"get_sysinfo": {"alias": "x" * 20000}}}).encode()

        def scenario(reply, number):
            yield frame(long)

        with faulty(scenario) as plug:
            result = call(plug.host, str(plug.port), "status")
            self.assertEqual(result[:3], (0, long + b"\n", b""))
            self.assertEqual(len(plug.requests), 1)

    def test_what_is_sent_once_is_sent_once(self):
        for fault in ("drop-first", "close-in-reply"):
            with simulated(fault=fault) as plug:
                result = call(plug.host, str(plug.port), "reboot")
                self.assertIn(result.code, (3, 5))
                self.assertEqual(len(plug.requests), 1)

    def test_nor_is_it_sent_over_a_connection_that_the_device_is_closing(self):
        for fault in ("", "close-after-reply"):
            with simulated("HS110", fault) as plug:
                result = call(plug.host, str(plug.port), "energy_reset")
                self.assertEqual((result[:3], plug.connections), ((0, b"", b""), 2), fault)

    def test_no_look_at_the_http_port_of_a_device_that_has_answered(self):
        with socket.socket() as other, faulty(second(CLOSE)) as plug:
            other.bind((plug.host, 0))
            other.listen(5)
            other.setblocking(False)
            http_port = str(other.getsockname()[1])
            result = call(plug.host, str(plug.port), "toggle", "--http-port", http_port)
            self.assertEqual(result[:3], (0, b"", b""))
            self.assertRaises(BlockingIOError, other.accept)

    def test_by_xor_alone_all_of_the_time_is_waited_for_the_reply(self):
        """And not half of it, for another port to have the rest."""

        def scenario(reply, number):
            yield 2.2
            yield frame(reply)

        with faulty(scenario) as plug:
            words = "check", "--transport", "xor", "--timeout", "4"
            self.assertEqual(call(plug.host, str(plug.port), *words)[:2], (0, b"OFF\n"))
            self.assertEqual(len(plug.requests), 1)

    def test_a_request_that_cannot_be_sent_any_more(self):
        """Nothing of the last reply is taken for the beginning of the next."""
        early = types.SimpleNamespace(
            socket=None, received=None, error=None, used=False, exchange=plain.exchange
        )
        with simulated() as plug:
            deadline = time.monotonic() + HANG_S
            exchange = handover.exchanges(plug.host, plug.port, deadline, {}, early)
            reply = exchange(GET_SYSINFO)
            with contextlib.closing(early.socket):
                early.socket.shutdown(socket.SHUT_WR)
                self.assertEqual(exchange(GET_SYSINFO), reply)
            self.assertEqual((len(plug.requests), plug.connections), (2, 2))

    def test_a_host_name_with_one_address_and_with_several(self):
        """Looked up once for one; of several each is tried."""
        with simulated() as plug:
            for hosts in [plug.host], ["127.0.99.98", plug.host]:
                found = [(2, 1, 6, "", (host, plug.port)) for host in hosts]
                with mock.patch.object(lookup, "resolve", return_value=found) as resolve:
                    result = call("plug.example", str(plug.port), "check", "--http-port", "9")
                self.assertEqual(result[:3], (0, b"OFF\n", b""))
                self.assertEqual(resolve.call_count, len(hosts))

    def test_an_address_by_ipv6_keeps_its_scope(self):
        """fe80::1 of a name in mDNS means nothing without the interface."""
        tried = []

        def connect(link, family, address):
            tried.append(address)
            raise OSError(113, "no route")

        found = [(socket.AF_INET6, 1, 6, "", ("fe80::1", 9999, 0, 7))]
        with mock.patch.object(lookup, "resolve", return_value=found), mock.patch.object(
            connection.Connection, "connect", connect
        ):
            result = call("plug.example", "9999", "check")
        assert_failure(self, result, 3)
        self.assertEqual(tried, [("fe80::1", 9999, 0, 7)])


if __name__ == "__main__":
    unittest.main()
