"""Standard input, for what is there to read it: by chunks in bounded time, or a typed password.

On Windows `windows.reader` stands in for this module.
"""

import _signal as signal  # type: ignore[import-not-found]
import os
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import NoReturn


def chunk(size: int, limit_s: "float | None" = None) -> "bytes | None":
    """The next bytes, at most `size`; b"" at the end, None when `limit_s` have passed without any.

    Raises OSError.
    """
    return os.read(0, size) if select.select([0], [], [], limit_s)[0] else None


def is_terminal() -> bool:
    return os.isatty(0)


def secret(prompt: str) -> str:
    """A line that the terminal does not show. Raises EOFError, OSError; dies of a signal."""
    import getpass

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    try:
        return getpass.getpass(prompt)
    except KeyboardInterrupt as stop:  # the terminal echoes again: now die of the signal
        signal.signal(stop.args[0], signal.SIG_DFL)
        os.kill(os.getpid(), stop.args[0])
        raise
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)


def _interrupted(number: int, _: object) -> "NoReturn":
    raise KeyboardInterrupt(number)
