"""The options that are given on a command line, and the number that --timeout takes."""

from ..address import is_digits
from ..commands.table import load

if 0:  # for type checkers
    from ..shapes import Call, Options  # noqa: F401 (type comments)

OTHERS = "-c --command -i --ip -j --json -p --port -q".split()
"""Options of softScheck's client, here without its -t, and of an hs100.sh that takes -i HOST."""
ORDER = "the order is HOST 9999 COMMAND, or -t HOST -c COMMAND; "
MAX_TIMEOUT_S = 3600.0


def split(argv, known):
    # type: (list[str], dict[str, list[str]]) -> tuple[list[str], Options]
    """Words and options of the table `known`, which may stand anywhere. Raises UsageError."""
    words = []
    options = {}  # type: Options
    rest = iter(argv)
    for word in rest:
        name, equals, value = ("--help" if word == "-h" else word).partition("=")
        if name in known:
            takes = known[name][0]
            if takes and not equals:
                value = next(rest, "")
            if bool(takes) != bool(value or equals) or (takes and not value):
                raise wrong("%s takes %s" % (name, takes or "no value"))
            options[name] = value
        elif word[:1] != "-" or word == "-" or word[1:2].isdigit():
            words.append(word)
        else:
            order = ORDER if name in OTHERS or name[:2] in OTHERS else ""
            raise wrong("unknown option %s; %ssee tplink-exec --help" % (name, order))
    return words, options


def timeout_s(text):
    # type: (str) -> float
    """Raises UsageError."""
    if is_digits(text.replace(".", "", 1)) and 0 < float(text) <= MAX_TIMEOUT_S:
        return float(text)
    raise wrong("--timeout takes seconds above 0, at most 3600, not %s" % text)


def wrong(text):
    # type: (str) -> Exception
    from ..errors import UsageError

    return UsageError(text)


def local(name, arguments):
    # type: (str, object) -> Call
    """What calls no device."""
    return "", 0, lambda *_: load(name)(arguments), {}
