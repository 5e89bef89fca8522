"""A plug: what a command, or what an openHAB item sends, means on it.

It is the base of the other families, in `strip`, `dimmer`, `bulb` and `smart`, which say what
differs; `detect` chooses.
"""

from .. import sysinfo
from ..errors import PlugError, Refused
from ..messages import answer
from .request import quoted, request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Options
    from .effects import Effects

SWITCHING = "on, off, toggle, check"
METERING = "power, voltage, current, total, today, month"


class Plug:
    """A plug or wall switch, and the base of the other families.

    `info` is its sysinfo. Methods raise PlugError.
    """

    name = "a plug"
    smart = False
    """Whether it speaks the JSON of SMART devices."""
    modules = {}  # type: dict[str, str]
    """What the family calls modules, where that is not their name."""
    children = []  # type: list[Fields]
    """What a strip says of its outlets; of others there are none."""

    def __init__(self, exchange: "Exchange", options: "Options", info: "Fields") -> None:
        self.exchange = exchange
        self.options = options
        self.info = info

    def ask(
        self, module: str, method: str, arguments: str = "{}", ids: "tuple[str, ...]" = ()
    ) -> "Fields":
        """The device's answer; one that reads nothing must have its err_code.

        What erases is never sent twice.
        """
        module = self.modules.get(module, module)
        text = request(module, method, arguments, ids)
        reply = self.exchange(text, method.startswith("erase_"))
        return answer(reply, module, method, 0 if method.startswith("get_") else None)

    def fields(self) -> "Fields":
        """What get_sysinfo says of what the options mean: the device, or an outlet."""
        return self.info

    def ids(self) -> "tuple[str, ...]":
        """For a request: the id of the outlet that the options mean, none for the device."""
        return ()

    def state(self) -> int:
        return sysinfo.state(self.info)

    def has(self, what: str) -> bool:
        """brightness, color, temperature or fan."""
        return False

    def switch(self, on: int) -> None:
        if "--transition" in self.options:
            raise self.cannot("fading (--transition)")
        self.ask("system", "set_relay_state", '{"state":%d}' % on)

    def brightness(self) -> int:
        """Percent, 0 when off: openHAB's PercentType, to which ON is 100."""
        return 100 * self.state()

    def set_brightness(self, percent: int) -> None:
        self.switch(percent > 0)

    def step(self, percent: int) -> None:
        """INCREASE, DECREASE: by `percent`, which may be negative."""
        self.switch(percent > 0)

    def color(self) -> "tuple[int, int, int]":
        """Hue 0..359, saturation and brightness 0..100."""
        raise self.cannot("color")

    def set_color(self, hue: int, saturation: int, percent: int) -> None:
        raise self.cannot("color")

    def set_item_color(self, hue: int, saturation: int, percent: int) -> None:
        """What a Color item sends: without color, its brightness counts."""
        self.set_brightness(percent)

    def temperature(self) -> int:
        """Kelvin."""
        raise self.cannot("color temperature")

    def set_temperature(self, kelvin: int) -> None:
        raise self.cannot("color temperature")

    def fan(self) -> int:
        """The speed, 1 to 4, 0 when off."""
        raise self.cannot("a fan")

    def set_fan(self, speed: int) -> None:
        raise self.cannot("a fan")

    def outlet(self, wanted: str) -> "Plug":
        """The outlet that --child names, as a device. Raises UsageError, Refused."""
        error = self.cannot("outlets")
        error.no_outlet = True
        raise error

    def parts(self) -> "list[Plug]":
        """The outlets of a strip, as devices."""
        return []

    def effects(self, start: bool = False) -> "Effects":
        """Of two kinds that of which one runs, unless one is to be started."""
        raise self.cannot("effects")

    def metered(self) -> "list[tuple[str, ...]]":
        """For each meter the child ids to ask it with. Raises Refused when there is none.

        HS103 and others answer with zeros though they have none: only `feature` tells.
        """
        if "ENE" not in str(self.info.get("feature", "ENE")):
            raise self.cannot("meter")
        return self.each()

    def readings(self, name: str) -> "list[Fields]":
        """Each meter's get_realtime, with `name` of meter.FIELDS if it has that at all.

        Volts are those of the first. Raises Refused when there is no meter.
        """
        meters = self.metered()[: 1 if name == "voltage" else None]
        return [self.metering("get_realtime", "{}", ids) for ids in meters]

    def sample(self) -> "Fields":
        """All that the first meter tells now."""
        return self.readings("voltage")[0]

    def metering(self, method: str, arguments: str, ids: "tuple[str, ...]") -> "Fields":
        """The meter's answer; Refused with what the device can do, when there is no meter."""
        try:
            return self.ask("emeter", method, arguments, ids)
        except Refused as refusal:
            if not refusal.unsupported:
                raise
            raise self.cannot("meter", refusal) from None

    def sums(self, period: str) -> "list[Fields] | None":
        """For each meter an entry of get_daystat; None from devices that are asked for the days."""
        return None

    def named(self, name: str) -> "bytes | None":
        """The reply to a named request by its name, where that table is not for it."""
        return None

    def rename(self, name: str) -> None:
        self.ask("system", "set_dev_alias", '{"alias":%s}' % quoted(name), self.ids())

    def each(self) -> "list[tuple[str, ...]]":
        """For each outlet that is meant its id for a request, in a tuple."""
        return [()]

    def can(self) -> "list[str]":
        """The commands that make sense on it, for people."""
        commands = [SWITCHING]
        if "ENE" in str(self.info.get("feature", "")):
            commands.append(METERING)
        return commands

    def cannot(self, what: str, reason: object = "") -> PlugError:
        """The error that names what is missing, and what the device can do instead."""
        commands = ", ".join([*self.can(), "status, get, alias"]).split(", ")
        refused = METERING.split(", ") if what == "meter" else [self.options.get("command")]
        text = "%s is %s without %s; its commands are %s" % (
            sysinfo.text(self.info, "model"),
            self.name,
            what,
            ", ".join(command for command in commands if command not in refused),
        )
        return Refused("%s (%s)" % (text, reason) if reason else text)
