"""The least reading of replies: only what a device said exactly is ON, OFF or a confirmation."""

import json
import unittest

from tests.support import ROOT, run
from tplink_exec.errors import ProtocolError, Refused
from tplink_exec.messages import answer
from tplink_exec.messages import state as relay_state

PLUG = {"relay_state": 1, "err_code": 0, "alias": "lamp"}


def sysinfo(info):
    return json.dumps({"system": {"get_sysinfo": info}}).encode()


def raw(text):
    return b'{"system":{"get_sysinfo":{"relay_state":%s}}}' % text


class Replies(unittest.TestCase):
    def test_relay_state(self):
        for state in (0, 1):
            self.assertEqual(relay_state(sysinfo({"relay_state": state})), state)
            self.assertEqual(relay_state(raw(b" %d\n" % state)), state)
        self.assertEqual(relay_state(b" \r\n" + sysinfo(PLUG) + b"\n\t"), 1)

    def test_only_the_number_0_or_1_is_a_state(self):
        for text in b'true,false,null,"1","0",1.0,0.0,2,-1,1e0,[1],{},"",{"relay_state":1}'.split(
            b","
        ):
            self.assertRaises(ProtocolError, relay_state, raw(text))
        for text in (b"01", b"+1", b"1 1", b"NaN", b"Infinity", b"1_0", b"", b"\xd9\xa1"):
            self.assertRaises(ProtocolError, relay_state, raw(text))

    def test_the_state_of_strips_and_lights(self):
        for on in (0, 1):
            strip = {"children": [{"state": 0}, {"state": on}]}
            light = {"light_state": {"on_off": on}, "brightness": 5}
            for info in (strip, light):
                self.assertEqual(relay_state(sysinfo(info)), on)
                self.assertEqual(relay_state(sysinfo({"system": info})), on)

    def test_only_0_and_1_are_states_of_strips_and_lights_too(self):
        for value in (True, "1", None, 2, 1.0, [], {}):
            for info in (
                {"children": [{"state": 1}, {"state": value}]},
                {"children": value or [value]},
                {"light_state": {"on_off": value}},
                {"light_state": {}, "children": [{"state": 1}]},
            ):
                self.assertRaises(ProtocolError, relay_state, sysinfo(info))

    def test_no_state_at_all_is_refused(self):
        for info in ({"model": "x"}, {"children": []}, {"light_state": 1}, {"system": 1}):
            self.assertRaises(Refused, relay_state, sysinfo(info))
        for info in ({}, {"err_code": 0}, {"system": {}}):
            self.assertRaises(ProtocolError, relay_state, sysinfo(info))

    def test_an_error_beside_the_state_is_refused(self):
        error = {"err_code": -1, "err_msg": "bad"}
        for info in (
            {"light_state": {"on_off": 1, **error}},
            {"children": [{"state": 1}, {"state": 1, **error}]},
        ):
            self.assertRaises(Refused, relay_state, sysinfo(info))

    def test_an_error_anywhere_on_the_way_is_refused(self):
        good = {"relay_state": 1}
        error = {"err_code": -1, "err_msg": "module not support"}
        for reply in (
            {"system": {"get_sysinfo": {**good, **error}}},
            {"system": {"get_sysinfo": good, **error}},
            {"system": {"get_sysinfo": good}, **error},
            {"system": {"get_sysinfo": {"system": {**good, **error}}}},
            {"system": error},
            error,
        ):
            with self.assertRaisesRegex(Refused, "module not support"):
                relay_state(json.dumps(reply).encode())

    def test_an_err_code_that_is_no_number_is_no_answer(self):
        for code in (False, True, "0", None, [], {}, 1e400, -1e400, 1e12):
            self.assertRaises(ProtocolError, relay_state, sysinfo({**PLUG, "err_code": code}))
        huge = sysinfo(PLUG).replace(b'"err_code": 0', b'"err_code": -1e400')
        self.assertRaises(ProtocolError, relay_state, huge)

    def test_what_has_no_switch(self):
        """It is called what it is: an EC60 answers as plugs do."""
        for kind, words in (
            ("IOT.IPCAMERA", "EC60(US) is a camera: it is not supported"),
            ("IOT.NEW", "model EC60(US) has no relay_state"),
        ):
            with self.assertRaises(Refused) as caught:
                relay_state(sysinfo({"system": {"model": "EC60(US)", "type": kind}}))
            self.assertIn(words, str(caught.exception))

    def test_nested_once_more(self):
        self.assertEqual(relay_state(sysinfo({"system": PLUG})), 1)
        self.assertEqual(relay_state(sysinfo({"relay_state": 0, "system": PLUG})), 0)
        self.assertRaises(ProtocolError, relay_state, sysinfo({"system": {"relay_state": True}}))
        self.assertRaises(Refused, relay_state, sysinfo({"system": {"system": PLUG}}))
        deep = b'{"system":' * 400 + b"{}" + b"}" * 400
        self.assertRaises(Refused, relay_state, sysinfo({"system": 0}).replace(b"0", deep))

    def test_other_shapes(self):
        for text in (b"", b"1", b"[]", b"{}", b"null", b'"ON"', b'{"system":1}', b'{"system":{}}'):
            self.assertRaises(ProtocolError, answer, text, "system", "get_sysinfo")

    def test_not_json(self):
        deep = b"[" * 100000
        for text in (
            b"\xff",
            b"{",
            b"ON",
            b'{"a":"\0"}',
            sysinfo(PLUG) + b"x",
            deep,
            b'{"a":' * 100000,
        ):
            self.assertRaises(ProtocolError, relay_state, text)
        self.assertRaises(ProtocolError, relay_state, b"\xef\xbb\xbf" + sysinfo(PLUG))

    def test_a_number_of_a_megabyte_is_read_in_time(self):
        self.assertRaises(ProtocolError, relay_state, raw(b"1" * 1000000))

    def test_a_setter_s_reply_must_have_err_code_0(self):
        method = "system", "set_relay_state", None
        answer(b'{"system":{"set_relay_state":{"err_code":0}}}', *method)
        for text in (b"{}", b'{"system":{"set_relay_state":{}}}', b'{"emeter":{"err_code":0}}'):
            self.assertRaises(ProtocolError, answer, text, *method)
        self.assertRaises(
            Refused, answer, b'{"system":{"set_relay_state":{"err_code":-3}}}', *method
        )

    def test_device_text_in_an_error_is_cut(self):
        with self.assertRaises(Refused) as caught:
            relay_state(sysinfo({"err_code": -1, "err_msg": "x" * 5000}))
        self.assertEqual(str(caught.exception).count("x"), 200)

    def test_no_answer_says_whether_the_method_is_unknown(self):
        for code, words, unsupported in (
            (-1, "module not support", True),
            (-2, "member not support", True),
            (-2001, "", True),
            (-9, "Method not support", True),
            (-3, "invalid argument", False),
            (-20002, "time out", False),
        ):
            with self.assertRaises(Refused) as caught:
                relay_state(sysinfo({"err_code": code, "err_msg": words}))
            self.assertEqual(caught.exception.err_code, code)
            self.assertEqual(caught.exception.unsupported, unsupported)

    def test_without_the_private_json_scanner(self):
        """The public fall-back: the same tests again, in a Python whose _json is missing."""
        code = (
            "import sys; sys.modules['_json'] = None; import json, unittest;"
            "from tests import test_messages as t; import tplink_exec.messages as m;"
            "assert m.scan.__func__ is json.JSONDecoder.raw_decode;"
            "del t.Replies.test_without_the_private_json_scanner;"
            "unittest.main(t)"
        )
        result = run([__import__("sys").executable, "-c", code], cwd=str(ROOT))
        self.assertEqual(result.code, 0, result.err.decode())


if __name__ == "__main__":
    unittest.main()
