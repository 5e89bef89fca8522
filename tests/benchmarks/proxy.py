#!/usr/bin/env python3
"""Requests per second and median latency of the proxy, with 1, 16 and 64 clients.

    python3 tests/benchmarks/proxy.py [SECONDS]

Beside it, as the limit, a minimal http.server with threads that answers "ON" without asking any
device, and the simulated plug itself: over kept connections, and with a new one for each request,
as the proxy opens for each command that may not be sent twice. Servers and plug are processes of
their own, on loopback; each client keeps its connection and sends the next request when it has its
answer. Each cell is measured for SECONDS (default 2) in turns, three times; the median run by its
rate is shown.
"""

import contextlib
import re
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-I", "-S", str(ROOT / "scripts" / "tplink-exec")]
MINIMAL = [
    sys.executable,
    "-c",
    """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ON")

    def log_message(self, *_):
        pass

ThreadingHTTPServer.request_queue_size = 512
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d/" % server.server_address[1], flush=True)
server.serve_forever()
""",
]
CLIENTS = (1, 16, 64)
RUNS = 3


@contextlib.contextmanager
def running(words, pattern):
    """A process; yields the port in its first line."""
    null = subprocess.DEVNULL  # http.server has a traceback for each client that goes
    process = subprocess.Popen(words, stdin=null, stdout=subprocess.PIPE, stderr=null)
    try:
        yield int(re.search(pattern, process.stdout.readline().decode())[1])
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def measured(port, request, complete, clients, seconds, kept=True):
    """(requests per second, median latency in ms); each by a new connection, unless `kept`."""
    selector = selectors.DefaultSelector()
    times, began, pending = [], {}, {}

    def ask(link=None):
        now = time.perf_counter()
        if not link:
            link = socket.create_connection(("127.0.0.1", port))
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(link, selectors.EVENT_READ)
        began[link] = now
        pending[link] = b""
        link.sendall(request)

    for _ in range(clients):
        ask()
    started = time.perf_counter()
    while time.perf_counter() < started + seconds:
        for key, _ in selector.select(1):
            link = key.fileobj
            pending[link] += link.recv(65536)
            if not complete(pending[link]):
                continue
            times.append(time.perf_counter() - began[link])
            if not kept:
                selector.unregister(link)
                del pending[link], began[link]
                link.close()
                link = None
            ask(link)
    took = time.perf_counter() - started
    for link in pending:
        link.close()
    return len(times) / took, median(times) * 1000


def http(method, path, body=""):
    words = method, path, len(body), body
    return ("%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s" % words).encode()


def answered(data):
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    assert head.startswith(b"HTTP/1.1 200 "), data
    return len(body) == int(re.search(rb"(?i)Content-Length: (\d+)", head)[1])


def framed(data):
    return len(data) >= 4 and len(data) == 4 + int.from_bytes(data[:4], "big")


def main(seconds):
    with contextlib.ExitStack() as stack:
        plug = stack.enter_context(running([*PROGRAM, "simulate", "--port", "0"], r":(\d+)$"))
        place = "127.0.0.1:%d" % plug
        proxy = stack.enter_context(running([*PROGRAM, "proxy", "-l", "0", place], r":(\d+)/"))
        minimal = stack.enter_context(running(MINIMAL, r":(\d+)/"))
        path = "/%s/state" % place
        reads = '{"system":{"get_sysinfo":{}}}'
        sets = '{"system":{"set_relay_state":{"state":1}}}'
        sys.path.insert(0, str(ROOT))
        from tplink_exec.transport.wire import frame

        plain = frame(reads.encode())
        rows = (
            ("http.server, `ON`", minimal, http("GET", "/"), answered),
            ("`GET /DEVICE/state`", proxy, http("GET", path), answered),
            ("`PUT /DEVICE/state`", proxy, http("PUT", path, "ON"), answered),
            ("`POST /command` that reads", proxy, http("POST", "/command", reads), answered),
            ("`POST /command` that switches", proxy, http("POST", "/command", sets), answered),
            ("the plug itself", plug, plain, framed),
            ("the plug, by a new connection each", plug, plain, framed, False),
        )
        print("| | %s |" % " | ".join("%d client%s" % (n, "s"[: n > 1]) for n in CLIENTS))
        print("|---|%s" % ("---|" * len(CLIENTS)))
        found = {}
        for _ in range(RUNS):
            for clients in CLIENTS:
                for name, port, request, complete, *kept in rows:
                    run = measured(port, request, complete, clients, seconds, *kept)
                    found.setdefault((name, clients), []).append(run)
        for name, *_ in rows:
            cells = [sorted(found[name, clients])[RUNS // 2] for clients in CLIENTS]
            print("| %s | %s |" % (name, " | ".join("%.0f/s, %.2f ms" % cell for cell in cells)))


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else 2.0)
