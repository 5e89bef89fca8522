"""Commands for the meter: its figures now, and its sums by day."""

from ..devices.detect import device
from ..devices.meter import reading, statistics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Options


def figure(exchange: "Exchange", options: "Options") -> bytes:
    """power, voltage, current, total."""
    return reading(device(exchange, options), options["command"])


def sums(exchange: "Exchange", options: "Options") -> bytes:
    """today, month."""
    return statistics(device(exchange, options), options["command"])
