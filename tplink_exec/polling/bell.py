"""Waiting for sockets, and a bell among them that any thread can ring."""

import _socket as socket
import select


class Bell:
    """A socket that hears what it sends, and nobody else."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.connect(self.socket.getsockname())
        self.socket.setblocking(False)

    def fileno(self) -> int:
        return self.socket.fileno()

    def ring(self) -> None:
        try:
            self.socket.send(b"x")
        except OSError:
            pass  # it rings already

    def hear(self) -> None:
        """Take what has rung so far; what rings later is heard again."""
        try:
            while True:
                self.socket.recv(1)
        except OSError:
            pass


def readable(descriptors: "list[int]", limit_s: "float | None") -> "list[int]":
    """Those of the sockets that have something, after `limit_s` (None: no limit) at the latest."""
    if limit_s is not None:
        limit_s = max(limit_s, 0.0)
    if not hasattr(select, "poll"):  # Windows
        return select.select(descriptors, [], [], limit_s)[0]
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return [found for found, _ in poll.poll(None if limit_s is None else limit_s * 1000)]
