"""Bulbs and light strips: their state is light_state, set by one request that confirms it."""

from .. import sysinfo
from ..errors import Refused
from .dimmer import STEP, Dimmer
from .plug import SWITCHING
from .request import BULB_MODULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields
    from .effects import Effects

EFFECTS = (
    "lighting_effect_state",
    "lighting_effect",
    "segment_effect",
    "dynamic_light_effect_enable",
)
"""The fields that tell whether an effect runs, and of all but the last which: see `effects`."""
FLAGS = {"brightness": "is_dimmable", "color": "is_color", "temperature": "is_variable_color_temp"}


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

    def effect(self) -> str:
        """The field of EFFECTS that tells of an effect that runs, "" when none does."""
        fields = self.fields()
        for name in EFFECTS:
            told = fields.get(name)
            if told is True or (isinstance(told, dict) and told.get("enable") == 1):
                return name
        return ""

    def effects(self, start: bool = False) -> "Effects":
        fields = [name for name in EFFECTS if name in self.fields()]
        if not fields:
            return super().effects()
        from .effects import KINDS

        field = fields[0] if start else self.effect() or fields[0]
        return KINDS[field](self, field)

    def shown(self) -> "Fields":
        """`light`, if no effect hides its color. Raises Refused."""
        if self.effect():
            text = "the light plays the effect %.200s now, and no color; effect off ends it"
            raise Refused(text % self.effects().name())
        return self.light

    def show(self, values: str) -> None:
        """A color or a white, in place of any effect."""
        if self.effect() == EFFECTS[-1]:  # strips end theirs themselves
            self.effects().stop()
        self.set(1, values)

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

    def has(self, what: str) -> bool:
        return bool(self.info.get(FLAGS.get(what, ""), what == "brightness"))

    def brightness(self) -> int:
        if not (self.has("brightness") and self.state()):
            return 100 * self.state()
        return self.level()

    def level(self) -> int:
        """The brightness that it has when it is on: an effect's while one runs."""
        light = self.effects().state() if self.effect() else self.light
        return max(sysinfo.rounded(sysinfo.number(light, "brightness", 0, 100)), 1)

    def set_brightness(self, percent: int) -> None:
        if percent and self.effect():
            self.effects().dim(percent)
        elif percent and self.has("brightness"):
            self.set(1, '"brightness":%d,' % percent)
        else:
            self.set(percent > 0)

    def step(self, percent: int) -> None:
        if self.has("brightness"):
            super().step(percent)
        else:
            self.switch(percent > 0)

    def color(self) -> "tuple[int, int, int]":
        """While it shows a white, the saturation is 0: some bulbs go on to tell the last color."""
        if not self.has("color"):
            return super().color()
        light = self.shown()
        if "color_temp" in light and sysinfo.number(light, "color_temp", 0, 100000):
            light = {"hue": 0, **light, "saturation": 0}
        hue = sysinfo.number(light, "hue", 0, 360)
        saturation = sysinfo.number(light, "saturation", 0, 100)
        return sysinfo.rounded(hue) % 360, sysinfo.rounded(saturation), self.brightness()

    def set_color(self, hue: int, saturation: int, percent: int) -> None:
        if not self.has("color"):
            super().set_color(hue, saturation, percent)
        elif percent:
            values = '"hue":%d,"saturation":%d,"brightness":%d,"color_temp":0,'
            self.show(values % (hue, saturation, percent))
        else:
            self.set(0)

    def set_item_color(self, hue: int, saturation: int, percent: int) -> None:
        if self.has("color"):
            self.set_color(hue, saturation, percent)
        else:
            self.set_brightness(percent)

    def temperature(self) -> int:
        if not self.has("temperature"):
            return super().temperature()
        kelvin = sysinfo.rounded(sysinfo.number(self.shown(), "color_temp", 0, 100000))
        if not kelvin:
            raise Refused("the light shows a color now, so it has no color temperature")
        return kelvin

    def set_temperature(self, kelvin: int) -> None:
        if not self.has("temperature"):
            super().set_temperature(kelvin)
        else:
            self.show('"color_temp":%d,' % kelvin)

    def metered(self) -> "list[tuple[str, ...]]":
        return [()]  # bulbs have no `feature`: the request tells

    def can(self) -> "list[str]":
        more = {"brightness": STEP, "color": "color, H,S,B", "temperature": "temperature"}
        effect = ["effect"] if any(name in self.fields() for name in EFFECTS) else []
        able = [text for what, text in more.items() if self.has(what)]
        return [SWITCHING, *able, *effect, "power"]


class LightStrip(Bulb):
    name = "a light strip"
    service = "smartlife.iot.lightStrip"
    method = "set_light_state"
