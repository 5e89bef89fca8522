"""Strips and double outlets with the IOT JSON: what is done to them, and to one outlet."""

from .. import sysinfo
from ..errors import Refused
from .outlets import Outlets, housed, id_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Exchange, Fields, Options


class Strip(Outlets):
    """`child` is the outlet that is meant, None for the whole strip."""

    def __init__(
        self,
        exchange: "Exchange",
        options: "Options",
        info: "Fields",
        child: "Fields | None" = None,
    ) -> None:
        super().__init__(exchange, options, info)
        self.children = housed(sysinfo.children(info))
        self.child = child

    def part(self, child: "Fields") -> "Strip":
        return Strip(self.exchange, self.options, self.info, child)

    def ids_of(self, child: "Fields") -> "list[Any]":
        """Both forms: the whole one, and its last two characters."""
        own, parent = id_of(child), id_of(self.info)
        if not (isinstance(own, str) and isinstance(parent, str)):
            return [own]
        other = [parent + own] if len(own) == 2 else [own[-2:]] if own[:-2] == parent else []
        return [own, *other]

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
        return [self.ids()] if self.child else super().each()
