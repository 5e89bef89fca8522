"""What HOST means: an address, the name of a remembered device, or one that the DNS knows."""

from ..address import is_address
from ..transport.direct import direct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Link, Options


def reach(host: str, port: int, deadline: float, options: "Options") -> "Link":
    """A link to it by the transport options; nothing is sent yet.

    Raises PlugError for names; for an address no file is read.
    """
    if host and not is_address(host):
        from .names import remembered

        named = remembered(host, deadline, options)
        if named:
            return named
    return direct(host, port, deadline, options)
