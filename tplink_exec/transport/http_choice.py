"""Which protocol a device's HTTP port speaks where that is not KLAP; no login is spent on it.

1. POST / with `discover`, which firmware with TPAP answers: it says whether it wants that. KLAP's
   path is 403 there, and so it is where Third-Party Compatibility is off.
2. What says nothing of it may speak AES, as SMART firmware did before KLAP.
"""

from ..errors import PlugError, ProtocolError, Refused, Unreachable, WrongCredentials
from ..misread import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields, HttpLink, HttpProtocol

DISCOVER = b'{"method":"login","params":{"sub_method":"discover"}}'
JSON = "Content-Type: application/json\r\n"
LOCKED = -2101


class NotSpoken(ProtocolError):
    """Not what a device answers that speaks the protocol in which it was asked."""


class Forbidden(PlugError):
    """The device talks to its maker's own apps only.

    python-kasa issue 1574, home-assistant.io pull request 44134: so do devices whose Third-Party
    Compatibility is off.
    """

    exit_code = 6

    def __init__(self, what: str, link: "HttpLink") -> None:
        advice = "switch Third-Party Compatibility on in the Kasa or Tapo app"
        super().__init__("%s HTTP port %d; %s" % (what, link.http.port, advice))


def choose(link: "HttpLink", failure: "PlugError | None") -> "HttpProtocol":
    """A protocol, its session begun. `failure` is how KLAP was not spoken; None: it was not tried,
    as the device is likely to speak another. Raises that, and other PlugErrors.
    """
    if not failure:
        likely = link.transport or link.likely
        try:
            return begun(link, likely, told(link) if likely == "tpap" else {})
        except NotSpoken:
            if link.only:
                raise
        link.transport = link.likely = ""  # after an update of its firmware
        link.begin()
        assert link.protocol
        return link.protocol
    if link.only or not isinstance(failure, (NotSpoken, Forbidden)):
        raise failure
    found = told(link)
    if "tpap" in found:
        return begun(link, "tpap", found)
    if isinstance(failure, Forbidden) and found.get("tpap_preferred") is False:
        raise failure
    try:
        return begun(link, "aes", found)
    except NotSpoken:
        raise failure from None


def begun(link: "HttpLink", name: str, found: "Fields") -> "HttpProtocol":
    """Raises NotSpoken and other PlugErrors."""
    if name == "tpap" and "tpap" not in found:
        raise NotSpoken("the device says nothing of TPAP")
    if name == "tpap":
        try:
            module = __import__("tplink_exec.transport.tpap_http", fromlist=["Tpap"])
        except ImportError:
            raise Forbidden("the device speaks TPAP on", link) from None
        protocol = module.Tpap(link, found)  # type: HttpProtocol
        protocol.begin()
        return protocol
    raise NotSpoken("it does not speak AES")


def told(link: "HttpLink") -> "Fields":
    """The result of the answer to `discover`, {} where there is none. Raises PlugError."""
    link.cookie = b""
    try:
        _, reply = link.post("/", DISCOVER, JSON)
        answer = decoded(reply)
    except ProtocolError:
        return {}
    except Unreachable as error:
        if error.dropped:
            return {}
        raise
    if not isinstance(answer, dict):
        return {}
    if answer.get("error_code") == LOCKED:
        text = "the device is locked after too many refused logins; it opens again by itself"
        raise WrongCredentials(text)
    result = answer.get("result")
    return result if isinstance(result, dict) else {}


def check(request: bytes) -> None:
    """Raise Refused for the JSON of other families: what speaks AES or TPAP is a SMART device."""
    if request.startswith(b'{"system"'):
        refusal = Refused("a SMART device, which has other requests")
        refusal.unsupported = refusal.smart = True
        raise refusal
