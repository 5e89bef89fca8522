"""The named requests, softScheck's client's and ours, status and emeter among them."""

from ..devices.request import BULB_MODULES, request
from ..errors import PlugError, ProtocolError, Refused, UsageError
from ..messages import answer
from .table import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..devices.plug import Plug
    from ..shapes import Exchange, Options

# name | module | method | arguments
REQUESTS = """
info          | system     | get_sysinfo        | {}
on            | system     | set_relay_state    | {"state":1}
off           | system     | set_relay_state    | {"state":0}
true          | system     | set_relay_state    | {"state":1}
false         | system     | set_relay_state    | {"state":0}
ledoff        | system     | set_led_off        | {"off":1}
ledon         | system     | set_led_off        | {"off":0}
cloudinfo     | cnCloud    | get_info           | {}
wlanscan      | netif      | get_scaninfo       | {"refresh":1}
time          | time       | get_time           | {}
schedule      | schedule   | get_rules          | {}
countdown     | count_down | get_rules          | {}
antitheft     | anti_theft | get_rules          | {}
reboot        | system     | reboot             | {"delay":1}
reset         | system     | reset              | {"delay":1}
energy        | emeter     | get_realtime       | {}
energy_reset  | emeter     | erase_emeter_stat  | {}
runtime_reset | schedule   | erase_runtime_stat | {}
"""

SYNONYMS = {"status": "info", "emeter": "energy"}
OF_SMART = ("info", "ledon", "ledoff")
"""With --child for SMART strips only; get_sysinfo always tells of the whole strip."""
ONCE = ("reboot", "reset", "energy_reset", "runtime_reset")
"""Never sent twice: what they do is not done twice for a lost reply."""


def named(exchange: "Exchange", options: "Options") -> bytes:
    """A request of the table: its reply byte for byte, nothing for a setter."""
    name = str(options["command"])
    name = SYNONYMS.get(name, name)
    module, method, arguments = rows(REQUESTS)[name]
    ids = ()  # type: tuple[str, ...]
    if "--child" in options:
        target = any_device(exchange, options)
        reply = target.named(name)
        if reply is not None:
            return reply + b"\n" if reply else b""
        if name in OF_SMART:
            text = "%s is for the whole of this strip, without --child"
            raise UsageError(text % options["command"])
        ids = target.ids()
    try:
        reply = ask(exchange, options, module, method, arguments, ids, name in ONCE)
    except Refused as refusal:
        if not refusal.smart:
            raise
        reply = of_smart(exchange, options, refusal, name)
    return reply + b"\n" if reads(method) else b""


def of_smart(exchange: "Exchange", options: "Options", refusal: Refused, name: str) -> bytes:
    """The reply of a SMART device. Only of a meter it matters whether it is a strip's."""
    from ..devices.smart import Smart

    if name != "energy":
        return Smart(exchange, options).named(name)
    from ..devices.detect import refusing

    return refusing(exchange, options, refusal).named(name) or b""


def erase(exchange: "Exchange", options: "Options") -> bytes:
    """energy_reset and runtime_reset: each outlet of a strip keeps statistics of its own."""
    module, method, arguments = rows(REQUESTS)[options["command"]]
    target = any_device(exchange, options)
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
        raise any_device(exchange, options).cannot("unbind", reason) from None
    return b""


def reads(method: str) -> bool:
    return method.startswith("get_")


def ask(
    exchange: "Exchange",
    options: "Options",
    module: str,
    method: str,
    arguments: str,
    ids: "tuple[str, ...]" = (),
    once: bool = False,
) -> bytes:
    """The device's reply; asked under a bulb's name for the module when it does not know ours.

    Raises PlugError; Refused says what the device can do instead.
    """
    refusal = None  # type: Refused | None
    for name in (module, BULB_MODULES.get(module, "")):
        if not name:
            continue
        try:
            reply = exchange(request(name, method, arguments, ids), once)
            check(reply, name, method)
            return reply
        except Refused as error:
            if error.smart or not error.unsupported:
                raise
            refusal = refusal or error
    assert refusal
    try:
        target = any_device(exchange, options)
    except PlugError:
        raise refusal from None
    raise target.cannot(options["command"], refusal)


def check(reply: bytes, module: str, method: str) -> None:
    """Raise PlugError unless the reply answers, or a setter's reply confirms."""
    if not answer(reply, module, method, 0 if reads(method) else None):
        raise ProtocolError("the reply to %s %s is empty: an echo?" % (module, method))


def any_device(exchange: "Exchange", options: "Options") -> "Plug":
    from ..devices.detect import device  # late: status and emeter do without it when all is well

    return device(exchange, options)
