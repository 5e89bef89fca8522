"""Bulbs and light strips: their state is light_state, set by one request that confirms it."""

from . import family
from .dimmer import Dimmer
from .errors import Refused
from .request import BULB_MODULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Fields


def family_of(info: "Fields") -> "type[Bulb]":
    return LightStrip if "length" in info else Bulb


class Bulb(Dimmer):
    """`light` is what holds now; while it is off, what will hold when it is switched on."""

    name = "a bulb"
    service = "smartlife.iot.smartbulb.lightingservice"
    method = "transition_light_state"
    modules = BULB_MODULES

    @property
    def light(self) -> "Fields":
        light = self.info["light_state"]
        default = light.get("dft_on_state")
        return light if self.state() or not isinstance(default, dict) else default

    def set(self, on: int, values: str = "") -> None:
        """Raises Refused when the light says that it did not do it."""
        # ignore_default 0: the bulb's own default comes back; with values, those count.
        arguments = '{"on_off":%d,%s"ignore_default":%d,"transition_period":%d}'
        fade = self.options.get("--transition", 0)
        light = self.ask(self.service, self.method, arguments % (on, values, bool(values), fade))
        new = light.get("on_off", int(on))
        if repr(new) != repr(int(on)):
            raise Refused("the light says on_off %.20r after it was set" % (new,))

    def switch(self, on: int) -> None:
        self.set(on)

    def brightness(self) -> int:
        return round(family.number(self.light, "brightness", 0, 100)) if self.state() else 0

    def set_brightness(self, percent: int) -> None:
        if percent and self.info.get("is_dimmable", 1):
            self.set(1, '"brightness":%d,' % percent)
        else:
            self.set(percent > 0)

    def color(self) -> "tuple[int, int, int]":
        if not self.info.get("is_color"):
            return super().color()
        hue = family.number(self.light, "hue", 0, 360)
        saturation = family.number(self.light, "saturation", 0, 100)
        return round(hue) % 360, round(saturation), self.brightness()

    def set_color(self, hue: int, saturation: int, percent: int) -> None:
        if not self.info.get("is_color"):
            super().set_color(hue, saturation, percent)
        elif percent:
            values = '"hue":%d,"saturation":%d,"brightness":%d,"color_temp":0,'
            self.set(1, values % (hue, saturation, percent))
        else:
            self.set(0)

    def set_item_color(self, hue: int, saturation: int, percent: int) -> None:
        if self.info.get("is_color"):
            self.set_color(hue, saturation, percent)
        else:
            self.set_brightness(percent)

    def temperature(self) -> int:
        if not self.info.get("is_variable_color_temp"):
            return super().temperature()
        kelvin = round(family.number(self.light, "color_temp", 0, 100000))
        if not kelvin:
            raise Refused("the light shows a color now, so it has no color temperature")
        return kelvin

    def set_temperature(self, kelvin: int) -> None:
        if not self.info.get("is_variable_color_temp"):
            super().set_temperature(kelvin)
        else:
            self.set(1, '"color_temp":%d,' % kelvin)

    def metered(self) -> "list[tuple[str, ...]]":
        return [()]  # bulbs have no `feature`: the request tells

    def can(self) -> "list[str]":
        more = {"is_color": "color, H,S,B", "is_variable_color_temp": "temperature"}
        return [
            *super().can(),
            "power",
            *(text for flag, text in more.items() if self.info.get(flag)),
        ]


class LightStrip(Bulb):
    name = "a light strip"
    service = "smartlife.iot.lightStrip"
    method = "set_light_state"
