"""What the proxy's page does: it asks for the devices again and again, and sends what you click."""

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
    let found = null, trouble = "";
    try {
      found = JSON.parse(await call(this.path + "/device.json"));
    } catch (error) {
      trouble = error.message;
    }
    if (number !== this.number) return;
    this.show(found, trouble);
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
    for (const name of names) {
      if (!part || name.toLowerCase() === one) cards.set(name, new Card(name));
    }
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
