"""The proxy's page for browsers: it lists the devices; each has a switch, and what it can dim.

One page for any number of devices; under /DEVICE/ it shows that one. The parts are apart because
the header of the response has a digest of each: a browser then runs nothing else, whatever a
device calls itself. What comes from a device is set as text, never as HTML. A state is shown only
as long as the last answer is one; then it is "?".
"""

import base64
import hashlib

from .page_script import SCRIPT

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
.now { font-weight: 600; }
.on > .now { color: var(--on); }
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
form p { margin: .25rem 0 .75rem; }
form label { font-weight: 600; }
form input, form button { width: 100%; min-height: 2.75rem; padding: 0 .75rem; font: inherit;
  border-radius: .5rem; border: 1px solid var(--off); background: var(--back); color: inherit; }
form button { margin-top: .75rem; border: 0; background: var(--on); color: #fff; font-weight: 600; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
"""


def digest(part: str) -> str:
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()


PAGE = HTML.replace("@STYLE@", STYLE).replace("@SCRIPT@", SCRIPT).encode()
CSP = (
    "Content-Security-Policy: default-src 'none'; connect-src 'self'; img-src data:; "
    "script-src %s; style-src %s; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    % (digest(SCRIPT), digest(STYLE)),
    "X-Frame-Options: DENY",
    "Referrer-Policy: no-referrer",
    "Cross-Origin-Opener-Policy: same-origin",
    "Vary: Accept",
)
"""Fields of the page's header: it loads nothing, and is in nobody's frame to be clicked unseen."""
