"""A link to a device at an address: by XOR on PORT, by HTTP, or by the one and then the other."""

from ..address import HTTP_PORT
from .connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Early, HttpLink, Options  # noqa: F401 (type comments)


def direct(host, port, deadline, options, early=None):
    # type: (str, int, float, Options, Early | None) -> Connection | HttpLink
    """By what the transport options ask for, without a look at remembered devices.

    options["likely"] is the protocol that the device has spoken on its HTTP port.
    """
    transport = options.get("--transport", "http" if port == HTTP_PORT else "auto")
    http_port = options.get("--http-port", HTTP_PORT)
    if transport not in ("auto", "xor"):
        from .http_link import HttpLink

        only = transport if transport != "http" else ""
        return HttpLink(host, http_port, deadline, only, options.get("likely", ""))
    if transport == "xor":
        http_port = 0
    return Connection(host, port, deadline, http_port, instead, early)


def instead(host, http_port, deadline):
    # type: (str, int, float) -> HttpLink
    """What a Connection tries when its port is closed."""
    from .http_link import HttpLink

    return HttpLink(host, http_port, deadline)
