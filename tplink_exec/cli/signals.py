"""The end by a signal of what runs long."""

import _thread
import os
import signal


def heed() -> None:
    """See to it that a signal ends the process at once, in a container, too.

    Signals keep their default: the process dies of them, whatever it waits for. But for PID 1, as
    which a container starts it, Linux drops those without a handler. There a thread waits for them,
    as Python's handlers do not run while the main thread is in a name look-up.
    """
    if os.getpid() == 1:
        wanted = signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM
        ours = [number for number in wanted if signal.getsignal(number) == signal.SIG_DFL]
        signal.pthread_sigmask(signal.SIG_BLOCK, ours)  # else they are dropped even so
        _thread.start_new_thread(lambda: os._exit(128 + signal.sigwait(ours)), ())
