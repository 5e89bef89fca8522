"""A suite whose test classes run side by side, in WORKERS processes: most tests wait for time-outs.

1. A worker takes one class after the other off a pipe, so that none is idle while there is work.
   Those marked with @early, the longest, come first, so that none of them is alone in the end.
2. Classes marked with @alone come after all others, one by one: they measure time.
3. What a worker finds is told to unittest's own result as if it had run here. A worker that dies is
   an error of the class that it had.

Where there is no fork, it is an ordinary suite. Tests named on the command line run as ever.
"""

import os
import pickle
import selectors
import signal
import struct
import time
import unittest

WORKERS = 6
TIMEOUT_S = 600
NUMBER = struct.Struct("!I")


def alone(test_class):
    """A class decorator: run it when nothing else of the tests runs."""
    test_class.alone = True
    return test_class


def early(test_class):
    """A class decorator: it takes seconds, so begin with it."""
    test_class.early = True
    return test_class


class Died(Exception):
    """A worker ended before it had told of a class."""


class SideBySide(unittest.TestSuite):
    def run(self, result, debug=False):
        classes = {}
        for test in cases(self):
            classes.setdefault(type(test), []).append(test)
        quiet = [group for kind, group in classes.items() if getattr(kind, "alone", False)]
        busy = [group for kind, group in classes.items() if not getattr(kind, "alone", False)]
        busy.sort(key=lambda group: not getattr(type(group[0]), "early", False))
        if not hasattr(os, "fork"):
            busy, quiet = [], busy + quiet
        self.side_by_side(busy, result)
        for group in quiet:
            if not result.shouldStop:
                unittest.TestSuite(group).run(result, debug)
        return result

    def side_by_side(self, groups, result):
        work = os.pipe()
        os.write(work[1], b"".join(map(NUMBER.pack, range(len(groups)))))
        os.close(work[1])
        workers = {}
        with selectors.DefaultSelector() as selector:
            for _ in range(min(WORKERS, len(groups))):
                told = os.pipe()
                pid = os.fork()
                if not pid:
                    os.close(told[0])
                    serve(groups, work[0], told[1])
                os.close(told[1])
                workers[told[0]] = pid
                selector.register(told[0], selectors.EVENT_READ)
            os.close(work[0])
            try:
                gather(groups, selector, result)
            finally:
                for pid in workers.values():
                    try:
                        os.kill(pid, signal.SIGTERM)
                    except ProcessLookupError:
                        pass
                    os.waitpid(pid, 0)


def cases(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from cases(test)
        else:
            yield test


def serve(groups, work, told):
    """A worker: it does not return."""
    try:
        while True:
            data = os.read(work, NUMBER.size)
            if not data:
                break
            (number,) = NUMBER.unpack(data)
            found = Found()
            unittest.TestSuite(groups[number]).run(found)
            tell(told, (number, found.news))
    finally:
        os._exit(0)


def tell(descriptor, value):
    data = pickle.dumps(value)
    data = NUMBER.pack(len(data)) + data
    while data:
        data = data[os.write(descriptor, data) :]


class Found(unittest.TestResult):
    """`news`: (the test's id, what happened, text) for each that ran, failed or was skipped."""

    def __init__(self):
        super().__init__()
        self.news = []

    def note(self, test, what, text=""):
        self.news.append((test.id(), what, text))

    def startTest(self, test):
        self.note(test, "startTest")

    def addSuccess(self, test):
        self.note(test, "addSuccess")

    def addSkip(self, test, reason):
        self.note(test, "addSkip", reason)

    def addError(self, test, err):
        self.note(test, "addError", self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        self.note(test, "addFailure", self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        if err:
            what = "addFailure" if issubclass(err[0], test.failureException) else "addError"
            self.note(subtest, what, self._exc_info_to_string(err, test))


class Elsewhere:
    """A test that ran in a worker, for unittest's result."""

    def __init__(self, name):
        self.name = name
        self.failureException = AssertionError

    def id(self):
        return self.name

    def __str__(self):
        method, _, rest = self.name.rpartition(".")
        return "%s (%s)" % (rest, method)

    def shortDescription(self):
        return None


def gather(groups, selector, result):
    """Tell `result` what the workers tell. Stops for failfast, Ctrl-C and TIMEOUT_S."""
    pending = {key.fd: bytearray() for key in selector.get_map().values()}
    left = set(range(len(groups)))
    deadline = time.monotonic() + TIMEOUT_S
    while pending and not result.shouldStop and time.monotonic() < deadline:
        for key, _ in selector.select(1.0):
            data = os.read(key.fd, 1 << 16)
            if not data:
                selector.unregister(key.fd)
                os.close(key.fd)
                del pending[key.fd]
                continue
            buffer = pending[key.fd]
            buffer += data
            while len(buffer) >= 4 and len(buffer) >= 4 + NUMBER.unpack_from(buffer)[0]:
                end = 4 + NUMBER.unpack_from(buffer)[0]
                number, news = pickle.loads(bytes(buffer[4:end]))
                del buffer[:end]
                left.discard(number)
                for name, what, text in news:
                    replay(result, Elsewhere(name), what, text)
    if not result.shouldStop:
        for number in left:
            test = groups[number][0]
            result.startTest(test)
            result.addError(test, (Died, Died("its worker ended, or had no end"), None))


def replay(result, test, what, text):
    if what in ("startTest", "addSuccess"):
        getattr(result, what)(test)
    elif what == "addSkip":
        result.addSkip(test, text)
    else:
        kind = AssertionError if what == "addFailure" else RuntimeError
        getattr(result, what)(test, (kind, kind(text), None))
