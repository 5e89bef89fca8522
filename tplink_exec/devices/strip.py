"""Strips and double outlets: which outlets are meant, and what is done to them."""

from .. import sysinfo
from ..address import is_digits
from ..errors import ProtocolError, Refused, UsageError
from .plug import Plug

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Fields, Options


class Strip(Plug):
    """`child` is the outlet that --child names, None for the whole strip."""

    name = "a strip"

    def __init__(self, exchange: "Exchange", options: "Options", info: "Fields") -> None:
        super().__init__(exchange, options, info)
        self.children = housed(sysinfo.children(info))
        self.child = self.find(options["--child"]) if "--child" in options else None

    def find(self, wanted: str) -> "Fields":
        """The outlet with that number (as on the housing), alias or id. Raises UsageError.

        A word that fits two outlets in two ways is ambiguous: never switch the wrong one.
        """
        found = [
            child
            for position, child in enumerate(self.children, 1)
            if wanted.casefold() in self.names(child, position)
        ]
        if len(found) == 1:
            own = self.whole_id(found[0]).casefold()
            found = [child for child in self.children if own in self.names(child)]
        if len(found) == 1:
            return found[0]
        lines = [
            "%d %s (id %s)" % (position, sysinfo.text(child, "alias"), sysinfo.text(child, "id"))
            for position, child in enumerate(self.children, 1)
        ]
        which = "%d outlets are called" % len(found) if found else "there is no outlet"
        error = UsageError("%s %.100s; the outlets are %s" % (which, wanted, ", ".join(lines)))
        error.no_outlet = True
        raise error

    def names(self, child: "Fields", position: int = 0) -> "list[str]":
        """Both forms of the id are among them: the whole one, and its last two characters."""
        own = child.get("id")
        parent = self.info.get("deviceId")
        words = [str(position), child.get("alias"), own]
        if isinstance(own, str) and isinstance(parent, str):
            words += [parent + own] if len(own) == 2 else [own[-2:]] if own[:-2] == parent else []
        return [word.casefold() for word in words if isinstance(word, str)]

    def whole_id(self, child: "Fields") -> str:
        """The id as requests want it: one of two characters needs the strip's before it."""
        own = child.get("id")
        parent = self.info.get("deviceId")
        if not isinstance(own, str) or len(own) < 2 or (len(own) == 2 and not parent):
            raise ProtocolError("an outlet's id is %.60r, deviceId %.60r" % (own, parent))
        return str(parent) + own if len(own) == 2 else own

    def fields(self) -> "Fields":
        return self.child or self.info

    def ids(self) -> "tuple[str, ...]":
        return (self.whole_id(self.child),) if self.child else ()

    def state(self) -> int:
        return sysinfo.bit(self.child, "state") if self.child else super().state()

    def switch(self, on: int) -> None:
        """Without ids it means all outlets; firmware that refuses that is given each id."""
        if "--transition" in self.options:
            raise self.cannot("fading (--transition)")
        arguments = '{"state":%d}' % on
        try:
            self.ask("system", "set_relay_state", arguments, self.ids())
        except Refused:
            if self.child:
                raise
            self.ask("system", "set_relay_state", arguments, sum(self.each(), ()))

    def each(self) -> "list[tuple[str, ...]]":
        chosen = [self.child] if self.child else self.children
        return [(self.whole_id(child),) for child in chosen]

    def can(self) -> "list[str]":
        return [*super().can(), "each with --child 1 to %d" % len(self.children)]


def housed(children: "list[Fields]") -> "list[Fields]":
    """Outlets as they are numbered on the housing: by the last two digits of their ids.

    The order of the list changes with firmware and over time. Ids that do not tell leave it.
    """
    ids = [child.get("id") for child in children]
    ends = [own[-2:] for own in ids if isinstance(own, str) and is_digits(own[-2:])]
    if len({end for end in ends if len(end) == 2}) < len(children):
        return children
    return [children[ends.index(end)] for end in sorted(ends)]
