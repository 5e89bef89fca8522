"""What the tests of watch share: a process of it, and simulated devices."""

import queue
import signal
import subprocess
import threading
import time
import unittest

from tests.forked import Forked
from tests.support import FORMS, break_down, simulated, start

INTERVAL_S = 0.05
FAST = ["--interval", str(INTERVAL_S)]
PATIENCE_S = 20
"""How long a test waits for what must come."""
NEVER_S = 0.25
"""How long it waits for what must not come: several intervals."""


class Watch:
    """A process of watch; what it prints can be waited for.

    It is forked off this one, unless it is to be in one of the FORMS, or `argv` starts it.
    """

    def __init__(self, test, *words, stdin=subprocess.PIPE, form="", argv=(), **options):
        self.test = test
        if form:
            argv = [*FORMS[form], "watch", *words]
        if argv:
            self.process = start(argv, stdin=stdin, **options)
        else:
            self.process = Forked(["watch", *words], stdin=stdin, **options)
        test.addCleanup(self.close)
        self.out, self.err = queue.Queue(), queue.Queue()
        self.readers = [
            threading.Thread(target=self.pump, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))
            if pair[0]
        ]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def pump(stream, lines):
        with stream:
            for line in stream:
                lines.put(line)
        lines.put(None)

    def line(self, timeout_s=PATIENCE_S, lines=None):
        """The next line of standard output, None at its end."""
        line = (lines or self.out).get(timeout=timeout_s)
        return line and line.decode().rstrip("\n")

    def error(self, timeout_s=PATIENCE_S):
        return self.line(timeout_s, self.err)

    def expect(self, *wanted):
        """The next lines, in any order."""
        self.test.assertEqual(sorted(self.line() for _ in wanted), sorted(wanted))

    def silent(self, lines=None):
        try:
            line = self.line(NEVER_S, lines)
        except queue.Empty:
            return
        self.test.fail("unexpected: %r" % line)

    def tell(self, text):
        self.process.stdin.write(text if isinstance(text, bytes) else (text + "\n").encode())
        self.process.stdin.flush()

    def end(self):
        """End of input; exit code, rest of output and errors."""
        if self.process.stdin:
            self.process.stdin.close()
        code = self.process.wait(PATIENCE_S)
        out = self.rest(self.out) if self.process.stdout else None
        return code, out, self.rest(self.err)

    def rest(self, lines):
        found = []
        while True:
            line = self.line(lines=lines)
            if line is None:
                return found
            found.append(line)

    def stop(self, number=signal.SIGTERM):
        """The exit code after the signal."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except OSError:
                pass
        for reader in self.readers:
            reader.join(PATIENCE_S)


class Case(unittest.TestCase):
    def device(self, *words, **options):
        context = simulated(*words, **options)
        found = context.__enter__()
        self.break_down(found, found.fault)
        self.addCleanup(context.__exit__, None, None, None)
        found.place = ("[%s]:%d" if ":" in found.host else "%s:%d") % (found.host, found.port)
        return found

    def until(self, condition):
        """Wait for something that has to come true."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.005)

    def until_polled(self, simulator, times):
        """Wait until a device has been asked so many times more."""
        wanted = polls(simulator) + times
        self.until(lambda: polls(simulator) >= wanted)

    break_down = staticmethod(break_down)


def polls(simulator):
    """How often a device has been asked: by datagram, or by a connection."""
    return simulator.datagrams + simulator.connections
