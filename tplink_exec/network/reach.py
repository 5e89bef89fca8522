"""What HOST means: an address, the name of a remembered device, or one that the DNS knows."""

from ..address import is_address
from . import known

if 0:  # for type checkers
    from ..shapes import Link, Named, Options  # noqa: F401 (type comments)


def remembered(name, deadline, options):
    # type: (str, float, Options) -> Named | None
    """A link to the remembered device of that name, if there is one. Raises PlugError."""
    found = known.find(name)
    if not found:
        return None
    from .names import Named

    return Named(*found, deadline, options)


def reach(host, port, deadline, options):
    # type: (str, int, float, Options) -> Link
    """A link to it by the transport options; nothing is sent yet.

    Raises PlugError for names; for an address no file is read.
    """
    named = None if is_address(host) else remembered(host, deadline, options)
    if named:
        return named
    from ..transport.direct import direct

    return direct(host, port, deadline, options)
