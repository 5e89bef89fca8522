"""Requests, and the least reading of a reply: err_code, the method's object, relay_state.

A request names a module and a method: {"system":{"get_sysinfo":{}}}; the reply has the same
shape. Firmware adds and drops fields freely, so only what is needed is looked at, and what
is looked at must be exactly right: a reply that cannot be understood is an error, never OFF.
What is wrong with a reply, `misread` says (cold). Numbers are compared by repr: to Python
False and 0.0 equal 0, but they are not what a device says.
"""

try:
    from _json import make_scanner
except ImportError:  # PyPy, or a Python built without it
    import json

    make_scanner = None


class Rules:
    """How numbers are read, in the names that the json module's scanner looks for."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    # int() alone takes minutes for a megabyte of digits before Python 3.8.14 and 3.9.14.
    parse_int = staticmethod(lambda digits: int(digits) if len(digits) < 100 else float(digits))
    parse_constant = int  # refuses "NaN" and "Infinity", which are not JSON


# The json module's own scanner without that module, which costs as much to import as to start
# Python; both forms take (text, start) and return (value, end).
if make_scanner:
    scan = make_scanner(Rules)
else:
    scan = json.JSONDecoder(
        parse_int=Rules.parse_int, parse_constant=Rules.parse_constant
    ).raw_decode


def parse(reply):
    # type: (bytes) -> object
    """The value of a reply's JSON text. Raises ProtocolError, whatever the bytes are."""
    try:
        text = str(reply, "utf-8").strip(" \t\r\n")
        value, end = scan(text, 0)
        if end == len(text):
            return value
    except (ValueError, StopIteration, RecursionError):
        pass
    from .misread import no_json

    raise no_json(reply)


def request(module, method, arguments="{}"):
    # type: (str, str, str) -> bytes
    """The JSON text of a request; `arguments` is JSON."""
    return ('{"%s":{"%s":%s}}' % (module, method, arguments)).encode()


def answer(reply, module, method):
    # type: (bytes, str, str) -> dict[str, Any]
    """The object that a reply holds for a method.

    Raises Refused when an err_code on the way to it is not 0, ProtocolError when the reply is
    not JSON or has another shape.
    """
    value = found = parse(reply)
    for name in module, method, "":
        if type(value) is not dict or repr(value.get("err_code", 0)) != "0":
            from .misread import no_answer

            raise no_answer(value, module, method)
        found, value = value, value.get(name)
    return found


def confirm(reply, module, method):
    # type: (bytes, str, str) -> None
    """Return when a setter's reply says err_code 0: silence is not consent."""
    if "err_code" not in answer(reply, module, method):
        from .misread import no_answer

        raise no_answer(None, module, method)


def sysinfo(reply):
    # type: (bytes) -> dict[str, Any]
    """The fields of get_sysinfo; some firmware nests them in one more "system"."""
    info = answer(reply, "system", "get_sysinfo")
    if type(info.get("system")) is dict:
        from .misread import unnested

        return unnested(info)
    return info


def relay_state(info):
    # type: (dict[str, Any]) -> int
    """1 or 0 as the device said it.

    Raises ProtocolError for anything else, Refused when there is no relay_state: a strip has
    children[], a bulb a light_state.
    """
    state = info.get("relay_state")
    if repr(state) not in ("0", "1"):
        from .misread import no_relay_state

        raise no_relay_state(info)
    return state
