"""The device's clock: read as ISO 8601, and set to this machine's time and time zone.

IOT devices keep their local time and the number of a zone, see `zones`; SMART devices the seconds
since 1970, the zone's name, and its minutes from UTC without daylight saving.
"""

import os
import time
from datetime import datetime, timedelta, timezone

from .. import sysinfo
from ..errors import LocalError, ProtocolError, Refused
from ..messages import answer
from .request import enclosed, quoted
from .zones import like, numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any
    from .plug import Plug
    from .smart import Smart

FIELDS = {
    "year": (1970, 9999),
    "month": (1, 12),
    "mday": (1, 31),
    "hour": (0, 23),
    "min": (0, 59),
    "sec": (0, 59),
}
"""Those of get_time, with their limits."""

NEVER_SET = 1577836800
"""2020 began. A machine without a battery for its clock may think that it is earlier."""

NO_PLACES = ("Etc", "posix", "right")
"""Folders of the time zone database that are not named for a part of the world."""

LOCALTIME = "/etc/localtime"
TIMEZONE = "/etc/timezone"
WEEK_S = 7 * 86400
EPOCH = datetime(1970, 1, 1)


def reading(target: "Any") -> bytes:
    """Local time with its offset from UTC, 2026-11-27T18:05:09+01:00; without where none is known.

    Raises PlugError.
    """
    now = smart_time(target) if target.smart else local_time(target)
    return now.isoformat(timespec="seconds").encode() + b"\n"


def local_time(target: "Plug") -> datetime:
    """An IOT device's."""
    module = target.modules.get("time", "time")
    reply = target.exchange(enclosed('"%s":{"get_time":{},"get_timezone":{}}' % module))
    told = answer(reply, module, "get_time")
    numbers = (int(sysinfo.number(told, name, *limits)) for name, limits in FIELDS.items())
    year, month, day, hour, minute, second = numbers
    try:
        now = datetime(year, month, day, hour, minute, second)
        zone = numbered(answer(reply, module, "get_timezone").get("index"))
        if not zone:
            return now
        minutes = zone.offset_by(now)
    except Refused:
        return now
    except (ValueError, OverflowError) as error:
        raise ProtocolError("the device's clock shows no date: %s" % error) from None
    return now.replace(tzinfo=timezone(timedelta(minutes=minutes)))


def smart_time(target: "Smart") -> datetime:
    """In the device's zone, where this machine knows it, else at the offset that it tells."""
    told = target.read("get_device_time")
    seconds = int(sysinfo.number(told, "timestamp", 0, 1 << 40))
    minutes = int(sysinfo.number(told, "time_diff", -1439, 1439))
    region = told.get("region")
    try:
        if region == zone_name():
            return datetime.fromtimestamp(seconds).astimezone()
        from zoneinfo import ZoneInfo  # from Python 3.9 on

        return datetime.fromtimestamp(seconds, ZoneInfo(str(region)))
    except (ImportError, LookupError, ValueError, OverflowError, OSError):
        pass
    try:
        return datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))
    except (ValueError, OverflowError, OSError) as error:
        raise ProtocolError("the device's clock shows no date: %s" % error) from None


def set_now(target: "Any") -> None:
    """Time and time zone of this machine. Raises PlugError, LocalError where it does not know."""
    now = time.time()
    if now < NEVER_SET:
        raise LocalError("this machine's own clock is not set: it says %s" % time.ctime(now))
    offsets = offsets_from(now)
    name = zone_name()
    if name and time.tzname[0] in ("UTC", name.partition("/")[0]):
        words = "this machine does not know its time zone %s; is its package tzdata installed?"
        raise LocalError(words % name)
    zone = like(offsets)
    if target.smart:
        name = name or (zone.name if zone else "")
        standard = min(minutes for _, minutes in offsets)
        told = '{"region":%s,"time_diff":%d,"timestamp":%d}' % (quoted(name), standard, now + 0.5)
        target.call("set_device_time", told)
    elif not zone:
        words = "the device's list of time zones has none with the %s that this machine has"
        raise Refused(words % timezone(timedelta(minutes=offsets[0][1])))
    else:
        fields = zip(FIELDS, time.localtime(now + 0.5))
        told = ",".join('"%s":%d' % field for field in fields)
        target.ask("time", "set_timezone", '{%s,"index":%d}' % (told, zone.numbers[0]))


def offsets_from(now: float) -> "list[tuple[datetime, int]]":
    """This machine's minutes from UTC, now and at noon of each Wednesday for a year.

    Clocks are put forward and back on other days: so zones that differ by days are alike.
    """
    noon = now // WEEK_S * WEEK_S + 6.5 * 86400  # 1970 began on a Thursday
    moments = [now, *(noon + week * WEEK_S for week in range(53))]
    return [
        (EPOCH + timedelta(seconds=moment), time.localtime(moment).tm_gmtoff // 60)
        for moment in moments
    ]


def zone_name() -> str:
    """What this machine calls its time zone, as Europe/Berlin; "" where that is not found."""
    told = [os.path.realpath(LOCALTIME), first_line(TIMEZONE)]
    for text in [os.environ["TZ"]] if "TZ" in os.environ else told:
        name = text.rpartition("zoneinfo/")[2].lstrip(":")
        area = name.partition("/")[0]
        if area.isalpha() and area not in NO_PLACES and name.count("/") in (1, 2):
            return name
    return ""


def first_line(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.readline().strip()
    except (OSError, ValueError):
        return ""
