"""discover: the devices of the network, as a table for people or as JSON for programs.

One row per address: a device that answers on both ports is one, by XOR. What firmware with KLAP
keeps to itself in its answer, alias and state, a login tells, where one succeeds.
"""

import json
import socket
import time

from ..address import XOR_PORT
from ..errors import Unreachable
from ..network.discovery import addresses, networks, sightings
from ..network.logins import Logins
from ..printable import one_line
from .arguments import Parser
from .given import timeout_s
from .output import left_s, put
from .report import complain
from .rules import port_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields

TIMEOUT_S = 3.0
SPARE_S = 0.3
"""Of the time, at most a tenth of it: for the last logins, the output, and Python's start."""
PROBES = 3
MAX_DEVICES = 4096
"""More is a flood: the rest of them is left out."""
COLUMNS = ("alias", "model", "mac", "host", "port", "state")
KEYS = ("alias", "model", "mac", "host", "port", "transport", "state")


def discover(argv: "list[str]") -> None:
    """The subcommand. Nothing found is no failure."""
    started = time.monotonic()
    options = arguments(argv)
    targets = addresses(options.target)
    if options.save:
        from ..network.known import load

        load()  # a broken file is told before the search
    deadline = started + options.timeout
    rows, problem = search(targets, started, options.timeout, options.port)
    found = sorted(rows.values(), key=lambda row: socket.inet_aton(row["host"]))
    if options.save:
        save(found, networks(options.target), deadline)
    if options.json:
        put(1, as_json(found), left_s(deadline))
    elif found:
        put(1, table(found), left_s(deadline))
        if problem:
            complain("discover: " + problem)
    else:
        complain("discover: no device answered")


def arguments(argv: "list[str]") -> "Any":
    """Raises UsageError."""
    parser = Parser("discover")
    parser.add_argument("--timeout", default="%g" % TIMEOUT_S, metavar="S", help="default 3")
    target_help = "probes these instead of broadcasting: for networks that drop broadcasts"
    parser.add_argument("--target", action="append", default=[], metavar="T", help=target_help)
    parser.add_argument("--json", action="store_true", help="an array of objects")
    save_help = "remembers the devices, to be called by alias or MAC, and the targets"
    parser.add_argument("--save", action="store_true", help=save_help)
    port_help = "of XOR, UDP and TCP; default %d" % XOR_PORT
    parser.add_argument("--port", default=str(XOR_PORT), metavar="P", help=port_help)
    options = parser.parse_args(argv)
    options.timeout = timeout_s(options.timeout)
    options.port = port_number(options.port, "--port")
    return options


def search(
    targets: "list[str]", started: float, wait_s: float, port: int
) -> "tuple[dict[str, Fields], str]":
    """The devices by address, and what is to be said of those whose login failed.

    `targets` are addresses, none for a broadcast on every interface. Raises PlugError.
    """
    deadline = started + wait_s
    until = deadline - min(wait_s / 10, SPARE_S)
    places = targets
    if not targets:
        from ..network.interfaces import broadcast_addresses

        places = broadcast_addresses()
        if not places:
            raise Unreachable("no network to broadcast in; name addresses with --target")
    rounds = [(started + (until - started) * n / PROBES, places) for n in range(PROBES)]
    rows = {}  # type: dict[str, Fields]
    waiting = set(places)
    logins = Logins(deadline - min(wait_s / 20, SPARE_S / 2))
    answered = set()  # type: set[str]
    for found in sightings(rounds, until, answered, port):
        host = found["host"]
        known = rows.get(host)
        if known and (known["transport"] == "xor" or found["transport"] != "xor"):
            continue
        if known or len(rows) < MAX_DEVICES:
            rows[host] = found
            if found["transport"] not in ("xor", None):
                logins.add(found)
        if found["transport"] == "xor":
            answered.add(host)
            waiting.discard(host)
            if not waiting:  # all that were named: no need to wait for others
                break
    return rows, logins.finish()


def save(found: "list[Fields]", targets: "list[str]", deadline: float) -> None:
    """Remember the devices that have a MAC of their own, and the targets. Raises LocalError."""
    from ..network.remembering import remember

    macs = [row["mac"] for row in found]
    for mac in {mac for mac in macs if macs.count(mac) > 1 and mac}:
        places = ", ".join(row["host"] for row in found if row["mac"] == mac)
        complain("discover: not remembered, as they have one MAC, %s: %s" % (mac, places))
    single = [row for row in found if macs.count(row["mac"]) == 1 and row["transport"]]
    remember(single, targets, max(deadline - time.monotonic(), 0))


def keys(row: "Fields") -> "tuple[str, ...]":
    """What cannot be called, without transport, says why."""
    return (*KEYS, "reason") if row["reason"] else KEYS


def as_json(found: "list[Fields]") -> bytes:
    """One array, a line for each device; ASCII, so that no terminal is driven by a name."""
    lines = [json.dumps({key: row[key] or None for key in keys(row)}) for row in found]
    return ("[%s]\n" % ("\n%s\n" % ",\n".join(lines) if lines else "")).encode("ascii")


def table(found: "list[Fields]") -> bytes:
    heads = [key.upper() for key in COLUMNS]
    lines = [[one_line(str(row[key] or "-")) for key in COLUMNS] for row in found]
    for cells, row in zip(lines, found):
        if row["reason"]:
            cells[-1] += " (%s)" % one_line(row["reason"])
    widths = [max(map(len, column)) for column in zip(heads, *lines)]
    text = ""
    for cells in [heads, *lines]:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths)]
        text += "  ".join(padded).rstrip() + "\n"
    return text.encode()
