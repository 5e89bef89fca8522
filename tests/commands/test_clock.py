"""clock: what is read, what is set, and what this machine says of its time zone."""

import calendar
import contextlib
import json
import os
import tempfile
import time
import unittest
from unittest import mock

from tests import support
from tests.support import assert_failure, klap_simulated, simulated
from tplink_exec.devices import clock

NOW = calendar.timegm((2026, 11, 27, 17, 5, 9))
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
SMART = "KP125M"


def call(device, *words):
    place = [device.host, str(device.port)]
    if hasattr(device, "http_port"):
        place += ["--http-port", str(device.http_port)]
    return support.call(*place, *words)


@contextlib.contextmanager
def machine(rule=BERLIN, link="", file=""):
    """This machine has a time zone by a rule of POSIX, and these files name it."""
    with tempfile.TemporaryDirectory() as folder:
        localtime, named = os.path.join(folder, "localtime"), os.path.join(folder, "timezone")
        if link:
            os.symlink(link, localtime)
        with open(named, "w", encoding="utf-8") as text:
            text.write(file)
        files = mock.patch.multiple(clock, LOCALTIME=localtime, TIMEZONE=named)
        with mock.patch.dict(os.environ, {"TZ": rule}), files:
            time.tzset()
            if link or file:
                del os.environ["TZ"]  # the C library keeps what tzset has read
            yield
    time.tzset()


class Reading(unittest.TestCase):
    def test_iot_devices(self):
        for model in ("HS100", "HS300", "LB130", "KL430"):
            with simulated(model) as device:
                device.device.clock = lambda: NOW
                self.assertEqual(
                    call(device, "clock")[:3], (0, b"2026-11-27T17:05:09+00:00\n", b"")
                )
                for index, ahead_s, printed in (
                    (41, 3600, b"2026-11-27T18:05:09+01:00\n"),
                    (18, -5 * 3600, b"2026-11-27T12:05:09-05:00\n"),
                    (27, -12600, b"2026-11-27T13:35:09-03:30\n"),
                    (96, 11 * 3600, b"2026-11-28T04:05:09+11:00\n"),
                    (
                        28,
                        -2 * 3600,
                        b"2026-11-27T15:05:09\n",
                    ),  # what it does in Brazil is not known
                    (700, 0, b"2026-11-27T17:05:09\n"),
                    ("41", 0, b"2026-11-27T17:05:09\n"),
                    (41, -NOW, b"1970-01-01T00:00:00+01:00\n"),
                ):
                    device.device.zone_index, device.device.local_s = index, ahead_s
                    self.assertEqual(call(device, "clock")[:3], (0, printed, b""), (model, index))

    def test_a_device_without_zones(self):
        with simulated() as plug:
            plug.device.clock = lambda: NOW
            del plug.device.time_methods["get_timezone"]
            self.assertEqual(call(plug, "clock")[:3], (0, b"2026-11-27T17:05:09\n", b""))

    def test_a_device_without_a_clock(self):
        with simulated() as plug:
            del plug.device.methods["time"]
            result = call(plug, "clock")
            assert_failure(self, result, 6)
            self.assertIn(b"is a plug without a clock; its commands are", result.err)
        with klap_simulated(SMART) as plug:
            del plug.device.smart_methods["get_device_time"]
            result = call(plug, "clock")
            assert_failure(self, result, 6)
            self.assertIn(b"without a clock", result.err)

    def test_nonsense(self):
        good = dict(zip(clock.FIELDS, (2026, 11, 27, 17, 5, 9)), err_code=0)
        for name, value, code in (
            ("mday", 31, 5),
            ("hour", "17", 5),
            ("hour", 24, 5),
            ("sec", True, 5),
            ("year", 0, 5),
            ("year", None, 5),
            ("err_code", -7, 6),
        ):
            with simulated() as plug:
                said = {**good, name: value}
                plug.device.time_methods["get_time"] = lambda _, said=said: said
                assert_failure(self, call(plug, "clock"), code)
        for name, value in (
            ("timestamp", "1"),
            ("timestamp", -1),
            ("timestamp", 253402300799),  # in Tokyo it is the year 10000
            ("time_diff", None),
        ):
            with klap_simulated(SMART) as plug:
                said = {"region": "Asia/Tokyo", "time_diff": 540, "timestamp": NOW, name: value}
                plug.device.smart_methods["get_device_time"] = lambda _, said=said: {"result": said}
                assert_failure(self, call(plug, "clock"), 5)

    def test_smart_devices(self):
        with klap_simulated("P300") as strip:
            strip.device.clock = lambda: NOW
            self.assertEqual(call(strip, "clock")[:3], (0, b"2026-11-27T17:05:09+00:00\n", b""))
        summer = calendar.timegm((2026, 7, 1, 12, 0, 0))
        with klap_simulated(SMART) as plug:
            for now, region, minutes, printed in (
                (NOW, "Nowhere/Here", 90, b"2026-11-27T18:35:09+01:30\n"),
                (NOW, "", -60, b"2026-11-27T16:05:09-01:00\n"),
                (NOW, "/etc/passwd", 0, b"2026-11-27T17:05:09+00:00\n"),
                (summer, "Europe/Berlin", 60, b"2026-07-01T14:00:00+02:00\n"),
            ):
                plug.device.clock = lambda now=now: now
                plug.device.region = {"region": region, "time_diff": minutes}
                with machine(link="/usr/share/zoneinfo/Europe/Berlin"):
                    self.assertEqual(call(plug, "clock")[:3], (0, printed, b""), region)


class Setting(unittest.TestCase):
    def test_iot_devices(self):
        for model, module in (
            ("HS100", "time"),
            ("HS300", "time"),
            ("LB130", "smartlife.iot.common.timesetting"),
        ):
            for rule, index in (
                (BERLIN, 41),
                ("EST5EDT,M3.2.0,M11.1.0", 18),
                ("UTC0", 38),
                ("IST-5:30", 75),
            ):
                with simulated(model) as device, machine(rule):
                    before = local(0)
                    self.assertEqual(call(device, "clock", "now")[:3], (0, b"", b""))
                    told = json.loads(device.requests[-1])[module]["set_timezone"]
                    self.assertEqual(told.pop("index"), index)
                    self.assertEqual(list(told), list(clock.FIELDS))
                    self.assertIn(tuple(told.values()), {before, local(0), local(1)})
                    self.assertEqual(device.device.zone_index, index)
                    printed = call(device, "clock").out.decode()
                    self.assertEqual(
                        printed[-7:-1], time.strftime("%z")[:3] + ":" + time.strftime("%z")[3:]
                    )

    def test_smart_devices(self):
        """The name that the machine has for its zone, and the offset without daylight saving."""
        for where, region, minutes in (
            ({"link": "/usr/share/zoneinfo/Europe/Paris"}, "Europe/Paris", 60),
            (
                {"rule": "AEST-10AEDT,M10.1.0,M4.1.0/3", "file": "Australia/Hobart\n"},
                "Australia/Hobart",
                600,
            ),
            ({"rule": "AEST-10AEDT,M10.1.0,M4.1.0/3"}, "Australia/Sydney", 600),
            ({"rule": BERLIN}, "Europe/Berlin", 60),
            ({"rule": "UTC0"}, "UTC", 0),
            ({"rule": "<+1245>-12:45"}, "", 765),
        ):
            with klap_simulated(SMART) as plug, machine(**where):
                plug.device.clock = lambda: 0.0
                self.assertEqual(call(plug, "CLOCK", "NOW")[:3], (0, b"", b""))
                self.assertEqual(plug.device.region, {"region": region, "time_diff": minutes})
                self.assertLess(abs(plug.device.local_s - time.time()), 60)

    def test_a_zone_that_devices_do_not_have(self):
        with simulated() as plug, machine("<+1245>-12:45"):
            result = call(plug, "clock", "now")
            assert_failure(self, result, 6)
            self.assertIn(b"none with the UTC+12:45 that this machine has", result.err)
            self.assertEqual(plug.device.zone_index, 38)

    def test_a_machine_that_does_not_know(self):
        for device in (simulated(), klap_simulated(SMART)):
            with device as plug:
                plug.device.clock = lambda: NOW
                with machine("Europe/Nowhere"):
                    result = call(plug, "clock", "now")
                    assert_failure(self, result, 2)
                    self.assertIn(b"does not know its time zone Europe/Nowhere", result.err)
                with mock.patch("time.time", lambda: 12345.0):
                    result = call(plug, "clock", "now")
                    assert_failure(self, result, 2)
                    self.assertIn(b"own clock is not set: it says Thu Jan  1 ", result.err)
                self.assertEqual(plug.device.local_s, 0)

    def test_words(self):
        with simulated() as plug:
            for words in (["12:00"], ["now", "now"], ["-"], ["now", "--child", "1"]):
                assert_failure(self, call(plug, "clock", *words), 1)
            self.assertEqual(plug.connections, 0)


class Names(unittest.TestCase):
    def test_what_names_a_zone(self):
        for where, name in (
            ({"rule": "Europe/Berlin"}, "Europe/Berlin"),
            ({"rule": ":Europe/Berlin"}, "Europe/Berlin"),
            ({"rule": "/usr/share/zoneinfo/Europe/Berlin"}, "Europe/Berlin"),
            ({"rule": "America/Argentina/Ushuaia"}, "America/Argentina/Ushuaia"),
            ({"rule": BERLIN}, ""),
            ({"rule": "Etc/GMT-3"}, ""),
            ({"rule": "UTC"}, ""),
            ({"link": "/usr/share/zoneinfo/Europe/Rome", "file": "Asia/Tokyo"}, "Europe/Rome"),
            ({"link": "/var/db/timezone/zoneinfo/Asia/Tokyo"}, "Asia/Tokyo"),
            ({"link": "/usr/share/zoneinfo/Etc/UTC"}, ""),
            ({"file": "Asia/Tokyo\n"}, "Asia/Tokyo"),
            ({"file": "Ärger/Ümlaut"}, ""),
            ({"file": "nonsense"}, ""),
        ):
            with machine(**where):
                self.assertEqual(clock.zone_name(), name, where)


def local(seconds):
    return tuple(time.localtime(time.time() + seconds)[:6])


if __name__ == "__main__":
    unittest.main()
