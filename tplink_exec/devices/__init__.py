"""What a device is, and what a command means on it, by family; SMART beside IOT.

Requests as text, values as openHAB writes them, who a device is, what its meter says. Others take
`detect.device` (the device at the other end of an exchange) and the methods of `plug.Plug`.
May import: the hall.
"""
