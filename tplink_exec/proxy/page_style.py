"""How the proxy's page looks: from 320 pixels up, light or dark, each text with a contrast of 4.5.

Colors never tell a state alone: a switch has its place and its word as well.
"""

STYLE = r"""
:root {
  --back: #eff1f4; --card: #fff; --text: #16191d; --soft: #56606c; --line: #dfe3e8;
  --on: #12784a; --ink: #fff; --off: #7c8794; --bad: #b3261e; --focus: #1a5fd0; --knob: #fff;
  --shade: 0 1px 2px rgba(20, 30, 40, .06), 0 4px 14px rgba(20, 30, 40, .05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0f1215; --card: #1a1f25; --text: #eceff3; --soft: #a3adb9; --line: #2d343d;
    --on: #36b878; --ink: #06140c; --off: #76818e; --bad: #ff8f86; --focus: #86b4ff;
    --knob: #f4f6f8; --shade: none;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: max(1rem, env(safe-area-inset-top)) 1rem 1.5rem; max-width: 72rem;
  background: var(--back); color: var(--text); accent-color: var(--on);
  font: 1rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem;
  margin: 0 .25rem .75rem; }
h1 { margin: 0; font-size: 1.375rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
#sum { margin: 0; }
#sum, #link, form p, .foot, .sums, figcaption { color: var(--soft);
  font-variant-numeric: tabular-nums; }
#link { margin: 1rem .25rem 0; font-size: .8125rem; }
#trouble { margin: 0 0 .75rem; }
#trouble, .error { color: var(--bad); }
article, form, #trouble { padding: 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; box-shadow: var(--shade); }
main { display: grid; align-items: start; gap: 0 .75rem; grid-auto-rows: 4px;
  grid-auto-flow: dense;
  grid-template-columns: repeat(var(--columns, 1), minmax(0, 1fr)); }
article { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 .75rem; }
article > * { grid-column: 1 / -1; }
article p { margin: 0; overflow-wrap: anywhere; }
article > h2, article > .now { grid-column: 1; }
h2 { margin: 0; font-size: 1.0625rem; font-weight: 600; line-height: 1.25; overflow: hidden;
  overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 2;
  -webkit-box-orient: vertical; }
article:only-child h2 { display: none; }
.now { color: var(--soft); font-variant-numeric: tabular-nums; }
article > .now { font-size: 1.25rem; font-weight: 600; letter-spacing: -.01em; }
.on > .now { color: var(--on); }
.sums, .foot, .error, .slider, .light, .fan, figcaption, li > .now { font-size: .875rem; }
.error:empty, .outlets:empty, .sums:empty { display: none; }
.error, .sums { margin-top: .25rem; }
.foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .75rem;
  margin-top: .75rem !important; font-size: .8125rem; }

figure { margin: .625rem 0 0; }
svg { display: block; width: 100%; height: 3.5rem; border-bottom: 1px solid var(--line);
  overflow: visible; }
.line { fill: none; stroke: var(--on); stroke-width: 2; vector-effect: non-scaling-stroke;
  stroke-linejoin: round; }
.area { fill: var(--on); opacity: .14; }
.off .line { stroke: var(--off); }
.off .area { fill: var(--off); }
figcaption { margin-top: .25rem; font-size: .8125rem; }

.switch {
  position: relative; flex: none; width: 3.5rem; height: 2.75rem; padding: 0; border: 0;
  background: none; cursor: pointer; border-radius: .75rem;
  touch-action: manipulation; -webkit-tap-highlight-color: transparent;
}
article > .switch { grid-column: 2; grid-row: 1 / span 2; align-self: center; }
article:only-child > .switch { grid-row: 1; }
.switch::before, .switch::after { content: ""; position: absolute; forced-color-adjust: none; }
.switch::before { inset: .375rem 0; border-radius: 1rem; background: var(--off);
  transition: background .15s; }
.switch::after {
  top: .5625rem; left: .1875rem; width: 1.625rem; height: 1.625rem; border-radius: 50%;
  background: var(--knob); box-shadow: 0 1px 3px rgba(0, 0, 0, .35); transition: transform .15s;
}
.on > .switch::before { background: var(--on); }
.on > .switch::after { transform: translateX(1.5rem); }
.unknown > .switch { cursor: default; }
.unknown > .switch::before { background: none; border: 2px dashed var(--off); }
.unknown > .switch::after { content: "?"; inset: .375rem 0; width: auto; height: auto;
  background: none; box-shadow: none; color: var(--soft); font: 600 1.125rem/2rem system-ui;
  text-align: center; }
.busy .switch::after { animation: busy .8s ease-in-out infinite alternate; }
@keyframes busy { to { opacity: .45; } }

.outlets { margin: .75rem 0 -.25rem; padding: 0; list-style: none; }
li { display: flex; align-items: center; gap: .75rem; min-height: 3.25rem;
  border-top: 1px solid var(--line); }
.name { flex: 1; min-width: 0; overflow-wrap: anywhere; }
li > .now { text-align: right; }

.slider { display: grid; grid-template-columns: 1fr auto; margin-top: .75rem; }
.value { color: var(--soft); font-variant-numeric: tabular-nums; }
.slider input { grid-column: 1 / -1; width: 100%; height: 2.75rem; margin: 0; padding: 0;
  background: none; cursor: pointer; -webkit-appearance: none; appearance: none;
  touch-action: pan-y; border-radius: .5rem;
  --track: linear-gradient(to right, var(--on) var(--part), var(--line) var(--part)); }
.off > .dim input {
  --track: linear-gradient(to right, var(--off) var(--part), var(--line) var(--part)); }
.hue input { --track: linear-gradient(to right, #f00, #ff0, #0f0, #0ff, #00f, #f0f, #f00); }
.saturation input { --track: linear-gradient(to right, #fff, var(--hue)); }
.white input { --track: linear-gradient(to right, #ffb062, #fff, #cee0ff); }
.slider input:disabled { opacity: .4; cursor: default; }
.slider input::-webkit-slider-runnable-track { height: .625rem; border-radius: .3125rem;
  border: 1px solid var(--line); background: var(--track); forced-color-adjust: none; }
.slider input::-moz-range-track { height: .625rem; border-radius: .3125rem;
  border: 1px solid var(--line); background: var(--track); forced-color-adjust: none; }
.slider input::-webkit-slider-thumb { -webkit-appearance: none; width: 1.5rem; height: 1.5rem;
  margin-top: -.5rem; border: 2px solid var(--off); border-radius: 50%; background: var(--knob);
  box-shadow: 0 1px 3px rgba(0, 0, 0, .3); forced-color-adjust: none; }
.slider input::-moz-range-thumb { width: 1.5rem; height: 1.5rem; border: 2px solid var(--off);
  border-radius: 50%; background: var(--knob); forced-color-adjust: none; }

.light { margin-top: .25rem; }
summary { display: flex; align-items: center; gap: .5rem; min-height: 2.75rem; cursor: pointer;
  border-radius: .5rem; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::after { content: ""; width: .5rem; height: .5rem; margin: 0 .25rem;
  border: solid var(--soft); border-width: 0 2px 2px 0; transform: translateY(-25%) rotate(45deg); }
[open] > summary::after { transform: translateY(25%) rotate(-135deg); }
summary .value { margin-left: auto; text-align: right; overflow-wrap: anywhere; min-width: 0; }
.swatch { flex: none; width: 1.25rem; height: 1.25rem; border: 1px solid var(--off);
  border-radius: 50%; forced-color-adjust: none; }

fieldset { margin: .75rem 0 0; padding: 0; border: 0; min-width: 0; }
legend { padding: 0; }
.fan div { display: flex; margin-top: .25rem; border: 1px solid var(--off); border-radius: .75rem;
  overflow: hidden; }
.fan label { flex: 1; position: relative; }
.fan label + label { border-left: 1px solid var(--line); }
.fan input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0;
  cursor: pointer; }
.fan span { display: block; line-height: 2.75rem; text-align: center; }
.fan :checked + span { background: var(--on); color: var(--ink); font-weight: 600;
  text-decoration: underline; }
.fan :first-child > :checked + span { background: var(--line); color: var(--text); }
.fan :focus-visible + span { outline: 3px solid var(--focus); outline-offset: -4px; }

:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.slider :focus-visible { outline-offset: -4px; }
form { max-width: 26rem; }
form p { margin: .25rem 0 .75rem; font-size: .875rem; }
form label { font-weight: 600; }
form input, form button { width: 100%; min-height: 2.75rem; padding: 0 .75rem; font: inherit;
  border-radius: .625rem; border: 1px solid var(--off); background: var(--back); color: inherit; }
form button { margin-top: .75rem; border: 0; background: var(--on); color: var(--ink);
  font-weight: 600; cursor: pointer; }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { transition: none !important; animation: none !important; }
}
"""
