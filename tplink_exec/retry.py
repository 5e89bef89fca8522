"""What follows when a try of an exchange fails: another try, or what the user is told.

A host name is looked up here. A refused connection is tried once more, one that is dropped
before any byte of a reply three times more, as devices refuse and drop while they are busy. A
reply that has begun is never asked for again: what is wrong with it is the user's to know.
"""

import _socket as socket
import errno
import time

from .errors import DeadlineExceeded, LocalError, PlugError, ProtocolError, Unreachable
from .lookup import connect_by_name
from .transport import WAITING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .transport import Connection

PAUSES_S = {"refused": (0.2,), "dropped": (0.1, 0.2, 0.4), "": ()}
"""Seconds to wait before each further try, by the kind of failure."""

LOCAL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAFNOSUPPORT)


def persist(link: "Connection", request: bytes, once: bool, error: Exception) -> bytes:
    """The reply to `request` after all; `error` is how the first try ended. Raises PlugError."""
    pauses = {kind: list(seconds) for kind, seconds in PAUSES_S.items()}
    by_name = False
    while True:
        if isinstance(error, (socket.gaierror, UnicodeError)) and not by_name:
            by_name = True  # no numeric address, so a name; that is no failure yet
        else:
            failure, kind = judge(link, once, error)
            link.close()
            left = pauses[kind]
            if not left or left[0] >= link.deadline - time.monotonic():
                raise failure
            time.sleep(left.pop(0))
        try:
            if by_name:
                connect_by_name(link)
            return link.attempt(request)
        except (OSError, ValueError) as next_error:
            error = next_error


def judge(link: "Connection", once: bool, error: Exception) -> "tuple[PlugError, str]":
    """The error for the user, and the kind in PAUSES_S that says how often to try again."""
    sent = link.stage == WAITING
    begun = progress(link.pending)
    if isinstance(error, ConnectionRefusedError):
        text = "connection refused; is the address right, and does the device use this port?"
        return Unreachable(text), "refused"
    if isinstance(error, ConnectionError):
        if begun:
            return ProtocolError("the connection ended within the reply: " + begun), ""
        text = "the connection ended before a reply; is the device busy?"
        return Unreachable(text), "" if once and sent else "dropped"
    if isinstance(error, ValueError) and link.deadline > time.monotonic():
        return ProtocolError("%s; is this a TP-Link device?" % error), ""
    number = getattr(error, "errno", None)
    if number in (None, errno.EAGAIN):  # settimeout's; the kernel's own has a number
        if not sent:
            text = "no connection in time; is it powered, and in this network?"
        else:
            text = "no complete reply in time (%s); does it hang?" % (begun or "not a byte")
        return DeadlineExceeded(text), ""
    reason = getattr(error, "strerror", "") or str(error)
    if number in LOCAL:
        return LocalError("no socket to be had: " + reason), ""
    return Unreachable(reason), ""


def progress(pending: bytearray) -> str:
    """How far an unfinished reply has come, "" when not at all."""
    got = len(pending)
    if got < 4:
        return "%d of the 4 bytes of its length" % got if got else ""
    return "%d of %d bytes" % (got - 4, int.from_bytes(pending[:4], "big"))
