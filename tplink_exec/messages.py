"""Requests, and the least reading of a reply: err_code, the method's object, relay_state.

A request names a module and a method: {"system":{"get_sysinfo":{}}}; the reply has the same
shape. Firmware adds and drops fields freely, so only what is needed is looked at, and what
is looked at must be exactly right: a reply that cannot be understood is an error, never OFF.
"""

from .errors import ProtocolError, Refused


def _parse_int(digits: str) -> "int | float":
    # int() of a megabyte of digits takes minutes before Python 3.8.14 and 3.9.14.
    return int(digits) if len(digits) < 100 else float(digits)


def _parse_constant(name: str) -> None:
    raise ValueError(name + " is not JSON")  # NaN and Infinity, which Python would take


try:
    # The json module's own scanner without that module, which costs as much to import as
    # starting Python does. It is called as JSONDecoder.raw_decode is.
    from _json import make_scanner

    class _Rules:
        strict = True
        object_hook = None
        object_pairs_hook = None
        parse_float = float
        parse_int = staticmethod(_parse_int)
        parse_constant = staticmethod(_parse_constant)

    _scan = make_scanner(_Rules)
except ImportError:  # PyPy, or a Python built without it
    import json

    _scan = json.JSONDecoder(parse_int=_parse_int, parse_constant=_parse_constant).raw_decode


def parse(reply: bytes) -> object:
    """The value of a reply's JSON text. Raises ProtocolError, whatever the bytes are."""
    try:
        text = str(reply, "utf-8").strip(" \t\r\n")
        value, end = _scan(text, 0)
    except UnicodeDecodeError as error:
        raise ProtocolError("the reply is not UTF-8 at byte %d" % error.start) from None
    except (ValueError, StopIteration, RecursionError):
        raise ProtocolError("the reply is not JSON: %.60r" % reply) from None
    if end != len(text):
        raise ProtocolError("the reply goes on after its JSON: %.60r" % text[end:])
    return value


def request(module: str, method: str, arguments: str = "{}") -> bytes:
    """The JSON text of a request; `arguments` is JSON."""
    return ('{"%s":{"%s":%s}}' % (module, method, arguments)).encode()


def answer(reply: bytes, module: str, method: str) -> "dict[str, object]":
    """The object that a reply holds for a method.

    Raises Refused when there is an err_code other than 0 on the way to it, ProtocolError
    when the reply is not JSON or has another shape.
    """
    value = parse(reply)
    for name in module, method, "":
        if type(value) is not dict:
            raise ProtocolError("the reply has another shape than %s %s" % (module, method))
        _check_err_code(value, module, method)
        if name:
            value = value.get(name)
    return value  # type: ignore[return-value]


def _check_err_code(value: "dict[str, object]", module: str, method: str) -> None:
    code = value.get("err_code", 0)
    if type(code) is not int:
        raise ProtocolError("err_code is %.20r, not a number" % (code,))
    if code:
        message = str(value.get("err_msg", "no message"))[:200]
        raise Refused("the device refuses %s %s: %s (err_code %d)" % (module, method, message, code))


def sysinfo(reply: bytes) -> "dict[str, object]":
    """The fields of get_sysinfo; some firmware nests them in one more "system"."""
    info = answer(reply, "system", "get_sysinfo")
    nested = info.get("system")
    if type(nested) is dict:
        _check_err_code(nested, "system", "get_sysinfo")
        info = {**nested, **info}
    return info


def relay_state(info: "dict[str, object]") -> int:
    """1 or 0 as the device said it. Raises ProtocolError for anything else.

    Raises Refused for a device without a relay (a strip's are in children[], a bulb has a
    light_state).
    """
    if "relay_state" not in info:
        raise Refused(
            "%.40s has no relay_state: only plugs, switches and dimmers are supported yet"
            % info.get("model", "this device")
        )
    state = info["relay_state"]
    if type(state) is not int or not 0 <= state <= 1:
        raise ProtocolError("relay_state is %.20r, not 0 or 1" % (state,))
    return state


def confirm(reply: bytes, module: str, method: str) -> None:
    """Return when a setter's reply says err_code 0; silence is not consent."""
    if "err_code" not in answer(reply, module, method):
        raise ProtocolError("the reply does not confirm %s %s" % (module, method))
