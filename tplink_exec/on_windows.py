"""The first module on Windows, in place of `plain`: all calls go to `cli`.

What is for POSIX alone stands in a module of its own, and has a counterpart in the room `windows`
with the same interface; here the counterparts take the places, before anything imports one. So
nothing else asks which system this is, and a call elsewhere pays nothing.
"""

import os
import signal
import sys
import time
from importlib import import_module

STANDS_IN = {
    "commands.standard_input": "windows.reader",
    "storage": "windows.userfiles",
    "replacement": "windows.userfiles",
    "transport.lock": "windows.locking",
    "network.interfaces": "windows.adapters",
    "cli.output": "windows.writers",
    "cli.serving": "windows.sockets",
    "watch.streams": "windows.feeds",
}
"""The module whose name, here, is that of another."""
TIMEOUT_S = 5.0
"""As in plain."""


def take_places() -> None:
    posix = type(sys)("posix")
    posix.urandom = os.urandom  # type: ignore[attr-defined]
    sys.modules["posix"] = posix
    for name, counterpart in STANDS_IN.items():
        sys.modules["tplink_exec." + name] = import_module("tplink_exec." + counterpart)


def run(started: float = 0.0) -> None:
    """The process, as plain.run; it does not return."""
    started = started or time.monotonic()
    # Whichever of 0, 1, 2 is closed becomes NUL, for reading: no file gets its number.
    while os.open(os.devnull, os.O_RDONLY) < 2:
        pass
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it, without a traceback
    take_places()
    from .cli.main import main

    early = type(sys.implementation)(  # type: ignore[call-arg]
        socket=None, received=None, error=None, used=False, exchange=None
    )
    os._exit(main(sys.argv[1:], started, TIMEOUT_S, early))
