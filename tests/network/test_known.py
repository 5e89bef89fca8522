"""The file of remembered devices: what is read, what is refused, and many writers at once."""

import json
import os
import stat
import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

from tests.house import Folder
from tests.support import FORMS, HANG_S, ROOT, assert_failure, call, run
from tplink_exec.errors import LocalError, UsageError
from tplink_exec.network import known, remembering
from tplink_exec.transport.lock import held

LAMP = {
    "alias": "Lamp",
    "model": "HS100(UK)",
    "mac": "50:C7:BF:00:00:01",
    "device_id": "8006A",
    "host": "127.0.0.1",
    "port": 9999,
    "transport": "xor",
}
KETTLE = {**LAMP, "alias": "Kettle", "mac": "50:C7:BF:00:00:02", "device_id": "8006B"}

BROKEN = (
    b"{",
    b"\xff\xfe",
    b"[]",
    b"5",
    b'"x"',
    b"null",
    b"{} {}",
    b'{"devices": {}}',
    b'{"devices": null}',
    b'{"devices": [5]}',
    b'{"devices": [{}]}',
    b'{"targets": 5}',
    b'{"targets": [5]}',
    b'{"targets": ["lamp"]}',
    b'{"targets": ["10.0.0.0/8"]}',
    b'{"targets": ["::1"]}',
    b'{"devices": ' + b"[" * 100000,
    b"\0" * 100,
    b" " * (known.MAX_FILE + 1),
    *(
        json.dumps({"devices": [{**LAMP, name: value}]}).encode()
        for name, values in (
            ("mac", (5, "x", ["50:C7:BF:00:00:01"], "50:C7:BF:00:00")),
            ("device_id", (5, [], {})),
            ("alias", (5, [], True)),
            ("host", (5, None, "lamp", "127.0.0.1 ", "127.1", "", "127.0.0.1\x00")),
            ("port", (0, 65536, "9999", 9999.0, True, None)),
            ("transport", (None, "", "auto", 5, ["xor"])),
        )
        for value in values
    ),
    json.dumps({"devices": [{**LAMP, "mac": "", "device_id": ""}]}).encode(),
)


class Known(Folder, unittest.TestCase):
    """Inside."""

    def setUp(self):
        super().setUp()
        patch = mock.patch.dict(os.environ, self.environment)
        patch.start()
        self.addCleanup(patch.stop)

    def value(self):
        with open(self.path) as file:
            return json.load(file)

    def write(self, data):
        with open(self.path, "wb") as file:
            file.write(data if isinstance(data, bytes) else json.dumps(data).encode())

    def test_nothing_is_remembered(self):
        self.assertEqual(known.load(), ([], []))
        for data in (b"", b"{}", b' {"devices": []} \n'):
            self.write(data)
            self.assertEqual(known.load(), ([], []))
        os.environ["TPLINK_EXEC_DEVICES"] = os.devnull
        self.assertEqual(known.load(), ([], []))

    def test_what_is_remembered_is_read_again(self):
        remembering.remember([LAMP, {**KETTLE, "state": "ON"}], ["10.0.0.0/24"])
        self.assertEqual(known.load(), ([LAMP, KETTLE], ["10.0.0.0/24"]))
        self.assertEqual(os.stat(self.path).st_mode & 0o7777, 0o600)

    def test_the_same_device_again(self):
        remembering.remember([LAMP, KETTLE], ["10.0.0.0/24"])
        news = {"mac": LAMP["mac"], "alias": None, "device_id": "", "host": "127.0.0.9", "port": 80}
        remembering.remember([{**news, "transport": "klap", "model": None}], ["10.0.0.0/24"])
        moved = {**LAMP, "host": "127.0.0.9", "port": 80, "transport": "klap"}
        self.assertEqual(known.load(), ([moved, KETTLE], ["10.0.0.0/24"]))

    def test_unknown_fields_are_kept(self):
        entry = {**LAMP, "room": "Kitchen"}
        self.write({"devices": [entry], "targets": [], "comment": "by hand"})
        remembering.remember([{**LAMP, "host": "127.0.0.9"}, KETTLE])
        value = self.value()
        self.assertEqual(value["comment"], "by hand")
        self.assertEqual(value["devices"], [{**entry, "host": "127.0.0.9"}, KETTLE])

    def test_names(self):
        devices = [LAMP, KETTLE, {**KETTLE, "alias": None, "mac": "", "device_id": "8006C"}]
        for name in ("lamp", "LAMP", "50:c7:bf:00:00:01", "50-C7-BF-00-00-01", "50c7bf000001"):
            self.assertEqual(known.named(name, devices), LAMP)
        for name in ("lam", "lamp ", "none", "None", "50c7bf000003"):
            self.assertIsNone(known.named(name, devices), name)
        street = {**LAMP, "alias": "Stra\u00dfe"}
        self.assertEqual(known.named("STRASSE", [KETTLE, street]), street)
        typed = {**LAMP, "alias": "Bed lamp "}  # as phones put a blank after a word
        self.assertEqual(known.named("bed lamp", [KETTLE, typed]), typed)
        named_so = {**LAMP, "alias": "50c7bf000009"}
        self.assertEqual(known.named("50C7BF000009", [KETTLE, named_so]), named_so)

    def test_an_ambiguous_name_lists_its_devices(self):
        other = {**KETTLE, "alias": "lAMP", "host": "127.0.0.2"}
        with self.assertRaises(UsageError) as caught:
            known.named("lamp", [LAMP, other])
        for word in (LAMP["mac"], LAMP["host"], other["mac"], other["host"]):
            self.assertIn(word, str(caught.exception))
        many = [{**LAMP, "mac": "50:C7:BF:00:00:%02X" % n, "device_id": ""} for n in range(100)]
        with self.assertRaises(UsageError) as caught:
            known.named("lamp", many)
        self.assertIn("and 90 more", str(caught.exception))

    def test_the_same_device_twice_is_not_ambiguous(self):
        shared = {**LAMP, "host": "127.0.0.7", "device_id": "8006C"}
        self.assertEqual(known.named("lamp", [LAMP, shared]), LAMP)
        self.assertEqual(known.named(LAMP["mac"], [LAMP, shared]), LAMP)

    def test_own_and_shared_file(self):
        shared = os.path.join(self.folder, "shared.json")
        del os.environ["TPLINK_EXEC_DEVICES"]
        with mock.patch.object(known, "SHARED", shared):
            with open(shared, "w") as file:
                json.dump(
                    {"devices": [{**LAMP, "host": "127.0.0.7"}], "targets": ["10.0.0.1"]}, file
                )
            self.assertEqual(known.named("lamp", known.load()[0])["host"], "127.0.0.7")
            before = os.umask(0)
            try:
                remembering.remember([{**LAMP, "host": "127.0.0.8"}, KETTLE], ["10.0.0.2"])
            finally:
                os.umask(before)
            devices, targets = known.load()
            self.assertEqual(known.named("lamp", devices)["host"], "127.0.0.8")
            self.assertEqual((len(devices), targets), (3, ["10.0.0.2", "10.0.0.1"]))
            os.environ["TPLINK_EXEC_DEVICES"] = self.path
            self.assertEqual(known.load(), ([], []))
        path = os.path.join(self.folder, ".config", "tplink-exec", "devices.json")
        self.assertEqual(os.stat(path).st_mode & 0o7777, 0o600)
        for folder in (os.path.dirname(path), os.path.dirname(os.path.dirname(path))):
            self.assertEqual(os.stat(folder).st_mode & 0o7777, 0o700)

    def test_broken_files_are_told_and_left_alone(self):
        for data in BROKEN:
            with self.subTest(data[:100]):
                self.write(data)
                for action in (known.load, lambda: remembering.remember([KETTLE])):
                    with self.assertRaises(LocalError) as caught:
                        action()
                    self.assertIn(self.path, str(caught.exception))
                with open(self.path, "rb") as file:
                    self.assertEqual(file.read(), data)

    def test_everybody_s_file_is_refused(self):
        self.write({"devices": [LAMP]})
        os.chmod(self.path, 0o666)
        with self.assertRaises(LocalError):
            known.load()
        with self.assertRaises(LocalError):
            remembering.remember([LAMP])
        os.chmod(self.path, 0o644)
        remembering.remember([KETTLE])
        self.assertEqual(known.load()[0], [LAMP, KETTLE])
        self.assertEqual(os.stat(self.path).st_mode & 0o7777, 0o644)

    @unittest.skipUnless(os.geteuid() == 0, "wants root")
    def test_root_leaves_the_owner(self):
        self.write({})
        os.chown(self.path, 4711, 4712)
        remembering.remember([LAMP])
        status = os.stat(self.path)
        self.assertEqual((status.st_uid, status.st_gid), (4711, 4712))

    def test_a_link_stays_one(self):
        real = os.path.join(self.folder, "real.json")
        os.symlink(real, self.path)
        remembering.remember([LAMP])
        self.assertTrue(os.path.islink(self.path))
        self.assertEqual(known.load()[0], [LAMP])
        self.assertTrue(os.path.isfile(real))

    def test_what_is_no_file_is_not_replaced(self):
        for make in (os.mkdir, os.mkfifo):
            make(self.path)
            started = time.monotonic()
            with self.assertRaises(LocalError):
                remembering.remember([LAMP])
            self.assertLess(time.monotonic() - started, remembering.LOCK_S - 1)
            self.assertFalse(stat.S_ISREG(os.stat(self.path).st_mode))
            (os.rmdir if make is os.mkdir else os.unlink)(self.path)

    def test_where_nothing_can_be_written(self):
        places = [os.path.join("/proc", "x", "devices.json"), os.path.join(self.path, "x")]
        with open(self.path, "w"):
            for place in places:
                os.environ["TPLINK_EXEC_DEVICES"] = place
                with self.assertRaises(LocalError) as caught:
                    remembering.remember([LAMP])
                self.assertIn(place, str(caught.exception))

    def test_no_home(self):
        del os.environ["TPLINK_EXEC_DEVICES"]
        with mock.patch.object(remembering.storage, "located", lambda path: path):
            with self.assertRaises(LocalError):
                remembering.remember([LAMP])
            self.assertFalse(os.path.exists("~"))

    def test_a_full_disk_leaves_the_old_file(self):
        remembering.remember([LAMP])
        full = mock.patch.object(os, "fsync", side_effect=OSError(28, "No space left on device"))
        with full, self.assertRaises(LocalError) as caught:
            remembering.remember([KETTLE])
        self.assertIn("No space left", str(caught.exception))
        self.assertEqual(known.load()[0], [LAMP])
        remembering.remember([KETTLE])
        self.assertEqual(known.load()[0], [LAMP, KETTLE])
        self.assertEqual(sorted(os.listdir(self.folder)), ["devices.json", "devices.json.lock"])

    def test_a_held_lock_is_waited_for_but_not_for_ever(self):
        descriptor = held(self.path + ".lock", 0)
        started = time.monotonic()
        with self.assertRaises(LocalError):
            remembering.remember([LAMP], (), 0.2)
        self.assertLess(time.monotonic() - started, remembering.LOCK_S - 1)
        release = threading.Timer(0.2, os.close, [descriptor])
        release.start()
        remembering.remember([LAMP], (), HANG_S)
        self.assertEqual(known.load()[0], [LAMP])
        release.join()


WRITER = """
import sys
from tplink_exec.transport.lock import held
from tplink_exec.network import remembering
name = sys.argv[1]
for number in range(50):
    mac = "50:C7:BF:00:%02X:%02X" % (int(name), number)
    remembering.remember([{"mac": mac, "alias": mac, "host": "127.0.0.1", "port": 9999,
                     "transport": "xor"}], ["10.%s.%d.0/24" % (name, number)], 30)
"""


class Processes(Folder, unittest.TestCase):
    def test_writers_at_once_lose_nothing_and_readers_see_whole_files(self):
        argv = [sys.executable, "-c", WRITER]
        writers = [
            subprocess.Popen([*argv, str(n)], env=self.environment, cwd=str(ROOT)) for n in range(2)
        ]
        seen = 0
        while any(writer.poll() is None for writer in writers):
            devices = known.read(self.path)["devices"]
            self.assertGreaterEqual(len(devices), seen)
            seen = len(devices)
        self.assertEqual([writer.wait(60) for writer in writers], [0, 0])
        found = known.read(self.path)
        self.assertEqual(len({entry["mac"] for entry in found["devices"]}), 100)
        self.assertEqual(len(found["targets"]), 100)
        self.assertEqual(sorted(os.listdir(self.folder)), ["devices.json", "devices.json.lock"])

    def test_a_broken_file_in_every_subcommand_that_needs_it(self):
        for data in BROKEN[:3]:
            with open(self.path, "wb") as file:
                file.write(data)
            for words in (
                ["lamp", "9999", "on", "--timeout", "30"],
                ["discover", "--save", "--timeout", "30", "--target", "127.0.0.1"],
            ):
                result = call(*words, environment=self.environment)
                assert_failure(self, result, 2)
                self.assertIn(self.path.encode(), result.err)
                self.assertLess(result.seconds, HANG_S)

    def test_an_unwritable_file_after_a_search(self):
        environment = {**self.environment, "TPLINK_EXEC_DEVICES": "/proc/x/devices.json"}
        words = ["discover", "--save", "--target", "127.0.0.1", "--timeout", "0.2"]
        for form in FORMS.values():
            result = run([*form, *words], env=environment)
            assert_failure(self, result, 2)
            self.assertIn(b"/proc/x/devices.json: ", result.err)


if __name__ == "__main__":
    unittest.main()
