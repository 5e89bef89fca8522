"""TCP to a device's port 9999, every wait bounded by one deadline.

Rules (product.md, section 3):
1. The deadline covers look-up, connecting, every retry and every byte of every reply.
2. Here is what happens when all goes well. Whatever error a try ends with, `retry` decides
   whether there is another try, and what the user is told.
3. A connection over which more came than the reply is not used again: what a device says
   twice must never be taken for the answer to a later request.

There is no class here: to make one costs a call as much as 30 lines of code. `_socket` is what
`socket` wraps; to import that costs as much as to start Python.
"""

import _socket as socket
import sys
import time

from .wire import frame, next_message

if 0:  # for type checkers
    from .shapes import Connection, SocketAddress  # noqa: F401


def connection(host, port, deadline):
    # type: (str, int, float) -> Connection
    """A record of a connection to be: opened when first needed, kept while the device does.

    `deadline` is by time.monotonic(), in seconds. `stage` says what is being done, `pending`
    is what has been received and belongs to no reply yet.
    """
    return type(sys.implementation)(  # type: ignore[call-arg,return-value]
        host=host, port=port, deadline=deadline, socket=None, stage="", pending=bytearray()
    )


def exchange(link, request, once=False):
    # type: (Connection, bytes, bool) -> bytes
    """The device's reply to `request`, both plain JSON text.

    `once`: never send it again after it may have reached the device. Raises Unreachable,
    DeadlineExceeded, ProtocolError and LocalError.
    """
    try:
        return attempt(link, request)
    except (OSError, ValueError) as error:
        from .retry import persist

        return persist(link, request, once, error)


def attempt(link, request):
    # type: (Connection, bytes) -> bytes
    """One try of an exchange. Raises OSError; ValueError for the time, the name, the length."""
    if link.pending or not link.socket:
        # A numeric address only: a name is an error here, and looked up by `retry`. As bytes:
        # str goes through the idna codec, whose import costs as much as to start Python.
        host = link.host.encode()
        found = socket.getaddrinfo(host, link.port, 0, 1, 0, socket.AI_NUMERICHOST)[0]
        connect(link, found[0], found[4])
    link.socket.sendall(frame(request))
    link.stage = "waiting for the reply"
    reply = None
    while reply is None:
        link.socket.settimeout(link.deadline - time.monotonic())
        data = link.socket.recv(8192)
        if not data:
            raise ConnectionResetError
        link.pending += data
        reply = next_message(link.pending)
    return reply


def connect(link, family, address):
    # type: (Connection, int, SocketAddress) -> None
    link.stage = "connecting"
    link.pending.clear()
    link.socket = socket.socket(family)
    link.socket.settimeout(link.deadline - time.monotonic())
    link.socket.connect(address)
