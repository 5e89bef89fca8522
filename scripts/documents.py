"""The tables of README.md and docs/*.md that the code has: what stands between their marks.

<!-- commands -->        the name of the table, alone on a line
| COMMAND | does | ...
<!-- end -->
"""

import re

from command_line import ROOT

from tplink_exec.cli.usage import EXIT_CODES
from tplink_exec.commands.table import COMMANDS, OPTIONS, SUBCOMMANDS, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

MARKS = re.compile(r"(?ms)^<!-- (\w[\w ]*) -->\n(.*?)^<!-- end -->\n")


def table(head: str, cells: "list[list[str]]") -> str:
    """A Markdown table; `head` and each row have the same number of cells."""
    heads = head.split(" | ")
    lines = [heads, ["---"] * len(heads), *cells]
    return "".join("| %s |\n" % " | ".join(line) for line in lines)


def code(text: str) -> str:
    return "`%s`" % text if text else ""


def tables() -> "dict[str, str]":
    """By the name that a document calls them."""
    commands = [
        [("%s %s" % (name, takes)).strip(), does, prints]
        for name, (takes, _, does, prints) in rows(COMMANDS).items()
    ]
    return {
        "commands": table("COMMAND | does | prints", commands),
        # Without those that hand the device's JSON through, and second names.
        "main commands": table(
            "COMMAND | does | prints",
            [row for row in commands if "JSON" not in row[2] and "the same as" not in row[1]],
        ),
        "options": table(
            "option | does",
            [
                [code(("%s %s" % (name, takes)).strip()), does]
                for name, (takes, does) in rows(OPTIONS).items()
            ],
        ),
        "subcommands": table(
            "subcommand | arguments | does",
            [[name, code(words), does] for name, (_, words, does) in rows(SUBCOMMANDS).items()],
        ),
        "exit codes": table(
            "code | meaning", [[code, text] for code, (text,) in rows(EXIT_CODES).items()]
        ),
    }


def render() -> "dict[Path, str]":
    known = tables()

    def filled(found: "re.Match[str]") -> str:
        if found[1] not in known:
            raise SystemExit("no table is called %s; there are: %s" % (found[1], ", ".join(known)))
        return "<!-- %s -->\n%s<!-- end -->\n" % (found[1], known[found[1]])

    texts = {}
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        texts[path] = MARKS.sub(filled, path.read_text(encoding="utf-8"))
    return texts
