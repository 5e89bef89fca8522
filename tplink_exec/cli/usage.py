"""What the program says about itself: --help, --version and --where."""

from ..commands.table import COMMANDS, OPTIONS, SUBCOMMANDS, rows
from ..version import VERSION
from .output import put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Options

EXIT_CODES = """
0 | done: the device confirmed it
1 | wrong usage; an outlet that is unknown or ambiguous, an ambiguous name
2 | this machine: an old Python, a broken or edited file, standard output that cannot be written
3 | unreachable: refused, no route, name not found; dropped before any byte of a reply
4 | no complete answer before the deadline
5 | not the protocol: garbled, cut off, too long, no JSON, wrong shape; bad input of encode, decode
6 | the device refused, or has no such feature or field
7 | the device wants a login: none is given, it is wrong, or the device is locked
8 | from is-on only: the device is off
130, 143 | stopped by SIGINT, SIGTERM: that is how a shell shows it
"""

DIALECT = """tplink-exec -t HOST [-p PORT] [-q] [--timeout SECONDS] (-c COMMAND | -j JSON)
  The command line of softScheck's tplink_smartplug.py, with its output; -c reset needs --yes.
"""


def information(options: "Options") -> None:
    """--help, --version, --where."""
    text = "tplink-exec %s\n" % VERSION
    if "--help" in options:
        commands = [
            (("%s %s" % (name, takes)).strip(), "%s; prints %s" % (does, prints))
            for name, (takes, _, does, prints) in rows(COMMANDS).items()
        ]
        subcommands = [
            (name, "%s\n%s" % (does, words)) for name, (_, words, does) in rows(SUBCOMMANDS).items()
        ]
        flags = [
            (("%s %s" % (name, takes)).strip(), does)
            for name, (takes, does) in rows(OPTIONS).items()
        ]
        codes = [(code, text) for code, (text,) in rows(EXIT_CODES).items()]
        text = "\n".join(
            (
                section("tplink-exec HOST PORT COMMAND [VALUE] [OPTION]...", commands),
                section("Options, anywhere on the line:", flags),
                section("tplink-exec SUBCOMMAND ...", subcommands),
                DIALECT,
                section("Exit codes:", codes),
            )
        )
    data = text.encode()
    if "--where" in options:
        from .where import single_file

        data = single_file() + b"\n"
    put(1, data)


def section(title: str, entries: "list[tuple[str, str]]") -> str:
    width = max(len(name) for name, _ in entries)
    lines = [
        "  %-*s  %s\n" % (width, name, text.rstrip().replace("\n", "\n" + " " * (width + 4)))
        for name, text in entries
    ]
    return title + "\n" + "".join(lines)
