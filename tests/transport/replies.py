"""An HTTP server that gives the replies that it is told, byte for byte, in this order."""

import contextlib
import socket
import threading

CLOSE = b"(close)"
"""At the end of a reply: the connection ends after it."""


@contextlib.contextmanager
def replying(*replies):
    """Yields its port, and the list that the requests come into, one for each reply."""
    requests = []
    rest = list(replies)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)

        def serve():
            while rest:
                try:
                    link = listener.accept()[0]
                except OSError:
                    return
                with link:
                    link.settimeout(10)
                    try:
                        converse(link, rest, requests)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1], requests
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(20)


def converse(link, rest, requests):
    while True:
        request = whole(link)
        if request is None or not rest:
            return
        requests.append(request)
        reply = rest.pop(0)
        link.sendall(reply[: -len(CLOSE)] if reply.endswith(CLOSE) else reply)
        if reply.endswith(CLOSE):
            return


def whole(link):
    """The next request, None at the end."""
    pending = b""
    while True:
        head, mark, body = pending.partition(b"\r\n\r\n")
        if mark:
            size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(body) >= size:
                return pending
        data = link.recv(65536)
        if not data:
            return None
        pending += data
