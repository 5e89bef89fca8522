"""argparse for the subcommands, with this program's ways: one line, exit 1, no abbreviations."""

import argparse

from ..commands.table import SUBCOMMANDS, rows
from ..errors import UsageError
from .output import put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """For a row of table.SUBCOMMANDS; its add_argument() calls must agree with that row."""

    def __init__(self, name: str) -> None:
        _, arguments, does = rows(SUBCOMMANDS)[name]
        usage = "tplink-exec %s [--help] %s" % (name, arguments)
        super().__init__(usage=usage, description=does, allow_abbrev=False)

    def error(self, message: str) -> "NoReturn":
        raise UsageError(message + "; " + self.format_usage().strip())

    def print_help(self, file: "Any" = None) -> None:
        put(1, self.format_help().encode())
