"""The remembered devices: a JSON file, written by `discover --save` and when a device has moved.

    {"devices": [{"alias", "model", "mac", "device_id", "host", "port", "transport"}, ...],
     "targets": ["192.168.1.0/24", ...]}

It is $TPLINK_EXEC_DEVICES and no other, or ~/.config/tplink-exec/devices.json, what is written, and
/etc/tplink-exec/devices.json, for a service's user; what the former says of a device counts. No
secrets. A writer locks FILE.lock and renames a new file over the old one, so that nobody loses
anything or reads a half; fields that are unknown here are kept.
"""

from .. import storage
from ..address import is_address
from ..devices import identity
from ..errors import LocalError, Unreachable, UsageError
from ..scanner import scan

if 0:  # for type checkers
    from ..shapes import Fields  # noqa: F401 (type comments)

OWN = "~/.config/tplink-exec/devices.json"
SHARED = "/etc/tplink-exec/devices.json"
MAX_FILE = 1 << 22
TRANSPORTS = ("xor", "klap", "aes", "tpap")
BITS = ("", *map(str, range(16, 33)))
"""Of a target's network."""
NOWHERE = ("/dev/null", "nul")
EVERYBODY = 0o002
"""That may write: stat.S_IWOTH."""
LISTED = 10
"""How many devices of an ambiguous name are told."""


def find(name):
    # type: (str) -> tuple[Fields, list[str], list[str]] | None
    """What is remembered of a device, by its MAC or alias; the addresses of all, its first; the
    targets. None for what is no remembered device's name. Raises LocalError, UsageError;
    Unreachable for a MAC, as no DNS knows it either.
    """
    devices, targets = load()
    entry = named(name, devices)
    if entry:
        hosts = dict.fromkeys([entry["host"], *(device["host"] for device in devices)])
        return entry, list(hosts), targets
    if identity.mac(name) and len(name) > 12:  # 12 hex digits may be a host's name
        raise Unreachable("no device with this MAC is remembered; find it: discover --save")
    return None


def load():
    # type: () -> tuple[list[Fields], list[str]]
    """Devices and targets of all files, those that count first. Raises LocalError."""
    given = storage.variable("TPLINK_EXEC_DEVICES")
    paths = [given] if given else [storage.located(OWN), storage.located(SHARED)]
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


def named(name, devices):
    # type: (str, list[Fields]) -> Fields | None
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


def read(path):
    # type: (str) -> Fields
    """What a file holds, checked; nothing without one. Raises LocalError, PermissionError."""
    nothing = {"devices": [], "targets": []}  # type: Fields
    if path in NOWHERE:
        return nothing
    try:
        data, mode = storage.read(path, MAX_FILE)
    except (FileNotFoundError, NotADirectoryError):
        return nothing
    except PermissionError:
        raise
    except OSError as error:
        raise LocalError("the remembered devices in %s: %s" % (path, error.strerror)) from None
    if mode & EVERYBODY:
        text = "the remembered devices in %s are open to everybody's changes: chmod 600 it"
        raise LocalError(text % path)
    if not data:
        return nothing
    try:
        if len(data) > MAX_FILE:
            raise ValueError("it is larger than %d bytes" % MAX_FILE)
        return checked(decoded(data))
    except ValueError as problem:
        text = "the remembered devices in %s are broken, mend or remove the file: %s"
        raise LocalError(text % (path, problem)) from None


def decoded(data):
    # type: (bytes) -> object
    """Raises ValueError."""
    text = data.decode("utf-8", "replace").strip(" \t\r\n")
    try:
        value, end = scan(text, 0)
    except Exception:  # see misread.decoded
        end = -1
    if end != len(text):
        raise ValueError("it is not JSON")
    return value


def checked(value):
    # type: (object) -> Fields
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


def misfit(entry):
    # type: (Fields) -> str
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
