"""What has nothing to switch, and what it is, by the device_type that it tells of itself.

The types are those of python-kasa (kasa/deviceconfig.py) and of ioBroker.tapo's list for the cloud.
"""

from .errors import Refused

SWITCHLESS = {
    "IOT.IPCAMERA": "a camera",
    "SMART.IPCAMERA": "a camera",
    "SMART.TAPONVR": "a video recorder",
    "SMART.TAPODOORBELL": "a doorbell",
    "SMART.TAPOCHIME": "a chime",
    "SMART.TAPOHUB": "a hub",
    "SMART.KASAHUB": "a hub",
    "SMART.TAPOROBOVAC": "a vacuum cleaner",
    "SMART.TAPOLOCK": "a lock",
    "SMART.TAPOSENSOR": "a sensor",
    "SMART.KASASENSOR": "a sensor",
}


def switchless(device_type: object) -> str:
    """What such a device is, as "a hub"; "" for what may have a switch."""
    return SWITCHLESS.get(device_type, "") if isinstance(device_type, str) else ""


def refusal(model: str, what: str) -> Refused:
    """What is said of one that is asked to switch; `what` is of switchless()."""
    sensors = "its sensors are" if what == "a hub" else "it is"
    error = Refused("%s is %s: %s not supported" % (model, what, sensors))
    error.switchless = True
    return error
