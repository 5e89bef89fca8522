"""HTTP replies in every form that devices send them, and what is none."""

import time
import unittest

from tests.transport.replies import CLOSE, replying
from tplink_exec.errors import DeadlineExceeded, ProtocolError, Unreachable
from tplink_exec.transport.http import Http, header
from tplink_exec.transport.http_link import HttpLink
from tplink_exec.transport.wire import MAX_REPLY

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
TIMEOUT_S = 20.0
LATE_S = 0.3


def ask(*replies, timeout_s=TIMEOUT_S, times=1):
    """The bodies of the replies to `times` requests, of one connection.Connection."""
    with replying(*replies) as (port, _):
        link = Http("127.0.0.1", port, time.monotonic() + timeout_s)
        try:
            whole = [link.exchange(REQUEST) for _ in range(times)]
        finally:
            link.close()
    return [reply[header(reply)[2] :] for reply in whole]


class Taken(unittest.TestCase):
    def test_each_form(self):
        for name, reply, body in (
            ("a length", OK + b"Content-Length: 5\r\n\r\nhello", b"hello"),
            ("in lower case", OK + b"content-length:5\r\n\r\nhello", b"hello"),
            ("chunks", CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", b"hello"),
            ("other case", OK + b"transfer-encoding:CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n", b"x"),
            ("extensions", CHUNKED + b'1;a="b"\r\nx\r\n00;c\r\n\r\n', b"x"),
            ("fields at the end", CHUNKED + b"1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\n", b"x"),
            ("no chunk", CHUNKED + b"0\r\n\r\n", b""),
            ("hex", CHUNKED + b"0A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
            ("both", CHUNKED[:-2] + b"Content-Length: 9\r\n\r\n1\r\nx\r\n0\r\n\r\n", b"x"),
            ("up to the end", OK + b"\r\nhello" + CLOSE, b"hello"),
            ("nothing up to the end", OK + b"\r\n" + CLOSE, b""),
            ("another status", b"HTTP/1.1 403 Forbidden\r\n\r\n", b""),
        ):
            self.assertEqual(ask(reply), [body], name)

    def test_the_next_one_on_the_same_connection(self):
        chunks = CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        length = OK + b"Content-Length: 2\r\n\r\nno"
        self.assertEqual(ask(chunks, length, chunks, times=3), [b"hello", b"no", b"hello"])

    def test_the_next_one_after_an_end(self):
        self.assertEqual(ask(*[OK + b"\r\nhello" + CLOSE] * 3, times=3), [b"hello"] * 3)

    def test_a_large_one(self):
        data = b"x" * (MAX_REPLY // 2)
        chunk = b"%x\r\n%s\r\n" % (len(data), data)
        self.assertEqual(ask(CHUNKED + chunk * 2 + b"0\r\n\r\n"), [data * 2])

    def test_many_small_chunks(self):
        """None of them is looked at twice, so that takes no longer than it must."""
        self.assertEqual(ask(CHUNKED + b"1\r\nx\r\n" * 50000 + b"0\r\n\r\n"), [b"x" * 50000])


class NotTaken(unittest.TestCase):
    def test_each(self):
        large = b"%x\r\n" % (MAX_REPLY + 1)
        half = b"%x\r\n%s\r\n" % (MAX_REPLY // 2 + 1, b"x" * (MAX_REPLY // 2 + 1))
        for name, reply in (
            ("cut off in a chunk", CHUNKED + b"5\r\nhel" + CLOSE),
            ("cut off in a size", CHUNKED + b"5" + CLOSE),
            ("cut off after a chunk", CHUNKED + b"2\r\nhe\r\n" + CLOSE),
            ("cut off before the last line", CHUNKED + b"2\r\nhe\r\n0\r\n" + CLOSE),
            ("no end of a chunk", CHUNKED + b"2\r\nhello\r\n0\r\n\r\n"),
            ("another end of a chunk", CHUNKED + b"2\r\nhe++0\r\n\r\n"),
            ("no size", CHUNKED + b"\r\nhe\r\n0\r\n\r\n"),
            ("a sign", CHUNKED + b"-1\r\nhe\r\n0\r\n\r\n"),
            ("no hex", CHUNKED + b"2g\r\nhe\r\n0\r\n\r\n"),
            ("4 GiB", CHUNKED + b"100000000\r\n"),
            ("too large", CHUNKED + large),
            ("too large together", CHUNKED + half * 2),
            (
                "mostly extensions",
                CHUNKED + (b"1;" + b"x" * 900 + b"\r\nx\r\n") * 5000 + b"0\r\n\r\n",
            ),
            ("a long line", CHUNKED + b"1;" + b"x" * 5000),
            ("endless fields", CHUNKED + b"0\r\n" + b"a: b\r\n" * 200),
            ("endless", OK + b"\r\n" + b"x" * (MAX_REPLY + 10000)),
            ("another coding", OK + b"Transfer-Encoding: gzip\r\n\r\n"),
            ("cut off in the body", OK + b"Content-Length: 5\r\n\r\nhel" + CLOSE),
            ("too long a length", OK + b"Content-Length: 1048577\r\n\r\n"),
        ):
            with self.assertRaises(ProtocolError, msg=name) as caught:
                ask(reply)
            cut = name.startswith("cut off")  # else it is known before the end
            self.assertEqual("ended within" in str(caught.exception), cut, name)

    def test_what_never_ends(self):
        for reply in (CHUNKED + b"5\r\nhel", CHUNKED + b"2\r\nhe\r\n0\r\n", OK + b"\r\nhello"):
            with self.assertRaises(DeadlineExceeded):
                ask(reply, timeout_s=LATE_S)

    def test_nothing_at_all_is_unreachable(self):
        with self.assertRaises(Unreachable):
            ask(*[CLOSE] * 4)


class Cookies(unittest.TestCase):
    def test_the_session_s_only(self):
        for line, sent in (
            (b"Set-Cookie: TP_SESSIONID=AB;TIMEOUT=1440", b"TP_SESSIONID=AB"),
            (b"set-cookie:SESSIONID=AB; TIMEOUT=1440", b"SESSIONID=AB"),
            (b"Set-Cookie: TIMEOUT=1440\r\nSet-Cookie: TP_SESSIONID=AB", b"TP_SESSIONID=AB"),
        ):
            reply = OK + line + b"\r\nContent-Length: 0\r\n\r\n"
            with replying(reply, reply) as (port, requests):
                link = HttpLink("127.0.0.1", port, time.monotonic() + TIMEOUT_S)
                link.post("/", b"")
                link.post("/", b"x")
                link.close()
            self.assertNotIn(b"Cookie", requests[0])
            self.assertIn(b"\r\nCookie: %s\r\n" % sent, requests[1])


if __name__ == "__main__":
    unittest.main()
