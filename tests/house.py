"""What the tests of discovery and names share: devices at addresses of their own, liars."""

import asyncio
import contextlib
import os
import random
import shutil
import socket
import tempfile
import threading

from tests.support import loop
from tplink_exec.sim_klap import KlapSimulator
from tplink_exec.simulator import Simulator, played

PORT = 9999
random_network = random.Random()


def network():
    """127.A.B of a network that no other test, at the same time, is likely to have."""
    return "127.%d.%d" % (random_network.randrange(16, 127), random_network.randrange(256))


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


class Folder:
    """For a TestCase: a folder, and an environment whose devices file is in it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, "devices.json")
        self.environment = {**os.environ, "TPLINK_EXEC_DEVICES": self.path, "HOME": self.folder}
        for name in ("USERNAME", "PASSWORD", "CREDENTIALS"):
            self.environment.pop("TPLINK_EXEC_" + name, None)
