"""What a failed try of an exchange means: the words for the user, and whether to try again."""

import errno
import time

from ..errors import DeadlineExceeded, LocalError, PlugError, ProtocolError, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Connection

LOCAL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAFNOSUPPORT)


def refused(http_port: int) -> Unreachable:
    """PORT is closed, and so is `http_port`, unless that is 0."""
    closed = " (and by HTTP port %d, for newer firmware)" % http_port if http_port else ""
    text = "connection refused%s; is the address right, and does the device use this port?"
    failure = Unreachable(text % closed)
    failure.refused = True
    return failure


def judge(
    link: "Connection", once: bool, error: Exception, before: "PlugError | None" = None
) -> "tuple[PlugError, str]":
    """The error for the user, and the kind in pauses_s that says how often to try again.

    `before` is that of a try that was refused.
    """
    begun = link.progress()
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
        text = "no complete reply in time (%s); does it hang?" % (begun or "not a byte")
        if not link.sent:
            if before:  # Windows takes 2 s to report a refusal, so there was no time for another
                return before, ""
            text = "no connection in time; is it powered, and in this network?"
        return DeadlineExceeded(text), ""
    reason = getattr(error, "strerror", "") or str(error)
    if number in LOCAL:
        return LocalError("no socket to be had: " + reason), ""
    return Unreachable(reason), ""
