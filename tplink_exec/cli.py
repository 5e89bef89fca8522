"""From the command line to exit code and output: tplink-exec HOST PORT COMMAND.

Everything that a plain call does not need stands in modules that are imported when called.
"""

import sys
import time

from .commands import COMMANDS, OPTIONS, SUBCOMMANDS
from .errors import LocalError, PlugError, UsageError
from .output import STDOUT, complain, put
from .transport import Connection

try:
    import _signal as signal
    import posix as os  # what os wraps, without the cost of importing it
except ImportError:  # Windows, PyPy
    import os
    import signal

DEFAULT_TIMEOUT_S = 5.0
MAX_TIMEOUT_S = 3600.0
OUTPUT_GRACE_S = 0.15
"""After the deadline; for an answer that came in time and a standard output that is full."""


def run(started: "float | None" = None) -> None:
    """The process. `started` is time.monotonic() at its first instruction.

    Leaves by os._exit: that spares the interpreter's tidying up, a fifth of a call's cost,
    and does not wait for a name look-up that hangs.
    """
    started = time.monotonic() if started is None else started
    # Whichever of 0, 1, 2 is closed becomes /dev/null, opened for reading: no socket gets its
    # number, and to write to it still fails, as it should.
    while os.open(getattr(os, "devnull", "/dev/null"), os.O_RDONLY) < 3:
        pass
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # die of it, without a traceback
    try:
        code = main(sys.argv[1:], started)
    except Exception as error:  # a bug; even so one line, and not the code for wrong usage
        complain("internal error, please report it: %s: %s" % (type(error).__name__, error))
        code = LocalError.exit_code
    os._exit(code)


def main(argv: "list[str]", started: float) -> int:
    """Run one command line; returns the exit code. Output goes to descriptors 1 and 2."""
    options: "dict[str, str]" = {}
    place = ""
    deadline = started + MAX_TIMEOUT_S
    try:
        if argv and argv[0] in SUBCOMMANDS and not is_number("".join(argv[1:2])):
            place = argv[0] + ": "
            output = load(*SUBCOMMANDS[argv[0]][:2])(argv[1:])
        else:
            words = parse(argv, options)
            deadline = started + timeout_s(options)
            if "--help" in options or "--version" in options:
                output = load("usage", "information")(options)
            else:
                host, port, name = target(words)
                place = ("[%s]:%d: " if ":" in host else "%s:%d: ") % (host, port)
                log = debug_log(place) if "--debug" in options else None
                connection = Connection(host, port, deadline, log)
                output = load(*COMMANDS[name][:2])(connection.exchange, options)
        put(STDOUT, output, max(0, deadline - time.monotonic()) + OUTPUT_GRACE_S)
    except PlugError as error:
        if "--quiet" not in options:
            complain(place + str(error), 0.05)
        return error.exit_code
    return 0


def parse(argv: "list[str]", options: "dict[str, str]") -> "list[str]":
    """The words of `argv` that are no options; the options are put into `options`."""
    words = []
    rest = iter(argv)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in OPTIONS:
            if not OPTIONS[name][0]:
                value = None if equals else name
            elif not equals:
                value = next(rest, None)
            if value is None:
                raise UsageError("%s takes %s" % (name, OPTIONS[name][0] or "no value"))
            options[name] = value
        elif word[:1] == "-" and word != "-":
            raise UsageError("unknown option %s; see tplink-exec --help" % name)
        else:
            words.append(word)
    return words


def timeout_s(options: "dict[str, str]") -> float:
    text = options.get("--timeout")
    if text is None:
        return DEFAULT_TIMEOUT_S
    if is_number(text.replace(".", "", 1)) and 0 < float(text) <= MAX_TIMEOUT_S:
        return float(text)
    raise UsageError("--timeout takes seconds above 0, at most 3600, not %r" % text)


def target(words: "list[str]") -> "tuple[str, int, str]":
    """HOST, PORT and the name in COMMANDS. Raises UsageError."""
    if len(words) == 3 and is_number(words[1]) and len(words[1]) <= 5 and words[0]:
        host, port, name = words[0], int(words[1]), words[2].lower()
        if 0 < port <= 65535 and name in COMMANDS:
            return host, port, name
    raise load("usage", "complaint")(words)


def is_number(text: str) -> bool:
    """Whether text is ASCII digits; str.isdigit alone takes those of all scripts."""
    return text.isascii() and text.isdigit()


def debug_log(place: str) -> "Callable[[str, bytes], None]":
    return lambda sign, text: complain(place + sign + " " + text.decode("utf-8", "replace"))


def load(module: str, name: str) -> "Callable[..., bytes]":
    """A function of one of our modules, which is imported now."""
    module = "tplink_exec." + module
    __import__(module)
    return getattr(sys.modules[module], name)  # type: ignore[no-any-return]
