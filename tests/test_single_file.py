"""scripts/tplink-exec: current, and at work wherever and however people start it."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from tests.parallel import early
from tests.support import (
    FIRST_LINE,
    PYTHON,
    ROOT,
    SINGLE_FILE,
    START,
    USER_HOME,
    assert_failure,
    needs_first_line,
    run,
    simulated,
)

HOSTILE = 'import sys; sys.stdout.write("ON\\n"); sys.stdout.flush(); raise SystemExit("hostile")\n'

STAY = """
import posix, sys
class Left(BaseException): pass
def leave(code): raise Left
posix._exit = leave
names = sys.argv[2:]
sys.argv[2:] = ["--version"]
f = open(sys.argv[1], "rb").read()
try:
    exec(f[: f.index(b"\\f")])
except Left:
    pass
"""
"""As the first line, but for the end; any `names` follow the file's."""
IMPORT_ALL = """
for name in names:
    __import__(name)
print(*sorted(name for name in names if not hasattr(sys.modules[name], "__file__")), sep="\\n")
"""


class Room(unittest.TestCase):
    def setUp(self):
        context = simulated()
        self.plug = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.words = [self.plug.host, str(self.plug.port), "on", "--print-state"]
        self.folder = tempfile.mkdtemp(prefix="tplink exec ")
        self.addCleanup(shutil.rmtree, self.folder)

    def copy(self, name="hs100.sh"):
        path = os.path.join(self.folder, name)
        shutil.copy(SINGLE_FILE, path)
        return path

    def works(self, argv, **options):
        self.plug.device.relay_state = 0
        result = run([*argv, *self.words], **options)
        self.assertEqual((result.code, result.out, result.err), (0, b"ON\n", b""), argv)


class Generated(Room):
    def test_it_is_plain_text_and_executable(self):
        data = Path(SINGLE_FILE).read_bytes()
        self.assertTrue(data.isascii())
        self.assertNotIn(b"\r", data)
        self.assertTrue(os.stat(SINGLE_FILE).st_mode & stat.S_IXUSR)
        for path in ROOT.glob("tplink_exec/**/*.py"):
            if path.stem != "__init__":
                text = re.sub(rb"(?m)^(?=.)", b"#", path.read_bytes())  # verbatim, as comments
                self.assertTrue(b"\n" + text + b"\f" in data, path)

    def test_the_first_line_is_one_that_kernels_take(self):
        """Linux before 5.1 cuts it off after 127 bytes; macOS splits at blanks and at # ends it."""
        self.assertEqual(FIRST_LINE, "#!/usr/bin/python3 " + START)
        self.assertRegex(START, r"^-ISc[^\s#]+$")
        self.assertLessEqual(len("#! " + START) + 50, 127)  # README: a path of 50 characters
        code = START[len("-ISc") :]
        self.assertIn('python3 -I -S -c "%s" "$' % code, Path(SINGLE_FILE).read_text())  # sh
        for end in range(code.index("exec(") + len("exec("), len(code)):
            with self.assertRaises(SyntaxError):  # and not half of it, done in silence
                compile(code[:end], "cut off", "exec")


@early
class Replaced(Room):
    def test_a_file_that_is_replaced_during_a_call(self):
        path = self.copy()
        with simulated(fault="silent") as plug:
            words = [plug.host, str(plug.port), "check", "--timeout", "0.7"]
            for starter in ([PYTHON, START], [PYTHON]):
                process = subprocess.Popen(
                    [*starter, path, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
                )
                while not plug.requests and process.poll() is None:  # until 0.7 s at most
                    time.sleep(0.01)
                plug.requests.clear()
                Path(path).write_text(HOSTILE)
                out, err = process.communicate(timeout=10)
                self.assertEqual((process.returncode, out), (4, b""), err)
                self.copy()


@early
class Started(Room):
    @needs_first_line
    def test_the_modules_are_not_parsed(self):
        """To Python they are comments, or not read at all."""
        path = Path(self.copy())
        path.write_text(path.read_text().replace("\f#end\n", "\f# no Python\n#end\n\f#end\n"))
        for start in ([str(path)], ["sh", str(path)], [PYTHON, str(path)]):
            self.works(start)

    @needs_first_line
    def test_any_folder_and_name(self):
        os.mkdir(os.path.join(self.folder, "-I"))
        names = ["hs100.sh", "tplink-exec", "a b's $x.sh", "-c", "-", "-I/x", "\n"]
        if sys.platform == "linux":
            names.append(os.fsdecode(b"\xfc.sh"))
        for name in names:
            path = self.copy(name)
            environment = {"PATH": self.folder + ":" + os.environ["PATH"], "LC_ALL": "C"}
            self.works([path], cwd="/", env=environment)
            self.works(["./" + name], cwd=self.folder, env=environment)
            if "/" in name:
                self.works([name], cwd=self.folder)
                self.assertEqual(run([name, "demo"], cwd=self.folder).code, 0)
            else:
                self.works([name], cwd="/", env=environment)

    @needs_first_line
    def test_started_by_python_and_by_shells(self):
        path = self.copy()
        shells = [shell for shell in ("sh", "bash", "dash", "ksh", "zsh") if shutil.which(shell)]
        if shutil.which("busybox"):
            self.works(["busybox", "sh", path])
            self.works(["busybox", "env", path])
        for starter in (
            [PYTHON],
            [PYTHON, "-I", "-S"],
            [PYTHON, "-O"],
            *([shell] for shell in shells),
        ):
            self.works([*starter, path])
            self.works([*starter, "hs100.sh"], cwd=self.folder)

    @needs_first_line
    def test_unwritable_home_and_no_environment(self):
        path = self.copy()
        self.works(["env", "-i", path])
        self.works(["env", "-i", "/bin/sh", path])
        self.works(["env", "-i", PYTHON, path])
        self.works([path], env={"HOME": "/nonexistent"})

    @needs_first_line
    def test_through_symbolic_links(self):
        path = self.copy()
        os.mkdir(os.path.join(self.folder, "bin"))
        link = os.path.join(self.folder, "bin", "plug")
        os.symlink(path, link)
        for argv in ([link], ["sh", link], [PYTHON, link]):
            self.works(argv, cwd="/")

    @needs_first_line
    def test_hostile_modules_beside_it_and_in_pythonpath(self):
        path = self.copy()
        names = "json socket _json _socket tplink_exec argparse subprocess"
        for name in (names + " sys io _io encodings zipimport linecache sitecustomize").split():
            Path(self.folder, name + ".py").write_text(HOSTILE)
        os.mkdir(os.path.join(self.folder, "tplink_exec"))
        for name in ("__init__", "cli", "retry"):
            Path(self.folder, "tplink_exec", name + ".py").write_text(HOSTILE)
        environment = {**os.environ, "PYTHONPATH": self.folder}
        hostile = {"PYTHONHOME": self.folder, "PYTHONSTARTUP": "json.py", "PYTHONINSPECT": "1"}
        for argv in ([path], ["./hs100.sh"], ["sh", path]):
            self.works(argv, cwd=self.folder, env={**environment, **hostile})
        for name in ("io", "encodings", "zipimport", "sitecustomize"):  # Python itself takes them,
            os.remove(os.path.join(self.folder, name + ".py"))  # before it reads a file
        for argv in ([PYTHON, path], [PYTHON, "hs100.sh"]):
            self.works(argv, cwd=self.folder, env=environment)
        closed = [PYTHON, path, "127.0.0.1", "1", "check"]  # cold modules too
        assert_failure(self, run(closed, cwd=self.folder, env=environment), 3)
        encoded = run([PYTHON, path, "encode", "{}"], cwd=self.folder, env=environment)
        self.assertEqual((encoded.code, encoded.out), (0, b"AAAAAtCt\n"))

    def test_only_the_standard_library_is_left_to_import_from(self):
        environment = {**os.environ, "PYTHONPATH": self.folder}
        argv = [PYTHON, "-c", STAY + "print(*sys.path, sep='\\n')", SINGLE_FILE]
        result = run(argv, cwd=self.folder, env=environment)
        left = set(result.out.decode().splitlines()[1:])
        library = os.path.dirname(os.__file__)
        self.assertIn(library, left)
        self.assertFalse({"", self.folder} & left)
        self.assertEqual([path for path in left if "site-packages" in path], [])

    def test_an_old_python_is_told(self):
        tried = 0
        for name in ("2.7", "3.5", "3.6", "3.7"):
            for python in self.pythons(name):
                tried += 1
                for option in ([], [START] if name != "2.7" else []):
                    result = run([python, *option, SINGLE_FILE, *self.words])
                    assert_failure(self, result, 2)
                    self.assertIn(b"3.8", result.err)
        if not tried:
            self.skipTest("no Python older than 3.8 here")

    def pythons(self, version):
        found = [shutil.which("python" + version)]
        found += [
            str(path) for path in Path(USER_HOME).glob(".pyenv/versions/%s.*/bin/python" % version)
        ]
        probe = [(python, run([python, "-c", "pass"]).code) for python in found if python]
        return [python for python, code in probe if code == 0]

    def test_no_python_at_all(self):
        path = self.copy()
        sh = shutil.which("sh")
        result = run([sh, path, *self.words], env={"PATH": "/nonexistent"})
        assert_failure(self, result, 2)
        self.assertIn(b"python3", result.err)

    def test_every_module_is_imported_from_it(self):
        paths = [
            path.relative_to(ROOT).with_suffix("") for path in ROOT.glob("tplink_exec/**/*.py")
        ]
        names = [".".join(path.parts) for path in paths if path.name[:2] != "__"]
        argv = [PYTHON, "-I", "-S", "-c", STAY + IMPORT_ALL, SINGLE_FILE, *names]
        result = run(argv, cwd=self.folder)
        self.assertEqual((result.code, result.err), (0, b""))
        self.assertEqual(result.out.decode().splitlines()[1:], sorted(names))

    def test_it_leaves_nothing_behind(self):
        path = self.copy()
        self.works([PYTHON, path])
        self.assertEqual(os.listdir(self.folder), ["hs100.sh"])


if __name__ == "__main__":
    unittest.main()
