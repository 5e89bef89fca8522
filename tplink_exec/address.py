"""HOST and PORT as people write them: what is an address, and one format."""

import _socket as socket

XOR_PORT = 9999
HTTP_PORT = 80
"""Of devices with newer firmware; as PORT it means --transport http."""


def is_address(host):
    # type: (str) -> bool
    """Whether it is an IPv4 or IPv6 address, and so no name."""
    host, zone, _ = host.partition("%")  # fe80::1%eth0
    try:
        socket.inet_pton(socket.AF_INET6 if zone or ":" in host else socket.AF_INET, host)
        return True
    except (OSError, ValueError):
        return False


def is_digits(text):
    # type: (str) -> bool
    """Whether text is ASCII digits; str.isdigit alone takes those of all scripts."""
    return text.isascii() and text.isdigit()


def is_port(text):
    # type: (str) -> bool
    return is_digits(text) and len(text) < 6 and 0 < int(text) < 65536


def bare(host):
    # type: (str) -> str
    """An IPv6 address without the brackets that other programs want around it."""
    return host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host


def joined(host, port):
    # type: (str, int) -> str
    """HOST:PORT for people; an IPv6 address in brackets, a MAC not."""
    return ("[%s]:%d" if ":" in host and is_address(host) else "%s:%d") % (host, port)
