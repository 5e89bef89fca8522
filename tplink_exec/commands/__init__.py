"""What a user can ask for: the tables, and one function for each command.

A command is a function (exchange, options) -> bytes; `table` says which word means which, and
`table.load` gets it.
May import: the hall, devices.
"""
