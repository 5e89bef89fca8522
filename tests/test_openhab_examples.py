"""openhab-examples: read as openHAB reads them, and run against a simulated plug as it runs them.

How openHAB behaves was observed on openHAB 5.3 and its Exec binding. Not checked here: the
language of the rules. Of a rule this reads the triggers, the calls, the items and the names of
the meter's figures.
"""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "openhab-examples"
PROGRAM = [sys.executable, "-I", "-S", str(ROOT / "scripts" / "tplink-exec")]

INSTALLED = "/etc/openhab/scripts/tplink-exec"
HOST, PORT = "192.168.1.2", "9999"
PATIENCE_S = 30
PROCESS_END_S = 0.25  # so much after its --timeout the program is gone

# The Exec binding's channels with their item types, and a thing's parameters.
CHANNELS = {
    "run": "Switch",
    "input": "String",
    "output": "String",
    "exit": "Number",
    "lastexecution": "DateTime",
}
PARAMETERS = {"command": str, "transform": str, "interval": int, "timeout": int, "autorun": bool}

ITEM_TYPES = {"Switch", "String", "Number", "DateTime", "Dimmer", "Color"}
DIMENSIONS = {"Power": "W", "ElectricPotential": "V", "ElectricCurrent": "A", "Energy": "kWh"}
WIDGETS = {"Frame", "Text", "Image", "Switch", "Selection", "Slider", "Setpoint", "Group"}

# What is in a unit of an item: how many of the plug's units.
PER_UNIT = {"W": 1, "V": 1, "A": 1, "kWh": 1, "mW": 1000, "mV": 1000, "mA": 1000, "Wh": 1000}

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
    |"(?P<string>(?:\\[btnfru"'\\]|[^\\"])*)"
    |(?P<word>[A-Za-z0-9_-]+(?:[:.][A-Za-z0-9_-]+)*)
    |(?P<mark>[][{}()<>=,:])""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
STRING_LITERAL = r'"((?:\\.|[^\\"])*)"'


class Refused(Exception):
    """openHAB would refuse the file, or the command."""


class Text(str):
    """A quoted value, as opposed to a bare word."""


def unescaped(text):
    """The value of what stands between double quotes."""
    plain = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}
    return ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else plain.get(m[2], m[2]), text)


class Reader:
    """The tokens of a file, taken one after the other. `next` is the one not taken yet."""

    def __init__(self, text):
        self.tokens, position = [], 0
        while position < len(text):
            found = TOKEN.match(text, position)
            if not found:
                raise Refused("not allowed here: " + text[position:].splitlines()[0])
            position = found.end()
            if found["string"] is not None:
                self.tokens.append(Text(unescaped(found["string"])))
            elif found["skip"] is None:
                self.tokens.append(found[0])

    @property
    def next(self):
        return self.tokens[0] if self.tokens else None

    def is_text(self):
        return isinstance(self.next, Text)

    def take(self, pattern=None):
        """The next token; a bare one that matches `pattern`, or without it a quoted one."""
        fits = self.is_text() if pattern is None else re.fullmatch(pattern, self.next or "")
        if not self.tokens or not fits or (pattern is not None and self.is_text()):
            raise Refused("%r instead of %s" % (self.next, pattern or "a text in quotes"))
        return self.tokens.pop(0)

    def took(self, mark):
        """Whether `mark` came next; if so it is taken."""
        if self.next == mark and not self.is_text():
            return bool(self.tokens.pop(0))
        return False

    def properties(self, end):
        """key=value, ... up to the mark `end`."""
        found = {}
        while True:
            key = self.take(r"[A-Za-z]\w*")
            self.take("=")
            if key in found:
                raise Refused("%s is given twice" % key)
            found[key] = self.take() if self.is_text() else self.take(r"\d+|true|false")
            if self.took(end):
                return found
            self.take(",")


def things_of(text):
    """UID: parameters, for each thing."""
    reader, things = Reader(text), {}
    while reader.next is not None:
        reader.take("Thing")
        uid = reader.take(r"exec:command:[\w-]+")
        if reader.is_text():
            reader.take()
        reader.take(r"\[")
        if uid in things:
            raise Refused("%s is there twice" % uid)
        things[uid] = reader.properties("]")
    return things


def mqtt_of(text):
    """UIDs of brokers, and UID: (channel type, parameters) of each channel of MQTT's things."""
    reader, brokers, channels = Reader(text), {}, {}
    while reader.next is not None:
        if reader.took("Bridge"):
            uid = reader.take(r"mqtt:broker:[\w-]+")
            reader.take()
            reader.take(r"\[")
            brokers[uid] = reader.properties("]")
            continue
        reader.take("Thing")
        thing = reader.take(r"mqtt:topic:[\w-]+:[\w-]+")
        reader.take()
        reader.take(r"\(")
        if reader.take(r"mqtt:broker:[\w-]+") not in brokers:
            raise Refused("no such broker")
        for mark in (r"\)", r"\{", "Channels", ":"):
            reader.take(mark)
        while not reader.took("}"):
            reader.take("Type")
            kind = reader.take("switch|number")
            reader.take(":")
            uid = thing + ":" + reader.take(r"[\w-]+")
            reader.take()
            reader.take(r"\[")
            if uid in channels:
                raise Refused("%s is there twice" % uid)
            channels[uid] = (kind, reader.properties("]"))
    return brokers, channels


def transformed(pattern, message):
    """A message after a chain of REGEX and JSONPATH, as openHAB does it; None: discarded."""
    for step in pattern.split("\u2229"):
        service, _, function = step.partition(":")
        if service == "REGEX":
            found = re.fullmatch(function, message, re.DOTALL)
            value = found and found[1]
        elif service == "JSONPATH" and re.fullmatch(r"\$\.\w+", function):
            value = json.loads(message).get(function[2:])
        else:
            raise Refused("unknown transformation: " + step)
        if value is None:
            return None
        message = str(value)
    return message


def items_of(text):
    """Name: (type, label, metadata and links), for each item."""
    reader, items = Reader(text), {}
    while reader.next is not None:
        kind, dimension = (reader.take(r"\w+(:\w+)?").split(":") + [""])[:2]
        if (
            kind not in ITEM_TYPES
            or dimension
            and (kind, dimension) not in (("Number", known) for known in DIMENSIONS)
        ):
            raise Refused("no such item type: %s %s" % (kind, dimension))
        name = reader.take(r"[A-Za-z_][A-Za-z0-9_]*")
        label = reader.take() if reader.is_text() else ""
        if reader.took("<"):
            reader.take(r"\w+")
            reader.take(">")
        bound = reader.properties("}") if reader.took("{") else {}
        if name in items:
            raise Refused("%s is there twice" % name)
        items[name] = (kind + ":" + dimension if dimension else kind, label, bound)
    return items


def sitemap_of(text):
    """The sitemap's name, and (widget, item or None) for each widget."""
    if re.search(r"\s=|=\s", text):
        raise Refused("item= and the like are one word")
    reader, widgets = Reader(text), []
    reader.take("sitemap")
    name = reader.take(r"[A-Za-z_]\w*")
    attributes(reader, ("label", "icon"))
    open_braces = 1
    reader.take(r"\{")
    while open_braces:
        if reader.took("}"):
            open_braces -= 1
            continue
        widget = reader.take(r"\w+")
        if widget not in WIDGETS:
            raise Refused("no such widget: " + widget)
        item = attributes(reader, ("item", "label", "icon")).get("item")
        if item is None and widget not in ("Frame", "Text", "Image"):
            raise Refused(widget + " needs item=")
        widgets.append((widget, item))
        open_braces += reader.took("{")
    if reader.next is not None:
        raise Refused("%s after the end" % reader.next)
    return name, widgets


def attributes(reader, names):
    """name=value ... of a sitemap's widget."""
    found = {}
    while reader.next in names and not reader.is_text():
        name = reader.take(r"\w+")
        reader.take("=")
        found[name] = reader.take() if reader.is_text() else reader.take(r"\w+")
    return found


class Rule:
    """What can be told of a rule without running it."""

    def __init__(self, name, triggers, body):
        self.name, self.body = name, body
        self.triggers = []
        for trigger in re.split(r"\bor\b", triggers):
            found = re.fullmatch(
                r"\s*Item (\w+) (received command(?: ON| OFF)?|received update)\s*", trigger
            )
            if not found:
                raise Refused("unknown trigger: " + trigger.strip())
            self.triggers.append((found[1], found[2]))

    def calls(self):
        """(seconds, arguments) of each executeCommandLine."""
        starts = re.findall(r"executeCommandLine\s*\(", self.body)
        found = re.findall(
            r"executeCommandLine\(Duration\.ofSeconds\((\d+)\)((?:, *%s)+)\)" % STRING_LITERAL,
            self.body,
        )
        if len(starts) != len(found):
            raise Refused("an executeCommandLine that is not Duration, strings: " + self.name)
        return [
            (int(seconds), [unescaped(word) for word in re.findall(STRING_LITERAL, words)])
            for seconds, words, _ in found
        ]

    def actions(self):
        """(item, method) of each use of an item."""
        return re.findall(r"\b(\w+)\.(postUpdate|sendCommand|state)\b", self.body)


def rules_of(text):
    """Every rule of a file; comments are dropped, a line that belongs to none is refused."""
    text = re.sub(r"(%s)|//[^\n]*" % STRING_LITERAL, lambda m: m[1] or "", text)
    pattern = r'^rule "([^"\n]+)"\nwhen\n(.*?)^then\n(.*?)^end$'
    rest = re.sub(pattern, "", text, flags=re.DOTALL | re.MULTILINE)
    if re.sub(r"^import [\w.]+$", "", rest, flags=re.MULTILINE).strip():
        raise Refused("outside of a rule: " + rest.strip())
    return [Rule(*found) for found in re.findall(pattern, text, re.DOTALL | re.MULTILINE)]


def formatted(command, given=None):
    """As String.format(command, date, given) does; `given` is the last command to input."""

    def value(found):
        if found[0] == "%%":
            return "%"
        if found[0] != "%2$s" or given is None:
            raise Refused("Format specifier '%s'" % found[0])
        return given

    return re.sub(r"%(?:\d+\$)?.?", value, command)


def arguments(command):
    """The process that the Exec binding starts for a formatted command."""
    if "@@" in command:
        return command.split("@@")
    if re.match(r"(?:sh|bash|zsh|csh) ", command):
        return command.split(" ")
    return ["sh", "-c", command]


def process(words):
    """(standard output, standard error, exit code), in an environment like openHAB's."""
    endless, never_written = os.pipe()
    try:
        done = subprocess.run(
            words,
            stdin=endless,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": os.defpath, "LANG": "C"},
            timeout=PATIENCE_S,
        )
    finally:
        os.close(endless)
        os.close(never_written)
    return done.stdout.decode(), done.stderr.decode(), done.returncode


def run_thing(command, given=None):
    """The channels output and exit after one run of a thing's command."""
    stdout, stderr, code = process(arguments(formatted(command, given)))
    output = stdout + stderr + stderr
    return (output[:-1] if output.endswith("\n") else output), code


def run_call(words):
    """What executeCommandLine returns with a Duration: output and errors together."""
    stdout, stderr, _ = process(words)
    return stdout + stderr


def program_timeout(words):
    """The --timeout in seconds of a command line, or the program's default."""
    if "--timeout" in words:
        return float(words[words.index("--timeout") + 1])
    usage, _, _ = process(PROGRAM + ["--help"])
    return float(re.search(r"--timeout .*default (\d+)", usage)[1])


def example(name):
    return (EXAMPLES / name).read_bytes().decode("ascii")


class Plug:
    """A simulated plug, as a process of its own."""

    def __init__(self, model):
        self.process = subprocess.Popen(
            PROGRAM + ["simulate", "--model", model, "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        watchdog = threading.Timer(PATIENCE_S, self.process.kill)
        watchdog.start()
        started = self.process.stdout.readline().decode()
        watchdog.cancel()
        self.port = started.strip().rpartition(":")[2]
        if started != "%s 127.0.0.1:%s\n" % (model, self.port):
            self.stop()
            raise AssertionError("the simulator said %r" % started)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def says(self):
        stdout, stderr, _ = process(PROGRAM + ["127.0.0.1", self.port, "check"])
        return stdout.strip() or stderr

    def be(self, state):
        process(PROGRAM + ["127.0.0.1", self.port, state])
        if self.says() != state.upper():
            raise AssertionError("the simulated plug cannot be set: " + self.says())


class Files(unittest.TestCase):
    """Each file by itself, and that they fit together."""

    @classmethod
    def setUpClass(cls):
        cls.things = things_of(example("things/plug.things"))
        cls.items = items_of(example("items/plug.items"))
        cls.rules = rules_of(example("rules/plug.rules"))
        cls.sitemap, cls.widgets = sitemap_of(example("sitemaps/plug.sitemap"))

    def test_there_is_nothing_else(self):
        self.assertEqual(
            sorted(str(p.relative_to(EXAMPLES)) for p in EXAMPLES.rglob("*") if p.is_file()),
            [
                "README.md",
                "items/http.items",
                "items/mqtt.items",
                "items/plug.items",
                "misc/exec.whitelist",
                "rules/plug.rules",
                "sitemaps/plug.sitemap",
                "systemd/tplink-exec-proxy.service",
                "systemd/tplink-exec-watch.service",
                "systemd/tplink-exec-watch@.service",
                "things/http.things",
                "things/mqtt.things",
                "things/plug.things",
            ],
        )
        for path in EXAMPLES.rglob("*.*"):
            self.assertNotIn(b"\r", path.read_bytes(), path)

    def test_things_have_known_parameters_of_the_right_types(self):
        self.assertTrue(self.things)
        for uid, parameters in self.things.items():
            self.assertIn("command", parameters, uid)
            for name, value in parameters.items():
                self.assertIn(name, PARAMETERS, uid)
                written = {str: Text, int: str, bool: str}[PARAMETERS[name]]
                self.assertIs(type(value), written, "%s: %s" % (uid, name))
                if PARAMETERS[name] is int:
                    self.assertGreater(int(value), 0, "%s: %s" % (uid, name))

    def test_things_only_poll(self):
        for uid, parameters in self.things.items():
            self.assertIn("interval", parameters, uid)
            self.assertNotIn("autorun", parameters, uid)
            words = shlex.split(parameters["command"])
            self.assertEqual(words[:3], [INSTALLED, HOST, PORT], uid)
            self.assertIn(words[3], ("check", "emeter"), uid)
        # One of them soon enough for a Switch to follow.
        checks = [t for t in self.things.values() if " check" in t["command"]]
        self.assertEqual([int(t["interval"]) <= 5 for t in checks], [True])

    def test_the_program_gives_up_before_openhab_does(self):
        limits = [(int(t["timeout"]), shlex.split(t["command"])) for t in self.things.values()] + [
            call for rule in self.rules for call in rule.calls()
        ]
        self.assertGreaterEqual(len(limits), 4)
        for openhab_s, words in limits:
            self.assertLess(program_timeout(words) + PROCESS_END_S, openhab_s, words)

    def test_the_whitelist_is_the_commands_of_the_things(self):
        lines = example("misc/exec.whitelist").splitlines()
        allowed = [line for line in lines if not line.strip().startswith("#")]
        commands = [str(thing["command"]) for thing in self.things.values()]
        self.assertEqual(sorted(allowed), sorted(commands))

    def test_links_point_at_channels_of_things_that_exist(self):
        linked = set()
        for name, (kind, _, bound) in self.items.items():
            self.assertLessEqual(set(bound), {"channel", "autoupdate", "unit"}, name)
            if "channel" in bound:
                thing, _, channel = bound["channel"].rpartition(":")
                self.assertIn(thing, self.things, name)
                self.assertEqual(kind, CHANNELS.get(channel), name)
                linked.add(bound["channel"])
        for thing in self.things:
            self.assertIn(thing + ":output", linked)

    def test_items_with_a_dimension_have_its_unit(self):
        for name, (kind, label, bound) in self.items.items():
            unit = DIMENSIONS.get(kind.partition(":")[2])
            self.assertEqual(bound.get("unit"), unit, name)
            if unit:
                self.assertRegex(label, r"\[%%\.\df %s\]$" % unit, name)

    def test_the_switch_shows_only_what_it_is_told(self):
        self.assertEqual(self.items["Plug"][0], "Switch")
        self.assertEqual(self.items["Plug"][2], {"autoupdate": "false"})

    def test_rules_name_items_that_exist(self):
        self.assertEqual(len(self.rules), 3)
        for rule in self.rules:
            for name, _ in rule.triggers:
                self.assertIn(name, self.items, rule.name)
            self.assertTrue(rule.actions(), rule.name)
            for name, _ in rule.actions():
                self.assertIn(name, self.items, rule.name)
            for name in re.findall(r"\bPlug\w*", re.sub(STRING_LITERAL, '""', rule.body)):
                self.assertIn(name, self.items, rule.name)

    def test_classes_are_imported(self):
        known = set(
            re.findall(r"^import [\w.]+\.(\w+)$", example("rules/plug.rules"), re.MULTILINE)
        )
        known |= {"Duration", *self.items}  # these need no import
        for rule in self.rules:
            body = re.sub(STRING_LITERAL, '""', rule.body)
            self.assertEqual(set(re.findall(r"\b([A-Z]\w*)\.", body)) - known, set(), rule.name)

    def test_every_output_has_its_rule(self):
        outputs = [n for n, i in self.items.items() if i[2].get("channel", "").endswith(":output")]
        followed = [rule.triggers for rule in self.rules if not rule.calls()]
        self.assertEqual(
            sorted(followed), [[(name, "received update")] for name in sorted(outputs)]
        )

    def test_every_item_is_used(self):
        used = {item for _, item in self.widgets}
        for rule in self.rules:
            used.update(name for name, _ in rule.triggers + rule.actions())
        self.assertEqual(set(self.items) - used, set())

    def test_only_a_command_to_the_switch_reaches_the_plug(self):
        for rule in self.rules:
            by_command = all(event.startswith("received command") for _, event in rule.triggers)
            by_update = all(event == "received update" for _, event in rule.triggers)
            self.assertTrue(by_command or by_update, rule.name)
            if by_update:
                self.assertEqual(rule.calls(), [], rule.name)
                self.assertNotIn("sendCommand", rule.body, rule.name)
        sent = [use for rule in self.rules for use in rule.actions() if use[1] == "sendCommand"]
        self.assertEqual(sent, [("Plug_Check_Run", "sendCommand")])
        self.assertEqual(self.items["Plug_Check_Run"][2]["channel"].rpartition(":")[2], "run")
        commanded = [rule.triggers for rule in self.rules if rule.calls()]
        self.assertEqual(
            commanded, [[("Plug", "received command ON"), ("Plug", "received command OFF")]]
        )

    def test_only_an_exact_answer_sets_the_switch(self):
        (rule,) = [rule for rule in self.rules if rule.triggers[0][0] == "Plug_Check_Output"]
        lines = [line.strip() for line in rule.body.splitlines()]
        self.assertIn("val answer = Plug_Check_Output.state.toString.trim", lines)
        start = lines.index('if (answer == "ON" || answer == "OFF") {')
        self.assertEqual(lines[start + 1], "Plug.postUpdate(answer)")
        self.assertLess(lines.index("} else {"), lines.index("Plug.postUpdate(UNDEF)"))
        updates = re.findall(r"\bPlug\.postUpdate\((\w+)\)", "".join(r.body for r in self.rules))
        self.assertEqual(sorted(updates), ["UNDEF", "UNDEF", "answer"])

    def test_a_call_without_an_answer_is_a_failure(self):
        (rule,) = [rule for rule in self.rules if rule.calls()]
        self.assertIn('if (answer !== null && answer.trim == "") {', rule.body)
        failure = rule.body.partition("} else {")[2]
        self.assertIn("Plug.postUpdate(UNDEF)", failure)
        self.assertIn("Plug_Command_Result.postUpdate(", failure)

    def test_the_sitemap_is_named_as_its_file_and_shows_items_that_exist(self):
        self.assertEqual(self.sitemap, "plug")
        for _, item in self.widgets:
            self.assertIn(item, [*self.items, None])
        self.assertIn(("Switch", "Plug"), self.widgets)
        shown = {item for _, item in self.widgets}
        without_channel = {name for name, item in self.items.items() if "channel" not in item[2]}
        self.assertEqual(without_channel - shown, set())


MQTT_PARAMETERS = {"stateTopic", "transformationPattern", "commandTopic", "formatBeforePublish"}
ITEM_OF = {"switch": "Switch", "number": "Number:Power"}


class Mqtt(unittest.TestCase):
    """MQTT's things, items and units, and what watch makes of them."""

    def setUp(self):
        self.brokers, self.channels = mqtt_of(example("things/mqtt.things"))
        self.items = items_of(example("items/mqtt.items"))

    def unit(self, name):
        """The settings of a unit: name, values; and its text."""
        text = example("systemd/" + name)
        lines = re.sub(r"\\\n", " ", text).splitlines()
        found = {}
        for line in lines:
            if "=" in line and line[0] != "#":
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(value)
        return found, text

    def test_channels_and_items_fit(self):
        self.assertEqual(len(self.brokers), 1)
        for broker in self.brokers.values():
            self.assertEqual(set(broker), {"host", "port", "secure"})
        linked = {}
        for name, (kind, _, bound) in self.items.items():
            self.assertLessEqual(set(bound), {"channel", "autoupdate", "expire", "unit"}, name)
            self.assertRegex(bound["expire"], r"^\d+m$")
            linked[bound["channel"]] = kind
        wanted = {uid: ITEM_OF[kind] for uid, (kind, _) in self.channels.items()}
        self.assertEqual(linked, wanted)
        for uid, (_, parameters) in self.channels.items():
            self.assertLessEqual(set(parameters), {*MQTT_PARAMETERS, "unit"}, uid)
        names = set(items_of(example("items/plug.items")))
        self.assertEqual(names & set(self.items), set())  # both may be installed

    def test_topics_are_those_of_the_unit(self):
        settings, _ = self.unit("tplink-exec-watch.service")
        (command,) = settings["ExecStart"]
        self.assertIn("Environment=TOPIC=house\n", self.unit("tplink-exec-watch.service")[1])
        topics = set(re.findall(r"\$TOPIC/\w+", command))
        self.assertEqual(topics, {"$TOPIC/state", "$TOPIC/command"})
        for _, parameters in self.channels.values():
            self.assertEqual(parameters["stateTopic"], "house/state")
            self.assertEqual(parameters.get("commandTopic", "house/command"), "house/command")
        repeat = int(re.search(r"--repeat (\d+)", command)[1])
        for _, _, bound in self.items.values():
            self.assertGreater(int(bound["expire"][:-1]) * 60, 2 * repeat)

    def test_units_are_hardened_and_clean(self):
        for name in ("tplink-exec-watch.service", "tplink-exec-watch@.service"):
            settings, text = self.unit(name)
            for key, value in (
                ("DynamicUser", "yes"),
                ("NoNewPrivileges", "yes"),
                ("ProtectSystem", "strict"),
                ("PrivateTmp", "yes"),
                ("CapabilityBoundingSet", ""),
                ("Restart", "always"),
            ):
                self.assertEqual(settings[key], [value], name)
            self.assertIn("\n#LoadCredential=login:/etc/tplink-exec/credentials\n", text)
            self.assertIn("\n#Environment=TPLINK_EXEC_CREDENTIALS=%d/login\n", text)
            self.assertIn("; kill $$$$; }", text)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
    def test_systemd_takes_the_units(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in (EXAMPLES / "systemd").glob("*"):
                text = path.read_text().replace("/usr/local/bin/tplink-exec", PROGRAM[-1])
                (Path(folder) / path.name).write_text(text)
            units = sorted(str(path) for path in Path(folder).glob("*"))
            out, err, code = process(["systemd-analyze", "verify", *units])
        ours = [line for line in (out + err).splitlines() if "tplink-exec" in line]
        self.assertEqual((code, ours), (0, []))

    def test_states_and_commands_of_a_real_watch(self):
        plugs = [Plug("HS110"), Plug("HS100")]
        for plug in plugs:
            self.addCleanup(plug.stop)
        plugs[0].be("on")
        hosts = ["127.0.0.1:" + plug.port for plug in plugs]
        argv = [*PROGRAM, "watch", "--json", "--interval", "0.1", *hosts]
        watch = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        watchdog = threading.Timer(PATIENCE_S, watch.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        with watch.stdout, watch.stdin:
            lines = [watch.stdout.readline().decode() for _ in hosts]
            self.assertEqual(self.states(lines, hosts[0]), (["ON"], [61.753]))
            switch = self.channels["mqtt:topic:house:plug:state"][1]["formatBeforePublish"]
            watch.stdin.write((switch % "OFF" + "\n").replace(HOST, hosts[0]).encode())
            watch.stdin.flush()
            lines.append(watch.stdout.readline().decode())
            self.assertEqual(self.states(lines, hosts[0]), (["ON", "OFF"], [61.753, 0.0]))
            self.assertEqual(plugs[0].says(), "OFF")
            plugs[0].process.terminate()
            lines.append(watch.stdout.readline().decode())
            self.assertIsNone(json.loads(lines[-1])["state"])
            self.assertEqual(self.states(lines, hosts[0]), (["ON", "OFF"], [61.753, 0.0]))
            watch.stdin.close()
            self.assertEqual(watch.wait(PATIENCE_S), 0)

    def states(self, lines, host):
        """What the switch and the number get, one after the other."""
        found = {"switch": [], "number": []}
        for kind, parameters in self.channels.values():
            pattern = parameters["transformationPattern"].replace(HOST, host)
            values = (transformed(pattern, line.rstrip("\n")) for line in lines)
            found[kind] = [value for value in values if value is not None]
        return found["switch"], [float(number) for number in found["number"]]


class Runs(unittest.TestCase):
    """The commands of things and rules, run as openHAB runs them, on simulated plugs."""

    @classmethod
    def setUpClass(cls):
        cls.things = things_of(example("things/plug.things"))
        cls.items = items_of(example("items/plug.items"))
        cls.rules = rules_of(example("rules/plug.rules"))
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.installed = Path(folder.name) / "tplink-exec"
        starter = '#!/bin/sh\nexec %s "$@"\n' % " ".join(map(shlex.quote, PROGRAM))
        cls.installed.write_bytes(os.fsencode(starter))
        cls.installed.chmod(0o755)
        cls.plugs = []
        for model in ("HS110", "HS110v4"):
            plug = Plug(model)
            cls.addClassCleanup(plug.stop)
            cls.plugs.append(plug)

    def here(self, words, port):
        """Words of an example, with what stands for the installation replaced."""
        self.assertEqual(words[:3], [INSTALLED, HOST, PORT])
        return [str(self.installed), "127.0.0.1", port] + words[3:]

    def command(self, name, port):
        """The command text of the thing that runs `name`, with the same replaced."""
        (text,) = [t["command"] for t in self.things.values() if " %s" % name in t["command"]]
        for old, new in (
            (INSTALLED, shlex.quote(str(self.installed))),
            (HOST, "127.0.0.1"),
            (PORT, port),
        ):
            self.assertEqual(text.count(old), 1, text)
            text = text.replace(old, new)
        return text

    def test_every_thing_and_every_call_is_run_here(self):
        words = [shlex.split(thing["command"])[3] for thing in self.things.values()]
        self.assertEqual(sorted(words), ["check", "emeter"])
        calls = [call[3:] for rule in self.rules for _, call in rule.calls()]
        self.assertEqual(calls, [["on"], ["off"]])

    def test_a_poll_says_what_the_plug_says(self):
        plug = self.plugs[0]
        for state in ("off", "on", "off"):
            plug.be(state)
            self.assertEqual(run_thing(self.command("check", plug.port)), (state.upper(), 0))

    def test_switching_says_nothing_and_may_be_repeated(self):
        plug = self.plugs[0]
        plug.be("off")
        (rule,) = [rule for rule in self.rules if rule.calls()]
        on, off = [self.here(words, plug.port) for _, words in rule.calls()]
        condition = rule.body.index("receivedCommand == ON")
        self.assertLess(condition, rule.body.index('"on"'))
        self.assertLess(rule.body.index('"on"'), rule.body.index("else"))
        self.assertLess(rule.body.index("else"), rule.body.index('"off"'))
        for words, state in ((on, "ON"), (on, "ON"), (off, "OFF"), (off, "OFF"), (on, "ON")):
            self.assertEqual(run_call(words), "")
            self.assertEqual(plug.says(), state)

    def test_a_plug_that_does_not_answer_is_an_error_line(self):
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))  # and does not listen: refused
        nobody = str(taken.getsockname()[1])
        line = re.compile(r"tplink-exec: 127\.0\.0\.1:%s: [^\n]+" % nobody)
        for name in ("check", "emeter"):
            output, code = run_thing(self.command(name, nobody))
            first, second = output.split("\n")
            self.assertRegex(first, line)
            self.assertEqual((first, code), (second, 3))
        for rule in self.rules:
            for _, words in rule.calls():
                self.assertRegex(run_call(self.here(words, nobody)), line)

    def test_the_meter_of_both_generations(self):
        (rule,) = [rule for rule in self.rules if "figure.apply" in rule.body]
        (text,) = re.findall(r"Pattern\.compile\((.*)\)\.matcher", rule.body)
        before, after = text.split(" + name + ")
        pattern = [unescaped(re.fullmatch(STRING_LITERAL, part)[1]) for part in (before, after)]
        (later,) = re.findall(r"if \(answer\.contains\(%s\)\)" % STRING_LITERAL, rule.body)
        branches = rule.body[rule.body.index("answer.contains") :].split("else", 1)
        for plug, branch in zip(self.plugs, reversed(branches)):
            plug.be("on")
            output, code = run_thing(self.command("emeter", plug.port))
            self.assertEqual(code, 0, output)
            self.assertTrue(output.startswith("{"))
            self.assertEqual(unescaped(later) in output, branch is branches[0])
            self.check_figures(branch, pattern, output)

    def check_figures(self, branch, pattern, output):
        """What the rule's `branch` finds in `output`, by its own pattern and in its own units."""
        reply = json.loads(output)["emeter"]["get_realtime"]
        updates = re.findall(r'(\w+)\.postUpdate\(figure\.apply\("(\w+)", "(\w+)"\)\)', branch)
        found = {}
        for item, name, unit in updates:
            number = re.search(pattern[0] + name + pattern[1], output)[1]
            self.assertEqual(float(number), reply[name])
            self.assertIn(self.items[item][2]["unit"], (unit, unit.replace("m", "", 1), "k" + unit))
            found[self.items[item][2]["unit"]] = float(number) / PER_UNIT[unit]
        self.assertEqual(sorted(found), ["A", "V", "W", "kWh"])
        self.assertAlmostEqual(found["V"], 230, delta=20)
        self.assertAlmostEqual(found["W"], found["V"] * found["A"], delta=0.5)
        self.assertAlmostEqual(found["kWh"], 16.3, delta=1)


class Readme(unittest.TestCase):
    def blocks(self):
        return re.findall(r"^```sh\n(.*?)^```$", example("README.md"), re.DOTALL | re.MULTILINE)

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
            things = things_of((openhab / "things" / "plug.things").read_text("ascii"))
            commands = [str(thing["command"]) for thing in things.values()]
            self.assertEqual(lines[0], "/bin/true")
            self.assertEqual([li for li in lines[1:] if li and li[0] != "#"], commands)
            rules = rules_of((openhab / "rules" / "plug.rules").read_text("ascii"))
            commands += [" ".join(words) for rule in rules for _, words in rule.calls()]
            self.assertEqual(len(commands), 4)
            for command in commands:
                self.assertEqual(command.split()[:3], [INSTALLED, "192.168.1.50", PORT])
            for name in ("items/plug.items", "sitemaps/plug.sitemap"):
                self.assertEqual((openhab / name).read_bytes(), (EXAMPLES / name).read_bytes())
            _, _, code = process([str(openhab / "scripts" / "tplink-exec"), "--version"])
            self.assertEqual(code, 0)

    def test_the_commands_to_check_with_work(self):
        plug = Plug("HS110")
        self.addCleanup(plug.stop)
        printed = []
        for line in self.blocks()[1].splitlines():
            words = line.split()
            start = ["sudo", "-u", "openhab", INSTALLED, "192.168.1.50", PORT]
            self.assertEqual(words[:6], start)
            stdout, stderr, code = process(PROGRAM + ["127.0.0.1", plug.port] + words[6:])
            self.assertEqual((stderr, code), ("", 0), line)
            printed.append(stdout[:3])
        self.assertEqual(printed, ["OFF", '{"e', ""])

    def test_every_file_is_described(self):
        table = re.findall(r"^\| `(.*?)` \|", example("README.md"), re.MULTILINE)
        files = [p.relative_to(EXAMPLES).as_posix() for p in EXAMPLES.glob("*/*")]
        self.assertEqual(sorted(table), sorted(files))


class OpenHab(unittest.TestCase):
    """That this file reads and runs things as openHAB does."""

    def test_values_in_single_quotes_are_refused(self):
        thing = "Thing exec:command:x [ command=%s ]"
        self.assertEqual(
            things_of(thing % r'"a \"b\" \\ \u0041"'),
            {"exec:command:x": {"command": r'a "b" \ A'}},
        )
        for bad in ("'a'", r'"\$"', '"a', "a"):
            with self.assertRaises(Refused):
                things_of(thing % bad)

    def test_a_file_with_one_bad_item_is_refused(self):
        items_of("Switch x")
        for bad in ("Switch 1x", "Swich x", "Number:Pover x", "Switch x\nString x", "Switch x-y"):
            with self.assertRaises(Refused):
                items_of(bad)

    def test_a_widget_without_an_item_is_refused(self):
        sitemap_of("sitemap s { Text item=x }")
        for bad in ("Switch", "Knob item=x", "Text item=x }", "Text item = x"):
            with self.assertRaises(Refused):
                sitemap_of("sitemap s { %s }" % bad)

    def test_a_command_in_one_string_is_refused(self):
        body = 'executeCommandLine("/bin/true", 5)'
        with self.assertRaises(Refused):
            Rule("x", "Item x received command", body).calls()

    def test_the_last_command_to_input_is_put_in(self):
        self.assertEqual(formatted("date +%%s %2$s", "on"), "date +%s on")
        for bad, given in (("%2$s", None), ("%s", "on"), ("50%", "on")):
            with self.assertRaises(Refused):
                formatted(bad, given)

    def test_commands_go_to_a_shell_or_are_split(self):
        self.assertEqual(run_thing("echo a  b; echo c >&2; exit 5"), ("a b\nc\nc", 5))
        self.assertEqual(run_thing("/bin/echo@@a  b;@@%2$s", "$c"), ("a  b; $c", 0))
        self.assertEqual(arguments("sh -c a b"), ["sh", "-c", "a", "b"])


if __name__ == "__main__":
    unittest.main()
