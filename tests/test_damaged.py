"""A copy of the single file that is cut off or was changed on its way, and too little memory."""

import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.parallel import early
from tests.support import PYTHON, SINGLE_FILE, START, needs_first_line, run, simulated

DATA = Path(SINGLE_FILE).read_bytes()
LOADER = DATA.index(b"\f")
ADVICE = b" is damaged: copy it again, in binary mode\n"


@early
class Damaged(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp(prefix="tplink exec ")
        self.addCleanup(shutil.rmtree, folder)
        self.path = Path(folder, "tplink-exec")
        self.plug = self.enter(simulated())
        self.words = [self.plug.host, str(self.plug.port), "on"]

    def enter(self, context):
        found = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return found

    def runs(self, data):
        """The results by its first line, sh and python3."""
        self.path.write_bytes(data)
        self.path.chmod(0o755)
        for start in ([PYTHON, START], ["sh"], [PYTHON]):
            yield run([*start, str(self.path), *self.words])

    def test_cut_off_in_a_page_it_says_so(self):
        """Each page's borders, the sizes of disks' blocks, the last bytes."""
        pages = [at for at in range(LOADER, len(DATA)) if DATA[at : at + 1] == b"\f"]
        cuts = [LOADER + 1, *pages[1::20], *range(4096, len(DATA), 131072), len(DATA) - 1]
        for size in cuts:
            for result in self.runs(DATA[:size]):
                self.assertEqual((result.code, result.out), (2, b""), (size, result.err))
                self.assertEqual((result.err.count(b"\n"), ADVICE in result.err), (1, True), size)
        self.assertEqual(self.plug.connections, 0)

    def test_cut_off_in_the_loader_it_is_never_success(self):
        """But for the first line and, for sh, the one after it: what is left then is a comment."""
        begin = DATA.index(b"\n") + len(b"\n''':' #\n{ command")
        for size in range(begin, LOADER, 311):
            for result in self.runs(DATA[:size]):
                self.assertNotEqual(result.code, 0, size)
        self.assertEqual(self.plug.connections, 0)

    def test_line_ends_of_another_system(self):
        for result in self.runs(DATA.replace(b"\n", b"\r\n")):
            self.assertEqual((result.code, result.out), (2, b""), result.err)
            self.assertEqual(result.err.count(b"\n"), 1, result.err)

    @needs_first_line
    def test_a_byte_order_mark(self):
        """The kernel knows no first line then; a shell takes the file for a script of its own."""
        self.path.write_bytes(b"\xef\xbb\xbf" + DATA)
        self.path.chmod(0o755)
        words = " ".join(["'%s'" % self.path, *self.words])
        result = run(["sh", "-c", words])
        self.assertEqual((result.code, result.out), (2, b""), result.err)
        self.assertEqual(run([PYTHON, str(self.path), *self.words]).code, 0)

    @unittest.skipUnless(sys.platform.startswith("linux"), "RLIMIT_AS as Linux has it")
    def test_too_little_memory(self):
        """Where Python itself starts, with some to spare: exit 2 and one line, or it works."""
        codes = set()
        for kib in range(10000, 40000, 400):
            if self.limited(kib, "-IS", "-c", "import sys, select, _socket; x = 'x' * 1300000")[0]:
                continue
            code, err = self.limited(kib, START, SINGLE_FILE, *self.words)
            self.assertIn(code, (0, 2), (kib, err))
            self.assertEqual(err.count(b"\n"), int(bool(code)), (kib, err))
            codes.add(code)
            if not code:
                break
        self.assertIn(0, codes)

    def limited(self, kib, *words):
        """Exit code and errors of Python with so much address space; -9 when it hangs."""
        size = kib * 1024
        try:
            done = subprocess.run(
                [PYTHON, *words],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=20,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)),
            )
        except subprocess.TimeoutExpired:  # Python 3.12 does, at its own start
            return -9, b""
        return done.returncode, done.stderr


if __name__ == "__main__":
    unittest.main()
