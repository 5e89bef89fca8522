"""Light effects, and what a light that plays one makes of the other commands."""

import json
import unittest

from tests import support
from tests.support import assert_failure, klap_simulated, simulated
from tplink_exec.devices.predefined import predefined
from tplink_exec.simulator.lights import is_effect

MODULE = "smartlife.iot.lighting_effect"


def call(device, *words):
    port = ["--http-port", str(device.http_port)] if hasattr(device, "http_port") else []
    return support.call(device.host, str(device.port), *words, *port)


def strip_state(device):
    effect = device.effect
    return device.relay_state, effect["enable"], effect["name"], effect["brightness"]


def bulb_state(device):
    percents = {color[0] for rule in device.rules for color in rule["color_status_list"]}
    return device.relay_state, device.running, percents


def asked(device, word):
    """What the requests with this method gave to it, in order."""
    found = []
    for value in map(json.loads, device.requests):
        several = value.get("params", {}).get("requests") if "method" in value else None
        for part in several or [value]:
            if part.get("method") == word:
                found.append(part.get("params"))
        for module in value.values():
            if isinstance(module, dict) and word in module:
                found.append(module[word])
    return found


class Playing(unittest.TestCase):
    """(command line, exit code, output, the device's state after it), judged at the device."""

    def play(self, device, state, steps):
        for line, code, printed, wanted in steps:
            words = ["effect", line[7:]] if line.startswith("effect ") else line.split()
            result = call(device, *words)
            with self.subTest((device.device.model, line)):
                self.assertEqual((result.code, result.out), (code, printed), result.err)
                self.assertEqual(result.err.count(b"\n"), int(code > 0))
                self.assertEqual(state(device.device), wanted)

    def test_strips(self):
        for model, kept in (("KL430", "Sea Breeze"), ("L920", "Garden Path")):
            with klap_simulated(model) if model == "L920" else simulated(model) as strip:
                strip.device.light["brightness"] = 70
                strip.device.effect["name"] = kept
                self.play(
                    strip,
                    strip_state,
                    (
                        ("effect", 0, b"off\n", (0, 0, kept, 100)),
                        ("effect off", 0, b"", (0, 0, kept, 100)),
                        ("effect %s" % kept.upper(), 0, b"", (1, 1, kept, 70)),
                        ("effect", 0, kept.encode() + b"\n", (1, 1, kept, 70)),
                        ("effect aurora", 0, b"", (1, 1, "Aurora", 70)),
                        ("brightness", 0, b"70\n", (1, 1, "Aurora", 70)),
                        ("33.4", 0, b"", (1, 1, "Aurora", 33)),
                        ("INCREASE", 0, b"", (1, 1, "Aurora", 43)),
                        ("DECREASE --print-state", 0, b"ON\n", (1, 1, "Aurora", 33)),
                        ("brightness", 0, b"33\n", (1, 1, "Aurora", 33)),
                        ("color", 6, b"", (1, 1, "Aurora", 33)),
                        ("temperature", 6, b"", (1, 1, "Aurora", 33)),
                        ("check", 0, b"ON\n", (1, 1, "Aurora", 33)),
                        ("on", 0, b"", (1, 1, "Aurora", 33)),
                        ("toggle", 0, b"", (0, 1, "Aurora", 33)),
                        ("brightness", 0, b"0\n", (0, 1, "Aurora", 33)),
                        ("effect", 0, b"Aurora\n", (0, 1, "Aurora", 33)),
                        ("toggle", 0, b"", (1, 1, "Aurora", 33)),
                        ("0", 0, b"", (0, 1, "Aurora", 33)),
                        ("brightness 20", 0, b"", (1, 1, "Aurora", 20)),
                        ("effect Bubbling Cauldron", 6, b"", (1, 1, "Aurora", 20)),
                        ("effect Sunset --print-state", 6, b"", (1, 1, "Aurora", 20)),
                        ("effect Sunset", 0, b"", (1, 1, "Sunset", 20)),
                        ("brightness 5 --transition 300", 6, b"", (1, 1, "Sunset", 20)),
                        ("effect OFF", 0, b"", (1, 0, "Sunset", 20)),
                        ("brightness", 0, b"70\n", (1, 0, "Sunset", 20)),
                        ("effect Rainbow", 0, b"", (1, 1, "Rainbow", 70)),
                        ("color 240,100,30", 0, b"", (1, 0, "Rainbow", 70)),
                        ("color", 0, b"240,100,30\n", (1, 0, "Rainbow", 70)),
                        ("effect Rainbow", 0, b"", (1, 1, "Rainbow", 30)),
                        ("rgb 0,51,102", 0, b"", (1, 0, "Rainbow", 30)),
                    ),
                )

    def test_a_temperature_ends_an_effect(self):
        with simulated("KL430") as strip:
            self.assertEqual(call(strip, "effect", "Aurora").code, 0)
            self.assertEqual(call(strip, "temperature", "3000").code, 0)
            self.assertEqual(call(strip, "effect").out, b"off\n")
            self.assertEqual(call(strip, "temperature").out, b"3000\n")

    def test_bulbs(self):
        for model in "L530", "L530v1":
            with klap_simulated(model) as bulb:
                self.play(
                    bulb,
                    bulb_state,
                    (
                        ("effect", 0, b"off\n", (0, "", {100, 60})),
                        ("effect party", 0, b"", (1, "L1", {100, 60})),
                        ("effect", 0, b"Party\n", (1, "L1", {100, 60})),
                        ("60", 0, b"", (1, "L1", {60})),
                        ("brightness", 0, b"60\n", (1, "L1", {60})),
                        ("INCREASE", 0, b"", (1, "L1", {70, 60})),
                        ("effect Relax", 0, b"", (1, "L2", {70})),
                        ("color", 6, b"", (1, "L2", {70})),
                        ("temperature", 6, b"", (1, "L2", {70})),
                        ("effect Aurora", 6, b"", (1, "L2", {70})),
                        ("off", 0, b"", (0, "L2", {70})),
                        ("brightness", 0, b"0\n", (0, "L2", {70})),
                        ("brightness 7", 0, b"", (1, "L2", {70, 7})),
                        ("effect off", 0, b"", (1, "", {70, 7})),
                        ("brightness", 0, b"100\n", (1, "", {70, 7})),
                        ("effect Party", 0, b"", (1, "L1", {100, 7})),
                        ("temperature 3000", 0, b"", (1, "", {100, 7})),
                        ("temperature", 0, b"3000\n", (1, "", {100, 7})),
                        ("brightness", 0, b"100\n", (1, "", {100, 7})),
                    ),
                )

    def test_an_effect_that_a_color_does_not_end_is_ended(self):
        """What firmware does then has not been recorded."""
        with klap_simulated("L530") as bulb:
            bulb.device.end_effect = lambda: None
            for words in (["color", "1,2,3"], ["temperature", "2700"], ["rgb", "255,0,0"]):
                self.assertEqual(call(bulb, "effect", "Party").code, 0)
                self.assertEqual(call(bulb, *words)[:3], (0, b"", b""))
                self.assertEqual(bulb.device.running, "", words)

    def test_names_of_rules(self):
        with klap_simulated("L530") as bulb:
            for told, name in (
                ("", "Party"),
                ("RmllcsOpc3Rh", "Fierésta"),
                ("Disco!", "Disco!"),
                ("Disc", "Disc"),
                ("a\n\x1b", r"a\n\x1b"),
            ):
                bulb.device.rules[0]["scene_name"] = told
                bulb.device.running = "L1"
                self.assertEqual(call(bulb, "effect").out.decode(), name + "\n")

    def test_messages(self):
        with klap_simulated("L920") as strip:
            names = b"Aurora, Garden Path, Rainbow, Sea Breeze, Sunrise, Sunset"
            result = call(strip, "effect", "Thunder")
            self.assertIn(b": the light has no effect Thunder; it has %s\n" % names, result.err)
            self.assertIn(b"effect takes one value", call(strip, "effect", "Warm", "Aurora").err)
            call(strip, "effect", "Sunrise")
            self.assertIn(b"plays the effect Sunrise now", call(strip, "color").err)
            strip.device.effect["name"] = ""
            self.assertEqual(call(strip, "effect").out, b"custom\n")
        for model in "LB130", "HS220", "HS100", "HS300":
            with simulated(model) as device:
                for words in ["effect"], ["effect", "Aurora"], ["effect", "off"]:
                    result = call(device, *words)
                    assert_failure(self, result, 6)
                    self.assertIn(b" without effects; its commands are on,", result.err)


class Requests(unittest.TestCase):
    def test_a_strip_is_dimmed_by_its_whole_effect(self):
        for model in "KL430", "L920":
            with klap_simulated(model) if model == "L920" else simulated(model) as strip:
                call(strip, "effect", "Aurora")
                strip.device.effect["made up"] = [1, {"x": "é"}]
                played = dict(strip.device.effect)
                strip.requests.clear()
                call(strip, "brightness", "40")
                adjusted = {"bAdjusted": True} if model == "L920" else {}
                wanted = [{**played, "brightness": 40, **adjusted}]
                self.assertEqual(asked(strip, "set_lighting_effect"), wanted)
                self.assertEqual(strip.device.effect, {**played, "brightness": 40})

    def test_on_off_toggle_and_check_say_nothing_of_effects(self):
        for model in "KL430", "L920", "L530":
            with simulated(model) if model == "KL430" else klap_simulated(model) as light:
                call(light, "effect", "Party" if model == "L530" else "Aurora")
                light.requests.clear()
                for words in ["off"], ["on"], ["toggle"], ["check"], ["on", "--print-state"]:
                    self.assertEqual(call(light, *words).code, 0)
                self.assertFalse([text for text in light.requests if b"effect" in text])

    def test_what_is_off_is_switched_on_before_the_effect(self):
        """As its own default would end it."""
        with klap_simulated("L920") as strip:
            call(strip, "effect", "Aurora")
        both = json.loads(strip.requests[-1])["params"]["requests"]
        methods = [request["method"] for request in both]
        self.assertEqual(methods, ["set_device_info", "set_lighting_effect"])
        with simulated("KL430") as strip:
            call(strip, "effect", "Aurora")
        self.assertIn(b"set_light_state", strip.requests[-2])
        self.assertIn(b"set_lighting_effect", strip.requests[-1])

    def test_nothing_is_done_twice(self):
        """A color ends an effect by itself, and there is nothing to end where none runs."""
        for model in "KL430", "L920":
            with klap_simulated(model) if model == "L920" else simulated(model) as strip:
                call(strip, "effect", "Aurora")
                for words in ["color", "1,2,3"], ["0"], ["effect", "off"], ["effect"]:
                    self.assertEqual(call(strip, *words).code, 0)
                self.assertEqual(len(asked(strip, "set_lighting_effect")), 1)

    def test_what_is_refused_or_not_answered_is_no_success(self):
        with klap_simulated("L920") as strip:
            for method in "set_device_info", "set_lighting_effect":
                done = strip.device.smart_methods[method]
                for code in -1008, 0.0, False, None:
                    strip.device.relay_state = 0
                    strip.device.smart_methods[method] = lambda _, code=code: {"error_code": code}
                    assert_failure(self, call(strip, "effect", "Aurora"), 6)
                strip.device.smart_methods[method] = done
            answer = strip.device.answer
            for reply in (
                b'{"error_code":0,"result":{"responses":[{"error_code":0}]}}',
                b'{"error_code":0,"result":{"responses":[]}}',
                b'{"error_code":0,"result":{}}',
                b'{"error_code":0}',
            ):
                strip.device.relay_state = 0
                strip.device.answer = lambda request, reply=reply: (
                    reply if b"set_lighting_effect" in request else answer(request)
                )
                assert_failure(self, call(strip, "effect", "Aurora"), 5)
        with simulated("KL430") as strip:
            for reply, code in (({"err_code": -3}, 6), ({}, 5)):
                strip.device.methods[MODULE]["set_lighting_effect"] = lambda _, reply=reply: reply
                assert_failure(self, call(strip, "effect", "Aurora"), code)

    def test_an_effect_of_segments(self):
        """An L920 was recorded with one, which did not run; the methods are the tapo crate's."""
        with klap_simulated("L920") as strip:
            segment = {"enable": 1, "id": "", "name": "Warm Aurora", "custom": 1, "brightness": 97}
            said = strip.device.told
            strip.device.told = lambda: {**said(), "segment_effect": segment}
            whole = lambda _: {"result": {**segment, "states": [[1, 2, 3, 4]]}}  # noqa: E731
            strip.device.smart_methods["get_segment_effect_rule"] = whole
            strip.device.smart_methods["apply_segment_effect_rule"] = lambda given: (
                segment.update((name, given[name]) for name in segment) or {}
            )
            self.assertEqual(call(strip, "effect").out, b"Warm Aurora\n")
            call(strip, "on")
            self.assertEqual(call(strip, "brightness").out, b"97\n")
            self.assertEqual(call(strip, "brightness", "40").code, 0)
            self.assertEqual((segment["enable"], segment["brightness"]), (1, 40))
            self.assertEqual(asked(strip, "apply_segment_effect_rule")[0]["states"], [[1, 2, 3, 4]])
            self.assertEqual(call(strip, "effect", "Aurora").code, 0)
            self.assertEqual(strip_state(strip.device), (1, 1, "Aurora", 40))
            call(strip, "color", "1,2,3")
            self.assertEqual(call(strip, "effect", "off").code, 0)
            self.assertEqual(segment["enable"], 0)

    def test_an_iot_strip_takes_a_predefined_effect_as_its_custom_one(self):
        with simulated("KL430") as strip:
            call(strip, "effect", "Sunset")
            wanted = {**predefined()["Sunset"], "id": "yMwcNpLxijmoKamskHCvvravpbnIqAIN"}
            wanted.update(custom=1, enable=1, brightness=70)
            self.assertEqual(strip.device.effect, wanted)

    def test_what_is_predefined(self):
        for name, effect in predefined().items():
            self.assertTrue(is_effect({**effect, "enable": 1, "brightness": 100}), name)
            self.assertEqual(effect["name"], name)
            self.assertRegex(effect["id"], r"^TapoStrip_\w{22}$")
            for color in (*effect["sequence"], *effect["display_colors"]):
                limits = zip(color, (360, 100, 100))
                self.assertTrue(all(0 <= value <= limit for value, limit in limits), color)

    def test_presets_of_several_pages(self):
        with klap_simulated("L920") as strip:
            states = [{"brightness": 1}, "x", {"lighting_effect": {"name": 7, "id": ""}}] * 2
            states[1] = strip.device.smart_methods["get_preset_rules"]({})["result"]["states"][1]
            strip.device.smart_methods["get_preset_rules"] = lambda given: {
                "result": {
                    "sum": len(states),
                    "states": states[given["start_index"] :][:2],
                }
            }
            states.reverse()
            self.assertEqual(call(strip, "effect", "garden path")[:3], (0, b"", b""))
            starts = [given["start_index"] for given in asked(strip, "get_preset_rules")]
            self.assertEqual(starts, [0, 2, 4])
            for page in ({}, {"sum": 1 << 40, "states": []}, {"sum": -1, "states": 5}, {"sum": 9}):
                strip.device.smart_methods["get_preset_rules"] = lambda _, page=page: {
                    "result": dict(page)
                }
                assert_failure(self, call(strip, "effect", "x"), 6)
            del strip.device.smart_methods["get_preset_rules"]
            assert_failure(self, call(strip, "effect", "x"), 6)

    def test_strips_that_do_not_tell_what_an_effect_consists_of(self):
        """A KL430 was recorded that way. What is known of the effect is sent, else just its name;
        where that is refused the brightness is the strip's own affair."""
        for model in "KL430", "L920":
            with klap_simulated(model) if model == "L920" else simulated(model) as strip:
                call(strip, "effect", "Aurora")
                if model == "L920":
                    del strip.device.smart_methods["get_lighting_effect"]
                else:
                    del strip.device.methods[MODULE]["get_lighting_effect"]
                self.assertEqual(call(strip, "33")[:3], (0, b"", b""))
                self.assertEqual(strip_state(strip.device), (1, 1, "Aurora", 33))
                self.assertEqual(asked(strip, "set_lighting_effect")[-1]["spread"], 7)
                strip.device.effect["name"] = "Flicker"
                self.assertEqual(call(strip, "44").code, 0)
                self.assertEqual(strip_state(strip.device), (1, 1, "Flicker", 44))
                (sent,) = asked(strip, "set_lighting_effect")[-1:]
                self.assertEqual((sent["name"], sent["brightness"]), ("Flicker", 44))

    def test_answers_that_are_no_effects(self):
        with klap_simulated("L920") as strip:
            for told in (None, 1, True, [], {}, {"enable": 1}, {"enable": 1, "brightness": "x"}):
                said = strip.device.told()
                strip.device.told = lambda told=told, said=said: {**said, "lighting_effect": told}
                for words in ["brightness"], ["effect"], ["color"], ["effect", "x"], ["5"]:
                    result = call(strip, *words)
                    self.assertIn(result.code, (0, 5, 6), (told, words, result.err))
                    self.assertNotIn(b"internal error", result.err)
        with klap_simulated("L530") as bulb:
            bulb.device.running = "L1"
            for name, values in (
                ("color_status_list", (None, [], [[]], [1], "x", [["x", 1]], [[101, 0, 0, 0]])),
                ("id", (None, 1, "L3", [])),
                ("scene_name", (None, 1, [], {})),
            ):
                for value in values:
                    bulb.device.rules = [{"id": "L1", "color_status_list": [[1, 2, 3, 4]]}]
                    bulb.device.rules[0][name] = value
                    for words in ["brightness"], ["effect"], ["color"], ["effect", "x"], ["5"]:
                        result = call(bulb, *words)
                        self.assertIn(result.code, (0, 5, 6), (name, value, words, result.err))
                        self.assertNotIn(b"internal error", result.err)
            bulb.device.smart_methods["get_dynamic_light_effect_rules"] = lambda _: {"result": {}}
            assert_failure(self, call(bulb, "brightness"), 5)
            self.assertEqual(call(bulb, "check").out, b"ON\n")

    def test_what_is_no_json_is_not_sent_back(self):
        with klap_simulated("L530") as bulb:
            bulb.device.running = "L1"
            bulb.device.rules = [{"id": "L1", "color_status_list": [[1, 2, float("inf")]]}]
            answer = bulb.device.answer
            bulb.device.answer = lambda request: answer(request).replace(b"Infinity", b"1e999")
            assert_failure(self, call(bulb, "brightness", "5"), 5)
            self.assertEqual(asked(bulb, "edit_dynamic_light_effect_rule"), [])


class Colors(unittest.TestCase):
    def test_a_bulb_that_tells_no_hue_while_it_is_white(self):
        with klap_simulated("L530v1") as bulb:
            self.assertEqual(call(bulb, "brightness", "50").code, 0)
            self.assertEqual(call(bulb, "check").out, b"ON\n")
            self.assertEqual(call(bulb, "toggle").code, 0)
            self.assertEqual(call(bulb, "temperature", "3000").code, 0)
            self.assertEqual(asked(bulb, "component_nego"), [])  # nothing of this needs it
            self.assertEqual(call(bulb, "color").out, b"0,0,50\n")
            self.assertEqual(len(asked(bulb, "component_nego")), 1)
            for words in ["240,100,50"], ["color", "240,100,50"], ["rgb", "0,0,128"]:
                call(bulb, "temperature", "3000")
                self.assertEqual(call(bulb, *words)[:3], (0, b"", b""))
                self.assertEqual(call(bulb, "color").out, b"240,100,50\n")

    def test_a_bulb_that_has_no_colors(self):
        for components, method in (("brightness:1", True), ("", False)):
            with klap_simulated("L530v1") as bulb:
                bulb.device.components = components
                if not method:
                    del bulb.device.smart_methods["component_nego"]
                assert_failure(self, call(bulb, "color"), 6)
                assert_failure(self, call(bulb, "color", "1,2,3"), 6)
                self.assertEqual(call(bulb, "240,100,55").code, 0)
                self.assertEqual(call(bulb, "brightness").out, b"55\n")
                self.assertEqual(bulb.device.light["color_temp"], 2700)

    def test_a_temperature_goes_with_the_brightness_that_there_is(self):
        with klap_simulated("L530") as bulb:
            call(bulb, "brightness", "30")
            call(bulb, "off")
            call(bulb, "temperature", "3000")
            wanted = {"color_temp": 3000, "brightness": 30, "device_on": True}
            self.assertEqual(asked(bulb, "set_device_info")[-1], wanted)
            said = bulb.device.told()
            del said["brightness"]
            bulb.device.told = lambda: said
            call(bulb, "temperature", "4000")
            wanted = {"color_temp": 4000, "device_on": True}
            self.assertEqual(asked(bulb, "set_device_info")[-1], wanted)

    def test_a_temperature_out_of_range_is_not_sent(self):
        for model, ends in (("L530", "2500 to 6500"), ("KL430", "2500 to 9000")):
            with simulated(model) if model == "KL430" else klap_simulated(model) as light:
                for kelvin in "2499", "9001":
                    result = call(light, "temperature", kelvin)
                    assert_failure(self, result, 6)
                    text = ": the light takes %s K, not %s\n" % (ends, kelvin)
                    self.assertIn(text, result.err.decode())
                self.assertEqual(asked(light, "set_device_info"), [])
                self.assertEqual(asked(light, "set_light_state"), [])

    def test_where_no_range_is_known_the_device_decides(self):
        with klap_simulated("L530") as bulb:
            said = {**bulb.device.told(), "color_temp_range": None}
            bulb.device.told = lambda: said
            result = call(bulb, "temperature", "9000")
            assert_failure(self, result, 6)
            self.assertIn(b"error_code -1008", result.err)
            self.assertEqual(call(bulb, "temperature", "3000").code, 0)


if __name__ == "__main__":
    unittest.main()
