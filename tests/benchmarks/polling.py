#!/usr/bin/env python3
"""CPU of an hour of polling one plug every 5 s: an Exec thing, the proxy, watch.

    PYTHON tests/benchmarks/polling.py [POLLS]

Polls are done one after the other, faster than in a house, and what the processes have used for
them (user + system; of the shell and the program for the Exec binding, of the one process for the
others) is multiplied to 720. openHAB's own work and the plug's are not counted.
"""

import http.client
import os
import statistics
import subprocess
import sys
import time

from startup import ISOLATED, PROGRAM, measure

POLLS = 200
PER_HOUR = 720


def main(polls):
    simulate = [*ISOLATED, PROGRAM, "simulate", "--model", "HS110", "--port", "0"]
    with subprocess.Popen(simulate, stdout=subprocess.PIPE) as plug:
        try:
            place = plug.stdout.readline().decode().split()[1]
            print("Python %s, %d polls each" % (sys.version.split()[0], polls))
            for name, function in (("Exec", by_exec), ("proxy", by_proxy), ("watch", by_watch)):
                print("%-6s %6.2f s of CPU an hour" % (name, function(place, polls) * PER_HOUR))
        finally:
            plug.terminate()


def by_exec(place, polls):
    """CPU s of one poll: sh -c, as the Exec binding starts a command."""
    command = "%s %s check" % (PROGRAM, place.replace(":", " "))
    with open(os.devnull, "wb") as null:
        return statistics.median(
            measure(["/bin/sh", "-c", command], null.fileno())[0] for _ in range(polls)
        )


def by_proxy(place, polls):
    argv = [*ISOLATED, PROGRAM, "proxy", "-l", "0", place]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as proxy:
        try:
            address = proxy.stdout.readline().decode().split("http://")[1].split("/")[0]
            client = http.client.HTTPConnection(address, timeout=10)
            before = used(proxy.pid)
            for _ in range(polls):
                client.request("GET", "/%s/state" % place)
                assert client.getresponse().read() == b"OFF"
            return (used(proxy.pid) - before) / polls
        finally:
            proxy.terminate()


def by_watch(place, polls):
    interval_s = 0.02
    argv = [*ISOLATED, PROGRAM, "watch", "--interval", str(interval_s), place]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as watch:
        try:
            watch.stdout.readline()
            before = used(watch.pid)
            time.sleep(polls * interval_s)
            return (used(watch.pid) - before) / polls
        finally:
            watch.terminate()


def used(pid):
    """CPU s of a process so far (Linux)."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else POLLS)
