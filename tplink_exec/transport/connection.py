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
    from ..shapes import Any, SocketAddress

CONNECTING = "connecting"
WAITING = "waiting for the reply"


class Connection:
    """A connection to HOST:PORT: opened when first needed, kept while the device does.

    `deadline` is by time.monotonic(), in seconds. `early` is what plain.run has left: its
    error, before that its socket, before that what it had received to the first request.
    `stage` says what is being done; `pending` is what has arrived and belongs to no reply yet.
    `http_port`: where KLAP is tried when PORT is closed (0: nowhere); `klap` is that, once found.
    """

    pauses_s = {"refused": (0.2,), "dropped": (0.1, 0.2, 0.4)}  # type: dict[str, tuple[float, ...]]
    """Seconds to wait before each further try, by the kind of failure; see retry."""

    repeats = True
    """Whether a request whose reply is dropped is repeated here, in the same bytes."""

    def __init__(
        self, host: str, port: int, deadline: float, early: "list[Any]", http_port: int = 0
    ) -> None:
        self.host = host
        self.port = port
        self.deadline = deadline
        self.http_port = http_port
        self.klap = None  # type: Any
        sent = len(early) > 2
        failed = len(early) > 1 and isinstance(early[-1], OSError)
        self.early = early[-1] if sent or failed else None
        self.socket = early[0] if sent else None  # type: Any
        self.pending = early[1] if sent else bytearray()
        self.stage = WAITING if sent else CONNECTING
        self.used = False
        """Whether a reply has come by this connection: then the device may close it at will."""

    def exchange(self, request: bytes, once: bool = False) -> bytes:
        """The device's reply to `request`, both plain JSON text.

        `once`: never send it again after it may have reached the device. Raises Unreachable,
        DeadlineExceeded, ProtocolError and LocalError.
        """
        if self.klap:
            return self.klap.exchange(request, once)  # type: ignore[no-any-return]
        early, self.early = self.early, None
        try:
            if isinstance(early, OSError):
                raise early
            if early and self.stage == WAITING:
                return self.receive()
            if once:
                self.close()  # a new connection is none that the device is just closing
            return self.attempt(request)
        except (OSError, ValueError) as error:
            from .retry import persist

            return persist(self, request, once, error)

    def attempt(self, request: bytes) -> bytes:
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
        self.stage = WAITING
        return self.receive()

    def receive(self) -> bytes:
        reply = self.take()
        while reply is None:
            self.socket.settimeout(self.deadline - time.monotonic())
            data = self.socket.recv(8192)
            if not data:
                raise ConnectionResetError
            self.pending += data
            reply = self.take()
        self.used = True
        return reply

    def frame(self, request: bytes) -> bytes:
        """`request` as it is sent."""
        return frame(request)

    def take(self) -> "bytes | None":
        """The reply, once `pending` has it whole. Raises ValueError as soon as it is none."""
        return next_message(self.pending)

    def progress(self) -> str:
        """How far an unfinished reply has come, "" when not at all."""
        got = len(self.pending)
        if got < 4:
            return "%d of the 4 bytes of its length" % got if got else ""
        return "%d of %d bytes" % (got - 4, int.from_bytes(self.pending[:4], "big"))

    def connect(self, family: int, address: "SocketAddress") -> None:
        self.close()
        self.stage = CONNECTING
        self.pending.clear()
        self.used = False
        self.socket = socket.socket(family)
        self.socket.settimeout(self.deadline - time.monotonic())
        self.socket.connect(address)

    def close(self) -> None:
        if self.socket:
            self.socket.close()
            self.socket = None
