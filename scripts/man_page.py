"""tplink-exec.1 from the tables, in the man macros: what is safe in groff and mandoc."""

import re
import textwrap

from command_line import FILES, FOLDERS, HOSTS, Command, Mode, Option

from tplink_exec.cli.usage import EXIT_CODES
from tplink_exec.commands.table import rows
from tplink_exec.version import VERSION

ESCAPES = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def man_page(template: str, commands: "list[Command]", modes: "list[Mode]") -> str:
    parts = {
        "VERSION": roff(VERSION),
        "USAGE": "\n".join(".HP\n.B tplink\\-exec\n" + usage(mode) for mode in modes),
        "COMMANDS": "".join(map(command, commands)),
        "OPTIONS": "".join(map(option, modes[0].options)),
        "DIALECT": "".join(map(option, modes[1].options)),
        "SUBCOMMANDS": "".join(map(subcommand, modes[2:])),
        "EXIT_STATUS": "".join(
            entry(bold(code), roff(text)) for code, (text,) in rows(EXIT_CODES).items()
        ),
    }
    for name, part in parts.items():
        template = template.replace("@%s@" % name, part.rstrip("\n"))
    return template


def roff(text: str) -> str:
    """As it is, whatever is in it, within a line; `code` in bold."""
    code = False
    escaped = ""
    for character in text:
        if character == "`" and text.count("`") % 2 == 0:
            code = not code
            escaped += "\\fB" if code else "\\fR"
        elif ord(character) > 126:
            escaped += "\\[u%04X]" % ord(character)
        else:
            escaped += ESCAPES.get(character, character)
    return escaped


def bold(text: str) -> str:
    return "\\fB%s\\fR" % roff(text)


def usage(mode: Mode) -> str:
    """Its arguments: what is to be typed in bold, what stands for something in italics."""
    name = "" if mode.name in ("main", "dialect") else bold(mode.name) + " "
    return (name + syntax(mode.arguments)).rstrip()


def syntax(text: str) -> str:
    """[--model M]...: words in capitals are italic, options and other words bold."""
    parts = re.split(r"([^\s\[\]()|.]+(?:\.\d+)?)", text)
    words = [typed(part) if number % 2 else roff(part) for number, part in enumerate(parts)]
    return "".join(words)


def typed(word: str) -> str:
    font = "I" if re.fullmatch("[:#]?[A-Z][A-Z_0-9,:]*", word) else "B"
    return "\\f%s%s\\fR" % (font, roff(word))


def entry(tag: str, text: str) -> str:
    """A tag begins with its font, a line of text may begin with what looks like a request."""
    lines = textwrap.wrap(text, 78, break_long_words=False, break_on_hyphens=False)
    lines = ["\\&" + line if line[:1] == "." else line for line in lines]
    return ".TP\n%s\n%s\n" % (tag, "\n".join(lines) or "\\&")


def command(row: Command) -> str:
    takes = " " + syntax(row.takes) if row.takes else ""
    text = roff(row.does)
    if row.prints != "nothing":
        text += "; prints " + roff(row.prints)
    return entry(bold(row.name) + takes, text)


def option(row: Option) -> str:
    takes = " \\fI%s\\fR" % roff(row.takes) if row.takes else ""
    text = roff(row.does)
    shown = row.takes + " " + row.does
    known = [value for value in row.values if value not in (FILES, FOLDERS, HOSTS)]
    if any(not re.search(r"(?<!\w)%s(?!\w)" % re.escape(value), shown) for value in known):
        text += ("; " if text else "") + "one of " + ", ".join(map(bold, known))
    return entry(", ".join(map(bold, row.names)) + takes, text)


def subcommand(mode: Mode) -> str:
    options = "".join(option(row) for row in mode.options if "--help" not in row.names)
    inner = ".RS\n%s.RE\n" % options if options else ""
    return entry(bold(mode.name), roff(mode.does)) + inner
