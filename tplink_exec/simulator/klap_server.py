"""A simulated device's KLAP, the encrypted protocol of newer firmware, over HTTP.

It serves any device of models and smart_models, with either version and any login, is found by
UDP, and can play one of the faults in http_faults. Nothing listens on port 9999 then.
"""

import asyncio
import binascii
import collections
import json
from hashlib import md5

from ..errors import ProtocolError
from ..transport.klap import Session, auth_hash, client_hash, seed, server_hash
from .http_faults import HTTP_FAULTS
from .http_messages import KlapReply, KlapRequest, read_request
from .server import DeviceServer, play
from .tdp import PORT, answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Steps  # noqa: F401 (type comments)
    from .base import SimulatedDevice

STAGES = ("handshake1", "handshake2", "request")
SESSIONS = 8
"""How many a device keeps: a further one takes the oldest one's place."""


class KlapClient:
    """What a device knows of one that has made handshake1; `session` follows from handshake2."""

    def __init__(self, local: bytes, remote: bytes) -> None:
        self.local = local
        self.remote = remote
        self.session = None  # type: Session | None


class KlapService:
    """The protocol of a device, without I/O; `requests` takes the plain text of what it is asked.

    `reply` gives what the device says to an HTTP request, None when that is nothing.
    """

    def __init__(
        self,
        device: "SimulatedDevice",
        requests: "collections.deque[bytes]",
        version: int = 2,
        login: "tuple[str, str]" = ("", ""),
    ) -> None:
        self.device = device
        self.requests = requests
        self.version = version
        self.login = login
        self.auth = auth_hash(version, *login)
        self.clients = collections.OrderedDict()  # type: collections.OrderedDict[str, KlapClient]

    def reply(self, request: KlapRequest) -> "KlapReply | None":
        stage = stage_of(request)
        if not stage:
            return KlapReply(404)
        if request.method != "POST":
            return KlapReply(405)
        if "TIMEOUT" in request.fields.get("cookie", "").upper():
            return KlapReply(403)
        if stage == "handshake1":
            return self._handshake1(request)
        client = self.clients.get(request.cookies.get("TP_SESSIONID", ""))
        if not client:
            return KlapReply(403)
        return (self._handshake2 if stage == "handshake2" else self._request)(request, client)

    def _handshake1(self, request: KlapRequest) -> KlapReply:
        local, remote = request.body, seed()
        if len(local) != len(remote):
            return KlapReply(400)
        name = binascii.b2a_hex(seed()).decode().upper()
        self.clients[name] = KlapClient(local, remote)
        while len(self.clients) > SESSIONS:
            self.clients.popitem(last=False)
        proof = server_hash(self.version, local, remote, self.auth)
        return KlapReply(200, remote + proof, "TP_SESSIONID=%s;TIMEOUT=86400" % name)

    def _handshake2(self, request: KlapRequest, client: KlapClient) -> KlapReply:
        seeds = client.local, client.remote
        if request.body != client_hash(self.version, *seeds, self.auth):
            return KlapReply(403)
        client.session = client.session or Session(*seeds, self.auth)
        return KlapReply(200)

    def _request(self, request: KlapRequest, client: KlapClient) -> "KlapReply | None":
        session = client.session
        try:
            seq = int(request.query.partition("seq=")[2])
            if not session or not 0 < (seq - session.seq) & 0xFFFFFFFF < 1 << 31:
                return KlapReply(403)
            text = session.open(request.body, seq)
        except (ValueError, ProtocolError):
            return KlapReply(403)
        session.seq = seq
        self.requests.append(text)
        answer = self.device.answer(text)
        if answer is None:
            return None
        reply = KlapReply(200, session.seal(answer, seq)[1])
        reply.session, reply.seq = session, seq
        return reply


def stage_of(request: KlapRequest) -> str:
    """Which of STAGES; "" for another path."""
    _, folder, name = request.path.rpartition("/app/")
    return name if folder and request.path == folder + name and name in STAGES else ""


class KlapSimulator(DeviceServer):
    """A device with KLAP; a fault is played at one of STAGES, or at all of them ("").

    `start` takes and returns the HTTP port.
    """

    def __init__(
        self,
        device: "SimulatedDevice",
        fault: str = "",
        version: int = 2,
        login: "tuple[str, str]" = ("", ""),
        stage: str = "",
        discovery_port: int = PORT,
    ) -> None:
        super().__init__(device, fault)
        self.klap = KlapService(device, self.requests, version, login)
        self.stage = stage
        self.played = 0
        self.discovery_port = discovery_port

    def expire(self) -> None:
        """Forget all sessions: the next request of each client gets 403."""
        self.klap.clients.clear()

    def found(self, data: bytes, address: str, port: int) -> "bytes | None":
        return answer(data, lambda: self.about(address, port))

    def about(self, address: str, port: int) -> "Answer":
        """The result of the answer to discovery."""
        scheme = {"is_support_https": False, "encrypt_type": "KLAP", "http_port": port}
        if self.klap.version == 2:  # firmware with version 1 leaves it out: HS100 4.1, recorded
            scheme["lv"] = 2
        user = self.klap.login[0]
        return {
            "device_id": md5(self.device.device_id.encode()).hexdigest(),
            "owner": md5(user.encode()).hexdigest().upper() if user else "",
            **kind(self.device),
            "ip": address,
            "mac": self.device.mac.replace(":", "-"),
            "factory_default": not user,
            "mgt_encrypt_schm": scheme,
        }

    async def exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        request = await read_request(reader)
        reply = self.klap.reply(request)
        if reply is None:
            return False
        stage = stage_of(request)
        steps = [reply.text(more="Connection: close" if request.last else "")]  # type: Steps
        if self.fault and stage and self.stage in ("", stage):
            steps = HTTP_FAULTS[self.fault](reply, self.played)
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
