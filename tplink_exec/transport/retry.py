"""What follows when a try of an exchange fails: another try, or what the user is told.

A host name is looked up here. A refused connection is tried on the HTTP port, and on both once more
after a probe, as ports may sleep (`wake`); one that is dropped before any byte of a reply three
times more, as devices refuse and drop while they are busy. A reply that has begun is never asked
for again: what is wrong with it is the user's to know.
"""

import _socket as socket
import time

from ..errors import PlugError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Connection

PAUSES_S = {"refused": (0.2,), "dropped": (0.1, 0.2, 0.4)}  # type: dict[str, tuple[float, ...]]
"""Seconds to wait before each further try, by the kind of failure."""


def persist(link: "Connection", request: bytes, once: bool, error: Exception) -> bytes:
    """The reply to `request` after all; `error` is how the first try ended. Raises PlugError."""
    pauses = {kind: list(seconds) for kind, seconds in (link.pauses_s or PAUSES_S).items()}
    pauses["silent"] = [0.0]
    http_port = link.http_port
    by_name = False
    kind = ""
    refusal = None  # type: PlugError | None
    while True:
        if isinstance(error, (socket.gaierror, UnicodeError)) and not by_name:
            by_name = True  # no numeric address, so a name; that is no failure yet
        else:
            failure, kind = None, "refused"
            if not isinstance(error, ConnectionRefusedError):
                from .failures import judge

                failure, kind = judge(link, once, error, refusal)
            closed_between = kind == "dropped" and link.used
            if kind != "silent":
                link.close()
            if look(link, kind, once):
                return link.exchange(request, once)
            if not failure:
                from .failures import refused

                failure = refusal = refused(http_port)
            left = [0.0] if closed_between else pauses.get(kind, [])
            from .wake import rest

            rest(link, failure, kind, left, http_port)
        try:
            if kind == "silent":
                link.http_port = 0
                return link.receive()
            if by_name:
                from .lookup import connect_by_name

                connect_by_name(link)
            return link.attempt(request)
        except (OSError, ValueError) as next_error:
            error = next_error


def look(link: "Connection", kind: str, once: bool) -> bool:
    """Try the HTTP port, once; whether it is spoken there. Raises PlugError if PORT was refused.

    A PORT that is open and says nothing may be that of newer firmware, or of a device that is
    busy: HTTP then is a guess, which has half of the time.
    """
    port = link.http_port
    if not (kind and port and link.instead) or link.used or (once and link.sent):
        return False
    link.http_port = 0
    now = time.monotonic()
    left_s = link.deadline - now
    found = link.instead(link.host, port, now + left_s / (1 if kind == "refused" else 2))
    found.http.pauses_s = {"dropped": (link.pauses_s or PAUSES_S)["dropped"]}
    try:
        found.begin()
    except PlugError as error:
        from .http_errors import judge_other

        found.close()
        judge_other(error, kind, port)
        return False
    link.close()
    link.http_link = found
    found.limit(link.deadline)
    return True
