"""The command line of softScheck's tplink_smartplug.py, for rules that were written for it.

    -t HOST [-p PORT] [-q] [--timeout SECONDS] (-c COMMAND | -j JSON)

Its requests and what it prints are that client's, its exit codes ours; `-c reset` needs --yes.
"""

from ..commands.requests import ONCE, REQUESTS, check
from ..commands.table import rows
from ..errors import Refused, UsageError
from .given import local, split, timeout_s
from .rules import QUOTES, complaint, misfit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Call, Exchange, Iterable, Options

# option | the word that stands for its value
DIALECT = """
--target  | HOST
--port    | PORT
--command | COMMAND
--json    | JSON
--timeout | SECONDS
--quiet   |
--yes     |
--help    |
--version |
"""
SHORT = {"-t": "--target", "-p": "--port", "-c": "--command", "-j": "--json", "-q": "--quiet"}
TIMEOUT_S = 10.0
SCAN = '{"refresh":0}'
"""That client asks for the networks of the last scan."""


def long_forms(argv: "list[str]") -> "Iterable[str]":
    """-t as --target, -tHOST as --target=HOST, -qc as --quiet --command."""
    for word in argv:
        if word[:2] == "-q" and word[2:]:
            yield "--quiet"
            word = "-" + word[2:]
        name = SHORT.get(word[:2], "")
        yield (name + "=" + word[2:] if word[2:] else name) if name else word


def understand(argv: "list[str]") -> "Call":
    """See main.understand. Raises UsageError."""
    words, options = split(list(long_forms(argv)), rows(DIALECT))
    if "--help" in options or "--version" in options:
        return local("cli.usage.information", options)
    if words:
        more = QUOTES if "--json" in options else "; see tplink-exec --help"
        raise UsageError("%s: a word without an option%s" % (words[0], more))
    if ("--command" in options) == ("--json" in options):
        raise UsageError("either -c COMMAND or -j JSON is wanted")
    host, port = options.get("--target", "").strip(), options.get("--port", "9999")
    problem = complaint([host, port, "check"])
    name = options.get("--command", "on")
    if name not in rows(REQUESTS):
        problem = "unknown command %s; known are %s" % (name, ", ".join(rows(REQUESTS)))
    problem = problem or misfit(name, options)
    if problem:
        raise UsageError(problem)
    options["--timeout"] = timeout_s(options.get("--timeout", "%g" % TIMEOUT_S))
    return host, int(port), run, options


def run(exchange: "Exchange", options: "Options") -> bytes:
    if "--json" in options:
        from ..commands.fields import json_request

        request = options["--json"]
        try:
            return told(request, json_request(exchange, {"value": request}), options)
        except Refused as refusal:
            refusal.output = told(request, refusal.output, options)
            raise
    module, method, arguments = rows(REQUESTS)[options["--command"]]
    arguments = SCAN if options["--command"] == "wlanscan" else arguments
    request = '{"%s":{"%s":%s}}' % (module, method, arguments)
    reply = exchange(request.encode(), options["--command"] in ONCE)
    check(reply, module, method)
    return told(request, reply + b"\n", options)


def told(request: str, reply: bytes, options: "Options") -> bytes:
    if "--quiet" in options:
        return reply
    return b"Sent:      %s\nReceived:  %s" % (request.encode(), reply)
