"""Every command against every family, and what each means there: whole calls, real sockets."""

import json
import unittest

from tests import support
from tests.support import FORMS, assert_failure, klap_simulated, run, simulated
from tplink_exec.commands.table import COMMANDS, rows
from tplink_exec.simulator.models import MODELS
from tplink_exec.simulator.smart_models import SMART_MODELS

PLUGS = {"HS100", "HS110", "HS110v4"}
STRIPS = {"HS107": 2, "KP303": 3, "HS300": 6}
DIMMERS = {"HS220"}
COLORED = {"LB130", "KL430"}
BULBS = {"LB100", *COLORED}
METERS = {"HS110", "HS110v4", "HS300", *BULBS}
WHOLE_METERS = METERS - {"LB100", "LB130"}
ALL = set(MODELS)
SAMPLES = {
    "0..100": ("40",),
    "H,S,B": ("120,50,30",),
    "brightness": ("brightness", "brightness 33.3"),
    "color": ("color", "color 240,100,50"),
    "rgb": ("rgb 120,50,30",),
    "temperature": ("temperature 3000", "temperature 3000 K", "temperature 3000K", "temperature"),
    "clock": ("clock", "clock now"),
    "timer": ("timer", "timer 86399 on", "timer 86399", "timer off"),
    "effect": ("effect", "effect Aurora", "effect off"),
    "get": ("get model",),
    "alias": ("alias", "alias Name"),
    "led": ("led on", "led off"),
    "join": ("join House",),
    "unbind": ("unbind --yes",),
    "reset": ("reset --yes",),
    "fan": ("fan", "fan 3"),
    "json": ('json {"system":{"get_sysinfo":null}}',),
}
"""The command lines of a command, where that is not just its name."""
ABLE = {
    "color": COLORED,
    "temperature": COLORED,
    "fan": set(),
    "effect": {"KL430"},
    "emeter": METERS,
    "energy": METERS,
    "power": METERS,
    "voltage": WHOLE_METERS,
    "current": WHOLE_METERS,
    "total": WHOLE_METERS,
    "today": METERS,
    "month": METERS,
    "energy_reset": METERS,
    "uptime": ALL - BULBS - set(STRIPS),
    "led": ALL - BULBS,
    "ledon": ALL - BULBS,
    "ledoff": ALL - BULBS,
    "timer": ALL - BULBS,
    "countdown": ALL - BULBS,
    "antitheft": ALL - BULBS,
}
"""Who can do a command, where that is not everyone."""


def words(device, line):
    cut = line.split(" ", 1) if line.startswith("json") else line.split()
    return [device.host, str(device.port), *cut]


def call(device, line, **options):
    return support.call(*words(device, line), **options)


class Everything(unittest.TestCase):
    def test_each_command_against_each_family(self):
        """It works and prints what its row in the table says, or is exit 6 and says what does."""
        for model in MODELS:
            with simulated(model, state=1) as device:
                for command in rows(COMMANDS):
                    for line in SAMPLES.get(command, (command,)):
                        result = call(device, line, stdin=b"password\n")
                        with self.subTest((model, line)):
                            self.judge(model, device, command, line, result)

    def test_as_processes(self):
        """Each kind of device, from modules that are imported as they are wanted."""
        for form in FORMS.values():
            for model, line, printed in (
                ("HS110", "toggle --print-state", b"ON\n"),
                ("HS220", "brightness", b"0\n"),
                ("KL430", "color", b"0,0,0\n"),
                ("LB100", "on --print-state", b"ON\n"),
                ("HS300", "on --child 6 --print-state", b"ON\n"),
                ("HS110v4", "power", b"0.000\n"),
            ):
                with simulated(model) as device:
                    result = run([*form, *words(device, line)])
                    self.assertEqual(result[:3], (0, printed, b""), (form, model, line))

    def judge(self, model, device, command, line, result):
        if model not in ABLE.get(command, ALL):
            place = "tplink-exec: 127.0.0.1:%d: %s" % (device.port, device.device.info["model"])
            assert_failure(self, result, 6, start=place.encode())
            self.assertIn(b" without ", result.err)
            self.assertIn(b"; its commands are on, off, toggle, check", result.err)
            return
        told = "a model that cannot do it is left out of ABLE[%r]; SAMPLES says how it is called"
        self.assertEqual((result.code, result.err), (0, b""), told % command)
        self.prints(device, command, line, result)

    def prints(self, device, command, line, result):
        self.assertEqual((result.code, result.err), (0, b""))
        prints = rows(COMMANDS)[command][3]
        if prints == "nothing" or line != command and command in SETTERS:
            self.assertEqual(result.out, b"")
        elif prints.startswith("the device's JSON reply"):
            self.assertIsInstance(json.loads(result.out), dict)
        elif command in ("get", "alias"):
            wanted = {"get": device.device.info["model"], "alias": device.device.default_alias}
            self.assertEqual(result.out.decode(), wanted[command] + "\n")
        else:
            self.assertTrue(command in OUTPUTS, "OUTPUTS has no row for what %s prints" % command)
            self.assertRegex(result.out, OUTPUTS[command])


NO_SMART = {"join", "energy_reset", "runtime_reset", "total", "unbind"}
NO_PLUG = {*NO_SMART, "color", "temperature", "effect", "fan"}
NO_METER = set("power voltage current today month emeter energy".split())
NO_SWITCH = set("on off true false toggle check is-on increase decrease 0..100 H,S,B".split())
NO_SWITCH |= {"brightness", "rgb", "uptime"}
NO_RULES = {"schedule", "countdown", "antitheft"}
NO_LED = {"led", "ledon", "ledoff"}
NO_BULB = {*NO_SMART, *NO_METER, *NO_LED, "fan", "uptime"}
SMART_UNABLE = {
    "KP125M": NO_PLUG,
    "L530": NO_BULB,
    "L530v1": NO_BULB,
    "L920": {*NO_BULB, "temperature"},
    "P300": {*NO_PLUG, *NO_METER, *NO_RULES, "uptime"},
    "P316M": {*NO_PLUG, *NO_RULES, "uptime"},
    "KS240": {*NO_PLUG, *NO_METER, *NO_RULES, "uptime"} - {"fan"},
    "H100": {*NO_PLUG, *NO_METER, *NO_RULES, *NO_SWITCH, "clock", "timer"},
}
"""What SMART devices cannot do, as a whole."""


class EverySmart(unittest.TestCase):
    def test_each_command_against_each_device(self):
        """It works and prints what its row in the table says, or is exit 6 and says why."""
        self.assertEqual(SMART_UNABLE.keys(), SMART_MODELS.keys())
        for model, unable in SMART_UNABLE.items():
            with klap_simulated(model) as device:
                device.device.relay_state = 1
                for command in rows(COMMANDS):
                    lines = SAMPLES.get(command, (command,))
                    if command == "json":
                        lines = ('json {"method":"get_device_info"}',)
                    if command == "effect" and "L530" in model:
                        lines = ("effect", "effect Party", "effect off")
                    for line in lines:
                        more = ["--http-port", str(device.http_port)]
                        result = support.call(*words(device, line), *more, stdin=b"password\n")
                        with self.subTest((model, line)):
                            if command in unable:
                                self.refused(model, device, result)
                            else:
                                Everything.prints(self, device, command, line, result)

    def refused(self, model, device, result):
        assert_failure(self, result, 6, start=b"tplink-exec: 127.0.0.1:%d: " % device.port)
        name = device.device.info["model"].encode()
        wanted = rb": (%s is an? .* (without|not supported)|SMART devices join)" % name
        self.assertRegex(result.err, wanted)
        if b"without" in result.err:
            self.assertIn(b"; its commands are on, off, toggle, check", result.err)


SETTERS = ("brightness", "color", "temperature", "effect", "alias", "fan", "clock", "timer")
OUTPUTS = {
    "check": rb"^(ON|OFF)\n$",
    "brightness": rb"^\d{1,3}\n$",
    "color": rb"^\d+,\d+,\d+\n$",
    "temperature": rb"^\d{4}\n$",
    "effect": rb"^(off|Aurora|Party)\n$",
    "uptime": rb"^\d+\n$",
    "fan": rb"^[0-4]\n$",
    "clock": rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\n$",
    "timer": rb"^off\n$",
    **dict.fromkeys(
        ("power", "voltage", "current", "total", "today", "month"), rb"^\d+\.\d{3,6}\n$"
    ),
}


class Meaning(unittest.TestCase):
    """(command line, output, the device's state after it); the state is judged at the device."""

    def play(self, device, state, steps):
        for line, printed, wanted in steps:
            result = call(device, line)
            with self.subTest((device.device.model, line)):
                self.assertEqual((result.code, result.out, result.err), (0, printed, b""))
                self.assertEqual(state(device.device), wanted)

    def test_a_plug_is_on_above_0(self):
        for model in ("HS100", "HS110v4"):
            with simulated(model) as plug:
                self.play(
                    plug,
                    lambda plug: plug.relay_state,
                    (
                        ("0.4", b"", 1),
                        ("0", b"", 0),
                        ("100", b"", 1),
                        ("DECREASE", b"", 0),
                        ("INCREASE", b"", 1),
                        ("120,100,0", b"", 0),
                        ("120,100,0.1", b"", 1),
                        ("rgb 0,0,0", b"", 0),
                        ("rgb 0,0,1 --print-state", b"ON\n", 1),
                        ("brightness", b"100\n", 1),
                        ("brightness 0", b"", 0),
                        ("brightness", b"0\n", 0),
                        ("brightness 1 --print-state", b"ON\n", 1),
                        ("TOGGLE", b"", 0),
                        ("true", b"", 1),
                        ("False --print-state", b"OFF\n", 0),
                        ("TRUE --print-state", b"ON\n", 1),
                    ),
                )

    def test_a_dimmer(self):
        with simulated("HS220") as dimmer:
            dimmer.device.brightness = 25
            self.play(
                dimmer,
                lambda dimmer: (dimmer.relay_state, dimmer.brightness),
                (
                    ("brightness", b"0\n", (0, 25)),
                    ("on", b"", (1, 25)),
                    ("brightness", b"25\n", (1, 25)),
                    ("INCREASE", b"", (1, 35)),
                    ("98", b"", (1, 98)),
                    ("INCREASE", b"", (1, 100)),
                    ("5", b"", (1, 5)),
                    ("DECREASE", b"", (0, 5)),
                    ("DECREASE", b"", (0, 5)),
                    ("INCREASE --print-state", b"ON\n", (1, 10)),
                    ("DECREASE --print-state", b"OFF\n", (0, 10)),
                    ("33.5", b"", (1, 34)),
                    ("0.2", b"", (1, 1)),
                    ("240,50,62.4", b"", (1, 62)),
                    ("rgb 10,51,20", b"", (1, 20)),
                    ("rgb 0,0,0", b"", (0, 20)),
                    ("rgb 1,1,1", b"", (1, 1)),
                    ("rgb 157,0,0", b"", (1, 62)),
                    ("0", b"", (0, 62)),
                    ("on --transition 500", b"", (1, 62)),
                    ("off --transition 500", b"", (0, 62)),
                    ("true --transition 500", b"", (1, 62)),
                    ("false --transition 500", b"", (0, 62)),
                    ("brightness 40 --transition 500", b"", (1, 40)),
                    ("toggle", b"", (0, 40)),
                ),
            )

    def test_a_dimmer_that_cannot_fade_to_0_is_switched_off(self):
        with simulated("HS220", state=1) as dimmer:
            fade = dimmer.device.methods["smartlife.iot.dimmer"]["set_dimmer_transition"]
            dimmer.device.methods["smartlife.iot.dimmer"]["set_dimmer_transition"] = lambda given: (
                fade(given) if given["brightness"] else dimmer.device.INVALID_ARGUMENT
            )
            self.assertEqual(call(dimmer, "off --transition 500").code, 0)
            self.assertEqual(dimmer.device.relay_state, 0)

    def test_a_white_bulb(self):
        with simulated("LB100") as bulb:
            self.play(
                bulb,
                lambda bulb: (bulb.light["on_off"], bulb.light["brightness"]),
                (
                    ("check", b"OFF\n", (0, 70)),
                    ("true", b"", (1, 70)),
                    ("false", b"", (0, 70)),
                    ("on", b"", (1, 70)),
                    ("brightness", b"70\n", (1, 70)),
                    ("off", b"", (0, 70)),
                    ("brightness", b"0\n", (0, 70)),
                    ("INCREASE", b"", (1, 10)),
                    ("DECREASE", b"", (0, 10)),
                    ("DECREASE", b"", (0, 10)),
                    ("120,100,55.5", b"", (1, 56)),
                    ("rgb 0,0,102", b"", (1, 40)),
                    ("rgb 0,0,0", b"", (0, 40)),
                    ("99", b"", (1, 99)),
                    ("increase", b"", (1, 100)),
                    ("0,0,0", b"", (0, 100)),
                    ("toggle --print-state", b"ON\n", (1, 100)),
                ),
            )

    def test_colors(self):
        fields = "on_off", "hue", "saturation", "brightness", "color_temp"
        for model in COLORED:
            with simulated(model) as bulb:
                self.play(
                    bulb,
                    lambda bulb: tuple(bulb.light[field] for field in fields),
                    (
                        ("238.4,77.6,100", b"", (1, 238, 78, 100, 0)),
                        ("color", b"238,78,100\n", (1, 238, 78, 100, 0)),
                        ("OFF", b"", (0, 238, 78, 100, 0)),
                        ("color", b"238,78,0\n", (0, 238, 78, 100, 0)),
                        ("ON", b"", (1, 238, 78, 100, 0)),
                        ("DECREASE", b"", (1, 238, 78, 90, 0)),
                        ("color 360,0.1,50.5", b"", (1, 0, 1, 51, 0)),
                        ("359.5,100,50", b"", (1, 0, 100, 50, 0)),
                        ("temperature 2700.4 K", b"", (1, 0, 0, 50, 2700)),
                        ("temperature", b"2700\n", (1, 0, 0, 50, 2700)),
                        ("off", b"", (0, 0, 0, 50, 2700)),
                        ("temperature", b"2700\n", (0, 0, 0, 50, 2700)),
                        ("temperature 6500 --transition 300", b"", (1, 0, 0, 50, 6500)),
                        ("color 120,100,0", b"", (0, 0, 0, 50, 6500)),
                        ("rgb 255,0,0", b"", (1, 0, 100, 100, 0)),
                        ("rgb 0,0,0", b"", (0, 0, 100, 100, 0)),
                        ("rgb 0,51,102 --print-state", b"ON\n", (1, 210, 100, 40, 0)),
                        ("rgb 255,255,255 --transition 300", b"", (1, 0, 0, 100, 0)),
                        ("off", b"", (0, 0, 0, 100, 0)),
                    ),
                )
                bulb.device.light.update(hue=360, saturation=100, color_temp=0)
                self.assertEqual(call(bulb, "color").out, b"0,100,0\n")
                result = call(bulb, "temperature")
                assert_failure(self, result, 6)
                self.assertIn(b"shows a color", result.err)
                for kelvin in "1500", "2499", "9001":
                    result = call(bulb, "temperature " + kelvin)
                    assert_failure(self, result, 6)
                    self.assertRegex(result.err, rb": the light takes 2500 to 9000 K, not \d+\n$")
                for kelvin in "2500", "9000":
                    self.assertEqual(call(bulb, "temperature " + kelvin).code, 0)

    def test_switching_on_brings_the_bulb_s_own_default_back(self):
        with simulated("LB130") as bulb:
            call(bulb, "on --transition 700")
            call(bulb, "40")
            call(bulb, "off")
            asked = [json.loads(request) for request in bulb.requests if b"transition" in request]
        service = "smartlife.iot.smartbulb.lightingservice"
        self.assertEqual(
            [request[service]["transition_light_state"] for request in asked],
            [
                {"on_off": 1, "ignore_default": 0, "transition_period": 700},
                {"on_off": 1, "brightness": 40, "ignore_default": 1, "transition_period": 0},
                {"on_off": 0, "ignore_default": 0, "transition_period": 0},
            ],
        )

    def test_a_light_that_does_not_do_it_is_believed(self):
        service, method = "smartlife.iot.smartbulb.lightingservice", "transition_light_state"
        for reply, code in (
            ({"on_off": 0, "err_code": 0}, 6),
            ({"on_off": True, "err_code": 0}, 6),
            ({"on_off": 1}, 5),
            ({"err_code": -20002, "err_msg": "time out"}, 6),
            ({"err_code": 0}, 0),
        ):
            with simulated("LB100") as bulb:
                bulb.device.methods[service][method] = lambda _, reply=reply: reply
                self.assertEqual(call(bulb, "on").code, code, reply)


class OnOffWithoutAQuestion(unittest.TestCase):
    """How on and off find a bulb or a strip: by what it says to set_relay_state."""

    def test_one_exchange_where_the_reply_allows_it(self):
        for model in ALL - BULBS:
            with simulated(model) as device:
                self.assertEqual(call(device, "on").code, 0)
                self.assertEqual((device.device.relay_state, len(device.requests)), (1, 1), model)

    def test_bulbs_in_all_words(self):
        refusals = [
            {"err_code": code, "err_msg": words}
            for code, words in (
                (-1, "module not support"),
                (-2, "member not support"),
                (-2000, "Method not support"),
                (-2001, "Module not support"),
                (-7, "not supported here"),
                (-3, "invalid argument"),
                (-20002, "time out"),
            )
        ]
        for model in ("LB100", "KL430"):
            for refusal in refusals:
                for system in ({"set_relay_state": refusal}, refusal):
                    with simulated(model) as bulb:
                        answer = bulb.device.answer
                        bulb.device.answer = lambda request, system=system, answer=answer: (
                            json.dumps({"system": system}).encode()
                            if b"set_relay_state" in request
                            else answer(request)
                        )
                        self.assertEqual(call(bulb, "on").err, b"")
                        self.assertEqual(bulb.device.relay_state, 1)
                        self.assertEqual(len(bulb.requests), 3)

    def test_a_strip_that_wants_ids(self):
        with simulated("HS107") as strip:
            answer = strip.device.answer
            refusal = b'{"system":{"set_relay_state":{"err_code":-1,"err_msg":"not support"}}}'
            strip.device.answer = lambda request: (
                refusal if request.startswith(b'{"system":{"set_relay') else answer(request)
            )
            self.assertEqual(call(strip, "on").err, b"")
            self.assertTrue(all(outlet.state for outlet in strip.device.outlets))

    def test_a_plug_that_refuses_is_believed(self):
        with simulated() as plug:
            plug.device.methods["system"]["set_relay_state"] = lambda _: {"err_code": -3}
            result = call(plug, "on")
            assert_failure(self, result, 6)
            self.assertIn(b"refuses system set_relay_state: no reason given", result.err)
            self.assertEqual(len(plug.requests), 2)

    def test_a_plug_that_does_not_know_it(self):
        with simulated() as plug:
            del plug.device.methods["system"]["set_relay_state"]
            assert_failure(self, call(plug, "on"), 6)


class Strips(unittest.TestCase):
    def states(self, strip):
        return [outlet.state for outlet in strip.device.outlets]

    def test_the_whole_strip(self):
        for model, count in STRIPS.items():
            with simulated(model) as strip:
                self.assertEqual(call(strip, "check").out, b"OFF\n")
                call(strip, "ON")
                self.assertEqual(self.states(strip), [1] * count)
                call(strip, "off --child 1")
                self.assertEqual(call(strip, "check").out, b"ON\n")
                self.assertEqual(call(strip, "brightness").out, b"100\n")
                call(strip, "toggle")
                self.assertEqual(self.states(strip), [0] * count)
                call(strip, "toggle")
                self.assertEqual(self.states(strip), [1] * count)

    def test_an_outlet_by_number_alias_or_either_form_of_its_id(self):
        for model in STRIPS:
            with simulated(model) as strip:
                strip.device.outlets[1].alias = "\u041b\u0430\u043c\u043f\u0430 2"
                whole = strip.device.device_id + "01"
                for name in ("2", "\u043b\u0410\u043c\u043f\u0430 2", "01", whole, whole.lower()):
                    for command, out, state in (
                        ("on", b"", 1),
                        ("check", b"ON\n", 1),
                        ("toggle", b"", 0),
                        ("true", b"", 1),
                        ("false", b"", 0),
                        ("55", b"", 1),
                        ("DECREASE", b"", 0),
                    ):
                        place = [strip.host, str(strip.port)]
                        result = support.call(*place, command, "--child", name)
                        self.assertEqual((result.code, result.out, result.err), (0, out, b""))
                        if command in ("on", "true", "55"):
                            context = json.loads(strip.requests[-1])["context"]
                            self.assertEqual(context, {"child_ids": [whole]})
                        others = [0] * (len(self.states(strip)) - 2)
                        self.assertEqual(self.states(strip), [0, state, *others], (model, name))

    def test_unknown_and_ambiguous_outlets_are_listed(self):
        with simulated("HS300") as strip:
            strip.device.outlets[1].alias = "lamp"
            strip.device.outlets[2].alias = "LAMP"
            strip.device.outlets[3].alias = "1"
            strip.device.outlets[4].alias = "\x1b[31m"
            for name, says in (
                ("lamp", "2 outlets"),
                ("1", "2 outlets"),
                ("7", "no outlet"),
                ("0", "no outlet"),
                ("06", "no outlet"),
                ("-1", "no outlet"),
                ("fan", "no outlet"),
            ):
                for command in ("on", "check", "power", "get alias", "alias x"):
                    result = call(strip, "%s --child=%s" % (command, name))
                    assert_failure(self, result, 1)
                    self.assertIn(says, result.err.decode())
                    self.assertIn(
                        "2 lamp (id %s01), 3 LAMP" % strip.device.device_id, str(result.err)
                    )
                    self.assertIn(r"5 \x1b[31m (id", result.err.decode())
            self.assertEqual(self.states(strip), [0] * 6)
            self.assertEqual(call(strip, "on --child 2").code, 0)

    def test_a_word_that_is_number_and_id_means_the_id(self):
        with simulated("HS107") as strip:
            call(strip, "on --child 01")
            self.assertEqual(self.states(strip), [0, 1])

    def test_outlets_that_cannot_be_told_apart_are_not_switched(self):
        for ids, names, code in (
            (["00", "00"], ["1", "2", "a", "b", "00"], 1),
            (["", "01"], ["1", "a"], 5),
            ([5, None], ["1", "2", "a", "b"], 5),
            (["0", "01"], ["1"], 5),
        ):
            for name in names:
                with simulated("HS107") as strip:
                    said = strip.device.get_sysinfo({})
                    children = [
                        {"id": id, "alias": alias, "state": 0} for id, alias in zip(ids, "ab")
                    ]
                    strip.device.methods["system"]["get_sysinfo"] = (
                        lambda _, said=said, c=children: {
                            **said,
                            "children": c,
                        }
                    )
                    assert_failure(self, call(strip, "on --child " + name), code)
                    self.assertEqual(len(strip.requests), 1)

    def test_an_outlet_without_alias_has_none(self):
        for alias in (None, True, ["x"]):
            with simulated("HS107") as strip:
                for outlet in strip.device.outlets[:1]:
                    outlet.alias = alias
                for name in (str(alias), str(alias).lower(), "null"):
                    assert_failure(self, call(strip, "on --child=" + name), 1)
                self.assertEqual(call(strip, "on --child 1").code, 0)

    def test_one_bad_outlet_does_not_spoil_the_others(self):
        with simulated("HS300") as strip:
            strip.device.outlets[2].id = 7
            self.assertEqual(call(strip, "on --child 1").code, 0)
            self.assertEqual(self.states(strip)[0], 1)
            assert_failure(self, call(strip, "on --child 3"), 5)

    def test_rgb_is_for_an_outlet_too(self):
        with simulated("HS107") as strip:
            call(strip, "rgb 0,0,9 --child 2")
            self.assertEqual(self.states(strip), [0, 1])
            call(strip, "rgb 0,0,0")
            self.assertEqual(self.states(strip), [0, 0])

    def test_no_strip_no_outlets(self):
        for model in ("HS100", "HS220", "LB100"):
            with simulated(model, state=1) as device:
                for command in ("off", "check", "toggle", "0", "alias", "emeter"):
                    result = call(device, command + " --child 1")
                    assert_failure(self, result, 6)
                    self.assertIn(b"without outlets", result.err)
                self.assertEqual(device.device.relay_state, 1)

    def test_what_is_for_the_whole_strip_only(self):
        with simulated("HS300") as strip:
            for command in ("reboot", "reset --yes", "time", "join x", "wlanscan", "cloudinfo"):
                assert_failure(self, call(strip, command + " --child 2"), 1)
            self.assertEqual(strip.connections, 0)
            for command in ("led off", "ledon", "status", "info"):  # which SMART outlets may have
                result = call(strip, command + " --child 2")
                assert_failure(self, result, 1)
                self.assertIn(b"is for the whole of this strip, without --child", result.err)
            self.assertEqual(strip.device.led_off, 0)

    def test_aliases_and_fields_of_outlets(self):
        for model in STRIPS:
            with simulated(model, alias="Desk") as strip:
                call(strip, "alias Lamp --child 2")
                self.assertEqual(strip.device.outlets[1].alias, "Lamp")
                self.assertEqual(call(strip, "alias --child 2").out, b"Lamp\n")
                self.assertEqual(call(strip, "get state --child lamp").out, b"0\n")
                self.assertEqual(call(strip, "alias").out, b"Desk\n")
                call(strip, "alias Table")
                self.assertEqual(strip.device.alias, "Table")

    def test_outlets_that_say_nonsense(self):
        good = {"id": "00", "alias": "a", "state": 1}
        for children, code in (
            ([{"id": "00", "alias": "a"}], 5),
            ([{**good, "state": True}], 5),
            ([good, {**good, "state": "0"}], 5),
            ([good, 1], 5),
            ({"00": good}, 5),
            ("00", 5),
            ([], 6),
        ):
            with simulated("HS107") as strip:
                said = strip.device.get_sysinfo({})
                strip.device.methods["system"]["get_sysinfo"] = lambda _, c=children, said=said: {
                    **said,
                    "children": c,
                }
                for command in ("check", "toggle"):
                    assert_failure(self, call(strip, command), code)
                self.assertEqual(self.states(strip), [0, 0])


if __name__ == "__main__":
    unittest.main()
