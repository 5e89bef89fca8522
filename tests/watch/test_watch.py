"""watch: processes against simulated devices."""

import datetime
import json
import os
import pty
import queue
import re
import resource
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from tests.house import Folder, klap_placed, network, placed
from tests.support import (
    FORMS,
    PYTHON,
    SINGLE_FILE,
    assert_failure,
    klap_simulated,
    run,
    sets,
    simulated,
)
from tplink_exec.address import split
from tplink_exec.errors import UsageError
from tplink_exec.watch.lines import MAX_LINE, MAX_LINES, Lines, Output
from tplink_exec.watch.members import ALWAYS, Member, Outlet
from tplink_exec.watch.orders import understand

FAST = ["--interval", "0.1"]
PATIENCE_S = 10
"""How long a test waits for what must come."""
NEVER_S = 0.6
"""How long it waits for what must not come: several intervals."""


class Watch:
    """A process of watch; what it prints can be waited for."""

    def __init__(self, test, *words, stdin=subprocess.PIPE, form="file", **options):
        self.test = test
        argv = [*FORMS[form], "watch", *words]
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen(argv, stdin=stdin, **options)
        test.addCleanup(self.close)
        self.out, self.err = queue.Queue(), queue.Queue()
        self.readers = [
            threading.Thread(target=self.pump, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))
            if pair[0]
        ]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def pump(stream, lines):
        with stream:
            for line in stream:
                lines.put(line)
        lines.put(None)

    def line(self, timeout_s=PATIENCE_S, lines=None):
        """The next line of standard output, None at its end."""
        line = (lines or self.out).get(timeout=timeout_s)
        return line and line.decode().rstrip("\n")

    def error(self, timeout_s=PATIENCE_S):
        return self.line(timeout_s, self.err)

    def expect(self, *wanted):
        """The next lines, in any order."""
        self.test.assertEqual(sorted(self.line() for _ in wanted), sorted(wanted))

    def silent(self, lines=None):
        try:
            line = self.line(NEVER_S, lines)
        except queue.Empty:
            return
        self.test.fail("unexpected: %r" % line)

    def tell(self, text):
        self.process.stdin.write(text if isinstance(text, bytes) else (text + "\n").encode())
        self.process.stdin.flush()

    def end(self):
        """End of input; exit code, rest of output and errors."""
        if self.process.stdin:
            self.process.stdin.close()
        code = self.process.wait(PATIENCE_S)
        out = self.rest(self.out) if self.process.stdout else None
        return code, out, self.rest(self.err)

    def rest(self, lines):
        found = []
        while True:
            line = self.line(lines=lines)
            if line is None:
                return found
            found.append(line)

    def stop(self, number=signal.SIGTERM):
        """The exit code after the signal, which must end it within a second."""
        self.process.send_signal(number)
        return self.process.wait(1)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except OSError:
                pass
        for reader in self.readers:
            reader.join(PATIENCE_S)


class Case(unittest.TestCase):
    def device(self, *words, **options):
        context = simulated(*words, **options)
        found = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        found.place = ("[%s]:%d" if ":" in found.host else "%s:%d") % (found.host, found.port)
        return found

    def until(self, condition):
        """Wait for something that has to come true."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.01)


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
        plug = self.device(alias="Lamp")
        for fault in ("reset-before-reply", "not-json", "err-code", "silent"):
            watch = Watch(self, *FAST, "--timeout", "0.5", plug.place)
            self.assertEqual(watch.line(), "Lamp OFF")
            plug.fault = fault
            self.assertEqual(watch.line(), "Lamp OFFLINE", fault)
            watch.silent()
            plug.fault = ""
            self.assertEqual(watch.line(), "Lamp OFF", fault)
            watch.silent()
            self.assertEqual(watch.end(), (0, [], []))

    def test_a_device_never_seen_goes_by_its_host(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            host = "127.0.0.1:%d" % taken.getsockname()[1]
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
        watch = Watch(self, *FAST, "--json", *hosts)
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

    def test_a_bulb_without_a_meter_is_asked_once(self):
        bulb = self.device("LB130")
        del bulb.device.methods["smartlife.iot.common.emeter"]
        watch = Watch(self, *FAST, "--json", "--repeat", "60", bulb.place)
        self.assertNotIn("power", json.loads(watch.line()))
        self.until(lambda: len(bulb.requests) > 5)
        self.assertEqual(len([r for r in bulb.requests if b"emeter" in r]), 1)

    def test_repeat(self):
        plug, gone = self.device("HS110", alias="Lamp", state=1), self.device(fault="silent")
        words = ["--repeat", "0.5", "--timeout", "0.2", plug.place, gone.place]
        watch = Watch(self, *FAST, *words)
        for _ in range(3):
            watch.expect("Lamp ON", gone.place + " OFFLINE")
        watch = Watch(self, *FAST, "--json", *words)
        both = {plug.place, gone.place}
        self.assertEqual({json.loads(watch.line())["host"] for _ in both}, both)
        plug.device.relay.meter.load = lambda: 7.5
        time.sleep(0.3)
        later = [json.loads(watch.line()) for _ in both]
        powers = [value["power"] for value in later if "power" in value]
        self.assertEqual((len(powers), powers[0] != 61.753), (1, True))

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
        before = strip.connections
        time.sleep(0.5)
        self.assertLess(strip.connections - before, 8)  # one poll for all three

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
        for bad in ("", "#1", "x#", "x:", "x:0", "x:65536", "[::1]:x", ":1", "x:1:"):
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
            for form in FORMS.values():
                with self.subTest(words):
                    assert_failure(self, run([*form, "watch", *words]), 1)
        self.assertIn(b"--repeat S", run([*FORMS["file"], "watch", "--help"]).out)


class Pace(Case):
    def test_nothing_piles_up_on_a_slow_device(self):
        slow, quick = self.device(fault="slow-reply"), self.device(alias="Quick")
        watch = Watch(self, *FAST, slow.place, quick.place)
        self.assertEqual(watch.line(), "Quick OFF")
        self.assertEqual(watch.line(), "HS100 1 OFF")
        before, others = slow.connections, quick.connections
        time.sleep(2)
        self.assertLessEqual(slow.connections - before, 6)  # 0.3 s, and so each 0.4 s
        self.assertGreaterEqual(slow.connections - before, 3)
        self.assertGreaterEqual(quick.connections - others, 12)
        self.assertLessEqual(quick.connections - others, 22)
        self.assertLessEqual(len(slow.open), 4)  # the listeners, and no heap of connections

    def test_one_that_hangs_delays_no_other(self):
        hung, plug = self.device(fault="silent"), self.device(alias="Lamp")
        watch = Watch(self, *FAST, "--timeout", "60", hung.place, plug.place)
        self.assertEqual(watch.line(2), "Lamp OFF")
        watch.tell("%s on" % plug.place)
        self.assertEqual(watch.line(2), "Lamp ON")
        watch.tell("Lamp off")  # an alias, though not all devices have answered
        watch.process.stdin.close()
        self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_backs_off_on_a_dead_device_and_recovers_in_an_interval(self):
        """The whole effort, retries and all, comes ever more seldom; one try each interval."""
        plug = self.device(alias="Lamp")
        watch = Watch(self, "--interval", "0.3", plug.place)
        self.assertEqual(watch.line(), "Lamp OFF")
        plug.fault = "close-before-reply"  # four connections for a patient poll, else one
        self.assertEqual(watch.line(), "Lamp OFFLINE")
        time.sleep(4)  # patient after 0.6, 1.2, 2.4 s
        before = plug.connections
        time.sleep(3)
        self.assertLessEqual(plug.connections - before, 15)
        self.assertGreaterEqual(plug.connections - before, 7)
        plug.fault = ""
        started = time.monotonic()
        self.assertEqual(watch.line(), "Lamp OFF")
        self.assertLess(time.monotonic() - started, 0.3 + 0.3)

    def test_a_network_that_comes_and_goes(self):
        with simulated(alias="Lamp") as plug:
            watch = Watch(self, "--interval", "0.3", "127.0.0.1:%d" % plug.port)
            self.assertEqual(watch.line(), "Lamp OFF")
        for name in ("Lamp", "HS100 1"):
            self.assertEqual(watch.line(), name + " OFFLINE")
            time.sleep(1.5)
            again = subprocess.Popen(
                [PYTHON, SINGLE_FILE, "simulate", "--port", str(plug.port)], stdout=subprocess.PIPE
            )
            try:
                again.stdout.readline()
                started = time.monotonic()
                self.assertEqual(watch.line(), "HS100 1 OFF")
                self.assertLess(time.monotonic() - started, 0.3 + 0.3)
            finally:
                again.terminate()
                again.wait(PATIENCE_S)
                again.stdout.close()
        self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_a_device_that_hangs_and_then_does_not(self):
        plug = self.device(alias="Lamp")
        watch = Watch(self, "--interval", "0.3", "--timeout", "3", plug.place)
        self.assertEqual(watch.line(), "Lamp OFF")
        plug.fault = "silent"
        self.assertEqual(watch.line(), "Lamp OFFLINE")
        time.sleep(1.2)  # in which there has been a patient poll, too
        plug.fault = ""
        started = time.monotonic()
        self.assertEqual(watch.line(), "Lamp OFF")
        self.assertLess(time.monotonic() - started, 0.6 + 0.3)

    def test_a_name_is_looked_up_once(self):
        plug = self.device()
        member = Member("localhost", plug.port, {}, 5.0, 2.0)
        member.outlets.append(Outlet("localhost", ""))
        self.assertTrue(member.poll())
        self.assertEqual((member.address, member.outlets[0].state()), ("127.0.0.1", 0))
        self.assertTrue(member.poll())
        self.assertEqual(member.outlets[0].state(), 0)


class Commands(Case):
    def setUp(self):
        self.plug = self.device("HS110", alias="Großes Licht")
        self.bulb = self.device("LB130", alias="Bulb")
        self.places = [self.plug.place, self.bulb.place]

    def watch(self, *words, **options):
        watch = Watch(self, *FAST, *words, *self.places, **options)
        watch.expect("Großes Licht OFF", "Bulb OFF")
        return watch

    def test_what_names_a_device(self):
        watch = self.watch()
        mac = self.plug.device.mac
        for name in (
            "'Großes Licht'",
            "'GROSSES LICHT'",
            r"Großes\ Licht",
            mac,
            mac.replace(":", "-").lower(),
            mac.replace(":", ""),
            self.plug.place,
        ):
            if name.upper().startswith("50"):
                self.bulb.device.mac = "50:C7:BF:00:00:99"
                time.sleep(0.3)
            for command in ("on", "OFF"):
                watch.tell("%s %s" % (name, command))
                self.assertEqual(watch.line(), "Großes Licht " + command.upper())
        self.assertEqual(watch.end(), (0, [], []))

    def test_every_command(self):
        watch = self.watch()
        for command, state in (
            ("ON", "ON"),
            ("0", "OFF"),
            ("toggle", "ON"),
            ("decrease", ""),
            ("33.3", ""),
            ("H", None),
            ("240,100,0", "OFF"),
            ("120,50,40", "ON"),
            ("brightness 0", "OFF"),
            ("brightness 70", "ON"),
            ("color 1,2,3", ""),
            ("temperature 2700 K", ""),
            ("temperature 2700K", ""),
            ("off", "OFF"),
            ("increase", "ON"),
        ):
            watch.tell("Bulb " + command)
            if state:
                self.assertEqual(watch.line(), "Bulb " + state, command)
        light = self.bulb.device.answer(b'{"system":{"get_sysinfo":{}}}')
        state = json.loads(light)["system"]["get_sysinfo"]["light_state"]
        self.assertEqual((state["on_off"], state["color_temp"], state["brightness"]), (1, 2700, 10))
        code, out, err = watch.end()
        self.assertEqual((code, out, len(err)), (0, [], 1))
        self.assertIn("unknown command H", err[0])

    def test_a_hostile_line_does_nothing_but_one_line_of_error(self):
        watch = self.watch()
        time.sleep(0.2)
        name = self.plug.place
        lines = [
            name + " reset --yes",
            name + " reset",
            name + " join Wifi",
            name + ' json \'{"system":{"set_relay_state":{"state":1}}}\'',
            name + " alias Mine",
            name + " reboot",
            name + " led off",
            name + " status",
            name + " brightness",
            name + " brightness 101",
            name + " temperature",
            name + " on off",
            name + " on --child 1",
            name + " on --timeout=3600",
            name + " --yes on",
            name + " NULL",
            name + " brightness UNDEF",
            name + " 240,100",
            name,
            "192.0.2.1 on",
            "127.0.0.1:1 on",
            "Nobody on",
            "Großes Licht on",
            "'Bulb on",
            "'' on",
            "$(reboot) on",
            name + " on; reboot",
            name + " `on`",
            "\\",
            "-t 127.0.0.1 -c on",
            "simulate 1 on",
            "\x1b[2J on",
            "Bulb \u202eno",
            b"\xff on\n",
            b"\0 on\n",
            b"x" * (MAX_LINE + 1) + b"\n",
            name.encode() + b" on" + b" " * 3 * 65536 + b"\n",
        ]
        for line in lines:
            watch.tell(line)
            error = watch.error()
            self.assertTrue(error.startswith("tplink-exec: "), error)
            self.assertRegex(error, r"^[ -~\u00a1-\uffff]*$")
            self.assertLess(len(error), 700)
        watch.tell(b"\n \n")
        watch.silent(watch.err)
        self.assertEqual((sets(self.plug), self.bulb.device.relay_state), ([], 0))
        watch.tell(name + " on")
        self.assertEqual(watch.line(), "Großes Licht ON")
        self.assertEqual(watch.end(), (0, [], []))
        for plug in (self.plug, self.bulb):
            self.assertEqual({r for r in plug.requests if b"get_sysinfo" not in r}, set(sets(plug)))

    def test_an_alias_of_two(self):
        self.bulb.device.alias = "großes licht"
        watch = Watch(self, *FAST, *self.places)
        watch.expect("Großes Licht OFF", "großes licht OFF")
        watch.tell("'Großes Licht' on")
        self.assertIn("fits more than one device: " + ", ".join(self.places), watch.error())
        watch.tell(self.bulb.place + " on")
        self.assertEqual(watch.line(), "großes licht ON")

    def test_an_address_of_two_and_an_alias_that_is_one(self):
        self.bulb.device.alias = self.plug.place
        watch = Watch(self, *FAST, *self.places)
        watch.expect("Großes Licht OFF", self.plug.place + " OFF")
        watch.tell(self.plug.place + " on")
        self.assertEqual(watch.line(), "Großes Licht ON")
        watch.tell("127.0.0.1 on")
        self.assertIn("fits more than one device", watch.error())

    def test_commands_are_done_in_order(self):
        watch = self.watch()
        words = ["on", "off"] * 20
        watch.tell("".join("Bulb %s\n'Großes Licht' %s\n" % (w, w) for w in words).encode())
        found = [watch.line() for _ in range(2 * len(words))]
        for name in ("Bulb", "Großes Licht"):
            mine = [line for line in found if line.startswith(name)]
            self.assertEqual(mine, ["%s %s" % (name, word.upper()) for word in words])

    def test_a_command_that_fails(self):
        watch = self.watch("--timeout", "0.5")
        self.plug.fault = "err-code"
        self.assertEqual(watch.line(), "Großes Licht OFFLINE")
        watch.tell(self.plug.place + " on")
        self.assertIn("tplink-exec: %s: the device refuses" % self.plug.place, watch.error())
        self.plug.fault = "silent"
        watch.tell(self.plug.place + " on")
        self.assertIn("tplink-exec: %s: no complete reply in time" % self.plug.place, watch.error())
        watch.silent()

    def test_a_command_comes_before_a_poll_that_hangs(self):
        watch = self.watch("--timeout", "5")
        self.plug.fault = "silent"
        seen = self.plug.connections
        self.until(lambda: self.plug.connections > seen)
        time.sleep(0.1)
        self.plug.fault = ""
        watch.tell("'Großes Licht' on")
        self.assertEqual(watch.line(2), "Großes Licht ON")

    def test_too_many_commands_for_a_device_that_hangs(self):
        watch = self.watch("--timeout", "1")
        self.plug.fault = "silent"
        started = time.monotonic()
        watch.tell(b"'Gro\xc3\x9fes Licht' on\n" * 150)
        errors = [watch.error() for _ in range(150)]
        self.assertGreaterEqual(sum("commands wait for this device" in e for e in errors), 49)
        self.assertLess(time.monotonic() - started, 3)
        self.assertTrue([e for e in errors if "waited too long for its turn" in e])  # not sent
        self.assertLessEqual(len(sets(self.plug)), 3)

    def test_an_alias_that_is_not_known_yet(self):
        self.plug.fault = "slow-reply"
        watch = Watch(self, *FAST, self.plug.place)
        self.until(lambda: self.plug.connections)
        watch.tell(self.plug.place + " on\n'Großes Licht' off")  # the first ends the first poll
        self.assertEqual([watch.line(), watch.line()], ["Großes Licht ON", "Großes Licht OFF"])
        self.assertEqual(watch.end(), (0, [], []))

    def test_no_more_is_read_than_can_be_done(self):
        self.plug.fault = "silent"
        watch = Watch(self, "--timeout", "60", *self.places)
        self.assertEqual(watch.line(), "Bulb OFF")
        os.set_blocking(watch.process.stdin.fileno(), False)
        written = 0
        for _ in range(100):
            try:
                written += os.write(watch.process.stdin.fileno(), b"Nobody on\n" * 400)
            except BlockingIOError:
                time.sleep(0.01)
        self.assertLess(written, 300000)
        self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_the_end_of_a_pipe(self):
        started = time.monotonic()
        watch = Watch(self, "--interval", "5", *self.places)
        watch.tell(b"Bulb on\n'Gro\xc3\x9fes Licht' on\nBulb off\nBulb on")  # and no newline
        code, out, err = watch.end()
        self.assertEqual((code, err), (0, []))
        self.assertEqual(
            [li for li in out if "Licht" in li], ["Großes Licht OFF", "Großes Licht ON"]
        )
        wanted = ["Bulb OFF", "Bulb ON", "Bulb OFF", "Bulb ON"]
        self.assertEqual([li for li in out if "Bulb" in li], wanted)
        self.assertLess(time.monotonic() - started, 3)
        self.assertEqual(self.plug.device.relay_state, 1)

    def test_the_end_of_a_pipe_while_a_device_hangs(self):
        self.plug.fault = "silent"
        started = time.monotonic()
        watch = Watch(self, "--timeout", "1", *self.places)
        watch.tell(self.plug.place + " on\nBulb on")
        code, out, err = watch.end()
        self.assertEqual((code, len(err)), (0, 1))
        self.assertIn("no complete reply in time", err[0])
        self.assertIn("Bulb ON", out)
        self.assertLess(time.monotonic() - started, 3)

    def test_a_file_of_commands(self):
        read, write = os.pipe()
        os.write(write, b"Bulb on\n")
        os.close(write)
        result = run([*FORMS["file"], "watch", *self.places], stdin=read)
        os.close(read)
        self.assertEqual((result.code, result.err), (0, b""))
        self.assertIn(b"Bulb ON\n", result.out)

    def test_dev_null_is_ignored(self):
        for stdin in (subprocess.DEVNULL, None):
            options = {"preexec_fn": lambda: os.close(0)} if stdin is None else {}
            watch = self.watch(stdin=stdin, **options)
            watch.silent()
            self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_the_end_of_a_terminals_input(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        watch = self.watch(stdin=theirs, start_new_session=True)
        os.close(theirs)
        os.write(ours, b"Bulb on\n")
        self.assertEqual(watch.line(), "Bulb ON")
        os.write(ours, b"\x04")
        self.assertEqual(watch.process.wait(PATIENCE_S), 0)

    def test_standard_input_that_cannot_be_read(self):
        with open(os.path.join(tempfile.gettempdir(), "unread.%d" % os.getpid()), "wb") as file:
            self.addCleanup(os.remove, file.name)
            result = run([*FORMS["file"], "watch", *self.places], stdin=file)
        self.assertEqual((result.code, result.err.count(b"\n")), (2, 1), result.err)
        self.assertIn(b"standard input cannot be read", result.err)


class Remembered(Folder, Case):
    """Devices by name, or all of them: see names."""

    def remember(self, *entries):
        names = ("alias", "mac", "device_id", "host", "port", "transport")
        devices = [dict(zip(names, entry)) for entry in entries]
        with open(self.path, "w") as file:
            json.dump({"devices": devices, "targets": []}, file)

    def entry(self, simulator, transport="xor"):
        it = simulator.device
        return (it.alias, it.mac, it.device_id, simulator.host, simulator.port, transport)

    def enter(self, context):
        found = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return found

    def watch(self, *words):
        return Watch(self, *FAST, "--timeout", "1", *words, env=self.environment)

    def test_all_that_are_remembered(self):
        net = network()
        plug = self.enter(placed(net + ".1", "HS110", 0, "Lamp"))
        klap = self.enter(klap_placed(net + ".2", "HS100", 1, "Fan"))
        self.remember(self.entry(plug), self.entry(plug), self.entry(klap, transport="klap"))
        watch = self.watch("--json")
        found = [json.loads(watch.line()) for _ in range(2)]
        macs = [plug.device.mac, klap.device.mac]
        self.assertEqual(sorted(value["host"] for value in found), macs)
        self.assertEqual(sorted(value["alias"] for value in found), ["Fan", "Lamp"])
        for name in ("Fan", macs[1], net + ".2"):
            watch.tell(name + " toggle")
            value = json.loads(watch.line())
            self.assertEqual((value["host"], value["alias"]), (macs[1], "Fan"))
        self.assertEqual(watch.end(), (0, [], []))

    def test_one_that_moves_and_a_stranger_in_its_place(self):
        net = network()
        with placed(net + ".1", "HS100", 0, "Lamp") as plug:
            self.remember(
                self.entry(plug), ("Other", "50:C7:BF:00:00:77", "", net + ".2", 9999, "xor")
            )
            watch = self.watch("lamp")
            self.assertEqual(watch.line(), "Lamp OFF")
        stranger = self.enter(placed(net + ".1", "HS100", 5, "Lamp"))
        stranger.device.relay_state = 1
        self.assertEqual(watch.line(), "Lamp OFFLINE")
        watch.tell("Lamp off")
        self.assertIn("another device", watch.error())
        plug = self.enter(placed(net + ".2", "HS100", 0, "Lamp"))
        self.assertEqual(watch.line(), "Lamp OFF")
        watch.tell("Lamp on")
        self.assertEqual(watch.line(), "Lamp ON")
        self.assertEqual(sets(stranger), [])
        self.assertEqual(watch.end(), (0, [], []))

    def test_a_stranger_that_no_poll_has_seen(self):
        net = network()
        with placed(net + ".1", "HS100", 0, "Lamp") as plug:
            self.remember(self.entry(plug))
            watch = Watch(self, "--timeout", "1", "lamp", "--interval=60", env=self.environment)
            self.assertEqual(watch.line(), "Lamp OFF")
        stranger = self.enter(placed(net + ".1", "HS100", 5, "Lamp"))
        watch.tell("Lamp on")
        self.assertIn("another device", watch.error())
        self.assertEqual(sets(stranger), [])

    def test_one_that_comes_back(self):
        net = network()
        with placed(net + ".1", "HS100", 0, "Lamp") as plug:
            self.remember(self.entry(plug))
        watch = self.watch("Lamp")
        self.assertEqual(watch.line(), "Lamp OFFLINE")  # by its remembered name
        time.sleep(2)
        self.enter(placed(net + ".1", "HS100", 0, "Lamp"))
        started = time.monotonic()
        self.assertEqual(watch.line(), "Lamp OFF")
        self.assertLess(time.monotonic() - started, 1.5)

    def test_nothing_remembered(self):
        for form in FORMS.values():
            result = run([*form, "watch"], env=self.environment)
            assert_failure(self, result, 1)
            self.assertIn(b"no devices are remembered", result.err)
        result = run([*FORMS["file"], "watch", "50:C7:BF:00:00:01"], env=self.environment)
        assert_failure(self, result, 3)
        with open(self.path, "w") as file:
            file.write("{")
        assert_failure(self, run([*FORMS["file"], "watch"], env=self.environment), 2)


class KlapDevices(Case):
    def member(self, plug):
        options = {"--transport": "auto", "--http-port": plug.http_port}
        member = Member(plug.host, plug.port, options, 2.0, 0.1)
        member.outlets.append(Outlet("plug", ""))
        return member

    def test_one_session_for_many_polls(self):
        for model in ("HS110", "KP125M"):
            with klap_simulated(model) as plug:
                member = self.member(plug)
                for _ in range(5):
                    self.assertTrue(member.poll(ALWAYS))
                    self.assertEqual(member.outlets[0].state(), 0)
                self.assertEqual(member.outlets[0].shown.power, 0.0)
                session = member.klap.session
                order = understand(b"plug on")
                member.call(order[2], order[3], time.monotonic() + 5)
                self.assertTrue(member.poll())
                self.assertEqual(member.outlets[0].state(), 1)
                self.assertIs(member.klap.session, session)
                self.assertLessEqual(plug.connections, 7)  # one a poll or command
                self.assertIsNone(member.klap.http.socket)  # and none is kept

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
            member = self.member(plug)
            self.assertTrue(member.poll())
            plug.fault = "silent"
            self.assertTrue(member.poll())
            self.assertEqual(member.outlets[0].state(), None)
            plug.fault = ""
            self.assertTrue(member.poll())
            self.assertEqual(member.outlets[0].state(), 0)


class Reading(unittest.TestCase):
    def test_lines(self):
        lines = Lines()
        self.assertEqual(lines.feed(b"a\nb"), [b"a"])
        self.assertEqual(lines.feed(b"c\r\n\n"), [b"bc\r", b""])
        self.assertEqual(lines.feed(b"x" * MAX_LINE), [])
        self.assertEqual(lines.feed(b"\nz"), [b"x" * MAX_LINE])
        self.assertEqual(lines.feed(b"x" * MAX_LINE), [b"z" + b"x" * MAX_LINE])
        for _ in range(3):
            self.assertEqual((lines.feed(b"y" * MAX_LINE), lines.rest), ([], b""))
        self.assertEqual(lines.feed(b"y\nlast"), [])
        self.assertEqual(lines.feed(b""), [b"last"])
        self.assertEqual(lines.feed(b""), [b""])

    def test_words(self):
        name, text, _, options = understand(b" 'Living  room' \tbrightness '33.3' \r")
        self.assertEqual((name, text), ("Living  room", "brightness 33.3"))
        self.assertEqual(options, {"command": "brightness", "value": "33.3"})
        for bad in (b"x brightness 101", b"x color 1,2", b"x temperature 9", b"x 101"):
            self.assertRaises(UsageError, understand, bad)


class Writing(Case):
    def test_lines_that_wait_are_only_the_last_of_each_device(self):
        output = Output()
        for number in range(MAX_LINES):
            output.add(number % 3, b"%d\n" % number)
        self.assertEqual(len(output.lines), MAX_LINES)
        output.add(1, b"new\n")
        self.assertEqual(output.take(1e9), b"998\n999\nnew\n".replace(b"999\n", b"999\n"))
        self.assertFalse(output.waits())

    def full_pipe(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, write)
        os.set_blocking(write, False)
        try:
            while True:
                os.write(write, b"x" * 512)
        except BlockingIOError:
            os.set_blocking(write, True)
        return read, write

    def test_closed_and_full_outputs(self):
        plug = self.device()
        for redirection in (">&-", ">/dev/full"):
            if "full" in redirection and not os.path.exists("/dev/full"):
                continue
            for form in FORMS.values():
                script = 'exec "$@" </dev/null ' + redirection
                result = run(["sh", "-c", script, "sh", *form, "watch", plug.place])
                assert_failure(self, result, 2)

    def test_a_reader_that_goes_away(self):
        """It ends at once, and not only when there is something to tell."""
        plug = self.device()
        read, write = os.pipe()
        watch = Watch(self, *FAST, plug.place, stdout=write)
        os.close(write)
        self.assertEqual(os.read(read, 100), b"HS100 1 OFF\n")
        os.close(read)
        self.assertEqual(watch.process.wait(1), 2)
        self.assertEqual(
            watch.rest(watch.err),
            ["tplink-exec: watch: standard output cannot be written: Broken pipe"],
        )

    def test_a_reader_that_sleeps(self):
        """States wait for it, and commands are done meanwhile."""
        plug = self.device(alias="Lamp")
        read, write = self.full_pipe()
        watch = Watch(self, *FAST, plug.place, stdout=write)
        watch.tell("Lamp on")
        self.until(lambda: plug.device.relay_state)
        time.sleep(0.3)
        os.set_blocking(read, False)
        text = b""

        def all_there():
            nonlocal text
            try:
                text += os.read(read, 65536)
            except BlockingIOError:
                pass
            return text.lstrip(b"x") == b"Lamp OFF\nLamp ON\n"

        self.until(all_there)
        self.assertEqual(watch.end()[0], 0)

    def test_a_reader_that_reads_a_little(self):
        """A write never blocks: what does not fit waits, and commands are done."""
        plug = self.device(alias="Lamp")
        read, write = self.full_pipe()
        watch = Watch(self, *FAST, "--repeat", "0.002", plug.place, stdout=write)
        time.sleep(2)  # until more waits than is read now
        os.read(read, select.PIPE_BUF)
        time.sleep(0.2)
        watch.tell("Lamp on")
        self.until(lambda: plug.device.relay_state)

    def test_more_devices_than_descriptors(self):
        silent = [self.device(fault="silent", address="127.0.90.%d" % n) for n in range(1, 31)]
        plug = self.device(alias="Lamp")
        hosts = [it.place for it in [*silent, plug]]
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, hard))  # noqa: E731
        watch = Watch(self, "--timeout", "60", *hosts, preexec_fn=few)
        self.assertEqual(watch.line(), "Lamp OFF")

    def test_signals(self):
        hung, plug = self.device(fault="silent"), self.device(alias="Lamp")
        for number in (signal.SIGTERM, signal.SIGINT):
            for form in FORMS:
                watch = Watch(self, *FAST, hung.place, plug.place, form=form)
                self.assertEqual(watch.line(), "Lamp OFF")
                watch.tell("%s on" % hung.place)
                self.assertEqual(watch.stop(number), -number)
                self.assertEqual((watch.rest(watch.out), watch.rest(watch.err)), ([], []))

    def test_a_signal_while_nobody_reads(self):
        plug = self.device()
        for number in (signal.SIGTERM, signal.SIGINT):
            _, write = self.full_pipe()
            watch = Watch(self, *FAST, "--debug", plug.place, stdout=write, stderr=write)
            time.sleep(0.5)
            self.assertEqual(watch.stop(number), -number)

    def test_the_end_of_input_while_nobody_reads(self):
        plug = self.device()
        _, write = self.full_pipe()
        watch = Watch(self, *FAST, plug.place, stdout=write)
        self.assertEqual(watch.end()[0], 2)

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "no /proc")
    def test_memory_stays_flat(self):
        """Thousands of polls, of faults and of commands: resident size after them as before."""
        plugs = [self.device("HS110") for _ in range(3)]
        plugs.append(self.device(fault="garbage"))
        words = ["--interval", "0.002", "--json", "--repeat", "0.01"]
        watch = Watch(self, *words, *[plug.place for plug in plugs], stdout=subprocess.DEVNULL)
        sizes = []
        for _ in range(5):
            for _ in range(40):
                watch.tell("%s on\nnonsense" % plugs[0].place)
                time.sleep(0.025)
            with open("/proc/%d/status" % watch.process.pid) as status:
                sizes.append(int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]))
        self.assertGreater(plugs[1].connections, 300)
        self.assertLess(sizes[-1] - sizes[1], 700, sizes)

    def test_garbage_of_every_kind_ends_no_thread(self):
        from tplink_exec.simulator.faults import FAULTS

        plug = self.device(alias="Lamp")
        watch = Watch(self, "--interval", "0.05", "--timeout", "0.3", plug.place)
        self.assertEqual(watch.line(), "Lamp OFF")
        for fault in sorted(FAULTS):
            plug.fault = fault
            seen = plug.connections
            self.until(lambda seen=seen: plug.connections > seen + 1)
        plug.fault = ""
        plug.device.relay_state = 1
        self.until(lambda: watch.line() == "Lamp ON")
        code, _, err = watch.end()
        self.assertEqual((code, err), (0, []))


if __name__ == "__main__":
    unittest.main()
