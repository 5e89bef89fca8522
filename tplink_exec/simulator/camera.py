"""A simulated camera, of which only the answer to discovery is there: it has no switch to play."""

import asyncio
from hashlib import md5

from .base import SimulatedDevice
from .server import DeviceServer
from .tdp import PORT, answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer


class SimulatedCamera(SimulatedDevice):
    """C210."""

    relay_state = 0
    info = {
        "device_type": "SMART.IPCAMERA",
        "device_model": "C210",
        "device_name": "camera",
        "firmware_version": "1.4.3 Build 241010 Rel.33858n",
        "hardware_version": "2.0",
    }

    def answer(self, request: bytes) -> None:
        """It says nothing that a client of plugs would understand."""


CAMERAS = {"C210": SimulatedCamera}


class CameraServer(DeviceServer):
    """Its answer to discovery names no `encrypt_type` in its scheme: recorded. It closes
    connections without a byte, as its own protocol begins with TLS."""

    discovery_port = PORT

    def __init__(
        self, device: SimulatedDevice, fault: str = "", login: "tuple[str, str]" = ("", "")
    ) -> None:
        super().__init__(device, fault)

    def found(self, data: bytes, address: str, port: int) -> "bytes | None":
        return answer(data, lambda: self.about(address))

    def about(self, address: str) -> "Answer":
        """The result of the answer to discovery."""
        return {
            "device_id": md5(self.device.device_id.encode()).hexdigest().upper(),
            **SimulatedCamera.info,
            "encrypt_info": {"data": "", "key": "", "sym_schm": "AES"},
            "encrypt_type": ["3"],
            "factory_default": False,
            "ip": address,
            "is_support_iot_cloud": True,
            "mac": self.device.mac.replace(":", "-"),
            "mgt_encrypt_schm": {"is_support_https": True},
            "protocol_version": 1,
        }

    async def exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        return False
