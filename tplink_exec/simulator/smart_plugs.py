"""Simulated SMART plugs, and what of them strips have, too: an LED, a meter."""

import time

from .plugs import LOAD_W
from .smart_base import COMMON_COMPONENTS, WRONG_PARAMETERS, SimulatedSmart, ok, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock, Method


class Led:
    """What shows the state, and its methods, which it adds to a device's."""

    def __init__(self, methods: "dict[str, Method]") -> None:
        self.rule = "always"
        methods.update(get_led_info=self.get_led_info, set_led_info=self.set_led_info)

    def get_led_info(self, _: "Answer") -> "Answer":
        return {"result": {"led_rule": self.rule, "led_status": self.rule == "always"}}

    def set_led_info(self, parameters: "Answer") -> "Answer":
        if parameters.get("led_rule") not in ("always", "never"):
            return refused(WRONG_PARAMETERS)
        self.rule = parameters["led_rule"]
        return {}


class SmartPlug(SimulatedSmart):
    """KP125M: a plug with a meter."""

    components = COMMON_COMPONENTS + "led:1 energy_monitoring:2"
    sold_as = "KP125M(US)"
    info = {
        "type": "SMART.KASAPLUG",
        "model": "KP125M",
        "fw_ver": "1.2.3 Build 240624 Rel.154806",
        "hw_ver": "1.0",
        "avatar": "plug",
        "overheat_status": "normal",
        "power_protection_status": "normal",
    }

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.led = Led(self.smart_methods)
        self.smart_methods.update(
            get_energy_usage=self.get_energy_usage,
            get_current_power=self.get_current_power,
            get_emeter_data=self.get_emeter_data,
            get_emeter_vgain_igain=ok({"vgain": 120000, "igain": 11000}),
        )

    def power_w(self) -> float:
        return LOAD_W * self.relay_state

    def told(self) -> "Answer":
        return {"on_time": self.relay.on_time}

    def get_energy_usage(self, _: "Answer") -> "Answer":
        """What was used since the start is put on today, as by the other meters."""
        self.relay.meter.count()
        used_wh = int(self.relay.meter.used_wh)
        minutes = self.relay.on_time // 60
        return {
            "result": {
                "today_runtime": minutes,
                "month_runtime": minutes,
                "today_energy": used_wh,
                "month_energy": used_wh,
                "local_time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.clock())),
                "electricity_charge": [0, 0, 0],
                "current_power": round(self.power_w() * 1000),
            }
        }

    def get_current_power(self, _: "Answer") -> "Answer":
        return {"result": {"current_power": round(self.power_w())}}

    def get_emeter_data(self, _: "Answer") -> "Answer":
        reading = self.relay.meter.get_realtime({})
        names = "current_ma", "voltage_mv", "power_mw"
        energy = {"energy_wh": int(self.relay.meter.used_wh)}
        return {"result": {**{name: reading[name] for name in names}, **energy}}
