"""openhab-examples: read as openHAB reads them, and played through with simulated devices.

Everything in that folder is checked by one table, MODELS, of what is at the addresses in it. A new
file of things, items or rules needs nothing here but its address.
"""

import contextlib
import json
import os
import pwd
import re
import shlex
import shutil
import socket
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.openhab.engine import (
    CHANNELS,
    DIMENSIONS,
    EXAMPLES,
    INSTALLED,
    PROCESS_END_S,
    PROGRAM,
    ROOT,
    Refused,
    all_things_of,
    arguments,
    check_parameters,
    example,
    formatted,
    items_of,
    map_of,
    process,
    program_timeout,
    run_thing,
    sitemap_of,
    things_of,
    whitelist_of,
)
from tests.openhab.house import Devices, House, House2, javascript
from tests.openhab.rules import rules_of
from tests.parallel import early
from tests.support import simulated

MODELS = {
    "192.168.1.2 9999": "HS110",
    "192.168.1.3 9999": "KP303",
    "192.168.1.4 9999": "LB130",
    "192.168.1.5 9999": "HS220",
    "192.168.1.11 9999": "HS100",
    "192.168.1.12 9999": "HS107",
    "192.168.1.13 9999": "HS110v4",
}
READ = {"Switch": "check", "Dimmer": "brightness", "Color": "color", "Number": "temperature"}
COMMANDS = {
    "Switch": [("ON", "ON"), ("ON", "ON"), ("OFF", "OFF")],
    "Dimmer": [("ON", ""), ("33", "33"), ("INCREASE", "43"), ("DECREASE", "33"), ("OFF", "0")],
    "Color": [
        ("ON", ""),
        ("240,80,55", "240,80,55"),
        ("DECREASE", "240,80,45"),
        ("70", "240,80,70"),
        ("OFF", "240,80,0"),
        ("0,100,100", "0,100,100"),
    ],
    "Number": [("4000", "4000"), ("2700", "2700")],
}
"""By item type: commands one after the other, and the state that the item then has ("": any)."""

BY_HAND = {"Switch": ("on", "ON"), "Dimmer": ("20", "20"), "Color": ("0,0,7", "0,0,7")}
"""What happens elsewhere, and the state that the next poll then gives."""

ADDRESS = re.compile(r"192\.168\.\d+\.\d+")
NODE = shutil.which("node")


def files(pattern, folder=EXAMPLES):
    return sorted(path.relative_to(EXAMPLES).as_posix() for path in folder.glob(pattern))


def all_of(read, pattern):
    """What the files of one kind say together; a name in two of them is refused."""
    found = {}
    for name in files(pattern):
        new = read(example(name))
        if set(new) & set(found):
            raise Refused("%s has what another file has: %s" % (name, set(new) & set(found)))
        found.update(new)
    return found


def is_exec(uid):
    return uid.startswith("exec:")


class Examples(unittest.TestCase):
    """What is there, read once."""

    @classmethod
    def setUpClass(cls):
        cls.things = all_of(all_things_of, "things/*.things")
        cls.polls = {uid: thing for uid, thing in cls.things.items() if is_exec(uid)}
        cls.items = all_of(items_of, "items/*.items")
        cls.rules = rules_of(example("rules/tplink.rules"))
        cls.whitelist = whitelist_of(example("misc/exec.whitelist"))
        cls.maps = {Path(f).name: map_of(example(f)) for f in files("transform/*.map")}
        cls.taking = {name: i for name, i in cls.items.items() if "gTplink" in i.groups}

    @classmethod
    def house(cls, devices):
        return House(devices, cls.things, cls.items, cls.rules, cls.whitelist, cls.maps)


class Files(Examples):
    """Each file by itself, and that they fit together."""

    def test_every_file_is_read_here_or_by_its_own_test(self):
        known = {".things", ".items", ".rules", ".sitemap", ".map", ".js", ".service", ".whitelist"}
        for path in EXAMPLES.rglob("*"):
            if path.is_file():
                self.assertIn(path.suffix, known | {".md", ".db"}, path)
                text = path.read_bytes()
                self.assertNotIn(b"\r", text, path)
                self.assertEqual(text[-1:], b"\n", path)
                self.assertTrue(text.isascii() or path.suffix == ".md", path)
        self.assertEqual(files("rules/*"), ["rules/tplink.rules"])
        self.assertEqual(files("automation/js/*"), ["automation/js/tplink.js"])
        self.assertEqual(files("misc/*"), ["misc/exec.whitelist"])

    def test_things_only_poll(self):
        for uid, thing in self.polls.items():
            check_parameters(uid, thing.parameters)
            self.assertEqual(set(thing.parameters), {"command", "interval", "timeout"}, uid)
            words = shlex.split(thing.parameters["command"])
            self.assertEqual(words[0], INSTALLED, uid)
            self.assertIn(" ".join(words[1:3]), MODELS, uid)
            self.assertIn(words[3], {*READ.values(), "power", "voltage", "current", "total"}, uid)
        self.assertEqual(int(self.polls["exec:command:plug_check"].parameters["interval"]), 5)

    def test_the_program_gives_up_before_openhab_does(self):
        for uid, thing in self.polls.items():
            timeout_s = program_timeout(shlex.split(thing.parameters["command"]))
            self.assertLess(timeout_s + PROCESS_END_S, int(thing.parameters["timeout"]), uid)

    def test_the_whitelist_is_the_commands_of_the_things(self):
        commands = [str(thing.parameters["command"]) for thing in self.polls.values()]
        self.assertEqual(sorted(self.whitelist), sorted(commands))
        self.assertEqual(len(set(commands)), len(commands))

    def test_links_point_at_channels_that_exist(self):
        linked = {}
        for name, item in self.items.items():
            channel = item.bound.get("channel")
            if channel is None:
                continue
            uid, _, end = channel.rpartition(":")
            self.assertIn(uid, self.things, name)
            if is_exec(uid):
                wanted = "Switch" if item.profile else CHANNELS[end]
                self.assertEqual(item.kind, wanted, name)
                linked.setdefault(uid, set()).add(end)
            else:
                self.assertIn(channel, self.things[uid].channels, name)
            if item.profile:
                self.assertEqual((set(item.profile), end), ({"profile", "function"}, "output"))
        self.assertEqual(set(linked), set(self.polls))
        for uid, ends in linked.items():
            self.assertIn("output", ends, uid)

    def test_groups_exist_and_tags_say_where(self):
        for name, item in self.items.items():
            for group in item.groups:
                self.assertEqual(self.items[group].kind[:5], "Group", name)
            self.assertEqual(len(item.tags), "gTplink" in item.groups, name)
            for tag in item.tags:
                words = tag.split(" ")
                self.assertEqual(words[0], "tplink-exec", name)
                self.assertIn(" ".join(words[1:3]), MODELS, name)
                self.assertIn(len(words), (3, 4, 5), name)
        tags = [tag for item in self.items.values() for tag in item.tags]
        self.assertEqual(len(set(tags)), len(tags))

    def test_every_name_has_the_items_that_the_rules_want(self):
        for name, item in self.taking.items():
            self.assertEqual(item.bound.get("autoupdate"), "false", name)
            self.assertEqual(self.items[name + "_Command_Result"].kind, "String")
            run = self.items[name + "_Poll_Run"].bound["channel"]
            polled = item if item.profile else self.items[name + "_Poll_Output"]
            self.assertEqual(run[: -len("run")] + "output", polled.bound["channel"])
        outputs = [n for n, i in self.items.items() if "gTplink_Polls" in i.groups]
        for output in outputs:
            name = re.fullmatch(r"(\w+)_Poll_Output", output)[1]
            self.assertNotIn("channel", self.items[name].bound)
            self.assertEqual(self.items[name + "_Poll_Result"].kind, "String")
        helpers = [n for n in self.items if re.search("_(Command|Poll)_[A-Z][a-z]+$", n)]
        for name in helpers:
            self.assertIn(re.sub("_(Command|Poll)_[A-Z][a-z]+$", "", name), self.items)

    def test_items_with_a_dimension_have_its_unit(self):
        for name, (kind, label, bound) in self.items.items():
            unit = DIMENSIONS.get(kind.partition(":")[2])
            self.assertEqual(bound.get("unit"), unit, name)
            if unit:
                self.assertRegex(label, r"\[%%\.\df %s\]$" % unit, name)

    def test_labels_can_be_formatted(self):
        for name, item in self.items.items():
            pattern = r"[^%\[\]]*(\[[^%\[\]]*(%(s|d|\.\df|1\$t[HMS])[^%\[\]]*)+(%%)?\])?"
            self.assertRegex(item.label, "^" + pattern + "$", name)

    def test_sitemaps_are_named_as_their_files_and_show_all_of_their_items(self):
        for name in files("sitemaps/*"):
            sitemap, widgets = sitemap_of(example(name))
            self.assertEqual("sitemaps/%s.sitemap" % sitemap, name)
            items = items_of(example("items/%s.items" % sitemap))
            shown = [item for _, item in widgets if item]
            self.assertLessEqual(set(shown), set(items), name)
            inner = "_Poll_Output" if "poll" not in name else ""
            hidden = {n for n in items if n.endswith((inner, "_Poll_Run"))}
            self.assertEqual(set(items) - set(shown) - hidden, set(), name)
            for widget, item in widgets:
                if widget in ("Switch", "Slider", "Colorpicker", "Setpoint"):
                    wanted = {
                        "Slider": "Dimmer|Color",
                        "Colorpicker": "Color",
                        "Setpoint": "Number",
                    }
                    kind = items[item].kind
                    self.assertRegex(kind, "^(%s)$" % wanted.get(widget, "Switch|Group:.*"), name)

    def test_maps_say_nothing_but_what_was_printed(self):
        (states,) = self.maps.values()
        for printed in ("ON", "OFF"):
            self.assertEqual(states(printed), printed)
        for printed in (
            "",
            "on",
            "tplink-exec: 1.2.3.4:9999: x",
            "sh: 1: not found",
            "1",
            "ON\nON",
        ):
            self.assertEqual(states(printed), "UNDEF")

    def test_the_rules_are_those_that_the_program_writes(self):
        try:
            from tplink_exec.openhab import templates
        except ImportError:
            self.skipTest("this version writes none")
        written = templates.RULES % {"program": INSTALLED, "timeout": 10}
        self.assertIn(written.strip(), example("rules/tplink.rules"))


@early
class Plays(Examples):
    """Commands, polls and failures, as openHAB would have them, on simulated devices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        places = {}
        for place, model in MODELS.items():
            device = stack.enter_context(simulated(model))
            places[place] = "%s %d" % (device.host, device.port)
        cls.devices = Devices(places, INSTALLED)
        broken = stack.enter_context(simulated("HS100", "garbage"))
        place = "%s %d" % (broken.host, broken.port)
        cls.broken = Devices(dict.fromkeys(places, place), INSTALLED)
        taken = stack.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))  # and does not listen: refused
        nobody = "127.0.0.1 %d" % taken.getsockname()[1]
        cls.gone = Devices(dict.fromkeys(places, nobody), INSTALLED)

    def words(self, name):
        """HOST PORT OPTIONS of an item, and the word that reads it."""
        words = self.items[name].tags[0].split(" ")[1:]
        place = self.devices.places[" ".join(words[:2])].split()
        options = [word for word in words[2:] if word.startswith("--")]
        return place + options

    def says(self, name):
        """What the program reads from an item's device."""
        words = [*PROGRAM, *self.words(name), READ[self.items[name].kind]]
        stdout, stderr, code = process(words)
        self.assertEqual((stderr, code), ("", 0))
        return stdout.strip()

    def test_commands_switch_at_once_and_the_state_is_what_the_device_says(self):
        for name, item in self.taking.items():
            house = self.house(self.devices)
            for command, state in COMMANDS[item.kind]:
                with self.subTest(name, command=command):
                    house.log.clear()
                    self.assertEqual(house.command(name, command), self.says(name))
                    self.assertIn(state, ("", house.states[name]))
                    self.assertEqual(house.states[name + "_Command_Result"], "OK")
                    commanded = [e[1] for e in house.log if e[0] == "command"]
                    self.assertEqual(commanded, [name, name + "_Poll_Run"])

    def test_a_group_commands_all_of_its_members(self):
        groups = [name for name, item in self.items.items() if item.kind.startswith("Group:")]
        self.assertGreater(len(groups), 1)
        for group in groups:
            house = self.house(self.devices)
            members = [name for name, item in self.items.items() if group in item.groups]
            self.assertGreater(len(members), 2)
            for command in ("ON", "OFF"):
                house.command(group, command)
                self.assertEqual({house.states[name] for name in members}, {command})
                self.assertEqual({self.says(name) for name in members}, {command})

    def test_changes_made_elsewhere_come_with_the_next_poll(self):
        for name, item in self.taking.items():
            if item.kind in BY_HAND:
                house = self.house(self.devices)
                command, state = BY_HAND[item.kind]
                process([*PROGRAM, *self.words(name), command])
                run = self.items[name + "_Poll_Run"].bound["channel"]
                house.poll(run.rpartition(":")[0])
                self.assertEqual(house.states[name], state, name)
                self.assertNotIn("command", [event for event, _, _ in house.log], name)

    def test_the_meter(self):
        house = self.house(self.devices)
        house.command("Plug", "ON")
        for uid in self.polls:
            if uid.startswith("exec:command:plug_"):
                house.poll(uid)
        figures = [float(house.states["Plug_" + n]) for n in "Power Voltage Current Energy".split()]
        self.assertEqual(figures[:3], [61.753, 230.837, 0.267518])
        self.assertAlmostEqual(figures[3], 16.323, 2)  # it counts on
        self.assertEqual(house.states["Plug_Poll_Exit"], "0")

    def test_every_poll_is_a_state_or_UNDEF_with_a_line_that_says_why(self):
        process([*PROGRAM, *self.words("Bulb_White"), "temperature", "2700"])
        for devices, failed in ((self.devices, False), (self.broken, True)):
            house = self.house(devices)
            for uid in self.polls:
                house.poll(uid)
                for name, item in self.items.items():
                    if item.bound.get("channel") == uid + ":output":
                        self.check_poll(house, name, item, failed)

    def check_poll(self, house, name, item, failed):
        target = name if item.profile else name[: -len("_Poll_Output")]
        if not failed:
            self.assertNotIn(house.states[target], ("NULL", "UNDEF"), name)
            self.assertEqual(house.states.get(target + "_Poll_Result", "OK"), "OK", name)
        else:
            self.assertEqual(house.states[target], "UNDEF", name)
        if failed and not item.profile:
            error = r"^failed: tplink-exec: 127\.0\.0\.1:\d+: [^\n]+$"
            self.assertRegex(house.states[target + "_Poll_Result"], error)

    def test_a_command_that_fails_is_UNDEF_and_a_line(self):
        missing = Devices(self.devices.places, "/elsewhere")
        error = r"failed: tplink-exec: 127\.0\.0\.1:\d+: [^\n]+"
        for name in ("Plug", "Strip_1", "Bulb_White", "Kitchen"):
            for devices, line in (
                (self.gone if name == "Plug" else self.broken, error),
                (missing, "failed: not started, or no end after 10 s: see openhab.log"),
            ):
                house = self.house(devices)
                self.assertEqual(
                    house.command(name, COMMANDS[self.items[name].kind][0][0]), "UNDEF"
                )
                self.assertRegex(house.states[name + "_Command_Result"], "^%s$" % line)
                self.assertEqual([e[0] for e in house.log].count("command"), 1)

    @unittest.skipUnless(NODE, "no node here")
    def test_javascript_does_what_the_dsl_does(self):
        events = [
            ("command", "Plug", "ON"),
            ("command", "Strip_3", "OFF"),
            ("command", "Hall", "33"),
        ]
        events += [("command", "Bulb", "1,2,3"), ("command", "Bulb_White", "x")]
        outputs = [
            "ON",
            "OFF",
            "on",
            "",
            "1",
            "-1.500",
            "61.753",
            "1,2,3",
            "1,2",
            "0 ON",
            "x\ny",
            "NULL",
        ]
        events += [("update", "Plug_Poll_Output", output) for output in outputs]
        missing = Devices(self.devices.places, "/elsewhere")
        for devices, some in (
            (self.devices, events),
            (self.gone, events[:1]),
            (missing, events[:1]),
        ):
            file = EXAMPLES / "automation" / "js" / "tplink.js"
            posts = javascript(NODE, file, self.items, devices, some)
            for event, posted in zip(some, posts):
                with self.subTest(event):
                    self.assertEqual(sorted(posted), sorted(self.posted(devices, *event)))

    def posted(self, devices, event, name, value):
        """What the rules in the DSL post at an event."""
        house = self.house(devices)
        for rule in self.rules:
            if rule.fires(name, self.items[name].groups, "received " + event, value):
                house.states[name] = value
                rule.run(house.names(self.items[name], name, value))
        return list(house.queue)

    def test_openhab_2(self):
        folder = EXAMPLES / "openhab2"
        things, items, rules, allowed = (
            read((folder / name).read_text("ascii"))
            for read, name in (
                (all_things_of, "things/plug.things"),
                (items_of, "items/plug.items"),
                (rules_of, "rules/plug.rules"),
                (whitelist_of, "misc/exec.whitelist"),
            )
        )
        installed = "/etc/openhab2/scripts/tplink-exec"
        for uid, thing in things.items():
            check_parameters(uid, thing.parameters)
        house = House2(Devices(self.devices.places, installed), things, items, rules, allowed)
        for command in ("ON", "ON", "OFF", "OFF"):
            self.assertEqual(house.command("Plug", command), command)
            self.assertEqual((self.says("Plug"), house.states["Plug_Result"]), (command, "OK"))
        process([*PROGRAM, *self.words("Plug"), "on"])
        house.poll("exec:command:plug_check")
        self.assertEqual(house.states["Plug"], "ON")
        broken = Devices(self.broken.places, installed)
        gone = House2(broken, things, items, rules, allowed)
        gone.poll("exec:command:plug_check")
        self.assertEqual(gone.states["Plug"], "UNDEF")
        gone = House2(broken, things, items, rules, allowed)
        self.assertEqual(gone.command("Plug", "ON"), "UNDEF")
        self.assertRegex(gone.states["Plug_Result"], "^failed: tplink-exec: ")
        for path in folder.rglob("*.*"):
            self.assertRegex(path.read_text("ascii"), "^(//|#) .*openHAB 2", path)

    def test_the_rules_for_openhab_2_load_in_openhab_5_and_fail_at_every_command(self):
        folder = EXAMPLES / "openhab2"
        text = (folder / "rules" / "plug.rules").read_text("ascii")
        self.assertRegex(
            text, r"^// openHAB 2 only\. openHAB 5 .* silently, .* fails at every command"
        )
        items = items_of((folder / "items" / "plug.items").read_text("ascii"))
        devices = Devices(self.devices.places, "/etc/openhab2/scripts/tplink-exec")
        house = House(devices, {}, items, rules_of(text), [])
        for command in ("ON", "OFF"):
            with self.assertRaisesRegex(Refused, "^executeCommandLine"):
                house.command("Plug", command)
            self.assertEqual(house.states["Plug"], "NULL")


class HaBridge(unittest.TestCase):
    """device.db, each item of it started as ha-bridge 5.4 does it."""

    URLS = ("onUrl", "offUrl", "dimUrl", "colorUrl")

    @classmethod
    def setUpClass(cls):
        cls.devices = json.loads(example("ha-bridge/device.db"))
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        starter = Path(cls.folder) / "tplink-exec"
        starter.write_text('#!/bin/sh\nexec %s "$@"\n' % " ".join(map(shlex.quote, PROGRAM)))
        starter.chmod(0o755)

    def test_fields(self):
        known = {"id", "uniqueid", "name", "deviceType", "description", "dimNoOn", *self.URLS}
        numbers = [int(device["id"]) for device in self.devices]
        self.assertEqual(len(set(numbers)), len(numbers))
        for device in self.devices:
            self.assertLessEqual(set(device), known)
            self.assertTrue({"onUrl", "offUrl", "name"} <= set(device))
            number = "%X" % int(device["id"])
            self.assertEqual(device["uniqueid"], "00:17:88:5E:D3:%s-%s" % (number, number))
            self.assertEqual(device["deviceType"], "custom")
            self.assertIs(device.get("dimNoOn", False), "dimUrl" in device)  # else it flashes

    def items(self, device, url):
        """The commands of a URL, as ha-bridge reads it."""
        text = device[url]
        self.assertTrue(text.startswith('[{"item"'), text)
        found = json.loads(text)
        for call in found:
            self.assertEqual(set(call), {"item", "type"})
            self.assertEqual(call["type"], "cmdDevice")
            self.assertNotRegex(call["item"], r"""['"`;&|<>\\\n\t]|  """)
        return [call["item"] for call in found]

    def start(self, item, place, garden):
        """Runtime.exec: split at blanks, no shell; exec.garden and a slash before it."""
        item = item.replace("${intensity.percent}", "37")
        for letter, level in zip("rgb", (51, 0, 102)):
            item = item.replace("${color.%s}" % letter, str(level))
        self.assertNotIn("$", item)
        words = re.sub("/+", "/", garden + "/" + item if garden else item).split()
        self.assertEqual(words[0], garden + "/tplink-exec" if garden else "tplink-exec")
        where = " ".join(words[1:3])
        words[1:3] = place[where].split()
        return process(words, self.folder if not garden else os.defpath)

    def test_every_item_does_what_its_url_says(self):
        with contextlib.ExitStack() as stack:
            place = {}
            for where, model in MODELS.items():
                device = stack.enter_context(simulated(model))
                place[where] = "%s %d" % (device.host, device.port)
            for device in self.devices:
                for garden in ("", self.folder):
                    self.check_device(device, place, garden)

    def check_device(self, device, place, garden):
        done = []
        for url, wanted in zip(self.URLS, ("ON", "OFF", "37", "270,100,40")):
            for item in self.items(device, url) if url in device else []:
                self.assertEqual(self.start(item, place, garden), ("", "", 0), item)
                words = item.split()
                options = [word for word in words[4:] if word.startswith("--")]
                read = {"dimUrl": "brightness", "colorUrl": "color"}.get(url, "check")
                read = [read, *options]
                says, _, _ = process([*PROGRAM, *place[" ".join(words[1:3])].split(), *read])
                self.assertEqual(says.strip(), wanted, item)
                done.append(url)
        self.assertEqual(done, [url for url in self.URLS if url in device])

    def test_a_bulb_has_color(self):
        """ha-bridge gives red, green and blue, 0 to 255 each, in colorUrl only."""
        (item,) = [i for d in self.devices if "colorUrl" in d for i in self.items(d, "colorUrl")]
        self.assertEqual(item.split()[3:], ["rgb", "${color.r},${color.g},${color.b}"])

    def test_what_the_readme_says_of_the_real_one(self):
        """Each fact was tried with ha-bridge 5.4.1."""
        text = (EXAMPLES / "README.md").read_text("utf-8")
        text = " ".join(text.partition("### Alexa")[2].partition("###")[0].split())
        for fact in (
            "`java -Dexec.garden=/usr/local/bin -jar ha-bridge.jar`",
            "no protection: a command that begins with `../` leaves it",
            "Whoever opens the bridge's web page can add devices",
            "asks for no password",
            "(no such file, not executable) is an error",
            "fails after the start is not told",
            '`"dimNoOn": true` is for lights',
            "which is for `rgb`",
        ):
            self.assertIn(fact, text)
        for wrong in ("security settings", "start nothing from elsewhere", "whatever happens"):
            self.assertNotIn(wrong, text)

    def test_the_installation_leaves_a_file_that_the_bridge_can_write(self):
        (block,) = [b for b in Installation().blocks() if "device.db" in b]
        self.assertEqual(block.count("-o pi"), 2)
        user = pwd.getpwuid(os.getuid()).pw_name
        with tempfile.TemporaryDirectory() as folder:
            script = block.replace("/home/pi", folder).replace("/usr/local/bin", folder)
            script = 'set -e\nsudo() { "$@"; }\ncd "$1"\n' + script.replace("-o pi", "-o " + user)
            self.assertEqual(process(["sh", "-c", script, "sh", str(EXAMPLES)]), ("", "", 0))
            path = Path(folder) / "ha-bridge" / "data" / "device.db"
            self.assertEqual(json.loads(path.read_text("ascii")), self.devices)
            self.assertEqual(path.stat().st_uid, os.getuid())
            self.assertTrue(os.access(str(path.parent), os.W_OK))

    def test_on_and_brightness_started_together(self):
        (bulb,) = [device for device in self.devices if "dimUrl" in device]
        calls = self.items(bulb, "onUrl") + self.items(bulb, "dimUrl")
        with simulated("LB130") as device, ThreadPoolExecutor() as pool:
            place = {"192.168.1.4 9999": "%s %d" % (device.host, device.port)}
            started = [pool.submit(self.start, call, place, self.folder) for call in calls * 3]
            self.assertEqual({call.result() for call in started}, {("", "", 0)})
            words = [*PROGRAM, *place["192.168.1.4 9999"].split(), "brightness"]
            self.assertEqual(process(words)[0], "37\n")


class Installation(unittest.TestCase):
    """openhab-examples/README.md, as a new user follows it."""

    def blocks(self):
        return re.findall(r"(?ms)^```sh\n(.*?)^```$", (EXAMPLES / "README.md").read_text("utf-8"))

    def test_the_installation_puts_every_file_in_its_place(self):
        with tempfile.TemporaryDirectory() as folder:
            checkout = Path(folder) / "checkout"
            shutil.copytree(EXAMPLES, checkout / "openhab-examples")
            shutil.copytree(ROOT / "scripts", checkout / "scripts")
            openhab = Path(folder) / "openhab"
            for name in ("things", "items", "rules", "sitemaps", "misc"):
                (openhab / name).mkdir(parents=True)
            whitelist = openhab / "misc" / "exec.whitelist"
            whitelist.write_text("/bin/true", "ascii")  # the user's own, without a newline
            script = self.blocks()[0].replace("/etc/openhab", str(openhab))
            script = 'set -e\nsudo() { "$@"; }\ncd "$1"\n' + script
            words = ["sh", "-c", script, "sh", str(checkout / "openhab-examples")]
            self.assertEqual(process(words), ("", "", 0))

            lines = whitelist.read_text("ascii").splitlines()
            self.assertEqual(lines[0], "/bin/true")
            things = things_of((openhab / "things" / "plug.things").read_text("ascii"))
            commands = [str(thing["command"]) for thing in things.values()]
            self.assertEqual(commands, [c for c in lines if " 192.168.1.50 " in c])
            self.assertEqual(len(commands), 5)
            self.assertNotIn("192.168.1.2 ", "".join(lines))
            items = items_of((openhab / "items" / "plug.items").read_text("ascii"))
            self.assertEqual(items["Plug"].tags, ["tplink-exec 192.168.1.50 9999"])
            for name in ("items/tplink.items", "rules/tplink.rules", "sitemaps/plug.sitemap"):
                self.assertEqual((openhab / name).read_bytes(), (EXAMPLES / name).read_bytes())
            _, _, code = process([str(openhab / "scripts" / "tplink-exec"), "--version"])
            self.assertEqual(code, 0)

    def test_the_commands_to_check_with_work(self):
        with simulated("HS110") as plug:
            printed = []
            for line in self.blocks()[1].splitlines():
                words = line.split()
                start = ["sudo", "-u", "openhab", INSTALLED, "192.168.1.50", "9999"]
                self.assertEqual(words[:6], start)
                stdout, stderr, code = process([*PROGRAM, plug.host, str(plug.port), *words[6:]])
                self.assertEqual((stderr, code), ("", 0), line)
                printed.append(stdout)
        self.assertEqual(printed, ["OFF\n", "0.000\n", ""])

    def test_every_file_is_described(self):
        table = re.findall(r"(?m)^\| `(.*?)` \|", (EXAMPLES / "README.md").read_text("utf-8"))
        there = [p for p in files("**/*") if (EXAMPLES / p).is_file() and p != "README.md"]
        there = {"openhab2/" if p.startswith("openhab2/") else p for p in there}
        self.assertEqual(sorted(set(table) & there), sorted(there))
        self.assertEqual(len(table), len(set(table)))


class Documents(Examples):
    """Code in the texts is run, too: "after" in docs/migration.md, things in docs/openhab.md."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        plug = stack.enter_context(simulated("HS110"))
        place = {"192.168.1.2 9999": "%s %d" % (plug.host, plug.port)}
        cls.devices = Devices(place, INSTALLED)
        cls.text = (ROOT / "docs/migration.md").read_text("utf-8")

    def blocks(self, language, start):
        found = re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", self.text)
        return [code for of, code in found if of == language and code.startswith(start)]

    def test_every_block_says_what_it_is(self):
        java = self.blocks("java", "")
        self.assertEqual(len(java), len(self.blocks("java", "// before\n") + self.after()))
        self.assertGreater(len(self.after()), 6)
        for code in self.blocks("java", "// before\n"):
            self.assertNotIn("tplink-exec", code)

    def after(self):
        return self.blocks("java", "// after")

    def test_things_poll_and_take_an_input(self):
        count = 0
        for code in self.after() + re.findall(
            r"(?ms)^Thing .*?^\]$", (ROOT / "docs/openhab.md").read_text("utf-8")
        ):
            if re.search("(?m)^Thing ", code):
                for uid, parameters in things_of(code).items():
                    check_parameters(uid, parameters)
                    command = self.devices.command(parameters["command"])
                    output, status = run_thing(command, "ON")
                    self.assertEqual(status, 0, output)
                    self.assertRegex(output, r"^(ON|OFF|[\d.]+|)$")
                    count += 1
        self.assertEqual(count, 5)

    def test_rules(self):
        count = 0
        for code in self.after():
            for rule in rules_of(code) if '\nrule "' in code else []:
                self.check_rule(rule)
                count += 1
        self.assertGreater(count, 2)

    def test_the_light_on_the_stairs(self):
        text = (ROOT / "docs/openhab.md").read_text("utf-8")
        (rule,) = rules_of(*re.findall(r"(?ms)^```java\n(.*?)^```$", text))
        self.assertTrue(rule.fires("Stairs", (), "received command", "ON"))
        self.assertFalse(rule.fires("Stairs", (), "received command", "OFF"))
        items = items_of('Switch Stairs { autoupdate="false" }')
        missing = Devices(self.devices.places, "/elsewhere")
        for devices in self.devices, missing:
            house = House(devices, {}, items, [rule], [])
            rule.run(house.names(items["Stairs"], "Stairs", "ON"))
            self.assertEqual(list(house.queue), [])
        timer = self.devices.words([INSTALLED, "192.168.1.2", "9999", "timer"])
        self.assertRegex(process(timer)[0], r"^(300|2\d\d) off$")
        process([*timer, "off"])

    def check_rule(self, rule):
        items = items_of('Switch Fan { autoupdate="false" }')
        looks = not rule.triggers
        missing = Devices(self.devices.places, "/elsewhere")
        for devices, command in ((self.devices, "ON"), (self.devices, "OFF"), (missing, "ON")):
            house = House(devices, {}, items, [rule], [])
            if looks:
                words = [*PROGRAM, *self.devices.places["192.168.1.2 9999"].split(), command]
                process(words)
            rule.run(house.names(items["Fan"], "Fan", command))
            posted = [("update", "Fan", "UNDEF")] if devices is missing else []
            posted = posted or [("update", "Fan", command)] * looks
            self.assertEqual(list(house.queue), posted, rule.name)
            if devices is self.devices:
                self.assertEqual(run_thing(self.devices.command(self.check()))[0], command)

    def check(self):
        return INSTALLED + " 192.168.1.2 9999 check"

    def test_things_and_items_go_with_the_rules(self):
        texts = self.text.split("// after, in things\n")[1:]
        self.assertEqual(len(texts), 2)
        for text in texts:
            things = all_things_of(text.partition("```")[0])
            items = items_of(re.search(r"(?s)// after, in items\n(.*?)```", text)[1])
            commands = [str(thing.parameters["command"]) for thing in things.values()]
            house = House(self.devices, things, items, self.rules, commands)
            for command in ("ON", "OFF"):
                self.assertEqual(house.command("Fan", command), command)
                self.assertEqual(house.states["Fan_Command_Result"], "OK")
            for uid in things:
                house.poll(uid)
            self.assertEqual(house.states.get("Fan_Power", "0.000"), "0.000")
            self.assertNotIn("UNDEF", house.states.values())

    def test_command_lines(self):
        count = 0
        for code in self.blocks("sh", ""):
            for line in code.splitlines():
                words = shlex.split(line, comments=True)
                if words and words[0].endswith("tplink-exec") and words[1] == "192.168.1.2":
                    _, stderr, code = process(self.devices.words([INSTALLED, *words[1:]]))
                    self.assertEqual((stderr, code), ("", 0), line)
                    count += 1
        self.assertGreater(count, 2)
        table = re.search(r"(?ms)^\| its channel.*?^$", self.text)[0]
        for reads in re.findall(r"(?m)^\| [^|]* \| `(.*?)`", table):
            if "--child" not in reads and reads.split()[0] not in (
                "brightness",
                "color",
                "temperature",
            ):
                stdout, stderr, _ = process(
                    self.devices.words([*self.check().split()[:3], *reads.split()])
                )
                self.assertEqual(stderr, "", reads)
                self.assertRegex(stdout, r"^(ON|OFF|-?[\d.]+)$", reads)

    def test_the_command_of_the_main_ui(self):
        (command,) = re.findall(r"(?m)^\| Command \| `(.*?)` \|$", self.text)
        self.assertIn(command, self.whitelist)

    def test_links_point_to_files_and_headings(self):
        for name in ("docs/migration.md", "README.md", "openhab-examples/README.md"):
            path = ROOT / name
            for target in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
                file, _, heading = target.partition("#")
                if "://" not in target:
                    linked = path.parent / file if file else path
                    self.assertTrue(linked.exists(), target)
                    if heading:
                        self.assertIn(heading, anchors(linked.read_text("utf-8")), target)


class Statements(unittest.TestCase):
    """What the texts and comments say of openHAB, where it was said wrongly before."""

    @classmethod
    def setUpClass(cls):
        paths = [path for path in EXAMPLES.rglob("*") if path.is_file()]
        cls.texts = {path: prose(path.read_text("utf-8")) for path in paths}
        cls.texts[ROOT / "docs/migration.md"] = prose(
            (ROOT / "docs/migration.md").read_text("utf-8")
        )

    def where(self, pattern):
        """The names of the files that say so."""
        return {path.name for path, text in self.texts.items() if re.search(pattern, text)}

    def test_a_switch_linked_to_output_follows_but_keeps_its_state_on_an_error(self):
        self.assertEqual(self.where("stays? NULL"), set())
        told = {"README.md", "migration.md", "house.items"}
        follows = "follows? ON and OFF"
        self.assertEqual(self.where(follows), told)
        self.assertEqual(self.where(follows + r"(, too)?, but an error [^`]* (old|leaves) "), told)

    def test_polling_ends_for_good_with_the_binding_before_2026_only(self):
        self.assertEqual(self.where("for good"), {"README.md", "plug.things"})
        other = (
            "(?<!with the Exec binding before 2026 it can also end the thing's polling )for good"
        )
        self.assertEqual(self.where(other), set())

    def test_four_plugs_that_hang_fill_the_pool(self):
        polls = things_of(example("things/plug.things")).values()
        hang_s = program_timeout([])
        threads = sum(hang_s / int(poll["interval"]) for poll in polls)
        self.assertGreater(4 * threads, 5)
        self.assertLess(3 * threads, 5)
        readme = self.texts[EXAMPLES / "README.md"]
        self.assertIn("a pool of 5 threads", readme)
        self.assertIn("hangs needs %.1f threads, so four of them fill the pool" % threads, readme)
        header = "hangs needs %.1f of them: four such plugs fill the pool" % threads
        self.assertEqual(self.where(re.escape(header)), {"plug.things"})
        pool = self.where(r"binding of 2026 .* share (a pool of )?5 threads")
        self.assertEqual(pool, {"README.md", "migration.md", "plug.things"})
        self.assertEqual(self.where("few threads"), set())


def prose(text):
    """A text or the comments of a file in one line, without the marks at the lines' ends."""
    return " ".join(re.sub("^ *(//|#)", "", line).strip() for line in text.splitlines())


def anchors(text):
    """What a # of a link to a Markdown file may name."""
    titles = re.findall(r"(?m)^#+ (.*)$", text)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


class OpenHab(unittest.TestCase):
    """That tests/openhab*.py read and run things as openHAB does."""

    def test_values_in_single_quotes_are_refused(self):
        thing = "Thing exec:command:x [ command=%s ]"
        self.assertEqual(
            things_of(thing % r'"a \"b\" \\ \u0041"'),
            {"exec:command:x": {"command": r'a "b" \ A'}},
        )
        for bad in ("'a'", r'"\$"', '"a', "a", '"a", interval="5"', '"a", intervall=5'):
            with self.assertRaises(Refused):
                things_of(thing % bad)

    def test_channels_of_other_bindings(self):
        text = (
            'Bridge a:b:c [ x=1 ] Thing a:d:c:e "E" (a:b:c) { Channels: Type switch : s [ y="z" ] }'
        )
        self.assertEqual(
            all_things_of(text)["a:d:c:e"].channels, {"a:d:c:e:s": ("switch", {"y": "z"})}
        )
        with self.assertRaises(Refused):
            all_things_of(text.replace("(a:b:c)", "(a:b:x)"))

    def test_a_file_with_one_bad_item_is_refused(self):
        items_of(
            'Switch x "X [%s]" <icon> (g, h) ["t"] { channel="a:b:c:d" [profile="p"], unit="W" }'
        )
        bad = "Switch 1x|Swich x|Number:Pover x|Switch x\nString x|Switch x-y|Switch Dimmer"
        bad += '|Group:Switch:OR(ON) x|Switch x (g h)|Switch x ["t]|Switch x { autoupdat="false" }'
        for text in bad.split("|"):
            with self.assertRaises(Refused, msg=text):
                items_of(text)

    def test_a_widget_without_an_item_is_refused(self):
        sitemap_of("sitemap s { Text item=x }")
        for bad in ("Switch", "Knob item=x", "Text item=x }", "Text item = x"):
            with self.assertRaises(Refused):
                sitemap_of("sitemap s { %s }" % bad)

    def test_the_last_command_to_input_is_put_in(self):
        self.assertEqual(formatted("date +%%s %2$s", "on"), "date +%s on")
        for bad, given in (("%2$s", None), ("%s", "on"), ("50%", "on")):
            with self.assertRaises(Refused):
                formatted(bad, given)

    def test_commands_go_to_a_shell_or_are_split(self):
        self.assertEqual(run_thing("echo a  b; echo c >&2; exit 5"), ("a b\nc\nc", 5))
        self.assertEqual(run_thing("/bin/echo@@a  b;@@%2$s", "$c"), ("a  b; $c", 0))
        self.assertEqual(arguments("sh -c a b"), ["sh", "-c", "a", "b"])

    def test_what_a_rule_may_not_do(self):
        rule = 'rule "r"\nwhen\n    Item x received update\nthen\n%s\nend\n'
        names = {"null": None, "x": "a", "f": lambda *values: None}
        for good in ('f(x.trim + "b")', 'if (x !== null && x == "a") f(1) else f(2)'):
            rules_of(rule % good)[0].run(names)
        for bad in (
            "y",
            "x.trimm",
            "null.trim",
            "if (x) f(1)",
            "val a = f(x).size",
            "f(x",
            "f('a')",
        ):
            with self.assertRaises(Refused, msg=bad):
                rules_of(rule % bad)[0].run(names)
        for bad in ("x\n" + rule % "x", (rule % "x").replace("received", "recieved")):
            with self.assertRaises(Refused):
                rules_of(bad)


if __name__ == "__main__":
    unittest.main()
