"""watch: what it tells of devices, and when."""

import datetime
import json
import re
import signal
import time
import unittest

from tests.house import closed, without_dns
from tests.parallel import early
from tests.support import FORMS, assert_failure, call, run
from tests.watch.watching import FAST, INTERVAL_S, PATIENCE_S, Case, Watch, polls
from tplink_exec.errors import UsageError
from tplink_exec.network.host_word import split


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
            self.break_down(plug, fault)
        watch.expect(*[fault + " OFFLINE" for fault in faults])
        watch.silent()
        for plug in plugs.values():
            self.break_down(plug, "")
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
        self.break_down(plug, "garbage")
        self.assertEqual(watch.line(), "Lamp OFFLINE")
        self.assertRegex(watch.error(), re.escape(start) + "OFFLINE: .* is this a TP-Link device")
        watch.silent(watch.err)
        self.break_down(plug, "")
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
        self.break_down(plug, "silent")
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
        self.until_polled(plug, 5)
        asked = [*plug.requests, *plug.questions]
        self.assertEqual([it for it in asked if b"emeter" in it], [])

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
        self.until_polled(bulb, 30)
        asked = [*bulb.requests, *bulb.questions]
        self.assertLess(len([it for it in asked if b"emeter" in it]), 10)

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
        before, started = polls(strip), time.monotonic()
        self.until_polled(strip, 6)
        intervals = (time.monotonic() - started) / INTERVAL_S
        self.assertLess(polls(strip) - before, intervals + 3)  # one poll for all three

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


if __name__ == "__main__":
    unittest.main()
