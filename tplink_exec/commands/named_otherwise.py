"""Named requests that are not for plugs alone, or not for all of them: see `named`."""

from ..devices.detect import device, refusing
from ..devices.request import BULB_MODULES, request
from ..errors import PlugError, Refused, UsageError
from .requests import ONCE, REQUESTS, check, reads
from .table import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Options

OF_SMART = ("info", "ledon", "ledoff")
"""With --child for SMART strips only; get_sysinfo always tells of the whole strip."""


def of_child(exchange: "Exchange", options: "Options", name: str) -> bytes:
    """What named.named returns, for the outlet that --child means."""
    module, method, arguments = rows(REQUESTS)[name]
    target = device(exchange, options)
    reply = target.named(name)
    if reply is not None:
        return reply + b"\n" if reply else b""
    if name in OF_SMART:
        text = "%s is for the whole of this strip, without --child"
        raise UsageError(text % options["command"])
    reply = ask(exchange, options, module, method, arguments, target.ids(), name in ONCE)
    return reply + b"\n" if reads(method) else b""


def refused(exchange: "Exchange", options: "Options", error: Exception, name: str) -> bytes:
    """The reply after all, of a device that has answered a request with `error`."""
    if not isinstance(error, Refused):
        raise error
    if not error.smart:
        module, method, arguments = rows(REQUESTS)[name]
        return otherwise(exchange, options, module, method, arguments, (), name in ONCE, error)
    if name != "energy":
        from ..devices.smart import Smart

        return Smart(exchange, options).named(name)
    return refusing(exchange, options, error).named(name) or b""  # a strip's meters?


def ask(
    exchange: "Exchange",
    options: "Options",
    module: str,
    method: str,
    arguments: str,
    ids: "tuple[str, ...]" = (),
    once: bool = False,
) -> bytes:
    """The device's reply. Raises PlugError; Refused says what the device can do instead."""
    try:
        reply = exchange(request(module, method, arguments, ids), once)
        check(reply, module, method)
        return reply
    except Refused as refusal:
        if refusal.smart:
            raise
        return otherwise(exchange, options, module, method, arguments, ids, once, refusal)


def otherwise(
    exchange: "Exchange",
    options: "Options",
    module: str,
    method: str,
    arguments: str,
    ids: "tuple[str, ...]",
    once: bool,
    refusal: Refused,
) -> bytes:
    """As ask, of a device that has refused: under a bulb's name for the module if it has one."""
    if not refusal.unsupported:
        raise refusal
    name = BULB_MODULES.get(module)
    if name:
        try:
            reply = exchange(request(name, method, arguments, ids), once)
            check(reply, name, method)
            return reply
        except Refused as error:
            if error.smart or not error.unsupported:
                raise
    try:
        target = device(exchange, options)
    except PlugError:
        raise refusal from None
    raise target.cannot(options["command"], refusal)


def erase(exchange: "Exchange", options: "Options") -> bytes:
    """energy_reset and runtime_reset: each outlet of a strip keeps statistics of its own."""
    module, method, arguments = rows(REQUESTS)[options["command"]]
    target = device(exchange, options)
    for ids in target.metered() if module == "emeter" else target.each():
        try:
            target.ask(module, method, arguments, ids)
        except Refused as refusal:
            if not refusal.unsupported:
                raise
            raise target.cannot(options["command"], refusal) from None
    return b""


def unbind(exchange: "Exchange", options: "Options") -> bytes:
    """The account of SMART devices is theirs to keep: no client knows a request that ends it."""
    try:
        ask(exchange, options, "cnCloud", "unbind", "{}", once=True)
    except Refused as refusal:
        if not refusal.smart:
            raise
        reason = "only its app, or reset --yes, parts it from its account"
        raise device(exchange, options).cannot("unbind", reason) from None
    return b""
