"""What a poller survives: odd answers, and commands that come at any moment."""

import unittest

from tests.polling.stepping import Stepping, member_of
from tests.support import simulated
from tplink_exec.cipher import encrypt
from tplink_exec.polling.course import CALLED, ONLINE, RESTING
from tplink_exec.polling.watched import CHANGES, NEVER

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

    def settle(self, it):
        """Until all commands are done, and told."""
        it.until(lambda: it.polled.done == it.polled.given and not it.inbox)
        it.until(lambda: it.course.state in RESTING and not it.polled.busy)

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


if __name__ == "__main__":
    unittest.main()
