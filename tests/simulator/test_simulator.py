"""simulate and demo as a user starts them, and what each simulated model answers."""

import json
import signal
import socket
import unittest

from tests.support import (
    FORMS,
    HANG_S,
    assert_failure,
    call,
    needs_ipv6,
    network,
    run,
    simulated,
    start,
)
from tplink_exec.cipher import decrypt, encrypt
from tplink_exec.simulator.lights import BULBS, LIGHT_STRIPS
from tplink_exec.simulator.models import MODELS, device
from tplink_exec.simulator.plugs import DIMMERS, PLUGS
from tplink_exec.simulator.strips import STRIPS

GET = {"system": {"get_sysinfo": {}}}
MODULE = {"err_code": -1, "err_msg": "module not support"}
MEMBER = {"err_code": -2, "err_msg": "member not support"}
ARGUMENT = {"err_code": -3, "err_msg": "invalid argument"}
ENTRY = {"err_code": -14, "err_msg": "entry not exist"}
BULB_MODULE = {"err_code": -2001, "err_msg": "Module not support"}
BULB_METHOD = {"err_code": -2000, "err_msg": "Method not support"}
BULB_INPUT = {"err_code": -10000, "err_msg": "Invalid input argument"}
DONE = {"err_code": 0}

SWITCHES = {**PLUGS, **DIMMERS, **STRIPS}
LIGHTS = {**BULBS, **LIGHT_STRIPS}
SERVICES = {
    **dict.fromkeys(BULBS, ("smartlife.iot.smartbulb.lightingservice", "transition_light_state")),
    **dict.fromkeys(LIGHT_STRIPS, ("smartlife.iot.lightStrip", "set_light_state")),
}
COMMON = "smartlife.iot.common."
MAINS = {"voltage_mv": 230837}
NO_MAINS = {"voltage_mv": 0, "current_ma": 0}
# After ten hours on: what get_realtime says, and what has been used; of HS300's first outlet.
METERED = {
    "HS110": (
        {"voltage": 230.837, "current": 0.267518, "power": 61.753, "total": 16.941},
        {"energy": 0.618},
    ),
    "HS110v4": (
        {**MAINS, "current_ma": 268, "power_mw": 61753, "total_wh": 16940},
        {"energy_wh": 617},
    ),
    "HS300": (
        {**MAINS, "current_ma": 44, "power_mw": 10250, "total_wh": 16425, "slot_id": 0},
        {"energy_wh": 102},
    ),
    "LB100": ({"power_mw": 4900}, {"energy_wh": 49}),
    "LB130": ({"power_mw": 7000}, {"energy_wh": 70}),
    "KL430": ({**NO_MAINS, "power_mw": 12600, "total_wh": 16449}, {"energy_wh": 126}),
}
UNMETERED = [model for model in MODELS if model not in METERED]


def ask(device, module, method, arguments=None, **context):
    """What the method answers, or the module as a whole; `context` is that of the request."""
    request = {"context": context} if context else {}
    request[module] = {method: arguments}
    reply = json.loads(device.answer(json.dumps(request).encode()))
    assert list(reply) == [module], reply
    return reply[module].get(method, reply[module])


def sysinfo(device):
    return ask(device, "system", "get_sysinfo")


def set_light(device, arguments):
    return ask(device, *SERVICES[device.model], arguments)


def meter_of(device):
    return COMMON + "emeter" if device.model in LIGHTS else "emeter"


class Clock:
    """Stands still; the test sets `now`."""

    now = 1000.0

    def __call__(self):
        return self.now


def for_each(models):
    """The test is run with a device of each of the models; its clock is a Clock."""

    def decorate(test):
        def run_all(self):
            for model in models:
                with self.subTest(model):
                    test(self, device(model, 258, Clock()))

        return run_all

    return decorate


def stated(it):
    """0 or 1, as get_sysinfo says it."""
    info = sysinfo(it)
    if "children" in info:
        return int(any(child["state"] for child in info["children"]))
    return info["relay_state"] if "relay_state" in info else info["light_state"]["on_off"]


class Every(unittest.TestCase):
    """What holds for all models, or for a whole group of families."""

    @for_each(MODELS)
    def test_what_it_says_it_is(self, it):
        info = sysinfo(it)
        self.assertTrue(info["model"].startswith(it.model[:5] + "("), info)
        self.assertEqual((info["alias"], info["err_code"]), (it.model + " 259", 0))
        self.assertEqual(len(info["deviceId"]), 40)
        kind = info.get("type", info.get("mic_type"))
        if it.model in LIGHTS:
            self.assertEqual((kind, info["mic_mac"]), ("IOT.SMARTBULB", "50C7BF000102"))
        else:
            self.assertEqual((kind, info["mac"]), ("IOT.SMARTPLUGSWITCH", "50:C7:BF:00:01:02"))
            self.assertEqual("ENE" in info["feature"], it.model in METERED)
        own = {"relay_state": {*PLUGS, *DIMMERS}, "children": STRIPS, "light_state": LIGHTS}
        own.update(brightness=DIMMERS, length=LIGHT_STRIPS, lighting_effect_state=LIGHT_STRIPS)
        for key, models in own.items():
            self.assertEqual(key in info, it.model in models, key)

    @for_each(MODELS)
    def test_relay_state(self, it):
        """The attribute and what it says by the protocol are one."""
        for state in (1, 1, 0, 1):
            if it.model in LIGHTS:
                self.assertEqual(set_light(it, {"on_off": state})["err_code"], 0)
            else:
                self.assertEqual(ask(it, "system", "set_relay_state", {"state": state}), DONE)
            self.assertEqual((it.relay_state, stated(it)), (state, state))
        it.relay_state = 0
        self.assertEqual(stated(it), 0)

    @for_each(SWITCHES)
    def test_time_on(self, it):
        for state, on_time in ((0, 0), (1, 7), (1, 14), (0, 0), (1, 7)):
            it.relay_state = state
            it.clock.now += 7
            info = sysinfo(it)
            self.assertEqual({part["on_time"] for part in info.get("children", [info])}, {on_time})

    @for_each(MODELS)
    def test_what_is_not_there(self, it):
        words = {**dict.fromkeys(SWITCHES, (MODULE, MEMBER)), "KL430": (MODULE, MEMBER)}
        words.update(dict.fromkeys(BULBS, (BULB_MODULE, BULB_METHOD)))
        module, method = words[it.model]
        for name in ("fly", "time" if it.model in LIGHTS else COMMON + "timesetting"):
            self.assertEqual(ask(it, name, "get_time"), module)
        self.assertEqual(ask(it, "system", "fly"), method)
        for name in ("set_relay_state", "set_led_off", "set_dev_alias", "reboot", "reset"):
            answer = ask(it, "system", name, {"state": 1, "off": 1, "alias": ""})
            self.assertEqual(answer, method if it.model in LIGHTS else DONE)
        for service, _ in set(SERVICES.values()) - {SERVICES.get(it.model)}:
            self.assertEqual(ask(it, service, "get_light_state"), module)
        if it.model not in DIMMERS:
            self.assertEqual(ask(it, "smartlife.iot.dimmer", "set_brightness"), module)

    @for_each(UNMETERED)
    def test_no_meter(self, it):
        """Refused in the method's place by plugs and dimmers, as a module by strips: recorded."""
        reply = json.loads(it.answer(b'{"emeter":{"get_realtime":{}}}'))
        within = it.model not in STRIPS
        self.assertEqual(reply, {"emeter": {"get_realtime": MODULE} if within else MODULE})

    @for_each(LIGHTS)
    def test_the_meter_of_lights_is_another_module(self, it):
        expected = BULB_MODULE if it.model in BULBS else MODULE
        self.assertEqual(ask(it, "emeter", "get_realtime"), expected)

    @for_each(SWITCHES)
    def test_wrong_arguments(self, it):
        cases = (
            ("system", "set_relay_state", "state", (2, -1, "1", 1.0, True, None, [1])),
            ("system", "set_led_off", "off", (2, "1", None)),
            ("system", "set_dev_alias", "alias", (1, None)),
            ("netif", "set_stainfo", "ssid", (1, None)),
        )
        before = sysinfo(it)
        for module, method, key, values in cases:
            for arguments in [{key: value} for value in values] + [None, {}, 1]:
                self.assertEqual(ask(it, module, method, arguments), ARGUMENT)
        self.assertEqual(sysinfo(it), before)

    @for_each(MODELS)
    def test_no_json_object_no_answer(self, it):
        for nonsense in (b"", b"ON", b"[]", b"\xff", b"[" * 100000):
            self.assertIsNone(it.answer(nonsense))

    @for_each(MODELS)
    def test_as_lenient_as_devices(self, it):
        reply = it.answer(b' {"system": {"get_sysinfo": null}}}} ')
        self.assertEqual(json.loads(reply)["system"]["get_sysinfo"]["err_code"], 0)
        both = json.loads(it.answer(json.dumps({**GET, "fly": {"high": {}}}).encode()))
        self.assertEqual(list(both), ["system", "fly"])

    @for_each(PLUGS)
    def test_who_has_no_outlets_ignores_context(self, it):
        arguments = {"state": 1}
        self.assertEqual(ask(it, "system", "set_relay_state", arguments, child_ids=["x"]), DONE)
        self.assertEqual(it.relay_state, 1)

    @for_each(MODELS)
    def test_modules_of_the_household(self, it):
        it.clock.now = 1700000000.0
        now = {"year": 2023, "month": 11, "mday": 14, "hour": 22, "min": 13, "sec": 20}
        rules = {"rule_list": [], "version": 2, "enable": 0, "err_code": 0}
        points = [{"ssid": "House", "key_type": 3}, {"ssid": "Guest", "key_type": 0}]
        cases = (
            ("time", "timesetting", "get_time", {**now, "err_code": 0}),
            ("time", "timesetting", "get_timezone", {"index": 38, "err_code": 0}),
            ("netif", "softaponboarding", "get_scaninfo", {"ap_list": points, "err_code": 0}),
            ("schedule", "schedule", "get_rules", rules),
            ("schedule", "schedule", "erase_runtime_stat", DONE),
            ("anti_theft", None, "get_rules", rules),
            ("count_down", None, "get_rules", {"rule_list": [], "err_code": 0}),
        )
        for module, bulb_module, method, expected in cases:
            if it.model in LIGHTS:
                module = bulb_module and COMMON + bulb_module
            if module:
                self.assertEqual(ask(it, module, method), expected)
        cloud = ask(it, COMMON + "cloud" if it.model in LIGHTS else "cnCloud", "get_info")
        self.assertEqual((cloud["binded"], cloud["username"], cloud["err_code"]), (0, "", 0))

    @for_each(MODELS)
    def test_wifi(self, it):
        joined = {"ssid": "House", "password": "secret", "key_type": 3}
        module = COMMON + "softaponboarding" if it.model in LIGHTS else "netif"
        refusal = BULB_INPUT if it.model in LIGHTS else ARGUMENT
        wrong = [{**joined, key: None} for key in joined] + [{**joined, "key_type": "3"}]
        for arguments in wrong:
            self.assertEqual(ask(it, module, "set_stainfo", arguments), refusal)
        self.assertEqual(it.stainfo, {})
        self.assertEqual(ask(it, module, "set_stainfo", joined), DONE)
        self.assertEqual(it.stainfo, joined)

    @for_each(MODELS)
    def test_alias_reboot_reset(self, it):
        module = COMMON + "system" if it.model in LIGHTS else "system"
        default = it.alias
        self.assertEqual(ask(it, module, "set_dev_alias", {"alias": "\u706f"}), DONE)
        self.assertEqual(ask(it, module, "reboot", {"delay": 1}), DONE)
        self.assertEqual((it.alias, sysinfo(it)["alias"]), ("\u706f", "\u706f"))
        self.assertEqual(ask(it, module, "reset"), DONE)
        self.assertEqual((it.reboots, it.resets, it.alias), (1, 1, default))


class Meters(unittest.TestCase):
    """Each of METERED, after it was on for ten hours."""

    def run_on(self, it):
        it.relay_state = 1
        it.clock.now += 36000
        return METERED[it.model]

    @for_each(METERED)
    def test_reading(self, it):
        off = ask(it, meter_of(it), "get_realtime")
        self.assertEqual({off.get("power", 0), off.get("power_mw", 0)}, {0})
        reading, _ = self.run_on(it)
        self.assertEqual(ask(it, meter_of(it), "get_realtime"), {**reading, "err_code": 0})
        self.assertEqual(off.keys(), {*reading, "err_code"})

    @for_each(METERED)
    def test_statistics(self, it):
        """All that was used is on today."""
        _, used = self.run_on(it)
        day = {"year": 1970, "month": 1, "day": 1, **used}
        month = {"year": 1970, "month": 1, **used}
        for method, arguments, expected in (
            ("get_daystat", {"year": 1970, "month": 1}, {"day_list": [day]}),
            ("get_daystat", {"year": 1970, "month": 2}, {"day_list": []}),
            ("get_daystat", {}, {"day_list": []}),
            ("get_monthstat", {"year": 1970}, {"month_list": [month]}),
            ("get_monthstat", {"year": 1971}, {"month_list": []}),
        ):
            answer = ask(it, meter_of(it), method, arguments)
            self.assertEqual(answer, {**expected, "err_code": 0})

    @for_each(METERED)
    def test_off_it_does_not_count(self, it):
        _, used = self.run_on(it)
        it.relay_state = 0
        it.clock.now += 36000
        (month,) = ask(it, meter_of(it), "get_monthstat", {"year": 1970})["month_list"]
        self.assertEqual(month, {"year": 1970, "month": 1, **used})

    @for_each(METERED)
    def test_erasing(self, it):
        self.run_on(it)
        self.assertEqual(ask(it, meter_of(it), "erase_emeter_stat"), DONE)
        reading = ask(it, meter_of(it), "get_realtime")
        self.assertEqual({reading.get("total", 0), reading.get("total_wh", 0)}, {0})
        (month,) = ask(it, meter_of(it), "get_monthstat", {"year": 1970})["month_list"]
        self.assertEqual(month.get("energy", month.get("energy_wh")), 0)


class Strips(unittest.TestCase):
    def test_ids_and_aliases(self):
        for model, (count, _) in STRIPS.items():
            strip = device(model)
            info = sysinfo(strip)
            self.assertEqual((info["child_num"], len(info["children"])), (count, count))
            parent = "" if model == "HS107" else info["deviceId"]
            self.assertEqual(
                [(child["id"], child["alias"], child["state"]) for child in info["children"]],
                [("%s%02d" % (parent, n), "Plug %d" % (n + 1), 0) for n in range(count)],
            )
            self.assertEqual(strip.outlets[-1].id, info["children"][-1]["id"])

    @for_each(STRIPS)
    def test_switching_in_context(self, strip):
        """The answer to each request, and what is on then: the first two outlets, the others."""
        ids = [strip.device_id + "%02d" % n for n in range(len(strip.outlets))]
        for state, context, expected, on in (
            (1, {"child_ids": ids[1:2]}, DONE, (0, 1, 0)),
            (1, {"child_ids": ids[:1]}, DONE, (1, 1, 0)),
            (0, {"child_ids": ids[:2]}, DONE, (0, 0, 0)),
            (1, {}, DONE, (1, 1, 1)),
            (0, {"child_ids": [ids[0], "x"]}, ENTRY, (1, 1, 1)),
            (0, {"child_ids": ["0"]}, ENTRY, (1, 1, 1)),
            (0, {"child_ids": []}, ARGUMENT, (1, 1, 1)),
            (0, {"child_ids": ids[0]}, ARGUMENT, (1, 1, 1)),
            (0, {"child_ids": [0]}, ARGUMENT, (1, 1, 1)),
            (0, {"child_ids": None}, ARGUMENT, (1, 1, 1)),
            (0, {"child_ids": {}}, ARGUMENT, (1, 1, 1)),
            (2, {"child_ids": ids[:1]}, ARGUMENT, (1, 1, 1)),
            (0, {"child_ids": ids[:1]}, DONE, (0, 1, 1)),
            (0, {}, DONE, (0, 0, 0)),
        ):
            with self.subTest(context=context):
                answer = ask(strip, "system", "set_relay_state", {"state": state}, **context)
                self.assertEqual(answer, expected)
                states = [*on[:2], *on[2:] * (len(ids) - 2)]
                self.assertEqual([outlet.state for outlet in strip.outlets], states)
                self.assertEqual([child["state"] for child in sysinfo(strip)["children"]], states)

    @for_each(STRIPS)
    def test_on_when_any_outlet_is(self, strip):
        strip.outlets[-1].state = 1
        self.assertEqual(strip.relay_state, 1)

    def test_a_context_counts_wherever_it_stands(self):
        strip = device("KP303")
        late = {"system": {"set_relay_state": {"state": 1}}, "context": {"child_ids": ["?"]}}
        reply = json.loads(strip.answer(json.dumps(late).encode()))
        self.assertEqual(reply, {"system": {"set_relay_state": ENTRY}})
        self.assertEqual(strip.relay_state, 0)
        for nothing in (None, {}):
            late["context"] = nothing
            self.assertIn(b'"err_code":0', strip.answer(json.dumps(late).encode()))

    def test_renaming(self):
        strip = device("HS107")
        ids = [strip.device_id + "00", strip.device_id + "01"]
        for arguments, context, expected, names in (
            ({"alias": "A"}, {}, DONE, ["A", "Plug 1", "Plug 2"]),
            ({"alias": "B"}, {"child_ids": ids[1:]}, DONE, ["A", "Plug 1", "B"]),
            ({"alias": "C"}, {"child_ids": ids}, DONE, ["A", "C", "B"]),
            ({"alias": "D"}, {"child_ids": ["01"]}, DONE, ["A", "C", "D"]),
            ({"alias": "B"}, {"child_ids": ["02"]}, ENTRY, ["A", "C", "D"]),
            ({"alias": 4}, {"child_ids": ids}, ARGUMENT, ["A", "C", "D"]),
        ):
            self.assertEqual(ask(strip, "system", "set_dev_alias", arguments, **context), expected)
            info = sysinfo(strip)
            found = [info["alias"]] + [child["alias"] for child in info["children"]]
            self.assertEqual(found, names)
        ask(strip, "system", "reset")
        self.assertEqual([outlet.alias for outlet in strip.outlets], ["Plug 1", "Plug 2"])

    def test_meters(self):
        """One for each outlet: the first in the context, without context the first of all."""
        clock = Clock()
        strip = device("HS300", clock=clock)
        ids = [strip.device_id + "%02d" % n for n in range(6)]
        strip.outlets[2].state = 1
        clock.now += 36000
        for context, slot, power_mw, total_wh in (
            ({}, 0, 0, 16323),
            ({"child_ids": ids[2:]}, 2, 30750, 16630),
            ({"child_ids": ids[5:]}, 5, 0, 16323),
        ):
            reading = ask(strip, "emeter", "get_realtime", None, **context)
            found = reading["slot_id"], reading["power_mw"], reading["total_wh"]
            self.assertEqual(found, (slot, power_mw, total_wh))
        for method in ("get_realtime", "erase_emeter_stat"):
            self.assertEqual(ask(strip, "emeter", method, None, child_ids=["x"]), ENTRY)
        self.assertEqual(ask(strip, "emeter", "erase_emeter_stat", None, child_ids=ids[2:3]), DONE)
        totals = [outlet.meter.total_wh for outlet in strip.outlets]
        self.assertEqual(totals, [16323, 16323, 0, 16323, 16323, 16323])

    def test_get_sysinfo_ignores_context(self):
        strip = device("KP303")
        self.assertEqual(ask(strip, "system", "get_sysinfo", None, child_ids=["x"]), sysinfo(strip))


class Dimmers(unittest.TestCase):
    def test_brightness(self):
        """Relay and brightness after each request, and its answer."""
        dimmer = device("HS220")
        self.assertEqual((dimmer.relay_state, dimmer.brightness), (0, 25))
        bright, fade = "set_brightness", "set_dimmer_transition"
        for method, arguments, expected, state in (
            (bright, {"brightness": 40}, DONE, (0, 40)),
            (fade, {"brightness": 50, "duration": 1000}, DONE, (1, 50)),
            (bright, {"brightness": 1}, DONE, (1, 1)),
            (bright, {"brightness": 100}, DONE, (1, 100)),
            (bright, {"brightness": 0}, ARGUMENT, (1, 100)),
            (bright, {"brightness": 101}, ARGUMENT, (1, 100)),
            (bright, {"brightness": "9"}, ARGUMENT, (1, 100)),
            (bright, None, ARGUMENT, (1, 100)),
            (fade, {"brightness": 0, "duration": 1}, DONE, (0, 100)),
            (fade, {"brightness": 101, "duration": 1}, ARGUMENT, (0, 100)),
            (fade, {"brightness": 9, "duration": -1}, ARGUMENT, (0, 100)),
            (fade, {"brightness": 9}, ARGUMENT, (0, 100)),
        ):
            with self.subTest(method=method, arguments=arguments):
                self.assertEqual(ask(dimmer, "smartlife.iot.dimmer", method, arguments), expected)
                info = sysinfo(dimmer)
                self.assertEqual((info["relay_state"], info["brightness"]), state)
                self.assertEqual((dimmer.relay_state, dimmer.brightness), state)

    def test_parameters(self):
        parameters = ask(device("HS220"), "smartlife.iot.dimmer", "get_dimmer_parameters")
        wanted = "minThreshold fadeOnTime fadeOffTime gentleOnTime gentleOffTime rampRate bulb_type"
        self.assertEqual(set(parameters), {*wanted.split(), "err_code"})


class Lights(unittest.TestCase):
    def check(self, model, cases):
        """Hue, saturation, color_temp and brightness after each request; None: it is refused."""
        light = device(model)
        names = "on_off", "hue", "saturation", "color_temp", "brightness"
        for arguments, state in cases:
            with self.subTest(model=model, arguments=arguments):
                before = dict(light.light)
                reply = set_light(light, arguments)
                if state is None:
                    self.assertEqual((reply, light.light), (BULB_INPUT, before))
                    continue
                self.assertEqual(tuple(light.light[name] for name in names), state)
                self.assertEqual(reply.pop("err_code"), 0)
                self.assertEqual(reply, sysinfo(light)["light_state"])

    def test_color(self):
        ignore = {"on_off": 1, "ignore_default": 1}
        for model in ("LB130", "KL430"):
            self.check(
                model,
                (
                    ({"on_off": 1}, (1, 0, 0, 2700, 70)),
                    ({"brightness": 30}, (1, 0, 0, 2700, 30)),
                    ({"on_off": 1, "brightness": 40}, (1, 0, 0, 2700, 40)),
                    ({"hue": 240, "saturation": 75}, (1, 0, 0, 2700, 40)),  # it is white
                    ({"hue": 240, "saturation": 75, "color_temp": 0}, (1, 240, 75, 0, 40)),
                    ({"on_off": 0, "transition_period": 500}, (0, 240, 75, 0, 40)),
                    ({"on_off": 1, "ignore_default": 0}, (1, 240, 75, 0, 40)),
                    ({"hue": 360}, (1, 360, 75, 0, 40)),
                    ({"color_temp": 9000, "hue": 9, "saturation": 9}, (1, 0, 0, 9000, 40)),
                    ({"color_temp": 2500, "fly": "high"}, (1, 0, 0, 2500, 40)),
                    ({"on_off": 0}, (0, 0, 0, 2500, 40)),
                    ({"on_off": 1, "brightness": 90}, (1, 0, 0, 2500, 40)),  # its default returns
                    ({"on_off": 0}, (0, 0, 0, 2500, 40)),
                    ({**ignore, "brightness": 90}, (1, 0, 0, 2500, 90)),
                    ({"brightness": 0}, (1, 0, 0, 2500, 0)),
                    ({}, (1, 0, 0, 2500, 0)),
                ),
            )

    def test_an_effect(self):
        """It must be whole; its brightness is its own, and a color ends it."""
        strip = device("KL430")
        module = "smartlife.iot.lighting_effect"
        effect = ask(strip, module, "get_lighting_effect")
        self.assertEqual((effect.pop("err_code"), effect["enable"]), (0, 0))
        for name, value in (
            *(("enable", value) for value in (None, 2, True)),
            *(("brightness", value) for value in (None, 101, "5")),
            ("sequence", None),
            *((name, value) for name in ("id", "name", "type") for value in (None, 1)),
        ):
            wrong = {**effect, "enable": 1, name: value}
            wrong = {key: wrong[key] for key in wrong if wrong[key] is not None}
            self.assertEqual(ask(strip, module, "set_lighting_effect", wrong), BULB_INPUT, wrong)
        self.assertEqual(stated(strip), 0)
        wanted = {**effect, "enable": 1, "brightness": 40}
        self.assertEqual(ask(strip, module, "set_lighting_effect", wanted), {"err_code": 0})
        for arguments, state in (
            ({}, (1, 40, 70)),
            ({"on_off": 0}, (1, 40, 70)),
            ({"on_off": 1}, (1, 40, 70)),
            ({"brightness": 50}, (1, 50, 70)),
            ({"hue": 361}, (1, 50, 70)),
            ({"hue": 9, "brightness": 20}, (0, 50, 20)),
            ({"brightness": 30}, (0, 50, 30)),
        ):
            set_light(strip, arguments)
            told = sysinfo(strip)
            effect, light = told["lighting_effect_state"], told["light_state"]
            brightness = light.get("dft_on_state", light)["brightness"]
            self.assertEqual((effect["enable"], effect["brightness"], brightness), state, arguments)

    def test_white(self):
        self.check(
            "LB100",
            (
                ({"on_off": 1, "brightness": 40, "ignore_default": 1}, (1, 0, 0, 2700, 40)),
                ({"color_temp": 2700, "hue": 0, "saturation": 0}, (1, 0, 0, 2700, 40)),
                ({"brightness": 5, "hue": 240, "saturation": 75, "color_temp": 0}, None),
                ({"hue": 1}, None),
                ({"color_temp": 0}, None),
                ({"color_temp": 3000}, None),
                ({"on_off": 0}, (0, 0, 0, 2700, 40)),
            ),
        )

    def test_refused_values(self):
        wrong = {
            "on_off": (2, -1, True, "1", None),
            "brightness": (-1, 101, "5", 5.0, None),
            "hue": (-1, 361),
            "saturation": (-1, 101),
            "color_temp": (1, 2499, 9001),
            "transition_period": (-1, "1"),
            "ignore_default": (2,),
        }
        cases = [({"on_off": 1, key: value}, None) for key in wrong for value in wrong[key]]
        for model in LIGHTS:
            self.check(model, cases)

    def test_off_it_tells_what_it_will_be(self):
        kept = {"mode": "normal", "hue": 0, "saturation": 0, "color_temp": 2700, "brightness": 70}
        for model in LIGHTS:
            light = device(model)
            service, _ = SERVICES[model]
            for state in ({"on_off": 0, "dft_on_state": kept}, {"on_off": 1, **kept}):
                light.relay_state = state["on_off"]
                self.assertEqual(sysinfo(light)["light_state"], state)
                answer = ask(light, service, "get_light_state")
                self.assertEqual(answer, {**state, "err_code": 0})

    @for_each(LIGHTS)
    def test_power_follows_the_brightness(self, it):
        set_light(it, {"on_off": 1, "brightness": 100, "ignore_default": 1})
        it.clock.now += 36000
        set_light(it, {"brightness": 0})
        it.clock.now += 36000
        self.assertEqual(ask(it, meter_of(it), "get_realtime")["power_mw"], 0)
        (month,) = ask(it, meter_of(it), "get_monthstat", {"year": 1970})["month_list"]
        self.assertEqual(month["energy_wh"], {"LB100": 70, "LB130": 100, "KL430": 180}[it.model])

    @for_each(LIGHTS)
    def test_default_behavior(self, it):
        answer = ask(it, SERVICES[it.model][0], "get_default_behavior")
        last = {"mode": "last_status"}
        self.assertEqual(answer, {"soft_on": last, "hard_on": last, "err_code": 0})

    def test_kinds(self):
        for model, color in (("LB100", 0), ("LB130", 1), ("KL430", 1)):
            info = sysinfo(device(model))
            found = info["is_dimmable"], info["is_color"], info["is_variable_color_temp"]
            self.assertEqual(found, (1, color, color))


def discovered(host, port):
    """The get_sysinfo with which a device answers on UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(b"garbage", (host, port))
        client.sendto(encrypt(json.dumps(GET).encode()), (host, port))
        return json.loads(decrypt(client.recv(4096)))["system"]["get_sysinfo"]


class Simulated(unittest.TestCase):
    def test_discovery_on_udp(self):
        for model in MODELS:
            with self.subTest(model), simulated(model, alias="\u706f", state=1) as it:
                self.assertEqual(discovered(it.host, it.port), sysinfo(it.device))
                self.assertEqual((it.device.alias, stated(it.device)), ("\u706f", 1))


class Simulate(unittest.TestCase):
    def start(self, *words, form="file"):
        process = start([*FORMS[form], "simulate", *words])
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        return process

    def test_several_models_on_consecutive_addresses(self):
        net = network()
        models = "--model", "HS110", "--model", "HS100"
        process = self.start("--port", "0", "--address", net + ".1", *models)
        lines = [process.stdout.readline().decode().split() for _ in range(2)]
        port = lines[0][1].rpartition(":")[2]
        self.assertEqual(lines, [["HS110", net + ".1:" + port], ["HS100", net + ".2:" + port]])
        self.assertEqual(call(net + ".1", port, "emeter").code, 0)
        self.assertEqual(call(net + ".2", port, "emeter").code, 6)

    def test_every_model(self):
        models = [word for model in MODELS for word in ("--model", model)]
        net = network()
        process = self.start("--port", "0", "--address", net + ".1", *models, form="package")
        for number, model in enumerate(MODELS):
            name, place = process.stdout.readline().decode().split()
            host, _, port = place.partition(":")
            self.assertEqual((name, host), (model, "%s.%d" % (net, number + 1)))
            self.assertEqual(discovered(host, int(port))["alias"], "%s %d" % (model, number + 1))

    @needs_ipv6
    def test_ipv6_and_the_default_model(self):
        process = self.start("--port", "0", "--address", "::1")
        name, place = process.stdout.readline().decode().split()
        self.assertEqual(name, "HS100")
        self.assertEqual(call("::1", place[len("[::1]:") :], "check").out, b"OFF\n")

    def test_it_ends_by_the_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("--port", "0")
            process.stdout.readline()
            process.send_signal(number)
            _, err = process.communicate(timeout=HANG_S)
            self.assertEqual((process.returncode, err), (-number, b""))

    def test_a_fault(self):
        process = self.start("--port", "0", "--fault", "close-in-reply")
        port = process.stdout.readline().decode().strip().rpartition(":")[2]
        assert_failure(self, call("127.0.0.1", port, "check"), 5)

    def test_a_port_in_use(self):
        with simulated() as plug:
            result = run([*FORMS["file"], "simulate", "--port", str(plug.port)])
        assert_failure(self, result, 2, start=b"tplink-exec: simulate: ")

    def test_wrong_usage(self):
        for words in (
            ["--model", "HS9"],
            ["--port", "x"],
            ["--port", "65536"],
            ["--address", "x"],
            ["now"],
            ["--address", "255.255.255.255", "--model", "HS100"],
        ):
            assert_failure(self, call("simulate", *words), 1)


class Demo(unittest.TestCase):
    def test_demo(self):
        for form in FORMS.values():
            result = run([*form, "demo"])
            self.assertEqual((result.code, result.err), (0, b""))
            text = result.out.decode()
            self.assertRegex(text, r"\$ tplink-exec 127.0.0.1 \d+ check\nOFF\n")
            self.assertRegex(text, r" on\n\n\$ tplink-exec 127.0.0.1 \d+ check\nON\n")
            self.assertIn('"relay_state":1', text)
            self.assertRegex(text, r"connection refused.*\n\(exit code 3\)\n")


if __name__ == "__main__":
    unittest.main()
