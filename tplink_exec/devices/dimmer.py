"""Dimmers: plugs and wall switches with a brightness beside their relay."""

from .. import sysinfo
from ..errors import Refused
from ..messages import SET_RELAY_STATE, answer
from .plug import Plug

STEP = "brightness, INCREASE, DECREASE, 0 to 100"
MODULE = "smartlife.iot.dimmer"


class Dimmer(Plug):
    name = "a dimmer"

    def has(self, what: str) -> bool:
        return what == "brightness"

    def switch(self, on: int) -> None:
        if "--transition" not in self.options:
            super().switch(on)
        elif on:
            percent = sysinfo.rounded(sysinfo.number(self.info, "brightness", 0, 100))
            if percent:
                self.fade(percent)
            else:  # after a fade to 0: only the device knows what was before
                self.ask("system", "set_relay_state", '{"state":1}')
        else:
            try:
                self.fade(0)
            except Refused:  # a firmware that knows 1 to 100 only
                self.ask("system", "set_relay_state", '{"state":0}')

    def fade(self, percent: int) -> None:
        """It switches on by that; 0 switches off (python-kasa, kasa/iot/iotdimmer.py)."""
        arguments = '{"brightness":%d,"duration":%d}' % (percent, self.options["--transition"])
        self.ask(MODULE, "set_dimmer_transition", arguments)

    def brightness(self) -> int:
        if not self.state():
            return 0
        return max(sysinfo.rounded(sysinfo.number(self.info, "brightness", 0, 100)), 1)

    def set_brightness(self, percent: int) -> None:
        """In one exchange, as set_brightness alone leaves the relay as it is. 0 switches off."""
        if not percent:
            self.switch(0)
        elif "--transition" in self.options:
            self.fade(percent)
        else:
            both = b'{"%s":{"set_brightness":{"brightness":%d}},%s'
            reply = self.exchange(both % (MODULE.encode(), percent, (SET_RELAY_STATE % 1)[1:]))
            answer(reply, MODULE, "set_brightness", None)
            answer(reply, "system", "set_relay_state", None)

    def step(self, percent: int) -> None:
        self.set_brightness(min(max(self.brightness() + percent, 0), 100))

    def can(self) -> "list[str]":
        return [*super().can(), STEP]
