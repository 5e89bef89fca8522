#!/usr/bin/env python3
"""Another client, python-kasa, controls simulated devices that speak KLAP, or AES.

    python3 tests/interop/klap.py [PYTHON]

As kasa.py does, it installs python-kasa from PyPI into a virtual environment under a temporary
directory, made with PYTHON or the first Python >= 3.11 that is found (without one: "skipped",
exit code 0). Then for both versions of KLAP, and for devices of no account, of one, and with the
default logins of Kasa and Tapo, `tplink-exec simulate --klap` serves every model, those of SMART
devices with version 2 only, on loopback addresses; then those by AES (`--aes`), where python-kasa
knows no defaults but Tapo's; and of each

- python-kasa (klap_client.py) learns by UDP port 20002 what it is and where, makes the
  handshake, reads, switches on, renames, meters, and sets the LED and what a light has, also
  effects;
- tplink-exec tells before and after if the device is on, its new name, and the effect; each reads
  the clock that the other has set.

A wrong password is refused. Only single hosts are asked for, so but for pip nothing leaves the
machine. UDP port 20002 of 127.0.84.1 to .17 must be free (other systems than Linux may first
need these as addresses of the loopback interface). Exit code 1 when anything failed.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from kasa import ENVIRONMENT, PROGRAM, ROOT, Failure, Report, attempt, find_python, install, run

CLIENT = str(ROOT / "tests" / "interop" / "klap_client.py")
ALIAS = "Lämpchen 灯"
USER = "me@example.com", "p:ss wörd"
# What --login takes, and with which login of its own python-kasa is to find out.
LOGINS = {
    "blank": ("", ""),
    "kasa": USER,  # that it falls back to the defaults, whatever it is given
    "tapo": USER,
    ":".join(USER): USER,
}
TRANSPORTS = {"klap1": "KlapTransport", "klap2": "KlapTransportV2", "aes": "AesTransport"}
LED, WHITE = {"led": False}, {"brightness": 40}
HSV = {**WHITE, "hsv": [240, 75, 30]}
COLORED = {**HSV, "color_temp": 3000}
EFFECTS = {
    "KL430": ("Rainbow", "Bubbling Cauldron"),
    "L530": ("Party", "Relax"),
    "L530v1": ("Party", "Relax"),
    "L920": ("Rainbow", "Bubbling Cauldron"),
}
"""What plays at first, by us, and in the end, by python-kasa."""

# model: python-kasa's class, type and name of it, outlets, and what else it is to read.
IOT = {
    "HS100": ("IotPlug", "plug", "HS100", 0, LED),
    "HS110": ("IotPlug", "plug", "HS110", 0, {**LED, "watts": 61.753}),
    "HS110v4": ("IotPlug", "plug", "HS110", 0, {**LED, "watts": 61.753}),
    "HS107": ("IotStrip", "strip", "HS107", 2, LED),
    "KP303": ("IotStrip", "strip", "KP303", 3, LED),
    "HS300": ("IotStrip", "strip", "HS300", 6, {**LED, "watts": 215.25}),
    "HS220": ("IotDimmer", "dimmer", "HS220", 0, {**LED, **WHITE}),
    "LB100": ("IotBulb", "bulb", "LB100", 0, {**WHITE, "watts": 2.8}),
    "LB130": ("IotBulb", "bulb", "LB130", 0, {**COLORED, "watts": 3.0}),
    "KL430": ("IotLightStrip", "lightstrip", "KL430", 0, {**COLORED, "watts": 8.1}),
}
SMART = {
    "KP125M": ("SmartDevice", "plug", "KP125M", 0, {**LED, "watts": 61.753}),
    "P300": ("SmartDevice", "strip", "P300", 3, LED),
    "P316M": ("SmartDevice", "strip", "P316M", 6, {**LED, "watts": 215.25}),
    "KS240": ("SmartDevice", "wallswitch", "KS240", 2, {**LED, **WHITE, "fan": 3}),
    "L530": ("SmartDevice", "bulb", "L530", 0, COLORED),
    "L530v1": ("SmartDevice", "bulb", "L530 Series", 0, COLORED),
    "L920": ("SmartDevice", "lightstrip", "L920", 0, HSV),
}


def host_of(number):
    """The address of the model with that number, from 0."""
    return "127.0.84.%d" % (number + 1)


@contextlib.contextmanager
def simulated(models, transport, login):
    """The models are on their hosts; yields the HTTP port."""
    argv = [PROGRAM, "simulate", "--login", login, "--http-port", "0"]
    argv += ["--mac", "50:C7:BF:00:00:00", "--address", host_of(0)]
    for model in models:
        argv += ["--model", "%s:%s" % (model, transport)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            yield await_simulator(process, said, models)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def await_simulator(process, said, models):
    """The port, once all are served."""
    deadline = time.monotonic() + 20
    while True:
        # pread: the simulator writes at this file's offset, so that is not to be moved.
        text = os.pread(said.fileno(), 10000, 0).decode()
        if text.count("\n") == len(models) and "tplink-exec:" not in text:
            return text.strip().rpartition(":")[2]
        if time.monotonic() > deadline or process.poll() is not None:
            raise Failure("the simulator does not start: %s" % text.strip())
        time.sleep(0.05)


class Ours:
    """tplink-exec, for one device; its port 9999 is closed."""

    def __init__(self, host, port):
        self.start = PROGRAM, host, "9999", "--http-port", port
        self.environment = {**ENVIRONMENT, "HOME": "/nonexistent"}
        self.environment.update(zip(("TPLINK_EXEC_USERNAME", "TPLINK_EXEC_PASSWORD"), USER))

    def __call__(self, *words):
        done = subprocess.run(
            [*self.start, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env=self.environment,
            timeout=60,
        )
        return done.stdout


def theirs(python, login, hosts):
    """What python-kasa saw, by host."""
    done = run(python, "-I", CLIENT, *login, *hosts, timeout_s=600)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(lines) != len(hosts):
        raise Failure("klap_client.py: " + "; ".join(done.stderr.strip().splitlines()[-3:]))
    return {seen.pop("host"): seen for seen in lines}


def check(report, python, transport, word):
    """All models with the user's own login; with the others, which differ in that, a few."""
    models = {"klap1": IOT, "klap2": {**IOT, **SMART}, "aes": SMART}[transport]
    if ":" not in word:
        models = {model: told for model, told in models.items() if model in ("HS110", "L530")}
    print("\n%s, login %s" % (transport, word), flush=True)
    with simulated(models, transport, word) as port:
        hosts = [host_of(number) for number in range(len(models))]
        ours = {host: Ours(host, port) for host in hosts}
        for model, (effect, _) in EFFECTS.items():
            for words in (("effect", effect), ("brightness", "35"), ("off",)):
                if model in models:
                    ours[host_of(list(models).index(model))](*words)
        before = {host: ours[host]("check") + ours[host]("clock", "now") for host in hosts}
        seen = theirs(python, LOGINS[word], hosts)
        for number, (model, told) in enumerate(models.items()):
            host = hosts[number]
            compare(report, model, told, seen[host], transport, number)
            found = before[host], ours[host]("check"), ours[host]("alias")
            report.equal("%s: as we see it" % model, found, ("OFF\n", "ON\n", ALIAS + "\n"))
            clock = ours[host]("clock")
            as_set = re.match(r"2027-07-01T12:3\d:\d\d-04:00\n", clock)
            report.equal("%s: the clock set by python-kasa" % model, clock, as_set and clock)
            if model in EFFECTS:
                found = ours[host]("effect"), ours[host]("brightness")
                wanted = EFFECTS[model][1] + "\n", "45\n"
                report.equal("%s: its effect, as we see it" % model, found, wanted)


def compare(report, model, told, seen, transport, number):
    """Consumption of this day is 0 or little more."""
    kind, device_type, name, outlets, more = told
    expected = {
        "class": kind,
        "type": device_type,
        "transport": TRANSPORTS[transport],
        "model": name,
        "mac": "50:C7:BF:00:00:%02X" % number,
        "off": False,
        "late": False,
        "outlets": outlets,
        "on": True,
        "alias": ALIAS,
        **more,
    }
    if model in EFFECTS:
        first, last = EFFECTS[model]
        expected["effect before"] = [first, 35]
        expected["effect ended"] = ["Off", 30]
        expected["effect after"] = [last, 45]
    if model in IOT:
        expected["other version"] = "AuthenticationError"
    today = seen.pop("today_kwh", None)
    report.equal("%s: as python-kasa sees it" % model, seen, expected)
    report.equal("%s: energy of this day" % model, (today or 0) < 0.1, True)


def check_wrong_password(report, python):
    print("\nA wrong password", flush=True)
    for transport in TRANSPORTS:
        with simulated(["KP125M" if transport == "aes" else "HS100"], transport, ":".join(USER)):
            (seen,) = theirs(python, (USER[0], "wrong"), [host_of(0)]).values()
            found = seen.get("error", "").partition(":")[0]
            report.equal("%s: refused" % transport, found, "AuthenticationError")


def main(argv):
    python = argv[0] if argv else find_python()
    if python is None:
        print("skipped: python-kasa needs a Python >= 3.11 with venv, and none is found")
        return 0
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        try:
            theirs = os.path.join(install(python, folder), "python")
        except (Failure, OSError, subprocess.TimeoutExpired) as error:
            print("FAIL  python-kasa cannot be installed: %s" % error)
            return 1
        for transport in TRANSPORTS:
            for word in list(LOGINS)[2 if transport == "aes" else 0 :]:
                name = "%s, login %s" % (transport, word)
                attempt(report, name, check, report, theirs, transport, word)
        attempt(report, "wrong passwords", check_wrong_password, report, theirs)
    print("%d checks passed, %d failed" % (report.passed, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
