"""The named requests, softScheck's client's and ours, and status, get, alias, led and json."""

from . import family
from .errors import PlugError, ProtocolError, Refused, UsageError
from .messages import GET_SYSINFO, answer, scan
from .options import rows
from .output import one_line
from .request import BULB_MODULES, quoted, request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .device import Plug
    from .shapes import Exchange, Options

# name | module | method | arguments
REQUESTS = """
info          | system     | get_sysinfo        | {}
on            | system     | set_relay_state    | {"state":1}
off           | system     | set_relay_state    | {"state":0}
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
ONCE = ("reboot", "reset", "energy_reset", "runtime_reset")
"""Never sent twice: what they do is not done twice for a lost reply."""


def named(exchange: "Exchange", options: "Options") -> bytes:
    """A request of the table: its reply byte for byte, nothing for a setter."""
    name = str(options["command"])
    name = SYNONYMS.get(name, name)
    module, method, arguments = rows(REQUESTS)[name]
    reply = ask(exchange, options, module, method, arguments, name in ONCE)
    return reply + b"\n" if reads(method) else b""


def erase(exchange: "Exchange", options: "Options") -> bytes:
    """energy_reset and runtime_reset: each outlet of a strip keeps statistics of its own."""
    module, method, arguments = rows(REQUESTS)[options["command"]]
    target = _device(exchange, options)
    for ids in target.metered() if module == "emeter" else target.each():
        try:
            target.ask(module, method, arguments, ids)
        except Refused as refusal:
            if not refusal.unsupported:
                raise
            raise target.cannot(options["command"], refusal) from None
    return b""


def reads(method: str) -> bool:
    return method.startswith("get_")


def ask(
    exchange: "Exchange",
    options: "Options",
    module: str,
    method: str,
    arguments: str,
    once: bool = False,
) -> bytes:
    """The device's reply; asked under a bulb's name for the module when it does not know ours.

    Raises PlugError; Refused says what the device can do instead.
    """
    ids = ()  # type: tuple[str, ...]
    if "--child" in options:
        ids = _device(exchange, options).ids()
    refusal = None
    for name in (module, BULB_MODULES.get(module, "")):
        if not name:
            continue
        try:
            reply = exchange(request(name, method, arguments, ids), once)
            check(reply, name, method)
            return reply
        except Refused as error:
            if not error.unsupported:
                raise
            refusal = refusal or error
    raise _device(exchange, options).cannot(options["command"], refusal)


def check(reply: bytes, module: str, method: str) -> None:
    """Raise PlugError unless the reply answers, or a setter's reply confirms."""
    if not answer(reply, module, method, 0 if reads(method) else None):
        raise ProtocolError("the reply to %s %s is empty: an echo?" % (module, method))


def _device(exchange: "Exchange", options: "Options") -> "Plug":
    from .device import device  # late: status and emeter do without it when all is well

    return device(exchange, options)


def get(exchange: "Exchange", options: "Options") -> bytes:
    """One field of get_sysinfo, or with --child of the outlet's part of it."""
    name = options["value"]
    if "--child" in options:
        fields = _device(exchange, options).fields()
    else:
        fields = family.unnested(answer(exchange(GET_SYSINFO), "system", "get_sysinfo"))
    if name not in fields:
        names = one_line(", ".join(map(str, fields)))[:1000]
        raise Refused("the device says no %s; its fields are %s" % (name, names))
    return bare(fields[name])


def bare(value: object) -> bytes:
    """A value as one line of text, without the quotes of a string."""
    if not isinstance(value, str):
        import json

        value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return one_line(value).encode() + b"\n"


def alias(exchange: "Exchange", options: "Options") -> bytes:
    if "value" not in options:
        return get(exchange, {**options, "value": "alias"})
    arguments = '{"alias":%s}' % quoted(options["value"])
    ask(exchange, options, "system", "set_dev_alias", arguments)
    return b""


def led(exchange: "Exchange", options: "Options") -> bytes:
    if options["value"].lower() not in ("on", "off"):
        raise UsageError("led takes on or off, not %s" % options["value"])
    return named(exchange, {**options, "command": "led" + options["value"].lower()})


def json_request(exchange: "Exchange", options: "Options") -> bytes:
    """Any request as it is, once; its reply whatever err_code is in it."""
    from .payload import check_json

    try:
        text = options["value"].encode()
        check_json(text, "the request")
    except (UnicodeEncodeError, PlugError) as error:
        raise UsageError(str(error)) from None
    reply = exchange(text, True)
    refusal = refused(reply)
    if refusal:
        refusal.output = reply + b"\n"
        raise refusal
    return reply + b"\n"


def refused(reply: bytes) -> "Refused | None":
    """What the first err_code in a reply that is not 0 says. Raises ProtocolError: no JSON."""
    try:
        text = reply.decode().strip(" \t\r\n")
        value, end = scan(text, 0)
    except Exception:  # StopIteration, RecursionError, UnicodeDecodeError, ...
        end = -1
    if end < 0 or end != len(text):
        raise ProtocolError("the reply is not JSON: %.60r" % reply)
    rest = [value]
    for part in rest:
        if isinstance(part, list):
            rest += part
        elif isinstance(part, dict):
            rest += part.values()
            if repr(part.get("err_code", 0)) != "0":
                words = "the device refuses: %s (err_code %.20r)"
                return Refused(words % (family.text(part, "err_msg"), part["err_code"]))
    return None
