"""The exchanges of one call: by the plain call's own code, for as long as all goes well.

That is compiled anyway, and `connection` is not. What it meets beyond that is left to a `direct`
link with what has been sent and received so far, as plain.run leaves a call to cli.main.
"""

from ..address import HTTP_PORT, is_address

if 0:  # for type checkers
    from ..shapes import Early, Exchange, Options  # noqa: F401 (type comments)


def exchanges(host, port, deadline, options, early):
    # type: (str, int, float, Options, Early) -> Exchange
    """What sends a request to the device at an address or a host name, and returns the reply."""
    link = None
    plain = early.exchange
    if early.socket or port == HTTP_PORT or "--transport" in options:
        plain = None

    def exchange(request, once=False):
        # type: (bytes, bool) -> bytes
        nonlocal host, link
        if plain and not (link or once):
            if not (early.socket or is_address(host)):
                from .lookup import single

                host = single(host, port, deadline)
            try:
                reply = plain(early, host, port, request, deadline)
                early.error, early.used, early.received = None, True, bytearray()
                return reply
            except Exception as error:  # the link knows what to do
                early.error = error
        if not link:
            from .direct import direct

            link = direct(host, port, deadline, options, early)
        return link.exchange(request, once)

    return exchange
