"""What the proxy's page does: it listens to the stream of events, and sends what you click.

EventSource cannot send the token, so the stream is read by fetch(). Where none can be had, or
nothing comes of it (an old browser, a reverse proxy that keeps it back), each device is asked again
and again, and the stream is tried again later. A page that nobody sees does neither.
"""

from .page_card import CARD
from .page_controls import CONTROLS
from .page_plot import PLOT

BEGIN = r"""
"use strict";
const POLL_MS = 2000, PATIENCE_MS = 8000, FIRST_MS = 3000, SILENCE_MS = 7000;
const AGAIN_MS = 1000, LATER_MS = 15000;
const byId = (id) => document.getElementById(id);
const cards = new Map();
const stream = { live: false, path: "/events", abort: null, timer: 0 };

function headers() {
  const token = sessionStorage.getItem("token");
  return token ? { Authorization: "Bearer " + token } : {};
}

function call(path, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  const sent = headers();
  return fetch(path, { ...options, headers: sent, signal: abort.signal, cache: "no-store" })
    .then(async (answer) => {
      const body = (await answer.text()).trim();
      if (answer.status === 401) {
        login();
        throw new Error(sent.Authorization ? "The proxy refuses this token." : "");
      }
      if (!answer.ok) throw new Error(body || "HTTP " + answer.status);
      return body;
    }, () => { throw new Error("The proxy does not answer."); })
    .finally(() => clearTimeout(timer));
}
"""

END = r"""
async function listen() {
  clearTimeout(stream.timer);
  if (document.hidden || stream.abort || !cards.size) return;
  const abort = stream.abort = new AbortController();
  let silence = setTimeout(() => abort.abort(), FIRST_MS), came = false;
  try {
    const asked = { headers: headers(), signal: abort.signal, cache: "no-store" };
    const answer = await fetch(stream.path, asked);
    if (answer.status === 401) login();
    if (!answer.ok) throw new Error();
    const reader = answer.body.getReader(), decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), SILENCE_MS);
      if (!came) cards.forEach((card) => clearTimeout(card.timer));
      came = true;
      flows(true);
      text += decoder.decode(value, { stream: true });
      const messages = text.split("\n\n");
      text = messages.pop();
      messages.forEach(heed);
    }
  } catch (error) {
    abort.abort();
  }
  clearTimeout(silence);
  if (stream.abort !== abort) return;  // it was closed, and not lost
  stream.abort = null;
  flows(false);
  cards.forEach((card) => card.poll());
  stream.timer = setTimeout(listen, came ? AGAIN_MS : LATER_MS);
}

function heed(message) {
  const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(message) || [];
  if (!event) return;
  const { device, ...found } = JSON.parse(data), card = cards.get(device);
  if (!card) return;
  card.number++;  // an answer to a poll would be older
  if (event === "device") card.take(found);
  else if (event === "answered") card.answered(found.at);
  else card.fail(found.trouble);
}

function hush() {
  const abort = stream.abort;
  stream.abort = null;
  if (abort) abort.abort();
  clearTimeout(stream.timer);
  flows(false);
  cards.forEach((card) => clearTimeout(card.timer));
}

function flows(live) {
  stream.live = live;
  put(byId("link"), !cards.size ? "" : live ? "Changes appear at once."
    : "Without a stream of changes from the proxy, this page asks every two seconds.");
}

const columns = new ResizeObserver(() => {
  // One card below the other, in columns that none leaves while cards grow and shrink.
  const list = byId("list"), rem = parseFloat(getComputedStyle(list).fontSize);
  const count = Math.max(1, Math.floor((list.clientWidth / rem + .75) / 18.75));
  list.style.setProperty("--columns", count);
  [...cards.values()].forEach(({ article }, n) => {
    article.style.gridColumn = n % count + 1;
    article.style.gridRowEnd = "span " + Math.ceil((article.offsetHeight + 12) / 4);
  });
});

function total() {
  const all = [...cards.values()];
  const count = (kind) => all.filter((card) => card.article.matches("." + kind)).length;
  const unknown = count("unknown") ? ", " + count("unknown") + " unknown" : "";
  document.title = all.length === 1 ? all[0].title.textContent : "Devices";
  put(byId("title"), document.title);
  put(byId("sum"), all.length < 2 ? "" : count("on") + " on, " + count("off") + " off" + unknown);
}

function login() {
  sessionStorage.removeItem("token");
  hush();
  cards.forEach((card) => card.article.remove());
  cards.clear();
  flows(false);
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
      if (!part || name.toLowerCase() === one) cards.set(name, new Card(name, cards.size));
    }
    cards.forEach((card) => columns.observe(card.article));
    if (part) cards.forEach((card) => { stream.path = card.path + "/events"; });
    listen();
  } catch (error) {
    put(byId("trouble"), error.message);
    byId("trouble").hidden = !error.message;
    if (byId("login").hidden) setTimeout(start, POLL_MS);
  }
}

columns.observe(byId("list"));
byId("login").onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", byId("token").value.trim());
  byId("token").value = "";
  start();
};
document.onvisibilitychange = () => {
  if (document.hidden) hush(); else listen();
};
setInterval(() => cards.forEach((card) => card.age()), 1000);
start();
"""

SCRIPT = BEGIN + CONTROLS + PLOT + CARD + END
