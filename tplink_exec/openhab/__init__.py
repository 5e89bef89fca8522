"""openhab: openHAB's configuration, written by what the devices say of themselves.

Nothing outside takes anything but the subcommand, `openhab.openhab`.
May import: the hall, devices, network, cli.
"""
