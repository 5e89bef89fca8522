"""openhab --output DIR, where there is no DIR."""

import os
import tempfile
import unittest
from pathlib import Path

from tests.support import assert_failure, call, simulated


class OutputFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_it_is_not_made(self):
        with simulated() as plug:
            place = "%s:%d" % (plug.host, plug.port)
            for name in ("open hab", "openhab/conf"):
                path = str(self.folder / name)
                for words in ([], ["--dry-run"]):
                    result = call("openhab", place, "--output", path, *words)
                    assert_failure(self, result, 2)
                    quoted = "'%s'" % path if " " in path else path
                    self.assertTrue(result.err.endswith(b": mkdir -p %s\n" % quoted.encode()))
                    self.assertIn(b"no folder %s;" % path.encode(), result.err)
            self.assertEqual((list(self.folder.iterdir()), plug.connections), ([], 0))

    def test_a_file_is_no_folder(self):
        path = self.folder / "conf"
        path.write_bytes(b"")
        assert_failure(self, call("openhab", "127.0.0.1", "--output", str(path)), 2)

    def test_the_advice_works_and_folders_below_are_made(self):
        path = self.folder / "a" / "b c"
        with simulated() as plug:
            words = "openhab", "%s:%d" % (plug.host, plug.port), "--output", str(path)
            self.assertEqual(os.system(call(*words).err.decode().rpartition(": ")[2]), 0)
            self.assertEqual(call(*words)[::2], (0, b""))
        self.assertTrue((path / "things" / "tplink.things").is_file())


if __name__ == "__main__":
    unittest.main()
