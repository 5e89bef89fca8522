"""For `standard_input`: a thread reads, as Windows cannot wait for a pipe or a console.

What a console gives is UTF-8, whatever its code page is.
"""

import os
from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any


def chunk(size: int, limit_s: "float | None" = None) -> "bytes | None":
    """See standard_input. What comes after the time is lost."""
    found = []  # type: list[Any]
    done = allocate_lock()
    done.acquire()

    def read() -> None:
        try:
            found.append(raw().read(size))
        except OSError as error:
            found.append(error)
        done.release()

    start_new_thread(read, ())
    if not done.acquire(timeout=-1 if limit_s is None else limit_s):
        return None
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0] or b""


def raw() -> "Any":
    """Standard input without a buffer. Raises OSError."""
    return open(0, "rb", buffering=0, closefd=False)


def is_console() -> bool:
    """NUL calls itself a terminal as well; only of a console Python makes another stream."""
    try:
        return type(raw()).__name__ == "_WindowsConsoleIO"
    except OSError:
        return False


is_terminal = is_console


def secret(prompt: str) -> str:
    """See standard_input."""
    import getpass

    try:
        return getpass.getpass(prompt)
    except KeyboardInterrupt:  # Ctrl-C, as a character
        os._exit(130)
