"""The picture of the proxy's page for the documentation: a plug, a lamp and a strip."""

import contextlib
import struct
import time
import zlib

from tests.interop.browser import proxied
from tests.support import loop
from tplink_exec.simulator.models import device
from tplink_exec.simulator.simulate import Simulator

WIDTH, MAX_BYTES = 640, 60000
HOST = "127.0.84.%d"
NAMES = {
    "HS110": ["Coffee machine"],
    "LB130": ["Reading lamp"],
    "KP303": ["Desk", "Monitor", "Printer", "Charger"],
}
STEP_S = 2.0
BREWS = "0011111111000101010000010010000000101011"
"""Whether the coffee machine heats, from step to step; the lamp gets brighter and darker."""
WORDS = "return document.querySelectorAll('article.on').length"


@contextlib.contextmanager
def placed(host, model, names):
    """A simulated device on the usual port."""
    it = Simulator(device(model), "")
    it.device.alias = names[0]
    for outlet, name in zip(getattr(it.device, "outlets", ()), names[1:]):
        outlet.alias = name
    loop().call(it.start(host, 9999))
    try:
        yield it.device
    finally:
        loop().call(it.stop())


def take(browser, path):
    with contextlib.ExitStack() as stack:
        hosts = [HOST % number for number in (11, 12, 13)]
        machine, lamp, strip = (
            stack.enter_context(placed(host, *row)) for host, row in zip(hosts, NAMES.items())
        )
        machine.relay.meter.used_wh = 617.0
        lamp.meter.used_wh = 84.0
        lamp.light.update(color_temp=0, hue=34, saturation=72)
        lamp.relay_state = strip.outlets[0].state = 1
        _, at = stack.enter_context(proxied(*hosts))
        browser.size(WIDTH, 1000, scale=1)
        browser.devtools("Emulation.setScrollbarsHidden", hidden=True)
        browser.open("http://%s/" % at)
        for step, heats in enumerate(BREWS):
            machine.relay_state = int(heats)
            lamp.light["brightness"] = 20 + abs(step * 3 - 60)
            time.sleep(STEP_S)
        browser.run("document.querySelectorAll('details')[1].open = true")
        browser.until(WORDS, 3)
        height = browser.run("return document.querySelector('main').getBoundingClientRect().bottom")
        browser.size(WIDTH, int(height) + 4, scale=1)
        browser.screenshot(path)
    path.write_bytes(packed(path.read_bytes()))
    size = path.stat().st_size
    print("%s: %d x %d pixels, %d bytes" % (path, WIDTH, height + 4, size))
    return 0 if size <= MAX_BYTES else 1


def packed(png):
    """The same picture, of 8 bits each of R, G and B, without filters: they make it larger."""
    parts = dict(chunks(png))
    width, _, depth, kind = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    if (depth, kind) != (8, 2):
        return png
    data = zlib.decompress(b"".join(body for name, body in chunks(png) if name == b"IDAT"))
    size = 3 * width
    before = bytearray(size)
    rows = bytearray()
    for at in range(0, len(data), size + 1):
        row = bytearray(data[at + 1 : at + 1 + size])
        for n in range(size):
            left, corner = (row[n - 3], before[n - 3]) if n > 2 else (0, 0)
            row[n] = (row[n] + predicted(data[at], left, before[n], corner)) & 255
        rows += b"\0" + row
        before = row
    found = png[:8]
    parts[b"IDAT"] = zlib.compress(bytes(rows), 9)
    for name in (b"IHDR", b"IDAT", b"IEND"):
        body = parts[name]
        check = zlib.crc32(name + body)
        found += struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)
    return found


def chunks(png):
    at = 8
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at : at + 8])
        yield name, png[at + 8 : at + 8 + size]
        at += size + 12


def predicted(kind, left, above, corner):
    """A byte by its neighbors, as the PNG specification's filters have it."""
    if kind == 4:
        guess = left + above - corner
        return min((left, above, corner), key=lambda value: abs(guess - value))
    return (0, left, above, (left + above) // 2)[kind]
