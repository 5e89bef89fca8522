"""The user's files are replaced so that nobody reads a half.

On Windows `windows.userfiles` stands in for this module.
"""

import os
import stat

replace = os.replace
"""Put what prepare() has written in its place."""


def prepare(path: str, data: bytes, mode: int) -> str:
    """Write what is to be renamed to `path`, with that one's mode and owner, else with `mode`.

    Returns its path, which is always the same: what a killed process leaves, the next one removes.
    Raises OSError.
    """
    before = os.stat(path) if os.path.exists(path) else None
    if before and not stat.S_ISREG(before.st_mode):
        raise OSError(0, "it is no regular file")
    new = path + ".new"
    try:
        os.unlink(new)
    except FileNotFoundError:
        pass
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(new, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        if before and os.geteuid() == 0:
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
        os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode) if before else mode)
        os.fsync(file.fileno())
    return new


def make(folder: str, mode: int) -> None:
    """Create a folder and those above it, with that mode whatever the umask is. Raises OSError."""
    if not os.path.isdir(folder):
        make(os.path.dirname(folder), mode)
        try:
            os.mkdir(folder, 0o700)
            os.chmod(folder, mode)
        except FileExistsError:  # by another process, now
            pass
