"""For `network.interfaces`: broadcast addresses by the table of the machine's addresses.

255.255.255.255 alone would reach one network, and that may be a virtual machine's.
"""

import socket
import struct

LIMITED = "255.255.255.255"
ROW = struct.Struct("4sL4sLLHH")
"""iphlpapi's MIB_IPADDRROW: address, interface, mask, and what does not matter here."""
MAX_ROWS = 256


def broadcast_addresses() -> "list[str]":
    """See interfaces."""
    import ctypes

    space = ctypes.create_string_buffer(4 + MAX_ROWS * ROW.size)
    size = ctypes.c_ulong(len(space))
    failed = ctypes.windll.iphlpapi.GetIpAddrTable(  # type: ignore[attr-defined]
        space, ctypes.byref(size), 0
    )
    if failed:
        return [LIMITED]
    (number,) = struct.unpack_from("L", space)
    rows = [ROW.unpack_from(space, 4 + place * ROW.size) for place in range(number)]
    found = [directed(address, mask) for address, _, mask, *_ in rows]
    return list(dict.fromkeys(filter(None, found)))


def directed(address: bytes, mask: bytes) -> str:
    """All that the mask leaves; "" for this machine's own, no address, and networks of two."""
    if address[0] in (0, 127) or not any(mask) or mask[3] > 0xFC:
        return ""
    return socket.inet_ntoa(bytes(a | b ^ 0xFF for a, b in zip(address, mask)))
