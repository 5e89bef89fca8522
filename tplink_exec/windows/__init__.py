"""What stands in, on Windows, for the modules that are for POSIX: see the table in `on_windows`.

Nothing outside but that table names these modules.
May import: the hall.
"""
