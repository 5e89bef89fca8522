"""A file as a lock between processes, waited for until a deadline.

On Windows `windows.locking` stands in for this module.
"""

import fcntl
import os
import stat
import time


def held(path: str, deadline: float, private: bool = False) -> int:
    """A descriptor of the file that holds the lock until it is closed.

    Raises OSError: TimeoutError when others have kept it until `deadline`; for one with `private`
    when the file is a link, another user's, or open to others.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        if private:
            found = os.fstat(descriptor)
            closed = stat.S_ISREG(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o77
            if not closed or found.st_uid != os.geteuid() or found.st_nlink > 1:
                raise OSError(0, "%s is not ours alone" % path)
        _hold(descriptor, path, deadline)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _hold(descriptor: int, path: str, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(0, "another process keeps %s" % path) from None
            time.sleep(0.01)


def places(name: str) -> "list[str]":
    """Where this user's lock of that name can be, best first."""
    name = "tplink-exec-%d-%s" % (os.geteuid(), name)
    folders = os.environ.get("XDG_RUNTIME_DIR"), os.environ.get("TMPDIR"), "/tmp"
    return [os.path.join(folder, name) for folder in folders if folder]
