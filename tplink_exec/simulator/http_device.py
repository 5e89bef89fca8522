"""What simulated devices share that are reached by HTTP and found by UDP port 20002.

What they say by HTTP is up to a service, without I/O: KLAP's in `klap_server`, AES's in
`aes_server`, TPAP's in `tpap_service`. Nothing listens on port 9999 then.
"""

import asyncio
import json
from hashlib import md5

from .http_faults import HTTP_FAULTS
from .http_messages import KlapReply, KlapRequest, read_request
from .server import DeviceServer, play
from .tdp import PORT, answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Any, Steps  # noqa: F401 (type comments)
    from .base import SimulatedDevice


class HttpService:
    """The protocol of a device; abstract.

    `stages` are the kinds of requests that a fault can be played for; `scheme` is what discovery
    says of it, but for the port; `login` the user and the password that it wants.
    """

    stages = ()  # type: tuple[str, ...]

    def __init__(self, device: "SimulatedDevice", login: "tuple[str, str]") -> None:
        self.device = device
        self.login = login

    def scheme(self) -> "Answer":
        raise NotImplementedError

    def stage_of(self, request: KlapRequest) -> str:
        """Which of `stages`; "" for what is none of this protocol's."""
        raise NotImplementedError

    def reply(self, request: KlapRequest) -> "KlapReply | None":
        """What the device says to an HTTP request, None when that is nothing."""
        raise NotImplementedError

    def forget(self) -> None:
        """End all sessions."""
        raise NotImplementedError


class HttpSimulator(DeviceServer):
    """A device with a service; a fault is played at one of its stages, or at all of them ("").

    `start` takes and returns the HTTP port.
    """

    service = None  # type: Any
    faults = HTTP_FAULTS

    def __init__(
        self,
        device: "SimulatedDevice",
        fault: str = "",
        stage: str = "",
        discovery_port: int = PORT,
    ) -> None:
        super().__init__(device, fault)
        self.stage = stage
        self.played = 0
        self.discovery_port = discovery_port

    def expire(self) -> None:
        """Forget all sessions: the next request of each client is told so."""
        self.service.forget()

    def found(self, data: bytes, address: str, port: int) -> "bytes | None":
        return answer(data, lambda: self.about(address, port))

    def about(self, address: str, port: int) -> "Answer":
        """The result of the answer to discovery."""
        user = self.service.login[0]
        return {
            "device_id": md5(self.device.device_id.encode()).hexdigest(),
            "owner": md5(user.encode()).hexdigest().upper() if user else "",
            **kind(self.device),
            "ip": address,
            "mac": self.device.mac.replace(":", "-"),
            "factory_default": not user,
            "mgt_encrypt_schm": {
                "is_support_https": False,
                "http_port": port,
                **self.service.scheme(),
            },
        }

    async def exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        request = await read_request(reader)
        reply = self.service.reply(request)
        if reply is None:
            return False
        stage = self.service.stage_of(request)
        steps = [reply.text(more="Connection: close" if request.last else "")]  # type: Steps
        if self.fault and stage and self.stage in ("", stage):
            steps = self.faults[self.fault](reply, self.played)
            self.played += 1
        return await play(steps, reader, writer) and not request.last


def kind(device: "SimulatedDevice") -> "Answer":
    """What a device says in discovery of what it is; of SMART ones `discovered` tells it."""
    told = getattr(device, "discovered", None)
    if told:
        return dict(told)
    reply = device.answer(b'{"system":{"get_sysinfo":{}}}') or b""
    info = json.loads(reply)["system"]["get_sysinfo"]
    return {
        "device_type": info.get("type", info.get("mic_type")),
        "device_model": info["model"],
        "hw_ver": info["hw_ver"],
    }
