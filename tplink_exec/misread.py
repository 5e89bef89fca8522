"""What is wrong with a reply, found out when `messages` has seen that something is."""

from .errors import PlugError, ProtocolError, Refused
from .printable import MAX_DEVICE_TEXT
from .scanner import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Any

UNSUPPORTED = (-1, -2, -2000, -2001)
"""err_code for an unknown module or method: of plugs, of bulbs (recorded; plasticrake's
tplink-smarthome-simulator, src/devices/lb.js)."""


def no_answer(reply: bytes, module: str, method: str) -> PlugError:
    """Why `reply` holds no answer of `method`; a setter's may lack just its err_code."""
    try:
        value = decoded(reply)
    except ProtocolError as error:
        return error
    if isinstance(value, dict) and value.get("error_code", 0) != 0 and module not in value:
        refusal = Refused("a SMART device: error_code %.20r" % (value["error_code"],))
        refusal.unsupported = refusal.smart = True
        return refusal
    for name in module, method, "":
        if not isinstance(value, dict):
            break
        code = value.get("err_code", 0)
        if type(code) not in (int, float) or not -1e9 < code < 1e9:
            return ProtocolError("err_code is %.20r, not a number" % (code,))
        if code:
            message = str(value.get("err_msg") or "no reason given")[:MAX_DEVICE_TEXT]
            text = "the device refuses %s %s: %s (err_code %.0f)"
            refusal = Refused(text % (module, method, message, code))
            refusal.err_code = int(code)
            refusal.unsupported = code in UNSUPPORTED or "not support" in message.lower()
            return refusal
        value = value.get(name)
    return ProtocolError("the reply does not answer %s %s: %.60r" % (module, method, reply))


def decoded(reply: bytes) -> "Any":
    """The one JSON value that `reply` is, U+FFFD for what is no UTF-8. Raises ProtocolError."""
    try:
        text = reply.decode("utf-8", "replace").strip(" \t\r\n")
        value, end = scan(text, 0)
    except Exception:  # ValueError, RecursionError, StopIteration, the scanner's SystemError
        end = -1
    if end < 0 or end != len(text):
        raise ProtocolError("the reply is not JSON: %.60r" % reply)
    return value
