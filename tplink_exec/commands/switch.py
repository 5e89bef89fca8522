"""on, off, toggle, check and is-on."""

from ..errors import Refused
from ..messages import GET_SYSINFO, SET_RELAY_STATE, answer
from ..messages import state as read_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..devices.plug import Plug
    from ..shapes import Exchange, Options


ON = ("on", "true")
OFF = ("off", "false")
"""Node-RED and others have booleans."""
EXIT_OFF = 8
"""The exit code of is-on for a device that is off: no failure has it."""


def switch(exchange: "Exchange", options: "Options") -> bytes:
    """on, off and toggle. Setting a state is idempotent, so the transport may repeat it.

    on and off try what plugs, dimmers and strips understand, in one exchange. Bulbs (and perhaps
    a strip's firmware) know no set_relay_state: they say so by an err_code, -1 or -2 with "module
    not support" or "member not support", -2000 or -2001 in other words; others may have others.
    So a device that refuses is asked what it is, and switched as that if it is no plug.
    """
    name = options["command"]
    on = name in ON
    if name == "toggle":
        target = device(exchange, options)
        target.switch(not target.state())
    elif "--child" in options or "--transition" in options:
        device(exchange, options).switch(on)
    else:
        try:
            reply = exchange(SET_RELAY_STATE % on)
            answer(reply, "system", "set_relay_state", None)
        except Refused as refusal:
            if refusal.smart:
                from ..devices import smart_switch

                smart_switch.switch(exchange, options, on)
                if "--print-state" in options:
                    return line(smart_switch.state(exchange, options))
            else:
                device(exchange, options, refusal).switch(on)
    return check(exchange, options) if "--print-state" in options else b""


def check(exchange: "Exchange", options: "Options") -> bytes:
    return line(state(exchange, options))


def is_on(exchange: "Exchange", options: "Options") -> bytes:
    if not state(exchange, options):
        options["exit_code"] = EXIT_OFF
    return b""


def state(exchange: "Exchange", options: "Options") -> int:
    """1 or 0; a strip is on when any outlet is."""
    if "--child" in options:
        return device(exchange, options).state()
    try:
        return read_state(exchange(GET_SYSINFO))
    except Refused as refusal:
        if not refusal.smart:
            raise
        from ..devices import smart_switch

        return smart_switch.state(exchange, options)


def line(state: int) -> bytes:
    return b"ON\n" if state else b"OFF\n"


def device(exchange: "Exchange", options: "Options", refusal: "Refused | None" = None) -> "Plug":
    """See detect.device; after a refusal detect.refusing."""
    from ..devices import detect  # late: a plug's on, off and check do without it

    return (
        detect.refusing(exchange, options, refusal) if refusal else detect.device(exchange, options)
    )
