"""What runs long as PID 1, as in a container: there the kernel drops signals without handler."""

import os
import select
import signal
import subprocess
import sys
import time
import unittest

from tests.parallel import alone
from tests.support import FORMS, HANG_S, run, simulated, start

UNSHARE = ["unshare", "--pid", "--fork", "--kill-child"]
if os.getuid():
    UNSHARE += ["--user", "--map-root-user"]
LIMIT_S = 1.0


def is_allowed():
    try:
        return run([*UNSHARE, "true"]).code == 0
    except FileNotFoundError:
        return False


def child_of(pid):
    """What this process, unshare, has started: PID 1 of a namespace."""
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return int(file.read())


@alone
@unittest.skipUnless(sys.platform == "linux" and is_allowed(), "no namespace of processes here")
class FirstProcess(unittest.TestCase):
    def setUp(self):
        context = simulated()
        plug = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        place = "%s:%d" % (plug.host, plug.port)
        self.subcommands = (
            ["simulate", "--port", "0"],
            ["proxy", "-l", "0", place],
            ["watch", place],
        )

    def ended(self, argv, number):
        """The exit code after a signal from outside, and what the end takes.

        What it prints first is told when it runs.
        """
        process = start([*UNSHARE, *argv], stdin=subprocess.PIPE)
        try:
            self.assertTrue(select.select([process.stdout], [], [], HANG_S)[0], argv)
            started = time.monotonic()
            os.kill(child_of(process.pid), number)
            code, seconds = process.wait(HANG_S), time.monotonic() - started
            self.assertEqual(process.stderr.read(), b"")
            return code, seconds
        finally:
            process.kill()  # and so its child
            process.communicate()

    def test_it_ends(self):
        for words in self.subcommands:
            for form in FORMS.values():
                for number in (signal.SIGTERM, signal.SIGINT):
                    with self.subTest(words=words, number=number):
                        self.in_a_second([*form, *words], number)

    def in_a_second(self, argv, number, times=5):
        """Once is enough: a busy machine may make any process late."""
        for _ in range(times):
            code, seconds = self.ended(argv, number)
            self.assertEqual(code, 128 + number)
            if seconds < LIMIT_S:
                return
        self.fail("%.1f s" % seconds)


if __name__ == "__main__":
    unittest.main()
