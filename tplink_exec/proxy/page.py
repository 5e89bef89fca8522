"""What the proxy shows: the status as text for curl, and as JSON for the page in `html`."""

import asyncio
import base64
import hashlib
import json

from ..commands.switch import check
from ..devices.detect import device
from ..devices.meter import reading
from ..errors import PlugError, Refused
from ..messages import GET_SYSINFO, answer
from ..printable import one_line
from ..sysinfo import text
from .html import HTML, SCRIPT, STYLE
from .http_request import Response
from .worker import Busy, ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Iterable
    from .http_request import Request
    from .worker import Worker

MAX_FIELD = 200
EXAMPLES = (
    ("Status", '{"system":{"get_sysinfo":{}}}'),
    ("On", '{"system":{"set_relay_state":{"state":1}}}'),
    ("Off", '{"system":{"set_relay_state":{"state":0}}}'),
)


def digest(part: str) -> str:
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()


PAGE = HTML.replace("@STYLE@", STYLE).replace("@SCRIPT@", SCRIPT).encode()
CSP = (
    "Content-Security-Policy: default-src 'none'; connect-src 'self'; img-src data:; "
    "script-src %s; style-src %s; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    % (digest(SCRIPT), digest(STYLE)),
    "X-Frame-Options: DENY",
    "Referrer-Policy: no-referrer",
    "Cross-Origin-Opener-Policy: same-origin",
    "Vary: Accept",
)
"""Fields of the page's header: it loads nothing, and is in nobody's frame to be clicked unseen."""


def names(devices: "Iterable[Worker]") -> bytes:
    return json.dumps([device.name for device in devices]).encode()


def summary(exchange: "Exchange") -> bytes:
    """What the page shows of a device, read now. Raises PlugError."""
    target = device(exchange, {})
    try:
        power = float(reading(target, "power"))  # type: float | None
    except Refused:
        power = None  # no meter
    found = {
        "state": "ON" if target.state() else "OFF",
        "power": power,
        "alias": text(target.fields(), "alias"),
        "model": text(target.fields(), "model"),
    }
    return json.dumps(found).encode()


async def status(devices: "list[Worker]", asked: "Request", path: str) -> Response:
    """GET / and GET /DEVICE/ as text. One device that fails is the failure of the whole.

    `path` is what stands before /command for the one device.
    """
    if len(devices) > 1:
        lines = await asyncio.gather(*map(line, devices))
        return Response(200, "".join(lines).encode(), fields=("Vary: Accept",))
    fields = json.loads(await ask(devices[0], sysinfo))
    body = "DEVICE %s\n%s\nEXAMPLES\n%s" % (
        devices[0].name,
        "".join("    %-16s: %s\n" % pair for pair in shown(fields)),
        "".join(example(asked.host + path, *pair) for pair in EXAMPLES),
    )
    return Response(200, body.encode(), fields=("Vary: Accept",))


def sysinfo(exchange: "Exchange") -> bytes:
    """The fields of get_sysinfo, of whatever family."""
    try:
        return json.dumps(answer(exchange(GET_SYSINFO), "system", "get_sysinfo")).encode()
    except Refused as refusal:
        if not refusal.smart:
            raise
        return json.dumps(device(exchange, {}).fields()).encode()


def shown(fields: "Fields") -> "Iterable[tuple[str, str]]":
    """Names and values as text that cannot drive a terminal."""
    for name in sorted(fields):
        value = fields[name]
        words = value if isinstance(value, str) else json.dumps(value)
        yield one_line(name)[:MAX_FIELD], one_line(words)[:MAX_FIELD]


def example(host: str, title: str, request: str) -> str:
    head = "'Content-type: application/json'"
    words = "curl -s --data-binary '%s' -H %s http://%s/command"
    return "    %s:\n    %s\n\n" % (title, words % (request, head, one_line(host)))


async def line(device: "Worker") -> str:
    """A device among others: its state, or why it is not known."""
    try:
        state = (await device.ask(lambda exchange: check(exchange, {}), "state")).decode().strip()
    except Busy:
        state = "? too many are waiting for it"
    except PlugError as error:
        state = "? " + str(error)
    return "%s: %s\n" % (one_line(device.name), one_line(state))
