"""What openHAB makes of its files: things, items, sitemaps, the whitelist, and commands.

Strict where openHAB is, and where it lets a mistake through silently. How it behaves was observed
on openHAB 5.3 and its Exec binding.
"""

import collections
import functools
import os
import re
import subprocess
from pathlib import Path

from tests.support import CLEAN, FORMS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "openhab-examples"
PROGRAM = FORMS["file"]

INSTALLED = "/etc/openhab/scripts/tplink-exec"
PATIENCE_S = 30
NO_LOGIN = {"TPLINK_EXEC_USERNAME": "", "TPLINK_EXEC_PASSWORD": ""}
"""In an environment: no file is asked for one."""
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

ITEM_TYPES = {"Switch", "String", "Number", "DateTime", "Dimmer", "Color", "Group"}
OTHER_TYPES = {"Contact", "Image", "Location", "Player", "Rollershutter", "Call"}
DIMENSIONS = {"Power": "W", "ElectricPotential": "V", "ElectricCurrent": "A", "Energy": "kWh"}
METADATA = {"channel", "autoupdate", "expire", "unit"}
WIDGETS = set("Frame Text Image Switch Selection Slider Setpoint Group Colorpicker Default".split())
ATTRIBUTES = ("item", "label", "icon", "minValue", "maxValue", "step")

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

    def listed(self, end, pattern=None):
        """Words (or with no pattern, texts), with commas between them, up to the mark `end`."""
        found = [self.take(pattern)]
        while not self.took(end):
            self.take(",")
            found.append(self.take(pattern))
        return found

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

    def configuration(self):
        """A [ ... ] that may be missing."""
        return self.properties("]") if self.took("[") else {}


Thing = collections.namedtuple("Thing", "bridge parameters channels")
"""A thing of any binding. `channels`: {UID: (type, parameters)} of those in its braces."""


def all_things_of(text):
    """{UID: Thing} of a .things file; bridges are things, too."""
    reader, things = Reader(text), {}
    while reader.next is not None:
        read_thing(reader, things)
    for uid, thing in things.items():
        if thing.bridge and thing.bridge not in things:
            raise Refused("%s: no such bridge: %s" % (uid, thing.bridge))
    return things


def read_thing(reader, things):
    reader.take("Thing|Bridge")
    uid = reader.take(r"[\w-]+(:[\w-]+){2,3}")
    if uid in things:
        raise Refused("%s is there twice" % uid)
    if reader.is_text():
        reader.take()
    bridge = reader.listed(")", r"[\w-]+(:[\w-]+){2}")[0] if reader.took("(") else None
    things[uid] = Thing(bridge, reader.configuration(), {})
    if reader.took("{"):
        reader.take("Channels")
        reader.take(":")
        while not reader.took("}"):
            reader.take("Type")
            kind = reader.take(r"[a-z]\w*")
            reader.take(":")
            channel = uid + ":" + reader.take(r"[\w-]+")
            if reader.is_text():
                reader.take()
            if channel in things[uid].channels:
                raise Refused("%s is there twice" % channel)
            things[uid].channels[channel] = (kind, reader.configuration())


def things_of(text):
    """UID: parameters, for each thing of a file of the Exec binding."""
    things = all_things_of(text)
    for uid, thing in things.items():
        if not re.fullmatch(r"exec:command:[\w-]+", uid) or thing.bridge or thing.channels:
            raise Refused("%s is no Exec thing" % uid)
        check_parameters(uid, thing.parameters)
    return {uid: thing.parameters for uid, thing in things.items()}


def check_parameters(uid, parameters):
    if "command" not in parameters:
        raise Refused("%s: no command" % uid)
    for name, value in parameters.items():
        number = r"\d+" if name == "interval" else r"[1-9]\d*"
        pattern = {str: None, int: number, bool: "true|false"}[PARAMETERS.get(name, str)]
        written = value if pattern is None else re.fullmatch(pattern, value)
        if name not in PARAMETERS or not written or isinstance(value, Text) != (pattern is None):
            raise Refused("%s: %s=%r" % (uid, name, value))


class Item(tuple):
    """(type, label, metadata and links), and groups, tags, and the link's profile."""

    def __new__(cls, kind, label, bound, groups=(), tags=(), profile=None):
        item = super().__new__(cls, (kind, label, bound))
        item.kind, item.label, item.bound = kind, label, bound
        item.groups, item.tags, item.profile = groups, tags, profile or {}
        return item


def items_of(text):
    """Name: Item, for each."""
    reader, items = Reader(text), {}
    while reader.next is not None:
        kind = item_type(reader)
        name = reader.take(r"[A-Za-z_][A-Za-z0-9_]*")
        label = reader.take() if reader.is_text() else ""
        if reader.took("<"):
            reader.take(r"\w+")
            reader.take(">")
        groups = reader.listed(")", r"\w+") if reader.took("(") else []
        tags = reader.listed("]") if reader.took("[") else []
        bound, profile = bindings(reader) if reader.took("{") else ({}, {})
        if name in items or name in ITEM_TYPES | OTHER_TYPES:
            raise Refused("%s is there twice, or a type's name" % name)
        items[name] = Item(kind, label, bound, groups, tags, profile)
    return items


def item_type(reader):
    """Number:Power, Switch, Group or Group:Switch:OR(ON, OFF)."""
    kind = reader.take(r"\w+(:\w+){0,2}")
    first, *rest = kind.split(":")
    if first == "Group" and rest:
        if rest != ["Switch", "OR"] or not reader.took("("):
            raise Refused("no such group function: " + kind)
        if reader.listed(")", "ON|OFF") != ["ON", "OFF"]:
            raise Refused("OR(ON, OFF) is wanted")
    elif first not in ITEM_TYPES or (rest and (first != "Number" or rest[0] not in DIMENSIONS)):
        raise Refused("no such item type: " + kind)
    return kind


def bindings(reader):
    """({name: value}, configuration of the channel's link) up to the }."""
    bound, profile = {}, {}
    while True:
        name = reader.take(r"[A-Za-z]\w*")
        reader.take("=")
        if name in bound or name not in METADATA:
            raise Refused("%s is given twice, or unknown" % name)
        bound[name] = reader.take()
        configuration = reader.configuration()
        if configuration and name != "channel":
            raise Refused("%s takes no configuration" % name)
        profile = configuration or profile
        if reader.took("}"):
            return bound, profile
        reader.take(",")


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
        item = attributes(reader, ATTRIBUTES).get("item")
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


def map_of(text):
    """A file of the MAP transformation: what it makes of a text, as a function."""
    lines = [line for line in text.splitlines() if line and line[0] not in "#!"]
    if not all(re.fullmatch(r"\w*=\w+", line) for line in lines):
        raise Refused("not NAME=VALUE: %s" % lines)
    table = dict(line.split("=") for line in lines)
    return lambda value: table.get(value, table.get(""))


def whitelist_of(text):
    """The lines that allow a command, exactly."""
    return [line for line in text.splitlines() if not line.startswith("#") and line]


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


def process(words, path=os.defpath):
    """(standard output, standard error, exit code), in an environment like openHAB's."""
    endless, never_written = os.pipe()
    try:
        done = subprocess.run(
            words,
            stdin=endless,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**CLEAN, **NO_LOGIN, "PATH": path, "LANG": "C"},
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
    return default_timeout()


@functools.lru_cache(None)
def default_timeout():
    usage, _, _ = process(PROGRAM + ["--help"])
    return float(re.search(r"--timeout .*default (\d+)", usage)[1])


def example(name):
    return (EXAMPLES / name).read_bytes().decode("ascii")
