"""The models that can be simulated: at least one of every family."""

import time

from .lights import BULBS, LIGHT_STRIPS, SimulatedBulb, SimulatedLightStrip
from .plugs import DIMMERS, PLUGS, SimulatedDimmer, SimulatedPlug
from .strips import STRIPS, SimulatedStrip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Clock
    from .base import SimulatedDevice

MODELS = {
    **dict.fromkeys(PLUGS, SimulatedPlug),
    **dict.fromkeys(STRIPS, SimulatedStrip),
    **dict.fromkeys(DIMMERS, SimulatedDimmer),
    **dict.fromkeys(BULBS, SimulatedBulb),
    **dict.fromkeys(LIGHT_STRIPS, SimulatedLightStrip),
}  # type: dict[str, type[SimulatedDevice]]
"""The class that plays a model."""


def device(model: str, number: int = 0, clock: "Clock" = time.time) -> "SimulatedDevice":
    """A simulated device of MODELS, switched off; the arguments are those of SimulatedDevice."""
    return MODELS[model](model, number, clock)
