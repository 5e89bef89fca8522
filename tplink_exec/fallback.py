"""Public ways to what the hot modules take from CPython's private modules, where those lack."""

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Any, Callable


def make_scanner(rules: "Any") -> "Callable[[str, int], tuple[object, int]]":
    """json.scanner's, for the rules that messages.scan gives."""
    decoder = json.JSONDecoder(parse_int=rules.parse_int, parse_constant=rules.parse_constant)
    return decoder.raw_decode
