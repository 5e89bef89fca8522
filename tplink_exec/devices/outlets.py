"""The outlets of strips of either JSON: which one a word means."""

from .. import sysinfo
from ..address import is_digits
from ..errors import ProtocolError, UsageError
from .plug import Plug

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields


class Outlets(Plug):
    """Abstract. `children` are the outlets, as they are numbered on the housing."""

    name = "a strip"

    def numbered(self) -> "list[tuple[int, Fields]]":
        """The number of each on the housing, and what it says of itself."""
        return list(enumerate(self.children, 1))

    def part(self, child: "Fields") -> Plug:
        """The outlet as a device of its own."""
        raise NotImplementedError

    def outlet(self, wanted: str) -> Plug:
        return self.part(self.find(wanted))

    def parts(self) -> "list[Plug]":
        return [self.part(child) for child in self.children]

    def find(self, wanted: str) -> "Fields":
        """The outlet with that number (as on the housing), alias or id. Raises UsageError.

        A word that fits two outlets in two ways is ambiguous: never switch the wrong one.
        """
        found = [
            child
            for number, child in self.numbered()
            if wanted.casefold() in self.names(child, number)
        ]
        if len(found) == 1:
            own = self.whole_id(found[0]).casefold()
            found = [child for child in self.children if own in self.names(child)]
        if len(found) == 1:
            return found[0]
        lines = [
            "%d %s (id %.200s)" % (number, sysinfo.text(child, "alias"), id_of(child) or "?")
            for number, child in self.numbered()
        ]
        which = "%d outlets are called" % len(found) if found else "there is no outlet"
        error = UsageError("%s %.100s; the outlets are %s" % (which, wanted, ", ".join(lines)))
        error.no_outlet = True
        raise error

    def names(self, child: "Fields", number: int = 0) -> "list[str]":
        """What --child may call it, in lower case."""
        words = [str(number), child.get("alias"), *self.ids_of(child)]
        return [word.casefold() for word in words if isinstance(word, str)]

    def ids_of(self, child: "Fields") -> "list[Any]":
        return [id_of(child)]

    def whole_id(self, child: "Fields") -> str:
        """The id as requests want it: one of two characters needs the strip's before it."""
        own, parent = id_of(child), id_of(self.info)
        if not isinstance(own, str) or len(own) < 2 or (len(own) == 2 and not parent):
            raise ProtocolError("an outlet's id is %.60r, deviceId %.60r" % (own, parent))
        return str(parent) + own if len(own) == 2 else own

    def each(self) -> "list[tuple[str, ...]]":
        return [(self.whole_id(child),) for child in self.children]

    def can(self) -> "list[str]":
        return [*super().can(), "each with --child 1 to %d" % len(self.children)]


def id_of(fields: "Fields") -> "Any":
    """What a strip or an outlet says it is."""
    return fields.get("id") or fields.get("deviceId") or fields.get("device_id")


def housed(children: "list[Fields]") -> "list[Fields]":
    """Outlets as they are numbered on the housing: by the last two digits of their ids.

    The order of the list changes with firmware and over time. Ids that do not tell leave it.
    """
    ids = [id_of(child) for child in children]
    ends = [own[-2:] for own in ids if isinstance(own, str) and is_digits(own[-2:])]
    if len({end for end in ends if len(end) == 2}) < len(children):
        return children
    return [children[ends.index(end)] for end in sorted(ends)]
