"""The files that `openhab` writes: read as openHAB reads them, and run against simulated devices.

The readers of tests/openhab.py know what openHAB takes; here is what is more.
"""

import contextlib
import json
import os
import random
import re
import shlex
import shutil
import stat
import tempfile
import threading
import time
import unicodedata
import unittest
from pathlib import Path
from unittest import mock

from tests.house import camera_placed, closed, klap_placed, network, slack_s
from tests.openhab.engine import (
    CHANNELS,
    DIMENSIONS,
    ITEM_TYPES,
    PARAMETERS,
    PROCESS_END_S,
    STRING_LITERAL,
    WIDGETS,
    Reader,
    Refused,
    Text,
    attributes,
    program_timeout,
    run_call,
    run_thing,
    things_of,
    unescaped,
)
from tests.parallel import alone
from tests.support import (
    CLEAN,
    FORMS,
    assert_failure,
    call,
    in_time,
    klap_simulated,
    run,
    simulated,
)
from tplink_exec.errors import DeadlineExceeded, LocalError, UsageError
from tplink_exec.openhab import files, naming, places, survey, templates

PROGRAM = FORMS["file"]
FILES = (
    "things/tplink.things",
    "items/tplink.items",
    "rules/tplink.rules",
    "sitemaps/tplink.sitemap",
    "misc/exec.whitelist",
)
MODELS = "HS100 HS110 HS110v4 HS107 HS300 HS220 LB100 LB130 KL430".split()
HOSTILE = [
    '" { channel="exec:command:x:run" } Switch Evil "',
    'x\nSwitch Evil\r\nThing exec:command:evil [ command="reboot" ]',
    "$(touch /tmp/evil); `reboot` && %1$s %2$s @@sh@@-c@@x | tee",
    "50% [%d] [MAP(x.map):%s]",
    'back\\slash \\u0022 \\" \\',
    "// */ /* \x00\x1b]0;title\x07\x9b31m\x7f\u202e\u2028\u200b",
    "\u041a\u0443\u0445\u043d\u044f",
    "\u706f",
    "Lamp #2",
]
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
ANSWER = {
    "Switch": r"ON|OFF",
    "Dimmer": r"\d{1,3}",
    "Color": r"\d{1,3},\d{1,3},\d{1,3}",
    "Number": r"\d{4}",
    "Number:Power": r"\d+\.\d{3,6}",
    "Number:ElectricPotential": r"\d+\.\d{3,6}",
    "Number:ElectricCurrent": r"\d+\.\d{3,6}",
    "Number:Energy": r"\d+\.\d{3,6}",
}


def items_of(text):
    """Name: (type, label, groups, tags, metadata and links), for each item."""
    reader, items = Reader(text), {}
    while reader.next is not None:
        kind = str(reader.take(r"\w+(:\w+)?"))
        known = ITEM_TYPES | {"Group", "Dimmer", "Color"}
        known |= {"Number:" + dimension for dimension in DIMENSIONS}
        if kind not in known:
            raise Refused("no such item type: " + kind)
        name = str(reader.take(NAME))
        label = reader.take() if reader.is_text() else ""
        if reader.took("<"):
            reader.take(r"\w+")
            reader.take(">")
        groups = listed(reader, ")", NAME) if reader.took("(") else []
        tags = listed(reader, "]", None) if reader.took("[") else []
        bound = reader.properties("}") if reader.took("{") else {}
        if name in items:
            raise Refused("%s is there twice" % name)
        items[name] = (kind, label, groups, tags, bound)
    return items


def listed(reader, end, pattern):
    found = [str(reader.take(pattern))]
    while not reader.took(end):
        reader.take(",")
        found.append(str(reader.take(pattern)))
    return found


def sitemap_of(text):
    """The sitemap's name, and (widget, item) for each widget that has one."""
    reader, widgets = Reader(text), []
    if re.search(r"\s=|=\s", re.sub(STRING_LITERAL, '""', text)):
        raise Refused("item= and the like are one word")
    reader.take("sitemap")
    name = str(reader.take(NAME))
    attributes(reader, ("label",))
    reader.take(r"\{")
    depth = 1
    while depth:
        if reader.took("}"):
            depth -= 1
            continue
        widget = reader.take(r"\w+")
        if widget not in WIDGETS | {"Colorpicker"}:
            raise Refused("no such widget: " + widget)
        given = attributes(reader, ("item", "label", "minValue", "maxValue", "step"))
        if ("item" in given) == (widget == "Frame"):
            raise Refused("%s with or without item=" % widget)
        if widget == "Frame":
            reader.take(r"\{")
            depth += 1
        else:
            widgets.append((str(widget), str(given["item"])))
    if reader.next is not None:
        raise Refused("%s after the end" % reader.next)
    return name, widgets


class Configuration:
    """The five files, read; what openHAB would do with them."""

    def __init__(self, texts):
        self.texts = texts
        self.things = things_of(texts["things/tplink.things"])
        self.items = items_of(texts["items/tplink.items"])
        self.sitemap, self.widgets = sitemap_of(texts["sitemaps/tplink.sitemap"])
        lines = texts["misc/exec.whitelist"].splitlines()
        self.whitelist = [line for line in lines if not line.startswith("#")]
        self.rules = texts["rules/tplink.rules"]

    def words(self, item, command):
        """The process that the first rule starts when `item` receives `command`."""
        (tag,) = [tag for tag in self.items[item][3] if tag.startswith("tplink-exec ")]
        words = tag.split(" ")
        start = r"executeCommandLine\(Duration\.ofSeconds\(\d+\), (.*), command\)"
        calls = [call.split(", ") for call in re.findall(start, self.rules)]
        (call,) = [call for call in calls if len(call) == len(words)]
        program, *rest = call
        places = [int(re.fullmatch(r"words\.get\((\d)\)", word)[1]) for word in rest]
        if places != list(range(1, len(words))):
            raise AssertionError(call)
        return [unescaped(program[1:-1]), *words[1:], command]

    def command(self, item):
        """The command text of the thing that polls `item`."""
        channel = self.items[item + "_Poll_Output"][4]["channel"]
        return str(self.things[channel.rpartition(":")[0]]["command"])

    def polled(self):
        return [
            name[: -len("_Poll_Output")] for name in self.items if name.endswith("_Poll_Output")
        ]

    def controlled(self):
        return [name for name, item in self.items.items() if "gTplink" in item[2]]


def printed(output):
    """The files that go to standard output."""
    parts = re.split(r"(?m)^==> (.*) <==\n", output.decode())
    if parts[0] or len(parts) != 1 + 2 * len(FILES):
        raise AssertionError(parts[::2])
    return dict(zip(parts[1::2], parts[2::2]))


def openhab(*words, environment=None):
    return call("openhab", *words, environment=environment)


def place(simulator):
    return "%s:%d" % (simulator.host, simulator.port)


class Writer(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, str(self.folder))
        self.installed = self.folder / "bin" / "tplink-exec"
        self.installed.parent.mkdir()
        starter = '#!/bin/sh\nexec %s "$@"\n' % " ".join(map(shlex.quote, PROGRAM))
        self.installed.write_bytes(os.fsencode(starter))
        self.installed.chmod(0o755)
        self.out = self.folder / "openhab"
        self.out.mkdir()

    def device(self, model="HS100", alias=None, mac=None, **options):
        simulator = self.stack.enter_context(simulated(model, **options))
        if alias is not None:
            simulator.device.alias = alias
        if mac:
            simulator.device.mac = mac
        return simulator

    def configuration(self, *places, **options):
        result = openhab(*places, "--program", str(self.installed), **options)
        self.assertEqual((result.code, result.err), (0, b""))
        return Configuration(printed(result.out))

    def write(self, *words):
        result = openhab(*words, "--output", str(self.out))
        self.assertEqual((result.code, result.err), (0, b""))
        return result.out.decode()

    def contents(self):
        files = [path for path in self.out.rglob("*") if path.is_file()]
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in files}

    def fits(self, found):
        """What must hold for the files of any devices."""
        for uid, parameters in found.things.items():
            self.assertEqual(set(parameters), {"command", "interval", "timeout"}, uid)
            for name, value in parameters.items():
                self.assertIs(type(value), {str: Text, int: str}[PARAMETERS[name]])
            self.assertRegex(parameters["command"], r"\A[A-Za-z0-9/._+:= -]+\Z")
            self.assertNotIn("@@", parameters["command"])
        self.assertEqual(
            sorted(found.whitelist), sorted(str(t["command"]) for t in found.things.values())
        )
        self.assertEqual(len(set(map(str.lower, found.items))), len(found.items))
        linked = set()
        for name, (kind, label, groups, tags, bound) in found.items.items():
            self.assertRegex(name, r"\A(Tplink_[A-Za-z0-9_]+|gTplink(_Polls)?)\Z")
            self.assertLessEqual(set(bound), {"channel", "autoupdate", "unit"}, name)
            self.assertLessEqual(set(groups), {"gTplink", "gTplink_Polls"})
            self.assertEqual(bool(tags), "gTplink" in groups)
            self.check_label(label)
            if "channel" in bound:
                thing, _, channel = bound["channel"].rpartition(":")
                self.assertIn(thing, found.things)
                self.assertEqual(kind, CHANNELS[channel])
                self.assertEqual(channel == "output", "gTplink_Polls" in groups)
                self.assertNotIn(bound["channel"], linked)
                linked.add(bound["channel"])
        for thing in found.things:
            self.assertIn(thing + ":output", linked)
        for name in found.polled():
            self.assertIn(name + "_Poll_Result", found.items)
            kind, label, _, _, bound = found.items[name]
            unit = DIMENSIONS.get(kind.partition(":")[2])
            self.assertEqual(bound.get("unit"), unit)
            if unit:
                self.assertTrue(label.endswith(" %s]" % unit), label)
        self.assertLessEqual(set(found.controlled()), set(found.polled()))
        for name in found.controlled():
            self.assertEqual(found.items[name][4], {"autoupdate": "false"})
            self.assertEqual(found.items[name + "_Command_Result"][0], "String")
            self.assertEqual(found.items[name + "_Poll_Run"][0], "Switch")
        self.assertEqual(found.sitemap, "tplink")
        shown = [item for _, item in found.widgets]
        self.assertEqual(len(shown), len(set(shown)))
        self.assertLessEqual(set(found.polled()), set(shown))
        self.assertLessEqual(set(shown), set(found.items))
        for text in found.texts.values():
            self.assertFalse([c for c in text if c != "\n" and unicodedata.category(c) == "Cc"])

    def check_label(self, label):
        """A label has one format at most, at its end, and it is ours."""
        formats = r"( \[(%s|%d|%d K|%d %%|%\.[13]f (W|V|A|kWh))\])?\Z"
        self.assertRegex(label, r"\A[^%%\[\]\x00-\x1f\x7f-\x9f]*%s" % formats)


class Families(Writer):
    def test_every_command_of_every_family_is_answered(self):
        """Things are run by sh -c as openHAB does, commands as a rule starts them; but after the
        first of each type in this process."""
        devices = [self.device(model, alias) for model, alias in zip(MODELS, HOSTILE)]
        for device in devices:
            device.device.relay_state = 1
            for outlet in getattr(device.device, "outlets", ()):
                outlet.alias = HOSTILE[0]
        found = self.configuration(*map(place, devices))
        self.fits(found)
        seen = set()
        for name in found.polled():
            with self.subTest(name):
                kind = found.items[name][0]
                run_one = self.played if kind in seen else run_thing
                seen.add(kind)
                output, code = run_one(found.command(name))
                self.assertEqual(code, 0, output)
                self.assertRegex(output, r"\A(%s)\Z" % ANSWER[found.items[name][0]])
                self.assertTrue(self.rule_takes(found, output))
        commands = {"Switch": "OFF", "Dimmer": "33", "Color": "240,80,55", "Number": "2700"}
        seen.clear()
        for name in found.controlled():
            with self.subTest(name):
                kind = found.items[name][0]
                command = commands[kind]
                words = found.words(name, command)
                if kind in seen:
                    self.assertEqual(call(*words[1:])[:3], (0, b"", b""))
                else:
                    self.assertEqual(run_call(words), "")
                seen.add(kind)
                self.assertEqual(self.played(found.command(name)), (command, 0))

    def played(self, command):
        """As run_thing, without its processes."""
        program, *words = shlex.split(command)
        self.assertEqual(program, str(self.installed))
        result = call(*words)
        return (result.out + result.err).decode().rstrip("\n"), result.code

    def rule_takes(self, found, answer):
        (pattern,) = re.findall(r"answer\.matches\((%s)\)" % STRING_LITERAL, found.rules)[0][:1]
        return re.fullmatch(unescaped(pattern[1:-1]), answer)

    def test_types_and_meters(self):
        """By model: the items of its values."""
        figures = "Power Voltage Current Total".split()
        wanted = {
            "HS100": {"": "Switch"},
            "HS110": {"": "Switch", **dict.fromkeys(figures)},
            "HS110v4": {"": "Switch", **dict.fromkeys(figures)},
            "HS107": dict.fromkeys(("", "1", "2"), "Switch"),
            "HS220": {"": "Dimmer"},
            "LB100": {"": "Dimmer", "Power": None, "Today": None},
            "LB130": {"": "Color", "Temperature": "Number", "Power": None, "Today": None},
        }
        strip = {str(number or ""): "Switch" for number in range(7)}
        for number in range(7):
            prefix = "%d_" % number if number else ""
            strip.update({prefix + "Power": None, prefix + "Total": None})
        wanted["HS300"] = strip
        for model, values in wanted.items():
            with self.subTest(model):
                found = self.configuration(place(self.device(model, alias="It")))
                items = {name[len("Tplink_It_") :]: found.items[name][0] for name in found.polled()}
                self.assertEqual(set(items), set(values))
                for name, kind in values.items():
                    self.assertEqual(items[name].partition(":")[0], kind or "Number")
                    self.assertEqual(":" in items[name], kind is None)

    def test_an_outlet_is_switched_and_no_other(self):
        strip = self.device("HS107", alias="Strip")
        found = self.configuration(place(strip))
        self.assertEqual(run_call(found.words("Tplink_Strip_2", "ON")), "")
        self.assertEqual([outlet.state for outlet in strip.device.outlets], [0, 1])
        self.assertEqual(run_thing(found.command("Tplink_Strip_1")), ("OFF", 0))
        self.assertEqual(run_thing(found.command("Tplink_Strip_2")), ("ON", 0))
        self.assertEqual(run_thing(found.command("Tplink_Strip")), ("ON", 0))
        self.assertEqual(run_call(found.words("Tplink_Strip", "OFF")), "")
        self.assertEqual([outlet.state for outlet in strip.device.outlets], [0, 0])

    def test_outlets_are_called_by_their_ids(self):
        strip = self.device("HS300", alias="Strip")
        strip.device.outlets[0].alias = "2"
        found = self.configuration(place(strip))
        word = found.words("Tplink_Strip_1", "ON")[3]
        self.assertEqual(word, "--child=" + strip.device.outlets[0].id)
        word = found.words("Tplink_Strip_2", "ON")[3]
        self.assertEqual(word, "--child=" + strip.device.outlets[1].id)
        self.assertEqual(run_call(found.words("Tplink_Strip_2", "ON")), "")
        self.assertEqual([outlet.state for outlet in strip.device.outlets], [0, 1, 0, 0, 0, 0])
        self.assertEqual(run_thing(found.command("Tplink_Strip_2")), ("ON", 0))

    def test_an_id_that_is_no_word_is_never_written(self):
        strip = self.device("HS300")
        strip.device.outlets[0].alias = "2"
        strip.device.outlets[1].id = '"; reboot; "'
        assert_failure(self, openhab(place(strip)), 5)

    def test_a_strip_with_too_many_outlets_is_refused(self):
        strip = self.device("HS300")
        strip.device.outlets *= 6
        result = openhab(place(strip))
        assert_failure(self, result, 5)
        self.assertIn(b"more than 32 outlets", result.err)

    def test_a_program_on_windows(self):
        """cmd and the whitelist get it as it is; in openHAB's strings a backslash is two."""
        there = "C:\\openHAB\\conf\\scripts\\tplink-exec.cmd"
        plug = self.device()
        result = openhab("127.0.0.1:%d" % plug.port, "--program", there)
        self.assertEqual((result.code, result.err), (0, b""))
        found = Configuration(printed(result.out))
        line = "%s 127.0.0.1 %d check" % (there, plug.port)
        self.assertIn(line, found.whitelist)
        self.assertEqual([thing["command"] for thing in found.things.values()], [line])
        rules = printed(result.out)["rules/tplink.rules"]
        self.assertEqual(rules.count('"%s", words' % there.replace("\\", "\\\\")), 3)

    def test_the_program_gives_up_before_openhab_does(self):
        found = self.configuration(place(self.device("LB130")))
        for thing in found.things.values():
            words = str(thing["command"]).split()
            self.assertLess(program_timeout(words) + PROCESS_END_S, int(thing["timeout"]))
        limits = re.findall(r"Duration\.ofSeconds\((\d+)\)", found.rules)
        self.assertEqual(len(limits), 3)
        for limit in limits:
            self.assertLess(program_timeout([]) + PROCESS_END_S, int(limit))

    def test_smart_devices_by_klap(self):
        number, figures = "Number:", ("Power", "Energy")
        for model, kinds in (
            ("KP125M", {"Switch", *(number + dimension for dimension in DIMENSIONS)}),
            ("L530", {"Color", "Number"}),
            ("L530v1", {"Color", "Number"}),
            ("L920", {"Color"}),  # its color temperature cannot be changed
            ("P300", {"Switch"}),
            ("P316M", {"Switch", *(number + dimension for dimension in figures)}),
            ("KS240", {"Switch", "Dimmer", "Number"}),
        ):
            with klap_simulated(model) as device:
                there = places.Place(device.host, device.http_port, http=True)
                devices = survey.asked([there], time.monotonic() + 9)
                naming.name(devices)
                found = Configuration(templates.files(devices, str(self.installed)))
                self.fits(found)
                self.assertEqual({found.items[name][0] for name in found.polled()}, kinds, model)
                for name in found.polled():
                    output, code = run_thing(found.command(name))
                    wanted = "[0-4]" if name.endswith("_Fan") else ANSWER[found.items[name][0]]
                    self.assertRegex(output, r"\A(%s)\Z" % wanted)
                    if name.endswith("_Fan"):
                        self.assertEqual(run_call(found.words(name, "3")), "")
                        self.assertEqual(run_thing(found.command(name)), ("3", 0))
                self.assertEqual(run_call(found.words(found.controlled()[0], "ON")), "")
                self.assertEqual(device.device.relay_state, 1)


class Rules(Writer):
    """What can be told of the rules without openHAB."""

    def setUp(self):
        super().setUp()
        self.rules = self.configuration(place(self.device())).rules
        self.switching, self.following = re.split(r"(?m)^end$", self.rules)[:2]

    def test_one_listens_to_commands_and_the_other_to_updates_of_outputs(self):
        self.assertIn("Member of gTplink received command\n", self.switching)
        self.assertIn("Member of gTplink_Polls received update\n", self.following)
        self.assertNotIn("sendCommand", self.following)
        self.assertNotIn("executeCommandLine", self.following)
        self.assertEqual(re.findall(r"sendCommand\((.*?),", self.switching), ['name + "_Poll_Run"'])

    def test_nothing_but_the_program_is_a_string_of_a_call(self):
        for words in re.findall(r"executeCommandLine\((.*)\)", self.rules):
            self.assertEqual(re.findall(STRING_LITERAL, words), [str(self.installed)])

    def test_the_words_of_a_tag_stand_in_their_order(self):
        calls = re.findall(r"executeCommandLine\(.*?\), \".*?\", (.*)\)", self.rules)
        words = ["words.get(%d)" % number for number in range(1, 5)]
        wanted = [", ".join([*words[:count], "command"]) for count in (2, 3, 4)]
        self.assertEqual(calls, wanted)
        self.assertEqual(re.findall(r"words\.size == (\d)", self.rules), ["3", "4"])

    def test_a_failure_is_undef(self):
        for rule in (self.switching, self.following):
            good, _, bad = rule.partition("} else {")
            self.assertNotIn('"UNDEF"', good)
            self.assertIn('postUpdate(name, "UNDEF")', bad)
        self.assertIn('if (answer !== null && answer.trim == "") {', self.switching)
        updates = re.findall(r"postUpdate\(name, (.*?)\)", self.rules)
        self.assertEqual(sorted(updates), ['"UNDEF"', '"UNDEF"', "answer"])

    def test_only_an_exact_answer_is_taken(self):
        (pattern,) = re.findall(r'answer\.matches\("(.*?)"\)', self.following)
        pattern = unescaped(pattern)
        for good in ("ON", "OFF", "0", "100", "240,80,55", "61.753", "-0.001", "2700"):
            self.assertRegex(good, r"\A(%s)\Z" % pattern)
        for bad in ("", "on", "ON OFF", "ON\nON", "tplink-exec: x", "1,2", "NaN", "1e3", ".5"):
            self.assertNotRegex(bad, r"\A(%s)\Z" % pattern)

    def test_the_target_is_the_name_without_the_last_ending(self):
        """An alias may have the ending in it."""
        (pattern,) = re.findall(r'\.replaceFirst\("(.*?)", ""\)', self.following)
        found = self.configuration(place(self.device(alias="x_Poll_Output")))
        outputs = [name for name, item in found.items.items() if "gTplink_Polls" in item[2]]
        targets = [re.sub(pattern, "", name, count=1) for name in outputs]
        self.assertEqual(targets, found.controlled())

    def test_brackets_and_quotes_are_balanced(self):
        rest = re.sub(r"//[^\n]*", "", re.sub(STRING_LITERAL, "", self.rules))
        self.assertNotIn('"', rest)
        for pair in ("()", "[]", "{}"):
            self.assertEqual(rest.count(pair[0]), rest.count(pair[1]))

    def test_classes_need_no_import(self):
        body = re.sub(r"//[^\n]*", "", re.sub(STRING_LITERAL, '""', self.rules))
        self.assertEqual(set(re.findall(r"\b([A-Z]\w*)\.", body)), {"Duration"})


class Aliases(Writer):
    def name(self, alias, mac="50:C7:BF:A1:B2:C3"):
        device = survey.Equipment(places.Place("h", 1), {"alias": alias, "mac": mac})
        naming.name([device])
        return device.name

    def test_names(self):
        for alias, name in (
            ("Lamp", "Lamp"),
            ("Lamp #2", "Lamp2"),
            ("living room lamp", "LivingRoomLamp"),
            ("mike's TV", "MikesTV"),
            ("K\u00fcche Gr\u00f6\u00dfe \u00d8", "KucheGrosseO"),
            ("\u041a\u0443\u0445\u043d\u044f", "Kukhnya"),
            ("\u0429\u0443\u043a\u0430 \u043f\u043e\u0434\u044a\u0451\u043c", "ShchukaPodem"),
            ("\uff2c\uff41\uff4d\uff50", "Lamp"),
            ("\u706f", "A1B2C3"),
            ("", "A1B2C3"),
            (None, "A1B2C3"),
            (7, "A1B2C3"),
            ("\u706f 2", "2"),
            ("x" * 500, "X" + "x" * 39),
        ):
            self.assertEqual(self.name(alias), "Tplink_" + name)
        for mac in ("", "x", None, 5, "50:C7", "50:C7:BF:A1:B2:\u0661\u0661"):
            self.assertEqual(self.name("", mac), "Tplink_Device")
        for mac in ("50-C7-BF-A1-B2-C3", "50c7bfa1b2c3"):
            self.assertEqual(self.name("", mac), "Tplink_A1B2C3")

    def test_labels(self):
        for alias, label in (
            ("Lamp #2", "Lamp #2"),
            ("\u041a\u0443\u0445\u043d\u044f \u706f", "\u041a\u0443\u0445\u043d\u044f \u706f"),
            ("a\tb\nc\r\nd  e ", "a b c d e"),
            ("\x1b[31m\x00\x9f\x7f", "\uff3b31m"),
            ("5%[x]", "5\uff05\uff3bx\uff3d"),
            ("\u202eevil\u200b\ud800", "evil"),
            ("x" * 500, "x" * 60),
        ):
            self.assertEqual(naming.label(alias), label)
        for text in ('a"b', "a\\", '\\"', "\\u0022", "\\\\", "'"):
            self.assertEqual(Reader(naming.quoted(text)).take(), text)

    def test_one_alias_twice(self):
        macs = ("50:C7:BF:00:00:0A", "50:C7:BF:00:00:0B")
        pair = [self.device(alias="Lamp #2", mac=mac) for mac in macs]
        found = self.configuration(*map(place, pair))
        self.fits(found)
        self.assertEqual(found.controlled(), ["Tplink_Lamp2_00000A", "Tplink_Lamp2_00000B"])
        for name, device in zip(found.controlled(), pair):
            self.assertEqual(found.words(name, "ON")[2], str(device.port))
            self.assertEqual(str(found.items[name][1]), "Lamp #2")

    def test_case_is_no_difference(self):
        pair = [self.device(alias=alias) for alias in ("lamp", "LAMP")]
        pair[0].device.mac = "50:C7:BF:00:00:0A"
        self.fits(self.configuration(*map(place, pair)))

    def test_one_alias_and_one_mac(self):
        pair = [self.device("HS107", alias="Lamp") for _ in range(2)]
        found = self.configuration(*map(place, pair))
        self.fits(found)
        names = sorted("Tplink_Lamp_at_127_0_0_1_%d" % device.port for device in pair)
        self.assertEqual([name for name in found.controlled() if name[-2] != "_"], names)

    def test_names_that_look_like_what_others_get(self):
        aliases = ["Strip", "Strip 1", "Strip_1", "Strip Power", "Strip_Poll_Run", "gTplink"]
        aliases += ["Strip A1B2C3", "\u706f", "000000", "Switch", "rule"]
        devices = [self.device("HS300" if n < 1 else "HS100", a) for n, a in enumerate(aliases)]
        self.fits(self.configuration(*map(place, devices)))

    def test_any_alias(self):
        """Things, rules and whitelist are the same whatever the alias; items but for the labels."""
        strip = self.device("HS107", "Harmless")
        calm = self.configuration(place(strip))
        random.seed(20)
        letters = (
            "".join(HOSTILE) + "\"\\'%[]{}()<>=@$`;&|\n\r\t\x00\x1b\x7f\x85\u2028\ud800abZ09_ "
        )
        letters += "\u00e4\u0416\u706f\U0001f4a1\u0301\u0130\ufdfa"
        for number in range(40):
            aliases = ["".join(random.choices(letters, k=random.randrange(40))) for _ in "123"]
            if number < len(HOSTILE):
                aliases = [HOSTILE[number]] * 3
            # JSON has no lone surrogates in UTF-8; a device may send them as \ud800.
            aliases = [alias.replace("\ud800", "\ufffd") for alias in aliases]
            strip.device.alias, outlets = aliases[0], aliases[1:]
            for outlet, alias in zip(strip.device.outlets, outlets):
                outlet.alias = alias
            with self.subTest(aliases):
                found = self.configuration(place(strip))
                self.fits(found)
                for name in (FILES[0], FILES[2], FILES[4]):
                    self.assertEqual(found.texts[name], calm.texts[name])
                pairs = list(zip(calm.items.items(), found.items.items()))
                self.assertEqual(len(calm.items), len(found.items))
                prefix = found.controlled()[0]
                for (old, (kind, _, *rest)), (new, (new_kind, _, *new_rest)) in pairs:
                    self.assertEqual(old.replace("Tplink_Harmless", prefix), new)
                    self.assertEqual((kind, rest), (new_kind, new_rest))
                self.assertEqual(len(calm.widgets), len(found.widgets))

    def test_a_lone_surrogate(self):
        self.assertEqual(naming.ascii_name("a\ud800b"), "AB")
        self.assertEqual(naming.quoted(naming.label("a\ud800b")).encode(), b'"ab"')

    def test_order_and_others_do_not_matter(self):
        devices = [self.device(model, alias) for model, alias in zip(MODELS, "cab\u706fd")]
        places = list(map(place, devices))
        first = openhab(*places)
        self.assertEqual(first.code, 0)
        for _ in range(2):
            self.assertEqual(openhab(*reversed(places), places[0]).out, first.out)
        alone = self.configuration(places[0])
        together = self.configuration(*places)
        for name, item in alone.items.items():
            self.assertEqual(together.items[name], item)

    def test_the_locale_does_not_matter(self):
        there = place(self.device(alias="\u041a\u0443\u0445\u043d\u044f"))
        outputs = {
            run([*PROGRAM, "openhab", there], env={**CLEAN, "LC_ALL": locale}).out
            for locale in ("C", "C.UTF-8", "POSIX")
        }
        self.assertEqual(len(outputs), 1)
        self.assertIn("\u041a\u0443\u0445\u043d\u044f".encode(), outputs.pop())


class Output(Writer):
    def test_the_folder(self):
        there = place(self.device())
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        self.assertEqual(self.write(there).split(), [str(self.out / name) for name in FILES])
        self.assertEqual(set(self.contents()), set(FILES))
        for path in self.out.rglob("*"):  # the folder itself is the user's
            mode = 0o755 if path.is_dir() else 0o644
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), mode, path)
        texts = {name: data.decode() for name, data in self.contents().items()}
        self.fits(Configuration(texts))

    def test_the_same_again_touches_nothing(self):
        there = place(self.device())
        self.write(there)
        stats = [(self.out / name).stat() for name in FILES]
        self.assertEqual(self.write(there), "")
        again = [(self.out / name).stat() for name in FILES]
        self.assertEqual(
            [(s.st_ino, s.st_mtime_ns) for s in stats], [(s.st_ino, s.st_mtime_ns) for s in again]
        )

    def test_standard_output_has_the_same_bytes(self):
        there = place(self.device())
        self.write(there)
        shown = printed(openhab(there).out)
        for name, data in self.contents().items():
            self.assertEqual(shown[name].rstrip("\n"), data.decode().rstrip("\n"))

    def test_a_new_alias_replaces_what_has_changed(self):
        device = self.device()
        self.write(place(device))
        device.device.alias = "Other"
        changed = self.write(place(device)).split()
        self.assertEqual(changed, [str(self.out / name) for name in (FILES[1], FILES[3])])
        self.assertIn(b"Tplink_Other ", self.contents()[FILES[1]])

    def test_an_edited_file_is_not_overwritten_nor_any_other(self):
        device = self.device()
        there = place(device)
        self.write(there)
        device.device.alias = "Other"
        for name in FILES:
            path = self.out / name
            good = path.read_bytes()
            lines = good.splitlines(True)
            edits = [
                b"",
                b"\n" + good,
                good.replace(b"\n", b"\r\n"),
                b"".join(lines[:2] + [b"// mine\n"] + lines[2:]),
                b"".join(lines[1:]),
                good.replace(b"exec", b"exe"),
            ]
            if name == "misc/exec.whitelist":
                # Without both comments it is no block of ours.
                edits = edits[3:-1] + [good + good, b"".join(lines[:-1]), good[:-1], lines[-1]]
                edits += [lines[0], good.replace(b" check", b" power"), b"x" + good]
            else:
                edits.append(good + b" ")
            for edit in edits:
                with self.subTest(name, edit=edit[:40]):
                    path.write_bytes(edit)
                    before = self.contents()
                    for words in ((), ("--dry-run",)):
                        result = openhab(there, "--output", str(self.out), *words)
                        assert_failure(self, result, 2)
                        self.assertIn(str(path).encode(), result.err)
                        self.assertEqual(result.err.count(str(self.out).encode()), 1)
                        self.assertEqual(self.contents(), before)
            path.write_bytes(good)
        self.write(there)

    def test_all_edited_files_are_named(self):
        there = place(self.device())
        self.write(there)
        for name in FILES[:2]:
            with open(str(self.out / name), "ab") as file:
                file.write(b"// mine\n")
        result = openhab(there, "--output", str(self.out))
        for name in FILES:
            self.assertEqual(str(self.out / name).encode() in result.err, name in FILES[:2])

    def test_a_file_that_was_there_is_not_overwritten(self):
        (self.out / "items").mkdir(parents=True)
        (self.out / FILES[1]).write_bytes(b"Switch Mine\n")
        assert_failure(self, openhab(place(self.device()), "--output", str(self.out)), 2)
        self.assertEqual(self.contents(), {FILES[1]: b"Switch Mine\n"})

    def test_the_lines_of_others_in_the_whitelist_stay(self):
        device = self.device()
        path = self.out / "misc" / "exec.whitelist"
        path.parent.mkdir(parents=True)
        for mine in (b"/bin/true", b"/bin/true\n", b"\xff\xfe\r\n# x\r\n", b""):
            path.write_bytes(mine)
            path.chmod(0o640)
            self.write(place(device))
            end = b"\n" if mine and mine[-1:] != b"\n" else b""
            written = path.read_bytes()
            self.assertTrue(written.startswith(mine + end + b"# Written by tplink-exec openhab"))
            path.write_bytes(b"/bin/false\n" + written + b"/bin/more")
            other = self.device("HS110")
            self.write(place(other))
            replaced = path.read_bytes()
            self.assertTrue(replaced.startswith(b"/bin/false\n" + mine + end + b"# Written by"))
            self.assertTrue(replaced.endswith(b"\n/bin/more"))
            self.assertIn(b" %d power\n" % other.port, replaced)
            self.assertNotIn(b" %d check\n" % device.port, replaced)
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)

    def test_a_link_stays_one(self):
        real = self.folder / "real"
        real.mkdir()
        (self.out / "items").symlink_to(real)
        (real / "kept").write_bytes(b"")
        device = self.device()
        self.write(place(device))
        self.assertEqual({path.name for path in real.iterdir()}, {"kept", "tplink.items"})
        (real / "tplink.items").rename(real / "other")
        (real / "tplink.items").symlink_to("other")
        device.device.alias = "New"
        self.write(place(device))
        self.assertTrue((real / "tplink.items").is_symlink())
        self.assertIn("Tplink_New", (real / "other").read_text())

    def test_a_dry_run_prints_a_diff_and_writes_nothing(self):
        device = self.device(alias="One")
        words = (place(device), "--output", str(self.out), "--dry-run")
        result = openhab(*words)
        self.assertEqual((result.code, result.err), (0, b""))
        self.assertEqual(list(self.out.iterdir()), [])
        self.assertEqual(result.out.count(b"\n--- /dev/null\n") + 1, len(FILES))
        self.write(place(device))
        self.assertEqual(openhab(*words)[:3], (0, b"", b""))
        before = self.contents()
        device.device.alias = "Two"
        shown = openhab(*words).out.decode()
        self.assertEqual(self.contents(), before)
        self.assertIn("--- %s\n+++ %s\n@@ " % ((self.out / FILES[1],) * 2), shown)
        self.assertIn('\n-Switch Tplink_One "One" ', shown)
        self.assertIn('\n+Switch Tplink_Two "Two" ', shown)
        self.assertNotIn(".things", shown)

    def test_a_diff_drives_no_terminal(self):
        path = self.out / "misc" / "exec.whitelist"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"\x1b]0;x\x07\n\xff\n")
        shown = openhab(place(self.device()), "--output", str(self.out), "--dry-run").out.decode()
        self.assertIn("\n \\x1b]0;x\\x07\n", shown)
        self.assertNotIn("\x1b", shown)

    def test_a_folder_that_cannot_be_written(self):
        there = place(self.device())
        blocked = self.folder / "file"
        blocked.write_bytes(b"")
        for path in (blocked, blocked / "below", "/proc/nowhere"):
            assert_failure(self, openhab(there, "--output", str(path)), 2)
        (self.out / FILES[0]).mkdir(parents=True)
        assert_failure(self, openhab(there, "--output", str(self.out)), 2)
        self.assertEqual(self.contents(), {})
        shutil.rmtree(str(self.out / "things"))
        (self.out / "things").mkdir()
        os.mkfifo(str(self.out / FILES[0]))
        assert_failure(self, openhab(there, "--output", str(self.out)), 2)

    def test_nothing_is_replaced_when_one_file_cannot_be_made(self):
        texts = dict.fromkeys(FILES, "old\n")
        files.write(files.changes(str(self.out), texts))
        before = self.contents()
        changes = files.changes(str(self.out), dict.fromkeys(FILES, "new\n"))
        shutil.rmtree(str(self.out / "sitemaps"))
        (self.out / "sitemaps").write_bytes(b"")
        del before[FILES[3]]
        with self.assertRaises(LocalError):
            files.write(changes)
        after = self.contents()
        del after["sitemaps"]
        self.assertEqual(after, before)


class Words(Writer):
    def test_hosts(self):
        for word, there in (
            ("192.168.1.2", "192.168.1.2:9999"),
            ("192.168.1.2:80", "192.168.1.2:80"),
            ("Plug.LAN", "plug.lan:9999"),
            ("plug-1_a:1", "plug-1_a:1"),
            ("[::1]", "[::1]:9999"),
            ("[0:0::1]:7", "[::1]:7"),
            ("fe80::1", "[fe80::1]:9999"),
            ("50:C7:BF:00:00:01", "50:c7:bf:00:00:01:9999"),
        ):
            self.assertEqual(str(places.place(word, 9999)), there)
        bad = [
            "",
            "a b",
            "$(x)",
            "a;b",
            "a'b",
            'a"b',
            "-x",
            "a..b",
            "%1$s",
            "a@@b",
            "\u706f",
            "a\nb",
        ]
        bad += [
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "1",
            "x:",
            "x:0",
            "x:65536",
            "x:y",
            "[::1",
            "[::1]:",
        ]
        bad += [
            "[::1]x",
            "[x]",
            "[1.2.3.4]",
            "fe80::1%eth0",
            "[fe80::1%$(x)]:1",
            "a" * 254,
            ".a",
            "a.",
        ]
        bad += ["plug.lan/x", "::g", "1:2:3", "x:\u0661"]
        for word in bad:
            with self.subTest(word), self.assertRaises(UsageError):
                places.place(word, 9999)

    def test_keys_are_different_for_different_places(self):
        words = ["a.b:1", "a-b:1", "a_b:1", "adb:1", "aub:1", "a:1", "1.2.3.4:5", "[1:2:3:4::5]:6"]
        words += ["acc1:5", "[a::1]:5", "a--1:5", "a:11", "a1:1", "50:C7:BF:00:00:01"]
        keys = [places.place(word, 1).key() for word in words]
        self.assertEqual(len(set(keys)), len(words))
        for key in keys:
            self.assertRegex(key, r"\A\w+\Z")

    def test_words_of_a_place(self):
        for port, klap, words in (
            (9999, False, ["h", "9999"]),
            (80, True, ["h", "80"]),
            (8080, True, ["h", "80", "--http-port=8080"]),
        ):
            self.assertEqual(places.Place("h", port, klap).words(), words)

    def test_ipv6(self):
        try:
            device = self.device(address="::1")
        except (OSError, LocalError):
            raise unittest.SkipTest("no IPv6 here") from None
        found = self.configuration("[::1]:%d" % device.port)
        self.fits(found)
        (name,) = found.controlled()
        self.assertEqual(run_thing(found.command(name)), ("OFF", 0))
        self.assertEqual(run_call(found.words(name, "ON")), "")

    def test_port(self):
        device = self.device()
        found = self.configuration("127.0.0.1", "--port", str(device.port))
        self.assertEqual(found.whitelist, ["%s 127.0.0.1 %d check" % (self.installed, device.port)])

    def test_wrong_usage(self):
        there = "127.0.0.1"
        for words in (
            (there, "--discover"),
            (there, "--dry-run"),
            (there, "--output", ""),
            (there, "--program", "tplink-exec"),
            (there, "--program", "/a b"),
            (there, "--program", "C:\\a b"),
            (there, "--program", "C:a"),
            (there, "--program", "C:/a"),
            (there, "--program", "/a\\b"),
            (there, "--program", "/a;b"),
            (there, "--program", "/%s"),
            (there, "--program", "/@@"),
            (there, "--program", '/"'),
            (there, "--port", "0"),
            (there, "--port", "x"),
            (there, "--timeout", "0"),
            (there, "--no"),
            ("a b",),
        ):
            with self.subTest(words):
                assert_failure(self, openhab(*words), 1)
        for form in FORMS.values():
            assert_failure(self, run([*form, "openhab", there, "--port", "0"]), 1)

    def test_without_host_and_memory(self):
        nowhere = {"TPLINK_EXEC_DEVICES": str(self.folder / "none"), "HOME": "/nowhere"}
        result = openhab(environment=nowhere)
        assert_failure(self, result, 1)
        self.assertIn(b"--discover", result.err)

    def test_one_that_does_not_answer_fails_all(self):
        good = self.device()
        with closed() as nobody:
            result = openhab(place(good), nobody, "--output", str(self.out))
        assert_failure(self, result, 3, start=b"tplink-exec: openhab: %s: " % nobody.encode())
        self.assertEqual(list(self.out.iterdir()), [])

    def test_one_that_hangs_fails_all_in_time(self):
        devices = [self.device(), self.device(fault="silent")]
        words = [*map(place, devices), "--timeout", "0.7", "--output", str(self.out)]
        start = b"tplink-exec: openhab: %s: " % place(devices[1]).encode()
        assert_failure(self, openhab(*words), 4, 0.7, start=start)
        self.assertEqual(list(self.out.iterdir()), [])

    def test_other_faults(self):
        for fault, code in (("garbage", 5), ("err-code", 6)):
            assert_failure(self, openhab(place(self.device(fault=fault))), code)

    def test_many_are_asked_side_by_side(self):
        together = threading.Barrier(16, timeout=9)
        with mock.patch.object(survey, "ask", lambda *_: together.wait()):
            done = survey.asked(["x"] * 16, time.monotonic() + 9)
        self.assertEqual(sorted(done), list(range(16)))

    def test_more_than_are_asked_at_once(self):
        with mock.patch.object(survey, "ask", lambda place, _: place):
            done = survey.asked(list(range(50)), time.monotonic() + 9)
        self.assertEqual(done, list(range(50)))

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full here")
    def test_nobody_reads_standard_output(self):
        for form in FORMS.values():
            argv = [*form, "openhab", place(self.device())]
            result = run(["sh", "-c", 'exec "$@" >/dev/full', "sh", *argv])
            assert_failure(self, result, 2)


@alone
class InTime(Writer):
    def test_one_that_hangs(self):
        devices = [self.device(), self.device(fault="silent")]
        argv = [*PROGRAM, "openhab", *map(place, devices), "--timeout", "0.5"]
        assert_failure(self, in_time(self, 0.5 + slack_s(), lambda: run(argv)), 4)

    def test_one_that_never_comes_to_an_end(self):
        """Whatever it hangs in."""
        forever = threading.Event()
        self.addCleanup(forever.set)
        hang = {"good": bool, "bad": forever.wait}

        def ask():
            with self.assertRaisesRegex(DeadlineExceeded, "^bad: "):
                survey.asked(["good", "bad"], time.monotonic() + 0.2)

        with mock.patch.object(survey, "ask", lambda place, _: hang[place]()):
            in_time(self, 0.2 + slack_s(), ask)

    def test_nobody_found(self):
        memory = self.folder / "devices.json"
        memory.write_text(json.dumps({"devices": [], "targets": [network() + ".1"]}))
        argv = [*PROGRAM, "openhab", "--discover", "--timeout", "0.5"]
        environment = {**CLEAN, "TPLINK_EXEC_DEVICES": str(memory)}
        result = in_time(self, 0.5 + slack_s(), lambda: run(argv, env=environment))
        assert_failure(self, result, 3)


class Found(Writer):
    """Devices that are remembered, found, or called by their MAC."""

    def setUp(self):
        super().setUp()
        self.memory = self.folder / "devices.json"
        self.environment = {"TPLINK_EXEC_DEVICES": str(self.memory)}

    def remember(self, *entries, targets=()):
        known = {"mac": "", "device_id": "", "alias": None, "transport": "xor"}
        devices = [{**known, **entry} for entry in entries]
        self.memory.write_text(json.dumps({"devices": devices, "targets": list(targets)}))

    def test_remembered(self):
        devices = [self.device("HS100"), self.device("HS110")]
        ids = ["A", "B"]
        self.remember(
            *({"device_id": id, "host": d.host, "port": d.port} for id, d in zip(ids, devices)),
            {"device_id": "A", "host": "127.0.0.1", "port": 1},  # what is said first counts
        )
        found = self.configuration(environment=self.environment)
        self.fits(found)
        self.assertEqual(found.texts, self.configuration(*map(place, devices)).texts)

    def test_remembered_by_klap(self):
        with klap_simulated("KP125M") as device:
            there = {"host": device.host, "port": device.http_port, "transport": "klap"}
            self.remember({"device_id": "A", **there})
            found = self.configuration(environment=self.environment)
            self.fits(found)
            self.assertIn(" 80 --http-port=%d check" % device.http_port, found.whitelist[0])
            self.assertEqual(run_thing(found.whitelist[0]), ("OFF", 0))
            self.assertEqual(run_call(found.words(found.controlled()[0], "ON")), "")
            self.assertEqual(run_thing(found.whitelist[0]), ("ON", 0))

    def test_by_mac_it_is_found_where_it_is(self):
        """As the program is started by openHAB, it has to know the device."""
        device = self.device("HS110")
        self.remember({"mac": device.device.mac, "host": device.host, "port": device.port})
        found = self.configuration(device.device.mac, environment=self.environment)
        self.fits(found)
        self.assertNotIn("127.0.0.1", "".join(found.texts.values()))
        starter = self.installed.read_text()
        remembering = "export TPLINK_EXEC_DEVICES=%s\nexec" % self.memory
        self.installed.write_text(starter.replace("exec", remembering, 1))
        (name, *_) = found.controlled()
        self.assertEqual(run_call(found.words(name, "ON")), "")
        self.assertEqual(run_thing(found.command(name)), ("ON", 0))

    def test_discovered_at_the_saved_targets(self):
        device = self.device("HS110", address=network() + ".1")
        self.remember(targets=[device.host])
        there = ("--discover", "--port", str(device.port))
        found = self.configuration(*there, environment=self.environment)
        self.assertEqual(found.texts, self.configuration(place(device)).texts)

    def test_others_than_ours_have_a_reason(self):
        other = {"model": "C210", "reason": "a camera", "transport": None}
        rows = {
            "192.168.1.3": {"host": "192.168.1.3", "port": 80, "transport": "klap"},
            "192.168.1.9": {"host": "192.168.1.9", "port": 80, **other},
        }
        with mock.patch.object(places, "search", lambda *_: (rows, "")):
            ours, camera = places.discovered(5.0, 3.0, 9999)
        self.assertEqual((ours.words(), ours.reason), (["192.168.1.3", "80"], ""))
        self.assertEqual(camera.reason, "C210, a camera")

    def test_what_has_no_switch_is_left_out_with_a_comment(self):
        plug = self.device("HS100", alias="Plug")
        alone = self.configuration(place(plug))
        with klap_simulated("H100") as hub:
            self.remember(
                {"device_id": "A", "host": plug.host, "port": plug.port},
                {"device_id": "B", "host": hub.host, "port": hub.http_port, "transport": "klap"},
            )
            result = openhab(environment=self.environment)
        reason = "127.0.0.1:%d: H100 is a hub: its sensors are not supported" % hub.http_port
        self.assertEqual(result.code, 0)
        self.assertEqual(result.err.decode(), "tplink-exec: openhab: left out: %s\n" % reason)
        self.assertEqual(result.out.decode().count("\n// Left out: %s\n" % reason), 2)
        without = result.out.decode().replace("\n// Left out: %s\n" % reason, "")
        self.assertIn(alone.texts["items/tplink.items"].partition("\n")[2], without)

    def test_cameras_and_hubs_among_what_is_discovered(self):
        here = network()
        self.remember(targets=[here + ".0/29"])
        plug = self.device("HS100", alias="Plug", address=here + ".1")
        with camera_placed(here + ".2"), klap_placed(here + ".3", "H100", 3):
            words = ["--discover", "--port", str(plug.port), "--timeout", "3"]
            result = openhab(*words, environment=self.environment)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn(b"Switch Tplink_Plug ", result.out)
        for said in (here + r"\.2:\d+: C210, a camera", here + r"\.3:\d+: H100\(EU\), a hub"):
            self.assertRegex(result.err.decode(), r"openhab: left out: %s" % said)
            self.assertRegex(result.out.decode(), r"(?m)^// Left out: %s" % said)

    def test_nothing_but_hubs_is_a_failure(self):
        with klap_simulated("H100") as hub:
            entry = {"host": hub.host, "port": hub.http_port, "transport": "klap"}
            self.remember({"device_id": "B", **entry})
            result = openhab("--output", str(self.out), environment=self.environment)
        assert_failure(self, result, 6)
        self.assertIn(b"H100 is a hub: its sensors are not supported", result.err)
        self.assertEqual(list(self.out.iterdir()), [])

    def test_what_is_discovered_and_fails_is_left_out(self):
        good, bad = {"host": "127.0.0.1", "port": 0}, {"host": "127.0.0.1", "port": 0}
        for fault, reason in (
            ("err-code", "the device refuses"),
            ("garbage", "it does not answer as it should"),
            ("silent", "it does not answer as it should"),
        ):
            devices = [self.device("HS100", alias="Plug"), self.device(fault=fault)]
            for row, device in zip((good, bad), devices):
                row.update(port=device.port, transport="xor")
            with mock.patch.object(places, "search", lambda *_: ({"1": good, "2": bad}, "")):
                result = openhab("--discover", "--timeout", "1", environment=self.environment)
            start = "tplink-exec: openhab: left out: 127.0.0.1:%d: %s" % (bad["port"], reason)
            self.assertEqual(result.code, 0, result.err)
            self.assertTrue(result.err.decode().startswith(start), result.err)
            self.assertEqual(result.err.count(b"\n"), 1)
            self.assertIn(b"Switch Tplink_Plug ", result.out)
            with mock.patch.object(places, "search", lambda *_: ({"2": bad}, "")):
                result = openhab("--discover", "--timeout", "1", environment=self.environment)
            assert_failure(self, result, {"err-code": 6, "garbage": 5, "silent": 4}[fault])

    def test_nobody_found_is_no_empty_configuration(self):
        self.remember(targets=[network() + ".1"])
        words = ["--discover", "--timeout", "1", "--output", str(self.out)]
        result = openhab(*words, environment=self.environment)
        assert_failure(self, result, 3, 1)
        self.assertEqual(list(self.out.iterdir()), [])


class Checker(unittest.TestCase):
    """That this file refuses what openHAB does."""

    def test_items(self):
        items_of('Switch x "a" <b> (c, d) ["e f", "g"] { autoupdate="false" }')
        for bad in (
            "Swich x",
            "Switch 1",
            "Switch x (1)",
            "Switch x [a]",
            'Switch x "a',
            "Switch x\nString x",
        ):
            with self.assertRaises(Refused):
                items_of(bad)

    def test_sitemap(self):
        sitemap_of('sitemap s label="a = b" { Frame label="x" { Text item=y } }')
        for bad in ("Text", "Knob item=x", "Frame { Text item=x", "Text item = x", "} x {"):
            with self.assertRaises(Refused):
                sitemap_of("sitemap s { %s }" % bad)


if __name__ == "__main__":
    unittest.main()
