"""From a command line to output and exit code.

Options, usage, the line of a failure, softScheck's dialect, and the subcommands that end by
themselves: discover, encode, decode, demo. Others take `output.put`, `report.complain`,
`arguments.Parser` and `signals.heed`.
May import: the hall, transport, network, commands.
"""
