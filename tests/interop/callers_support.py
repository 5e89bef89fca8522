"""What callers.py needs: the page's examples, simulated devices, and programs installed."""

import atexit
import contextlib
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from kasa import PROGRAM, ROOT

FOLDER = ROOT / "tests" / "interop"
INSTALLED = os.path.join(tempfile.mkdtemp(prefix="tplink-exec-"), "tplink-exec")
"""The program at a path without blanks, as the page has it."""
atexit.register(shutil.rmtree, os.path.dirname(INSTALLED))
os.symlink(PROGRAM, INSTALLED)
PAGE = (ROOT / "docs" / "callers.md").read_text(encoding="utf-8")
NETWORK = "127.0.88."
PLUG, STRIP, SILENT, DEAD = (NETWORK + number for number in "2389")
DEVICES = (["HS110", PLUG], ["HS300", STRIP], ["HS100", SILENT, "--fault", "silent"])
HOME_ASSISTANT = """
aiodns aiohttp aiohttp_cors aiozoneinfo annotatedyaml async-interrupt atomicwrites-homeassistant
attrs awesomeversion bcrypt certifi ciso8601 cryptography hass-nabucasa ifaddr Jinja2 lru-dict
orjson packaging propcache PyJWT pyOpenSSL python-slugify PyYAML requests typing-extensions
ulid-transform urllib3 voluptuous voluptuous-serialize webrtc-models yarl
""".split()
"""What its core and command_line import, in the versions that it asks for. To install all that it
asks for takes ten minutes, as some of it is compiled."""
REQUIREMENTS = """
import importlib.metadata, json
print(json.dumps(importlib.metadata.requires("homeassistant")))
"""


class Skipped(Exception):
    """What is missing here."""


def output(*argv, timeout_s=60, **options):
    """What a command that must succeed prints."""
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=timeout_s,
        **options,
    )
    if done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(argv)[:200], done.stderr[-1000:]))
    return done.stdout


def snippets(heading):
    """The code blocks of a section of the page, but for those of a terminal."""
    section = re.search(r"(?ms)^## %s\n(.*?)(?=^## |\Z)" % re.escape(heading), PAGE)[1]
    found = re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", section)
    return [code for language, code in found if language not in ("sh", "console")]


def setting(heading, name):
    """The value in a table of settings."""
    return re.search(r"(?m)^\| %s \| `(.*)` \|$" % re.escape(name), PAGE.partition(heading)[2])[1]


def there(text, plug=PLUG):
    """As it is run here, with another device in the plug's place."""
    text = text.replace("/usr/local/bin/tplink-exec", INSTALLED).replace("192.168.1.2 ", plug + " ")
    return text.replace("192.168.1.", NETWORK)


def call(host, *words):
    return subprocess.run([PROGRAM, host, "9999", *words], stderr=subprocess.DEVNULL).returncode


@contextlib.contextmanager
def devices():
    with contextlib.ExitStack() as stack:
        for model, host, *words in DEVICES:
            argv = [PROGRAM, "simulate", "--model", model, "--address", host, *words]
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            stack.enter_context(process.stdout)
            if process.stdout.readline() != b"%s %s:9999\n" % (model.encode(), host.encode()):
                raise RuntimeError("no device at %s" % host)
        yield


def python_for_home_assistant():
    names = ["python3.%d" % minor for minor in range(20, 12, -1)]
    paths = glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3"))
    for python in [sys.executable, *filter(None, map(shutil.which, names)), *paths]:
        with contextlib.suppress(RuntimeError, OSError):
            output(python, "-c", "import sys, ensurepip; sys.exit(sys.version_info < (3, 13))")
            return python
    raise Skipped("Home Assistant wants Python 3.13 or newer")


def install_home_assistant(folder):
    """The environment's Python."""
    output(python_for_home_assistant(), "-m", "venv", folder, timeout_s=300)
    python = os.path.join(folder, "bin", "python")
    pip = python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"
    try:
        output(*pip, "--no-deps", "homeassistant", timeout_s=600)
        asked = json.loads(output(python, "-c", REQUIREMENTS))
        needed = [line for line in asked if re.match(r"[\w.-]+", line)[0] in HOME_ASSISTANT]
        (manifest,) = Path(folder).rglob("components/command_line/manifest.json")
        output(*pip, *needed, *json.loads(manifest.read_text())["requirements"], timeout_s=900)
    except RuntimeError as error:
        raise Skipped("homeassistant cannot be installed: %s" % error) from None
    return python


def npm(folder, *packages):
    if not shutil.which("npm"):
        raise Skipped("no npm")
    argv = "npm", "install", "--silent", "--no-audit", "--no-fund", "--omit=optional", *packages
    Path(folder).joinpath("package.json").write_text("{}")
    try:
        output(*argv, timeout_s=600, cwd=folder)
    except RuntimeError as error:
        raise Skipped("%s cannot be installed: %s" % (packages[0], error)) from None
