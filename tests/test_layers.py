"""The architecture, checked: who imports whom, what a plain call imports, how long things are.

CONTRIBUTING.md has the two tables that count: the rooms, in their order, and the exceptions.
"""

import ast
import re
import socket
import subprocess
import sys
import sysconfig
import unittest
from pathlib import Path

from tests.support import PYTHON, ROOT, SINGLE_FILE, START, simulated

PACKAGE = ROOT / "tplink_exec"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HALL = "the hall"

HOT = {"cipher", "scanner", "messages", "plain"}
STANDARD = {"sys", "time", "gc", "_socket", "_json", "_signal", "posix", "select"}
"""What hot modules may import from the standard library: anything else costs milliseconds."""

WARM = {"address", "cli.main", "cli.options", "commands.table", "transport.handover"}
CALLS = {
    "HOST check": set(),
    "HOST status": WARM | {"commands.named", "commands.requests", "cli.output"},
    "HOST toggle": WARM | {"commands.switch"},
    "HOST check --timeout 9": WARM | {"commands.state", "cli.given", "cli.output"},
}
if len(socket.getaddrinfo("localhost", 9999, 0, socket.SOCK_STREAM)) == 1:  # each of more is tried
    CALLS["localhost check"] = WARM | set(
        "commands.state cli.output network.reach network.known storage devices.identity errors "
        "transport.lookup".split()
    )
"""Calls that meet nothing but success, and what they import beside HOT: it is what they cost."""

EXTENSIONS = (
    "_ctypes _hashlib _json _socket _md5 _sha1 _sha256 _sha2 array binascii fcntl msvcrt resource "
    "select unicodedata"
)
"""Modules of the standard library that are in files of their own, or built in, by system."""


def table(head):
    """The rows of the table in CONTRIBUTING.md whose head begins so, as lists of cells."""
    lines = CONTRIBUTING[CONTRIBUTING.index("\n| %s |" % head) + 1 :].split("\n\n")[0].splitlines()
    return [[cell.strip().replace("`", "") for cell in line.split("|")[1:-1]] for line in lines[2:]]


ROOMS = {room: may.split(", ") for room, _, may in table("room")}
EXCEPTIONS = {(user, used): why for user, used, why in table("module")}


def modules():
    """Path by name, such as cli.main; a room's __init__ is called as the room is."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        found[re.sub(r"\.?__init__$", "", name)] = path
    return found


MODULES = modules()


def room(name):
    return name.partition(".")[0] if "." in name or name in ROOMS else HALL


def imports(path):
    """(module, name or "", level, whether at top level) for every import in a file."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", 0, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.module or "", alias.name, node.level, id(node) in top


def ours(name):
    """The modules of this package that one imports, function-local and for types, too."""
    path = MODULES[name]
    package = list(path.relative_to(PACKAGE).parts[:-1])
    for module, what, level, _ in imports(path):
        if not level:
            continue
        base = ".".join([*package[: len(package) - level + 1], *filter(None, [module])])
        if base == "shapes":  # a .pyi, which type checkers only see
            continue
        inner = ("%s.%s" % (base, what)).strip(".")
        if inner in MODULES:
            yield inner
        elif base in MODULES:
            yield base
        else:
            raise AssertionError("%s imports %s, which there is not" % (name, base))


class Rooms(unittest.TestCase):
    def test_each_folder_is_a_room_of_the_table(self):
        folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
        self.assertEqual(folders | {HALL}, set(ROOMS), "the table of rooms is in CONTRIBUTING.md")

    def test_a_room_says_what_it_may_import_as_the_table_does(self):
        for name, may in ROOMS.items():
            if name != HALL:
                text = " ".join(ast.get_docstring(ast.parse(MODULES[name].read_text())).split())
                self.assertIn("May import: %s." % ", ".join(may), text, name)

    def test_imports_go_up_the_table(self):
        """And only to what the room's row names."""
        order = list(ROOMS)
        for name in MODULES:
            for used in ours(name):
                if room(used) == room(name) or (name, used) in EXCEPTIONS or used == "":
                    continue
                allowed = {room(used), used} & set(ROOMS[room(name)])
                self.assertTrue(allowed, "%s may not import %s" % (name, used))
                if room(name) != "simulator":
                    self.assertLess(order.index(room(used)), order.index(room(name)), name)

    def test_each_exception_is_one_and_is_not_at_the_top(self):
        for (user, used), why in EXCEPTIONS.items():
            self.assertIn(used, set(ours(user)), "the exception is not needed any more")
            self.assertTrue(why, "an exception has its reason")
            for module, _, level, top in imports(MODULES[user]):
                self.assertFalse(level and top and module == used, user)

    def test_no_circle(self):
        graph = {
            name: {used for used in ours(name) if (name, used) not in EXCEPTIONS}
            for name in MODULES
            if name
        }
        while True:
            free = [name for name, used in graph.items() if not used & set(graph)]
            if not free:
                break
            for name in free:
                del graph[name]
        self.assertFalse(graph, "these are in a circle, or import one")

    def test_no_name_twice(self):
        """Neither modules nor classes of different rooms have one name."""
        seen = {}
        for name, path in MODULES.items():
            body = ast.parse(path.read_text()).body
            classes = [node.name for node in body if isinstance(node, ast.ClassDef)]
            own = [] if name in ROOMS else [name.rpartition(".")[2]]
            for word in classes + own:
                self.assertNotIn(word, seen, "%s and %s" % (name, seen.get(word)))
                seen[word] = name


class Imports(unittest.TestCase):
    def test_standard_library_only_and_little_of_it_where_it_is_hot(self):
        standard = {path.stem for path in Path(sysconfig.get_path("stdlib")).glob("*")}
        standard |= {*sys.builtin_module_names, *EXTENSIONS.split(), "zoneinfo"}  # from 3.9 on
        for name, path in MODULES.items():
            for imported, _, level, top in imports(path):
                if level or imported.split(".")[0] == "tplink_exec":
                    continue
                self.assertIn(imported.split(".")[0], standard, name)
                if name in HOT and top:
                    self.assertIn(imported, STANDARD, name)

    def test_what_calls_import(self):
        """In real calls: these modules of ours, and nothing else that Python had not loaded."""
        code = (
            "import sys; before = set(sys.modules); import os, posix\n"
            "before |= set('os os.path stat posixpath genericpath _stat'.split())\n"
            "before.add('_collections_abc')\n"
            "def show(code):\n"
            "    print(' '.join(sorted(set(sys.modules) - before)), code, file=sys.stderr)\n"
            "posix._exit = show\n"
        )
        for words, modules in CALLS.items():
            with simulated() as plug:
                start = START.replace("-ISc", "-ISc" + code)
                host, *rest = words.split()
                host = plug.host if host == "HOST" else host
                argv = [PYTHON, start, SINGLE_FILE, host, str(plug.port), *rest]
                done = subprocess.run(
                    argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20
                )
            found = done.stderr.decode().partition("tplink-exec:")[0].split()
            ours = {
                name[len("tplink_exec.") :] for name in found if name.startswith("tplink_exec.")
            }
            self.assertEqual((found[-1], ours - set(ROOMS)), ("0", HOT | modules), words)
            others = {name for name in found[:-1] if not name.startswith("tplink_exec")}
            self.assertLessEqual(others, STANDARD | ({"_thread"} if modules else set()), words)


class Lengths(unittest.TestCase):
    def test_nothing_is_long(self):
        """300 lines a module, 40 a function (without docstring): more wants a reason, here."""
        for path in [*MODULES.values(), *(ROOT / "scripts").glob("*.py")]:
            text = path.read_text()
            self.assertLessEqual(text.count("\n"), 300, path)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    lines = node.end_lineno - node.lineno + 1
                    lines -= len((ast.get_docstring(node, clean=False) or "").splitlines())
                    self.assertLessEqual(lines, 40, (path, node.name))
