"""HTTP requests as bytes: whole, byte by byte, with something after them; and what is none."""

import random
import unittest

from tplink_exec.proxy.http_request import MAX_BODY, MAX_HEAD, HttpError, Response, date, request

GET = b"GET /a%20b/state?x=1 HTTP/1.1\r\nHost: plug:8362\r\nAccept:  text/html \r\n\r\n"
POST = b"POST /command HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}"


def status(data):
    """What is wrong with these bytes, None when nothing is."""
    try:
        request(data)
    except HttpError as error:
        return error.status
    return None


def asking(*fields, line="POST / HTTP/1.1", host="Host: x"):
    return "\r\n".join([line, *filter(None, [host]), *fields, "", ""]).encode("latin-1")


class Requests(unittest.TestCase):
    def assert_parts(self, found, *parts):
        self.assertEqual((found.method, found.target, found.minor, found.size), parts)

    def test_the_same_three_ways(self):
        for data, parts in (
            (GET, ("GET", "/a%20b/state?x=1", 1, 0)),
            (POST, ("POST", "/command", 0, 2)),
        ):
            self.assert_parts(request(data), *parts)
            self.assert_parts(request(data + GET + b"\n\0"), *parts)
            head = data.index(b"\r\n\r\n") + 4
            for end in range(head):
                self.assertIsNone(request(data[:end]), end)
            self.assert_parts(request(data[:head]), *parts)
            self.assertEqual(request(data).start, head)
        self.assertEqual(request(GET).fields, {"host": "plug:8362", "accept": "text/html"})

    def test_a_length_is_digits_and_not_too_many(self):
        for length, wanted in (
            ("0", None),
            ("007", None),
            (str(MAX_BODY), None),
            (str(MAX_BODY + 1), 413),
            ("9" * 5000, 413),
            ("", 400),
            ("-1", 400),
            ("+1", 400),
            ("1.0", 400),
            ("0x1", 400),
            ("1_0", 400),
            ("1, 1", 400),
            ("\u00b2", 400),
        ):
            self.assertEqual(status(asking("Content-Length: " + length)), wanted, length)
        self.assertEqual(status(asking("Content-Length: 1", "Content-Length: 1")), 400)

    def test_a_body_without_length(self):
        for method in ("POST", "PUT"):
            self.assertEqual(status(asking(line=method + " / HTTP/1.1")), 411)
        chunked = "Transfer-Encoding: chunked"
        self.assertEqual(status(asking(chunked)), 411)
        self.assertEqual(status(asking(chunked, line="GET / HTTP/1.1")), 411)
        self.assertEqual(status(asking(chunked, "Content-Length: 1")), 400)
        for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
            self.assertIsNone(status(asking(line=method + " / HTTP/1.1")))

    def test_what_is_no_request(self):
        for line in (
            "",
            "GET /",
            "GET / HTTP/2.0",
            "GET / HTTP/1.10",
            "GET  / HTTP/1.1",
            "GET / HTTP/1.1 ",
            "get / HTTP/1.1",
            "GET /\u00e4 HTTP/1.1",
            "GET /a b HTTP/1.1",
            "GET x HTTP/1.1",
            "GET * HTTP/1.1",
            "GET ftp://x/ HTTP/1.1",
            "GET http://x#y HTTP/1.1",
            "\x16\x03\x01\x02\x00\x01",
        ):
            self.assertEqual(status(asking(line=line)), 400, line)
        for field in (
            "no colon",
            "Blank : x",
            " Folded: x",
            "X: a\0b",
            "X: a\rb",
            "X: \x7f",
            ": x",
            "\u00dcmlaut: x",
        ):
            self.assertEqual(status(asking(field, line="GET / HTTP/1.1")), 400, field)
        for data in (b"GET / HTTP/1.1\nHost: x\n\n", b"GET / HTTP/1.1\r\nHost: x\n", b"\n"):
            self.assertEqual(status(data), 400, data)

    def test_host_is_there_once(self):
        self.assertEqual(status(asking(line="GET / HTTP/1.1", host="")), 400)
        self.assertIsNone(status(asking(line="GET / HTTP/1.0", host="")))
        self.assertEqual(status(asking("Host: y", line="GET / HTTP/1.1")), 400)
        for twice in ("Origin: http://x", "Authorization: Bearer x"):
            self.assertEqual(status(asking(twice, twice, line="GET / HTTP/1.1")), 400)

    def test_the_host_of_a_whole_url_goes_before(self):
        found = request(asking(line="GET http://evil.example:80/state?x HTTP/1.1"))
        self.assertEqual((found.host, found.target), ("evil.example:80", "/state?x"))
        found = request(asking(line="GET HTTP://y HTTP/1.1"))
        self.assertEqual((found.host, found.target), ("y", "/"))
        found = request(asking(line="GET http://y?a=/b HTTP/1.1"))
        self.assertEqual((found.host, found.target), ("y", "/?a=/b"))

    def test_an_endless_header(self):
        line = "GET / HTTP/1.1"
        self.assertEqual(status(b"G" * MAX_HEAD), 431)
        self.assertIsNone(status(b"G" * (MAX_HEAD - 1)))
        self.assertEqual(status(asking("X: " + "x" * MAX_HEAD, line=line)), 431)
        self.assertEqual(status(asking(*["X: y"] * 101, line=line)), 431)
        self.assertIsNone(status(asking(*["X: y"] * 99, line=line)))

    def test_keep_alive(self):
        for minor, connection, wanted in (
            (1, "", True),
            (1, "close", False),
            (1, "x, Close", False),
            (1, "keep-alive", True),
            (0, "", False),
            (0, "Keep-Alive", True),
            (0, "keep-alive, close", False),
        ):
            data = asking("Connection: " + connection, line="GET / HTTP/1.%d" % minor)
            self.assertEqual(request(data).keep_alive, wanted, (minor, connection))

    def test_garbage_is_an_http_error_or_a_request(self):
        generator = random.Random(8362)
        for number in range(3000):
            data = bytearray(generator.choice((GET, POST)))
            for _ in range(generator.randrange(1, 4)):
                data[generator.randrange(len(data))] = generator.choice(b"\r\n\0 :,/\xff;0AZ")
            with self.subTest(number=number, data=data):
                self.assertIn(status(data), (None, 400, 411, 413, 431))


class Responses(unittest.TestCase):
    def test_as_bytes(self):
        lines = Response(422, b"no\n", fields=("X: y",)).data(True, False).decode().split("\r\n")
        self.assertEqual(lines[0][:17], "HTTP/1.1 422 Unpr")
        self.assertEqual(lines[-2:], ["", "no\n"])
        for line in ("Content-Length: 3", "X: y", "Connection: close", "Cache-Control: no-store"):
            self.assertIn(line, lines)
        head = Response(200, b"ON").data(False, True)
        self.assertTrue(head.endswith(b"\r\n\r\n"))
        self.assertIn(b"\r\nContent-Length: 2\r\n", head)
        self.assertNotIn(b"\r\nContent-Type", Response(200).data(True, True))

    def test_the_date(self):
        self.assertEqual(date(lambda: 784111777), "Sun, 06 Nov 1994 08:49:37 GMT")


if __name__ == "__main__":
    unittest.main()
