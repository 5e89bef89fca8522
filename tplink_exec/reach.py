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


def renew(link: "Any", deadline: float) -> bool:
    """Give a link that is kept the deadline of its next call; False when it takes none."""
    klap = getattr(link, "klap", None)
    parts = [link, getattr(link, "http", None), klap and klap.http]  # type: list[Any]
    taking = [part for part in parts if hasattr(part, "deadline")]
    for part in taking:
        part.deadline = deadline
    return bool(taking)
