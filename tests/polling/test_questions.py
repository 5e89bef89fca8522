"""Which answers by datagram count: from whom was asked, to what is out, once."""

import os
import select
import socket
import time
import types
import unittest
from unittest import mock

from tests.polling.stepping import Stepping, member_of
from tests.support import needs_ipv6, network, simulated
from tplink_exec.cipher import encrypt
from tplink_exec.messages import GET_SYSINFO
from tplink_exec.polling import bell as bell_module
from tplink_exec.polling.bell import Bell, readable
from tplink_exec.polling.questions import (
    AT_ONCE,
    MAX_ANSWER,
    Questions,
    Unasked,
    combined,
    socket_address,
    told,
)

PATIENCE_S = 10
NEVER_S = 0.05


def descriptors():
    return len(os.listdir("/proc/self/fd"))


needs_proc = unittest.skipUnless(os.path.isdir("/proc/self/fd"), "no /proc")


class Asked:
    """A device: it hears questions, and answers when and from where it is told to."""

    def __init__(self, test, host="", port=0):
        self.link = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, 2)
        test.addCleanup(self.link.close)
        self.link.bind((host or network() + ".1", port))
        self.link.settimeout(PATIENCE_S)
        self.host, self.port = self.link.getsockname()[:2]
        self.address = socket_address(self.host, self.port)

    def hear(self):
        """(question, from where) of the next one."""
        return self.link.recvfrom(65535)

    def say(self, data, where):
        self.link.sendto(data, where)


class Case(unittest.TestCase):
    def setUp(self):
        self.questions = Questions()
        self.addCleanup(self.close)

    def close(self):
        for tag in list(self.questions.tags.values()):
            self.questions.close(tag)

    def answers(self, wait_s=NEVER_S):
        """All that count of what has come, or comes within the time."""
        found = []
        end = time.monotonic() + wait_s
        while not found and time.monotonic() < end:
            for descriptor in readable(list(self.questions.tags), end - time.monotonic()):
                found.extend(self.questions.answers(descriptor))
        return found

    def ask(self, device, owner="owner", payload=b"?"):
        """The question, and where its answer has to go."""
        question = self.questions.ask(owner, device.address, payload)
        data, where = device.hear()
        self.assertEqual(data, payload)
        return question, where

    def out(self):
        return sum(tag.out for tag in self.questions.tags.values())


class Counts(Case):
    def test_an_answer(self):
        device = Asked(self)
        owner = object()
        _, where = self.ask(device, owner)
        self.assertEqual(self.out(), 1)
        device.say(b"!", where)
        self.assertEqual(self.answers(PATIENCE_S), [(owner, b"!")])
        self.assertEqual(self.out(), 0)

    def test_once(self):
        device = Asked(self)
        _, where = self.ask(device)
        device.say(b"1", where)
        device.say(b"2", where)
        self.assertEqual(self.answers(PATIENCE_S), [("owner", b"1")])
        device.say(b"3", where)
        self.assertEqual(self.answers(), [])

    def test_two_datagrams_are_not_one_answer(self):
        device = Asked(self)
        _, where = self.ask(device)
        for part in (b"first", b"second"):
            device.say(part, where)
        self.assertEqual(self.answers(PATIENCE_S), [("owner", b"first")])
        self.assertEqual(self.answers(), [])

    def test_an_empty_one_and_a_long_one(self):
        device = Asked(self)
        for sent, heard in ((b"", b""), (b"x" * 60000, b"x" * MAX_ANSWER)):
            _, where = self.ask(device)
            device.say(sent, where)
            self.assertEqual(self.answers(PATIENCE_S), [("owner", heard)])

    def test_not_from_elsewhere(self):
        device = Asked(self)
        _, where = self.ask(device)
        Asked(self, port=device.port).say(b"address", where)
        Asked(self, device.host).say(b"port", where)
        self.assertEqual(self.answers(), [])
        self.assertEqual(self.out(), 1)
        device.say(b"!", where)
        self.assertEqual(self.answers(PATIENCE_S), [("owner", b"!")])

    def test_not_of_one_device_for_another(self):
        """Both are asked by the same socket, which hears the one at the other's question."""
        one, two = Asked(self), Asked(self)
        _, where = self.ask(one, "one")
        self.assertEqual(self.ask(two, "two")[1][1], where[1])
        one.say(b"1", where)
        self.assertEqual(self.answers(PATIENCE_S), [("one", b"1")])
        one.say(b"2", where)
        self.assertEqual(self.answers(), [])
        two.say(b"3", where)
        self.assertEqual(self.answers(PATIENCE_S), [("two", b"3")])

    def test_not_to_the_question_before(self):
        device = Asked(self)
        first, where = self.ask(device)
        self.questions.withdraw(first)
        _, then = self.ask(device)
        self.assertNotEqual(where[1], then[1])
        device.say(b"late", where)
        self.assertEqual(self.answers(), [])
        device.say(b"!", then)
        self.assertEqual(self.answers(PATIENCE_S), [("owner", b"!")])

    def test_not_to_the_question_before_while_its_socket_is_open(self):
        """As it is for another device's question."""
        device, other = Asked(self), Asked(self)
        first, where = self.ask(device)
        self.ask(other, "other")
        self.questions.withdraw(first)
        self.ask(device)
        self.assertEqual(len(self.questions.tags), 2)
        device.say(b"late", where)
        self.assertEqual(self.answers(), [])
        other.say(b"!", where)
        self.assertEqual(self.answers(PATIENCE_S), [("other", b"!")])
        self.assertEqual(len(self.questions.tags), 1)

    def test_not_after_it_has_been_withdrawn(self):
        device = Asked(self)
        question, where = self.ask(device)
        self.questions.withdraw(question)
        self.questions.withdraw(question)  # twice is once
        self.assertEqual(self.out(), 0)
        device.say(b"!", where)
        self.assertEqual(self.answers(), [])

    def test_to_a_question_that_was_repeated(self):
        device = Asked(self)
        question, where = self.ask(device)
        self.questions.repeat(question)
        self.assertEqual(device.hear(), (b"?", where))
        device.say(b"1", where)
        device.say(b"2", where)
        self.assertEqual(self.answers(PATIENCE_S), [("owner", b"1")])
        self.assertEqual(self.answers(), [])

    def test_answers_that_came_together_are_taken_together(self):
        devices = [Asked(self) for _ in range(5)]
        for number, device in enumerate(devices):
            _, where = self.ask(device, number)
            device.say(b"!", where)
        (descriptor,) = readable(list(self.questions.tags), PATIENCE_S)
        taken = [owner for owner, _ in self.questions.answers(descriptor)]
        self.assertEqual(taken, [0, 1, 2, 3, 4])

    def test_what_is_withdrawn_while_answers_are_taken(self):
        """They came together; what the first one leads to makes the second void."""
        one, two = Asked(self), Asked(self)
        _, where = self.ask(one, "one")
        other, _ = self.ask(two, "two")
        one.say(b"1", where)
        two.say(b"2", where)
        (descriptor,) = readable(list(self.questions.tags), PATIENCE_S)
        found = []
        for owner, _ in self.questions.answers(descriptor):
            found.append(owner)
            self.questions.withdraw(other)
        self.assertEqual(found, ["one"])

    @needs_ipv6
    def test_ipv6(self):
        device, four = Asked(self, "::1"), Asked(self)
        _, where = self.ask(device, "six")
        _, here = self.ask(four, "four")
        Asked(self, "::1").say(b"port", where)
        self.assertEqual(self.answers(), [])
        device.say(b"6", where)
        self.assertEqual(self.answers(PATIENCE_S), [("six", b"6")])
        four.say(b"4", here)
        self.assertEqual(self.answers(PATIENCE_S), [("four", b"4")])
        self.assertEqual(self.ask(device, "six")[0].tag, self.questions.current[socket.AF_INET6])

    def test_addresses(self):
        self.assertEqual(socket_address("127.0.0.1", 9999), ("127.0.0.1", 9999))
        self.assertEqual(socket_address("0:0::1", 9999), ("::1", 9999, 0, 0))
        self.assertEqual(socket_address("fe80::1%1", 9999), ("fe80::1", 9999, 0, 1))
        for odd in ("::1%nowhere", "localhost", "300.1.1.1"):
            with self.subTest(odd):
                self.assertIsNone(socket_address(odd, 9999))

    def test_what_cannot_be_sent_is_lost(self):
        """And no error: a port is missing here, the network there."""
        for address in (("127.0.0.1", 0), ("255.255.255.255", 9999)):
            question = self.questions.ask("owner", address, b"?")
            self.assertEqual(self.out(), 1)
            self.questions.withdraw(question)


class Sockets(Case):
    def test_one_for_all_devices_of_a_beat(self):
        devices = [Asked(self) for _ in range(50)]
        for _ in range(3):
            ports = set()
            for device in devices:
                ports.add(self.ask(device)[1][1])
            self.assertEqual((len(ports), len(self.questions.tags)), (1, 1))
            for tag in self.questions.tags.values():
                for question in list(tag.asked.values()):
                    self.questions.withdraw(question)

    @needs_proc
    def test_no_more_are_open_than_questions_are_out(self):
        """Over a thousand rounds: answered, withdrawn, or out for some of them."""
        devices = [Asked(self) for _ in range(3)]
        before, held = descriptors(), {}
        for number in range(1000):
            device = devices[number % 3]
            if device in held and number % 5:
                self.questions.withdraw(held.pop(device))
            if device not in held:
                held[device], where = self.ask(device, device)
                if number % 2:
                    device.say(b"!", where)
                    self.assertEqual(self.answers(PATIENCE_S), [(device, b"!")])
                    del held[device]
            self.assertEqual(self.out(), len(held))
            self.assertLessEqual(len(self.questions.tags), len(held) + 1)
            self.assertEqual(descriptors() - before, len(self.questions.tags))
        for question in held.values():
            self.questions.withdraw(question)
        self.assertEqual(len(self.questions.tags), 1)

    def test_a_new_one_has_its_port_before_the_old_one_loses_it(self):
        """So it is another one."""
        device, close, ports = Asked(self), self.questions.close, []

        def closing(old):
            (new,) = self.questions.current.values()
            ports.append([tag.socket.getsockname()[1] for tag in (old, new)])
            close(old)

        self.questions.close = closing
        for _ in range(3):
            self.questions.withdraw(self.ask(device)[0])
        self.assertEqual(len(ports), 2)
        for old, new in ports:
            self.assertNotIn(new, (0, old))
        self.questions.close = close

    @needs_proc
    def test_when_no_socket_is_to_be_had(self):
        import resource

        device = Asked(self)
        question, _ = self.ask(device)
        self.questions.withdraw(question)
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
        try:
            self.assertIsNone(self.questions.ask("owner", device.address, b"?"))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        self.assertIsNotNone(self.ask(device))


class Words(unittest.TestCase):
    def test_two_requests_in_one(self):
        meter = b'{"emeter":{"get_realtime":{}}}'
        both = b'{"system":{"get_sysinfo":{}},"emeter":{"get_realtime":{}}}'
        self.assertEqual(combined(GET_SYSINFO, meter), both)
        for question, request in (
            (GET_SYSINFO, b""),
            (b"", meter),
            (both, meter),
            (GET_SYSINFO, b'{"system":{"get_time":{}}}'),
            (GET_SYSINFO, b'{"context":{"child_ids":["1"]},"emeter":{"get_realtime":{}}}'),
        ):
            with self.subTest(question=question, request=request):
                self.assertEqual(combined(question, request), b"")

    def test_an_exchange_that_knows_one_reply(self):
        meter = b'{"emeter":{"get_realtime":{}}}'
        exchange = told(b"reply", combined(GET_SYSINFO, meter))
        self.assertEqual((exchange(GET_SYSINFO), exchange(meter)), (b"reply", b"reply"))
        for request, once, missing in ((b'{"time":{}}', False, b'{"time":{}}'), (meter, True, b"")):
            with self.assertRaises(Unasked) as caught:
                exchange(request, once)
            self.assertEqual(caught.exception.args, (missing,))

    def test_whoever_waits_in_another_way_is_told_of_sockets(self):
        seen = []

        class Noting(Questions):
            def opened(self, tag):
                seen.append(("opened", tag.socket.fileno() >= 0))

            def closes(self, tag):
                seen.append(("closes", tag.socket.fileno() >= 0))

        questions = Noting()
        for _ in range(2):
            questions.withdraw(questions.ask("owner", ("127.0.0.1", 9), b"?"))
        (tag,) = questions.tags.values()
        questions.close(tag)
        self.assertEqual(tag.socket.fileno(), -1)
        words = ["opened", "opened", "closes", "closes"]
        self.assertEqual(seen, [(word, True) for word in words])


class Floods(Case):
    def test_the_answer_counts_among_datagrams_from_elsewhere(self):
        device, other = Asked(self), Asked(self)
        _, where = self.ask(device)
        for number in range(3):
            for _ in range(AT_ONCE // 3 + 100):
                other.say(b"x" * 100, where)
            if number == 1:
                device.say(b"!", where)
        (descriptor,) = readable(list(self.questions.tags), PATIENCE_S)
        taken = list(self.questions.answers(descriptor))
        self.assertEqual(taken or self.answers(PATIENCE_S), [("owner", b"!")])

    def test_polling_goes_on(self):
        with simulated() as plug:
            it = Stepping(member_of(plug.host, plug.port))
            self.addCleanup(it.close)
            self.assertTrue(it.poll())
            other = Asked(self)
            for number in range(20):
                plug.device.relay_state = number % 2
                it.beat()
                where = "127.0.0.1", self.port_of(it)
                for _ in range(2 * AT_ONCE):
                    other.say(encrypt(b"{}"), where)
                it.until(lambda: it.course.state not in ("asked", "tried", "called"))
                self.assertEqual(it.member.outlets[0].state(), number % 2)
            self.assertGreater(plug.datagrams, 19)

    @staticmethod
    def port_of(it):
        return it.polled.question.tag.socket.getsockname()[1]


class Bells(unittest.TestCase):
    def test_it_rings_for_any_thread_and_is_heard_once(self):
        bell = Bell()
        self.addCleanup(bell.socket.close)
        self.assertEqual(readable([bell.fileno()], 0.0), [])
        for _ in range(100000):
            bell.ring()  # as often as there is room, and no error after that
        self.assertEqual(readable([bell.fileno()], PATIENCE_S), [bell.fileno()])
        bell.hear()
        self.assertEqual(readable([bell.fileno()], -1.0), [])
        bell.ring()
        self.assertEqual(readable([bell.fileno()], None), [bell.fileno()])

    def test_without_poll_as_on_windows(self):
        windows = types.SimpleNamespace(select=select.select)
        bells = [Bell() for _ in range(3)]
        for bell in bells:
            self.addCleanup(bell.socket.close)
        descriptors = [bell.fileno() for bell in bells]
        with mock.patch.object(bell_module, "select", windows):
            self.assertEqual(readable(descriptors, 0.01), [])
            bells[1].ring()
            for limit_s in (None, 0.0, -1.0, PATIENCE_S):
                self.assertEqual(readable(descriptors, limit_s), [bells[1].fileno()])

    def test_it_hears_nobody_else(self):
        bell = Bell()
        self.addCleanup(bell.socket.close)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"x", bell.socket.getsockname())
        self.assertEqual(readable([bell.fileno()], NEVER_S), [])


if __name__ == "__main__":
    unittest.main()
