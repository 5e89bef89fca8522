"""An openHAB to try the examples in: their items, things and rules, with simulated devices.

It does what openHAB does with them, for the Exec binding, and refuses what openHAB would.
"""

import collections
import json
import re
import shlex
import subprocess

from tests.openhab.engine import PATIENCE_S, PROCESS_END_S, PROGRAM, Refused, run_call, run_thing
from tests.openhab.rules import Value

EVENTS = 200  # more of them is a loop
COMMANDS = {
    "Switch": "ON|OFF",
    "Dimmer": r"ON|OFF|INCREASE|DECREASE|\d+",
    "Color": r"ON|OFF|INCREASE|DECREASE|\d+|\d+,\d+,\d+",
    "Number": r"\d+",
    "String": ".*",
}
STATES = {
    "Switch": "ON|OFF",
    "Dimmer": r"\d+",
    "Color": r"\d+,\d+,\d+",
    "Number": r"-?\d+(\.\d+)?",
    "String": "(?s:.*)",
    "DateTime": ".*",
}


class Devices:
    """Where the addresses of the examples are: {"192.168.1.2 9999": "127.0.0.1 40000"}."""

    def __init__(self, places, installed):
        self.places, self.installed = places, installed

    def words(self, words):
        """The words of a call, with program and device replaced; None: no program."""
        if words[0] != self.installed:
            return None
        if words[1] == "-t":  # softScheck's dialect
            host, port = self.places[words[2] + " 9999"].split()
            return [*PROGRAM, "-t", host, "-p", port, *words[3:]]
        where = " ".join(words[1:3])
        if where not in self.places:
            raise Refused("no such device: " + where)
        return PROGRAM + self.places[where].split() + words[3:]

    def command(self, text):
        """The same for a thing's command."""
        where = [place for place in self.places if " %s " % place in text]
        if not text.startswith(self.installed + " ") or len(where) != 1:
            raise Refused("not the program and a device: " + text)
        program = " ".join(map(shlex.quote, PROGRAM))
        text = program + text[len(self.installed) :]
        return text.replace(where[0], self.places[where[0]])


class House:
    def __init__(self, devices, things, items, rules, whitelist, maps=()):
        self.devices, self.things, self.items = devices, things, items
        self.rules, self.whitelist, self.maps = rules, whitelist, dict(maps)
        for name, item in items.items():
            if not all(group in items for group in item.groups):
                raise Refused("%s is in a group that is not there: %s" % (name, item.groups))
        self.states = dict.fromkeys(items, "NULL")
        self.log, self.events, self.queue = [], 0, collections.deque()

    def happen(self, event, name, value):
        """A command or an update, and all that follows from it."""
        self.queue.append((event, name, value))
        while self.queue:
            self.events += 1
            if self.events > EVENTS:
                raise AssertionError("a loop: %s" % list(self.log)[-8:])
            self.one(*self.queue.popleft())

    def command(self, name, value):
        self.happen("command", name, value)
        return self.states[name]

    def poll(self, uid):
        """What its interval does."""
        self.run_thing(uid)
        while self.queue:
            self.one(*self.queue.popleft())

    def one(self, event, name, value):
        item = self.items.get(name)
        if item is None:
            raise Refused("no such item: " + name)
        kind = item.kind.split(":")[1 if item.kind.startswith("Group:") else 0]
        self.log.append((event, name, value))
        accepted = {"command": COMMANDS, "update": STATES}[event][kind]
        if value not in ("UNDEF", "NULL") and not re.fullmatch(accepted, value):
            raise Refused("%s takes no %s %s" % (name, event, value))
        if event == "update":
            self.states[name] = value
        elif item.kind.startswith("Group"):
            members = [other for other in self.items if name in self.items[other].groups]
            self.queue.extend(("command", other, value) for other in members)
        elif item.bound.get("channel", "").endswith(":run") and value == "ON":
            self.run_thing(item.bound["channel"].rpartition(":")[0])
        elif item.bound.get("autoupdate") != "false":
            self.states[name] = value
        for rule in self.rules:
            if rule.fires(name, item.groups, "received " + event, value):
                rule.run(self.names(item, name, value))

    def run_thing(self, uid):
        command = self.things[uid].parameters["command"]
        if command not in self.whitelist:
            raise Refused("not in the whitelist: " + command)
        output, code = run_thing(self.devices.command(command))
        values = [("exit", str(code)), ("output", output), ("lastexecution", "now")]
        for channel, value in [("run", "ON"), ("run", "OFF")] + values:
            for name, item in self.items.items():
                if item.bound.get("channel") == uid + ":" + channel:
                    self.update_from_channel(name, item, value)

    def update_from_channel(self, name, item, value):
        if item.profile:
            if item.profile["profile"] != "transform:MAP":
                raise Refused("unknown profile: %s" % item.profile)
            value = self.maps[item.profile["function"]](value)
        self.queue.append(("update", name, value))

    # What rules see

    def names(self, item, name, value):
        """The names in a rule that `name` has triggered."""
        known = {text: Value(text) for text in ("ON", "OFF", "UNDEF", "NULL")}
        known.update({other: self.item(other) for other in self.items})
        known["null"] = None
        known["receivedCommand"] = Value(value)
        known["triggeringItem"] = self.item(name)
        known["Duration"] = Value("Duration", ofSeconds=lambda s: Value("PT%dS" % s, seconds=s))
        known["executeCommandLine"] = self.execute
        known["logWarn"] = lambda logger, text, *values: self.log.append(("warn", text, values))
        known["postUpdate"] = lambda item, value: self.post("update", item, value)
        known["sendCommand"] = lambda item, value: self.post("command", item, value)
        return known

    def item(self, name):
        return Value(
            name,
            name=name,
            tags=[str(tag) for tag in self.items[name].tags],
            state=Value(self.states[name]),
            postUpdate=lambda value: self.post("update", name, value),
            sendCommand=lambda value: self.post("command", name, value),
        )

    def post(self, event, name, value):
        self.queue.append((event, name, str(value)))

    def execute(self, first, *words):
        """executeCommandLine as openHAB 3 and later have it."""
        if not isinstance(first, Value) or not words or not all(type(w) is str for w in words):
            raise Refused("executeCommandLine(%s, %s)" % (first, words))
        self.in_time(first.has["seconds"], 10 if words[1] == "-t" else 5)
        words = self.devices.words(list(words))
        return None if words is None else run_call(words)

    def in_time(self, seconds, program_s=5):
        if not program_s + PROCESS_END_S < seconds < 60:
            raise Refused("openHAB must wait longer than the program, not %s s" % seconds)


class House2(House):
    """openHAB 2: executeCommandLine takes one string and milliseconds."""

    def execute(self, line, milliseconds):
        self.in_time(milliseconds / 1000)
        words = self.devices.words(line.split("@@"))
        return None if words is None else run_call(words)


STUBS = """
const fs = require('fs'), child = require('child_process'), path = require('path');
const { items, installed, places, program, events, file } = JSON.parse(fs.readFileSync(0, 'utf8'));
let posted = [];
const rules = [];
const item = (name) => {
  if (!(name in items)) throw new Error('no such item: ' + name);
  const post = (event) => (value) => {
    if (typeof value !== 'string') throw new Error('not a string: ' + value);
    posted.push([event, name, value]);
  };
  return { name, type: items[name].type, tags: items[name].tags,
    postUpdate: post('update'), sendCommand: post('command') };
};
const execute = (duration, ...words) => {
  if (!(duration.seconds > 5.25 && duration.seconds < 60)) throw new Error('how long?');
  if (!words.every((word) => typeof word === 'string')) throw new Error('not strings: ' + words);
  if (words[0] !== installed) return null;
  const place = places[words[1] + ' ' + words[2]].split(' ');
  const done = child.spawnSync(program[0], [...program.slice(1), ...place, ...words.slice(3)]);
  return done.stdout.toString() + done.stderr.toString();
};
const trigger = (event) => (group) => ({ event, group });
const openhab = {
  actions: { Exec: { executeCommandLine: execute } },
  items: { getItem: item },
  rules: { JSRule: (rule) => {
    if (rules.some((other) => other.name === rule.name.trim())) throw new Error(rule.name);
    rules.push(rule);
  } },
  time: { Duration: { ofSeconds: (seconds) => ({ seconds }) } },
  triggers: { GroupCommandTrigger: trigger('command'), GroupStateUpdateTrigger: trigger('update') },
};
const load = (name) => { if (name !== 'openhab') throw new Error(name); return openhab; };
console.warn = () => {};
new Function('require', fs.readFileSync(file, 'utf8'))(load);
const answers = events.map(([event, name, value]) => {
  posted = [];
  for (const rule of rules) {
    const { event: wanted, group } = rule.triggers;
    if (wanted !== event || !items[name].groups.includes(group)) continue;
    const key = event === 'command' ? 'receivedCommand' : 'receivedState';
    rule.execute({ itemName: name, groupName: group, [key]: value });
  }
  return posted;
});
process.stdout.write(JSON.stringify(answers));
"""


def javascript(node, file, items, devices, events):
    """What rules in JavaScript post at each of `events`, (command or update, item, value)."""
    scene = {
        "file": str(file),
        "items": {
            name: {"type": item.kind, "tags": item.tags, "groups": item.groups}
            for name, item in items.items()
        },
        "installed": devices.installed,
        "places": devices.places,
        "program": PROGRAM,
        "events": events,
    }
    done = subprocess.run(
        [node, "-e", STUBS],
        input=json.dumps(scene).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=PATIENCE_S,
    )
    if done.returncode:
        raise Refused(done.stderr.decode())
    return [[tuple(post) for post in posts] for posts in json.loads(done.stdout.decode())]
