"""get, alias, led, and json: any request as it is."""

from . import family
from .errors import PlugError, ProtocolError, Refused, UsageError
from .messages import GET_SYSINFO, answer, scan
from .named import any_device, ask, named
from .output import one_line
from .request import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Exchange, Options


def get(exchange: "Exchange", options: "Options") -> bytes:
    """One field of get_sysinfo, or with --child of the outlet's part of it."""
    name = options["value"]
    if "--child" in options:
        fields = any_device(exchange, options).fields()
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
