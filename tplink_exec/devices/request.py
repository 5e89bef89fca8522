"""Requests as text: {"context":{"child_ids":["ID"]},"MODULE":{"METHOD":{ARGUMENTS}}}.

Put together by hand, as the json module costs as much to import as to start Python.
"""

try:
    from _json import encode_basestring
except ImportError:  # PyPy, or a Python built without it
    from json.encoder import encode_basestring

from ..errors import UsageError

BULB_MODULES = {
    "system": "smartlife.iot.common.system",
    "emeter": "smartlife.iot.common.emeter",
    "time": "smartlife.iot.common.timesetting",
    "schedule": "smartlife.iot.common.schedule",
    "cnCloud": "smartlife.iot.common.cloud",
    "netif": "smartlife.iot.common.softaponboarding",
}
"""What bulbs call the modules of plugs. (Their get_sysinfo is in "system", too.)"""


def request(module: str, method: str, arguments: str = "{}", ids: "tuple[str, ...]" = ()) -> bytes:
    """`arguments` is JSON; `ids` are those of the outlets that are meant, none for all."""
    return enclosed('"%s":{"%s":%s}' % (module, method, arguments), ids)


def enclosed(modules: str, ids: "tuple[str, ...]" = ()) -> bytes:
    """A request of one or more methods; `modules` is JSON without its outer braces."""
    context = '"context":{"child_ids":[%s]},' % ",".join(map(quoted, ids)) if ids else ""
    text = "{%s%s}" % (context, modules)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UsageError("the value is not UTF-8") from None


def quoted(text: str) -> str:
    """`text` as a JSON string, UTF-8 and not \\u escapes: that is what the Kasa app sends."""
    return str(encode_basestring(text))
