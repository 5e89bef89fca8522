"""The man page and the completions: current, and at work in the programs that they are for."""

import os
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from tests.support import ROOT, run
from tests.test_generate import copy_of_the_tree
from tplink_exec.cli.usage import EXIT_CODES
from tplink_exec.commands.requests import REQUESTS
from tplink_exec.commands.table import COMMANDS, OPTIONS, SUBCOMMANDS, rows
from tplink_exec.simulator.models import MODELS
from tplink_exec.simulator.smart_models import SMART_MODELS

MAN = "scripts/man/tplink-exec.1"
COMPLETIONS = ROOT / "scripts" / "completions"
NAMED = [name for name in rows(COMMANDS) if name not in ("0..100", "H,S,B")]


def starting(start, words):
    return {word for word in words if word.startswith(start)}


CASES = {
    "d": starting("d", rows(SUBCOMMANDS)),
    "192.0.2.1 ": {"9999"},
    "192.0.2.1 9999 ": set(NAMED),
    "192.0.2.1 9999 t": starting("t", NAMED),
    "192.0.2.1 9999 led ": {"on", "off"},
    "192.0.2.1 --child 2 9999 led of": {"off"},
    "192.0.2.1 9999 alias o": set(),
    "--timeout 4 192.0.2.1 --transport=xor 9999 le": starting("le", NAMED),
    "192.0.2.1 9999 on --print-s": {"--print-state"},
    "192.0.2.1 9999 on --transport ": {"auto", "xor", "http", "klap", "aes", "tpap"},
    "192.0.2.1 --transport k": {"klap"},
    "192.0.2.1 9999 on --transport=": {"auto", "xor", "http", "klap", "aes", "tpap"},
    "--transport=x": {"xor"},
    "192.0.2.1 9999 --timeout ": set(),
    "encode --r": {"--raw"},
    "decode --u": {"--udp"},
    "simulate --model K": starting("K", [*MODELS, *SMART_MODELS]),
    "simulate --model HS100 --klap ": {"1", "2"},
    "simulate --fault dri": {"dribble"},
    "simulate 9999 of": {"off"},
    "-t 192.0.2.1 -c le": starting("le", rows(REQUESTS)),
    "-q --target 192.0.2.1 --comma": {"--command"},
}
"""The line after the program's name, and all that can be next (but for names of hosts)."""

MORE_CASES = {
    "ex": {"extra"},
    "extra --lo": {"--local-port"},
    "extra -l 1 --pick a x --pick ": {"a", "b"},
    "192.0.2.1 9999 sce": {"scene"},
    "192.0.2.1 9999 scene da": {"day"},
    "192.0.2.1 9999 scene ": {"day", "night", "off"},
}
"""With the rows of test_another_subcommand_and_command."""

BASH = r"""
. "$1"; shift
COMP_WORDBREAKS=${BREAKS-$' \t\n"\'><=;|&(:'} HOSTFILE=$PWD/hosts
COMP_WORDS=(tplink-exec "$@") COMP_CWORD=$#
[[ $(complete -p tplink-exec) == *-F\ * ]] || exit 9
_tplink_exec || exit 8
printf '%s\n' "${COMPREPLY[@]}"
"""

NASTY = "it's \"so\", `a` $(b) [c] \\d: e; 100 %% ^ ~ * .f 'g'"
EXTRA = """
from .cli.arguments import Parser

def extra(argv):
    parser = Parser("extra")
    parser.add_argument("-l", "--local-port", metavar="P", help=NASTY)
    parser.add_argument("--token-file", metavar="F", help=".dot " * 40)
    parser.add_argument("--output", metavar="DIR")
    parser.add_argument("--pick", action="append", choices={"b", "a"}, help="...leading dots")
    parser.add_argument("host", metavar="HOST", nargs="*")
    parser.parse_args(argv)
    raise SystemExit("not to be run")
"""


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="tplink exec "))
        self.addCleanup(shutil.rmtree, self.folder)

    def work(self, name, text=""):
        path = Path(self.folder, name)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def bash(self, *words, script=COMPLETIONS / "tplink-exec.bash", **environment):
        """What bash offers for the last of the words, cut as bash cuts them."""
        argv = ["bash", "--norc", "-u", self.work("bash", BASH), str(script), *words]
        result = run(argv, cwd=self.folder, env={"PATH": os.environ["PATH"], **environment})
        self.assertEqual((result.code, result.err), (0, b""), words)
        return set(result.out.decode().splitlines()) - {""}

    def bash_lines(self, lines, script=COMPLETIONS / "tplink-exec.bash"):
        """(line, what bash offers for it)."""
        for line in lines:
            words = line.replace("=", " = ").split(" ")  # bash cuts there, too
            if line.endswith("="):
                words.pop()
            yield line, self.bash(*words, script=script)

    def fish_lines(self, lines, script=COMPLETIONS / "tplink-exec.fish"):
        code = "source $argv[1]; for line in $argv[2..-1]; echo = $line; complete -C $line; end"
        argv = ["fish", "-c", code, str(script), *("tplink-exec " + line for line in lines)]
        home = {"HOME": self.folder, "XDG_CONFIG_HOME": self.folder, "XDG_DATA_HOME": self.folder}
        result = run(argv, env={**os.environ, **home})
        self.assertEqual((result.code, result.err), (0, b""))
        parts = re.split("(?m)^= tplink-exec (.*)\n", result.out.decode())[1:]
        for line, offered in zip(parts[::2], parts[1::2]):
            words = {text.split("\t")[0] for text in offered.splitlines()}
            yield line, {word.partition("=")[2] or word for word in words}

    def zsh_lines(self, lines, script=COMPLETIONS / "_tplink-exec"):
        argv = ["zsh", "-f", str(ROOT / "tests" / "complete.zsh"), str(script.parent)]
        argv += ["tplink-exec " + line for line in lines]
        result = run(argv, env={**os.environ, "HOME": self.folder, "TERM": "dumb"})
        if result.code == 9:
            self.skipTest("this zsh has no zpty")
        self.assertEqual((result.code, result.err), (0, b""), result.out)
        hits = [hit.split(" ", 2)[1:] for hit in result.out.decode().splitlines()]
        for number, line in enumerate(lines, 1):
            yield line, {word for at, word in hits if at == str(number)}

    def offers(self, found, cases):
        """`found` is what one of the three above gives."""
        found = dict(found)
        for line, wanted in cases.items():
            self.assertEqual(found[line], wanted, line)


class Generated(Folder):
    def test_another_subcommand_and_command(self):
        """Generated again, and checked, with rows that are not there today."""
        copy_of_the_tree(self.folder)
        package = Path(self.folder, "tplink_exec")
        (package / "extra.py").write_text(EXTRA.replace("NASTY", repr(NASTY)))
        tables = (package / "commands" / "table.py").read_text()
        row = "extra | extra.extra | [-l P] [--pick a or b]... HOST... | .does %s" % NASTY
        tables = tables.replace('\nSUBCOMMANDS = """\n', '\nSUBCOMMANDS = r"""\n%s\n' % row)
        row = "scene | day, night or off | fields.led | %s | nothing" % NASTY
        tables = tables.replace('\nCOMMANDS = """\n', '\nCOMMANDS = r"""\n%s\n' % row)
        (package / "commands" / "table.py").write_text(tables)
        result = run([sys.executable, "scripts/generate.py"], cwd=self.folder)
        self.assertEqual((result.code, result.err), (0, b""))
        self.check_syntax(Path(self.folder, "scripts", "completions"))
        self.check_page(Path(self.folder, MAN))
        folder = Path(self.folder, "scripts", "completions")
        if shutil.which("bash"):
            self.offers(self.bash_lines(MORE_CASES, folder / "tplink-exec.bash"), MORE_CASES)
            self.check_bash(folder / "tplink-exec.bash")
        if shutil.which("fish"):
            self.offers(self.fish_lines(MORE_CASES, folder / "tplink-exec.fish"), MORE_CASES)
        if shutil.which("zsh"):
            self.offers(self.zsh_lines(MORE_CASES, folder / "_tplink-exec"), MORE_CASES)

    def check_syntax(self, folder):
        for argv in (
            ["bash", "-n", str(folder / "tplink-exec.bash")],
            ["zsh", "-n", str(folder / "_tplink-exec")],
            ["fish", "--no-execute", str(folder / "tplink-exec.fish")],
        ):
            if shutil.which(argv[0]):
                result = run(argv, env={**os.environ, "HOME": self.folder})
                self.assertEqual((result.code, result.out, result.err), (0, b"", b""), argv)

    def check_page(self, path):
        for argv in (["groff", "-man", "-ww", "-Tascii", "-P-cbou"], ["mandoc", "-T", "ascii"]):
            if not shutil.which(argv[0]):
                continue
            result = run([*argv, str(path)])
            self.assertEqual(result.err, b"")
            text = " ".join(re.sub(".\b", "", result.out.decode()).split())
            self.assertIn("[-l P] [--pick a or b]... HOST...", text)
            self.assertIn("extra .does it's \"so\", a $(b) [c] \\d: e; 100 %% ^ ~ * .f 'g'", text)
            self.assertIn('-l, --local-port P it\'s "so", a $(b) [c] \\d: e; 100 % ^', text)
            self.assertIn("--pick PICK ...leading dots; one of a, b", text)
            self.assertEqual(text.count(" .dot"), 40)

    def check_bash(self, script):
        self.work("hosts", "192.0.2.9 lamp.example\n")
        self.work("a file")
        os.mkdir(os.path.join(self.folder, "a folder"))
        for words, wanted in (
            (("extra", "-l", "1", "la"), {"lamp.example"}),
            (("extra", "--token-file", "a"), {"a file", "a folder"}),
            (("extra", "--output", "a"), {"a folder"}),
        ):
            self.assertEqual(self.bash(*words, script=script), wanted, words)


class Page(unittest.TestCase):
    def test_it_is_ascii_and_holds_no_stray_request(self):
        text = (ROOT / MAN).read_bytes().decode("ascii")
        requests = {line.split()[0] for line in text.splitlines() if line[:1] in (".", "'")}
        wanted = {'.\\"', ".TH", ".nh", ".ad", ".SH", ".HP", ".B", ".I", ".BR", ".IR", ".BI"}
        wanted |= {".PP", ".TP", ".RS", ".RE", ".nf", ".fi"}
        self.assertLessEqual(requests, wanted)

    def test_it_names_the_environment_that_is_read(self):
        text = (ROOT / MAN).read_text().replace("\\-", "-")
        sources = "".join(path.read_text() for path in ROOT.glob("tplink_exec/**/*.py"))
        pattern = r"TPLINK_EXEC_[A-Z]+|(?:~/\.config|/etc)/tplink-exec/\w+(?:\.\w+)?"
        text = text.replace("\\(ti", "~")
        self.assertEqual(
            set(re.findall(pattern, text)),
            set(re.findall(pattern, sources)),
            "ENVIRONMENT and FILES are in scripts/man/man.in",
        )

    @unittest.skipUnless(shutil.which("man"), "no man")
    def test_man_has_nothing_to_warn_of(self):
        result = run(["man", "--warnings", "-E", "ascii", "-l", MAN])
        if b"nrecognized option" in result.err or b"invalid option" in result.err:
            self.skipTest("this man is not man-db")
        self.assertEqual((result.code, result.err), (0, b""))
        self.check(result.out.decode())

    @unittest.skipUnless(shutil.which("groff"), "no groff")
    def test_groff_has_nothing_to_warn_of(self):
        result = run(["groff", "-man", "-ww", "-Tascii", "-P-cbou", MAN])
        self.assertEqual((result.code, result.err), (0, b""))
        self.check(result.out.decode())

    @unittest.skipUnless(shutil.which("mandoc"), "no mandoc")
    def test_mandoc_has_nothing_to_warn_of(self):
        lines = run(["mandoc", "-T", "lint", MAN]).out.decode().splitlines()
        # A date would be one of generating it, and never current.
        self.assertEqual([line for line in lines if "missing date" not in line], [])
        self.check(re.sub(".\b", "", run(["mandoc", "-T", "ascii", MAN]).out.decode()))

    def check(self, shown):
        """Every row of the tables, in their order."""
        words = " ".join(shown.split())
        at = words.index(" COMMANDS ")
        entries = []
        for name, (takes, _, does, prints) in rows(COMMANDS).items():
            text = does if prints == "nothing" else "%s; prints %s" % (does, prints)
            entries.append(("%s %s" % (name, takes), text))
        entries += [("%s %s" % (n, row[0]), row[1]) for n, row in rows(OPTIONS).items()]
        entries += [(name, row[2]) for name, row in rows(SUBCOMMANDS).items()]
        entries += [(code, text) for code, (text,) in rows(EXIT_CODES).items()]
        for tag, text in entries:
            wanted = " ".join((tag + " " + text.replace("`", "")).split())
            self.assertIn(wanted, words[at:])
            at = words.index(wanted, at)
        for name, (_, arguments, _) in rows(SUBCOMMANDS).items():
            self.assertIn(("tplink-exec %s %s" % (name, arguments)).strip(), words)


@unittest.skipUnless(shutil.which("bash"), "no bash")
class Bash(Folder):
    def test_syntax(self):
        result = run(["bash", "-n", str(COMPLETIONS / "tplink-exec.bash")])
        self.assertEqual((result.code, result.err), (0, b""))

    def test_what_it_offers(self):
        self.offers(self.bash_lines(CASES), CASES)

    def test_every_command_option_and_subcommand(self):
        for name in NAMED:
            self.assertIn(name, self.bash("192.0.2.1", "9999", name))
        self.assertEqual(self.bash("192.0.2.1", "9999", "--"), self.bash("--"))
        self.assertEqual(self.bash("--"), set(rows(OPTIONS)))
        for name in rows(SUBCOMMANDS):
            self.assertIn(name, self.bash(name))
            self.assertIn("--help", self.bash(name, "--"))

    def test_when_no_word_is_left_the_options(self):
        self.assertGreater(self.bash("192.0.2.1", "9999", "on", ""), set(rows(OPTIONS)))

    def test_addresses_with_colons_that_bash_cuts(self):
        for host in (("::", "1"), ("fe80", "::", "1"), "50 : C7 : BF : 00 : 00 : 01".split()):
            self.assertEqual(self.bash(*host, "9999", "of"), {"off"}, host)
        self.assertEqual(self.bash("-t", "::", "1", "-c", "of"), {"off"})

    def test_where_bash_does_not_cut_at_the_equals_sign(self):
        self.assertEqual(self.bash("--transport=x", BREAKS=" "), {"--transport=xor"})

    def test_hosts(self):
        self.work("hosts", "192.0.2.9 lamp.example\n")
        self.assertEqual(self.bash("la"), {"lamp.example"})
        self.assertEqual(self.bash("-q", "-t", "la"), {"lamp.example"})
        self.assertEqual(self.bash(""), {"lamp.example", *rows(SUBCOMMANDS)})


@unittest.skipUnless(shutil.which("fish"), "no fish")
class Fish(Folder):
    def test_what_it_offers(self):
        self.offers(self.fish_lines(CASES), CASES)


@unittest.skipUnless(shutil.which("zsh"), "no zsh")
class Zsh(Folder):
    def test_what_it_offers(self):
        self.offers(self.zsh_lines(CASES), CASES)


if __name__ == "__main__":
    unittest.main()
