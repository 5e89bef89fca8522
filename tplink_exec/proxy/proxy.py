"""proxy: the devices over HTTP, for hubs, for openHAB's HTTP binding, for a browser.

Takes the place of hs100_proxy.py (Ryan Finnie's): `POST /command` and `GET /` on port 8362, and
/DEVICE/... for more than one device and for plain text. Here are the subcommand, the routes and
what a failure is in HTTP; a device is asked in `worker`, clients are served by `http_server`.
"""

import asyncio
import functools
import json
import logging
import re
import sys
from urllib.parse import quote, unquote

from ..cli.arguments import Parser
from ..cli.output import put
from ..cli.rules import NO_VALUE
from ..cli.serving import descriptors
from ..cli.signals import heed
from ..commands.fields import json_request
from ..commands.table import load, row
from ..errors import PlugError, UsageError
from ..network.host_word import split
from ..printable import one_line
from .datagrams import LoopQuestions
from .events import Feed, stream
from .guard import SAFE, Guard, from_browser, read_token
from .http_request import HttpError, Response
from .http_server import HttpServer
from .listening import greeting, listening
from .page import CSP, PAGE
from .status import names, status
from .summary import Reader
from .worker import Worker, ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Callable, Exchange, Options
    from .http_request import Request

PORT = 8362
MAX_CLIENTS = 512
READS = {"state": "check"}
_same = "power voltage current total today month brightness color temperature effect fan"
READS.update((_name, _name) for _name in _same.split())
SETS = ("state", "brightness", "color", "rgb", "temperature", "effect", "fan")
"""What may be read of a device or outlet, by which command, and what may be set."""
PATHS = {
    **dict.fromkeys(("/command", "/DEVICE/command"), ("POST",)),
    **dict.fromkeys(("/", "/devices.json", "/DEVICE/", "/DEVICE/device.json"), SAFE),
    **dict.fromkeys(("/DEVICE/CHILD/", "/DEVICE/CHILD/device.json"), SAFE),
    **dict.fromkeys(("/events", "/DEVICE/events"), SAFE),
}
for _name in (*READS, "rgb"):
    for _path in ("/DEVICE/", "/DEVICE/CHILD/"):
        PATHS[_path + _name] = (
            *(SAFE if _name in READS else ()),
            *(("PUT", "POST") if _name in SETS else ()),
        )
"""All paths, and their methods; CHILD is what --child takes."""

ITEM_COMMANDS = "switch.switch", "light.step", "light.item_percent", "light.item_color"
"""The functions in table.COMMANDS of what an openHAB item sends."""

ONLY_READS = re.compile(r'\s*\{("[\w.]+": ?\{"get_\w+": ?(null|\{[^{}]*\})\},? ?)+\}[\s}]*')
"""A request by methods get_... alone, one for each module: it changes nothing."""

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"


class Proxy:
    """`devices` by the path's first part, in casefold; `sole` is the only one, if it is.

    Where an `outlet` is "", the device is meant.
    """

    def __init__(self, devices: "list[Worker]", guard: Guard) -> None:
        self.devices = {device.name.casefold(): device for device in devices}
        self.sole = devices[0] if len(devices) == 1 else None
        self.feeds = {device.name: Feed(Reader(device)) for device in devices}
        self.guard = guard

    async def handle(self, asked: "Request") -> Response:
        """The response to a request. Raises HttpError."""
        self.guard.check_origin(asked)
        try:
            path = asked.target.partition("?")[0]
            words = [unquote(word, errors="strict") for word in path.split("/")[1:]]
        except UnicodeDecodeError:
            raise HttpError(404, "the path is not UTF-8") from None
        html = "text/html" in asked.fields.get("accept", "").lower()
        if html and asked.method in SAFE and self.is_page(words):
            return Response(200, PAGE, HTML, CSP)  # without a token: it asks for it
        self.guard.check_token(asked)
        if not words:  # OPTIONS *
            return Response(200, fields=("Allow: GET, HEAD, PUT, POST",))
        if words == ["command"] and self.sole:
            words = [self.sole.name, "command"]
        if words not in ([""], ["devices.json"], ["events"]):
            return await self.of_device(words, asked)
        allow(asked, SAFE)
        if words[0] == "events":
            return stream(self.feeds.values())
        if words[0]:
            return Response(200, names(self.devices.values()), JSON)
        return await status(list(self.devices.values()), asked, "/command")

    def is_page(self, words: "list[str]") -> bool:
        return words == [""] or (words[1:] in ([], [""]) and words[0].casefold() in self.devices)

    async def of_device(self, words: "list[str]", asked: "Request") -> Response:
        """/DEVICE/ and what is below it, with an outlet or without."""
        device = self.devices.get(words[0].casefold())
        if not device:
            known = ", ".join(device.name for device in self.devices.values())
            raise HttpError(404, "no device %.100s; there are: %s" % (words[0], known))
        *outlets, what = words[1:] or [""]
        path = "/".join(["/DEVICE", *("CHILD" if word else "" for word in outlets), what])
        if path not in PATHS or "/" in what:
            text = "no path /DEVICE/%.100s; there are /DEVICE/ and /DEVICE/CHILD/ with %s"
            raise HttpError(404, text % ("/".join(words[1:]), ", ".join(READS)))
        allow(asked, PATHS[path])
        outlet = "".join(outlets)
        feed = self.feeds[device.name]
        if asked.method not in SAFE:
            try:
                return await self.act(device, outlet, what, asked)
            finally:
                feed.hurry()
        if what in READS:
            return await self.read(device, outlet, what, asked)
        if what == "events":
            return stream([feed])
        if what:
            return Response(200, json.dumps(await feed.reader.read(outlet)).encode(), JSON)
        at = "" if self.sole and not outlet else "/" + quote(device.name)
        at += "/%s/state" % quote(outlet, "") if outlet else "/command"
        return await status([device], asked, at, outlet)

    async def act(self, device: Worker, outlet: str, what: str, asked: "Request") -> Response:
        if what == "command":
            return await self.command(device, asked)
        return await self.set(device, outlet, what, asked)

    async def command(self, device: Worker, asked: "Request") -> Response:
        """The body to the device, its reply to the client, both byte for byte."""
        kind = asked.fields.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and from_browser(asked):
            raise HttpError(415, "a browser's command must have Content-Type: application/json")
        try:
            body = asked.body.decode()
        except UnicodeDecodeError as error:
            raise HttpError(400, "the body is not UTF-8 at byte %d" % error.start) from None
        act, read = json_request, ""
        if ONLY_READS.fullmatch(body):
            act, read = json_read, "/command " + body
        try:
            reply = await ask(device, functools.partial(act, options={"value": body}), read)
        except HttpError as error:
            refusal = error.__cause__
            if not (isinstance(refusal, PlugError) and refusal.output):
                raise
            return Response(error.status, refusal.output[:-1], JSON)
        return Response(200, reply[:-1], JSON)

    async def read(self, device: Worker, outlet: str, what: str, asked: "Request") -> Response:
        value = await ask(device, doing(READS[what], outlet), "%s/%s" % (outlet, what))
        if not asked.fields.get("user-agent", "").startswith(("curl/", "Wget")):
            value = value.rstrip(b"\n")  # openHAB's HTTP binding compares all of it with ON
        return Response(200, value)

    async def set(self, device: Worker, outlet: str, what: str, asked: "Request") -> Response:
        """The body is what an openHAB item sends, or the value."""
        text = asked.body.decode("utf-8", "replace").strip()
        if text.lower() in NO_VALUE:
            raise HttpError(400, "the value is '%s': openHAB's item has no value yet" % text)
        if what != "state":
            await ask(device, doing(what, outlet, text))
        elif row(text)[1:2] and row(text)[1] in ITEM_COMMANDS:
            await ask(device, doing(text.lower(), outlet))
        else:
            raise HttpError(400, "ON, OFF, TOGGLE, INCREASE, 0..100, H,S,B, not %.100s" % text)
        return Response(200)


def allow(asked: "Request", methods: "tuple[str, ...]") -> None:
    """Raise HttpError 405 for any other method."""
    if asked.method not in methods:
        text = "%s is not for this path; these are: %s" % (asked.method, ", ".join(methods))
        raise HttpError(405, text, ("Allow: " + ", ".join(methods),))


def json_read(exchange: "Exchange", options: "Options") -> bytes:
    """json_request of what may be sent again, so also by the connection that there is."""
    return json_request(lambda request, once=False: exchange(request), options)


def doing(name: str, outlet: str = "", value: "str | None" = None) -> "Callable[[Exchange], bytes]":
    """A command of table.COMMANDS as work for a device."""
    options = {"command": name}
    if outlet:
        options["--child"] = outlet
    if value is not None:
        options["value"] = value
    return functools.partial(load("commands." + row(name)[1]), options=options)


def proxy(argv: "list[str]") -> None:
    """The subcommand: serve until a signal ends the process."""
    heed()
    options = parsed(argv)
    log = logged if options.debug else None
    questions = LoopQuestions()
    places = hosts(options.host, options.hs100_port)
    devices = [Worker(*place, log, questions) for place in places]
    token = read_token(options.token_file) if options.token_file else b""
    guard = Guard(token, options.allow_host or [])
    listener = listening(options.local_addr, options.local_port)
    limit = descriptors() - 2 * len(devices) - 20
    server = HttpServer(
        Proxy(devices, guard).handle, max(1, min(MAX_CLIENTS, limit)), log or silent
    )
    try:
        put(1, greeting(listener, devices, token).encode(), 1.0)
    except OSError:
        pass  # nobody to be told; serve all the same
    logging.getLogger("asyncio").disabled = True
    # A device's thread that has its reply waits for the loop's thread so long, by default 5 ms.
    sys.setswitchinterval(0.0005)
    asyncio.run(server.serve(listener))


def parsed(argv: "list[str]") -> "Any":
    parser = Parser("proxy")
    port = {"type": int, "metavar": "PORT"}  # type: dict[str, Any]
    parser.add_argument("-l", "--local-port", default=PORT, help="default %(default)s", **port)
    parser.add_argument(
        "--local-addr", default="127.0.0.1", metavar="A", help="default %(default)s; 0.0.0.0: all"
    )
    parser.add_argument(
        "-p", "--hs100-port", default=9999, help="of the devices; default %(default)s", **port
    )
    parser.add_argument(
        "--allow-host", action="append", metavar="NAME", help="one more name of this machine"
    )
    parser.add_argument(
        "--token-file", metavar="F", help="ask for the token in it: Authorization: Bearer TOKEN"
    )
    parser.add_argument("--debug", action="store_true", help="a line per event on standard error")
    parser.add_argument("host", nargs="+", metavar="HOST", help="or HOST:PORT, [IPv6]:PORT")
    options = parser.parse_args(argv)
    for name, low in (("local_port", 0), ("hs100_port", 1)):
        if not low <= getattr(options, name) <= 65535:
            raise UsageError("--%s is a number up to 65535" % name.replace("_", "-"))
    return options


def hosts(words: "list[str]", port: int) -> "list[tuple[str, str, int]]":
    """(word, host, port) for each HOST, HOST:PORT or [IPv6]:PORT. Raises UsageError."""
    found = {}
    for word in words:
        host, number, child = split(word, port)
        if child:
            text = "%s: the proxy serves whole strips; an outlet has a path: /%s/%s/state"
            raise UsageError(text % (word, quote(word.partition("#")[0]), quote(child, "")))
        if word.casefold() in found:
            raise UsageError("HOST is %s, twice" % word)
        found[word.casefold()] = word, host, number
    return list(found.values())


def silent(text: str) -> None:
    """The log without --debug."""


def logged(text: str) -> None:
    """A line on standard error, from any thread, unless nobody reads: that must not block."""
    try:
        put(2, ("tplink-exec: %s" % one_line(text)).encode()[:4000] + b"\n", 0.0)
    except OSError:
        pass
