"""on, off and toggle.

A plug takes no more than what is imported here. `devices` is imported for other devices, and for
--child and --transition.
"""

from ..messages import GET_SYSINFO, SET_RELAY_STATE, answer
from ..messages import state as read_state

if 0:  # for type checkers
    from ..shapes import Any, Exchange, Options  # noqa: F401 (type comments)

ON = ("on", "true")
OFF = ("off", "false")
"""Node-RED and others have booleans."""


def switch(exchange, options):
    # type: (Exchange, Options) -> bytes
    command = options["command"]
    if command == "toggle":
        smart = toggle(exchange, options)
    else:
        smart = switched(exchange, options, command in ON)
    if "--print-state" not in options:
        return b""
    from . import state

    if smart:
        return state.line(smart.state(exchange, options))
    return state.check(exchange, options)


def toggle(exchange, options):
    # type: (Exchange, Options) -> Any
    """See switched. By two exchanges where there is a relay: its state, then the opposite."""
    try:
        reply = exchange(GET_SYSINFO)
    except Exception as refusal:
        if not getattr(refusal, "smart", False):
            raise
        reply = b""
    if b'"relay_state"' in reply and not options.keys() & {"--child", "--transition"}:
        return switched(exchange, options, not read_state(reply))
    from ..devices.detect import device

    target = device(exchange, options, reply)
    target.switch(not target.state())
    return None


def switched(exchange, options, on):
    # type: (Exchange, Options, bool) -> Any
    """Setting a state is idempotent, so the transport may repeat it.

    What plugs, dimmers and strips understand is tried, in one exchange. Bulbs (and perhaps a
    strip's firmware) know no set_relay_state: they say so by an err_code, -1 or -2 with "module
    not support" or "member not support", -2000 or -2001 in other words; others may have others.
    So a device that refuses is asked what it is, and switched as that if it is no plug.
    Returns the module smart_switch when it is a SMART device.
    """
    if "--child" in options or "--transition" in options:
        from ..devices.detect import device

        device(exchange, options).switch(on)
        return None
    try:
        answer(exchange(SET_RELAY_STATE % on), "system", "set_relay_state", None)
        return None
    except Exception as error:
        failure = error
    if getattr(failure, "smart", False):
        from ..devices import smart_switch

        smart_switch.switch(exchange, options, on)
        return smart_switch
    from ..devices.detect import refusing

    refusing(exchange, options, failure).switch(on)
    return None
