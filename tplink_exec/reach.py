"""How a device is reached: by XOR on PORT, by KLAP, or by the one and then the other."""

from .transport import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .klap_http import Klap
    from .shapes import Any, Options

KLAP_PORT = 80
"""The HTTP port of devices; as PORT it means KLAP."""


def reach(
    host: str, port: int, deadline: float, early: "list[Any]", options: "Options"
) -> "Connection | Klap":
    """What the transport options ask for; nothing is sent yet. For `early` see Connection."""
    transport = options.get("--transport", "klap" if port == KLAP_PORT else "auto")
    http_port = options.get("--http-port", KLAP_PORT)
    if transport == "klap":
        from .klap_http import Klap

        return Klap(host, http_port, deadline)
    return Connection(host, port, deadline, early, http_port if transport == "auto" else 0)
