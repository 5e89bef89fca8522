"""Of the proxy's page in Chromium: lights, a fan, meters; keys, screen readers, contrast.

The devices are simulated in this process, so that what arrives is seen at them.
"""

import contextlib
import time

from tests.interop import browser as shared
from tests.interop.browser import DESKTOP, PHONE, SMALL_PHONE, TABLET, now, proxied
from tests.support import simulated

NET = "127.0.85."
FAN = NET + "4"
CONTRAST = 4.5
"""WCAG 2.1, 1.4.3, of text that is not large."""

LEAST_CONTRAST = """
const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
  .map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
  .reduce((sum, c, n) => sum + c * [.2126, .7152, .0722][n], 0);
const parse = (color) => color.match(/[\\d.]+/g).map(Number);
const back = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const found = parse(getComputedStyle(at).backgroundColor);
    if (found.length < 4 || found[3] === 1) return found;
  }
  return [255, 255, 255];
};
const found = [...document.querySelectorAll("body *")].filter((element) =>
  element.checkVisibility() && element.tagName !== "SCRIPT" &&
  [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
return found.map((element) => {
  const pair = [parse(getComputedStyle(element).color), back(element)].map(light).sort();
  return [(Math.max(...pair) + .05) / (Math.min(...pair) + .05), element.textContent];
}).sort((a, b) => a[0] - b[0])[0];
"""
FOCUS = """
const it = document.activeElement, style = getComputedStyle(it.matches(".fan input")
  ? it.nextElementSibling : it);
return [style.outlineStyle, parseFloat(style.outlineWidth), it.getAttribute("aria-label") ||
  it.textContent];
"""
ROLES = ("switch", "slider", "radio", "image", "DisclosureTriangle", "article", "button")


def until(holds, seconds=10.0):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def center(browser, selector, part=0.5):
    """Where something is in the window, `part` of the way to its right end."""
    browser.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
    script = "const r = document.querySelector(arguments[0]).getBoundingClientRect();"
    x, y, width, height = browser.run(script + "return [r.x, r.y, r.width, r.height]", selector)
    return int(x + width * part), int(y + height / 2)


def check_color(report, browser, lamp):
    """By real mouse events, and by keys; `lamp` is the simulated LB130, the second card."""
    at = "article:nth-of-type(2) "
    closed = "return document.querySelectorAll('article')[1].querySelector('details').open"
    report.equal("color is folded away", browser.run(closed), False)
    browser.run("document.querySelector(arguments[0]).focus()", at + "summary")
    browser.press("enter")
    report.equal("and opens by a key", browser.run(closed), True)
    for name in ("hue", "saturation", "white"):
        places = [center(browser, at + ".%s input" % name, part) for part in (0.02, 0.4, 0.6)]
        browser.drag(places[0], "pointerDown", *places[1:])
        browser.drag("pointerUp")
        if name == "hue":
            good = until(lambda: 195 <= lamp.light["hue"] <= 235 and not lamp.light["color_temp"])
            report.true("a dragged hue is seen at the lamp", good, lamp.light)
            report.equal("in full color", lamp.light["saturation"], 100)
        elif name == "saturation":
            good = until(lambda: 50 <= lamp.light["saturation"] <= 70)
            report.true("a dragged saturation, too", good, lamp.light)
        else:
            good = until(lambda: 5900 <= lamp.light["color_temp"] <= 6900)
            report.true("a dragged white, too", good, lamp.light)
    browser.drag(center(browser, at + ".white input", 0.6), "pointerDown")
    browser.drag(center(browser, "article h2"), "pointerUp")  # let go far away
    shown = "return document.querySelectorAll('article')[1].querySelector('summary').textContent"
    words = "Colorwhite, %d K" % lamp.light["color_temp"]
    report.equal("the summary says it", browser.until(shown, words), words)
    before = lamp.light["color_temp"]
    browser.run("document.querySelector(arguments[0]).focus()", at + ".white input")
    browser.press("right", "right")
    report.true(
        "keys set a white", until(lambda: lamp.light["color_temp"] == before + 100), lamp.light
    )
    browser.run("document.querySelector(arguments[0]).focus()", at + ".hue input")
    browser.press("end")
    report.true("and a hue", until(lambda: lamp.light["hue"] == 359), lamp.light)
    lamp.light.update(hue=120, saturation=40, color_temp=0)
    value = "return document.querySelectorAll('article')[1].querySelector('.%s input').value"
    report.equal("the hue follows the lamp", browser.until(value % "hue", "120"), "120")
    report.equal("the saturation, too", browser.run(value % "saturation"), "40")
    label = browser.label(at + ".saturation input")
    report.equal("a screen reader hears whose", label, "Saturation of Reading lamp")
    lamp.relay_state = 0
    able = "return document.querySelectorAll('article')[1].querySelector('.hue input').disabled"
    report.equal("a lamp that is off takes no color", browser.until(able, True), True)
    lamp.relay_state = 1
    report.equal("that is on does again", browser.until(able, False), False)


def check_fan(report, browser):
    """The fourth card is a KS240; on port 80, so for root only."""
    row = "article:nth-of-type(4) .fan label:nth-child(%d) input"
    place = FAN + ":9999"
    browser.click(row % 4)
    report.equal("a fan's speed by click", shared.becomes("3", place, "fan"), "3")
    browser.press("right")
    report.equal("and by key", shared.becomes("4", place, "fan"), "4")
    shared.plug(place, "fan", "2")
    checked = "return document.querySelector(arguments[0]).checked"
    end = time.monotonic() + 10
    while not browser.run(checked, row % 3) and time.monotonic() < end:
        time.sleep(0.1)
    report.equal("it follows the fan", browser.run(checked, row % 3), True)
    words = (
        "return document.querySelectorAll('article')[3].querySelector('.dim .value').textContent"
    )
    report.equal("the light beside it is off", browser.run(words), "off")


def check_meter(report, browser, plug):
    """The first card's plot and sums."""
    figure = "return document.querySelector('article figure').hidden"
    report.equal("power is drawn", browser.until(figure, False), False)
    plug.relay_state = 1
    text = "return document.querySelector('article figcaption').textContent"
    words = "last minute: 0.0 to 61.8 W"
    report.equal("and told", browser.until(text, words), words)
    path = "return document.querySelector('article .line').getAttribute('d')"
    report.true("as steps", browser.run(path).count("V") >= 2, browser.run(path))
    sums = "return document.querySelector('article .sums').textContent"
    words = "0.00 kWh today \u00b7 0.00 this month"
    report.equal("so are the sums", browser.until(sums, words), words)
    rows = "return [...document.querySelectorAll('li .now')].map((it) => it.textContent)[1]"
    report.equal("an outlet has its own power", browser.until(rows, "ON · 20.5 W"), "ON · 20.5 W")
    foot = "return document.querySelector('article time').textContent"
    report.true("the time of the answer", browser.run(foot).startswith("answered "))


PLOT = """
const real = Date.now, plot = new Plot(document.body);
for (const [minute, watts] of arguments[0]) {
  Date.now = () => minute * 60000;
  plot.add(watts);
}
Date.now = real;
const line = plot.line.getAttribute("d"), said = plot.svg.getAttribute("aria-label");
plot.figure.remove();
return [line, plot.area.getAttribute("d"), said, plot.points.length];
"""


def check_plot(report, browser):
    """By points of which the times are known: what is old is left out, and a gap is one."""
    points = [(0, 900.0), (10, 0.0), (10.1, 54.0), (15, 27.0), (15.1, 108.0), (20, None)]
    line, area, said, count = browser.run(PLOT, points)
    report.equal("what is older than ten minutes is gone", count, 3)
    report.equal("a gap is a gap", (line.count("M"), area.count("Z")), (2, 2))
    report.equal("the plot in words", said, "Power, last 10 minutes: 27.0 to 108.0 W, now 108.0 W")
    report.equal("as drawn", line, "M0.0 53.7M297.0 76.9H303.0V7.4")


def check_keys(report, browser, plug):
    """Without a mouse: Tab goes to each control, and it is seen where one is."""
    browser.call("POST", "/refresh")
    browser.until("return document.querySelectorAll('article.on, article.off').length > 2", True)
    browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true })")
    seen = []
    for _ in range(14):
        browser.press("tab")
        style, width, name = browser.run(FOCUS)
        seen.append(name)
        if style == "none" or width < 2:
            report.true("the focus is seen", False, name)
    report.equal("Tab begins with the first switch", seen[0], "Coffee machine")
    wanted = {"Brightness of Reading lamp", "Reading lamp", "Monitor", "Charger"}
    report.true("and goes on to each control", wanted <= set(seen), seen)
    browser.run("document.querySelector('.switch').focus()")
    for state in (1 - plug.relay_state, plug.relay_state):
        browser.press("space")
        word = ("OFF", "ON")[state]
        good = until(lambda it=state: plug.relay_state == it)
        report.true("Space switches it %s" % word, good)
        until(lambda it=word: browser.run(now(0)).startswith(it))


def check_names(report, browser):
    """The accessibility tree, as a screen reader gets it."""
    nodes = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    found = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored") and node["role"]["value"] in ROLES
    ]
    report.equal("all that has a role has a name", [it for it in found if not it[1].strip()], [])
    for wanted in (
        ("switch", "Coffee machine"),
        ("switch", "Monitor"),
        ("slider", "Brightness of Reading lamp"),
        ("slider", "Hue of Reading lamp"),
        ("slider", "White of Reading lamp"),
        ("article", "Desk"),
    ):
        report.true("%s %s" % wanted, wanted in found, found)
    images = [name for role, name in found if role == "image"]
    report.true(
        "a plot in words",
        any(name.startswith("Power, last minute: 0.0 to 61.8 W, now ") for name in images),
        images,
    )
    live = "return document.querySelectorAll('[aria-live], output, [role=status]').length"
    report.equal("only one part speaks by itself", browser.run(live), 1)


def check_looks(report, browser, folder):
    browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true })")
    for (width, _), name in ((SMALL_PHONE, "320"), (TABLET, "768"), (DESKTOP, "1200")):
        for dark in (False, True):
            browser.size(width, 900, dark=dark, scale=1)
            height = browser.run("return document.body.scrollHeight + 20")
            browser.size(width, height, dark=dark, scale=1)
            least, words = browser.run(LEAST_CONTRAST)
            name_of = "%s%s" % (name, " dark" * dark)
            report.true("contrast at " + name_of, least >= CONTRAST, "%.2f: %s" % (least, words))
            wide = browser.run("return document.documentElement.scrollWidth")
            report.true("no scrolling to the right at " + name_of, wide <= width, wide)
            browser.screenshot(folder / (name_of.replace(" ", "-") + ".png"))
            columns = "return new Set([...document.querySelectorAll('article')].map((it) =>"
            columns += "it.getBoundingClientRect().x)).size"
            wanted = {320: 1, 768: 2, 1200: 3}[width]
            report.equal("columns", browser.until(columns, wanted), wanted)
    browser.size(*PHONE)
    widths = "return [...new Set([...document.querySelectorAll('article')]"
    widths += ".map((it) => it.offsetWidth))]"
    wanted = [PHONE[0] - 32]
    report.equal("one column, back at 390", browser.until(widths, wanted), wanted)
    over = """const boxes = [...document.querySelectorAll('article')].map((it) =>
      it.getBoundingClientRect()); return boxes.some((a, n) => boxes.some((b, m) =>
      m > n && a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom))"""
    report.equal("none covers another", browser.run(over), False)
    browser.devtools(
        "Emulation.setEmulatedMedia",
        features=[{"name": "prefers-reduced-motion", "value": "reduce"}],
    )
    moves = "return ['::before', '::after'].map((part) => { const style = getComputedStyle("
    moves += "document.querySelector('.switch'), part); return style.transitionProperty + ' ' +"
    moves += "style.transitionDuration + style.animationName })"
    found = browser.run(moves)
    report.true("nothing moves for who wants that", all("none" in it for it in found), found)


def check(report, browser, folder):
    """A meter, a lamp, a strip and a fan, each with what it has."""
    with contextlib.ExitStack() as stack:
        devices = []
        for number, (model, alias) in enumerate(
            (("HS110", "Coffee machine"), ("LB130", "Reading lamp"), ("HS300", "Desk")), 1
        ):
            it = stack.enter_context(simulated(model, address=NET + str(number), alias=alias))
            devices.append(it)
        plug, lamp, strip = (it.device for it in devices)
        names = "Monitor", "Printer", "Charger", "Radio", "Fan", "Tree"
        for outlet, name in zip(strip.outlets, names):
            outlet.alias = name
        strip.outlets[1].state = lamp.relay_state = 1
        words = ["%s:%d" % (it.host, it.port) for it in devices]
        try:
            stack.enter_context(shared.simulated("KS240:klap2", FAN, "9999"))
            words.append(FAN)
        except SystemExit:
            print("skipped: a fan, as port 80 is for root")
        _, at = stack.enter_context(proxied(*words))
        browser.size(*PHONE)
        browser.complaints()
        browser.open("http://%s/" % at)
        count = "return document.querySelectorAll('article.on, article.off').length"
        report.equal("all are there", browser.until(count, len(words)), len(words))
        check_meter(report, browser, plug)
        check_plot(report, browser)
        check_color(report, browser, lamp)
        if len(words) == 4:
            check_fan(report, browser)
        check_keys(report, browser, plug)
        check_names(report, browser)
        check_looks(report, browser, folder)
        report.equal("the console has nothing to say", browser.complaints(), [])
