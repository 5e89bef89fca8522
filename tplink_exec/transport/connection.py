"""TCP to a device's port 9999, every wait bounded by one deadline.

Rules:
1. The deadline covers look-up, connecting, every retry and every byte of every reply.
2. Here is what happens when all goes well. Whatever error a try ends with, `retry` decides
   whether there is another try, and what the user is told.
3. A connection over which more has come than the reply is not used again: what a device says
   twice is not to be taken for the answer to a later request.

`_socket` is what `socket` wraps; to import that costs as much as to start Python.
"""

import _socket as socket
import time

from .wire import frame, next_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Early, Instead, SocketAddress  # noqa: F401 (type comments)


class Connection:
    """A connection to HOST:PORT: opened when first needed, kept while the device does.

    `deadline` is by time.monotonic(), in seconds. `early` is what plain.exchange has left: its
    socket, what it had received to the last request, and how that ended. `sent`: the request is,
    so a reply is waited for; `pending` is what has arrived and belongs to no reply yet. When PORT
    is closed or says nothing, `instead` looks on `http_port` (0: no); `http_link` is what it found.
    """

    pauses_s = None  # type: dict[str, tuple[float, ...]] | None
    """Other than retry.PAUSES_S."""

    repeats = True
    """Whether a request whose reply is dropped is repeated here, in the same bytes."""

    address = ""
    """The numeric one of a host name, once it has been looked up."""

    steady = False
    """Whether what is sent goes over the connection that there is, and over no other."""

    def __init__(self, host, port, deadline, http_port=0, instead=None, early=None):
        # type: (str, int, float, int, Instead | None, Early | None) -> None
        self.host = host
        self.port = port
        self.deadline = deadline
        self.http_port = http_port
        self.instead = instead
        self.http_link = None  # type: Any
        self.early = early.error if early and early.socket else None
        self.sent = False
        self.socket = None  # type: Any
        self.pending = bytearray()
        if early and early.received is not None:
            self.sent, self.socket, self.pending = True, early.socket, early.received
        self.used = bool(early and early.used)
        """Whether a reply has come by this connection: then the device may close it at will."""

    def exchange(self, request, once=False):
        # type: (bytes, bool) -> bytes
        """The device's reply to `request`, both JSON text.

        `once`: never send it again after it may have reached the device. Raises Unreachable,
        DeadlineExceeded, ProtocolError and LocalError.
        """
        if self.http_link:
            self.http_link.steady = self.steady
            return self.http_link.exchange(request, once)  # type: ignore[no-any-return]
        early, self.early = self.early, None
        try:
            if isinstance(early, OSError):
                raise early
            if early and self.sent:
                return self.receive()
            if once and not self.steady:
                self.close()  # a new connection is none that the device is just closing
            return self.attempt(request)
        except (OSError, ValueError) as error:
            from .retry import persist

            return persist(self, request, once, error)

    def attempt(self, request):
        # type: (bytes) -> bytes
        """One try of an exchange. Raises OSError; ValueError for time, name or length."""
        if self.pending or not self.socket:
            # A numeric address only: a name is an error here, and looked up by `retry`. As
            # bytes: str goes through the idna codec, whose import costs as much as Python's
            # start.
            host = self.host.encode()
            found = socket.getaddrinfo(host, self.port, 0, 1, 0, socket.AI_NUMERICHOST)[0]
            self.connect(found[0], found[4])
        self.socket.settimeout(self.deadline - time.monotonic())
        self.socket.sendall(self.frame(request))
        self.sent = True
        return self.receive()

    def receive(self):
        # type: () -> bytes
        """The next reply. With `http_port` half of the time is waited for its first byte."""
        reply = self.take()
        while reply is None:
            silent = self.http_port and not (self.pending or self.used)
            self.socket.settimeout((self.deadline - time.monotonic()) / (2 if silent else 1))
            data = self.socket.recv(8192)
            if not data:
                raise ConnectionResetError
            self.pending += data
            reply = self.take()
        self.used = True
        return reply

    def frame(self, request):
        # type: (bytes) -> bytes
        """`request` as it is sent."""
        return frame(request)

    def take(self):
        # type: () -> bytes | None
        """The reply, once `pending` has it whole. Raises ValueError as soon as it is none."""
        return next_message(self.pending)

    def progress(self):
        # type: () -> str
        """How far an unfinished reply has come, "" when not at all."""
        got = len(self.pending)
        if got < 4:
            return "%d of the 4 bytes of its length" % got if got else ""
        return "%d of %d bytes" % (got - 4, int.from_bytes(self.pending[:4], "big"))

    def connect(self, family, address):
        # type: (int, SocketAddress) -> None
        self.close()
        self.sent = False
        self.pending.clear()
        self.used = False
        self.socket = socket.socket(family)
        self.socket.settimeout(self.deadline - time.monotonic())
        self.socket.connect(address)

    def channel(self):
        # type: () -> object
        """What is at the other end of it stays the same: the connection, or a session over HTTP."""
        return self.http_link.channel() if self.http_link else self.socket

    def limit(self, deadline):
        # type: (float) -> None
        """Set the deadline anew, for the next exchange."""
        self.deadline = deadline
        if self.http_link:
            self.http_link.limit(deadline)

    def close(self):
        # type: () -> None
        if self.http_link:
            self.http_link.close()
        if self.socket:
            self.socket.close()
            self.socket = None
