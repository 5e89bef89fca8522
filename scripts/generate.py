#!/usr/bin/env python3
"""Write or check all that is generated: program file, man page, completions, tables of the docs.

python3 scripts/generate.py           write what is stale
python3 scripts/generate.py verify    exit 1, with a line for each file that is stale
"""

import sys
from pathlib import Path

import documents
import man_and_completions
import single_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable  # noqa: F401 (type comments)

ROOT = Path(__file__).resolve().parent.parent
RENDERED = (
    (single_file.render, 0o755),
    (man_and_completions.render, 0o644),
    (documents.render, 0o644),
)  # type: tuple[tuple[Callable[[], dict[Path, str]], int], ...]
"""What gives the texts by path, and the files' mode."""


def is_current(path: Path, text: str, mode: int) -> bool:
    if not path.exists() or path.read_bytes() != text.encode():
        return False
    return bool(path.stat().st_mode & 0o111) == bool(mode & 0o111)


def main(argv: "list[str]") -> int:
    if argv not in ([], ["verify"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = [
        (path, text, mode)
        for render, mode in RENDERED
        for path, text in render().items()
        if not is_current(path, text, mode)
    ]
    for path, text, mode in stale:
        name = path.relative_to(ROOT)
        if argv:
            print("%s is stale; run: python3 scripts/generate.py" % name)
        else:
            path.write_bytes(text.encode())
            path.chmod(mode)
            print("written: %s" % name)
    return int(bool(argv and stale))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
