"""What is kept of a login that a device has refused, so that it is not sent again.

The time, a salt, and 16 bits of a slow hash of the login: enough to see that another one is meant,
and too few to tell the password from others of a dictionary.
"""

import time
from posix import urandom

from ..errors import WrongCredentials
from .derive import pbkdf2

WITHIN_S = 900
ITERATIONS = 10000
KEPT = 2
"""Bytes of the hash."""


def check(login: str, seen: "tuple[int, str]", data: bytes, path: str) -> None:
    """Raise WrongCredentials if the login was refused lately.

    `seen` is when this process has seen which login refused, `data` what is in the file at `path`.
    """
    when, other = seen
    if not lately(when) or login != other:
        try:
            first, salt, kept = data.split()
            when = int(first)
            if not lately(when) or hashed(login, bytes.fromhex(salt.decode())) != kept:
                return
        except ValueError:
            return  # empty, or not ours
    since, until = [time.strftime("%H:%M", time.localtime(at)) for at in (when, when + WITHIN_S)]
    text = "the device refused this login at %s, and some more would lock it: it is not sent again "
    raise WrongCredentials(text % since + "before %s, unless %s is removed" % (until, path))


def record(login: str) -> "tuple[int, bytes]":
    """The time, and what the file is to hold."""
    now, salt = int(time.time()), urandom(16)
    return now, b"%d %s %s\n" % (now, salt.hex().encode(), hashed(login, salt))


def hashed(login: str, salt: bytes) -> bytes:
    data = login.encode("utf-8", "surrogateescape")
    return pbkdf2(data, salt, ITERATIONS, KEPT).hex().encode()


def lately(when: int) -> bool:
    """Not what is to come, which another clock has written."""
    return 0 <= time.time() - when < WITHIN_S
