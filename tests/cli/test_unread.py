"""discover and openhab whose output nobody reads, and a lock that another process keeps."""

import fcntl
import os
import subprocess
import tempfile
import time
import unittest

from tests.support import CLEAN, FORMS, assert_failure, call, simulated

PATIENCE_S = 5.0
"""What put() takes without a limit: as late as that it must not be."""


class Unread(unittest.TestCase):
    def setUp(self):
        read, self.write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, self.write)
        os.set_blocking(self.write, False)
        for size in (4096, 1):
            try:
                while True:
                    os.write(self.write, b"x" * size)
            except BlockingIOError:
                pass
        os.set_blocking(self.write, True)

    def test_the_time_limit_covers_it(self):
        with simulated() as plug:
            place = "127.0.0.1", str(plug.port)
            for words in (
                ["discover", "--target", place[0], "--port", place[1]],
                ["discover", "--json", "--target", place[0], "--port", place[1]],
                ["openhab", ":".join(place)],
            ):
                best_s = 60.0
                for _ in range(3):
                    started = time.monotonic()
                    done = subprocess.run(
                        [*FORMS["file"], *words, "--timeout", "1"],
                        stdout=self.write,
                        stderr=subprocess.PIPE,
                        timeout=60,
                        env={**os.environ, **CLEAN},
                    )
                    best_s = min(best_s, time.monotonic() - started)
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn(b"nobody reads it", done.stderr)
                    if best_s < PATIENCE_S:
                        break
                self.assertLess(best_s, PATIENCE_S, words)


class Locked(unittest.TestCase):
    def test_who_keeps_the_file_is_said_in_time(self):
        with tempfile.TemporaryDirectory() as folder, simulated() as plug:
            path = os.path.join(folder, "devices.json")
            with open(path + ".lock", "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                words = "--save", "--target", "127.0.0.1", "--port", str(plug.port)
                result = call(
                    "discover", *words, "--timeout", "1", environment={"TPLINK_EXEC_DEVICES": path}
                )
            assert_failure(self, result, 2)
            self.assertIn(b"another process keeps", result.err)
            self.assertLess(result.seconds, PATIENCE_S)


if __name__ == "__main__":
    unittest.main()
