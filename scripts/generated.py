"""What the scripts share that write files from the package: generate and verify."""

import difflib
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

ROOT = Path(__file__).resolve().parent.parent


def main(
    argv: "list[str]", help_text: "str | None", render: "Callable[[], dict[Path, str]]", mode: int
) -> int:
    """`render` gives the files' texts, ASCII; returns the exit code."""
    if argv == ["generate"]:
        for path, text in render().items():
            path.parent.mkdir(exist_ok=True)
            with open(path, "w", encoding="ascii", newline="\n") as file:
                file.write(text)
            path.chmod(mode)
        return 0
    if argv == ["verify"]:
        results = [current(path, text, mode) for path, text in render().items()]
        return int(not all(results))
    print(help_text, file=sys.stderr)
    return 2


def current(path: Path, wanted: str, mode: int) -> bool:
    """Whether the file is as it should be; if not, the difference is printed."""
    found = path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
    lines = found.splitlines(True), wanted.splitlines(True)
    sys.stdout.writelines(difflib.unified_diff(*lines, str(path), "generated"))
    if found == wanted and bool(path.stat().st_mode & 0o111) != bool(mode & 0o111):
        print("%s: its mode should be %o" % (path, mode))
        return False
    return found == wanted
