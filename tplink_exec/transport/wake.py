"""The pause before another try; and ports that sleep, which refuse until a discovery probe comes.

After a power cut some firmware (P110 1.4.6 and others) keeps port 80 closed for minutes unless a
probe reaches UDP port 20002; the maker's support says so, too. So what refuses everywhere is sent
one, to its address alone, and one to port 9999. What it answers only shows that there is a device,
for whose port it is worth to wait.
"""

import _socket as socket
import time

from ..address import XOR_PORT
from ..cipher import encrypt
from ..errors import DeadlineExceeded, PlugError
from ..messages import GET_SYSINFO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Connection, SocketAddress

TDP_PORT = 20002
XOR_PROBE = encrypt(GET_SYSINFO)
KLAP_PROBE = bytes.fromhex("020000010000000000000000463cb5d3")
"""A header alone (python-kasa, discover.py, until 0.7)."""

WAKING_S = (0.1, 0.2, 0.4, 0.8, 1.0)
"""The pauses before further tries when it has answered."""
MAX_ANSWER = 8192
"""Bytes. Windows calls what has less room an error."""
LEAST_S = 10.0
"""Between two probes to an address, for programs that ask again and again."""

_last = {}  # type: dict[str, float]


def rest(
    link: "Connection", failure: PlugError, kind: str, left: "list[float]", http_port: int
) -> None:
    """Pause before the next try of what has failed; raise `failure` when there is none.

    `kind` and `left` are of retry.PAUSES_S.
    """
    if not left or link.steady:
        raise failure
    if left[0] >= link.deadline - time.monotonic():
        raise failure if kind == "refused" else DeadlineExceeded("no time left: %s" % failure)
    if kind == "refused":
        left += wake(link.address or link.host, left.pop(0))
        link.http_port = http_port  # PORT and that are tried again
    else:
        time.sleep(left.pop(0))


def wake(host: str, wait_s: float) -> "tuple[float, ...]":
    """Probe a numeric address, and wait: WAKING_S as soon as it answers, else () after `wait_s`."""
    end = time.monotonic() + wait_s
    if end - wait_s - _last.get(host, -LEAST_S) >= LEAST_S:
        _last[host] = end - wait_s
        try:
            numeric = socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST
            family, *_, address = socket.getaddrinfo(host, TDP_PORT, 0, *numeric)[0]
            link = socket.socket(family, socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            pass
        else:
            answered = _answers(link, address, end)
            link.close()
            if answered:
                return WAKING_S
    time.sleep(max(end - time.monotonic(), 0))
    return ()


def _answers(link: socket.socket, address: "SocketAddress", end: float) -> bool:
    """Whether anything comes from there until `end`."""
    for port, probe in ((TDP_PORT, KLAP_PROBE), (XOR_PORT, XOR_PROBE)):
        try:
            # Without SO_BROADCAST: to a broadcast address that is an error.
            link.sendto(probe, (address[0], port, *address[2:]))
        except OSError:
            pass
    while end > time.monotonic():
        link.settimeout(max(end - time.monotonic(), 0.001))
        try:
            if link.recvfrom(MAX_ANSWER)[1][0] == address[0]:
                return True
        except OSError:  # the time is up; or an ICMP message, where systems tell them here
            pass
    return False
