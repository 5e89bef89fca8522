"""The time zones of IOT devices against known moments, and against the time zone database."""

import unittest
from datetime import datetime, timedelta, timezone

from tplink_exec.devices.zones import like, numbered, zones

try:
    from zoneinfo import ZoneInfo

    ZoneInfo("Europe/Berlin")
except (ImportError, LookupError):
    ZoneInfo = None

CHANGES = (
    ("2026-03-29 01:00", 41, 60, 120),
    ("2026-10-25 01:00", 41, 120, 60),
    ("2026-03-29 01:00", 39, 0, 60),
    ("2026-10-25 01:00", 48, 180, 120),
    ("2026-03-08 07:00", 18, -300, -240),
    ("2026-11-01 06:00", 18, -240, -300),
    ("2026-03-08 10:00", 6, -480, -420),
    ("2027-11-07 04:30", 27, -150, -210),
    ("2026-04-04 16:00", 96, 660, 600),
    ("2026-10-03 16:00", 96, 600, 660),
    ("2026-04-04 14:00", 104, 780, 720),
    ("2026-09-26 14:00", 104, 720, 780),
    ("2026-10-25 01:00", 38, 0, 0),
    ("2026-10-25 01:00", 75, 330, 330),
)
"""A moment in UTC, a zone's number, and its minutes from UTC a second before and from then on."""


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M")


class Zones(unittest.TestCase):
    def test_known_moments(self):
        for moment, number, before, after in CHANGES:
            zone = numbered(number)
            found = zone.offset(at(moment) - timedelta(seconds=1)), zone.offset(at(moment))
            self.assertEqual(found, (before, after), (moment, number))

    def test_local_times(self):
        for number, local, minutes in (
            (41, "2026-03-29 01:59", 60),
            (41, "2026-03-29 03:00", 120),
            (41, "2026-10-25 01:59", 120),
            (41, "2026-10-25 02:30", 120),  # this hour comes twice
            (41, "2026-10-25 03:00", 60),
            (18, "2026-11-01 00:30", -240),
            (18, "2026-11-01 02:00", -300),
            (96, "2026-04-05 03:00", 600),
            (96, "2026-12-31 23:59", 660),
            (38, "2026-07-01 12:00", 0),
        ):
            self.assertEqual(numbered(number).offset_by(at(local)), minutes, (number, local))

    def test_no_number_is_there_twice(self):
        numbers = [number for zone in zones() for number in zone.numbers]
        self.assertEqual(len(numbers), len(set(numbers)))
        self.assertLessEqual(set(numbers), set(range(110)))
        for number in (28, 55, 110, -1, "41", None, 41.5):
            self.assertIsNone(numbered(number), number)

    @unittest.skipUnless(ZoneInfo, "no time zone database")
    def test_the_database_says_the_same(self):
        """Each hour of the days on which any clock is changed."""
        days = [datetime(2028, 1, 1) + timedelta(days=day) for day in range(3 * 365)]
        days = [day for day in days if day.weekday() in (5, 6) and day.month in CHANGING]
        for zone in zones():
            info = zone.name and ZoneInfo(zone.name)
            for moment in [day + timedelta(hours=hour) for day in days for hour in range(24)]:
                if info:
                    self.assertEqual(zone.offset(moment), offset(info, moment), (zone.name, moment))

    @unittest.skipUnless(ZoneInfo, "no time zone database")
    def test_the_one_that_is_like_a_machine_s(self):
        for name, month, number in (
            ("Europe/Berlin", 1, 41),
            ("Europe/Paris", 7, 41),
            ("Europe/Dublin", 7, 39),
            ("Europe/Athens", 1, 54),
            ("Asia/Jerusalem", 1, 54),  # its clocks are put forward two days before
            ("America/New_York", 7, 18),
            ("America/Phoenix", 7, 7),
            ("America/Denver", 7, 10),
            ("America/Sao_Paulo", 1, 29),
            ("Europe/Istanbul", 1, 60),
            ("Asia/Tokyo", 1, 90),
            ("Australia/Hobart", 1, 96),
            ("Pacific/Auckland", 1, 104),
            ("Africa/Cairo", 1, 53),  # for now: the list has none with its daylight saving
            ("Africa/Cairo", 7, 60),
            ("Pacific/Chatham", 1, None),
        ):
            begin = datetime(2026, month, 14, 12)
            weeks = [begin + timedelta(weeks=week) for week in range(53)]
            info = ZoneInfo(name)
            found = like([(moment, offset(info, moment)) for moment in weeks])
            self.assertEqual(found and found.numbers[0], number, (name, month))


CHANGING = (1, 3, 4, 9, 10, 11)


def offset(info, moment):
    aware = moment.replace(tzinfo=timezone.utc).astimezone(info)
    return aware.utcoffset() // timedelta(minutes=1)


if __name__ == "__main__":
    unittest.main()
