#!/usr/bin/env python3
"""The single file on a Raspberry Pi's processors, 32 and 64 bit: Debian's Python there, by qemu.

    python3 tests/interop/qemu.py [armhf] [arm64]

qemu-user-static and, for each architecture, python3 with all it needs are downloaded by apt-get and
unpacked into folders of their own; nothing is installed. The devices are simulated, by this
machine's own Python. Last it tells what a check costs beside a Python that does nothing.
Without Debian's packages: "skipped" and exit code 0. Exit code 1 when anything failed.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.interop.checking import Skipped, equal  # noqa: E402
from tests.interop.debian_root import architecture, unpacked  # noqa: E402
from tests.support import (  # noqa: E402
    SINGLE_FILE,
    START,
    aes_simulated,
    klap_simulated,
    simulated,
    tpap_simulated,
)

QEMU = {"armhf": "qemu-arm-static", "arm64": "qemu-aarch64-static"}
MACHINE = {"armhf": "armv7l", "arm64": "aarch64"}
SIX = (("check", "OFF\n"), ("on", ""), ("check", "ON\n"), ("toggle", ""), ("off", ""))
"""And `status` and `emeter`, whose output is the device's."""
LOGIN = {"TPLINK_EXEC_USERNAME": "user@example.org", "TPLINK_EXEC_PASSWORD": "secret"}
RUNS = 5


class Emulated:
    """Python of an architecture, by qemu."""

    def __init__(self, qemu, root):
        (python,) = (root / "usr/bin").glob("python3.?*[0-9]")
        self.start = [str(qemu), "-L", str(root), str(python)]

    def run(self, *words):
        """What it prints and its exit code."""
        done = subprocess.run(
            [*self.start, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **LOGIN},
            timeout=120,
        )
        return done.stdout.decode(), done.returncode

    def program(self, *words):
        """The single file, as its first line starts it."""
        return self.run(START, SINGLE_FILE, *words)

    def cost(self, *words):
        """The least seconds of a few runs."""
        taken = []
        for _ in range(RUNS):
            started = time.perf_counter()
            self.run(*words)
            taken.append(time.perf_counter() - started)
        return min(taken)


def tried(python, name):
    """All that is said of an architecture."""
    machine = python.run("-c", "import os; print(os.uname()[4])")[0].strip()
    equal("%s: machine" % name, machine, name)
    with simulated("HS110") as plug:
        place = [plug.host, str(plug.port)]
        for command, printed in SIX:
            equal("%s: %s" % (name, command), python.program(*place, command), (printed, 0))
        for command, word in (("status", "relay_state"), ("emeter", "voltage")):
            text, code = python.program(*place, command)
            equal("%s: %s" % (name, command), (word in text, code), (True, 0))
        bare = python.cost("-I", "-S", "-c", "pass")
        check = python.cost(START, SINGLE_FILE, *place, "check")
        print("      a check costs %.2f of a Python that does nothing" % (check / bare))
    for transport, simulation in (
        ("klap", klap_simulated),
        ("aes", aes_simulated),
        ("tpap", tpap_simulated),
    ):
        with simulation("KP125M", login=tuple(LOGIN.values())) as plug:
            words = [plug.host, "9999", "on", "--print-state", "--timeout", "60"]
            words += ["--transport", transport, "--http-port", str(plug.http_port)]
            equal("%s: %s" % (name, transport), python.program(*words), ("ON\n", 0))


def main(wanted):
    with tempfile.TemporaryDirectory() as work:
        try:
            tools = unpacked(Path(work, "qemu"), architecture(), "qemu-user-static")
            for name in wanted:
                root = unpacked(Path(work, name), name, "python3")
                tried(Emulated(tools / "usr/bin" / QEMU[name], root), MACHINE[name])
        except Skipped as why:
            print("skipped: %s" % why)


if __name__ == "__main__":
    main(sys.argv[1:] or list(QEMU))
