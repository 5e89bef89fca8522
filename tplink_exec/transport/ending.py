"""Whether a device closes the connection, as some do after each reply."""

import _socket as socket

from .connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .http_link import HttpLink

ENDING_S = 0.03
"""How soon after its reply a device that closes the connection has done so."""


def is_ending(link: "Connection | HttpLink") -> bool:
    """A session over HTTP goes on by the next connection."""
    if not isinstance(link, Connection) or link.http_link or not link.socket:
        return False
    link.socket.settimeout(ENDING_S)
    try:
        return not link.socket.recv(1, socket.MSG_PEEK)
    except socket.timeout:
        return False
    except OSError:
        return True
