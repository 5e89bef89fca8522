"""What a poller survives: odd answers, and commands that come at any moment."""

import contextlib
import random
import socket
import threading
import time
import unittest
from unittest import mock

from tests.house import PORT, network, placed
from tests.parallel import early
from tests.polling.stepping import PATIENCE_S, Notes, Stepping, member_of
from tests.support import simulated
from tplink_exec.cipher import encrypt
from tplink_exec.errors import DeadlineExceeded, UsageError
from tplink_exec.messages import GET_SYSINFO, SET_RELAY_STATE
from tplink_exec.polling import poller
from tplink_exec.polling.course import CALLED, ONLINE, ORDERED, RESTING, TRIED
from tplink_exec.polling.poller import MAX_WAITING, Poller
from tplink_exec.polling.watched import ALWAYS, CHANGES, NEVER
from tplink_exec.simulator.simulate import played
from tplink_exec.simulator.udp_faults import LATE_S, UDP_FAULTS
from tplink_exec.transport import lookup
from tplink_exec.watch.orders import Order, understand

SEED = 15
ODD = (
    b"",
    b"{}",
    b"[]",
    b"[" * 16000,
    b"\xff\x00" * 8,
    b'{"error_code":-1001}',
    b'{"error_code":1003,"result":{}}',
    b'{"system":{"get_sysinfo":{}}}',
    b'{"system":{"get_sysinfo":null}}',
    b'{"system":{"err_code":-1}}',
    b'{"system":{"get_sysinfo":{"err_code":0,"relay_state":1e999,"mac":[],"alias":{}}}}',
    b'{"system":{"get_sysinfo":{"err_code":0,"children":[1],"child_num":1}}}',
)


class Survival(unittest.TestCase):
    def stepping(self, plug, timeout_s=20.0, metering=NEVER, children=("",)):
        member = member_of(plug.host, plug.port, timeout_s=timeout_s, children=children)
        it = Stepping(member, 0.5, metering)
        self.addCleanup(it.close)
        return it

    def give(self, it, command, seconds=20.0):
        """A command, as House has it; `command` is called as those of tplink_exec.commands."""
        order = Order(b"", "plug", "on", command, {}, time.monotonic() + seconds)
        it.order(it.polled, order)

    def settle(self, it):
        """Until all commands are done, and told."""
        it.until(lambda: it.polled.done == it.polled.given and not it.inbox)
        it.until(lambda: it.course.state in RESTING and not it.polled.busy)

    def test_a_command_is_not_done_while_its_effect_is_in_doubt(self):
        with simulated() as plug:
            it = self.stepping(plug)
            self.assertTrue(it.poll())
            with mock.patch.object(it.member, "poll", side_effect=DeadlineExceeded("late")):
                self.give(it, lambda exchange, options: exchange(SET_RELAY_STATE % 1, True))
                it.until(lambda: it.course.state == TRIED)
                self.assertEqual((it.polled.owed, it.polled.done), (1, 0))
                self.settle(it)
            self.assertEqual((it.polled.owed, it.polled.done), (0, 1))
            self.assertEqual(it.post.told[-1], ("plug", 1))

    def test_what_is_known_of_a_device_is_not_held_against_the_next(self):
        """That a strip's meters cannot be asked by datagram, when a plug is there now."""
        with simulated("HS300") as it_was:
            it = self.stepping(it_was, metering=ALWAYS)
            for _ in range(2):
                self.assertTrue(it.poll())
            self.assertEqual(it.member.question(ALWAYS), b"")
            it.lose(DeadlineExceeded("gone"))
            it_was.device = played("HS110")
            for _ in range(3):
                self.assertTrue(it.poll())
            self.assertIn(b"emeter", it.member.question(ALWAYS))

    def test_whatever_an_answer_says_a_call_finds_out(self):
        with simulated("HS110", state=1) as plug:
            for metering in NEVER, CHANGES:
                for data in ODD:
                    with self.subTest(data[:60], metering=metering):
                        it = self.stepping(plug, metering=metering)
                        self.assertTrue(it.poll())
                        it.beat()
                        it.questions.withdraw(it.polled.question)
                        it.polled.question = None
                        it.hear(it.polled, encrypt(data))
                        self.assertEqual(it.course.state, CALLED)
                        self.settle(it)
                        self.assertEqual(it.course.state, ONLINE)
                        self.assertEqual(it.post.told, [("plug", 1)])
                        self.assertEqual(it.post.complaints, [])

    def test_a_command_after_one_that_is_in_doubt(self):
        """What was asked by datagram then is not out any more: its answer is no event."""
        with simulated() as plug:
            it = self.stepping(plug, 0.3)
            self.assertTrue(it.poll())
            go_on = threading.Event()
            self.addCleanup(go_on.set)

            def one(exchange, options):
                plug.fault, plug.udp_fault = "silent", "udp-late"

            def two(exchange, options):
                go_on.wait(20)
                plug.device.relay_state, plug.udp_fault = 1, ""

            self.give(it, one)
            self.give(it, two)
            it.until(lambda: plug.udp_fault)
            it.until(lambda: not it.polled.orders)  # the poll after `one` has failed
            self.assertEqual(it.course.state, ORDERED)
            self.step_for(it, 2 * LATE_S)
            self.assertEqual(it.course.state, ORDERED)
            go_on.set()
            self.settle(it)
            self.assertEqual(it.post.told, [("plug", 0), ("plug", 1)])

    def test_no_more_than_so_many_commands_wait(self):
        with simulated() as plug:
            it = self.stepping(plug)
            for _ in range(MAX_WAITING):
                self.give(it, lambda exchange, options: None)
            self.assertRaises(UsageError, self.give, it, lambda exchange, options: None)
            self.settle(it)
            self.assertEqual(it.polled.done, MAX_WAITING)
            self.give(it, lambda exchange, options: None)
            self.settle(it)

    def test_what_is_said_of_a_command_that_is_not_done(self):
        def unable(exchange, options):
            raise UsageError("not so")

        def broken(exchange, options):
            raise KeyError("odd")

        with simulated() as plug:
            it = self.stepping(plug)
            self.assertTrue(it.poll())
            for command in (unable, broken):
                self.give(it, command)
            self.give(it, unable, -1.0)
            self.settle(it)
            self.assertEqual(it.post.complaints[0], "not so")
            self.assertIn("internal error, please report it: KeyError", it.post.complaints[1])
            self.assertIn("on waited too long for its turn", it.post.complaints[2])
            self.assertEqual((len(it.post.complaints), it.post.told), (3, [("plug", 0)]))

    def test_what_was_known_before_a_command_is_not_told_after_it(self):
        """As when a change was found, and its meter was just being asked for."""
        with simulated("HS110") as plug:
            it = self.stepping(plug, 0.5, CHANGES)
            self.assertTrue(it.poll())
            plug.device.relay_state = 1
            plug.fault, plug.udp_fault = "silent", "udp-one-module"
            it.beat()
            it.until(lambda: it.polled.spare)

            def off(exchange, options):
                plug.device.relay_state = 0

            it.post.told.clear()
            self.give(it, off)
            self.settle(it)
            self.assertEqual((it.post.told, it.member.outlets[0].state()), ([], 0))
            plug.fault = ""
            self.assertTrue(it.poll())
            self.assertEqual(it.post.told, [])

    def test_one_that_waits_for_the_lock_interrupts(self):
        """Whoever has it next after open() ends a call that is about to begin."""
        with simulated() as plug:
            member = member_of(plug.host, plug.port)
            member.opening = Waited(member)
            exchange = member.open(time.monotonic() + 20, True, False)
            plug.fault = "silent"
            started = time.monotonic()
            self.assertRaises(DeadlineExceeded, exchange, GET_SYSINFO)
            self.assertLess(time.monotonic() - started, 10)
            member.leave()

    def test_an_address_whose_interface_comes_later(self):
        with simulated() as plug:
            it = self.stepping(plug)
            with mock.patch.object(poller, "socket_address", return_value=None):
                self.assertTrue(it.poll())
            self.assertEqual((plug.datagrams, plug.connections), (0, 1))
            self.assertTrue(it.poll())
            self.assertGreater(plug.datagrams, 0)

    def test_answers_are_taken_while_more_is_due(self):
        with simulated() as plug:
            it = self.stepping(plug)
            done = []

            def begin():
                done.append("begin")
                if len(done) > 4:
                    raise Ended
                return True

            with mock.patch.multiple(it, begin=begin, listen=done.append):
                it.run()
            self.assertEqual(done, ["begin", 0.0, "begin", 0.0, "begin"])
            self.assertIsInstance(it.failure, Ended)

    def step_for(self, it, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            it.step()


class Ended(Exception):
    pass


@early
class Storm(unittest.TestCase):
    """The poller in its thread, with commands and faults that come at any moment."""

    def test_it_goes_on_and_knows_the_truth_in_the_end(self):
        chance = random.Random(SEED)
        for metering in NEVER, CHANGES, ALWAYS:
            with self.subTest(metering=metering), contextlib.ExitStack() as stack:
                models = "HS100", "HS110", "LB130", "HS300"
                plugs = [stack.enter_context(simulated(model)) for model in models]
                members = [member_of(plug.host, plug.port, timeout_s=1.0) for plug in plugs]
                post = Notes()
                it = Poller(members, 0.05, 0.0, metering, post)
                it.start()
                stack.callback(self.end, it)
                for _ in range(150):
                    self.disturb(chance, it, chance.randrange(len(plugs)), plugs)
                    time.sleep(chance.choice((0.0, 0.001, 0.01)))
                for plug in plugs:
                    plug.fault = plug.udp_fault = ""
                end = time.monotonic() + PATIENCE_S
                while not all(map(self.knows, it.devices, plugs)):
                    self.assertLess(time.monotonic(), end, "it never came true")
                    self.assertIsNone(it.failure)
                    time.sleep(0.01)
                self.assertEqual([text for text in post.complaints if "internal" in text], [])

    def disturb(self, chance, it, number, plugs):
        plug, polled = plugs[number], it.devices[number]
        what = chance.randrange(4)
        if what == 0:
            plug.fault = chance.choice(["", "", "silent", "reset-before-reply", "err-code"])
        elif what == 1:
            plug.udp_fault = chance.choice(["", "", *sorted(UDP_FAULTS)])
        elif what == 2:
            plug.device.relay_state = chance.randrange(2)
        for _ in range(3 if what == 3 else 0):
            line = b"plug " + chance.choice([b"on", b"off", b"toggle"])
            it.order(polled, Order(line, *understand(line), time.monotonic() + 1))

    def knows(self, polled, plug):
        (outlet,) = polled.member.outlets
        return polled.given == polled.done and outlet.state() == plug.device.relay_state

    def end(self, it):
        def end():
            raise Ended

        it.deliver(end)
        it.join(PATIENCE_S)
        self.assertIsInstance(it.failure, Ended)
        for tag in list(it.questions.tags.values()):
            it.questions.close(tag)
        it.bell.socket.close()


class Waited:
    """A lock for which somebody waits who interrupts the member."""

    def __init__(self, member):
        self.member, self.lock = member, threading.Lock()
        self.done = False

    def __enter__(self):
        self.lock.acquire()

    def __exit__(self, *_):
        self.lock.release()
        if not self.done:
            self.done = True
            self.member.interrupt()


class ByDns(unittest.TestCase):
    """A host name, whose address may become another device's."""

    def test_it_is_looked_up_again_now_and_then(self):
        here = network()
        places = [here + ".1", here + ".2"]

        def look_up(*_):
            if not places:
                raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")
            return [(2, 1, 6, "", (places[0], PORT))]

        with mock.patch.object(lookup, "resolve", look_up), placed(places[0]) as old, placed(
            places[1], number=1
        ) as new:
            new.device.relay_state = 1
            it = Stepping(member_of("lamp.invalid", PORT))
            self.addCleanup(it.close)
            outlet = it.member.outlets[0]
            for now, gone, state in ((True, 0, 0), (False, 1, 0), (True, 0, 1), (True, 1, 1)):
                del places[:gone]
                if now:
                    it.member.look_up_at = 0.0
                for _ in range(3):
                    self.assertTrue(it.poll())
                    self.assertEqual((outlet.state(), outlet.trouble), (state, ""))
            self.assertEqual((old.connections, new.connections), (1, 1))
            self.assertGreater(new.datagrams, 3)


if __name__ == "__main__":
    unittest.main()
