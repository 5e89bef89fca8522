#!/usr/bin/env python3
"""Another client, python-kasa, controls the simulated plugs, and its cipher agrees with ours.

    python3 tests/interop/kasa.py [PYTHON]

Installs python-kasa and kasa-crypt from PyPI into a virtual environment under a temporary
directory, made with PYTHON or the first Python >= 3.11 that is found (without one: "skipped",
exit code 0). Then

- `tplink-exec simulate` serves one plug of each of MODELS, on loopback addresses and port
  9999, as python-kasa asks for devices there (other systems than Linux may first need
  127.0.83.1 to .3 as addresses of the loopback interface);
- python-kasa's command line reads, switches, renames and meters each plug, found by UDP as
  any device of a user's and then by its type, and tplink-exec tells if that really happened;
- cipher_agrees.py runs in the environment, and ../benchmarks/cipher.py for its figures.

Only single hosts are asked for, so but for pip nothing leaves the machine. Exit code 1 when
anything failed.
"""

import contextlib
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "scripts" / "tplink-exec")
MODELS = "HS100", "HS110", "HS110v4"
HOSTS = "127.0.83.1", "127.0.83.2", "127.0.83.3"
PORT = "9999"
REFUSED = 6  # tplink-exec's exit code for what a device does not have
ALIAS = "Lämpchen 灯"
BOTH_WAYS = ((), ("--type", "plug"))  # found by UDP; the type given, then TCP only
# From `kasa energy`: what is read, and the fields of hardware 1 and of later hardware.
METER = (
    (r"Voltage: (\S+) V", "voltage", "voltage_mv", 0.001),
    (r"Power: (\S+) W", "power", "power_mw", 0.001),
    (r"Current: (\S+) A", "current", "current_ma", 0.001),
    (r"Total consumption: (\S+) kWh", "total", "total_wh", 0.01),  # it counts meanwhile
)

# python-kasa takes options from KASA_*; its output is UTF-8 whatever the locale is.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("KASA_")}
ENVIRONMENT.update(PYTHONUTF8="1", PYTHONDONTWRITEBYTECODE="1", PIP_DISABLE_PIP_VERSION_CHECK="1")


class Failure(Exception):
    """Something that keeps the rest from being checked."""


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, name, found, expected):
        if found == expected:
            self.passed += 1
            print("ok    %s" % name, flush=True)
        else:
            self.fail(name, "%r instead of %r" % (found, expected))

    def fail(self, name, reason):
        self.failed += 1
        print("FAIL  %s: %s" % (name, reason), flush=True)


def run(*argv, timeout_s=60):
    """The finished process; `stdout` and `stderr` are str."""
    return subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=ENVIRONMENT,
        timeout=timeout_s,
    )


def output(*argv, timeout_s=60):
    """What a command that must succeed prints."""
    done = run(*argv, timeout_s=timeout_s)
    if done.returncode:
        text = "; ".join((done.stdout + done.stderr).strip().splitlines()[-3:])
        raise Failure("%s: exit code %d: %s" % (" ".join(argv), done.returncode, text))
    return done.stdout


def find_python():
    """A Python >= 3.11 that can make environments; None when there is none."""
    candidates = [sys.executable]
    candidates += [shutil.which("python3.%d" % minor) for minor in range(11, 20)]
    candidates += sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python3")))
    wanted = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for python in filter(None, candidates):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            if run(python, "-c", wanted, timeout_s=20).returncode == 0:
                return python
    return None


def install(python, folder):
    """The environment's folder of programs."""
    output(python, "-m", "venv", folder, timeout_s=300)
    programs = os.path.join(folder, "bin")
    pip = os.path.join(programs, "python"), "-m", "pip"
    output(*pip, "install", "--quiet", "python-kasa", "kasa-crypt", timeout_s=600)
    versions = output(*pip, "list", "--format", "freeze").split()
    print("In %s: %s" % (python, ", ".join(v for v in versions if "kasa" in v)), flush=True)
    return programs


@contextlib.contextmanager
def simulated():
    """The plugs of MODELS are on HOSTS."""
    models = [word for model in MODELS for word in ("--model", model)]
    argv = [PROGRAM, "simulate", *models, "--address", HOSTS[0], "--port", PORT]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            await_simulator(process, said)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def await_simulator(process, said):
    wanted = ["%s %s:%s" % (model, host, PORT) for model, host in zip(MODELS, HOSTS)]
    deadline = time.monotonic() + 20
    text = ""
    while text.splitlines() != wanted:
        if time.monotonic() > deadline or process.poll() is not None:
            raise Failure("the simulator does not start: %s" % text.strip())
        time.sleep(0.05)
        # pread: the simulator writes at this file's offset, so that is not to be moved.
        text = os.pread(said.fileno(), 10000, 0).decode()


class Plug:
    """One simulated plug, as both clients see it."""

    def __init__(self, kasa_program, host):
        self.host = host
        self.kasa_program = kasa_program

    def kasa_argv(self, *words):
        return (self.kasa_program, "--host", self.host, *words)

    def kasa(self, *words):
        return output(*self.kasa_argv(*words))

    def ours(self, command):
        return output(PROGRAM, self.host, PORT, command)

    def our_json(self, command, module, method):
        return json.loads(self.ours(command))[module][method]


def check_state(report, plug):
    plug.ours("off")
    text = plug.kasa("state")
    report.equal("discovered by UDP", "Discovering device %s" % plug.host in text, True)
    report.equal("state, off", re.findall("Device state: (.*)", text), ["False"])
    ours = plug.our_json("status", "system", "get_sysinfo")
    for way in BOTH_WAYS:
        reply = json.loads(plug.kasa(*way, "--json", "state"))
        name = " ".join(("--json", "state", *way))
        report.equal(name, reply["system"]["get_sysinfo"], ours)
    plug.ours("on")
    found = re.findall("Device state: (.*)", plug.kasa("state"))
    report.equal("state, switched on by us", found, ["True"])


def check_switching(report, plug):
    for way in BOTH_WAYS:
        for command, state in (("off", "OFF\n"), ("on", "ON\n"), ("toggle", "OFF\n")):
            plug.kasa(*way, command)
            report.equal(" ".join((command, *way)), plug.ours("check"), state)


def check_settings(report, plug):
    plug.kasa("alias", ALIAS)
    report.equal("alias", plug.our_json("status", "system", "get_sysinfo")["alias"], ALIAS)
    for word, led_off in (("off", 1), ("on", 0)):
        plug.kasa("led", word)
        found = plug.our_json("status", "system", "get_sysinfo")["led_off"]
        report.equal("led %s" % word, found, led_off)


def check_meter(report, plug):
    """Both clients' readings in V, W, A and kWh."""
    for command in "off", "on":
        plug.ours(command)
        text = plug.kasa("energy")
        ours = plug.our_json("emeter", "emeter", "get_realtime")
        for pattern, unit, milli_unit, tolerance in METER:
            theirs = float("".join(re.findall(pattern, text)) or "nan")
            value = ours[unit] if unit in ours else ours[milli_unit] / 1000
            name = "energy, %s: %g %s" % (command, value, pattern.split()[-1])
            report.equal(name, value if abs(theirs - value) <= tolerance else theirs, value)
    reply = json.loads(plug.kasa("--type", "plug", "--json", "energy"))
    for reading in reply, ours:
        reading.pop("total", None)
        reading.pop("total_wh", None)
    report.equal("--json energy --type plug", reply, ours)


def check_no_meter(report, plug):
    done = run(*plug.kasa_argv("energy"))
    said = "Device has no energy module." in done.stdout
    report.equal("energy: there is no meter", (done.returncode, said), (1, True))
    done = run(PROGRAM, plug.host, PORT, "emeter")
    report.equal("our emeter: the same", (done.returncode, done.stdout), (REFUSED, ""))


def check_plugs(report, kasa_program):
    with simulated() as simulator:
        for model, host in zip(MODELS, HOSTS):
            print("\n%s, %s" % (model, host), flush=True)
            plug = Plug(kasa_program, host)
            meter = check_no_meter if model == "HS100" else check_meter
            for check in check_state, check_switching, check_settings, meter:
                attempt(report, check.__name__, check, report, plug)
        report.equal("the simulator runs on", simulator.poll(), None)


def attempt(report, name, function, *arguments):
    """Call it; what keeps it from its end is a failed check, and the others go on."""
    try:
        function(*arguments)
    except (Failure, OSError, subprocess.TimeoutExpired, ValueError, LookupError) as error:
        report.fail(name, "%s: %s" % (type(error).__name__, error))


def check_ciphers(report, python):
    done = run(python, str(ROOT / "tests" / "interop" / "cipher_agrees.py"), timeout_s=300)
    print("\n" + done.stdout + done.stderr, flush=True)
    report.equal("cipher_agrees.py", done.returncode, 0)
    # Only told: a machine that does other things meanwhile is no reason to fail.
    done = run(python, str(ROOT / "tests" / "benchmarks" / "cipher.py"), timeout_s=300)
    print("\n" + done.stdout + done.stderr, flush=True)


def main(argv):
    python = argv[0] if argv else find_python()
    if python is None:
        print("skipped: python-kasa needs a Python >= 3.11 with venv, and none is found")
        return 0
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        try:
            programs = install(python, folder)
        except (Failure, OSError, subprocess.TimeoutExpired) as error:
            print("FAIL  python-kasa cannot be installed: %s" % error)
            return 1
        attempt(report, "simulated plugs", check_plugs, report, os.path.join(programs, "kasa"))
        attempt(report, "ciphers", check_ciphers, report, os.path.join(programs, "python"))
    print("%d checks passed, %d failed" % (report.passed, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
