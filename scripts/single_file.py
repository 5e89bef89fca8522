#!/usr/bin/env python3
"""Write or check scripts/tplink-exec, the whole program as one plain-text executable file.

    python3 scripts/single_file.py generate    write it from tplink_exec/
    python3 scripts/single_file.py verify      exit 1, with a diff, when it is not current

The file holds the modules' source verbatim: only what a call imports is compiled, and the
rest costs next to nothing (CONTRIBUTING.md has the figures).
"""

import difflib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tplink_exec"
SINGLE_FILE = ROOT / "scripts" / "tplink-exec"
LOADER = ROOT / "scripts" / "single_file_loader.in"
ISOLATE = ROOT / "scripts" / "single_file_isolate.in"


def render() -> str:
    """The text of the single file: the loader, then a page for each module of the package."""
    sources = {"isolate": ISOLATE.read_text(encoding="ascii")}
    for path in sorted(PACKAGE.glob("*.py")):
        name = "tplink_exec" if path.stem == "__init__" else "tplink_exec." + path.stem
        sources[name] = path.read_text(encoding="ascii")  # so that old Pythons can read it too
    for name, source in sources.items():
        if "\f" in source or "'''" in source or "\r" in source:
            raise SystemExit("%s: form feed, ''' and CR cannot stand in the single file" % name)
    pages = ["# %s\n%s" % entry for entry in sources.items()]
    return "\f".join([LOADER.read_text(encoding="ascii"), "\nload(br'''\n", *pages, "''')\n"])


def main(argv: "list[str]") -> int:
    if argv == ["generate"]:
        with open(SINGLE_FILE, "w", encoding="ascii", newline="\n") as file:
            file.write(render())
        SINGLE_FILE.chmod(0o755)
        return 0
    if argv == ["verify"]:
        current = SINGLE_FILE.read_text(encoding="ascii") if SINGLE_FILE.exists() else ""
        wanted = render()
        sys.stdout.writelines(
            difflib.unified_diff(
                current.splitlines(True), wanted.splitlines(True), str(SINGLE_FILE), "generated"
            )
        )
        return int(current != wanted or not SINGLE_FILE.stat().st_mode & 0o111)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
