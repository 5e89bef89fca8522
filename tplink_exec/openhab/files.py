"""openHAB's folder: what is there, what of it is ours, and how it is replaced.

Each file begins with a comment that has the SHA-256 of all that follows. A file whose hash does
not fit was edited, or never ours: then nothing at all is written. Of misc/exec.whitelist only a
block between two comments is ours, with a hash of its own; all other lines are kept as they are.

All new files are complete on the disk before the first takes its place, by a rename each. What
has not changed is not touched, so that openHAB does not read it again.
"""

import difflib
import hashlib
import os

from .. import replacement, storage
from ..errors import LocalError
from ..printable import one_line

WHITELIST = "misc/exec.whitelist"
HEADER = '// Written by "tplink-exec openhab", which overwrites only what nobody has changed: %s\n'
BEGIN = b"# Written by tplink-exec openhab, which overwrites only what nobody has changed: "
END = b"# End of what tplink-exec openhab wrote\n"
MAX_FILE = 1 << 24
EDITED = "changed by hand, or not written by this program: %s; move them away, or their changes"


class Change:
    """A file at `path`, and the bytes `old` that it has (None: it is not there) and is to have."""

    def __init__(self, path: str, old: "bytes | None", new: bytes) -> None:
        self.path = path
        self.old = old
        self.new = new


def sealed(path: str, text: str) -> bytes:
    """A file's text with its hash before it; of the whitelist it is the block that is ours."""
    data = text.encode()
    if path != WHITELIST:
        return (HEADER % digest(data)).encode() + data
    return BEGIN + digest(data).encode() + b"\n" + data + END


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def changes(folder: str, texts: "dict[str, str]") -> "list[Change]":
    """What is to be done to `folder`. Raises LocalError, for one when a file was edited."""
    found = []
    edited = []
    for name, text in texts.items():
        path = os.path.join(folder, name)
        old, new = content(path), sealed(name, text)
        try:
            if name == WHITELIST:
                new = merged(old or b"", new)
            elif old is not None:
                check(old)
        except ValueError:
            edited.append(path)
        if old != new:
            found.append(Change(path, old, new))
    if edited:
        raise LocalError(EDITED % ", ".join(edited))
    return found


def content(path: str) -> "bytes | None":
    """None where there is no file. Raises LocalError."""
    try:
        data, _ = storage.read(path, MAX_FILE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LocalError("%s cannot be read: %s" % (path, error.strerror)) from None
    if len(data) > MAX_FILE:
        raise LocalError("%s is larger than %d bytes" % (path, MAX_FILE))
    return data


def check(data: bytes) -> None:
    """Raises ValueError unless its first line is HEADER with the hash of the rest."""
    first, _, rest = data.partition(b"\n")
    if first + b"\n" != (HEADER % digest(rest)).encode():
        raise ValueError


def merged(old: bytes, block: bytes) -> bytes:
    """The whitelist with `block` in place of the one that is there, or at its end.

    Raises ValueError when that one was edited.
    """
    start, end = old.find(BEGIN), old.find(END)
    if start < 0 and end < 0:
        return old + (b"\n" if old and not old.endswith(b"\n") else b"") + block
    first, _, rest = old[start:end].partition(b"\n")
    at_line_start = old[:start] == b"" or old[:start].endswith(b"\n")
    if not (0 <= start < end and at_line_start and first == BEGIN + digest(rest).encode()):
        raise ValueError
    after = old[end + len(END) :]
    if BEGIN in after or END in after:
        raise ValueError
    return old[:start] + block + after


def diff(found: "list[Change]") -> bytes:
    """A unified diff, as it is shown to people."""
    lines = []  # type: list[str]
    for change in found:
        before, after = (text(data).splitlines() for data in (change.old or b"", change.new))
        path = "/dev/null" if change.old is None else change.path
        lines += difflib.unified_diff(before, after, path, change.path, lineterm="")
    return "".join(one_line(line.replace("\t", "    ")) + "\n" for line in lines).encode()


def text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def write(found: "list[Change]") -> None:
    """Replace the files. Raises LocalError; then none was replaced, unless a rename failed."""
    ready = []  # type: list[tuple[str, str]]
    path = ""
    try:
        try:
            for change in found:
                path = os.path.realpath(change.path)
                replacement.make(os.path.dirname(path), 0o755)
                ready.append((replacement.prepare(path, change.new, 0o644), path))
            for new, path in ready:
                replacement.replace(new, path)
        finally:
            for new, _ in ready:
                if os.path.lexists(new):
                    os.unlink(new)
    except OSError as error:
        raise LocalError("%s cannot be written: %s" % (path, error.strerror)) from None
