"""What simulated SMART devices share, newer Kasa and Tapo: their JSON is another one.

A request is {"method": ..., "params": ...}, a reply {"result": ..., "error_code": 0}. Shapes and
words follow recorded answers of a KP125M and an L530E. Models are in `smart_models`.
"""

import binascii
import json
import time

from .base import ACCESS_POINTS, SimulatedDevice, is_int
from .meters import MilliMeter
from .plugs import Relay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Any, Clock, Method

UNKNOWN_METHOD = -1002
NO_TERMINAL = -1012
NO_METHOD = -1003
"""Of firmware: what it was sent cannot be decoded. The JSON of the other families cannot."""
WRONG_PARAMETERS = -1008

RULES = {"enable": False, "rule_list": []}
COMMON_INFO = {
    "fw_id": "0" * 32,
    "hw_id": "0" * 32,
    "oem_id": "0" * 32,
    "has_set_location_info": True,
    "latitude": 0,
    "longitude": 0,
    "lang": "en_US",
    "rssi": -50,
    "signal_level": 2,
    "specs": "",
}
COMMON_COMPONENTS = (
    "device:2 quick_setup:3 time:1 wireless:1 schedule:2 countdown:2 antitheft:1 account:1 "
    "synchronize:1 sunrise_sunset:1 cloud_connect:1 iot_cloud:1 default_states:1 "
    "device_local_time:1 "
)


def base64(text: str) -> str:
    return binascii.b2a_base64(text.encode(), newline=False).decode()


def ok(result: "Answer") -> "Method":
    """A method that always gives this result."""
    return lambda _: {"result": dict(result)}


def refused(code: int) -> "Answer":
    return {"error_code": code}


def sets(request: "Any") -> bool:
    """Whether a request, or one within it, does more than to read."""
    if not isinstance(request, dict):
        return False
    parameters = request.get("params")
    inner = parameters if isinstance(parameters, dict) else {}
    if request.get("method") == "control_child":
        return sets(inner.get("requestData"))
    if request.get("method") == "multipleRequest":
        return any(map(sets, inner.get("requests") or ()))
    return not str(request.get("method")).startswith(("get_", "component_nego"))


class SimulatedSmart(SimulatedDevice):
    """Abstract; `smart_methods` is method -> function(params) -> the reply.

    In a reply without error_code that is 0. `components` are what the firmware consists of, as
    name:version; `info` is what get_device_info always says, `sold_as` its name in discovery.
    """

    components = COMMON_COMPONENTS
    info = {}  # type: Answer
    sold_as = ""
    stops = True
    """Whether a multipleRequest ends at the first error, as that of firmware does (python-kasa)."""
    most = 100
    """So many requests does it take at a time."""
    wants_terminal = False
    """Whether what sets something must have a terminalUUID, as in some firmware (P105)."""

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        self.relay = Relay(clock, 1.0, MilliMeter)
        self.relay.meter.load = self.power_w
        self.region = {"region": "UTC", "time_diff": 0}
        self.discovered = {
            "device_type": self.info["type"],
            "device_model": self.sold_as,
            "is_support_iot_cloud": True,
            "obd_src": "tplink",
        }
        self.smart_methods = {
            "component_nego": self.component_nego,
            "get_device_info": self.get_device_info,
            "set_device_info": self.set_device_info,
            "get_device_time": self.get_device_time,
            "set_device_time": self.set_device_time,
            "get_device_usage": self.get_device_usage,
            "get_schedule_rules": ok(
                {**RULES, "schedule_rule_max_count": 32, "start_index": 0, "sum": 0}
            ),
            **self.relay.countdown.smart_methods(),
            "get_antitheft_rules": ok({**RULES, "antitheft_rule_max_count": 1}),
            "get_connect_cloud_state": ok({"status": 0}),
            "get_wireless_scan_info": self.get_wireless_scan_info,
            "device_reboot": self.reboot,
            "device_reset": self.reset,
        }  # type: dict[str, Method]

    def tick(self) -> None:
        self.relay.countdown.tick()

    @property
    def relay_state(self) -> int:
        return self.relay.state

    @relay_state.setter
    def relay_state(self, state: int) -> None:
        self.relay.state = state

    def power_w(self) -> float:
        raise NotImplementedError

    def answer(self, request: bytes) -> bytes:
        """The reply to a request, to one that is not JSON too."""
        self.tick()
        try:
            value, _ = json.JSONDecoder().raw_decode(request.decode().lstrip())
        except (ValueError, RecursionError):
            value = None
        if self.wants_terminal and sets(value) and "terminalUUID" not in value:
            reply = refused(NO_TERMINAL)
        else:
            reply = self.reply(value)
        return json.dumps(reply, separators=(",", ":")).encode()

    def reply(self, request: "Any") -> "Answer":
        """That to a request, alone or within another."""
        name = request.get("method") if isinstance(request, dict) else None
        if not isinstance(request, dict) or not isinstance(name, str):
            return refused(NO_METHOD)
        parameters = request.get("params")
        if name == "multipleRequest":
            return self._several(parameters)
        return self._call(name, parameters)

    def _call(self, name: str, parameters: object) -> "Answer":
        if name not in self.smart_methods:
            return refused(UNKNOWN_METHOD)
        if parameters is not None and not isinstance(parameters, dict):
            return refused(WRONG_PARAMETERS)
        reply = self.smart_methods[name](parameters or {})
        reply.setdefault("error_code", 0)
        return reply

    def _several(self, parameters: object) -> "Answer":
        requests = parameters.get("requests") if isinstance(parameters, dict) else None
        if not isinstance(requests, list):
            return refused(WRONG_PARAMETERS)
        if len(requests) > self.most:
            return refused(NO_METHOD)
        responses = []
        for request in requests:
            name = request.get("method") if isinstance(request, dict) else None
            reply = self._call(str(name), request.get("params")) if name else refused(NO_METHOD)
            responses.append({"method": name, **reply})
            if reply["error_code"] and self.stops:
                break
        return {"result": {"responses": responses}, "error_code": 0}

    def component_nego(self, _: "Answer") -> "Answer":
        pairs = [word.split(":") for word in self.components.split()]
        found = [{"id": name, "ver_code": int(version)} for name, version in pairs]
        return {"result": {"component_list": found}}

    def get_device_info(self, _: "Answer") -> "Answer":
        state = {"type": "last_states", "state": {}}
        on = {"device_on": bool(self.relay_state), "default_states": state}
        return {"result": {**self.identity(), **on, **self.told()}}

    def identity(self) -> "Answer":
        return {
            **COMMON_INFO,
            **self.region,
            **self.info,
            "device_id": self.device_id,
            "mac": self.mac.replace(":", "-"),
            "nickname": base64(self.alias),
            "ssid": base64("House"),
        }

    def told(self) -> "Answer":
        """What of get_device_info is a model's own and changes."""
        raise NotImplementedError

    def fits(self, name: str, value: object) -> bool:
        """Whether set_device_info takes the value; a name that it does not know is ignored."""
        if name == "device_on":
            return isinstance(value, bool)
        if name != "nickname":
            return True
        try:
            return base64(binascii.a2b_base64(str(value)).decode()) == value
        except ValueError:
            return False

    def set_device_info(self, parameters: "Answer") -> "Answer":
        """All or nothing. There is no result."""
        if not all(self.fits(name, value) for name, value in parameters.items()):
            return refused(WRONG_PARAMETERS)
        self.relay.meter.count()
        if "device_on" in parameters:
            self.relay_state = int(parameters["device_on"])
        if "nickname" in parameters:
            self.alias = binascii.a2b_base64(parameters["nickname"]).decode()
        self.take(parameters)
        return {}

    def take(self, parameters: "Answer") -> None:
        """Set what is a model's own, of parameters that fit."""

    def get_device_time(self, _: "Answer") -> "Answer":
        return {"result": {**self.region, "timestamp": int(self.clock() + self.local_s)}}

    def set_device_time(self, parameters: "Answer") -> "Answer":
        region, minutes = parameters.get("region"), parameters.get("time_diff")
        seconds = parameters.get("timestamp")
        if not (isinstance(region, str) and is_int(minutes, -720, 840)):
            return refused(WRONG_PARAMETERS)
        if not is_int(seconds, 0, 1 << 32):
            return refused(WRONG_PARAMETERS)
        self.region = {"region": region, "time_diff": minutes}
        self.local_s = parameters["timestamp"] - int(self.clock())
        return {}

    def get_device_usage(self, _: "Answer") -> "Answer":
        self.relay.meter.count()
        names = "today", "past7", "past30"
        usage = dict.fromkeys(names, int(self.relay.meter.used_wh))
        minutes = dict.fromkeys(names, self.relay.on_time // 60)
        nothing = dict.fromkeys(names, 0)
        return {"result": {"time_usage": minutes, "power_usage": usage, "saved_power": nothing}}

    def get_wireless_scan_info(self, _: "Answer") -> "Answer":
        found = [
            {
                "ssid": base64(str(point["ssid"])),
                "bssid": "0" * 12,
                "channel": 0,
                "signal_level": 3,
                "key_type": "wpa2_psk" if point["key_type"] else "none",
                "cipher_type": 2 if point["key_type"] else 0,
            }
            for point in ACCESS_POINTS
        ]
        sums = {"start_index": 0, "sum": len(found), "wep_supported": False}
        return {"result": {"ap_list": found, **sums}}

    def reboot(self, _: "Answer") -> "Answer":
        super().reboot(_)
        return {}

    def reset(self, _: "Answer") -> "Answer":
        super().reset(_)
        return {}
