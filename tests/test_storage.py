"""The user's files: pipes and devices in their place, umasks, permissions, and leftovers."""

import json
import os
import shutil
import stat
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tests.support import assert_failure, call, klap_simulated, simulated
from tplink_exec import storage
from tplink_exec.errors import LocalError
from tplink_exec.network import known, remembering
from tplink_exec.openhab import files as openhab_files
from tplink_exec.proxy.guard import read_token
from tplink_exec.transport import credentials

LAMP = {"alias": "Lamp", "mac": "50:C7:BF:00:00:01", "host": "127.0.0.1", "port": 9999}


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, str(self.folder))


class NotRegular(Folder):
    """Where a file is wanted: nothing blocks, and nothing is read without end."""

    def test_pipes_devices_and_folders(self):
        pipe = self.folder / "pipe"
        os.mkfifo(str(pipe))
        for path in (str(pipe), "/dev/zero", "/dev/full", str(self.folder)):
            self.assertRaises(OSError, storage.read, path, 100)
            self.assertRaises(LocalError, credentials.read, path)
            self.assertRaises(LocalError, read_token, path)
            self.assertRaises(LocalError, known.read, path)
            self.assertRaises(LocalError, openhab_files.content, path)

    def test_as_a_command_line(self):
        pipe = self.folder / "pipe"
        os.mkfifo(str(pipe))
        with klap_simulated(login=("me", "secret")) as plug:
            place = "127.0.0.1", str(plug.port), "check", "--http-port", str(plug.http_port)
            result = call(*place, environment={"TPLINK_EXEC_CREDENTIALS": str(pipe)})
        assert_failure(self, result, 2)
        self.assertIn(b"it is no regular file", result.err)

    def test_what_is_larger_than_its_limit_is_known_to_be(self):
        path = self.folder / "large"
        path.write_bytes(b"x" * 200)
        self.assertEqual(len(storage.read(str(path), 100)[0]), 101)


class Passwords(Folder):
    def test_a_password_is_all_that_stands_in_its_line(self):
        path = self.folder / "credentials"
        for password in (
            " a b ",
            "a\u0085b",
            "a\u2028b",
            "a\fb",
            "a\x1cb",
            "=",
            "a=b",
            '"a"',
            "#a",
        ):
            for end in ("\n", "\r\n", ""):
                text = "# Kasa\nusername = me@example.com \npassword=%s%s" % (password, end)
                path.write_bytes(text.encode())
                path.chmod(0o600)
                found = credentials.read(str(path))
                self.assertEqual(found, ("me@example.com", password), repr(text))


class Written(Folder):
    def test_a_shared_folder_is_open_to_its_readers_whatever_the_umask_is(self):
        before = os.umask(0o077)
        try:
            for shared, modes in ((True, (0o755, 0o644)), (False, (0o700, 0o600))):
                path = self.folder / str(shared) / "devices.json"
                with mock.patch.object(
                    remembering, "is_shared", lambda _, it=shared: it
                ), mock.patch.dict(os.environ, {"TPLINK_EXEC_DEVICES": str(path)}):
                    remembering.remember([{**LAMP, "transport": "xor"}])
                found = tuple(stat.S_IMODE(os.stat(str(p)).st_mode) for p in (path.parent, path))
                self.assertEqual(found, modes)
        finally:
            os.umask(before)

    def test_what_may_not_be_read_is_said(self):
        text = "no permission to read the remembered devices"
        denied = mock.patch.object(storage, "read", side_effect=PermissionError(13, "denied"))
        with denied, self.assertRaisesRegex(LocalError, text):
            known.load()

    def test_a_file_that_may_be_read_is_enough(self):
        own = self.folder / "own.json"
        own.write_text(json.dumps({"devices": [{**LAMP, "transport": "xor"}]}))
        own.chmod(0o600)
        real = storage.read

        def read(path, limit):
            if path != str(own):
                raise PermissionError(13, "denied")
            return real(path, limit)

        with mock.patch.object(storage, "read", read), mock.patch.object(
            known, "SHARED", str(own)
        ), mock.patch.dict(os.environ):
            os.environ.pop("TPLINK_EXEC_DEVICES", None)
            self.assertEqual(len(known.load()[0]), 1)

    def test_what_a_killed_process_left_is_removed(self):
        with simulated(alias="Lamp") as plug:
            words = "openhab", "127.0.0.1:%d" % plug.port, "--output", str(self.folder)
            self.assertEqual(call(*words).code, 0)
            files = [path for path in self.folder.rglob("*") if path.is_file()]
            for path in files:
                Path(str(path) + ".new").write_text("half")
            plug.device.alias = "Kettle"
            self.assertEqual(call(*words).code, 0)
        left = [path for path in self.folder.rglob("*.new") if path.with_suffix("") in files]
        changed = [path for path in files if "Kettle" in path.read_text()]
        self.assertTrue(changed)
        self.assertFalse({Path(str(path) + ".new") for path in changed} & set(left))


if __name__ == "__main__":
    unittest.main()
