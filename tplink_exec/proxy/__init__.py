"""proxy: the devices over HTTP, for hubs, openHAB's HTTP binding and browsers.

Nothing outside takes anything but the subcommand, `proxy.proxy`.
May import: the hall, transport, devices, network, polling, commands, cli.
"""
