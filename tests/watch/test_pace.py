"""watch: how often it asks, and how soon it knows."""

import signal
import unittest

from tests.house import network, started
from tests.parallel import early
from tests.polling.stepping import Stepping, member_of
from tests.support import simulated
from tests.watch.watching import FAST, Case, Watch, polls
from tplink_exec.simulator.models import device
from tplink_exec.simulator.simulate import Simulator


class Beating(Case):
    """Here time goes by the polls of another device, as a busy machine slows down both."""

    interval_s = 0.1

    def watch(self, *words):
        """It watches the device at `words`, and `beat`."""
        self.beat = self.device(alias="Beat")
        watch = Watch(self, "--interval", str(self.interval_s), *words, self.beat.place)
        watch.expect("Lamp OFF", "Beat OFF")
        return watch

    def beats(self, seconds):
        return seconds / self.interval_s

    def let_pass(self, seconds):
        self.until_polled(self.beat, self.beats(seconds))

    def is_back_within(self, seconds, watch, line):
        before = polls(self.beat)
        self.assertEqual(watch.line(), line)
        self.assertLessEqual(polls(self.beat) - before, self.beats(seconds))


@early
class Pace(Beating):
    def test_nothing_piles_up_on_a_slow_device(self):
        slow = self.device(fault="slow-reply", alias="Lamp")
        self.watch(slow.place)
        before, others = slow.connections, polls(self.beat)
        self.let_pass(4)
        asked = slow.connections - before
        self.assertLessEqual(asked, self.beats(4) / 3 + 1)  # 0.3 s, and so each 0.4 s
        self.assertGreaterEqual(asked, 3)
        self.assertLessEqual(polls(self.beat) - others, self.beats(4) + 2)
        self.assertLessEqual(len(slow.open), 4)  # the listeners, and no heap of connections

    def test_one_that_hangs_delays_no_other(self):
        hung, plug = self.device(fault="silent"), self.device(alias="Lamp")
        watch = Watch(self, *FAST, "--timeout", "600", hung.place, plug.place)
        self.assertEqual(watch.line(), "Lamp OFF")
        watch.tell("%s on" % plug.place)
        self.assertEqual(watch.line(), "Lamp ON")
        watch.tell("Lamp off")  # an alias, though not all devices have answered
        watch.process.stdin.close()
        self.assertEqual(watch.stop(), -signal.SIGTERM)

    def test_a_device_that_hangs_and_then_does_not(self):
        plug = self.device(alias="Lamp")
        watch = self.watch("--timeout", "2", plug.place)
        self.break_down(plug, "silent")
        self.assertEqual(watch.line(), "Lamp OFFLINE")
        self.let_pass(0.8)  # in which there has been a patient poll, too
        self.break_down(plug, "")
        self.is_back_within(0.8, watch, "Lamp OFF")

    def test_a_name_is_looked_up_once(self):
        plug = self.device()
        it = Stepping(member_of("localhost", plug.port))
        self.addCleanup(it.close)
        outlet = it.member.outlets[0]
        for datagrams in range(3):  # the first call looks it up
            self.assertTrue(it.poll())
            self.assertEqual((it.member.address, outlet.state()), ("127.0.0.1", 0))
            self.assertEqual((plug.connections, plug.datagrams), (1, datagrams))


@early
class Recovery(Beating):
    interval_s = 0.05

    def test_backs_off_on_a_dead_device_and_recovers_in_an_interval(self):
        """The whole effort, retries and all, comes ever more seldom; one try each interval."""
        self.interval_s = 0.2
        plug = self.device(alias="Lamp")
        watch = self.watch(plug.place)
        self.break_down(plug, "close-before-reply")  # several connections for a patient call
        self.assertEqual(watch.line(), "Lamp OFFLINE")
        self.let_pass(1.6)  # patient after 0.4, 0.8 s
        before = polls(plug)
        self.let_pass(2)
        tries = polls(plug) - before
        self.assertLessEqual(tries, self.beats(2) + 5)
        self.assertGreaterEqual(tries, self.beats(1.2))
        self.break_down(plug, "")
        self.is_back_within(0.8, watch, "Lamp OFF")

    def test_a_network_that_comes_and_goes(self):
        host = network() + ".1"
        with simulated(alias="Lamp", address=host) as plug:
            watch = self.watch("%s:%d" % (host, plug.port))
        for name in ("Lamp", "HS100 1"):
            self.assertEqual(watch.line(), name + " OFFLINE")
            self.let_pass(1.5)
            again = Simulator(device("HS100"))
            with started(again, host, plug.port, None):
                self.is_back_within(0.4, watch, "HS100 1 OFF")
        self.assertEqual(watch.stop(), -signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
