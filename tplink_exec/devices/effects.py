"""Light effects: what a light strip or bulb plays by itself in place of a color.

While one runs, its own brightness counts. Strips take an effect whole, with all that it consists
of: some are in `predefined`, others the device keeps. Bulbs have rules of their own. Methods and
fields: python-kasa, kasa/iot/modules/lighteffect.py, kasa/smart/modules/lightstripeffect.py and
lighteffect.py; the tapo crate for segment effects; recorded L530, L900, L920 and KL430.
"""

import binascii
import json

from ..errors import ProtocolError, Refused
from .predefined import predefined
from .smart_request import TERMINAL, accepted, several

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable, Fields

METHODS = {
    "lighting_effect": ("get_lighting_effect", "set_lighting_effect"),
    "segment_effect": ("get_segment_effect_rule", "apply_segment_effect_rule"),
}
"""Of SMART strips, by the field that tells the effect: what reads it, and what sets it."""
IOT_MODULE = "smartlife.iot.lighting_effect"
ENABLE = "set_dynamic_light_effect_rule_enable"
OF_IOT = {"id": "yMwcNpLxijmoKamskHCvvravpbnIqAIN", "custom": 1}
"""A predefined effect as an IOT strip's custom one (Home Assistant, components/tplink/light.py):
the ids of `predefined` are SMART strips'."""
RULE_NAMES = {"L1": "Party", "L2": "Relax"}
"""What the Tapo app calls a bulb's rules until they are renamed (python-kasa)."""
MAX_PRESETS = 50


class Effects:
    """Of a SMART strip; `field` is that of EFFECTS which tells of it (bulb.py)."""

    def __init__(self, light: "Any", field: str) -> None:
        self.light = light  # a Bulb, also a Smart one
        self.field = field
        self.runs = bool(light.effect())

    def state(self) -> "Fields":
        """The effect that runs, or the last: enable, id, name, custom, brightness."""
        found = self.light.fields()[self.field]
        return found if isinstance(found, dict) else {}

    def name(self) -> str:
        return str(self.state().get("name") or "custom")

    def whole(self) -> "Fields":
        """The same with all that it consists of, where that is known."""
        try:
            return self.read()
        except Refused:
            return {**predefined().get(self.name(), {}), **self.state()}

    def read(self) -> "Fields":
        return self.light.read(METHODS[self.field][0])  # type: ignore[no-any-return]

    def play(self, effect: "Fields", percent: int) -> None:
        effect = {**effect, "enable": 1, "brightness": percent}
        perform(self.light, (METHODS[self.field][1], written(effect)))

    def dim(self, percent: int) -> None:
        """With bAdjusted it goes on from where it is (python-kasa)."""
        self.play({**self.whole(), "bAdjusted": True}, percent)

    def start(self, name: str) -> None:
        """With the brightness that the light has."""
        self.play(chosen(name, predefined, self.presets, self.last), self.light.level())

    def stop(self) -> None:
        self.light.call(METHODS[self.field][1], written({**self.whole(), "enable": 0}))

    def presets(self) -> "dict[str, Fields]":
        """By name those that the device keeps for its owner."""
        found = {}
        start, total = 0, 1
        while start < min(total, MAX_PRESETS):
            try:
                page = self.light.read("get_preset_rules", '{"start_index":%d}' % start)
            except Refused:
                break
            total = page["sum"] if type(page.get("sum")) is int else 0
            presets = dicts(page, "states")
            start += len(presets) or MAX_PRESETS
            for effect in [preset.get(self.field) for preset in presets]:
                if isinstance(effect, dict) and effect.get("name"):
                    found[str(effect["name"])] = effect
        return found

    def last(self) -> "dict[str, Fields]":
        """By its name that which runs, or did last."""
        return {self.name(): self.whole()} if self.state().get("name") else {}


class IotEffects(Effects):
    """Of an IOT strip, whose presets are just ids."""

    def read(self) -> "Fields":
        effect = self.light.ask(IOT_MODULE, "get_lighting_effect")
        return {name: effect[name] for name in effect if name != "err_code"}

    def presets(self) -> "dict[str, Fields]":
        return {}

    def play(self, effect: "Fields", percent: int) -> None:
        at_once(self.light)
        if effect.get("id") in [known["id"] for known in predefined().values()]:
            effect = {**effect, **OF_IOT}
        if not self.light.state():
            self.light.switch(1)  # first, as what it then shows by default would end the effect
        self.put({**effect, "enable": 1, "brightness": percent})

    def put(self, effect: "Fields") -> None:
        self.light.ask(IOT_MODULE, "set_lighting_effect", written(effect))

    def dim(self, percent: int) -> None:
        at_once(self.light)
        try:
            self.play(self.whole(), percent)
        except Refused:  # the strip sees to it itself (python-kasa, kasa/iot/iotbulb.py)
            self.light.set(1, '"brightness":%d,' % percent)

    def stop(self) -> None:
        self.put({**self.whole(), "enable": 0})


class BulbEffects(Effects):
    """Of a SMART bulb: rules, with a list of colors [brightness, hue, saturation, kelvin]."""

    def rules(self) -> "dict[str, Fields]":
        """By name, as `name` has it."""
        page = self.light.read("get_dynamic_light_effect_rules", '{"start_index":0}')
        return {rule_name(rule): rule for rule in dicts(page, "rule_list") if rule}

    def current(self) -> "tuple[str, Fields]":
        """Its name, and the rule."""
        id = self.light.fields().get("dynamic_light_effect_id")
        for name, rule in self.rules().items():
            if rule.get("id") == id:
                return name, rule
        raise ProtocolError("no rule has the id of the effect that runs: %.60r" % (id,))

    def state(self) -> "Fields":
        return {"brightness": colors(self.current()[1])[0][0]}

    def name(self) -> str:
        return self.current()[0]

    def dim(self, percent: int) -> None:
        perform(self.light, dimmed(self.current()[1], percent))

    def start(self, name: str) -> None:
        rule = chosen(name, self.rules)
        enable = written({"enable": True, "id": rule.get("id")})
        perform(self.light, dimmed(rule, self.light.level()), (ENABLE, enable))

    def stop(self) -> None:
        self.light.call(ENABLE, '{"enable":false}')


KINDS = {
    "lighting_effect_state": IotEffects,
    "lighting_effect": Effects,
    "segment_effect": Effects,
    "dynamic_light_effect_enable": BulbEffects,
}  # type: dict[str, type[Effects]]


def perform(light: "Any", *requests: "tuple[str, str]") -> None:
    """All in one exchange with a SMART light, which is switched on before if it is off."""
    at_once(light)
    if not light.state():
        requests = ("set_device_info", '{"device_on":true}'), *requests
    for (method, _), answer in zip(requests, several(light.exchange, requests, TERMINAL)):
        accepted(answer, method)


def at_once(light: "Any") -> None:
    """Raise Refused where it is to fade."""
    if "--transition" in light.options:
        raise light.cannot("fading of effects (--transition)")


def written(effect: "Fields") -> str:
    """As JSON. Raises ProtocolError: a number of the device's may be too large for any (1e999)."""
    try:
        return json.dumps(effect, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("what the light says of the effect is no JSON: %s" % error) from None


def dimmed(rule: "Fields", percent: int) -> "tuple[str, str]":
    """The request, as method and parameters, that gives a rule this brightness."""
    rule = {**rule, "color_status_list": [[percent, *color[1:]] for color in colors(rule)]}
    return "edit_dynamic_light_effect_rule", written(rule)


def chosen(name: str, *sources: "Callable[[], dict[str, Fields]]") -> "Fields":
    """What an effect consists of, by its name in any case. Raises Refused."""
    found = {}  # type: dict[str, Fields]
    for source in sources:
        found.update(source())
        for known in found:
            if known.casefold() == name.casefold():
                return found[known]
    text = "the light has no effect %.100s; it has %s"
    raise Refused(text % (name, ", ".join(sorted(found))))


def dicts(page: "Fields", name: str) -> "list[Fields]":
    """The objects of a list, {} for what is none."""
    found = page.get(name)
    items = found if isinstance(found, list) else []
    return [item if isinstance(item, dict) else {} for item in items]


def colors(rule: "Fields") -> "list[list[Any]]":
    found = rule.get("color_status_list")
    if isinstance(found, list) and found and all(isinstance(one, list) and one for one in found):
        return found
    raise ProtocolError("color_status_list is no list of lists: %.60r" % (found,))


def rule_name(rule: "Fields") -> str:
    """In base64 where it was changed; some say it as it is (python-kasa)."""
    name = str(rule.get("scene_name") or "")
    try:
        decoded = binascii.a2b_base64(name.encode()).decode()
    except ValueError:
        decoded = ""
    found = decoded if decoded.isprintable() else name
    return found or name or RULE_NAMES.get(str(rule.get("id")), str(rule.get("id")))
