"""A lossy, slow network in front of simulated devices, for lossy.py.

What is modelled, by a seeded random series:

- A datagram is lost with the probability `loss`, in each direction, and takes DELAY_S each way. So
  one may overtake another.
- A TCP segment, too. It is sent again after the time-out for that, and after twice as long each
  time; what follows it waits. That time-out is three times the round trip that connecting took, and
  0.2 s at least: what Linux has after its first measurement. ACKs do not matter, as later ones tell
  the same.
- To connect takes a SYN and its answer. Both are sent again after 1, 2, 4 ... s, as by Linux before
  6.5 and by most devices, and a SYN that comes again is answered again.

As this machine's kernel has accepted a connection before the simulated network hears of it,
connect() returns at once, and the time that connecting takes comes before the first request is
read. To a client with one deadline for both that is the same.
"""

import asyncio
import contextlib
import random
import time

from tplink_exec.simulator.klap_server import KlapSimulator
from tplink_exec.simulator.server import Datagrams
from tplink_exec.simulator.simulate import Simulator

DELAY_S = 0.005, 0.2
SEGMENT = 1460
LEAST_S = 0.2
SYN_S = 0, 1, 3, 7, 15, 31
"""When a SYN is sent, or what answers it, from the first time on."""
NEVER_S = 63.0


class Network:
    """`calm`, it neither loses nor delays. `sent` counts the datagrams to devices, lost ones too;
    `waits` has how long it took, in seconds, from a connection's start to its first answer."""

    def __init__(self, seed, loss):
        self.random = random.Random(seed)
        self.loss = loss
        self.calm = True
        self.sent = 0
        self.waits = []

    def loses(self):
        return not self.calm and self.random.random() < self.loss

    def delay_s(self):
        return 0.0 if self.calm else self.random.uniform(*DELAY_S)

    def connect_s(self):
        """How long it takes until a connection can carry data."""
        heard = [at + self.delay_s() for at in SYN_S if not self.loses()]
        answered = heard + [min(heard) + at for at in SYN_S[1:] if heard]
        return min((at + self.delay_s() for at in answered if not self.loses()), default=NEVER_S)

    def transfer_s(self, size, timeout_s):
        """How long it takes until so many bytes have arrived, by TCP."""
        return max(self.segment_s(timeout_s) for _ in range(0, size, SEGMENT))

    def segment_s(self, timeout_s):
        waited_s = 0.0
        while self.loses():
            waited_s += timeout_s
            timeout_s *= 2
        return waited_s + self.delay_s()


class LossyDatagrams(Datagrams):
    def __init__(self, network, reply):
        super().__init__(reply)
        self.network = network

    def datagram_received(self, data, address):
        self.network.sent += 1
        self.carry(super().datagram_received, data, address)

    def send(self, data, address, place):
        self.carry(super().send, data, address, place)

    def carry(self, act, *arguments):
        if not self.network.loses():
            loop = asyncio.get_running_loop()
            loop.call_later(self.network.delay_s(), act, *arguments)


class LossyWriter:
    """Of a device's StreamWriter, what DeviceServer uses."""

    def __init__(self, writer, network, timeout_s, began):
        self.writer, self.network, self.timeout_s = writer, network, timeout_s
        self.began = began
        self.waiting = b""
        self.close, self.get_extra_info = writer.close, writer.get_extra_info

    def write(self, data):
        self.waiting += data

    async def drain(self):
        data, self.waiting = self.waiting, b""
        await asyncio.sleep(self.network.transfer_s(len(data), self.timeout_s))
        if self.began:
            self.network.waits.append(time.monotonic() - self.began)
            self.began = 0.0
        self.writer.write(data)
        await self.writer.drain()


class Lossy:
    """What makes a DeviceServer one behind the `network`."""

    def __init__(self, network, *arguments):
        super().__init__(*arguments)
        self.network = network

    def protocol(self, reply):
        return LossyDatagrams(self.network, reply)

    async def _serve(self, reader, writer):
        # asyncio writes a traceback for each that is cancelled, at the end of the program.
        with contextlib.suppress(asyncio.CancelledError):
            await self.serve_far(reader, writer)

    async def serve_far(self, reader, writer):
        began = time.monotonic()
        connect_s = self.network.connect_s()
        timeout_s = max(3 * min(connect_s, 2 * DELAY_S[1]), LEAST_S)
        await asyncio.sleep(connect_s)
        far = asyncio.StreamReader()
        arriving = asyncio.ensure_future(self.arrive(reader, far, timeout_s))
        try:
            await super()._serve(far, LossyWriter(writer, self.network, timeout_s, began))
        finally:
            arriving.cancel()

    async def arrive(self, reader, far, timeout_s):
        """What the client sends, in order, and its end."""
        try:
            data = await reader.read(65536)
            while data:
                await asyncio.sleep(self.network.transfer_s(len(data), timeout_s))
                far.feed_data(data)
                data = await reader.read(65536)
        except OSError:
            pass
        far.feed_eof()


class LossySimulator(Lossy, Simulator):
    """A device on TCP and UDP 9999."""


class LossyKlap(Lossy, KlapSimulator):
    """A device with KLAP."""
