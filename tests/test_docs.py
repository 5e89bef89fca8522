"""README.md and docs/: every command line is run, tables are compared with the code, links checked.

A page's command lines are run in their order, as a reader would do it: 192.168.1.2 to .5 are
simulated devices. What follows a `$ ` in a console block must be printed; a line of an sh block
must end with exit code 0, or be one of ELSEWHERE.
"""

import contextlib
import http.client
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
from subprocess import DEVNULL

from tests.forked import Forked
from tests.house import network, placed
from tests.proxy.test_outlets import FIELDS
from tests.support import ROOT, SINGLE_FILE, START, call, needs_first_line
from tplink_exec.cli.usage import EXIT_CODES
from tplink_exec.commands.table import COMMANDS, OPTIONS, SUBCOMMANDS, rows
from tplink_exec.proxy.proxy import PATHS
from tplink_exec.simulator.models import MODELS
from tplink_exec.simulator.smart_models import SMART_MODELS

README = ROOT / "README.md"
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in [README, *sorted((ROOT / "docs").glob("*.md"))]
}
DEVICES = {2: ("HS110", "Living room"), 3: ("HS300", "Desk"), 4: ("LB130", "Ceiling")}
"""Model and alias by the last number of the address."""
NOT_FOUND = {5: ("KL430", "Shelf")}
"""One more, which no page's `discover` finds."""

ELSEWHERE = (
    ("python3 -m unittest", "this is it"),
    ("./scripts/tplink-exec demo", "tests/simulator/test_simulator.py"),
    ("mosquitto_", "tests/interop/mosquitto.py"),
    ("tplink-exec watch 192.168.1.2 | mosquitto_pub", "tests/interop/mosquitto.py"),
    ("sudo tshark", "tests/interop/tshark.py"),
    ("tshark", "tests/interop/tshark.py"),
    ("    perl", "tests/interop/tshark.py"),
    ("python3 -m venv ", "needs PyPI; .ci/run installs the wheel"),
    ("~/tplink-exec-venv/", "the same"),
    ("pipx ", "the same"),
    ("python3 tests/interop/", "needs package registries"),
    ("sudo systemctl ", "needs systemd; tests/interop/callers.py looks at the units"),
    ("sudo ln -s ", "tests/interop/containers.py"),
    ("python3 scripts/package.py deb", "tests/interop/deb.py"),
    ("sudo apt install ./dist", "the same"),
    ("sudo systemctl enable --now tplink-exec-", "the services of that package"),
    ("command -v python3 ||", "in a container of openHAB"),
    ("tplink-exec 192.168.1.7 ", "a KS240, by KLAP; tests/devices/test_smart_strips.py"),
    ("curl -N ", "a stream; tests/proxy/test_events.py"),
    ("tplink-exec 192.168.0.1 ", "a new device's own Wi-Fi; tests/commands/test_requests.py"),
)
"""How lines of sh blocks begin that are not run here, and where they are, or why not."""

LONG = ("simulate", "proxy", "watch")
"""Subcommands that run until they are stopped. A new one takes the place of the one before."""


def blocks(text, *languages):
    """(language, code) of each fenced block in one of the languages, in order."""
    found = re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", text)
    return [(language, code) for language, code in found if language in languages]


def page(name):
    return PAGES["docs/%s.md" % name]


def anchors(text):
    """What a # of a link to a page may name, as GitHub makes it of the headings."""
    titles = re.findall(r"(?m)^#+ (.*)$", re.sub(r"(?ms)^```.*?^```$", "", text))
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def marked(text, name):
    """The rows, as lists of cells, of each table between <!-- name --> and <!-- end -->."""
    lines = re.findall(r"(?ms)^<!-- %s -->\n(.*?)^<!-- end -->\n" % name, text)
    return [[row_of(line) for line in table.splitlines()[2:]] for table in lines]


def exchanged(text, words):
    """`text` with each of the words replaced, the longest first."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: words[found[0]], text)


def shown(line, printed):
    """Without what differs by chance: the width of columns, and which device is polled first."""
    lines = re.sub(" {2,}", "  ", printed).splitlines()
    return sorted(lines) if " watch " in line else lines


def row_of(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


class Tables(unittest.TestCase):
    def compare(self, name, wanted, *names):
        for place in names:
            told = "%s is stale, or lacks <!-- %s -->; run: python3 scripts/generate.py"
            self.assertEqual(marked(PAGES[place], name), [wanted], told % (place, name))

    def test_commands(self):
        wanted = [
            [("%s %s" % (name, takes)).strip(), does, prints]
            for name, (takes, _, does, prints) in rows(COMMANDS).items()
        ]
        self.compare("commands", wanted, "docs/commands.md")
        own = [row for row in wanted if "the device's JSON" not in row[2]]
        main = [row for row in own if row[0] not in ("true", "false", "ledon", "ledoff")]
        self.compare("main commands", main, "README.md")

    def test_options(self):
        wanted = [
            ["`%s`" % ("%s %s" % (name, takes)).strip(), does]
            for name, (takes, does) in rows(OPTIONS).items()
        ]
        self.compare("options", wanted, "docs/commands.md")

    def test_subcommands(self):
        wanted = [
            [name, words and "`%s`" % words, does]
            for name, (_, words, does) in rows(SUBCOMMANDS).items()
        ]
        self.compare("subcommands", wanted, "docs/commands.md")

    def test_exit_codes(self):
        wanted = [[code, text] for code, (text,) in rows(EXIT_CODES).items()]
        self.compare("exit codes", wanted, "README.md", "docs/commands.md")

    def test_models(self):
        cells = [line.split("|")[1] for line in page("simulate").splitlines() if line[:1] == "|"]
        told = re.findall(r"\w+", " ".join(cells))
        for model in (*MODELS, *SMART_MODELS):
            self.assertTrue(model in told, "docs/simulate.md does not say what %s is" % model)

    def test_paths_of_the_proxy(self):
        paths = {path: set(methods) - {"HEAD"} for path, methods in PATHS.items()}
        outlets = {path: methods for path, methods in paths.items() if "/CHILD/" in path}
        wanted = {(method, path) for path in set(paths) - set(outlets) for method in paths[path]}
        of_outlets = {path for path in paths if path.startswith("/DEVICE/")} - set(outlets)
        of_outlets -= {"/DEVICE/command", "/DEVICE/events"}
        as_told = {path.replace("/DEVICE/", "/DEVICE/CHILD/"): paths[path] for path in of_outlets}
        self.assertEqual(outlets, as_told, "docs/proxy.md: every path, but those")
        told = set()
        for row in re.findall(r"(?m)^\| (`.*?) \|", page("proxy")):
            methods, paths = re.findall("GET|PUT|POST", row), re.findall(r"/[\w./]*", row)
            told.update((method, path) for method in methods for path in paths)
        self.assertEqual(wanted - told, set(), "docs/proxy.md lacks rows")
        self.assertEqual(told - wanted, set(), "docs/proxy.md has rows of nothing")

    def test_fields_of_device_json(self):
        table = page("proxy").partition("\n### device.json\n")[2].partition("\n### ")[0]
        rows = re.findall(r"(?m)^\| (`.*?) \|", table)
        self.assertEqual(sorted(re.findall(r"\w+", " ".join(rows))), sorted(FIELDS))

    def test_messages_that_troubleshooting_explains(self):
        program = (ROOT / "scripts" / "tplink-exec").read_text(encoding="utf-8")
        lines = re.findall(r"(?m)^\| \d \| (`.*?) \|", page("troubleshooting"))
        self.assertGreater(len(lines), 18)
        strerror = "No route to host", "Network is unreachable"
        for message in re.findall("`(.*?)`", " ".join(lines)):
            self.assertTrue(message in program or message in strerror, message)

    def test_exit_codes_that_troubleshooting_explains(self):
        told = set(re.findall(r"(?m)^\| (\d) \|", page("troubleshooting")))
        self.assertEqual(told, {code for code in rows(EXIT_CODES) if len(code) == 1} - {"0"})


class Facts(unittest.TestCase):
    """What users have missed on the pages."""

    def test_they_are_there(self):
        for name, facts in (
            (
                "troubleshooting",
                (
                    "HS210 and HS220 report the old state for a moment after a change",
                    "HS220 is gone for a moment",
                    "Without internet it restarts every ten minutes",
                    "That of an HS110 restarts after a power loss",
                    "letter case of the e-mail counts",
                    "quotes in the file count",
                    "the password is that of the day of the set-up",
                    "in the Kasa app or in the Tapo app",
                    "Put single quotes around it all",
                    "The order is HOST PORT COMMAND",
                ),
            ),
            (
                "klap",
                (
                    "Upper and lower case count in the user name",
                    "no quotes around the values",
                    "is that of the day of the set-up",
                    "in the Kasa app: Me, Settings",
                    "in the Tapo app: Me, Tapo Lab",
                    "Blanks after `password=`, and at its end, count",
                    "Only the carriage return of a file from Windows is dropped",
                ),
            ),
            ("commands", ("`total` of an HS110 begins again at 0", "fewer than 8 characters")),
            (
                "discovery",
                ("broadcast address works as well, for example `--target 192.168.1.255`",),
            ),
            (
                "migration",
                (
                    "| words after the command (`… on extra words`) | are ignored | exit code 1",
                    "Blanks around the address do not count",
                    "| wrong arguments | exit code 2, after its usage | exit code 1,",
                    "`Could not connect to host …`",
                    "| `-c reset` | resets the plug | needs `--yes`, too |",
                ),
            ),
        ):
            text = " ".join(page(name).split())
            for fact in facts:
                self.assertTrue(fact in text, "docs/%s.md does not say: %s" % (name, fact))


class FirstScreen(unittest.TestCase):
    """README.md, as it meets the eye."""

    text = PAGES["README.md"]
    first = text[: text.index("\n## ")]

    def test_it_is_short(self):
        self.assertLessEqual(self.text.count("\n"), 200)
        self.assertLess(self.first.count("\n"), 50)

    def test_what_is_in_it(self):
        commands = [code for _, code in blocks(self.first, "sh")]
        self.assertEqual(commands, ["./scripts/tplink-exec demo\n", "python3 -m unittest\n"])
        ((_, example),) = blocks(self.first, "console")
        self.assertEqual(example.count("\n"), 4)
        self.assertEqual(len(re.findall(r"(?m)^\d\. \*\*", self.first)), 3)
        self.assertIn("](docs/web-page.png)", self.first)
        self.assertIn("a minute or two", self.first)

    def test_the_picture_is_small(self):
        data = (ROOT / "docs" / "web-page.png").read_bytes()
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        self.assertLessEqual(int.from_bytes(data[16:20], "big"), 640)
        self.assertLessEqual(len(data), 60 * 1024)

    def test_what_it_leads_to(self):
        headings = re.findall(r"(?m)^## (.*)$", self.text)
        for heading in ("Try it without a plug", "Install", "Find your plugs"):
            self.assertLess(headings.index(heading), headings.index("Where to go next"))
        for name in PAGES:
            if name not in ("README.md", "docs/simulate.md"):
                self.assertIn("](%s" % name, self.text)
        klap = self.text.partition("\n## Newer firmware: KLAP\n")[2].strip().splitlines()
        self.assertLess(len([line for line in klap if line]), 13)


class Links(unittest.TestCase):
    def test_links_point_to_files_and_headings(self):
        count = 0
        for name, text in PAGES.items():
            for target in re.findall(r"\]\(([^)]+)\)", text):
                count += 1
                self.check(ROOT / name, target)
        self.assertGreater(count, 100)

    def check(self, path, target):
        file, _, heading = target.partition("#")
        linked = path.parent / file if file else path
        self.assertTrue(linked.exists(), "%s: %s" % (path.name, target))
        if heading:
            found = anchors(linked.read_text(encoding="utf-8"))
            self.assertTrue(heading in found, "%s: %s" % (path.name, target))

    def test_no_page_names_a_file_that_has_moved(self):
        for name, text in PAGES.items():
            self.assertNotRegex(text, r"MIGRATION\.md|HOW-IT-WORKS\.md", name)


class Terminal:
    """A reader's shell, for one page: the devices there, and what has been started in others.

    Addresses of the page stand for those of networks of this test's own, whose first three numbers
    are as long, so that tables stay as wide. The proxy takes any free port.
    """

    def __init__(self, stack, folder):
        self.folder = folder
        self.environment = {"TPLINK_EXEC_DEVICES": os.path.join(folder, "devices.json")}
        self.places = {"192.168.1.": self.lan(), "127.0.0.": network() + "."}
        self.places["192_168_1_"] = self.places["192.168.1."].replace(".", "_")
        self.running = {}
        stack.callback(self.stop, *LONG)
        for number, (model, alias) in {**DEVICES, **NOT_FOUND}.items():
            host = self.places["192.168.1."] + str(number)
            stack.enter_context(placed(host, model, number, alias))

    @staticmethod
    def lan():
        while True:
            found = network() + "."
            if len(found) == len("192.168.1."):
                return found

    def there(self, text):
        """As it is to be run."""
        return exchanged(text.replace("0.0.0.0", "127.0.0.1"), self.places)

    def back(self, text):
        """As the page has it."""
        return exchanged(text, {real: written for written, real in self.places.items()})

    def run(self, line, expected=None):
        """What a command line prints, in the page's words, and its exit code."""
        words = shlex.split(re.sub("sudo (-u openhab )?", "", self.there(line)), comments=True)
        if words and words[0] == "export":
            self.environment.update(word.split("=", 1) for word in words[1:])
            return "", 0
        while words and re.match("[A-Z_]+=", words[0]):
            words.pop(0)
        if words and words[0] == "curl":
            return self.curl(words[1:])
        if not words or words[0].rpartition("/")[2] != "tplink-exec" or set(line) & set("|;>"):
            return self.shell(line)
        words = self.complete(words[1:])
        if words[0] in LONG:
            printed = self.start(words, expected.count("\n") if expected else 1)
            return printed, 0 if printed else "no output"
        result = call(*words, environment=self.environment)
        return self.back((result.out + result.err).decode()), result.code

    def complete(self, words):
        """discover must not broadcast, and openHAB's folder is here."""
        if words[0] == "discover" and ("--target" not in words or "/24" in " ".join(words)):
            words = [
                word for word in words if not re.match(r"--target|\d+\.\d|\d$|--timeout", word)
            ]
            for number in DEVICES:
                words += ["--target", self.places["192.168.1."] + str(number)]
        return [word.replace("/etc/openhab", self.folder) for word in words]

    def start(self, words, lines):
        self.stop(words[0])
        if words[0] == "simulate":
            words[1:1] = ["--address", self.places["127.0.0."] + "1"]
            if "--mac" not in words:  # that of 127.0.0.1
                words[1:1] = ["--mac", "50:C7:BF:00:00:00"]
        if words[0] == "proxy":
            if "--local-port" in words:
                words[words.index("--local-port") + 1] = "0"
            else:
                words[1:1] = ["-l", "0"]
        process = Forked(
            words,
            stdin=DEVNULL,
            stderr=DEVNULL,
            env={**os.environ, **self.environment},
            preexec_fn=lambda: os.chdir(self.folder),
        )
        self.running[words[0]] = process
        printed = "".join(process.stdout.readline().decode() for _ in range(lines))
        found = re.search(r"http://(\S+?)/", printed)
        if found:
            self.places["127.0.0.1:8362"] = found[1]
        return self.back(printed)

    def stop(self, *names):
        for process in filter(None, [self.running.pop(name, None) for name in names]):
            process.terminate()
            process.wait()
            process.stdout.close()

    def curl(self, words):
        """The few options of curl that the pages use."""
        method, body, fields = "GET", None, {"User-Agent": "curl/8.0", "Accept": "*/*"}
        words = [word for word in words if word != "-s"]
        while words[1:]:
            option, value = words[:2]
            del words[:2]
            if option == "-X":
                method = value
            elif option == "-H":
                fields.update([value.split(": ")])
            else:
                body, method = value, "POST" if method == "GET" else method
        host, _, path = words[0].partition("://")[2].partition("/")
        connection = http.client.HTTPConnection(host, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, "/" + path, body, fields)
            response = connection.getresponse()
            text = response.read().decode().strip("\n")
            return self.back(text + "\n" * bool(text)), 0 if response.status == 200 else 22

    def shell(self, script):
        """A script, with this machine's folders for those that only root can write to."""
        script = self.there(script).replace(" -g openhab ", " ")
        script = re.sub(r"(?<![\w!'|.])(/etc|/usr/local|~)/", self.folder + r"\1/", script)
        done = subprocess.run(
            ["sh", "-c", 'sudo() { "$@"; }\n' + script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={
                **os.environ,
                **self.environment,
                "PATH": self.folder + os.pathsep + os.environ["PATH"],
            },
            timeout=30,
        )
        return self.back(done.stdout.decode()), done.returncode


@needs_first_line
class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        os.symlink(SINGLE_FILE, os.path.join(self.folder, "tplink-exec"))
        os.symlink(str(ROOT / "scripts"), os.path.join(self.folder, "scripts"))
        for name in ("etc/openhab/scripts", "etc/bash_completion.d", "usr/local/bin", "~"):
            os.makedirs(os.path.join(self.folder, name))

    def test_pages(self):
        count = 0
        for name, text in PAGES.items():
            with contextlib.ExitStack() as stack, self.subTest(name):
                terminal = Terminal(stack, self.folder)
                for language, code in blocks(text, "console", "sh"):
                    count += getattr(self, language)(terminal, code)
        self.assertGreater(count, 90)

    def console(self, terminal, code):
        found = re.findall(r"(?m)^\$ (.*)\n((?:(?!\$ ).*\n)*)", code)
        for line, expected in found:
            with self.subTest(line):
                self.assertEqual(
                    shown(line, terminal.run(line, expected)[0]), shown(line, expected)
                )
        return len(found)

    def sh(self, terminal, code):
        """A block that names the program is run line by line, any other as a script."""
        lines = [line for line in code.splitlines() if not line.startswith("#")]
        elsewhere = tuple(start for start, _ in ELSEWHERE)
        lines = [line for line in lines if not line.startswith(elsewhere)]
        if not any("tplink-exec " in line for line in lines):
            lines = ["\n".join(lines) + "\n"] if lines else []
        for line in lines:
            with self.subTest(line):
                run = terminal.run if "tplink-exec " in line else terminal.shell
                printed, code = run(line)
                self.assertEqual(code, 0, printed)
        return len(lines)

    def test_python_elsewhere(self):
        copy = os.path.join(self.folder, "copy")
        shutil.copy(SINGLE_FILE, copy)
        code = "".join(code for _, code in blocks(page("platforms"), "sh"))
        (sed,) = re.findall("(?m)^sudo (sed.*)$", code)
        python = os.path.join(self.folder, "python3")
        os.symlink(shutil.which("python3", path="/usr/bin"), python)
        sed = sed.replace("/usr/local/bin/python3", python)
        sed = sed.replace(" /usr/local/bin/tplink-exec", " " + copy)
        subprocess.run(["sh", "-c", sed], check=True)
        with open(copy) as file:
            self.assertEqual(file.readline(), "#!%s %s\n" % (python, START))
        self.assertIn(b"tplink-exec 0.", subprocess.check_output([copy, "--version"]))

    def test_the_commands_that_watch_reads(self):
        commands = re.findall(r"(?m)^    (.*\n)", page("watch"))
        self.assertEqual(len(commands), 3)
        with contextlib.ExitStack() as stack:
            terminal = Terminal(stack, self.folder)
            hosts = ["192.168.1.%d" % number for number in DEVICES] + ["192.168.1.3#2"]
            watch = Forked(["watch", *map(terminal.there, hosts)])
            watch.stdin.write(terminal.there("".join(commands)).encode())
            watch.stdin.close()
            with watch.stdout, watch.stderr:
                printed, complaints = watch.stdout.read().decode(), watch.stderr.read()
            self.assertEqual((watch.wait(), complaints), (0, b""))
            for line in ("Living room ON\n", "Plug 2 ON\n", "Ceiling ON\n"):
                self.assertIn(line, printed)
            self.assertEqual(terminal.run("tplink-exec 192.168.1.4 9999 brightness"), ("40\n", 0))

    def test_the_files_of_other_programs(self):
        """Their command lines work; tests/interop/callers.py runs the programs with these files."""
        text = page("callers")
        files = "".join(code for _, code in blocks(text, "yaml", "json", "ini", "cron"))
        files += "".join(re.findall(r"(?m)^\|.*`(?:script://)?/usr.*$", text))
        start = r"/usr/local/bin/(tplink-exec [\d.]+ 9999(?: [a-z-]+)?)"
        lines = re.findall(start, files)
        self.assertEqual(len(lines), files.count("tplink-exec 192"))
        self.assertGreater(len(lines), 15)
        with contextlib.ExitStack() as stack:
            terminal = Terminal(stack, self.folder)
            for line in lines:
                for payload in (" true", " false") if line.endswith(" 9999") else ("",):
                    printed, code = terminal.run(line + payload)
                    self.assertIn(code, (0, 8) if line.endswith(" is-on") else (0,), printed)

    def test_who_runs_the_files_of_other_programs(self):
        script = (ROOT / "tests" / "interop" / "callers.py").read_text(encoding="utf-8")
        sections = re.findall(r"(?ms)^## (.*?)\n(.*?)(?=^## |\Z)", page("callers"))
        wanted = [title for title, text in sections if blocks(text, "yaml", "json", "ini", "cron")]
        self.assertEqual(sorted(re.findall(r'snippets\("(.*?)"\)', script)), sorted(wanted))
        names = re.findall(r"(?m)^\| `([\w-]+)` \| ", dict(sections)["How this was tried"])
        checks = re.search(r"(?ms)^CHECKS = \{\n(.*?)^\}", script)[1]
        self.assertEqual(sorted(re.findall(r'"(.*?)":', checks)), sorted(names))

    def test_the_python_example(self):
        namespace = {}
        ((_, block),) = blocks(page("commands"), "python")
        exec(block, namespace)
        for expression, result in re.findall(r"(?m)^(cipher\..*\))  # (b'.*')$", block):
            self.assertEqual(eval(expression, namespace), eval(result))

    def test_the_thing_is_what_openhab_writes(self):
        thing = re.search(r"(?ms)^Thing .*?^\]$", page("openhab"))[0]
        with contextlib.ExitStack() as stack:
            terminal = Terminal(stack, self.folder)
            self.assertIn(thing, terminal.run("tplink-exec openhab 192.168.1.2")[0])


if __name__ == "__main__":
    unittest.main()
