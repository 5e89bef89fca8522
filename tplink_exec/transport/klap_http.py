"""KLAP, a protocol of `http_link`: what newer firmware speaks where port 9999 is closed.

1. 403 after a handshake means one new handshake: a device forgets its sessions.
2. What answers the first handshake request otherwise than KLAP does speaks something else.
3. Once a device has shown that it speaks KLAP, a login that does not fit is final.
"""

from ..errors import ProtocolError, WrongCredentials
from .klap import DEFAULT_CREDENTIALS, Session, client_hash, decide, seed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import HttpLink

HANDSHAKE = 48
"""Bytes of the reply to handshake1: the device's seed, 16, and its server hash, 32."""
FORBIDDEN = 403


class Klap:
    """See http_link."""

    name = "klap"

    def __init__(self, link: "HttpLink") -> None:
        self.link = link
        self.session = None  # type: Session | None

    def begin(self) -> None:
        """Raises NotSpoken, Forbidden, WrongCredentials and other PlugErrors."""
        for last in (False, True):
            self.link.cookie = b""
            local = seed()
            remote, proof = self.handshake1(local)
            if not remote and not last and self.link.only:
                continue  # otherwise http_choice asks first if it is TPAP that is spoken
            if not remote:
                from .http_errors import Forbidden

                raise Forbidden("HTTP 403 to the KLAP handshake on", self.link)
            version, auth = login(local, remote, proof)
            body = client_hash(version, local, remote, auth)
            status, _ = self.link.post("/app/handshake2", body)
            if status == 200:
                self.session = Session(local, remote, auth)
                return
            if status != FORBIDDEN:
                raise ProtocolError("the device answers HTTP %d to handshake2" % status)
        raise WrongCredentials("the device refuses the login that fits it (HTTP 403)")

    def handshake1(self, local: bytes) -> "tuple[bytes, bytes]":
        """The device's seed and proof, empty for HTTP 403. Raises NotSpoken."""
        problem = ""
        try:
            status, reply = self.link.post("/app/handshake1", local)
            if status == FORBIDDEN:
                return b"", b""
            if (status, len(reply)) == (200, HANDSHAKE):
                return reply[:16], reply[16:]
            problem = "HTTP %d with %d bytes to handshake1" % (status, len(reply))
        except ProtocolError as error:
            problem = str(error)
        from .http_errors import NotSpoken

        raise NotSpoken(problem)

    def ask(self, request: bytes, once: bool) -> "bytes | None":
        assert self.session
        deadline = self.link.http.deadline
        # Each time: no number is taken twice.
        seq, body = self.session.seal(request, None, deadline)
        status, reply = self.link.post("/app/request?seq=%d" % seq, body, once=once)
        if status == 200:
            return self.session.open(reply, seq, deadline)
        if status == FORBIDDEN:
            return None
        self.session = None
        raise ProtocolError("the device answers HTTP %d to a KLAP request" % status)


def login(local: bytes, remote: bytes, proof: bytes) -> "tuple[int, bytes]":
    """Version and auth hash that the device has: its defaults', else the user's."""
    found = decide(local, remote, proof, DEFAULT_CREDENTIALS)
    if found:
        return found
    from .credentials import credentials, refusal

    given, source = credentials()
    found = decide(local, remote, proof, given)
    if found:
        return found
    raise refusal(source)
