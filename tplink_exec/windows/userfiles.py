"""For `storage` and `replacement`: %APPDATA% is ~/.config, %ProgramData% is /etc.

Who may read a file Windows keeps in access lists, which are inherited of the folder and not looked
at here: those of %APPDATA% are the user's alone, and what is in %ProgramData% all users may read.
"""

import os
import stat
import time

NAMES = {
    "~/.config/tplink-exec/": "%APPDATA%\\tplink-exec\\",
    "/etc/tplink-exec/": "%ProgramData%\\tplink-exec\\",
    "/etc/openhab/scripts/tplink-exec": "C:\\openHAB\\conf\\scripts\\tplink-exec.cmd",
    " (chmod 640)": "",
}
"""What the code calls them, and what they are here."""
PATIENCE_S = 2.0
"""For one who reads a file that is to be replaced: until it is closed, Windows refuses."""


def named(text: str) -> str:
    """A text as it is for POSIX, with the names of Windows."""
    for posix, windows in NAMES.items():
        text = text.replace(posix, windows)
    return text


def variable(name):
    # type: (str) -> str | None
    """See storage."""
    return os.environ.get(name)


def located(path):
    # type: (str) -> str
    """The path of what is named so on POSIX; `path` itself where it is none, or unknown."""
    full = os.path.expandvars(named(path))
    return path if full[:1] == "%" else full


def read(path, limit):
    # type: (str, int) -> tuple[bytes, int]
    """See storage. The mode is that of a file that is open to nobody else."""
    with open(path, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(0, "it is no regular file")
        return file.read(limit + 1), stat.S_IFREG | 0o600


def prepare(path: str, data: bytes, mode: int) -> str:
    """See replacement; without `mode`."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(0, "it is no regular file")
    new = path + ".new"
    try:
        os.unlink(new)
    except FileNotFoundError:
        pass
    with open(new, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return new


def replace(new: str, path: str) -> None:
    """See replacement."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            os.replace(new, path)
            return
        except PermissionError:
            if time.monotonic() > until:
                raise
        time.sleep(0.01)


def make(folder: str, mode: int) -> None:
    """See replacement; without `mode`."""
    os.makedirs(folder, exist_ok=True)
