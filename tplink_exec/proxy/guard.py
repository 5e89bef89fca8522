"""Who may ask the proxy: what stops other web sites, DNS rebinding, and people without the token.

A web page from elsewhere that is open in a browser of this house can make that browser send
requests to the proxy. It cannot change what the browser says of itself in them:

1. Host is the name in the page's URL. With DNS rebinding a stranger's name leads here, so only
   names that mean this machine are taken (addresses cannot be rebound).
2. Origin, which browsers send with every POST, PUT and every cross-site fetch, and Sec-Fetch-Site.

Programs such as curl or openHAB send neither Origin nor Sec-Fetch-Site, and are let through.
"""

import hmac
import ipaddress
import socket
import stat

from .. import storage
from ..errors import LocalError
from .http_request import HttpError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .http_request import Request

SAFE = ("GET", "HEAD")
MAX_TOKEN_FILE = 4096


class Guard:
    """`token` b"" asks for none; `names` are accepted in Host beyond those of this machine."""

    def __init__(self, token: bytes, names: "list[str]") -> None:
        own = socket.gethostname().lower()
        self.token = token
        self.names = {"localhost", own, own + ".local", own.partition(".")[0] + ".local"}
        self.names |= {name.lower().rstrip(".") for name in names}

    def check_origin(self, asked: "Request") -> None:
        """Raise HttpError 403 for what a page from elsewhere makes a browser send."""
        if "host" in asked.fields and not self.is_ours(asked.host):
            text = "Host %.100r is not this machine; --allow-host NAME would accept it"
            raise HttpError(403, text % asked.host)
        origin = asked.fields.get("origin")
        own = "://" + asked.host.lower()
        if origin is not None and origin.lower() not in ("http" + own, "https" + own):
            raise HttpError(403, "Origin %.100r: not a page of this proxy" % origin)
        site = asked.fields.get("sec-fetch-site", "none")
        link = asked.method in SAFE and asked.fields.get("sec-fetch-mode") == "navigate"
        if site not in ("none", "same-origin") and not link:
            raise HttpError(403, "Sec-Fetch-Site %.40r: not a page of this proxy" % site)

    def is_ours(self, host: str) -> bool:
        name, colon, port = host.rpartition(":")
        if not colon or host.endswith("]"):
            name = host
        elif not (port.isascii() and port.isdigit()):
            return False
        if name.lower().rstrip(".") in self.names:
            return True
        try:
            if name[:1] == "[" and name[-1:] == "]":
                ipaddress.IPv6Address(name[1:-1])
            else:
                ipaddress.IPv4Address(name)
        except ValueError:
            return False
        return True

    def check_token(self, asked: "Request") -> None:
        """Raise HttpError 401 when the token is asked for and not there."""
        if not self.token:
            return
        scheme, _, given = asked.fields.get("authorization", "").partition(" ")
        given_bytes = given.strip().encode("latin-1")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given_bytes, self.token):
            text = "wants the token of --token-file: Authorization: Bearer ..."
            raise HttpError(401, text, ('WWW-Authenticate: Bearer realm="tplink-exec"',))


def from_browser(asked: "Request") -> bool:
    marks = "origin", "referer", "cookie"
    return any(name in marks or name.startswith("sec-fetch-") for name in asked.fields)


def read_token(path: str) -> bytes:
    """The token in a file that others can neither read nor write. Raises LocalError."""
    try:
        data, mode = storage.read(path, MAX_TOKEN_FILE)
    except OSError as error:
        raise LocalError("the token in %s: %s" % (path, error.strerror)) from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise LocalError("the token in %s is open to everybody: chmod 600 it" % path)
    token = data.strip()
    if not token or any(byte <= 32 or byte >= 127 for byte in token):
        raise LocalError("the token in %s is not one word of ASCII characters" % path)
    return token
