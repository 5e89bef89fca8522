"""Which protocol a device's HTTP port speaks where that is not KLAP; no login is spent on it.

1. POST / with `discover`, which firmware with TPAP answers: it says whether it wants that. KLAP's
   path is 403 there, and so it is where Third-Party Compatibility is off.
2. What says nothing of it may speak AES, as SMART firmware did before KLAP.
"""

from ..errors import ProtocolError, Refused, Unreachable, WrongCredentials
from .http_errors import Forbidden, NotSpoken
from .http_json import error_code, post_json, result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..errors import PlugError
    from ..shapes import Fields, HttpLink, HttpProtocol

DISCOVER = b'{"method":"login","params":{"sub_method":"discover"}}'
LOCKED = -2101


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
    try:
        if isinstance(failure, Forbidden):
            return begun(link, "klap", found)  # once more: the first 403 may mean nothing
    except Forbidden:
        if found.get("tpap_preferred") is False:
            raise
    try:
        return begun(link, "aes", found)
    except NotSpoken:
        raise failure from None


def begun(link: "HttpLink", name: str, found: "Fields") -> "HttpProtocol":
    """Raises NotSpoken and other PlugErrors."""
    if name == "tpap" and "tpap" not in found:
        raise NotSpoken("the device says nothing of TPAP")
    if name == "tpap":
        from .tpap_http import Tpap

        protocol = Tpap(link, found)  # type: HttpProtocol
    elif name == "klap":
        from .klap_http import Klap

        protocol = Klap(link)
    else:
        from .passthrough import Passthrough

        known = link.protocol if link.transport == "aes" else None
        protocol = known or Passthrough(link)  # the key, and which login it takes, are kept
    protocol.begin()
    return protocol


def told(link: "HttpLink") -> "Fields":
    """The result of the answer to `discover`, {} where there is none. Raises PlugError."""
    link.cookie = b""
    try:
        _, reply = post_json(link, "/", DISCOVER)
    except ProtocolError:
        return {}
    except Unreachable as error:
        if error.dropped:
            return {}
        raise
    if error_code(reply) == LOCKED:
        text = "the device is locked after too many refused logins; it opens again by itself"
        raise WrongCredentials(text)
    return result(reply)


def check(request: bytes) -> None:
    """Raise Refused for the JSON of other families: what speaks AES or TPAP is a SMART device."""
    if request.startswith(b'{"system"'):
        refusal = Refused("a SMART device, which has other requests")
        refusal.unsupported = refusal.smart = True
        raise refusal
