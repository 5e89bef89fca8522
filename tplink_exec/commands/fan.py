"""fan: the speed of a SMART fan switch (KS240)."""

from ..devices.detect import device
from ..errors import UsageError
from .light import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Options


def fan(exchange: "Exchange", options: "Options") -> bytes:
    """0 is off."""
    if "value" not in options:
        return b"%d\n" % device(exchange, options).fan()
    if options["value"] not in ("0", "1", "2", "3", "4"):
        raise UsageError("fan takes 0 to 4, not %s" % options["value"])
    device(exchange, options).set_fan(int(options["value"]))
    return state(exchange, options)
