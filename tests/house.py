"""What the tests of discovery and names share: devices at addresses of their own, liars."""

import asyncio
import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
from unittest import mock

from tests.support import FORMS, ROOT, SLACK_S, loop, run
from tplink_exec.cipher import encrypt
from tplink_exec.simulator.aes_server import AesSimulator
from tplink_exec.simulator.camera import CameraServer
from tplink_exec.simulator.klap_server import KlapSimulator
from tplink_exec.simulator.server import bound
from tplink_exec.simulator.simulate import Simulator, played
from tplink_exec.simulator.tdp import datagram
from tplink_exec.transport import lookup

PORT = 9999
SYSINFO = {"alias": "Lamp", "model": "HS100(UK)", "mac": "50:C7:BF:00:00:01", "relay_state": 1}
RESULT = {
    "device_id": "00",
    "device_model": "HS110(UK)",
    "ip": "192.0.2.1",
    "mac": "50-c7-bf-00-00-02",
    "mgt_encrypt_schm": {"encrypt_type": "KLAP", "http_port": 8080, "lv": 2},
}
random_network = random.SystemRandom()  # another in each of the processes that are forked


def slack_s():
    """SLACK_S; on a busy machine more, by what a process takes there that waits for nothing."""
    taken = [run([*FORMS["file"], "--help"]).seconds for _ in range(2)]
    return max(SLACK_S, 4 * max(taken))


def network():
    """127.A.B of a network that no other test, at the same time, is likely to have.

    There nothing listens but what a test has put there; at 127.0.0.1 whatever else may, and
    somebody's simulated device on port 80, by KLAP, is one.
    """
    return "127.%d.%d" % (random_network.randrange(16, 127), random_network.randrange(256))


@contextlib.contextmanager
def without_dns():
    """Whoever looks up a name that ends in .invalid is told so, and no name server is asked."""
    real = socket.getaddrinfo

    def look_up(host, *rest):
        if host.endswith((b".invalid" if isinstance(host, bytes) else ".invalid")):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest)

    with mock.patch.object(lookup, "resolve", look_up), mock.patch.object(
        socket, "getaddrinfo", look_up
    ):
        yield


@contextlib.contextmanager
def started(simulator, host, port, alias):
    simulator.device.alias = alias or simulator.device.alias
    simulator.host = host
    simulator.port = loop().call(simulator.start(host, port))
    try:
        yield simulator
    finally:
        loop().call(simulator.stop())
        loop().call(asyncio.sleep(0))  # in which the sockets are really closed


def placed(host, model="HS100", number=0, alias=None, port=PORT, fault=""):
    """A simulated device at an address, the `number`th of its model; asked in `requests`."""
    return started(Simulator(played(model, number), fault), host, port, alias)


def klap_placed(host, model="HS100", number=0, alias=None, login=("", ""), fault=""):
    """The same with KLAP, on a free HTTP port, which UDP port 20002 tells."""
    it = KlapSimulator(played(model, number), fault, login=login)
    return started(it, host, 0, alias)


def aes_placed(host, model="KP125M", number=0, alias=None, login=("", ""), fault=""):
    """The same with AES."""
    it = AesSimulator(played(model, number), fault, login=login)
    return started(it, host, 0, alias)


def camera_placed(host, number=0):
    """A camera, which only discovery finds."""
    return started(CameraServer(played("C210", number)), host, 0, None)


@contextlib.contextmanager
def closed():
    """HOST:PORT where nobody listens, nor will."""
    with bound(network() + ".1", 0) as link:
        yield "%s:%d" % link.getsockname()


@contextlib.contextmanager
def liar(host, port, answers):
    """A UDP port that answers each datagram with `answers(datagram)`, a list."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind((host, port))
    link.settimeout(0.05)
    ended = threading.Event()

    def lie():
        while not ended.is_set():
            try:
                data, sender = link.recvfrom(4096)
                for answer in answers(data):
                    link.sendto(answer, sender)
            except OSError:
                pass

    thread = threading.Thread(target=lie, daemon=True)
    thread.start()
    try:
        yield link
    finally:
        ended.set()
        thread.join()
        link.close()


def xor(info):
    return encrypt(json.dumps({"system": {"get_sysinfo": info}}).encode())


def klap(result, **more):
    return datagram(json.dumps({"error_code": 0, "result": result, **more}).encode(), 1)


class Folder:
    """For a TestCase: a folder, and an environment whose devices file is in it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, "devices.json")
        self.environment = {**os.environ, "TPLINK_EXEC_DEVICES": self.path, "HOME": self.folder}


WIRE = """
set -e
ip link set lo up
unshare -n sleep 50 & other=$!
i=0
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ] && [ $i -lt 500 ]; do
    sleep 0.01; i=$((i + 1))
done
ip link add house type veth peer name wire netns $other
ip addr add 10.77.5.1/24 dev house
ip link set house up
there="nsenter -t $other -n"
$there ip addr add 10.77.5.2/24 brd + dev wire
$there ip link set wire up
"""
"""Shell: a network of two, 10.77.5.1 here and 10.77.5.2 where `$there COMMAND` runs, until
`kill $other`."""


BEGIN = """
begin() {
    ready=$(mktemp)
    "$@" >"$ready" & device=$!
    i=0
    until [ -s "$ready" ] || [ $i -ge 500 ]; do
        sleep 0.02; i=$((i + 1))
    done
    rm -f "$ready"
}
"""
"""Shell: a function that starts a simulator, and returns when it has told its place; `$device`."""


class Namespace:
    """For a TestCase: scripts in a network namespace of their own, where broadcasts are allowed."""

    def setUp(self):
        if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "unshare", "nsenter"))):
            self.skipTest("wants root, ip, unshare and nsenter, to broadcast in a namespace")
        super().setUp()
        done = self.inside("ip link add house type veth peer name wire")
        if done.returncode:
            self.skipTest("no network namespace here: %s" % done.stderr)

    def inside(self, script, **options):
        """Run a shell script, to which "$@" is the program, in a namespace that ends with it."""
        argv = ["unshare", "-n", "sh", "-c", BEGIN + script, "sh", *FORMS["file"]]
        return subprocess.run(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=60,
            cwd=str(ROOT),
            **options,
        )
