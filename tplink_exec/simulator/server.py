"""What simulated devices share: the sockets of TCP and UDP, and playing a reply's steps."""

import asyncio
import collections
import ipaddress
import socket
import struct

from ..cli.serving import MINE
from ..errors import LocalError
from .faults import HOLD, RESET
from .udp_faults import ANOTHER_ADDRESS, ANOTHER_PORT, LATER, UDP_FAULTS, Past

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable, SocketAddress, Steps  # noqa: F401 (type comments)
    from .base import SimulatedDevice

WAKING_S = 0.15
"""How long a sleeping device takes to open its port."""
BACKLOG = "backlog"
"""The fault of a device that accepts no connection: its queue is full."""


def bound(address: str, port: int, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A socket with that address and port (0: any free one). Raises LocalError."""
    it = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    try:
        if kind == socket.SOCK_STREAM:
            it.setsockopt(socket.SOL_SOCKET, MINE, 1)
        it.bind((address, port))
    except OSError as error:
        it.close()
        text = "cannot listen on %s%s port %d: %s"
        udp = "" if kind == socket.SOCK_STREAM else " UDP"
        raise LocalError(text % (address, udp, port, error.strerror)) from None
    return it


def bound_pair(
    address: str, port: int, udp_port: "int | None" = None
) -> "tuple[socket.socket, socket.socket]":
    """Sockets for TCP and UDP; of one port, unless UDP has its own. Raises LocalError."""
    for attempt in range(20):
        listener = bound(address, port)
        try:
            number = listener.getsockname()[1] if udp_port is None else udp_port
            return listener, bound(address, number, socket.SOCK_DGRAM)
        except LocalError:
            listener.close()
            if port or attempt == 19:
                raise
    raise AssertionError


class Datagrams(asyncio.DatagramProtocol):
    """Answers each with what `reply` makes of it, in steps as udp_faults has them."""

    def __init__(self, reply: "Callable[[bytes], Steps]") -> None:
        self.reply = reply
        self.kept = []  # type: list[tuple[bytes, SocketAddress]]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: Any

    def datagram_received(self, data: bytes, address: "SocketAddress") -> None:
        steps = self.reply(data)
        kept, self.kept = self.kept, []
        for late, asker in kept:
            self.send(late, asker, "")
        late_s, place = 0.0, ""
        for step in steps:
            if isinstance(step, float):
                late_s += step
            elif isinstance(step, str):
                place = step
            elif place == LATER:
                self.kept.append((step, address))
            elif late_s:
                asyncio.get_running_loop().call_later(late_s, self.send, step, address, place)
            else:
                self.send(step, address, place)

    def send(self, data: bytes, address: "SocketAddress", place: str) -> None:
        if self.transport.is_closing():
            return
        if place:
            send_from(place, self.transport.get_extra_info("socket"), data, address)
        else:
            self.transport.sendto(data, address)


def send_from(place: str, own: "Any", data: bytes, address: "SocketAddress") -> None:
    """Send from ANOTHER_ADDRESS, 127.128.0.1 for 127.0.0.1, or from ANOTHER_PORT than `own`.

    Where that address is not to be had, nothing is sent.
    """
    host, port, *rest = own.getsockname()
    if place == ANOTHER_ADDRESS:
        whole = ipaddress.ip_address(host)
        host = str(type(whole)(int(whole) ^ 1 << 23))
    with socket.socket(own.family, socket.SOCK_DGRAM) as other:
        try:
            other.bind((host, 0 if place == ANOTHER_PORT else port, *rest))
            other.sendto(data, address)
        except OSError:
            pass


class DeviceServer:
    """A device, and optionally a fault; abstract: what it says is up to `exchange`.

    `connections` and `requests` (the last 100, plain text) count what came by TCP. `udp_fault` is
    one of UDP_FAULTS or ""; it may be set at any time.
    `discovery_port` is that of UDP, 0 any free one, None that of TCP.
    """

    discovery_port = None  # type: int | None
    protocol = Datagrams

    asleep = False
    """Whether TCP is closed until something comes by UDP that is answered."""

    def __init__(self, device: "SimulatedDevice", fault: str = "") -> None:
        self.device = device
        self.fault = fault
        self.udp_fault = ""
        self.past = Past(device.mac)
        self.connections = 0
        self.requests = collections.deque(maxlen=100)  # type: collections.deque[bytes]
        self.open = []  # type: list[Any]

    async def start(self, address: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port of TCP. Raises LocalError."""
        return await self.serve(*bound_pair(address, port, self.discovery_port))

    async def serve(self, listener: socket.socket, datagrams: socket.socket) -> int:
        """Serve on bound sockets. Returns the port of TCP."""
        if self.discovery_port == 0:
            self.discovery_port = datagrams.getsockname()[1]
        place = listener.getsockname()[:2]
        loop = asyncio.get_running_loop()

        def found(data: bytes) -> "Steps":
            reply = self.found(data, *place)
            if reply is None:
                return ()
            if self.asleep:
                self.asleep = False
                self.waking = loop.create_task(self._wake(listener))
            return UDP_FAULTS[self.udp_fault](reply, self.past) if self.udp_fault else (reply,)

        protocol = self.protocol(found)
        self.open.append((await loop.create_datagram_endpoint(lambda: protocol, sock=datagrams))[0])
        if self.fault == BACKLOG:
            self._fill_backlog(listener)
        elif self.asleep:
            self.open.append(listener)
        else:
            await self._listen(listener)
        return int(place[1])

    async def _listen(self, listener: socket.socket) -> None:
        self.open.append(await asyncio.start_server(self._serve, sock=listener, backlog=512))

    async def _wake(self, listener: socket.socket) -> None:
        await asyncio.sleep(WAKING_S)
        if listener.fileno() >= 0:  # else it has been stopped meanwhile
            self.open.remove(listener)
            await self._listen(listener)

    def found(self, data: bytes, address: str, port: int) -> "bytes | None":
        """What is said to a datagram; the place is that of TCP."""
        raise NotImplementedError

    async def exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        """Answer one request; False when the connection, the `number`th from 0, is to be closed.

        Raises ValueError and EOFError for what is no request.
        """
        raise NotImplementedError

    async def stop(self) -> None:
        """Stop listening, close all connections."""
        for resource in self.open:
            resource.close()

    def _fill_backlog(self, listener: socket.socket) -> None:
        listener.listen(0)
        self.open.append(listener)
        for _ in range(4):
            client = socket.socket(listener.family, socket.SOCK_STREAM)
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
            self.open.append(client)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.connections
        self.connections += 1
        self.open.append(writer)
        try:
            while await self.exchange(reader, writer, number):
                pass
        except (OSError, ValueError, EOFError):
            pass  # the client's doing: it went away, or does not speak this protocol
        finally:
            self.open.remove(writer)
            writer.close()


async def play(steps: "Steps", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Do what faults says steps mean; False when the connection is to be closed."""
    for step in steps:
        if isinstance(step, bytes):
            writer.write(step)
            await writer.drain()
        elif isinstance(step, float):
            await asyncio.sleep(step)
        elif step == HOLD:
            await reader.read()
            return False
        elif step == RESET:
            linger = struct.pack("ii", 1, 0)
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        else:
            return False  # CLOSE
    return True
