"""The least reading of a reply: err_code, the method's object, the state.

A request names a module and a method: {"system":{"get_sysinfo":{}}}; the reply has the same
shape. Firmware adds and drops fields freely, so only what is needed is looked at, and what
is looked at must be exactly right: a reply that cannot be understood is an error, never OFF.
What is wrong with a reply, `misread` says (cold). Numbers are compared by repr: to Python
False and 0.0 equal 0, but they are not what a device says.
"""

from .scanner import scan

if 0:  # for type checkers
    from .shapes import Any  # noqa: F401

GET_SYSINFO = b'{"system":{"get_sysinfo":{}}}'
SET_RELAY_STATE = b'{"system":{"set_relay_state":{"state":%d}}}'


def answer(reply, module, method, silence=0):
    # type: (bytes, str, str, int | None) -> dict[str, Any]
    """The object that a reply holds for a method.

    Raises Refused when an err_code on the way to it is not 0, ProtocolError when the reply is
    not JSON or has another shape. A setter's caller gives `silence` None: then the object must
    have its err_code, as only that confirms anything.
    """
    try:
        text = str(reply, "utf-8", "replace").strip(" \t\r\n")  # names are for people
        value, end = scan(text, 0)
        found = value[module][method]
        outer, inner = value.get("err_code", 0), value[module].get("err_code", 0)
        if repr((outer, inner, found.get("err_code", silence), end)) == "(0, 0, 0, %d)" % len(text):
            return found  # type: ignore[no-any-return]
    except Exception:  # whatever the bytes are, no_answer finds the words for it
        pass
    from .misread import no_answer

    raise no_answer(reply, module, method)


def state(reply):
    # type: (bytes) -> int
    """1 or 0 as the device's get_sysinfo reply says it.

    Raises ProtocolError for anything else, Refused when it says nothing of that kind. A plug's
    relay_state is read here, what other families say by `sysinfo` (cold).
    """
    info = answer(reply, "system", "get_sysinfo")
    found = info.get("relay_state")
    if repr(found) in ("0", "1"):
        return int(found)  # type: ignore[arg-type]
    from . import sysinfo

    return sysinfo.state(sysinfo.unnested(info))
