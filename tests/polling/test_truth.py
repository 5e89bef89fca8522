"""What is told of a device is true, whatever becomes of its datagrams, and costs little."""

import json
import random
import time
import unittest
from unittest import mock

from tests.house import Folder, network, placed, slack_s
from tests.parallel import alone, early
from tests.polling.stepping import Stepping, member_of
from tests.support import in_time, sets, simulated
from tests.watch.watching import Case, Watch
from tplink_exec.polling import course
from tplink_exec.polling.course import MUTE, MUTE_S, ONLINE, RESTING, UNHEARD
from tplink_exec.polling.watched import ALWAYS, CHANGES, NEVER
from tplink_exec.simulator.udp_faults import UDP_FAULTS
from tplink_exec.watch.orders import Order, understand

SEED = 15


class ByStep(unittest.TestCase):
    def stepping(self, plug, interval_s=0.1, metering=NEVER, children=("",)):
        it = Stepping(member_of(plug.host, plug.port, children=children), interval_s, metering)
        self.addCleanup(it.close)
        return it


@early
class Truth(ByStep):
    def test_the_state_is_one_between_question_and_answer(self):
        """With changes before and while it is asked, and no OFFLINE, as it can be called."""
        chance = random.Random(SEED)
        for fault in UDP_FAULTS:
            for metering, beats in ((NEVER, 6), (CHANGES, 3), (ALWAYS, 2)):
                with self.subTest(fault, metering=metering), simulated("HS110") as plug:
                    plug.udp_fault = fault
                    it = self.stepping(plug, metering=metering)
                    outlet = it.member.outlets[0]
                    for _ in range(beats):
                        plug.device.relay_state = chance.randrange(2)
                        states = {plug.device.relay_state}
                        it.beat()
                        for _ in range(chance.randrange(3)):
                            it.step()
                        if chance.random() < 0.3 and it.course.state not in RESTING:
                            plug.device.relay_state ^= 1
                            states.add(plug.device.relay_state)
                        self.rest(it)
                        self.assertIn(outlet.state(), states)
                    self.assertNotIn(("plug", None), it.post.told)

    def test_after_a_command_only_what_it_led_to(self):
        """However many answers are on their way from before it."""
        for fault in UDP_FAULTS:
            with self.subTest(fault), simulated() as plug:
                plug.udp_fault = fault
                it = self.stepping(plug)
                self.assertTrue(it.poll())
                for number in range(4):
                    it.beat()
                    for _ in range(number % 3):
                        it.step()
                    it.post.told.clear()
                    word = ("on", "off")[number % 2]
                    self.give(it, word)
                    it.until(lambda it=it: it.polled.done == it.polled.given)
                    self.assertEqual(it.post.told, [("plug", int(word == "on"))])
                    if number % 4 == 0:
                        self.assertTrue(it.poll())
                        self.assertEqual(len(it.post.told), 1)

    def test_commands_are_done_in_their_order_and_each_state_is_told(self):
        for fault in ("", "udp-lossy", "udp-silent"):
            with self.subTest(fault), simulated() as plug:
                plug.udp_fault = fault
                it = self.stepping(plug)
                self.assertTrue(it.poll())
                it.post.told.clear()
                for _ in range(5):
                    self.give(it, "on")
                    self.give(it, "off")
                it.until(lambda it=it: it.polled.done == it.polled.given)
                self.assertEqual(it.post.told, [("plug", 1), ("plug", 0)] * 5)
                states = [b'"state":1' in request for request in sets(plug)]
                self.assertEqual(states, [True, False] * 5)

    def test_a_command_to_one_that_is_offline(self):
        """It is told when it fails, and its effect when it does not."""
        with simulated() as plug:
            it = self.stepping(plug)
            self.assertTrue(it.poll())
            Case.break_down(plug, "reset-before-reply")
            self.assertTrue(it.poll())
            self.assertEqual(it.post.told[-1], ("plug", None))
            self.give(it, "on", 0.3)
            it.until(lambda: it.post.complaints)
            it.until(lambda: it.polled.done == it.polled.given)
            self.assertEqual(it.post.told[-1], ("plug", None))
            Case.break_down(plug, "")
            self.give(it, "on")
            it.until(lambda: it.polled.done == it.polled.given)
            self.assertEqual(it.post.told[-1], ("plug", 1))

    def rest(self, it):
        it.until(lambda: it.course.state in RESTING and not it.polled.busy)

    def give(self, it, word, seconds=20.0):
        line = ("plug " + word).encode()
        it.order(it.polled, Order(line, *understand(line), time.monotonic() + seconds))


class Cost(ByStep):
    def calm(self):
        """Nothing is repeated because the machine is slow."""
        names = "FIRST_RTO_S", "LEAST_RTO_S", "MOST_RTO_S"
        patch = mock.patch.multiple(course, **dict.fromkeys(names, 10.0))
        patch.start()
        self.addCleanup(patch.stop)

    def test_one_datagram_a_beat_and_no_call(self):
        self.calm()
        with simulated() as plug:
            it = self.stepping(plug)
            for _ in range(50):
                self.assertTrue(it.poll())
            self.assertEqual((plug.datagrams, plug.connections), (50, 0))

    def test_with_loss_not_much_more(self):
        with simulated() as plug:
            plug.udp_fault = "udp-lossy"
            it = self.stepping(plug)
            for number in range(100):
                plug.device.relay_state = number % 2
                self.assertTrue(it.poll())
                self.assertEqual(it.member.outlets[0].state(), number % 2)
            self.assertGreaterEqual(plug.datagrams, 120)
            self.assertLess(plug.datagrams, 190)
            self.assertLess(plug.connections, 35)
            self.assertEqual(it.course.mute_until, 0.0)

    def test_silent_by_datagram_it_is_called_and_asked_now_and_then(self):
        with simulated() as plug:
            it = self.stepping(plug)
            self.assertTrue(it.poll())
            plug.udp_fault = "udp-silent"
            for _ in range(UNHEARD):
                self.assertTrue(it.poll())
            for mute_s in (MUTE_S, 2 * MUTE_S):
                self.assertEqual(it.course.mute_s, mute_s)
                asked, called = plug.datagrams, plug.connections
                for _ in range(3):
                    self.assertEqual(it.beat_kind(), MUTE)
                    plug.device.relay_state ^= 1
                    self.assertTrue(it.poll())
                    self.assertEqual(it.member.outlets[0].state(), plug.device.relay_state)
                self.assertEqual(plug.datagrams, asked)
                self.assertGreaterEqual(plug.connections, called + 3)
                it.course.mute_until = time.monotonic()  # as if so long had passed
                self.assertTrue(it.poll())  # one more is enough
                self.assertGreater(plug.datagrams, asked)
            plug.udp_fault, it.course.mute_until = "", time.monotonic()
            called = plug.connections
            for _ in range(5):
                self.assertTrue(it.poll())
            self.assertLess(plug.connections - called, 5)
            self.assertEqual(it.course.mute_s, 0.0)

    def test_state_and_meter_are_asked_in_one(self):
        self.calm()
        for model, module in (("HS110", b'"emeter"'), ("LB130", b'"smartlife.iot.common.emeter"')):
            with self.subTest(model), simulated(model, state=1) as plug:
                it = self.stepping(plug, metering=ALWAYS)
                for _ in range(6):
                    self.assertTrue(it.poll())
                self.assertEqual(plug.connections, 0)
                self.assertEqual(len(plug.questions), 1 + 6)  # the first shows that there is one
                for question in list(plug.questions)[1:]:
                    self.assertIn(b"get_sysinfo", question)
                    self.assertIn(module, question)
                self.assertGreater(it.member.outlets[0].shown.power, 1)

    def test_a_meter_that_is_asked_only_of_a_change(self):
        self.calm()
        with simulated("HS110") as plug:
            it = self.stepping(plug, metering=CHANGES)
            self.assertTrue(it.poll())
            plug.questions.clear()
            for state, words in (
                (0, [False]),
                (1, [False, True]),
                (1, [False]),
                (0, [False, True]),
            ):
                plug.device.relay_state = state
                self.assertTrue(it.poll())
                self.assertEqual([b"emeter" in question for question in plug.questions], words)
                self.assertEqual(it.member.outlets[0].shown.power > 1, bool(state))
                plug.questions.clear()
            self.assertEqual(plug.connections, 0)

    def test_one_that_answers_for_one_module_is_called_for_its_meter(self):
        with simulated("HS110", state=1) as plug:
            plug.udp_fault = "udp-one-module"
            it = self.stepping(plug, metering=ALWAYS)
            for _ in range(UNHEARD + 3):
                self.assertTrue(it.poll())
                self.assertGreater(it.member.outlets[0].shown.power, 1)
            asked = plug.datagrams
            self.assertTrue(it.poll())
            self.assertEqual((plug.datagrams, it.beat_kind()), (asked, MUTE))

    def test_the_meters_of_outlets_are_called_for(self):
        self.calm()
        with simulated("HS300") as strip:
            it = self.stepping(strip, metering=ALWAYS, children=("1", "2"))
            strip.device.outlets[1].state = 1
            self.assertTrue(it.poll())
            asked, called = strip.datagrams, strip.connections
            for _ in range(3):
                self.assertTrue(it.poll())
            self.assertEqual((strip.datagrams, strip.connections), (asked, called + 3))
            shown = [outlet.shown for outlet in it.member.outlets]
            self.assertEqual([(one.state, one.power > 1) for one in shown], [(0, False), (1, True)])
            it.metering = NEVER
            for _ in range(3):
                self.assertTrue(it.poll())
            self.assertEqual((strip.datagrams, strip.connections), (asked + 3, called + 3))
            self.assertEqual(it.course.state, ONLINE)


@early
class Watching(Case):
    def test_each_fault_side_by_side(self):
        devices = {fault: self.device(alias=fault) for fault in UDP_FAULTS}
        for fault, device in devices.items():
            device.udp_fault = fault
        places = [device.place for device in devices.values()]
        watch = Watch(self, "--interval", "0.2", *places)
        watch.expect(*["%s OFF" % fault for fault in UDP_FAULTS])
        for turn in range(4):
            for device in devices.values():
                device.device.relay_state ^= 1
            watch.expect(*["%s %s" % (fault, "OFF" if turn % 2 else "ON") for fault in UDP_FAULTS])
        for fault in UDP_FAULTS:
            watch.tell("%s on" % fault)
            watch.expect("%s ON" % fault)
        watch.silent()
        self.assertEqual(watch.end()[:2], (0, []))


@alone
class Promptness(Folder, Case):
    def test_a_command_is_told_at_once_while_a_poll_hangs(self):
        plug = self.device(alias="Lamp")
        watch = Watch(self, "--interval", "0.3", "--timeout", "600", plug.place)
        watch.expect("Lamp OFF")
        self.assert_prompt(watch, plug)

    def test_and_while_one_of_a_remembered_device_does(self):
        net = network()
        context = placed(net + ".1", alias="Lamp")
        plug = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        names = ("alias", "mac", "device_id", "host", "port", "transport")
        it = plug.device
        entry = dict(zip(names, (it.alias, it.mac, it.device_id, plug.host, plug.port, "xor")))
        with open(self.path, "w") as file:
            json.dump({"devices": [entry], "targets": [net + ".0/28"]}, file)
        words = ["--interval", "0.3", "--timeout", "600", "Lamp"]
        watch = Watch(self, *words, env=self.environment)
        watch.expect("Lamp OFF")
        self.assert_prompt(watch, plug)

    def assert_prompt(self, watch, plug):
        told = []
        for word in ["on", "off"] * 3:
            self.break_down(plug, "silent")
            called = plug.connections
            self.until(lambda called=called: plug.connections > called)
            plug.fault = ""  # for the next connection; what hangs goes on hanging
            started = time.monotonic()
            watch.tell("Lamp " + word)
            self.assertEqual(watch.line(), "Lamp " + word.upper())
            told.append(time.monotonic() - started)
            self.break_down(plug, "")
        self.assertLess(min(told), 0.3)
        self.assertLess(max(told), 0.3 + slack_s())

    def test_a_command_to_one_that_is_well(self):
        plug = self.device(alias="Lamp")
        watch = Watch(self, "--interval", "60", plug.place)
        watch.expect("Lamp OFF")

        def switch(words=iter(["on", "off"] * 5)):  # noqa: B008 (one series for all calls)
            word = next(words)
            watch.tell("Lamp " + word)
            self.assertEqual(watch.line(), "Lamp " + word.upper())

        in_time(self, 0.3, switch)

    def test_no_false_offline_with_loss_and_changes_are_told_in_time(self):
        """Of several devices at once; the slowest change may miss one beat."""
        interval_s, devices = 0.5, []
        for number in range(8):
            devices.append(self.device(alias="Lamp%d" % number))
            devices[-1].udp_fault = "udp-lossy"
            devices[-1].past.random.seed(number)
        watch = Watch(self, "--interval", str(interval_s), *[it.place for it in devices])
        watch.expect(*["Lamp%d OFF" % number for number in range(8)])
        for turn in range(6):
            time.sleep(0.07 * turn)
            started = time.monotonic()
            for device in devices:
                device.device.relay_state ^= 1
            word = "OFF" if turn % 2 else "ON"
            watch.expect(*["Lamp%d %s" % (number, word) for number in range(8)])
            took_s = time.monotonic() - started
            self.assertLess(took_s, 2 * interval_s + 0.2 + slack_s())
        self.assertEqual(watch.end()[:2], (0, []))


if __name__ == "__main__":
    unittest.main()
