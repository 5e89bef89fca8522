"""on, off and check of SMART devices, in one exchange; of strips on and off in two.

Here is what happens when all is well. What is not a device with a switch, or a strip whose outlets
come in one page, is found out by the same exchange, and left to `smart_family`, which is imported
then.
"""

from .smart_request import CHILDREN, INFO, TERMINAL, accepted, ask_each, result, several

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Exchange, Fields, Options


def state(exchange: "Exchange", options: "Options") -> int:
    """1 or 0; a strip is on when any outlet is. Raises PlugError."""
    answers = several(exchange, (INFO, CHILDREN))
    found = switches(*answers)
    if found:
        return int(any(each["device_on"] for each in found))
    from .smart_family import family

    return family(exchange, options, answers).state()


def switch(exchange: "Exchange", options: "Options", on: int) -> None:
    """A strip takes device_on for itself as what it does not know, which does no harm."""
    setter = "set_device_info", '{"device_on":%s}' % ("true" if on else "false")
    first, answer, second = several(exchange, (INFO, setter, CHILDREN), TERMINAL)
    found = switches(first, second)
    if not found:
        from .smart_family import family

        family(exchange, options, [first, second]).switch(on)
    elif found[0] is first["result"]:
        accepted(answer, setter[0])
    else:
        ask_each(exchange, [each.get("device_id") for each in found], *setter, TERMINAL)


def switches(first: "Any", second: "Any") -> "list[Fields]":
    """By the answers to INFO and CHILDREN what has a device_on: the device, or each outlet.

    None when that is not so simple. Raises PlugError.
    """
    info = result(first, INFO[0])
    found = [info]
    try:
        if second and second["error_code"] == 0:
            told = result(second, CHILDREN[0])
            found = told["child_device_list"]
            ids = {each["device_id"] for each in found}
            if not len(ids) == len(found) == told["sum"] or "HUB" in info["type"]:
                return []
        return found if all(isinstance(each["device_on"], bool) for each in found) else []
    except (LookupError, TypeError):
        return []
