"""One TCP connection to a device's port 9999, every wait bounded by one deadline.

Rules (product.md, section 3):
1. The deadline covers look-up, connecting, every retry and every byte of every reply.
2. A refused connection is tried once more, one that is dropped before any byte of a reply
   three times more: devices refuse and drop while they are busy. See PAUSES_S.
3. What a caller marks `once` is not sent again after it may have reached the device.
4. A reply that has begun is never asked for again: broken replies are the caller's to know.
5. A connection is used again only when it is silent: what a device says unasked, or says
   twice, can never be taken for the answer to a later request.

`_socket` is the C part of `socket`, whose import costs as much as starting Python.
"""

import time

from .errors import DeadlineExceeded, LocalError, PlugError, ProtocolError, Unreachable
from .wire import FrameReader, frame

try:
    import _socket as socket
except ImportError:  # PyPy, or a Python built without it
    import socket

PAUSES_S = {"refused": (0.2,), "dropped": (0.1, 0.2, 0.4)}
"""Seconds before each further try, by Unreachable.retry."""


class Connection:
    """Exchanges requests for replies with HOST:PORT until `deadline` (time.monotonic(), s).

    It connects when first needed and stays connected while the device does. `log`, if
    given, is called with ">" and each request, "<" and each reply, decrypted.
    """

    def __init__(self, host, port, deadline, log=None):  # type: (str, int, float, Log) -> None
        self.host = host
        self.port = port
        self.deadline = deadline
        self.log = log
        self.addresses = []  # type: list[tuple[int, tuple]]
        self.socket = None
        self.reader = FrameReader()
        self.doing = "looking up the name"

    def exchange(self, request: bytes, once: bool = False) -> bytes:
        """The device's reply to `request`, both plain JSON text; `once`: see rule 3.

        Raises Unreachable, DeadlineExceeded, ProtocolError and LocalError.
        """
        pauses = {kind: list(seconds) for kind, seconds in PAUSES_S.items()}
        if self.log:
            self.log(">", request)
        while True:
            try:
                self._send(request)
                reply = self._receive(once)
                break
            except Unreachable as error:
                self.close()
                left = pauses.get(error.retry)
                if not left or left[0] >= self.deadline - time.monotonic():
                    raise
                time.sleep(left.pop(0))
        if self.log:
            self.log("<", reply)
        return reply

    def close(self) -> None:
        if self.socket:
            self.socket.close()
            self.socket = None

    def _send(self, request: bytes) -> None:
        if self.socket and not self._silent():
            self.close()
        if not self.socket:
            self._connect()
        try:
            self.socket.settimeout(self._left())
            self.socket.sendall(frame(request))
        except OSError as error:
            raise self._failure(error) from None

    def _silent(self) -> bool:
        self.socket.settimeout(0)
        try:
            self.socket.recv(1)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def _connect(self) -> None:
        """Try every address of the host; each may use its share of what time is left."""
        self.addresses = self.addresses or self._addresses()
        self.doing = "connecting; is it powered, and in this network?"
        untried = len(self.addresses)
        for family, address in self.addresses:
            try:
                self.socket = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:
                raise LocalError("no socket: %s" % error.strerror) from None
            try:
                self.socket.settimeout(self._left() / untried)
                self.socket.connect(address)
                return
            except OSError as error:
                self.close()
                untried -= 1
                if not untried:
                    raise self._failure(error) from None

    def _addresses(self) -> "list[tuple[int, tuple]]":
        for family in socket.AF_INET, socket.AF_INET6:
            try:
                socket.inet_pton(family, self.host)
                return [(family, (self.host, self.port))]
            except (OSError, ValueError):
                pass
        from .lookup import addresses

        return addresses(self.host, self.port, self._left())

    def _receive(self, once: bool) -> bytes:
        self.doing = "waiting for the reply"
        self.reader = reader = FrameReader()
        while True:
            reply = reader.message()
            if reply is not None:
                if reader.pending:
                    self.close()
                return reply
            try:
                self.socket.settimeout(self._left())
                data = self.socket.recv(8192)
            except ConnectionError:
                data = b""
            except OSError as error:
                raise self._failure(error) from None
            if not data and reader.pending:
                raise ProtocolError("the connection ended within the reply: " + reader.missing())
            if not data:
                raise Unreachable(
                    "the connection ended before a reply; is the device busy?",
                    "" if once else "dropped",
                )
            reader.feed(data)

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self._late()
        return left

    def _late(self) -> DeadlineExceeded:
        doing = self.doing
        if self.reader.pending:
            doing = "the reply is incomplete, " + self.reader.missing()
        return DeadlineExceeded("no complete answer in time: " + doing)

    def _failure(self, error: OSError) -> PlugError:
        if error.errno is None:  # settimeout's own
            return self._late()
        if isinstance(error, ConnectionRefusedError):
            return Unreachable(
                "connection refused; is it the right address, and is the port open?", "refused"
            )
        if isinstance(error, ConnectionError):
            return Unreachable("connection lost before a reply; is the device busy?", "dropped")
        return Unreachable("%s" % (error.strerror or error))
