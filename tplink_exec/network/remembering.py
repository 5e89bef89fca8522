"""What is known of devices is written: see `known`."""

import os
import time

from .. import replacement, storage
from ..devices import identity
from ..errors import LocalError
from .known import MAX_FILE, OWN, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields, Sequence

LOCK_S = 5.0


def own() -> str:
    """The path of the file that is written. Raises LocalError."""
    path = os.environ.get("TPLINK_EXEC_DEVICES") or storage.located(OWN)
    if path[:1] == "~":
        raise LocalError("no home folder for the remembered devices: set TPLINK_EXEC_DEVICES")
    return path


def remember(
    found: "Sequence[Fields]", targets: "Sequence[str]" = (), limit_s: float = LOCK_S
) -> None:
    """Add devices and targets to the file, or put them in place of what it says of the same.

    What a device in `found` says not (None, "") is kept. Raises LocalError, for one when others
    have kept the file locked for `limit_s`.
    """
    from ..transport.lock import held

    path = os.path.realpath(own())
    try:
        replacement.make(os.path.dirname(path), 0o755 if is_shared(path) else 0o700)
        descriptor = held(path + ".lock", time.monotonic() + limit_s)
        try:
            value = read(path)
            for device in found:
                merge(value["devices"], device)
            value["targets"] = list(dict.fromkeys([*value["targets"], *targets]))
            write(path, value)
        finally:
            os.close(descriptor)
    except OSError as error:
        text = "the devices cannot be remembered in %s: %s"
        raise LocalError(text % (path, error.strerror or error)) from None


def merge(devices: "list[Fields]", device: "Fields") -> None:
    names = ("alias", "model", "mac", "device_id", "host", "port", "transport")
    news = {name: device[name] for name in names if device.get(name)}
    for entry in devices:
        # By the MAC alone where there is one: a new deviceId under it takes the old one's place.
        if entry["mac"] == news.get("mac") if news.get("mac") else identity.same(entry, news):
            entry.update(news)
            return
    devices.append({"alias": None, "model": None, "mac": "", "device_id": "", **news})


def is_shared(path: str) -> bool:
    return path.startswith("/etc/")


def write(path: str, value: "Fields") -> None:
    """Put a new file in the old one's place, with its mode and owner. Raises OSError."""
    import json

    data = (json.dumps(value, indent=1) + "\n").encode("ascii")
    if len(data) > MAX_FILE:
        raise OSError(0, "it would be larger than %d bytes" % MAX_FILE)
    new = replacement.prepare(path, data, 0o644 if is_shared(path) else 0o600)
    replacement.replace(new, path)
