"""HOST PORT COMMAND with options. Whether they fit, where that takes more than a look: `rules`."""

from ..address import bare, is_port
from ..commands.table import CONFIRMED, OPTIONS, load, row, rows
from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Call, Options

OTHERS = "-c --command -i --ip -j --json -p --port -q".split()
"""Options of softScheck's client, here without its -t, and of an hs100.sh that takes -i HOST."""
ORDER = "the order is HOST 9999 COMMAND, or -t HOST -c COMMAND; "


def understand(argv: "list[str]") -> "Call":
    """What HOST PORT COMMAND with its options means. Raises UsageError.

    HOST is "" for --help, --version and --where: their function needs no exchange.
    """
    words, options = split(argv, rows(OPTIONS))
    words[:1] = [host.strip() for host in words[:1]]
    if "--help" in options or "--version" in options or "--where" in options:
        return local("cli.usage.information", options)
    if options or not is_plain(words):
        from .rules import check

        check(words, options)
    host, port, options["command"] = bare(words[0]), int(words[1]), words[2].lower()
    if words[3:]:
        options["value"] = " ".join(words[3:])
    return host, port, load("commands." + row(words[2])[1]), options


def is_plain(words: "list[str]") -> bool:
    """Whether they are HOST PORT COMMAND, and that takes no value and no --yes."""
    if len(words) != 3 or not words[0] or not is_port(words[1]):
        return False
    return row(words[2])[:1] == [""] and words[2].lower() not in CONFIRMED


def local(name: str, arguments: object) -> "Call":
    return "", 0, lambda *_: load(name)(arguments), {}


def split(argv: "list[str]", known: "dict[str, list[str]]") -> "tuple[list[str], Options]":
    """Words and options of the table `known`, which may stand anywhere. Raises UsageError."""
    words = []
    options = {}  # type: Options
    rest = iter(argv)
    for word in rest:
        name, equals, value = ("--help" if word == "-h" else word).partition("=")
        if name not in known:
            if word[:1] == "-" and not (word == "-" or word[1:2].isdigit()):
                order = ORDER if name in OTHERS or name[:2] in OTHERS else ""
                raise UsageError("unknown option %s; %ssee tplink-exec --help" % (name, order))
            words.append(word)
            continue
        takes = known[name][0]
        if takes and not equals:
            value = next(rest, "")
        if bool(takes) != bool(value or equals) or (takes and not value):
            raise UsageError("%s takes %s" % (name, takes or "no value"))
        options[name] = value
    return words, options
