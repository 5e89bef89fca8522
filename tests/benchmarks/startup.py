#!/usr/bin/env python3
"""What a call costs, against the bare interpreter: CPU, wall time, peak memory.

    PYTHON tests/benchmarks/startup.py [RUNS]

PYTHON is the interpreter that is measured. Each round runs every case once, in turn, so that a
machine that gets slower slows all of them. CPU is user + system of the whole process (wait4).
The plug is simulated by another process. Peak memory is VmHWM of one run (Linux).
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = str(Path(__file__).resolve().parents[2] / "scripts" / "tplink-exec")
ISOLATED = [os.path.realpath(sys.executable), "-I", "-S"]
RUNS = 101
CASES = ("check", "on", "check --timeout 4", "status", "toggle")

# Run as -c: PROGRAM, or nothing, and the peak of the process's memory at its end.
PEAK = """
import posix, sys
def leave(code, leave=posix._exit):
    posix.write(2, [line for line in open("/proc/self/status") if "VmHWM" in line][0].encode())
    leave(code)
posix._exit = leave
sys.argv = sys.argv[1:]
if sys.argv:
    __file__ = sys.argv[0]
    exec(open(__file__).read())
leave(0)
"""


def main(runs):
    simulate = [*ISOLATED, PROGRAM, "simulate", "--model", "HS110", "--port", "0"]
    with subprocess.Popen(simulate, stdout=subprocess.PIPE) as plug:
        try:
            place = plug.stdout.readline().decode().split()[1].split(":")
            report(place, CASES, runs)
        finally:
            plug.terminate()


def report(place, names, runs):
    cases = {"python3 -I -S -c pass": [*ISOLATED, "-c", "pass"]}
    cases.update({name: [*ISOLATED, PROGRAM, *place, *name.split()] for name in names})
    samples = {name: [] for name in cases}
    with open(os.devnull, "wb") as null:
        for _ in range(runs):
            for name, argv in cases.items():
                samples[name].append(measure(argv, null.fileno()))
    peaks = [peak(), *(peak(PROGRAM, *place, *name.split()) for name in names)]
    print("Python %s, %d runs each, alternating; medians" % (sys.version.split()[0], runs))
    print("| | CPU ms | ratio | wall ms | ratio | peak MiB |\n|---|---|---|---|---|---|")
    bare = None
    for name, memory in zip(cases, peaks):
        cpu, wall = (statistics.median(column) * 1e3 for column in zip(*samples[name]))
        bare = bare or (cpu, wall)
        row = name, cpu, cpu / bare[0], wall, wall / bare[1], memory / 1024
        print("| `%s` | %.1f | %.2f | %.1f | %.2f | %.1f |" % row)


def measure(argv, stdout):
    """CPU s and wall s of one process, which must end with 0."""
    started = time.perf_counter()
    redirect = [(os.POSIX_SPAWN_DUP2, stdout, 1)]
    pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=redirect)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    assert status == 0, (argv, status)
    return usage.ru_utime + usage.ru_stime, wall


def peak(*words):
    """Peak memory in KiB; wait4's is no use, as a child begins with its parent's."""
    done = subprocess.run([*ISOLATED, "-c", PEAK, *words], capture_output=True, check=True)
    return int(done.stderr.split()[1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else RUNS)
