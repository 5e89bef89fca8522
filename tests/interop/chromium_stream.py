"""Of the proxy's page in Chromium: what it is fed by, a stream or its own asking."""

import contextlib
import http.client
import http.server
import threading
import time

from tests.interop.browser import PHONE, PROGRAM, browsing, card, now, proxied, running
from tests.interop.chromium_controls import until
from tests.support import asked, break_down, simulated

NET = "127.0.86."
BEAT_S = 2.0
FLOWS, ASKS = "Changes appear at once.", "this page asks every two seconds"


class Between:
    """A reverse proxy before ours. `way` is what becomes of streams: "pass", "keep" or "cut"."""

    def __init__(self, host, port):
        self.way = "keep"
        self.paths = []
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                between.paths.append(self.path)
                if self.path.endswith("/events") and between.way != "pass":
                    between.refuse(self)
                    return
                upstream = http.client.HTTPConnection(host, port, timeout=20)
                with contextlib.closing(upstream):
                    length = int(self.headers.get("Content-Length") or 0)
                    body = self.rfile.read(length) if length else None
                    upstream.request(self.command, self.path, body, dict(self.headers))
                    response = upstream.getresponse()
                    self.send_response_only(response.status)
                    for name, value in response.getheaders():
                        self.send_header(name, value)
                    self.end_headers()
                    data = response.read1(65536)
                    while data:
                        self.wfile.write(data)
                        data = response.read1(65536)

            do_PUT = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = "http://127.0.0.1:%d/" % self.server.server_address[1]

    def refuse(self, handler):
        """A 502, or the whole response kept back as if to wait for its end."""
        handler.close_connection = True
        if self.way == "cut":
            handler.send_error(502)
        end = time.monotonic() + 30
        while self.way == "keep" and time.monotonic() < end:
            time.sleep(0.1)


def polls(device, seconds):
    """How often it is asked in that time."""
    device.requests.clear()
    device.questions.clear()
    time.sleep(seconds)
    return sum(b"get_sysinfo" in request for request in asked(device))


def link(browser):
    return browser.run("return document.getElementById('link').textContent")


def check_two_pages(report, browser, other, base, devices):
    """They cost a device one poll a beat, and show each what the other does."""
    for it in (browser, other):
        it.size(*PHONE)
        it.open(base)
        report.equal("a page is fed", it.until(now(0), "OFF · 0.0 W"), "OFF · 0.0 W")
        report.equal("by a stream", link(it), FLOWS)
    loaded = "return performance.getEntriesByType('resource').map((e) => e.name)"
    asked = [url for url in browser.run(loaded) if "device.json" in url]
    report.equal("and asks for nothing", asked, [])
    beats = 3
    cost = polls(devices[0], beats * BEAT_S)
    report.true("two pages, one poll a beat", beats - 1 <= cost <= beats + 1, cost)
    browser.click("article .switch")
    started = time.monotonic()
    found = other.until(now(0), "ON · 61.8 W")
    report.equal("what one page does the other shows", found, "ON · 61.8 W")
    print("      after %.2f s, WebDriver's own included" % (time.monotonic() - started))
    report.equal("seen at the plug", devices[0].device.relay_state, 1)
    devices[1].device.relay_state = 1
    for it in (browser, other):
        found = it.until(now(1), "ON")
        report.equal("a change elsewhere, too", found, "ON")


def check_busy(report, browser, device):
    """While the device has not answered, its card is busy, and shows what was."""
    break_down(device, "silent")
    browser.click("article:nth-of-type(2) .switch")
    busy = "return document.querySelectorAll('article')[1].getAttribute('aria-busy')"
    report.equal("under way: busy", browser.until(busy, "true"), "true")
    text = browser.run(card(1, ".querySelector('time').textContent"))
    report.equal("and says so", text, "sending…")
    report.equal("the state is what was", browser.run(now(1)), "ON")
    other = "return document.querySelector('article').getAttribute('aria-busy')"
    report.equal("others are not", browser.until(other, "false"), "false")
    found = browser.until(now(1), "unknown", 20)
    report.equal("it does not answer: unknown", found, "unknown")
    break_down(device, "")
    report.true("it does: known", until(lambda: browser.run(now(1)) in ("ON", "OFF"), 20))
    report.equal("and not busy", browser.until(busy, "false"), "false")


def check_hidden(report, browser, device):
    browser.call("POST", "/window/minimize")
    hidden = browser.until("return document.hidden", True, 3)
    if not hidden:
        print("skipped: this Chromium hides no page")
        return
    time.sleep(BEAT_S)
    report.equal("a page that nobody sees asks nothing", polls(device, 2 * BEAT_S), 0)
    browser.call("POST", "/window/rect", {"width": 400, "height": 800, "x": 0, "y": 0})
    report.equal("and goes on when it is seen", browser.until(link_text, FLOWS), FLOWS)
    report.true("with new answers", polls(device, 2 * BEAT_S))


link_text = "return document.getElementById('link').textContent"


def check_fallback(report, browser, host, port, device):
    between = Between(host, port)
    between.way = "cut"
    browser.open(between.base)
    report.true("no stream: it asks", until(lambda: ASKS in link(browser), 3), link(browser))
    between.way = "keep"
    browser.open(between.base)
    found = until(lambda: ASKS in link(browser))
    report.true("a stream that is kept back: it asks", found, link(browser))
    report.true("and says how the plug is", browser.run(now(0)).startswith("O"))
    state = 1 - device.relay_state
    device.relay_state = state
    word = ("OFF", "ON")[state]
    good = until(lambda: browser.run(now(0)).startswith(word))
    report.true("a change appears", good, browser.run(now(0)))
    browser.click("article .switch")
    report.true("it switches", until(lambda: device.relay_state == 1 - state))
    good = until(lambda: browser.run(now(0)).startswith(("OFF", "ON")[1 - state]), 3)
    report.true("and shows it", good, browser.run(now(0)))
    between.way = "pass"
    found = browser.until(link_text, FLOWS, 30)
    report.equal("later it has its stream", found, FLOWS)
    count = between.paths.count
    before = sum("device.json" in path for path in between.paths)
    time.sleep(2 * BEAT_S)
    asked = sum("device.json" in path for path in between.paths) - before
    report.equal("and asks no more", (asked, count("/events") >= 2), (0, True))


def check_restart(report, browser, words):
    """The proxy ends, and comes again on its port."""
    command = [PROGRAM, "proxy", "-l"]
    with running([*command, "0", *words], r"http://(\S+)/") as (_, at):
        browser.open("http://%s/" % at)
        report.equal("a proxy", browser.until(link_text, FLOWS), FLOWS)
    shown = card(0, ".querySelector('.error').textContent")
    words_of = "The proxy does not answer."
    report.equal("ends: that is told", browser.until(shown, words_of), words_of)
    report.equal("the state is unknown", browser.run(now(0)), "unknown")
    port = at.rpartition(":")[2]
    with running([*command, port, *words], r"http://(\S+)/"):
        report.equal("comes again: live", browser.until(link_text, FLOWS, 30), FLOWS)
        known = until(lambda: browser.run(now(0)).startswith("O"))
        report.true("and known", known, browser.run(now(0)))
    browser.complaints()  # of what could not be loaded


def check(report, browser):
    with contextlib.ExitStack() as stack:
        models = ("HS110", "HS100")
        devices = [
            stack.enter_context(simulated(model, address=NET + str(number)))
            for number, model in enumerate(models, 1)
        ]
        words = ["%s:%d" % (it.host, it.port) for it in devices]
        _, at = stack.enter_context(proxied(*words))
        other = browsing(stack)
        browser.open("about:blank")
        browser.complaints()
        check_two_pages(report, browser, other, "http://%s/" % at, devices)
        other.open("about:blank")
        check_busy(report, browser, devices[1])
        check_hidden(report, browser, devices[0])
        said = [text for text in browser.complaints() if "504" not in text]
        report.equal("the console stays silent", said, [])
        host, _, port = at.rpartition(":")
        check_fallback(report, browser, host, int(port), devices[0].device)
        check_restart(report, browser, words)
