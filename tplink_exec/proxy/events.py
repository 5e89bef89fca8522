"""The stream of Server-Sent Events that feeds the page: GET /events, GET /DEVICE/events.

The polling is the proxy's, not its clients': while somebody listens to a device, it is asked once
a beat, however many listen, and at once after a command by whomever; while nobody does, not at
all. Each message is about one `device`, in JSON:

    event: device     all that device.json has: the first, and when something of it has changed
    event: answered   `at`, the time of the answer: nothing else has changed
    event: trouble    `trouble`: why nobody knows how the device is

A comment, ":", comes when there was nothing for a beat, so that a dead client is noticed. Nothing
is queued for a client that is slow to read: of each device it gets the newest.
"""

import asyncio
import json

from ..printable import one_line
from .http_request import HttpError, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields, Iterable  # noqa: F401 (type comments)
    from .summary import Reader

BEAT_S = 2.0
LEAST_S = 0.5
"""Between two polls of a device that is slow to answer."""
START = b"retry: 2000\n\n"
"""At once, so that a client knows the stream to flow; EventSource then tries again so soon."""
KIND = "text/event-stream"
FIELDS = ("X-Accel-Buffering: no",)
"""For nginx, which would keep what is small until there is more."""


class Nudge:
    """Wakes the one who waits; rung before, it does so at once."""

    def __init__(self) -> None:
        self.rung = False
        self.future = None  # type: Any

    def ring(self) -> None:
        self.rung = True
        if self.future and not self.future.done():
            self.future.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Until it rings, or so long."""
        if not self.rung:
            loop = asyncio.get_running_loop()
            self.future = loop.create_future()
            timer = loop.call_later(seconds, self.ring)
            try:
                await self.future
            finally:
                timer.cancel()
        self.rung = False


class Feed:
    """A device that is polled while it has `listeners`.

    `found` is what it said last, None when that was nothing: then `trouble` says why.
    """

    def __init__(self, reader: "Reader") -> None:
        self.reader = reader
        self.name = reader.device.name
        self.listeners = set()  # type: set[Listener]
        self.nudge = Nudge()
        self.task = None  # type: Any
        self.forget()

    def forget(self) -> None:
        self.found = None  # type: Fields | None
        self.trouble = ""

    def join(self, listener: "Listener") -> None:
        self.listeners.add(listener)
        if not self.task:
            self.task = asyncio.get_running_loop().create_task(self.poll())
        elif self.found or self.trouble:
            listener.tell(self, True)

    def leave(self, listener: "Listener") -> None:
        self.listeners.discard(listener)
        if not self.listeners and self.task:
            self.task.cancel()
            self.task = None
            self.forget()

    def hurry(self) -> None:
        """A command has been sent: poll now."""
        self.nudge.ring()

    async def poll(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            self.nudge.rung = False
            try:
                found = await self.reader.state()
                self.take(found)
                if self.reader.lacks_sums():
                    found = {**found, **await self.reader.sums()}
                    if found != self.found:
                        self.take(found)
            except HttpError as error:
                self.fail(str(error))
            except Exception as error:  # a bug; even so it is told, and polled again
                text = "internal error, please report it: %s: %s"
                self.fail(text % (type(error).__name__, error))
            await self.nudge.wait(max(started + BEAT_S - loop.time(), LEAST_S))

    def take(self, found: "Fields") -> None:
        old, self.found, self.trouble = self.found, found, ""
        self.tell(old is None or {**old, "at": found["at"]} != found)

    def fail(self, trouble: str) -> None:
        trouble = one_line(trouble)
        if trouble != self.trouble:
            self.found, self.trouble = None, trouble
            self.tell(True)

    def tell(self, whole: bool) -> None:
        for listener in self.listeners:
            listener.tell(self, whole)

    def message(self, whole: bool) -> bytes:
        """The newest; `whole`: all of it, as there is more than another time."""
        if self.found is None:
            event, data = "trouble", {"trouble": self.trouble}  # type: tuple[str, Fields]
        elif whole:
            event, data = "device", self.found
        else:
            event, data = "answered", {"at": self.found["at"]}
        text = json.dumps({"device": self.name, **data})
        return ("event: %s\ndata: %s\n\n" % (event, text)).encode()


class Listener:
    """One client's stream of what there is about `feeds`: see http_stream.

    `news` are those with something that it has not been sent; True: all of it.
    """

    nothing = b":\n\n"

    def __init__(self, feeds: "Iterable[Feed]") -> None:
        self.feeds = tuple(feeds)
        self.news = {}  # type: dict[Feed, bool]
        self.nudge = Nudge()
        self.begun = False

    async def next(self) -> bytes:
        if not self.begun:
            self.begun = True
            for feed in self.feeds:
                feed.join(self)
            return START
        if not self.news:
            await self.nudge.wait(BEAT_S)
        news, self.news = self.news, {}
        self.nudge.rung = False
        return b"".join(feed.message(whole) for feed, whole in news.items()) or self.nothing

    def tell(self, feed: Feed, whole: bool) -> None:
        self.news[feed] = whole or self.news.get(feed, False)
        self.nudge.ring()

    def close(self) -> None:
        for feed in self.feeds:
            feed.leave(self)


def stream(feeds: "Iterable[Feed]") -> Response:
    response = Response(kind=KIND, fields=FIELDS)
    response.source = Listener(feeds)
    return response
