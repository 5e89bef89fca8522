"""What the program says about itself: --help, --version, why a command line is refused."""

from . import __version__
from .commands import COMMANDS, OPTIONS, SUBCOMMANDS
from .errors import UsageError

EXIT_CODES = {
    0: "done: the device confirmed it",
    1: "wrong usage",
    2: "something on this machine: an old Python, standard output that cannot be written",
    3: "unreachable: refused, no route, name not found; dropped before any byte of a reply",
    4: "no complete answer before the deadline",
    5: "an answer that is not the protocol: garbled, cut off, over-long, not JSON, another shape",
    6: "the device refused, or has no such feature or field",
}

NO_VALUE = ("", "-", "null", "undef")
"""What openHAB substitutes for the command when an item has no value, in lower case."""


def information(options: "dict[str, str]") -> bytes:
    if "--help" not in options:
        return b"tplink-exec %s\n" % __version__.encode()
    commands = [(name, "%s; prints %s" % row[2:]) for name, row in COMMANDS.items()]
    subcommands = [("%s %s" % (name, row[2]), row[3]) for name, row in SUBCOMMANDS.items()]
    sections = [
        ("tplink-exec HOST PORT COMMAND [OPTION]...\n\nCOMMAND, in upper or lower case:", commands),
        ("tplink-exec SUBCOMMAND ...:", subcommands),
        ("OPTION:", [("%s %s" % (name, row[0]), row[1]) for name, row in OPTIONS.items()]),
        ("Exit codes:", [(str(code), text) for code, text in EXIT_CODES.items()]),
    ]
    return "\n".join(_section(*section) for section in sections).encode()


def _section(title: str, rows: "list[tuple[str, str]]") -> str:
    width = min(20, max(len(name) for name, _ in rows))
    lines = [
        "  %-*s  %s\n" % (width, name.strip(), text)
        if len(name) <= width
        else "  %s\n  %-*s  %s\n" % (name, width, "", text)
        for name, text in rows
    ]
    return title + "\n" + "".join(lines)


def complaint(words: "list[str]") -> UsageError:
    """Why these words are no HOST PORT COMMAND; cli.target has found that they are not."""
    seen = [word or "''" for word in words]
    if len(words) < 2:
        text = "HOST PORT COMMAND is wanted" + (", not just %s" % seen[0] if seen else "")
    elif not words[0]:
        text = "HOST is empty"
    elif not (words[1].isascii() and words[1].isdigit() and 0 < int(words[1][:9]) <= 65535 and len(words[1]) <= 5):
        text = "PORT is a number from 1 to 65535, not %s" % seen[1]
    elif len(words) == 2:
        text = "COMMAND is missing"
    elif words[2].lower() in NO_VALUE:
        text = "the command is %s: openHAB's item has no value yet" % seen[2]
    elif words[2].lower() not in COMMANDS:
        text = "unknown command %s; known are %s" % (seen[2], ", ".join(COMMANDS))
    else:
        text = "%s takes no value, not %s" % (seen[2], seen[3])
    return UsageError(text + "; see tplink-exec --help")
