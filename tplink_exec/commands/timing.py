"""The device's clock, and the timer that it keeps."""

from ..address import is_digits
from ..devices.detect import device
from ..errors import Refused, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..devices.plug import Plug
    from ..shapes import Callable, Exchange, Options


def clock(exchange: "Exchange", options: "Options") -> bytes:
    from ..devices.clock import reading, set_now

    if options.get("value", "now").lower() != "now":
        raise UsageError("clock takes now, or nothing to read it, not %s" % options["value"])
    target = device(exchange, options)
    return able(
        target, "a clock", lambda: set_now(target) if "value" in options else reading(target)
    )


def timer(exchange: "Exchange", options: "Options") -> bytes:
    """Without on or off it is to bring the other state than that of now."""
    from ..devices.timer import LONGEST_S, reading, start, stop
    from .switch import OFF, ON

    value = options.get("value", "").lower()
    seconds, _, state = value.partition(" ")
    if value not in ("", "off"):
        if not is_digits(seconds) or len(seconds) > 9 or not 0 < int(seconds) <= LONGEST_S:
            words = "timer takes 1 to %d seconds, or off, not %s"
            raise UsageError(words % (LONGEST_S, seconds))
        if state not in ("", *ON, *OFF):
            raise UsageError("timer switches on or off, not %s" % state)
    target = device(exchange, options)
    if not value:
        return able(target, "a timer", lambda: reading(target))
    if value == "off":
        return able(target, "a timer", lambda: stop(target))
    on = state in ON if state else not target.state()
    return able(target, "a timer", lambda: start(target, int(seconds), on))


def able(target: "Plug", what: str, function: "Callable[[], bytes | None]") -> bytes:
    """What the function returns; where the device has no such thing, Refused says so."""
    try:
        return function() or b""
    except Refused as refusal:
        if not refusal.unsupported:
            raise
        raise target.cannot(what, refusal) from None
