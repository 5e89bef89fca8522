"""scripts/generate.py: all that is generated is current, and what is stale is one line."""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from tests.parallel import early
from tests.support import ROOT, run

COMMAND = [sys.executable, "scripts/generate.py"]
GENERATED = (
    "scripts/tplink-exec",
    "scripts/man/tplink-exec.1",
    "scripts/completions/tplink-exec.bash",
    "scripts/completions/_tplink-exec",
    "scripts/completions/tplink-exec.fish",
)


def copy_of_the_tree(folder):
    """What generate.py reads and writes, in a folder that there is."""
    for name in ("scripts", "tplink_exec", "docs"):
        if (ROOT / name).exists():
            shutil.copytree(str(ROOT / name), str(Path(folder, name)))
    shutil.copy(str(ROOT / "README.md"), str(folder))


class Here(unittest.TestCase):
    def test_all_is_current(self):
        result = run([*COMMAND, "verify"])
        self.assertEqual((result.code, result.out.decode(), result.err), (0, "", b""))


@early
class Copy(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tplink exec "))
        self.addCleanup(shutil.rmtree, str(self.folder))
        copy_of_the_tree(self.folder)

    def says(self, *words, code=0):
        result = run([*COMMAND, *words], cwd=str(self.folder))
        self.assertEqual((result.code, result.err), (code, b""))
        return result.out.decode()

    def test_what_is_stale_is_one_line_and_is_written(self):
        for name in GENERATED:
            path = self.folder / name
            path.write_text(path.read_text() + "more\n")
        told = "".join(
            "%s is stale; run: python3 scripts/generate.py\n" % name for name in GENERATED
        )
        self.assertEqual(
            sorted(self.says("verify", code=1).splitlines()), sorted(told.splitlines())
        )
        self.assertEqual(self.says().count("written: "), len(GENERATED))
        self.assertEqual(self.says("verify"), "")
        self.assertEqual(self.says(), "")

    def test_a_missing_file_and_a_wrong_mode(self):
        (self.folder / GENERATED[1]).unlink()
        (self.folder / GENERATED[0]).chmod(0o644)
        self.assertEqual(self.says("verify", code=1).count(" is stale;"), 2)
        self.says()
        self.assertEqual(self.says("verify"), "")

    def test_another_module_is_in_the_file(self):
        with open(str(self.folder / "tplink_exec" / "cipher.py"), "a") as file:
            file.write("# changed\n")
        self.assertEqual(self.says("verify", code=1).count("\n"), 1)
        self.assertEqual(self.says(), "written: scripts/tplink-exec\n")
        self.assertIn("\n## changed\n\f", (self.folder / GENERATED[0]).read_text())

    def test_what_a_module_must_not_hold(self):
        (self.folder / "tplink_exec" / "cipher.py").write_bytes(b"# \f\n")
        result = run(COMMAND, cwd=str(self.folder))
        self.assertEqual((result.code, result.err[:19]), (1, b"tplink_exec.cipher:"))

    def test_tables_of_documents(self):
        page = self.folder / "docs" / "page.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text("a\n<!-- exit codes -->\nold\n<!-- end -->\nz\n")
        self.assertEqual(self.says(), "written: docs/page.md\n")
        text = page.read_text()
        self.assertRegex(
            text, r"^a\n<!-- exit codes -->\n\| code \| meaning \|\n\| --- \| --- \|\n\| 0 "
        )
        self.assertRegex(text, r"SIGTERM[^\n]*\|\n<!-- end -->\nz\n$")
        page.write_text("<!-- fruit -->\n<!-- end -->\n")
        result = run(COMMAND, cwd=str(self.folder))
        self.assertEqual((result.code, result.err[:26]), (1, b"no table is called fruit; "))

    def test_usage(self):
        result = run([*COMMAND, "generate"])
        self.assertEqual((result.code, result.out), (2, b""))


if __name__ == "__main__":
    unittest.main()
