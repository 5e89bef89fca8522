"""Polling devices by HTTP: a session is kept, a connection is not."""

import time
import unittest

from tests.polling.stepping import PATIENCE_S, Stepping, member_of
from tests.support import aes_simulated, klap_simulated
from tplink_exec.polling.watched import ALWAYS, CHANGES, NEVER
from tplink_exec.simulator.simulate import played
from tplink_exec.watch.orders import understand


class ByHttp(unittest.TestCase):
    def stepping(self, plug, timeout_s=PATIENCE_S, children=("",), interval_s=0.1):
        options = {"--transport": "auto", "--http-port": plug.http_port}
        member = member_of(plug.host, plug.port, options, timeout_s, children)
        stepping = Stepping(member, interval_s)
        self.addCleanup(stepping.close)
        return stepping

    def test_one_session_for_many_polls(self):
        for model, speaking in (
            ("HS110", klap_simulated),
            ("KP125M", klap_simulated),
            ("KP125M", aes_simulated),
        ):
            with speaking(model) as plug:
                it = self.stepping(plug)
                for _ in range(5):
                    self.assertTrue(it.poll(ALWAYS))
                    self.assertEqual(it.member.outlets[0].state(), 0)
                self.assertEqual(it.member.outlets[0].shown.power, 0.0)
                session = it.member.http_link.channel()
                order = understand(b"plug on")
                it.member.call(order[2], order[3], time.monotonic() + 5, False)
                self.assertTrue(it.poll())
                self.assertEqual(it.member.outlets[0].state(), 1)
                self.assertIs(it.member.http_link.channel(), session)
                self.assertLessEqual(plug.connections, 7)  # one a poll or command
                self.assertIsNone(it.member.http_link.http.socket)  # and none is kept

    def test_smart_strips_and_how_often_they_are_asked(self):
        """In one exchange, and one more for each outlet, or the whole, whose meter is read."""
        for model, children, metering, count, power in (
            ("KP125M", [""], ALWAYS, 1, 61.753),
            ("P300", ["", "1", "Plug 1"], NEVER, 1, None),
            ("P316M", ["", "3"], NEVER, 1, None),
            ("P316M", ["3"], ALWAYS, 2, 30.75),
            ("P316M", ["", "3"], ALWAYS, 3, 30.75),
            ("KS240", ["1", "2"], NEVER, 1, None),
        ):
            with klap_simulated(model) as strip, self.subTest((model, children, metering)):
                it = self.stepping(strip, children=children)
                strip.device.relay_state = 1
                self.assertTrue(it.poll(metering))
                strip.requests.clear()
                self.assertTrue(it.poll(metering))
                self.assertEqual(len(strip.requests), count)
                self.assertEqual(
                    [outlet.state() for outlet in it.member.outlets], [1] * len(children)
                )
                self.assertEqual(it.member.outlets[-1].shown.power, power)
                if children == ["", "1", "Plug 1"]:
                    order = understand(b"x off")
                    options = {**order[3], "--child": "1"}
                    it.member.call(order[2], options, time.monotonic() + 5, False)
                    self.assertTrue(it.poll(metering))
                    self.assertEqual([outlet.state() for outlet in it.member.outlets], [1, 0, 1])
                    self.assertEqual(it.member.outlets[1].alias, "Plug 3")

    def test_a_hub_is_offline_and_says_what_it_is(self):
        with klap_simulated("H100") as hub:
            it = self.stepping(hub)
            self.assertTrue(it.poll(ALWAYS))
            (outlet,) = it.member.outlets
            self.assertEqual((outlet.state(), outlet.grave), (None, True))
            self.assertEqual(outlet.trouble, "H100 is a hub: its sensors are not supported")

    def test_a_meter_that_refuses_for_a_while(self):
        """Whatever it says meanwhile, and whether or not the state changes."""
        for model, meter, method in (
            ("HS110", ("methods", "emeter"), "get_realtime"),
            ("LB130", ("methods", "smartlife.iot.common.emeter"), "get_realtime"),
            ("KP125M", ("smart_methods",), "get_energy_usage"),
        ):
            for code in ("err_code", "error_code", None):
                with klap_simulated(model) as plug, self.subTest(model, code=code):
                    it = self.stepping(plug)
                    methods = getattr(plug.device, meter[0])
                    methods = methods[meter[1]] if meter[1:] else methods
                    for other in ("get_emeter_data", "get_current_power"):
                        methods.pop(other, None)
                    right = methods.pop(method)
                    if code:
                        methods[method] = lambda _, code=code: {code: -10}
                    for _ in range(3):
                        self.assertTrue(it.poll(ALWAYS))
                    outlet = it.member.outlets[0]
                    self.assertEqual((outlet.state(), outlet.shown.power), (0, None))
                    methods[method] = right
                    plug.device.relay_state = 1
                    self.assertTrue(it.poll(CHANGES))
                    self.assertGreater(outlet.shown.power, 1)
                    methods[method] = lambda _: {"err_code": -10, "error_code": -10}
                    self.assertTrue(it.poll(ALWAYS))
                    self.assertEqual((outlet.shown.power, outlet.shown.metered), (None, True))
                    methods[method] = right
                    self.assertTrue(it.poll(ALWAYS))
                    self.assertGreater(outlet.shown.power, 1)

    def test_another_device_at_the_address(self):
        """What the first was, SMART or not, is not held against the second."""
        with klap_simulated("KP125M") as plug:
            it = self.stepping(plug)
            for model in ("KP125M", "HS110", "KP125M"):
                plug.klap.device = played(model)
                self.assertTrue(it.poll())
                if it.member.outlets[0].state() is None:
                    self.assertTrue(it.poll())
                self.assertEqual(it.member.outlets[0].state(), 0, model)

    def test_a_login_that_is_wrong(self):
        with klap_simulated(login=("me", "secret")) as plug:
            it = self.stepping(plug, interval_s=60.0)
            self.assertTrue(it.poll())
            outlet = it.member.outlets[0]
            self.assertEqual((outlet.state(), outlet.grave), (None, True))
            self.assertIn("login", outlet.trouble)
            seen = plug.connections
            it.poll()  # only after a pause there is another: it may lock itself
            self.assertEqual(plug.connections, seen)

    def test_one_that_comes_back(self):
        with klap_simulated() as plug:
            it = self.stepping(plug, 1.0)
            self.assertTrue(it.poll())
            plug.fault = "silent"
            self.assertTrue(it.poll())
            self.assertEqual(it.member.outlets[0].state(), None)
            plug.fault = ""
            self.assertTrue(it.poll())
            self.assertEqual(it.member.outlets[0].state(), 0)


if __name__ == "__main__":
    unittest.main()
