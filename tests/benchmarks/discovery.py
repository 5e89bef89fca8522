#!/usr/bin/env python3
"""How long `discover` takes to find a big house: time, CPU, found/expected.

    PYTHON tests/benchmarks/discovery.py [DEVICES] [TIMEOUT_S]

The devices are simulated by one other process: a UDP socket each, on loopback addresses, port
9999. Everything is found or not in one run of the program, as a user starts it. CPU is user +
system of that process (wait4).
"""

import json
import os
import random
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tplink_exec.cipher import decrypt, encrypt  # noqa: E402
from tplink_exec.simulator.models import MODELS, device  # noqa: E402

PORT = 9999
FIRST_HOST = 1


def serve(network, count):
    """Answer on so many addresses of 127.X.0.0/16, until the end of standard input."""
    models = sorted(MODELS)
    with selectors.DefaultSelector() as selector:
        for number in range(count):
            link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            link.bind(("127.%d.%d.%d" % (network, *divmod(number + FIRST_HOST, 256)), PORT))
            plug = device(models[number % len(models)], number)
            selector.register(link, selectors.EVENT_READ, plug)
        selector.register(sys.stdin, selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            for key, _ in selector.select():
                if key.data is None:
                    return
                data, sender = key.fileobj.recvfrom(2048)
                reply = key.data.answer(decrypt(data))
                if reply:
                    key.fileobj.sendto(encrypt(reply), sender)


def measure(network, count, timeout_s):
    """(wall s, CPU s, addresses found) of one run."""
    bits = 32 - (count + FIRST_HOST).bit_length()
    argv = [os.path.realpath(sys.executable), "-I", "-S", str(ROOT / "scripts" / "tplink-exec")]
    argv += ["discover", "--target", "127.%d.0.0/%d" % (network, bits), "--json"]
    argv += ["--timeout", timeout_s]
    started = time.monotonic()
    found = subprocess.Popen(argv, stdout=subprocess.PIPE)
    output = found.stdout.read()
    _, status, usage = os.wait4(found.pid, 0)
    wall_s = time.monotonic() - started
    assert status == 0, status
    return wall_s, usage.ru_utime + usage.ru_stime, len({row["mac"] for row in json.loads(output)})


def main(count, timeout_s):
    network = random.randrange(128, 255)
    argv = [sys.executable, __file__, "serve", str(network), str(count)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as devices:
        assert devices.stdout.readline() == b"ready\n"
        wall_s, cpu_s, found = measure(network, count, timeout_s)
        devices.stdin.close()
    print("time %.2f s, CPU %.2f s, found/expected %d/%d" % (wall_s, cpu_s, found, count))
    return int(found != count)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(*map(int, sys.argv[2:]))
    else:
        words = [*sys.argv[1:], "500", "3"]
        raise SystemExit(main(int(words[0]), words[1] if sys.argv[2:] else "3"))
