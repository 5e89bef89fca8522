"""Devices that are asked again and again: by datagram, or by calls in a few threads.

Others take `poller.Poller`, `members.Member` and `watched.Outlet`.
May import: the hall, transport, devices, network.
"""
