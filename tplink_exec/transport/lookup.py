"""Host names to addresses, in bounded time: the resolver knows no deadline of ours.

It may block for as long as its configuration says, 30 s and more, and cannot be interrupted from
Python. So it runs in a thread, which is left behind when time is up.
"""

import _socket as socket
import _thread
import time

from ..errors import DeadlineExceeded, LocalError, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Connection, SocketAddress  # noqa: F401 (type comments)

resolve = socket.getaddrinfo


def connect_by_name(link: "Connection") -> None:
    """Connect to the first address of the host that answers.

    Each may use its share of what time is left. Raises OSError for the last one, Unreachable
    for a name that is not found, DeadlineExceeded.
    """
    deadline = link.deadline
    untried = addresses(link.host, link.port, deadline - time.monotonic())
    while untried:
        now = time.monotonic()
        link.deadline = now + (deadline - now) / len(untried)
        try:
            family, address = untried.pop(0)
            link.address = address[0]
            link.connect(family, address)
            return
        except (OSError, ValueError):
            if not untried:
                raise
        finally:
            link.deadline = deadline


def single(host: str, port: int, deadline: float) -> str:
    """The address of a host that has one, by IPv4; else the name, as each address is to be tried,
    and one by IPv6 may need its scope."""
    found = addresses(host, port, deadline - time.monotonic())
    return str(found[0][1][0]) if [family for family, _ in found] == [socket.AF_INET] else host


def addresses(host: str, port: int, timeout_s: float) -> "list[tuple[int, SocketAddress]]":
    """The (family, socket address) pairs of a host name, best first."""
    found = []  # type: list[Any]
    done = _thread.allocate_lock()
    done.acquire()

    def look_up() -> None:
        try:
            # Bytes, as str goes through the idna codec, a slow import.
            name = host.encode() if host.isascii() else host
            found.extend(resolve(name, port, 0, socket.SOCK_STREAM))
        except OSError as error:
            found.append(error.strerror or error)
        except UnicodeError:
            found.append("not a host name")
        finally:
            done.release()

    try:
        _thread.start_new_thread(look_up, ())
    except RuntimeError as error:
        raise LocalError("no thread to look up the name in: %s" % error) from None
    if not done.acquire(timeout=max(timeout_s, 0)):
        raise DeadlineExceeded("no answer in time: looking up the name; does the DNS work?")
    if not found or not isinstance(found[0], tuple):
        text = "name not found: %s; discover --save finds devices and remembers their names"
        raise Unreachable(text % "".join(map(str, found)))
    return [(entry[0], entry[4]) for entry in found]
