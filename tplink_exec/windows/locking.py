"""For `lock`: the lock is one byte far behind the file's end, as a locked one cannot be read."""

import errno
import os
import time

FAR = 1 << 30
BUSY = (errno.EACCES, 0)
"""What msvcrt says of a byte that is locked; 0 is Wine's."""


def held(path: str, deadline: float, private: bool = False) -> int:
    """See lock. %TEMP% is the user's own, and `private` asks for nothing more."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        _hold(descriptor, path, deadline)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _hold(descriptor: int, path: str, deadline: float) -> None:
    import msvcrt

    while True:
        try:
            os.lseek(descriptor, FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            os.lseek(descriptor, 0, os.SEEK_SET)
            return
        except OSError as error:
            if error.errno not in BUSY:
                raise
            if time.monotonic() > deadline:
                raise TimeoutError(0, "another process keeps %s" % path) from None
        time.sleep(0.01)


def places(name: str) -> "list[str]":
    """See lock."""
    folders = os.environ.get("TEMP"), os.environ.get("TMP")
    return [os.path.join(folder, "tplink-exec-" + name) for folder in folders if folder]
