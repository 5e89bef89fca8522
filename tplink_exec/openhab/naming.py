"""Names and labels for openHAB from what devices call themselves; an alias is anybody's text.

An item is Tplink_NAME: so it is never a word of openHAB's own, and hardly ever an item that the
user has already. NAME is

1. the alias: its ASCII letters and digits, what accents and Cyrillic letters are in ASCII, each
   word with a capital ("Lamp #2": Lamp2; Cyrillic for kitchen: Kukhnya);
2. where that leaves nothing, the last six digits of the MAC;
3. for devices with one NAME that followed by _ and the last six digits of the MAC, for all of
   them; and by _at_ and the address where the MAC is missing or the same.

So it depends on the device alone, until another gets the same alias. NAME without 3 has no "_", so
what is put behind it (_2, _Power, _Poll_Run) makes no name twice.
"""

import unicodedata

from ..printable import MAX_DEVICE_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .points import Equipment

PREFIX = "Tplink_"
MAX_NAME = 40
MAX_LABEL = 60

LETTERS = dict(
    zip(
        range(0x430, 0x450),
        "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch . y . e yu ya".split(),
    )
)
"""In ASCII, by code point: lower case, without accents. "." is nothing."""
LETTERS.update({0x454: "ye", 0x456: "i", 0x491: "g"})
LETTERS.update({0xDF: "ss", 0xE6: "ae", 0xF8: "o", 0x111: "d", 0x131: "i", 0x142: "l", 0x153: "oe"})

SILENT = "'`\u2019\u02bc"
"""Within a word, not between two."""

FORMAT = {"%": "\uff05", "[": "\uff3b", "]": "\uff3d"}
"""What openHAB reads in a label as a format, and the wide forms that look like it."""

INVISIBLE = ("Cc", "Cf", "Cs")
BLANK = ("Zs", "Zl", "Zp")


def name(devices: "list[Equipment]") -> None:
    """Give each device its `name`; no two are the same."""
    groups = {}  # type: dict[str, list[Equipment]]
    for device in devices:
        groups.setdefault(base(device).lower(), []).append(device)
    for group in groups.values():
        macs = [device.mac for device in group]
        for device in group:
            device.name = PREFIX + base(device)
            if len(group) > 1:
                alone = device.mac and macs.count(device.mac) == 1
                device.name += "_" + (device.mac if alone else "at_" + device.place.key())


def base(device: "Equipment") -> str:
    return ascii_name(device.alias) or device.mac or "Device"


def ascii_name(alias: str) -> str:
    """Letters and digits only; "" when there are none."""
    words = [""]
    for char in unicodedata.normalize("NFKD", alias[:MAX_DEVICE_TEXT]):
        letter = LETTERS.get(ord(char.lower()) if len(char.lower()) == 1 else 0, "").strip(".")
        if char.isascii() and char.isalnum():
            words[-1] += char
        elif letter:
            words[-1] += letter.capitalize() if char.isupper() else letter
        elif not (unicodedata.combining(char) or char in SILENT or is_sign(char)):
            words.append("")
    return "".join(word[:1].upper() + word[1:] for word in words)[:MAX_NAME]


def is_sign(char: str) -> bool:
    """The hard and the soft sign, which are no sound."""
    return LETTERS.get(ord(char.lower()[:1])) == "."


def label(alias: str) -> str:
    """`alias` on one line, of visible characters, without what openHAB takes for a format."""
    text = ""
    for char in alias[:MAX_DEVICE_TEXT]:
        category = unicodedata.category(char)
        if category in BLANK or char in "\t\n\v\f\r":
            text += " "
        elif category not in INVISIBLE:
            text += FORMAT.get(char, char)
    return " ".join(text.split())[:MAX_LABEL].rstrip()


def quoted(text: str) -> str:
    """As a value in openHAB's files; `text` has no control characters."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')
