"""One login at a device at a time, and none that it has just refused: it would lock itself.

For each device there is a small file of this user's in $XDG_RUNTIME_DIR, else in $TMPDIR or /tmp.
It is the lock under which a login is made, and empty unless some were refused: what it holds then,
`refused` knows. Other users' files, links, and what is open to others do not count.
"""

import os

from ..errors import DeadlineExceeded
from .lock import held, places

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
        for path in places(name[:100]):
            if self.file < 0:
                self.path = path
                self.file = own(path, self.deadline)
        data = os.read(self.file, MAX_FILE) if self.file >= 0 else b""
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
                os.lseek(self.file, 0, os.SEEK_SET)
                os.write(self.file, data)
                os.ftruncate(self.file, len(data))
        except OSError:
            return False
        return True


def own(path: str, deadline: float) -> int:
    """A descriptor that holds the lock of a file of our own; -1 when there can be none."""
    try:
        return held(path, deadline, private=True)
    except TimeoutError:
        raise DeadlineExceeded("another login at this device has not ended in time") from None
    except OSError:
        return -1
