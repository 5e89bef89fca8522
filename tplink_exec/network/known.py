"""The remembered devices: a JSON file, written by `discover --save` and when a device has moved.

    {"devices": [{"alias", "model", "mac", "device_id", "host", "port", "transport"}, ...],
     "targets": ["192.168.1.0/24", ...]}

It is $TPLINK_EXEC_DEVICES and no other, or ~/.config/tplink-exec/devices.json, what is written, and
/etc/tplink-exec/devices.json, for a service's user; what the former says of a device counts. No
secrets. A writer locks FILE.lock and renames a new file over the old one, so that nobody loses
anything or reads a half; fields that are unknown here are kept.
"""

import os
import stat
import time

from .. import storage
from ..address import is_address
from ..devices import identity
from ..errors import LocalError, ProtocolError, UsageError
from ..misread import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields, Sequence

OWN = "~/.config/tplink-exec/devices.json"
SHARED = "/etc/tplink-exec/devices.json"
MAX_FILE = 1 << 22
TRANSPORTS = ("xor", "klap", "aes", "tpap")
BITS = ("", *map(str, range(16, 33)))
"""Of a target's network."""
LISTED = 10
"""How many devices of an ambiguous name are told."""
LOCK_S = 5.0


def own() -> str:
    """The path of the file that is written. Raises LocalError."""
    path = os.environ.get("TPLINK_EXEC_DEVICES") or storage.located(OWN)
    if path[:1] == "~":
        raise LocalError("no home folder for the remembered devices: set TPLINK_EXEC_DEVICES")
    return path


def load() -> "tuple[list[Fields], list[str]]":
    """Devices and targets of all files, those that count first. Raises LocalError."""
    paths = [os.environ.get("TPLINK_EXEC_DEVICES", "")]
    if not paths[0]:
        paths = [storage.located(OWN), storage.located(SHARED)]
    devices = []  # type: list[Fields]
    targets = []  # type: list[str]
    denied = ""
    for path in paths:
        try:
            found = read(path)
        except PermissionError:
            denied = denied or path
            continue
        devices += found["devices"]
        targets += found["targets"]
    if denied and not devices:
        raise LocalError("no permission to read the remembered devices in %s" % denied)
    return devices, list(dict.fromkeys(targets))


def named(name: str, devices: "list[Fields]") -> "Fields | None":
    """The device with that MAC, else with that alias in any case. Raises UsageError for several."""
    mac = identity.mac(name)
    found = [entry for entry in devices if mac and identity.mac(entry.get("mac")) == mac]
    if not found:
        wanted = name.casefold()
        found = [
            entry
            for entry in devices
            if wanted == (entry.get("alias") or "").strip().casefold() != ""
        ]
    if not found:
        return None
    if len({entry.get("mac") or entry.get("device_id") for entry in found}) == 1:
        return found[0]
    places = ["%s at %s" % (entry.get("mac") or "?", entry["host"]) for entry in found[:LISTED]]
    text = "the name %s is ambiguous; call one of these by its MAC: %s%s"
    more = "" if len(found) <= LISTED else ", and %d more" % (len(found) - LISTED)
    raise UsageError(text % (name, ", ".join(places), more))


def read(path: str) -> "Fields":
    """What a file holds, checked; nothing without one. Raises LocalError, PermissionError."""
    nothing = {"devices": [], "targets": []}  # type: Fields
    if path == os.devnull:
        return nothing
    try:
        data, mode = storage.read(path, MAX_FILE)
    except (FileNotFoundError, NotADirectoryError):
        return nothing
    except PermissionError:
        raise
    except OSError as error:
        raise LocalError("the remembered devices in %s: %s" % (path, error.strerror)) from None
    if mode & stat.S_IWOTH:
        text = "the remembered devices in %s are open to everybody's changes: chmod 600 it"
        raise LocalError(text % path)
    if not data:
        return nothing
    try:
        if len(data) > MAX_FILE:
            raise ValueError("it is larger than %d bytes" % MAX_FILE)
        return checked(decoded(data))
    except (ProtocolError, ValueError) as problem:
        reason = "it is not JSON" if isinstance(problem, ProtocolError) else problem
        text = "the remembered devices in %s are broken, mend or remove the file: %s"
        raise LocalError(text % (path, reason)) from None


def checked(value: object) -> "Fields":
    """`value`, if it has the shape of the file. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    devices, targets = value.setdefault("devices", []), value.setdefault("targets", [])
    if not isinstance(devices, list) or not isinstance(targets, list):
        raise ValueError("devices and targets must be lists")
    for target in targets:
        address, _, bits = target.partition("/") if isinstance(target, str) else ("", "", "")
        if ":" in address or not is_address(address) or bits not in BITS:
            raise ValueError("a target is no IPv4 address or network: %.40r" % (target,))
    for number, entry in enumerate(devices):
        problem = "it is no object" if not isinstance(entry, dict) else misfit(entry)
        if problem:
            raise ValueError("devices[%d]: %s" % (number, problem))
    return value


def misfit(entry: "Fields") -> str:
    """What is wrong with a device's entry, "" when nothing is."""
    for name in ("alias", "mac", "device_id"):
        if not isinstance(entry.get(name), (str, type(None))):
            return "its %s is no string" % name
    mac = entry.get("mac") or ""
    if identity.mac(mac) == "" if mac else not entry.get("device_id"):
        return "neither its mac nor its device_id is one"
    if not isinstance(entry.get("host"), str) or not is_address(entry["host"]):
        return "its host is no IP address"
    if type(entry.get("port")) is not int or not 0 < entry["port"] < 65536:
        return "its port is no number from 1 to 65535"
    if entry.get("transport") not in TRANSPORTS:
        return "its transport is none of " + ", ".join(TRANSPORTS)
    entry["mac"] = identity.mac(mac)
    return ""


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
        storage.make(os.path.dirname(path), 0o755 if is_shared(path) else 0o700)
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
    storage.replace(storage.prepare(path, data, 0o644 if is_shared(path) else 0o600), path)
