"""Alias and state of devices with newer firmware, by logins side by side, in bounded time."""

import queue
import threading
import time

from ..devices.detect import device
from ..devices.identity import of, text
from ..errors import PlugError, Refused
from ..transport.direct import direct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields  # noqa: F401 (type comments)

THREADS = 16
SHARE = 3
"""A login has one third of what time is left: some that hang do not keep the others waiting."""


class Logins:
    """`add` rows of discovery; `finish` waits for them, until `deadline`."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.rows = queue.Queue()  # type: Any
        self.done = queue.Queue()  # type: Any
        self.count = 0

    def add(self, row: "Fields") -> None:
        self.count += 1
        self.rows.put(row)
        if self.count <= THREADS:
            try:
                threading.Thread(target=self._work, daemon=True).start()
            except RuntimeError:
                pass  # no more of them; those there are do it, or nobody

    def finish(self) -> str:
        """Fill in what the rows lacked; returns why one of them failed, "" when none did."""
        problem = ""
        for _ in range(min(self.count, THREADS)):
            self.rows.put(None)
        for _ in range(self.count):
            try:
                row, found = self.done.get(timeout=max(self.deadline - time.monotonic(), 0))
            except queue.Empty:
                return problem or "there was no time for all logins; give more by --timeout"
            if isinstance(found, dict):
                row.update(found)
            else:
                problem = problem or "no login at %s: %s" % (row["host"], found)
        return problem

    def _work(self) -> None:
        for row in iter(self.rows.get, None):
            now = time.monotonic()
            try:
                self.done.put((row, log_in(row, now + (self.deadline - now) / SHARE)))
            except Exception as error:  # whatever the device says: this is one row's
                self.done.put((row, error))


def log_in(row: "Fields", deadline: float) -> "Fields":
    """alias, state, device_id and transport of the device; or why it has no state.

    Raises PlugError.
    """
    options = {"--transport": "http", "--http-port": row["port"], "command": "check"}
    options["likely"] = row["transport"]
    link = direct(row["host"], row["port"], deadline, options)
    try:
        found = device(link.exchange, options)
        info = found.fields()
        told = of(info)
        if row["mac"] and told["mac"] and row["mac"] != told["mac"]:
            raise PlugError("its MAC is not what it says by UDP")
        alias = text(info.get("alias")) or None
        state = "ON" if found.state() else "OFF"
        by = getattr(link, "transport", row["transport"])  # which may be another by now
        return {"alias": alias, "state": state, "device_id": told["device_id"], "transport": by}
    except Refused as refusal:
        if not refusal.switchless:
            raise
        return {"transport": None, "reason": str(refusal)}
    finally:
        link.close()
