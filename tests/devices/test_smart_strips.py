"""SMART devices with children: strips, a light and a fan in one switch, hubs; and all that has no
switch. The simulator's state is what is judged, and how many requests it took."""

import json
import unittest

from tests import support
from tests.support import assert_failure, klap_simulated
from tplink_exec.simulator.smart_strips import MeteredChild


def call(device, line):
    words = [device.host, str(device.port), "--http-port", str(device.http_port)]
    return support.call(*words, *line.split())


def exchanges(device, line):
    """The result of a call, and its exchanges after the device has said that it is a SMART one."""
    device.requests.clear()
    result = call(device, line)
    first, *others = device.requests
    assert first.startswith(b'{"system"'), first
    return result, len(others)


def states(device):
    """Of the outlets, by their numbers on the housing."""
    parts = device.device.parts
    return [part.relay_state for part in sorted(parts, key=lambda part: part.position())]


class Case(unittest.TestCase):
    def play(self, device, steps):
        """(line, what it prints or its exit code, exchanges, states after it or None)"""
        for line, wanted, count, after in steps:
            with self.subTest((device.device.model, line)):
                result, asked = exchanges(device, line)
                if isinstance(wanted, int):
                    assert_failure(self, result, wanted)
                else:
                    self.assertEqual((result.code, result.out, result.err), (0, wanted, b""))
                self.assertEqual(asked, count)
                if after is not None:
                    self.assertEqual(states(device), after)


class Switching(Case):
    def test_the_whole_and_its_outlets(self):
        with klap_simulated("P300") as strip:
            self.play(
                strip,
                (
                    ("check", b"OFF\n", 1, [0, 0, 0]),
                    ("on", b"", 2, [1, 1, 1]),
                    ("off --child 1", b"", 2, [0, 1, 1]),
                    ("check", b"ON\n", 1, None),
                    ("check --child 1", b"OFF\n", 1, None),
                    ("check --child 3", b"ON\n", 1, None),
                    ("toggle --child 3", b"", 2, [0, 1, 0]),
                    ("true", b"", 2, [1, 1, 1]),
                    ("false", b"", 2, [0, 0, 0]),
                    ("true --child 2", b"", 2, [0, 1, 0]),
                    ("toggle", b"", 2, [0, 0, 0]),
                    ("toggle --child=2", b"", 2, [0, 1, 0]),
                    ("off --print-state", b"OFF\n", 3, [0, 0, 0]),
                    ("40", b"", 2, [1, 1, 1]),
                    ("DECREASE", b"", 2, [0, 0, 0]),
                    ("120,50,30 --child 2", b"", 2, [0, 1, 0]),
                    ("brightness", b"100\n", 1, None),
                    ("brightness --child 1", b"0\n", 1, None),
                    ("on --transition 100", 6, 1, [0, 1, 0]),
                    ("on --child 1 --transition 100", 6, 1, [0, 1, 0]),
                    ("color", 6, 1, None),
                    ("fan", 6, 1, None),
                    ("fan 2", 6, 1, [0, 1, 0]),
                ),
            )

    def test_one_control_child_for_one_outlet_and_one_exchange_for_all(self):
        with klap_simulated("P300") as strip:
            call(strip, "on --child 1")
            text = json.loads(strip.requests[-1])
            (first,) = [part for part in strip.device.parts if part.position() == 1]
            inner = {"method": "set_device_info", "params": {"device_on": True}}
            wanted = {"device_id": first.device_id, "requestData": inner}
            self.assertEqual((text["method"], text["params"]), ("control_child", wanted))
            call(strip, "off")
            text = json.loads(strip.requests[-1])
            self.assertEqual(text["method"], "multipleRequest")
            sent = [each["params"]["device_id"] for each in text["params"]["requests"]]
            self.assertEqual(sent, [part.device_id for part in strip.device.parts])

    def test_by_number_alias_or_id(self):
        with klap_simulated("P300") as strip:
            third, second, first = strip.device.parts
            second.alias = "Лампа"
            first.alias = "3"
            whole = first.device_id
            for name in ("1", whole, whole.lower()):
                self.assertEqual(call(strip, "on --child " + name).err, b"", name)
                self.assertEqual(states(strip), [1, 0, 0])
                call(strip, "off")
            self.assertEqual(call(strip, "toggle --child лАМПА").code, 0)
            self.assertEqual(states(strip), [0, 1, 0])
            for name, says in (("3", b"2 outlets"), ("4", b"no outlet"), ("0", b"no outlet")):
                for command in ("on", "power", "status", "alias x", "uptime"):
                    result, count = exchanges(strip, "%s --child %s" % (command, name))
                    assert_failure(self, result, 1)
                    self.assertIn(says, result.err)
                    self.assertIn(b"3 Plug 1 (id %s)" % third.device_id.encode(), result.err)
                    self.assertRegex(
                        result.err.decode(), r"are 1 3 \(.*, 2 Лампа \(.*, 3 Plug 1 \("
                    )
                    self.assertLessEqual(count, 2)
            self.assertEqual(states(strip), [0, 1, 0])

    def test_numbers_without_positions(self):
        """By the ids' last digits; where those do not tell either, in the order of the list."""
        for places, ids, first in (
            ((1, 1, 2), None, "00"),
            ((None, None, None), None, "00"),
            ((1, "2", 3), None, "00"),
            ((True, 2, 3), None, "00"),
            ((None, 1, 2), ("X_a", "X_b", "X_c"), "X_a"),
            ((5, 4, 9), None, "01"),
        ):
            with klap_simulated("P300") as strip:
                for part, place, id in zip(strip.device.parts, places, ids or "   "):
                    part.position = lambda place=place: place
                    part.device_id = id if ids else part.device_id
                number = "4" if places[0] == 5 else "1"
                self.assertEqual(call(strip, "on --child " + number).err, b"", places)
                on = [part.device_id for part in strip.device.parts if part.relay_state]
                self.assertEqual([id[-len(first) :] for id in on], [first], places)

    def test_names_and_fields(self):
        with klap_simulated("P316M") as strip:
            relay = strip.device.parts[4].relay
            relay.state = 1
            relay.clock = lambda: relay.on_since + 5025.5
            self.play(
                strip,
                (
                    ("alias Desk", b"", 1, None),
                    ("alias", b"Desk\n", 1, None),
                    ("alias Лампа --child 2", b"", 2, None),
                    ("alias --child 2", "Лампа\n".encode(), 1, None),
                    ("get position --child лампа", b"2\n", 1, None),
                    ("get model", b"P316M\n", 1, None),
                    ("get device_on", 6, 1, None),
                    ("uptime", 6, 1, None),
                    ("uptime --child 5", b"5025\n", 1, None),
                    ("led off", b"", 1, None),
                    ("led on --child 1", 6, 2, None),
                    ("reboot", b"", 1, None),
                    ("energy_reset", 6, 2, None),
                ),
            )
            self.assertEqual(strip.device.alias, "Desk")
            self.assertEqual(strip.device.parts[1].alias, "Лампа")
            self.assertEqual((strip.device.led.rule, strip.device.reboots), ("never", 1))
            for line in ("status", "status --child 3", "schedule --child 3", "countdown --child 1"):
                reply = json.loads(call(strip, line).out)
                told = reply["result"].get("responseData", reply)
                self.assertEqual(told["error_code"], 0)
                if line.startswith("status"):
                    self.assertEqual(told["result"].get("position"), 3 if "3" in line else None)
            for line in ("reboot --child 1", "reset --yes --child 1", "time --child 1"):
                assert_failure(self, call(strip, line), 1)

    def test_more_outlets_than_one_page(self):
        with klap_simulated("P316M") as strip:
            parts = strip.device.parts
            parts += [MeteredChild(strip.device, slot) for slot in range(6, 23)]
            self.play(
                strip,
                (
                    ("check", b"OFF\n", 2, None),
                    ("on --child 12", b"", 3, [0] * 11 + [1] + [0] * 11),
                    ("check", b"ON\n", 2, None),
                    ("check --child 23", b"OFF\n", 2, None),
                    ("on", b"", 3, [1] * 23),
                    ("power --child 22", b"225.500\n", 3, None),
                    ("power", b"%.3f\n" % sum(10.25 * (n + 1) for n in range(23)), 3, None),
                ),
            )
            strip.device.page = 0
            for line in ("check", "off", "toggle --child 1"):
                assert_failure(self, call(strip, line), 5)
            self.assertEqual(states(strip), [1] * 23)

    def test_lists_that_say_nonsense(self):
        good = {"device_id": "00000001", "device_on": True}
        for told, code in (
            ({"child_device_list": [{**good, "device_on": 1}], "sum": 1}, 5),
            ({"child_device_list": [good, {**good, "device_on": None}], "sum": 2}, 5),
            ({"child_device_list": [good, 1], "sum": 2}, 5),
            ({"child_device_list": {}, "sum": 1}, 5),
            ({"child_device_list": [good], "sum": 2}, 5),  # it comes twice
            ({"child_device_list": [good], "sum": "1"}, 5),
            ({"child_device_list": [good], "sum": -1}, 5),
            ({"child_device_list": [good], "sum": 10**6}, 5),
            ({"sum": 1}, 5),
            ({"child_device_list": [], "sum": 0}, 6),
            ({"child_device_list": [{"device_id": "1"}], "sum": 1}, 6),
        ):
            with klap_simulated("P300") as strip:
                answer = {"result": told, "error_code": 0}
                strip.device.smart_methods["get_child_device_list"] = lambda _, a=answer: dict(a)
                for line in ("check", "toggle", "check --child 1"):
                    if line == "check --child 1" and "device_on" in str(told):
                        continue
                    assert_failure(self, call(strip, line), code)
                self.assertEqual(states(strip), [0, 0, 0])

    def test_what_an_outlet_answers_counts(self):
        """A switch is confirmed only if each outlet says so."""
        for reply, code in (
            ({"error_code": -20101}, 6),
            ({"error_code": False}, 6),
            ({"error_code": 0.0}, 6),
            ({}, 6),
            ([], 5),
            (None, 5),
        ):
            for stops in (True, False):
                with klap_simulated("P300") as strip:
                    strip.device.stops = stops
                    strip.device.parts[1].reply = lambda _, reply=reply: reply
                    for line in ("on", "off", "toggle", "on --child 2", "0 --child 2"):
                        assert_failure(self, call(strip, line), code)
                    self.assertEqual(call(strip, "on --child 1").code, 0)

    def test_fewer_answers_than_outlets(self):
        with klap_simulated("P300") as strip:
            answer = strip.device.answer

            def cut(request):
                reply = json.loads(answer(request))
                found = reply.get("result", {}).get("responses", [])
                if b"control_child" in request:
                    del found[-1:]
                return json.dumps(reply).encode()

            strip.device.answer = cut
            assert_failure(self, call(strip, "on"), 5)
            strip.device.answer = lambda request: answer(request).replace(
                b'"method":"control_child"', b'"method":"get_device_info"'
            )
            assert_failure(self, call(strip, "on"), 5)

    def test_devices_that_take_few_requests_at_a_time(self):
        for most in (3, 2, 0):
            with klap_simulated("P316M") as strip:
                strip.device.most = most
                for line, printed in (
                    ("on", b""),
                    ("check", b"ON\n"),
                    ("off --child 2", b""),
                    ("check --child 2", b"OFF\n"),
                    ("power --child 3", b"30.750\n"),
                    ("power", b"194.750\n"),
                ):
                    self.assertEqual(call(strip, line)[:3], (0, printed, b""), (most, line))
            with klap_simulated("KP125M") as plug:
                plug.device.most = most
                for line, printed in (("on", b""), ("check", b"ON\n"), ("power", b"61.753\n")):
                    self.assertEqual(call(plug, line)[:3], (0, printed, b""), (most, line))

    def test_a_strip_is_one_by_its_outlets(self):
        """Also when the device itself has something like a switch."""
        with klap_simulated("P300") as strip:
            identity = strip.device.identity
            strip.device.identity = lambda: {**identity(), "device_on": True}
            self.play(
                strip,
                (
                    ("check", b"OFF\n", 1, None),
                    ("on --child 2", b"", 2, [0, 1, 0]),
                    ("off", b"", 2, [0, 0, 0]),
                ),
            )

    def test_a_strip_that_refuses_to_be_switched_itself(self):
        with klap_simulated("P300") as strip:
            strip.device.smart_methods["set_device_info"] = lambda _: {"error_code": -1008}
            self.play(strip, (("on", b"", 3, [1, 1, 1]), ("off --child 2", b"", 2, [1, 0, 1])))


class Single(Case):
    def test_one_exchange(self):
        for refused in (-1001, -1002, -1003, -1008):
            with klap_simulated("KP125M") as plug:
                plug.device.smart_methods["get_child_device_list"] = lambda _, code=refused: {
                    "error_code": code
                }
                for line, printed, count in (
                    ("check", b"OFF\n", 1),
                    ("on", b"", 1),
                    ("check", b"ON\n", 1),
                    ("off --print-state", b"OFF\n", 2),
                    ("toggle", b"", 2),
                    ("brightness", b"100\n", 1),
                    ("40", b"", 2),
                    ("alias x", b"", 1),
                    ("alias", b"x\n", 1),
                    ("led off", b"", 1),
                    ("uptime", b"0\n", 1),
                ):
                    self.play(plug, ((line, printed, count, None),))

    def test_a_switch_that_refuses(self):
        for reply, code in (
            ({"error_code": -1012}, 6),
            ({"error_code": -20101}, 6),
            ({"error_code": None}, 6),
        ):
            for stops in (True, False):
                with klap_simulated("KP125M") as plug:
                    plug.device.stops = stops
                    plug.device.smart_methods["set_device_info"] = lambda _, r=reply: dict(r)
                    for line in ("on", "off", "toggle", "40"):
                        assert_failure(self, call(plug, line), code)
                    self.assertEqual(plug.device.relay_state, 0)

    def test_methods_that_do_not_exist(self):
        """-1001 is what some firmware says to those."""
        with klap_simulated("KP125M") as plug:
            for name in "energy_usage", "emeter_data", "current_power":
                plug.device.smart_methods["get_" + name] = lambda _: {"error_code": -1001}
            for line in ("power", "today", "voltage", "emeter"):
                result = call(plug, line)
                assert_failure(self, result, 6)
                self.assertIn(b": KP125M is a SMART device without meter; its", result.err)


class Terminal(unittest.TestCase):
    def test_setters_have_a_terminal_uuid(self):
        """Firmware of a P105 and others refuses them without."""
        for model, lines in (
            ("KP125M", ("on", "off", "toggle", "alias x", "led off", "reboot", "reset --yes")),
            ("L530", ("on", "brightness 40", "color 1,2,3", "temperature 3000", "0")),
            ("P300", ("on", "off --child 2", "alias x", "alias y --child 1", "led off")),
            ("KS240", ("on", "fan 3", "brightness 20", "fan 0", "toggle --child 1")),
        ):
            for most in (100, 0):
                with klap_simulated(model) as device:
                    device.device.wants_terminal = True
                    device.device.most = most
                    for line in lines:
                        self.assertEqual(call(device, line)[:3], (0, b"", b""), (model, line))
                    used = {
                        json.loads(request)["terminalUUID"]
                        for request in device.requests
                        if b"terminalUUID" in request
                    }
                    self.assertEqual(len(used), 1)
                    self.assertTrue(device.device.relay_state in (0, 1))


class Fan(Case):
    def test_a_light_and_a_fan(self):
        with klap_simulated("KS240") as switch:
            light, fan = switch.device.parts

            def state():
                return light.relay_state, light.percent, fan.relay_state, fan.speed

            for line, wanted, count, after in (
                ("check", b"OFF\n", 1, (0, 100, 0, 1)),
                ("fan", b"0\n", 1, (0, 100, 0, 1)),
                ("fan 3", b"", 2, (0, 100, 1, 3)),
                ("fan", b"3\n", 1, (0, 100, 1, 3)),
                ("check", b"ON\n", 1, (0, 100, 1, 3)),
                ("brightness", b"0\n", 1, (0, 100, 1, 3)),
                ("brightness 40", b"", 2, (1, 40, 1, 3)),
                ("brightness --child 1", b"40\n", 1, (1, 40, 1, 3)),
                ("brightness --child 2", b"100\n", 1, (1, 40, 1, 3)),
                ("INCREASE", b"", 2, (1, 50, 1, 3)),
                ("fan 0", b"", 2, (1, 50, 0, 3)),
                ("fan --child 2", b"0\n", 1, (1, 50, 0, 3)),
                ("fan 4 --child 2 --print-state", b"ON\n", 4, (1, 50, 1, 4)),
                ("fan 4 --child 1", 6, 1, (1, 50, 1, 4)),
                ("fan --child 1", 6, 1, (1, 50, 1, 4)),
                ("0", b"", 2, (0, 50, 1, 4)),
                ("1,2,33", b"", 2, (1, 33, 1, 4)),
                ("off", b"", 2, (0, 33, 0, 4)),
                ("on", b"", 2, (1, 33, 1, 4)),
                ("off --child 1", b"", 2, (0, 33, 1, 4)),
                ("DECREASE --child 2", b"", 2, (0, 33, 0, 4)),
                ("uptime --child 2", 6, 1, (0, 33, 0, 4)),
                ("color", 6, 1, (0, 33, 0, 4)),
            ):
                with self.subTest(line):
                    self.play(switch, ((line, wanted, count, None),))
                    self.assertEqual(state(), after)

    def test_speeds(self):
        with klap_simulated("KS240") as switch:
            for word in ("5", "-1", "2.5", "x", "04", "off"):
                assert_failure(self, call(switch, "fan " + word), 1)
            self.assertEqual(switch.connections, 0)
            switch.device.parts[1].relay_state = 1
            for speed, code in ((5, 5), ("3", 5), (True, 5), (0, 0)):
                switch.device.parts[1].speed = speed
                self.assertEqual(call(switch, "fan").code, code)

    def test_a_fan_that_is_the_whole_device(self):
        with klap_simulated("KP125M") as fan:
            told, take = fan.device.told, fan.device.take
            speed = [2]
            fan.device.told = lambda: {**told(), "fan_speed_level": speed[0]}
            fan.device.take = lambda given: (
                take(given),
                speed.append(given.get("fan_speed_level", speed.pop())),
            )
            for line, printed in (("fan 4", b""), ("fan", b"4\n"), ("fan 0", b""), ("fan", b"0\n")):
                self.assertEqual(call(fan, line)[:3], (0, printed, b""))
            self.assertEqual((speed, fan.device.relay_state), ([4], 0))


class Meters(Case):
    def test_the_sum_of_the_outlets(self):
        with klap_simulated("P316M") as strip:
            for part in strip.device.parts:
                part.relay_state = 1
                part.relay.meter.used_wh = 100.0 * (part.slot + 1)
            self.play(
                strip,
                (
                    ("power", b"215.250\n", 2, None),
                    ("power --child 3", b"30.750\n", 2, None),
                    ("voltage", b"230.837\n", 2, None),
                    ("current --child 1", b"0.044\n", 2, None),
                    ("current", b"0.932\n", 2, None),
                    ("today", b"2.100\n", 2, None),
                    ("month --child 2", b"0.200\n", 2, None),
                    ("total", 6, 2, None),
                    ("total --child 2", 6, 2, None),
                ),
            )
            for line in ("emeter", "energy"):
                reply = json.loads(call(strip, line).out)
                told = [each["result"]["today_energy"] for each in reply["result"]["responses"]]
                self.assertEqual(told, [100, 200, 300, 400, 500, 600])
            reply = json.loads(call(strip, "emeter --child 2").out)
            self.assertEqual(reply["result"]["responseData"]["result"]["today_energy"], 200)

    def test_without_a_meter(self):
        for model in ("P300", "KS240"):
            with klap_simulated(model) as strip:
                for name in "power voltage current total today month emeter energy".split():
                    for more in ("", " --child 2"):
                        result = call(strip, name + more)
                        assert_failure(self, result, 6)
                        self.assertIn(b" without meter; its commands are on, off,", result.err)

    def test_what_tells_the_power(self):
        """(what is refused, by which code, get_energy_usage, exchanges, what is printed)"""
        unset = -1501
        for refused, code, energy, count, printed in (
            ((), 0, {"current_power": 1234}, 1, b"1.234\n"),
            ((), 0, {}, 1, b"61.753\n"),
            (("energy_usage",), unset, {}, 2, b"61.753\n"),
            (("emeter_data",), -1002, {"current_power": 1234}, 1, b"1.234\n"),
            (("emeter_data",), -1002, {}, 2, b"62.000\n"),
            (("energy_usage", "emeter_data"), unset, {}, 3, b"62.000\n"),
            (("energy_usage", "emeter_data", "current_power"), unset, {}, 3, 6),
            (("energy_usage", "emeter_data", "current_power"), -1002, {}, 3, 6),
        ):
            with klap_simulated("KP125M") as plug:
                plug.device.relay_state = 1
                methods = plug.device.smart_methods
                methods["get_energy_usage"] = lambda _, energy=energy: {"result": energy}
                for name in refused:
                    methods["get_" + name] = lambda _, code=code: {"error_code": code}
                self.play(plug, (("power", printed, count, None),))
                result = call(plug, "power")
                if code == unset and printed == 6:
                    self.assertIn(b"refuses get_energy_usage (error_code -1501)", result.err)
                elif printed == 6:
                    self.assertIn(b"without meter", result.err)

    def test_volts_and_amperes(self):
        with klap_simulated("KP125M") as plug:
            plug.device.relay_state = 1
            self.play(
                plug,
                (
                    ("voltage", b"230.837\n", 1, None),
                    ("current", b"0.268\n", 1, None),
                    ("today", b"0.000\n", 1, None),
                    ("total", 6, 1, None),
                ),
            )
            del plug.device.smart_methods["get_emeter_data"]  # P110
            for name in ("voltage", "current"):
                assert_failure(self, call(plug, name), 6)
            self.assertEqual(call(plug, "power").out, b"61.753\n")
            del plug.device.smart_methods["get_energy_usage"]
            assert_failure(self, call(plug, "today"), 6)
            reply = json.loads(call(plug, "emeter").out)
            self.assertEqual(reply["result"], {"current_power": 62})

    def test_energy_of_this_month_is_no_total(self):
        with klap_simulated("KP125M") as plug:
            plug.device.relay.meter.used_wh = 971.0
            self.assertEqual(call(plug, "month").out, b"0.971\n")
            assert_failure(self, call(plug, "total"), 6)


class Switchless(unittest.TestCase):
    def test_a_hub(self):
        commands = "check on off toggle 40 INCREASE 1,2,3 brightness color temperature fan power"
        commands = [*commands.split(), "rgb 1,2,3", "uptime", "emeter", "today", "on --child 1"]
        with klap_simulated("H100") as hub:
            for line in commands:
                hub.requests.clear()
                result = call(hub, line)
                assert_failure(self, result, 6)
                self.assertIn(b": H100 is a hub: its sensors are not supported\n", result.err)
                self.assertEqual(len(hub.requests), 2, line)
            for line in ("status", "get model", "alias", "alias Hub", "led off", "time", "reboot"):
                self.assertEqual(call(hub, line)[::2], (0, b""), line)
            self.assertEqual((hub.device.alias, hub.device.led.rule), ("Hub", "never"))

    def test_a_hub_with_a_switch_among_its_sensors(self):
        with klap_simulated("H100") as hub:
            child = {"device_id": "1", "device_on": True, "category": "subg.plugswitch"}
            hub.device.children = lambda: [child]
            for line in ("check", "on", "toggle", "on --child 1"):
                result = call(hub, line)
                assert_failure(self, result, 6)
                self.assertIn(b"H100 is a hub", result.err)

    def test_others(self):
        for kind, model, says in (
            ("SMART.TAPOROBOVAC", "RV30", b": RV30 is a vacuum cleaner: it is not supported\n"),
            ("SMART.TAPOCHIME", "D100C", b": D100C is a chime: it is not supported\n"),
            ("SMART.TAPOTOASTER", "T1", b": T1 has no device_on: this program does not know"),
        ):
            with klap_simulated("KP125M") as device:
                info = {"type": kind, "model": model, "device_id": "x"}
                device.device.get_device_info = lambda _: {}
                device.device.smart_methods["get_device_info"] = lambda _, info=info: {
                    "result": dict(info)
                }
                for line in ("check", "on", "off", "toggle", "power"):
                    result = call(device, line)
                    assert_failure(self, result, 6)
                    self.assertIn(says, result.err)


if __name__ == "__main__":
    unittest.main()
