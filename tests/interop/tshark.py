#!/usr/bin/env python3
"""Wireshark reads our traffic: its dissector shows the JSON of requests and replies.

    python3 tests/interop/tshark.py

A simulated plug is on 127.0.85.1, port 9999 (other systems than Linux may first need that as an
address of the loopback interface). While tshark captures this address and port, and nothing
else, tplink-exec asks and switches it over TCP and a discovery datagram goes to it over UDP.
Then the commands of docs/how-it-works.md are run on the capture.

tshark is installed by apt-get when it is missing and this is root on Debian; without it, or
where capturing is not allowed: "skipped" and exit code 0. Exit code 1 when anything failed.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tplink_exec import cipher  # noqa: E402

PROGRAM = str(ROOT / "scripts" / "tplink-exec")
PAGE = ROOT / "docs" / "how-it-works.md"
HOST, PORT = "127.0.85.1", 9999
LOOPBACK = "lo" if sys.platform.startswith("linux") else "lo0"
SYSINFO = '{"system":{"get_sysinfo":{}}}'
SET_ON = '{"system":{"set_relay_state":{"state":1}}}'
PROBE = '{"system":{"get_sysinfo":null},"udp":1}'
TRIES = 3


class Skipped(Exception):
    """This machine has no tshark that may capture."""


class Failure(Exception):
    """Something is not as it should be."""


def run(*argv, **options):
    return subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, **options
    )


def output(*argv, **options):
    """What a command prints, which has to succeed."""
    done = run(*argv, **options)
    if done.returncode:
        raise Failure("%s: exit code %d\n%s" % (argv[0], done.returncode, done.stderr.decode()))
    return done.stdout.decode()


def find_tshark():
    """Its version. Raises Skipped."""
    if not shutil.which("tshark") and os.getuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        with contextlib.suppress(subprocess.TimeoutExpired):
            run("apt-get", "update", "-qq")
            install = "apt-get", "install", "-y", "-qq", "--no-install-recommends", "tshark"
            run(*install, env=environment)
    if not shutil.which("tshark"):
        raise Skipped("there is no tshark, and it cannot be installed here")
    if "tplink_smarthome.msg" not in output("tshark", "-G", "fields"):
        raise Skipped("this tshark is too old for a dissector of this protocol")
    return output("tshark", "--version").splitlines()[0]


@contextlib.contextmanager
def process(ready, *argv):
    """A process for which ready(what it printed) holds; SIGTERM ends it. Raises Failure."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            deadline = time.monotonic() + 20
            while not ready(os.pread(said.fileno(), 10000, 0).decode()):
                if child.poll() is not None or time.monotonic() > deadline:
                    text = os.pread(said.fileno(), 10000, 0).decode().strip()
                    text = " ".join(text.split())[:200]
                    raise Failure("%s does not start: %s" % (os.path.basename(argv[0]), text))
                time.sleep(0.05)
            yield
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def capture(path):
    """Our traffic, in a file. Raises Skipped."""
    if size(path):
        os.remove(path)  # of the try before
    only_ours = "host %s and port %d" % (HOST, PORT)
    with contextlib.ExitStack() as stack:
        plug = "simulate", "--model", "HS110", "--address", HOST, "--port", str(PORT)
        stack.enter_context(process(lambda text: text.endswith("\n"), PROGRAM, *plug))
        tshark = "tshark", "-n", "-i", LOOPBACK, "-f", only_ours, "-w", path
        try:
            # It says "Capturing on" before it knows; what it writes first is the file's header.
            stack.enter_context(process(lambda _: size(path), *tshark))
        except Failure as failure:
            raise Skipped("capturing is not possible here: %s" % failure) from None
        time.sleep(0.5)
        output(PROGRAM, HOST, str(PORT), "on")
        status = output(PROGRAM, HOST, str(PORT), "status")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(5)
            probe.sendto(cipher.encrypt(PROBE.encode()), (HOST, PORT))
            found = cipher.decrypt(probe.recv(65536)).decode()
        time.sleep(1)  # for tshark to have it all
    return status.rstrip("\n"), found


def size(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def messages(path):
    """(transport, whether it is a request, length, text) of each message that tshark finds."""
    names = "tcp.dstport", "udp.dstport", "tplink_smarthome.len", "tplink_smarthome.msg"
    fields = [word for name in names for word in ("-e", name)]
    text = output("tshark", "-n", "-r", path, "-Y", "tplink-smarthome", "-T", "fields", *fields)
    rows = []
    for line in text.splitlines():
        tcp, udp, length, message = line.split("\t", 3)
        rows.append(("tcp" if tcp else "udp", (tcp or udp) == str(PORT), length, message))
    return rows


def check_messages(path, status, found):
    done = '{"system":{"set_relay_state":{"err_code":0}}}'
    wanted = [
        ("tcp", True, str(len(SET_ON)), SET_ON),
        ("tcp", False, str(len(done)), done),
        ("tcp", True, str(len(SYSINFO)), SYSINFO),
        ("tcp", False, str(len(status)), status),
        ("udp", True, "", PROBE),
        ("udp", False, "", found),
    ]
    equal("the messages", messages(path), wanted)
    for name, text in (("status", status), ("discovery", found)):
        state = json.loads(text)["system"]["get_sysinfo"]["relay_state"]
        equal("%s: relay_state" % name, state, 1)
    tree = output(
        "tshark", "-n", "-r", path, "-Y", "tplink-smarthome", "-O", "tplink-smarthome,json"
    )
    for text in ("TP-Link Smart Home Protocol", "Cmd: " + SET_ON, "Rsp: " + done):
        equal("the tree has %s" % text, text in tree, True)
    equal("the tree has the JSON's members", bool(re.search("Key: relay_state", tree)), True)


def check_page(path, folder):
    """docs/how-it-works.md: what it shows of tshark, with the capture in place of the reader's."""
    block = re.search(r"(?ms)^```sh\n([^`]*^sudo tshark .*?)^```$", PAGE.read_text("utf-8"))
    capturing, *commands = block.group(1).replace("\\\n", "").splitlines()
    equal("it captures", capturing, "sudo tshark -i any -f 'port 9999' -w plug.pcapng")
    os.symlink(PROGRAM, os.path.join(folder, "tplink-exec"))
    environment = {**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"]}
    shown = [output("sh", "-c", command, cwd=folder, env=environment) for command in commands]
    texts = [message[-1] for message in messages(path)]
    equal("commands", len(shown), 2)
    for text in texts:
        equal("the list has %.40s" % text, shown[0].count(text), texts.count(text))
    equal("decode", shown[1].splitlines(), [SET_ON, SYSINFO])


def equal(name, found, wanted):
    if found != wanted:
        raise Failure("%s: %r instead of %r" % (name, found, wanted))
    print("ok    %s" % name, flush=True)


def check():
    print(find_tshark(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "plug.pcapng")
        for _ in range(TRIES):
            status, found = capture(path)
            if len(messages(path)) == 6:  # or the machine was so busy that it missed some
                break
        check_messages(path, status, found)
        check_page(path, folder)


def main():
    try:
        check()
    except Skipped as reason:
        print("skipped: %s" % reason)
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        print("FAIL  %s: %s" % (type(failure).__name__, failure))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
