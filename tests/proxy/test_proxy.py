"""The proxy as a process: what its clients get, what they cannot do, and how it lives and ends."""

import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from tests.support import FORMS, ROOT, assert_failure, run, sets, simulated
from tplink_exec.proxy.guard import Guard
from tplink_exec.proxy.worker import MAX_WAITING, REQUEST_S

ON = '{"system":{"set_relay_state":{"state":1}}}'
JSON = {"Content-Type": "application/json"}
SOON_S = 1.0
"""More than any answer takes that waits for nothing."""


class Proxy:
    """A proxy process. `line` is what it has printed first."""

    def __init__(self, *words, form="file", limit=None, port="0"):
        argv = [*FORMS[form], "proxy", "-l", port, *words]
        if limit:
            argv = ["sh", "-c", 'ulimit -n %d; exec "$@"' % limit, "sh", *argv]
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 (stop() closes it)
        self.process = subprocess.Popen(
            argv,
            cwd=str(ROOT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        self.line = self.process.stdout.readline().decode()
        found = re.search(r"http://\[?(\S+?)\]?:(\d+)/", self.line)
        if not found:
            said = self.line, self.said()
            self.stop()
            raise AssertionError("the proxy said %r, %r" % said)
        self.host, self.port = found[1], int(found[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def said(self):
        """What is on its standard error so far."""
        self.errors.seek(0)
        return self.errors.read().decode()

    def ask(self, method, path, body=None, **fields):
        """(status, body) of one request; `fields` with _ for -."""
        response, body = self.response(method, path, body, **fields)
        return response.status, body.decode()

    def response(self, method, path, body=None, **fields):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def command(self, body, path="/command"):
        return self.ask("POST", path, body, Content_Type="application/json")

    def connect(self):
        link = socket.create_connection((self.host, self.port), 20)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link

    def raw(self, data):
        """Everything that comes back to these bytes, to the end of the connection."""
        with self.connect() as link:
            link.sendall(data)
            return everything(link)


def everything(link):
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while True:
            more = link.recv(65536)
            if not more:
                break
            data += more
    return data


def at(simulator):
    return "%s:%d" % (simulator.host, simulator.port)


def code(data):
    return int(data.split(b" ", 2)[1]) if data[:5] == b"HTTP/" else data


class Served(unittest.TestCase):
    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def served(self, *models, words=(), form="file"):
        """A proxy with simulated devices, (proxy, device, ...)."""
        devices = [self.enter(simulated(model)) for model in models]
        return (self.enter(Proxy(*words, *map(at, devices), form=form)), *devices)


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
            (415, ON.encode(), "text/plain"),
            (415, ON.encode(), "application/x-www-form-urlencoded"),
            (415, ON.encode(), ""),
        ):
            found = proxy.ask("POST", "/command", body, Content_Type=kind)
            self.assertEqual((found[0], found[1].count("\n")), (status, 1), found)
        self.assertEqual(proxy.command(ON.encode())[0], 200)
        json_utf8 = "Application/JSON; charset=UTF-8"
        self.assertEqual(proxy.ask("POST", "/command", ON, Content_Type=json_utf8)[0], 200)
        self.assertEqual(len(plug.requests), 2)

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


JSON_FIELD = {"Content_Type": "application/json"}


class Routes(Served):
    def test_reading_and_setting(self):
        proxy, plug, lamp = self.served("HS110", "LB130")
        for device, what, body, printed in (
            (plug, "state", "ON", "ON"),
            (plug, "state", " off\n", "OFF"),
            (plug, "state", "TOGGLE", "ON"),
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
            ("temperature", ("1", "hot")),
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
            "not-utf-8": 502,
            "close-before-reply": 502,
            "announce-4-gib": 502,
            "slow-reply": 200,
            "two-replies": 200,
            "one-byte-segments": 200,
            "drop-first": 200,
        }
        plugs = {fault: self.enter(simulated(fault=fault)) for fault in wanted}
        proxy = self.enter(Proxy(*map(at, plugs.values())))
        for fault, plug in plugs.items():
            for what in ("state", "device.json"):
                status, text = proxy.ask("GET", "/%s/%s" % (at(plug), what))
                self.assertEqual(status, wanted[fault], (fault, text))
                if status != 200:
                    self.assertTrue(text.startswith(at(plug) + ": "), text)
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


class Guarded(Served):
    def test_host(self):
        guard = Guard(b"", ["Plugs.example", "other."])
        own = socket.gethostname()
        for host, wanted in (
            ("127.0.0.1", True),
            ("127.0.0.1:8362", True),
            ("192.168.1.9:1", True),
            ("[::1]", True),
            ("[fe80::1]:8362", True),
            ("localhost", True),
            ("LOCALHOST.:8362", True),
            (own, True),
            (own.upper() + ".local:8362", True),
            ("plugs.EXAMPLE:8362", True),
            ("other", True),
            ("", False),
            (":8362", False),
            ("evil.example", False),
            ("127.0.0.1.evil.example", False),
            ("plugs.example.evil.example", False),
            ("x.localhost", False),
            ("127.0.0.1:", False),
            ("127.0.0.1:x", False),
            ("127.0.0.1:8362:1", False),
            ("127.1", False),
            ("2130706433", False),
            ("[::1", False),
            ("[evil]", False),
            ("::1", False),
            ("evil@127.0.0.1", False),
        ):
            self.assertEqual(guard.is_ours(host), wanted, host)

    def test_other_sites(self):
        proxy, plug = self.served("HS100", words=["--allow-host", "plugs.example"])
        own = "127.0.0.1:%d" % proxy.port
        path = "/%s/state" % at(plug)
        for status, fields in (
            (200, {}),
            (200, {"Origin": "http://" + own}),
            (200, {"Origin": "https://" + own}),
            (200, {"Origin": "http://" + own, "Sec-Fetch-Site": "same-origin"}),
            (200, {"Sec-Fetch-Site": "none"}),
            (200, {"Host": "plugs.example", "Origin": "http://plugs.example"}),
            (403, {"Host": "plugs.example", "Origin": "http://" + own}),
            (403, {"Host": "evil.example"}),
            (403, {"Host": "evil.example", "Origin": "http://evil.example"}),
            (403, {"Origin": "http://evil.example"}),
            (403, {"Origin": "null"}),
            (403, {"Origin": ""}),
            (403, {"Origin": "http://127.0.0.1:1"}),
            (403, {"Origin": "http://127.0.0.1"}),
            (403, {"Origin": "http://%s.evil.example" % own}),
            (403, {"Sec-Fetch-Site": "cross-site"}),
            (403, {"Sec-Fetch-Site": "same-site"}),
            (403, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
        ):
            for method in ("PUT", "POST"):
                self.assertEqual(proxy.ask(method, path, "ON", **fields)[0], status, fields)
            fields["Content-Type"] = "application/json"
            self.assertEqual(proxy.ask("POST", "/command", ON, **fields)[0], status, fields)
        self.assertEqual(len(sets(plug)), 18)
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        self.assertEqual(proxy.ask("GET", "/", **link)[0], 200)
        link["Sec-Fetch-Mode"] = "no-cors"
        self.assertEqual(proxy.ask("GET", "/", **link)[0], 403)

    def token(self, text, mode=0o600):
        number, name = tempfile.mkstemp()
        self.addCleanup(os.remove, name)
        os.write(number, text)
        os.fchmod(number, mode)
        os.close(number)
        return name

    def test_a_token(self):
        words = ["--debug", "--token-file", self.token(b"open-sesame\n", 0o640)]
        proxy, plug = self.served("HS100", words=words)
        path = "/%s/state" % at(plug)
        for given, status in (
            ("Bearer open-sesame", 200),
            ("bearer   open-sesame", 200),
            ("Bearer open-sesam", 401),
            ("Bearer open-sesame2", 401),
            ("Bearer", 401),
            ("Basic open-sesame", 401),
            ("open-sesame", 401),
            ("Bearer \xff", 401),
            (None, 401),
        ):
            fields = {"Authorization": given} if given else {}
            for method, target, body in (
                ("GET", path, None),
                ("PUT", path, "ON"),
                ("GET", "/", None),
                ("GET", "/devices.json", None),
            ):
                response, _ = proxy.response(method, target, body, **fields)
                self.assertEqual(response.status, status, given)
                asked = response.getheader("WWW-Authenticate", "").startswith("Bearer ")
                self.assertEqual(asked, status == 401)
            fields.update(JSON)
            self.assertEqual(proxy.ask("POST", "/command", ON, **fields)[0], status)
        self.assertEqual(len(sets(plug)), 4)
        self.assertEqual(proxy.ask("GET", "/nothing")[0], 401)
        page = proxy.ask("GET", "/", Accept="text/html")
        self.assertEqual(page[0], 200)
        for said in (page[1], proxy.line, proxy.said()):
            self.assertNotIn("sesame", said)

    def test_a_bad_token_file(self):
        for text, mode in (
            (b"x", 0o604),
            (b"x", 0o602),
            (b"", 0o600),
            (b" \n", 0o600),
            (b"a b", 0o600),
            (b"\xff", 0o600),
        ):
            words = ["proxy", "-l", "0", "--token-file", self.token(text, mode), "127.0.0.1"]
            assert_failure(self, run([*FORMS["file"], *words]), 2)
        words = ["proxy", "-l", "0", "--token-file", "/nonexistent", "127.0.0.1"]
        assert_failure(self, run([*FORMS["file"], *words]), 2)


class Limits(Served):
    HOST = b"Host: 127.0.0.1\r\n"

    def test_framing(self):
        proxy, plug = self.served("HS100")
        get = b"GET / HTTP/1.1\r\n" + self.HOST
        post = b"POST /command HTTP/1.1\r\n" + self.HOST
        for status, data in (
            (400, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\r\n\r\n"),
            (400, b"GET / HTTP/1.1\r\n\r\n"),
            (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            (400, post + b"Content-Length: x\r\n\r\n"),
            (400, post + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
            (411, post + b"\r\n"),
            (411, post + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            (413, post + b"Content-Length: 65537\r\n\r\n" + b"x" * 65537),
            (413, post + b"Content-Length: 5000000\r\n\r\n" + b"x" * 5000000),
            (413, post + b"Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n"),
            (431, get + b"X: " + b"x" * 100000 + b"\r\n\r\n"),
            (431, get + b"X: y\r\n" * 200 + b"\r\n"),
        ):
            found = proxy.raw(data + get + b"\r\n")
            self.assertEqual((code(found), found.count(b"HTTP/1.1 ")), (status, 1), data[:80])
            self.assertIn(b"\r\nConnection: close\r\n", found)
        with proxy.connect() as link:
            link.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(code(link.recv(4096)), 400)
            link.sendall(get + b"\r\n")
            self.assertEqual(everything(link), b"")
        self.assertEqual(list(plug.requests), [])

    def test_a_body_in_pieces_and_after_100_continue(self):
        proxy, plug = self.served("HS100")
        head = b"POST /command HTTP/1.1\r\n%sContent-Type: application/json\r\n" % self.HOST
        head += b"Connection: close\r\nContent-Length: %d\r\n" % len(ON)
        with proxy.connect() as link:
            for byte in head + b"\r\n" + ON.encode():
                link.sendall(bytes([byte]))
            self.assertEqual(code(everything(link)), 200)
        with proxy.connect() as link:
            link.sendall(head + b"Expect: 100-continue\r\n\r\n")
            self.assertEqual(link.recv(4096), b"HTTP/1.1 100 Continue\r\n\r\n")
            link.sendall(ON.encode())
            self.assertEqual(code(everything(link)), 200)
        with proxy.connect() as link:
            link.sendall(head + b"\r\n" + ON.encode())
            link.shutdown(socket.SHUT_WR)  # as nc does
            self.assertEqual(code(everything(link)), 200)
        self.assertEqual(len(sets(plug)), 3)

    def test_keep_alive_and_pipelining(self):
        proxy, plug = self.served("HS100")
        get = "GET /%s/state HTTP/1.1\r\nHost: 127.0.0.1\r\n" % at(plug)
        put = get.replace("GET", "PUT") + "Content-Length: 2\r\n\r\nON"
        last = get + "Connection: close\r\n\r\n"
        found = proxy.raw((get + "\r\n" + put + get + "\r\n" + last).encode())
        bodies = [part.partition(b"\r\n\r\n")[2] for part in found.split(b"HTTP/1.1 200 OK")[1:]]
        self.assertEqual(bodies, [b"OFF", b"", b"ON", b"ON"])
        connection = http.client.HTTPConnection(proxy.host, proxy.port, timeout=10)
        self.addCleanup(connection.close)
        connection.connect()
        port = connection.sock.getsockname()[1]
        for path, status in (("/devices.json", 200), ("/nothing", 404), ("/", 200)):
            connection.request("GET", path)
            response = connection.getresponse()
            self.assertEqual((response.status, bool(response.read())), (status, True))
            self.assertEqual(connection.sock.getsockname()[1], port)
        found = proxy.raw(b"GET /devices.json HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n")
        self.assertEqual((code(found), found.count(b"HTTP/1.1 ")), (200, 1))

    def test_200_clients_at_once(self):
        proxy, plug = self.served("HS100")
        path = b"/%s/state" % at(plug).encode()
        start = threading.Barrier(200)

        def one(number):
            with proxy.connect() as link:
                start.wait(20)
                link.sendall(b"GET %s HTTP/1.0\r\n\r\n" % path)
                return everything(link)

        with ThreadPoolExecutor(200) as pool:
            for found in pool.map(one, range(200)):
                self.assertEqual(found[-7:], b"\r\n\r\nOFF", found)

    def test_slow_clients_and_hanging_devices_delay_nobody(self):
        """One test, so that its waits of 5 s are side by side."""
        proxy, plug, silent, stuck = self.served("HS100", "HS100", "HS100")
        silent.fault = stuck.fault = "silent"
        started = time.monotonic()
        with ThreadPoolExecutor(MAX_WAITING + 60) as pool:
            slow = [pool.submit(self.dribble, proxy) for _ in range(40)]
            greedy = pool.submit(self.greedy, proxy)
            lost = [pool.submit(self.timed, proxy, "PUT", at(stuck), 0.15 * n) for n in range(3)]
            words = ["GET"] * MAX_WAITING + ["POST"] * 6
            hanging = [pool.submit(self.timed, proxy, word, at(silent)) for word in words]
            time.sleep(1.5)
            for _ in range(20):
                status, seconds = self.timed(proxy, "GET", at(plug))
                self.assertEqual(status, 200)
                self.assertLess(seconds, SOON_S)
            for call in slow:
                found, seconds = call.result()
                self.assertEqual(code(found), 408)
                self.assertLess(abs(seconds - 5), 1)
            self.assertLess(abs(greedy.result() - 5.5), 2)
            for call in lost:
                status, seconds = call.result()
                self.assertEqual(status, 504)
                self.assertLess(seconds, REQUEST_S + SOON_S)
            for call in hanging:
                status, seconds = call.result()
                self.assertIn(status, (503, 504))
                self.assertLess(seconds, REQUEST_S + SOON_S if status == 504 else SOON_S * 2)
        self.assertIn(503, {call.result()[0] for call in hanging})
        self.assertLess(time.monotonic() - started, REQUEST_S + 2 * SOON_S)
        silent.fault = stuck.fault = ""
        self.assertEqual(self.timed(proxy, "GET", at(silent))[0], 200)
        # Who has left the line in vain is not served later: no switch moves by itself.
        self.assertEqual(self.timed(proxy, "GET", at(stuck))[0], 200)
        self.assertEqual(len(sets(stuck)), 1)

    def dribble(self, proxy):
        """A client that sends a byte now and then; what it gets, and when."""
        started = time.monotonic()
        with proxy.connect() as link, contextlib.suppress(OSError):
            link.settimeout(0.5)
            for byte in b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 100:
                link.sendall(bytes([byte]))
                try:
                    return link.recv(4096), time.monotonic() - started
                except socket.timeout:
                    pass
        return b"", 0

    def greedy(self, proxy):
        """A client that asks and does not read; after how long it is dropped."""
        started = time.monotonic()
        with proxy.connect() as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.settimeout(0.2)
            while time.monotonic() < started + 20:
                try:
                    link.send(b"GET /devices.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 500)
                except socket.timeout:
                    pass
                except OSError:
                    break
        return time.monotonic() - started

    def timed(self, proxy, method, name, later_s=0, word="ON"):
        time.sleep(later_s)
        started = time.monotonic()
        body = None if method == "GET" else word
        status, _ = proxy.ask(method, "/%s/state" % name, body)
        return status, time.monotonic() - started

    def test_readers_share_an_exchange_and_writers_do_not(self):
        proxy, plug = self.served("HS100")
        plug.fault = "slow-reply"
        calls = [("GET", 0, "")] + [("GET", 0.1, "")] * 10
        calls += [("PUT", 0.1 + n / 50, ("ON", "OFF")[n % 2]) for n in range(4)]
        with ThreadPoolExecutor(len(calls)) as pool:
            done = [
                pool.submit(self.timed, proxy, method, at(plug), later_s, word)
                for method, later_s, word in calls
            ]
            self.assertEqual({call.result()[0] for call in done}, {200})
        states = [request[-4:-3] for request in sets(plug)]
        self.assertEqual(states, [b"1", b"0", b"1", b"0"])
        self.assertEqual(len(plug.requests), 2 + 4)

    def test_a_client_that_does_not_read(self):
        proxy, plug = self.served("HS100")
        with proxy.connect() as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.settimeout(0.2)
            sent = 0
            with contextlib.suppress(OSError):
                while sent < 50000000:
                    sent += link.send(
                        b"GET /devices.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 500
                    )
            self.assertLess(sent, 50000000)
            self.assertEqual(self.timed(proxy, "GET", at(plug))[0], 200)
            self.assertLess(memory_kib(proxy.process), 60000)

    def test_a_client_that_sends_on_and_on(self):
        """While its first request is being answered, little of what follows is taken."""
        plug = self.enter(simulated(fault="silent"))
        proxy = self.enter(Proxy(at(plug)))
        with proxy.connect() as link:
            link.settimeout(0.5)
            link.sendall(b"GET /%s/state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % at(plug).encode())
            sent = 0
            with contextlib.suppress(OSError):
                while sent < 60000000:
                    sent += link.send(b"x" * 100000)
            self.assertLess(sent, 60000000)
            self.assertLess(memory_kib(proxy.process), 60000)

    def test_more_clients_than_descriptors(self):
        plug = self.enter(simulated())
        proxy = self.enter(Proxy(at(plug), limit=64))
        links = [self.enter(proxy.connect()) for _ in range(60)]
        codes = []
        for link in links:
            link.settimeout(0.02)
            with contextlib.suppress(OSError):
                codes.append(code(link.recv(4096)))
        self.assertIn(503, codes)
        for link in links:
            link.close()
        time.sleep(1.2)
        self.assertEqual(proxy.ask("GET", "/%s/state" % at(plug)), (200, "OFF"))
        self.assertEqual(proxy.said(), "")


def memory_kib(process):
    """What a process has in memory; 0 where /proc does not tell."""
    try:
        with open("/proc/%d/status" % process.pid) as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])
    except OSError:
        return 0


class Process(Served):
    def test_signals(self):
        for form in FORMS:
            for number in (signal.SIGTERM, signal.SIGINT):
                plug = self.enter(simulated(fault="silent"))
                proxy = self.enter(Proxy("--debug", at(plug), form=form))
                with proxy.connect() as busy, proxy.connect():
                    busy.sendall(b"GET /%s/state HTTP/1.0\r\n\r\n" % at(plug).encode())
                    end = time.monotonic() + 10
                    while not plug.requests and time.monotonic() < end:
                        time.sleep(0.01)
                    started = time.monotonic()
                    proxy.process.send_signal(number)
                    self.assertEqual(proxy.process.wait(5), -number)
                    self.assertLess(time.monotonic() - started, 1)
                self.assertNotIn("Traceback", proxy.said())
                again = self.enter(Proxy(at(plug), form=form, port=str(proxy.port)))
                self.assertEqual(again.port, proxy.port)

    def test_the_first_line(self):
        for words, wanted, other in (
            ((), "--local-addr", "WARNING"),
            (("--local-addr", "localhost"), "--local-addr", "WARNING"),
            (("--local-addr", "0.0.0.0"), "WARNING", "--local-addr"),
        ):
            with Proxy(*words, "192.0.2.1", "x\x1by") as proxy:
                self.assertIn(wanted, proxy.line)
                self.assertNotIn(other, proxy.line)
                self.assertIn("for 192.0.2.1, x\\x1by; ", proxy.line)

    def test_a_port_in_use(self):
        proxy, plug = self.served("HS100")
        for form in FORMS:
            words = ["proxy", "-l", str(proxy.port), at(plug)]
            result = run([*FORMS[form], *words])
            assert_failure(self, result, 2)
            self.assertIn(b"in use", result.err)
        for address in ("192.0.2.1", "nothing.invalid", ""):
            words = ["proxy", "-l", "0", "--local-addr", address, at(plug)]
            if address:
                assert_failure(self, run([*FORMS["file"], *words]), 2)

    def test_wrong_usage(self):
        for words in (
            [],
            ["-l", "x", "a"],
            ["-l", "65536", "a"],
            ["-p", "0", "a"],
            ["a", "A"],
            [""],
            ["[]:1"],
            ["--fly", "a"],
        ):
            assert_failure(self, run([*FORMS["file"], "proxy", *words]), 1)

    def test_ipv6(self):
        with socket.socket(socket.AF_INET6) as probe:
            try:
                probe.bind(("::1", 0))
            except OSError:
                self.skipTest("no IPv6 here")
        plug = self.enter(simulated(address="::1"))
        name = "[::1]:%d" % plug.port
        proxy = self.enter(Proxy("--local-addr", "::1", name))
        self.assertIn("http://[::1]:%d/" % proxy.port, proxy.line)
        self.assertEqual(proxy.ask("GET", "/%s/state" % name), (200, "OFF"))
        proxy = self.enter(Proxy("-p", str(plug.port), "::1"))
        self.assertEqual(proxy.ask("GET", "/::1/state"), (200, "OFF"))

    def test_a_network_that_comes_and_goes(self):
        place = ""
        proxy = None
        for _ in range(3):
            if proxy:
                self.assertEqual(proxy.ask("GET", "/%s/state" % place)[0], 502)
            with contextlib.ExitStack() as stack:
                port = int(place.rpartition(":")[2] or 0)
                plug = stack.enter_context(returning(port))
                place = at(plug)
                proxy = proxy or self.enter(Proxy(place))
                for _ in range(3):
                    self.assertEqual(proxy.ask("GET", "/%s/state" % place), (200, "OFF"))
        self.assertEqual(proxy.said(), "")

    def test_debug_tells_one_line_an_event(self):
        proxy, plug = self.served("HS100", words=["--debug"])
        self.assertEqual(proxy.ask("GET", "/%s/state" % at(plug)), (200, "OFF"))
        body = '{"netif":{"set_stainfo":{"ssid":"x","password":"hunter2","key_type":3}}}'
        proxy.command(body)
        proxy.raw(b"\x1b[2J\r\n\r\n")
        lines = proxy.said().splitlines()
        self.assertEqual(len(lines), 7, lines)
        for line, pattern in zip(
            lines,
            (
                r"\S+: > \{.*get_sysinfo",
                r"\S+: < \{.*relay_state",
                r"127\.0\.0\.1 GET /\S+/state 200 in [\d.]+ ms",
                r'\S+: > \{.*"password":"\*\*\*"',
                r"\S+: < \(not shown",
                r"127\.0\.0\.1 POST /command 200 in [\d.]+ ms",
                r"127\.0\.0\.1 400 ",
            ),
        ):
            self.assertRegex(line, "^tplink-exec: " + pattern)
        self.assertNotIn("hunter2", proxy.said())

    def test_memory_does_not_grow(self):
        proxy, plug, silent = self.served("HS100", "HS100")
        silent.fault = "close-before-reply"
        path = "/%s/state" % at(plug)

        def some():
            connection = http.client.HTTPConnection(proxy.host, proxy.port, timeout=10)
            for number in range(700):
                connection.request("GET" if number % 2 else "PUT", path, "ON")
                connection.getresponse().read()
            connection.close()
            for _ in range(100):
                proxy.raw(b"\r\n\r\n")
                with proxy.connect() as link:
                    link.sendall(b"GET /")

        some()
        some()
        before = memory_kib(proxy.process)
        for _ in range(3):
            some()
        if before:
            self.assertLess(memory_kib(proxy.process), before + 1500)

    def test_nobody_reads_its_output(self):
        plug = self.enter(simulated())
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        argv = [*FORMS["file"], "proxy", "--debug", "-l", str(port), at(plug)]
        for outputs in ({"stdout": write, "stderr": write}, {"preexec_fn": closed}):
            process = subprocess.Popen(argv, **outputs)
            try:
                found = answered(port, "/%s/state" % at(plug), 400)
                self.assertEqual(found, [b"OFF"] * 400)
            finally:
                process.kill()
                process.wait()
        os.close(write)


def closed():
    for number in range(3):
        os.close(number)


def answered(port, path, times):
    """The bodies of so many requests, the first as soon as somebody listens."""
    end = time.monotonic() + 20
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    bodies = []
    while len(bodies) < times:
        try:
            connection.request("GET", path)
            bodies.append(connection.getresponse().read())
        except ConnectionRefusedError:
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
    connection.close()
    return bodies


@contextlib.contextmanager
def returning(port):
    """A simulated plug on a given port (0: any)."""
    with simulated() as other:
        if not port:
            yield other
            return
    words = [*FORMS["file"], "simulate", "--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        other.host, other.port = "127.0.0.1", port
        yield other
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    unittest.main()
