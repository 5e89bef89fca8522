"""scripts/tplink-exec, the whole program as one plain-text executable file.

It holds the modules' source verbatim: only what a call imports is compiled, and the rest costs
next to nothing (CONTRIBUTING.md has the figures).
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tplink_exec"
SINGLE_FILE = ROOT / "scripts" / "tplink-exec"
LOADER = ROOT / "scripts" / "single_file_loader.in"
ISOLATE = ROOT / "scripts" / "single_file_isolate.in"
HOT = ("cipher", "scanner", "messages", "plain")
"""First in the file, so that they are found at once."""


def render() -> "dict[Path, str]":
    """Its text: how it starts, the loader, then a page for each module of the package."""
    sources = {"isolate": ISOLATE}
    for path in sorted(PACKAGE.rglob("*.py"), key=lambda path: (path.stem not in HOT, path)):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if path.stem != "__init__":  # which has nothing that the program needs
            sources[name] = path
    pages = [LOADER.read_text(encoding="ascii")]
    for name, path in sources.items():
        text = path.read_text(encoding="ascii")  # so that old Pythons can read it too
        if "\f" in text:
            raise SystemExit("%s: a form feed cannot stand in the single file" % name)
        pages.append("# %s\n%s" % (name, commented(text)))
    return {SINGLE_FILE: "\f".join([*pages, "#end\n"])}


def commented(text: str) -> str:
    """Each line that has something in it after a #."""
    return "".join("#" + line if line.strip("\n") else line for line in text.splitlines(True))
