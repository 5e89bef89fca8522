"""Fields of any type, text that is no UTF-8, outlets in another order, and refusals."""

import json
import random
import unittest

from tests.parallel import early
from tests.support import assert_failure, call, klap_simulated, simulated
from tplink_exec import messages
from tplink_exec.devices.detect import device
from tplink_exec.errors import PlugError
from tplink_exec.simulator.simulate import played

VALUES = (
    *(None, True, False, 0, 1, -1, 1.5, 1e300, "", "x", "50", [], [[]], [[2500], [6500]], [None]),
    *({}, {"a": []}, [{}, 1], "\ufffd", 1 << 70),
)
READS = "check brightness power today alias uptime temperature color voltage"
CODES = {0, 5, 6}


@early
class Fields(unittest.TestCase):
    def answered(self, model, name, value):
        """An exchange with a simulated device one of whose fields is another."""
        it = played(model)

        def exchange(request, once=False):
            reply = json.loads(it.answer(request))
            for part in (reply.get("result"), reply.get("system", {}).get("get_sysinfo")):
                if isinstance(part, dict) and name in part:
                    part[name] = value
            return json.dumps(reply).encode()

        return exchange

    def test_every_field_of_every_type(self):
        """No answer but a value or a PlugError; and the state stands, whatever is beside it."""
        chance = random.Random(3)
        for model, states in (
            ("KP125M", ("device_on",)),
            ("L530", ("device_on",)),
            ("HS110", ("relay_state", "err_code")),
            ("HS220", ("relay_state", "err_code")),
        ):
            request = b'{"method":"get_device_info"}' if states[0] == "device_on" else None
            reply = json.loads(played(model).answer(request or messages.GET_SYSINFO))
            fields = reply["result"] if request else reply["system"]["get_sysinfo"]
            for name in fields:
                for value in chance.sample(VALUES, 8):
                    with self.subTest((model, name, value)):
                        self.judge(model, name, value, states)

    def judge(self, model, name, value, states):
        exchange = self.answered(model, name, value)
        for command in READS.split():
            try:
                target = device(exchange, {"command": command})
                if command == "check":
                    target.state()
                else:
                    load(command)(exchange, {"command": command})
            except PlugError:
                if command == "check" and name not in states and name not in KINDS:
                    raise


KINDS = ("light_state", "children", "system")
"""Fields that say which family it is."""


def load(command):
    from tplink_exec.commands.table import load, row

    return load("commands." + row(command)[1])


class Text(unittest.TestCase):
    """An alias that was cut within a letter."""

    ALIAS = b'"alias":"M\xc3"'

    def cut(self, simulator):
        answer = simulator.device.answer

        def cut(request):
            reply = answer(request)
            return reply.replace(b'"alias":"HS110 1"', self.ALIAS) if reply else reply

        simulator.device.answer = cut

    def test_it_decides_nothing(self):
        for how in (simulated, klap_simulated):
            with how("HS110") as plug:
                self.cut(plug)
                place = ["127.0.0.1", str(plug.port)]
                if how is klap_simulated:
                    place += ["--http-port", str(plug.http_port)]
                shown = "M\ufffd\n".encode()
                for words, printed in (
                    ("on", b""),
                    ("check", b"ON\n"),
                    ("toggle", b""),
                    ("check", b"OFF\n"),
                    ("power", b"0.000\n"),
                    ("alias", shown),
                    ("get alias", shown),
                ):
                    result = call(*place, *words.split())
                    self.assertEqual(result[:3], (0, printed, b""), words)
                self.assertIn(self.ALIAS, call(*place, "status").out)
                raw = call(*place, "json", '{"system":{"get_sysinfo":{}}}')
                self.assertEqual((raw.code, self.ALIAS in raw.out), (0, True))

    def test_discovery_shows_it(self):
        with simulated("HS110") as plug:
            self.cut(plug)
            words = ["--json", "--target", "127.0.0.1", "--port", str(plug.port), "--timeout", "1"]
            (row,) = json.loads(call("discover", *words).out)
            self.assertEqual((row["alias"], row["state"]), ("M\ufffd", "OFF"))

    def test_outside_of_text_it_is_no_json(self):
        for junk in (b"\xff", b'{"system":{"get_sysinfo":{"relay_state":\xff1}}}', b"{}\xfe"):
            self.assertRaises(PlugError, messages.state, junk)


class Outlets(unittest.TestCase):
    def test_a_number_is_that_on_the_housing(self):
        order = random.Random(12)
        for model, count in (("HS107", 2), ("KP303", 3), ("HS300", 6)):
            with simulated(model) as strip:
                outlets = list(strip.device.outlets)
                order.shuffle(strip.device.outlets)
                for number in range(1, count + 1):
                    words = "127.0.0.1", str(strip.port), "on", "--child", str(number)
                    self.assertEqual(call(*words).code, 0)
                    self.assertEqual(
                        [outlet.state for outlet in outlets], [1] * number + [0] * (count - number)
                    )


class Refusals(unittest.TestCase):
    def test_what_is_refused_and_then_silent_is_the_refusal(self):
        with simulated("HS110") as plug:
            refuses = b'{"system":{"set_relay_state":{"err_code":-7,"err_msg":"overheated"}}}'
            plug.device.answer = lambda asked: refuses if b"set_relay" in asked else None
            result = call("127.0.0.1", str(plug.port), "on", "--timeout", "2")
            assert_failure(self, result, 6)
            self.assertIn(b"overheated (err_code -7)", result.err)

    def test_a_meter_that_refuses_says_so(self):
        with simulated("HS110") as plug:
            plug.device.methods["emeter"] = {
                "get_realtime": lambda _: {"err_code": -9, "err_msg": "clock not set"}
            }
            result = call("127.0.0.1", str(plug.port), "power")
            assert_failure(self, result, 6)
            self.assertIn(b"clock not set (err_code -9)", result.err)
            plug.device.methods["emeter"] = {}
            result = call("127.0.0.1", str(plug.port), "power")
            assert_failure(self, result, 6)
            self.assertIn(b"without meter; its commands are on, off", result.err)
            self.assertNotIn(b"power", result.err.partition(b"its commands are")[2])

    def test_no_list_offers_what_has_just_been_refused(self):
        for how, model in ((simulated, "LB130"), (simulated, "HS220"), (klap_simulated, "KP125M")):
            with how(model) as it:
                more = ["--http-port", str(it.http_port)] if how is klap_simulated else []
                for command in ("temperature", "color", "brightness", "power", "led on", "fly"):
                    name = command.split()[0]
                    result = call("127.0.0.1", str(it.port), *command.split(), *more)
                    offered = result.err.decode().partition("its commands are ")[2]
                    self.assertNotIn(name, offered.partition(" (")[0].split(", "), result.err)
                    self.assertNotIn(b": ? is", result.err)


if __name__ == "__main__":
    unittest.main()
