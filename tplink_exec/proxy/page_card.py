"""The page's card of a device, in JavaScript: what it is, what it does, what can be done."""

CARD = r"""
const COMPLAINT_MS = 8000, STALE_MS = 10000, SETTLE_MS = 4000;
const SUMS = { today: "today", month: "this month" };

class Card {
  // `found` is what the device said last, null when that was nothing: then `trouble` says why.
  // `sending`: a command is under way; `settling`: it is done, and its effect not yet seen.
  constructor(name, number) {
    this.name = name;
    this.path = "/" + encodeURIComponent(name);
    this.article = make(byId("list"), "article");
    this.title = make(this.article, "h2", "", name);
    this.title.id = "device" + number;
    this.now = make(this.article, "p", "now", "asking\u2026");
    this.whole = new Switch(this, this.article, this.title);
    this.plot = new Plot(this.article);
    this.sums = make(this.article, "p", "sums");
    this.slider = new Slider(this.article, "Brightness", "dim", [1, 100, 1],
      (value) => value + " %", (value) => this.send(this.path + "/brightness", value));
    this.light = new Light(this);
    this.fan = new Fan(this);
    this.list = make(this.article, "ul", "outlets");
    this.trouble = make(this.article, "p", "error");
    this.complaint = make(this.article, "p", "error");
    this.complaint.setAttribute("role", "alert");
    const foot = make(this.article, "p", "foot");
    this.what = make(foot, "span", "", name);
    this.time = make(foot, "time");
    this.article.setAttribute("aria-labelledby", this.title.id);
    this.outlets = [];
    this.orders = new Map();
    this.number = this.answeredAt = 0;
    this.found = null;
    this.at = "";
    this.show();
  }

  take(found) {
    this.found = found;
    put(this.trouble, "");
    this.answered(found.at);
  }

  answered(at) {
    if (!this.found) return;
    this.at = this.time.dateTime = at;
    this.answeredAt = Date.now();
    this.plot.add(this.found.power);
    this.show();
  }

  fail(trouble) {
    this.found = null;
    put(this.trouble, trouble);
    this.show();
  }

  show() {
    this.settle();
    if (this.sending) return;
    const found = this.found;
    this.whole.show(found);
    if (found) {
      put(this.what, found.model + " \u00b7 " + this.name);
      put(this.now, state(found));
      const sums = Object.entries(SUMS).filter(([name]) => found[name] !== null);
      put(this.sums, sums.map(([name, when], n) =>
        found[name].toFixed(2) + (n ? " " : " kWh ") + when).join(" \u00b7 "));
      this.slider.show(found.brightness, found.alias,
        found.brightness ? undefined : "off");
      this.light.show(found);
      this.fan.show(found);
    } else if (this.trouble.textContent) {
      put(this.now, "unknown");
    }
    this.slider.label.hidden = !found || !found.able.includes("brightness");
    if (!found) {
      for (const { box } of [this.light, this.fan]) box.hidden = true;
      this.plot.figure.hidden = true;
      put(this.sums, "");
    }
    this.part(found && found.children);
    this.age();
    this.busy();
    total();
  }

  age() {
    const ms = Date.now() - this.answeredAt;
    const time = this.at && new Date(this.at).toLocaleTimeString();
    put(this.time, this.sending || this.settling ? "sending\u2026"
      : !time ? "" : ms < STALE_MS ? "answered " + time : `answered ${time}, ${ago(ms)} ago`);
  }

  busy() {
    const busy = Boolean(this.sending || this.settling);
    this.article.classList.toggle("busy", busy);
    this.article.setAttribute("aria-busy", String(busy));
  }

  part(children) {
    const count = children ? children.length : this.outlets.length;
    this.list.setAttribute("aria-label", "Outlets of " + this.title.textContent);
    while (this.outlets.length > count) this.outlets.pop().box.remove();
    for (let n = 0; n < count; n++) {
      if (n === this.outlets.length) {
        const row = make(this.list, "li");
        const outlet = new Switch(this, row, make(row, "span", "name"));
        outlet.now = row.insertBefore(make(row, "span", "now"), outlet.button);
        this.outlets.push(outlet);
      }
      const child = children && children[n], outlet = this.outlets[n];
      if (child) outlet.path = this.path + "/" + encodeURIComponent(child.id);
      outlet.show(child);
      put(outlet.now, child ? state(child) : "unknown");
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
    if (found) this.take(found); else this.fail(trouble);
    this.later(POLL_MS);
  }

  later(ms) {
    clearTimeout(this.timer);
    if (!stream.live && !document.hidden) this.timer = setTimeout(() => this.poll(), ms);
  }

  async send(path, value) {
    this.number++;
    this.orders.set(path, value);  // in place of one that waits
    if (this.sending) return;
    this.sending = true;
    this.complain("");
    this.busy();
    this.age();
    try {
      for (const [path, body] of this.orders) {
        this.orders.delete(path);
        await call(path, { method: "PUT", body: String(body) });
      }
    } catch (error) {
      this.complain(error.message);
    }
    this.orders.clear();
    this.sending = false;
    if (!this.article.isConnected) return;
    if (!stream.live) this.poll();
    this.settling = setTimeout(() => this.show(), SETTLE_MS);
  }

  settle() {
    if (this.sending) return;
    clearTimeout(this.settling);
    this.settling = 0;
  }

  complain(text) {
    clearTimeout(this.calm);
    put(this.complaint, text);
    if (text) this.calm = setTimeout(() => this.complain(""), COMPLAINT_MS);
  }
}

function state(found) {
  return found.state + (found.power === null ? "" : ` \u00b7 ${found.power.toFixed(1)} W`);
}

function ago(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? seconds + " s" : Math.round(seconds / 60) + " min";
}
"""
