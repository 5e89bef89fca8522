"""The page's plot, in JavaScript: a device's power in the last ten minutes, as far as seen."""

PLOT = r"""
const SPAN_MS = 600000, LEAST_SPAN_MS = 60000, GAP_MS = 10000, WIDE = 600, HIGH = 100;

class Plot {
  // `points` are [time, watts]; nothing is drawn where nothing was known for GAP_MS.
  constructor(box) {
    this.figure = box.appendChild(byId("plot").content.firstElementChild.cloneNode(true));
    const part = (name) => this.figure.querySelector(name);
    [this.svg, this.area, this.line] = ["svg", ".area", ".line"].map(part);
    this.caption = part("figcaption");
    this.points = [];
  }

  add(watts) {
    const now = Date.now();
    if (watts !== null) this.points.push([now, watts]);
    this.points = this.points.filter(([time]) => time > now - SPAN_MS && time <= now);
    this.figure.hidden = this.points.length < 2;
    if (!this.figure.hidden) this.draw(now);
  }

  draw(now) {
    const all = this.points.map(([, watts]) => watts);
    const most = Math.max(...all), least = Math.min(...all);
    const top = Math.max(most, 1) * 1.08, bottom = Math.min(least, 0);
    const span = Math.max(now - this.points[0][0], LEAST_SPAN_MS);
    const x = (time) => (WIDE * (1 - (now - time) / span)).toFixed(1);
    const y = (watts) => (HIGH * (top - watts) / (top - bottom)).toFixed(1);
    let line = "", area = "", before = 0;
    this.points.forEach(([time, watts], n) => {
      const joined = time - before <= GAP_MS;
      if (joined) {
        line += `H${x(time)}V${y(watts)}`;
        area += `H${x(time)}V${y(watts)}`;
      } else {
        if (n) area += `V${y(0)}Z`;
        line += `M${x(time)} ${y(watts)}`;
        area += `M${x(time)} ${y(0)}V${y(watts)}`;
      }
      before = time;
    });
    this.line.setAttribute("d", line);
    this.area.setAttribute("d", area + `V${y(0)}Z`);
    const minutes = Math.round(span / 60000);
    const last = minutes > 1 ? `last ${minutes} minutes` : "last minute";
    const range = least === most ? `${most.toFixed(1)} W`
      : `${least.toFixed(1)} to ${most.toFixed(1)} W`;
    put(this.caption, `${last}: ${range}`);
    this.svg.setAttribute("aria-label",
      `Power, ${last}: ${range}, now ${all[all.length - 1].toFixed(1)} W`);
  }
}
"""
