"""Simulated SMART devices with children: strips, a switch for a fan and a light, a hub.

Shapes follow recorded answers of a P300, a P316M, a KS240 and an H100.
"""

import time

from .base import is_int
from .meters import MAINS_V
from .smart_base import COMMON_COMPONENTS, WRONG_PARAMETERS, SimulatedSmart, ok, refused
from .smart_plugs import Led, SmartPlug
from .strips import LOAD_STEP_W

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock

PAGE = 10
"""Children in an answer to get_child_device_list."""
LAMP_W = 60.0
PROTECTED = {"power_protection_status": "normal", "overcurrent_status": "normal"}


class SmartChild(SmartPlug):
    """An outlet; `parent` is its device, `slot` counts from 0 in the order of the ids."""

    components = COMMON_COMPONENTS
    category = "plug.powerstrip.sub-plug"

    def __init__(self, parent: "SmartParent", slot: int) -> None:
        self.info = parent.info
        super().__init__(parent.model, 0, parent.clock)
        self.parent, self.slot = parent, slot
        self.mac = parent.mac
        self.device_id = "%s%02d" % (parent.device_id, slot)
        self.default_alias = self.alias = "Plug %d" % (slot + 1)
        for name in ("get_led_info", "set_led_info", "device_reboot", "device_reset"):
            del self.smart_methods[name]

    def power_w(self) -> float:
        return LOAD_STEP_W * (self.slot + 1) * self.relay_state

    def told(self) -> "Answer":
        return {
            "category": self.category,
            "original_device_id": self.parent.device_id,
            "mac": self.mac.replace(":", ""),
            **self.own(),
        }

    def own(self) -> "Answer":
        """What of get_device_info is this kind's own."""
        place = {"position": self.position(), "slot_number": len(self.parent.parts)}
        return {"on_time": self.relay.on_time, **place}

    def position(self) -> int:
        return self.slot + 1


class Unmetered(SmartChild):
    """P300's; its list begins with the last on the housing."""

    def __init__(self, parent: "SmartParent", slot: int) -> None:
        super().__init__(parent, slot)
        for name in ("energy_usage", "current_power", "emeter_data", "emeter_vgain_igain"):
            del self.smart_methods["get_" + name]

    def position(self) -> int:
        return len(self.parent.parts) - self.slot


class MeteredChild(SmartChild):
    """P316M's: its get_energy_usage has no current_power."""

    components = COMMON_COMPONENTS + "energy_monitoring:2"

    def own(self) -> "Answer":
        return {**super().own(), "on_off": self.relay_state, "is_usb": False, **PROTECTED}

    def get_energy_usage(self, _: "Answer") -> "Answer":
        answer = super().get_energy_usage(_)
        del answer["result"]["current_power"]
        return answer


class FanChild(Unmetered):
    """KS240's fan: without `position` and on_time."""

    components = COMMON_COMPONENTS + "fan_control:1"
    category = "kasa.switch.outlet.sub-fan"

    def __init__(self, parent: "SmartParent", slot: int) -> None:
        super().__init__(parent, slot)
        self.speed = 1

    def own(self) -> "Answer":
        return {"fan_speed_level": self.speed, "fan_sleep_mode_on": False}

    def fits(self, name: str, value: object) -> bool:
        return is_int(value, 1, 4) if name == "fan_speed_level" else super().fits(name, value)

    def take(self, parameters: "Answer") -> None:
        self.speed = parameters.get("fan_speed_level", self.speed)


class LightChild(Unmetered):
    """KS240's light."""

    components = COMMON_COMPONENTS + "brightness:1"
    category = "kasa.switch.outlet.sub-dimmer"

    def __init__(self, parent: "SmartParent", slot: int) -> None:
        super().__init__(parent, slot)
        self.percent = 100

    def power_w(self) -> float:
        return LAMP_W * self.relay_state * self.percent / 100

    def own(self) -> "Answer":
        lit = {"brightness": self.percent, "led_off": 0, "on_off": self.relay_state}
        return {**lit, "on_time": self.relay.on_time}

    def fits(self, name: str, value: object) -> bool:
        return is_int(value, 1, 100) if name == "brightness" else super().fits(name, value)

    def take(self, parameters: "Answer") -> None:
        self.percent = parameters.get("brightness", self.percent)


class SmartParent(SimulatedSmart):
    """A device with children; abstract. It has no switch: what would set one is ignored."""

    components = COMMON_COMPONENTS + "led:1 control_child:2 child_device:1"
    kinds = ()  # type: tuple[type[SmartChild], ...]
    page = PAGE

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.led = Led(self.smart_methods)
        self.parts = []  # type: list[SmartChild]
        for slot, kind in enumerate(self.kinds):
            self.parts.append(kind(self, slot))
        for name in ("get_schedule_rules", "get_antitheft_rules", "get_device_usage"):
            del self.smart_methods[name]
        for name in self.relay.countdown.smart_methods():
            del self.smart_methods[name]
        self.smart_methods.update(
            get_child_device_list=self.get_child_device_list,
            get_child_device_component_list=self.get_child_device_component_list,
            control_child=self.control_child,
        )

    def tick(self) -> None:
        for part in self.parts:
            part.tick()

    @property
    def relay_state(self) -> int:
        return int(any(part.relay_state for part in self.parts))

    @relay_state.setter
    def relay_state(self, state: int) -> None:
        for part in self.parts:
            part.relay_state = state

    def power_w(self) -> float:
        return sum(part.power_w() for part in self.parts)

    def get_device_info(self, _: "Answer") -> "Answer":
        return {"result": self.identity()}

    def set_device_info(self, parameters: "Answer") -> "Answer":
        known = {name: parameters[name] for name in parameters if name == "nickname"}
        return super().set_device_info(known)

    def children(self) -> "list[Answer]":
        """What the list has of each."""
        return [part.get_device_info({})["result"] for part in self.parts]

    def get_child_device_list(self, parameters: "Answer") -> "Answer":
        found = self.children()
        start = parameters.get("start_index", 0)
        if not is_int(start, 0, max(len(found) - 1, 0)):
            return refused(WRONG_PARAMETERS)
        listed = found[start : start + self.page]
        return {"result": {"child_device_list": listed, "start_index": start, "sum": len(found)}}

    def get_child_device_component_list(self, parameters: "Answer") -> "Answer":
        found = [
            {**part.component_nego({})["result"], "device_id": part.device_id}
            for part in self.parts
        ]
        sums = {"start_index": 0, "sum": len(found)}
        return {"result": {"child_component_list": found, **sums}}

    def control_child(self, parameters: "Answer") -> "Answer":
        """The answer of the child has an error_code of its own."""
        for part in self.parts:
            if part.device_id == parameters.get("device_id"):
                return {"result": {"responseData": part.reply(parameters.get("requestData"))}}
        return refused(WRONG_PARAMETERS)


class SmartThree(SmartParent):
    """P300: three outlets, without a meter."""

    kinds = (Unmetered,) * 3
    sold_as = "P300(EU)"
    info = {
        "type": "SMART.TAPOPLUG",
        "model": "P300",
        "fw_ver": "1.0.13 Build 230925 Rel.150200",
        "hw_ver": "1.0",
        "avatar": "",
    }


class SmartSix(SmartParent):
    """P316M: six outlets, each with its meter; the device's own shows 0, but for the volts."""

    components = SmartParent.components + " energy_monitoring:2"
    kinds = (MeteredChild,) * 6
    sold_as = "P316M(US)"
    info = {
        "type": "SMART.TAPOPLUG",
        "model": "P316M",
        "fw_ver": "1.0.5 Build 250306 Rel.151943",
        "hw_ver": "1.6",
        "avatar": "",
    }

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        none = {"today_runtime": 0, "month_runtime": 0, "today_energy": 0, "month_energy": 0}
        volts = {
            "current_ma": 0,
            "energy_wh": 0,
            "power_mw": 0,
            "voltage_mv": round(MAINS_V * 1000),
        }
        self.smart_methods.update(
            get_energy_usage=ok({**none, "electricity_charge": [0, 0, 0], "current_power": 0}),
            get_emeter_data=ok(volts),
            get_current_power=ok({"current_power": 0}),
        )


class SmartFanSwitch(SmartParent):
    """KS240: a fan and a light; the list begins with the fan."""

    kinds = (LightChild, FanChild)
    sold_as = "KS240(US)"
    info = {
        "type": "SMART.KASASWITCH",
        "model": "KS240",
        "fw_ver": "1.0.5 Build 231204 Rel.172150",
        "hw_ver": "1.0",
        "avatar": "",
    }

    def children(self) -> "list[Answer]":
        return super().children()[::-1]


class SmartHub(SmartParent):
    """H100: a hub with a sensor, and no switch at all."""

    sold_as = "H100(EU)"
    info = {
        "type": "SMART.TAPOHUB",
        "model": "H100",
        "fw_ver": "1.5.10 Build 240207 Rel.175759",
        "hw_ver": "1.0",
        "avatar": "hub",
        "in_alarm": False,
    }

    def children(self) -> "list[Answer]":
        sensor = {"category": "subg.trigger.temp-hmdt-sensor", "model": "T315", "status": "online"}
        shown = {"current_temp": 24.0, "current_humidity": 62, "battery_percentage": 100}
        return [{**sensor, **shown, "device_id": "%040d" % 1, "parent_device_id": self.device_id}]
