"""What the tests share: the two forms of the program, simulated devices.

To import it gives the tests an environment of their own, see CLEAN.
"""

import asyncio
import atexit
import collections
import contextlib
import faulthandler
import gc
import os
import posix
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings
from pathlib import Path
from unittest import mock

from tplink_exec.__main__ import run as run_program
from tplink_exec.network import known
from tplink_exec.simulator.aes_server import AesSimulator
from tplink_exec.simulator.klap_server import KlapSimulator
from tplink_exec.simulator.models import device
from tplink_exec.simulator.server import bound
from tplink_exec.simulator.simulate import Simulator, played
from tplink_exec.simulator.tpap_server import TpapSimulator
from tplink_exec.transport import credentials

ROOT = Path(__file__).resolve().parent.parent
SINGLE_FILE = str(ROOT / "scripts" / "tplink-exec")
PYTHON = os.path.realpath(sys.executable)
WINDOWS = sys.platform == "win32"
with open(SINGLE_FILE) as file:
    FIRST_LINE = file.readline().rstrip("\n")
START = FIRST_LINE.partition(" ")[2]
"""The option that the single file's first line gives Python."""
FORMS = {
    "file": [PYTHON, START, SINGLE_FILE],  # as its first line starts it, but by this Python
    "package": [sys.executable, "-m", "tplink_exec"],
}
needs_first_line = unittest.skipUnless(
    os.path.exists("/usr/bin/python3"), "no /usr/bin/python3, which the single file's #! line names"
)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as link:
            link.bind(("::1", 0))
        return True
    except OSError:
        return False


needs_ipv6 = unittest.skipUnless(has_ipv6(), "no ::1 on this machine")
SLACK_S = 0.25
"""How long after its deadline a process may still be there, on a quiet machine: see in_time."""
HANG_S = 15
"""And on a busy one. Later it hangs."""
ENDLESS_S = 60
USER_HOME = os.path.expanduser("~")


def clean_environment():
    """Nothing that the user remembers or has set reaches the tests; returns what stands for it."""
    folder = tempfile.mkdtemp(prefix="tplink-exec-tests.")
    owner = os.getpid()
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(folder, ignore_errors=True))
    for name in list(os.environ):
        if name.startswith(("TPLINK_EXEC_", "XDG_")) and name != FUZZ:
            del os.environ[name]
    clean = {
        "HOME": folder,
        "XDG_RUNTIME_DIR": folder,
        "TPLINK_EXEC_DEVICES": os.path.join(folder, "devices.json"),
    }
    os.environ.update(clean)
    known.SHARED = os.path.join(folder, "shared.json")
    credentials.FILES = credentials.FILES[0], os.path.join(folder, "credentials")
    return clean


FUZZ = "TPLINK_EXEC_FUZZ_PROCESSES"
if not WINDOWS:
    posix.environ = os.environ._data  # which the program reads, and os keeps a copy of
CLEAN = clean_environment()
"""What an environment made by hand must have: without HOME, expanduser asks for the user's own.

No file is there. A process still finds the machine's own /etc/tplink-exec/credentials, if there is
one: a test that needs a certain login, or none, is a call(), or gives the process a login."""

Result = collections.namedtuple("Result", "code out err seconds")


def run(argv, stdin=subprocess.DEVNULL, **options):
    """Run a process to its end; out and err are bytes. A hang is a failed test."""
    started = time.monotonic()
    if isinstance(stdin, bytes):
        options["input"] = stdin
    else:
        options["stdin"] = stdin
    options.setdefault("cwd", str(ROOT))
    done = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=ENDLESS_S, **options
    )
    return Result(done.returncode, done.stdout, done.stderr, time.monotonic() - started)


def start(argv, **options):
    """Popen, its outputs piped, with signals as a job in the foreground has them.

    A child inherits what is ignored, and a background job's tests ignore SIGINT.
    """
    options.setdefault("preexec_fn", default_signals)
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": str(ROOT), **options}
    return subprocess.Popen(argv, **options)


def default_signals():
    """A preexec_fn."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


class Left(BaseException):
    """The program's _exit, with its code."""


def leave(code):
    raise Left(code)


def call(*words, stdin=b"", environment=None):
    """Run the program's command line in this process: all of it but Python's own start.

    A few milliseconds in place of a process's forty; for all that is not about the process itself
    (signals, closed descriptors, pipes that nobody reads, its cost). Main thread only. out and err
    are what came at descriptors 1 and 2; `environment` is set beside what there is.
    """
    files = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115 (closed below)
    files[0].write(stdin)
    files[0].seek(0)
    with warnings.catch_warnings():
        # A socket that is left to _exit in an exception's frames is noticed here, or much later.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.disable()  # as in the single file: all that a call leaves is young
        with standard(files), mock.patch.dict(os.environ, environment or {}):
            started = time.monotonic()
            code = exit_code(words)
            seconds = time.monotonic() - started
        gc.enable()
        gc.collect(1)
    printed = []
    for file in files:
        file.seek(0)
        printed.append(file.read())
        file.close()
    return Result(code, printed[1], printed[2], seconds)


def opened(path, *rest):
    return 3 if path == "/dev/null" else os.open(path, *rest)


def exit_code(words):
    """That of the process, but for what it does to descriptors that are closed."""
    argv = ["tplink-exec", *map(os.fsdecode, words)]
    with mock.patch.object(sys, "argv", argv), mock.patch.object(
        os if WINDOWS else posix, "_exit", leave
    ), mock.patch.object(posix, "open", opened, create=WINDOWS):
        try:
            run_program()
        except Left as it:
            return it.args[0]
        except SystemExit as it:
            return it.code or 0


@contextlib.contextmanager
def standard(files):
    """The files as descriptors 0, 1 and 2, and as sys.stdin and such; the signals as they were."""
    names = ("stdin", "stdout", "stderr")
    handler = signal.getsignal(signal.SIGINT)
    kept = [os.dup(number) for number in range(3)]
    sys.stdout.flush()
    sys.stderr.flush()
    faulthandler.dump_traceback_later(ENDLESS_S, exit=True, file=kept[2])
    for number, file in enumerate(files):
        os.dup2(file.fileno(), number)
    streams = []
    for number, mode in enumerate("rww"):
        streams.append(open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    try:
        with mock.patch.multiple(sys, **dict(zip(names, streams))):
            yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGINT, handler)
        for number, descriptor in enumerate(kept):
            streams[number].close()
            os.dup2(descriptor, number)
            os.close(descriptor)


class Loop(threading.Thread):
    """An event loop in a thread, for simulators beside the tests."""

    def __init__(self):
        super().__init__(daemon=True)
        self.loop = asyncio.new_event_loop()
        self.start()

    def run(self):
        self.loop.run_forever()

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)


_loop = []


def loop():
    """The one that all simulators of a test process run in."""
    if not _loop:
        _loop.append(Loop())
    return _loop[0]


def network():
    """127.A.B of a network that no other test, at the same time, is likely to have."""
    first, second = os.urandom(2)  # not random's, whose state all that are forked share
    return "127.%d.%d" % (2 + first % 14, second)  # and house.network has the others


@contextlib.contextmanager
def simulated(model="HS100", fault="", address="127.0.0.1", alias=None, state=0):
    """A Simulator on a free loopback port; yields it with `host` and `port` set."""
    simulator = Simulator(device(model), fault)
    simulator.device.alias = alias or simulator.device.alias
    simulator.device.relay_state = state
    simulator.host = address
    simulator.port = loop().call(simulator.start(address, 0))
    try:
        yield simulator
    finally:
        loop().call(simulator.stop())


def break_down(simulator, fault):
    """Have it play a fault of TCP and answer no datagram; "" mends both."""
    simulator.fault, simulator.udp_fault = fault, "udp-silent" if fault else ""


def asked(simulator):
    """The last requests that have come, by TCP and by datagram."""
    return [*simulator.requests, *simulator.questions]


@contextlib.contextmanager
def klap_simulated(
    model="HS100", version=2, login=("", ""), fault="", stage="", address="127.0.0.1"
):
    """A KlapSimulator on free loopback ports: `http_port`, and `discovery_port` of UDP.

    On `port` nothing listens, and nobody else can.
    """
    simulator = KlapSimulator(played(model), fault, version, login, stage, 0)
    with served(simulator, address):
        yield simulator


@contextlib.contextmanager
def aes_simulated(
    model="KP125M", version=2, login=("", ""), fault="", stage="", address="127.0.0.1"
):
    """As klap_simulated, an AesSimulator."""
    simulator = AesSimulator(played(model), fault, version, login, stage, 0)
    with served(simulator, address):
        yield simulator


@contextlib.contextmanager
def served(simulator, address):
    """An HttpSimulator, as klap_simulated has it."""
    simulator.host = address
    with bound(address, 0) as closed:
        simulator.port = closed.getsockname()[1]
        simulator.http_port = loop().call(simulator.start(address, 0))
        try:
            yield simulator
        finally:
            loop().call(simulator.stop())


@contextlib.contextmanager
def tpap_simulated(model="KP125M", login=("", ""), fault="", stage="", address="127.0.0.1", **more):
    """A TpapSimulator in the place of klap_simulated's; `more` is for its TpapService."""
    simulator = TpapSimulator(played(model), fault, login, stage, 0, **more)
    with served(simulator, address):
        yield simulator


def sets(simulator):
    """The set_relay_state requests that have reached a simulated device."""
    return [request for request in simulator.requests if b"set_relay_state" in request]


def assert_failure(test, result, code, timeout_s=None, start=b"tplink-exec: "):
    """A failure as the contract has it: its code, nothing on stdout, one line, and no hang.

    With `timeout_s`, that it ended then, more or less; what is in time, in_time tells.
    """
    test.assertEqual((result.code, result.out), (code, b""), result.err)
    test.assertTrue(result.err.startswith(start), result.err)
    test.assertEqual((result.err.count(b"\n"), result.err[-1:]), (1, b"\n"), result.err)
    test.assertNotIn(b"Traceback", result.err)
    test.assertNotIn(b"internal error", result.err)
    if timeout_s is not None:
        test.assertLess(result.seconds, timeout_s + HANG_S, result.err)


def in_time(test, limit_s, act, times=5):
    """What act() returns, the first time that it takes less than `limit_s`; never is a failure.

    For classes marked with @alone. A busy machine may make any process late, but not every time;
    a program that is late is late every time. Where also a process that waits for nothing takes
    long, all of the time, that much more is allowed. An act may fail, too, but not every time.
    """
    taken = []
    for left in reversed(range(times)):
        started = time.monotonic()
        try:
            result = act()
        except test.failureException:
            if not left:
                raise
            continue
        taken.append(time.monotonic() - started)
        if taken[-1] < limit_s or taken[-1] < limit_s + load_s():
            return result
    return test.fail("in %.2f s never: %s" % (limit_s, " ".join("%.2f" % s for s in taken)))


def load_s():
    """How much more than SLACK_S a process needs on this machine, now."""
    return max(4 * run([*FORMS["file"], "--version"]).seconds - SLACK_S, 0)
