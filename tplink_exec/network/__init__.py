"""Which devices are there, and where: discovery by UDP, and remembered names.

Others take `reach.reach` (a link to whatever HOST means), `discovery.sightings` and `known`'s file.
May import: the hall, transport, devices.
"""
