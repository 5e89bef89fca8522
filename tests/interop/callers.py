#!/usr/bin/env python3
"""Other programs start tplink-exec as docs/callers.md says, with the files that stand there.

    python3 tests/interop/callers.py [NAME]...

NAME is one of CHECKS, default: all. Each program is installed, by PyPI, npm or apt-get, into a
folder of its own under a temporary directory; where that cannot be done, or the program is on no
registry, "skipped" says so. Simulated devices are on loopback addresses: 192.168.1.2 and .3 of the
page, one that never answers, and an address where nobody is. After the installation nothing
leaves the machine. Exit code 1 when anything failed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from callers_support import (
    DEAD,
    FOLDER,
    PLUG,
    SILENT,
    STRIP,
    Skipped,
    call,
    devices,
    install_home_assistant,
    npm,
    output,
    setting,
    snippets,
    there,
)
from kasa import Report

HOMEBRIDGE = "homebridge@1", "homebridge-cmdswitch2@0.2.10"
NODE_RED = "node-red@4", "node-red-node-test-helper@0.3"


def home_assistant(report, folder):
    python = install_home_assistant(folder)
    (text,) = snippets("Home Assistant")
    switch = re.search(r"(?ms)^  - switch:\n.*?(?=^  - )", text)[0]
    bare = re.sub(r"(?m)^ +(value_template|availability): .*\n", "", switch)
    text += bare.replace("Living room", "Code").replace(" check\n", " is-on\n")
    text += bare.replace("Living room", "Wrong")
    told = {}
    for name, host in (("plug", PLUG), ("dead", DEAD)):
        file = Path(folder) / (name + ".yaml")
        file.write_text(there(text, host))
        driver = str(FOLDER / "callers_home_assistant.py")
        printed = output(python, driver, str(file), timeout_s=300)
        told[name] = json.loads(printed.splitlines()[-1])  # the switches' commands print there, too
    version = output(python, "-c", "from homeassistant import const; print(const.__version__)")
    print("Home Assistant %s" % version.strip())
    names = ["switch.living_room", "binary_sensor.living_room_lamp", "sensor.living_room_power"]
    names += ["switch.code", "switch.wrong"]
    for host, step, wanted in (
        ("plug", "asked", ["off", "off", "0.000", "off", "on"]),
        ("plug", "turn_on", ["on", "on", "61.753", "on", "on"]),
        ("plug", "turn_off", ["off", "off", "0.000", "off", "on"]),
        ("dead", "start", ["off", "unknown", "unavailable", "off", "off"]),
        ("dead", "asked", ["unavailable", "unknown", "unavailable", "off", "off"]),
        ("dead", "turn_on", ["unavailable", "unknown", "unavailable", "off", "off"]),
    ):
        found = [told[host][step].get(name) for name in names]
        report.equal("Home Assistant, %s, %s" % (host, step), found, wanted)


def homebridge(report, folder):
    npm(folder, *HOMEBRIDGE)
    (text,) = snippets("Homebridge")
    (plug,), (silent,), (dead,) = (
        json.loads(there(text, host))["switches"] for host in (PLUG, SILENT, DEAD)
    )
    quick = {key: value for key, value in silent.items() if key != "timeout"}
    quiet = {**dead, "state_cmd": dead["state_cmd"] + " --quiet"}
    polling = {**dead, "polling": True, "interval": 10}
    wrong = {**plug, "state_cmd": plug["state_cmd"].replace("is-on", "check")}
    cases = (
        (
            "the page's",
            plug,
            ["get", True, "get", False, "get"],
            [False, "done", True, "done", False],
        ),
        ("a silent plug is an error", silent, [True], ["error"]),
        ("without timeout it is assumed to be on", quick, [True], ["done"]),
        ("a dead plug is an error", dead, ["get", True], ["error", "error"]),
        ("but off for what is believed off", dead, ["get", False], ["error", "done"]),
        ("with --quiet off", quiet, ["get"], [False]),
        ("polled, it is as before", polling, ["get"], [False]),
    )
    driver = "node", str(FOLDER / "callers_homebridge.js"), folder
    told = json.loads(output(*driver, json.dumps([case[1:3] for case in cases])))
    told += json.loads(output(*driver, json.dumps([[wrong, ["get"]]])))
    cases += (("with check always on", wrong, ["get"], [True]),)
    for (name, _, _, wanted), steps in zip(cases, told):
        report.equal("Homebridge, " + name, [found for found, _ in steps], wanted)
    times = told[2][0][1], told[1][0][1]
    report.equal("Homebridge, timeout counts: %d, %d ms" % times, times[0] + 1000 < times[1], True)


def node_red(report, folder):
    npm(folder, *NODE_RED)
    (text,) = snippets("Node-RED")
    trap = Path(folder) / "trap"
    injection = "on; touch %s" % trap
    ended, on, off = {"tplink-switch 3": {"code": 0}}, {"code": 0}, {"code": 8}
    steps = (
        ("switch", True, ended),
        ("ask", 1, {"tplink-ask 3": on, "tplink-bool 1": True}),
        ("switch", False, ended),
        ("ask", 1, {"tplink-ask 3": off, "tplink-bool 1": False}),
        ("switch", "true", ended),
        ("switch", "ON", ended),
        ("switch", "0", ended),
    )

    def play(text, steps):
        argv = "node", str(FOLDER / "callers_node_red.js"), folder, text
        named = [("tplink-" + name, payload) for name, payload, *_ in steps]
        return json.loads(output(*argv, json.dumps(named), timeout_s=120, cwd=folder))

    for (name, payload, wanted), found in zip(steps, play(there(text), steps)):
        report.equal("Node-RED, %s %s" % (name, payload), found, wanted)
    (refused,) = play(there(text), [("switch", injection)])
    report.equal("Node-RED, an injection is refused", refused["tplink-switch 3"], {"code": 1})
    report.equal("Node-RED, in spawn mode no shell", trap.exists(), False)
    (dead,) = play(there(text, DEAD), [("ask", 1)])
    report.equal("Node-RED, a dead plug", dead.get("tplink-ask 3"), {"code": 3})
    report.equal("Node-RED, its error", "refused" in dead.get("tplink-ask 2", ""), True)
    report.equal("Node-RED, no state of it", "tplink-bool 1" in dead, False)
    exec_mode = there(text).replace('"useSpawn": "true"', '"useSpawn": "false"')
    found = play(exec_mode, [("switch", "check"), ("switch", injection)])[0]
    report.equal("Node-RED, output ends with a newline", found["tplink-switch 1"], "OFF\n")
    report.equal("Node-RED, in exec mode a shell", trap.exists(), True)
    (dead,) = play(exec_mode.replace(PLUG, DEAD), [("ask", 1)])
    report.equal("Node-RED, in exec mode a failed call", dead.get("tplink-ask 1"), "")


def exit_code(report, folder):
    """OctoPrint's PSU Control (octoprint_psucontrol, turn_psu_on and _check_psu_state): a line to a
    shell; 0 is on. Domoticz (main/SQLHelper.cpp, HandleOnOffAction): what stands after script://,
    when the file is there, to system().
    """

    def shell(line):
        return subprocess.run(line, shell=True, stderr=subprocess.DEVNULL).returncode

    on, off, sensing = (
        setting("## OctoPrint", name + " System Command") for name in ("On", "Off", "Sensing")
    )
    for line, state in ((on, True), (off, False)):
        shell(there(line))
        report.equal("OctoPrint, " + line[-3:].strip(), shell(there(sensing)) == 0, state)
    report.equal("OctoPrint, a dead plug is off", shell(there(sensing, DEAD)), 3)
    for name, code in (("On", 0), ("Off", 8)):
        action = there(setting("## Domoticz", name + " Action"))
        path, _, words = action.partition("script://")[2].partition(" ")
        good = os.path.isabs(path) and "../" not in action and os.path.exists(path)
        report.equal("Domoticz, %s Action" % name, (good, shell(path + " " + words)), (True, 0))
        report.equal("Domoticz, the plug", call(PLUG, "is-on"), code)


CRON = """
set -e
mount -t tmpfs none /var/spool; mkdir -p /var/spool/cron/crontabs
mount -t tmpfs none /run; mount -t tmpfs none /usr/sbin
if [ -d /etc/cron.d ]; then mount -t tmpfs none /etc/cron.d; fi
if [ -e /etc/crontab ]; then mount --bind /dev/null /etc/crontab; fi
printf '#!/bin/sh\\ncat >>%(folder)s/mail\\n' >/usr/sbin/sendmail; chmod 755 /usr/sbin/sendmail
cp %(folder)s/crontab /var/spool/cron/crontabs/root; chmod 600 /var/spool/cron/crontabs/root
exec %(folder)s/usr/sbin/cron -f
"""
"""In a mount namespace of its own: there are no other jobs, and mail goes to a file."""


def cron(report, folder):
    if os.geteuid() or not shutil.which("apt-get") or not shutil.which("unshare"):
        raise Skipped("cron wants root on Debian, and unshare")
    try:
        output("apt-get", "download", "-qq", "cron", cwd=folder, timeout_s=120)
        output("unshare", "-m", "true")
    except RuntimeError as error:
        raise Skipped("cron cannot be had: %s" % error) from None
    output("dpkg", "-x", *map(str, Path(folder).glob("cron_*.deb")), folder)
    (text,) = snippets("cron")
    lines = [re.sub(r"^\S+ \S+ \S+ \S+ \S+", "* * * * *", line) for line in text.splitlines()]
    switch_off, follow = lines
    jobs = [there(follow), there(switch_off, DEAD)]
    Path(folder, "crontab").write_text("\n".join(jobs) + "\n")
    call(PLUG, "on")
    call(STRIP, "off")
    argv = ["unshare", "-m", "sh", "-c", CRON % {"folder": folder}]
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    mail = Path(folder) / "mail"
    try:
        deadline = time.monotonic() + 75
        while time.monotonic() < deadline and not (mail.exists() and call(STRIP, "is-on") == 0):
            time.sleep(0.5)
        time.sleep(1)
    finally:
        process.terminate()
        process.wait()
    report.equal("cron, on where the other is on", call(STRIP, "is-on"), 0)
    text = mail.read_text() if mail.exists() else ""
    found = [line for line in text.splitlines() if line.startswith("tplink-exec: ")]
    report.equal("cron, mail", [line.split()[1] for line in found], [DEAD + ":9999:"])


def systemd(report, folder):
    if not shutil.which("systemd-analyze"):
        raise Skipped("no systemd-analyze")
    paths = []
    for text in snippets("systemd timers"):
        path = Path(folder) / re.match(r"# /etc/systemd/system/(\S+)", text)[1]
        path.write_text(there(text))
        paths.append(str(path))
        for time_of in re.findall(r"(?m)^OnCalendar=(.*)$", text):
            said = output("systemd-analyze", "calendar", time_of)
            report.equal(
                "systemd, " + time_of, bool(re.search("Next elapse: .* 22:30:00", said)), True
            )
    argv = ["systemd-analyze", "verify", *paths]
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = [line for line in done.stdout.decode().splitlines() if "living-room" in line]
    report.equal("systemd, the units", (done.returncode, said), (0, []))


CHECKS = {
    "exit-code": exit_code,
    "systemd": systemd,
    "homebridge": homebridge,
    "node-red": node_red,
    "home-assistant": home_assistant,
    "cron": cron,
}


def main(names):
    unknown = set(names) - set(CHECKS)
    if unknown:
        print("no %s here; there are %s" % (", ".join(unknown), ", ".join(CHECKS)))
        return 1
    report = Report()
    for name in names or CHECKS:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, devices():
            try:
                CHECKS[name](report, folder)
            except Skipped as reason:
                print("skipped: %s: %s" % (name, reason))
        print("      %s: %.0f s" % (name, time.monotonic() - start), flush=True)
    print("%d failed" % report.failed)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
