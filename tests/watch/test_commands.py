"""watch: commands on its standard input."""

import json
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import unittest
from argparse import Namespace
from unittest import mock

from tests.parallel import early
from tests.support import FORMS, run, sets
from tests.watch.watching import FAST, PATIENCE_S, Case, Watch, polls
from tplink_exec.errors import UsageError
from tplink_exec.polling.members import Member
from tplink_exec.watch.lines import MAX_LINE, Lines
from tplink_exec.watch.orders import QUOTED, Order, quoted, understand
from tplink_exec.watch.watch import House


@early
class Commands(Case):
    def setUp(self):
        self.plug = self.device("HS110", alias="Großes Licht")
        self.bulb = self.device("LB130", alias="Bulb")
        self.places = [self.plug.place, self.bulb.place]

    def watch(self, *words, **options):
        watch = Watch(self, *FAST, *words, *self.places, **options)
        watch.expect("Großes Licht OFF", "Bulb OFF")
        return watch

    def test_what_names_a_device(self):
        watch = self.watch()
        mac = self.plug.device.mac
        for name in (
            "'Großes Licht'",
            "'GROSSES LICHT'",
            r"Großes\ Licht",
            mac,
            mac.replace(":", "-").lower(),
            mac.replace(":", ""),
            self.plug.place,
        ):
            if name.upper().startswith("50"):
                self.bulb.device.mac = "50:C7:BF:00:00:99"
                self.until_polled(self.bulb, 3)
            for command in ("on", "OFF"):
                watch.tell("%s %s" % (name, command))
                self.assertEqual(watch.line(), "Großes Licht " + command.upper())
        self.assertEqual(watch.end(), (0, [], []))

    def test_every_command(self):
        watch = self.watch()
        for command, state in (
            ("ON", "ON"),
            ("0", "OFF"),
            ("toggle", "ON"),
            ("false", "OFF"),
            ("True", "ON"),
            ("decrease", ""),
            ("33.3", ""),
            ("H", None),
            ("240,100,0", "OFF"),
            ("120,50,40", "ON"),
            ("brightness 0", "OFF"),
            ("brightness 70", "ON"),
            ("color 1,2,3", ""),
            ("effect Aurora", None),
            ("fan 2", None),
            ("rgb 255,0,0", ""),
            ("rgb 0,0,0", "OFF"),
            ("temperature 2700 K", "ON"),
            ("temperature 2700K", ""),
            ("off", "OFF"),
            ("increase", "ON"),
        ):
            watch.tell("Bulb " + command)
            if state:
                self.assertEqual(watch.line(), "Bulb " + state, command)
        light = self.bulb.device.answer(b'{"system":{"get_sysinfo":{}}}')
        state = json.loads(light)["system"]["get_sysinfo"]["light_state"]
        self.assertEqual((state["on_off"], state["color_temp"], state["brightness"]), (1, 2700, 10))
        code, out, err = watch.end()
        self.assertEqual((code, out, len(err)), (0, [], 3))
        self.assertIn("unknown command H", err[0])
        self.assertIn("without effects", err[1])
        self.assertIn("without a fan", err[2])

    def test_a_hostile_line_does_nothing_but_one_line_of_error(self):
        watch = self.watch()
        name = self.plug.place
        lines = [
            name + " reset --yes",
            name + " reset",
            name + " join Wifi",
            name + ' json \'{"system":{"set_relay_state":{"state":1}}}\'',
            name + " alias Mine",
            name + " reboot",
            name + " led off",
            name + " is-on",
            name + " status",
            name + " brightness",
            name + " brightness 101",
            name + " temperature",
            name + " rgb 1,2",
            name + " effect",
            name + " fan",
            name + " fan 5",
            name + " effect Warm Aurora",
            name + " on off",
            name + " on --child 1",
            name + " on --timeout=3600",
            name + " --yes on",
            name + " NULL",
            name + " brightness UNDEF",
            name + " 240,100",
            name,
            "192.0.2.1 on",
            "127.0.0.1:1 on",
            "Nobody on",
            "Großes Licht on",
            "'Bulb on",
            "'' on",
            "$(reboot) on",
            name + " on; reboot",
            name + " `on`",
            "\\",
            "-t 127.0.0.1 -c on",
            "simulate 1 on",
            "\x1b[2J on",
            "Bulb \u202eno",
            b"\xff on\n",
            b"\0 on\n",
            b"x" * (MAX_LINE + 1) + b"\n",
            name.encode() + b" on" + b" " * 3 * 65536 + b"\n",
        ]
        for line in lines:
            watch.tell(line)
            error = watch.error()
            self.assertTrue(error.startswith("tplink-exec: "), error)
            self.assertRegex(error, r"^[ -~\u00a1-\uffff]*$")
            self.assertLess(len(error), 700)
        watch.tell(b"\n \n")
        watch.silent(watch.err)
        self.assertEqual((sets(self.plug), self.bulb.device.relay_state), ([], 0))
        watch.tell(name + " on")
        self.assertEqual(watch.line(), "Großes Licht ON")
        self.assertEqual(watch.end(), (0, [], []))
        for plug in (self.plug, self.bulb):
            self.assertEqual({r for r in plug.requests if b"get_sysinfo" not in r}, set(sets(plug)))

    def test_an_alias_of_two(self):
        self.bulb.device.alias = "großes licht"
        watch = Watch(self, *FAST, *self.places)
        watch.expect("Großes Licht OFF", "großes licht OFF")
        watch.tell("'Großes Licht' on")
        self.assertIn("fits more than one device: " + ", ".join(self.places), watch.error())
        watch.tell(self.bulb.place + " on")
        self.assertEqual(watch.line(), "großes licht ON")

    def test_an_address_of_two_and_an_alias_that_is_one(self):
        self.bulb.device.alias = self.plug.place
        watch = Watch(self, *FAST, *self.places)
        watch.expect("Großes Licht OFF", self.plug.place + " OFF")
        watch.tell(self.plug.place + " on")
        self.assertEqual(watch.line(), "Großes Licht ON")
        watch.tell("127.0.0.1 on")
        self.assertIn("fits more than one device", watch.error())

    def test_commands_are_done_in_order(self):
        watch = self.watch()
        words = ["on", "off"] * 20
        watch.tell("".join("Bulb %s\n'Großes Licht' %s\n" % (w, w) for w in words).encode())
        found = [watch.line() for _ in range(2 * len(words))]
        for name in ("Bulb", "Großes Licht"):
            mine = [line for line in found if line.startswith(name)]
            self.assertEqual(mine, ["%s %s" % (name, word.upper()) for word in words])

    def test_a_command_that_fails(self):
        watch = self.watch("--timeout", "1")
        self.break_down(self.plug, "err-code")
        self.assertEqual(watch.line(), "Großes Licht OFFLINE")
        watch.tell(self.plug.place + " on")
        self.assertIn("tplink-exec: %s: the device refuses" % self.plug.place, watch.error())
        self.break_down(self.plug, "silent")
        watch.tell(self.plug.place + " on")
        self.assertIn("tplink-exec: %s: no complete reply in time" % self.plug.place, watch.error())
        watch.silent()

    def test_a_command_comes_before_a_poll_that_hangs(self):
        watch = self.watch("--timeout", "600")
        self.break_down(self.plug, "silent")
        self.until_polled(self.plug, 1)
        self.until_polled(self.bulb, 2)
        self.break_down(self.plug, "")
        watch.tell("'Großes Licht' on")
        self.assertEqual(watch.line(), "Großes Licht ON")

    def test_too_many_commands_for_a_device_that_hangs(self):
        watch = self.watch("--timeout", "1")
        self.break_down(self.plug, "silent")
        watch.tell(b"'Gro\xc3\x9fes Licht' on\n" * 150)
        errors = [watch.error() for _ in range(150)]
        self.assertGreaterEqual(sum("commands wait for this device" in e for e in errors), 49)
        self.assertTrue([e for e in errors if "waited too long for its turn" in e])  # not sent
        self.assertLessEqual(len(sets(self.plug)), 3)

    def test_an_alias_that_is_not_known_yet(self):
        self.break_down(self.plug, "slow-reply")
        watch = Watch(self, *FAST, self.plug.place)
        self.until(lambda: polls(self.plug))
        watch.tell(self.plug.place + " on\n'Großes Licht' off")  # the first ends the first poll
        self.assertEqual([watch.line(), watch.line()], ["Großes Licht ON", "Großes Licht OFF"])
        self.assertEqual(watch.end(), (0, [], []))

    def test_what_may_be_for_one_that_hangs_holds_up_no_other(self):
        self.break_down(self.plug, "silent")
        watch = Watch(self, "--timeout", "600", *self.places)
        self.assertEqual(watch.line(), "Bulb OFF")
        watch.tell("Typo on\n'Großes Licht' on\nBulb on")
        self.assertEqual(watch.line(), "Bulb ON")
        watch.tell(self.plug.place + " toggle")  # it may be called Typo: not before that
        watch.tell(self.bulb.device.mac + " off")
        self.assertEqual(watch.line(), "Bulb OFF")
        watch.silent(watch.err)
        self.assertEqual(sets(self.plug), [])

    def test_commands_that_wait_for_a_device_keep_their_order(self):
        self.break_down(self.plug, "slow-reply")
        watch = Watch(self, *FAST, "--timeout", "60", *self.places)
        place = self.plug.place
        watch.tell("Typo on\n'Großes Licht' on\n%s off\n'Großes Licht' toggle\nBulb on" % place)
        found = [watch.line() for _ in range(6)]
        for name, states in ("Großes Licht", "OFF ON OFF ON"), ("Bulb", "OFF ON"):
            mine = [line.rpartition(" ")[2] for line in found if line.startswith(name)]
            self.assertEqual(" ".join(mine), states)
        self.assertIn("no watched device is called Typo; in 'Typo on'", watch.error())
        self.assertEqual(watch.end(), (0, [], []))

    def test_a_flood_that_may_be_for_one_that_hangs(self):
        """No more waits than a bound, and what is for others is done."""
        self.break_down(self.plug, "silent")
        watch = Watch(self, "--timeout", "600", *self.places)
        self.assertEqual(watch.line(), "Bulb OFF")
        watch.tell(b"Nobody on\n" * 3000 + b"Bulb on\n")
        self.assertEqual(watch.line(), "Bulb ON")
        self.assertIn("too many commands wait", watch.error())
        self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_a_command_waits_for_a_device_no_longer_than_for_its_reply(self):
        words = {"debug": False, "repeat": None, "json": False, "interval": 1.0, "timeout": 0.0}
        house = House([Member("127.0.0.1", 1, {}, 1.0)], Namespace(**words))
        self.addCleanup(house.poller.bell.socket.close)
        house.post.complaints = mock.Mock()
        for timeout_s, complaints in ((PATIENCE_S, 0), (0.0, 1)):
            order = Order(b"Typo on", *understand(b"Typo on"), time.monotonic() + timeout_s)
            house.fresh.append(order)
            house.held.clear()
            house.dispatch()
            self.assertEqual(house.post.complaints.add.call_count, complaints)
        house.held.append(order)
        house.dispatch()
        self.assertEqual((house.post.complaints.add.call_count, house.held), (2, []))
        os.close(house.post.streams.bell)
        os.close(house.post.streams.button)

    def test_a_line_without_its_quotes_is_told_with_them(self):
        self.plug.device.alias, self.bulb.device.alias = "O'Brien's 2nd", "Living room"
        watch = Watch(self, *FAST, *self.places)
        watch.expect("O'Brien's 2nd OFF", "Living room OFF")
        for line in "O'Brien's 2nd on", "Living room on", "Living room brightness 0":
            watch.tell(line)
            better = re.search(
                "; a name with blanks or quotes is quoted: (.*?); in ", watch.error()
            )[1]
            watch.tell(better)
            state = "OFF" if line.endswith("0") else "ON"
            self.assertRegex(watch.line(), "^(O'Brien's 2nd|Living room) %s$" % state)
        self.assertEqual(watch.end(), (0, [], []))

    def test_the_end_of_a_pipe(self):
        watch = Watch(self, "--interval", "600", *self.places)
        watch.tell(b"Bulb on\n'Gro\xc3\x9fes Licht' on\nBulb off\nBulb on")  # and no newline
        code, out, err = watch.end()
        self.assertEqual((code, err), (0, []))
        self.assertEqual(
            [li for li in out if "Licht" in li], ["Großes Licht OFF", "Großes Licht ON"]
        )
        wanted = ["Bulb OFF", "Bulb ON", "Bulb OFF", "Bulb ON"]
        self.assertEqual([li for li in out if "Bulb" in li], wanted)
        self.assertEqual(self.plug.device.relay_state, 1)

    def test_the_end_of_a_pipe_while_a_device_hangs(self):
        self.break_down(self.plug, "silent")
        watch = Watch(self, "--interval", "600", "--timeout", "1", *self.places)
        watch.tell(self.plug.place + " on\nBulb on")
        code, out, err = watch.end()
        self.assertEqual((code, len(err)), (0, 1))
        self.assertIn("no complete reply in time", err[0])
        self.assertIn("Bulb ON", out)
        self.assertLessEqual(self.plug.connections, 4)  # a poll, the command, two polls

    def test_a_file_of_commands(self):
        read, write = os.pipe()
        os.write(write, b"Bulb on\n")
        os.close(write)
        result = run([*FORMS["file"], "watch", *self.places], stdin=read)
        os.close(read)
        self.assertEqual((result.code, result.err), (0, b""))
        self.assertIn(b"Bulb ON\n", result.out)

    def test_dev_null_is_ignored(self):
        closed = ["sh", "-c", 'exec "$@" <&-', "sh", *FORMS["file"], "watch", *FAST, *self.places]
        for options in {"stdin": subprocess.DEVNULL}, {"argv": closed}:
            watch = self.watch(**options)
            watch.silent()
            self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_dev_null_of_another_root_is_ignored(self):
        null = os.path.join(tempfile.mkdtemp(), "null")
        self.addCleanup(shutil.rmtree, os.path.dirname(null))
        try:
            os.mknod(null, stat.S_IFCHR | 0o600, os.stat(os.devnull).st_rdev)
            opened = os.open(null, os.O_RDONLY)
        except OSError:
            self.skipTest("it takes root to make one")
        self.addCleanup(os.close, opened)
        watch = self.watch(stdin=opened)
        watch.silent()
        self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_the_end_of_a_terminals_input(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        watch = self.watch(stdin=theirs, form="file", start_new_session=True)
        os.close(theirs)
        os.write(ours, b"Bulb on\n")
        self.assertEqual(watch.line(), "Bulb ON")
        os.write(ours, b"\x04")
        self.assertEqual(watch.process.wait(PATIENCE_S), 0)

    def test_standard_input_that_cannot_be_read(self):
        with open(os.path.join(tempfile.gettempdir(), "unread.%d" % os.getpid()), "wb") as file:
            self.addCleanup(os.remove, file.name)
            result = run([*FORMS["file"], "watch", *self.places], stdin=file)
        self.assertEqual((result.code, result.err.count(b"\n")), (2, 1), result.err)
        self.assertIn(b"standard input cannot be read", result.err)


class Reading(unittest.TestCase):
    def test_how_to_quote(self):
        for name, mark in (
            ("Living room", "'"),
            ("O'Brien", '"'),
            ("Tom's and Ann's", '"'),
            ('Tom\'s "TV"', '"'),
            ('The "TV"', "'"),
            ("Plug 2", "'"),
            ("all on", "'"),
        ):
            for command in "on", "50", "temperature 2700 K":
                line = "%s %s" % (name, command)
                better = quoted(line.encode())[len(QUOTED) :]
                self.assertEqual(better[0], mark)
                self.assertEqual(understand(better.encode())[:2], (name, command))
        for line in ("Lamp on", "'Lamp on", "'My lamp' on", r"My\ lamp on", "My lamp", "on", "''"):
            self.assertEqual(quoted(line.encode()), "", line)
        for line in ("'Lamp on", "Lamp\\"):
            with self.assertRaisesRegex(UsageError, "quoted: 'Living room' on"):
                understand(line.encode())

    def test_lines(self):
        lines = Lines()
        self.assertEqual(lines.feed(b"a\nb"), [b"a"])
        self.assertEqual(lines.feed(b"c\r\n\n"), [b"bc\r", b""])
        self.assertEqual(lines.feed(b"x" * MAX_LINE), [])
        self.assertEqual(lines.feed(b"\nz"), [b"x" * MAX_LINE])
        self.assertEqual(lines.feed(b"x" * MAX_LINE), [b"z" + b"x" * MAX_LINE])
        for _ in range(3):
            self.assertEqual((lines.feed(b"y" * MAX_LINE), lines.rest), ([], b""))
        self.assertEqual(lines.feed(b"y\nlast"), [])
        self.assertEqual(lines.feed(b""), [b"last"])
        self.assertEqual(lines.feed(b""), [b""])

    def test_words(self):
        name, text, _, options = understand(b" 'Living  room' \tbrightness '33.3' \r")
        self.assertEqual((name, text), ("Living  room", "brightness 33.3"))
        self.assertEqual(options, {"command": "brightness", "value": "33.3"})
        for bad in (b"x brightness 101", b"x color 1,2", b"x temperature 9", b"x 101"):
            self.assertRaises(UsageError, understand, bad)


if __name__ == "__main__":
    unittest.main()
