"""Where devices are, in words that openHAB's files and a shell take as they stand.

HOST goes into commands that openHAB hands to `sh -c`, after String.format has seen them: so it is
an IP address, a host name of letters, digits, "-", "_" and ".", or a MAC, and nothing else at all.
"""

import ipaddress

from ..address import HTTP_PORT, is_digits, joined
from ..cli.discover import search
from ..devices import identity
from ..errors import UsageError
from ..network.discovery import addresses
from ..network.host_word import split
from ..network.known import load
from ..sysinfo import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields

ALNUM = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")
IN_NAMES = ALNUM | frozenset("-_")
ESCAPES = {".": "_", ":": "C", "-": "D", "_": "U"}
"""For key(): a host is in lower case."""


class Place:
    """A device's HOST and PORT; `http`: PORT is its HTTP port.

    `reason` is why it cannot be asked, "" when it can.
    """

    reason = ""

    def __init__(self, host: str, port: int, http: bool = False) -> None:
        self.host = checked(host)
        self.port = port
        self.http = http

    def words(self) -> "list[str]":
        """Of a command line. A PORT of 80 means HTTP; an option says where else that is."""
        if self.http and self.port != HTTP_PORT:
            return [self.host, str(HTTP_PORT), "--http-port=%d" % self.port]
        return [self.host, str(self.port)]

    def key(self) -> str:
        """Letters, digits and "_" that say which place it is, and no other."""
        return "".join(ESCAPES.get(char, char) for char in "%s.%d" % (self.host, self.port))

    def __str__(self) -> str:
        return joined(self.host, self.port)


def checked(host: str) -> str:
    """`host` in lower case (an IPv6 address as it is usually written), if it is one.

    Raises UsageError.
    """
    try:
        if "%" not in host:
            return str(ipaddress.ip_address(host))
    except ValueError:
        host = host.lower()
        labels = host.split(".")
        fits = all(label and IN_NAMES.issuperset(label) for label in labels)
        fits = fits and host[0] in ALNUM and not is_digits(labels[-1]) and len(host) <= 253
        if fits or identity.mac(host):
            return host
    raise UsageError("HOST for openHAB is an IP address, a host name or a MAC, not %s" % host)


def given(words: "list[str]", port: int) -> "list[Place]":
    """The places that HOST and HOST:PORT mean, each once. Raises UsageError."""
    return once([place(word, port) for word in words])


def place(word: str, port: int) -> Place:
    host, number, child = split(word, port)
    if child:
        raise UsageError("%s: openHAB's files are for whole strips, not single outlets" % word)
    return Place(host, number)


def remembered() -> "list[Place]":
    """Where the devices that `discover --save` has remembered are. Raises LocalError."""
    devices = []  # type: list[Fields]
    for entry in load()[0]:
        if not any(identity.same(entry, first) for first in devices):
            devices.append(entry)  # what is said first counts
    return once([of(entry) for entry in devices])


def discovered(started: float, timeout_s: float, port: int) -> "list[Place]":
    """Where devices answer by UDP, at the saved targets, or else to a broadcast; others than ours
    with the reason.

    Raises PlugError.
    """
    _, targets = load()
    rows, _ = search(addresses(targets), started, timeout_s, port)
    found = []
    for row in rows.values():
        found.append(of(row))
        if not row["transport"]:
            found[-1].reason = "%s, %s" % (text(row, "model"), text(row, "reason"))
    return once(found)


def of(entry: "Fields") -> Place:
    """The place in an entry of `known`, or in a row of `discover`."""
    return Place(entry["host"], entry["port"], entry["transport"] != "xor")


def once(places: "list[Place]") -> "list[Place]":
    """Each one only the first time that it is there."""
    found = {}  # type: dict[str, Place]
    for each in places:
        found.setdefault(each.key(), each)
    return list(found.values())
