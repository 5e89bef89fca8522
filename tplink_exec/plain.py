"""A plain call in one piece: HOST PORT on, off or check, as long as all goes well.

To compile code is most of what a call costs, so this is all that such a call compiles, with
`cipher` and `messages`: one straight way, for a dotted IPv4 address and the default deadline.
Whatever it meets beyond that, in the words, on the way or in the reply, it leaves to `cli`, with
what it has sent and received so far: nothing is sent twice, and nothing is decided here but
success, by the same functions of `messages` that all commands use. Those send their requests by
`exchange`, too, while all goes well: see `transport.handover`.

No class here or in the modules it imports, few functions, types in comments, and `_socket` and
such for `socket` and such, whose import costs as much as to start Python.
"""

import _socket as socket
import posix
import select
import sys
import time

from .cipher import decrypt, encrypt
from .messages import GET_SYSINFO, SET_RELAY_STATE, answer, state

if 0:  # for type checkers
    from .shapes import Any  # noqa: F401

TIMEOUT_S = 5.0
GRACE_S = 0.1
"""For an answer that came just in time and a standard output that nobody reads."""
MAX_FRAME = 8192
"""Bytes. A plug's replies have hundreds; for more, `transport` knows the limits."""


def run(started=0.0):
    # type: (float) -> None
    """The process; it does not return. `started` is time.monotonic() at its first instruction.

    Leaves by _exit: that spares the interpreter's tidying up, a sixth of a call's cost, and
    does not wait for a name look-up that hangs.
    """
    started = started or time.monotonic()
    early = type(sys.implementation)(  # type: ignore[call-arg]
        socket=None, received=None, error=None, used=False, exchange=exchange
    )  # type: Any
    try:
        # Whichever of 0, 1, 2 is closed becomes /dev/null, opened for reading: no socket gets
        # its number, and to write to it still fails, as it should.
        while posix.open("/dev/null", 0) < 2:
            pass
        output = call(sys.argv[1:], started + TIMEOUT_S, early)
    except Exception as error:
        from .cli.main import main

        early.error = error
        posix._exit(main(sys.argv[1:], started, TIMEOUT_S, early))
    posix._exit(deliver(output, started + TIMEOUT_S) if output else 0)


def call(argv, deadline, early):
    # type: (list[str], float, Any) -> bytes
    """The output of a plain call. Raises any exception when it is none, or not all is well."""
    host, port, name = argv
    name = name.lower()
    if name not in ("check", "on", "off") or len(port) > 5:
        raise ValueError
    if not port.isascii() or not port.isdigit() or int(port) == 80:  # 80 is HTTP's
        raise ValueError
    request = GET_SYSINFO if name == "check" else SET_RELAY_STATE % (name == "on")
    reply = exchange(early, host, int(port), request, deadline)
    if name == "check":
        return b"ON\n" if state(reply) else b"OFF\n"
    answer(reply, "system", "set_relay_state", None)
    return b""


def exchange(early, host, port, request, deadline):
    # type: (Any, str, int, bytes, float) -> bytes
    """The reply to `request` at an IPv4 address. Raises any exception when not all is well.

    `early`, a record, gets the socket once there is one, and `received`, the bytes of the reply so
    far, once the request is sent; who catches the exception adds `error`.
    """
    link = early.socket
    if not link:
        socket.inet_pton(socket.AF_INET, host)
        link = early.socket = socket.socket()
        link.settimeout(deadline - time.monotonic())
        link.connect((host, port))
    link.sendall(len(request).to_bytes(4, "big") + encrypt(request))
    pending = early.received = bytearray()
    size = 0
    while len(pending) < 4 + size <= MAX_FRAME:
        # Half of the time for the first byte: `retry` knows where else to ask.
        link.settimeout((deadline - time.monotonic()) / (1 if pending else 2))
        data = link.recv(MAX_FRAME)
        if not data:
            raise ConnectionResetError
        pending += data
        size = int.from_bytes(pending[:4], "big")
    if len(pending) != 4 + size:
        raise ValueError
    return decrypt(pending[4:])


def deliver(output, deadline):
    # type: (bytes, float) -> int
    """Write to standard output, soon after `deadline` at the latest; returns the exit code."""
    try:
        room = select.poll()  # a pipe that is full, and that nobody reads, blocks for ever
        room.register(1, select.POLLOUT)
        while output:
            if not room.poll((max(deadline - time.monotonic(), 0) + GRACE_S) * 1000):
                raise OSError(0, "nobody reads it")
            output = output[posix.write(1, output) :]
        return 0
    except OSError as error:
        from .cli.main import fail

        return fail(error, sys.argv[1:])
