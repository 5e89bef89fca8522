"""The end by a signal of what runs long."""

import _thread
import os
import signal


def heed() -> None:
    """Have a signal end the process at once, whatever it waits for.

    So they do by default, but not for PID 1, as which a container starts it: Linux drops those
    without a handler. Python's handlers do not run during a name look-up; a thread does.
    """
    if os.getpid() == 1:
        wanted = signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM
        ours = [number for number in wanted if signal.getsignal(number) == signal.SIG_DFL]
        signal.pthread_sigmask(signal.SIG_BLOCK, ours)  # else they are dropped even so
        _thread.start_new_thread(lambda: os._exit(128 + signal.sigwait(ours)), ())
