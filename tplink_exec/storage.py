"""The user's files, and variables: read so that nothing can block.

`posix` in place of `os`, whose import costs as much as all that a plain call compiles. On Windows
`windows.userfiles` stands in for this module.
"""

import posix
import sys

KIND, REGULAR = 0o170000, 0o100000
"""Of a mode, as in `stat`."""

named = str
"""A text with such names in it, as the users of this system know them."""


def variable(name):
    # type: (str) -> str | None
    """Of the environment."""
    value = posix.environ.get(name.encode())
    if value is None:
        return None
    return str(value, sys.getfilesystemencoding(), "surrogateescape")


def located(path):
    # type: (str) -> str
    """The path of what is named ~/.config/tplink-exec/devices.json here, or still that."""
    if path[:1] != "~":
        return path
    home = variable("HOME")
    if home and path[1:2] == "/":
        return home.rstrip("/") + path[1:]
    import os

    return os.path.expanduser(path)


def read(path, limit):
    # type: (str, int) -> tuple[bytes, int]
    """The file's first bytes, at most one more than `limit`, and its mode. Raises OSError.

    It must be a regular file: a pipe has no end until its writer says so.
    """
    flags = posix.O_RDONLY | posix.O_NONBLOCK | posix.O_CLOEXEC
    with open(posix.open(path, flags), "rb") as file:
        mode = posix.fstat(file.fileno()).st_mode
        if mode & KIND != REGULAR:
            raise OSError(0, "it is no regular file")
        return file.read(limit + 1), mode
