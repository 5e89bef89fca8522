"""openHAB's values as text to what devices take: PercentType, HSBType, kelvin."""

from ..errors import UsageError

KELVIN = 1000, 20000
"""Beyond any lamp's; below are percent and mired, and 0, which devices take for color mode."""


def percent(text: str) -> int:
    """0..100, decimals rounded half up, but above 0 never to 0. Raises UsageError."""
    whole, rounded = decimal(text)
    if whole > 100 or (whole == 100 and float(text) > 100):
        raise UsageError("a percentage is from 0 to 100, not %s" % text)
    return rounded or int(float(text) > 0)


def hsb(text: str) -> "tuple[int, int, int]":
    """Hue (360 is 0), saturation, brightness. Raises UsageError."""
    parts = text.split(",")
    if len(parts) != 3:
        raise UsageError("a color is H,S,B (0-360,0-100,0-100), not %s" % text)
    _, hue = decimal(parts[0])
    if hue > 360 or float(parts[0]) > 360:
        raise UsageError("a hue is from 0 to 360, not %s" % parts[0])
    return hue % 360, percent(parts[1]), percent(parts[2])


def kelvin(text: str) -> int:
    """2700, 2700K or 2700 K. Raises UsageError."""
    number = text.strip()
    if number[-1:] in ("K", "k"):
        number = number[:-1].rstrip()
    _, rounded = decimal(number)
    if not KELVIN[0] <= rounded <= KELVIN[1]:
        raise UsageError("a color temperature is from %d to %d K, not %s" % (*KELVIN, text))
    return rounded


def decimal(text: str) -> "tuple[int, int]":
    """The whole part of an ASCII decimal, and it rounded half up, both exact."""
    if not is_decimal(text) or len(text) > 40:
        raise UsageError("a number is wanted, not '%s'" % text)
    whole, _, fraction = text.partition(".")
    number = int(whole or "0")
    return number, number + (fraction[:1] >= "5")


def is_decimal(text: str) -> bool:
    digits = text.replace(".", "", 1)
    return digits.isascii() and digits.isdigit()
