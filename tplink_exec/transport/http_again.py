"""What follows when a device over HTTP does not answer a request: another try, or the reason.

It is sent anew each time, as KLAP takes no number twice. A session that the device has forgotten is
begun anew once.
"""

import time

from ..errors import ProtocolError, Unreachable
from .retry import PAUSES_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import HttpLink


def persist(link: "HttpLink", request: bytes, once: bool, failure: "Unreachable | None") -> bytes:
    """The reply after all; `failure` is how the first try ended, None for a forgotten session.

    Raises PlugError.
    """
    pauses = [] if once else list((link.http.pauses_s or PAUSES_S)["dropped"])
    forgotten = False
    while True:
        if failure:
            left_s = link.http.deadline - time.monotonic()
            if not failure.dropped or not pauses or pauses[0] >= left_s:
                raise failure
            time.sleep(pauses.pop(0))
        else:
            forget(link, once, forgotten)
            forgotten = True
        if not link.channel():
            link.begin()
        try:
            reply, failure = link.attempt(request, once), None
        except Unreachable as error:
            failure = error
            continue
        if reply is not None:
            return reply


def forget(link: "HttpLink", once: bool, again: bool) -> None:
    """The session is gone. Raises PlugError when no other is to be begun."""
    assert link.protocol
    link.protocol.session = None
    if link.steady and not once:
        failure = Unreachable("the device has ended the session")
        failure.dropped = True
        raise failure
    if again or once:
        text = "the device has ended the session"
        raise ProtocolError(text + ("; it is not repeated" if once else ", and a new one, too"))
