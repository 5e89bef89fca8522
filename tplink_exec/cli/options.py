"""HOST PORT COMMAND with options. Whether they fit, where that takes more than a look: `rules`."""

from ..address import bare, is_port
from ..commands.table import CONFIRMED, OPTIONS, load, row, rows

if 0:  # for type checkers
    from ..shapes import Call, Options  # noqa: F401 (type comments)


def understand(argv):
    # type: (list[str]) -> Call
    """What HOST PORT COMMAND with its options means. Raises UsageError.

    HOST is "" for --help, --version and --where: their function needs no exchange.
    """
    words = list(argv)
    options = {}  # type: Options
    if any(word[:1] == "-" for word in argv):
        from . import given

        words, options = given.split(argv, rows(OPTIONS))
        if "--help" in options or "--version" in options or "--where" in options:
            return given.local("cli.usage.information", options)
        if "--timeout" in options:
            options["--timeout"] = given.timeout_s(options["--timeout"])
    words[:1] = [host.strip() for host in words[:1]]
    if options.keys() - {"--timeout"} or not is_plain(words):
        from .rules import check

        check(words, options)
    host, port, options["command"] = bare(words[0]), int(words[1]), words[2].lower()
    if words[3:]:
        options["value"] = " ".join(words[3:])
    return host, port, load("commands." + row(words[2])[1]), options


def is_plain(words):
    # type: (list[str]) -> bool
    """Whether they are HOST PORT COMMAND, and that takes no value and no --yes."""
    if len(words) != 3 or not words[0] or not is_port(words[1]):
        return False
    return row(words[2])[:1] == [""] and words[2].lower() not in CONFIRMED
