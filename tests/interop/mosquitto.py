#!/usr/bin/env python3
"""watch between mosquitto_sub and mosquitto_pub -l, with a real broker.

    python3 tests/interop/mosquitto.py

Takes Debian's mosquitto and mosquitto-clients, and installs them by apt-get when root (when they
are not to be had: "skipped", exit code 0). A broker of its own, on a free loopback port; simulated
devices; the pipelines of docs/watch.md and of openhab-examples' unit, run by sh. Exit code 1 when
anything failed.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "scripts" / "tplink-exec")
ADDRESSES = ["127.0.84.%d" % number for number in (1, 2, 3)]
MODELS = ["HS110", "HS100", "LB130"]
PATIENCE_S = 15
SEARCH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin"
NEEDED = "mosquitto", "mosquitto_sub", "mosquitto_pub"
HOSTILE = (
    "reset --yes",
    "{0} reset --yes",
    "{0} reset",
    "{0} join Evil",
    '{0} json \'{{"system":{{"set_relay_state":{{"state":0}}}}}}\'',
    "{0} on --child 1",
    "{0} alias Mine",
    "127.0.84.9 on",
    "{0}; reboot",
    "$(touch {1}) off",
    "{0} $(touch {1})",
    "`touch {1}`",
    "{0} off; touch {1}",
    "nothing\n{0} off && touch {1}",
    "'",
    "x" * 100000,
)
"""{0} is a watched plug that is on, {1} a file that must not come to be."""


class Report:
    def __init__(self):
        self.failed = 0

    def equal(self, name, found, expected):
        if found == expected:
            print("ok    %s" % name, flush=True)
        else:
            self.failed += 1
            print("FAIL  %s: %r instead of %r" % (name, found, expected), flush=True)


def install():
    """Whether the broker and its clients are there now."""
    if not all(shutil.which(name, path=SEARCH) for name in NEEDED):
        if os.getuid() or not shutil.which("apt-get"):
            return False
        for words in (
            ["update", "-qq"],
            ["install", "-y", "-qq", "mosquitto", "mosquitto-clients"],
        ):
            subprocess.run(["apt-get", *words], stdout=subprocess.DEVNULL, timeout=600)
    return all(shutil.which(name, path=SEARCH) for name in NEEDED)


@contextlib.contextmanager
def process(*argv, **options):
    """A process in a group of its own, all of which is ended with it."""
    found = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    try:
        yield found
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(found.pid, signal.SIGTERM)
        try:
            found.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(found.pid, signal.SIGKILL)
            found.wait(10)


def until(condition, timeout_s=PATIENCE_S):
    """Whether it has come true in time."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def answers(port):
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def broker(folder):
    """Its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "mosquitto.conf"
    config.write_text("listener %d 127.0.0.1\nallow_anonymous true\n" % port)
    program = shutil.which("mosquitto", path=SEARCH)
    argv = [program, "-c", str(config)]
    with open(folder / "broker.log", "wb") as log, process(*argv, stdout=log, stderr=log):
        if not until(lambda: answers(port)):
            raise SystemExit("FAIL  the broker does not start: see %s" % log.name)
        yield port


@contextlib.contextmanager
def devices():
    models = [word for model in MODELS for word in ("--model", model)]
    argv = [
        PROGRAM,
        "simulate",
        *models,
        "--address",
        ADDRESSES[0],
        "--port",
        "9999",
        "--mac",
        "50:C7:BF:00:00:00",
    ]
    with process(*argv, stdout=subprocess.PIPE) as simulator:
        for _ in MODELS:
            simulator.stdout.readline()
        yield
        simulator.stdout.close()


def check(address):
    argv = [PROGRAM, address, "9999", "check"]
    return subprocess.run(argv, stdout=subprocess.PIPE, timeout=20).stdout.decode().strip()


class Topics:
    """mosquitto's clients, as another machine would use them."""

    def __init__(self, port, folder):
        self.port, self.folder = port, folder

    def publish(self, message, topic="house/command"):
        argv = ["mosquitto_pub", "-p", str(self.port), "-t", topic, "-s"]
        subprocess.run(argv, input=message.encode(), check=True, timeout=20)

    @contextlib.contextmanager
    def subscribed(self, topic):
        """A function that gives the messages that have come so far."""
        argv = ["mosquitto_sub", "-p", str(self.port), "-t", topic]
        with open(self.folder / "received", "wb+") as file, process(*argv, stdout=file):
            yield lambda: os.pread(file.fileno(), 1 << 20, 0).decode().splitlines()

    def first(self, topic, timeout_s):
        """The message that a late subscriber gets first, "" when there is none in time."""
        argv = ["mosquitto_sub", "-p", str(self.port), "-t", topic, "-C", "1", "-W", str(timeout_s)]
        return subprocess.run(argv, stdout=subprocess.PIPE, timeout=60).stdout.decode().strip()


def pipeline(line, port):
    """A line of docs/watch.md, for the broker, the program and the devices that are here."""
    line = re.sub(r"(mosquitto_(?:sub|pub))", r"\1 -p %d" % port, line)
    line = re.sub(r"\btplink-exec\b", shlex.quote(PROGRAM), line)
    for real, written in zip(ADDRESSES, ("192.168.1.2", "192.168.1.3")):
        line = line.replace(written, real)
    return line


def line_of_page(start):
    text = (ROOT / "docs" / "watch.md").read_text(encoding="utf-8")
    (line,) = re.findall("(?m)^%s.*$" % re.escape(start), text)
    return line


def check_house(report, topics, errors):
    """The pipeline of docs/watch.md, from the first line to a signal."""
    line = pipeline(line_of_page("mosquitto_sub -t house/command |"), topics.port)
    line = line.replace("--repeat 60", "--repeat 3 --interval 0.3")
    with topics.subscribed("house/state") as received, open(errors, "wb+") as log:
        time.sleep(0.5)  # until it has subscribed
        with process("sh", "-c", line, stderr=log):

            def states():
                return [(value["host"], value["state"]) for value in map(json.loads, received())]

            wanted = {(address, "OFF") for address in ADDRESSES[:2]}
            report.equal("states at the start", until(lambda: wanted <= set(states())), True)
            late = json.loads(topics.first("house/state", 10) or "{}")
            report.equal("--repeat for a late subscriber", late.get("state"), "OFF")
            fields = ["time", "alias", "host", "state"]
            report.equal("the fields of a message", list(late)[:4], fields)
            check_commands(report, topics, states)
            check_hostile(report, topics, log)


def check_commands(report, topics, states):
    for message, address, state in (
        (ADDRESSES[0] + " on", ADDRESSES[0], "ON"),
        ("'HS100 2' ON", ADDRESSES[1], "ON"),
        ("50:c7:bf:00:00:01 toggle", ADDRESSES[1], "OFF"),
    ):
        topics.publish(message)
        report.equal(message, until(lambda a=address, s=state: check(a) == s), True)
        report.equal(message + ": told", until(lambda a=address, s=state: (a, s) in states()), True)


def check_hostile(report, topics, log):
    """One line of errors each, at least, and nothing else."""
    trap = topics.folder / "trap"
    before = json.loads(subprocess.check_output([PROGRAM, ADDRESSES[0], "9999", "status"]))
    for message in HOSTILE:
        size = os.fstat(log.fileno()).st_size
        topics.publish(message.format(ADDRESSES[0], trap))
        told = until(lambda size=size: os.fstat(log.fileno()).st_size > size)
        report.equal("%.40s: one line" % message, told, True)
    topics.publish(ADDRESSES[1] + " on")
    report.equal("the next command", until(lambda: check(ADDRESSES[1]) == "ON"), True)
    after = json.loads(subprocess.check_output([PROGRAM, ADDRESSES[0], "9999", "status"]))
    for value in before, after:
        value["system"]["get_sysinfo"].pop("on_time", None)
    report.equal("hostile lines do nothing", after, before)
    report.equal("nothing ran", trap.exists(), False)


def check_retained(report, topics):
    line = pipeline(line_of_page("tplink-exec watch 192.168.1.2 |"), topics.port)
    topic = re.search(r"-t (\S+)", line)[1]
    with process("sh", "-c", line):
        alias = "HS110 1"
        name = "a retained topic, for who comes late"
        report.equal(name, topics.first(topic, 10), alias + " ON")
        subprocess.run([PROGRAM, ADDRESSES[0], "9999", "off"], check=True, timeout=20)
        done = until(lambda: topics.first(topic, 5) == alias + " OFF")
        report.equal("it follows the switch", done, True)
    report.equal("it stays when watch has ended", topics.first(topic, 5), alias + " OFF")


def check_unit(report, topics):
    """The unit's command: when a client goes away, all of it ends, to be started again."""
    unit = (ROOT / "openhab-examples" / "systemd" / "tplink-exec-watch.service").read_text()
    command = re.search(r"(?ms)^ExecStart=(.*?[^\\])$", unit)[1]
    script = shlex.split(command.replace("\\\n", " "))[-1].replace("$$", "$")
    script = pipeline(script.replace("/usr/local/bin/", "").replace("/usr/bin/", ""), topics.port)
    options = {"MQTT": "-h 127.0.0.1", "DEVICES": ADDRESSES[2], "TOPIC": "unit"}
    environment = {**os.environ, **options}
    with topics.subscribed("unit/state") as received:
        time.sleep(0.5)
        with process("sh", "-c", script, env=environment) as shell:
            report.equal("the unit's command tells", until(lambda: bool(received())), True)
            topics.publish("%s on" % ADDRESSES[2], "unit/command")
            report.equal("it switches", until(lambda: check(ADDRESSES[2]) == "ON"), True)
            argv = ["ps", "-o", "pid=,comm=", "--ppid", str(shell.pid)]
            children = subprocess.check_output(argv, timeout=20).decode().splitlines()
            (publisher,) = [int(c.split()[0]) for c in children if "mosquitto_pub" in c]
            os.kill(publisher, signal.SIGTERM)
            report.equal(
                "a client that dies ends it", until(lambda: shell.poll() is not None), True
            )


def main():
    if not install():
        print("skipped: mosquitto and its clients are not to be had")
        return 0
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with broker(folder) as port, devices():
            topics = Topics(port, folder)
            check_house(report, topics, folder / "errors")
            check_retained(report, topics)
            check_unit(report, topics)
    print("%d failed" % report.failed)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
