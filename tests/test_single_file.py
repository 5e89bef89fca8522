"""scripts/tplink-exec: current, and at work wherever and however people start it."""

import os
import shutil
import stat
import sys
import tempfile
import unittest
from pathlib import Path

from tests.support import (
    PYTHON,
    ROOT,
    SINGLE_FILE,
    assert_failure,
    needs_first_line,
    run,
    simulated,
)

HOSTILE = 'import sys; sys.stdout.write("ON\\n"); sys.stdout.flush(); raise SystemExit("hostile")\n'


class SingleFile(unittest.TestCase):
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

    def test_it_is_current(self):
        script = str(ROOT / "scripts" / "single_file.py")
        result = run([sys.executable, script, "verify"])
        self.assertEqual(
            (result.code, result.out), (0, b""), "run: scripts/single_file.py generate"
        )

    def test_verify_notices(self):
        for folder in ("scripts", "tplink_exec"):
            shutil.copytree(str(ROOT / folder), os.path.join(self.folder, folder))
        script = os.path.join(self.folder, "scripts", "single_file.py")
        self.assertEqual(run([sys.executable, script, "verify"]).code, 0)
        with open(os.path.join(self.folder, "tplink_exec", "cipher.py"), "a") as file:
            file.write("# changed\n")
        result = run([sys.executable, script, "verify"])
        self.assertEqual(result.code, 1)
        self.assertIn(b"+# changed\n", result.out)

    def test_verify_notices_when_it_is_not_executable(self):
        for folder in ("scripts", "tplink_exec"):
            shutil.copytree(str(ROOT / folder), os.path.join(self.folder, folder))
        script = os.path.join(self.folder, "scripts", "single_file.py")
        os.chmod(os.path.join(self.folder, "scripts", "tplink-exec"), 0o644)
        self.assertEqual(run([sys.executable, script, "verify"]).code, 1)
        self.assertEqual(run([sys.executable, script, "generate"]).code, 0)
        self.assertEqual(run([sys.executable, script, "verify"]).code, 0)

    def test_it_is_plain_text_and_executable(self):
        data = Path(SINGLE_FILE).read_bytes()
        self.assertTrue(data.isascii())
        self.assertNotIn(b"\r", data)
        self.assertTrue(os.stat(SINGLE_FILE).st_mode & stat.S_IXUSR)
        for path in ROOT.glob("tplink_exec/*.py"):
            self.assertIn(path.read_bytes(), data)  # verbatim

    @needs_first_line
    def test_any_folder_and_name(self):
        for name in ("hs100.sh", "tplink-exec", "a b's $x.sh"):
            path = self.copy(name)
            self.works([path], cwd="/")
            self.works(["./" + name], cwd=self.folder)
            self.works([name], cwd="/", env={"PATH": self.folder + ":" + os.environ["PATH"]})

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
        for name in ("json", "socket", "_json", "_socket", "tplink_exec", "argparse", "subprocess"):
            Path(self.folder, name + ".py").write_text(HOSTILE)
        os.mkdir(os.path.join(self.folder, "tplink_exec"))
        for name in ("__init__", "cli", "retry"):
            Path(self.folder, "tplink_exec", name + ".py").write_text(HOSTILE)
        environment = {**os.environ, "PYTHONPATH": self.folder}
        for argv in ([path], ["sh", path], [PYTHON, path], [PYTHON, "hs100.sh"]):
            self.works(argv, cwd=self.folder, env=environment)
        closed = [PYTHON, path, "127.0.0.1", "1", "check"]  # cold modules too
        assert_failure(self, run(closed, cwd=self.folder, env=environment), 3)
        encoded = run([PYTHON, path, "encode", "{}"], cwd=self.folder, env=environment)
        self.assertEqual((encoded.code, encoded.out), (0, b"AAAAAtCt\n"))

    def test_an_old_python_is_told(self):
        tried = 0
        for name in ("2.7", "3.5", "3.6", "3.7"):
            for python in self.pythons(name):
                tried += 1
                result = run([python, SINGLE_FILE, *self.words])
                assert_failure(self, result, 2)
                self.assertIn(b"3.8", result.err)
        if not tried:
            self.skipTest("no Python older than 3.8 here")

    def pythons(self, version):
        found = [shutil.which("python" + version)]
        found += [
            str(path) for path in Path.home().glob(".pyenv/versions/%s.*/bin/python" % version)
        ]
        probe = [(python, run([python, "-c", "pass"]).code) for python in found if python]
        return [python for python, code in probe if code == 0]

    def test_no_python_at_all(self):
        path = self.copy()
        sh = shutil.which("sh")
        result = run([sh, path, *self.words], env={"PATH": "/nonexistent"})
        assert_failure(self, result, 2)
        self.assertIn(b"python3", result.err)

    def test_it_leaves_nothing_behind(self):
        path = self.copy()
        self.works([PYTHON, path])
        self.assertEqual(os.listdir(self.folder), ["hs100.sh"])


if __name__ == "__main__":
    unittest.main()
