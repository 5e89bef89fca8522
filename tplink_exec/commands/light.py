"""Commands for values: openHAB's command strings, brightness, color, rgb, temperature, effect.

What they mean on a device is its family's to say: see `devices`.
"""

from ..devices.detect import device
from ..devices.values import hsb, kelvin, lamp_range, percent
from ..devices.values import rgb as from_rgb
from ..errors import Refused
from ..printable import one_line
from .state import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Options

STEP = {"increase": 10, "decrease": -10}


def step(exchange: "Exchange", options: "Options") -> bytes:
    device(exchange, options).step(STEP[options["command"]])
    return state(exchange, options)


def item_percent(exchange: "Exchange", options: "Options") -> bytes:
    """0 to 100, as a Dimmer item sends it."""
    return brightness(exchange, {**options, "value": options["command"]})


def item_color(exchange: "Exchange", options: "Options") -> bytes:
    """H,S,B, as a Color item sends it."""
    value = hsb(options["command"])
    device(exchange, options).set_item_color(*value)
    return state(exchange, options)


def brightness(exchange: "Exchange", options: "Options") -> bytes:
    if "value" not in options:
        return b"%d\n" % device(exchange, options).brightness()
    value = percent(options["value"])
    device(exchange, options).set_brightness(value)
    return state(exchange, options)


def color(exchange: "Exchange", options: "Options") -> bytes:
    if "value" not in options:
        return b"%d,%d,%d\n" % device(exchange, options).color()
    value = hsb(options["value"])
    device(exchange, options).set_color(*value)
    return state(exchange, options)


def rgb(exchange: "Exchange", options: "Options") -> bytes:
    """Like item_color."""
    value = from_rgb(options["value"])
    device(exchange, options).set_item_color(*value)
    return state(exchange, options)


def temperature(exchange: "Exchange", options: "Options") -> bytes:
    if "value" not in options:
        return b"%d\n" % device(exchange, options).temperature()
    value = kelvin(options["value"])
    light = device(exchange, options)
    if light.has("temperature"):
        low, high = lamp_range(light.info)
        if not low <= value <= high:
            raise Refused("the light takes %d to %d K, not %d" % (low, high, value))
    light.set_temperature(value)
    return state(exchange, options)


def effect(exchange: "Exchange", options: "Options") -> bytes:
    """The name of the one that runs, or off; starts or ends one."""
    name = options.get("value", "")
    found = device(exchange, options).effects(start=name.lower() not in ("", "off"))
    if not name:
        return (one_line(found.name()) if found.runs else "off").encode() + b"\n"
    if name.lower() != "off":
        found.start(name)
    elif found.runs:
        found.stop()
    return state(exchange, options)


def state(exchange: "Exchange", options: "Options") -> bytes:
    """With --print-state what check prints, else nothing."""
    return check(exchange, options) if "--print-state" in options else b""
