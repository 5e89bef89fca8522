"""Devices found by UDP: probes to both ports, and the answers to them, over one socket.

For `discover`, and for a device that is no longer where it was (`names`). No threads; what anybody
sends takes bounded time and memory. Losses are common: each address wants several probes.
"""

import ipaddress
import socket
import time

from ..address import XOR_PORT
from ..errors import LocalError, Unreachable, UsageError
from ..transport.wake import KLAP_PROBE, TDP_PORT, XOR_PROBE
from .probes import MAX_DATAGRAM, sighting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Container, Fields, Iterator, Rounds, Sequence

MAX_ADDRESSES = 65536
BATCH = 16
"""Addresses probed between two looks at what has come in."""
PAUSE_S = 0.004
"""After a batch: a burst of probes makes one of ARP requests, which Wi-Fi drops."""
DRAIN = 256
"""Datagrams taken when there is no time to wait for any."""
RECEIVE_BUFFER = 1 << 22
"""Bytes wished for: the usual 208 KiB are full after some 160 answers."""


def networks(targets: "Sequence[str]") -> "list[str]":
    """IPv4 addresses and CIDR networks, as 192.168.1.2/32 and 192.168.1.0/24. Raises UsageError."""
    return [str(network) for network in map(_network, targets)]


def addresses(targets: "Sequence[str]") -> "list[str]":
    """Those of IPv4 addresses and CIDR networks, each once. Raises UsageError."""
    found = {}  # type: dict[str, None]
    for text in targets:
        network = _network(text)
        if network.num_addresses + len(found) > MAX_ADDRESSES:
            raise UsageError("%s makes it more than %d addresses (a /16)" % (text, MAX_ADDRESSES))
        few = network.num_addresses <= 2  # hosts() of a /32 is empty in Python 3.8
        found.update((str(host), None) for host in (network if few else network.hosts()))
    return list(found)


def _network(text: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise UsageError("%s is no IPv4 address or network (192.168.1.0/24)" % text) from None


def sightings(
    rounds: "Rounds", deadline: float, done: "Container[str]" = (), port: int = XOR_PORT
) -> "Iterator[Fields]":
    """What probes.sighting makes of each answer, as it comes, until `deadline`.

    In each of `rounds`, (when by time.monotonic(), addresses), every address that is not in
    `done` by then is probed. A device may come several times, and a liar as any device. Raises
    LocalError, and at the end Unreachable when no probe could be sent at all.
    """
    try:
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as error:
        raise LocalError("no socket to be had: %s" % error.strerror) from None
    with link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        try:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        except OSError:  # BSD refuses what Linux cuts
            pass
        sent = 0
        failure = None  # type: OSError | None
        for number, (start, places) in enumerate(rounds):
            yield from _answers(link, start, port)
            end = rounds[number + 1][0] if rounds[number + 1 :] else deadline
            pause_s = min(PAUSE_S, max(end - start, 0) / 2 / (len(places) / BATCH + 1))
            for at in range(0, len(places), BATCH):
                for place in places[at : at + BATCH]:
                    if place in done:
                        continue
                    problem = _probe(link, place, port)
                    failure = failure or problem
                    sent += not problem
                yield from _answers(link, time.monotonic() + pause_s, port)
                if time.monotonic() > deadline:
                    break
        if failure and not sent:
            raise Unreachable("no probe could be sent: %s" % failure.strerror)
        yield from _answers(link, deadline, port)


def _probe(link: socket.socket, place: str, port: int) -> "OSError | None":
    """Send both probes; what went wrong, if both did."""
    failure = None
    failures = 0
    for probe, number in ((XOR_PROBE, port), (KLAP_PROBE, TDP_PORT)):
        try:
            link.settimeout(PAUSE_S)
            link.sendto(probe, (place, number))
        except OSError as error:
            failures += 1
            failure = error
    return failure if failures == 2 else None


def _answers(link: socket.socket, until: float, port: int) -> "Iterator[Fields]":
    """Those that come until then, and those that have come, but for a flood."""
    left = DRAIN
    while left > 0 or time.monotonic() < until:
        left -= 1
        link.settimeout(max(until - time.monotonic(), 0))
        try:
            data, sender = link.recvfrom(MAX_DATAGRAM + 1)
        except (socket.timeout, BlockingIOError):
            return
        except OSError:  # an ICMP message, where systems tell them here
            continue
        found = sighting(data, sender[0], port)
        if found:
            yield found
