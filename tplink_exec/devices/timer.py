"""The device's own countdown: it switches once when the time is over, without this program.

A device keeps one rule, an outlet of a strip its own. IOT devices: module count_down, a rule is
{"id","name","enable":1,"delay":s,"act":1,"remain":s}, with enable 0 when it is over (Aldaviva/Kasa,
tests); bulbs have none. SMART devices: {"id","enable":true,"delay":s,"remain":s,
"desired_states":{"on":true}}.
"""

from .. import sysinfo
from ..errors import ProtocolError
from ..messages import answer
from .request import enclosed, quoted
from .smart_request import TERMINAL, accepted, passed_on, several, unwrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields
    from .plug import Plug
    from .smart import Smart

    Change = tuple[Smart, str, str]

ADD, EDIT = "add_countdown_rule", "edit_countdown_rule"
LONGEST_S = 86399
"""23:59:59: the apps offer up to 23 hours and 59 minutes."""


def reading(target: "Any") -> bytes:
    """`SECONDS on` or `SECONDS off`, what is left of the timer that ends first; `off`: none runs.

    Raises PlugError.
    """
    left = sorted(smart_left(target) if target.smart else plug_left(target))
    return b"%d %s\n" % (left[0][0], b"on" if left[0][1] else b"off") if left else b"off\n"


def start(target: "Any", seconds: int, on: int) -> None:
    """In place of one that runs. A request that is repeated does not leave two."""
    if target.smart:
        smart_start(target, seconds, on)
    else:
        added = '{"enable":1,"delay":%d,"act":%d,"name":"tplink-exec"}' % (seconds, on)
        plug_replace(target, {"delete_all_rules": "{}", "add_rule": added})


def stop(target: "Any") -> None:
    if target.smart:
        every = smart_rules(target)
        smart_change([change for outlet, rules in every for change in stopping(outlet, rules)])
    else:
        plug_replace(target, {"delete_all_rules": "{}"})


def plug_left(target: "Plug") -> "list[tuple[float, int]]":
    """Seconds and state, for each timer that runs."""
    found = [target.ask("count_down", "get_rules", "{}", ids) for ids in target.each()]
    return [
        (left_s(rule), sysinfo.bit(rule, "act"))
        for rules in found
        for rule in listed(rules)
        if sysinfo.bit(rule, "enable") and left_s(rule)
    ]


def plug_replace(target: "Plug", methods: "dict[str, str]") -> None:
    """Methods with their arguments, all in one request, for each outlet that is meant."""
    asked = ",".join('"%s":%s' % method for method in methods.items())
    for ids in target.each():
        reply = target.exchange(enclosed('"count_down":{%s}' % asked, ids))
        for method in methods:
            answer(reply, "count_down", method, None)


def listed(rules: "Fields") -> "list[Fields]":
    found = rules.get("rule_list")
    if isinstance(found, list) and all(isinstance(rule, dict) for rule in found):
        return found
    raise ProtocolError("rule_list is no list of objects: %.60r" % (found,))


def smart_rules(target: "Smart") -> "list[tuple[Smart, list[Fields]]]":
    """The device, or each outlet of a strip, with its rules; asked in one request."""
    outlets = target.parts() or [target]  # type: list[Any]
    return [
        (outlet, listed(rules))
        for outlet, rules in zip(outlets, target.measured("get_countdown_rules"))
    ]


def smart_left(target: "Smart") -> "list[tuple[float, int]]":
    return [
        (left_s(rule), smart_state(rule))
        for _, rules in smart_rules(target)
        for rule in rules
        if smart_enabled(rule) and left_s(rule)
    ]


def left_s(rule: "Fields") -> float:
    return sysinfo.number(rule, "remain", 0, LONGEST_S)


def smart_enabled(rule: "Fields") -> bool:
    if isinstance(rule.get("enable"), bool):
        return rule["enable"]  # type: ignore[no-any-return]
    raise ProtocolError("a rule's enable is %.40r, not true or false" % (rule.get("enable"),))


def smart_state(rule: "Fields") -> int:
    states = rule.get("desired_states")
    on = states.get("on") if isinstance(states, dict) else None
    if isinstance(on, bool):
        return on
    raise ProtocolError("desired_states is %.40r, without on true or false" % (states,))


def smart_start(target: "Smart", seconds: int, on: int) -> None:
    """A rule that is there is changed: a device takes no second one."""
    state = '"delay":%d,"remain":%d,"desired_states":{"on":%s},"enable":true}'
    state %= (seconds, seconds, "true" if on else "false")
    changes = []  # type: list[Change]
    for outlet, rules in smart_rules(target):
        changes += stopping(outlet, rules[1:])
        if rules:
            changes.append(
                (outlet, "edit_countdown_rule", "{%s,%s" % (identified(rules[0]), state))
            )
        else:
            changes.append((outlet, ADD, "{" + state))
    smart_change(changes)


def stopping(target: "Smart", rules: "list[Fields]") -> "list[Change]":
    words = '{%s,"delay":%d,"desired_states":{"on":%s},"enable":false}'
    changes = []  # type: list[Change]
    for rule in rules:
        if rule.get("enable") is not False:
            delay = sysinfo.number(rule, "delay", 0, LONGEST_S)
            state = "true" if smart_state(rule) else "false"
            text = words % (identified(rule), delay, state)
            changes.append((target, EDIT, text))
    return changes


def smart_change(changes: "list[Change]") -> None:
    """All in one exchange. To add is never repeated."""
    once = any(method == ADD for _, method, _ in changes)
    if len(changes) == 1:
        target, method, parameters = changes[0]
        target.call(method, parameters, once)
    elif changes:
        requests = [
            passed_on(target.ids()[0], method, parameters) if target.ids() else (method, parameters)
            for target, method, parameters in changes
        ]
        answers = several(changes[0][0].exchange, requests, TERMINAL, once)
        for (target, method, _), answer in zip(changes, answers):
            unwrapped(answer, method) if target.ids() else accepted(answer, method)


def identified(rule: "Fields") -> str:
    if isinstance(rule.get("id"), str):
        return '"id":' + quoted(rule["id"])
    raise ProtocolError("a rule's id is %.40r" % (rule.get("id"),))
