"""What a device is, and whether it is on, by its own get_sysinfo; pure reading, no requests.

Unknown fields come and go with firmware, so a family is known by the one field that its state is
in: light_state (bulbs, light strips), children (strips, double outlets), relay_state (plugs,
wall switches; with brightness beside it, dimmers).
"""

from .errors import PlugError, ProtocolError, Refused
from .printable import MAX_DEVICE_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Fields


def unnested(info: "Fields") -> "Fields":
    """`info` without the "system" in which some firmware nests get_sysinfo once more."""
    nested = info.get("system")
    if not isinstance(nested, dict) or kind(info):
        return info
    code = nested.get("err_code", 0)
    if repr(code) != "0":
        words = "the device refuses system get_sysinfo: %s (err_code %.20r)"
        raise Refused(words % (text(nested, "err_msg"), code))
    return nested


def kind(info: "Fields") -> str:
    """bulb, strip, dimmer, plug; "" for none of them."""
    if isinstance(info.get("light_state"), dict):
        return "bulb"
    if info.get("children"):
        return "strip"
    if "relay_state" in info:
        return "dimmer" if "brightness" in info else "plug"
    return ""


def state(info: "Fields") -> int:
    """1 or 0; a strip is on when any outlet is. Raises ProtocolError, Refused when it has none."""
    found = kind(info)
    if "relay_state" in info:  # first, as in messages.state
        return bit(info, "relay_state")
    if found == "bulb":
        return bit(info["light_state"], "on_off")
    if found == "strip":
        return max([bit(child, "state") for child in children(info)])
    raise unknown(info)


def children(info: "Fields") -> "list[Fields]":
    """A strip's outlets, in its order. Raises ProtocolError."""
    found = info["children"]
    if isinstance(found, list) and all(isinstance(child, dict) for child in found):
        return found
    raise ProtocolError("children is no list of objects: %.60r" % (found,))


def bit(fields: "Fields", name: str) -> int:
    """A field that must be the number 0 or 1: not true, not "1". Raises ProtocolError, Refused."""
    value = fields.get(name)
    if repr(fields.get("err_code", 0)) != "0":
        words = "an error stands beside %s: %s (err_code %.20r)"
        raise Refused(words % (name, text(fields, "err_msg"), fields["err_code"]))
    if repr(value) in ("0", "1"):
        return int(value)  # type: ignore[arg-type]
    raise ProtocolError("%s is %.20r, not 0 or 1" % (name, value))


def number(fields: "Fields", name: str, low: float, high: float) -> float:
    """A field that must be a number from `low` to `high`. Raises ProtocolError, Refused."""
    if name not in fields:
        raise Refused("the device says nothing of its %s" % name)
    value = fields[name]
    if type(value) in (int, float) and low <= value <= high:
        return value  # type: ignore[no-any-return]
    raise ProtocolError("%s is %.20r, not a number from %g to %g" % (name, value, low, high))


def rounded(value: float) -> int:
    """Half up, as openHAB does it, and not to the even number."""
    return int(value + 0.5)


def text(info: "Fields", name: str) -> str:
    """A field's words, for people: cut, "?" when missing."""
    return str(info.get(name) or "?")[:MAX_DEVICE_TEXT]


def unknown(info: "Fields") -> PlugError:
    if not info.keys() - {"err_code"}:
        return ProtocolError("the reply to system get_sysinfo is empty: an echo?")
    from .switchless import refusal, switchless

    what = switchless(info.get("type")) or switchless(info.get("mic_type"))
    if what:
        return refusal(text(info, "model"), what)
    words = "model %s has no relay_state, children or light_state: this program does not know it"
    error = Refused(words % text(info, "model"))
    error.switchless = True
    return error
