"""The proxy's page for browsers: it lists the devices; each has a switch, and what it can dim.

One page for any number of devices; under /DEVICE/ it shows that one. The parts are apart because
the header of the response has a digest of each: a browser then runs nothing else, whatever a
device calls itself. What comes from a device is set as text, never as HTML. A state is shown only
as long as the last answer is one; then it is "?".
"""

HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Devices</title>
<style>@STYLE@</style>
</head>
<body>
<header><h1 id="title">Devices</h1><p id="sum" role="status"></p></header>
<p id="trouble" role="alert" hidden></p>
<form id="login" hidden>
<label for="token">Token</label>
<p>This proxy was started with --token-file. The token in that file is kept until you close
this tab.</p>
<input id="token" type="password" autocomplete="current-password" required>
<button>Continue</button>
</form>
<main id="list"></main>
<noscript><p>This page needs JavaScript. Without it, take curl: the same address shows the
state as text.</p></noscript>
<script>@SCRIPT@</script>
</body>
</html>
"""

STYLE = """
:root {
  --back: #eef0f3; --card: #fff; --text: #16191d; --soft: #5b6470; --line: #dcdfe4;
  --on: #14804a; --off: #8a93a0; --bad: #b3261e; --focus: #1a5fd0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #101317; --card: #1b2026; --text: #eceff3; --soft: #9aa4b1; --line: #2c333c;
    --on: #2fae6c; --off: #66707d; --bad: #ff8a80; --focus: #7fb0ff;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: 1rem; max-width: 68rem; background: var(--back); color: var(--text);
  font: 1rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
header { display: flex; align-items: baseline; gap: .75rem; margin: 0 .25rem .75rem; }
h1 { margin: 0; font-size: 1.375rem; }
article, form, #trouble { padding: 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .75rem; }
#sum, .what, .now, form p { color: var(--soft); font-variant-numeric: tabular-nums; }
#trouble, .error { color: var(--bad); }
main { display: grid; align-items: start; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); }
article { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: .25rem 1rem; }
#trouble { margin: 0 0 .75rem; }
#sum, h2, article p { margin: 0; min-width: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.0625rem; font-weight: 600; display: -webkit-box; -webkit-line-clamp: 2;
  -webkit-box-orient: vertical; overflow: hidden; }
article:only-child h2 { display: none; }
.now { font-weight: 600; } .on > .now { color: var(--on); }
.what, .dim, .outlets, .error, form p { font-size: .875rem; }
.dim, .outlets, .error { grid-column: 1 / -1; }
.dim input { width: 100%; height: 2.75rem; margin: .375rem 0 0; accent-color: var(--on); }
.outlets { margin: .5rem 0 0; padding: 0; }
li { display: flex; align-items: center; justify-content: space-between; gap: 1rem;
  padding: .375rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.error:empty, .outlets:empty { display: none; }
.switch {
  position: relative; grid-column: 2; grid-row: 1 / span 3; flex: none;
  width: 4.5rem; height: 2.75rem; padding: 0; border: 0; border-radius: 1.375rem;
  background: var(--off); cursor: pointer;
  transition: background .15s; touch-action: manipulation; -webkit-tap-highlight-color: transparent;
}
.switch::after {
  content: ""; position: absolute; top: .25rem; left: .25rem; width: 2.25rem; height: 2.25rem;
  border-radius: 50%; background: #fff; transition: transform .15s;
}
.on > .switch { background: var(--on); }
.on > .switch::after { transform: translateX(1.75rem); }
.unknown > .switch { background: transparent; border: 2px dashed var(--off); }
.unknown > .switch::after {
  content: "?"; inset: 0; width: auto; height: auto; background: none; color: var(--soft);
  font: 600 1.25rem/2.5rem system-ui, sans-serif; text-align: center; transform: none;
}
.busy .switch { opacity: .5; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
form { max-width: 26rem; }
form p { margin: .25rem 0 .75rem; } form label { font-weight: 600; }
form input, form button { width: 100%; min-height: 2.75rem; padding: 0 .75rem; font: inherit;
  border-radius: .5rem; border: 1px solid var(--off); background: var(--back); color: inherit; }
form button { margin-top: .75rem; border: 0; background: var(--on); color: #fff; font-weight: 600; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
"""

SCRIPT = """
"use strict";
const POLL_MS = 2000, PATIENCE_MS = 8000;
const byId = (id) => document.getElementById(id);
const cards = new Map();

function call(path, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  const token = sessionStorage.getItem("token");
  const headers = token ? { Authorization: "Bearer " + token } : {};
  return fetch(path, { ...options, headers, signal: abort.signal, cache: "no-store" })
    .then(async (answer) => {
      const body = (await answer.text()).trim();
      if (answer.status === 401) {
        login();
        throw new Error(token ? "The proxy refuses this token." : "");
      }
      if (!answer.ok) throw new Error(body || "HTTP " + answer.status);
      return body;
    }, () => { throw new Error("The proxy does not answer."); })
    .finally(() => clearTimeout(timer));
}

function make(parent, tag, kind = "") {
  const element = document.createElement(tag);
  element.className = kind;
  return parent.appendChild(element);
}

class Switch {
  constructor(card, box, label) {
    this.box = box;
    this.label = label;
    this.path = card.path;
    this.button = make(box, "button", "switch");
    this.button.type = "button";
    this.button.setAttribute("role", "switch");
    this.button.onclick = () =>
      card.send(this.path + "/state", this.state === "ON" ? "OFF" : "ON");
  }

  show(found) {
    this.state = found && found.state;
    if (found) this.label.textContent = found.alias;
    this.box.className = found ? found.state.toLowerCase() : "unknown";
    this.button.disabled = !found;
    this.button.setAttribute("aria-checked", found ? String(found.state === "ON") : "mixed");
    this.button.setAttribute("aria-label", this.label.textContent);
  }
}

class Card {
  constructor(name) {
    this.name = name;
    this.path = "/" + encodeURIComponent(name);
    this.article = make(byId("list"), "article");
    this.title = make(this.article, "h2");
    this.what = make(this.article, "p", "what");
    this.now = make(this.article, "p", "now");
    this.whole = new Switch(this, this.article, this.title);
    this.dim = make(this.article, "label", "dim");
    this.percent = make(this.dim, "span");
    this.slider = make(this.dim, "input");
    this.list = make(this.article, "ul", "outlets");
    this.error = make(this.article, "p", "error");
    this.title.textContent = name;
    this.now.textContent = "asking\\u2026";
    this.slider.type = "range";
    this.slider.min = 1;
    this.slider.oninput = () => this.tell(this.slider.value);
    this.slider.onchange = () => this.send(this.path + "/brightness", this.slider.value);
    this.outlets = [];
    this.orders = new Map();
    this.number = 0;
    this.show(null, "");
    this.poll();
  }

  show(found, trouble) {
    this.whole.show(found);
    this.error.textContent = trouble;
    if (found) {
      this.what.textContent = this.name + " \\u00b7 " + found.model;
      this.now.textContent = found.state +
        (found.power === null ? "" : " \\u00b7 " + found.power.toFixed(1) + " W");
      this.slider.setAttribute("aria-label", "Brightness of " + found.alias);
      if (!this.slider.matches(":active")) this.tell(this.slider.value = found.brightness);
    } else if (trouble) {
      this.now.textContent = "unknown";
    }
    this.dim.hidden = !found || found.brightness === null;
    this.part(found && found.children);
    total();
  }

  tell(percent) {
    this.percent.textContent = "Brightness " + percent + " %";
  }

  part(children) {
    const count = children ? children.length : this.outlets.length;
    while (this.outlets.length > count) this.outlets.pop().box.remove();
    for (let n = 0; n < count; n++) {
      if (n === this.outlets.length) {
        const row = make(this.list, "li");
        this.outlets.push(new Switch(this, row, make(row, "span")));
      }
      const child = children && children[n], outlet = this.outlets[n];
      if (child) outlet.path = this.path + "/" + encodeURIComponent(child.id);
      outlet.show(child);
    }
  }

  async poll() {
    clearTimeout(this.timer);
    if (this.sending || !this.article.isConnected) return;
    const number = ++this.number;
    const found = await call(this.path + "/device.json").then(JSON.parse).catch((error) => error);
    if (number !== this.number) return;
    const failed = found instanceof Error;
    this.show(failed ? null : found, failed ? found.message : "");
    this.later(POLL_MS);
  }

  later(ms) {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.poll(), ms);
  }

  async send(path, value) {
    this.number++;
    this.orders.set(path, value);  // in place of one that waits
    if (this.sending) return;
    this.sending = true;
    this.article.classList.add("busy");
    let trouble = "";
    try {
      for (const [path, body] of this.orders) {
        this.orders.delete(path);
        await call(path, { method: "PUT", body });
      }
    } catch (error) {
      trouble = error.message;
    }
    this.orders.clear();
    this.sending = false;
    if (trouble) this.show(null, trouble);
    this.later(trouble ? POLL_MS : 0);
  }
}

function total() {
  const all = [...cards.values()];
  const count = (kind) => all.filter((card) => card.article.matches("." + kind)).length;
  const unknown = count("unknown") ? ", " + count("unknown") + " unknown" : "";
  document.title = byId("title").textContent =
    all.length === 1 ? all[0].title.textContent : "Devices";
  byId("sum").textContent =
    all.length < 2 ? "" : count("on") + " on, " + count("off") + " off" + unknown;
}

function login() {
  sessionStorage.removeItem("token");
  cards.forEach((card) => card.article.remove());
  cards.clear();
  total();
  byId("login").hidden = false;
  byId("token").focus();
}

async function start() {
  try {
    const names = JSON.parse(await call("/devices.json"));
    const part = location.pathname.split("/")[1];
    const one = decodeURIComponent(part).toLowerCase();
    byId("trouble").hidden = byId("login").hidden = true;
    names.filter((name) => !part || name.toLowerCase() === one)
      .forEach((name) => cards.set(name, new Card(name)));
  } catch (error) {
    byId("trouble").textContent = error.message;
    byId("trouble").hidden = !error.message;
    if (byId("login").hidden) setTimeout(start, POLL_MS);
  }
}

byId("login").onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", byId("token").value.trim());
  byId("token").value = "";
  start();
};
document.onvisibilitychange = () => {
  if (!document.hidden) cards.forEach((card) => card.poll());
};
start();
"""
