"""Host names to addresses, in bounded time: the resolver knows no deadline of ours.

It may block for as long as its configuration says (30 s and more), in C, deaf to signals'
handlers. So it runs in a thread, which is left behind when time is up.
"""

import _thread

from .errors import DeadlineExceeded, Unreachable

try:
    import _socket as socket
except ImportError:  # PyPy, or a Python built without it
    import socket


def addresses(host: str, port: int, timeout_s: float) -> "list[tuple[int, tuple]]":
    """The (family, socket address) pairs of a host name, best first.

    Raises Unreachable for a name that is not found, DeadlineExceeded.
    """
    found = []
    done = _thread.allocate_lock()
    done.acquire()

    def look_up() -> None:
        try:
            # Bytes, as str goes through the idna codec, a slow import.
            name = host.encode() if host.isascii() else host
            found.extend(socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM))
        except OSError as error:
            found.append(error.strerror or error)
        except UnicodeError:
            found.append("not a host name")
        finally:
            done.release()

    _thread.start_new_thread(look_up, ())
    if not done.acquire(timeout=timeout_s):
        raise DeadlineExceeded("no answer in time: looking up the name; does the DNS work?")
    if type(found[0]) is not tuple:
        raise Unreachable("name not found: %s" % found[0])
    return [(entry[0], entry[4]) for entry in found]
