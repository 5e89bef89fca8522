"""What the tests of the proxy share: a process of it, simulated devices, clients."""

import contextlib
import http.client
import re
import socket
import tempfile
import unittest
from subprocess import DEVNULL, PIPE

from tests.forked import Forked
from tests.support import FORMS, simulated, start

ON = '{"system":{"set_relay_state":{"state":1}}}'
JSON = {"Content-Type": "application/json"}
PATIENCE_S = 20
"""How long a test waits for what must come."""


class Proxy:
    """A proxy process. `line` is what it has printed first.

    It is forked off this one, unless it is to be in one of the FORMS; `start_by`, a command that
    starts another, goes with that.
    """

    def __init__(self, *words, form="", start_by=(), port="0"):
        words = ["proxy", "-l", port, *words]
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 (stop() closes it)
        ends = {"stdin": DEVNULL, "stdout": PIPE, "stderr": self.errors}
        if form:
            self.process = start([*start_by, *FORMS[form], *words], **ends)
        else:
            self.process = Forked(words, **ends)
        self.line = self.process.stdout.readline().decode()
        found = re.search(r"http://\[?(\S+?)\]?:(\d+)/", self.line)
        if not found:
            said = self.line, self.said()
            self.stop()
            raise AssertionError("the proxy said %r, %r" % said)
        self.host, self.port = found[1], int(found[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def said(self):
        """What is on its standard error so far."""
        self.errors.seek(0)
        return self.errors.read().decode()

    def ask(self, method, path, body=None, **fields):
        """(status, body) of one request; `fields` with _ for -."""
        response, body = self.response(method, path, body, **fields)
        return response.status, body.decode()

    def response(self, method, path, body=None, **fields):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        try:
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def command(self, body, path="/command"):
        return self.ask("POST", path, body, Content_Type="application/json")

    def connect(self):
        link = socket.create_connection((self.host, self.port), PATIENCE_S)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link

    def raw(self, data):
        """Everything that comes back to these bytes, to the end of the connection."""
        with self.connect() as link:
            link.sendall(data)
            return everything(link)


def everything(link):
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while True:
            more = link.recv(65536)
            if not more:
                break
            data += more
    return data


def at(simulator):
    return "%s:%d" % (simulator.host, simulator.port)


def code(data):
    return int(data.split(b" ", 2)[1]) if data[:5] == b"HTTP/" else data


class Served(unittest.TestCase):
    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def served(self, *models, words=(), form=""):
        """A proxy with simulated devices, (proxy, device, ...)."""
        devices = [self.enter(simulated(model)) for model in models]
        return (self.enter(Proxy(*words, *map(at, devices), form=form)), *devices)

    def ask_aside(self, proxy, method, path, body=b""):
        """The connection of a request that is in line when this returns."""
        link = self.enter(proxy.connect())
        head = "%s %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % (method, path, len(body))
        link.sendall(head.encode() + body)
        status, _ = proxy.ask("GET", "/devices.json")  # by then what came before has been read
        self.assertEqual(status, 200)
        return link


def memory_kib(process):
    """What a process has in memory; 0 where /proc does not tell."""
    try:
        with open("/proc/%d/status" % process.pid) as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])
    except OSError:
        return 0
