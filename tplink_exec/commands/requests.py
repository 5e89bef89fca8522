"""The table of the named requests, and whether a reply answers one."""

from ..messages import answer

# name | module | method | arguments
REQUESTS = """
info          | system     | get_sysinfo        | {}
on            | system     | set_relay_state    | {"state":1}
off           | system     | set_relay_state    | {"state":0}
true          | system     | set_relay_state    | {"state":1}
false         | system     | set_relay_state    | {"state":0}
ledoff        | system     | set_led_off        | {"off":1}
ledon         | system     | set_led_off        | {"off":0}
cloudinfo     | cnCloud    | get_info           | {}
wlanscan      | netif      | get_scaninfo       | {"refresh":1}
time          | time       | get_time           | {}
schedule      | schedule   | get_rules          | {}
countdown     | count_down | get_rules          | {}
antitheft     | anti_theft | get_rules          | {}
reboot        | system     | reboot             | {"delay":1}
reset         | system     | reset              | {"delay":1}
energy        | emeter     | get_realtime       | {}
energy_reset  | emeter     | erase_emeter_stat  | {}
runtime_reset | schedule   | erase_runtime_stat | {}
"""
ONCE = ("reboot", "reset", "energy_reset", "runtime_reset")
"""Never sent twice: what they do is not done twice for a lost reply."""


def reads(method):
    # type: (str) -> bool
    return method.startswith("get_")


def check(reply, module, method):
    # type: (bytes, str, str) -> None
    """Raise PlugError unless the reply answers, or a setter's reply confirms."""
    if not answer(reply, module, method, 0 if reads(method) else None):
        from ..errors import ProtocolError

        raise ProtocolError("the reply to %s %s is empty: an echo?" % (module, method))
