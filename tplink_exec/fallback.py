"""Public ways to what the hot modules take from CPython's private modules, where those lack."""

import json


def make_scanner(rules: "Any") -> "Callable[[str, int], tuple[object, int]]":
    """json.scanner's, for the rules that messages.scan gives."""
    decoder = json.JSONDecoder(parse_int=rules.parse_int, parse_constant=rules.parse_constant)
    return decoder.raw_decode
