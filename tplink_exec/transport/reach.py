"""How a device is reached: by XOR on PORT, by KLAP, or by the one and then the other."""

import _socket as socket

from .connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..network.names import Named
    from ..shapes import Any, Options
    from .klap_http import Klap

KLAP_PORT = 80
"""The HTTP port of devices; as PORT it means KLAP."""


def reach(
    host: str, port: int, deadline: float, early: "list[Any]", options: "Options"
) -> "Connection | Klap | Named":
    """What HOST and the transport options mean; nothing is sent yet. For `early` see Connection.

    Raises PlugError for names; for an address no file is read.
    """
    if host and not is_address(host):
        from ..network.names import remembered

        named = remembered(host, deadline, options)
        if named:
            return named
    return direct(host, port, deadline, early, options)


def is_address(host: str) -> bool:
    """Whether it is an IPv4 or IPv6 address, and so no name."""
    host, zone, _ = host.partition("%")  # fe80::1%eth0
    try:
        socket.inet_pton(socket.AF_INET6 if zone or ":" in host else socket.AF_INET, host)
        return True
    except (OSError, ValueError):
        return False


def direct(
    host: str, port: int, deadline: float, early: "list[Any]", options: "Options"
) -> "Connection | Klap":
    """By what the transport options ask for, without a look at remembered devices."""
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
