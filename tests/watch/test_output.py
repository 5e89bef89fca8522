"""watch: its standard output and its end."""

import os
import re
import select
import signal
import subprocess
import time
import unittest
from unittest import mock

from tests.parallel import early
from tests.support import FORMS, assert_failure, run
from tests.watch.watching import FAST, PATIENCE_S, Case, Watch, polls
from tplink_exec.cli import output as written
from tplink_exec.watch.lines import MAX_LINES, Output


@early
class Writing(Case):
    def test_lines_that_wait_are_only_the_last_of_each_device(self):
        output = Output()
        for number in range(MAX_LINES):
            output.add(number % 3, b"%d\n" % number)
        self.assertEqual(len(output.lines), MAX_LINES)
        output.add(1, b"new\n")
        self.assertEqual(output.take(1e9), b"998\n999\nnew\n".replace(b"999\n", b"999\n"))
        self.assertFalse(output.waits())

    def full_pipe(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, write)
        os.set_blocking(write, False)
        try:
            while True:
                os.write(write, b"x" * 512)
        except BlockingIOError:
            os.set_blocking(write, True)
        return read, write

    def test_closed_and_full_outputs(self):
        plug = self.device()
        for redirection in (">&-", ">/dev/full"):
            if "full" in redirection and not os.path.exists("/dev/full"):
                continue
            for form in FORMS.values():
                script = 'exec "$@" </dev/null ' + redirection
                result = run(["sh", "-c", script, "sh", *form, "watch", plug.place])
                assert_failure(self, result, 2)

    def test_a_reader_that_goes_away(self):
        """It ends at once, and not only when there is something to tell."""
        plug = self.device()
        read, write = os.pipe()
        watch = Watch(self, *FAST, plug.place, stdout=write)
        os.close(write)
        self.assertEqual(os.read(read, 100), b"HS100 1 OFF\n")
        os.close(read)
        self.assertEqual(watch.process.wait(PATIENCE_S), 2)
        self.assertEqual(
            watch.rest(watch.err),
            ["tplink-exec: watch: standard output cannot be written: Broken pipe"],
        )

    def test_a_reader_that_sleeps(self):
        """States wait for it, and commands are done meanwhile."""
        plug = self.device(alias="Lamp")
        read, write = self.full_pipe()
        watch = Watch(self, *FAST, plug.place, stdout=write)
        watch.tell("Lamp on")
        self.until(lambda: plug.device.relay_state)
        self.until_polled(plug, 4)
        os.set_blocking(read, False)
        text = b""

        def all_there():
            nonlocal text
            try:
                text += os.read(read, 65536)
            except BlockingIOError:
                pass
            return text.lstrip(b"x") == b"Lamp OFF\nLamp ON\n"

        self.until(all_there)
        self.assertEqual(watch.end()[0], 0)

    def test_a_reader_that_reads_a_little(self):
        """A write never blocks: what does not fit waits, and commands are done."""
        plug = self.device(alias="Lamp" * 50)
        read, write = self.full_pipe()
        watch = Watch(self, *FAST, "--repeat", "0.002", plug.place, stdout=write)
        time.sleep(0.5)  # until more waits than is read now
        os.read(read, select.PIPE_BUF)
        self.until_polled(plug, 4)
        watch.tell(plug.place + " on")
        self.until(lambda: plug.device.relay_state)

    def test_a_standard_error_that_nobody_reads(self):
        """States and commands do not wait for it."""
        plug = self.device(alias="Lamp")
        read, write = self.full_pipe()
        watch = Watch(self, *FAST, "--debug", plug.place, stderr=write)
        self.assertEqual(watch.line(), "Lamp OFF")
        for word in ("ON", "OFF"):
            watch.tell(b"nonsense\n" * 2 * MAX_LINES + b"Lamp %s\n" % word.encode())
            self.assertEqual(watch.line(), "Lamp " + word)
        watch.process.stdin.close()
        self.assertEqual(watch.process.wait(PATIENCE_S), 0)

    def test_a_standard_error_that_is_read_slowly(self):
        """What does not find room is counted."""
        plug = self.device(alias="Lamp")
        read, write = os.pipe()
        watch = Watch(self, *FAST, plug.place, stderr=write)
        os.close(write)
        self.assertEqual(watch.line(), "Lamp OFF")
        number = 3 * MAX_LINES
        watch.tell(b"nonsense\n" * number + b"Lamp on\n")
        for _ in range(20):
            os.read(read, 50)
            time.sleep(0.01)
        self.assertEqual(watch.line(), "Lamp ON")
        self.until_polled(plug, 4)
        watch.process.stdin.close()
        with open(read) as stream:
            lines = stream.read().splitlines()[1:]  # of the first a part has been read
        told = sum(" in 'nonsense'" in line for line in lines)
        left_out = [re.search(r"watch: (\d+) lines left out", line) for line in lines]
        left_out = [int(found[1]) for found in left_out if found]
        self.assertTrue(left_out)
        self.assertIn(number - told - sum(left_out), range(1, 21))
        self.assertEqual(watch.process.wait(PATIENCE_S), 0)

    def test_lines_of_error_at_the_end(self):
        watch = Watch(self, *FAST, self.device().place)
        watch.tell(b"nonsense\n" * MAX_LINES)
        self.assertEqual(len(watch.end()[2]), MAX_LINES)

    def test_more_devices_than_descriptors(self):
        silent = [self.device(fault="silent", address="127.0.90.%d" % n) for n in range(1, 31)]
        plug = self.device(alias="Lamp")
        hosts = [it.place for it in [*silent, plug]]
        few = ["sh", "-c", 'ulimit -S -n 24; exec "$@"', "sh", *FORMS["file"]]
        watch = Watch(self, argv=[*few, "watch", "--timeout", "600", *hosts])
        self.assertEqual(watch.line(), "Lamp OFF")

    def test_signals(self):
        hung, plug = self.device(fault="silent"), self.device(alias="Lamp")
        for number in (signal.SIGTERM, signal.SIGINT):
            for form in FORMS:
                watch = Watch(self, *FAST, hung.place, plug.place, form=form)
                self.assertEqual(watch.line(), "Lamp OFF")
                watch.tell("%s on" % hung.place)
                self.assertEqual(watch.stop(number), -number)
                self.assertEqual((watch.rest(watch.out), watch.rest(watch.err)), ([], []))

    def test_a_signal_while_nobody_reads(self):
        plug = self.device()
        for number in (signal.SIGTERM, signal.SIGINT):
            _, write = self.full_pipe()
            watch = Watch(self, *FAST, "--debug", plug.place, stdout=write, stderr=write)
            self.until_polled(plug, 3)
            self.assertEqual(watch.stop(number), -number)

    def test_the_end_of_input_while_nobody_reads(self):
        plug = self.device()
        _, write = self.full_pipe()
        with mock.patch.object(written.put, "__defaults__", (0.5,)):  # in place of 5 s
            watch = Watch(self, *FAST, plug.place, stdout=write)
        self.assertEqual(watch.end()[0], 2)

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "no /proc")
    def test_memory_stays_flat(self):
        """A thousand polls, of faults and of commands: resident size after them as before."""
        plugs = [self.device("HS110") for _ in range(3)]
        plugs.append(self.device(fault="garbage"))
        words = ["--interval", "0.002", "--json", "--repeat", "0.01"]
        places = [plug.place for plug in plugs]
        watch = Watch(self, *words, *places, form="file", stdout=subprocess.DEVNULL)
        sizes = []
        for _ in range(5):
            for _ in range(20):
                watch.tell("%s on\nnonsense" % plugs[0].place)
                self.until_polled(plugs[1], 4)
            with open("/proc/%d/status" % watch.process.pid) as status:
                sizes.append(int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]))
        steps = sorted(after - before for before, after in zip(sizes[1:], sizes[2:]))
        self.assertLess(sum(steps[:-1]), 200, sizes)  # one may be malloc's, for a thread

    def test_garbage_of_every_kind_ends_no_thread(self):
        from tplink_exec.simulator.faults import FAULTS

        plugs = [self.device() for _ in range(4)]
        places = [plug.place for plug in plugs]
        watch = Watch(self, *FAST, "--timeout", "0.3", *places)
        watch.expect(*["HS100 1 OFF"] * len(plugs))
        for number, fault in enumerate(sorted(FAULTS)):
            plug = plugs[number % len(plugs)]
            self.until(lambda plug=plug: not plug.fault or polls(plug) > plug.wanted)
            plug.fault, plug.wanted = fault, polls(plug) + 1
        for plug in plugs:
            self.until(lambda plug=plug: polls(plug) > plug.wanted)
            plug.device.relay_state, plug.fault, plug.device.alias = 1, "", plug.place
        for plug in plugs:
            self.until_polled(plug, 4)
            plug.device.relay_state = 0
        ends = {plug.place + " OFF" for plug in plugs}
        while ends:
            ends.discard(watch.line())
        code, _, err = watch.end()
        self.assertEqual((code, err), (0, []))


if __name__ == "__main__":
    unittest.main()
