"""The countdown of simulated devices, one for each outlet, as IOT and as SMART devices tell it.

It ends by the device's clock, and is seen to have ended when the device is next asked something.
"""

from .base import is_int

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Callable, Clock, Method

LONGEST_S = 86399
FULL = {"err_code": -10, "err_msg": "table is full"}
NOT_THERE = {"err_code": -14, "err_msg": "entry not exist"}
WRONG = {"err_code": -3, "err_msg": "invalid argument"}


class Countdown:
    """At most one rule: `id` is "" while there is none. `act` is called with 0 or 1 at the end."""

    def __init__(self, clock: "Clock", act: "Callable[[int], None]") -> None:
        self.clock = clock
        self.act = act
        self.id = self.name = ""
        self.enabled = self.made = self.on = self.delay_s = 0
        self.ends = 0.0

    def tick(self) -> None:
        if self.enabled and self.clock() >= self.ends:
            self.enabled = self.delay_s = 0
            self.act(self.on)

    def remain_s(self) -> int:
        return max(int(self.ends - self.clock() + 0.999), 0) if self.enabled else 0

    def put(self, enabled: int, on: int, delay_s: int) -> None:
        self.enabled, self.on, self.delay_s = enabled, on, delay_s
        self.ends = self.clock() + delay_s

    def add(self) -> str:
        """A new rule's id."""
        self.made += 1
        self.id = "%032X" % self.made
        return self.id

    def remove(self) -> None:
        self.id = ""
        self.enabled = 0

    def methods(self) -> "dict[str, Method]":
        """Of IOT devices' count_down."""
        return {
            "get_rules": lambda _: {"rule_list": self.rules(), "err_code": 0},
            "add_rule": self.add_rule,
            "edit_rule": self.edit_rule,
            "delete_rule": lambda given: self.deleted(given.get("id")),
            "delete_all_rules": lambda _: self.deleted(self.id),
        }

    def rules(self) -> "list[Answer]":
        rule = {
            "id": self.id,
            "name": self.name,
            "enable": self.enabled,
            "delay": self.delay_s,
            "act": self.on,
            "remain": self.remain_s(),
        }
        return [rule] if self.id else []

    def add_rule(self, given: "Answer") -> "Answer":
        if self.id:
            return dict(FULL)
        answer = self.take(given)
        return {"id": self.add(), **answer} if answer["err_code"] == 0 else answer

    def edit_rule(self, given: "Answer") -> "Answer":
        return self.take(given) if self.id and given.get("id") == self.id else dict(NOT_THERE)

    def take(self, given: "Answer") -> "Answer":
        enabled, on, delay_s = (given.get(name) for name in ("enable", "act", "delay"))
        if not (is_int(enabled, 0, 1) and is_int(on, 0, 1) and is_int(delay_s, 0, LONGEST_S)):
            return dict(WRONG)
        self.name = str(given.get("name", ""))
        self.put(given["enable"], given["act"], given["delay"])
        return {"err_code": 0}

    def deleted(self, id: object) -> "Answer":
        if id != self.id:
            return dict(NOT_THERE)
        self.remove()
        return {"err_code": 0}

    def smart_methods(self) -> "dict[str, Method]":
        return {
            "get_countdown_rules": self.get_countdown_rules,
            "add_countdown_rule": self.add_countdown_rule,
            "edit_countdown_rule": self.edit_countdown_rule,
        }

    def get_countdown_rules(self, _: "Answer") -> "Answer":
        rule = {
            "id": self.id,
            "enable": bool(self.enabled),
            "delay": self.delay_s,
            "remain": self.remain_s(),
            "desired_states": {"on": bool(self.on)},
        }
        rules = [rule] if self.id else []
        told = {"enable": bool(self.enabled), "countdown_rule_max_count": 1, "rule_list": rules}
        return {"result": told}

    def add_countdown_rule(self, given: "Answer") -> "Answer":
        if self.id:
            return {"error_code": -1008}
        reply = self.take_smart(given)
        return reply or {"result": {"id": self.add()}}

    def edit_countdown_rule(self, given: "Answer") -> "Answer":
        if not self.id or given.get("id") != self.id:
            return {"error_code": -1008}
        return self.take_smart(given)

    def take_smart(self, given: "Answer") -> "Answer":
        states = given.get("desired_states")
        on = states.get("on") if isinstance(states, dict) else None
        enabled, delay_s = given.get("enable"), given.get("delay")
        if not (isinstance(on, bool) and isinstance(enabled, bool)):
            return {"error_code": -1008}
        if not is_int(delay_s, 0, LONGEST_S):
            return {"error_code": -1008}
        self.put(int(enabled), int(on), given["delay"])
        return {}
