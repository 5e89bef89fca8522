"""Simulated SMART lights."""

import time

from .base import is_int
from .lights import EFFECT, EFFECT_STATE, WHITE_K, is_effect
from .smart_base import COMMON_COMPONENTS, WRONG_PARAMETERS, SimulatedSmart, ok, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock

FULL_W = 8.7
PARTY = [[100, 20, 90, 0], [100, 140, 90, 0], [100, 260, 90, 0]]
RELAX = [[60, 40, 30, 0], [60, 200, 40, 0]]
"""Brightness, hue, saturation and color temperature, one after the other."""


class SmartLight(SimulatedSmart):
    """Abstract; `light` is its state, white while color_temp is not 0."""

    WHITE = {"hue": 0, "saturation": 100}  # as it tells them while it is white: recorded

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.light = {"brightness": 100, "color_temp": WHITE_K, **self.WHITE}

    def power_w(self) -> float:
        return FULL_W * self.relay_state * self.light["brightness"] / 100

    def told(self) -> "Answer":
        state = {"type": "last_states", "re_power_type": "always_on", "state": dict(self.light)}
        return {**self.light, "default_states": state}

    def fits(self, name: str, value: object) -> bool:
        if name == "color_temp":
            return is_int(value, *self.info["color_temp_range"]) or is_int(value, 0, 0)
        ends = {"brightness": (1, 100), "hue": (0, 360), "saturation": (0, 100)}
        return is_int(value, *ends[name]) if name in ends else super().fits(name, value)

    def end_effect(self) -> None:
        """The light is to be as it was told, with no effect."""
        raise NotImplementedError

    def take(self, parameters: "Answer") -> None:
        given = {name: parameters[name] for name in self.light if name in parameters}
        if "hue" in given or "saturation" in given:
            given.setdefault("color_temp", 0)
        if given:
            self.end_effect()
        if given.get("color_temp"):
            given.update(self.WHITE)
        self.light.update(given)


class SmartBulb(SmartLight):
    """L530: a bulb with two effects of its own, whose colors can be edited."""

    components = COMMON_COMPONENTS + "brightness:1 color:1 color_temperature:1 light_effect:1"
    sold_as = "L530E(EU)"
    info = {
        "type": "SMART.TAPOBULB",
        "model": "L530",
        "fw_ver": "1.1.6 Build 240130 Rel.173828",
        "hw_ver": "3.0",
        "avatar": "bulb",
        "overheated": False,
        "color_temp_range": [2500, 6500],
    }

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.running = ""
        common = {"change_mode": "bln", "change_time": 2000, "scene_name": ""}
        self.rules = []  # type: list[Answer]
        for name, colors in (("L1", PARTY), ("L2", RELAX)):
            self.rules.append({"id": name, **common, "color_status_list": colors})
        self.smart_methods.update(
            get_dynamic_light_effect_rules=self.get_rules,
            edit_dynamic_light_effect_rule=self.edit_rule,
            set_dynamic_light_effect_rule_enable=self.enable_rule,
        )

    def told(self) -> "Answer":
        running = {"dynamic_light_effect_id": self.running} if self.running else {}
        return {**super().told(), "dynamic_light_effect_enable": bool(self.running), **running}

    def end_effect(self) -> None:
        self.running = ""

    def get_rules(self, _: "Answer") -> "Answer":
        current = {"current_rule_id": self.running} if self.running else {}
        sums = {"max_count": 2, "start_index": 0, "sum": len(self.rules)}
        rules = [dict(rule) for rule in self.rules]
        return {"result": {"enable": bool(self.running), "rule_list": rules, **current, **sums}}

    def edit_rule(self, parameters: "Answer") -> "Answer":
        """A whole rule, in place of that with its id."""
        for number, rule in enumerate(self.rules):
            if rule["id"] == parameters.get("id") and rule.keys() == parameters.keys():
                self.rules[number] = dict(parameters)
                return {}
        return refused(WRONG_PARAMETERS)

    def enable_rule(self, parameters: "Answer") -> "Answer":
        name = str(parameters.get("id"))
        enable = parameters.get("enable")
        if enable is True and any(rule["id"] == name for rule in self.rules):
            self.running = name
        elif enable is False:
            self.running = ""
        else:
            return refused(WRONG_PARAMETERS)
        return {}


class OldSmartBulb(SmartBulb):
    """L530v1, "L530 Series": while it is white it tells no hue, and only its components do."""

    sold_as = "L530 Series"
    info = {**SmartBulb.info, "model": "L530 Series", "hw_ver": "1.0"}

    def told(self) -> "Answer":
        found = super().told()
        if self.light["color_temp"]:
            del found["hue"], found["saturation"]
        return found


class SmartLightStrip(SmartLight):
    """L920: a strip with `effect`, running or the last, and presets that hold effects."""

    components = COMMON_COMPONENTS + (
        "light_strip:1 light_strip_lighting_effect:2 brightness:1 color:1 color_temperature:1 "
        "preset:3"
    )
    sold_as = "L920-5(EU)"
    info = {
        "type": "SMART.TAPOBULB",
        "model": "L920",
        "fw_ver": "1.1.3 Build 231229 Rel.164316",
        "hw_ver": "1.0",
        "avatar": "light_strip",
        "overheated": False,
        "color_temp_range": [9000, 9000],
        "music_rhythm_enable": False,
        "music_rhythm_mode": "single_lamp",
    }
    WHITE = {"hue": 30, "saturation": 0}

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.light.update(color_temp=0)
        self.effect = {**EFFECT, "display_colors": []}
        saved = {**self.effect, "enable": 1, "id": "simulated-1", "name": "Garden Path"}
        states = [{"brightness": 50, "color_temp": 9000, **self.WHITE}, {"lighting_effect": saved}]
        self.smart_methods.update(
            get_lighting_effect=lambda _: {"result": dict(self.effect)},
            set_lighting_effect=self.set_lighting_effect,
            get_preset_rules=ok({"start_index": 0, "states": states, "sum": len(states)}),
        )

    def told(self) -> "Answer":
        names = *EFFECT_STATE, "display_colors"
        effect = {name: self.effect.get(name, []) for name in names}
        return {**super().told(), "lighting_effect": effect}

    def end_effect(self) -> None:
        self.effect["enable"] = 0

    def set_lighting_effect(self, parameters: "Answer") -> "Answer":
        """A whole effect, or with bAdjusted a change of that which runs (python-kasa)."""
        if parameters.get("bAdjusted") is True and self.effect["enable"]:
            parameters = {**self.effect, **parameters}
        if not is_effect(parameters):
            return refused(WRONG_PARAMETERS)
        self.effect = {key: parameters[key] for key in parameters if key != "bAdjusted"}
        if self.effect["enable"]:
            self.relay_state = 1
        return {}
