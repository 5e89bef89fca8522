"""What openHAB has to be told of a device: data, for the text of the files."""

from ..devices import identity
from ..errors import PlugError, Refused, WrongCredentials
from ..printable import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields
    from .places import Place


class Point:
    """A value of a device, polled by a thing and shown by an item; what `takes` is not None takes
    the item's commands: the words of the command line before them.

    `type` is the item's, or a name of FIGURES, "temperature" or "fan"; `reads` is the command line
    that polls it, after HOST and PORT; `suffix` follows the device's name in the item's.
    """

    def __init__(
        self, type: str, label: str, suffix: str, reads: "list[str]", seconds: int
    ) -> None:
        self.type = type
        self.label = label
        self.suffix = suffix
        self.reads = reads
        self.seconds = seconds
        self.takes = None  # type: list[str] | None


class Equipment:
    """`mac`: the last six digits, "" when it says none. `name`, `label`: see naming."""

    name = ""
    label = ""

    def __init__(self, place: "Place", info: "Fields") -> None:
        alias = info.get("alias")
        self.place = place
        self.alias = alias if isinstance(alias, str) else ""
        self.mac = identity.of(info)["mac"].replace(":", "")[-6:]
        self.points = []  # type: list[Point]


class Omission:
    """A device that is left out because of an error; `reason` is one line, always the same."""

    def __init__(self, place: "Place", error: PlugError) -> None:
        self.place = place
        self.error = error
        lasting = isinstance(error, WrongCredentials) or error.exit_code == Refused.exit_code
        self.reason = one_line(str(error)) if lasting else "it does not answer as it should"

    def __str__(self) -> str:
        return "%s: %s" % (self.place, self.reason)
