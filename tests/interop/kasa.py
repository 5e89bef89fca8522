#!/usr/bin/env python3
"""Another client, python-kasa, controls the simulated devices, and its cipher agrees with ours.

    python3 tests/interop/kasa.py [--families] [PYTHON]

Installs python-kasa and kasa-crypt from PyPI into a virtual environment under a temporary
directory, made with PYTHON or the first Python >= 3.11 that is found (without one: "skipped",
exit code 0). Then

- `tplink-exec simulate` serves one device of each of MODELS, on loopback addresses and port
  9999, as python-kasa asks for devices there (other systems than Linux may first need
  127.0.83.1 to .10 as addresses of the loopback interface);
- python-kasa tells what each of them (with --families, each of FAMILIES) is: a plug, a strip with
  outlets, a dimmer, a light;
- its command line reads, switches, dims, colors, renames and meters each, found by UDP as
  any device of a user's and then by its type, and tplink-exec tells if that really happened;
- both read the clock that the other has set, and the timer;
- cipher_agrees.py and aes_agrees.py run in the environment, and ../benchmarks/cipher.py for
  its figures.

Only single hosts are asked for, so but for pip nothing leaves the machine. Exit code 1 when
anything failed.
"""

import contextlib
import datetime
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
PORT = "9999"
REFUSED = 6  # tplink-exec's exit code for what a device does not have
ALIAS = "Lämpchen 灯"
WHAT_IT_IS = """
import asyncio, json, sys, kasa

async def look():
    device = await kasa.Discover.discover_single(sys.argv[1])
    await device.update()
    print(json.dumps([device.device_type.value, [child.alias for child in device.children]]))
    await device.disconnect()

asyncio.run(look())
"""
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


def host_of(number):
    """The address of the model with that number, from 1."""
    return "127.0.83.%d" % number


@contextlib.contextmanager
def simulated():
    """The devices of MODELS are on their hosts."""
    models = [word for model in MODELS for word in ("--model", model)]
    argv = [PROGRAM, "simulate", *models, "--address", host_of(1), "--port", PORT]
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
    wanted = ["%s %s:%s" % (model, host_of(n), PORT) for n, model in enumerate(MODELS, 1)]
    deadline = time.monotonic() + 20
    text = ""
    while text.splitlines() != wanted:
        if time.monotonic() > deadline or process.poll() is not None:
            raise Failure("the simulator does not start: %s" % text.strip())
        time.sleep(0.05)
        # pread: the simulator writes at this file's offset, so that is not to be moved.
        text = os.pread(said.fileno(), 10000, 0).decode()


class Device:
    """One simulated device, as both clients see it; `kind` is what python-kasa's --type takes."""

    def __init__(self, programs, host, kind):
        self.host = host
        self.python = os.path.join(programs, "python")
        self.kasa_program = os.path.join(programs, "kasa")
        self.both_ways = (), ("--type", kind)  # found by UDP; the type given, then TCP only

    def kasa_argv(self, *words):
        return (self.kasa_program, "--host", self.host, *words)

    def kasa(self, *words):
        return output(*self.kasa_argv(*words))

    def kasa_refused(self, *words):
        """What it prints when it fails; "" when it does not."""
        done = run(*self.kasa_argv(*words))
        return done.stdout + done.stderr if done.returncode == 1 else ""

    def said(self, pattern, *words):
        """What python-kasa says in the place of the pattern's group."""
        return re.findall(pattern, self.kasa(*words))

    def what_it_is(self):
        """Its type in python-kasa's words, and its outlets' aliases."""
        return json.loads(output(self.python, "-c", WHAT_IT_IS, self.host))

    def ours(self, *words):
        return output(PROGRAM, self.host, PORT, *words)

    def sysinfo(self):
        return json.loads(self.ours("status"))["system"]["get_sysinfo"]

    def reading(self):
        """Our emeter's, from whichever module it is in."""
        (methods,) = json.loads(self.ours("emeter")).values()
        return methods["get_realtime"]


def check_state(report, device):
    device.ours("off")
    text = device.kasa("state")
    report.equal("discovered by UDP", "Discovering device %s" % device.host in text, True)
    report.equal("state, off", re.findall("Device state: (.*)", text), ["False"])
    ours = device.sysinfo()
    for way in device.both_ways:
        reply = json.loads(device.kasa(*way, "--json", "state"))
        name = " ".join(("--json", "state", *way))
        report.equal(name, reply["system"]["get_sysinfo"], ours)
    device.ours("on")
    report.equal("state, switched on by us", device.said("Device state: (.*)", "state"), ["True"])


def check_switching(report, device):
    for way in device.both_ways:
        for command, state in (("off", "OFF\n"), ("on", "ON\n"), ("toggle", "OFF\n")):
            device.kasa(*way, command)
            report.equal(" ".join((command, *way)), device.ours("check"), state)


def check_alias(report, device):
    device.kasa("alias", ALIAS)
    report.equal("alias", device.sysinfo()["alias"], ALIAS)


def check_clock(report, device):
    device.ours("clock", "now")
    (theirs,) = device.said(r"Current time: (\S+ \S+) ", "time")
    late_s = time.time() - datetime.datetime.fromisoformat(theirs).timestamp()
    report.equal("time, set by us", -2 < late_s < 30, True)
    words = "time set 2027 7 1 12 30 --timezone America/New_York --skip-confirm"
    device.kasa(*words.split())
    ours = re.sub(r":\d\d-", ":SS-", device.ours("clock"))
    report.equal("clock, set by kasa", ours, "2027-07-01T12:30:SS-04:00\n")
    device.ours("clock", "now")


def check_timer(report, device):
    device.ours("timer", "600", "on")
    command = *device.both_ways[1], "--json", "command", "--module", "count_down"
    (rule,) = json.loads(device.kasa(*command, "get_rules"))["rule_list"]
    left_s = rule.pop("remain")
    del rule["id"]
    wanted = {"name": "tplink-exec", "enable": 1, "delay": 600, "act": 1}
    report.equal("the timer's rule", (rule, 500 < left_s <= 600), (wanted, True))
    device.kasa(*command, "delete_all_rules")
    report.equal("timer, ended by kasa", device.ours("timer"), "off\n")


def check_led(report, device):
    for word, led_off in (("off", 1), ("on", 0)):
        device.kasa("led", word)
        report.equal("led %s" % word, device.sysinfo()["led_off"], led_off)


def check_no_led(report, device):
    text = device.kasa_refused("led", "off")
    report.equal("led: there is none", "Device does not support led." in text, True)


def compare_readings(report, name, text, reading):
    """What `kasa energy` printed with our reading: those of V, W, A and kWh that there are."""
    for pattern, unit, milli_unit, tolerance in METER:
        theirs = "".join(re.findall(pattern, text))
        if unit not in reading and milli_unit not in reading:
            report.equal("%s: no %s" % (name, unit), theirs, "None")
            continue
        value = reading[unit] if unit in reading else reading[milli_unit] / 1000
        difference = abs(float(theirs or "nan") - value)
        title = "%s: %g %s" % (name, value, pattern.split()[-1])
        report.equal(title, value if difference <= tolerance else theirs, value)


def check_meter(report, device):
    """Both clients' readings in V, W, A and kWh."""
    for command in "off", "on":
        device.ours(command)
        text = device.kasa("energy")
        compare_readings(report, "energy, " + command, text, device.reading())
    reply = json.loads(device.kasa(*device.both_ways[1], "--json", "energy"))
    ours = device.reading()
    for reading in reply, ours:
        reading.pop("total", None)  # it counts meanwhile
        reading.pop("total_wh", None)
    report.equal("--json energy, type given", reply, ours)


def check_no_meter(report, device):
    text = device.kasa_refused("energy")
    report.equal("energy: there is no meter", "Device has no energy module." in text, True)
    done = run(PROGRAM, device.host, PORT, "emeter")
    report.equal("our emeter: the same", (done.returncode, done.stdout), (REFUSED, ""))


def check_child_meters(report, device):
    """Ours is outlet one's; the load of number n is n times that, so they are told apart."""
    device.ours("on")
    compare_readings(
        report, "energy, child 1", device.kasa("energy", "--child-index", "0"), device.reading()
    )
    watts = device.reading()["power_mw"] / 1000
    for number in (2, 6):
        found = device.said(r"Power: (\S+) W", "energy", "--child-index", str(number - 1))
        report.equal("energy, child %d" % number, found, [str(number * watts)])
    found = device.said(r"Power: (\S+) W", "energy")
    report.equal("energy, all six", found, [str(21 * watts)])


def children(device):
    return [(child["alias"], child["state"]) for child in device.sysinfo()["children"]]


def check_children(report, device):
    """Switch and rename the second outlet, by number and by name; the others stay as they are."""
    device.ours("off")
    others = children(device)
    for words, second in (
        (("on", "--child-index", "1"), ("Plug 2", 1)),
        (("alias", "--child-index", "1", ALIAS), (ALIAS, 1)),
        (("off", "--child", ALIAS), (ALIAS, 0)),
        (("toggle", "--child", ALIAS), (ALIAS, 1)),
    ):
        device.kasa(*words)
        wanted = [others[0], second, *others[2:]]
        report.equal(" ".join(words), children(device), wanted)
    found = device.said(r"\* (.*)", "alias")
    report.equal("alias: all of them", found, [alias for alias, _ in children(device)])


def check_dimmer(report, device):
    """To set the brightness switches on, as python-kasa does it by a transition."""
    device.ours("off")
    for words, state in (
        (("brightness", "40"), (1, 40)),
        (("brightness", "0"), (0, 40)),
        (("brightness", "1"), (1, 1)),
        (("brightness", "--transition", "100", "70"), (1, 70)),
        (("off", "--transition", "100"), (0, 70)),
    ):
        device.kasa(*words)
        info = device.sysinfo()
        report.equal(" ".join(words), (info["relay_state"], info["brightness"]), state)
    report.equal("brightness", device.said("Brightness: (.*)", "brightness"), ["70"])


def light(device):
    """on_off, hue, saturation, color_temp and brightness, those of a light that is off too."""
    state = device.sysinfo()["light_state"]
    state.update(state.pop("dft_on_state", {}))
    names = "on_off", "hue", "saturation", "color_temp", "brightness"
    return tuple(state[name] for name in names)


def check_lighting(report, device, cases):
    device.ours("off")
    for words, state in cases:
        device.kasa(*words.split())
        report.equal(words, light(device), state)


def check_white(report, device):
    check_lighting(
        report,
        device,
        (
            ("brightness 40", (1, 0, 0, 2700, 40)),
            ("brightness 0", (0, 0, 0, 2700, 40)),
            ("on --transition 100", (1, 0, 0, 2700, 40)),
        ),
    )
    report.equal("brightness", device.said("Brightness: (.*)", "brightness"), ["40"])
    for command in "hsv", "temperature":
        text = device.kasa_refused(command)
        report.equal(command + ": it has none", "oes not support color" in text, True)


def check_color(report, device):
    check_lighting(
        report,
        device,
        (
            ("temperature 3000", (1, 0, 0, 3000, 70)),
            ("hsv 240 75 40", (1, 240, 75, 0, 40)),
            ("brightness --transition 100 20", (1, 240, 75, 0, 20)),
            ("off", (0, 240, 75, 0, 20)),
            ("on", (1, 240, 75, 0, 20)),
        ),
    )
    wanted = ["HSV(hue=240, saturation=75, value=20)"]
    report.equal("hsv", device.said("Current HSV: (.*)", "hsv"), wanted)
    device.kasa("temperature", "9000")
    report.equal("temperature 9000", light(device), (1, 0, 0, 9000, 20))
    found = device.said("Color temperature: (.*)", "temperature")
    report.equal("temperature", found, ["9000"])
    report.equal("brightness", device.said("Brightness: (.*)", "brightness"), ["20"])


ALL = check_state, check_switching, check_alias, check_clock
STRIP = *ALL, check_led, check_children
SWITCH = *ALL, check_led, check_timer
LIGHT = *ALL, check_no_led, check_meter

# model: what python-kasa's --type takes, the number of outlets, and the checks.
MODELS = {
    "HS100": ("plug", 0, (*SWITCH, check_no_meter)),
    "HS110": ("plug", 0, (*SWITCH, check_meter)),
    "HS110v4": ("plug", 0, (*SWITCH, check_meter)),
    "HS107": ("strip", 2, (*STRIP, check_no_meter)),
    "KP303": ("strip", 3, (*STRIP, check_no_meter)),
    "HS300": ("strip", 6, (*STRIP, check_child_meters)),
    "HS220": ("dimmer", 0, (*SWITCH, check_dimmer, check_no_meter)),
    "LB100": ("bulb", 0, (*LIGHT, check_white)),
    "LB130": ("bulb", 0, (*LIGHT, check_color)),
    "KL430": ("lightstrip", 0, (*LIGHT, check_color)),
}

FAMILIES = "HS110", "HS300", "HS220", "LB130", "KL430"
"""A model of each."""


def check_devices(report, programs, models):
    with simulated() as simulator:
        for number, (model, (kind, outlets, checks)) in enumerate(MODELS.items(), 1):
            if model not in models:
                continue
            host = host_of(number)
            print("\n%s, %s" % (model, host), flush=True)
            device = Device(programs, host, kind)
            wanted = [kind, ["Plug %d" % (n + 1) for n in range(outlets)]]
            report.equal("what it is", device.what_it_is(), wanted)
            for check in checks:
                attempt(report, check.__name__, check, report, device)
        report.equal("the simulator runs on", simulator.poll(), None)


def attempt(report, name, function, *arguments):
    """Call it; what keeps it from its end is a failed check, and the others go on."""
    try:
        function(*arguments)
    except (Failure, OSError, subprocess.TimeoutExpired, ValueError, LookupError) as error:
        report.fail(name, "%s: %s" % (type(error).__name__, error))


def check_ciphers(report, python):
    for name in "cipher_agrees.py", "aes_agrees.py":
        done = run(python, str(ROOT / "tests" / "interop" / name), timeout_s=300)
        print("\n" + done.stdout + done.stderr, flush=True)
        report.equal(name, (done.returncode, "skipped" in done.stdout), (0, False))
    # Only told: a machine that does other things meanwhile is no reason to fail.
    done = run(python, str(ROOT / "tests" / "benchmarks" / "cipher.py"), timeout_s=300)
    print("\n" + done.stdout + done.stderr, flush=True)


def main(argv):
    models = FAMILIES if "--families" in argv else MODELS
    pythons = [word for word in argv if word != "--families"]
    python = pythons[0] if pythons else find_python()
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
        attempt(report, "simulated devices", check_devices, report, programs, models)
        attempt(report, "ciphers", check_ciphers, report, os.path.join(programs, "python"))
    print("%d checks passed, %d failed" % (report.passed, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
