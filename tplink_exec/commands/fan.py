"""fan: the speed of a SMART fan switch (KS240)."""

from ..devices.detect import device
from ..devices.values import speed
from .light import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Options


def fan(exchange: "Exchange", options: "Options") -> bytes:
    """0 is off."""
    if "value" not in options:
        return b"%d\n" % device(exchange, options).fan()
    value = speed(options["value"])
    device(exchange, options).set_fan(value)
    return state(exchange, options)
