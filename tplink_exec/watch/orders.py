"""Commands on standard input: DEVICE COMMAND [VALUE], a line each.

The line may come from anyone on a broker: only what switches, dims or colors is done, no option is
taken, nothing is run by a shell, and no line is longer than MAX_LINE.
"""

import collections
import shlex

from ..cli.rules import complaint
from ..commands.table import load, row
from ..devices.values import hsb, kelvin, percent, rgb, speed
from ..errors import UsageError
from .lines import MAX_LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..polling.members import Member
    from ..polling.watched import Outlet
    from ..shapes import Callable, Command, Options  # noqa: F401 (type comments)

ALLOWED = (
    "on, off, toggle, openHAB's commands; brightness, color, rgb, temperature, effect, fan "
    "with a value"
)
QUOTED = "a name with blanks or quotes is quoted: "
MAX_WORDS = 12
"""Of a name that is not quoted."""
CHECKS = {
    "switch.switch": None,
    "light.step": None,
    "light.item_percent": percent,
    "light.item_color": hsb,
    "light.brightness": percent,
    "light.color": hsb,
    "light.rgb": rgb,
    "light.temperature": kelvin,
    "light.effect": None,
    "fan.fan": speed,
}  # type: dict[str, Callable[[str], object] | None]
"""The commands that may be given, by their function in the table, and what checks their value."""


Order = collections.namedtuple("Order", "line name text command options deadline")
"""A command as it has come, its device, the other words in one, and what to call with which
options; `deadline` is by time.monotonic()."""


def understand(line: bytes) -> "tuple[str, str, Command, Options]":
    """DEVICE, the command's words in one, and what to call with which options.

    Raises UsageError.
    """
    if len(line) > MAX_LINE:
        raise UsageError("a line of more than %d bytes" % MAX_LINE)
    try:
        name, *words = shlex.split(line.decode())
    except UnicodeDecodeError:
        raise UsageError("this is not UTF-8") from None
    except ValueError as error:  # no closing quotation; no word at all
        raise UsageError("%s; %s" % (error, quoted(line) or QUOTED + "'Living room' on")) from None
    function, problem = meant(words)
    if problem or not name:
        raise UsageError(
            "%s; %s"
            % (problem or "DEVICE is empty", quoted(line) or "DEVICE and one of " + ALLOWED)
        )
    options = {"command": words[0].lower()}  # type: Options
    if words[1:]:
        options["value"] = " ".join(words[1:])
    check = CHECKS[function]
    if check:
        check(options.get("value", words[0]))
    return name, " ".join(words), load("commands." + function), options


def meant(words: "list[str]") -> "tuple[str, str]":
    """The table's function for COMMAND [VALUE], and why that cannot be done here, or ""."""
    takes, function = row(words[0])[:2] if words and row(words[0]) else ("", "")
    problem = "" if function in CHECKS or not function else "%s is not for here" % words[0]
    problem = problem or complaint(["?", "9999", *words])
    if not problem and takes and not words[1:]:
        problem = "%s wants a value here" % words[0]
    return function, problem


def quoted(line: bytes) -> str:
    """How to write it, if only the quotes are missing; else ""."""
    words = line.decode("utf-8", "replace").split()
    for place in range(1, min(len(words), MAX_WORDS)):
        if not meant(words[place:])[1]:
            name = " ".join(words[:place])
            if name[0] in "'\"" or "\\" in name or not set(name) & set(" '\""):
                break  # it has quotes, or needs none
            name = '"%s"' % name.replace('"', '\\"') if "'" in name else "'%s'" % name
            return QUOTED + " ".join([name, *words[place:]])
    return ""


def find(members: "list[Member]", name: str) -> "tuple[Member, Outlet] | None":
    """The watched outlet that is meant by an address, else a MAC, else an alias.

    None when it is none of them. Raises UsageError when it fits more than one.
    """
    wanted = name.casefold()
    watched = [(member, outlet) for member in members for outlet in member.outlets]
    for words in addresses, macs, aliases:
        found = [pair for pair in watched if wanted in words(*pair)]
        if len(found) > 1:
            which = ", ".join(outlet.given for _, outlet in found)
            raise UsageError("%s fits more than one device: %s" % (name, which))
        if found:
            return found[0]
    return None


def addresses(member: "Member", outlet: "Outlet") -> "set[str]":
    """As given, and with and without the port."""
    found = {outlet.given.casefold()}
    for host in {member.host, member.address} - {""}:
        bracketed = "[%s]" % host if ":" in host else host
        for form in host, bracketed, "%s:%d" % (bracketed, member.port):
            found.add((form + ("#" + outlet.child if outlet.child else "")).casefold())
    return found


def macs(_: "Member", outlet: "Outlet") -> "set[str]":
    """50:C7:BF:00:00:01, with hyphens, and without either."""
    child = "#" + outlet.child if outlet.child else ""
    forms = {mark.join(outlet.mac.split(":")) + child for mark in (":", "-", "")}
    return {form.casefold() for form in forms} if outlet.mac else set()


def aliases(_: "Member", outlet: "Outlet") -> "set[str]":
    return {outlet.alias.casefold()} - {""}
