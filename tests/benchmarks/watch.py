#!/usr/bin/env python3
"""What it costs to watch many devices: polls per CPU second, beside python-kasa's update().

    python3 tests/benchmarks/watch.py [DEVICES [SECONDS]]

1,000 simulated plugs (another process, on 127.20.0.1 and following, port 9999), polled every 2 s
for 20 s: by `tplink-exec watch`, and by python-kasa, whose update() runs for all side by side, each
on its own beat. The devices count the polls; CPU is user + system of the polling process (/proc,
Linux). python-kasa comes from PyPI into a virtual environment under a temporary directory; without
it, when it cannot be installed.
"""

import ipaddress
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "scripts" / "tplink-exec")
sys.path.insert(0, str(ROOT / "tests" / "interop"))
INTERVAL_S = 2.0
FIRST = ipaddress.ip_address("127.20.0.1")
WARM_UP_S = 3 * INTERVAL_S

DEVICES = """
import asyncio, itertools, sys
sys.path.insert(0, sys.argv[1])
from tplink_exec.simulator.models import device
from tplink_exec.simulator.simulate import Simulator

async def main(hosts):
    polls = itertools.count()
    for number, host in enumerate(hosts):
        plug = device("HS100", number)
        def answer(request, answer=plug.answer):
            next(polls)
            return answer(request)
        plug.answer = answer
        await Simulator(plug).start(host, 9999)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    said = asyncio.Event()
    loop.add_reader(0, lambda: (sys.stdin.readline(), print(next(polls), flush=True)))
    await said.wait()

asyncio.run(main(sys.argv[2:]))
"""

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


def main(count, seconds):
    hosts = [str(FIRST + number) for number in range(count)]
    print("%d devices each %g s, Python %s" % (count, INTERVAL_S, sys.version.split()[0]))
    print(
        "| | polls/s | polls/CPU s | of a core | resident MiB |\n|---|---|---|---|---|", flush=True
    )
    argv = [sys.executable, "-c", DEVICES, str(ROOT), *hosts]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as devices:
        try:
            devices.stdout.readline()
            ours = [os.path.realpath(sys.executable), "-I", "-S", PROGRAM, "watch", *hosts]
            measure("watch", ours, hosts, seconds, devices)
            measure("watch --json", [*ours, "--json"], hosts, seconds, devices)
            with tempfile.TemporaryDirectory() as folder:
                python, version = kasa(folder)
                if python:
                    argv = [python, "-c", KASA, str(INTERVAL_S), *hosts]
                    measure("python-kasa %s, update()" % version, argv, hosts, seconds, devices)
        finally:
            devices.terminate()


def measure(name, argv, hosts, seconds, devices):
    """Print a row. The first line of each device has been told before the clock starts."""
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            for _ in hosts:
                process.stdout.readline()
            time.sleep(WARM_UP_S)
            before, so_far, started = cpu_s(process.pid), polls(devices), time.monotonic()
            time.sleep(seconds)
            used, counted = cpu_s(process.pid) - before, polls(devices) - so_far
            wall = time.monotonic() - started
            assert process.poll() is None, name
            memory = resident_mib(process.pid)
            row = name, counted / wall, counted / used, 100 * used / wall, memory
            print("| %s | %.0f | %.0f | %.0f %% | %.0f |" % row, flush=True)
        finally:
            process.terminate()


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


if __name__ == "__main__":
    main(int((sys.argv[1:2] or ["1000"])[0]), float((sys.argv[2:3] or ["20"])[0]))
