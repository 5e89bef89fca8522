"""A small HTTP/1.1 server for untrusted clients: one event loop, every wait bounded.

Not http.server: its time-out is for each read, so a client that sends a byte now and then keeps a
thread for ever, and its header parser takes longer than a plug's answer. Here a client costs no
thread, and however slow it is, nobody else waits:

1. A request has READ_S from its first byte to its last, then 408. A connection between requests
   may stay IDLE_S.
2. Requests of one connection are answered one after the other, in their order. While one is being
   answered, no more than MAX_AHEAD bytes of what follows are taken; when the client leaves, it is
   given up. Who says no more may have left, or only have shut one end, as nc does: the bytes that
   every response begins with are sent one by one, and who has left refuses them.
3. Of the responses that a client does not read some 64 KiB are kept, however large the kernel's
   buffers could be. Then no more is answered, and after WRITE_S the client is dropped.
4. After an error of framing nothing more is read as a request: the response is the last one, and
   what still comes is thrown away for LINGER_S, as a reset would overtake the response.
5. Where there are too many connections, in all or of one address, a new one replaces one that is
   not being answered, of the address that has most, an idle one first.

A response without an end has rules of its own: see http_stream.
"""

import asyncio
import collections
import socket
import struct

from ..printable import one_line
from .http_request import MAX_BODY, MAX_HEAD, HttpError, Response, request
from .http_stream import Stream, admits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable
    from .http_request import Request

READ_S = 5.0
IDLE_S = 60.0
WRITE_S = 5.0
LINGER_S = 1.0
PROBE_S = 0.05
"""After the first of START; each further pause is twice as long."""
START = b"HTTP/1.1 "
EACH = 0.75
"""Of all connections, for one address: it may be a reverse proxy's."""
MAX_AHEAD = MAX_HEAD + MAX_BODY
SEND_BUFFER = 32768
"""Bytes, in the kernel; Linux takes twice as much, for its own needs."""
MAX_UNSENT = 16384
"""Bytes, in this process: with more, no further request is answered."""


class HttpServer:
    """What the connections share: `handler` is a coroutine function, Request to Response.

    Beyond `max_clients` a client may get 503. `log` takes a line.
    """

    def __init__(
        self,
        handler: "Callable[[Request], Any]",
        max_clients: int,
        log: "Callable[[str], None]",
    ) -> None:
        self.handler = handler
        self.max_clients = max_clients
        self.log = log
        self.clients = set()  # type: set[HttpConnection]

    async def serve(self, listener: "Any") -> None:
        """Serve on a bound socket until the task is cancelled, or the process ends."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(
            lambda _, context: self.log("%(message)s" % context)  # such as: no descriptor left
        )
        server = await loop.create_server(
            lambda: HttpConnection(self, loop), sock=listener, backlog=512
        )
        await server.serve_forever()

    def admits(self, new: "HttpConnection") -> bool:
        while True:
            counts = collections.Counter(it.peer for it in self.clients)
            greedy = counts[new.peer] > max(1, self.max_clients * EACH)
            if not greedy and len(self.clients) <= self.max_clients:
                return True
            ranks = [
                (it.last, counts[it.peer], not (it.buffer or it.blocked), -it.since, id(it), it)
                for it in self.clients
                if it is not new and not it.task and (it.peer == new.peer or not greedy)
            ]
            if not ranks:
                return False
            old = max(ranks)[-1]
            self.clients.discard(old)
            old.transport.abort()


class HttpConnection(asyncio.Protocol):
    """A connection.

    `head` is the request that is coming in, `task` the one being answered, `stream` by what, if
    that has no end; `last`: no more are taken, `blocked`: the client does not read, `ended`: it
    sends no more; `since`: the last change of that, `probed`: how much of START has been sent.
    """

    def __init__(self, server: HttpServer, loop: "asyncio.AbstractEventLoop") -> None:
        self.server = server
        self.loop = loop
        self.buffer = bytearray()
        self.head = None  # type: Request | None
        self.task = None  # type: Any
        self.timer = None  # type: Any
        self.stream = None  # type: Stream | None
        self.last = self.blocked = self.ended = False
        self.since = 0.0
        self.probed = 0
        self.peer = ""

    def connection_made(self, transport: "Any") -> None:
        self.transport = transport
        self.peer = str((transport.get_extra_info("peername") or "?")[0])
        self.server.clients.add(self)
        link = transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        transport.set_write_buffer_limits(MAX_UNSENT)
        if self.server.admits(self):
            self.wait(IDLE_S, transport.close)
        else:
            self.fail(HttpError(503, "too many clients", ("Retry-After: 1",)))

    def connection_lost(self, exc: "Exception | None") -> None:
        self.server.clients.discard(self)
        self.last = True
        self.wait(0)
        if self.task:
            self.task.cancel()

    def wait(self, seconds: float, otherwise: "Callable[[], None] | None" = None) -> None:
        """Replace the timer; 0 for none."""
        self.since = self.loop.time()
        if self.timer:
            self.timer.cancel()
        self.timer = self.loop.call_later(seconds, otherwise) if otherwise else None

    def data_received(self, data: bytes) -> None:
        if self.last:
            return
        if not (self.buffer or self.task or self.blocked):
            self.wait(READ_S, self.too_slow)
        self.buffer += data
        if self.task or self.blocked:
            if len(self.buffer) > MAX_AHEAD:
                self.transport.pause_reading()
                self.probe()
        else:
            self.advance()

    def eof_received(self) -> bool:
        """Half closed: what was asked before is still answered."""
        self.ended = True
        self.probe()
        return self.task is not None or self.blocked

    def probe(self) -> None:
        """See 2. above; a refusal is a lost connection. What is unsent does as well."""
        at = self.probed
        if self.stream:
            self.stream.probe()
        elif self.task and at < len(START) and not self.transport.get_write_buffer_size():
            self.transport.write(START[at : at + 1])
            self.wait(PROBE_S * 2**at, self.probe)
            self.probed += 1

    def advance(self) -> None:
        """Begin to answer the next request, if it is all there."""
        while self.buffer[:2] == b"\r\n" and not self.head:
            del self.buffer[:2]  # some clients end a body so
            if not self.buffer:
                self.wait(IDLE_S, self.transport.close)
        try:
            asked = self.head = self.head or (request(self.buffer) if self.buffer else None)
        except HttpError as error:
            self.fail(error)
            return
        if asked is None:
            return
        if len(self.buffer) < asked.start + asked.size:
            if asked.expects_continue and len(self.buffer) == asked.start:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        self.head = None
        asked.body = bytes(self.buffer[asked.start : asked.start + asked.size])
        del self.buffer[: asked.start + asked.size]
        self.wait(0)
        self.task = self.loop.create_task(self.respond(asked))
        if self.ended:
            self.probe()

    async def respond(self, asked: "Request") -> None:
        started = self.loop.time()
        try:
            response = await self.server.handler(asked)
        except HttpError as error:
            response = error_response(error)
        except Exception as error:  # a bug; even so an answer
            text = "internal error, please report it: %s: %s" % (type(error).__name__, error)
            response = error_response(HttpError(500, text))
        if response.source and asked.method != "HEAD":
            response = await self.flow(asked, response)
        keep = asked.keep_alive and not self.last and not (self.ended and not self.buffer)
        self.transport.write(response.data(asked.method != "HEAD", keep)[self.probed :])
        self.probed = 0
        seconds = self.loop.time() - started
        words = self.peer, asked.method, asked.target, response.status, seconds * 1000
        self.server.log("%s %s %s %d in %.1f ms" % words)
        self.task = None
        if keep:
            self.next()
        else:
            self.close()

    async def flow(self, asked: "Request", response: Response) -> Response:
        """Send what has no end; returns what to answer where that cannot be."""
        peers = [it.peer for it in self.server.clients if it.stream]
        if not admits(peers, self.peer, self.server.max_clients, EACH):
            return error_response(HttpError(503, "too many streams", ("Retry-After: 30",)))
        self.server.log("%s %s %s: a stream" % (self.peer, asked.method, asked.target))
        self.stream = Stream(response.source, self.transport)
        self.last = True
        self.buffer.clear()
        if self.ended:
            self.probe()
        if self.blocked:
            self.stream.pause()
        await self.stream.send(response.data(True, False)[self.probed :])
        return response

    def next(self) -> None:
        """After a response: the next request, or the time to wait for one."""
        if self.last:
            return
        if not self.blocked:
            self.transport.resume_reading()
            self.wait(*((READ_S, self.too_slow) if self.buffer else (IDLE_S, self.transport.close)))
            self.advance()
            if self.ended and not self.task:
                self.close()

    def too_slow(self) -> None:
        self.fail(HttpError(408, "the request was not complete within %g s" % READ_S))

    def fail(self, error: HttpError) -> None:
        """Answer what is no request, and take no more."""
        self.transport.write(error_response(error).data(True, False))
        self.server.log("%s %d %s" % (self.peer, error.status, error))
        self.close()

    def close(self) -> None:
        self.last = True
        self.buffer.clear()
        if self.ended or self.transport.is_closing():
            self.transport.close()
            return
        try:
            self.transport.write_eof()
        except OSError:  # the client has reset the connection
            self.transport.abort()
            return
        self.transport.resume_reading()
        if self.transport.get_write_buffer_size():
            self.wait(WRITE_S, self.drop)
        else:
            self.wait(LINGER_S, self.transport.abort)

    def drop(self) -> None:
        """End the connection now: what is not sent is not kept in the kernel either."""
        link = self.transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def pause_writing(self) -> None:
        self.blocked = True
        self.wait(WRITE_S, self.drop)
        if self.stream:
            self.stream.pause()

    def resume_writing(self) -> None:
        self.blocked = False
        if self.stream:
            self.wait(0)
            self.stream.resume()
        elif not self.task and not self.last:
            self.next()


def error_response(error: HttpError) -> Response:
    """The response that says what is wrong, in one line."""
    return Response(error.status, one_line(str(error)).encode() + b"\n", fields=error.fields)
