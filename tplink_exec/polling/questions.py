"""Questions by UDP, and the answers that count: from whom was asked, to what is out, once.

A device answers to the port that a question came from, so that port is the question's tag: each
is asked no more than one question by the same socket, and when it is its turn again, a new socket
takes the place of that. So what an answer is to cannot be mistaken, however late it comes: that of
an earlier question comes to another socket, or to none. In a house all devices are asked by one
socket each beat, and few are open. (A word in the question that comes back would do as well, but
nobody knows what each firmware makes of one that it does not know.)
"""

import _socket as socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Exchange, Iterator, SocketAddress  # noqa: F401 (type comments)

BUFFER = 1 << 20
"""Bytes that are wanted of the kernel for answers that wait; it may give less."""
MAX_ANSWER = 16384
AT_ONCE = 1024
"""So many answers are taken of a socket before anything else is looked after."""
TRANSIENT = (BlockingIOError, InterruptedError)


class Unasked(Exception):
    """What was asked by datagram is not enough; its argument is the request that is missing."""


class Tag:
    """A socket; `asked` has whom it has asked, with whose question it is while that is out."""

    def __init__(self, family: int) -> None:
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("", 0))  # now, while the one before still has its port
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        except OSError:
            pass
        self.asked = {}  # type: dict[SocketAddress, Any]
        self.out = 0


class Question:
    """What `owner` asks of the device at `address`, until it is withdrawn or answered."""

    def __init__(self, owner: "Any", tag: Tag, address: "SocketAddress", payload: bytes) -> None:
        self.owner, self.tag, self.address, self.payload = owner, tag, address, payload


class Questions:
    """All that are out. Raises no OSError: what cannot be sent is lost, as it may be anyway."""

    def __init__(self) -> None:
        self.buffer = bytearray(MAX_ANSWER)
        self.current = {}  # type: dict[int, Tag]
        self.tags = {}  # type: dict[int, Tag]
        """Those that are open, by descriptor."""

    def ask(self, owner: "Any", address: "SocketAddress", payload: bytes) -> "Question | None":
        """Send a new question. None when there is no socket to be had."""
        family = socket.AF_INET if len(address) == 2 else socket.AF_INET6
        tag = self.current.get(family)
        if not tag or address in tag.asked:
            try:
                tag = self.renew(family, tag)
            except OSError:
                return None
        question = Question(owner, tag, address, payload)
        tag.asked[address] = question
        tag.out += 1
        self.repeat(question)
        return question

    def renew(self, family: int, old: "Tag | None") -> Tag:
        tag = Tag(family)
        self.current[family] = self.tags[tag.socket.fileno()] = tag
        self.opened(tag)
        if old and not old.out:
            self.close(old)
        return tag

    def repeat(self, question: Question) -> None:
        try:
            question.tag.socket.sendto(question.payload, question.address)
        except OSError:
            pass

    def withdraw(self, question: Question) -> None:
        """No answer to it counts any more."""
        tag = question.tag
        if tag.asked.get(question.address) is question:
            tag.asked[question.address] = None
            tag.out -= 1
            if not tag.out and tag not in self.current.values():
                self.close(tag)

    def opened(self, tag: Tag) -> None:
        """For whoever waits for answers in another way than by `tags`."""

    def closes(self, tag: Tag) -> None:
        """The same."""

    def close(self, tag: Tag) -> None:
        self.closes(tag)
        del self.tags[tag.socket.fileno()]
        tag.socket.close()

    def answers(self, descriptor: int) -> "Iterator[tuple[Any, bytes]]":
        """(owner, bytes) of what has come to a socket; the question is no longer out."""
        tag = self.tags.get(descriptor)
        if not tag:
            return
        for _ in range(AT_ONCE):
            try:
                size, address = tag.socket.recvfrom_into(self.buffer)
            except TRANSIENT:
                return
            except OSError:  # Windows: an earlier datagram has reached nobody
                continue
            question = tag.asked.get(address)
            if question:
                self.withdraw(question)
                yield question.owner, bytes(memoryview(self.buffer)[:size])
                if tag.socket.fileno() < 0:
                    return


def combined(question: bytes, request: bytes) -> bytes:
    """One question for both, b"" when that is not possible: of two requests to the same module,
    or where one is for some outlets only."""
    module = request[1:].partition(b":")[0]
    if not (question and request) or module == b'"context"' or module + b":" in question:
        return b""
    return question[:-1] + b"," + request[1:]


def told(reply: bytes, question: bytes) -> "Exchange":
    """An exchange that knows one reply. It raises Unasked for what that is not to."""

    def exchange(request: bytes, once: bool = False) -> bytes:
        if once or request[1:-1] not in question:
            raise Unasked(b"" if once else request)
        return reply

    return exchange


def socket_address(address: str, port: int) -> "SocketAddress | None":
    """None where there is no such address, as with the scope of an interface that is gone."""
    try:
        flags = socket.AI_NUMERICHOST
        found = socket.getaddrinfo(address, port, 0, socket.SOCK_DGRAM, 0, flags)
    except OSError:
        return None
    return found[0][4]
