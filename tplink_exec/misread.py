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


def unnested(info: "dict[str, object]") -> bytes:
    """The reply that some firmware nests once more, in get_sysinfo's "system".

    Raises PlugError when that is not why `info` has no relay_state of 0 or 1.
    """
    if "relay_state" in info:
        raise ProtocolError("relay_state is %.20r, not 0 or 1" % (info["relay_state"],))
    nested = info.get("system")
    if not isinstance(nested, dict):
        model = str(info.get("model", "this device"))[:MAX_DEVICE_TEXT]
        raise Refused("%s has no relay_state: only plugs and switches are supported yet" % model)
    fields = {name: value for name, value in nested.items() if name != "system"}  # once, no more
    return json.dumps({"system": {"get_sysinfo": fields}}).encode()
