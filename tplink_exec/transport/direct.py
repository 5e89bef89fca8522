"""A link to a device at an address: by XOR on PORT, by KLAP, or by the one and then the other."""

from ..address import HTTP_PORT
from .connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Early, Klap, Options


def direct(
    host: str, port: int, deadline: float, options: "Options", early: "Early | None" = None
) -> "Connection | Klap":
    """By what the transport options ask for, without a look at remembered devices."""
    transport = options.get("--transport", "klap" if port == HTTP_PORT else "auto")
    http_port = options.get("--http-port", HTTP_PORT)
    if transport == "klap":
        from .klap_http import Klap

        return Klap(host, http_port, deadline)
    if transport == "xor":
        http_port = 0
    return Connection(host, port, deadline, http_port, instead, early)


def instead(host: str, http_port: int, deadline: float) -> "Klap | None":
    """What a Connection tries when its port is closed."""
    from .klap_http import found_at

    return found_at(host, http_port, deadline)
