"""What a protocol of `http_link` says when the device does not speak it; most calls need it not."""

from ..errors import PlugError, ProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import HttpLink


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
