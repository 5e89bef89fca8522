"""The meter's figures over all generations of hardware: units, sums, what is absent."""

import json
import unittest

from tests import support
from tests.support import assert_failure, simulated

BULB = "smartlife.iot.common.emeter"


def call(device, *words):
    return support.call(device.host, str(device.port), *words)


def says(device, module, method, reply):
    device.device.methods[module][method] = lambda _: reply


class Realtime(unittest.TestCase):
    def test_units_and_decimals(self):
        """(the fields, what is printed); W, V, A, kWh, and the same in thousandths."""
        for model, module, fields, command, printed in (
            ("HS110", "emeter", {"power": 61.753}, "power", "61.753"),
            ("HS110", "emeter", {"power": 0.928511}, "power", "0.928511"),
            ("HS110", "emeter", {"power": 5}, "power", "5.000"),
            ("HS110", "emeter", {"power": 0}, "power", "0.000"),
            ("HS110", "emeter", {"power": 0.00001}, "power", "0.00001"),
            ("HS110", "emeter", {"power": 1e-9}, "power", "0.000"),
            ("HS110", "emeter", {"power": 3e5}, "power", "300000.000"),
            ("HS110", "emeter", {"power": -0.5}, "power", "-0.500"),
            ("HS110", "emeter", {"voltage": 231.067823}, "voltage", "231.067823"),
            ("HS110", "emeter", {"current": 0.014937}, "current", "0.014937"),
            ("HS110", "emeter", {"total": 55.139}, "total", "55.139"),
            ("HS110v4", "emeter", {"power_mw": 61753}, "power", "61.753"),
            ("HS110v4", "emeter", {"voltage_mv": 230837}, "voltage", "230.837"),
            ("HS110v4", "emeter", {"current_ma": 6}, "current", "0.006"),
            ("HS110v4", "emeter", {"total_wh": 16323}, "total", "16.323"),
            ("HS110v4", "emeter", {"power_mw": 0, "total_wh": 0}, "total", "0.000"),
            ("LB100", BULB, {"power_mw": 4400}, "power", "4.400"),
            ("KL430", BULB, {"voltage_mv": 0}, "voltage", "0.000"),
        ):
            with simulated(model) as device:
                says(device, module, "get_realtime", {**fields, "err_code": 0})
                result = call(device, command)
                self.assertEqual(
                    (result.code, result.out, result.err), (0, printed.encode() + b"\n", b"")
                )

    def test_a_figure_that_is_absent_is_not_0(self):
        for model, module in (("HS110", "emeter"), ("HS110v4", "emeter"), ("LB100", BULB)):
            with simulated(model) as device:
                says(device, module, "get_realtime", {"err_code": 0})
                for command in ("power", "voltage", "current", "total"):
                    result = call(device, command)
                    assert_failure(self, result, 6)
                    self.assertIn(b"without %s in its meter" % command.encode(), result.err)

    def test_a_plug_without_a_meter_that_says_0(self):
        """HS103 and others answer with zeros; only `feature` tells that there is no meter."""
        zeros = {"power": 0, "voltage": 0, "current": 0, "total": 0, "err_code": 0}
        with simulated("HS100") as plug:
            plug.device.methods["emeter"]["get_realtime"] = lambda _: zeros
            for command in ("power", "voltage", "current", "total", "today", "month"):
                assert_failure(self, call(plug, command), 6)

    def test_no_number_is_no_figure(self):
        for value in (True, "61.7", None, [1], 1e400):
            with simulated("HS110") as plug:
                says(plug, "emeter", "get_realtime", {"power": value, "err_code": 0})
                assert_failure(self, call(plug, "power"), 5)

    def test_a_strip_is_the_sum_of_its_outlets_but_for_volts(self):
        with simulated("HS300") as strip:
            for slot, outlet in enumerate(strip.device.outlets, 1):
                reading = {
                    "power_mw": slot,
                    "voltage_mv": 120000 + slot,
                    "current_ma": 10 * slot,
                    "total_wh": 100 * slot,
                    "err_code": 0,
                }
                outlet.meter.methods["get_realtime"] = lambda _, reading=reading: reading
            for words, printed in (
                (["power"], b"0.021\n"),
                (["voltage"], b"120.001\n"),
                (["current"], b"0.210\n"),
                (["total"], b"2.100\n"),
                (["power", "--child", "3"], b"0.003\n"),
                (["voltage", "--child", "Plug 6"], b"120.006\n"),
                (["total", "--child", "05"], b"0.600\n"),
            ):
                self.assertEqual(call(strip, *words)[:3], (0, printed, b""), words)
            reading = json.loads(call(strip, "emeter", "--child", "4").out)
            self.assertEqual(reading["emeter"]["get_realtime"]["power_mw"], 4)
            self.assertEqual(strip.connections, 8)  # one a call

    def test_energy_reset_is_for_all_outlets_or_one(self):
        with simulated("HS300") as strip:
            call(strip, "energy_reset", "--child", "2")
            totals = [outlet.meter.total_wh for outlet in strip.device.outlets]
            self.assertEqual([total == 0 for total in totals], [n == 1 for n in range(6)])
            call(strip, "energy_reset")
            self.assertEqual(call(strip, "total").out, b"0.000\n")


class Statistics(unittest.TestCase):
    NOW = 1700000000.0  # 14 November 2023, 22:13 UTC, by the device's clock

    def test_today_and_month_by_the_device_s_own_clock(self):
        days = {
            (2023, 10, 14): 9000,
            (2022, 11, 14): 8000,
            (2023, 11, 13): 500,
            (2023, 11, 14): 617,
            (2023, 11, 1): 0,
        }
        for model, module in (
            ("HS110", "emeter"),
            ("HS110v4", "emeter"),
            ("LB130", BULB),
            ("KL430", BULB),
        ):
            field, factor = ("energy", 0.001) if model == "HS110" else ("energy_wh", 1)
            listed = [
                {"year": y, "month": m, "day": d, field: wh * factor}
                for (y, m, d), wh in days.items()
            ]
            asked = []
            with simulated(model) as device:
                device.device.clock = lambda: self.NOW
                device.device.methods[module]["get_daystat"] = (
                    lambda given, listed=listed, asked=asked: (
                        asked.append(given) or {"day_list": listed, "err_code": 0}
                    )
                )
                self.assertEqual(call(device, "today")[:3], (0, b"0.617\n", b""))
                self.assertEqual(call(device, "month")[:3], (0, b"1.117\n", b""))
            self.assertEqual(asked, [{"year": 2023, "month": 11}] * 2)

    def test_no_entry_for_the_day_is_0(self):
        with simulated("HS110") as plug:
            says(plug, "emeter", "get_daystat", {"day_list": [], "err_code": 0})
            self.assertEqual(call(plug, "today")[:3], (0, b"0.000\n", b""))
            self.assertEqual(call(plug, "month")[:3], (0, b"0.000\n", b""))

    def test_lists_that_say_nonsense(self):
        entry = {"year": 2023, "month": 11, "day": 14}
        for days, code in (
            (None, 5),
            ({}, 5),
            ([1], 5),
            ([{**entry, "energy": "1"}], 5),
            ([{**entry, "energy": True}], 5),
            ([entry], 6),
            ([{**entry, "energy": 1}] * 2, 5),
            ([{**entry, "energy": 1, "day": "14"}], 5),
            ([{"month": 11, "day": 14, "energy": 1}], 5),
        ):
            with simulated("HS110") as plug:
                plug.device.clock = lambda: self.NOW
                says(plug, "emeter", "get_daystat", {"day_list": days, "err_code": 0})
                assert_failure(self, call(plug, "today"), code)
        for wrong in ({"year": "2023"}, {"month": 13}, {"mday": 0}, {"year": True}):
            with simulated("HS110") as plug:
                now = {"year": 2023, "month": 11, "mday": 14, "err_code": 0, **wrong}
                says(plug, "time", "get_time", now)
                assert_failure(self, call(plug, "today"), 5)


if __name__ == "__main__":
    unittest.main()
