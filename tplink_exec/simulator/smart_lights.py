"""Simulated SMART lights."""

import time

from .base import is_int
from .lights import WHITE_K
from .smart_base import COMMON_COMPONENTS, SimulatedSmart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock

FULL_W = 8.7


class SmartBulb(SimulatedSmart):
    """L530: a bulb with colors; `light` is its state, white while color_temp is not 0."""

    components = COMMON_COMPONENTS + "brightness:1 color:1 color_temperature:1"
    sold_as = "L530E(EU)"
    info = {
        "type": "SMART.TAPOBULB",
        "model": "L530",
        "fw_ver": "1.1.6 Build 240130 Rel.173828",
        "hw_ver": "3.0",
        "avatar": "bulb",
        "overheated": False,
        "color_temp_range": [2500, 6500],
        "dynamic_light_effect_enable": False,
    }
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

    def take(self, parameters: "Answer") -> None:
        given = {name: parameters[name] for name in self.light if name in parameters}
        if "hue" in given or "saturation" in given:
            given.setdefault("color_temp", 0)
        if given.get("color_temp"):
            given.update(self.WHITE)
        self.light.update(given)
