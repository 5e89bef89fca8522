"""The time zones of IOT devices: numbers, each with an offset from UTC and a daylight saving rule.

The numbers, offsets and who has daylight saving are those of the Kasa app, read from its
timezone_fwindex.json in Aldaviva/Kasa (Apache License 2.0). Countries that have changed their
rule since firmware was made are left out: what a device makes of their numbers is not known.
"""

from datetime import datetime, timedelta

# minutes from UTC | daylight saving | numbers, first the one to set | one of the zones, by its name
ZONES = """
-720 |    | 0              | Etc/GMT+12
-660 |    | 1              | Pacific/Pago_Pago
-600 |    | 2              | Pacific/Honolulu
-540 | US | 3              | America/Anchorage
-480 | US | 6 4            | America/Los_Angeles
-480 |    | 5              | Pacific/Pitcairn
-420 | US | 10             | America/Denver
-420 |    | 7 9            | America/Phoenix
-360 | US | 13             | America/Chicago
-360 |    | 11 12 15       | America/Costa_Rica
-300 | US | 18 19          | America/New_York
-300 |    | 16 17          | America/Bogota
-270 |    | 20             |
-240 | US | 23             | America/Halifax
-240 |    | 22 25          | America/Puerto_Rico
-210 | US | 27             | America/St_Johns
-180 |    | 29 30 33       | America/Argentina/Buenos_Aires
-120 |    | 34             | Atlantic/South_Georgia
-60  | EU | 35             | Atlantic/Azores
-60  |    | 36             | Atlantic/Cape_Verde
0    | EU | 39             | Europe/London
0    |    | 38 40          | UTC
60   | EU | 41 42 43 44    | Europe/Berlin
60   |    | 45             | Africa/Lagos
120  | EU | 54 48 52       | Europe/Helsinki
120  |    | 53 50 57 58    | Africa/Johannesburg
180  |    | 60 59 61 62 63 | Asia/Riyadh
240  |    | 65 67 68 69 70 | Asia/Dubai
270  |    | 71             | Asia/Kabul
300  |    | 74 72 73       | Asia/Karachi
330  |    | 75 76          | Asia/Kolkata
345  |    | 77             | Asia/Kathmandu
360  |    | 79 78 80       | Asia/Dhaka
390  |    | 81             | Asia/Yangon
420  |    | 82 83          | Asia/Bangkok
480  |    | 86 84 85 87 88 89 | Asia/Singapore
540  |    | 90 91 92       | Asia/Tokyo
570  | AU | 93             | Australia/Adelaide
570  |    | 94             | Australia/Darwin
600  | AU | 96 98          | Australia/Sydney
600  |    | 95 97 99 100   | Australia/Brisbane
660  |    | 102 101        | Pacific/Guadalcanal
720  | NZ | 104            | Pacific/Auckland
720  |    | 105 103        | Pacific/Tarawa
780  |    | 107            | Pacific/Tongatapu
840  |    | 109            | Pacific/Kiritimati
"""

DAYLIGHT = {
    "EU": ((3, 5, 1), (10, 5, 1)),
    "US": ((3, 2, 2), (11, 1, 1)),
    "AU": ((10, 1, 2), (4, 1, 2)),
    "NZ": ((9, 5, 2), (4, 1, 2)),
}
"""When it begins and ends: the month, which Sunday in it (5: the last), and the hour, by the zone's
standard time, in Europe by UTC."""


class Zone:
    """A row of ZONES: `minutes` from UTC without daylight saving, `numbers`, and a `name`."""

    def __init__(self, line: str) -> None:
        minutes, self.daylight, numbers, self.name = (cell.strip() for cell in line.split("|"))
        self.minutes = int(minutes)
        self.numbers = [int(number) for number in numbers.split()]

    def offset(self, moment: datetime) -> int:
        """Minutes from UTC at `moment`, which is UTC."""
        if not self.daylight:
            return self.minutes
        now = moment if self.daylight == "EU" else moment + timedelta(minutes=self.minutes)
        begin, end = (sunday(now.year, *point) for point in DAYLIGHT[self.daylight])
        saves = begin <= now < end if begin < end else not end <= now < begin
        return self.minutes + 60 * saves

    def offset_by(self, local: datetime) -> int:
        """The same at a local time; in the hour that comes twice, that of daylight saving."""
        saving = self.minutes + 60
        if self.offset(local - timedelta(minutes=saving)) == saving:
            return saving
        return self.minutes


def zones() -> "list[Zone]":
    return [Zone(line) for line in ZONES.strip().splitlines()]


def sunday(year: int, month: int, which: int, hour: int) -> datetime:
    """The first Sunday of a month, the second and so on; 5 is the last."""
    first = datetime(year, month, 1, hour)
    found = first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))
    return found if found.month == month else found - timedelta(days=7)


def numbered(number: object) -> "Zone | None":
    """The zone with a device's number, None where it is not known."""
    return next((zone for zone in zones() if number in zone.numbers), None)


def like(offsets: "list[tuple[datetime, int]]") -> "Zone | None":
    """The zone that has these offsets in minutes at these moments, which are UTC.

    Where none has: one without daylight saving that has the first of them, or None.
    """
    for zone in zones():
        if all(zone.offset(moment) == minutes for moment, minutes in offsets):
            return zone
    fixed = (zone for zone in zones() if not zone.daylight)
    return next((zone for zone in fixed if zone.minutes == offsets[0][1]), None)
