"""The models that can be simulated: at least one of every family."""

import time

from .lights import BULBS, LIGHT_STRIPS, Bulb, LightStrip
from .plugs import DIMMERS, PLUGS, Dimmer, Plug
from .strips import STRIPS, Strip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Clock
    from .base import Device  # noqa: F401 (type comments)

MODELS = {
    **dict.fromkeys(PLUGS, Plug),
    **dict.fromkeys(STRIPS, Strip),
    **dict.fromkeys(DIMMERS, Dimmer),
    **dict.fromkeys(BULBS, Bulb),
    **dict.fromkeys(LIGHT_STRIPS, LightStrip),
}  # type: dict[str, type[Device]]
"""The class that plays a model."""


def device(model: str, number: int = 0, clock: "Clock" = time.time) -> "Device":
    """A simulated device of MODELS, switched off; the arguments are those of sim_base.Device."""
    return MODELS[model](model, number, clock)
