"""watch: polls devices side by side, tells changes, does commands from standard input.

Made to stand between `mosquitto_sub` and `mosquitto_pub -l`. The main thread alone reads standard
input and writes; a signal ends the process at once, whatever it waits for. There is nothing to
clean up that the kernel does not.
"""

import json
import time

from ..address import is_address, is_digits, is_port
from ..cli.arguments import Parser
from ..cli.given import MAX_TIMEOUT_S
from ..cli.output import put
from ..cli.serving import descriptors
from ..cli.signals import heed
from ..devices import identity
from ..errors import LocalError, UsageError
from ..network import known
from ..network.host_word import split
from ..network.reach import remembered
from ..polling.members import Member
from ..polling.poller import MAX_WAITING, Poller
from ..polling.watched import ALWAYS, CHANGES, NEVER, Outlet, Shown
from ..printable import one_line
from .lines import MAX_LINES, Lines, Output
from .orders import Order, find, quoted, understand
from .post import Post
from .streams import ROOM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields  # noqa: F401 (type comments)

SPREAD_S = 0.002
"""Between the first polls of two devices, so that a thousand do not come at once."""
STATES = {1: "ON", 0: "OFF", None: None}


class House:
    """The devices that are watched, and the process's input and output."""

    def __init__(self, members: "list[Member]", options: "Any") -> None:
        self.members, self.options = members, options
        self.output = Output()
        self.lines = Lines()
        self.fresh = []  # type: list[Order]
        self.held = []  # type: list[Order]
        """Those of which dispatch() does not know yet whom they are for."""
        self.unasked = set(members)
        self.post = Post(options.debug)
        self.ended = False
        self.repeat_at = time.monotonic() + options.repeat if options.repeat else None
        metering = NEVER if not options.json else ALWAYS if options.repeat else CHANGES
        gap_s = min(SPREAD_S, options.interval / len(members))
        self.poller = Poller(members, options.interval, gap_s, metering, self.post)
        self.polled = {polled.member: polled for polled in self.poller.devices}

    def line(self, outlet: Outlet, shown: Shown) -> bytes:
        if not self.options.json:
            return ("%s %s\n" % (one_line(shown.alias), STATES[shown.state] or "OFFLINE")).encode()
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(shown.at))
        fields = {
            "time": "%s.%03dZ" % (seconds, shown.at % 1 * 1000),
            "alias": shown.alias,
            "host": outlet.given,
            "state": STATES[shown.state],
        }
        if shown.metered:
            fields["power"] = shown.power
        return json.dumps(fields, separators=(",", ":")).encode() + b"\n"

    def run(self) -> None:
        """Until standard input ends. Raises OSError for standard output, LocalError."""
        descriptors(2 * len(self.members) + 64)
        try:
            self.post.complaints.start()
            self.poller.start()
            while not self.is_done():
                self.wait()
                if self.poller.failure:
                    raise LocalError("no device can be asked: %s" % self.poller.failure)
                while self.post.changes:
                    outlet, shown = self.post.changes.popleft()
                    self.output.add(outlet, self.line(outlet, shown))
                self.repeat()
                self.dispatch()
            while self.output.waits():
                put(1, self.output.take(float("inf")))
        finally:
            self.post.complaints.finish()

    def is_done(self) -> bool:
        """All that came before the end of standard input has been done and told."""
        return (
            self.ended
            and not self.held
            and all(
                polled.settled and polled.given == polled.done for polled in self.polled.values()
            )
            and not self.post.changes
        )

    def wait(self) -> None:
        """Until there is something to read, to write or to repeat; read and write it."""
        streams = self.post.streams
        ends = [order.deadline for order in self.held[:1]]
        if self.repeat_at is not None:
            ends.append(self.repeat_at)
        limit_s = max(min(ends) - time.monotonic(), 0) if ends else None
        readable, room = streams.wait(self.output.waits(), limit_s)
        if room:
            data = self.output.take(ROOM)
            self.output.rest = data[streams.write(data) :]
        if readable:
            self.read()

    def repeat(self) -> None:
        if self.repeat_at is not None and self.repeat_at <= time.monotonic():
            self.repeat_at = time.monotonic() + self.options.repeat
            for member in self.members:
                for outlet in member.outlets:
                    if outlet.shown:
                        self.output.add(outlet, self.line(outlet, outlet.shown))

    def read(self) -> None:
        try:
            data = self.post.streams.read()
        except OSError as error:
            raise LocalError("standard input cannot be read: %s" % error.strerror) from None
        if data is None:
            return
        deadline = time.monotonic() + self.options.timeout
        for line in filter(bytes.strip, self.lines.feed(data)):
            try:
                self.fresh.append(Order(line, *understand(line), deadline))
            except UsageError as error:
                self.complain(error, line)
        if not data:
            self.ended = True
            self.post.note("standard input has ended")

    def dispatch(self) -> None:
        """Hand over the commands that have been read, in their order.

        One for an unknown device waits as long as that may be one that has not been asked yet, and
        so do those for such a device that come after it.
        """
        unasked = {member for member, polled in self.polled.items() if not polled.settled}
        orders, self.fresh = self.fresh, []
        if unasked != self.unasked or (self.held and self.held[0].deadline <= time.monotonic()):
            orders, self.held = self.held + orders, []
            self.unasked = unasked
        for order in orders:
            try:
                if not self.hand_over(order):
                    self.held.append(order)
            except UsageError as error:
                self.complain(error, order.line)

    def hand_over(self, order: Order) -> bool:
        """False: it has to wait. Raises UsageError."""
        member, outlet = find(self.members, order.name) or (None, None)
        waits = self.held and member in self.unasked if member else self.unasked
        if waits and order.deadline > time.monotonic():
            if len(self.held) >= (MAX_LINES if member else MAX_WAITING):
                raise UsageError("too many commands wait until all devices have been asked")
            return False
        if not member or not outlet:
            hint = "" if order.name in order.line.decode() else quoted(order.line)
            raise UsageError(
                "no watched device is called %s%s" % (order.name, hint and "; " + hint)
            )
        if outlet.child:
            order.options["--child"] = outlet.child
        self.poller.order(self.polled[member], order)
        return True

    def complain(self, error: UsageError, line: bytes) -> None:
        self.post.complain("watch: %s; in %.200r" % (error, line.decode("utf-8", "replace")))


def watched(hosts: "list[str]", options: "Any") -> "list[Member]":
    """The devices of HOST words; the outlets of one are polled together.

    Raises UsageError; LocalError and Unreachable for names, see names.remembered.
    """
    members = {}  # type: dict[tuple[str, int], Member]
    for given in dict.fromkeys(hosts):
        host, port, child = split(given, options.port)
        key = host.casefold(), port
        outlet = Outlet(given, child)
        if key not in members:
            members[key] = Member(host, port, {}, options.timeout)
            if not is_address(host):
                members[key].recall(remembered(host, 0.0, {}))
        member = members[key]
        if member.remembered and not child:
            outlet.alias = member.remembered.entry["alias"] or ""
        member.outlets.append(outlet)
    return list(members.values())


def all_known() -> "list[str]":
    """The names of all remembered devices. Raises UsageError when there are none; LocalError."""
    entries = []  # type: list[Fields]
    for entry in known.load()[0]:
        if not any(identity.same(entry, other) for other in entries):
            entries.append(entry)
    names = [entry["mac"] or entry["alias"] for entry in entries]
    if not any(names):
        raise UsageError("HOST is wanted, as no devices are remembered; find them: discover --save")
    return [name for name in names if name]


def seconds(text: str) -> float:
    if not is_digits(text.replace(".", "", 1)) or not 0 < float(text) <= MAX_TIMEOUT_S:
        raise ValueError
    return float(text)


def port(text: str) -> int:
    if not is_port(text):
        raise ValueError
    return int(text)


def watch(argv: "list[str]") -> None:
    """The subcommand."""
    heed()
    parser = Parser("watch")
    parser.add_argument("host", nargs="*", metavar="HOST", help="ADDRESS or NAME[:PORT][#CHILD]")
    limits = "above 0, at most 3600; "
    for name, default, text in (
        ("--interval", 2.0, "seconds from poll to poll: " + limits + "default 2"),
        ("--repeat", None, "tell all states again every S seconds"),
        ("--timeout", 5.0, "seconds for a poll or command: " + limits + "default 5"),
    ):
        parser.add_argument(name, type=seconds, default=default, metavar="S", help=text)
    parser.add_argument("--json", action="store_true", help="JSON objects, with time and power")
    parser.add_argument("--port", type=port, default=9999, metavar="P", help="default %(default)s")
    parser.add_argument("--debug", action="store_true", help="events on standard error")
    options = parser.parse_args(argv)
    House(watched(options.host or all_known(), options), options).run()
