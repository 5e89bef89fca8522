"""What a process that runs long asks of the system: descriptors, and a port of its own.

On Windows `windows.sockets` stands in for this module.
"""

import _socket as socket
import resource

MINE = socket.SO_REUSEADDR
"""The socket option for a port that is ours alone, and can be had again at once."""
MANY = 1 << 20


def descriptors(wanted: int = 0) -> int:
    """How many may be open; the limit is raised to `wanted`, as far as that is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MANY if soft == resource.RLIM_INFINITY else soft
