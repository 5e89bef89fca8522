"""The failures a caller is told about, split by who can act on them.

Each class carries the exit code of the process; usage.EXIT_CODES says in words what the
codes mean. A PlugError's text is one sentence for the user: what happened and what to do.
"""


class PlugError(Exception):
    """Abstract: every failure of this program is one of the classes below."""

    exit_code = 5
    output = b""
    """What goes to standard output all the same: a reply that the user's own request got."""
    no_outlet = False
    """The device has no such outlet."""
    switchless = False
    """The device, as far as is known, has nothing to switch at all."""


class UsageError(PlugError):
    """The caller's words do not fit: nothing was sent to a device."""

    exit_code = 1


class LocalError(PlugError):
    """This machine is in the way, not the device or the network."""

    exit_code = 2


class Unreachable(PlugError):
    """No connection, or none that gave a single byte of a reply.

    `refused`: the machine is there, and nothing listens on the port. `dropped`: the connection
    ended before the reply.
    """

    exit_code = 3
    refused = False
    dropped = False


class DeadlineExceeded(PlugError):
    """No complete answer in the time that the whole call has."""

    exit_code = 4


class ProtocolError(PlugError):
    """Something answered, but not what this protocol allows."""

    exit_code = 5


class Refused(PlugError):
    """The device understood and said no, or has no such feature or field.

    `err_code` is the device's, `unsupported` that it does not know this module or method at all;
    `smart` that it speaks the other JSON, that of SMART devices.
    """

    exit_code = 6
    err_code = 0
    unsupported = False
    smart = False


class WrongCredentials(PlugError):
    """The device wants a login, and it is none of those at hand."""

    exit_code = 7
