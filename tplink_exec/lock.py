"""An open file as a lock between processes, waited for until a deadline."""

import fcntl
import os
import time


def hold(descriptor: int, path: str, deadline: float) -> None:
    """Lock an open file until it is closed. Closes it and raises OSError where that fails.

    That is TimeoutError, when others have kept it until `deadline`.
    """
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if not isinstance(error, BlockingIOError) or time.monotonic() > deadline:
                os.close(descriptor)
                busy = TimeoutError(0, "another process keeps %s" % path)
                raise busy if isinstance(error, BlockingIOError) else error from None
            time.sleep(0.01)
