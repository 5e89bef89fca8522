"""The SMART devices that can be simulated: they exist only behind KLAP version 2."""

from .smart_lights import OldSmartBulb, SmartBulb, SmartLightStrip
from .smart_plugs import SmartPlug
from .smart_strips import SmartFanSwitch, SmartHub, SmartSix, SmartThree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .smart_base import SimulatedSmart  # noqa: F401 (type comments)

SMART_MODELS = {
    "KP125M": SmartPlug,
    "P300": SmartThree,
    "P316M": SmartSix,
    "KS240": SmartFanSwitch,
    "H100": SmartHub,
    "L530": SmartBulb,
    "L530v1": OldSmartBulb,
    "L920": SmartLightStrip,
}  # type: dict[str, type[SimulatedSmart]]
"""The class that plays a model."""
