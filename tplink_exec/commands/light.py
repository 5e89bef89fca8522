"""Commands for values: openHAB's command strings, brightness, color, rgb and temperature.

What they mean on a device is its family's to say: see `devices`.
"""

from ..devices.detect import device
from ..devices.values import hsb, kelvin, lamp_range, percent
from ..devices.values import rgb as from_rgb
from ..errors import Refused
from .switch import check

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
    try:
        light.set_temperature(value)
    except Refused as refusal:
        low, high = lamp_range(light.info)
        if low <= value <= high or not light.has("temperature"):
            raise
        raise Refused("%s; it takes %d to %d K" % (refusal, low, high)) from None
    return state(exchange, options)


def state(exchange: "Exchange", options: "Options") -> bytes:
    """With --print-state what check prints, else nothing."""
    return check(exchange, options) if "--print-state" in options else b""
