"""The README and HOW-IT-WORKS.md: commands are run, and tables are compared with the code."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from tests.support import ROOT, SINGLE_FILE, START, needs_first_line, simulated
from tplink_exec.cli.usage import EXIT_CODES
from tplink_exec.commands.table import COMMANDS, OPTIONS, SUBCOMMANDS, rows

README = (ROOT / "README.md").read_text(encoding="utf-8")
HOW_IT_WORKS = (ROOT / "HOW-IT-WORKS.md").read_text(encoding="utf-8")

DEVICES = {"192.168.1.2": "HS110", "192.168.1.3": "HS300", "192.168.1.4": "LB130"}
"""What the README says is at these addresses."""


def table_after(heading):
    """The rows, as lists of cells, of the table whose head begins with `heading`."""
    lines = README[README.index("\n| " + heading) + 1 :].splitlines()
    table = []
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def blocks(language, text=README):
    return re.findall(r"(?ms)^```%s\n(.*?)^```$" % language, text)


class Tables(unittest.TestCase):
    def test_commands(self):
        wanted = [
            [("%s %s" % (name, takes)).strip(), does, prints]
            for name, (takes, _, does, prints) in rows(COMMANDS).items()
        ]
        self.assertEqual(table_after("COMMAND |"), wanted)

    def test_options(self):
        wanted = [
            [("%s %s" % (n, takes)).strip(), does] for n, (takes, does) in rows(OPTIONS).items()
        ]
        self.assertEqual(
            [[name.strip("`"), does] for name, does in table_after("option |")], wanted
        )

    def test_subcommands(self):
        wanted = [[name, words, does] for name, (_, words, does) in rows(SUBCOMMANDS).items()]
        found = [
            [name, words.strip("`"), does] for name, words, does in table_after("subcommand |")
        ]
        self.assertEqual(found, wanted)

    def test_exit_codes(self):
        wanted = [[code, text] for code, (text,) in rows(EXIT_CODES).items()]
        self.assertEqual(table_after("code | meaning")[: len(wanted)], wanted)


@needs_first_line
class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        os.symlink(SINGLE_FILE, os.path.join(self.folder, "tplink-exec"))
        self.path = self.folder + os.pathsep + os.environ["PATH"]

    def shell(self, command):
        done = subprocess.run(
            ["sh", "-c", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=str(ROOT),
            env={**os.environ, "PATH": self.path},
            timeout=30,
        )
        return done.stdout.decode()

    def test_every_command_with_a_prompt_prints_what_follows_it(self):
        with contextlib.ExitStack() as stack:
            real = {}
            for address, model in DEVICES.items():
                device = stack.enter_context(simulated(model))
                real[address + " 9999"] = "%s %d" % (device.host, device.port)
                real["-t " + address] = "-t %s -p %d" % (device.host, device.port)
            count = 0
            for block in blocks("console") + blocks("console", HOW_IT_WORKS):
                for command, output in re.findall(r"(?m)^\$ (.*)\n((?:(?!\$ ).*\n)*)", block):
                    count += 1
                    with self.subTest(command):
                        line = command
                        for place in real:
                            line = line.replace(place, real[place])
                        self.assertEqual(self.shell(line), output)
        self.assertGreater(count, 25)

    def test_the_first_screen(self):
        first = README[: README.index("## ")]
        for text in ("./scripts/tplink-exec demo", "python3 -m unittest", "Thing exec:command"):
            self.assertIn(text, first)
        self.assertLess(first.count("\n"), 50)
        self.assertIn("relay_state", self.shell("./scripts/tplink-exec demo"))

    def test_the_thing_is_one_of_the_examples(self):
        thing = re.search(r"(?ms)^(Thing .*?^\])$", README).group(1)
        self.assertIn(thing, (ROOT / "openhab-examples/things/plug.things").read_text())

    def test_python_elsewhere(self):
        copy = os.path.join(self.folder, "copy")
        shutil.copy(SINGLE_FILE, copy)
        sed = next(line for line in "".join(blocks("sh")).splitlines() if line.startswith("sed"))
        python = os.path.join(self.folder, "python3")
        os.symlink(
            shutil.which("python3", path="/usr/bin") or os.path.realpath("/usr/bin/python3"), python
        )
        sed = sed.replace("/usr/local/bin/python3", python).replace(" tplink-exec", " " + copy)
        self.assertEqual(self.shell(sed), "")
        with open(copy) as file:
            self.assertEqual(file.readline(), "#!%s %s\n" % (python, START))
        self.assertIn("tplink-exec 0.", self.shell(copy + " --version"))
        self.assertIn("tplink-exec 0.", self.shell("sh scripts/tplink-exec --version"))

    def test_the_python_example(self):
        namespace = {}
        block = blocks("python")[0]
        exec(block, namespace)
        for expression, result in re.findall(r"(?m)^(cipher\..*\))  # (b'.*')$", block):
            self.assertEqual(eval(expression, namespace), eval(result))

    def test_links_point_to_files(self):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", README + HOW_IT_WORKS):
            self.assertTrue((ROOT / target).exists(), target)

    def test_links_point_to_headings(self):
        headings = re.findall("(?m)^#+ (.*)", README)
        names = {re.sub("[^a-z0-9 -]", "", line.lower()).replace(" ", "-") for line in headings}
        for target in re.findall(r"\]\((?:README\.md)?#([^)]+)\)", README + HOW_IT_WORKS):
            self.assertIn(target, names)

    def test_paths_in_copied_commands_exist(self):
        pattern = r"(?m)^(?:sudo )?(?:cp|install(?: -D)? -m \d+) (scripts/\S+)"
        copied = re.findall(pattern, "".join(blocks("sh")))
        self.assertGreater(len(copied), 6)
        for path in copied:
            self.assertTrue((ROOT / path).exists(), path)


if __name__ == "__main__":
    unittest.main()
