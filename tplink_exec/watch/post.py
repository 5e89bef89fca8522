"""What other threads leave for the main thread: outlets to tell of, and lines of complaint."""

import collections

from ..polling.watched import Outlet, Shown
from .lines import Complaints
from .streams import Streams


class Post:
    """The bell of `streams` is rung when there is something, or some work is finished."""

    def __init__(self, debug: bool) -> None:
        self.debug = debug
        self.changes = collections.deque()  # type: collections.deque[tuple[Outlet, Shown]]
        self.complaints = Complaints()
        self.streams = Streams()

    def ring(self) -> None:
        self.streams.ring()

    def tell(self, outlet: Outlet, shown: Shown) -> None:
        self.changes.append((outlet, shown))
        self.ring()

    def complain(self, text: str) -> None:
        self.complaints.add(text)

    def note(self, text: str) -> None:
        """A complaint only with --debug."""
        if self.debug:
            self.complain(text)
