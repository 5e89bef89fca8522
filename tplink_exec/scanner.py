"""JSON text to a value: the json module's own scanner, without that module.

To import json costs as much as to start Python. The rules are strict: no control characters, no
NaN (int refuses the word), and no minutes for a megabyte of digits (int() before Python 3.8.14 and
3.9.14).
"""

import sys

try:
    from _json import make_scanner
except ImportError:  # PyPy, or a Python built without it
    import json

    def make_scanner(rules):  # type: ignore[no-redef,no-untyped-def]
        """json.scanner's, by the public decoder."""
        numbers = {"parse_int": rules.parse_int, "parse_constant": rules.parse_constant}
        return json.JSONDecoder(**numbers).raw_decode


# (text, start) -> (value, end). Raises ValueError, StopIteration, RecursionError or SystemError.
scan = make_scanner(
    type(sys.implementation)(  # type: ignore[arg-type,call-arg]
        strict=True,
        object_hook=None,
        object_pairs_hook=None,
        parse_float=float,
        parse_int=lambda digits: int(digits) if len(digits) < 100 else float(digits),
        parse_constant=int,
    )
)
