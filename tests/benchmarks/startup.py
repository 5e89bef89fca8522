#!/usr/bin/env python3
"""What a call costs, against the bare interpreter: CPU, wall time, peak memory.

    PYTHON tests/benchmarks/startup.py [RUNS]

PYTHON is the interpreter that is measured: a copy of the file names it in its first line, and
is started by that; one row has the file as Python's argument instead. Each round runs every case
once, in turn, so that a machine that gets slower slows all of them. CPU is user + system of the
whole process (wait4). The plug is simulated by another process. Peak memory is VmHWM of one run
(Linux).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = str(Path(__file__).resolve().parents[2] / "scripts" / "tplink-exec")
ISOLATED = [os.path.realpath(sys.executable), "-I", "-S"]
RUNS = 101
CASES = {
    "check": "HOST PORT check",
    "on": "HOST PORT on",
    "check --timeout 4": "HOST PORT check --timeout 4",
    "status": "HOST PORT status",
    "toggle": "HOST PORT toggle",
    "check, by a host name": "localhost PORT check",
    "check, by a remembered name": "ALIAS PORT check",
}
"""Rows of the table, and their command lines. Names are looked for in a file with one device."""

# To be run before the program, or leave(0): the peak of the process's memory at its end.
PEAK = """
import posix, sys
def leave(code, leave=posix._exit):
    posix.write(2, [line for line in open("/proc/self/status") if "VmHWM" in line][0].encode())
    leave(code)
posix._exit = leave
"""
PARSE = """
sys.argv = sys.argv[1:]
__file__ = sys.argv[0]
exec(open(__file__).read())
"""


def main(runs):
    simulate = [*ISOLATED, PROGRAM, "simulate", "--model", "HS110", "--port", "0"]
    with subprocess.Popen(simulate, stdout=subprocess.PIPE) as plug:
        try:
            host, port = plug.stdout.readline().decode().split()[1].split(":")
            with tempfile.TemporaryDirectory() as folder:
                program = copy(folder)
                os.environ["TPLINK_EXEC_DEVICES"] = os.path.join(folder, "devices.json")
                save = [program, "discover", "--save", "--target", host, "--port", port]
                subprocess.run(save, check=True, stdout=subprocess.DEVNULL)
                with open(os.environ["TPLINK_EXEC_DEVICES"]) as file:
                    alias = json.load(file)["devices"][0]["alias"]
                report(program, {"HOST": host, "PORT": port, "ALIAS": alias}, runs)
        finally:
            plug.terminate()


def copy(folder):
    """A copy of the program whose first line names the interpreter that is measured."""
    program = Path(folder, "tplink-exec")
    program.write_text(Path(PROGRAM).read_text().replace("/usr/bin/python3", ISOLATED[0], 1))
    program.chmod(0o755)
    return str(program)


def report(program, words, runs):
    lines = {name: [words.get(word, word) for word in CASES[name].split()] for name in CASES}
    start = Path(program).read_text().partition("\n")[0].partition("-ISc")[2]
    cases = {"python3 -I -S -c pass": [*ISOLATED, "-c", "pass"]}
    cases.update({name: [program, *line] for name, line in lines.items()})
    cases["check, as python3 -I -S FILE"] = [*ISOLATED, program, *lines["check"]]
    samples = {name: [] for name in cases}
    with open(os.devnull, "wb") as null:
        for _ in range(runs):
            for name, argv in cases.items():
                samples[name].append(measure(argv, null.fileno()))
    peaks = [peak("leave(0)"), *(peak(start, program, *line) for line in lines.values())]
    peaks.append(peak(PARSE, program, *lines["check"]))
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


def peak(code, *words):
    """Peak memory in KiB; wait4's is no use, as a child begins with its parent's."""
    done = subprocess.run([*ISOLATED, "-c", PEAK + code, *words], capture_output=True, check=True)
    return int(done.stderr.split()[1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else RUNS)
