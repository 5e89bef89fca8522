#!/usr/bin/env python3
"""What it costs to watch many devices: polls per CPU second, beside python-kasa's update().

    python3 tests/benchmarks/watch.py [DEVICES [SECONDS]]

1,000 simulated plugs (watch_devices.py, another process, on 127.20.0.1 and following, port 9999,
TCP and UDP), polled every 2 s for 20 s: by `tplink-exec watch`, and by python-kasa, whose update()
runs for all side by side, each on its own beat. With `--repeat` all meters are read with each poll;
those plugs have one. The devices count the polls, which are answers to get_sysinfo; CPU is user +
system of the polling process (/proc, Linux). python-kasa comes from PyPI into a virtual environment
under a temporary directory; without it, when it cannot be installed, or for more than MOST devices.

All is in a network namespace of its own, where unshare can make one: the devices take port 9999 of
every loopback address.
"""

import ipaddress
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "scripts" / "tplink-exec")
DEVICES = str(ROOT / "tests" / "benchmarks" / "watch_devices.py")
sys.path.insert(0, str(ROOT / "tests" / "interop"))
INTERVAL_S = 2.0
FIRST, FIRST_METERED = ipaddress.ip_address("127.20.0.1"), ipaddress.ip_address("127.21.0.1")
WARM_UP_S = 3 * INTERVAL_S
PATIENCE_S = 120
MOST = 2000
"""Devices for python-kasa, which has a connection to each."""


KASA = """
import asyncio, sys
from kasa import DeviceConfig
from kasa.iot import IotPlug

async def watch(host, delay):
    plug = IotPlug(host, config=DeviceConfig(host, timeout=5))
    await asyncio.sleep(delay)
    due = asyncio.get_running_loop().time()
    state = None
    while True:
        await plug.update()
        if plug.is_on != state:
            state = plug.is_on
            print(host, state, flush=True)
        due += INTERVAL
        await asyncio.sleep(max(due - asyncio.get_running_loop().time(), 0))

async def main(hosts):
    await asyncio.gather(*(watch(h, n * INTERVAL / len(hosts)) for n, h in enumerate(hosts)))

INTERVAL = float(sys.argv[1])
asyncio.run(main(sys.argv[2:]))
"""


def outside(count, seconds):
    """Install what is needed from the network, and go on in a namespace."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(2 * count + 1000, hard)), hard))
    with tempfile.TemporaryDirectory() as folder:
        python, version = kasa(folder) if count <= MOST else ("", "")
        words = [sys.executable, __file__, str(count), str(seconds), python, version]
        return subprocess.run([*namespace(), *words]).returncode


def namespace():
    """The words before a command that is to run in a network namespace of its own."""
    words = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    try:
        if subprocess.run([*words, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            return words
    except OSError:
        pass
    print("without a network namespace: nothing else may be on port 9999")
    return []


def inside(count, seconds, python, version):
    hosts = [str(FIRST + number) for number in range(count)]
    metered = [str(FIRST_METERED + number) for number in range(count)]
    print("%d devices each %g s, Python %s" % (count, INTERVAL_S, sys.version.split()[0]))
    print("| | polls/s | polls per CPU second | of one core | resident MiB |")
    print("|---|---|---|---|---|", flush=True)
    argv = [sys.executable, DEVICES]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as devices:
        try:
            if devices.stdout.readline() != b"ready\n":
                raise SystemExit("the devices do not start")
            ours = [os.path.realpath(sys.executable), "-I", "-S", PROGRAM, "watch"]
            rates = [
                measure("`%s`" % name, [*ours, *name.split()[1:], *those], those, seconds, devices)
                for name, those in (
                    ("watch", hosts),
                    ("watch --json", hosts),
                    ("watch --json --repeat 60", metered),
                )
            ]
            if python:
                argv = [python, "-c", KASA, str(INTERVAL_S), *hosts]
                theirs = measure("python-kasa's `update()`", argv, hosts, seconds, devices)
                times = tuple(rate / theirs for rate in rates)
                print("Times the polls per CPU second of python-kasa %s:" % version, end="")
                print(" %.1f, %.1f, %.1f" % times)
            elif count > MOST:
                print("python-kasa is left out: more than %d devices" % MOST)
        finally:
            devices.terminate()


def measure(name, argv, hosts, seconds, devices):
    """Print a row; the polls per CPU second. The clock starts after all have told a first line."""
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            told = []
            threading.Thread(target=read, args=(process.stdout, told), daemon=True).start()
            end = time.monotonic() + PATIENCE_S
            while len(told) < len(hosts):
                if time.monotonic() > end or process.poll() is not None:
                    raise SystemExit("%s: %d of %d devices told" % (name, len(told), len(hosts)))
                time.sleep(0.1)
            time.sleep(WARM_UP_S)
            before, so_far, started = cpu_s(process.pid), polls(devices), time.monotonic()
            time.sleep(seconds)
            used, counted = cpu_s(process.pid) - before, polls(devices) - so_far
            wall = time.monotonic() - started
            assert process.poll() is None, name
            memory = resident_mib(process.pid)
            row = name, counted / wall, counted / max(used, 0.01), 100 * used / wall, memory
            print("| %s | %.0f | %.0f | %.0f %% | %.0f |" % row, flush=True)
            return row[2]
        finally:
            process.terminate()


def read(stream, lines):
    for line in stream:
        lines.append(line)


def polls(devices):
    """How often the devices have been asked so far."""
    devices.stdin.write(b"\n")
    devices.stdin.flush()
    return int(devices.stdout.readline())


def cpu_s(pid):
    fields = Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    status = Path("/proc/%d/status" % pid).read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def kasa(folder):
    """A Python with python-kasa, and its version; "" for both when it cannot be installed."""
    from kasa import Failure, find_python, install, output  # tests/interop/kasa.py

    found = find_python()
    try:
        if found:
            python = os.path.join(install(found, folder), "python")
            version = "import importlib.metadata as m; print(m.version('python-kasa'))"
            return python, output(python, "-c", version).strip()
    except (Failure, OSError, subprocess.TimeoutExpired) as error:
        print("%s" % error)
    print("skipped: python-kasa cannot be installed")
    return "", ""


def main(argv):
    count, seconds = int((argv[0:1] or ["1000"])[0]), float((argv[1:2] or ["20"])[0])
    return inside(count, seconds, *argv[2:4]) if argv[3:] else outside(count, seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
