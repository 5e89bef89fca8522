"""What is told of a device in JSON, at /DEVICE/device.json and on the stream of `events`.

All of it is read when it is asked for, in one job of the device's, but for what costs more than it
is worth: whether there is a meter and what a light can do is asked again after KEEP_S, and so are
the sums of the meter, in a job of their own, as a strip is asked for those of each outlet.
"""

import functools
import json
import time

from ..devices.detect import device
from ..devices.meter import micro, statistics
from ..devices.values import lamp_range
from ..errors import Refused
from ..printable import MAX_DEVICE_TEXT, one_line
from ..sysinfo import kind, text
from .http_request import HttpError
from .worker import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..devices.plug import Plug
    from ..shapes import Any, Exchange, Fields  # noqa: F401 (type comments)
    from .worker import Worker

KEEP_S = 60.0
MAX_KEPT = 32
"""Outlets of a device, by any of their names."""
ABLE = ("brightness", "color", "temperature", "fan")
SUMS = ("today", "month")
NO_SUMS = dict.fromkeys(SUMS)  # type: dict[str, float | None]


class Kept:
    """What is known of a device or outlet for KEEP_S; `metered`: it has a meter, as far as known.

    `able` are the ones of ABLE that it has.
    """

    def __init__(self) -> None:
        self.until = time.monotonic() + KEEP_S
        self.metered = True
        self.able = None  # type: tuple[str, ...] | None
        self.sums = NO_SUMS
        self.sums_until = 0.0


class Reader:
    """Reads one device, and its outlets."""

    def __init__(self, device: "Worker") -> None:
        self.device = device
        self.kept = {}  # type: dict[str, Kept]

    async def read(self, outlet: str = "") -> "Fields":
        """All that is told of the device, or of the outlet. Raises HttpError."""
        found = await self.state(outlet)
        if self.lacks_sums(outlet):
            found.update(await self.sums(outlet))
        return found

    async def state(self, outlet: str = "") -> "Fields":
        """As read(), with sums no newer than they are known. Raises HttpError."""
        name = outlet.casefold()
        kept = self.kept.get(name)
        if not kept or kept.until < time.monotonic():
            fresh = Kept()
            if kept:
                fresh.sums, fresh.sums_until = kept.sums, kept.sums_until
            kept = fresh
        work = functools.partial(summary, outlet=outlet, kept=kept)
        found = json.loads(await ask(self.device, work, outlet + "/device.json"))  # type: Fields
        if name not in self.kept and len(self.kept) >= MAX_KEPT:
            self.kept.clear()
        self.kept[name] = kept
        found.update(kept.sums)
        return found

    def lacks_sums(self, outlet: str = "") -> bool:
        kept = self.kept.get(outlet.casefold())
        return bool(kept and kept.metered and kept.sums_until < time.monotonic())

    async def sums(self, outlet: str = "") -> "dict[str, float | None]":
        """kWh; None where the device does not tell."""
        kept = self.kept[outlet.casefold()]
        kept.sums_until = time.monotonic() + KEEP_S
        work = functools.partial(sums, outlet=outlet)
        try:
            kept.sums = json.loads(await ask(self.device, work, outlet + "/sums"))
        except HttpError:
            kept.sums = NO_SUMS
        return kept.sums


def summary(exchange: "Exchange", outlet: str, kept: Kept) -> bytes:
    """All but the sums, read now; what it learns it puts into `kept`. Raises PlugError."""
    target = chosen(exchange, outlet, "power" if kept.metered else "")
    if kept.able is None:
        kept.able = tuple(what for what in ABLE if target.has(what))
    powers = measured(target, kept)
    found = {
        "kind": "outlet" if outlet else kind_of(target, kept.able),
        "state": on_off(target.state()),
        "power": sum(powers) / 1000000 if powers else None,
        "brightness": target.brightness() if "brightness" in kept.able else None,
        "alias": text(target.fields(), "alias"),
        "model": text(target.info, "model"),
        "children": None,
        **light(target, kept.able),
        "fan": target.fan() if "fan" in kept.able else None,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }  # type: Fields
    if target.children and not outlet:
        parts = target.parts()
        each = powers if len(powers) == len(parts) else [None] * len(parts)
        found["children"] = list(map(part, parts, each))
    return json.dumps(found).encode()


def sums(exchange: "Exchange", outlet: str) -> bytes:
    """Those of the meter. Raises PlugError."""
    replies = {}  # type: dict[bytes, bytes]

    def once(request: bytes, _: bool = False) -> bytes:
        """What is asked for both sums is asked once."""
        if request not in replies:
            replies[request] = exchange(request)
        return replies[request]

    target = chosen(once, outlet, "today")
    return json.dumps({name: float(statistics(target, name)) for name in SUMS}).encode()


def chosen(exchange: "Exchange", outlet: str, command: str = "") -> "Plug":
    options = {"command": command} if command else {}  # type: dict[str, Any]
    return device(exchange, {**options, "--child": outlet} if outlet else options)


def kind_of(target: "Plug", able: "tuple[str, ...]") -> str:
    if target.children:
        return "strip"
    return kind(target.info) or ("bulb" if "brightness" in able else "plug")  # SMART


def measured(target: "Plug", kept: Kept) -> "list[int]":
    """The power by each meter, in millionths of a watt; none where there is no meter."""
    if not kept.metered:
        return []
    try:
        return [micro(target, answer, "power") for answer in target.readings("power")]
    except Refused:
        kept.metered = False
        return []


def light(target: "Plug", able: "tuple[str, ...]") -> "Fields":
    """What it shows: a color, a white or an effect. The others are None."""
    found = dict.fromkeys(("color", "temperature", "temperature_range", "effect"))  # type: Fields
    found["able"] = able
    try:
        if "temperature" in able:
            found["temperature_range"] = lamp_range(target.info)
            found["temperature"] = target.temperature()
            found["color"] = (0, 0) if "color" in able else None  # some tell the hue of before
            return found
    except Refused:
        pass  # a color, or an effect
    try:
        if "color" in able:
            found["color"] = target.color()[:2]
            return found
    except Refused:
        pass
    found["effect"] = effect(target) if found["temperature_range"] or "color" in able else None
    return found


def effect(target: "Plug") -> "str | None":
    """The name of the one that it plays."""
    try:
        effects = target.effects()
        return one_line(effects.name())[:MAX_DEVICE_TEXT] if effects.runs else None
    except Refused:
        return None


def part(outlet: "Plug", power: "int | None") -> "Fields":
    """An outlet, with the id that no other has."""
    return {
        "id": outlet.ids()[0],
        "alias": text(outlet.fields(), "alias"),
        "state": on_off(outlet.state()),
        "power": None if power is None else power / 1000000,
    }


def on_off(state: int) -> str:
    return "ON" if state else "OFF"
