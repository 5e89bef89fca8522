"""The program as a process that is forked off the tests': 5 ms in place of 100.

It has descriptors, signals and an exit code of its own, but no start of its own: Python is there,
and so are the modules, with what a test has patched in them. For what the start is part of, there
are the FORMS of tests.support.
"""

import gc
import os
import signal
import sys
import tempfile
import time
import traceback
import warnings
from subprocess import DEVNULL, PIPE, TimeoutExpired

from tests.support import HANG_S, Result, default_signals
from tplink_exec.__main__ import run

MAX_DESCRIPTOR = 4096


class Forked:
    """`words` is the command line; the rest is as subprocess.Popen has it."""

    def __init__(self, words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=None, preexec_fn=None):
        self.args, self.returncode = words, None
        ends = [end(number, given) for number, given in enumerate((stdin, stdout, stderr))]
        theirs = [it for it, _ in ends]
        self.stdin, self.stdout, self.stderr = [ours for _, ours in ends]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: there are threads
            self.pid = os.fork()
        if not self.pid:
            become(words, theirs, env, preexec_fn)
        for descriptor in theirs:
            os.close(descriptor)

    def poll(self):
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                signaled = os.WIFSIGNALED(status)
                self.returncode = -os.WTERMSIG(status) if signaled else os.WEXITSTATUS(status)
        return self.returncode

    def wait(self, timeout=HANG_S):
        end_at = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > end_at:
                raise TimeoutExpired(self.args, timeout)
            time.sleep(0.001)
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


def ran(*words, env=None):
    """The Result of a call that may be one without end: then it is ended."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        process = Forked(words, DEVNULL, out, err, env)
        try:
            process.wait()
        finally:
            process.kill()
            process.wait()
        seconds = time.monotonic() - started
        printed = [os.pread(file.fileno(), 1 << 20, 0) for file in (out, err)]
        return Result(process.returncode, *printed, seconds)


def end(number, given):
    """What is to become the child's descriptor `number`, and our end of it, if it is a pipe."""
    if given == DEVNULL:
        return os.open(os.devnull, os.O_RDWR), None
    if given != PIPE:
        return os.dup(given if isinstance(given, int) else given.fileno()), None
    read, write = os.pipe()
    theirs, ours = (write, read) if number else (read, write)
    return theirs, open(ours, "rb" if number else "wb")


def become(words, descriptors, environment, preexec_fn):
    """The child, from its first instruction to its end; __main__.run does not return."""
    try:
        gc.freeze()  # to collect the tests' sockets would close descriptors that are ours by then
        warnings.simplefilter("ignore")
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
        os.closerange(3, MAX_DESCRIPTOR)
        default_signals()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # as Python has it at the start
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        if preexec_fn:
            preexec_fn()
        if environment is not None:
            os.environ.clear()
            os.environ.update(environment)
        sys.argv = ["tplink-exec", *words]
        run()
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(99)
