"""The status as text, for curl."""

import asyncio
import functools
import json

from ..commands.state import check
from ..errors import PlugError, Refused
from ..messages import GET_SYSINFO, answer
from ..printable import one_line
from .http_request import Response
from .summary import chosen
from .worker import Busy, ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Iterable
    from .http_request import Request
    from .worker import Worker

MAX_FIELD = 200
COMMAND = "-s --data-binary '%s' -H 'Content-type: application/json' "
EXAMPLES = (
    ("Status", COMMAND % '{"system":{"get_sysinfo":{}}}'),
    ("On", COMMAND % '{"system":{"set_relay_state":{"state":1}}}'),
    ("Off", COMMAND % '{"system":{"set_relay_state":{"state":0}}}'),
)
OF_OUTLETS = ("Status", ""), ("On", "-X PUT -d ON ")
"""curl's words before a device's /command, an outlet's /state."""


def names(devices: "Iterable[Worker]") -> bytes:
    return json.dumps([device.name for device in devices]).encode()


async def status(
    devices: "list[Worker]", asked: "Request", path: str, outlet: str = ""
) -> Response:
    """GET / and such as text; `path` is that of the examples.

    One device that fails is the failure of the whole.
    """
    if len(devices) > 1:
        lines = await asyncio.gather(*map(line, devices))
        return Response(200, "".join(lines).encode(), fields=("Vary: Accept",))
    fields = json.loads(await ask(devices[0], functools.partial(told, outlet=outlet)))
    body = "DEVICE %s\n%s\nEXAMPLES\n%s" % (
        one_line(("%s %s" % (devices[0].name, outlet)).strip()),
        "".join("    %-16s: %s\n" % pair for pair in shown(fields)),
        "".join(
            "    %s:\n    curl %shttp://%s\n\n" % (title, words, one_line(asked.host + path))
            for title, words in (OF_OUTLETS if outlet else EXAMPLES)
        ),
    )
    return Response(200, body.encode(), fields=("Vary: Accept",))


def told(exchange: "Exchange", outlet: str = "") -> bytes:
    """The fields of get_sysinfo, of whatever family, or what they say of an outlet."""
    if not outlet:
        try:
            return json.dumps(answer(exchange(GET_SYSINFO), "system", "get_sysinfo")).encode()
        except Refused as refusal:
            if not refusal.smart:
                raise
    return json.dumps(chosen(exchange, outlet).fields()).encode()


def shown(fields: "Fields") -> "Iterable[tuple[str, str]]":
    """Names and values as text that cannot drive a terminal."""
    for name in sorted(fields):
        value = fields[name]
        words = value if isinstance(value, str) else json.dumps(value)
        yield one_line(name)[:MAX_FIELD], one_line(words)[:MAX_FIELD]


async def line(device: "Worker") -> str:
    """A device among others: its state, or why it is not known."""
    try:
        state = (await device.ask(lambda exchange: check(exchange, {}), "/state")).decode().strip()
    except Busy:
        state = "? too many are waiting for it"
    except PlugError as error:
        state = "? " + str(error)
    return "%s: %s\n" % (one_line(device.name), one_line(state))
