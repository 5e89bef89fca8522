#!/usr/bin/env python3
"""What a call by KLAP, AES or TPAP costs, against the bare interpreter and python-kasa's program.

    PYTHON tests/benchmarks/klap.py [RUNS]

PYTHON is measured; the devices are simulated by another process on free loopback ports, but for
python-kasa, which is given the same device. Each round runs every case once, in turn. python-kasa
is installed into a temporary environment of the first Python >= 3.11; without one it is left out.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "benchmarks"), str(ROOT / "tests" / "interop")]

from kasa import find_python, install  # noqa: E402
from startup import ISOLATED, PROGRAM, copy, measure  # noqa: E402

RUNS = 41
HOST = "127.0.84.1"
KASA_RUNS = 5
LOGIN = "me@example.com", "secret"
os.environ.update(zip(("TPLINK_EXEC_USERNAME", "TPLINK_EXEC_PASSWORD"), LOGIN))


def main(runs):
    with tempfile.TemporaryDirectory() as folder:
        python = find_python()
        kasa = os.path.join(install(python, folder), "kasa") if python else ""
        for model, way, family in (
            ("HS100", "--klap 2", "IOT.SMARTPLUGSWITCH"),
            ("KP125M", "--klap 2", "SMART.KASAPLUG"),
            ("KP125M", "--aes --login %s:%s" % LOGIN, ""),
            ("KP125M", "--tpap --login %s:%s" % LOGIN, ""),
        ):
            simulate = [*ISOLATED, PROGRAM, "simulate", "--model", model, *way.split()]
            simulate += ["--address", HOST, "--port", "9999", "--http-port", "80"]
            with subprocess.Popen(simulate, stdout=subprocess.PIPE) as device:
                try:
                    device.stdout.readline()
                    name = "%s by %s" % (model, way[2:6].strip().upper())
                    report(copy(folder), name, family, kasa if family else "", runs)
                finally:
                    device.terminate()


def report(program, name, family, kasa, runs):
    cases = {
        "python3 -I -S -c pass": [*ISOLATED, "-c", "pass"],
        "check, " + name: [program, HOST, "9999", "check"],
    }
    samples = {name: [] for name in cases}
    with open(os.devnull, "wb") as null:
        for _ in range(runs):
            for name, argv in cases.items():
                samples[name].append(measure(argv, null.fileno())[0])
        if kasa:
            words = ["--host", HOST, "--device-family", family, "--encrypt-type", "KLAP"]
            words += ["--login-version", "2", "state"]
            name = "kasa state, the same device"
            samples[name] = [measure([kasa, *words], null.fileno())[0] for _ in range(KASA_RUNS)]
    bare = statistics.median(samples["python3 -I -S -c pass"])
    print("Python %s, %d runs, alternating; medians" % (sys.version.split()[0], runs))
    print("| | CPU ms | ratio |\n|---|---|---|")
    for name, values in samples.items():
        cpu = statistics.median(values)
        print("| `%s` | %.1f | %.2f |" % (name, cpu * 1e3, cpu / bare))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else RUNS)
