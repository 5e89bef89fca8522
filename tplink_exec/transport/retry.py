"""What follows when a try of an exchange fails: another try, or what the user is told.

A host name is looked up here. A refused connection is tried on the HTTP port, and on both once more
after a probe, as ports may sleep (`wake`); one that is dropped before any byte of a reply three
times more, as devices refuse and drop while they are busy. A reply that has begun is never asked
for again: what is wrong with it is the user's to know.
"""

import _socket as socket
import errno
import time

from ..errors import DeadlineExceeded, LocalError, PlugError, ProtocolError, Unreachable
from .lookup import connect_by_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Connection, HttpLink

PAUSES_S = {"refused": (0.2,), "dropped": (0.1, 0.2, 0.4)}  # type: dict[str, tuple[float, ...]]
"""Seconds to wait before each further try, by the kind of failure."""

LOCAL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAFNOSUPPORT)


def persist(link: "Connection", request: bytes, once: bool, error: Exception) -> bytes:
    """The reply to `request` after all; `error` is how the first try ended. Raises PlugError."""
    pauses = {kind: list(seconds) for kind, seconds in (link.pauses_s or PAUSES_S).items()}
    pauses["silent"] = [0.0]
    http_port = link.http_port
    by_name = False
    closed = kind = ""
    while True:
        if isinstance(error, (socket.gaierror, UnicodeError)) and not by_name:
            by_name = True  # no numeric address, so a name; that is no failure yet
        else:
            failure, kind = judge(link, once, error)
            closed_between = kind == "dropped" and link.used
            if kind != "silent":
                link.close()
            port = link.http_port
            found = look(link, kind, once)
            if found:
                link.close()
                link.http_link = found
                found.limit(link.deadline)
                return found.exchange(request, once)
            if kind == "refused" and port:
                closed = " (and by HTTP port %d, for newer firmware)" % port
            failure.args = (str(failure).replace("refused;", "refused%s;" % closed),)
            left = [0.0] if closed_between else pauses.get(kind, [])
            from .wake import rest

            rest(link, failure, kind, left, http_port)
        try:
            if kind == "silent":
                link.http_port = 0
                return link.receive()
            if by_name:
                connect_by_name(link)
            return link.attempt(request)
        except (OSError, ValueError) as next_error:
            error = next_error


def look(link: "Connection", kind: str, once: bool) -> "HttpLink | None":
    """The device by its HTTP port, once, if it speaks there. Raises PlugError if PORT was refused.

    A PORT that is open and says nothing may be that of newer firmware, or of a device that is
    busy: HTTP then is a guess, which has half of the time.
    """
    port = link.http_port
    if not (kind and port and link.instead) or link.used or (once and link.sent):
        return None
    link.http_port = 0
    now = time.monotonic()
    left_s = link.deadline - now
    found = link.instead(link.host, port, now + left_s / (1 if kind == "refused" else 2))
    found.http.pauses_s = {"dropped": (link.pauses_s or PAUSES_S)["dropped"]}
    try:
        found.begin()
        return found
    except PlugError as error:
        from .http_errors import judge_other

        found.close()
        judge_other(error, kind, port)
        return None


def judge(link: "Connection", once: bool, error: Exception) -> "tuple[PlugError, str]":
    """The error for the user, and the kind in pauses_s that says how often to try again."""
    begun = link.progress()
    if isinstance(error, ConnectionRefusedError):
        text = "connection refused; is the address right, and does the device use this port?"
        failure = Unreachable(text)
        failure.refused = True
        return failure, "refused"
    if isinstance(error, ConnectionError):
        if begun:
            return ProtocolError("the connection ended within the reply: " + begun), ""
        text = "the connection ended before a reply; "
        again = not (once and link.sent)
        text += "is the device busy?" if again else "it may have been done, so it is not repeated"
        failure = Unreachable(text)
        failure.dropped = True
        return failure, "dropped" if again and (link.repeats or not link.sent) else ""
    if isinstance(error, ValueError) and link.deadline > time.monotonic():
        return ProtocolError("%s; is this a TP-Link device?" % error), ""
    number = getattr(error, "errno", None)
    if number in (None, errno.EAGAIN):  # settimeout's; the kernel's own has a number
        if link.http_port and link.sent and not begun and link.deadline > time.monotonic():
            return DeadlineExceeded("not a byte so far"), "silent"
        if not link.sent:
            text = "no connection in time; is it powered, and in this network?"
        else:
            text = "no complete reply in time (%s); does it hang?" % (begun or "not a byte")
        return DeadlineExceeded(text), ""
    reason = getattr(error, "strerror", "") or str(error)
    if number in LOCAL:
        return LocalError("no socket to be had: " + reason), ""
    return Unreachable(reason), ""
