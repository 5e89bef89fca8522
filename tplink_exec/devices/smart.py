"""SMART devices (newer Kasa, Tapo): the same commands in another JSON, that of `smart_request`.

A device tells that it is one by its error_code to a request of the others.
"""

import binascii

from ..errors import PlugError, ProtocolError, Refused
from .bulb import Bulb
from .smart_request import accepted, json_object, request, result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Options

METHODS = {
    "info": "get_device_info",
    "energy": "get_energy_usage",
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

LED_RULES = {"ledon": "always", "ledoff": "never"}


class Smart(Bulb):
    """`info` is the result of get_device_info, asked for when it is first needed."""

    name = "a SMART device"

    def __init__(self, exchange: "Exchange", options: "Options") -> None:
        super().__init__(exchange, options, {})

    @property
    def light(self) -> "Fields":
        return self.fields()

    def call(self, method: str, parameters: str = "", once: bool = False) -> bytes:
        """The reply, whose error_code is 0. Raises PlugError."""
        reply = self.exchange(request(method, parameters).encode(), once)
        accepted(json_object(reply), method)
        return reply

    def read(self, method: str, parameters: str = "") -> "Fields":
        """The result of what only reads."""
        return result(json_object(self.call(method, parameters)), method)

    def fields(self) -> "Fields":
        if not self.info:
            self.info = self.read("get_device_info")
            try:
                name = binascii.a2b_base64(self.info["nickname"])
                self.info["alias"] = name.decode("utf-8", "replace")
            except (LookupError, TypeError, ValueError):
                pass  # then it has none
        return self.info

    def has(self, what: str) -> bool:
        info = self.fields()
        if what == "temperature":
            lamps = info.get("color_temp_range")  # of white bulbs both ends are the same
            white = isinstance(lamps, list) and lamps[:1] == lamps[-1:]
            return "color_temp" in info and not white
        return {"brightness": "brightness", "color": "hue"}[what] in info

    def state(self) -> int:
        on = self.fields().get("device_on")
        if isinstance(on, bool):
            return int(on)
        raise ProtocolError("device_on is %.20r, not true or false" % (on,))

    def set(self, on: int, values: str = "") -> None:
        if "--transition" in self.options:
            raise self.cannot("fading (--transition)")
        self.call("set_device_info", '{%s"device_on":%s}' % (values, "true" if on else "false"))

    def realtime(self, ids: "tuple[str, ...]", name: str = "power") -> "Fields":
        energy = self.energy()
        reading = {"power_mw": energy["current_power"]} if "current_power" in energy else {}
        if name in ("voltage", "current"):
            try:
                reading.update(self.read("get_emeter_data"))
            except Refused:
                pass  # not every meter has it
        return reading

    def sums(self, period: str) -> "Fields":
        """A day's or month's entry, as in get_daystat: the device sums up itself."""
        energy = self.energy()
        name = period + "_energy"
        return {"energy_wh": energy[name]} if name in energy else {}

    def energy(self) -> "Fields":
        try:
            return self.read("get_energy_usage")
        except Refused as refusal:
            if not refusal.unsupported:
                raise
            raise self.cannot("meter", refusal) from None

    def rename(self, name: str) -> None:
        text = binascii.b2a_base64(name.encode(), newline=False).decode()
        self.call("set_device_info", '{"nickname":"%s"}' % text)

    def named(self, name: str) -> bytes:
        """The reply to a named request of the others' table, b"" where it sets something."""
        if name in ("ledon", "ledoff"):
            self.call("set_led_info", '{"led_rule":"%s"}' % LED_RULES[name])
            return b""
        if name not in METHODS:
            raise self.cannot(name)
        method = METHODS[name]
        try:
            reply = self.call(method, once=not method.startswith("get_"))
        except Refused as refusal:
            if not refusal.unsupported:
                raise
            raise self.cannot(name, refusal) from None
        return reply if method.startswith("get_") else b""

    def cannot(self, what: str, reason: object = "") -> PlugError:
        self.fields()  # its model is to be told
        return super().cannot(what, reason)
