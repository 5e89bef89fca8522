"""watch: what it tells of devices, and when."""

import datetime
import json
import re
import signal
import time
import unittest

from tests.house import closed, without_dns
from tests.parallel import early
from tests.support import FORMS, aes_simulated, assert_failure, call, klap_simulated, run
from tests.watch.watching import FAST, INTERVAL_S, PATIENCE_S, Case, Watch
from tplink_exec.address import split
from tplink_exec.errors import UsageError
from tplink_exec.simulator.simulate import played
from tplink_exec.watch.members import ALWAYS, CHANGES, NEVER, Member, Outlet
from tplink_exec.watch.orders import understand


@early
class States(Case):
    def test_a_line_at_the_start_and_at_each_change(self):
        first, second = self.device(alias="Lamp", state=1), self.device("HS110", alias="Fan")
        for form in FORMS:
            watch = Watch(self, *FAST, first.place, second.place, form=form)
            watch.expect("Lamp ON", "Fan OFF")
            watch.silent()
            for state, word in ((0, "OFF"), (1, "ON")):
                first.device.relay_state = state
                self.assertEqual(watch.line(), "Lamp " + word)
                watch.silent()
            self.assertEqual(watch.end(), (0, [], []))

    def test_offline_and_back_are_told_once(self):
        faults = ("reset-before-reply", "not-json", "err-code", "silent")
        plugs = {fault: self.device(alias=fault) for fault in faults}
        places = [plug.place for plug in plugs.values()]
        watch = Watch(self, *FAST, "--timeout", "1", *places)
        watch.expect(*[fault + " OFF" for fault in faults])
        for fault, plug in plugs.items():
            plug.fault = fault
        watch.expect(*[fault + " OFFLINE" for fault in faults])
        watch.silent()
        for plug in plugs.values():
            plug.fault = ""
        watch.expect(*[fault + " OFF" for fault in faults])
        watch.silent()
        self.assertEqual(watch.end(), (0, [], []))

    def test_a_device_never_seen_goes_by_its_host(self):
        with closed() as host:
            with without_dns():
                watch = Watch(self, *FAST, host, "nowhere.invalid")
            watch.expect(host + " OFFLINE", "nowhere.invalid OFFLINE")
            watch.silent()
            self.assertEqual(watch.end(), (0, [], []))

    def test_debug_says_why_one_line_per_event(self):
        plug = self.device(alias="Lamp")
        watch = Watch(self, *FAST, "--debug", plug.place)
        start = "tplink-exec: %s: " % plug.place
        self.assertEqual((watch.line(), watch.error()), ("Lamp OFF", start + "answers"))
        plug.fault = "garbage"
        self.assertEqual(watch.line(), "Lamp OFFLINE")
        self.assertRegex(watch.error(), re.escape(start) + "OFFLINE: .* is this a TP-Link device")
        watch.silent(watch.err)
        plug.fault = ""
        self.assertEqual((watch.line(), watch.error()), ("Lamp OFF", start + "answers"))
        watch.tell("Lamp on")
        self.assertEqual((watch.line(), watch.error()), ("Lamp ON", start + "done: on"))
        ended = ["tplink-exec: standard input has ended"]
        self.assertEqual(watch.end(), (0, [], ended))

    def test_json(self):
        plug = self.device("HS110", alias="Lämp\x07\x7f\x9b\n" + "x" * 300, state=1)
        strip, bulb = self.device("HS300"), self.device("LB130", alias="灯")
        hosts = [plug.place, strip.place, strip.place + "#2", bulb.place, self.device().place]
        watch = Watch(self, "--interval", "0.1", "--timeout", "1", "--json", *hosts)
        lines = [watch.line() for _ in hosts]
        found = {value["host"]: value for value in map(json.loads, lines)}
        self.assertEqual(sorted(found), sorted(hosts))
        for line, value in zip(lines, map(json.loads, lines)):
            self.assertEqual(list(value)[:4], ["time", "alias", "host", "state"])
            self.assertLessEqual(set(value), {"time", "alias", "host", "state", "power"})
            self.assertRegex(value["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            at = datetime.datetime.strptime(value["time"][:-1] + "+0000", "%Y-%m-%dT%H:%M:%S.%f%z")
            self.assertLess(abs(at.timestamp() - time.time()), PATIENCE_S)
            self.assertRegex(line, "^[ -~]*$")
        self.assertEqual(found[hosts[0]]["alias"], ("Lämp\x07\x7f\x9b\n" + "x" * 300)[:200])
        self.assertEqual([found[h]["state"] for h in hosts], ["ON", *["OFF"] * 4])
        self.assertEqual([found[h].get("power") for h in hosts], [61.753, 0.0, 0.0, 0.0, None])
        self.assertEqual([h for h in hosts if "power" not in found[h]], [hosts[4]])
        self.assertEqual([found[h]["alias"] for h in hosts[1:4]], ["HS300 1", "Plug 2", "灯"])
        strip.device.outlets[1].state = 1
        changed = [json.loads(watch.line()) for _ in range(2)]
        self.assertEqual([(v["state"], v["power"]) for v in changed], [("ON", 20.5)] * 2)
        plug.fault = "silent"
        self.assertEqual(json.loads(watch.line())["state"], None)
        self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_control_characters_in_text(self):
        plug = self.device(alias="a\nb\x1b[2J\x7f\x9b\u202e" + "c" * 300)
        watch = Watch(self, *FAST, plug.place)
        name = "a\\nb\\x1b[2J\\x7f\\x9b\\u202e" + "c" * (200 - 10)
        self.assertEqual(watch.line(), name + " OFF")

    def test_a_change_of_power_alone_prints_nothing(self):
        plug = self.device("HS110", state=1)
        for words in ((), ("--repeat", "60")):
            watch = Watch(self, *FAST, "--json", *words, plug.place)
            self.assertEqual(json.loads(watch.line())["power"], 61.753)
            plug.device.relay.meter.load = lambda: 7.5
            watch.silent()
            plug.device.relay.meter.load = lambda: 61.753
            self.assertEqual(watch.end(), (0, [], []))

    def test_text_never_reads_the_meter(self):
        plug = self.device("HS110", state=1)
        watch = Watch(self, *FAST, plug.place)
        watch.line()
        self.until(lambda: len(plug.requests) > 5)
        self.assertEqual([r for r in plug.requests if b"emeter" in r], [])

    def test_a_meter_that_fails_does_not_hide_the_state(self):
        plug = self.device("HS110", state=1)
        plug.device.methods["emeter"]["get_realtime"] = lambda _: {"power": "much", "err_code": 0}
        watch = Watch(self, *FAST, "--json", plug.place)
        value = json.loads(watch.line())
        self.assertEqual((value["state"], value["power"]), ("ON", None))

    def test_a_bulb_without_a_meter_is_asked_ever_more_seldom(self):
        bulb = self.device("LB130")
        del bulb.device.methods["smartlife.iot.common.emeter"]
        watch = Watch(self, *FAST, "--json", "--repeat", "60", bulb.place)
        self.assertNotIn("power", json.loads(watch.line()))
        self.until(lambda: len([r for r in bulb.requests if b"sysinfo" in r]) > 30)
        self.assertLess(len([r for r in bulb.requests if b"emeter" in r]), 10)

    def test_a_meter_that_refused_is_asked_at_the_next_change(self):
        plug = self.device("HS110")
        meter = plug.device.methods.pop("emeter")
        watch = Watch(self, *FAST, "--json", plug.place)
        self.assertNotIn("power", json.loads(watch.line()))
        plug.device.methods["emeter"] = meter
        plug.device.relay_state = 1
        self.assertEqual(json.loads(watch.line())["power"], 61.753)
        plug.device.methods["emeter"] = {"get_realtime": lambda _: {"err_code": -10}}
        plug.device.relay_state = 0
        self.assertIs(json.loads(watch.line())["power"], None)  # it has one, as is known by now

    def test_repeat(self):
        plug, gone = self.device("HS110", alias="Lamp", state=1), self.device(fault="garbage")
        words = ["--repeat", "0.4", plug.place, gone.place]
        watch = Watch(self, *FAST, *words)
        for _ in range(3):
            watch.expect("Lamp ON", gone.place + " OFFLINE")
        watch = Watch(self, *FAST, "--json", *words)
        both = {plug.place, gone.place}
        self.assertEqual({json.loads(watch.line())["host"] for _ in both}, both)
        plug.device.relay.meter.load = lambda: 7.5
        self.until_polled(plug, 2)
        powers = []
        while len(powers) < 3:
            value = json.loads(watch.line())
            self.assertEqual("power" in value, value["host"] == plug.place)
            powers += [value["power"]] if "power" in value else []
        self.assertLess(powers[-1], 10)

    def test_a_strip_whole_and_by_its_outlets(self):
        strip = self.device("HS107", alias="Desk")
        child = strip.device.outlets[1]
        hosts = [strip.place, strip.place + "#1", strip.place + "#plug 2"]
        watch = Watch(self, *FAST, *hosts)
        watch.expect("Desk OFF", "Plug 1 OFF", "Plug 2 OFF")
        child.state = 1
        watch.expect("Desk ON", "Plug 2 ON")
        watch.tell("'%s#1' on" % strip.place)
        watch.expect("Plug 1 ON")
        watch.tell("'plug 2' OFF")
        watch.expect("Plug 2 OFF")
        before, started = strip.connections, time.monotonic()
        self.until_polled(strip, 6)
        polls = (time.monotonic() - started) / INTERVAL_S
        self.assertLess(strip.connections - before, polls + 3)  # one poll for all three

    def test_an_outlet_that_is_not_there(self):
        strip, plug = self.device("HS107"), self.device()
        hosts = [strip.place + "#7", plug.place + "#1", strip.place + "#1"]
        watch = Watch(self, *FAST, *hosts)
        watch.expect(hosts[0] + " OFFLINE", hosts[1] + " OFFLINE", "Plug 1 OFF")
        self.assertIn("#7 OFFLINE: there is no outlet 7", watch.error())
        watch.silent(watch.err)

    def test_hosts(self):
        self.assertEqual(split("10.0.0.1", 9999), ("10.0.0.1", 9999, ""))
        self.assertEqual(split("plug.lan:80#Desk #1", 9999), ("plug.lan", 80, "Desk #1"))
        self.assertEqual(split("::1", 5), ("::1", 5, ""))
        self.assertEqual(split("[::1]#2", 5), ("::1", 5, "2"))
        self.assertEqual(split("[::1]:7", 5), ("::1", 7, ""))
        self.assertEqual(split(" [::1]:7\n", 5), ("::1", 7, ""))
        for bad in ("", " ", "#1", "x#", "x:", "x:0", "x:65536", "[::1]:x", ":1", "x:1:"):
            with self.subTest(bad):
                if bad == "x:1:":
                    self.assertEqual(split(bad, 1)[0], bad)  # an IPv6 address, by its colons
                else:
                    self.assertRaises(UsageError, split, bad, 9999)

    def test_by_name_and_ipv6(self):
        plug = self.device(alias="Lamp")
        six = self.device(address="::1", alias="Six")
        watch = Watch(self, *FAST, "localhost:%d" % plug.port, six.place)
        watch.expect("Lamp OFF", "Six OFF")
        for word in ("localhost:%d" % plug.port, "127.0.0.1", "localhost"):
            watch.tell(word + " toggle")
            self.assertRegex(watch.line(), "Lamp O")
        for word in ("::1", "[::1]", six.place):
            watch.tell(word + " toggle")
            self.assertRegex(watch.line(), "Six O")
        self.assertEqual(watch.end(), (0, [], []))

    def test_usage(self):
        for words in (
            [],
            ["--fly", "127.0.0.1"],
            ["--interval", "0", "127.0.0.1"],
            ["--interval", "3601", "127.0.0.1"],
            ["--interval", "-1", "127.0.0.1"],
            ["--repeat", "x", "127.0.0.1"],
            ["--timeout", "1e3", "127.0.0.1"],
            ["--port", "0", "127.0.0.1"],
            ["127.0.0.1:99999"],
        ):
            with self.subTest(words):
                assert_failure(self, call("watch", *words), 1)
        for form in FORMS.values():
            assert_failure(self, run([*form, "watch"]), 1)
            self.assertIn(b"--repeat S", run([*form, "watch", "--help"]).out)


class KlapDevices(Case):
    def member(self, plug, timeout_s=PATIENCE_S):
        options = {"--transport": "auto", "--http-port": plug.http_port}
        member = Member(plug.host, plug.port, options, timeout_s, 0.1)
        member.outlets.append(Outlet("plug", ""))
        return member

    def test_one_session_for_many_polls(self):
        for model, speaking in (
            ("HS110", klap_simulated),
            ("KP125M", klap_simulated),
            ("KP125M", aes_simulated),
        ):
            with speaking(model) as plug:
                member = self.member(plug)
                for _ in range(5):
                    self.assertTrue(member.poll(ALWAYS))
                    self.assertEqual(member.outlets[0].state(), 0)
                self.assertEqual(member.outlets[0].shown.power, 0.0)
                session = member.http_link.channel()
                order = understand(b"plug on")
                member.call(order[2], order[3], time.monotonic() + 5)
                self.assertTrue(member.poll())
                self.assertEqual(member.outlets[0].state(), 1)
                self.assertIs(member.http_link.channel(), session)
                self.assertLessEqual(plug.connections, 7)  # one a poll or command
                self.assertIsNone(member.http_link.http.socket)  # and none is kept

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
            with klap_simulated(model) as it, self.subTest((model, children, metering)):
                member = self.member(it)
                member.outlets[:] = [Outlet(child, child) for child in children]
                it.device.relay_state = 1
                self.assertTrue(member.poll(metering))
                it.requests.clear()
                self.assertTrue(member.poll(metering))
                self.assertEqual(len(it.requests), count)
                self.assertEqual([outlet.state() for outlet in member.outlets], [1] * len(children))
                self.assertEqual(member.outlets[-1].shown.power, power)
                if children == ["", "1", "Plug 1"]:
                    order = understand(b"x off")
                    options = {**order[3], "--child": "1"}
                    member.call(order[2], options, time.monotonic() + 5)
                    self.assertTrue(member.poll(metering))
                    self.assertEqual([outlet.state() for outlet in member.outlets], [1, 0, 1])
                    self.assertEqual(member.outlets[1].alias, "Plug 3")

    def test_a_hub_is_offline_and_says_what_it_is(self):
        with klap_simulated("H100") as hub:
            member = self.member(hub)
            self.assertTrue(member.poll(ALWAYS))
            (outlet,) = member.outlets
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
                    member = self.member(plug)
                    methods = getattr(plug.device, meter[0])
                    methods = methods[meter[1]] if meter[1:] else methods
                    for other in ("get_emeter_data", "get_current_power"):
                        methods.pop(other, None)
                    right = methods.pop(method)
                    if code:
                        methods[method] = lambda _, code=code: {code: -10}
                    for _ in range(3):
                        self.assertTrue(member.poll(ALWAYS))
                    outlet = member.outlets[0]
                    self.assertEqual((outlet.state(), outlet.shown.power), (0, None))
                    methods[method] = right
                    plug.device.relay_state = 1
                    self.assertTrue(member.poll(CHANGES))
                    self.assertGreater(outlet.shown.power, 1)
                    methods[method] = lambda _: {"err_code": -10, "error_code": -10}
                    self.assertTrue(member.poll(ALWAYS))
                    self.assertEqual((outlet.shown.power, outlet.shown.metered), (None, True))
                    methods[method] = right
                    self.assertTrue(member.poll(ALWAYS))
                    self.assertGreater(outlet.shown.power, 1)

    def test_another_device_at_the_address(self):
        """What the first was, SMART or not, is not held against the second."""
        with klap_simulated("KP125M") as plug:
            member = self.member(plug)
            for model in ("KP125M", "HS110", "KP125M"):
                plug.klap.device = played(model)
                self.assertTrue(member.poll())
                if member.outlets[0].state() is None:
                    self.assertTrue(member.poll())
                self.assertEqual(member.outlets[0].state(), 0, model)

    def test_a_login_that_is_wrong(self):
        with klap_simulated(login=("me", "secret")) as plug:
            member = self.member(plug)
            self.assertTrue(member.poll())
            outlet = member.outlets[0]
            self.assertEqual((outlet.state(), outlet.grave), (None, True))
            self.assertIn("login", outlet.trouble)
            seen = plug.connections
            self.assertFalse(member.poll())  # only after a pause: it may lock itself
            self.assertEqual(plug.connections, seen)

    def test_one_that_comes_back(self):
        with klap_simulated() as plug:
            member = self.member(plug, 1.0)
            self.assertTrue(member.poll())
            plug.fault = "silent"
            self.assertTrue(member.poll())
            self.assertEqual(member.outlets[0].state(), None)
            plug.fault = ""
            self.assertTrue(member.poll())
            self.assertEqual(member.outlets[0].state(), 0)


if __name__ == "__main__":
    unittest.main()
