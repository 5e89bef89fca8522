"""Which family the device at the other end is of: it is asked, by one get_sysinfo.

on and off without options do without that question, see commands.switch. A family's module is
imported when there is such a device.
"""

from .. import sysinfo
from ..errors import PlugError, Refused
from ..messages import GET_SYSINFO, answer
from .plug import Plug

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Options


def device(exchange: "Exchange", options: "Options", reply: bytes = b"") -> "Plug":
    """The device at the other end, asked what it is: `reply`, if it has been. Raises PlugError."""
    try:
        reply = reply or exchange(GET_SYSINFO)
        info = sysinfo.unnested(answer(reply, "system", "get_sysinfo"))
    except Refused as refusal:
        if not refusal.smart:
            raise
        return refusing(exchange, options, refusal)
    kind = sysinfo.kind(info)
    if not kind:
        raise sysinfo.unknown(info)
    target = family(kind, info)(exchange, options, info)
    return target.outlet(options["--child"]) if "--child" in options else target


def family(kind: str, info: "Fields") -> "type[Plug]":
    """The class for what sysinfo.kind has found."""
    if kind == "strip":
        from .strip import Strip

        return Strip
    if kind == "dimmer":
        from .dimmer import Dimmer

        return Dimmer
    if kind == "bulb":
        from .bulb import Bulb, LightStrip

        return LightStrip if "length" in info else Bulb
    return Plug


def refusing(exchange: "Exchange", options: "Options", failure: Exception) -> "Plug":
    """The device that has met a plug's request with a refusal. Raises that when it is a plug, and
    any other failure."""
    if not isinstance(failure, Refused):
        raise failure
    if not failure.smart:
        try:
            target = device(exchange, options)
        except PlugError:
            raise failure from None  # what the user has to know, whatever follows it
        if target.info.get("relay_state") is not None:
            raise failure
        return target
    from .smart_family import asked

    return asked(exchange, options)
