"""A simulated device's AES ("securePassthrough"), what SMART firmware spoke before KLAP, over HTTP.

It wants the login in one of its two forms, by `version`, and forgets a session after a login that
it refuses, as devices do.
"""

import binascii
import json
from hashlib import sha1

from ..transport import aes
from ..transport.klap import seed
from ..transport.rsa import PREFIX, SUFFIX
from .http_device import HttpService, HttpSimulator
from .http_messages import KlapReply, KlapRequest
from .tdp import PORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    import collections  # noqa: F401 (type comments)

    from ..shapes import Answer
    from .base import SimulatedDevice

STAGES = ("handshake", "login", "request")
WRONG_LOGIN = -1501
WRONG_KEY = -1010
NO_METHOD = 1003
GONE = 9999
NOT_JSON = b'{"error_code":0,"result":{"device_on":tr'
HEAD, FOOT = "-----BEGIN PUBLIC KEY-----\n", "\n-----END PUBLIC KEY-----\n"


class AesClient:
    """A session: its keys, and the token that it has after the login."""

    def __init__(self, key: bytes, iv: bytes) -> None:
        self.keys = aes.expand(key)
        self.iv = iv
        self.token = ""

    def seal(self, plaintext: bytes) -> str:
        return base64(aes.encrypt(self.keys, self.iv, plaintext))

    def open(self, text: object) -> bytes:
        """Raises ValueError."""
        return aes.decrypt(self.keys, self.iv, binascii.a2b_base64(str(text)))


class AesService(HttpService):
    """`requests` takes the plain text of what it is asked, but for logins, which `logins` counts.

    `cookie` is the name of the session's.
    """

    stages = STAGES

    def __init__(
        self,
        device: "SimulatedDevice",
        requests: "collections.deque[bytes]",
        version: int = 2,
        login: "tuple[str, str]" = ("", ""),
        cookie: str = "TP_SESSIONID",
    ) -> None:
        super().__init__(device, login)
        self.requests = requests
        self.version = version
        self.cookie = cookie
        self.logins = 0
        self.clients = {}  # type: dict[str, AesClient]

    def scheme(self) -> "Answer":
        return {"encrypt_type": "AES", **({"lv": 2} if self.version == 2 else {})}

    def stage_of(self, request: KlapRequest) -> str:
        if request.path != "/app":
            return ""
        if b'"handshake"' in request.body[:30]:
            return STAGES[0]
        return STAGES[2] if request.query else STAGES[1]

    def forget(self) -> None:
        self.clients.clear()

    def reply(self, request: KlapRequest) -> "KlapReply | None":
        stage = self.stage_of(request)
        if not stage:
            known = request.path == "/"
            return plain({"error_code": NO_METHOD}) if known else KlapReply(404)
        if "content-length" not in request.fields:
            return KlapReply(500)
        try:
            asked = json.loads(request.body.decode())
            parameters = asked["params"]
            if stage == "handshake":
                return self._handshake(parameters["key"])
            client = self.clients.get(request.cookies.get(self.cookie, ""))
            if not client or (stage == "request" and request.query != "token=" + client.token):
                return plain({"error_code": GONE})
            text = client.open(parameters["request"])
        except (ValueError, LookupError, TypeError):
            return plain({"error_code": -1003})
        if stage == "login":
            return self._login(client, text)
        return self._request(client, text)

    def _handshake(self, pem: str) -> KlapReply:
        der = binascii.a2b_base64(pem[len(HEAD) : -len(FOOT)])
        size = 128
        modulus = der[len(PREFIX) : len(PREFIX) + size]
        if (pem[: len(HEAD)], pem[-len(FOOT) :], der) != (HEAD, FOOT, PREFIX + modulus + SUFFIX):
            return plain({"error_code": WRONG_KEY})
        secret = seed() + seed()
        filler = b"".join([seed() for _ in range(6)]).replace(b"\0", b"\1")
        block = b"\0\2" + filler[: size - 3 - len(secret)] + b"\0" + secret
        number = pow(int.from_bytes(block, "big"), 65537, int.from_bytes(modulus, "big"))
        name = binascii.b2a_hex(seed()).decode().upper()
        self.clients[name] = AesClient(secret[:16], secret[16:])
        reply = plain({"error_code": 0, "result": {"key": base64(number.to_bytes(size, "big"))}})
        reply.cookie = "%s=%s;TIMEOUT=1440" % (self.cookie, name)
        return reply

    def _login(self, client: AesClient, text: bytes) -> KlapReply:
        self.logins += 1
        user, password = (word.encode() for word in self.login)
        wanted = {"username": base64(hashed(user))}
        if self.version == 2:
            wanted["password2"] = base64(hashed(password))
        else:
            wanted["password"] = base64(password)
        asked = json.loads(text.decode())
        if asked.get("method") != "login_device" or asked.get("params") != wanted:
            self.forget()
            return self._sealed(client, b'{"error_code":%d}' % WRONG_LOGIN)
        client.token = binascii.b2a_hex(seed()).decode().upper()
        answer = {"error_code": 0, "result": {"token": client.token}}
        return self._sealed(client, json.dumps(answer).encode())

    def _request(self, client: AesClient, text: bytes) -> "KlapReply | None":
        self.requests.append(text)
        answer = self.device.answer(text)
        return None if answer is None else self._sealed(client, answer)

    def _sealed(self, client: AesClient, answer: bytes) -> KlapReply:
        reply = sealed(client.seal(answer))
        blanks = aes.encrypt(client.keys, client.iv, b" " * 32)[:32]
        reply.spoiled = {
            "not-json": lambda: sealed(client.seal(NOT_JSON)).body,
            "bad-padding": lambda: sealed(base64(blanks)).body,
        }
        return reply


def sealed(text: str) -> KlapReply:
    return plain({"error_code": 0, "result": {"response": text}})


def plain(answer: "Answer") -> KlapReply:
    return KlapReply(200, json.dumps(answer, separators=(",", ":")).encode())


def base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def hashed(word: bytes) -> bytes:
    return sha1(word).hexdigest().encode()


class AesSimulator(HttpSimulator):
    """A device with AES."""

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
        self.service = self.aes = AesService(device, self.requests, version, login)
