"""SMART strips, double outlets, and switches for a fan and a light: outlets behind one device.

The device itself has no switch; control_child passes a request on to one outlet. Its own meter,
where it has one, shows 0 (P316M, recorded), so only those of the outlets count.
"""

from ..errors import Refused
from .outlets import Outlets, housed
from .plug import Plug
from .smart import METERS, Smart, beside
from .smart_request import ask_each, json_object, passed_on, request, result, unwrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Options

OF_OUTLETS = {**METERS, "power": ("get_emeter_data", "get_energy_usage", "get_current_power")}
"""An outlet's get_energy_usage has no current_power: P316M, recorded."""


class SmartOutlet(Smart):
    """One outlet; `info` is what get_child_device_list says of it, `id` its device_id."""

    name = "an outlet"
    meters = OF_OUTLETS

    def __init__(self, exchange: "Exchange", options: "Options", info: "Fields", id: str) -> None:
        super().__init__(exchange, options, info)
        self.id = id

    def ids(self) -> "tuple[str, ...]":
        return (self.id,)

    def send(self, method: str, parameters: str, once: bool = False) -> "tuple[bytes, Fields]":
        text = request(*passed_on(self.id, method, parameters), beside(method))
        reply = self.exchange(text.encode(), once)
        return reply, unwrapped(json_object(reply), method)


class SmartStrip(Outlets, Smart):
    """`children` are what get_child_device_list says of those that have a switch.

    Where just one of them is a light, or a fan, its commands mean that.
    """

    meters = OF_OUTLETS

    def __init__(
        self, exchange: "Exchange", options: "Options", info: "Fields", children: "list[Fields]"
    ) -> None:
        super().__init__(exchange, options, info)
        told = [child.get("position") for child in children]
        places = [place for place in told if type(place) is int and place > 0]
        self.numbers = sorted(places)
        if len(set(places)) == len(children):
            self.children = [children[places.index(number)] for number in self.numbers]
        else:
            self.numbers, self.children = [], housed(children)

    def numbered(self) -> "list[tuple[int, Fields]]":
        """By `position`; KS240 tells none."""
        return list(zip(self.numbers, self.children)) or super().numbered()

    def part(self, child: "Fields") -> SmartOutlet:
        return SmartOutlet(self.exchange, self.options, child, self.whole_id(child))

    def only(self, what: str) -> "Plug | None":
        """The outlet that is meant by what is for a light or a fan, if there is one such."""
        found = [part for part in self.parts() if part.has(what)]
        return found[0] if len(found) == 1 else None

    def state(self) -> int:
        return max([part.state() for part in self.parts()])

    def switch(self, on: int) -> None:
        if "--transition" in self.options:
            raise self.cannot("fading (--transition)")
        self.ask_each("set_device_info", '{"device_on":%s}' % ("true" if on else "false"))

    def ask_each(self, method: str, parameters: str = "") -> "list[Fields]":
        ids = [id for (id,) in self.each()]
        return ask_each(self.exchange, ids, method, parameters, beside(method))

    def has(self, what: str) -> bool:
        return what in ("brightness", "fan") and bool(self.only(what))

    def can(self) -> "list[str]":
        own = [text for part in self.parts() for text in part.can()]
        return [*dict.fromkeys(own), "each with --child 1 to %d" % len(self.children)]

    def brightness(self) -> int:
        light = self.only("brightness")
        return light.brightness() if light else Plug.brightness(self)

    def set_brightness(self, percent: int) -> None:
        light = self.only("brightness")
        if light:
            light.set_brightness(percent)
        else:
            self.switch(percent > 0)

    def step(self, percent: int) -> None:
        light = self.only("brightness")
        if light:
            light.step(percent)
        else:
            self.switch(percent > 0)

    def fan(self) -> int:
        fan = self.only("fan")
        return fan.fan() if fan else super().fan()

    def set_fan(self, speed: int) -> None:
        fan = self.only("fan")
        if fan:
            fan.set_fan(speed)
        else:
            super().set_fan(speed)

    def metered(self) -> "list[tuple[str, ...]]":
        return self.each()

    def measured(self, method: str) -> "list[Fields]":
        return [result(answer, method) for answer in self.ask_each(method)]

    def readings(self, name: str) -> "list[Fields]":
        return self.parts()[0].readings(name) if name == "voltage" else super().readings(name)

    def sample(self) -> "Fields":
        return self.parts()[0].sample()

    def named(self, name: str) -> bytes:
        """Of the meters all replies, in the order of the outlets."""
        if name != "energy":
            return super().named(name)
        import json

        try:
            found = self.ask_each("get_energy_usage")
        except Refused as refusal:
            raise self.cannot("meter", refusal) from None
        told = {"error_code": 0, "result": {"responses": found}}
        return json.dumps(told, separators=(",", ":")).encode()
