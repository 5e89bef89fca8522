"""KLAP: the handshake's hashes and the session that it begins, without I/O.

What firmware without port 9999 speaks: the same JSON, encrypted, as bodies of HTTP on port 80.

1. POST /app/handshake1: seed(). The reply is the device's seed, 16 bytes, and its server hash,
   32; decide() finds the version and the credentials that it was made with.
2. POST /app/handshake2: client_hash(). 200 when the device agrees, 403 when not.
3. POST /app/request?seq=N: Session.seal(). The reply is for Session.open() with the same N.

Neither family nor firmware tells version 1 from 2, only the server hash does: IOT.* devices
have been seen with both (python-kasa issues 1648 and 1740). Nor is it certain whose credentials
a device has: its account's as they were when it was set up, none, or those of
DEFAULT_CREDENTIALS, to which some change and back (python-kasa, klaptransport.py).

The hashes come from the C modules behind hashlib: to import them takes 0.6 ms of CPU, hashlib
5 ms, as it loads libcrypto (measured as in `aes`; Pythons 3.8 to 3.13 differ little).
"""

from posix import urandom

from ..errors import ProtocolError
from .aes import NEVER, decrypt, encrypt, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import md5 as md5
    from hashlib import sha1 as sha1
    from hashlib import sha256 as sha256

    from ..shapes import Credentials

try:
    from _md5 import md5  # type: ignore[import-not-found,no-redef]
    from _sha1 import sha1  # type: ignore[import-not-found,no-redef]

    try:
        from _sha256 import sha256  # type: ignore[import-not-found,no-redef]
    except ImportError:  # since Python 3.12
        from _sha2 import sha256  # type: ignore[import-not-found,no-redef]
except ImportError:  # a Python built without them
    from hashlib import md5, sha1, sha256

DEFAULT_CREDENTIALS = (("", ""), ("kasa@tp-link.net", "kasaSetup"), ("test@tp-link.net", "test"))
"""Of devices that no account owns; the second is Kasa's, the third Tapo's."""


def seed() -> bytes:
    return urandom(16)


def auth_hash(version: int, user: str, password: str) -> bytes:
    """What both sides know. Bytes that are not UTF-8, as Python's argv has them, stay as typed."""
    words = [word.encode("utf-8", "surrogateescape") for word in (user, password)]
    if version == 1:
        return md5(b"".join([md5(word).digest() for word in words])).digest()
    return sha256(b"".join([sha1(word).digest() for word in words])).digest()


def server_hash(version: int, local_seed: bytes, remote_seed: bytes, auth: bytes) -> bytes:
    """The device's proof that it knows `auth`. `local_seed` is the client's."""
    return sha256(local_seed + (remote_seed if version == 2 else b"") + auth).digest()


def client_hash(version: int, local_seed: bytes, remote_seed: bytes, auth: bytes) -> bytes:
    """The client's proof: the server hash with the seeds exchanged."""
    return server_hash(version, remote_seed, local_seed, auth)


def decide(
    local_seed: bytes, remote_seed: bytes, proof: bytes, credentials: "Credentials"
) -> "tuple[int, bytes] | None":
    """(version, auth hash) that give `proof`, the device's server hash; None when none does.

    `credentials` are pairs of user and password, tried in this order, all without a request.
    """
    for user, password in credentials:
        for version in (2, 1):
            auth = auth_hash(version, user, password)
            if server_hash(version, local_seed, remote_seed, auth) == proof:
                return version, auth
    return None


class Session:
    """The keys and the count of messages after a handshake, at either end.

    `seq`, a signed 32-bit number, is that of the last request.
    """

    def __init__(self, local_seed: bytes, remote_seed: bytes, auth: bytes) -> None:
        secret = local_seed + remote_seed + auth
        iv = sha256(b"iv" + secret).digest()
        self.keys = expand(sha256(b"lsk" + secret).digest()[:16])
        self.iv = iv[:12]
        self.seq = int.from_bytes(iv[28:], "big", signed=True)
        self.sig = sha256(b"ldk" + secret).digest()[:28]

    def seal(
        self, plaintext: bytes, seq: "int | None" = None, deadline: float = NEVER
    ) -> "tuple[int, bytes]":
        """The number of a message and its body: the next request's, or the reply's to `seq`."""
        if seq is None:
            seq = self.seq = self.seq + 1 if self.seq < 0x7FFFFFFF else -0x80000000
        number = _number(seq)
        cipher = encrypt(self.keys, self.iv + number, plaintext, deadline)
        return seq, sha256(self.sig + number + cipher).digest() + cipher

    def open(self, body: bytes, seq: int, deadline: float = NEVER) -> bytes:
        """The plain text of the message numbered `seq`; raises ProtocolError, DeadlineExceeded.

        A reply's signature is made as a request's is. Known clients do not look at it
        (python-kasa 0.12, openHAB's tapocontrol); here a wrong one is no answer.
        """
        number = _number(seq)
        cipher = body[32:]
        if not cipher:
            raise ProtocolError("%d bytes are too few for a KLAP message" % len(body))
        if body[:32] != sha256(self.sig + number + cipher).digest():
            raise ProtocolError("the signature of the KLAP message is wrong")
        try:
            return decrypt(self.keys, self.iv + number, cipher, deadline)
        except ValueError as error:
            raise ProtocolError("the KLAP message cannot be decrypted: %s" % error) from None


def _number(seq: int) -> bytes:
    return (seq & 0xFFFFFFFF).to_bytes(4, "big")
