"""Simulated bulbs and light strips."""

import time

from .base import SimulatedDevice, is_int, says, sold
from .meters import BulbMeter, LightStripMeter, MilliMeter  # noqa: F401 (type comments)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock, Method  # noqa: F401 (type comments)

WHITE_ONLY = {"is_color": 0, "is_variable_color_temp": 0}
COLORS = {"is_color": 1, "is_variable_color_temp": 1}

# model: what its get_sysinfo says.
BULBS = {
    "LB100": sold(
        "LB100(US)",
        "1.8.11 Build 191113 Rel.105336",
        WHITE_ONLY,
        description="Smart Wi-Fi LED Bulb with Dimmable Light",
        heapsize=291960,
    ),
    "LB130": sold(
        "LB130(US)",
        "1.8.11 Build 191113 Rel.105336",
        COLORS,
        description="Smart Wi-Fi LED Bulb with Color Changing",
        heapsize=290676,
    ),
}
LIGHT_STRIPS = {
    "KL430": sold(
        "KL430(US)",
        "1.0.10 Build 200522 Rel.104340",
        COLORS,
        description="Kasa Smart Light Strip, Multicolor",
        status="new",
        latitude_i=0,
        longitude_i=0,
        length=16,
    ),
}

FULL_W = {"LB100": 7.0, "LB130": 10.0, "KL430": 18.0}
WHITE_K = 2700
LAST_STATUS = {
    "soft_on": {"mode": "last_status"},
    "hard_on": {"mode": "last_status"},
    "err_code": 0,
}

SETTINGS = {
    "on_off": range(2),
    "ignore_default": range(2),
    "transition_period": range(1 << 31),
    "brightness": range(101),
}
EFFECT = {
    "enable": 0,
    "id": "simulated-0",
    "name": "Sea Breeze",
    "custom": 1,
    "brightness": 100,
    "type": "sequence",
    "segments": [0],
    "expansion_strategy": 1,
    "duration": 0,
    "transition": 2000,
    "direction": 1,
    "spread": 8,
    "repeat_times": 0,
    "sequence": [[180, 100, 100], [200, 80, 100], [220, 60, 100]],
}  # type: Answer
EFFECT_STATE = "enable", "id", "name", "custom", "brightness"
"""Which parts of the effect get_sysinfo tells."""
COLOR = {"hue": range(361), "saturation": range(101), "color_temp": {0, *range(2500, 9001)}}
WHITE = {"hue": {0}, "saturation": {0}, "color_temp": {WHITE_K}}


class SimulatedBulb(SimulatedDevice):
    """A model of BULBS; `light` is its state as get_light_state gives it while it is on."""

    MODELS = BULBS
    METER = BulbMeter  # type: type[MilliMeter]
    SERVICE = "smartlife.iot.smartbulb.lightingservice"
    SET_METHOD = "transition_light_state"

    MODULE_NOT_SUPPORT = {"err_code": -2001, "err_msg": "Module not support"}
    MEMBER_NOT_SUPPORT = {"err_code": -2000, "err_msg": "Method not support"}
    INVALID_ARGUMENT = {"err_code": -10000, "err_msg": "Invalid input argument"}

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.info = self.MODELS[model]
        self.settings = {**SETTINGS, **(COLOR if self.info["is_color"] else WHITE)}
        self.light = {
            "on_off": 0,
            "mode": "normal",
            "hue": 0,
            "saturation": 0,
            "color_temp": WHITE_K,
            "brightness": 70,
        }  # type: Answer
        self.meter = self.METER(clock, self.power_w)
        common = {
            "system": {
                "set_dev_alias": self.set_dev_alias,
                "reboot": self.reboot,
                "reset": self.reset,
            },
            "timesetting": self.time_methods,
            "schedule": self.schedule_methods,
            "cloud": self.cloud_methods,
            "emeter": self.meter.methods,
            "softaponboarding": self.wifi_methods,
        }  # type: dict[str, dict[str, Method]]
        self.methods = {
            **{"smartlife.iot.common." + name: methods for name, methods in common.items()},
            "system": {"get_sysinfo": self.get_sysinfo},
            self.SERVICE: {
                "get_light_state": self.get_light_state,
                "get_default_behavior": says(LAST_STATUS),
                self.SET_METHOD: self.set_light_state,
            },
        }

    @property
    def relay_state(self) -> int:
        return int(self.light["on_off"])

    @relay_state.setter
    def relay_state(self, state: int) -> None:
        self.meter.count()
        self.light["on_off"] = state

    def power_w(self) -> float:
        return FULL_W[self.model] * int(self.light["on_off"] * self.percent()) / 100

    def percent(self) -> int:
        return int(self.light["brightness"])

    def light_state(self) -> "Answer":
        """While it is off, what it will be once on stands one level deeper."""
        if self.light["on_off"]:
            return dict(self.light)
        kept = {name: value for name, value in self.light.items() if name != "on_off"}
        return {"on_off": 0, "dft_on_state": kept}

    def get_light_state(self, _: "Answer") -> "Answer":
        return {**self.light_state(), "err_code": 0}

    def get_sysinfo(self, _: "Answer") -> "Answer":
        return {
            **self.info,
            **self.identity(),
            "mic_type": "IOT.SMARTBULB",
            "mic_mac": self.mac.replace(":", ""),
            "dev_state": "normal",
            "is_factory": False,
            "disco_ver": "1.0",
            "ctrl_protocols": {"name": "Linkie", "version": "1.0"},
            "active_mode": "none",
            "is_dimmable": 1,
            "light_state": self.light_state(),
            "preferred_state": [],
        }

    def set_light_state(self, arguments: "Answer") -> "Answer":
        """Take what is given, all or nothing; keys that are not known are ignored."""
        given = {name: value for name, value in arguments.items() if name in self.settings}
        for name, value in given.items():
            if type(value) is not int or value not in self.settings[name]:
                return self.INVALID_ARGUMENT
        ignore_default = given.get("ignore_default")
        if given.get("on_off") and not self.light["on_off"] and not ignore_default:
            # Switched on, it takes its default, here its last state, and no values with that:
            # python-kasa, kasa/iot/iotbulb.py, sends ignore_default 1 to get its own through.
            given = {"on_off": 1}
        self.meter.count()
        self.light.update((name, given[name]) for name in self.light if name in given)
        if self.light["color_temp"]:
            self.light.update(hue=0, saturation=0)
        return {**self.light_state(), "err_code": 0}


class SimulatedLightStrip(SimulatedBulb):
    """A model of LIGHT_STRIPS: a bulb with another service, and `effect`, running or the last.

    For modules that it does not have it uses the words of plugs (KL430, recorded).
    """

    MODELS = LIGHT_STRIPS
    METER = LightStripMeter
    SERVICE = "smartlife.iot.lightStrip"
    SET_METHOD = "set_light_state"

    MODULE_NOT_SUPPORT = SimulatedDevice.MODULE_NOT_SUPPORT
    MEMBER_NOT_SUPPORT = SimulatedDevice.MEMBER_NOT_SUPPORT

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.effect = dict(EFFECT)
        self.methods["smartlife.iot.lighting_effect"] = {
            "get_lighting_effect": lambda _: {**self.effect, "err_code": 0},
            "set_lighting_effect": self.set_lighting_effect,
        }

    def percent(self) -> int:
        return int(self.effect["brightness"]) if self.effect["enable"] else super().percent()

    def get_sysinfo(self, _: "Answer") -> "Answer":
        state = {name: self.effect[name] for name in EFFECT_STATE}
        return {**super().get_sysinfo(_), "lighting_effect_state": state}

    def set_lighting_effect(self, arguments: "Answer") -> "Answer":
        """A whole effect, with what it consists of. To start one switches on."""
        if not is_effect(arguments):
            return self.INVALID_ARGUMENT
        self.meter.count()
        self.effect = dict(arguments)
        if self.effect["enable"]:
            self.relay_state = 1
        return {"err_code": 0}

    def set_light_state(self, arguments: "Answer") -> "Answer":
        """A color ends the effect, a brightness is the effect's (python-kasa, iotbulb.py)."""
        before = dict(self.light)
        reply = super().set_light_state(arguments)
        if self.effect["enable"] and reply is not self.INVALID_ARGUMENT:
            if not COLOR.keys().isdisjoint(arguments):
                self.effect["enable"] = 0
            elif "brightness" in arguments:
                self.effect["brightness"] = self.light["brightness"]
                self.light["brightness"] = before["brightness"]
                return {**self.light_state(), "err_code": 0}
        return reply


def is_effect(given: "Answer") -> bool:
    """Whether it is all that a strip needs to play it."""
    return (
        is_int(given.get("enable"), 0, 1)
        and is_int(given.get("custom"), 0, 1)
        and is_int(given.get("brightness"), 0, 100)
        and all(isinstance(given.get(name), str) for name in ("id", "name", "type"))
        and isinstance(given.get("segments"), list)
        and ("sequence" in given or "init_states" in given)
    )
