"""The tests, in the rooms of the package; `python3 -m unittest` runs them side by side."""

import sys

if sys.platform == "win32":
    from tplink_exec.on_windows import take_places

    take_places()


def load_tests(loader, standard, pattern):
    """unittest's protocol: asked for all tests, and not for some by name, `pattern` is not None."""
    from pathlib import Path

    from tests.parallel import SideBySide

    here = Path(__file__).resolve().parent
    if pattern is None:
        return standard
    return SideBySide(loader.discover(str(here), pattern, str(here.parent)))
