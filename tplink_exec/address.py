"""What a HOST word means to the subcommands that take several: watch and proxy."""

from .cli.options import is_port
from .errors import UsageError


def place(given: str, port: int) -> "tuple[str, int, str]":
    """Host, port and child of HOST, HOST:PORT, [IPV6]:PORT, each with #CHILD. Raises UsageError."""
    address, mark, child = given.partition("#")
    host, colon, digits = address.rpartition(":")
    if address.startswith("[") and address.endswith("]"):
        host, colon, digits = address[1:-1], "", ""
    elif host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif not colon or ":" in host:
        host, colon = address, ""
    if not host or (mark and not child) or (colon and not is_port(digits)):
        raise UsageError("HOST is ADDRESS or NAME, with :PORT or #CHILD or both, not %s" % given)
    return host, int(digits) if colon else port, child
