"""--where: which file is the single file, for those who have installed the package."""

import os
import sys

import tplink_exec

from ..errors import LocalError

INSTALLED = "share/tplink-exec/tplink-exec"
"""Its place below the prefix of an environment: setup.cfg puts it there."""


def single_file() -> bytes:
    """Its path: of this program itself, in a copy of the repository, or where pip has put it."""
    package = getattr(tplink_exec, "__file__", None)
    if not package:
        return os.fsencode(os.path.abspath(sys.modules["__main__"].__file__ or ""))
    root = os.path.dirname(os.path.dirname(os.path.abspath(package)))
    beside = os.path.join(root, "scripts", "tplink-exec")
    return os.fsencode(beside if os.path.exists(beside) else installed())


def installed() -> str:
    """By the list that pip has made of the package's files. Raises LocalError."""
    from importlib import metadata

    try:
        files = metadata.files("tplink-exec") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.as_posix().endswith("/" + INSTALLED):
            return os.path.abspath(str(file.locate()))
    raise LocalError("the single file was not installed with this package")
