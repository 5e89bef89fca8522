"""A remembered device that does not answer where it was: it is looked for, see `names`."""

import time

from ..address import XOR_PORT
from ..devices import identity
from ..errors import PlugError, UsageError, WrongCredentials
from .discovery import addresses, sightings
from .interfaces import broadcast_addresses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields, Iterator, Named

SEARCH_SHARE = 0.7
SEARCH_S = 10.0
"""How long the answers of a search are waited for: a share of the time, at most seconds."""
NOWHERE = "; and a search has not found it elsewhere"


def find(named: "Named", failure: PlugError) -> None:
    """Make `named.link` one to the device, verified; `failure` is that of the remembered address.

    Raises PlugError.
    """
    entry = named.entry
    seen = []  # type: list[tuple[str, str]]
    for found in search(named):
        host = found["host"]
        place = host, found["transport"]
        if not found["transport"] or place in seen or not identity.same(entry, found):
            continue
        if isinstance(failure, WrongCredentials) and host == entry["host"]:
            break  # it is there, and says no
        seen.append(place)
        now = time.monotonic()
        problem = named.attempt(found, now + (named.deadline - now) / 2)
        if not problem:
            return
        if host == entry["host"] or isinstance(problem, WrongCredentials):
            failure = problem
    if entry["host"] not in dict(seen) and not isinstance(failure, WrongCredentials):
        failure.args = (str(failure) + NOWHERE,)
    raise failure


def search(named: "Named") -> "Iterator[Fields]":
    """What is found by UDP at remembered addresses, then the targets or by broadcast."""
    entry = named.entry
    now = time.monotonic()
    span_s = min((named.deadline - now) * SEARCH_SHARE, SEARCH_S)
    hosts = [host for host in named.hosts if ":" not in host]
    targets = places(named.targets)
    rounds = [(now + span_s * share, hosts) for share in (0, 0.08)]
    rounds += [(now + span_s * share, targets) for share in (0.16, 0.4, 0.7)]
    port = entry["port"] if entry["transport"] == "xor" else XOR_PORT
    try:
        yield from sightings(rounds, now + span_s, (), port)
    except PlugError:  # no network: what the remembered address said is the better reason
        pass


def places(targets: "list[str]") -> "list[str]":
    """The addresses of the saved targets; those for a broadcast, where none are saved."""
    found = []  # type: list[str]
    for target in targets:
        try:
            found = addresses([*found, target])
        except UsageError:  # more than fit
            pass
    return found if targets else broadcast_addresses()
