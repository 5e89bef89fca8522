"""What the checks of the proxy's page share: Chromium by WebDriver, programs, simulated devices."""

import base64
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "scripts" / "tplink-exec")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --disable-dev-shm-usage "
    "--host-resolver-rules=MAP\tstranger.example\t127.0.0.1,MAP\t*.invalid\t127.0.0.1"
).split(" ")
PHONE, SMALL_PHONE, TABLET, DESKTOP = (390, 844), (320, 568), (768, 1024), (1200, 800)
KEYS = {
    "right": "\ue014",
    "left": "\ue012",
    "end": "\ue010",
    "page up": "\ue00e",
    "tab": "\ue004",
    "enter": "\ue007",
    "space": " ",
}
"""As WebDriver calls them."""


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, name, found, expected):
        self.true(name, found == expected, "%r instead of %r" % (found, expected))

    def true(self, name, good, reason=""):
        if good:
            self.passed += 1
            print("ok    %s" % name, flush=True)
        else:
            self.failed += 1
            print("FAIL  %s: %s" % (name, reason), flush=True)


class Browser:
    """Chromium by the WebDriver protocol; `/goog/cdp` is chromedriver's way to DevTools."""

    def __init__(self, port, profile):
        self.base = "http://127.0.0.1:%d" % port
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        options = {
            "binary": shutil.which("chromium"),
            "args": [*[flag.replace("\t", " ") for flag in FLAGS], "--user-data-dir=" + profile],
        }
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        found = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.base += "/session/" + found["sessionId"]

    def call(self, method, path, body=None):
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, method=method)
        with self.opener.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """What the body of a function returns in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": arguments})

    def until(self, script, wanted, seconds=10.0):
        """What the script returns, as soon as it is `wanted`, or in the end."""
        end = time.monotonic() + seconds
        found = self.run(script)
        while found != wanted and time.monotonic() < end:
            time.sleep(0.1)
            found = self.run(script)
        return found

    def devtools(self, command, **parameters):
        body = {"cmd": command, "params": parameters}
        return self.call("POST", "/goog/cdp/execute", body)

    def size(self, width, height, dark=False, scale=2):
        mobile = width < 600
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale if mobile else 1,
            mobile=mobile,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, path):
        time.sleep(0.3)  # a switch moves
        path.write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def complaints(self):
        """What the console has said since the last call."""
        said = self.call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in said if entry["level"] in ("SEVERE", "WARNING")]

    def element(self, selector):
        """Its path."""
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        return "/element/" + next(iter(found.values()))

    def click(self, selector):
        self.call("POST", self.element(selector) + "/click")

    def type(self, selector, text):
        self.call("POST", self.element(selector) + "/value", {"text": text})

    def label(self, selector):
        """What a screen reader says of it."""
        return self.call("GET", self.element(selector) + "/computedlabel")

    def press(self, *keys):
        """Real keys, one after the other, to what has the focus."""
        steps = []
        for key in keys:
            value = KEYS.get(key, key)
            steps += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "k", "actions": steps}]})

    def drag(self, *steps):
        """The mouse: "pointerDown", "pointerUp", or x and y, where it moves to."""
        moves = [
            {"type": step, "button": 0}
            if isinstance(step, str)
            else {"type": "pointerMove", "duration": 100, "x": step[0], "y": step[1]}
            for step in steps
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": moves}
        self.call("POST", "/actions", {"actions": [mouse]})


def card(number, what):
    """A script: the text or class of a part of a device's card."""
    return 'return document.querySelectorAll("article")[%d]%s' % (number, what)


def now(number):
    return card(number, '.querySelector(".now").textContent')


@contextlib.contextmanager
def running(words, pattern):
    """A process; yields what `pattern` finds in its first lines."""
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        for raw in process.stdout:
            found = re.search(pattern, raw.decode())
            if found:
                yield process, found[1]
                return
        raise SystemExit("%s does not start" % words)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@contextlib.contextmanager
def simulated(model, address, port="0"):
    words = [PROGRAM, "simulate", "--model", model, "--address", address, "--port", port]
    with running(words, r" \S+:(\d+)\n") as (process, found):
        yield process, "%s:%s" % (address, found)


def proxied(*words):
    return running([PROGRAM, "proxy", "-l", "0", *words], r"http://(\S+)/")


def plug(place, *command):
    """What tplink-exec prints."""
    done = subprocess.run(
        [PROGRAM, *place.rsplit(":", 1), *command], stdout=subprocess.PIPE, timeout=30
    )
    return done.stdout.decode().strip()


def becomes(wanted, place, *command):
    """What tplink-exec prints, as soon as it is `wanted`, or in the end."""
    end = time.monotonic() + 10
    found = plug(place, *command)
    while found != wanted and time.monotonic() < end:
        time.sleep(0.1)
        found = plug(place, *command)
    return found


def obtained():
    """Whether there is a Chromium with its driver."""
    programs = ("chromium", "chromedriver")
    if not all(map(shutil.which, programs)) and os.getuid() == 0 and shutil.which("apt-get"):
        for words in (["update"], ["install", "-y", "--no-install-recommends"]):
            packages = ["chromium", "chromium-driver"] if len(words) > 1 else []
            subprocess.run(
                ["apt-get", "-qq", *words, *packages], stdout=subprocess.DEVNULL, timeout=900
            )
    return all(map(shutil.which, programs))


def browsing(stack):
    profile = stack.enter_context(tempfile.TemporaryDirectory())
    driver = running(["chromedriver", "--port=0"], r"successfully on port (\d+)")
    _, port = stack.enter_context(driver)
    browser = Browser(int(port), profile)
    stack.callback(browser.call, "DELETE", "")
    return browser
