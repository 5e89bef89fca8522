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

QUOTES = "; a shell takes the quotes out of JSON unless it is in single quotes: '{...}'"


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


def check_json(data: bytes, what: str) -> None:
    """Raise ProtocolError, with the place, unless `data` begins with a JSON object or array."""
    import json  # slow

    try:
        text = data.decode()
        blanks = len(text) - len(text.lstrip(" \t\r\n"))
        if text[blanks : blanks + 1] not in ("{", "["):
            raise json.JSONDecodeError("no object", text, blanks)
        # No int() of long numbers: Python refuses it, or takes minutes.
        json.JSONDecoder(parse_int=float).raw_decode(text, blanks)
    except UnicodeDecodeError as error:
        raise ProtocolError(
            "%s is not UTF-8 at byte %d: %.40r" % (what, error.start, data)
        ) from None
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode())
        more = QUOTES if text[blanks : blanks + 1] == "{" and '"' not in text else ""
        raise ProtocolError("%s is not JSON at byte %d: %.40r%s" % (what, at, data, more)) from None
    except RecursionError:
        raise ProtocolError("%s is nested too deeply" % what) from None
