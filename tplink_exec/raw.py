"""Commands that print the device's JSON reply as it is, byte for byte."""

from .errors import ProtocolError
from .messages import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Exchange, Options


def status(exchange: "Exchange", options: "Options") -> bytes:
    return _reply(exchange, "system", "get_sysinfo")


def emeter(exchange: "Exchange", options: "Options") -> bytes:
    return _reply(exchange, "emeter", "get_realtime")


def _reply(exchange: "Exchange", module: str, method: str) -> bytes:
    reply = exchange(b'{"%s":{"%s":{}}}' % (module.encode(), method.encode()))
    if not answer(reply, module, method):
        raise ProtocolError("the reply to %s %s is empty: an echo?" % (module, method))
    return reply + b"\n"
