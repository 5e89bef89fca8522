"""The man page and the shells' completions, in scripts/man and scripts/completions.

What is not in the tables is in the files *.in beside them, with the rest at the @WORDS@.
"""

import re
import textwrap
from pathlib import Path

import command_line
from command_line import FILES, FOLDERS, HOSTS, ROOT, Command, Mode, Option
from man_page import man_page

COMPLETIONS = ROOT / "scripts" / "completions"
MAN = ROOT / "scripts" / "man"
ZSH_ACTIONS = {FILES: "_files", FOLDERS: "_files -/", HOSTS: "_hosts"}
FISH_ACTIONS = {
    FILES: "(__fish_complete_path)",
    FOLDERS: "(__fish_complete_directories)",
    HOSTS: "(__fish_print_hostnames)",
}


def fill(template: Path, parts: "dict[str, str]") -> str:
    """The template with each @WORD@ replaced; parts of several lines are indented as it is."""
    text = template.read_text(encoding="ascii")
    for name, part in parts.items():
        mark = "@%s@" % name
        for indent in re.findall(r"(?m)^( *)%s$" % mark, text):
            lines = [(indent + line).rstrip() for line in part.splitlines()]
            # A case or array may have nothing in it, a continued line may not.
            text = text.replace(indent + mark + "\n", "".join(line + "\n" for line in lines))
        text = text.replace(mark, part)
    return text


def brief(text: str) -> str:
    """A table's text for a menu: without Markdown, and not too long."""
    return textwrap.shorten(text.replace("`", ""), 90, placeholder=" ...")


def named(commands: "list[Command]") -> "list[Command]":
    """Those whose name is the word to write, unlike 0..100 and H,S,B."""
    return [command for command in commands if re.fullmatch("[a-z_-]+", command.name)]


def quoted(text: str) -> str:
    """For bash and zsh."""
    return "'%s'" % text.replace("'", "'\\''")


# bash


def bash(commands: "list[Command]", modes: "list[Mode]") -> str:
    names = " ".join(mode.name for mode in modes[2:])
    with_value = [(mode, option) for mode in modes for option in mode.options if option.takes]
    parts = {
        "VALUES": "\n".join(
            '%s) values="%s" ;;'
            % (
                " | ".join('"%s %s"' % (mode.name, name) for name in option.names),
                " ".join(option.values),
            )
            for mode, option in with_value
        ),
        "FLAGS": "\n".join(
            '%s) flags="%s" ;;'
            % (mode.name, " ".join(name for option in mode.options for name in option.names))
            for mode in modes
        ),
        "WORDS": "\n".join(
            '"%s "*) values="%s" ;;' % (mode.name, " ".join(mode.words))
            for mode in modes
            if mode.words
        ),
        "COMMAND_VALUES": "\n".join(
            '%s) values="%s" ;;' % (command.name, " ".join(command.values))
            for command in commands
            if command.values
        ),
        "COMMANDS": " ".join(command.name for command in named(commands)),
        "SUBCOMMANDS": names,
        "SUBCOMMAND_PATTERN": names.replace(" ", " | "),
    }
    return fill(COMPLETIONS / "bash.in", parts)


# zsh


def zsh(commands: "list[Command]", modes: "list[Mode]") -> str:
    cases = []
    for mode in modes[2:]:
        words = ["'*: :%s'" % ZSH_ACTIONS[word] for word in mode.words[:1]] or ["'*: : '"]
        lines = ["    " + line + " \\" for line in [*zsh_options(mode), *words]]
        head = "  shift words\n  (( CURRENT-- ))\n  _arguments : \\\n"
        cases.append(
            "%s)\n%s%s\n    && ret=0\n  return ret\n  ;;" % (mode.name, head, "\n".join(lines))
        )
    parts = {
        "SUBCOMMAND_CASES": "\n".join(cases),
        "MAIN_OPTIONS": "\n".join(line + " \\" for line in zsh_options(modes[0])),
        "DIALECT_OPTIONS": "\n".join(line + " \\" for line in zsh_options(modes[1])),
        "SUBCOMMANDS": "\n".join(zsh_entry(mode.name, mode.does) for mode in modes[2:]),
        "COMMANDS": "\n".join(zsh_entry(command.name, command.does) for command in named(commands)),
        "COMMAND_VALUES": "\n".join(
            "%s) _wanted values expl VALUE compadd - %s && ret=0 ;;"
            % (command.name, " ".join(command.values))
            for command in commands
            if command.values
        ),
    }
    return fill(COMPLETIONS / "zsh.in", parts)


def zsh_entry(name: str, text: str) -> str:
    """For _describe."""
    return quoted("%s:%s" % (name, brief(text).replace("\\", "\\\\")))


def zsh_options(mode: Mode) -> "list[str]":
    """For _arguments."""
    return [spec for option in mode.options for spec in zsh_specs(option)]


def zsh_specs(option: Option) -> "list[str]":
    text = "[%s]" % re.sub(r"([\\\[\]:])", r"\\\1", brief(option.does)) if option.does else ""
    value = ""
    if option.takes:
        action = "(%s)" % " ".join(option.values) if option.values else " "
        action = ZSH_ACTIONS.get("".join(option.values), action)
        value = ":%s:%s" % (option.takes.replace(":", "\\:"), action)
    others = "*" if option.repeats else ""
    if len(option.names) > 1 and not option.repeats:
        others = "(%s)" % " ".join(option.names)
    specs = []
    for name in option.names:
        end = "" if not option.takes else "=" if name.startswith("--") else "+"
        specs.append(quoted(others + name + end + text + value))
    return specs


# fish


def fish(commands: "list[Command]", modes: "list[Mode]") -> str:
    names = [mode.name for mode in modes[2:]]
    lines = [fish_line("main 0", "-a %s" % mode.name, mode.does) for mode in modes[2:]]
    lines += [
        fish_line("main 2", "-a %s" % command.name, command.does) for command in named(commands)
    ]
    for command in commands:
        for value in command.values:
            lines.append(fish_line("main 3 %s" % command.name, "-a %s" % value, "VALUE"))
    for mode in modes:
        lines += [
            fish_line(mode.name, "-a " + fish_quoted(FISH_ACTIONS[w]), "") for w in mode.words
        ]
        lines += [fish_line(mode.name, fish_option(option), option.does) for option in mode.options]
    with_value = [
        "%s %s" % (mode.name, name)
        for mode in modes
        for option in mode.options
        for name in option.names
        if option.takes
    ]
    parts = {
        "SUBCOMMAND_NAMES": " ".join(names),
        "WITH_VALUE": " ".join(map(fish_quoted, with_value)),
        "COMPLETE": "\n".join(lines),
    }
    return fill(COMPLETIONS / "fish.in", parts)


def fish_option(option: Option) -> str:
    words = [
        "-l " + name[2:] if name.startswith("--") else "-s " + name[1:] for name in option.names
    ]
    if option.takes:
        words.append("-x")
    if option.values:
        action = FISH_ACTIONS.get("".join(option.values), " ".join(option.values))
        words.append("-a " + fish_quoted(action))
    return " ".join(words)


def fish_line(condition: str, what: str, text: str) -> str:
    line = "complete -c tplink-exec -n '__tplink_exec_at %s' %s" % (condition, what)
    return line + (" -d " + fish_quoted(brief(text)) if text else "")


def fish_quoted(text: str) -> str:
    return "'%s'" % text.replace("\\", "\\\\").replace("'", "\\'")


def render() -> "dict[Path, str]":
    commands = command_line.commands()
    modes = [command_line.main(), command_line.dialect(), *command_line.subcommands()]
    return {
        COMPLETIONS / "tplink-exec.bash": bash(commands, modes),
        COMPLETIONS / "_tplink-exec": zsh(commands, modes),
        COMPLETIONS / "tplink-exec.fish": fish(commands, modes),
        MAN / "tplink-exec.1": man_page(
            (MAN / "man.in").read_text(encoding="ascii"), commands, modes
        ),
    }
