"""Requests of all forms to the proxy, and devices whose fields are of all types: never a 500."""

import json
import random
import socket
import unittest

from tests.parallel import early
from tests.proxy.serving import ON, PATIENCE_S, everything
from tests.proxy.test_outlets import Served
from tplink_exec.errors import PlugError, Refused
from tplink_exec.proxy.proxy import PATHS
from tplink_exec.proxy.status import shown, told
from tplink_exec.proxy.summary import Kept, summary, sums
from tplink_exec.simulator.models import MODELS
from tplink_exec.simulator.simulate import played
from tplink_exec.simulator.smart_models import SMART_MODELS

STATUS = {200, 400, 401, 403, 404, 405, 411, 413, 415, 422, 431, 502, 503, 504}
METHODS = "GET HEAD PUT POST DELETE OPTIONS TRACE PATCH CONNECT PRI M QUERY".split()
WORDS = (
    *("d0", "D0", "d1", "x", "state", "STATE", "power", "command", "device.json", "devices.json"),
    *("2", "9", "-1", "Plug 1", "", ".", "..", "*", "%", "%%", "%2", "%zz", "%00", "%0d%0a", "%2f"),
    *("%2e%2e", "%25", "%ff", "%c3%bc", "%ed%a0%80", "%f0%9f%92%a1", "%64%30", "+", "&", "=", ";a"),
    *(
        "?",
        "?x=y",
        "#f",
        "@",
        ":",
        "::1",
        "[",
        "]",
        "\\",
        "|",
        "'",
        '"',
        "<x>",
        "{}",
        "~",
        "x" * 300,
    ),
)
BEFORE = (
    "",
    "/",
    "//",
    "*",
    "http://",
    "HTTP://127.0.0.1",
    "https://[::1]:1",
    "http://x@localhost",
)
BEFORE += (
    "http://evil",
    "http://127.0.0.1?",
    "http://[",
    "ftp://127.0.0.1",
    "127.0.0.1:80",
    "http:",
)
FIELDS = (
    *(
        "Accept: text/html",
        "Accept: */*",
        "Accept: ",
        "User-Agent: curl/8",
        "User-Agent: ",
        "X: \xff",
    ),
    *("Content-Length: 2", "Content-Length: 0", "Content-Length: -1", "Transfer-Encoding: chunked"),
    *(
        "Content-Type: application/json",
        "Content-Type: ;;",
        "Content-Type: text/plain",
        "Cookie: a=b",
    ),
    *("Origin: null", "Origin: ", "Referer: x", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: x"),
    *(
        "Connection: close",
        "Connection: keep-alive, Upgrade",
        "Upgrade: h2c",
        "Expect: 100-continue",
    ),
    *(
        "Expect: x",
        "Authorization: Bearer \xe4",
        "Authorization: ",
        "Range: bytes=0-1",
        "TE: trailers",
    ),
    *("Host: x", "Host: [", "Host: [::1]:99999", "Host: ", "Host: 127.0.0.1:", "Host: \xe4"),
    *(
        "X-HTTP-Method-Override: PUT",
        "If-None-Match: *",
        "Max-Forwards: 0",
        ": x",
        "a b: c",
        " fold",
    ),
)
BODIES = (
    "",
    "ON",
    "{}",
    ON,
    "[]",
    "null",
    '"',
    "\xff\xfe",
    "\0",
    "1e999",
    "NaN",
    "9" * 5000,
    "[" * 999,
)
VALUES = (
    *(None, True, False, 0, 1, -1, 2, 1.5, 1e999, float("nan"), 10**400, "", "1", "ON", "x" * 5000),
    *("\ud800", "\0\x1b\u2028", [], [[]], [None], ["x"], [0, 1], {}, {"x": {}}, {"err_code": 0}),
    *({"err_code": -1}, {"err_code": "x"}, {"err_code": None}, [{}], [{"id": 1}], [{"state": 1}]),
)


class Forms(Served):
    def one(self, data):
        """(status, body) of what comes back, which is one response."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as link:
            link.sendall(data)
            link.shutdown(socket.SHUT_WR)
            found = everything(link)
        found = found[25:] if found.startswith(b"HTTP/1.1 100 Continue\r\n\r\n") else found
        if not found:
            return 0, b""  # an incomplete one, whose client says no more
        head, _, body = found.partition(b"\r\n\r\n")
        return int(head[9:12]), body

    def test_options_of_the_server(self):
        self.simulate("HS100")
        for line in ("OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.0"):
            found = self.one(("%s\r\nHost: localhost\r\n\r\n" % line).encode())
            self.assertEqual(found, (200, b""))
        self.assertEqual(self.ask("OPTIONS", "*"), (200, ""))
        self.assertEqual(self.allowed, "GET, HEAD, PUT, POST")
        self.assertEqual(self.ask("OPTIONS", "/*")[0], 404)

    def test_a_whole_url_without_a_path(self):
        self.simulate("HS100")
        for target in ("http://localhost", "http://localhost?x=/", "http://localhost/?x"):
            self.assertEqual(self.ask("GET", target)[0], 200, target)

    def test_all_methods_of_all_paths(self):
        strip, _ = self.simulate("HS300", "HS100")
        for path in PATHS:
            for device in ("d0", "d1", "x", "*", "%2a"):
                real = path.replace("DEVICE", device).replace("CHILD", "2")
                for method in METHODS:
                    status, text = self.ask(method, real, "x" if method[0] == "P" else None)
                    self.assertIn(status, STATUS, (method, real, text))
        for before in BEFORE:
            for method in METHODS:
                line = "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" % (
                    method,
                    before,
                )
                self.assertIn(self.one(line.encode())[0], STATUS, line)

    def test_requests_by_chance(self):
        chance = random.Random(12)
        devices = self.simulate("HS300", "HS110")
        for number in range(1500):
            words = [chance.choice(WORDS) for _ in range(chance.randrange(4))]
            target = chance.choice(BEFORE) + chance.choice(("/", "", "?")).join(words)
            line = "%s %s HTTP/1.%d" % (chance.choice(METHODS), target, chance.randrange(2))
            body = chance.choice(BODIES)
            fields = chance.sample(FIELDS, chance.randrange(4))
            fields += ["Content-Length: %d" % len(body)] * chance.choice((0, 1, 1, 1))
            fields += ["Host: 127.0.0.1"] * chance.choice((0, 1, 1, 1, 1))
            data = "\r\n".join([line, *fields, "", body]).encode("latin-1")
            with self.subTest(number=number, data=data):
                status, text = self.one(data)
                self.assertIn(status, {0, *STATUS}, text)
                self.assertNotIn(b"internal error", text)
        for device in devices:
            for request in device.requests:
                self.assertIsInstance(json.loads(request), dict)

    def test_bytes_by_chance(self):
        chance = random.Random(13)
        self.simulate("HS100")
        whole = b"PUT /d0/state?a=b#c HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\nON"
        for number in range(600):
            data = bytearray(whole)
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            with self.subTest(number=number, data=bytes(data)):
                status, text = self.one(data)
                self.assertIn(status, {0, *STATUS}, text)


@early
class Types(unittest.TestCase):
    """Each field of each answer, of each type: an answer, or a PlugError, which has its status."""

    chance = random.Random(12)

    def test_every_field_of_every_model(self):
        for model in (*MODELS, *SMART_MODELS):
            if model == "H100":
                continue  # it has nothing of that
            device = played(model)
            outlets = hasattr(device, "outlets") or hasattr(device, "parts")
            for outlet in ("", "1") if outlets else ("",):
                for work in (summarized, sums, told):
                    self.every_field(device, model, work, outlet)

    def every_field(self, device, model, work, outlet):
        answers = []

        def noted(request, once=False):
            answers.append(json.loads(device.answer(request)))
            return json.dumps(answers[-1]).encode()

        try:
            work(noted, outlet)
        except Refused:
            self.assertIs(work, sums)  # it has no meter
        for number, answer in enumerate(list(answers)):
            for path in paths(answer):
                for value in self.chance.sample(VALUES, 4 if work is not told else 2):
                    text = json.dumps(replaced(answer, path, value)).encode()
                    self.one(device, model, work, outlet, number, text)

    def one(self, device, model, work, outlet, number, text):
        count = iter(range(100))

        def exchange(request, once=False):
            return text if next(count) == number else device.answer(request)

        try:
            found = work(exchange, outlet)
            if work is told:
                "".join(map("%s: %s".__mod__, shown(json.loads(found)))).encode()
        except PlugError as error:
            str(error).encode("utf-8", "backslashreplace")
            return
        except Exception as error:
            self.fail("%s %s %.300s: %r" % (model, work.__name__, text, error))
        if work is not told:
            json.loads(found, parse_constant=self.fail)


def summarized(exchange, outlet):
    return summary(exchange, outlet, Kept())


def paths(value, before=()):
    """Where a JSON value has values in it."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        yield (*before, key)
        if isinstance(part, (dict, list)):
            yield from paths(part, (*before, key))


def replaced(value, path, new):
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


if __name__ == "__main__":
    unittest.main()
