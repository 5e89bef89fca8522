"""Simulated devices on real sockets: to try things out with, for the demo and for the tests.

A device answers on TCP and on UDP (discovery) of one port, as real ones do, and keeps TCP
connections open. It can play one of the faults in sim_faults instead of answering on TCP.
"""

import asyncio
import collections
import ipaddress
import socket
import struct

from .arguments import Parser
from .cipher import decrypt, encrypt
from .errors import LocalError, UsageError
from .output import put
from .sim_faults import FAULTS, HOLD, RESET
from .sim_models import MODELS, device
from .wire import frame, next_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Address, Any, Steps  # noqa: F401 (type comments)
    from .sim_base import Device

BACKLOG = "backlog"
"""The fault of a device that accepts no connection: its queue is full."""


class Simulator:
    """A device, and optionally a fault, on a port.

    `connections` and `requests` (the last 100, plain text) count what came by TCP.
    """

    def __init__(self, device: "Device", fault: str = "") -> None:
        self.device = device
        self.fault = fault
        self.connections = 0
        self.requests = collections.deque(maxlen=100)  # type: collections.deque[bytes]
        self.open = []  # type: list[Any]

    async def start(self, address: str, port: int) -> int:
        """Listen on TCP and UDP; port 0 takes one that is free for both. Returns the port."""
        for attempt in range(20):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            datagrams = socket.socket(family, socket.SOCK_DGRAM)
            try:
                listener.bind((address, port))
                datagrams.bind((address, listener.getsockname()[1]))
                break
            except OSError as error:
                listener.close()
                datagrams.close()
                if port or attempt == 19:
                    raise LocalError(
                        "cannot listen on %s port %d: %s" % (address, port, error.strerror)
                    ) from None
        discovery, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Discovery(self.device), sock=datagrams
        )
        self.open.append(discovery)
        if self.fault == BACKLOG:
            self._fill_backlog(listener)
        else:
            self.open.append(await asyncio.start_server(self._serve, sock=listener, backlog=512))
        return int(listener.getsockname()[1])

    def _fill_backlog(self, listener: socket.socket) -> None:
        listener.listen(0)
        self.open.append(listener)
        for _ in range(4):
            client = socket.socket(listener.family, socket.SOCK_STREAM)
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
            self.open.append(client)

    async def stop(self) -> None:
        """Stop listening, close all connections."""
        for resource in self.open:
            resource.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.connections
        self.connections += 1
        self.open.append(writer)
        try:
            while await self._exchange(reader, writer, number):
                pass
        except (OSError, ValueError):
            pass  # the client's doing: it went away, or does not speak this protocol
        finally:
            self.open.remove(writer)
            writer.close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        """Answer one request; False when the connection is to be closed."""
        pending = bytearray()
        request = None
        while request is None:
            data = await reader.read(8192)
            if not data:
                return False
            pending += data
            request = next_message(pending)
        self.requests.append(request)
        reply = self.device.answer(request)
        if reply is None:
            return False
        steps = [frame(reply)]  # type: Steps
        if self.fault:
            steps = FAULTS[self.fault](reply, number)
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


class _Discovery(asyncio.DatagramProtocol):
    def __init__(self, device: "Device") -> None:
        self.device = device

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: Any

    def datagram_received(self, data: bytes, address: "tuple[str, int]") -> None:
        reply = self.device.answer(decrypt(data))
        if reply is not None:
            self.transport.sendto(encrypt(reply), address)


def simulate(argv: "list[str]") -> None:
    """The subcommand: serve until a signal ends the process."""
    parser = Parser("simulate")
    models_help = "each further one on the next address: " + ", ".join(MODELS)
    parser.add_argument("--model", action="append", choices=MODELS, metavar="M", help=models_help)
    parser.add_argument("--address", default="127.0.0.1", metavar="A", help="default %(default)s")
    parser.add_argument("--port", type=int, default=9999, metavar="P", help="0: any free one")
    faults = sorted([*FAULTS, BACKLOG])
    faults_help = "what to do instead of answering: " + ", ".join(faults)
    parser.add_argument("--fault", choices=faults, metavar="F", help=faults_help)
    options = parser.parse_args(argv)
    models = options.model or ["HS100"]
    try:
        address = ipaddress.ip_address(options.address)
        address + len(models)
    except ValueError as error:
        raise UsageError("--address: %s" % error) from None
    if not 0 <= options.port <= 65535:
        raise UsageError("--port is a number from 0 to 65535, not %d" % options.port)
    asyncio.run(_serve_all(models, address, options.port, options.fault))


async def _serve_all(models: "list[str]", address: "Address", port: int, fault: str) -> None:
    simulators = []
    for number, model in enumerate(models):
        simulators.append(Simulator(device(model, number), fault))
        port = await simulators[-1].start(str(address + number), port)
        place = "[%s]:%d" if address.version == 6 else "%s:%d"
        put(1, ("%s %s\n" % (model, place % (address + number, port))).encode())
    await asyncio.Event().wait()
