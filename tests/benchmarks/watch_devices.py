"""The devices of watch.py: whatever address of 127.x is asked on port 9999, by TCP or UDP, is one.

There is one socket for all by UDP, and one that listens for TCP. Which device is asked is told by
the address that the datagram was sent to (IP_PKTINFO, Linux), and from that the answer comes. A
device is made when it is first asked: an HS110, with a meter, on METERED, an HS100 elsewhere. Its
rssi is another one in each answer, as with real devices, so that nobody gains by comparing them.

For a line of standard input it prints how often get_sysinfo has been asked so far.
"""

import asyncio
import contextlib
import ipaddress
import socket
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tplink_exec.cipher import decrypt, encrypt  # noqa: E402
from tplink_exec.simulator.plugs import SimulatedPlug  # noqa: E402
from tplink_exec.transport.wire import frame, next_message  # noqa: E402

PORT = 9999
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
METERED = ipaddress.ip_network("127.21.0.0/16")
IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)
PKTINFO = struct.Struct("=I4s4s")
"""The interface, the address to send from, the address that it was sent to."""
ANCILLARY = socket.CMSG_SPACE(PKTINFO.size)
AT_ONCE = 100
"""How many datagrams are answered before TCP has its turn."""
BUFFER = 1 << 23


class Plug(SimulatedPlug):
    answers = 0

    def identity(self):
        self.answers += 1
        return {**super().identity(), "rssi": -40 - self.answers % 40}


class Devices:
    """By address, as four bytes."""

    def __init__(self):
        self.known = {}
        self.polls = 0

    def answer(self, address, request):
        """None for what is no request, and for an address that is none of theirs."""
        plug = self.known.get(address)
        if plug is None:
            whole = ipaddress.ip_address(address)
            if whole not in LOOPBACK:
                return None
            model = "HS110" if whole in METERED else "HS100"
            plug = self.known[address] = Plug(model, len(self.known))
        self.polls += b"get_sysinfo" in request
        return plug.answer(request)


class Connection(asyncio.Protocol):
    def __init__(self, devices):
        self.devices = devices
        self.pending = bytearray()

    def connection_made(self, transport):
        self.transport = transport
        self.address = socket.inet_aton(transport.get_extra_info("sockname")[0])

    def data_received(self, data):
        self.pending += data
        request = next_message(self.pending)
        while request is not None:
            reply = self.devices.answer(self.address, request)
            if reply is None:
                self.transport.abort()
                return
            self.transport.write(frame(reply))
            request = next_message(self.pending)


def answer_datagrams(link, devices):
    for _ in range(AT_ONCE):
        try:
            data, ancillary, _, sender = link.recvmsg(65535, ANCILLARY)
        except BlockingIOError:
            return
        _, _, address = PKTINFO.unpack(ancillary[0][2])
        reply = devices.answer(address, decrypt(data))
        if reply is not None:
            from_there = socket.IPPROTO_IP, IP_PKTINFO, PKTINFO.pack(0, address, bytes(4))
            with contextlib.suppress(OSError):  # lost, as datagrams are
                link.sendmsg([encrypt(reply)], [from_there], 0, sender)


def bound(kind):
    """A socket of all addresses, but of the loopback interface only."""
    it = socket.socket(socket.AF_INET, kind)
    it.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    if kind == socket.SOCK_DGRAM:
        it.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        it.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    else:
        it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    it.bind(("0.0.0.0", PORT))
    it.setblocking(False)
    return it


async def main():
    devices = Devices()
    loop = asyncio.get_running_loop()
    listener = bound(socket.SOCK_STREAM)
    await loop.create_server(lambda: Connection(devices), sock=listener, backlog=4096)
    link = bound(socket.SOCK_DGRAM)
    loop.add_reader(link, answer_datagrams, link, devices)
    loop.add_reader(0, lambda: (sys.stdin.readline(), print(devices.polls, flush=True)))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
