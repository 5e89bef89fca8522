"""The threads for what blocks: as many as are needed at once, and no more."""

import _thread
import threading
import time
import unittest
from unittest import mock

from tplink_exec.polling import pool
from tplink_exec.polling.pool import Pool

PATIENCE_S = 20


class Threads(unittest.TestCase):
    def setUp(self):
        self.pool = Pool()
        self.started = 0
        real = _thread.start_new_thread

        def start(function, arguments):
            self.started += 1
            return real(function, arguments)

        for patch in (
            mock.patch.object(_thread, "start_new_thread", start),
            mock.patch.object(pool, "IDLE_S", 0.05),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(self.until, lambda: not self.pool.threads)

    def until(self, condition):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.001)

    def idle(self):
        self.until(lambda: not self.pool.jobs)

    def test_no_more_than_are_needed_at_once(self):
        with mock.patch.object(pool, "IDLE_S", 5.0):
            for _ in range(100):
                self.pool.run(lambda: None)
                self.idle()
            self.assertEqual(self.started, 1)
            go_on = threading.Event()
            for number in range(1, 6):
                self.pool.run(lambda: go_on.wait(PATIENCE_S))
                self.assertEqual((self.started, self.pool.threads), (number, number))
            go_on.set()
            self.idle()
            for _ in range(5):
                self.pool.run(lambda: None)
            self.idle()
            self.assertEqual(self.started, 5)
            with self.pool.lock:  # those that wait now do so for so long
                self.assertEqual(self.pool.threads, 5)
        for _ in range(5):
            self.pool.run(lambda: time.sleep(0.01))

    def test_they_end_when_they_have_nothing_to_do(self):
        go_on = threading.Event()
        for _ in range(3):
            self.pool.run(lambda: go_on.wait(PATIENCE_S))
        self.pool.run(lambda: None)
        self.assertEqual(self.pool.threads, 4)
        self.until(lambda: self.pool.threads == 3)  # those that are busy stay
        go_on.set()
        self.until(lambda: not self.pool.threads)
        done = threading.Event()
        self.pool.run(done.set)
        self.assertTrue(done.wait(PATIENCE_S))

    def test_jobs_wait_where_no_more_can_be_started(self):
        go_on, done = threading.Event(), []
        self.pool.run(lambda: go_on.wait(PATIENCE_S))
        with mock.patch.object(_thread, "start_new_thread", side_effect=RuntimeError("no more")):
            for number in range(10):
                self.pool.run(lambda number=number: done.append(number))
            self.assertEqual((self.pool.threads, self.pool.jobs), (1, 11))
            time.sleep(0.1)
            self.assertEqual(done, [])
            go_on.set()
            self.idle()
        self.assertEqual(done, list(range(10)))

    def test_none_at_all_is_an_error(self):
        with mock.patch.object(_thread, "start_new_thread", side_effect=RuntimeError("no more")):
            self.assertRaises(RuntimeError, self.pool.run, lambda: None)

    def test_a_thread_does_not_end_while_a_job_is_about_to_come(self):
        """It is counted before it is there."""
        done = threading.Event()
        self.pool.jobs = self.pool.threads = 1
        _thread.start_new_thread(self.pool.work, ())
        time.sleep(0.3)
        self.assertEqual(self.pool.threads, 1)
        self.pool.waiting.put(done.set)
        self.assertTrue(done.wait(PATIENCE_S))

    def test_none_is_lost(self):
        """Of 10,000 quick ones, from several threads, while others end for want of work."""
        done, counted = [], threading.Lock()

        def job():
            with counted:
                done.append(1)

        def give():
            for number in range(2000):
                self.pool.run(job)
                if number % 500 == 0:
                    time.sleep(0.06)

        givers = [threading.Thread(target=give) for _ in range(5)]
        for giver in givers:
            giver.start()
        for giver in givers:
            giver.join(PATIENCE_S)
        self.idle()
        self.assertEqual(len(done), 10000)
        self.assertTrue(self.pool.waiting.empty())


if __name__ == "__main__":
    unittest.main()
