"""The proxy's page for browsers: it lists the devices, and each has a switch.

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
<title>Plugs</title>
<style>@STYLE@</style>
</head>
<body>
<header><h1>Plugs</h1><p id="sum" role="status"></p></header>
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
#sum { margin: 0; color: var(--soft); font-variant-numeric: tabular-nums; }
#trouble { margin: 0 0 .75rem; padding: .75rem 1rem; border-radius: .75rem;
  color: var(--bad); background: var(--card); border: 1px solid currentColor; }
main { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); }
article {
  display: grid; grid-template-columns: 1fr auto; align-items: center; align-content: start;
  gap: .25rem 1rem;
  padding: 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .75rem;
}
h2, article p { margin: 0; min-width: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.0625rem; font-weight: 600; display: -webkit-box; -webkit-line-clamp: 2;
  -webkit-box-orient: vertical; overflow: hidden; }
.what { color: var(--soft); font-size: .875rem; }
.now { font-size: .9375rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.on .now { color: var(--on); }
.off .now, .unknown .now { color: var(--soft); }
.error { grid-column: 1 / -1; color: var(--bad); font-size: .875rem; }
.error:empty { display: none; }
.switch {
  position: relative; grid-column: 2; grid-row: 1 / span 3; width: 4.5rem; height: 2.75rem;
  padding: 0; border: 0; border-radius: 1.375rem; background: var(--off); cursor: pointer;
  transition: background .15s; touch-action: manipulation; -webkit-tap-highlight-color: transparent;
}
.switch::after {
  content: ""; position: absolute; top: .25rem; left: .25rem; width: 2.25rem; height: 2.25rem;
  border-radius: 50%; background: #fff; transition: transform .15s;
}
.on .switch { background: var(--on); }
.on .switch::after { transform: translateX(1.75rem); }
.unknown .switch { background: transparent; border: 2px dashed var(--off); }
.unknown .switch::after {
  content: "?"; inset: 0; width: auto; height: auto; background: none; color: var(--soft);
  font: 600 1.25rem/2.5rem system-ui, sans-serif; text-align: center; transform: none;
}
.switch:disabled { cursor: default; }
.busy .switch { opacity: .5; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
form { max-width: 26rem; padding: 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .75rem; }
form p { margin: .25rem 0 .75rem; color: var(--soft); font-size: .875rem; }
label { font-weight: 600; }
input, form button { width: 100%; min-height: 2.75rem; padding: 0 .75rem; font: inherit;
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

function make(parent, tag, kind) {
  const element = document.createElement(tag);
  element.className = kind;
  return parent.appendChild(element);
}

class Card {
  constructor(name) {
    this.name = name;
    this.path = "/" + encodeURIComponent(name);
    this.article = make(byId("list"), "article", "unknown");
    this.title = make(this.article, "h2", "name");
    this.what = make(this.article, "p", "what");
    this.now = make(this.article, "p", "now");
    this.button = make(this.article, "button", "switch");
    this.error = make(this.article, "p", "error");
    this.title.textContent = name;
    this.now.textContent = "asking\\u2026";
    this.button.type = "button";
    this.button.setAttribute("role", "switch");
    this.button.addEventListener("click", () => this.turn());
    this.number = 0;
    this.show(null);
    this.poll();
  }

  show(found, trouble) {
    this.found = found;
    const on = Boolean(found) && found.state === "ON";
    this.article.className = found ? (on ? "on" : "off") : "unknown";
    this.button.disabled = !found;
    this.button.setAttribute("aria-checked", found ? String(on) : "mixed");
    this.error.textContent = trouble || "";
    if (found) {
      this.title.textContent = found.alias || this.name;
      this.what.textContent = this.name + " \\u00b7 " + found.model;
      this.now.textContent = found.state +
        (found.power === null ? "" : " \\u00b7 " + found.power.toFixed(1) + " W");
    } else if (trouble) {
      this.now.textContent = "unknown";
    }
    this.button.setAttribute("aria-label", this.title.textContent);
    total();
  }

  async poll() {
    clearTimeout(this.timer);
    const number = ++this.number;
    try {
      const found = JSON.parse(await call(this.path + "/device.json"));
      if (number === this.number) this.show(found);
    } catch (error) {
      if (number === this.number) this.show(null, error.message);
    }
    if (number === this.number) this.later();
  }

  later() {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.poll(), POLL_MS);
  }

  async turn() {
    const number = ++this.number;
    const wanted = this.found.state === "ON" ? "OFF" : "ON";
    clearTimeout(this.timer);
    this.button.disabled = true;
    this.article.classList.add("busy");
    try {
      await call(this.path + "/state", { method: "PUT", body: wanted });
    } catch (error) {
      if (number === this.number) {
        this.show(null, error.message);
        this.later();
      }
      return;
    }
    if (number === this.number) this.poll();
  }
}

function total() {
  const all = [...cards.values()];
  const known = all.filter((card) => card.found);
  const on = known.filter((card) => card.found.state === "ON").length;
  const unknown = all.length - known.length;
  byId("sum").textContent = all.length < 2 ? "" :
    on + " on, " + (known.length - on) + " off" + (unknown ? ", " + unknown + " unknown" : "");
}

function login() {
  sessionStorage.removeItem("token");
  cards.forEach((card) => { clearTimeout(card.timer); card.number++; card.article.remove(); });
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
    for (const name of names) {
      if (!part || name.toLowerCase() === one) cards.set(name, new Card(name));
    }
  } catch (error) {
    byId("trouble").textContent = error.message;
    byId("trouble").hidden = !error.message;
    if (byId("login").hidden) setTimeout(start, POLL_MS);
  }
}

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", byId("token").value.trim());
  byId("token").value = "";
  start();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) cards.forEach((card) => card.poll());
});
start();
"""
