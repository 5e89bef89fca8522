"""TPAP over HTTP, a protocol of `http_link`: two requests for a login, then one for each exchange.

A device locks itself after some fifteen wrong logins. So one is sent once and not again, whatever
becomes of the connection; after one that is refused no other is tried, and `refused` remembers it.
"""

from ..address import joined
from ..errors import ProtocolError, WrongCredentials
from .credentials import credentials, refusal
from .http_json import post_json
from .login_turn import Turn
from .tpap import ACCOUNT, Login, TpapSession, choice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields, HttpLink

SEALED = "Content-Type: application/octet-stream\r\n"


class Tpap:
    """`told` is the result of the device's answer to discover.

    The port is the link's, where that answer came from, whatever one it names.
    """

    name = "tpap"

    def __init__(self, link: "HttpLink", told: "Fields") -> None:
        self.link = link
        self.told = told
        self.session = None  # type: TpapSession | None

    def begin(self) -> None:
        """Log in. Raises WrongCredentials and other PlugErrors."""
        self.session = None
        given, source = credentials()
        kind = choice(self.told, bool(given))
        user, password = [*given, ("", "")][0] if kind == ACCOUNT else ("", "")
        if kind == ACCOUNT and not given:
            raise refusal("")
        deadline = self.link.http.deadline
        with Turn(self.place(), "%d\n%s\n%s" % (kind, user, password), deadline) as turn:
            login = Login(self.told, kind, password, deadline)
            try:
                self.session = self.log_in(login)
            except WrongCredentials as error:
                from .tpap_again import again

                self.session = again(self.log_in, login, turn, error, source)
            turn.accepted()

    def log_in(self, login: Login) -> TpapSession:
        share = login.share(self.post(login.register()))
        # Over a connection of its own, so that whatever becomes of that, it was not sent twice.
        return login.finish(self.post(share, True))

    def post(self, body: bytes, once: bool = False) -> bytes:
        status, reply = post_json(self.link, "/", body, once)
        if status != 200:
            raise ProtocolError("the device answers HTTP %d to a TPAP login" % status)
        return reply

    def ask(self, request: bytes, once: bool) -> "bytes | None":
        """None when the device has ended the session. Raises PlugError."""
        assert self.session
        deadline = self.link.http.deadline
        seq, body = self.session.seal(request, None, deadline)
        path = "/stok=%s/ds" % self.session.stok
        status, reply = self.link.post(path, body, SEALED, once)
        if status == 403:
            return None
        if status != 200:
            self.session = None
            raise ProtocolError("the device answers HTTP %d to a TPAP request" % status)
        if reply == body:  # the key and the number are the same, so it would be decrypted
            raise ProtocolError("the device sends the request back: an echo?")
        try:
            return self.session.open(reply, seq, deadline)
        except ProtocolError:
            from .tpap_refusal import ended

            if ended(reply):
                return None
            raise

    def place(self) -> str:
        """The device's address, by which a login that it refuses is remembered."""
        http = self.link.http
        try:
            host = http.socket.getpeername()[0]
        except (AttributeError, OSError):  # it closes the connection after each reply
            host = http.address or http.host
        return joined(host, http.port)
