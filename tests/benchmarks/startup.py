#!/usr/bin/env python3
"""What a call costs, against the bare interpreter: CPU, wall time, peak memory.

    python3 tests/benchmarks/startup.py [RUNS]

Each round runs every case once, in turn, so that a machine that gets slower slows all. CPU is
user + system of the whole process (wait4). The plug is simulated by another process.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = str(Path(__file__).resolve().parents[2] / "scripts" / "tplink-exec")
RUNS = 101


def measure(argv, stdout):
    """CPU s, wall s, peak KiB and exit code of one process."""
    started = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, stdout, 1)])
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss, status


def main(runs):
    python = os.path.realpath(sys.executable)
    isolated = [python, "-I", "-S"]
    simulate = [*isolated, PROGRAM, "simulate", "--model", "HS110", "--port", "0"]
    with subprocess.Popen(simulate, stdout=subprocess.PIPE, text=True) as plug:
        try:
            port = plug.stdout.readline().rsplit(":", 1)[1].strip()
            call = [*isolated, PROGRAM, "127.0.0.1", port]
            cases = {"python3 -I -S -c pass": [*isolated, "-c", "pass"]}
            cases.update({name: [*call, name] for name in ("check", "on", "status", "toggle")})
            cases["check, by its #! line"] = [PROGRAM, "127.0.0.1", port, "check"]
            report(cases, runs)
        finally:
            plug.terminate()


def report(cases, runs):
    samples = {name: [] for name in cases}
    # The #! line takes python3 from PATH: make that the interpreter that is measured.
    os.environ["PATH"] = (
        os.path.dirname(os.path.realpath(sys.executable)) + ":" + os.environ["PATH"]
    )
    with open(os.devnull, "wb") as null:
        for _ in range(runs):
            for name, argv in cases.items():
                sample = measure(argv, null.fileno())
                assert sample[3] == 0, (name, sample)
                samples[name].append(sample)
    print("Python %s, %d runs each, alternating; medians" % (sys.version.split()[0], runs))
    print("%-24s %8s %7s %8s %7s %9s" % ("", "CPU ms", "ratio", "wall ms", "ratio", "peak KiB"))
    bare = None
    for name, rows in samples.items():
        cpu, wall, peak, _ = (statistics.median(column) for column in zip(*rows))
        bare = bare or (cpu, wall)
        print(
            "%-24s %8.2f %7.3f %8.2f %7.3f %9d"
            % (name, cpu * 1e3, cpu / bare[0], wall * 1e3, wall / bare[1], peak)
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else RUNS)
