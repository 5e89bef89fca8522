"""The login of the TP-Link account, for devices that want one: from the environment or a file.

Never from the arguments, which other users of the machine can see, and never printed.
"""

import os
import stat

from .. import storage
from ..errors import LocalError, WrongCredentials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Credentials

FILES = ("~/.config/tplink-exec/credentials", "/etc/tplink-exec/credentials")
ADVICE = (
    "put username=... and password=... into ~/.config/tplink-exec/credentials or "
    "/etc/tplink-exec/credentials (chmod 640), or TPLINK_EXEC_USERNAME and TPLINK_EXEC_PASSWORD"
)
MAX_FILE = 65536


def credentials() -> "tuple[Credentials, str]":
    """Pairs of user and password, one or none, and where they are from. Raises LocalError."""
    user, password = (os.environ.get("TPLINK_EXEC_" + name) for name in ("USERNAME", "PASSWORD"))
    if user is not None or password is not None:
        return [(user or "", password or "")], "TPLINK_EXEC_USERNAME"
    named = os.environ.get("TPLINK_EXEC_CREDENTIALS")
    for path in [named] if named else map(storage.located, FILES):
        if named or os.path.exists(path):
            return [read(path)], path
    return [], ""


def refusal(source: str) -> WrongCredentials:
    """What is said when a device has another login than that of `source` ("": none)."""
    if not source:
        text = "the device wants the login of its account: "
        return WrongCredentials(text + storage.named(ADVICE))
    text = "the login of %s is not the device's, whose password is that of the day it was set up"
    return WrongCredentials(text % source)


def read(path: str) -> "tuple[str, str]":
    """User and password of a file that others can neither read nor write.

    The password is all that is between = and the end of the line, blanks included: it may begin or
    end with one. Raises LocalError.
    """
    try:
        data, mode = storage.read(path, MAX_FILE)
    except OSError as error:
        raise LocalError("the credentials in %s: %s" % (path, error.strerror)) from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise LocalError("the credentials in %s are open to everybody: chmod 600 it" % path)
    values = {}
    for line in data.decode("utf-8", "surrogateescape").lstrip("\ufeff").split("\n"):
        name, _, value = line.partition("=")
        values[name.strip()] = value[:-1] if value[-1:] == "\r" else value
    if "username" not in values or "password" not in values:
        raise LocalError("the credentials in %s have no lines username=... and password=..." % path)
    return values["username"].strip(), values["password"]
