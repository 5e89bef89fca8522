"""on, off and check of SMART devices, in one exchange where the device is a single one.

What has outlets, or no switch at all, is found out by the same exchange, and left to
`smart_family`, which is imported then.
"""

from .smart_request import CHILDREN, INFO, TERMINAL, accepted, result, several

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Exchange, Options


def state(exchange: "Exchange", options: "Options") -> int:
    """1 or 0. Raises PlugError."""
    answers = several(exchange, (INFO, CHILDREN))
    if is_single(answers):
        return int(answers[0]["result"]["device_on"])
    from .smart_family import family

    return family(exchange, options, answers).state()


def switch(exchange: "Exchange", options: "Options", on: int) -> None:
    """A strip takes device_on for itself as what it does not know, which does no harm."""
    setter = "set_device_info", '{"device_on":%s}' % ("true" if on else "false")
    answers = several(exchange, (INFO, setter, CHILDREN), TERMINAL)
    told = [answers[0], answers[2]]
    if is_single(told):
        accepted(answers[1], setter[0])
    else:
        from .smart_family import family

        family(exchange, options, told).switch(on)


def is_single(answers: "list[Any]") -> bool:
    """Whether those to INFO and CHILDREN tell of a device with one switch, and no children."""
    on = result(answers[0], INFO[0]).get("device_on")
    return isinstance(on, bool) and (answers[1] or {}).get("error_code") != 0
