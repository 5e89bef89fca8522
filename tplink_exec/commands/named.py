"""The named requests, softScheck's client's and ours, status and emeter among them.

What follows when a device refuses one, and what --child means, is in `named_otherwise`.
"""

from .requests import ONCE, REQUESTS, check, reads
from .table import rows

if 0:  # for type checkers
    from ..shapes import Exchange, Options  # noqa: F401 (type comments)

SYNONYMS = {"status": "info", "emeter": "energy"}


def named(exchange, options):
    # type: (Exchange, Options) -> bytes
    """A request of the table: its reply byte for byte, nothing for a setter."""
    name = SYNONYMS.get(options["command"]) or options["command"]
    module, method, arguments = rows(REQUESTS)[name]
    if "--child" in options:
        from .named_otherwise import of_child

        return of_child(exchange, options, name)
    request = '{"%s":{"%s":%s}}' % (module, method, arguments)
    try:
        reply = exchange(request.encode(), name in ONCE)
        check(reply, module, method)
    except Exception as error:
        from .named_otherwise import refused

        reply = refused(exchange, options, error, name)
    return reply + b"\n" if reads(method) else b""
