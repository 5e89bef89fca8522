"""openHAB's values: rounding, ranges, and what is no value at all."""

import unittest

from tests.support import assert_failure, call, simulated
from tplink_exec.devices.values import hsb, kelvin, percent
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
                (["temperature", "50"], "1000 to 20000 K"),
                (["temperature", "2700", "C"], "one value"),
                (["get"], "get takes FIELD"),
                (["led"], "led takes on/off"),
                (["led", "blue"], "on or off"),
                (["json"], "json takes JSON"),
                (["json", "ON"], "not JSON"),
                (["json", "{system:{}}"], "not JSON"),
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


if __name__ == "__main__":
    unittest.main()
