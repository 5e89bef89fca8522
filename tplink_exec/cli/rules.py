"""What words and options must be, and what is said of those that are not."""

from ..address import is_digits, is_port
from ..commands.table import CONFIRMED, OPTIONS, WHOLE, row, rows
from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Options

MAX_TRANSITION_MS = 3600000
NO_VALUE = ("", "-", "null", "undef")
"""What openHAB substitutes for the command when an item has no value, in lower case."""
QUOTES = "; a shell cuts JSON up unless it is in single quotes: '{...}'"


def check(words: "list[str]", options: "Options") -> None:
    """Read the options' other values, in their place. Raises UsageError for what does not fit."""
    if "--transition" in options:
        options["--transition"] = transition_ms(options["--transition"])
    if "--http-port" in options:
        options["--http-port"] = port_number(options["--http-port"], "--http-port")
    problem = complaint(words) or misfit(words[2].lower(), options)
    if problem:
        raise UsageError(problem + "; see tplink-exec --help")


def transition_ms(text: str) -> int:
    if is_digits(text) and len(text) < 9 and int(text) <= MAX_TRANSITION_MS:
        return int(text)
    raise UsageError("--transition takes milliseconds, at most 3600000, not %s" % text)


def port_number(text: str, option: str) -> int:
    if is_port(text):
        return int(text)
    raise UsageError("%s is a number from 1 to 65535, not %s" % (option, text))


def complaint(words: "list[str]") -> str:
    """Why these words are no HOST PORT COMMAND, "" when they are."""
    if len(words) < 2:
        return "HOST PORT COMMAND is wanted" + (", not just %s" % words[0] if words else "")
    host, port, name = words[0], words[1], "".join(words[2:3]).lower()
    if not host:
        return "HOST is empty"
    if not is_port(port):
        return "PORT is a number from 1 to 65535 (mostly 9999), not %s" % port
    if len(words) == 2:
        return "COMMAND is missing"
    if name in NO_VALUE:
        return "the command is '%s': openHAB's item has no value yet" % words[2]
    if not row(name):
        return "unknown command %s" % words[2]
    return bad_value(words[2], row(name)[0], words[3:])


def bad_value(command: str, takes: str, values: "list[str]") -> str:
    """Why the words after COMMAND do not fit what it `takes`, "" when they do."""
    if not takes:
        return "%s takes no value, not %s" % (command, values[0]) if values else ""
    if values and values[0].lower() in NO_VALUE and takes != "FIELD":
        return "the value of %s is '%s': openHAB's item has no value yet" % (command, values[0])
    if len(values) == 2 and takes == "[K]" and values[1] in ("K", "k"):
        return ""
    most = max(takes.count("["), 1)  # [SECONDS [on/off]] is two words
    if len(values) > most:
        limit = "one value" if most == 1 else "%d values" % most
        text = "%s takes %s, not %s, too" % (command, limit, values[most])
        return text + QUOTES if takes == "JSON" else text
    return "" if values or takes[:1] == "[" else "%s takes %s" % (command, takes)


def misfit(command: str, options: "Options") -> str:
    """Why these options do not fit the command, "" when they do."""
    if command in CONFIRMED and "--yes" not in options:
        return "%s %s: with --yes if you mean it" % (command, CONFIRMED[command])
    transports = rows(OPTIONS)["--transport"][0]
    if options.get("--transport", "auto") not in transports.replace(" or", ",").split(", "):
        return "--transport is %s, not %s" % (transports, options["--transport"])
    if command in WHOLE and "--child" in options:
        return "%s is for the whole strip, without --child" % command
    return ""
