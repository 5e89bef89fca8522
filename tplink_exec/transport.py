"""One TCP connection to a device's port 9999, every wait bounded by one deadline.

Rules (product.md, section 3):
1. The deadline covers look-up, connecting, every retry and every byte of every reply.
2. Here is what happens when all goes well; whatever OSError a try ends with, `retry` decides
   whether there is another one, and what the user is told.
3. A connection is used again only while it is silent: what a device says unasked, or says
   twice, must never be taken for the answer to a later request.

`_socket` is the C part of `socket`, whose import costs as much as starting Python.
"""

import time

from .wire import FrameReader, frame

try:
    import _socket as socket
except ImportError:  # PyPy, or a Python built without it
    import socket


class Connection:
    """Exchanges requests for replies with HOST:PORT until `deadline` (time.monotonic(), s).

    It connects when first needed and stays connected while the device does.
    """

    def __init__(self, host, port, deadline):
        # type: (str, int, float) -> None
        self.host = host
        self.port = port
        self.deadline = deadline
        self.socket = None
        self.stage = "looking up the name"

    def exchange(self, request, once=False):
        # type: (bytes, bool) -> bytes
        """The device's reply to `request`, both plain JSON text.

        `once`: never send it again after it may have reached the device. Raises Unreachable,
        DeadlineExceeded, ProtocolError and LocalError.
        """
        try:
            return self.attempt(request)
        except OSError as error:
            from .retry import persist

            return persist(self, request, once, error)

    def attempt(self, request):
        # type: (bytes) -> bytes
        """One try of an exchange. Raises OSError and ProtocolError."""
        if not self.socket or not self.silent():
            self.connect()
        self.reader = FrameReader()
        self.limit().sendall(frame(request))
        self.stage = "waiting for the reply"
        reply = None
        while reply is None:
            data = self.limit().recv(8192)
            if not data:
                raise ConnectionResetError("closed")
            reply = self.reader.feed(data)
        return reply

    def connect(self):
        # type: () -> None
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            socket.inet_pton(family, self.host)
        except (OSError, ValueError):
            from .lookup import connect

            return connect(self)
        self.open(family, (self.host, self.port))

    def open(self, family, address):
        # type: (int, tuple) -> None
        self.stage = "connecting"
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.limit().connect(address)

    def limit(self):
        # type: () -> socket.socket
        """The socket, whose next operation may take what time is left."""
        self.socket.settimeout(max(self.deadline - time.monotonic(), 1e-6))
        return self.socket

    def silent(self):
        # type: () -> bool
        """Whether nothing has come on an idle connection: no data, no end, no reset."""
        self.socket.settimeout(0)
        try:
            self.socket.recv(1)
        except OSError as error:
            return isinstance(error, BlockingIOError) and not self.reader.pending
        return False
