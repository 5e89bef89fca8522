#!/usr/bin/env python3
"""The proxy's page in a real browser: Debian's Chromium, without a window.

    python3 tests/interop/chromium.py [FOLDER] [--picture PNG]

Takes chromium and chromedriver from the PATH; where they are missing and this is root on Debian,
apt-get installs chromium and chromium-driver. Otherwise: "skipped", exit code 0. Simulated
devices and the proxy run on loopback addresses. Checked is

- that the page lists the devices with state and power, and its switch really switches;
- that an outlet's switch switches that outlet, and a slider dims, by keyboard or dragged;
- that a change made elsewhere appears, and that a device that ends is unknown, not OFF;
- that aliases which are HTML are just text, and that nothing is loaded from elsewhere;
- that it fits a phone, and the switches are big enough for a finger;
- that color, white and a fan are set by mouse and by keys, seen at the simulated device;
- that two pages cost a device one poll a beat, and both show at once what one of them does;
- that a page without a stream asks, and takes the stream as soon as there is one;
- that everything has a name and a role for screen readers, a focus that is seen, and contrast;
- that the token is asked for once;
- that a page of another origin, and a stranger's name that leads to this machine, switch nothing.

Screenshots go to FOLDER, or a temporary one that is named; with --picture the documentation's goes
to PNG, and nothing is checked. Exit code 1 when anything failed.
"""

import argparse
import contextlib
import http.server
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.interop import chromium_controls, chromium_picture, chromium_stream  # noqa: E402
from tests.interop.browser import (  # noqa: E402
    DESKTOP,
    KEYS,
    PHONE,
    SMALL_PHONE,
    TABLET,
    Report,
    becomes,
    browsing,
    card,
    now,
    obtained,
    plug,
    proxied,
    simulated,
)

HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
TITLE, LAMP = "Devices", "Living room lamp"
FINGER = 44
"""CSS pixels: the least width and height of what is to be touched (WCAG 2.5.5)."""

STRANGER = """<!DOCTYPE html><title>stranger</title><iframe name=f></iframe>
<form method=post target=f enctype=text/plain action="@/command"><input name='{"system":
{"set_relay_state":{"state":1}},"x":"' value='"}'></form>
<form method=post target=f enctype=text/plain action="@/@NAME@/state"><input name=ON></form>
<script>
const body = '{"system":{"set_relay_state":{"state":1}}}';
const json = { "Content-Type": "application/json" };
Promise.allSettled([
  fetch("@/command", { method: "POST", body, mode: "no-cors" }),
  fetch("@/command", { method: "POST", body, headers: json }),
  fetch("@/@NAME@/state", { method: "POST", body: "ON", mode: "no-cors" }),
  fetch("@/@NAME@/state", { method: "PUT", body: "ON" }),
  fetch("@/@NAME@/state", { method: "POST", body: new Blob(["ON"]), mode: "no-cors" }),
]).then((all) => {
  document.forms[0].submit();
  setTimeout(() => document.forms[1].submit(), 300);
  setTimeout(() => { document.title = "tried " + all.length; }, 600);
});
</script>"""


def check_page(report, browser, base, places, folder):
    """State, power and switches of the devices in `places`, of which the second is hostile."""
    browser.size(*PHONE)
    browser.open(base)
    off = "OFF · 0.0 W"
    report.equal("the first device is off", browser.until(now(0), off), off)
    report.equal(
        "there are all",
        browser.run('return document.querySelectorAll("article").length'),
        len(places),
    )
    title = card(1, '.querySelector("h2").textContent')
    report.equal("a hostile alias is text", browser.until(title, HOSTILE), HOSTILE)
    report.equal(
        "and made no elements",
        browser.run('return document.querySelectorAll("article img, article script").length'),
        0,
    )
    browser.click("article .switch")
    report.true("the switch shows ON", browser.until(now(0), "ON · 61.8 W").startswith("ON"))
    report.equal("the plug is on", plug(places[0], "check"), "ON")
    time.sleep(0.5)
    focus = "return document.activeElement === document.querySelector('article .switch')"
    report.true("and the switch has the focus still", browser.run(focus))
    plug(places[2], "on")
    found = browser.until(now(2), "ON · 7.0 W")
    report.true("a change made elsewhere appears", found.startswith("ON"), found)
    checked = card(0, '.querySelector(".switch").getAttribute("aria-checked")')
    report.equal("screen readers hear it", browser.run(checked), "true")
    browser.screenshot(folder / "phone.png")
    for width, height in (PHONE, SMALL_PHONE, TABLET, DESKTOP):
        browser.size(width, height)
        wide = browser.run("return document.documentElement.scrollWidth - innerWidth")
        report.true("no wider than %d" % width, wide <= 0, wide)
    rectangle = "const r = document.querySelector('.switch').getBoundingClientRect();"
    least = browser.run(rectangle + "return Math.min(r.width, r.height)")
    report.true("a switch is for a finger", least >= FINGER, least)
    loaded = browser.run("return performance.getEntriesByType('resource').map((e) => e.name)")
    elsewhere = [url for url in loaded if not url.startswith((base, "data:"))]
    report.equal("nothing comes from elsewhere", elsewhere, [])
    report.equal("its title is its own", browser.run("return document.title"), TITLE)
    report.equal("the console is silent", browser.complaints(), [])


def check_outlets(report, browser, number, place):
    """The strip that has the card `number`."""
    row = "article:nth-of-type(%d) li:nth-child(%%d) " % (number + 1)
    names = card(number, ".querySelectorAll('li .name')[1].textContent")
    report.equal("a strip shows its outlets", browser.until(names, HOSTILE), HOSTILE)
    report.equal("an outlet's switch has its name", browser.label(row % 3 + ".switch"), "Plug 3")
    for outlets in ((2,), (3, 5)):  # at once
        for outlet in outlets:
            browser.click(row % outlet + ".switch")
        for outlet in outlets:
            found = becomes("ON", place, "check", "--child", str(outlet))
            report.equal("outlet %d is on" % outlet, found, "ON")
    states = [plug(place, "check", "--child", str(outlet)) for outlet in (1, 4, 6)]
    report.equal("the others are not", states, ["OFF"] * 3)
    shown = card(number, ".querySelectorAll('li.on').length")
    report.equal("and the page says so", browser.until(shown, 3), 3)
    browser.click(row % 2 + ".switch")
    report.equal("off again", becomes("OFF", place, "check", "--child", "2"), "OFF")


def check_slider(report, browser, number, place, name):
    """The light that has the card `number`; it is on."""
    slider = "article:nth-of-type(%d) input" % (number + 1)
    value = card(number, '.querySelector("input").value')
    report.equal("the slider has its name", browser.label(slider), "Brightness of " + name)
    plug(place, "brightness", "40")
    report.equal("it follows the light", browser.until(value, "40"), "40")
    for keys, wanted in ((["right"] * 3, "43"), (["page up"], "53"), (["end"], "100")):
        browser.type(slider, "".join(KEYS[key] for key in keys))
        found = becomes(wanted, place, "brightness")
        report.equal("%s dims to %s" % (", ".join(keys), wanted), found, wanted)
    time.sleep(0.3)  # until it is polled
    place_of = "const r = document.querySelector('%s').getBoundingClientRect();" % slider
    browser.run("document.querySelector('%s').scrollIntoView()" % slider)
    x, y, width = browser.run(place_of + "return [r.x, r.y + r.height / 2, r.width]")
    middle = int(x + width / 2), int(y)
    browser.drag((int(x + width - 8), int(y)), "pointerDown", (int(x + width / 3), int(y)), middle)
    time.sleep(2.5)  # longer than until the next poll
    report.equal("while it is dragged nothing is sent", plug(place, "brightness"), "100")
    report.true("nor moves it back", 45 <= int(browser.run(value)) <= 55, browser.run(value))
    browser.drag("pointerUp")
    wanted = browser.run(value)
    report.equal("dropped, it dims", becomes(wanted, place, "brightness"), wanted)
    missing = "return [...document.querySelectorAll('.dim')].map((dim) => dim.hidden)"
    report.equal("only lights have one", browser.run(missing).count(False), 1)


def check_gone(report, browser, base, number, folder):
    """A device that has ended is unknown."""
    found = browser.until(now(number), "unknown")
    report.equal("a device that ends is unknown", found, "unknown")
    shown = browser.run(card(number, ".textContent"))
    report.true("and says why", "refused" in shown and "OFF" not in shown, shown)
    report.true("and keeps its name", shown.startswith("HS110 9"), shown)
    disabled = card(number, '.querySelector(".switch").disabled')
    report.equal("its switch does nothing", browser.run(disabled), True)
    browser.screenshot(folder / "desktop.png")
    browser.size(*PHONE, dark=True)
    browser.screenshot(folder / "phone-dark.png")
    browser.complaints()


def check_token(report, browser, place, folder):
    token = folder / "token"
    token.touch(0o600)
    token.write_text("open-sesame\n")
    with proxied("--token-file", str(token), place) as (_, at):
        browser.size(*PHONE)
        browser.open("http://%s/" % at)
        hidden = 'return document.getElementById("login").hidden'
        report.equal("the token is asked for", browser.until(hidden, False), False)
        trouble = 'return document.getElementById("trouble").hidden'
        report.equal("without a complaint", browser.run(trouble), True)
        browser.type("#token", "wrong")
        browser.click("#login button")
        report.equal("a wrong one is refused", browser.until(trouble, False), False)
        browser.screenshot(folder / "token.png")
        browser.type("#token", "open-sesame")
        browser.click("#login button")
        report.equal("the right one is taken", browser.until(hidden, True), True)
        browser.open("http://%s/" % at)
        count = 'return document.querySelectorAll("article.on, article.off").length'
        report.equal("and asked for once", browser.until(count, 1), 1)
        report.equal("no form now", browser.run(hidden), True)
        report.equal("one device gives the title", browser.run("return document.title"), LAMP)
        wanted = "OFF" if plug(place, "check") == "ON" else "ON"
        browser.screenshot(folder / "single.png")
        browser.click("article .switch")
        report.equal("and is switched", becomes(wanted, place, "check"), wanted)


def check_strangers(report, browser, base, place, page):
    """Pages from elsewhere; the plug at `place`, the only device at `base`, must stay off."""
    plug(place, "off")
    browser.open(page)
    title = browser.until("return document.title", "tried 5")
    report.equal("a page of another origin has tried", title, "tried 5")
    report.equal("and switched nothing", plug(place, "check"), "OFF")
    port = base.rstrip("/").rsplit(":", 1)[1]
    browser.open("http://stranger.example:%s/" % port)
    shown = browser.run("return document.body.textContent")
    report.true("a stranger's name is refused", "stranger.example" in shown, shown)


def stranger(base, name):
    """A web server on another port, which to a browser is another origin."""
    text = STRANGER.replace("@NAME@", name).replace("@", base.rstrip("/")).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "http://127.0.0.1:%d/" % server.server_address[1]


def check(report, browser, folder, stack):
    enter = stack.enter_context
    models = ("HS110", "HS100", "LB130", "HS300")
    devices = [enter(simulated(model, "127.0.84.%d" % n)) for n, model in enumerate(models, 1)]
    places = [place for _, place in devices]
    plug(places[0], "alias", LAMP)
    plug(places[1], "alias", HOSTILE)
    plug(places[2], "alias", "Лампа 灯 Lämpchen")
    plug(places[3], "alias", HOSTILE, "--child", "2")
    last, gone = enter(simulated("HS110", "127.0.84.9"))
    _, at = enter(proxied(*places, gone))
    base = "http://%s/" % at
    check_page(report, browser, base, [*places, gone], folder)
    check_outlets(report, browser, 3, places[3])
    check_slider(report, browser, 2, places[2], "Лампа 灯 Lämpchen")
    report.equal("the console is still silent", browser.complaints(), [])
    last.terminate()
    last.wait(20)
    check_gone(report, browser, base, len(places), folder)
    check_token(report, browser, places[0], folder)
    chromium_controls.check(report, browser, folder)
    chromium_stream.check(report, browser)
    _, at = enter(proxied(places[0]))
    base = "http://%s/" % at
    check_strangers(report, browser, base, places[0], stranger(base, places[0]))


def main(argv):
    if not obtained():
        print("skipped: no chromium and chromedriver here")
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--picture", type=Path, metavar="PNG")
    options = parser.parse_args(argv)
    if options.picture:
        with contextlib.ExitStack() as stack:
            return chromium_picture.take(browsing(stack), options.picture)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="tplink-exec-page-"))
    folder.mkdir(exist_ok=True)
    report = Report()
    with contextlib.ExitStack() as stack:
        check(report, browsing(stack), folder, stack)
    print("%d passed, %d failed; screenshots in %s" % (report.passed, report.failed, folder))
    return 1 if report.failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
