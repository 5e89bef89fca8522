"""A simulated device's TPAP, without I/O: what firmware speaks whose compatibility mode is off.

Its part of the SPAKE2+ exchange, its sessions, and the lock that it puts on itself. The messages
are those of `transport.tpap`, whose other end this is.
"""

import base64
import collections
import json
from hashlib import md5
from posix import urandom

from ..errors import ProtocolError
from ..transport.aes import NEVER
from ..transport.p256 import BASE, ORDER, decoded, encoded, pair, sums
from ..transport.passcode import of_account, of_nobody
from ..transport.spake2 import Agreement, M, N, number, stretched, written
from ..transport.tpap import ACCOUNT, CIPHER, DEFAULT, PASSCODE_TYPES, SUITE, TpapSession
from .http_device import HttpService
from .http_messages import KlapReply, KlapRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Any, Fields  # noqa: F401 (type comments)
    from .base import SimulatedDevice

TRIES = 15
"""Wrong logins until the device locks itself (a L920-10: failedAttempts 1, remainAttempts 14)."""
LOCKED, DENIED, GONE, UNKNOWN = -2101, -2203, -2203, -1003


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


NOT_JSON = b'{"error_code":0,"result":{"device_on":tr'
STAGES = ("discover", "pake_register", "pake_share", "request")
OFF_CURVE = b"\4" + b"\1" * 64
SPOILED = {
    "off-curve": ("dev_share", text(OFF_CURVE)),
    "infinity": ("dev_share", text(b"\0")),
    "endless-hash": ("iterations", 1 << 40),
    "other-suite": ("cipher_suites", 2),
    "wrong-confirm": ("dev_confirm", text(b"x" * 32)),
    "no-confirm": ("dev_confirm", None),
    "bad-stok": ("stok", "x HTTP/1.1\r\nHost: "),
    "wrong-tag": (),
    "other-number": (),
    "other-reply": (),
}  # type: dict[str, tuple[Any, ...]]
"""Faults: the field of a result that is another one, or what answer() makes of a reply."""


class Secret:
    """The passcode as a device has it, and one end of an exchange for each `share`."""

    def __init__(self, passcode: bytes, salt: bytes, iterations: int, short: bool = False) -> None:
        self.w0, w1 = stretched(passcode, salt, iterations)
        self.verifier = sums([BASE], [w1])[0]
        self.short = short

    def share(self, y: int) -> bytes:
        return encoded(sums((BASE, pair(decoded(N))), (y, self.w0))[0])

    def agree(self, context: bytes, y: int, theirs: bytes) -> Agreement:
        """Raises ValueError for what is no point."""
        x = decoded(theirs)
        z = sums((pair(x), pair(decoded(M))), (y, -y * self.w0 % ORDER))
        secret = z + sums([pair(self.verifier)], [y])
        shares = encoded(x), self.share(y)
        return Agreement(context, shares, secret, written(self.w0, self.short))


class TpapService(HttpService):
    """The protocol of a device; `requests` takes the plain text of what it is asked.

    Without a login it takes its default passcode. `extra` is the password's form, `extra_crypt`;
    `dac` whether it can prove its make; `short` how it writes w0. `attempts` counts the logins that
    it has looked at, `failed` those that were wrong, one after the other.
    """

    def __init__(
        self,
        device: "SimulatedDevice",
        requests: "collections.deque[bytes]",
        login: "tuple[str, str]" = ("", ""),
        extra: "Answer | None" = None,
        dac: int = 0,
        iterations: int = 3000,
        short: bool = False,
        salt: bytes = b"",
    ) -> None:
        super().__init__(device, login)
        self.requests, self.dac = requests, dac
        self.kind = ACCOUNT if login[0] else DEFAULT
        self.extra = extra or {"type": "password_shadow", "params": {"passwd_id": 2}}
        self.salt, self.iterations = salt or md5(device.mac.encode()).digest(), iterations
        self.attempts = self.failed = 0
        self.pending = None  # type: tuple[bytes, int] | None
        self.sessions = collections.OrderedDict()  # type: collections.OrderedDict[str, TpapSession]
        passcode = of_nobody(device.mac)
        if self.kind == ACCOUNT:
            passcode = of_account(login[1], self.extra, NEVER)
        self.secret = Secret(passcode, self.salt, self.iterations, short)

    stages = STAGES

    def scheme(self) -> "Answer":
        return {"encrypt_type": "TPAP", "lv": 2}

    def stage_of(self, request: KlapRequest) -> str:
        if request.path != "/":
            return "request" if request.path[:6] == "/stok=" else ""
        return next((stage for stage in STAGES if b'"%s"' % stage.encode() in request.body), "")

    def forget(self) -> None:
        self.sessions.clear()

    def reply(self, request: KlapRequest) -> "KlapReply | None":
        head, _, end = request.path.rpartition("/")
        if request.path == "/app/handshake1":
            return KlapReply(403)
        if request.path != "/" and (end != "ds" or head[:6] != "/stok="):
            return KlapReply(404)
        if request.method != "POST":
            return KlapReply(405)
        if request.path != "/":
            return self.answer(self.sessions.get(head[6:]), request.body)
        try:
            wish = json.loads(request.body)
            step = self.STEPS[wish["params"]["sub_method"]] if wish["method"] == "login" else None
        except (ValueError, LookupError, TypeError):
            step = None
        if not step:
            return said(UNKNOWN)
        if self.failed >= TRIES:
            return said(LOCKED)
        try:
            return step(self, wish["params"])
        except (ValueError, LookupError, TypeError):
            return said(-1008)

    def discover(self, _: "Fields") -> KlapReply:
        result = {"sub_method": "discover", "tpap_preferred": True, "mac": self.device.mac}
        return said(0, {**result, "tpap": self.about()})

    def about(self, port: int = 80) -> "Answer":
        return {"tls": 0, "dac": self.dac, "noc": 0, "pake": [self.kind], "port": port}

    def register(self, wish: "Fields") -> KlapReply:
        if SUITE not in wish["cipher_suites"] or CIPHER not in wish["encryption"]:
            return said(-2201)
        if wish["passcode_type"] != PASSCODE_TYPES[self.kind]:
            return said(-2202)
        if wish["username"] != md5(b"admin").hexdigest():
            return said(-40209)
        ours, theirs = urandom(32), base64.b64decode(wish["user_random"])
        y = number(urandom(40))
        self.pending = b"PAKE V1" + theirs + ours, y
        result = {
            "dev_random": text(ours),
            "dev_salt": text(self.salt),
            "dev_share": text(self.secret.share(y)),
            "cipher_suites": SUITE,
            "iterations": self.iterations,
            "encryption": CIPHER,
        }
        if self.kind == ACCOUNT:
            result["extra_crypt"] = self.extra
        return said(0, result)

    def share(self, wish: "Fields") -> KlapReply:
        if not self.pending:
            return said(-1501)
        (context, y), self.pending = self.pending, None
        self.attempts += 1
        agreement = self.secret.agree(context, y, base64.b64decode(wish["user_share"]))
        if base64.b64decode(wish["user_confirm"]) != agreement.client:
            self.failed += 1
            counts = {"failedAttempts": self.failed, "remainAttempts": TRIES - self.failed}
            return said(DENIED, error_info={"lockedMinute": 0, **counts})
        self.failed = 0
        start = int.from_bytes(urandom(4), "big") >> 1  # plugp100 6.0.2 takes no negative one
        session = TpapSession(agreement.key, urandom(16).hex().upper(), start)
        self.sessions[session.stok] = session
        while len(self.sessions) > 8:
            self.sessions.popitem(last=False)
        result = {
            "dev_confirm": text(agreement.device),
            "stok": session.stok,
            "start_seq": start,
            "expired": 86400,
        }
        if self.dac and "dac_nonce" in wish:
            result.update({name: text(urandom(64)) for name in ("dac_ca", "dac_ica", "dac_proof")})
        return said(0, result)

    STEPS = {"discover": discover, "pake_register": register, "pake_share": share}

    def answer(self, session: "TpapSession | None", body: bytes) -> "KlapReply | None":
        """To a sealed request. An old or a wrong one ends the session."""
        if not session:
            return said(GONE)
        try:
            seq = int.from_bytes(body[:4], "big")
            if not 0 <= (seq - session.seq) & 0xFFFFFFFF < 16:
                raise ProtocolError("a number of before, or of long after")
            plaintext = session.open(body, seq)
        except ProtocolError:
            del self.sessions[session.stok]
            return said(GONE)
        session.seq = (seq + 1) & 0xFFFFFFFF
        self.requests.append(plaintext)
        answer = self.device.answer(plaintext)
        if answer is None:
            return None
        body = session.seal(answer, seq)[1]
        number = session.seq.to_bytes(4, "big")
        reply = KlapReply(200, body)
        reply.spoiled = {
            "not-json": lambda: session.seal(NOT_JSON, seq)[1],
            "wrong-tag": lambda: body[:-1] + bytes([body[-1] ^ 1]),
            "other-number": lambda: number + body[4:],
            "other-reply": lambda: session.seal(answer, session.seq)[1],
        }
        return reply


def said(code: int, result: "Answer | None" = None, **more: object) -> KlapReply:
    """JSON in clear."""

    value = {"error_code": code, **more}  # type: Answer
    if result:
        value["result"] = result
    reply = KlapReply(200, json.dumps(value).encode())
    for name, field in SPOILED.items():
        if field and field[0] in (result or {}):
            other = {**value, "result": {**value["result"], field[0]: field[1]}}
            reply.spoiled[name] = json.dumps(other).encode
    return reply
