"""The meter as plain numbers: W, V, A and kWh, whatever the hardware gives them in.

Hardware 1 says current (A), voltage (V), power (W), total (kWh) in decimals; later hardware whole
numbers in mA, mV, mW and Wh. Bulbs may know only power_mw. What a reply does not hold is an
error, never 0.
"""

from ..errors import ProtocolError
from .plug import Plug

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields

FIELDS = {
    "power": ("power", "power_mw"),
    "voltage": ("voltage", "voltage_mv"),
    "current": ("current", "current_ma"),
    "total": ("total", "total_wh"),
    "today": ("energy", "energy_wh"),
    "month": ("energy", "energy_wh"),
}
"""By command: the field in W, V, A or kWh, and that in a thousandth of it."""

DAY = {"year": (1970, 9999), "month": (1, 12), "day": (1, 31)}
"""The fields of a day in day_list, with their limits."""

TODAY = {"year": (1970, 9999), "month": (1, 12), "mday": (1, 31)}
"""Those of get_time."""


def reading(target: Plug, name: str) -> bytes:
    """power, voltage, current, total; a strip's is the sum over its outlets, but for volts."""
    return decimal(sum(micro(target, answer, name) for answer in target.readings(name)))


def statistics(target: Plug, name: str) -> bytes:
    """today, month: from the list of days, by the device's own clock; 0 where no day is listed."""
    meters = target.metered()
    sums = target.sums(name)
    if sums is not None:
        return decimal(sum(micro(target, entry, name) for entry in sums))
    now = target.ask("time", "get_time")
    date = tuple(whole(now, field, *limits) for field, limits in TODAY.items())
    wanted = date if name == "today" else date[:2]
    arguments = '{"year":%d,"month":%d}' % date[:2]
    total = 0
    for ids in meters:
        answer = target.metering("get_daystat", arguments, ids)
        days = answer.get("day_list")
        if not isinstance(days, list) or not all(isinstance(day, dict) for day in days):
            raise ProtocolError("day_list is no list of objects: %.60r" % (days,))
        listed = {
            tuple(whole(day, field, *limits) for field, limits in DAY.items()): day for day in days
        }
        if len(listed) < len(days):
            raise ProtocolError("day_list has a day twice")
        total += sum(
            micro(target, day, name)
            for when, day in listed.items()
            if when[: len(wanted)] == wanted
        )
    return decimal(total)


def whole(fields: "Fields", name: str, low: int, high: int) -> int:
    value = fields.get(name)
    if type(value) is not int or not low <= value <= high:
        raise ProtocolError("%s is %.20r, not %d to %d" % (name, value, low, high))
    return value


def micro(target: Plug, reading: "Fields", name: str) -> int:
    """A figure in millionths of its unit, so that sums are exact and 0.1 + 0.2 is 0.3."""
    for field, factor in zip(FIELDS[name], (1000000, 1000)):
        if field in reading:
            value = reading[field]
            if type(value) not in (int, float) or not -1e12 < value < 1e12:
                raise ProtocolError("%s is %.20r, not a number of that kind" % (field, value))
            return int(round(value * factor))
    raise target.cannot("%s in its meter" % name)


def decimal(millionths: int) -> bytes:
    """Three decimals, up to six where there are more; never an exponent."""
    sign = "-" if millionths < 0 else ""
    text = "%s%d.%06d" % (sign, *divmod(abs(millionths), 1000000))
    return (text[:-3] + text[-3:].rstrip("0") + "\n").encode()
