"""SMART devices (newer Kasa, Tapo): the same commands in another JSON, that of `smart_request`.

A device tells that it is one by its error_code to a request of the others.
"""

import binascii

from .. import sysinfo
from ..errors import PlugError, ProtocolError, Refused
from .bulb import Bulb
from .smart_request import TERMINAL, accepted, json_object, request, result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Exchange, Fields, Options  # noqa: F401 (type comments)

METHODS = {
    "info": "get_device_info",
    "time": "get_device_time",
    "schedule": "get_schedule_rules",
    "countdown": "get_countdown_rules",
    "antitheft": "get_antitheft_rules",
    "cloudinfo": "get_connect_cloud_state",
    "wlanscan": "get_wireless_scan_info",
    "reboot": "device_reboot",
    "reset": "device_reset",
}
"""What the named requests are here."""

METERS = {
    "power": ("get_energy_usage", "get_emeter_data", "get_current_power"),
    "voltage": ("get_emeter_data",),
    "current": ("get_emeter_data",),
    "total": ("get_energy_usage",),
    "energy": ("get_energy_usage", "get_emeter_data", "get_current_power"),
}  # type: dict[str, tuple[str, ...]]
"""What is asked for a figure, one after the other until it is told. Some meters have not all of
these methods, some refuse get_energy_usage while their clock is not set (python-kasa, energy.py).
None knows a total: energy_wh of get_emeter_data is that of this month (KP125M, P316M, recorded)."""

LED_RULES = {"ledon": "always", "ledoff": "never"}


class Smart(Bulb):
    """`info` is the result of get_device_info, asked for when it is first needed.

    `early` has answers that came with it, by method.
    """

    name = "a SMART device"
    meters = METERS
    smart = True

    def __init__(
        self,
        exchange: "Exchange",
        options: "Options",
        info: "Fields | None" = None,
        early: "dict[str, Any] | None" = None,
    ) -> None:
        super().__init__(exchange, options, info or {})
        self.early = early or {}

    @property
    def light(self) -> "Fields":
        return self.fields()

    def send(self, method: str, parameters: str, once: bool = False) -> "tuple[bytes, Fields]":
        """The reply, and the answer in it, whose error_code is 0. Raises PlugError."""
        reply = self.exchange(request(method, parameters, beside(method)).encode(), once)
        return reply, accepted(json_object(reply), method)

    def call(self, method: str, parameters: str = "", once: bool = False) -> bytes:
        """The reply to what is done by that. Raises PlugError."""
        return self.send(method, parameters, once)[0]

    def read(self, method: str, parameters: str = "") -> "Fields":
        """The result of what only reads."""
        answer = self.early.pop(method, None) or self.send(method, parameters)[1]
        return result(answer, method)

    def fields(self) -> "Fields":
        if not self.info:
            self.info = named(self.read("get_device_info"))
        return self.info

    def has(self, what: str) -> bool:
        info = self.fields()
        if what == "fan":
            return "fan_speed_level" in info
        if what == "temperature":
            lamps = info.get("color_temp_range")  # of white bulbs both ends are the same
            white = isinstance(lamps, list) and lamps[:1] == lamps[-1:]
            return "color_temp" in info and not white
        if what == "color" and "hue" not in info and self.has("temperature"):
            return self.colored()
        return {"brightness": "brightness", "color": "hue"}[what] in info

    def colored(self) -> bool:
        """By what it consists of: an L530 of hardware 1 tells no hue while it is white."""
        try:
            listed = self.read("component_nego").get("component_list")
        except Refused:
            return False
        return isinstance(listed, list) and any(
            isinstance(part, dict) and part.get("id") == "color" for part in listed
        )

    def state(self) -> int:
        on = self.fields().get("device_on")
        if isinstance(on, bool):
            return int(on)
        raise ProtocolError("device_on is %.20r, not true or false" % (on,))

    def set(self, on: int, values: str = "") -> None:
        if "--transition" in self.options:
            raise self.cannot("fading (--transition)")
        self.call("set_device_info", '{%s"device_on":%s}' % (values, "true" if on else "false"))

    def show(self, values: str) -> None:
        """With its brightness, as some bulbs take no color temperature without one."""
        if "brightness" not in values and self.has("brightness"):
            values += '"brightness":%d,' % self.level()
        super().show(values)

    def fan(self) -> int:
        if not self.has("fan"):
            return super().fan()
        return self.state() and int(sysinfo.number(self.fields(), "fan_speed_level", 0, 4))

    def set_fan(self, speed: int) -> None:
        if not self.has("fan"):
            super().set_fan(speed)
        elif speed:
            self.set(1, '"fan_speed_level":%d,' % speed)
        else:
            self.set(0)

    def measured(self, method: str) -> "list[Fields]":
        """The result for each meter. Raises Refused."""
        return [self.read(method)]

    def readings(self, name: str) -> "list[Fields]":
        failure = None  # type: Refused | None
        found = []  # type: list[Fields]
        for method in self.meters[name]:
            try:
                found = [figures(method, told) for told in self.measured(method)]
            except Refused as refusal:
                failure = failure or refusal
                continue
            if name != "power" or all("power" in told or "power_mw" in told for told in found):
                return found
        if found or not failure:
            return found
        raise self.cannot("meter", failure) if failure.unsupported else failure

    def sample(self) -> "Fields":
        sample = dict(self.readings("power")[0])
        try:
            sample.update(self.readings("voltage")[0])
        except Refused:
            pass  # not every meter has it
        return sample

    def sums(self, period: str) -> "list[Fields]":
        """The device sums up itself."""
        name = period + "_energy"
        try:
            found = self.measured("get_energy_usage")
        except Refused as refusal:
            if not refusal.unsupported:
                raise
            raise self.cannot("meter", refusal) from None
        return [{"energy_wh": told[name]} if name in told else {} for told in found]

    def rename(self, name: str) -> None:
        text = binascii.b2a_base64(name.encode(), newline=False).decode()
        self.call("set_device_info", '{"nickname":"%s"}' % text)

    def named(self, name: str) -> bytes:
        """b"" where it sets something."""
        if name in METHODS:
            methods = (METHODS[name],)  # type: tuple[str, ...]
        elif name in LED_RULES:
            methods = ("set_led_info",)
        else:
            methods = METERS.get(name, ())
        failure = None  # type: Refused | None
        for method in methods:
            reads = method.startswith("get_")
            parameters = '{"led_rule":"%s"}' % LED_RULES[name] if name in LED_RULES else ""
            try:
                reply = self.call(method, parameters, once=method.startswith("device_"))
            except Refused as refusal:
                failure = failure or refusal
            else:
                return reply if reads else b""
        if failure and not failure.unsupported:
            raise failure
        what = {"energy": "meter", "ledon": "an LED to switch", "ledoff": "an LED to switch"}
        raise self.cannot(what.get(name, name), failure or "")

    def can(self) -> "list[str]":
        """Meters are told by what is known of their protection only, if at all."""
        found = [text for text in super().can() if text != "power"]
        more = {"power_protection_status": "power", "fan_speed_level": "fan"}
        return found + [text for field, text in more.items() if field in self.fields()]

    def cannot(self, what: str, reason: object = "") -> PlugError:
        self.fields()  # its model is to be told
        return super().cannot(what, reason)


def beside(method: str) -> str:
    """What stands beside a method: see request()."""
    return "" if method[:4] == "get_" else TERMINAL


def named(info: "Fields") -> "Fields":
    """`info` with the alias as text, if it has one; it comes in base64."""
    try:
        name = binascii.a2b_base64(info["nickname"])
        return {**info, "alias": name.decode("utf-8", "replace")}
    except (LookupError, TypeError, ValueError):
        return info


def figures(method: str, told: "Fields") -> "Fields":
    """What a method of the meter tells, as of get_realtime: mW in the one, W in the other."""
    if method == "get_emeter_data":
        return {name: told[name] for name in INSTANT if name in told}
    field = "power_mw" if method == "get_energy_usage" else "power"
    return {field: told["current_power"]} if "current_power" in told else {}


INSTANT = "power_mw", "voltage_mv", "current_ma"
