"""Seeded random and mutated replies: an answer that the bytes say, or a PlugError, no other end.

TPLINK_EXEC_FUZZ_PROCESSES=200 plays that many of each kind to processes too (default 3).
"""

import json
import os
import random
import socket
import threading
import unittest

from tests.support import FORMS, FUZZ, call, run
from tplink_exec.errors import PlugError
from tplink_exec.messages import answer
from tplink_exec.messages import state as relay_state
from tplink_exec.simulator.plugs import PLUGS, SimulatedPlug
from tplink_exec.transport.wire import frame, next_message

IN_PROCESS = 20000
CALLS = 50
PROCESSES = int(os.environ.get(FUZZ, "3"))
GET = b'{"system":{"get_sysinfo":{}}}'
REAL = [SimulatedPlug(model).answer(GET) for model in PLUGS]
PIECES = [
    b'"relay_state":1',
    b'"relay_state":true',
    b'"err_code":-1',
    b"{",
    b"}",
    b'"',
    b"[",
    b"\\u0000",
    b"\xff",
]


def random_stream(source):
    """What some other server might send: any bytes, often behind a plausible length."""
    data = bytes(source.randrange(256) for _ in range(source.randrange(120)))
    return (frame(data) if source.random() < 0.7 else b"") + data


def mutated_stream(source):
    """A real reply with a few bytes changed, lost, doubled or moved, in plain or cipher text."""
    data = bytearray(source.choice(REAL))
    on_the_wire = source.random() < 0.3
    data = bytearray(frame(data)) if on_the_wire else data
    for _ in range(source.randrange(1, 4)):
        at = source.randrange(len(data))
        kind = source.randrange(5)
        if kind == 0:
            data[at] = source.randrange(256)
        elif kind == 1:
            del data[at : at + source.randrange(1, 20)]
        elif kind == 2:
            data[at:at] = source.choice(PIECES)
        elif kind == 3:
            data = data.replace(b'"relay_state":0', source.choice(PIECES))
        else:
            data += data[at : at + 30]
        data = data or bytearray(b"x")
    return bytes(data) if on_the_wire else frame(bytes(data))


def said(stream):
    """ "ON", "OFF" or None: what the first message says, by the json module."""
    try:
        message = next_message(bytearray(stream))
        info = json.loads(message.decode())["system"]["get_sysinfo"]
        info = {**info.get("system", {}), **info}
        state = info["relay_state"]
    except Exception:
        return None
    return {0: b"OFF\n", 1: b"ON\n"}.get(state) if type(state) is int else None


class Garbage(unittest.TestCase):
    def in_process(self, make):
        source = random.Random(100)
        answers = 0
        for _ in range(IN_PROCESS):
            stream = make(source)
            try:
                message = next_message(bytearray(stream))
                if message is None:
                    continue
                state = b"ON\n" if relay_state(message) else b"OFF\n"
            except (PlugError, ValueError):
                continue
            self.assertEqual(state, said(stream), stream)
            answers += 1
        return answers

    def test_random_replies(self):
        self.assertEqual(self.in_process(random_stream), 0)

    def test_mutated_replies(self):
        self.assertGreater(self.in_process(mutated_stream), IN_PROCESS // 20)

    def test_mutated_confirmations(self):
        source = random.Random(101)
        good = b'{"system":{"set_relay_state":{"err_code":0}}}'
        for _ in range(IN_PROCESS):
            data = bytearray(good)
            data[source.randrange(len(data))] = source.randrange(256)
            try:
                answer(bytes(data), "system", "set_relay_state", None)
            except PlugError:
                continue
            method = json.loads(data.decode())["system"]["set_relay_state"]
            self.assertEqual((type(method["err_code"]), method["err_code"]), (int, 0))

    def test_as_calls(self):
        self.play(CALLS, call)

    def test_as_processes(self):
        self.play(PROCESSES, lambda *words: run([*FORMS["file"], *words]))

    def play(self, count, program):
        source = random.Random(102)
        streams = [make(source) for make in (random_stream, mutated_stream) for _ in range(count)]
        with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
            server.settimeout(20)
            port = server.getsockname()[1]
            for stream in streams:
                thread = threading.Thread(target=serve_once, args=(server, stream))
                thread.start()
                result = program("127.0.0.1", str(port), "check")
                stop_serving(server.getsockname())
                thread.join(20)
                with self.subTest(stream):
                    self.judge(stream, result)

    def judge(self, stream, result):
        self.assertIn(result.code, (0, 3, 5, 6), result.err)
        if result.code:
            self.assertEqual((result.out, result.err.count(b"\n")), (b"", 1))
            self.assertTrue(result.err.startswith(b"tplink-exec: 127.0.0.1:"), result.err)
            self.assertNotIn(b"internal error", result.err)
        else:
            self.assertEqual((result.out, result.err), (said(stream), b""))


def serve_once(server, stream):
    """Answer each connection's request with `stream` and close, until one says "stop"."""
    for _ in range(8):
        connection, _ = server.accept()
        with connection:
            connection.settimeout(20)
            if connection.recv(4096) == b"stop":
                return
            connection.sendall(stream)
            connection.shutdown(socket.SHUT_WR)


def stop_serving(address):
    with socket.create_connection(address, 20) as connection:
        connection.sendall(b"stop")


if __name__ == "__main__":
    unittest.main()
