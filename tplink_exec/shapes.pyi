"""Types that more than one module's annotations name. For type checkers only: at run time there
is no such module, so that no call pays for it."""

import ipaddress
from typing import Any as Any
from typing import Callable as Callable
from typing import Container as Container
from typing import Dict, Protocol, Tuple, Union
from typing import Iterable as Iterable
from typing import Iterator as Iterator
from typing import NoReturn as NoReturn
from typing import Sequence as Sequence

from .network.names import Named as Named
from .transport.connection import Connection as Connection
from .transport.http_link import HttpLink as HttpLink

class Early(Protocol):
    """What plain.call has left when it is not the end: see connection.Connection.

    `used`: replies have come over the socket. `exchange` is plain's own, None on Windows.
    """

    socket: Any
    received: Union[bytearray, None]
    error: Union[Exception, None]
    used: bool
    exchange: Union[Callable[[Early, str, int, bytes, float], bytes], None]

Link = Union[Connection, HttpLink, Named]
Instead = Callable[[str, int, float], HttpLink]

class HttpProtocol(Protocol):
    """What an HttpLink speaks: see http_link."""

    @property
    def name(self) -> str: ...
    session: Any

    def begin(self) -> None: ...
    def ask(self, request: bytes, once: bool) -> Union[bytes, None]: ...

class Exchange(Protocol):
    """Sends a request, returns the reply, both plain JSON; `once`: see connection.Connection."""

    def __call__(self, request: bytes, once: bool = ..., /) -> bytes: ...

Options = Dict[str, Any]
"""Options by name; "" for a flag, a float for --timeout, an int for --transition."""

Fields = Dict[str, Any]
"""A JSON object of a device."""

Command = Callable[[Exchange, Options], bytes]

class Order(Protocol):
    """A command for a device that is polled: its words, what to call, and until when."""

    @property
    def text(self) -> str: ...
    @property
    def command(self) -> Command: ...
    @property
    def options(self) -> Options: ...
    @property
    def deadline(self) -> float: ...

Call = Tuple[str, int, Command, Options]
"""HOST (or "" where no device is called), PORT, and what to call with which options."""

Rounds = Sequence[Tuple[float, Sequence[str]]]
"""When, by time.monotonic(), to probe which addresses."""

Credentials = Iterable[Tuple[str, str]]
"""Pairs of user and password."""

Point = Tuple[int, int]
Jacobian = Tuple[int, int, int]
Pair = Tuple[Point, Point]
Table = Dict[str, Union[Point, None]]
"""Points of an elliptic curve, see transport.p256."""

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
SocketAddress = Tuple[Any, ...]
Answer = Dict[str, Any]
Method = Callable[[Answer], Answer]
Clock = Callable[[], float]
Steps = Iterable[Union[bytes, float, str]]
Scenario = Callable[[bytes, int], Steps]
