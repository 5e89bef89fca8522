"""What stands in for POSIX on Windows, as far as it can be tried elsewhere: tests/interop/wine.py
has the rest."""

import ast
import inspect
import os
import threading
import unittest
from importlib import import_module
from unittest import mock

from tests.support import HANG_S
from tests.test_layers import MODULES, imports
from tplink_exec.on_windows import STANDS_IN
from tplink_exec.openhab.openhab import PROGRAM
from tplink_exec.windows import adapters, feeds, reader, userfiles, writers


def used_of(module):
    """The names of a module that others import, or take from it as module.NAME."""
    package, _, last = module.rpartition(".")
    found = set()
    for name, path in MODULES.items():
        if name.startswith("windows."):
            continue
        for base, what, level, _ in imports(path):
            if level and base.rpartition(".")[2] == last and what:
                found.add(what)
        if not package:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    found |= {node.attr} if node.value.id == last else set()
    return found


class Counterparts(unittest.TestCase):
    def test_they_have_what_is_asked_of_those_they_stand_in_for(self):
        for name, counterpart in STANDS_IN.items():
            here = import_module("tplink_exec." + name)
            there = import_module("tplink_exec." + counterpart)
            used = used_of(name)
            self.assertTrue(used, name)
            for word in used:
                self.assertTrue(hasattr(there, word), "%s has no %s" % (counterpart, word))
                one, other = getattr(here, word), getattr(there, word)
                if inspect.isfunction(one) and one.__module__ == here.__name__:
                    self.assertEqual(inspect.signature(one), inspect.signature(other), word)
                if inspect.isclass(one) and one is not str:
                    public = {it for it in vars(one) if it[0] != "_"}
                    self.assertLessEqual(public, set(vars(other)), word)

    def test_no_other_module_imports_what_windows_has_not(self):
        posix = {"fcntl", "resource", "termios", "pwd", "grp"}
        for name, path in MODULES.items():
            if name not in STANDS_IN:
                self.assertFalse(posix & {module for module, _, _, _ in imports(path)}, name)

    def test_each_says_what_stands_in_for_it(self):
        for name, counterpart in STANDS_IN.items():
            self.assertIn("`%s` stands in" % counterpart, MODULES[name].read_text())


class Pipe(unittest.TestCase):
    def setUp(self):
        self.read, self.write = os.pipe()
        self.addCleanup(os.close, self.read)

    def full(self):
        os.set_blocking(self.write, False)
        try:
            while True:
                os.write(self.write, b"x" * 512)
        except BlockingIOError:
            os.set_blocking(self.write, True)


class Writers(Pipe):
    def test_all_is_written(self):
        self.addCleanup(os.close, self.write)
        writers.put(self.write, b"ON\n")
        self.assertEqual(os.read(self.read, 100), b"ON\n")

    def test_nobody_reads(self):
        """The time is up, and nothing is said twice."""
        self.full()
        for _ in range(3):
            with self.assertRaisesRegex(OSError, "nobody reads it"):
                writers.put(self.write, b"ON\n", 0.05)
        seen = b""
        while not seen.endswith(b"ON\n"):
            seen += os.read(self.read, 65536)
        self.assertEqual(seen.count(b"ON\n"), 1)

    def test_what_cannot_be_written(self):
        with self.assertRaises(OSError):
            writers.put(self.read, b"ON\n")

    def tearDown(self):
        for it in (self.read, self.write):
            writers._writers.pop(it, None)


class Feeds(Pipe):
    def test_lines_come_and_the_bell_rings(self):
        source = open(self.read, "rb", buffering=0, closefd=False)  # noqa: SIM115
        self.addCleanup(source.close)
        with mock.patch.object(feeds, "raw", lambda: source), mock.patch.object(
            feeds, "is_endless", lambda _: False
        ):
            streams = feeds.Feeds()
            bell = threading.Timer(0.05, streams.ring)
            bell.start()
            self.assertEqual(streams.wait(False, HANG_S), (False, False))
            bell.join()
            for data in (b"Lamp on\n", b""):
                os.write(self.write, data) if data else os.close(self.write)
                found = None
                while found is None:
                    readable, _ = streams.wait(False, HANG_S)
                    found = streams.read() if readable else None
                self.assertEqual((found, streams.reading), (data, bool(data)))


class Names(unittest.TestCase):
    def test_files(self):
        with mock.patch.dict(os.environ, {"APPDATA": "C:\\Users\\me", "ProgramData": "D:\\all"}):
            windows = {
                "~/.config/tplink-exec/credentials": "%APPDATA%\\tplink-exec\\credentials",
                "/etc/tplink-exec/devices.json": "%ProgramData%\\tplink-exec\\devices.json",
                "C:\\devices.json": "C:\\devices.json",
                PROGRAM: "C:\\openHAB\\conf\\scripts\\tplink-exec.cmd",
            }
            for path, name in windows.items():
                self.assertEqual(userfiles.named(path), name)

    def test_no_home(self):
        with mock.patch.dict(os.environ):
            os.environ.pop("APPDATA", None)
            path = "~/.config/tplink-exec/devices.json"
            with mock.patch.object(os.path, "expandvars", lambda path: path):
                self.assertEqual(userfiles.located(path), path)

    def test_broadcast_addresses(self):
        for address, mask, wanted in (
            ((192, 168, 1, 7), (255, 255, 255, 0), "192.168.1.255"),
            ((10, 1, 2, 3), (255, 0, 0, 0), "10.255.255.255"),
            ((169, 254, 9, 9), (255, 255, 0, 0), "169.254.255.255"),
            ((127, 0, 0, 1), (255, 0, 0, 0), ""),
            ((0, 0, 0, 0), (0, 0, 0, 0), ""),
            ((10, 8, 0, 2), (255, 255, 255, 254), ""),
            ((10, 8, 0, 2), (255, 255, 255, 255), ""),
        ):
            self.assertEqual(adapters.directed(bytes(address), bytes(mask)), wanted)


class Reading(Pipe):
    def test_in_time_or_not_at_all(self):
        source = open(self.read, "rb", buffering=0, closefd=False)  # noqa: SIM115
        self.addCleanup(source.close)
        with mock.patch.object(reader, "raw", lambda: source):
            os.write(self.write, b"secret\n")
            self.assertEqual(reader.chunk(256, HANG_S), b"secret\n")
            self.assertIsNone(reader.chunk(256, 0.05))
            os.close(self.write)
            self.assertEqual(reader.chunk(256), b"")


if __name__ == "__main__":
    unittest.main()
