"""What a device means that answers a TPAP request with an error_code in clear."""

from ..errors import PlugError, ProtocolError, Refused, WrongCredentials
from ..misread import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields

LOCKED = (-2101, -40404, -40408)
BUSY = (-40413, 9999, 1002)
"""After which other clients simply try again."""
DETAILS = {
    "remainAttempts": "%d more tries before it locks itself",
    "lockedMinute": "locked for %d minutes",
    "sec_left": "%d s left",
}


class Denied(WrongCredentials):
    """The device has counted a wrong login."""


def refusal(code: "Any", value: "Fields", step: str) -> PlugError:
    """For the user; Denied at pake_share, unless it is for another reason."""
    if type(code) is not int:
        return ProtocolError("error_code is %.40r" % (code,))
    told = {}  # type: Fields
    for name in ("result", "error_info"):
        if isinstance(value.get(name), dict):
            told.update(value[name])
    words = ["error_code %d" % code]
    for name, text in DETAILS.items():
        if type(told.get(name)) is int and told[name]:
            words.append(text % told[name])
    reason = ", ".join(words)
    if code in LOCKED:
        text = "the device is locked after too many wrong logins, and takes none for a while (%s)"
        return WrongCredentials(text % reason)
    if step == "pake_share" and code not in BUSY:
        return Denied(reason)
    error = Refused("the device refuses %s (%s)" % (step, reason))
    error.err_code = code
    return error


def ended(reply: bytes) -> bool:
    """Whether that is what a device says to a request of a session that it no longer knows.

    Any error in clear: which one, depends on the device. Raises WrongCredentials when it is locked.
    """
    try:
        value = decoded(reply)
    except ProtocolError:
        return False
    code = value.get("error_code") if isinstance(value, dict) else None
    if code in LOCKED:
        raise refusal(code, value, "a request")
    return type(code) is int and code != 0
