"""Simulated power strips and double outlets: several outlets, chosen by a request's context."""

import time

from .base import LATER, NEVER, is_int, sold
from .meters import MilliMeter
from .plugs import Relay, SimulatedSwitch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock, Method

# model: how many outlets it has, and what its get_sysinfo says.
STRIPS = {
    "HS107": (2, sold("HS107(US)", "1.0.8 Build 190103 Rel.163436", LATER)),
    "KP303": (
        3,
        sold("KP303(UK)", "1.0.3 Build 191105 Rel.113122", LATER, status="new", ntc_state=0),
    ),
    "HS300": (
        6,
        sold(
            "HS300(US)",
            "1.0.12 Build 220121 Rel.175814",
            LATER,
            hw_ver="2.0",
            feature="TIM:ENE",
            status="new",
        ),
    ),
}

SHORT_IDS = {"HS107"}
"""Who names its outlets "00" and "01"; the others put their deviceId in front of that.

In a context it takes both forms: the long one is what clients have to send (openHAB's binding
does), the short one what python-kasa sends, which lists the HS107 as supported.
"""

ENTRY_NOT_EXIST = {"err_code": -14, "err_msg": "entry not exist"}
LOAD_STEP_W = 10.25
"""The load of outlet one; number n has n times that, so that none is taken for another."""


class SimulatedOutlet(Relay):
    """One outlet; `id` is as get_sysinfo says it, `slot` counts from 0."""

    def __init__(self, slot: int, id: str, clock: "Clock") -> None:
        super().__init__(clock, LOAD_STEP_W * (slot + 1), MilliMeter)
        self.slot = slot
        self.id = id
        self.default_alias = self.alias = "Plug %d" % (slot + 1)

    def info(self) -> "Answer":
        """The entry in get_sysinfo's children."""
        return {
            "id": self.id,
            "state": self.state,
            "alias": self.alias,
            "on_time": self.on_time,
            "next_action": NEVER,
        }


class SimulatedStrip(SimulatedSwitch):
    """A model of STRIPS. Its relay_state is 1 when any outlet is on; to set it sets all."""

    def __init__(self, model: str, number: int = 0, clock: "Clock" = time.time) -> None:
        super().__init__(model, number, clock)
        count, self.info = STRIPS[model]
        parent = "" if model in SHORT_IDS else self.device_id
        self.outlets = [
            SimulatedOutlet(slot, "%s%02d" % (parent, slot), clock) for slot in range(count)
        ]
        self.choose(None)
        names = self.outlets[0].countdown.methods()
        self.methods["count_down"] = {name: self._counted(name) for name in names}
        # Without a meter there is no such module: HS107, KP400, recorded.
        if "ENE" in self.info["feature"]:
            self.methods["emeter"] = {
                name: self._metered(name) for name in self.outlets[0].meter.methods
            }

    def tick(self) -> None:
        for outlet in self.outlets:
            outlet.countdown.tick()

    @property
    def relay_state(self) -> int:
        return int(any(outlet.state for outlet in self.outlets))

    @relay_state.setter
    def relay_state(self, state: int) -> None:
        for outlet in self.outlets:
            outlet.state = state

    def choose(self, context: object) -> None:
        """Without context it is all outlets; a wrong one is kept as the `refusal` to be given."""
        self.chosen = self.outlets
        self.has_context = bool(context)
        self.refusal = None  # type: Answer | None
        if not context:
            return
        ids = context.get("child_ids") if isinstance(context, dict) else None
        by_id = {"%s%02d" % (self.device_id, outlet.slot): outlet for outlet in self.outlets}
        by_id.update((outlet.id, outlet) for outlet in self.outlets)
        if not (ids and isinstance(ids, list) and all(isinstance(id, str) for id in ids)):
            self.refusal = self.INVALID_ARGUMENT
        elif not by_id.keys() >= set(ids):
            self.refusal = ENTRY_NOT_EXIST
        else:
            self.chosen = [by_id[id] for id in ids]

    def _metered(self, name: str) -> "Method":
        """A method of the meter of the first outlet chosen; a reading says which one that is."""

        def method(arguments: "Answer") -> "Answer":
            if self.refusal:
                return self.refusal
            outlet = self.chosen[0]
            answer = outlet.meter.methods[name](arguments)
            return {"slot_id": outlet.slot, **answer} if name == "get_realtime" else answer

        return method

    def _counted(self, name: str) -> "Method":
        """A method of the countdown of the first outlet chosen."""
        return lambda arguments: self.refusal or self.chosen[0].countdown.methods()[name](arguments)

    def get_sysinfo(self, _: "Answer") -> "Answer":
        """All outlets, whatever the context is."""
        return {
            **self.info,
            **self.identity(),
            "child_num": len(self.outlets),
            "children": [outlet.info() for outlet in self.outlets],
        }

    def set_relay_state(self, arguments: "Answer") -> "Answer":
        if self.refusal or not is_int(arguments.get("state"), 0, 1):
            return self.refusal or self.INVALID_ARGUMENT
        for outlet in self.chosen:
            outlet.state = arguments["state"]
        return {"err_code": 0}

    def set_dev_alias(self, arguments: "Answer") -> "Answer":
        """Without context it is the strip that is renamed."""
        if self.refusal or not isinstance(arguments.get("alias"), str):
            return self.refusal or self.INVALID_ARGUMENT
        named = self.chosen[0] if self.has_context else self  # type: SimulatedOutlet | SimulatedStrip
        named.alias = arguments["alias"]
        return {"err_code": 0}

    def reset(self, arguments: "Answer") -> "Answer":
        for outlet in self.outlets:
            outlet.alias = outlet.default_alias
        return super().reset(arguments)
