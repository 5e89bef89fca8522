"""Where the proxy listens, and what it says about that."""

import socket

from ..address import joined
from ..cli.serving import MINE
from ..errors import LocalError
from ..printable import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .worker import Worker


def listening(address: str, port: int) -> socket.socket:
    """The socket to serve on. Raises LocalError."""
    try:
        family, _, _, _, where = socket.getaddrinfo(address, port, 0, socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, MINE, 1)
        listener.bind(where)
        listener.listen(512)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LocalError("cannot listen on %s: %s" % (joined(address, port), reason)) from None
    return listener


def greeting(listener: socket.socket, devices: "list[Worker]", token: bytes) -> str:
    """The first line: where, for what, and who can connect."""
    address, port = listener.getsockname()[:2]
    who = "" if token else "; WARNING: whoever reaches it can switch: see --token-file"
    if address == "::1" or address.startswith("127."):
        who = "; this machine only: others need --local-addr"
    text = "tplink-exec: listening on http://%s/ for %s%s"
    names_of = ", ".join(device.name for device in devices)
    return one_line(text % (joined(address, port), names_of, who)) + "\n"
