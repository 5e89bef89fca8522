"""The other forms of a command line: subcommands, softScheck's dialect, options before HOST."""

import gc

from ..address import is_digits, joined
from ..commands.table import SUBCOMMANDS, rows
from ..errors import UsageError
from . import options as line
from .given import local
from .output import left_s, put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Call


def understand(argv: "list[str]") -> "Call":
    """See main.understand. Raises UsageError."""
    if is_subcommand(argv):
        gc.enable()  # which the single file switches off for a short call
        return local(rows(SUBCOMMANDS)[argv[0]][0], argv[1:])
    if is_dialect(argv):
        from .softscheck import understand

        return understand(argv)
    return line.understand(argv)


def is_subcommand(argv: "list[str]") -> bool:
    """A first word that is one, and no PORT after it: a HOST may be called as a subcommand is."""
    return bool(argv) and argv[0] in rows(SUBCOMMANDS) and not is_digits("".join(argv[1:2]))


def is_dialect(argv: "list[str]") -> bool:
    """softScheck's: -t HOST or --target HOST in any form, as HOST PORT has none."""
    return (
        bool(argv)
        and argv[0][:1] == "-"
        and any(
            word[:2] == "-t" or word[:3] == "-qt" or word.partition("=")[0] == "--target"
            for word in argv
        )
    )


def told(error: BaseException, argv: "list[str]", deadline: float) -> int:
    """Tell the user why the command line failed; returns the exit code.

    A reply that a failure has goes to standard output by the deadline, and a failure to write that
    counts in its place.
    """
    from .report import failure

    output = getattr(error, "output", b"")
    if output:
        try:
            put(1, output, left_s(deadline))
        except OSError as unwritten:
            error = unwritten
    where = ""
    if not isinstance(error, UsageError):
        host, port, _, _ = understand(argv)
        where = joined(host, port) if host else argv[0]
    quiet = "--quiet" in argv and not is_subcommand(argv) and not is_dialect(argv)
    return failure(error, where, quiet)
