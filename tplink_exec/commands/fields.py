"""get, uptime, alias, led, and json: any request as it is."""

from .. import sysinfo
from ..devices.detect import device
from ..devices.request import quoted
from ..errors import PlugError, Refused, UsageError
from ..messages import GET_SYSINFO, answer
from ..misread import decoded
from ..printable import one_line
from .json_check import check_json
from .named import named
from .named_otherwise import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..devices.plug import Plug
    from ..shapes import Exchange, Options


def get(exchange: "Exchange", options: "Options") -> bytes:
    """One field of get_sysinfo, or with --child of the outlet's part of it."""
    name = options["value"]
    if "--child" in options:
        fields = device(exchange, options).fields()
    else:
        try:
            fields = sysinfo.unnested(answer(exchange(GET_SYSINFO), "system", "get_sysinfo"))
        except Refused as refusal:
            fields = smart(exchange, options, refusal).fields()
    if name not in fields:
        names = one_line(", ".join(map(str, fields)))[:200]
        raise Refused("the device has no field %s; its fields are %s" % (name, names))
    return bare(fields[name])


def uptime(exchange: "Exchange", options: "Options") -> bytes:
    """Of a strip each outlet has its own; bulbs tell none."""
    target = device(exchange, options)
    fields = target.fields()
    if "on_time" not in fields:
        raise target.cannot("an on_time of its own")
    return b"%d\n" % sysinfo.number(fields, "on_time", 0, 1e12)


def bare(value: object) -> bytes:
    """A value as one line of text, without the quotes of a string."""
    if not isinstance(value, str):
        import json

        value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return one_line(value).encode() + b"\n"


def alias(exchange: "Exchange", options: "Options") -> bytes:
    if "value" not in options:
        return get(exchange, {**options, "value": "alias"})
    if "--child" in options:
        device(exchange, options).rename(options["value"])
        return b""
    arguments = '{"alias":%s}' % quoted(options["value"])
    try:
        ask(exchange, options, "system", "set_dev_alias", arguments)
    except Refused as refusal:
        smart(exchange, options, refusal).rename(options["value"])
    return b""


def smart(exchange: "Exchange", options: "Options", refusal: Refused) -> "Plug":
    """The SMART device that refused like this, whatever it is. Raises that of others."""
    if not refusal.smart:
        raise refusal
    from ..devices.smart import Smart

    return Smart(exchange, options)


def led(exchange: "Exchange", options: "Options") -> bytes:
    from .switch import OFF, ON  # late: get does without it

    value = options["value"].lower()
    if value not in ON + OFF:
        raise UsageError("led takes on or off, not %s" % options["value"])
    return named(exchange, {**options, "command": "ledon" if value in ON else "ledoff"})


def json_request(exchange: "Exchange", options: "Options") -> bytes:
    """Any request as it is, once; its reply whatever err_code is in it."""
    try:
        text = options["value"].encode()
        check_json(text, "the request")
    except UnicodeEncodeError:
        raise UsageError("the request is not UTF-8") from None
    except PlugError as error:
        raise UsageError(str(error)) from None
    reply = exchange(text, True)
    refusal = refused(reply)
    if refusal:
        refusal.output = reply + b"\n"
        raise refusal
    return reply + b"\n"


def refused(reply: bytes) -> "Refused | None":
    """What the first err_code in a reply that is not 0 says. Raises ProtocolError: no JSON."""
    value = decoded(reply)
    rest = [value]
    for part in rest:
        if isinstance(part, list):
            rest += part
        elif isinstance(part, dict):
            rest += part.values()
            for name in ("err_code", "error_code"):  # the latter is SMART devices'
                if repr(part.get(name, 0)) != "0":
                    words = "the device refuses: %s (%s %.20r)"
                    return Refused(words % (sysinfo.text(part, "err_msg"), name, part[name]))
    return None
