"""Simulated plugs and wall switches, with and without a meter, and dimmers."""

import time

from .base import LATER, NEVER, NO_RULES, SimulatedDevice, is_int, says, sold
from .countdown import Countdown
from .meters import Meter, MilliMeter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock

FIRST = {"type": "IOT.SMARTPLUGSWITCH", "feature": "TIM", "latitude": 0, "longitude": 0}
"""Hardware 1."""
METERED = "TIM:ENE"

# model: what its get_sysinfo says.
PLUGS = {
    "HS100": sold("HS100(UK)", "1.2.6 Build 200727 Rel.120236", FIRST, dev_name="Wi-Fi Smart Plug"),
    "HS110": sold(
        "HS110(EU)",
        "1.2.5 Build 171213 Rel.101523",
        FIRST,
        feature=METERED,
        dev_name="Wi-Fi Smart Plug With Energy Monitoring",
    ),
    "HS110v4": sold(
        "HS110(EU)",
        "1.0.4 Build 191111 Rel.143500",
        LATER,
        hw_ver="4.0",
        feature=METERED,
        dev_name="Smart Wi-Fi Plug With Energy Monitoring",
        status="new",
        next_action=NEVER,
    ),
}
DIMMERS = {
    "HS220": sold(
        "HS220(US)",
        "1.5.7 Build 180912 Rel.104837",
        LATER,
        dev_name="Smart Wi-Fi Dimmer",
        next_action=NEVER,
    ),
}

LOAD_W = 61.753
DIMMER_PARAMETERS = {
    "minThreshold": 0,
    "fadeOnTime": 1000,
    "fadeOffTime": 1000,
    "gentleOnTime": 3000,
    "gentleOffTime": 10000,
    "rampRate": 30,
    "bulb_type": 1,
    "err_code": 0,
}
LONGEST_TRANSITION_MS = (1 << 31) - 1


class Relay:
    """What switches one outlet, its countdown, and its meter, which a device may not have."""

    def __init__(self, clock: "Clock", load_w: float, meter: "type[Meter]") -> None:
        self.clock = clock
        self.on_since = clock()
        self._state = 0
        self.meter = meter(clock, lambda: load_w * self._state)
        self.countdown = Countdown(clock, self.switch)

    def switch(self, state: int) -> None:
        self.state = state

    @property
    def state(self) -> int:
        return self._state

    @state.setter
    def state(self, state: int) -> None:
        self.meter.count()
        if state and not self._state:
            self.on_since = self.clock()
        self._state = state

    @property
    def on_time(self) -> int:
        """Seconds since it was switched on; 0 when it is off."""
        return int(self.clock() - self.on_since) if self._state else 0


class SimulatedSwitch(SimulatedDevice):
    """What plugs, dimmers and strips share."""

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.led_off = 0
        self.methods = {
            "system": {
                "get_sysinfo": self.get_sysinfo,
                "set_relay_state": self.set_relay_state,
                "set_led_off": self.set_led_off,
                "set_dev_alias": self.set_dev_alias,
                "reboot": self.reboot,
                "reset": self.reset,
            },
            "time": self.time_methods,
            "netif": self.wifi_methods,
            "cnCloud": self.cloud_methods,
            "schedule": self.schedule_methods,
            "anti_theft": {"get_rules": says(NO_RULES)},
        }

    def identity(self) -> "Answer":
        return {**super().identity(), "mac": self.mac, "led_off": self.led_off, "updating": 0}

    def get_sysinfo(self, _: "Answer") -> "Answer":
        raise NotImplementedError

    def set_relay_state(self, arguments: "Answer") -> "Answer":
        if not is_int(arguments.get("state"), 0, 1):
            return self.INVALID_ARGUMENT
        self.relay_state = arguments["state"]
        return {"err_code": 0}

    def set_led_off(self, arguments: "Answer") -> "Answer":
        if not is_int(arguments.get("off"), 0, 1):
            return self.INVALID_ARGUMENT
        self.led_off = arguments["off"]
        return {"err_code": 0}


class SimulatedPlug(SimulatedSwitch):
    """A model of PLUGS: one outlet."""

    MODELS = PLUGS

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.info = self.MODELS[model]
        self.relay = Relay(clock, LOAD_W, Meter if self.info["hw_ver"] < "3" else MilliMeter)
        # Without a meter each method is refused, not the module: HS100, HS200, HS220, recorded.
        self.methods["count_down"] = self.relay.countdown.methods()
        self.methods["emeter"] = self.relay.meter.methods if "ENE" in self.info["feature"] else {}

    def tick(self) -> None:
        self.relay.countdown.tick()

    @property
    def relay_state(self) -> int:
        return self.relay.state

    @relay_state.setter
    def relay_state(self, state: int) -> None:
        self.relay.state = state

    def get_sysinfo(self, _: "Answer") -> "Answer":
        return {
            **self.info,
            **self.identity(),
            "icon_hash": "",
            "relay_state": self.relay_state,
            "on_time": self.relay.on_time,
            "active_mode": "none",
        }


class SimulatedDimmer(SimulatedPlug):
    """A model of DIMMERS: a plug with a brightness of 1 to 100 %, kept while it is off."""

    MODELS = DIMMERS

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.brightness = 25
        self.methods["smartlife.iot.dimmer"] = {
            "get_dimmer_parameters": says(DIMMER_PARAMETERS),
            "set_brightness": self.set_brightness,
            "set_dimmer_transition": self.set_dimmer_transition,
        }

    def get_sysinfo(self, arguments: "Answer") -> "Answer":
        steps = enumerate((100, 75, 50, 25))
        return {
            **super().get_sysinfo(arguments),
            "brightness": self.brightness,
            "preferred_state": [{"index": index, "brightness": step} for index, step in steps],
        }

    def set_brightness(self, arguments: "Answer") -> "Answer":
        """It leaves the relay as it is."""
        if not is_int(arguments.get("brightness"), 1, 100):
            return self.INVALID_ARGUMENT
        self.brightness = arguments["brightness"]
        return {"err_code": 0}

    def set_dimmer_transition(self, arguments: "Answer") -> "Answer":
        """It switches too: on, or with brightness 0 off."""
        brightness = arguments.get("brightness")
        duration_ms = arguments.get("duration")
        if not is_int(brightness, 0, 100) or not is_int(duration_ms, 0, LONGEST_TRANSITION_MS):
            return self.INVALID_ARGUMENT
        self.relay_state = int(arguments["brightness"] > 0)
        self.brightness = arguments["brightness"] or self.brightness
        return {"err_code": 0}
