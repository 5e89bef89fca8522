"""For `cli.serving`."""

import socket

MINE = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
"""With SO_REUSEADDR another process could take the same port."""
MANY = 4096


def descriptors(wanted: int = 0) -> int:
    """See serving: sockets are none, and memory is their limit."""
    return max(wanted, MANY)
