"""Which SMART device it is: a single one, or one with outlets, or one without any switch."""

from .. import sysinfo
from ..errors import PlugError, ProtocolError, Refused
from ..switchless import refusal, switchless
from .plug import Plug
from .smart import Smart, named
from .smart_request import CHILDREN, INFO, result, several

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Exchange, Fields, Options

EARLY = {
    "power": ("get_energy_usage", "get_emeter_data"),
    "voltage": ("get_emeter_data",),
    "current": ("get_emeter_data",),
    "total": ("get_energy_usage",),
    "today": ("get_energy_usage",),
    "month": ("get_energy_usage",),
}  # type: dict[str, tuple[str, ...]]
"""What is asked along with what the device is, by command; for a strip it is asked in vain."""
MAX_CHILDREN = 64
"""A hub's most; the longest strips have six."""


def asked(exchange: "Exchange", options: "Options") -> Plug:
    """The device at the other end, or the outlet that is meant, in one exchange."""
    early = EARLY.get(options.get("command", ""), ())
    answers = several(exchange, (INFO, *((method, "") for method in early), CHILDREN))
    told = [answers[0], answers[-1]]
    return family(exchange, options, told, dict(zip(early, answers[1:-1])))


def family(
    exchange: "Exchange",
    options: "Options",
    answers: "list[Any]",
    early: "dict[str, Any] | None" = None,
) -> Plug:
    """By the `answers` to INFO and CHILDREN, the latter None where it was not reached.

    Children with a device_on make it a strip, whatever the device says of itself.
    """
    info = named(result(answers[0], INFO[0]))
    what = switchless(info.get("type"))
    if what:
        raise refusal(sysinfo.text(info, "model"), what)
    first = answers[1]
    if first is None and "device_on" not in info:
        (first,) = several(exchange, (CHILDREN,))
    listed = children(exchange, first) if first else []
    outlets = [named(child) for child in listed if "device_on" in child]
    if outlets:
        from .smart_strip import SmartStrip

        target = SmartStrip(exchange, options, info, outlets)  # type: Plug
    elif "device_on" in info:
        target = Smart(exchange, options, info, early)
    else:
        raise without_switch(info)
    return target.outlet(options["--child"]) if "--child" in options else target


def without_switch(info: "Fields") -> PlugError:
    if not info.get("model"):
        return ProtocolError("get_device_info has no device_on: %.60r" % (info,))
    words = "%s has no device_on: this program does not know what it is"
    error = Refused(words % sysinfo.text(info, "model"))
    error.switchless = True
    return error


def children(exchange: "Exchange", answer: "Any") -> "list[Fields]":
    """All children, by the `answer` that has the first of them. Raises PlugError."""
    try:
        found, total = page(answer)
    except Refused:
        return []
    size = len(found)
    if size < total:
        starts = range(size, total, size or total)
        further = [(CHILDREN[0], '{"start_index":%d}' % start) for start in starts]
        for each in several(exchange, further):
            found = found + page(each)[0]
    ids = {str(child.get("device_id")) for child in found}
    if not len(ids) == len(found) == total:
        raise ProtocolError("the device lists %d of its %d outlets" % (len(ids), total))
    return found


def page(answer: "Any") -> "tuple[list[Fields], int]":
    """The children in one answer, and how many there are in all."""
    told = result(answer, CHILDREN[0])
    found = told.get("child_device_list")
    if not isinstance(found, list) or not all(isinstance(child, dict) for child in found):
        raise ProtocolError("child_device_list is no list of objects: %.60r" % (found,))
    total = told.get("sum", len(found))
    if type(total) is not int or not 0 <= total <= MAX_CHILDREN:
        raise ProtocolError("there are %.20r outlets, not 0 to %d" % (total, MAX_CHILDREN))
    return found, total
