"""The command line as its tables and parsers have it, for what is generated from them."""

import argparse
import re
import sys
from pathlib import Path
from typing import NamedTuple
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tplink_exec.cli.arguments import Parser  # noqa: E402
from tplink_exec.cli.softscheck import DIALECT, SHORT  # noqa: E402
from tplink_exec.commands.requests import REQUESTS  # noqa: E402
from tplink_exec.commands.table import COMMANDS, OPTIONS, SUBCOMMANDS, load, rows  # noqa: E402  # noqa: E402

FILES, FOLDERS, HOSTS = "@files", "@folders", "@hosts"
"""What may stand instead of values: a shell knows them itself."""


class Command(NamedTuple):
    """A row of COMMANDS."""

    name: str
    takes: str
    values: "list[str]"
    does: str
    prints: str


class Option(NamedTuple):
    """`takes` is "" when it has no value; `values` are those it can have, if that is known."""

    names: "list[str]"
    takes: str
    values: "list[str]"
    does: str
    repeats: bool = False


class Mode(NamedTuple):
    """A way to use the command line, with options of its own; `words` are its other words."""

    name: str
    arguments: str
    does: str
    options: "list[Option]"
    words: "list[str]"


class Found(Exception):
    """The parser that a subcommand made."""


def commands() -> "list[Command]":
    return [
        Command(name, takes, choices(takes), does, prints)
        for name, (takes, _, does, prints) in rows(COMMANDS).items()
    ]


def main() -> Mode:
    """HOST PORT COMMAND."""
    options = [
        Option(["-h", name] if name == "--help" else [name], takes, values(name, takes), does)
        for name, (takes, does) in rows(OPTIONS).items()
    ]
    return Mode("main", "HOST PORT COMMAND [VALUE] [OPTION]...", "", options, [])


def dialect() -> Mode:
    """softScheck's."""
    short = {name: letter for letter, name in SHORT.items()}
    options = []
    for name, (takes,) in rows(DIALECT).items():
        known = list(rows(REQUESTS)) if takes == "COMMAND" else values(name, takes)
        names = [short[name], name] if name in short else [name]
        options.append(Option(names, takes, known, ""))
    return Mode("dialect", "-t HOST [OPTION]...", "", options, [])


def subcommands() -> "list[Mode]":
    modes = []
    for name, (function, arguments, does) in rows(SUBCOMMANDS).items():
        actions = parser(name, function)._actions
        words = []  # type: list[str]
        for action in actions:
            if not action.option_strings:
                words += values("", str(action.metavar or action.dest))
        options = [option(action) for action in actions if action.option_strings]
        modes.append(Mode(name, arguments, does, options, words))
    return modes


def parser(name: str, function: str) -> Parser:
    """What the subcommand would parse its arguments with."""

    def found(self: Parser, *_: object) -> None:
        raise Found(self)

    with mock.patch.object(Parser, "parse_known_args", found):
        try:
            load(function)(["--help"])
        except Found as it:
            return it.args[0]  # type: ignore[no-any-return]
    raise SystemExit("%s parses its arguments without arguments.Parser" % name)


def option(action: argparse.Action) -> Option:
    names = list(action.option_strings)
    if "--help" in names:
        return Option(names, "", [], "prints the help")
    takes = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    known = [str(choice) for choice in action.choices or ()]
    if not all(re.fullmatch(r"[\w.,:+-]+", word) for word in known):
        known = []  # what would want quotes in a shell
    if isinstance(action.choices, (set, frozenset)):
        known.sort()
    does = (action.help or "") % {**vars(action), "prog": "tplink-exec"}
    repeats = isinstance(action, argparse._AppendAction)
    return Option(names, takes, known or values(names[-1], takes), does, repeats)


def values(name: str, takes: str) -> "list[str]":
    """What an option's value can be, or FILES, FOLDERS or HOSTS, by what stands for it."""
    if takes == "HOST":
        return [HOSTS]
    if takes == "FILE" or (takes and name.endswith("-file")):
        return [FILES]
    if takes in ("DIR", "FOLDER"):
        return [FOLDERS]
    return choices(takes)


def choices(takes: str) -> "list[str]":
    """ "auto, xor or http" and "on/off" are words to choose from, "[0..100]" is not."""
    words = re.split(r", | or |[/|]", takes.strip("[]"))
    literal = len(words) > 1 and all(re.fullmatch("[a-z0-9-]+", word) for word in words)
    return words if literal else []
