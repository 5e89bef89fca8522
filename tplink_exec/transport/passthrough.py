"""AES ("securePassthrough"), a protocol of `http_link`: SMART firmware before KLAP.

1. POST /app, `handshake` with an RSA key, a new one for each link (`rsa` says why). The answer has
   the key and the IV of the session, which stay the same for all of its messages.
2. `securePassthrough` of `login_device`, in one of two forms: the hash of the password, or the
   password itself, base64, as firmware without login version 2 wants it. Nothing but the answer
   tells which, so the hash goes first. A login that is refused wants a new handshake.
3. securePassthrough of requests to /app?token=TOKEN. 9999 and -1501 say that the session is gone.

What clients do: python-kasa, kasa/transports/aestransport.py; openHAB's tapocontrol.
"""

import binascii
import time

from ..errors import ProtocolError, Refused
from . import aes
from .credentials import credentials, refusal
from .http_errors import NotSpoken
from .http_json import error_code, post_json, result
from .klap import DEFAULT_CREDENTIALS, sha1
from .rsa import new_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, HttpLink  # noqa: F401 (type comments)

FORMS = ("password2", "password")
GONE = (9999, -1501)
NOT_THIS_LOGIN = (-1501, -1008)
FORBIDDEN = 403


class Passthrough:
    """See http_link. `session` is the round keys, the IV, and the query with the token."""

    name = "aes"

    def __init__(self, link: "HttpLink") -> None:
        self.link = link
        self.session = None  # type: Any
        self.key = new_key()
        self.login = ""
        """That which the device has taken, as JSON."""

    def begin(self) -> None:
        """Raises NotSpoken, WrongCredentials and other PlugErrors."""
        self.session = None
        source = ""
        logins, self.login = [self.login] if self.login else [], ""
        if not logins:
            logins, source = possible()
        for login in logins:
            keys, iv = self.handshake()
            request = '{"method":"login_device","params":%s,"request_time_milis":%d}'
            request %= login, time.time() * 1000
            reply = self.pass_through((keys, iv, ""), request.encode())
            code = error_code(reply)
            token = result(reply).get("token")
            if code == 0 and isinstance(token, str) and token.isprintable() and " " not in token:
                self.session = keys, iv, "?token=" + token
                self.login = login
                return
            if code in (None, 0, GONE[0]):
                raise ProtocolError("%.80r to an AES login" % reply)
            if code not in NOT_THIS_LOGIN:
                raise Refused("the device refuses the login: %.80r" % reply)
        raise refusal(source)

    def handshake(self) -> "tuple[list[bytes], bytes]":
        """The round keys and the IV of a new session, nobody logged in yet."""
        self.link.cookie = b""
        pem = self.key.public().replace(b"\n", b"\\n")
        request = b'{"method":"handshake","params":{"key":"%s"}}' % pem
        try:
            status, reply = post_json(self.link, "/app", request)
        except ProtocolError as error:
            raise NotSpoken(str(error)) from None
        secret = result(reply).get("key") if status == 200 else None
        if not isinstance(secret, str):
            raise NotSpoken("HTTP %d, %.60r, to the AES handshake" % (status, reply))
        try:
            both = self.key.decrypt(binascii.a2b_base64(secret))
            if len(both) != 32:
                raise ValueError("%d bytes are no key and IV" % len(both))
            return aes.expand(both[:16]), both[16:]
        except ValueError as error:
            raise ProtocolError("the device's AES handshake: %s" % error) from None

    def ask(self, request: bytes, once: bool) -> "bytes | None":
        reply = self.pass_through(self.session, request, once)
        return None if error_code(reply) in GONE else reply

    def pass_through(self, session: "Any", request: bytes, once: bool = False) -> bytes:
        """The reply to one. An error, and nothing else, may come in clear."""
        keys, iv, query = session
        deadline = self.link.http.deadline
        sealed = binascii.b2a_base64(aes.encrypt(keys, iv, request, deadline), newline=False)
        body = b'{"method":"securePassthrough","params":{"request":"%s"}}' % sealed
        status, reply = post_json(self.link, "/app" + query, body, once)
        if status == FORBIDDEN:
            return b'{"error_code":%d}' % GONE[0]
        inner = result(reply).get("response") if status == 200 else None
        if isinstance(inner, str) and inner[:1] != "{":
            try:
                return aes.decrypt(keys, iv, binascii.a2b_base64(inner), deadline)
            except ValueError as error:
                raise ProtocolError("the AES reply cannot be decrypted: %s" % error) from None
        clear = inner.encode("utf-8", "replace") if isinstance(inner, str) else reply
        if error_code(clear) in (0, None):
            self.session = None
            raise ProtocolError("HTTP %d, %.60r, to an AES request" % (status, clear))
        return clear


def possible() -> "tuple[list[str], str]":
    """The logins to try, as JSON, each of which costs one; and the source of the user's."""
    given, source = credentials()
    found = [login_of(*pair, form) for pair in given for form in FORMS]
    return found + [login_of(*pair, FORMS[0]) for pair in DEFAULT_CREDENTIALS[::-1]], source


def login_of(user: str, password: str, form: str) -> str:
    name, word = (text.encode("utf-8", "surrogateescape") for text in (user, password))
    words = [digest(name), digest(word) if form == "password2" else word]
    cells = [binascii.b2a_base64(data, newline=False).decode() for data in words]
    return '{"username":"%s","%s":"%s"}' % (cells[0], form, cells[1])


def digest(word: bytes) -> bytes:
    return sha1(word).hexdigest().encode()
