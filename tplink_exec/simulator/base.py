"""What every simulated device does: it keeps a state and answers in the real ones' words.

Shapes, wording and number formats of all families follow recorded answers of the models that
models lists, and protocol captures. No I/O here: `simulate` puts a device on a port.
"""

import calendar
import datetime
import json
import re
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock, Method

UTC_INDEX = 38
LAST_INDEX = 109
"""UTC and the last one in the devices' time zones (python-kasa, kasa/iot/iottimezone.py)."""

FIRST_MAC = 0x50C7BF000000
ACCESS_POINTS = [{"ssid": "House", "key_type": 3}, {"ssid": "Guest", "key_type": 0}]
LATER = {"mic_type": "IOT.SMARTPLUGSWITCH", "feature": "TIM", "latitude_i": 0, "longitude_i": 0}
"""What get_sysinfo of plugs, dimmers and strips says, but for that of the first hardware."""
NEVER = {"type": -1}
NO_RULES = {"rule_list": [], "version": 2, "enable": 0, "err_code": 0}
CLOUD = {
    "username": "",
    "server": "n-devs.tplinkcloud.com",
    "binded": 0,
    "cld_connection": 0,
    "illegalType": 0,
    "stopConnect": 0,
    "tcspStatus": 1,
    "fwDlPage": "",
    "tcspInfo": "",
    "fwNotifyType": 0,
    "err_code": 0,
}


TIME_FIELDS = "year", "month", "mday", "hour", "min", "sec"


def says(answer: "Answer") -> "Method":
    """A method that always gives this answer."""
    return lambda _: dict(answer)


def sold(model: str, sw_ver: str, common: "Answer", **more: object) -> "Answer":
    """What get_sysinfo of a model always says."""
    return {"sw_ver": sw_ver, "hw_ver": "1.0", "model": model, **common, **more}


def is_int(value: object, low: int, high: int) -> bool:
    """Whether it is a JSON number from low to high, written without a fraction; true is none."""
    return type(value) is int and low <= value <= high


class SimulatedDevice:
    """The base of the families; `number`, from FIRST_MAC, makes MAC, ids and alias its own.

    `clock` gives seconds since the epoch and is what the device's own time is. `methods` is
    module -> method -> function(arguments) -> object; each family fills it.
    """

    MODULE_NOT_SUPPORT = {"err_code": -1, "err_msg": "module not support"}  # type: Answer
    MEMBER_NOT_SUPPORT = {"err_code": -2, "err_msg": "member not support"}  # type: Answer
    INVALID_ARGUMENT = {"err_code": -3, "err_msg": "invalid argument"}  # type: Answer

    relay_state: int
    """0 or 1, to be read and set: whether it is on, and for more than one outlet whether any is."""

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        self.model = model
        self.clock = clock
        self.default_alias = self.alias = "%s %d" % (model, number + 1)
        self.mac = ":".join(re.findall("..", "%012X" % (FIRST_MAC + number)))
        self.device_id = "8006%036X" % (number % (1 << 48))
        self.reboots = self.resets = 0
        self.cloud = dict(CLOUD)
        self.zone_index = UTC_INDEX
        self.local_s = 0.0
        """What the device's local time is ahead of `clock`."""
        self.stainfo = {}  # type: Answer
        self.methods = {}  # type: dict[str, dict[str, Method]]
        self.time_methods = {
            "get_time": self.get_time,
            "get_timezone": lambda _: {"index": self.zone_index, "err_code": 0},
            "set_time": self.set_time,
            "set_timezone": self.set_timezone,
        }  # type: dict[str, Method]
        self.wifi_methods = {
            "get_scaninfo": says({"ap_list": ACCESS_POINTS, "err_code": 0}),
            "set_stainfo": self.set_stainfo,
        }
        self.schedule_methods = {
            "get_rules": says(NO_RULES),
            "get_next_action": says({**NEVER, "err_code": 0}),
            "erase_runtime_stat": says({"err_code": 0}),
        }
        self.cloud_methods = {
            "get_info": lambda _: dict(self.cloud),
            "unbind": self.unbind,
        }  # type: dict[str, Method]

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
        self.tick()
        self.choose(modules.pop("context", None))
        reply = {name: self._module(name, methods) for name, methods in modules.items()}
        return json.dumps(reply, separators=(",", ":"), ensure_ascii=False).encode()

    def tick(self) -> None:
        """Do what the time has come for."""

    def choose(self, context: object) -> None:
        """Take which outlets the request is for; a device that has none ignores it."""

    def _module(self, name: str, methods: object) -> "Answer":
        known = self.methods.get(name)
        if known is None or not isinstance(methods, dict):
            return self.MODULE_NOT_SUPPORT
        return {
            # A plug without a meter says "module" here, not "member": HS200, recorded.
            method: (known[method](arguments if isinstance(arguments, dict) else {}))
            if method in known
            else (self.MEMBER_NOT_SUPPORT if known else self.MODULE_NOT_SUPPORT)
            for method, arguments in methods.items()
        }

    def identity(self) -> "Answer":
        """The part of get_sysinfo that all families have."""
        return {
            "deviceId": self.device_id,
            "hwId": "0" * 32,
            "oemId": "0" * 32,
            "alias": self.alias,
            "rssi": -59,
            "err_code": 0,
        }

    def set_dev_alias(self, arguments: "Answer") -> "Answer":
        if not isinstance(arguments.get("alias"), str):
            return self.INVALID_ARGUMENT
        self.alias = arguments["alias"]
        return {"err_code": 0}

    def reboot(self, _: "Answer") -> "Answer":
        self.reboots += 1
        return {"err_code": 0}

    def reset(self, _: "Answer") -> "Answer":
        self.resets += 1
        self.alias = self.default_alias
        return {"err_code": 0}

    def get_time(self, _: "Answer") -> "Answer":
        now = time.gmtime(self.clock() + self.local_s)
        return {"err_code": 0, **dict(zip(TIME_FIELDS, now))}

    def set_time(self, arguments: "Answer") -> "Answer":
        try:
            local = datetime.datetime(*(arguments[name] for name in TIME_FIELDS))
        except (LookupError, TypeError, ValueError):
            return self.INVALID_ARGUMENT
        self.local_s = calendar.timegm(local.timetuple()) - int(self.clock())
        return {"err_code": 0}

    def set_timezone(self, arguments: "Answer") -> "Answer":
        if not is_int(arguments.get("index"), 0, LAST_INDEX):
            return self.INVALID_ARGUMENT
        answer = self.set_time(arguments)
        if answer["err_code"] == 0:
            self.zone_index = arguments["index"]
        return answer

    def unbind(self, _: "Answer") -> "Answer":
        self.cloud.update(username="", binded=0, cld_connection=0)
        return {"err_code": 0}

    def set_stainfo(self, arguments: "Answer") -> "Answer":
        ssid, password = arguments.get("ssid"), arguments.get("password")
        key_type = arguments.get("key_type")
        if not (isinstance(ssid, str) and isinstance(password, str) and is_int(key_type, 0, 3)):
            return self.INVALID_ARGUMENT
        self.stainfo = {"ssid": ssid, "password": password, "key_type": key_type}
        return {"err_code": 0}
