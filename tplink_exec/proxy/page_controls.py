"""The page's controls, in JavaScript: switches, sliders, a fan's speeds, a color in words.

Each tells its card what a person wants, and shows what the device says.
"""

CONTROLS = r"""
const HUES = ["red", "orange", "yellow", "lime", "green", "mint", "cyan", "sky blue", "blue",
  "violet", "magenta", "pink"];
const WARM = [255, 176, 98], COOL = [206, 224, 255];

function make(parent, tag, kind = "", text = "") {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.textContent = text;
  return parent.appendChild(element);
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;  // else it would be read again
}

function hue(h, s) {
  return `hsl(${h}, 100%, ${100 - s / 2}%)`;
}

function white(kelvin, [low, high]) {
  const part = (kelvin - low) / (high - low || 1);
  return `rgb(${WARM.map((warm, n) => Math.round(warm + part * (COOL[n] - warm))).join(", ")})`;
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
    if (found) put(this.label, found.alias);
    this.box.className = found ? found.state.toLowerCase() : "unknown";
    this.button.disabled = !found;
    this.button.setAttribute("aria-checked", String(Boolean(found) && found.state === "ON"));
    this.button.setAttribute("aria-label",
      this.label.textContent + (found ? "" : ", state unknown"));
  }
}

const UNUSED = "\u2013";

class Slider {
  // `told` makes words of a value, `send` takes it to the device.
  constructor(box, name, kind, [min, max, step], told, send) {
    this.name = name;
    this.told = told;
    this.label = make(box, "label", "slider " + kind);
    make(this.label, "span", "", name);
    this.words = make(this.label, "span", "value");
    this.input = make(this.label, "input");
    this.input.type = "range";
    Object.assign(this.input, { min, max, step });
    this.input.oninput = () => this.tell();
    this.input.onchange = () => send(Number(this.input.value));
    this.input.onpointerdown = () => {
      this.held = true;
      for (const end of ["pointerup", "pointercancel"]) {  // which may be elsewhere
        addEventListener(end, () => { this.held = false; }, { once: true });
      }
    };
  }

  show(value, owner, words) {
    this.input.setAttribute("aria-label", this.name + " of " + owner);
    if (this.held || this.input.matches(":active")) return;
    this.input.value = value;
    this.tell(words);
  }

  tell(words = this.told(Number(this.input.value))) {
    const { value, min, max } = this.input;
    put(this.words, words);
    this.input.setAttribute("aria-valuetext", words === UNUSED ? "not in use" : words);
    this.input.style.setProperty("--part", `${100 * (value - min) / (max - min)}%`);
  }
}

class Light {
  // Color and white, folded away: the summary says what it shows now.
  constructor(card) {
    this.card = card;
    this.box = make(card.article, "details", "light");
    const summary = make(this.box, "summary");
    this.swatch = make(summary, "span", "swatch");
    this.swatch.setAttribute("aria-hidden", "true");
    make(summary, "span", "", "Color");
    this.words = make(summary, "span", "value");
    this.hue = new Slider(this.box, "Hue", "hue", [0, 359, 1],
      (value) => `${value}\u00b0 ${HUES[Math.round(value / 30) % 12]}`,
      (value) => this.send(value, this.pale ? 100 : this.saturation.input.value));
    this.saturation = new Slider(this.box, "Saturation", "saturation", [0, 100, 1],
      (value) => value + " %", (value) => this.send(this.hue.input.value, value));
    this.white = new Slider(this.box, "White", "white", [2500, 6500, 50],
      (value) => value + " K", (value) => card.send(card.path + "/temperature", value));
  }

  send(h, s) {
    this.card.send(this.card.path + "/color", [h, s, this.percent].join());
  }

  show({ able, alias, brightness, color, effect, state, temperature, temperature_range: range }) {
    const colored = able.includes("color"), whites = able.includes("temperature");
    this.box.hidden = !(colored || whites);
    if (this.box.hidden) return;
    this.percent = brightness;
    this.pale = temperature !== null || !color || !color[1];
    const [h, s] = color || [0, 0];
    for (const slider of [this.hue, this.saturation]) slider.label.hidden = !colored;
    this.white.label.hidden = !whites;
    this.hue.show(h, alias, this.pale ? UNUSED : undefined);
    this.saturation.show(s, alias, color && temperature === null ? undefined : UNUSED);
    if (whites) {
      [this.white.input.min, this.white.input.max] = range;
      this.white.show(temperature || range[0], alias, temperature ? undefined : UNUSED);
    }
    for (const { input } of [this.hue, this.saturation, this.white]) {
      input.disabled = state !== "ON";  // to take a color switches on
    }
    this.box.style.setProperty("--hue", hue(this.pale ? 0 : h, 100));
    const words = effect !== null ? "effect " + effect
      : temperature !== null ? "white, " + this.white.told(temperature)
      : color === null ? UNUSED : this.hue.told(h) + ", " + this.saturation.told(s);
    put(this.words, state === "ON" ? words : "off");
    this.swatch.style.background = effect !== null || state !== "ON" ? ""
      : temperature !== null ? white(temperature, range) : hue(h, s);
  }
}

class Fan {
  constructor(card) {
    this.box = make(card.article, "fieldset", "fan");
    this.legend = make(this.box, "legend", "", "Fan");
    const row = make(this.box, "div");
    this.speeds = ["off", "1", "2", "3", "4"].map((word, speed) => {
      const label = make(row, "label");
      const input = make(label, "input");
      make(label, "span", "", word);
      Object.assign(input, { type: "radio", name: "fan of " + card.name, value: speed });
      input.onchange = () => card.send(card.path + "/fan", speed);
      return input;
    });
  }

  show({ able, fan }) {
    this.box.hidden = !able.includes("fan");
    this.speeds.forEach((input, speed) => { input.checked = speed === fan; });
  }
}
"""
