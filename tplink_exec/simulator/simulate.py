"""Simulated devices on real sockets: to try things out with, for the demo and for the tests.

A device answers on TCP and on UDP of one port, as real ones do, and keeps TCP connections open. It
can play one of the faults in faults instead of answering on TCP, and one of those in udp_faults
instead of answering on UDP. How it is with KLAP, see `klap_server`; all ways are in TRANSPORTS.
"""

import asyncio
import functools
import ipaddress
import re
from collections import deque, namedtuple

from ..address import HTTP_PORT, joined
from ..cipher import decrypt, encrypt
from ..cli.arguments import Parser
from ..cli.output import put
from ..cli.signals import heed
from ..errors import UsageError
from ..transport.klap import DEFAULT_CREDENTIALS
from ..transport.wire import frame, next_message
from .aes_server import AesSimulator
from .base import FIRST_MAC
from .camera import CAMERAS, CameraServer
from .faults import FAULTS
from .http_faults import HTTP_FAULTS
from .klap_server import KlapSimulator
from .models import MODELS, device
from .server import BACKLOG, DeviceServer, bound_pair, play
from .smart_models import SMART_MODELS
from .tdp import PORT
from .tpap_server import TPAP_FAULTS, TpapSimulator
from .udp_faults import UDP_FAULTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Address, Any, Steps  # noqa: F401 (type comments)
    from .base import SimulatedDevice

LOGINS = dict(zip(("blank", "kasa", "tapo"), DEFAULT_CREDENTIALS))
"""The login of a device that no account owns, by the words of --login."""


class Simulator(DeviceServer):
    """A device on port 9999, or another.

    `datagrams` counts those that ask get_sysinfo, discovery's too; `questions` are the last 100 of
    all, plain text.
    """

    def __init__(self, device: "SimulatedDevice", fault: str = "") -> None:
        super().__init__(device, fault)
        self.datagrams = 0
        self.questions = deque(maxlen=100)  # type: deque[bytes]

    def found(self, data: bytes, address: str, port: int) -> "bytes | None":
        question = decrypt(data)
        self.datagrams += b"get_sysinfo" in question
        self.questions.append(question)
        reply = self.device.answer(question)
        return None if reply is None else encrypt(reply)

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


Transport = namedtuple("Transport", "models port udp_port faults server")
"""A row: its models, the option for its TCP port, its UDP port (None: the same), what can go wrong,
and what makes a server of (device, fault, login=login)."""


HTTP = "http_port", PORT, HTTP_FAULTS
TRANSPORTS = {
    "xor": Transport(
        MODELS, "port", None, {*FAULTS, *UDP_FAULTS}, lambda it, fault, login: Simulator(it, fault)
    ),
    "klap1": Transport(MODELS, *HTTP, functools.partial(KlapSimulator, version=1)),
    "klap2": Transport(
        {**MODELS, **SMART_MODELS}, *HTTP, functools.partial(KlapSimulator, version=2)
    ),
    "aes": Transport(SMART_MODELS, *HTTP, AesSimulator),
    "tpap": Transport(SMART_MODELS, "http_port", PORT, TPAP_FAULTS, TpapSimulator),
}
WAYS = {**TRANSPORTS, "discovery": Transport(CAMERAS, "http_port", PORT, (), CameraServer)}
"""And that of what is found only: no transport that can be asked for."""
NAMES = " or ".join(", ".join(TRANSPORTS).rsplit(", ", 1))


class Models(list):  # type: ignore[type-arg]
    """For argparse: a word is in it with any :TRANSPORT, which `players` looks at."""

    def __contains__(self, word: object) -> bool:
        return super().__contains__(str(word).partition(":")[0])


def simulate(argv: "list[str]") -> None:
    """The subcommand: serve until a signal ends the process."""
    heed()
    options = arguments().parse_args(argv)
    devices = players(options)
    check(options, devices)
    asyncio.run(_serve_all(devices, options))


def players(options: "Any") -> "list[tuple[str, str]]":
    """Model and transport of each device. Raises UsageError."""
    found = []
    for word in options.model or ["HS100"]:
        model, colon, transport = word.partition(":")
        if model in CAMERAS and not colon:
            transport = "discovery"
        elif not colon:
            transport = "klap2" if model in SMART_MODELS else "xor"
            if options.klap:
                transport = "klap%d" % options.klap
            if options.aes:
                transport = "aes"
            if options.tpap:
                transport = "tpap"
        if transport not in (TRANSPORTS if colon else WAYS):
            raise UsageError("--model %s: TRANSPORT is %s" % (word, NAMES))
        if model not in WAYS[transport].models:
            ways = [name for name, row in WAYS.items() if model in row.models]
            text = model, " or ".join(ways), transport
            raise UsageError("%s speaks %s only, not %s" % text)
        found.append((model, transport))
    return found


def check(options: "Any", devices: "list[tuple[str, str]]") -> None:
    """Whether the options go together. Raises UsageError."""
    try:
        options.address + len(devices)
    except ValueError as error:
        raise UsageError("--address: %s" % error) from None
    for number in (options.port, options.http_port or 0):
        if not 0 <= number <= 65535:
            raise UsageError("a port is a number from 0 to 65535, not %d" % number)
    for _, name in devices:
        for fault in options.fault:
            if fault not in (BACKLOG, *WAYS[name].faults):
                raise UsageError("--fault %s is none of %s" % (fault, name))
    if len(options.fault) != sum(map(bool, faults(options))):
        raise UsageError("--fault: one for TCP, and one for UDP")
    http = any(WAYS[name].port == "http_port" for _, name in devices)
    if not http and (options.http_port, options.login) != (None, None):
        raise UsageError("--http-port and --login go with --klap V, --aes, --tpap, --model M:klap2")


def faults(options: "Any") -> "tuple[str, str]":
    """That of TCP and that of UDP, "" for none."""
    by_kind = dict.fromkeys((False, True), "")
    by_kind.update((fault in UDP_FAULTS, fault) for fault in options.fault)
    return by_kind[False], by_kind[True]


def number_of(mac: str) -> int:
    """That of the device with this MAC. Raises UsageError."""
    if not re.fullmatch("[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}", mac):
        raise UsageError("--mac is a MAC like 50:C7:BF:00:00:01, not %s" % mac)
    return int(re.sub("[:-]", "", mac), 16) - FIRST_MAC


def number_at(address: "Address", port: int) -> int:
    """Of a device without --mac: 0 of 127.0.0.1:9999, 1 of 127.0.0.2:9999.

    By a prime modulus, so that all ports of an address differ, as do addresses nearby.
    """
    return (int(address) - 0x7F000001 + (port - 9999) * 10368889) % 16777213


def login(words: str) -> "tuple[str, str]":
    """What --login means. Raises UsageError."""
    user, colon, password = words.partition(":")
    if not colon and words not in LOGINS:
        raise UsageError("--login is USER:PASSWORD or one of %s" % ", ".join(LOGINS))
    return (user, password) if colon else LOGINS[words]


def arguments() -> Parser:
    parser = Parser("simulate")
    models = Models([*MODELS, *SMART_MODELS, *CAMERAS])
    models_help = "each further one on the next address: %s; TRANSPORT: %s"
    models_help %= ", ".join(models), NAMES
    name = "MODEL[:TRANSPORT]"
    parser.add_argument("--model", action="append", choices=models, metavar=name, help=models_help)
    address = {"type": ipaddress.ip_address, "default": "127.0.0.1"}  # type: dict[str, Any]
    parser.add_argument("--address", metavar="A", help="default %(default)s", **address)
    mac_help = "of the first, the others count up; default: one for each address and port"
    parser.add_argument("--mac", metavar="MAC", type=number_of, help=mac_help)
    parser.add_argument("--port", type=int, default=9999, metavar="P", help="0: any free one")
    klap_help = "1 or 2: newer firmware, with that version of KLAP on --http-port; --port is closed"
    parser.add_argument("--klap", type=int, choices=(1, 2), metavar="V", help=klap_help)
    aes_help = "SMART firmware before KLAP, on --http-port: of SMART models only"
    parser.add_argument("--aes", action="store_true", help=aes_help)
    tpap_help = "SMART firmware whose compatibility mode is off, on --http-port"
    parser.add_argument("--tpap", action="store_true", help=tpap_help)
    http_help = "of KLAP, AES and TPAP; default 80, 0: any free one"
    parser.add_argument("--http-port", type=int, metavar="P", help=http_help)
    login_help = "by HTTP: USER:PASSWORD, or of a device without account: %s" % ", ".join(LOGINS)
    parser.add_argument("--login", type=login, metavar="L", help=login_help + "; default blank")
    asleep_help = "TCP is closed until a discovery probe comes by UDP"
    parser.add_argument("--asleep", action="store_true", help=asleep_help)
    faults_help = "what to do instead of answering: %s; on UDP: %s; by HTTP: %s; by TPAP also: %s"
    faults_help %= (
        ", ".join(sorted([*FAULTS, BACKLOG])),
        ", ".join(sorted(UDP_FAULTS)),
        ", ".join(sorted([*HTTP_FAULTS, BACKLOG])),
        ", ".join(sorted({*TPAP_FAULTS} - {*HTTP_FAULTS})),
    )
    names = sorted({*FAULTS, *UDP_FAULTS, *HTTP_FAULTS, *TPAP_FAULTS, BACKLOG})
    fault = {"action": "append", "choices": names, "default": []}  # type: dict[str, Any]
    parser.add_argument("--fault", metavar="F", help=faults_help, **fault)
    return parser


def played(model: str, number: int = 0) -> "SimulatedDevice":
    """A simulated device of MODELS, SMART_MODELS or CAMERAS, switched off."""
    others = {**SMART_MODELS, **CAMERAS}  # type: dict[str, Any]
    return others[model](model, number) if model in others else device(model, number)


async def _serve_all(devices: "list[tuple[str, str]]", options: "Any") -> None:
    servers = []  # type: list[DeviceServer]
    http_port = HTTP_PORT if options.http_port is None else options.http_port
    fault, udp_fault = faults(options)
    ports = {"port": options.port, "http_port": http_port}
    for place, (model, transport) in enumerate(devices):
        way = WAYS[transport]
        address = options.address + place
        sockets = bound_pair(str(address), ports[way.port], way.udp_port)
        port = ports[way.port] = sockets[0].getsockname()[1]
        given = options.mac
        it = played(model, number_at(address, port) if given is None else given + place)
        it.alias = it.default_alias = "%s %d" % (model, int(address) & 255)
        login = options.login or LOGINS["blank"]
        servers.append(way.server(it, fault, login=login))
        servers[-1].udp_fault = udp_fault
        servers[-1].asleep = options.asleep
        await servers[-1].serve(*sockets)
        put(1, ("%s %s\n" % (model, joined(str(address), port))).encode())
    await asyncio.Event().wait()
