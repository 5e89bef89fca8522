#!/usr/bin/env python3
"""watch in a network that loses 10 % of everything: does it tell what is, and nothing else?

    python3 tests/interop/lossy.py [SECONDS [DEVICES [LOSS]]]

By default 40 s, 12 devices and 0.1; a thorough run is `3600 50`, one without loss `120 50 0`. The
devices of MODELS, on 127.30.0.1 and following, are switched at the devices, at random times from a
seed, and `watch --json` (the single file, in a process of its own) polls them at its interval of
2 s. The network is `tc netem` on the loopback interface of a network namespace where the kernel has
that, and else the simulated one of lossy_network.py, which says what it models.

It prints how late changes were told, watch's memory and CPU, and how often devices were asked for
each beat (1 where nothing is lost; what netem loses on the way to a device is not counted). Exit
code 1 when a device was OFFLINE once, a change was not told or told twice, something was told that
had not happened, too many changes were told late (lossy_judge.py), or, in runs of FLAT_S and more,
when memory grew.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lossy_judge import INTERVAL_S, Judge, how_late  # noqa: E402
from lossy_network import LossyKlap, LossySimulator, Network  # noqa: E402

from tplink_exec.simulator.simulate import played  # noqa: E402

PROGRAM = [os.path.realpath(sys.executable), "-I", "-S", str(ROOT / "scripts" / "tplink-exec")]
MODELS = (
    "HS100 HS110 HS300 LB130 HS220 HS100 KL430 HS110v4 HS107 HS110:klap2 "
    "HS100 HS110 HS300 LB100 HS100 KP303 LB130 HS220 HS100 KP125M:klap2"
).split()
"""And from the start again."""
PORT = 9999
SEED = 15
LEAST_S = 8.0
"""How long a state lasts at least."""
USUAL_S = 150.0
"""And on average, in a run that is long enough."""
PATIENCE_S = 60
FLAT_S = 300
GROWTH_KIB = 1024
NETEM = "tc qdisc add dev lo root netem delay 102ms 97ms loss %g%%"
TIMEOUT_S = 5.0


class Watched:
    """A device: `given` are the words that watch has for it, `changes` the time and the state of
    each, by those words `told` what watch said of it, with None for OFFLINE."""

    def __init__(self, number, network):
        model, _, transport = MODELS[number % len(MODELS)].partition(":")
        self.host = "127.30.%d.%d" % (number // 250, number % 250 + 1)
        self.device = played(model, number)
        self.klap = bool(transport)
        self.server = (LossyKlap if self.klap else LossySimulator)(network, self.device)
        self.given = [self.device.mac if self.klap else self.host]
        if model == "HS300":
            self.given.append(self.host + "#2")
        self.random = random.Random("%d %d" % (SEED, number))
        self.changes = []
        self.told = {given: [] for given in self.given}

    async def start(self):
        await self.server.start(self.host, 0 if self.klap else PORT)
        self.be(self.random.randrange(2))

    def be(self, state):
        self.device.relay_state = state
        self.changes.append((time.monotonic(), "ON" if state else "OFF"))

    async def live(self, usual_s, end):
        while True:
            pause_s = LEAST_S + self.random.expovariate(1 / (usual_s - LEAST_S))
            if time.monotonic() + pause_s > end:
                return
            await asyncio.sleep(pause_s)
            self.be(1 - self.device.relay_state)


class Process:
    """What /proc says of watch, in KiB, threads and seconds; a row each time it is asked."""

    def __init__(self, pid):
        self.pid = pid
        self.rows = []

    def look(self):
        try:
            status = Path("/proc/%d/status" % self.pid).read_text()
            assert "VmRSS:" in status  # else it is a zombie
        except (OSError, AssertionError):
            raise SystemExit("FAIL  watch has ended by itself") from None
        kib, threads = (int(status.partition(key)[2].split()[0]) for key in ("VmRSS:", "Threads:"))
        fields = Path("/proc/%d/stat" % self.pid).read_text().rpartition(")")[2].split()
        cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self.rows.append((kib, threads, cpu_s))

    def growth_kib(self):
        """The most of the last third against the most of the first, after a row to warm up."""
        kib = [row[0] for row in self.rows[1:]]
        third = max(len(kib) // 3, 1)
        return max(kib[-third:]) - max(kib[:third])


async def read(stream, devices):
    """Note what watch says, until it says no more."""
    told = {given: lines for device in devices for given, lines in device.told.items()}
    while True:
        line = await stream.readline()
        if not line:
            return
        it = json.loads(line.decode())
        told[it["host"]].append((time.monotonic(), it["state"]))


async def run(seconds, count, loss, netem):
    network = Network(SEED, loss)
    devices = [Watched(number, network) for number in range(count)]
    for device in devices:
        await device.start()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HOME": folder, "TPLINK_EXEC_DEVICES": folder + "/devices"}
        await remember([device.host for device in devices if device.klap], environment)
        if netem:
            subprocess.run((NETEM % (100 * loss)).split(), check=True)
        network.calm = netem
        given = [word for device in devices for word in device.given]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        argv = [*PROGRAM, "watch", "--json", *given]
        watch = await asyncio.create_subprocess_exec(*argv, env=environment, **pipes)
        reading = asyncio.ensure_future(read(watch.stdout, devices))
        errors = asyncio.ensure_future(watch.stderr.read())
        try:
            process = await live(devices, Process(watch.pid), network, seconds)
        finally:
            if watch.returncode is None:
                watch.terminate()
            await asyncio.wait_for(asyncio.gather(watch.wait(), reading), PATIENCE_S)
    judge = Judge(devices)
    if seconds >= FLAT_S and process.growth_kib() > GROWTH_KIB:
        judge.wrong.append("memory has grown by %d KiB" % process.growth_kib())
    said = (await errors).decode().splitlines()
    return report(devices, network, judge, process, said)


async def remember(hosts, environment):
    targets = [word for host in hosts for word in ("--target", host)]
    if targets:
        argv = [*PROGRAM, "discover", "--save", "--timeout", "2", *targets]
        found = await asyncio.create_subprocess_exec(
            *argv, env=environment, stdout=subprocess.DEVNULL
        )
        if await asyncio.wait_for(found.wait(), PATIENCE_S):
            raise SystemExit("FAIL  the devices are not found")


async def live(devices, process, network, seconds):
    """Until all is over: what /proc has said of watch meanwhile."""
    end = time.monotonic() + PATIENCE_S
    while not all(told for device in devices for told in device.told.values()):
        if time.monotonic() > end:
            break
        await asyncio.sleep(0.1)
    network.sent, network.waits = 0, []
    for device in devices:
        device.server.connections = 0
    usual_s = min(max(seconds / 4, 1.5 * LEAST_S), USUAL_S)
    process.began = time.monotonic()
    end = process.began + seconds
    lives = [asyncio.ensure_future(device.live(usual_s, end - LEAST_S)) for device in devices]
    step_s = min(60.0, seconds / 10)
    while time.monotonic() < end:
        process.look()
        await asyncio.sleep(max(min(step_s, end - time.monotonic()), 0))
    await asyncio.gather(*lives)
    process.look()
    process.ended = time.monotonic()
    return process


def report(devices, network, judge, process, said):
    """Print the summary; the exit code."""
    seconds = process.ended - process.began
    print("%d changes told" % len(judge.late))
    if judge.late:
        print(how_late(judge.late, judge.too_late))
    last = process.rows[-1]
    text = "RSS in KiB, each %.0f s: %s; threads: %d to %d; CPU %.1f s, %.2f %% of a core"
    kib, threads, _ = zip(*process.rows)
    used_s = last[2] - process.rows[0][2]
    each_s = seconds / (len(kib) - 1)
    words = " ".join(map(str, kib))
    share = 100 * used_s / seconds
    print(text % (each_s, words, min(threads), max(threads), used_s, share))
    for name, klap in (("port 9999", False), ("KLAP", True)):
        those = [device for device in devices if device.klap == klap]
        opened = sum(device.server.connections for device in those)
        sent = 0 if klap else network.sent
        beats = len(those) * seconds / INTERVAL_S
        if those:
            text = "%d devices with %s: %d datagrams sent, %d connections: %.2f for each beat"
            print(text % (len(those), name, sent, opened, (sent + opened) / beats))
    stalled = sum(wait_s > TIMEOUT_S for wait_s in network.waits)
    text = "%d of %d connections had no answer within %g s, watch's --timeout"
    print(text % (stalled, len(network.waits), TIMEOUT_S))
    for line in said[:20]:
        print("stderr: " + line)
    for line in judge.wrong[:100]:
        print("FAIL  " + line)
    print("%d failed" % len(judge.wrong) if judge.wrong else "ok    all told, and nothing else")
    return 1 if judge.wrong else 0


def in_namespace(script, *argv):
    """The command line that runs argv in a network namespace of its own, after the script."""
    script = 'ip link set lo up && %s && exec "$@"' % script
    return ["unshare", "-rn", "sh", "-c", script, "sh", *argv]


def has_netem():
    try:
        argv = in_namespace(NETEM % 0, "true")
        done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0
    except OSError:
        return False


def main(argv):
    netem = argv[:1] == ["--netem"]
    if not netem and has_netem():
        argv = in_namespace("true", sys.executable, __file__, "--netem", *argv)
        os.execvp(argv[0], argv)
    words = argv[netem:]
    seconds, count, loss = (float(a or b) for a, b in zip([*words, "", "", ""], (40, 12, 0.1)))
    print(
        "%d devices, %g s, loss %g, by %s, Python %s"
        % (count, seconds, loss, "netem" if netem else "lossy_network.py", sys.version.split()[0])
    )
    return asyncio.run(run(seconds, int(count), loss, netem))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
