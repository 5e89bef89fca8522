"""One login at a device at a time, and none that it has just refused: it would lock itself.

For each device there is a small file of this user's in $XDG_RUNTIME_DIR, else in $TMPDIR or /tmp.
It is the lock under which a login is made, and empty unless some were refused: what it holds then,
`refused` knows. Other users' files, links, and what is open to others do not count.
"""

import os
import stat

from ..errors import DeadlineExceeded
from ..lock import hold

MAX_FILE = 1000
"""Bytes."""


class Turn:
    """The time in which no other process of this user logs in to the device at `place`.

    To enter it raises WrongCredentials, when that has refused this `login` in the last quarter of
    an hour, and DeadlineExceeded, when another process has not ended its own login.
    """

    memory = {}  # type: dict[tuple[str, str], int]
    """When which login was refused, by place and login, where that could not be written."""

    def __init__(self, place: str, login: str, deadline: float) -> None:
        self.place, self.login, self.deadline = place, login, deadline
        self.file = -1
        self.path = ""
        self.others = b""
        """What the file holds of other logins."""

    def __enter__(self) -> "Turn":
        name = "".join([letter if letter.isalnum() else "_" for letter in self.place])
        name = "tplink-exec-%d-%s" % (os.geteuid(), name[:100])
        for folder in (os.environ.get("XDG_RUNTIME_DIR"), os.environ.get("TMPDIR"), "/tmp"):
            if folder and self.file < 0:
                self.path = os.path.join(folder, name)
                self.file = held(self.path, self.deadline)
        data = os.pread(self.file, MAX_FILE, 0) if self.file >= 0 else b""
        if data or self.memory:
            from .refused import check

            try:
                seen = self.memory.get((self.place, self.login), 0)
                self.others = check(self.login, seen, data, self.path)
            except BaseException:
                self.__exit__()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.file >= 0:
            os.close(self.file)

    def refused(self) -> None:
        """Remember it."""
        from .refused import record

        when, data = record(self.login)
        if not self.write(data + self.others):
            self.memory[self.place, self.login] = when

    def accepted(self) -> None:
        """Forget what there was of this login."""
        self.memory.pop((self.place, self.login), None)
        self.write(self.others)

    def write(self, data: bytes) -> bool:
        """Whether the file holds `data` now."""
        try:
            if data or os.fstat(self.file).st_size:
                os.pwrite(self.file, data, 0)
                os.ftruncate(self.file, len(data))
        except OSError:
            return False
        return True


def held(path: str, deadline: float) -> int:
    """A descriptor that holds the lock of a file of our own; -1 when there can be none."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return -1
    found = os.fstat(file)
    private = stat.S_ISREG(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o77
    if not private or found.st_uid != os.geteuid() or found.st_nlink > 1:
        os.close(file)
        return -1
    try:
        hold(file, path, deadline)
    except TimeoutError:
        raise DeadlineExceeded("another login at this device has not ended in time") from None
    except OSError:
        return -1
    return file
