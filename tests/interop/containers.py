#!/usr/bin/env python3
"""The single file in roots as small as a container's: what it needs there, and how it ends.

    python3 tests/interop/containers.py

Debian's packages are unpacked into folders (debian_root.py), which chroot enters; the devices are
simulated, outside. It says what docs/platforms.md and docs/docker.md say: python3-minimal is too
little, python3 is enough for all; with BusyBox alone and Python in /opt there are three ways; as a
container's first process, watch and proxy end at once. Without root, Debian's packages or
namespaces: "skipped" and exit code 0. Exit code 1 when anything failed.
"""

import http.client
import os
import re
import select
import shutil
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
    aes_simulated,
    klap_simulated,
    simulated,
    tpap_simulated,
)

PROGRAM = "/usr/local/bin/tplink-exec"
DEVICES = ("/dev/null", 1, 3), ("/dev/urandom", 1, 9)
PAGE = (ROOT / "docs" / "docker.md").read_text(encoding="utf-8")
STARTS = ([PROGRAM], ["sh", PROGRAM])
"""Entry points of docs/docker.md: where Python is /usr/bin/python3, and where it is not."""
ANSWERS = (
    (["--version"], "tplink-exec "),
    (["--help"], "HOST PORT COMMAND"),
    (["--where"], PROGRAM + "\n"),
    (["HOST", "PORT", "on", "--print-state"], "ON\n"),
    (["HOST", "PORT", "check"], "ON\n"),
    (["HOST", "PORT", "today"], "0.000\n"),
    (["HOST", "PORT", "clock", "now"], ""),
    (["HOST", "PORT", "status"], "get_sysinfo"),
    (["-t", "HOST", "-p", "PORT", "-c", "info"], "Received:"),
    (["discover", "--target", "HOST", "--port", "PORT", "--timeout", "1"], "HS110(EU)"),
    (["openhab", "HOST:PORT", "--output", "/root", "--dry-run"], "exec:command:"),
    (["openhab", "HOST:PORT", "--output", "/root"], "tplink"),
    (["encode", "{}"], "AAAAAtCt\n"),
    (["decode", "AAAAAtCt"], "{}\n"),
    (["demo"], "listens on its port now"),
)
"""Command lines that end by themselves, and something that they print."""
SECOND_S = 1.0
PATIENCE_S = 30


class Container:
    """A root that chroot enters, as the first process of a namespace where that is asked for."""

    def __init__(self, folder):
        self.folder = folder
        for place in ("dev", "root", "tmp", "etc", "usr/local/bin", "usr/bin"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        for name, major, minor in DEVICES:
            os.mknod(str(folder) + name, 0o20666, os.makedev(major, minor))
        shutil.copy(SINGLE_FILE, str(folder) + PROGRAM)

    def run(self, *argv, path="/usr/bin:/bin"):
        """What it prints and its exit code."""
        done = subprocess.run(
            ["chroot", str(self.folder), *argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": path + ":/usr/sbin:/sbin:/usr/bin:/bin"},
            timeout=PATIENCE_S,
        )
        return done.stdout.decode(), done.returncode

    def first(self, *argv):
        """It runs as PID 1; what it prints is in a pipe."""
        return subprocess.Popen(
            ["unshare", "--pid", "--fork", "--kill-child", "chroot", str(self.folder), *argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def too_little(container, place):
    """Debian 12's has no json, so that nothing runs; Debian 13's is enough for a check."""
    text, code = container.run(PROGRAM, *place, "check")
    if code == 0:
        equal("python3-minimal: check", text, "OFF\n")
    for words in ["proxy", ":".join(place)], ["discover", "--target", place[0]]:
        text, code = container.run(PROGRAM, *words)
        told = "No module" in text or "python3-minimal is too little" in text
        equal("python3-minimal: %s" % words[0], (code, text.count("\n"), told), (2, 1, True))


def enough(container, plug):
    """Each subcommand and each transport."""
    values = {"HOST": plug.host, "PORT": str(plug.port), "HOST:PORT": place_of(plug)}
    for line, wanted in ANSWERS:
        text, code = container.run(PROGRAM, *(values.get(word, word) for word in line))
        equal("python3: %s" % " ".join(line), (code, wanted in text and text), (0, text))
    for transport, simulation in (
        ("klap", klap_simulated),
        ("aes", aes_simulated),
        ("tpap", tpap_simulated),
    ):
        with simulation("KP125M") as device:
            words = [device.host, "80", "on", "--print-state", "--transport", transport]
            words += ["--http-port", str(device.http_port)]
            equal("python3: %s" % transport, container.run(PROGRAM, *words), ("ON\n", 0))


def place_of(plug):
    return "%s:%d" % (plug.host, plug.port)


def stopped(container, place):
    """watch, proxy and simulate as PID 1, as `docker stop` ends them."""
    long = (
        (["watch", place], " OFF"),
        (["proxy", "-l", "0", place], "listening"),
        (["simulate", "--port", "0"], "HS100"),
    )
    for words, said in long:
        for start in STARTS:
            name = "PID 1: %s" % " ".join([*start[:-1], words[0]])
            for tries_left in reversed(range(5)):  # a busy machine may make one late
                process = container.first(*start, *words)
                equal(name, said in first_line(process), True)
                code, seconds = ended(process)
                if seconds < SECOND_S or not tries_left:
                    break
            equal(name + " ends", (code, seconds < SECOND_S), (143, True))


def first_line(process):
    """What it prints first, or "" when that does not come."""
    there = select.select([process.stdout], [], [], PATIENCE_S)[0]
    return process.stdout.readline().decode() if there else ""


def ended(process):
    """The exit code after SIGTERM to the PID 1 of its namespace, and the seconds that took."""
    with process.stdout:
        with open("/proc/%d/task/%d/children" % (process.pid, process.pid)) as file:
            first = int(file.read())
        started = time.monotonic()
        os.kill(first, 15)
        return process.wait(PATIENCE_S), time.monotonic() - started


def served(container, plug):
    """The proxy of docs/docker.md, as another container calls it."""
    words = re.search("command: (proxy .*)", PAGE)[1].split()
    name = words[words.index("--allow-host") + 1]
    devices = [word for word in words if word.startswith("192.168.")]
    words = [word for word in words if word not in devices] + ["-l", "0", place_of(plug)]
    process = container.first(PROGRAM, *words)
    port = int(first_line(process).split("0.0.0.0:")[1].split("/")[0])
    for host, status in ((name, 200), ("stranger", 403)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        connection.request("GET", "/", headers={"Host": "%s:%d" % (host, port)})
        equal("the proxy, called %s" % host, connection.getresponse().status, status)
        connection.close()
    ended(process)


def elsewhere(container, place):
    """BusyBox alone, with sh and no env, and Python in /opt."""
    folder = container.folder
    for path in (folder / "usr/bin").iterdir():
        if not path.name.startswith("python3"):
            path.unlink()
    shutil.rmtree(str(folder / "sbin"), ignore_errors=True)
    for path in (folder / "bin").iterdir():
        if path.name != "busybox":
            path.unlink()
    (folder / "bin/sh").symlink_to("busybox")
    deep = Path("/opt", "x" * (70 - len("/opt//bin/python3")))
    (folder / deep.relative_to("/")).mkdir(parents=True)
    (folder / "opt/python").symlink_to(deep)
    for name in ("bin", "lib"):
        (folder / deep.relative_to("/") / name).mkdir()
    for path in [*(folder / "usr/bin").glob("python3*"), *(folder / "usr/lib").glob("python3*")]:
        path.rename(folder / deep.relative_to("/") / path.parent.name / path.name)
    words = [*place, "check"]
    text, code = container.run("/bin/sh", "-c", PROGRAM + " 127.0.0.1 9999 check")
    equal("/opt: as it is", (code, "not found" in text), (127, True))
    asked = container.run("/bin/sh", PROGRAM, *words, path="/opt/python/bin")
    equal("/opt: sh FILE", asked, ("ON\n", 0))
    long = str(deep / "bin/python3")
    equal("/opt: Python's path has 70 characters", len(long), 70)
    copied = Path(SINGLE_FILE).read_bytes().replace(b"/usr/bin/python3", long.encode(), 1)
    Path(str(folder) + PROGRAM).write_bytes(copied)
    equal("/opt: that path in the first line", container.run(PROGRAM, *words), ("ON\n", 0))
    shutil.copy(SINGLE_FILE, str(folder) + PROGRAM)
    (folder / "usr/bin/python3").symlink_to("/opt/python/bin/python3")
    equal("/opt: a symbolic link", container.run(PROGRAM, *words), ("ON\n", 0))


def main():
    if os.getuid() or not shutil.which("unshare"):
        print("skipped: it takes root and unshare")
        return
    with tempfile.TemporaryDirectory() as work:
        try:
            ours = architecture()
            small = Container(unpacked(Path(work, "small"), ours, "python3-minimal"))
            large = Container(unpacked(Path(work, "large"), ours, "python3", "busybox-static"))
        except Skipped as why:
            print("skipped: %s" % why)
            return
        (large.folder / "bin/sh").symlink_to("busybox")
        with simulated("HS110") as plug:
            place = [plug.host, str(plug.port)]
            too_little(small, place)
            stopped(large, place_of(plug))
            enough(large, plug)
            served(large, plug)
            elsewhere(large, place)


if __name__ == "__main__":
    main()
