"""Simulated devices on real sockets: to try things out with, for the demo and for the tests.

A device answers on TCP and on UDP (discovery) of one port, as real ones do, and keeps TCP
connections open. It can play one of the faults in faults instead of answering on TCP. How
it is with KLAP, see `klap_server`.
"""

import asyncio
import ipaddress
import socket

from ..address import joined
from ..cipher import decrypt, encrypt
from ..cli.arguments import Parser
from ..cli.output import put
from ..errors import LocalError, UsageError
from ..transport.klap import DEFAULT_CREDENTIALS
from ..transport.wire import frame, next_message
from .faults import FAULTS
from .http_faults import HTTP_FAULTS
from .klap_server import KlapSimulator
from .models import MODELS, device
from .server import BACKLOG, DeviceServer, bound, play
from .smart_models import SMART_MODELS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Address, Any, Steps  # noqa: F401 (type comments)
    from .base import SimulatedDevice

LOGINS = dict(zip(("blank", "kasa", "tapo"), DEFAULT_CREDENTIALS))
"""The login of a device that no account owns, by the words of --login."""


class Simulator(DeviceServer):
    """A device on port 9999, or another."""

    async def start(self, address: str, port: int) -> int:
        """Listen on TCP and UDP; port 0 takes one that is free for both. Returns the port."""
        listener, datagrams = bound_pair(address, port)
        await self.answer_datagrams(_Discovery(self.device), datagrams)
        return await self.listen(listener)

    async def exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
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
        return await play(steps, reader, writer)


def bound_pair(address: str, port: int) -> "tuple[socket.socket, socket.socket]":
    """Sockets for TCP and UDP of one port. Raises LocalError."""
    for attempt in range(20):
        listener = bound(address, port)
        try:
            number = listener.getsockname()[1]
            return listener, bound(address, number, socket.SOCK_DGRAM)
        except LocalError:
            listener.close()
            if port or attempt == 19:
                raise
    raise AssertionError


class _Discovery(asyncio.DatagramProtocol):
    def __init__(self, device: "SimulatedDevice") -> None:
        self.device = device

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: Any

    def datagram_received(self, data: bytes, address: "tuple[str, int]") -> None:
        reply = self.device.answer(decrypt(data))
        if reply is not None:
            self.transport.sendto(encrypt(reply), address)


def simulate(argv: "list[str]") -> None:
    """The subcommand: serve until a signal ends the process."""
    options = arguments().parse_args(argv)
    models = options.model or ["HS100"]
    try:
        address = ipaddress.ip_address(options.address)
        address + len(models)
    except ValueError as error:
        raise UsageError("--address: %s" % error) from None
    port = options.port
    if options.klap:
        port = 80 if options.http_port is None else options.http_port
    for number in (options.port, port):
        if not 0 <= number <= 65535:
            raise UsageError("a port is a number from 0 to 65535, not %d" % number)
    check(options, models)
    asyncio.run(_serve_all(models, address, port, options))


def check(options: "Any", models: "list[str]") -> None:
    """Whether the options go together. Raises UsageError."""
    faults = HTTP_FAULTS if options.klap else FAULTS
    if options.fault not in (None, BACKLOG, *faults):
        text = "--fault %s is not one with --klap" if options.klap else "--fault %s wants --klap"
        raise UsageError(text % options.fault)
    if not options.klap and (options.http_port, options.login) != (None, None):
        raise UsageError("--http-port and --login go with --klap")
    if options.klap != 2 and any(model in SMART_MODELS for model in models):
        raise UsageError("%s go with --klap 2 only" % " and ".join(SMART_MODELS))
    login(options.login)


def login(words: "str | None") -> "tuple[str, str]":
    """What --login means. Raises UsageError."""
    user, colon, password = (words or "").partition(":")
    if colon:
        return user, password
    if words and words not in LOGINS:
        raise UsageError("--login is USER:PASSWORD or one of %s" % ", ".join(LOGINS))
    return LOGINS[words or "blank"]


def arguments() -> Parser:
    """simulate's."""
    parser = Parser("simulate")
    models = [*MODELS, *SMART_MODELS]
    models_help = "each further one on the next address: " + ", ".join(models)
    parser.add_argument("--model", action="append", choices=models, metavar="M", help=models_help)
    parser.add_argument("--address", default="127.0.0.1", metavar="A", help="default %(default)s")
    parser.add_argument("--port", type=int, default=9999, metavar="P", help="0: any free one")
    klap_help = "1 or 2: newer firmware, with that version of KLAP on --http-port; --port is closed"
    parser.add_argument("--klap", type=int, choices=(1, 2), metavar="V", help=klap_help)
    http_help = "of KLAP; default 80, 0: any free one"
    parser.add_argument("--http-port", type=int, metavar="P", help=http_help)
    login_help = "of KLAP: USER:PASSWORD, or of a device without account: %s" % ", ".join(LOGINS)
    parser.add_argument("--login", metavar="L", help=login_help + "; default blank")
    faults_help = "what to do instead of answering: %s; with --klap: %s" % (
        ", ".join(sorted([*FAULTS, BACKLOG])),
        ", ".join(sorted([*HTTP_FAULTS, BACKLOG])),
    )
    faults = sorted({*FAULTS, *HTTP_FAULTS, BACKLOG})
    parser.add_argument("--fault", choices=faults, metavar="F", help=faults_help)
    return parser


def played(model: str, number: int = 0) -> "SimulatedDevice":
    """A simulated device of MODELS or SMART_MODELS, switched off."""
    return SMART_MODELS[model](model, number) if model in SMART_MODELS else device(model, number)


async def _serve_all(models: "list[str]", address: "Address", port: int, options: "Any") -> None:
    servers = []  # type: list[DeviceServer]
    fault = options.fault or ""
    for number, model in enumerate(models):
        it = played(model, number)
        if options.klap:
            servers.append(KlapSimulator(it, fault, options.klap, login(options.login)))
        else:
            servers.append(Simulator(it, fault))
        port = await servers[-1].start(str(address + number), port)
        put(1, ("%s %s\n" % (model, joined(str(address + number), port))).encode())
    await asyncio.Event().wait()
