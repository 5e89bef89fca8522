"""What devices are, asked from themselves: which items openHAB needs, and what polls them."""

import queue
import threading
import time

from ..devices.detect import device
from ..devices.meter import FIELDS, statistics
from ..devices.outlets import Outlets
from ..devices.plug import Plug
from ..errors import DeadlineExceeded, LocalError, PlugError, ProtocolError, Refused, UsageError
from ..network.reach import reach
from .naming import label
from .places import ALNUM
from .points import Equipment, Omission, Point

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields
    from .places import Place

THREADS = 16
GRACE_S = 0.05
"""For those who report at the deadline that it is over, and at what."""
MAX_OUTLETS = 32
"""Each is polled by processes of its own."""

STATE_S = 5
PART_S = 10
"""How often the outlets of a strip are polled, which are many."""

READS = {"Switch": "check", "Dimmer": "brightness", "Color": "color"}
"""The command that reads what an item of that type shows."""

FIGURES = {"power": 15, "voltage": 60, "current": 60, "total": 300, "today": 300}
"""Read every so many seconds; today only where there is no total."""
OF_STRIPS = ("power", "total", "today")
"""Of its figures and those of each outlet: more would be many processes."""


def asked(
    places: "list[Place]", deadline: float, found: bool = False
) -> "list[Equipment | Omission]":
    """The devices at all `places`, asked side by side; `found`: nobody has named them.

    What has no switch is left out, and of those found also what does not answer or wants a login
    that it has not got. Raises PlugError for the first in order that fails otherwise.
    """
    answers = answered(places, deadline)
    result = []  # type: list[Equipment | Omission]
    for place, answer in zip(places, answers):
        if isinstance(answer, PlugError):
            if answer.switchless or (found and not isinstance(answer, LocalError)):
                result.append(Omission(place, answer))
                continue
            answer.args = ("%s: %s" % (place, answer),)
        if isinstance(answer, Exception):
            raise answer
        result.append(answer)
    return result


def answered(places: "list[Place]", deadline: float) -> "list[Any]":
    """For each place what ask() returns or raises."""
    waiting = queue.Queue()  # type: Any
    done = queue.Queue()  # type: Any
    for number, place in enumerate(places):
        waiting.put((number, place))
    try:
        for _ in places[:THREADS]:
            threading.Thread(target=work, args=(waiting, done, deadline), daemon=True).start()
    except RuntimeError as error:
        raise LocalError("no thread to ask the devices in: %s" % error) from None
    found = {}  # type: dict[int, Any]
    late = DeadlineExceeded("no answer in time, of those asked at once; give more by --timeout")
    while len(found) < len(places):
        try:
            number, answer = done.get(timeout=max(deadline + GRACE_S - time.monotonic(), 0))
            found[number] = answer
        except queue.Empty:
            break
    return [found.get(number, late) for number in range(len(places))]


def work(waiting: "Any", done: "Any", deadline: float) -> None:
    while True:
        try:
            number, place = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            done.put((number, ask(place, deadline)))
        except Exception as error:  # a PlugError, or a bug: the main thread tells
            done.put((number, error))


def ask(place: "Place", deadline: float) -> Equipment:
    """The device at `place`, with its points. Raises PlugError."""
    if place.reason:
        error = Refused(place.reason)
        error.switchless = True
        raise error
    options = {"--transport": "http", "--http-port": place.port} if place.http else {}
    link = reach(place.host, place.port, deadline, options)
    try:
        target = device(link.exchange, options)
        found = Equipment(place, target.fields())
        found.label = label(found.alias) or place.host
        if isinstance(target, Outlets):
            found.points = outlets(target, found.label)
        else:
            found.points = points(target, found.label)
        return found
    finally:
        link.close()


def points(target: Plug, label: str) -> "list[Point]":
    """Of a device that is one light or outlet."""
    type = "Dimmer" if target.has("brightness") else "Switch"
    if target.has("color"):
        type = "Color"
    found = [controlled(Point(type, label, "", [READS[type]], STATE_S))]
    if target.has("temperature"):
        point = Point("temperature", label, "_Temperature", ["temperature"], FIGURES["power"])
        found.append(controlled(point, "temperature"))
    return found + fans(target, label) + metered(target, label)


def outlets(target: Outlets, label: str) -> "list[Point]":
    """Of a strip: the whole of it, then each outlet."""
    if len(target.children) > MAX_OUTLETS:
        raise ProtocolError("more than %d outlets" % MAX_OUTLETS)
    figures = [point for point in metered(target, label) if point.type in OF_STRIPS]
    found = [controlled(Point("Switch", label, "", ["check"], PART_S))]
    found += fans(target, label) + figures
    for part, (number, child) in zip(target.parts(), target.numbered()):
        option = "--child=" + outlet(target, child, number)
        suffix = "_%d" % number
        name = child_label(child) or "%s %d" % (label, number)
        type = "Dimmer" if part.has("brightness") else "Switch"
        found.append(controlled(Point(type, name, suffix, [READS[type], option], PART_S), option))
        for point in figures:
            reads = [*point.reads, option]
            found.append(Point(point.type, name, suffix + point.suffix, reads, point.seconds * 2))
    return found


def fans(target: Plug, label: str) -> "list[Point]":
    """The one fan that is meant without --child."""
    if not target.has("fan"):
        return []
    return [controlled(Point("fan", label, "_Fan", ["fan"], PART_S), "fan")]


def child_label(child: "Fields") -> str:
    alias = child.get("alias")
    return label(alias) if isinstance(alias, str) else ""


def outlet(target: Outlets, child: "Fields", number: int) -> str:
    """What --child takes for it: its id, which stays; where that fits another, its number."""
    for word in (target.whole_id(child), str(number)):
        if ALNUM.issuperset(word.lower()):
            try:
                if target.find(word) is child:
                    return word
            except UsageError:
                pass
    raise ProtocolError("neither number nor id tells outlet %d from the others" % number)


def controlled(point: Point, *words: str) -> Point:
    point.takes = list(words)
    return point


def metered(target: Plug, label: str) -> "list[Point]":
    """Of the figures that its meter really has; one that no meter is asked for is none."""
    try:
        reading = target.sample()
        names = [name for name in FIGURES if any(field in reading for field in FIELDS[name])]
        names = [name for name in names if name != "today"]
        if "total" not in names and has_today(target):
            names.append("today")
    except Refused:
        return []
    return [Point(name, label, "_" + name.capitalize(), [name], FIGURES[name]) for name in names]


def has_today(target: Plug) -> bool:
    try:
        return bool(statistics(target, "today"))
    except Refused:
        return False
