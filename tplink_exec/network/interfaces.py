"""The IPv4 broadcast addresses of this machine's interfaces.

On Windows `windows.adapters` stands in for this module.
"""

import _socket as socket
import array
import struct
import sys

LIMITED = "255.255.255.255"
"""Reaches the default route's network only: for systems that have not Linux's calls."""

# linux/sockios.h, linux/if.h
SIOCGIFCONF = 0x8912
SIOCGIFFLAGS = 0x8913
SIOCGIFBRDADDR = 0x8919
SIOCGIFNETMASK = 0x891B
IFF_UP = 1
IFF_BROADCAST = 2
POINTER = struct.calcsize("P")
IFREQ = 16 + 3 * POINTER if POINTER == 8 else 32
"""Bytes of struct ifreq: a name of 16, then an address or whatever."""
MAX_INTERFACES = 256


def broadcast_addresses() -> "list[str]":
    """Of every interface that is up and can broadcast; [] when there is none, or no socket."""
    if not sys.platform.startswith("linux"):
        return [LIMITED]
    try:
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        return []
    found = [_broadcast(link, name, address) for name, address in _configured(link)]
    link.close()
    return list(dict.fromkeys(filter(None, found)))


def _configured(link: "socket.socket") -> "list[tuple[bytes, bytes]]":
    """(label, IPv4 address) of each address of each interface."""
    from fcntl import ioctl

    space = array.array("B", bytes(IFREQ * MAX_INTERFACES))
    address, _ = space.buffer_info()
    try:
        filled = ioctl(link.fileno(), SIOCGIFCONF, struct.pack("iP", len(space), address))
    except OSError:
        return []
    (size,) = struct.unpack_from("i", filled)
    entries = [bytes(space[at : at + IFREQ]) for at in range(0, size, IFREQ)]
    return [(entry[:16], entry[20:24]) for entry in entries]


def _broadcast(link: "socket.socket", name: bytes, address: bytes) -> str:
    """Its broadcast address; "" when it has none or is down."""
    from fcntl import ioctl

    # With the address, as an interface may have several.
    request = name + struct.pack("HH", socket.AF_INET, 0) + address + bytes(IFREQ - 24)
    try:
        (flags,) = struct.unpack_from("H", ioctl(link.fileno(), SIOCGIFFLAGS, request), 16)
        if flags & (IFF_UP | IFF_BROADCAST) != IFF_UP | IFF_BROADCAST:
            return ""
        found = ioctl(link.fileno(), SIOCGIFBRDADDR, request)[20:24]
        if not any(found):  # not configured: all that its mask leaves
            mask = ioctl(link.fileno(), SIOCGIFNETMASK, request)[20:24]
            if mask[3] > 0xFC:  # two addresses or one: nobody to broadcast to
                return ""
            found = bytes(a | b ^ 0xFF for a, b in zip(address, mask))
    except OSError:
        return ""
    return socket.inet_ntoa(found)
