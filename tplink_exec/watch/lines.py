"""Standard input and output by lines, for what runs long: bounded. No I/O but Complaints'."""

import collections
import threading

from ..cli.output import put
from ..printable import one_line

MAX_LINE = 4096
"""Bytes of a line that is read."""
MAX_LINES = 1000
"""Lines that wait to be written."""
PATIENCE_S = 1.0
"""At the end, for a reader of standard error that takes nothing."""
DAY_S = 86400.0


class Lines:
    """Bytes to lines without their end."""

    def __init__(self) -> None:
        self.rest = b""
        self.skipping = False

    def feed(self, data: bytes) -> "list[bytes]":
        """The lines that `data` ends; of one that is too long MAX_LINE + 1 bytes. b"" is the end
        of all, and of a last line without one."""
        *lines, rest = (self.rest + data).split(b"\n")
        if not data:
            lines, rest = [rest], b""
        if self.skipping and lines:
            self.skipping = False
            del lines[0]
        if len(rest) > MAX_LINE:
            if not self.skipping:
                lines.append(rest[: MAX_LINE + 1])
            self.skipping, rest = True, b""
        self.rest = b"" if self.skipping else rest
        return [line[: MAX_LINE + 1] for line in lines]


class Output:
    """Standard output that may be slow: whole lines, as many as fit without waiting.

    When more than MAX_LINES wait, only the last of each outlet is kept.
    """

    def __init__(self) -> None:
        self.lines = collections.deque()  # type: collections.deque[tuple[object, bytes]]
        self.rest = b""

    def add(self, key: object, line: bytes) -> None:
        self.lines.append((key, line))
        if len(self.lines) > MAX_LINES:
            last = {}  # type: dict[object, bytes]
            for old, text in self.lines:
                last.pop(old, None)
                last[old] = text
            self.lines = collections.deque(last.items())

    def waits(self) -> bool:
        return bool(self.rest or self.lines)

    def take(self, limit: float) -> bytes:
        """Lines of no more than `limit` bytes together, or one that is longer."""
        data, self.rest = self.rest, b""
        while self.lines and (not data or len(data) + len(self.lines[0][1]) <= limit):
            data += self.lines.popleft()[1]
        return data


class Complaints(threading.Thread):
    """Standard error, in a thread of its own, so that nothing else waits for its reader.

    When MAX_LINES wait, what comes is left out until they are written; then its number is told.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.lines = collections.deque()  # type: collections.deque[str]
        self.left_out = 0
        self.ended = False
        self.changed = threading.Condition()

    def add(self, text: str) -> None:
        """For any thread."""
        with self.changed:
            if self.left_out or len(self.lines) >= MAX_LINES:
                self.left_out += 1
            else:
                self.lines.append(text)
            self.changed.notify()

    def take(self) -> str:
        """The next line, as soon as there is one; "" at the end."""
        with self.changed:
            while not (self.lines or self.left_out or self.ended):
                self.changed.wait()
            if self.lines:
                return self.lines.popleft()
            number, self.left_out = self.left_out, 0
            return "watch: %d lines left out: they are read too slowly" % number if number else ""

    def run(self) -> None:
        for text in iter(self.take, ""):
            try:
                put(2, ("tplink-exec: %s\n" % one_line(text)).encode(), DAY_S)
            except OSError:
                pass

    def finish(self) -> None:
        """Have the rest written, as long as somebody reads it."""
        with self.changed:
            self.ended = True
            self.changed.notify()
        left = -1
        while self.is_alive() and left != len(self.lines):
            left = len(self.lines)
            self.join(PATIENCE_S)
