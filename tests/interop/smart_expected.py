"""What the commands must print and do on a recorded SMART device, for recorded_smart.py.

Worked out from the recording and the rules of the protocol, without the package: a list of
outcomes, any of which is right. An outcome is Printed, Refused or Usage.
"""

import base64
import json
import re

import smart_replay

STRIP, SINGLE, SWITCHLESS = "strip", "single", "switchless"
POWERS = ("get_current_power", "current_power", 1000000), ("get_emeter_data", "power_mw", 1000)
FIGURES = {
    "voltage": ("get_emeter_data", "voltage_mv"),
    "current": ("get_emeter_data", "current_ma"),
    "today": ("get_energy_usage", "today_energy"),
    "month": ("get_energy_usage", "month_energy"),
}


class Refused:
    """Exit code 6 and a line that holds these words, and the model; nothing has changed."""

    def __init__(self, *words, model=True):
        self.words, self.model = words, model

    def wrong(self, run, target):
        line = run.line()
        if run.code != 6 or run.out or not line:
            return "not refused"
        vague = "(error_code -1001)" in line  # an error that does not tell what is missing
        words = [*self.words, target.model] if self.model and not vague else self.words
        missing = [word for word in words if word.lower() not in line.lower()]
        if missing:
            return "refused without %s" % ", ".join(missing)
        return "refused, and yet changed" if changed(run) else ""


class Usage:
    """Exit code 1 and a line."""

    def wrong(self, run, target):
        line = run.err.startswith("tplink-exec: ") and run.err.count("\n") == 1
        return "" if run.code == 1 and not run.out and line else "not a usage error"


class IsOn:
    """Exit code 0, or 8 for off, and not a word."""

    def __init__(self, on):
        self.on = on

    def wrong(self, run, target):
        return "" if (run.code, run.out, run.err) == (0 if self.on else 8, "", "") else "not it"


class Printed:
    """Exit code 0; `text` is its line, a function of what was printed, or None for nothing.

    `after` is a function of each node that is meant, as it is then; without it nothing has
    changed. `nodes` of the replayed device are meant, or else those of the target.
    """

    def __init__(self, text=None, after=None, nodes=None):
        self.text, self.after, self.nodes = text, after, nodes

    def wrong(self, run, target):
        if run.code or run.err:
            return "not done"
        if callable(self.text):
            if not run.out.endswith("\n") or not self.text(run.out[:-1]):
                return "printed something else"
        elif run.out != ("" if self.text is None else self.text + "\n"):
            return "not %r" % self.text
        if not self.after:
            return "has changed something" if changed(run) else ""
        nodes = (self.nodes or target.nodes)(run.told)
        for node in nodes:
            if not self.after(node):
                return "not done: %s" % node.info
        return "has changed another outlet" if changed(run, nodes) else ""


def changed(run, but=()):
    """Whether a node, but for those, is not as it was before the run."""
    pairs = [(run.before.device, run.told.device)]
    pairs += [(run.before.outlets[own], node) for own, node in run.told.outlets.items()]
    return any(
        (old.info, old.held) != (new.info, new.held)
        for old, new in pairs
        if not any(new is node for node in (*but, *([run.told.device] if but else ())))
    )


class Target:
    """What a command line means: the device, or with `own` the outlet of that device_id."""

    def __init__(self, replay, own=None):
        node = replay.outlets[own] if own else replay.device
        self.own, self.node, self.word = own, node, ""
        self.held, self.info = node.held, node.info
        self.model = replay.device.info["model"]
        switched = [n for n in replay.outlets.values() if "device_on" in n.info]
        if all("position" in n.info for n in switched):
            switched.sort(key=lambda n: n.info["position"])
        self.outlets = [] if own else switched
        self.kind = STRIP if self.outlets else SINGLE if "device_on" in self.info else SWITCHLESS
        self.on = any(n.info["device_on"] for n in self.each())
        components = node.components()
        lists = replay.device.held.get("get_child_device_component_list", {})
        for child in lists.get("child_component_list", []):
            if child["device_id"] == own:
                components |= {component["id"] for component in child["component_list"]}
        self.components = components
        self.effect = node.effect()

    def each(self):
        """The nodes that are switched."""
        return self.outlets or ([self.node] if "device_on" in self.info else [])

    def nodes(self, replay):
        if self.own:
            return [replay.outlets[self.own]]
        return Target(replay).each() or [replay.device]

    def light(self):
        """The node that dims; None where none does."""
        return next((node for node in self.each() if "brightness" in node.info), None)

    def fan(self):
        return next((node for node in self.each() if "fan_speed_level" in node.info), None)

    def alias(self):
        return base64.b64decode(self.info.get("nickname", "")).decode()


def holds(*objects):
    """Whether a JSON text has one of these objects in it."""

    def found(text):
        rest = [json.loads(text)]
        for part in rest:
            rest += (
                part if isinstance(part, list) else part.values() if isinstance(part, dict) else []
            )
        return any(part == wanted for part in rest for wanted in objects)

    return found


def decimal(millionths):
    """Of W, V, A or kWh."""
    text = "%d.%06d" % divmod(millionths, 1000000)
    return text[:-3] + text[-3:].rstrip("0")


def told(node, method, name, factor):
    found = node.method(method) or {}
    return [found[name] * factor] if name in found else []


def reading(node, name):
    """The figures in millionths that are right; none where the node tells none."""
    if name != "power":
        return told(node, *FIGURES[name], 1000)
    found = told(node, "get_energy_usage", "current_power", 1000)
    return found or [value for power in POWERS for value in told(node, *power)]


def figure(target, name):
    """A meter's figure, summed over outlets; of volts the first one's."""
    nodes = target.each()[: 1 if name == "voltage" else None]
    found = [reading(node, name) for node in nodes]
    if not all(found):
        return [Refused()]
    return [Printed(decimal(sum(values))) for values in zip(*found)]


def brightness(target):
    """What it prints: of a strip with a light among its outlets, that one's or the strip's."""
    if target.kind == STRIP:
        light = target.light()
        texts = {100 * target.on, *([light.percent()] if light else [])}
        return [Printed(str(value)) for value in texts]
    return [Printed(str(target.node.percent()))]


def color(target):
    """While the light shows a white, its saturation is 0."""
    if "color" not in target.components:
        return [Refused()]
    if target.effect:
        return [Refused(target.effect["name"], model=False)]
    info = target.info
    saturation = 0 if info.get("color_temp") else info.get("saturation", 0)
    return [Printed("%d,%d,%d" % (info.get("hue", 0) % 360, saturation, target.node.percent()))]


def lamps(target):
    """The range of its color temperature; None when there is nothing to choose."""
    found = target.info.get("color_temp_range")
    known = found and "color_temperature" in target.components and found[0] < found[1]
    return found if known else None


def temperature(target):
    if not lamps(target):
        return [Refused()]
    if target.effect or not target.info["color_temp"]:
        return [Refused("color temperature", model=False)]
    return [Printed(str(target.info["color_temp"]))]


def is_on(on):
    return lambda node: node.info["device_on"] is on


def is_set(**fields):
    """Whether a node is on, and has these values."""
    fields["device_on"] = True
    return lambda node: fields.items() <= node.info.items()


def switched(on):
    return [Printed(after=is_on(on))]


def effect_dimmed(value):
    def after(node):
        effects = node.info["lighting_effect"], node.held["get_lighting_effect"]
        return all((effect["enable"], effect["brightness"]) == (1, value) for effect in effects)

    return [Printed(after=after)]


def dimmed(target, value):
    """What a brightness does; 0 is off."""
    light = target.light()
    if not light:
        return switched(value > 0)
    if not value:
        dark = Printed(after=is_on(False), nodes=lambda replay: [replay.node_of(light)])
        return [dark, *switched(False)]
    if target.effect:
        return effect_dimmed(value)
    found = Printed(after=is_set(brightness=value), nodes=lambda replay: [replay.node_of(light)])
    return [found] if target.kind == SINGLE else [found, *switched(True)]


def stepped(target, step):
    """INCREASE, DECREASE. Of a strip with a light it may be that one's or the strip's."""
    light = target.light()
    if not light:
        return switched(step > 0)
    value = min(max(light.percent() + step, 0), 100)
    found = dimmed(target, value)
    return found if target.kind == SINGLE else found + switched(step > 0)


def colored(target, hue, saturation, value):
    if "color" not in target.components:
        return [Refused()]
    done = Printed(after=is_set(hue=hue, saturation=saturation, brightness=value))
    return [done, Refused()] if target.effect else [done]


def item_colored(target, hue, saturation, value):
    """What a Color item sends: any device takes the brightness."""
    if "color" in target.components:
        return colored(target, hue, saturation, value)
    return dimmed(target, value)


def warmed(target, kelvin):
    limits = lamps(target)
    if not limits:
        return [Refused()]
    if not limits[0] <= kelvin <= limits[1]:
        return [Refused("%d to %d" % tuple(limits), model=False)]
    return [Printed(after=is_set(color_temp=kelvin))]


def wrong_row(row, found, held, spoken):
    """What is wrong with the row of discover for a device that answered `found`.

    `held` is its recording, `spoken` the protocol that it is served with.
    """
    if row.get("model") != found["device_model"]:
        return "no row with its model: %r" % row
    scheme = found["mgt_encrypt_schm"].get("encrypt_type")
    switches = "get_device_info" in held and Target(smart_replay.Replay(held)).kind != SWITCHLESS
    if not switches or scheme not in ("KLAP", "AES"):
        right = row["transport"] is None and row["state"] is None and row.get("reason")
        return "" if right else "a transport, or no reason: %r" % row
    target = Target(smart_replay.Replay(held))
    wanted = spoken, "ON" if target.on else "OFF", target.alias() or None
    found = row["transport"], row["state"], row["alias"]
    return "" if found == wanted else "%r, not %r" % (found, wanted)


def wrong_things(files, host, replay):
    """What is wrong with what openhab would write, for a device at `host`."""
    target = Target(replay)
    place = re.compile(re.escape(host) + "(?![0-9])")
    mine = [line for line in files.splitlines() if place.search(line)]
    if target.kind == SWITCHLESS:
        named = [line for line in mine if line.startswith("//") and target.model in line]
        return "" if named else "no comment that names it: %r" % mine
    children = {word for line in mine for word in re.findall("--child=[^ \"'|]+", line)}
    if len(children) != len(target.outlets):
        return "%d outlets, not %d" % (len(children), len(target.outlets))
    return "" if mine else "nothing of it"
