"""How a request reaches a device and its reply comes back, under one deadline.

Framing, TCP, name look-up, retries; the protocols over HTTP, their ciphers and the login; which of
them is used. Others take `direct.direct` (a link to an address), and a link's `exchange` and
`close`.
May import: the hall.
"""
