"""Simulated devices: each keeps a state and answers requests in the real ones' words.

Shapes, wording and number formats follow recorded answers of the models named in MODELS and
protocol captures. No I/O here: `simulator` puts a device on a port.
"""

import json
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Answer, Clock, Method  # noqa: F401 (type comments)

MODULE_NOT_SUPPORT = {"err_code": -1, "err_msg": "module not support"}
MEMBER_NOT_SUPPORT = {"err_code": -2, "err_msg": "member not support"}
INVALID_ARGUMENT = {"err_code": -3, "err_msg": "invalid argument"}

# model: what its get_sysinfo says, and the generation of its meter (hardware 1 and 2 give
# floats in V, A, W and kWh; later hardware integers in mV, mA, mW and Wh).
MODELS = {
    "HS100": {
        "sw_ver": "1.2.6 Build 200727 Rel.120236",
        "hw_ver": "1.0",
        "type": "IOT.SMARTPLUGSWITCH",
        "model": "HS100(UK)",
        "dev_name": "Wi-Fi Smart Plug",
        "feature": "TIM",
    },
    "HS110": {
        "sw_ver": "1.2.5 Build 171213 Rel.101523",
        "hw_ver": "1.0",
        "type": "IOT.SMARTPLUGSWITCH",
        "model": "HS110(EU)",
        "dev_name": "Wi-Fi Smart Plug With Energy Monitoring",
        "feature": "TIM:ENE",
    },
    "HS110v4": {
        "sw_ver": "1.0.4 Build 191111 Rel.143500",
        "hw_ver": "4.0",
        "mic_type": "IOT.SMARTPLUGSWITCH",
        "model": "HS110(EU)",
        "dev_name": "Smart Wi-Fi Plug With Energy Monitoring",
        "feature": "TIM:ENE",
    },
}

LOAD_W = 61.753
MAINS_V = 230.837
TOTAL_WH_AT_START = 16323
UTC_INDEX = 38
"""UTC in the devices' list of time zones (python-kasa, kasa/iot/iottimezone.py)."""


class Plug:
    """One simulated plug of MODELS; `number` makes its MAC and ids its own.

    `clock` gives seconds since the epoch and is what the device's own time is.
    """

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        self.model = model
        self.clock = clock
        self.relay_state = 0
        self.led_off = 0
        self.alias = "%s %d" % (model, number + 1)
        self.mac = "50:C7:BF:%02X:%02X:%02X" % (number >> 16, number >> 8 & 255, number & 255)
        self.device_id = "8006%036X" % number
        self.on_since = self.metered_until = clock()
        self.total_wh = float(TOTAL_WH_AT_START)
        self.methods = {
            "system": {
                "get_sysinfo": self.get_sysinfo,
                "set_relay_state": self.set_relay_state,
                "set_led_off": self.set_led_off,
                "set_dev_alias": self.set_dev_alias,
            },
            "time": {"get_time": self.get_time, "get_timezone": self.get_timezone},
            "emeter": {},
        }  # type: dict[str, dict[str, Method]]
        if self.has_meter():
            self.methods["emeter"] = {
                "get_realtime": self.get_realtime,
                "get_daystat": self.get_daystat,
                "get_monthstat": self.get_monthstat,
            }

    def has_meter(self) -> bool:
        return "ENE" in MODELS[self.model]["feature"]

    def answer(self, request: bytes) -> "bytes | None":
        """The reply to a request's JSON; None where the device says nothing: no JSON object.

        As lenient as the devices are: blanks, null for {}, anything after the JSON value.
        """
        try:
            modules, _ = json.JSONDecoder().raw_decode(request.decode().lstrip())
        except (ValueError, RecursionError):
            return None
        if not isinstance(modules, dict):
            return None
        reply = {name: self._module(name, methods) for name, methods in modules.items()}
        return json.dumps(reply, separators=(",", ":"), ensure_ascii=False).encode()

    def _module(self, name: str, methods: object) -> "Answer":
        known = self.methods.get(name)
        if known is None or not isinstance(methods, dict):
            return MODULE_NOT_SUPPORT
        return {
            # A plug without a meter says "module" here, not "member": HS200, recorded.
            method: (known[method](arguments if isinstance(arguments, dict) else {}))
            if method in known
            else (MEMBER_NOT_SUPPORT if known else MODULE_NOT_SUPPORT)
            for method, arguments in methods.items()
        }

    def get_sysinfo(self, _: "Answer") -> "Answer":
        return {
            **MODELS[self.model],
            "mac": self.mac,
            "deviceId": self.device_id,
            "hwId": "0" * 32,
            "oemId": "0" * 32,
            "alias": self.alias,
            "icon_hash": "",
            "relay_state": self.relay_state,
            "on_time": int(self.clock() - self.on_since) if self.relay_state else 0,
            "active_mode": "none",
            "updating": 0,
            "rssi": -59,
            "led_off": self.led_off,
            "latitude": 0,
            "longitude": 0,
            "err_code": 0,
        }

    def set_relay_state(self, arguments: "Answer") -> "Answer":
        state = arguments.get("state")
        if state not in (0, 1):
            return INVALID_ARGUMENT
        self._meter()
        if state and not self.relay_state:
            self.on_since = self.clock()
        self.relay_state = int(state)
        return {"err_code": 0}

    def set_led_off(self, arguments: "Answer") -> "Answer":
        if arguments.get("off") not in (0, 1):
            return INVALID_ARGUMENT
        self.led_off = arguments["off"]
        return {"err_code": 0}

    def set_dev_alias(self, arguments: "Answer") -> "Answer":
        if not isinstance(arguments.get("alias"), str):
            return INVALID_ARGUMENT
        self.alias = arguments["alias"]
        return {"err_code": 0}

    def get_time(self, _: "Answer") -> "Answer":
        now = time.gmtime(self.clock())
        names = "year", "month", "mday", "hour", "min", "sec"
        return {"err_code": 0, **dict(zip(names, now))}

    def get_timezone(self, _: "Answer") -> "Answer":
        return {"index": UTC_INDEX, "err_code": 0}

    def _meter(self) -> None:
        """Count the energy used since it was last counted."""
        now = self.clock()
        self.total_wh += self.relay_state * LOAD_W * (now - self.metered_until) / 3600
        self.metered_until = now

    def get_realtime(self, _: "Answer") -> "Answer":
        self._meter()
        power_w = LOAD_W * self.relay_state
        if MODELS[self.model]["hw_ver"] < "3":
            return {
                "current": round(power_w / MAINS_V, 6),
                "voltage": MAINS_V,
                "power": power_w,
                "total": round(self.total_wh / 1000, 3),
                "err_code": 0,
            }
        return {
            "voltage_mv": round(MAINS_V * 1000),
            "current_ma": round(power_w / MAINS_V * 1000),
            "power_mw": round(power_w * 1000),
            "total_wh": int(self.total_wh),
            "err_code": 0,
        }

    def _energy(self) -> "Answer":
        """What was used since the start, all of it put on today."""
        self._meter()
        used_wh = self.total_wh - TOTAL_WH_AT_START
        if MODELS[self.model]["hw_ver"] < "3":
            return {"energy": round(used_wh / 1000, 3)}
        return {"energy_wh": int(used_wh)}

    def get_daystat(self, arguments: "Answer") -> "Answer":
        now = time.gmtime(self.clock())
        days = []
        if (arguments.get("year"), arguments.get("month")) == now[:2]:
            days = [{"year": now[0], "month": now[1], "day": now[2], **self._energy()}]
        return {"day_list": days, "err_code": 0}

    def get_monthstat(self, arguments: "Answer") -> "Answer":
        now = time.gmtime(self.clock())
        months = []
        if arguments.get("year") == now[0]:
            months = [{"year": now[0], "month": now[1], **self._energy()}]
        return {"month_list": months, "err_code": 0}
