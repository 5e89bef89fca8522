"""openHAB's values: rounding, ranges, and what is no value at all."""

import itertools
import math
import unittest
from fractions import Fraction

from tests.support import assert_failure, call, simulated
from tplink_exec.devices.values import hsb, kelvin, lamp_range, percent, rgb
from tplink_exec.errors import UsageError


class Values(unittest.TestCase):
    def test_percent(self):
        for text, value in (
            ("0", 0),
            ("0.0", 0),
            ("0.0001", 1),
            ("0.4", 1),
            ("0.5", 1),
            ("1.49", 1),
            ("2.5", 3),
            ("33.3", 33),
            ("33.5", 34),
            ("49.4999999999999999999999999", 49),
            ("99.5", 100),
            ("100", 100),
            ("100.0", 100),
            ("007", 7),
            (".5", 1),
            ("5.", 5),
        ):
            self.assertEqual(percent(text), value, text)

    def test_hsb(self):
        for text, value in (
            ("238.4,77.6,100", (238, 78, 100)),
            ("360,100,100", (0, 100, 100)),
            ("359.5,0,0", (0, 0, 0)),
            ("359.4,0.2,0.2", (359, 1, 1)),
        ):
            self.assertEqual(hsb(text), value, text)

    def test_rgb(self):
        for text, value in (
            ("255,0,0", (0, 100, 100)),
            ("0,255,0", (120, 100, 100)),
            ("0,0,255", (240, 100, 100)),
            ("255,255,0", (60, 100, 100)),
            ("255,0,1", (0, 100, 100)),  # hue 359.76 is 0
            ("255,0,2", (0, 100, 100)),  # 359.53
            ("255,0,3", (359, 100, 100)),
            ("255,0,255", (300, 100, 100)),
            ("0,0,0", (0, 0, 0)),
            ("128,128,128", (0, 0, 50)),  # 50.2
            ("255,255,255", (0, 0, 100)),
            ("1,1,1", (0, 0, 1)),  # 0.4, and on is not off
            ("255,254,254", (0, 1, 100)),  # saturation 0.4
            ("51,0,0", (0, 100, 20)),
            ("200,199,199", (0, 1, 78)),  # saturation 0.5, brightness 78.4
            ("64,62,62", (0, 3, 25)),  # saturation 3.125
            ("80,78,78", (0, 3, 31)),  # 2.5 is 3
            ("120,1,0", (1, 100, 47)),  # hue 0.5 is 1
            ("120,0,1", (0, 100, 47)),  # hue 359.5 is 360, which is 0
            ("007,0,0", (0, 100, 3)),
        ):
            self.assertEqual(rgb(text), value, text)

    def test_rgb_is_rounded_once_and_exactly(self):
        levels = (0, 1, 2, 7, 50, 51, 63, 64, 100, 127, 128, 199, 200, 253, 254, 255)
        for color in itertools.product(levels, repeat=3):
            r, g, b = (Fraction(level, 255) for level in color)
            high, low = max(r, g, b), min(r, g, b)
            half = Fraction(1, 2)
            if high == low:
                hue = Fraction(0)
            elif high == r:
                hue = 60 * (g - b) / (high - low)
            elif high == g:
                hue = 120 + 60 * (b - r) / (high - low)
            else:
                hue = 240 + 60 * (r - g) / (high - low)
            parts = [(high - low) / high if high else 0, high]
            parts = [max(int(100 * x + half), int(x > 0)) for x in parts]
            self.assertEqual(rgb("%d,%d,%d" % color), (math.floor(hue + half) % 360, *parts), color)

    def test_kelvin(self):
        for text in ("2700", "2700K", "2700 K", "2700k", "2699.5", "2700.4 K"):
            self.assertEqual(kelvin(text), 2700, text)

    def test_what_is_no_value(self):
        for function, texts in (
            (
                percent,
                ("100.1", "101", "-1", "+1", "1e1", "x", "", ".", "1,5", "50%", "1.2.3", "\u0665"),
            ),
            (percent, ("9" * 50, " 5", "5 ", "0x10", "1_0", "nan", "inf", "on")),
            (hsb, ("1,2", "1,2,3,4", "361,0,0", "360.1,0,0", "0,101,0", "0,0,101", "a,b,c", ",,")),
            (rgb, ("1,2", "1,2,3,4", "256,0,0", "0,0,-1", "0,+1,0", "1.5,0,0", "a,b,c", ",,", "")),
            (rgb, ("0,0,1000", "0, 0,0", "0,0,0 ", "\u0665,0,0", "#ff0000", "9" * 5000 + ",0,0")),
            (kelvin, ("0", "100", "999", "20001", "K", "", "warm", "2700C", "2700 K K", "1e4")),
        ):
            for text in texts:
                with self.assertRaises(UsageError, msg=(function, text)):
                    function(text)

    def test_wrong_values_are_wrong_usage_and_nothing_is_sent(self):
        with simulated("LB130") as bulb:
            for words, says in (
                (["100.1"], "from 0 to 100"),
                (["1,2,3,4"], "unknown command"),
                (["361,0,0"], "hue"),
                (["brightness", "x"], "'x'"),
                (["brightness", "1", "2"], "one value"),
                (["color", "red"], "H,S,B"),
                (["rgb"], "rgb takes R,G,B"),
                (["rgb", "red"], "R,G,B (0-255,0-255,0-255)"),
                (["rgb", "256,0,0"], "R,G,B (0-255,0-255,0-255)"),
                (["rgb", "NULL"], "no value"),
                (["temperature", "50"], "1000 to 20000 K"),
                (["temperature", "2700", "C"], "one value"),
                (["get"], "get takes FIELD"),
                (["led"], "led takes on/off"),
                (["led", "blue"], "on or off"),
                (["json"], "json takes JSON"),
                (["json", "ON"], "not JSON"),
                (["json", "{system:{}}"], "single quotes: '{...}'"),
                (["json", "{system:{a:{b:1}}", "c:{}"], "single quotes: '{...}'"),
                (["json", "{'system':{}}"], "single quotes: '{...}'"),
                (["json", ""], "no value"),
                (["alias", ""], "no value"),
                (["join"], "join takes SSID"),
                (["reset"], "--yes"),
                (["on", "--transition", "x"], "--transition"),
                (["on", "--transition", "-1"], "--transition"),
                (["on", "--transition", "3600001"], "--transition"),
                (["on", "--child"], "--child takes"),
                *(
                    ([command, text], "no value")
                    for command in ("brightness", "color", "temperature", "led")
                    for text in ("NULL", "UNDEF", "-", "")
                ),
            ):
                result = call(bulb.host, str(bulb.port), *words)
                with self.subTest(words):
                    assert_failure(self, result, 1)
                    self.assertIn(says, result.err.decode())
                    self.assertNotIn(b"127.0.0.1", result.err)
            self.assertEqual(bulb.connections, 0)

    def test_which_temperatures_a_lamp_takes(self):
        for info, wanted in (
            ({"color_temp_range": [2500, 6500], "model": "L530"}, (2500, 6500)),
            ({"model": "KL120(US)"}, (2700, 5000)),
            ({"model": "KL120(EU)"}, (2700, 6500)),
            ({"model": "LB130(US)"}, (2500, 9000)),
            ({"model": "KL135(US)", "color_temp_range": None}, (2500, 6500)),
            ({"model": "KL999"}, (1000, 20000)),
            ({}, (1000, 20000)),
            *(
                ({"color_temp_range": told, "model": 5}, (1000, 20000))
                for told in ([[2500], [6500]], [2500], "2500", [2500, "6500"], [True, False], {})
            ),
        ):
            self.assertEqual(lamp_range(info), wanted, info)


if __name__ == "__main__":
    unittest.main()
