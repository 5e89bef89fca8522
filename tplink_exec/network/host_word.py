"""HOST, PORT and #CHILD in one word, as people write them for subcommands."""

from ..address import bare, is_port
from ..errors import UsageError


def split(given, port):
    # type: (str, int) -> tuple[str, int, str]
    """Host, port (`port` where none is given) and child ("" for none) of a HOST word.

    It is HOST, HOST:PORT, [IPV6] or [IPV6]:PORT, each with #CHILD or without; a MAC is a HOST,
    too. Blanks around it do not count. Raises UsageError.
    """
    place, mark, child = given.strip().partition("#")
    host, colon, digits = place.rpartition(":")
    if not colon or place[-1:] == "]" or (":" in host and host[-1:] != "]"):
        host, colon, digits = place, "", ""
    inside = bare(host)
    wrong = (inside != host and ":" not in inside) or "[" in inside or "]" in inside
    if not inside or wrong or (mark and not child) or (colon and not is_port(digits)):
        raise UsageError("HOST is ADDRESS or NAME, with :PORT or #CHILD or both, not %s" % given)
    return inside, int(digits) if colon else port, child
