"""The proxy's page for browsers: a card for each device, with all that it says and takes.

One page for any number of devices; under /DEVICE/ it shows that one. The parts are apart because
the header of the response has a digest of each: a browser then runs nothing else, whatever a
device calls itself. What comes from a device is set as text, never as HTML. A state is shown only
as long as the last answer is one; then it is "?".
"""

import base64
import hashlib

from .page_script import SCRIPT
from .page_style import STYLE

HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
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
<footer><p id="link"></p></footer>
<template id="plot"><figure hidden>
<svg role="img" viewBox="0 0 600 100" preserveAspectRatio="none">
<path class="area"/><path class="line"/></svg>
<figcaption aria-hidden="true"></figcaption>
</figure></template>
<noscript><p>This page needs JavaScript. Without it, take curl: the same address shows the
state as text.</p></noscript>
<script>@SCRIPT@</script>
</body>
</html>
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
