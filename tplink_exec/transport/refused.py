"""What is kept of the logins that a device has refused, so that they are not sent again.

For each a line: the time, a salt, and 16 bits of a slow hash of the login: enough to see that
another one is meant, and too few to tell the password from others of a dictionary. Another login
that is taken ends none of them: two programs may have two passwords, one of them wrong.
"""

import time
from posix import urandom

from ..errors import WrongCredentials
from .derive import pbkdf2

WITHIN_S = 900
ITERATIONS = 10000
KEPT = 2
"""Bytes of the hash."""
MOST = 8
"""Logins of a device: older ones give way."""


def check(login: str, seen: int, data: bytes, path: str) -> bytes:
    """Raise WrongCredentials if the login was refused lately; else what is to be kept of `data`.

    `data` is what is in the file at `path`; `seen` is when the login was refused and that could
    not be written there, or 0.
    """
    at = seen if lately(seen) else 0
    otherwise = "" if at else ", unless %s is removed" % path
    others = []
    for line in () if at else data.splitlines()[: MOST - 1]:
        try:
            first, salt, kept = line.split()
            when = int(first)
            if lately(when) and hashed(login, bytes.fromhex(salt.decode())) != kept:
                others.append(line + b"\n")
            elif lately(when):
                at = when
                break
        except ValueError:
            pass  # not ours
    if not at:
        return b"".join(others)
    since, until = [time.strftime("%H:%M", time.localtime(when)) for when in (at, at + WITHIN_S)]
    text = "the device refused this login at %s, and some more would lock it: it is not sent again "
    raise WrongCredentials(text % since + "before %s%s" % (until, otherwise))


def record(login: str) -> "tuple[int, bytes]":
    """The time, and a line for the file."""
    now, salt = int(time.time()), urandom(16)
    return now, b"%d %s %s\n" % (now, salt.hex().encode(), hashed(login, salt))


def hashed(login: str, salt: bytes) -> bytes:
    data = login.encode("utf-8", "surrogateescape")
    return pbkdf2(data, salt, ITERATIONS, KEPT).hex().encode()


def lately(when: int) -> bool:
    """Not what is to come, which another clock has written."""
    return 0 <= time.time() - when < WITHIN_S
