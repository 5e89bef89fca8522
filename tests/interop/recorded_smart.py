#!/usr/bin/env python3
"""Every command on recorded SMART devices: what it prints and sets, or how it is refused.

    python3 tests/interop/recorded_smart.py [FOLDER [PROGRAM [COMMAND]...]]

FOLDER (../shared/devices/smart beside the repository; without one: "skipped", exit code 0) holds
one JSON file a device, see smart_replay.py, which serves each on 127.0.0.1: as recorded, and in
CHANGES. PROGRAM (scripts/tplink-exec) is run with each command of its --help (or these COMMANDs),
on the device and on its outlets by number, alias and id. What it must print, and what the device
must be then, is in smart_commands.py; what a device lacks is exit code 6 and one line with its
model. `discover` is to tell all of them, and a camera; `openhab` is to write what can be switched,
and to name the rest. Exit code 1 on any failure.
"""

import asyncio
import collections
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from smart_commands import COMMANDS, cases, row
from smart_expected import Target, wrong_row, wrong_things
from smart_http import CAN_AES, LOGIN, Discovery, opened, serve
from smart_replay import CHANGES, Replay

ROOT = Path(__file__).resolve().parents[2]
OK, USAGE, REFUSED = 0, 1, 6
FOREVER_S = 30
ENVIRONMENT = dict(zip(("TPLINK_EXEC_USERNAME", "TPLINK_EXEC_PASSWORD"), LOGIN))
HOST = "127.85.%d.%%d" % (os.getpid() % 250 + 1)

CHANGE_OF = {"aes": "AES", "klap": "as recorded"}


def speaks_aes(recording):
    found = recording.get("discovery_result", {}).get("result", {})
    return found.get("mgt_encrypt_schm", {}).get("encrypt_type") == "AES"


class Run:
    """What came of a command line; `told` is the replayed device afterwards."""

    def __init__(self, words, code, out, err, before, told):
        self.words, self.code, self.out, self.err = words, code, out, err
        self.before, self.told = before, told

    def line(self):
        """What it says went wrong, without the program's name and the address; None for no line."""
        found = re.match("tplink-exec: 127.0.0.1:[0-9]+: ([^\n]+)\n\\Z", self.err)
        return found and found.group(1)


class Check:
    """One device and PROGRAM."""

    def __init__(self, program, path, pool):
        self.program, self.pool = program, pool
        self.name = path.stem
        self.recording = json.loads(path.read_text("utf-8"))
        self.room = asyncio.Semaphore(2 * (os.cpu_count() or 1))  # Replays take memory
        self.problems = []
        self.counts = collections.Counter()
        self.posts = collections.Counter()  # the most HTTP requests, by command

    async def run(self, change, words):
        async with self.room:
            return await self.run_now(change, words)

    async def run_now(self, change, words):
        before, replay = Replay(self.recording, change), Replay(self.recording, change)
        handler = functools.partial(serve, opened(replay), self.problems)
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = str(server.sockets[0].getsockname()[1])
        argv = [*self.program, "127.0.0.1", "9", *words, "--timeout", "20", "--http-port", port]
        argv += ["--transport", "http" if replay.change.aes else "klap"]
        more = {"input": "password\n", "capture_output": True, "encoding": "utf-8"}
        more["env"] = ENVIRONMENT
        call = functools.partial(subprocess.run, argv, timeout=FOREVER_S, **more)
        try:
            done = await asyncio.get_running_loop().run_in_executor(self.pool, call)
            found = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            found = None, "", ""
        server.close()
        self.counts[change] += 1
        if found[0] == OK and change in CHANGE_OF.values():
            word = label(words, replay)
            self.posts[word] = max(self.posts[word], replay.posts)
        return Run(words, *found, before, replay)

    async def one(self, change, words, target, outcomes):
        """Notes what is wrong with a run, when it is none of the outcomes."""
        done = await self.run(change, words)
        wrong = [outcome.wrong(done, target) for outcome in outcomes]
        if all(wrong):
            text = "%s, %s, %s: %s: exit code %s, %r %r"
            said = " ".join(words), wrong[0], done.code, done.out[:300], done.err[:300]
            self.problems.append(text % (self.name, change, *said))

    async def all(self, commands):
        runs = []
        for change in CHANGES:
            if CHANGES[change].aes and not (CAN_AES and speaks_aes(self.recording)):
                continue
            found = cases(Replay(self.recording, change), change == "as recorded", commands)
            runs += [self.one(change, *case) for case in found]
        await asyncio.gather(*runs)


def label(words, replay):
    """A command in the list of how many requests it took."""
    child = "--child" in words
    word = row(words) + (" VALUE" if len(words) > 1 + 2 * child else "")
    strip = " (outlet)" if child else " (strip)" if Target(replay).outlets else ""
    return word + strip + (" by AES" if replay.change.aes else "")


def commands_of(program):
    """The first words of the lines of --help that are commands."""
    text = subprocess.run([*program, "--help"], capture_output=True, encoding="utf-8").stdout
    lines = text.split("\n\n")[0].splitlines()[1:]
    return [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]


class House:
    """All devices at once, each on an address of its own, with a MAC of its own."""

    def __init__(self, paths, problems):
        self.problems = problems
        self.servers = []
        self.answers, self.recordings, self.ports = {}, {}, {}
        for number, path in enumerate(paths, 1):
            held = json.loads(path.read_text("utf-8"))
            found = held.get("discovery_result", held)
            found["result"]["mac"] = "02-00-00-00-00-%02X" % number
            if "get_device_info" in held:
                held["get_device_info"]["mac"] = found["result"]["mac"]
            self.answers[HOST % number], self.recordings[HOST % number] = found, held

    async def open(self):
        loop = asyncio.get_running_loop()
        for host, held in self.recordings.items():
            if "get_device_info" in held:
                replay = Replay(held, CHANGE_OF[self.transport(host)])
                handler = functools.partial(serve, opened(replay), self.problems)
                self.servers.append(await asyncio.start_server(handler, host, 0))
                self.ports[host] = self.servers[-1].sockets[0].getsockname()[1]
                self.answers[host]["result"]["mgt_encrypt_schm"]["http_port"] = self.ports[host]
            make = functools.partial(Discovery, self.answers[host])
            transport, _ = await loop.create_datagram_endpoint(make, local_addr=(host, 20002))
            self.servers.append(transport)

    def transport(self, host):
        """What is spoken there."""
        return "aes" if CAN_AES and speaks_aes(self.recordings[host]) else "klap"

    def close(self):
        for server in self.servers:
            server.close()

    async def run(self, argv, **more):
        more["env"] = {**ENVIRONMENT, **more.get("env", {})}
        more.update(capture_output=True, timeout=FOREVER_S, encoding="utf-8")
        call = functools.partial(subprocess.run, argv, **more)
        return await asyncio.get_running_loop().run_in_executor(None, call)

    async def discovered(self, program):
        targets = [word for host in self.answers for word in ("--target", host)]
        argv = [*program, "discover", "--json", "--timeout", "4", *targets]
        done = await self.run(argv)
        if done.returncode or done.stderr:
            self.problems.append("discover: %s %r" % (done.returncode, done.stderr))
        rows = {row["host"]: row for row in json.loads(done.stdout or "[]")}
        for host, found in self.answers.items():
            held, row = self.recordings[host], rows.get(host, {})
            wrong = wrong_row(row, found["result"], held, self.transport(host))
            if wrong:
                model = found["result"]["device_model"]
                self.problems.append("discover: %s: %s" % (model, wrong))

    async def in_openhab(self, program):
        """Of devices that are remembered, whatever they are."""
        rows = [
            {
                "host": host,
                "port": port,
                "transport": self.transport(host),
                "mac": self.answers[host]["result"]["mac"].replace("-", ":"),
                **dict.fromkeys(("alias", "model", "device_id"), ""),
            }
            for host, port in self.ports.items()
        ]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "devices.json")
            file.write_text(json.dumps({"devices": rows, "targets": []}), "utf-8")
            more = {"env": {"TPLINK_EXEC_DEVICES": str(file)}, "cwd": folder}
            done = await self.run([*program, "openhab", "--timeout", "20"], **more)
        if done.returncode:
            self.problems.append("openhab: %s %r" % (done.returncode, done.stderr))
        for host in self.ports if not done.returncode else ():
            replay = Replay(self.recordings[host])
            wrong = wrong_things(done.stdout, host, replay)
            if wrong:
                self.problems.append("openhab: %s: %s" % (replay.device.info["model"], wrong))


async def check_all(program, paths, camera, only):
    problems, counts, posts = [], collections.Counter(), collections.Counter()
    commands = commands_of(program)
    problems += [
        "%s: nothing is known of it here" % word for word in commands if word not in COMMANDS
    ]
    commands = [word for word in commands if word in COMMANDS and (not only or word in only)]
    house = House(paths + camera, problems)
    await house.open()
    await house.discovered(program)
    await house.in_openhab(program)
    house.close()
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        for path in paths:
            check = Check(program, path, pool)
            await check.all(commands)
            problems += check.problems
            counts += check.counts
            posts = collections.Counter(
                {w: max(posts[w], check.posts[w]) for w in {*posts, *check.posts}}
            )
            word = "FAIL " if check.problems else "ok   "
            print("%s %s: %d calls" % (word, path.name, sum(check.counts.values())), flush=True)
            for text in check.problems:
                print("  " + text)
    return len(house.answers), problems, counts, posts


def main(argv):
    folder = Path(argv[0]) if argv else ROOT.parent / "shared" / "devices" / "smart"
    script = str(Path(argv[1]).resolve() if argv[1:] else ROOT / "scripts" / "tplink-exec")
    paths = [
        path for path in sorted(folder.glob("*.json")) if b"get_device_info" in path.read_bytes()
    ]
    if not paths:
        print("skipped: no recorded SMART devices at %s" % folder)
        return 0
    camera = [path for path in [folder.parent / "camera-discovery.json"] if path.exists()]
    program = sys.executable, "-I", "-S", script
    started = time.monotonic()
    found, problems, counts, posts = asyncio.run(check_all(program, paths, camera, argv[2:]))
    print("HTTP requests of a call that did it, two for the handshake, at most:")
    for number in sorted(set(posts.values())):
        words = sorted(word for word in posts if posts[word] == number)
        print("  %d: %s" % (number, ", ".join(words)))
    for text in problems:
        if text.startswith(("discover", "openhab")):
            print("FAIL  " + text)
    text = "%d calls (%s), %d discovered: %d failures, %d files, %.0f s"
    told = ", ".join("%s: %d" % pair for pair in counts.items())
    seconds = time.monotonic() - started
    text += "" if CAN_AES else " (skipped: AES, without cryptography)"
    print(text % (sum(counts.values()), told, found, len(problems), len(paths), seconds))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
