"""HOST, PORT and #CHILD as people write them: what is an address, one parser, one format."""

import _socket as socket

from .errors import UsageError

XOR_PORT = 9999
HTTP_PORT = 80
"""Of devices with newer firmware; as PORT it means --transport http."""


def is_address(host: str) -> bool:
    """Whether it is an IPv4 or IPv6 address, and so no name."""
    host, zone, _ = host.partition("%")  # fe80::1%eth0
    try:
        socket.inet_pton(socket.AF_INET6 if zone or ":" in host else socket.AF_INET, host)
        return True
    except (OSError, ValueError):
        return False


def is_digits(text: str) -> bool:
    """Whether text is ASCII digits; str.isdigit alone takes those of all scripts."""
    return text.isascii() and text.isdigit()


def is_port(text: str) -> bool:
    return is_digits(text) and len(text) < 6 and 0 < int(text) < 65536


def bare(host: str) -> str:
    """An IPv6 address without the brackets that other programs want around it."""
    return host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host


def split(given: str, port: int) -> "tuple[str, int, str]":
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


def joined(host: str, port: int) -> str:
    """HOST:PORT for people; an IPv6 address in brackets, a MAC not."""
    return ("[%s]:%d" if ":" in host and is_address(host) else "%s:%d") % (host, port)
