"""watch: devices polled side by side, changes told, commands taken from standard input.

Nothing outside takes anything but the subcommand, `watch.watch`.
May import: the hall, devices, network, polling, commands, cli.
"""
