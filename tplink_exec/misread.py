"""What is wrong with a reply, found out when `messages` has seen that something is."""

import json

from .errors import PlugError, ProtocolError, Refused
from .family import MAX_DEVICE_TEXT

UNSUPPORTED = (-1, -2, -2000, -2001)
"""err_code for an unknown module or method: of plugs, of bulbs (recorded; plasticrake's
tplink-smarthome-simulator, src/devices/lb.js)."""


def no_answer(reply: bytes, module: str, method: str) -> PlugError:
    """Why `reply` holds no answer of `method`; a setter's may lack just its err_code."""
    try:
        value = json.loads(reply.decode(), parse_constant=int, parse_int=float)
    except UnicodeDecodeError as error:
        return ProtocolError("the reply is not UTF-8 at byte %d: %.60r" % (error.start, reply))
    except (ValueError, RecursionError):
        return ProtocolError("the reply is not JSON: %.60r" % reply)
    if isinstance(value, dict) and value.get("error_code", 0.0) != 0.0 and module not in value:
        refusal = Refused("a SMART device: error_code %.20r" % (value["error_code"],))
        refusal.unsupported = refusal.smart = True
        return refusal
    for name in module, method, "":
        if not isinstance(value, dict):
            break
        code = value.get("err_code", 0.0)
        if not isinstance(code, float):
            return ProtocolError("err_code is %.20r, not a number" % (code,))
        if code:
            message = str(value.get("err_msg", "no reason given"))[:MAX_DEVICE_TEXT]
            text = "the device refuses %s %s: %s (err_code %.0f)"
            refusal = Refused(text % (module, method, message, code))
            refusal.err_code = int(code)
            refusal.unsupported = code in UNSUPPORTED or "not support" in message.lower()
            return refusal
        value = value.get(name)
    return ProtocolError("the reply does not answer %s %s: %.60r" % (module, method, reply))
