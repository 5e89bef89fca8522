"""The architecture, checked: who imports whom, what a plain call imports, how long things are."""

import ast
import subprocess
import sys
import sysconfig
import unittest
from pathlib import Path

from tests.support import PYTHON, ROOT, SINGLE_FILE, START, simulated

LAYERS = (
    "errors cipher fallback family misread messages wire aes klap transport credentials "
    "klap_http lookup retry reach request values device strip dimmer bulb smart identity "
    "probes interfaces discovery known names commands output options report plain cli usage "
    "arguments payload logins discover named fields light meter wifi places http_request "
    "http_server proxy_guard proxy_device proxy_html proxy_page proxy softscheck members "
    "lines orders poller watch openhab_places openhab_points openhab_names openhab_devices "
    "openhab_text openhab_files openhab sim_meters sim_base sim_plugs sim_strips sim_lights "
    "sim_models sim_smart_base sim_smart sim_faults sim_http sim_http_faults sim_server "
    "sim_tdp sim_klap simulator demo __main__"
).split()
"""Bottom up: a module imports only what stands before it, but for LAZY."""

LAZY = {
    ("misread", "messages"),
    ("transport", "retry"),
    ("reach", "names"),
    ("device", "smart"),
    ("plain", "cli"),
    ("cli", "wifi"),
}
"""Imports up, inside a function: what goes on when all does not go well."""

HOT = {"cipher", "messages", "plain"}
STANDARD = {"sys", "time", "gc", "_socket", "_json", "_signal", "posix"}
"""What hot modules may import from the standard library: anything else costs milliseconds."""

EXTENSIONS = (
    "_json _socket _md5 _sha1 _sha256 _sha2 array binascii fcntl resource select unicodedata"
)
"""Modules of the standard library that are in files of their own, or built in, by system."""


def imports(path):
    """(module, whether at top level) for every import in a file, function-local ones too."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            yield name, id(node) in top


class Layers(unittest.TestCase):
    def modules(self):
        return {path.stem: path for path in (ROOT / "tplink_exec").glob("*.py")}

    def test_every_module_has_its_place(self):
        self.assertEqual(set(self.modules()) - {"__init__"}, set(LAYERS))

    def test_imports_go_down(self):
        for name, path in self.modules().items():
            for imported, _ in imports(path):
                if not imported.startswith(".") or imported in (".", ".shapes"):
                    continue  # shapes.pyi is for type checkers only
                imported = imported[1:]
                if (name, imported) in LAZY:
                    continue
                self.assertLess(LAYERS.index(imported), LAYERS.index(name), (name, imported))
                self.assertNotEqual((name != "plain", imported), (True, "cli"))

    def test_lazy_imports_are_not_at_the_top(self):
        for name, imported in LAZY:
            found = dict(imports(self.modules()[name]))
            self.assertFalse(found["." + imported])

    def test_standard_library_only_and_little_of_it_where_it_is_hot(self):
        standard = {path.stem for path in Path(sysconfig.get_path("stdlib")).glob("*")}
        standard |= {*sys.builtin_module_names, *EXTENSIONS.split()}
        for name, path in self.modules().items():
            for imported, top in imports(path):
                if imported.startswith(".") or imported == "tplink_exec":
                    continue
                self.assertIn(imported.split(".")[0], standard, name)
                if name in HOT and top:
                    self.assertIn(imported, STANDARD, name)

    def test_what_a_plain_call_imports(self):
        """In a real call: the hot modules of ours, and nothing else that Python had not loaded."""
        code = (
            "import sys; before = set(sys.modules); import os, posix\n"
            "before |= set('os os.path stat posixpath genericpath _stat'.split())\n"
            "before.add('_collections_abc')\n"
            "def show(code):\n"
            "    print(' '.join(sorted(set(sys.modules) - before)), code, file=sys.stderr)\n"
            "posix._exit = show\n"
        )
        with simulated() as plug:
            start = START.replace("-ISc", "-ISc" + code)
            argv = [PYTHON, start, SINGLE_FILE, plug.host, str(plug.port), "check"]
            done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
        *modules, exit_code = done.stderr.decode().split()
        ours = {name[len("tplink_exec.") :] for name in modules if name.startswith("tplink_exec.")}
        self.assertEqual((exit_code, ours), ("0", HOT), done.stderr)
        others = {name for name in modules if not name.startswith("tplink_exec")}
        self.assertLessEqual(others, STANDARD)

    def test_nothing_is_long(self):
        """300 lines a module, 40 a function (without docstring): more wants a reason, here."""
        for path in [*self.modules().values(), *(ROOT / "scripts").glob("*.py")]:
            text = path.read_text()
            self.assertLessEqual(text.count("\n"), 300, path)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    lines = node.end_lineno - node.lineno + 1
                    lines -= len((ast.get_docstring(node, clean=False) or "").splitlines())
                    self.assertLessEqual(lines, 40, (path, node.name))


if __name__ == "__main__":
    unittest.main()
