"""What is wrong with a reply, found out when `messages` has seen that something is."""

from .errors import PlugError, ProtocolError, Refused

MAX_DEVICE_TEXT = 200
"""Characters of a device's own words in an error (product.md, section 2)."""


def no_json(reply: bytes) -> ProtocolError:
    try:
        reply.decode()
    except UnicodeDecodeError as error:
        return ProtocolError("the reply is not UTF-8 at byte %d: %.60r" % (error.start, reply))
    return ProtocolError("the reply is not JSON: %.60r" % reply)


def no_answer(value: object, module: str, method: str) -> PlugError:
    """`value` is where the way to the method's object ended."""
    if not isinstance(value, dict):
        return ProtocolError("the reply does not answer %s %s" % (module, method))
    code = value.get("err_code")
    if type(code) is not int:
        return ProtocolError("err_code is %.20r, not a number" % (code,))
    message = str(value.get("err_msg", "no reason given"))[:MAX_DEVICE_TEXT]
    return Refused("the device refuses %s %s: %s (err_code %d)" % (module, method, message, code))


def no_relay_state(info: "dict[str, object]") -> PlugError:
    if "relay_state" in info:
        return ProtocolError("relay_state is %.20r, not 0 or 1" % (info["relay_state"],))
    model = str(info.get("model", "this device"))[:MAX_DEVICE_TEXT]
    return Refused("%s has no relay_state: only plugs and switches are supported yet" % model)


def unnested(info: "dict[str, object]") -> "dict[str, object]":
    """The fields of a get_sysinfo answer and of the "system" inside it, as one."""
    nested = info["system"]
    assert isinstance(nested, dict)
    if repr(nested.get("err_code", 0)) != "0":
        raise no_answer(nested, "system", "get_sysinfo")
    return {**nested, **info}
