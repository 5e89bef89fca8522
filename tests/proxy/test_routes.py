"""The proxy: what its clients get."""

import json
import re
import shlex
import shutil
import unittest
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from tests.proxy.serving import ON, Proxy, Served, at, code
from tests.support import FORMS, break_down, run, sets, simulated

JSON_FIELD = {"Content_Type": "application/json"}


class Command(Served):
    """POST /command and GET /: what users of hs100_proxy.py have."""

    @unittest.skipUnless(shutil.which("curl"), "no curl here")
    def test_the_documented_curl_lines(self):
        for form in FORMS:
            plug = self.enter(simulated())
            words = ["-p", str(plug.port), plug.host]
            proxy = self.enter(Proxy(*words, form=form))
            for state, brace in ((1, "}"), (0, "}"), (1, "")):
                line = (
                    'curl -s --data-binary \'{"system":{"set_relay_state":{"state":%d}}}%s\' '
                    "-H 'Content-type: application/json' http://127.0.0.1:8362/command"
                ) % (state, brace)
                argv = shlex.split(line.replace("8362", str(proxy.port)))
                result = run(argv)
                wanted = b'{"system":{"set_relay_state":{"err_code":0}}}'
                self.assertEqual(result[:2], (0, wanted), result.err)
                self.assertEqual(plug.device.relay_state, state)
            self.assertEqual(plug.requests[0], ON.encode() + b"}")
            self.assertIn(b"relay_state", run(["curl", "-s", argv[-1][: -len("command")]]).out)

    def test_the_reply_is_the_devices_byte_for_byte(self):
        proxy, plug = self.served("HS110")
        plug.device.alias = "\u041b\u0430\u043c\u043f\u0430 \x1b[2J"
        for body in ('{"system":{"get_sysinfo":null}}', ' {"system":{"get_sysinfo":{}}} }}}'):
            response, found = proxy.response("POST", "/command", body.encode(), **JSON_FIELD)
            self.assertEqual(found, plug.device.answer(body.encode()))
            self.assertEqual(plug.requests[-1], body.encode())
            kind = response.getheader("Content-Type")
            self.assertEqual((response.status, kind), (200, "application/json; charset=utf-8"))

    def test_a_refusal_is_handed_on(self):
        proxy, plug = self.served("HS100")
        body = '{"emeter":{"get_realtime":{}}}'
        self.assertEqual(
            proxy.command(body),
            (422, plug.device.answer(body.encode()).decode()),
        )

    def test_what_is_not_sent_to_the_device(self):
        proxy, plug = self.served("HS100")
        for status, body, kind in (
            (400, b"", "application/json"),
            (400, b"ON", "application/json"),
            (400, b'{"system":', "application/json"),
            (400, b'{"system":"\xff"}', "application/json"),
            (400, b"[" * 60000, "application/json"),
            (400, b"ON", "text/plain"),
            (400, b"", ""),
        ):
            found = proxy.ask("POST", "/command", body, Content_Type=kind)
            self.assertEqual((found[0], found[1].count("\n")), (status, 1), found)
        self.assertEqual(len(plug.requests), 0)

    def test_the_types_of_a_command(self):
        """A program's may be any; what a page from elsewhere can send unasked is refused."""
        proxy, plug = self.served("HS100")
        own = "http://127.0.0.1:%d" % proxy.port
        kinds = "text/plain", "application/x-www-form-urlencoded", "", None, "application/jsonx"
        browsers = (
            {"Origin": own},
            {"Referer": own + "/"},
            {"Referer": ""},
            {"Cookie": "a=b"},
            {"Sec_Fetch_Site": "same-origin"},
            {"Sec_Fetch_Site": "none"},
            {"Sec_Fetch_Mode": "no-cors"},
            {"Sec_Fetch_Dest": "empty"},
            {"sEC_fETCH_X": "y"},
        )
        for path in ("/command", "/%s/command" % at(plug)):
            for kind in kinds:
                fields = {"Content_Type": kind} if kind is not None else {}
                self.assertEqual(proxy.ask("POST", path, ON.encode(), **fields)[0], 200, kind)
                for browser in browsers:
                    status, text = proxy.ask("POST", path, ON.encode(), **fields, **browser)
                    self.assertEqual((status, text.count("\n")), (415, 1), (kind, browser))
            for kind in ("application/json", "Application/JSON; charset=UTF-8"):
                for browser in ({}, *browsers):
                    fields = {"Content_Type": kind, **browser}
                    self.assertEqual(proxy.ask("POST", path, ON, **fields)[0], 200, fields)
        self.assertEqual(len(plug.requests), 2 * (len(kinds) + 2 * (1 + len(browsers))))

    def test_it_is_never_sent_twice(self):
        wanted = {
            "close-before-reply": 502,
            "not-json": 502,
            "garbage": 502,
            "close-in-reply": 502,
            "announce-4-gib": 502,
            "err-code": 422,
        }
        plugs = {fault: self.enter(simulated(fault=fault)) for fault in wanted}
        proxy = self.enter(Proxy(*map(at, plugs.values())))
        for fault, plug in plugs.items():
            status, _ = proxy.command(ON, "/%s/command" % at(plug))
            self.assertEqual((status, len(plug.requests)), (wanted[fault], 1), fault)

    def test_one_that_only_reads_may_be_sent_again(self):
        """By the connection that there is; nothing else may, however much it looks so."""
        read = '{"system":{"get_sysinfo":{}}}'
        proxy, plug = self.served("HS110")
        for body in (
            read,
            read + "}",
            ' {"emeter": {"get_daystat": {"month":1,"year":2026}}, "time":{"get_time":null}}\n',
        ):
            self.assertEqual(proxy.command(body), (200, plug.device.answer(body.encode()).decode()))
        self.assertEqual(plug.connections, 1)
        break_down(plug, "close-before-reply")
        self.assertEqual((proxy.command(read)[0], len(plug.requests)), (502, 3 + 5))
        for body in (
            read.replace("{}", '{"set_relay_state":{"state":1}}'),
            read[:-1] + ',"system":{"set_relay_state":{"state":1}}}',
            read[:-2] + ',"set_relay_state":{"state":1}}}',
            read + ON,
            read[:-1] + ',"get_x":{"reboot":{}}}',
            '{"get_x":{"reboot":{"delay":1}}}',
        ):
            plug.requests.clear()
            self.assertEqual((proxy.command(body)[0], len(plug.requests)), (502, 1), body)

    def test_a_connection_that_the_device_has_closed(self):
        proxy, plug = self.served("HS100")
        plug.fault = "close-after-reply"
        for number in range(1, 6):
            self.assertEqual(proxy.ask("GET", "/%s/state" % at(plug)), (200, "OFF"))
            self.assertEqual(proxy.command(ON.replace("1", "0"))[0], 200)
            self.assertEqual(len(sets(plug)), number)

    def test_several_devices(self):
        proxy, first, second = self.served("HS100", "HS100")
        self.assertEqual(proxy.command(ON)[0], 404)
        self.assertEqual(proxy.command(ON, "/%s/command" % at(second))[0], 200)
        self.assertEqual((first.device.relay_state, second.device.relay_state), (0, 1))
        status, text = proxy.ask("GET", "/")
        self.assertEqual((status, text), (200, "%s: OFF\n%s: ON\n" % (at(first), at(second))))

    def test_the_status_page_cannot_drive_a_terminal(self):
        proxy, plug = self.served("HS110")
        plug.device.alias = "\x1b[2J\u202e\x9b\r\n" + "x" * 500
        for path in ("/", "/%s/" % at(plug), "/%s" % at(plug)):
            status, text = proxy.ask("GET", path, Accept="*/*")
            self.assertEqual(status, 200)
            self.assertRegex(text, r"(?m)^    alias +: \\x1b\[2J\\u202e\\x9b\\r\\nx{1,180}$")
            self.assertIn("curl -s --data-binary", text)


class Routes(Served):
    def test_reading_and_setting(self):
        proxy, plug, lamp = self.served("HS110", "LB130")
        for device, what, body, printed in (
            (plug, "state", "ON", "ON"),
            (plug, "state", " off\n", "OFF"),
            (plug, "state", "TOGGLE", "ON"),
            (plug, "state", "false", "OFF"),
            (plug, "state", "True", "ON"),
            (plug, "brightness", "0", "0"),
            (plug, "state", "33.3", "ON"),
            (lamp, "state", "240,80,55", "ON"),
            (lamp, "color", "120,70,45", "120,70,45"),
            (lamp, "state", "INCREASE", "ON"),
            (lamp, "state", "DECREASE", "ON"),
            (lamp, "brightness", "30", "30"),
            (lamp, "temperature", "2700 K", "2700"),
            (lamp, "state", "0", "OFF"),
        ):
            path = "/%s/%s" % (at(device), what)
            for method in ("PUT", "POST"):
                body = "ON" if (method, body) == ("POST", "TOGGLE") else body
                self.assertEqual(proxy.ask(method, path, body), (200, ""), (what, body))
                self.assertEqual(proxy.ask("GET", path), (200, printed), (what, body))
        self.assertEqual(proxy.ask("PUT", "/%s/rgb" % at(lamp), "0,51,102"), (200, ""))
        self.assertEqual(proxy.ask("GET", "/%s/color" % at(lamp)), (200, "210,100,40"))
        plug.device.relay_state = 1
        for what, printed in (("power", "61.753"), ("voltage", "230.837"), ("current", "0.267518")):
            self.assertEqual(proxy.ask("GET", "/%s/%s" % (at(plug), what)), (200, printed))
        for what in ("total", "today", "month"):
            status, text = proxy.ask("GET", "/%s/%s" % (at(plug), what))
            self.assertEqual((status, bool(re.fullmatch(r"\d+\.\d{3,6}", text))), (200, True))

    def test_the_types_that_clients_send(self):
        """openHAB's HTTP binding sends text/plain, curl -d a form's, others nothing."""
        proxy, plug = self.served("HS100")
        path = "/%s/state" % at(plug)
        for kind in ("text/plain;charset=UTF-8", "application/x-www-form-urlencoded", ""):
            plug.device.relay_state = 0
            self.assertEqual(proxy.ask("PUT", path, "ON", Content_Type=kind), (200, ""))
            self.assertEqual(plug.device.relay_state, 1)

    def test_words_that_switch_nothing(self):
        proxy, plug = self.served("HS100")
        for what, words in (
            (
                "state",
                ("NULL", "UNDEF", "-", "", "status", "reset", "reboot", "101", "-1", "ON OFF"),
            ),
            ("state", ("1,2", "361,0,0", "\u0661", "\xff", "check", "json", "alias", "on\0")),
            ("brightness", ("101", "ON", "", "x")),
            ("color", ("1,2", "red")),
            ("rgb", ("1,2", "256,0,0", "red")),
            ("temperature", ("1", "hot")),
            ("fan", ("5", "-1", "ON", "", "NULL")),
        ):
            for word in words:
                status, text = proxy.ask("PUT", "/%s/%s" % (at(plug), what), word.encode())
                self.assertEqual((status, text.count("\n")), (400, 1), (what, word, text))
            if "NULL" in words:
                self.assertIn("no value yet", proxy.ask("PUT", "/%s/state" % at(plug), "NULL")[1])
        self.assertEqual(sets(plug), [])

    def test_what_a_device_does_not_have(self):
        proxy, plug = self.served("HS100")
        for method, what, body in (
            ("GET", "power", None),
            ("GET", "color", None),
            ("PUT", "color", "1,2,3"),
            ("PUT", "temperature", "2700"),
            ("GET", "effect", None),
            ("PUT", "effect", "Aurora"),
            ("GET", "fan", None),
            ("PUT", "fan", "2"),
        ):
            status, text = proxy.ask(method, "/%s/%s" % (at(plug), what), body)
            self.assertEqual((status, text.count("\n")), (422, 1), text)
            self.assertIn("its commands are", text)

    def test_methods(self):
        proxy, plug = self.served("HS110")
        reading, setting = "GET, HEAD", "GET, HEAD, PUT, POST"
        for path, methods in (
            ("/", reading),
            ("/devices.json", reading),
            ("/command", "POST"),
            ("/%s/command" % at(plug), "POST"),
            ("/%s/" % at(plug), reading),
            ("/%s/state" % at(plug), setting),
            ("/%s/brightness" % at(plug), setting),
            ("/%s/power" % at(plug), reading),
            ("/%s/device.json" % at(plug), reading),
        ):
            for method in ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "TRACE", "PATCH"):
                response, _ = proxy.response(method, path, "OFF" if method[0] == "P" else None)
                if method in methods.split(", "):
                    self.assertIn(response.status, (200, 400, 415), (method, path))
                else:
                    found = response.status, response.getheader("Allow")
                    self.assertEqual(found, (405, methods), (method, path))

    def test_head_is_get_without_a_body(self):
        proxy, plug = self.served("HS110")
        for path in ("/", "/devices.json", "/%s/state" % at(plug), "/nothing"):
            host = "127.0.0.1:%d" % proxy.port
            got, body = proxy.response("GET", path)
            text = "HEAD %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (path, host)
            found = proxy.raw(text.encode())
            head, _, rest = found.partition(b"\r\n\r\n")
            self.assertEqual((code(head), rest), (got.status, b""))
            self.assertIn(b"\r\nContent-Length: %d\r\n" % len(body), head)

    def test_paths(self):
        plug = self.enter(simulated())
        name = "LOCALHOST:%d" % plug.port
        proxy = self.enter(Proxy(name))
        for path in (name, name.lower(), quote(name, ""), quote(name.lower(), "")):
            self.assertEqual(proxy.ask("GET", "/%s/state?x=y" % path), (200, "OFF"))
        self.assertEqual(proxy.ask("GET", "http://127.0.0.1/%s/state" % name), (200, "OFF"))
        self.assertEqual(proxy.ask("GET", "/devices.json"), (200, json.dumps([name])))
        for path in (
            "/127.0.0.1/state",
            "/127.0.0.1:9999/state",
            "/" + name + "/get",
            "/" + name + "/status",
            "/" + name + "/state/",
            "/" + name + "/state/x",
            "/" + name + "//state",
            "//" + name + "/state",
            "/" + name + "/json",
            "/../etc/passwd",
            "/%2e%2e/state",
            "/%ff/state",
            "/favicon.ico",
            "/state",
            "/x/command",
        ):
            status, text = proxy.ask("GET", path)
            self.assertEqual((status, text.count("\n")), (404, 1), path)

    def test_failures_of_devices(self):
        wanted = {
            "err-code": 422,
            "garbage": 502,
            "not-json": 502,
            "deep-nesting": 502,
            "close-before-reply": 502,
            "announce-4-gib": 502,
            "slow-reply": 200,
            "two-replies": 200,
            "one-byte-segments": 200,
            "drop-first": 200,
        }
        plugs = {fault: self.enter(simulated(fault=fault)) for fault in wanted}
        proxy = self.enter(Proxy(*map(at, plugs.values())))
        paths = {
            at(plug) + what: fault
            for fault, plug in plugs.items()
            for what in ("/state", "/device.json")
        }
        with ThreadPoolExecutor(len(paths)) as pool:
            found = pool.map(lambda path: proxy.ask("GET", "/" + path), paths)
        for (path, fault), (status, text) in zip(paths.items(), found):
            self.assertEqual(status, wanted[fault], (path, fault, text))
            if status != 200:
                self.assertTrue(text.startswith(path.partition("/")[0] + ": "), text)
                self.assertEqual(text.count("\n"), 1)
                self.assertNotIn("ON", text.split())

    def test_a_device_for_the_page(self):
        proxy, plug, lamp = self.served("HS110", "HS100")
        plug.device.relay_state = 1
        plug.device.alias = "</script>\u2028"
        for device, wanted in (
            (plug, {"state": "ON", "power": 61.753, "alias": "</script>\u2028"}),
            (lamp, {"state": "OFF", "power": None, "alias": "HS100 1"}),
        ):
            status, text = proxy.ask("GET", "/%s/device.json" % at(device))
            found = json.loads(text)
            self.assertEqual({name: found[name] for name in wanted}, wanted)

    def test_a_page_for_browsers(self):
        proxy, plug = self.served("HS110")
        accept = "text/html,application/xhtml+xml,*/*;q=0.8"
        for path in ("/", "/%s/" % at(plug), "/%s" % at(plug)):
            response, page = proxy.response("GET", path, Accept=accept)
            self.assertEqual(response.getheader("Content-Type"), "text/html; charset=utf-8")
            policy = response.getheader("Content-Security-Policy")
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertNotRegex(page.decode(), r"https?:|src=|//[a-z]")
        self.assertEqual(list(plug.requests), [])


if __name__ == "__main__":
    unittest.main()
