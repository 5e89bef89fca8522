"""A simulated device's KLAP, the encrypted protocol of newer firmware, over HTTP.

It serves any device of models and smart_models, with either version and any login.
"""

import binascii
import collections
from hashlib import sha256

from ..errors import ProtocolError
from ..transport.aes import encrypt
from ..transport.klap import Session, auth_hash, client_hash, seed, server_hash
from .http_device import HttpService, HttpSimulator
from .http_messages import KlapReply, KlapRequest
from .tdp import PORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer
    from .base import SimulatedDevice

STAGES = ("handshake1", "handshake2", "request")
NOT_JSON = b'{"system":{"get_sysinfo":{"relay_state":1,'
SESSIONS = 8
"""How many a device keeps: a further one takes the oldest one's place."""


class KlapClient:
    """What a device knows of one that has made handshake1; `session` follows from handshake2."""

    def __init__(self, local: bytes, remote: bytes) -> None:
        self.local = local
        self.remote = remote
        self.session = None  # type: Session | None


class KlapService(HttpService):
    """`requests` takes the plain text of what it is asked."""

    stages = STAGES

    def __init__(
        self,
        device: "SimulatedDevice",
        requests: "collections.deque[bytes]",
        version: int = 2,
        login: "tuple[str, str]" = ("", ""),
    ) -> None:
        super().__init__(device, login)
        self.requests = requests
        self.version = version
        self.auth = auth_hash(version, *login)
        self.clients = collections.OrderedDict()  # type: collections.OrderedDict[str, KlapClient]

    def scheme(self) -> "Answer":
        # Firmware with version 1 leaves it out: HS100 4.1, recorded.
        return {"encrypt_type": "KLAP", **({"lv": 2} if self.version == 2 else {})}

    def stage_of(self, request: KlapRequest) -> str:
        _, folder, name = request.path.rpartition("/app/")
        return name if folder and request.path == folder + name and name in STAGES else ""

    def forget(self) -> None:
        self.clients.clear()

    def reply(self, request: KlapRequest) -> "KlapReply | None":
        stage = self.stage_of(request)
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
        reply.spoiled = {
            "not-json": lambda: session.seal(NOT_JSON, seq)[1],
            "bad-padding": lambda: badly_padded(session, seq),
        }
        return reply


def badly_padded(session: Session, seq: int) -> bytes:
    """The signature is right: only what follows it can be wrong."""
    number = (seq & 0xFFFFFFFF).to_bytes(4, "big")
    blanks = encrypt(session.keys, session.iv + number, b" " * 32)[:32]
    return sha256(session.sig + number + blanks).digest() + blanks


class KlapSimulator(HttpSimulator):
    """A device with KLAP."""

    def __init__(
        self,
        device: "SimulatedDevice",
        fault: str = "",
        version: int = 2,
        login: "tuple[str, str]" = ("", ""),
        stage: str = "",
        discovery_port: int = PORT,
    ) -> None:
        super().__init__(device, fault, stage, discovery_port)
        self.service = self.klap = KlapService(device, self.requests, version, login)
