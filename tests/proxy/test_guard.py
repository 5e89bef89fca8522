"""The proxy: what its clients cannot do, and other sites."""

import os
import socket
import tempfile
import unittest

from tests.forked import ran
from tests.proxy.serving import JSON, ON, Served, at, code
from tests.support import FORMS, assert_failure, run, sets
from tplink_exec.proxy.guard import Guard


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
            (403, {"Origin": own}),
            (403, {"Origin": "ftp://" + own}),
            (403, {"Origin": "://" + own}),
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

    def test_streams_of_other_sites(self):
        """A stream is refused as everything is; of one that is given, the head is read."""
        proxy, plug = self.served("HS100", words=["--allow-host", "plugs.example"])
        own = "127.0.0.1:%d" % proxy.port
        for status, fields in (
            (200, {"Host": own}),
            (200, {"Host": own, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}),
            (200, {"Host": "plugs.example", "Origin": "https://plugs.example"}),
            (403, {"Host": "evil.example"}),
            (403, {"Host": own, "Origin": "http://evil.example"}),
            (403, {"Host": own, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}),
            (403, {"Host": own, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}),
        ):
            for path in ("/events", "/%s/events" % at(plug)):
                self.assertEqual(self.stream(proxy, path, fields), status, fields)

    def stream(self, proxy, path, fields):
        """The status."""
        lines = "".join("%s: %s\r\n" % field for field in fields.items())
        with proxy.connect() as link:
            link.sendall(("GET %s HTTP/1.1\r\n%s\r\n" % (path, lines)).encode("latin-1"))
            return code(link.recv(4096))

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
            for target in ("/events", "/%s/events" % at(plug)):
                found = self.stream(proxy, target, {"Host": "localhost", **fields})
                self.assertEqual(found, status)
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
            assert_failure(self, ran(*words), 2)
        words = ["proxy", "-l", "0", "--token-file", "/nonexistent", "127.0.0.1"]
        assert_failure(self, ran(*words), 2)
        assert_failure(self, run([*FORMS["file"], *words]), 2)


if __name__ == "__main__":
    unittest.main()
