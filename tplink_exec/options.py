"""Command lines with options, with subcommands, or with mistakes: all rules, and the errors."""

import gc

from .commands import COMMANDS, OPTIONS, SUBCOMMANDS
from .errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Any, Call, Callable, Options

MAX_TIMEOUT_S = 3600.0
NO_VALUE = ("", "-", "null", "undef")
"""What openHAB substitutes for the command when an item has no value, in lower case."""


def understand(argv: "list[str]") -> "Call":
    """What a command line means; raises UsageError.

    HOST is "" for a subcommand, --help and --version: their function needs no exchange.
    """
    if argv and argv[0] in rows(SUBCOMMANDS) and not is_number("".join(argv[1:2])):
        gc.enable()  # which the single file switches off for a short call
        return local(rows(SUBCOMMANDS)[argv[0]][0], argv[1:])
    words, options = split(argv)
    if "--help" in options or "--version" in options:
        return local("usage.information", options)
    if "--timeout" in options:
        options["--timeout"] = timeout_s(options["--timeout"])
    problem = complaint(words)
    if problem:
        raise UsageError(problem + "; see tplink-exec --help")
    host, port, options["command"] = words[0], int(words[1]), words[2].lower()
    command = load(rows(COMMANDS)[options["command"]][0])
    if "--debug" in options and "--quiet" not in options:
        command = load("report.traced")(command, host, port)
    return host, port, command, options


def local(name: str, arguments: object) -> "Call":
    return "", 0, lambda *_: load(name)(arguments), {}


def load(name: str) -> "Callable[..., Any]":
    """The function "module.function" of this package; the module is imported now."""
    module, function = name.split(".")
    package = __import__("tplink_exec." + module, fromlist=[module])
    return getattr(package, function)  # type: ignore[no-any-return]


def split(argv: "list[str]") -> "tuple[list[str], Options]":
    """Words and options, which may stand anywhere. Raises UsageError."""
    words = []
    options = {}  # type: Options
    rest = iter(argv)
    for word in rest:
        name, equals, value = ("--help" if word == "-h" else word).partition("=")
        if name not in rows(OPTIONS):
            if word[:1] == "-" and word != "-":
                raise UsageError("unknown option %s; see tplink-exec --help" % name)
            words.append(word)
            continue
        takes = rows(OPTIONS)[name][0]
        if takes and not equals:
            value = next(rest, "")
        if bool(takes) != bool(value or equals) or (takes and not value):
            raise UsageError("%s takes %s" % (name, takes or "no value"))
        options[name] = value
    return words, options


def timeout_s(text: str) -> float:
    if is_number(text.replace(".", "", 1)) and 0 < float(text) <= MAX_TIMEOUT_S:
        return float(text)
    raise UsageError("--timeout takes seconds above 0, at most 3600, not %s" % text)


def complaint(words: "list[str]") -> str:
    """Why these words are no HOST PORT COMMAND, "" when they are."""
    if len(words) < 2:
        return "HOST PORT COMMAND is wanted" + (", not just %s" % words[0] if words else "")
    host, port, name = words[0], words[1], "".join(words[2:3]).lower()
    if not host:
        return "HOST is empty"
    if not is_number(port) or len(port) > 5 or not 0 < int(port) < 65536:
        return "PORT is a number from 1 to 65535, not %s" % port
    if len(words) == 2:
        return "COMMAND is missing"
    if name in NO_VALUE:
        return "the command is '%s': openHAB's item has no value yet" % words[2]
    if name not in rows(COMMANDS):
        return "unknown command %s; known are %s" % (words[2], ", ".join(rows(COMMANDS)))
    if len(words) > 3:
        return "%s takes no value, not %s" % (words[2], words[3])
    return ""


def rows(table: str) -> "dict[str, list[str]]":
    """The other cells of each row of a table in `commands`, by the first."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {cells[0]: cells[1:] for cells in lines}


def is_number(text: str) -> bool:
    """Whether text is ASCII digits; str.isdigit alone takes those of all scripts."""
    return text.isascii() and text.isdigit()
