"""check and is-on."""

from ..messages import GET_SYSINFO
from ..messages import state as read_state

if 0:  # for type checkers
    from ..shapes import Exchange, Options  # noqa: F401 (type comments)

EXIT_OFF = 8
"""The exit code of is-on for a device that is off: no failure has it."""


def check(exchange, options):
    # type: (Exchange, Options) -> bytes
    return line(state(exchange, options))


def is_on(exchange, options):
    # type: (Exchange, Options) -> bytes
    if not state(exchange, options):
        options["exit_code"] = EXIT_OFF
    return b""


def state(exchange, options):
    # type: (Exchange, Options) -> int
    """1 or 0; a strip is on when any outlet is."""
    if "--child" in options:
        from ..devices.detect import device

        return device(exchange, options).state()
    try:
        return read_state(exchange(GET_SYSINFO))
    except Exception as refusal:
        if not getattr(refusal, "smart", False):
            raise
    from ..devices import smart_switch

    return smart_switch.state(exchange, options)


def line(state):
    # type: (int) -> bytes
    return b"ON\n" if state else b"OFF\n"
