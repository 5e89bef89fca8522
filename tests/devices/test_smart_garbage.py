"""SMART devices whose answers were changed by chance, with fixed seeds, for every command.

A command ends with what the device said, or with a PlugError; nothing is taken as done that was
not confirmed. What the device said is judged by the json module, and by the rules written here.

TPLINK_EXEC_FUZZ_PROCESSES=200 plays more, in that proportion (default 3).
"""

import json
import os
import random
import re
import unittest

from tests import support
from tests.devices.test_families import SAMPLES
from tests.parallel import early
from tests.support import FUZZ, aes_simulated, assert_failure, klap_simulated
from tplink_exec.commands.state import EXIT_OFF
from tplink_exec.commands.table import COMMANDS, WHOLE, load, row, rows
from tplink_exec.devices import smart_switch
from tplink_exec.devices.detect import device
from tplink_exec.errors import PlugError
from tplink_exec.printable import one_line
from tplink_exec.simulator.simulate import played
from tplink_exec.simulator.smart_models import SMART_MODELS

TIMES = int(os.environ.get(FUZZ, "3"))
RUNS = 700 * TIMES
CALLS = 16 * TIMES
MOST = 80
"""Requests of one command; each page of children may be one."""

STRIPS = ("P300", "P316M", "KS240")
LINES = {**SAMPLES, "effect": ("effect", "effect Aurora", "effect Party", "effect off")}
LINES.update(timer=("timer", "timer 60 on", "timer 60", "timer off"), get=("get alias",), join=())
LINES.update(fan=("fan", "fan 3", "fan 0"), json=())
OFTEN = ["check", "toggle", "on", "alias", "timer", "brightness"]
RAW = "RAW:"
VALUES = (
    *(None, True, False, 0, 1, -1, 2, 65, 0.0, 1.0, 1.5, 100, 101, 1 << 70, RAW + "1e400"),
    *(RAW + "-1e400", RAW + "9" * 3000, RAW + "[" * 500 + "]" * 500, "", "x", "0", "1", "true"),
    *("\ud800", "\0\x1b[2J\n\u2028", "G1syShs=", "CgoK", "/////w==", "=", "A" * 3000, 253402300799),
    *([], [[]], [None], {}, [{}], {"error_code": 0}, {"error_code": -1}, {"device_on": True}),
)
CODES = (None, True, False, 0.0, RAW + "-0", "0", -1, -1002, -1003, -1012, 9999, [], {}, VALUES[14])
OWN = {
    "error_code": CODES,
    "device_on": (0, 1, 0.0, 1.0, None, "true", "ON", {}, []),
    "nickname": ("G1syShs=", "CgoK", "/////w==", "aGk", "", None, 1, "\0"),
    "method": ("get_device_info", "set_device_info", "control_child", 1),
}
"""What else stands in a field, by its name."""
WORTH = set(
    "device_on error_code method responses child_device_list sum result responseData device_id "
    "position nickname brightness lighting_effect enable fan_speed_level current_power power_mw "
    "rule_list remain desired_states timestamp region type model color_temp_range".split()
)
"""Fields that something depends on."""
FIRST = ("device_on", "nickname", "error_code")
"""And those that most depends on."""


def places(value, before=()):
    """Where a JSON value has values in it."""
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield (*before, key)
        if isinstance(part, (dict, list)):
            yield from places(part, (*before, key))


def change(chance, value):
    """Change a JSON value in one place; returns what was done."""
    every = list(places(value))
    wanted = chance.choice((WORTH, WORTH, FIRST, ()))
    place = chance.choice([place for place in every if place[-1] in wanted] or every)
    inside = value
    for key in place[:-1]:
        inside = inside[key]
    key, kind = place[-1], chance.randrange(10)
    if isinstance(inside[key], list) and inside[key] and kind < 6:
        inside[key][:] = changed_list(chance, kind, inside[key])
    elif kind == 9 and isinstance(inside, dict):
        inside["error_code"] = chance.choice(CODES)
    elif kind > 6:
        del inside[key]
    else:
        inside[key] = chance.choice(OWN.get(key, VALUES))
    return place, kind


def changed_list(chance, kind, items):
    """In another order, twice, one less, none, too many with one id and with ids of their own."""
    copies = [json.loads(json.dumps(items[0])) for _ in range(66)]
    for number, copy in enumerate(copies):
        if kind == 5 and isinstance(copy, dict) and isinstance(copy.get("device_id"), str):
            copy["device_id"] += "%02d" % number
    less = items[:]
    less.pop(chance.randrange(len(less)))
    return (items[::-1], items + copies[:1], less, [], copies, items + copies)[kind]


def text(value):
    """The bytes of a reply."""
    found = re.sub(r'"%s([^"]*)"' % RAW, r"\1", json.dumps(value))
    return found.encode()


class Liar:
    """Answers as a simulated device does, but changes some of its answers.

    `said` are the requests and the replies, as JSON, of SMART devices; `done` what was changed.
    """

    def __init__(self, chance, device):
        self.chance, self.device = chance, device
        self.answer = device.answer
        self.which = chance.choices((0, 1, 2, 3), (4, 3, 2, 1), k=chance.choice((1, 1, 2)))
        self.said, self.done = [], []

    def exchange(self, request, once=False):
        assert len(self.said) < MOST, "this does not end"
        asked = json.loads(request, parse_constant=refuse)
        reply = self.answer(request)
        if "method" not in asked:
            return reply
        value = json.loads(reply)
        if len(self.said) in self.which:
            self.done.append(change(self.chance, value))
            reply = text(value)
            if self.chance.randrange(20) == 0:
                reply = reply.replace(b'":"', b'":"\xff', 1)
        try:
            value = json.loads(reply.decode("utf-8", "replace"))
        except ValueError:  # a number of too many digits
            value = None
        self.said.append((asked, value))
        return reply


def refuse(constant):
    raise ValueError("%s is no JSON" % constant)


def parts(asked, reply):
    """Of each request within a request (the outlet's id, the method), and its own answer.

    That is None where what is around it is not in order.
    """
    method, given = asked["method"], asked.get("params") or {}
    inside = reply["result"] if good(method, reply) and "result" in reply else {}
    inside = inside if isinstance(inside, dict) else {}
    if method == "multipleRequest":
        answers = inside.get("responses")
        answers = answers if isinstance(answers, list) else []
        answers = answers + [None] * len(given["requests"])
        for request, answer in zip(given["requests"], answers):
            yield from parts(request, answer)
    elif method == "control_child":
        inner = given["requestData"]
        yield (given["device_id"], inner["method"]), inside.get("responseData")
    else:
        yield ("", method), reply


def good(method, answer):
    """Whether an answer is one, and of success."""
    return (
        isinstance(answer, dict)
        and repr(answer.get("error_code")) == "0"
        and answer.get("method", method) == method
    )


def found(value, name):
    """All values of this name in a JSON value, however deep it is."""
    rest, named = [value], []
    for part in rest:
        if isinstance(part, dict):
            named += [part[name]] if name in part else []
            rest += part.values()
        elif isinstance(part, list):
            rest += part
    return named


class Judge(unittest.TestCase):
    def judge(self, said, line, printed):
        """What was printed by a command that has ended well."""
        read, set_ = [], {}
        for asked, reply in said:
            for who, answer in parts(asked, reply):
                if not who[1].startswith(("get_", "component_nego")):
                    set_[who] = good(who[1], answer)
                elif good(who[1], answer):
                    read.append(answer)
        outlets = {who: confirmed for who, confirmed in set_.items() if who[0]}
        self.assertTrue(all((outlets or set_).values()), set_)
        if printed in (b"ON\n", b"OFF\n"):
            states = [state for state in found(read, "device_on") if isinstance(state, bool)]
            self.assertIn(printed == b"ON\n", states)
        elif line == "timer" and printed == b"off\n":
            for rule in found(read, "rule_list"):
                for each in rule:
                    self.assertIs(type(each["enable"]), bool)
                    self.assertTrue(each["enable"] is False or each["remain"] == 0)
        elif not printed and line not in ("effect off", "timer off"):
            self.assertTrue(set_, "nothing was set")
        if row(line.split()[0])[1] != "named.named":
            self.assertRegex(printed, rb"^([^\x00-\x1f\x7f]*\n)?$")


@early
class Garbage(Judge):
    """The function of each command, as the command line, watch and proxy call it."""

    def test_every_command(self):
        chance = random.Random(13)
        lines = [line for name in rows(COMMANDS) for line in LINES.get(name, (name,))]
        lines += OFTEN * 3
        ended = [0, 0]
        for number in range(RUNS):
            model = chance.choice(list(SMART_MODELS))
            line = lines[number % len(lines)]
            options = {"command": line.split()[0]}
            if " " in line:
                options["value"] = line.partition(" ")[2].replace(" --yes", "")
            if model in STRIPS and options["command"] not in WHOLE and chance.randrange(2):
                options["--child"] = chance.choice(("1", "2", "Plug 1"))
            if number % 5 == 0:
                options["--print-state"] = True
            liar = Liar(chance, busy(chance, model))
            try:
                function = load("commands." + row(options["command"])[1])
                printed = function(liar.exchange, options)
            except PlugError as error:
                one_line(str(error)).encode()
                self.assertEqual(error.output, b"")
                ended[1] += 1
            except Exception as error:
                self.fail("%s %s %s: %r" % (model, options, liar.done, error))
            else:
                if line == "is-on":  # as check would say it
                    printed = b"OFF\n" if options.get("exit_code") == EXIT_OFF else b"ON\n"
                with self.subTest((number, model, options, liar.done)):
                    self.judge(liar.said, line, printed)
                ended[0] += 1
        self.assertGreater(min(ended), RUNS // 5)


def busy(chance, model):
    """A device that is on or off, with a timer, or an effect that plays."""
    it = played(model)
    it.relay_state = chance.randrange(2)
    if chance.randrange(2):
        rule = {"delay": 60, "remain": 60, "enable": True, "desired_states": {"on": True}}
        for part in getattr(it, "parts", [it]):
            part.reply({"method": "add_countdown_rule", "params": rule})
        effect = {"enable": 1, "name": "Aurora", "id": "x", "brightness": 40, "custom": 0}
        it.reply({"method": "set_lighting_effect", "params": effect})
        rule = {"enable": True, "id": "L1"}
        it.reply({"method": "set_dynamic_light_effect_rule_enable", "params": rule})
    return it


@early
class Calls(Judge):
    """The program as a whole, with KLAP and AES."""

    def test_klap(self):
        self.play(klap_simulated, random.Random(14))

    def test_aes(self):
        self.play(aes_simulated, random.Random(15))

    def play(self, simulated, chance):
        for model in ("KP125M", "P300", "L530"):
            with simulated(model) as it:
                place = [it.host, str(it.port), "--http-port", str(it.http_port)]
                answer = it.device.answer
                for number in range(CALLS // 6 + 1):
                    line = ("check", "on", "alias", "timer", "toggle --print-state")[number % 5]
                    liar = Liar(chance, busy(chance, model))
                    it.device.answer = liar.exchange
                    result = support.call(*place, *line.split(), "--timeout", "20")
                    it.device.answer = answer
                    with self.subTest((model, line, liar.done)):
                        if result.code:
                            assert_failure(self, result, result.code)
                            self.assertIn(result.code, (5, 6))
                            self.assertRegex(result.err, rb"^[^\x00-\x1f\x7f]*\n$")
                        else:
                            self.assertEqual(result.err, b"")
                            self.judge(liar.said, line, result.out)


class Outlets(unittest.TestCase):
    """Lists of outlets that are no answer, or not all of the outlets."""

    def asked(self, **changes):
        """An exchange with a P300 whose answer to get_child_device_list has these fields."""
        it = played("P300")

        def exchange(request, once=False):
            value = json.loads(it.answer(request))
            for answer in value.get("result", {}).get("responses", ()):
                if answer["method"] == "get_child_device_list":
                    answer.update(changes)
            return json.dumps(value).encode()

        return it, exchange

    def test_an_answer_of_another_kind(self):
        for changes in (
            {"error_code": False},
            {"error_code": 0.0},
            {"error_code": "0"},
            {"error_code": None},
            {"method": "get_device_info"},
        ):
            it, exchange = self.asked(**changes)
            with self.subTest(changes):
                self.assertRaises(PlugError, smart_switch.state, exchange, {})
                self.assertRaises(PlugError, smart_switch.switch, exchange, {}, 1)
                self.assertEqual(it.relay_state, 0)

    def test_an_outlet_twice_is_not_all_outlets(self):
        child = played("P300").children()[0]
        it, exchange = self.asked(result={"child_device_list": [child] * 3, "sum": 3})
        self.assertRaises(PlugError, smart_switch.state, exchange, {})
        self.assertRaises(PlugError, smart_switch.switch, exchange, {}, 1)
        self.assertEqual(it.relay_state, 0)

    def test_numbers_that_no_housing_has(self):
        for positions in ((1, 1, 2), (0, 1, 2), (-1, 1, 2), ("3", "2", "1"), (True, 2, 3)):
            children = played("P300").children()
            for child, position in zip(children, positions):
                child["position"] = position
            _, exchange = self.asked(result={"child_device_list": children, "sum": 3})
            target = device(exchange, {})
            self.assertEqual([number for number, _ in target.numbered()], [1, 2, 3], positions)


if __name__ == "__main__":
    unittest.main()
