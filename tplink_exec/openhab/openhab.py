"""openhab: the configuration for openHAB, written by what the devices say of themselves.

Which devices: each HOST, all that answer discovery, or all that are remembered. Every one must
answer, else nothing is written and the exit code is that of the failure: a device left out would
lose its items. But what has no switch is left out, with a comment, and so is what --discover finds
and cannot ask: that is there only as long as it answers, anyway.

What is written is in `templates`, and the names of the items in `naming`; the same devices give
the same bytes. An edited file is exit 2, see `files`.
"""

import os
import re
import shlex
import time

from ..cli.arguments import Parser
from ..cli.given import timeout_s
from ..cli.output import left_s, put
from ..cli.report import complain
from ..cli.rules import port_number
from ..errors import LocalError, Unreachable, UsageError
from ..storage import located
from .files import changes, diff, sealed, write
from .naming import name
from .places import discovered, given, remembered
from .points import Equipment, Omission
from .survey import asked
from .templates import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any
    from .places import Place

PROGRAM = "/etc/openhab/scripts/tplink-exec"
TIMEOUT_S = 10.0
DISCOVERY_SHARE = 0.3
"""Of the time; the rest is for asking what was found."""
PATH = re.compile(r"(/[A-Za-z0-9._+-]+)+|[A-Za-z]:(\\[A-Za-z0-9._+-]+)+")
"""On openHAB's machine, which may have another system than this one."""


def openhab(argv: "list[str]") -> None:
    """The subcommand."""
    started = time.monotonic()
    options = arguments(argv)
    if options.output and not os.path.isdir(options.output):
        text = "--output: there is no folder %s; create it: mkdir -p %s"
        raise LocalError(text % (options.output, shlex.quote(options.output)))
    deadline = started + options.timeout
    found = asked(places(options, started), deadline, options.discover)
    devices = [each for each in found if isinstance(each, Equipment)]
    omitted = [each for each in found if isinstance(each, Omission)]
    if not devices:
        omitted[0].error.args = (str(omitted[0]),)
        raise omitted[0].error
    for each in omitted:
        complain("openhab: left out: %s" % each)
    name(devices)
    devices.sort(key=lambda device: device.name)
    texts = files(devices, options.program, sorted(map(str, omitted)))
    if not options.output:
        shown = b"\n".join(b"==> %s <==\n%s" % (p.encode(), sealed(p, texts[p])) for p in texts)
        put(1, shown, left_s(deadline))
        return
    news = changes(options.output, texts)
    if options.dry_run:
        put(1, diff(news), left_s(deadline))
        return
    write(news)
    put(1, b"".join(os.fsencode(change.path) + b"\n" for change in news), left_s(deadline))


def arguments(argv: "list[str]") -> "Any":
    """Raises UsageError."""
    parser = Parser("openhab")
    host_help = "HOST or HOST:PORT, [ADDRESS]:PORT for IPv6; default: the remembered devices"
    parser.add_argument("hosts", nargs="*", metavar="HOST", help=host_help)
    parser.add_argument("--discover", action="store_true", help="the devices of the network")
    output_help = "openHAB's folder, mostly /etc/openhab; default: print the files"
    parser.add_argument("--output", metavar="DIR", help=output_help)
    parser.add_argument("--dry-run", action="store_true", help="print what would change in DIR")
    program_help = "where this program is on openHAB's machine; default %(default)s"
    parser.add_argument("--program", default=located(PROGRAM), metavar="PATH", help=program_help)
    parser.add_argument("--port", default="9999", metavar="P", help="default 9999")
    parser.add_argument("--timeout", default="%g" % TIMEOUT_S, metavar="S", help="default 10")
    options = parser.parse_args(argv)
    options.timeout = timeout_s(options.timeout)
    options.port = port_number(options.port, "--port")
    if options.output == "":
        raise UsageError("--output takes DIR")
    if options.dry_run and not options.output:
        raise UsageError("--dry-run goes with --output DIR")
    if options.hosts and options.discover:
        raise UsageError("either HOST or --discover, not both")
    if not PATH.fullmatch(options.program):
        text = "--program is an absolute path of letters, digits and /\\._+- only, not %s"
        raise UsageError(text % options.program)
    return options


def places(options: "Any", started: float) -> "list[Place]":
    """Of the devices that are meant, at least one. Raises PlugError."""
    if options.hosts:
        return given(options.hosts, options.port)
    if options.discover:
        found = discovered(started, options.timeout * DISCOVERY_SHARE, options.port)
        if not found:
            raise Unreachable("no device answered, so nothing is written")
        return found
    found = remembered()
    if not found:
        text = "HOST or --discover is wanted, as no devices are remembered (by discover --save)"
        raise UsageError(text)
    return found
