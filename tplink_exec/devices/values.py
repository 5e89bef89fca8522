"""Values as text to what devices take: openHAB's PercentType and HSBType, R,G,B, kelvin."""

from ..address import is_digits
from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields

KELVIN = 1000, 20000
"""Beyond any lamp's; below are percent and mired, and 0, which devices take for color mode."""
LAMPS = {
    (2700, 5000): "KL120(US)",
    (2700, 6500): "KL120 LB120",
    (2500, 6500): "KL125 KL135",
    (2500, 9000): "KB130 KL130 KL430 LB130 LB230",
}
"""Kelvin of IOT lamps, which tell none, by how the model begins (python-kasa, iotbulb.py)."""


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


def rgb(text: str) -> "tuple[int, int, int]":
    """R,G,B as by hsb(): exact, then rounded once; a gray's hue is 0. Raises UsageError."""
    parts = text.split(",")
    levels = [int(part) for part in parts if is_digits(part) and len(part) < 4]
    if not len(parts) == len(levels) == 3 or max(levels) > 255:
        raise UsageError("rgb takes R,G,B (0-255,0-255,0-255), not %s" % text)
    most = max(levels)
    spread = most - min(levels)
    which = levels.index(most)
    sixths = levels[which - 2] - levels[which - 1] + 2 * which * spread
    hue = (120 * sixths + spread) // (2 * spread or 1) % 360
    return hue, share(spread, most or 1), share(most, 255)


def share(part: int, whole: int) -> int:
    """In percent, rounded as by percent()."""
    return (200 * part + whole) // (2 * whole) or int(part > 0)


def kelvin(text: str) -> int:
    """2700, 2700K or 2700 K. Raises UsageError."""
    number = text.strip()
    if number[-1:] in ("K", "k"):
        number = number[:-1].rstrip()
    _, rounded = decimal(number)
    if not KELVIN[0] <= rounded <= KELVIN[1]:
        raise UsageError("a color temperature is from %d to %d K, not %s" % (*KELVIN, text))
    return rounded


def speed(text: str) -> int:
    """A fan's, 0 to 4. Raises UsageError."""
    if text in ("0", "1", "2", "3", "4"):
        return int(text)
    raise UsageError("fan takes 0 to 4, not %s" % text)


def lamp_range(info: "Fields") -> "tuple[int, int]":
    """The lowest and the highest kelvin of a light, by its sysinfo; KELVIN when nobody knows."""
    told = info.get("color_temp_range")
    if isinstance(told, list) and [type(end) for end in told] == [int, int]:
        return told[0], told[1]
    model = str(info.get("model"))
    fit = (ends for ends, names in LAMPS.items() if model.startswith(tuple(names.split())))
    return next(fit, KELVIN)


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
