"""PORT that accepts and gives no byte, while the HTTP port answers KLAP: updated firmware."""

import contextlib
import socket
import threading
import unittest

from tests.support import assert_failure, call, klap_simulated, sets


@contextlib.contextmanager
def accepting(close):
    """A port that accepts, and then closes or says nothing; yields it and the connections."""
    found = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)

        def serve():
            try:
                while True:
                    found.append(listener.accept()[0])
                    if close:
                        found[-1].close()
            except OSError:
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield str(listener.getsockname()[1]), found
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for link in found:
                link.close()


class SilentPort(unittest.TestCase):
    def test_klap_is_tried_within_the_deadline(self):
        for close in (True, False):
            with accepting(close) as (port, _), klap_simulated("HS110") as plug:
                more = "--http-port", str(plug.http_port), "--timeout", "1"
                for name, printed in (("check", b"OFF\n"), ("on", b""), ("toggle", b"")):
                    result = call("127.0.0.1", port, name, *more)
                    self.assertEqual(result[:3], (0, printed, b""), (close, name))
                self.assertEqual(plug.device.relay_state, 0)

    def test_where_there_is_no_klap_the_port_is_waited_for(self):
        with accepting(False) as (port, found):
            result = call("127.0.0.1", port, "check", "--timeout", "0.4", "--http-port", "1")
            assert_failure(self, result, 4)
            self.assertIn(b"not a byte", result.err)
            self.assertEqual(len(found), 1)
            self.assertGreater(result.seconds, 0.39)

    def test_xor_alone_asks_nobody_else(self):
        for close, code in ((True, 3), (False, 4)):
            with accepting(close) as (port, _), klap_simulated() as plug:
                more = "--http-port", str(plug.http_port), "--transport", "xor", "--timeout", "2"
                assert_failure(self, call("127.0.0.1", port, "check", *more), code)
                self.assertEqual(plug.connections, 0)

    def test_what_is_never_sent_twice_is_not_sent_there_either(self):
        with accepting(False) as (port, _), klap_simulated() as plug:
            more = "--http-port", str(plug.http_port), "--timeout", "0.4"
            assert_failure(self, call("127.0.0.1", port, "reboot", *more), 4)
            self.assertEqual((sets(plug), plug.device.reboots), ([], 0))


if __name__ == "__main__":
    unittest.main()
