"""A response without an end, as Server-Sent Events are: what is sent when, and until when.

1. It is the connection's last response. What the client still sends is thrown away.
2. While the client does not read, nothing is written; after WRITE_S of http_server it is dropped.
   What it has not been sent is the source's to keep, or to leave out.
3. A client that is gone without a word is noticed when it has not acknowledged for DEAD_S what was
   written last. One that says no more may only have shut one end, as nc does: it is sent `nothing`
   twice, as who has left refuses the first.
4. They are never replaced by newer connections. So they are at most a STREAMS-th of all, and EACH
   of those of one address; a further one gets 503.
"""

import asyncio
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Iterable

STREAMS = 8
DEAD_S = 15.0
"""Longer than a phone's radio sleeps between two beats. Where the system has no such time-out it
ends a connection by its own, of some minutes."""
PROBE_S = 0.05


class Stream:
    """What is sent by `transport`: what the coroutine source.next() returns, again and again.

    source.close() is called in the end; `source.nothing` are bytes that mean nothing to a reader.
    """

    def __init__(self, source: "Any", transport: "Any") -> None:
        self.source = source
        self.transport = transport
        self.readable = None  # type: Any

    async def send(self, head: bytes) -> None:
        """Until the client has left: then this is cancelled."""
        link = self.transport.get_extra_info("socket")
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(DEAD_S * 1000))
        self.transport.resume_reading()
        self.transport.write(head)
        try:
            while True:
                if self.readable:
                    await self.readable
                self.transport.write(await self.source.next())
        finally:
            self.source.close()
            self.transport.abort()

    def pause(self) -> None:
        """The client does not read."""
        self.readable = asyncio.get_running_loop().create_future()

    def resume(self) -> None:
        if not self.readable.done():
            self.readable.set_result(None)
        self.readable = None

    def probe(self) -> None:
        loop = asyncio.get_running_loop()
        for pause_s in (0, PROBE_S):
            loop.call_later(pause_s, self.transport.write, self.source.nothing)


def admits(peers: "Iterable[str]", peer: str, connections: int, each: float) -> bool:
    """Whether one more of `peer` may begin beside those of `peers`, of so many `connections`."""
    there = list(peers)
    most = max(1, connections // STREAMS)
    return len(there) < most and there.count(peer) < max(1, int(most * each))
