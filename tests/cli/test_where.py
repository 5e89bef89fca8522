"""--where: the path of the single file, from each way that the program can be there."""

import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from tests.support import FORMS, PYTHON, ROOT, SINGLE_FILE, assert_failure, run

METADATA = "Metadata-Version: 2.1\nName: tplink-exec\nVersion: 0.1.0\n"


class Where(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="tplink exec "))
        self.addCleanup(shutil.rmtree, self.folder)

    def told(self, argv, **options):
        result = run([*argv, "--where"], **options)
        self.assertEqual((result.code, result.err, result.out[-1:]), (0, b"", b"\n"))
        return os.fsdecode(result.out[:-1])

    def package(self):
        """A copy of the package, in a folder as site-packages is."""
        library = Path(self.folder, "lib", "site-packages")
        shutil.copytree(str(ROOT / "tplink_exec"), str(library / "tplink_exec"))
        return library

    def test_the_file_says_its_own_path(self):
        path = os.path.join(self.folder, os.fsdecode(b"hs100 \xfc.sh"))
        shutil.copy(SINGLE_FILE, path)
        name = os.path.basename(path)
        for start in FORMS["file"][:-1], [PYTHON], ["sh"]:
            self.assertEqual(self.told([*start, path]), path)
            self.assertEqual(self.told([*start, name], cwd=self.folder), path)

    def test_the_package_in_a_copy_of_the_repository(self):
        self.assertEqual(self.told(FORMS["package"]), SINGLE_FILE)

    def test_the_package_that_is_installed(self):
        """By the list of its files, as pip writes it."""
        library = self.package()
        known = library / "tplink_exec-0.1.0.dist-info"
        known.mkdir()
        (known / "METADATA").write_text(METADATA)
        (known / "RECORD").write_text("../../share/tplink-exec/tplink-exec,,\n")
        wanted = os.path.join(self.folder, "share", "tplink-exec", "tplink-exec")
        os.makedirs(os.path.dirname(wanted))
        shutil.copy(SINGLE_FILE, wanted)  # since Python 3.13 what is not there is not listed
        self.assertEqual(self.told([sys.executable, "-m", "tplink_exec"], cwd=str(library)), wanted)

    def test_the_package_alone(self):
        """Copied by hand. (Without site-packages, where another one may be installed.)"""
        argv = [sys.executable, "-S", "-m", "tplink_exec", "--where"]
        result = run(argv, cwd=str(self.package()))
        assert_failure(self, result, 2)
        self.assertIn(b"was not installed", result.err)


if __name__ == "__main__":
    unittest.main()
