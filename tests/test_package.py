"""What packages say and hold; tests/interop/deb.py and .ci/run install them."""

import importlib.util
import os
import re
import shutil
import stat
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tests.support import ROOT, SINGLE_FILE
from tplink_exec import __version__

SPEC = importlib.util.spec_from_file_location("package", str(ROOT / "scripts" / "package.py"))
package = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(package)


class Deb(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, str(cls.folder))
        with mock.patch.dict(os.environ, {"SOURCE_DATE_EPOCH": "1700000000"}):
            package.lay_out(cls.folder)

    def test_the_program_is_the_single_file(self):
        path = self.folder / "usr/bin/tplink-exec"
        self.assertEqual(path.read_bytes(), Path(SINGLE_FILE).read_bytes())
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o755)

    def test_units_are_confined_as_the_example_is(self):
        for name in ("proxy", "watch"):
            file = "systemd/tplink-exec-%s.service" % name
            example = (ROOT / "openhab-examples" / file).read_text()
            unit = (self.folder / "lib" / file.replace("/", "/system/")).read_text()
            self.assertTrue(unit.endswith("\n\n" + example[example.index("DynamicUser=yes") :]))
            self.assertNotIn("@CONFINED@", unit)
            self.assertIn("ExecStart=/", unit)
            self.assertIn("/usr/bin/tplink-exec %s " % name, unit)
            self.assertNotIn("/usr/local", unit)

    def test_settings_of_the_units_are_told(self):
        default = (self.folder / "etc/default/tplink-exec").read_text()
        told = set(re.findall(r"(?m)^#([A-Z]+)=", default))
        used = set()
        for unit in (self.folder / "lib/systemd/system").iterdir():
            used |= set(re.findall(r"\$([A-Z]+)", unit.read_text()))
        self.assertEqual(told, used)
        self.assertEqual(re.findall("(?m)^[^#\n].*", default), [])

    def test_the_page_names_the_file(self):
        page = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
        self.assertIn("/tplink-exec_%s_all.deb\n" % __version__, page)

    def test_every_file_has_its_time_and_its_sum(self):
        told = (self.folder / "DEBIAN" / "md5sums").read_text()
        for path in self.folder.rglob("*"):
            self.assertEqual(path.stat().st_mtime, 1700000000, path)
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and not name.startswith("DEBIAN/"):
                self.assertIn("  %s\n" % name, told)

    def test_the_changelog_is_the_newest_version_s(self):
        with mock.patch.dict(os.environ, {"SOURCE_DATE_EPOCH": "0"}):
            lines = package.changelog("# C\n\n## 2 \n\n- a\n  b\n- c\n\n## 1\n\n- d\n").split("\n")
        self.assertEqual(lines[2:5], ["  * a b", "  * c", ""])
        self.assertRegex(lines[5], r"^ -- .* <.*>  Thu, 01 Jan 1970 00:00:00 [+]0000$")


class About(unittest.TestCase):
    """The page that an index of packages shows: it can lead nowhere in this repository."""

    text = (ROOT / "scripts" / "about.md").read_text(encoding="utf-8")

    def test_it_has_no_link_into_the_repository(self):
        self.assertNotIn("](", self.text)

    def test_its_example_is_the_readme_s(self):
        example = re.search(r"(?ms)^```console\n(.*?)^```$", (ROOT / "README.md").read_text())[1]
        self.assertIn(re.sub("(?m)^", "    ", example).rstrip(" "), self.text)


if __name__ == "__main__":
    unittest.main()
