"""timer and unbind: what the device is asked, what it does then, and what a lost reply leaves."""

import json
import unittest

from tests.commands.test_clock import call
from tests.support import assert_failure, klap_simulated, simulated

SMART = ("KP125M", "L530")
SMART_STRIPS = ("P300", "P316M", "KS240")
SWITCHES = ("HS100", "HS110v4", "HS220")


class Time:
    """A clock of devices' countdowns that only this test moves on."""

    def __init__(self, *countdowns):
        self.now = 1000.0
        for countdown in countdowns:
            countdown.clock = lambda: self.now


def devices():
    for model in SWITCHES:
        yield simulated(model)
    for model in SMART:
        yield klap_simulated(model)


class Timer(unittest.TestCase):
    def play(self, device, time, steps):
        """(seconds that go by, command line, output)"""
        for seconds, line, printed in steps:
            time.now += seconds
            result = call(device, *line.split())
            self.assertEqual(result[:3], (0, printed, b""), (device.device.model, line))

    def test_it_counts_and_switches_once(self):
        for context in devices():
            with context as device:
                time = Time(device.device.relay.countdown)
                self.play(
                    device,
                    time,
                    (
                        (0, "timer", b"off\n"),
                        (0, "timer 90 on", b""),
                        (0, "timer", b"90 on\n"),
                        (60, "timer", b"30 on\n"),
                        (29, "check", b"OFF\n"),
                        (1, "check", b"ON\n"),
                        (0, "timer", b"off\n"),
                        (0, "timer 3600 TRUE", b""),
                        (0, "timer", b"3600 on\n"),
                        (0, "timer 3600 false", b""),
                        (0, "timer", b"3600 off\n"),
                        (0, "timer 3600 OFF", b""),
                        (1.5, "timer", b"3599 off\n"),
                        (3600, "check", b"OFF\n"),
                        (0, "on", b""),
                        (3600, "check", b"ON\n"),
                    ),
                )

    def test_it_takes_the_place_of_one_that_runs(self):
        for context in devices():
            with context as device:
                time = Time(device.device.relay.countdown)
                self.play(
                    device,
                    time,
                    (
                        (0, "timer 86399 on", b""),
                        (9, "timer 60 on", b""),
                        (0, "timer 1800 off", b""),
                        (0, "timer", b"1800 off\n"),
                        (60, "check", b"OFF\n"),
                        (0, "timer off", b""),
                        (0, "timer", b"off\n"),
                        (0, "timer OFF", b""),
                        (0, "timer 5 on", b""),
                        (4, "timer", b"1 on\n"),
                        (0, "timer off", b""),
                        (99, "check", b"OFF\n"),
                    ),
                )

    def test_the_other_state(self):
        for context in devices():
            with context as device:
                time = Time(device.device.relay.countdown)
                steps = (
                    (0, "on", b""),
                    (0, "timer 60", b""),
                    (0, "timer", b"60 off\n"),
                    (60, "check", b"OFF\n"),
                    (0, "timer 60", b""),
                    (60, "check", b"ON\n"),
                )
                self.play(device, time, steps)

    def test_outlets(self):
        """Each has its own; the whole strip is all of them, and tells the first to end."""
        for context in (simulated("HS107"), simulated("HS300"), *map(klap_simulated, SMART_STRIPS)):
            with context as strip:
                time = Time(*countdowns(strip.device))
                self.play(
                    strip,
                    time,
                    (
                        (0, "timer 100 on --child 2", b""),
                        (0, "timer --child 2", b"100 on\n"),
                        (0, "timer --child 1", b"off\n"),
                        (0, "timer 40 --child 1", b""),
                        (0, "timer", b"40 on\n"),
                        (0, "timer off --child 1", b""),
                        (0, "timer", b"100 on\n"),
                        (100, "check --child 2", b"ON\n"),
                        (0, "check --child 1", b"OFF\n"),
                        (0, "timer 60", b""),
                        (0, "timer --child 1", b"60 off\n"),
                        (0, "timer off", b""),
                        (0, "timer", b"off\n"),
                    ),
                )
                self.play(strip, time, ((0, "timer 9 on", b""), (9, "timer", b"off\n")))
                self.play(strip, time, ((0, "check --child %s" % n, b"ON\n") for n in (1, 2)))

    def test_a_smart_strip_is_asked_once(self):
        with klap_simulated("P300") as strip:
            self.assertEqual(call(strip, "timer")[:3], (0, b"off\n", b""))
            asked = [request for request in strip.requests if b"countdown" in request]
            self.assertEqual((len(asked), asked[0].count(b"get_countdown_rules")), (1, 3))
            for words, method in (("60", b"add_"), ("70", b"edit_"), ("off", b"edit_")):
                strip.requests.clear()
                self.assertEqual(call(strip, "timer", *words.split())[:3], (0, b"", b""))
                asked = [request for request in strip.requests if b"countdown" in request]
                counts = [request.count(method) for request in asked]
                self.assertEqual(counts, [0, 3], words)
            self.assertEqual(call(strip, "timer")[:3], (0, b"off\n", b""))

    def test_the_request_of_iot_devices(self):
        """To end one that runs and to add one is one request: sent again, it leaves one."""
        with simulated() as plug:
            call(plug, "timer", "60", "on")
            rule = {"enable": 1, "delay": 60, "act": 1, "name": "tplink-exec"}
            wanted = {"count_down": {"delete_all_rules": {}, "add_rule": rule}}
            self.assertEqual(json.loads(plug.requests[-1]), wanted)
            self.assertEqual(len(plug.requests), 2)
        with simulated() as plug:
            losing(plug, b"count_down", 2)
            self.assertEqual(call(plug, "timer", "60", "on")[:3], (0, b"", b""))
            self.assertEqual(sum(b"count_down" in request for request in plug.requests), 3)
            self.assertEqual((plug.device.relay.countdown.made, len(rules(plug))), (3, 1))

    def test_smart_devices_are_never_asked_twice_to_add(self):
        with klap_simulated("KP125M") as plug:
            losing(plug, b"add_countdown_rule", 1)
            assert_failure(self, call(plug, "timer", "60", "on"), 3)
            self.assertEqual(plug.device.relay.countdown.made, 1)
            self.assertEqual(call(plug, "timer").out[-4:], b" on\n")
            self.assertEqual(call(plug, "timer", "60", "off").code, 0)
            self.assertEqual(plug.device.relay.countdown.made, 1)

    def test_what_has_none(self):
        for model in ("LB100", "LB130", "KL430"):
            with simulated(model) as bulb:
                for words in (["timer"], ["timer", "60"], ["timer", "60", "on"], ["timer", "off"]):
                    result = call(bulb, *words)
                    assert_failure(self, result, 6)
                    self.assertIn(b" without a timer; its commands are", result.err)
        with klap_simulated("KP125M") as plug:
            del plug.device.smart_methods["get_countdown_rules"]
            for words in (["timer"], ["timer", "60"], ["timer", "off"]):
                result = call(plug, *words)
                assert_failure(self, result, 6)
                self.assertIn(b" without a timer; its commands are", result.err)

    def test_words(self):
        with simulated() as plug:
            for line in (
                "timer 0",
                "timer 86400",
                "timer 1e3",
                "timer -5",
                "timer 1.5",
                "timer ٣",
                "timer 999999999999",
                "timer on",
                "timer 60 toggle",
                "timer 60 60",
                "timer off on",
                "timer 60 on now",
                "timer NULL",
                "timer -",
            ):
                assert_failure(self, call(plug, *line.split()), 1)
            self.assertEqual(plug.connections, 0)
            self.assertEqual(call(plug, "timer", "60 on").code, 0)  # one word, as openHAB has it

    def test_a_refusal(self):
        """Of either method, or without a word of one of them."""
        for answers, code in (
            ({"delete_all_rules": {"err_code": -3}, "add_rule": {"err_code": 0}}, 6),
            ({"delete_all_rules": {"err_code": 0}, "add_rule": {"err_code": -10}}, 6),
            ({"delete_all_rules": {"err_code": 0}, "add_rule": {}}, 5),
            ({"delete_all_rules": {"err_code": 0}}, 5),
            ({"err_code": -10002}, 6),
        ):
            with simulated() as plug:
                answering(plug, {"count_down": answers})
                assert_failure(self, call(plug, "timer", "60", "on"), code)

    def test_nonsense(self):
        rule = {"id": "A", "enable": 1, "delay": 60, "act": 1, "remain": 60}
        for rules, code in (
            ([{**rule, "act": 2}], 5),
            ([{**rule, "act": True}], 5),
            ([{**rule, "enable": "1"}], 5),
            ([{**rule, "remain": "60"}], 5),
            ([{**rule, "remain": 1e9}], 5),
            ([{**rule, "remain": ""}], 5),
            ([{"enable": 1, "act": 1}], 6),
            ([rule, 1], 5),
            ({}, 5),
            (None, 5),
            ([{**rule, "remain": 0}], 0),
            ([{**rule, "enable": 0, "remain": 0}], 0),
            ([], 0),
        ):
            with simulated() as plug:
                answering(plug, {"count_down": {"get_rules": {"rule_list": rules, "err_code": 0}}})
                result = call(plug, "timer")
                self.assertEqual((result.code, result.out), (code, b"" if code else b"off\n"))
        rule = {
            "id": "A",
            "enable": True,
            "delay": 60,
            "remain": 60,
            "desired_states": {"on": True},
        }
        for rules, code in (
            ([{**rule, "desired_states": {"on": 1}}], 5),
            ([{**rule, "desired_states": {}}], 5),
            ([{**rule, "desired_states": None}], 5),
            ([{**rule, "remain": "60"}], 5),
            ([{**rule, "remain": None}], 5),
            ([{"enable": True, "desired_states": {"on": True}}], 6),
            ([{**rule, "enable": 1}], 5),
            ([{**rule, "enable": None}], 5),
            ([{**rule, "remain": 0}], 0),
            ([{**rule, "enable": False}], 0),
            ([], 0),
        ):
            with klap_simulated("KP125M") as plug:
                said = {"result": {"rule_list": rules}}
                plug.device.smart_methods["get_countdown_rules"] = lambda _, said=said: dict(said)
                result = call(plug, "timer")
                self.assertEqual((result.code, result.out), (code, b"" if code else b"off\n"))

    def test_two_rules_of_a_smart_device(self):
        """None has been seen that keeps two: the first is changed, the others end."""
        edited = []
        rule = {"enable": True, "delay": 60, "remain": 60, "desired_states": {"on": True}}
        said = {"result": {"rule_list": [{**rule, "id": "A"}, {**rule, "id": "B"}]}}
        with klap_simulated("KP125M") as plug:
            plug.device.smart_methods["get_countdown_rules"] = lambda _: dict(said)
            plug.device.smart_methods["edit_countdown_rule"] = lambda given: (
                edited.append(given) or {}
            )
            self.assertEqual(call(plug, "timer", "90", "off").code, 0)
        self.assertEqual(
            [(rule["id"], rule["enable"], rule["delay"]) for rule in edited],
            [("B", False, 60), ("A", True, 90)],
        )


class Unbind(unittest.TestCase):
    def test_the_account_is_forgotten_once(self):
        for model in ("HS100", "HS300", "HS220", "LB130", "KL430"):
            with simulated(model) as device:
                device.device.cloud.update(binded=1, username="me@example.com")
                self.assertEqual(call(device, "unbind", "--yes")[:3], (0, b"", b""))
                cloud = device.device.cloud
                self.assertEqual((cloud["binded"], cloud["username"]), (0, ""))
        with simulated(fault="close-before-reply") as plug:
            assert_failure(self, call(plug, "unbind", "--yes"), 3)
            self.assertEqual(len(plug.requests), 1)

    def test_not_without_yes(self):
        with simulated() as plug:
            result = call(plug, "unbind")
            assert_failure(self, result, 1)
            self.assertIn(b"with --yes if you mean it", result.err)
            assert_failure(self, call(plug, "unbind", "--yes", "--child", "1"), 1)
            self.assertEqual(plug.connections, 0)

    def test_smart_devices_keep_it(self):
        for model in (*SMART, *SMART_STRIPS):
            with klap_simulated(model) as device:
                result = call(device, "unbind", "--yes")
                assert_failure(self, result, 6)
                self.assertIn(b"without unbind; its commands are", result.err)
                self.assertIn(b"only its app, or reset --yes,", result.err)
                self.assertEqual(device.device.resets, 0)


def countdowns(strip):
    relays = getattr(strip, "outlets", None) or [part.relay for part in strip.parts]
    return [relay.countdown for relay in relays]


def rules(plug):
    return plug.device.relay.countdown.rules()


def losing(device, word, times):
    """So many times the device does what a request with `word` says, and closes the connection."""
    answer = device.device.answer
    left = [times]

    def lost(request):
        reply = answer(request)
        if word in request and left[0]:
            left[0] -= 1
            return None
        return reply

    device.device.answer = lost


def answering(plug, answers):
    answer = plug.device.answer
    plug.device.answer = lambda request: (
        json.dumps(answers).encode() if b"count_down" in request else answer(request)
    )


if __name__ == "__main__":
    unittest.main()
