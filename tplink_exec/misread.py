"""What is wrong with a reply, found out when `messages` has seen that something is."""

import json

from .errors import PlugError, ProtocolError, Refused

MAX_DEVICE_TEXT = 200
"""Characters of a device's own words in an error."""


def no_answer(reply: bytes, module: str, method: str) -> PlugError:
    """Why `reply` holds no answer of `method`; a setter's may lack just its err_code."""
    try:
        value = json.loads(reply.decode(), parse_constant=int, parse_int=float)
    except UnicodeDecodeError as error:
        return ProtocolError("the reply is not UTF-8 at byte %d: %.60r" % (error.start, reply))
    except (ValueError, RecursionError):
        return ProtocolError("the reply is not JSON: %.60r" % reply)
    for name in module, method, "":
        if not isinstance(value, dict):
            break
        code = value.get("err_code", 0.0)
        if not isinstance(code, float):
            return ProtocolError("err_code is %.20r, not a number" % (code,))
        if code:
            message = str(value.get("err_msg", "no reason given"))[:MAX_DEVICE_TEXT]
            text = "the device refuses %s %s: %s (err_code %.0f)"
            return Refused(text % (module, method, message, code))
        value = value.get(name)
    return ProtocolError("the reply does not answer %s %s: %.60r" % (module, method, reply))


def other_relay_state(info: "dict[str, object]") -> int:
    """relay_state where it is nested once more, as some firmware does; else raises PlugError."""
    nested = info.get("system")
    if isinstance(nested, dict):
        if repr(nested.get("err_code", 0)) != "0":
            raise no_answer(
                json.dumps({"system": {"get_sysinfo": nested}}).encode(), "system", "get_sysinfo"
            )
        info = {**nested, **info}
    if "relay_state" not in info:
        model = str(info.get("model", "this device"))[:MAX_DEVICE_TEXT]
        raise Refused("%s has no relay_state: only plugs and switches are supported yet" % model)
    state = info["relay_state"]
    if type(state) is not int or state not in (0, 1):
        raise ProtocolError("relay_state is %.20r, not 0 or 1" % (state,))
    return state
