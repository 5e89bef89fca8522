"""Requests of SMART devices (newer Kasa, Tapo), and what their answers must be.

A request is {"method":"get_device_info"}, a reply {"error_code":0,"result":{...}}. Several go in
one exchange as a multipleRequest, whose `responses` are such replies. Firmware ends it at the
first that it refuses (python-kasa, smartprotocol.py), so what may be refused stands last.

All that a check needs of SMART devices is here and in `smart_switch`.
"""

from ..errors import ProtocolError, Refused
from ..misread import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Exchange, Fields, Sequence

UNKNOWN = ("-1001", "-1002", "-1003")
"""error_code for a method that the device does not have: no reason told, unknown, not understood
(python-kasa, kasa/exceptions.py)."""
TERMINAL = ',"terminalUUID":"7cbd6a8a-5c1b-4c4c-9d3c-1a6c3f2e9b55"'
"""Beside the outermost method of whatever sets something: some firmware (P105) refuses that with
-1012 without it. Any UUID will do. It is always there: to be refused first would cost an exchange,
and these 54 bytes cost a tenth of a millisecond, as does the code that would ask again."""

INFO = "get_device_info", ""
CHILDREN = "get_child_device_list", '{"start_index":0}'
"""The first ten outlets of a strip, or sensors of a hub; last, as what has none refuses it."""


def request(method: str, parameters: str = "", more: str = "") -> str:
    """`parameters` is JSON, `more` what stands beside it: TERMINAL, or nothing."""
    return '{"method":"%s"%s%s}' % (method, parameters and ',"params":' + parameters, more)


def several(
    exchange: "Exchange", requests: "Sequence[tuple[str, str]]", more: str = "", once: bool = False
) -> "list[Any]":
    """For each request, a method and its parameters, its answer, in one exchange.

    Those after one that is refused are None where the firmware stops there. Raises PlugError.
    """
    inner = '{"requests":[%s]}' % ",".join([request(*each) for each in requests])
    reply = json_object(exchange(request("multipleRequest", inner, more).encode(), once))
    try:
        found = result(reply, "multipleRequest").get("responses")
    except Refused as refusal:
        if not refusal.unsupported:
            raise
        # Some take fewer at a time (python-kasa, smartprotocol.py).
        found = [
            json_object(exchange(request(method, parameters, more).encode(), once))
            for method, parameters in requests
        ]
    if not isinstance(found, list) or len(found) > len(requests):
        raise ProtocolError("the reply to multipleRequest has other responses: %.60r" % (found,))
    return found + [None] * (len(requests) - len(found))


def ask_each(
    exchange: "Exchange", ids: "Sequence[Any]", method: str, parameters: str, more: str
) -> "list[Fields]":
    """The answer of each outlet, whose error_code is 0, in one exchange. Raises PlugError."""
    requests = [passed_on(id, method, parameters) for id in ids]
    return [unwrapped(answer, method) for answer in several(exchange, requests, more)]


def passed_on(id: "Any", method: str, parameters: str) -> "tuple[str, str]":
    """The request that a strip passes on to the outlet with this device_id. Raises ProtocolError.

    The answer is for unwrapped().
    """
    if not isinstance(id, str) or not id.isprintable() or '"' in id or "\\" in id:
        raise ProtocolError("an outlet's id is %.60r" % (id,))
    inner = request(method, parameters)
    return "control_child", '{"device_id":"%s","requestData":%s}' % (id, inner)


def unwrapped(answer: "Any", method: str) -> "Fields":
    """The outlet's own answer, whose error_code is 0 as that around it is. Raises PlugError."""
    return accepted(result(answer, "control_child").get("responseData"), method)


def json_object(reply: bytes) -> "Fields":
    """A reply's JSON object. Raises ProtocolError."""
    value = decoded(reply)
    if isinstance(value, dict):
        return value
    raise ProtocolError("the reply is no JSON object: %.60r" % reply)


def accepted(answer: "Any", method: str) -> "Fields":
    """`answer`, whose error_code is 0, and which names no other method.

    Raises Refused, ProtocolError.
    """
    if not isinstance(answer, dict) or answer.get("method", method) != method:
        raise ProtocolError("the reply does not answer %s: %.60r" % (method, answer))
    code = repr(answer.get("error_code"))
    if code != "0":
        refusal = Refused("the device refuses %s (error_code %.20s)" % (method, code))
        refusal.unsupported = code in UNKNOWN
        raise refusal
    return answer


def result(answer: "Any", method: str) -> "Fields":
    """That of an answer, accepted(). Raises Refused, ProtocolError."""
    found = accepted(answer, method).get("result")
    if isinstance(found, dict):
        return found
    raise ProtocolError("the reply to %s has no result" % method)
