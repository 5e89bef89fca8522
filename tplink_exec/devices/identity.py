"""Which device it is: by its MAC, and by the deviceId of its sysinfo."""

if 0:  # for type checkers
    from ..shapes import Fields  # noqa: F401 (type comments)

HEX = frozenset("0123456789abcdefABCDEF")
MAX_ID = 200
"""Characters of a deviceId; real ones have 40."""


def mac(value):
    # type: (object) -> str
    """50:C7:BF:00:00:01 for that, 50-C7-BF-00-00-01 or 50c7bf000001; "" for anything else."""
    if not isinstance(value, str):
        return ""
    mark = value[2:3]
    if mark not in (":", "-"):
        mark = ":"
        value = ":".join(value[at : at + 2] for at in range(0, len(value[:14]), 2))
    pairs = value[:18].split(mark)
    if len(pairs) != 6 or not all(len(pair) == 2 and HEX.issuperset(pair) for pair in pairs):
        return ""
    return ":".join(pairs).upper()


def text(value):
    # type: (object) -> str | None
    """A device's words, cut; None for what are none."""
    return value[:MAX_ID] if isinstance(value, str) else None


def of(info):
    # type: (Fields) -> Fields
    """`mac` and `device_id`, each "" when missing, of a get_sysinfo or a get_device_info."""
    return {
        "mac": mac(info.get("mac")) or mac(info.get("mic_mac")),
        "device_id": text(info.get("deviceId")) or text(info.get("device_id")) or "",
    }


def proves(told, entry):
    # type: (Fields, Fields) -> bool
    """Whether a device that says `told` of itself is the one of `entry`.

    It must say all that is known of it, `mac`, `device_id` or both, and the same: what is missing
    or garbled is not equal.
    """
    known = [name for name in ("mac", "device_id") if entry.get(name)]
    return bool(known) and all(told.get(name) == entry[name] for name in known)


def same(one, other):
    # type: (Fields, Fields) -> bool
    """Whether both may be one device: what both say of `mac` and `device_id` is equal, and one of
    them both say. It is no proof.
    """
    pairs = [(one.get(name), other.get(name)) for name in ("mac", "device_id")]
    compared = [a == b for a, b in pairs if a and b]
    return bool(compared) and all(compared)
