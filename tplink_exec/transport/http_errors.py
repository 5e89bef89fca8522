"""The failures of `http_link` and its protocols; most calls need none."""

from ..errors import PlugError, ProtocolError, Unreachable, WrongCredentials

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


def judge_other(error: PlugError, kind: str, port: int) -> None:
    """What is wrong on the HTTP port, where PORT was refused or says nothing (`kind`).

    Raises what the user must know; otherwise PORT is tried again.
    """
    if isinstance(error, WrongCredentials):
        raise error
    if kind != "refused" or getattr(error, "refused", False):
        return
    if isinstance(error, NotSpoken):
        text = "connection refused, and what answers on HTTP port %d is no such device: %s"
        raise Unreachable(text % (port, error)) from None
    raise error
