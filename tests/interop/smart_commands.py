"""Each command's lines for recorded_smart.py, and what they are to come to: COMMANDS."""

import base64
import re
import time

from smart_expected import (
    SINGLE,
    STRIP,
    SWITCHLESS,
    IsOn,
    Printed,
    Refused,
    Target,
    Usage,
    brightness,
    color,
    colored,
    dimmed,
    figure,
    holds,
    item_colored,
    stepped,
    switched,
    temperature,
    warmed,
)

ALIAS = 'Lämpchen "灯"'
COLOR, RGB = "238.4,77.6,100", "255,0,0"
WHOLE = "status info led ledon ledoff clock time reboot reset unbind wlanscan join cloudinfo json"
WHOLE = WHOLE.split()
"""Not with --child, but for SOME, which an outlet may do."""
SOME = "status info led ledon ledoff".split()
ANYWHERE = [*WHOLE, *"get alias schedule countdown antitheft clock timer unbind".split()]
"""What a device without a switch may do, too."""
KINDS = {"HUB": "hub", "CHIME": "chime", "ROBOVAC": "vacuum"}
READ = {
    "time": "get_device_time",
    "schedule": "get_schedule_rules",
    "countdown": "get_countdown_rules",
    "antitheft": "get_antitheft_rules",
    "cloudinfo": "get_connect_cloud_state",
    "wlanscan": "get_wireless_scan_info",
}
LED = {"on": "always", "off": "never"}
CHANGED = (
    "check",
    "on",
    "30",
    "brightness",
    "color",
    "color 120,50,60",
    "temperature 3000K",
    "power",
)
"""The lines that are run in the other CHANGES."""
OF_OUTLETS = "check", "on", "off", "power"
OF_LIGHTS_AND_FANS = *OF_OUTLETS, "brightness", "brightness 40", "INCREASE", "30", "fan", "fan 3"
SOON_S = 120


def row(words):
    """The first word of a command's row in --help."""
    if re.match(r"[0-9.]+\Z", words[0]):
        return "0..100"
    return "H,S,B" if words[0].count(",") == 2 else words[0]


def on_device(replay):
    return [replay.device]


def check(target):
    return [Printed("ON" if target.on else "OFF")]


def printed_state(on):
    return [Printed("ON" if on else "OFF", switched(on)[0].after)]


def status(target):
    return [Printed(holds(target.info))]


def read(target, method):
    found = target.node.method(method)
    return [Refused() if found is None else Printed(holds(found))]


def emeter(target):
    """A strip's own figures say 0."""
    own = target.node.method("get_energy_usage")
    if target.kind != STRIP:
        others = [target.node.method(name) for name in ("get_emeter_data", "get_current_power")]
        return [Printed(holds(own))] if own else [Refused(), Printed(holds(*filter(None, others)))]
    all_own = [holds(node.method("get_energy_usage")) for node in target.outlets]
    return [Refused(), Printed(lambda t: all(one(t) for one in all_own) and not holds(own)(t))]


def uptime(target):
    found = target.info.get("on_time") if target.kind == SINGLE else None
    return [Refused() if found is None else Printed(str(found))]


def get(target, name):
    if name not in target.info:
        return [Refused(name, model=False)]
    value = target.info[name]
    return [Printed({True: "true", False: "false"}.get(value, value))]


def renamed(target):
    text = base64.b64encode(ALIAS.encode()).decode()
    nodes = None if target.own else on_device
    return [Printed(after=lambda node: node.info["nickname"] == text, nodes=nodes)]


def led(target, word):
    """An outlet of a KS240 has one of its own."""
    if "led_off" in target.info:
        own = Printed(after=lambda node: node.info["led_off"] == (word == "off"))
        return [own, Refused()]
    if not target.node.method("get_led_info"):
        return [Refused()]

    def after(node):
        return node.held["get_led_info"]["led_rule"] == LED[word]

    return [Printed(after=after, nodes=on_device)]


def done(method):
    return [Printed(after=lambda node: method in node.held.get("done", []), nodes=on_device)]


def fan(target, level=None):
    found = target.fan()
    if not found:
        return [Refused()]
    if level is None:
        on = found.info["device_on"]
        return [Printed(str(found.info["fan_speed_level"] if on else 0))]

    def after(node):
        return node.info["device_on"] is (level > 0) and level in (0, node.info["fan_speed_level"])

    return [Printed(after=after, nodes=lambda replay: [replay.node_of(found)])]


def rule_of(target, name):
    """The id of a bulb's rule: without a name of its own it is Party or Relax."""
    found = target.node.method("get_dynamic_light_effect_rules") or {"rule_list": []}
    usual = {"L1": "Party", "L2": "Relax"}
    encoded = base64.b64encode(name.encode()).decode()
    for rule in found["rule_list"]:
        if (rule.get("scene_name") or usual.get(rule["id"])) in (name, encoded):
            return rule["id"]
    return None


def has_effects(target):
    rules = target.node.method("get_dynamic_light_effect_rules")
    return rules or {"lighting_effect", "segment_effect"} & set(target.info)


def effect(target):
    if not has_effects(target):
        return [Refused()]
    return [Printed(target.effect["name"] if target.effect else "off")]


def effect_ended(target):
    if not has_effects(target):
        return [Refused()]

    def after(node):
        return not (node.effect() or node.info.get("dynamic_light_effect_enable"))

    return [Printed(after=after), *([] if target.effect else [Printed()])]


def effect_started(target, name):
    """Sunrise is one of light strips, Party one of bulbs with rules."""
    if not has_effects(target):
        return [Refused()]
    rule = rule_of(target, name)
    if rule:
        return [Printed(after=lambda node: node.info["dynamic_light_effect_id"] == rule)]
    if name == "Party" or "lighting_effect" not in target.info:
        lit = Printed(after=lambda node: node.info.get("segment_effect", {}).get("name") == name)
        return [Refused("no effect", model=False), lit]
    return [Printed(after=lambda node: (node.effect() or {}).get("name") == name)]


def local_times(told):
    """The device's time: with its zone's offset, with daylight saving's, or in UTC."""
    now = told["timestamp"] + 60 * told["time_diff"]
    return [
        time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now + add))
        for add in (0, 3600, -60 * told["time_diff"])
    ]


def clock(target):
    told = target.node.method("get_device_time")
    if not told:
        return [Refused()]
    return [Printed(lambda text: text.startswith(tuple(local_times(told))))]


def clock_set(target):
    if not target.node.method("get_device_time"):
        return [Refused()]

    def after(node):
        return abs(node.held["get_device_time"]["timestamp"] - time.time()) < SOON_S

    return [Printed(after=after, nodes=on_device)]


def rules(node):
    """The countdown rules that run."""
    return [rule for rule in node.held["get_countdown_rules"]["rule_list"] if rule["enable"]]


def counts_down(target):
    """Each outlet has rules of its own; a strip's are those of all."""
    return all(node.method("get_countdown_rules") for node in target.each() or [target.node])


def timer(target):
    if not counts_down(target):
        return [Refused()]
    left = sorted(
        (rule["remain"], "on" if rule["desired_states"]["on"] else "off")
        for node in target.each()
        for rule in rules(node)
    )
    return [Printed("%d %s" % left[0] if left else "off")]


def timer_set(target, on):
    if not counts_down(target):
        return [Refused()]

    def after(node):
        (rule,) = rules(node)
        return rule["delay"] == 300 and rule["desired_states"]["on"] is on

    return [Printed(after=after)]


def timer_ended(target):
    if not counts_down(target):
        return [Refused()]
    return [Printed(), Printed(after=lambda node: not rules(node))]


REQUEST = '{"method":"get_device_info"}'
COMMANDS = {
    "on": lambda t: {"on": switched(True), "on --print-state": printed_state(True)},
    "off": lambda t: {"off": switched(False), "off --print-state": printed_state(False)},
    "true": lambda t: {"true": switched(True)},
    "false": lambda t: {"False": switched(False)},
    "toggle": lambda t: {"toggle": switched(not t.on)},
    "check": lambda t: {"check": check(t)},
    "is-on": lambda t: {"is-on": [IsOn(t.on)]},
    "status": lambda t: {"status": status(t)},
    "info": lambda t: {"info": status(t)},
    "emeter": lambda t: {"emeter": emeter(t)},
    "energy": lambda t: {"energy": emeter(t)},
    "increase": lambda t: {"INCREASE": stepped(t, 10)},
    "decrease": lambda t: {"decrease": stepped(t, -10)},
    "0..100": lambda t: {"30": dimmed(t, 30), "0": dimmed(t, 0)},
    "H,S,B": lambda t: {COLOR: item_colored(t, 238, 78, 100)},
    "rgb": lambda t: {"rgb " + RGB: item_colored(t, 0, 100, 100)},
    "brightness": lambda t: {"brightness": brightness(t), "brightness 40": dimmed(t, 40)},
    "color": lambda t: {"color": color(t), "color 120,50,60": colored(t, 120, 50, 60)},
    "temperature": lambda t: {
        "temperature": temperature(t),
        "temperature 3000K": warmed(t, 3000),
        "temperature 1000": warmed(t, 1000),
    },
    "total": lambda t: {"total": [Refused()]},
    "uptime": lambda t: {"uptime": uptime(t)},
    "get": lambda t: {"get " + name: get(t, name) for name in ("model", "device_on", "no_such")},
    "alias": lambda t: {"alias": [Printed(t.alias())], ("alias", ALIAS): renamed(t)},
    "led": lambda t: {"led " + word: led(t, word) for word in LED},
    "ledon": lambda t: {"ledon": led(t, "on")},
    "ledoff": lambda t: {"ledoff": led(t, "off")},
    "join": lambda t: {"join House": [Refused(model=False)]},
    "reboot": lambda t: {"reboot": done("device_reboot")},
    "reset": lambda t: {"reset": [Usage()], "reset --yes": done("device_reset")},
    "energy_reset": lambda t: {"energy_reset": [Refused()]},
    "runtime_reset": lambda t: {"runtime_reset": [Refused()]},
    "json": lambda t: {("json", REQUEST): status(t)},
    "fan": lambda t: {"fan": fan(t), "fan 3": fan(t, 3), "fan 0": fan(t, 0)},
    "effect": lambda t: {
        "effect": effect(t),
        "effect off": effect_ended(t),
        "effect sunrise": effect_started(t, "Sunrise"),
        "effect Party": effect_started(t, "Party"),
    },
    "clock": lambda t: {"clock": clock(t), "clock now": clock_set(t)},
    "timer": lambda t: {
        "timer": timer(t),
        "timer 300": timer_set(t, not t.on),
        "timer 300 on": timer_set(t, True),
        "timer off": timer_ended(t),
    },
    "unbind": lambda t: {"unbind": [Usage()], "unbind --yes": [*done("unbind_device"), Refused()]},
    **{
        name: lambda t, name=name: {name: figure(t, name)}
        for name in ("power", "voltage", "current", "today", "month")
    },
    **{name: lambda t, name=name: {name: read(t, READ[name])} for name in READ},
}
"""By the first word of its row in --help: the lines, by words, with their outcomes on a target."""


def kind(target):
    """What a device without a switch is to be called."""
    return next((KINDS[end] for end in KINDS if target.info["type"].endswith(end)), "")


def lines(target, commands):
    """(words, target, outcomes) of these commands, with --child where the target is an outlet."""
    for name in commands:
        for words, outcomes in COMMANDS[name](target).items():
            words = words.split() if isinstance(words, str) else list(words)
            if target.own and name in WHOLE:
                may = outcomes if name in SOME else []
                yield [*words, "--child", target.word], target, [*may, Usage()]
            elif target.own:
                yield [*words, "--child", target.word], target, outcomes
            elif target.kind != SWITCHLESS or any(isinstance(one, Usage) for one in outcomes):
                yield words, target, outcomes
            else:
                may = outcomes if name in ANYWHERE else []
                yield words, target, [Refused(kind(target)), *may]


def cases(replay, as_recorded, commands):
    """(words, target, outcomes) for a device; fewer in other changes, and for further outlets."""
    device = Target(replay)
    outlets = [Target(replay, node.info["device_id"]) for node in device.outlets]
    if not as_recorded:
        yield from some(CHANGED, lines(device, commands))
        for target in outlets[1:2]:
            target.word = target.own
            yield from some(OF_OUTLETS, lines(target, commands))
        return
    yield from lines(device, commands)
    hub = [Refused(kind(device))] if device.kind == SWITCHLESS else []
    if not outlets:
        yield ["check", "--child", "1"], device, [Refused("outlet"), *hub]
    for number, target in enumerate(outlets, 1):
        target.word = str(number)
        odd = {"brightness", "fan_speed_level"} & set(target.info)
        found = lines(target, commands)
        yield from found if number == 1 else some(OF_LIGHTS_AND_FANS if odd else OF_OUTLETS, found)
        yield ["check", "--child", target.own], target, check(target)
        alias = target.alias()
        once = [other.alias().casefold() for other in outlets].count(alias.casefold()) == 1
        yield ["check", "--child", alias], target, check(target) if once else [Usage()]
    if outlets:
        yield ["check", "--child", "99"], device, [Usage()]


def some(asked, found):
    """Those of `lines` whose words, without --child, are asked for."""
    for words, target, outcomes in found:
        if " ".join(words[:-2] if target.own else words) in asked:
            yield words, target, outcomes
