"""TPAP: the login and the session that it begins, without I/O.

What devices speak whose Third-Party Compatibility is off, by JSON in bodies of HTTP:

1. POST /: discover. Its result tells that it is TPAP, and what passcodes the device takes.
2. POST /: Login.register(). The result has the device's half of a SPAKE2+ exchange.
3. POST /: Login.share(), ours, with the proof that we know the password. An error here is a login
   refused; some fifteen of those, and the device locks itself.
4. Login.finish() checks the device's own proof, before which nothing of it is believed.
5. POST /stok=STOK/ds: TpapSession.seal(); the reply is for TpapSession.open().

No device's firmware was at hand: this is what other clients and two write-ups agree on (plugp100
6.0.2, the tapo crate 0.12, pytapo 3.4.30, python-kasa's pull request 1592). Request and reply are
encrypted by the same key stream: that is TPAP's own, see docs/tpap.md.
"""

import time
from _operator import _compare_digest as compare_digest
from binascii import a2b_base64, b2a_base64
from posix import urandom

from ..errors import DeadlineExceeded, ProtocolError, Refused
from ..misread import decoded
from . import passcode
from .aes import NEVER, expand
from .ccm import opened, seal
from .derive import hkdf
from .klap import md5, sha256
from .spake2 import SHORT, Client, stretched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields

DEFAULT, ACCOUNT = 0, 2
"""What stands in `pake`: the passcode that follows from the MAC, the account's password."""
PASSCODE_TYPES = {DEFAULT: "default_userpw", ACCOUNT: "userpw"}
SUITE = 1
CIPHER = "aes_128_ccm"
ITERATIONS = range(1, 100001)
"""3000 and 5000 were seen; 100000 take a small computer a second or two."""
MAX_TEXT = 4096
"""Characters of a field of an answer."""


def choice(told: "Fields", has_login: bool) -> int:
    """Which of the passcodes that the device takes is sent: ACCOUNT or DEFAULT.

    `told` is the result of discover. The account's, where both are there: it proves the device to
    us, too, and what follows from the MAC anybody knows. Raises Refused and ProtocolError.
    """
    tpap = told.get("tpap")
    if not isinstance(tpap, dict) or not isinstance(tpap.get("pake"), list):
        raise ProtocolError("the device's words on TPAP are %.80r" % (tpap,))
    if tpap.get("tls"):
        text = "TPAP over TLS, which no plug or light was seen to want, is not known here: "
        raise Refused(text + passcode.COMPATIBILITY)
    known = [kind for kind in (ACCOUNT, DEFAULT) if kind in tpap["pake"]]
    if not known:
        text = "the device wants a login of a kind not known here (pake %.40r): %s"
        raise Refused(text % (tpap["pake"], passcode.COMPATIBILITY))
    return known[0] if has_login else known[-1]


class Login:
    """One login by a passcode of `kind`; `short` is another way to write w0, see spake2.written."""

    def __init__(
        self,
        told: "Fields",
        kind: int,
        password: str = "",
        deadline: float = NEVER,
        short: bool = False,
    ) -> None:
        self.told, self.kind, self.password = told, kind, password
        self.deadline = deadline
        self.short = short
        self.random = urandom(32)
        self.w0 = SHORT

    def register(self) -> bytes:
        user = md5(b"admin").hexdigest()
        if self.told["tpap"].get("user_hash_type") == 1:
            user = sha256(b"admin").hexdigest().upper()
        text = (
            '{"method":"login","params":{"sub_method":"pake_register","username":"%s",'
            '"user_random":"%s","cipher_suites":[%d],"encryption":["%s"],"passcode_type":"%s"}}'
        )
        words = user, base64(self.random), SUITE, CIPHER, PASSCODE_TYPES[self.kind]
        return (text % words).encode()

    def share(self, reply: bytes) -> bytes:
        """What is sent after the reply to register(). Raises PlugError."""
        found = result(reply, "pake_register")
        suite, cipher, rounds = map(found.get, ("cipher_suites", "encryption", "iterations"))
        if suite not in (SUITE, [SUITE]) or cipher != CIPHER:
            raise ProtocolError("the device chooses %.40r and %.40r" % (suite, cipher))
        if type(rounds) is not int or rounds not in ITERATIONS:
            raise ProtocolError("the device wants %.40r iterations of its hash" % (rounds,))
        salt, theirs = octets(found, "dev_salt", 1), octets(found, "dev_share", 33)
        context = b"PAKE V1" + self.random + octets(found, "dev_random", 16)
        if self.kind == DEFAULT:
            secret = passcode.of_nobody(self.told.get("mac"))
        else:
            secret = passcode.of_account(self.password, found.get("extra_crypt"), self.deadline)
        self.in_time()
        self.w0, w1 = stretched(secret, salt, rounds)
        self.in_time()
        client = Client(self.w0, w1)
        self.in_time()
        try:
            self.agreement = client.agree(context, theirs, self.short)
        except ValueError as error:
            raise ProtocolError("the device's share is wrong: %s" % error) from None
        more = ""
        if self.told["tpap"].get("dac") == 1:
            # A device that can prove its make may insist on being asked to. The proof is not
            # looked at: that the device knows the password is proof enough.
            more = ',"dac_nonce":"%s"' % base64(urandom(32))
        text = (
            '{"method":"login","params":{"sub_method":"pake_share",'
            '"user_share":"%s","user_confirm":"%s"%s}}'
        )
        return (text % (base64(client.share), base64(self.agreement.client), more)).encode()

    def finish(self, reply: bytes) -> "TpapSession":
        """The session, from the reply to share(). Raises Denied and other PlugErrors."""
        found = result(reply, "pake_share")
        if not compare_digest(octets(found, "dev_confirm", 1), self.agreement.device):
            raise ProtocolError("the device does not prove that it knows the password")
        stok, start = found.get("stok"), found.get("start_seq")
        if not isinstance(stok, str) or not 0 < len(stok) < 256 or set(stok) - PLAIN:
            raise ProtocolError("stok is %.80r" % (stok,))
        if type(start) is not int or not -1 << 31 <= start < 1 << 32:
            raise ProtocolError("start_seq is %.40r" % (start,))
        return TpapSession(self.agreement.key, stok, start)

    def in_time(self) -> None:
        """Each step takes a few milliseconds, on a small computer some hundred."""
        if time.monotonic() > self.deadline:
            raise DeadlineExceeded("no time left for the login")


PLAIN = frozenset(map(chr, range(33, 127)))
"""What may stand in a path as it is."""


class TpapSession:
    """The keys and the count of messages after a login, at either end. `seq` is the next one's."""

    def __init__(self, key: bytes, stok: str, seq: int) -> None:
        names = b"tp-kdf-%s-aes128-%s"
        keys, nonce = [
            hkdf(key, names % (b"salt", what), names % (b"info", what), size)
            for what, size in ((b"key", 16), (b"iv", 12))
        ]
        self.keys = expand(keys)
        self.nonce = nonce[:8]
        self.stok = stok
        self.seq = seq & 0xFFFFFFFF

    def seal(
        self, plaintext: bytes, seq: "int | None" = None, deadline: float = NEVER
    ) -> "tuple[int, bytes]":
        """The number of a message and its body: the next request's, or the reply's to `seq`."""
        if seq is None:
            seq, self.seq = self.seq, (self.seq + 1) & 0xFFFFFFFF
        number = seq.to_bytes(4, "big")
        return seq, number + seal(self.keys, self.nonce + number, plaintext, deadline)

    def open(self, body: bytes, seq: int, deadline: float = NEVER) -> bytes:
        """The plain text of the message numbered `seq`; raises ProtocolError, DeadlineExceeded."""
        number = seq.to_bytes(4, "big")
        if body[:4] != number:
            raise ProtocolError("no TPAP message, or not that for this request: %.40r" % body)
        try:
            return opened(self.keys, self.nonce + number, body[4:], deadline)
        except ValueError as error:
            raise ProtocolError("the TPAP message cannot be decrypted: %s" % error) from None


def result(reply: bytes, step: str) -> "Fields":
    """What the device answers to a step of the login. Raises Denied and other PlugErrors."""
    value = decoded(reply)
    code = value.get("error_code") if isinstance(value, dict) else None
    if code:
        from .tpap_refusal import refusal

        raise refusal(code, value, step)
    found = value.get("result") if type(code) is int else None
    if not isinstance(found, dict):
        raise ProtocolError("not an answer to %s: %.60r" % (step, reply))
    return found


def octets(fields: "Fields", name: str, least: int) -> bytes:
    """A field of base64. Raises ProtocolError when that is not `least` to 256 bytes."""
    value = fields.get(name)
    try:
        if isinstance(value, str) and len(value) < MAX_TEXT:
            data = a2b_base64(value)
            if least <= len(data) <= 256:
                return data
    except ValueError:
        pass
    raise ProtocolError("%s is %.60r" % (name, value))


def base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()
