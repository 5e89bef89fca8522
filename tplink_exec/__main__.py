"""python3 -m tplink_exec, and the command of the installed package."""

import signal
import sys

if sys.platform == "win32":
    from .on_windows import run as begin
else:
    from .plain import run as begin


def run() -> None:
    """The process; it does not return."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # die of it, without a traceback
    begin()


if __name__ == "__main__":
    run()
