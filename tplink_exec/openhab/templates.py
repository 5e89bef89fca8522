"""openHAB's files for devices: things, items, rules, sitemap and whitelist.

As in openhab-examples: a thing only reads, by an interval; a command to an item goes through a
rule, as the Exec binding's `input` takes commands of String items only, and does not repeat one
that is the same as the last. An item shows what the device said (autoupdate="false"), UNDEF while nobody
knows.

The rules are the same whatever the devices are. Where an item's commands go stands in its tag,
"tplink-exec HOST PORT [WORD [WORD]]", and they are started without a shell, a string an argument.
A poll's output is the item NAME_Poll_Output of the group gTplink_Polls; NAME shows it.

Of a device's own words there is only the label, in items and sitemap. Things and whitelist
consist of fixed words and `places`.
"""

from .naming import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Sequence
    from .points import Equipment, Point

TIMEOUT_S = 10
"""openHAB's patience; the program gives up after 5 s, see openhab-examples/things/plug.things."""

# A point's type: the item's type, what its label ends with, its icon, its metadata, its widget
TYPES = {
    "Switch": ("Switch", "", "switch", 'autoupdate="false"', "Switch item=%s"),
    "Dimmer": ("Dimmer", " [%d %%]", "light", 'autoupdate="false"', "Slider item=%s"),
    "Color": ("Color", "", "colorlight", 'autoupdate="false"', "Colorpicker item=%s"),
    "temperature": (
        "Number",
        " color temperature [%d K]",
        "light",
        'autoupdate="false"',
        "Setpoint item=%s minValue=2700 maxValue=6500 step=100",
    ),
    "fan": (
        "Number",
        " fan [%d]",
        "fan",
        'autoupdate="false"',
        "Setpoint item=%s minValue=0 maxValue=4 step=1",
    ),
    "power": ("Number:Power", " power [%.1f W]", "energy", 'unit="W"', "Text item=%s"),
    "voltage": (
        "Number:ElectricPotential",
        " voltage [%.1f V]",
        "energy",
        'unit="V"',
        "Text item=%s",
    ),
    "current": (
        "Number:ElectricCurrent",
        " current [%.3f A]",
        "energy",
        'unit="A"',
        "Text item=%s",
    ),
    "total": ("Number:Energy", " energy [%.3f kWh]", "energy", 'unit="kWh"', "Text item=%s"),
    "today": ("Number:Energy", " energy today [%.3f kWh]", "energy", 'unit="kWh"', "Text item=%s"),
}

THING = """
Thing exec:command:%s "TP-Link %s" [
    command=%s,
    interval=%d,
    timeout=%d
]
"""

GROUPS = """
// What takes commands, and what the polls say: the rules in tplink.rules are for these two groups.
Group gTplink "TP-Link devices"
Group gTplink_Polls "What the polls say"
"""

RULES = """
rule "TP-Link: pass a command on"
when
    Member of gTplink received command
then
    val name = triggeringItem.name
    val command = receivedCommand.toString
    // "tplink-exec HOST PORT [WORD [WORD]]": what stands before the command.
    val words = triggeringItem.tags.findFirst[ tag | tag.startsWith("tplink-exec ") ].split(" ")

    // The program gives up after 5 s (its default --timeout), well before openHAB does.
    val answer = if (words.size == 3)
            executeCommandLine(Duration.ofSeconds(%(timeout)d), "%(program)s", words.get(1), words.get(2), command)
        else if (words.size == 4)
            executeCommandLine(Duration.ofSeconds(%(timeout)d), "%(program)s", words.get(1), words.get(2), words.get(3), command)
        else
            executeCommandLine(Duration.ofSeconds(%(timeout)d), "%(program)s", words.get(1), words.get(2), words.get(3), words.get(4), command)

    // Done: the program says nothing. null: it could not be started, or took too long.
    if (answer !== null && answer.trim == "") {
        postUpdate(name + "_Command_Result", "OK")
        sendCommand(name + "_Poll_Run", "ON") // poll now, rather than at the next interval
    } else {
        val error = if (answer === null) "not started, or no end after %(timeout)d s: see openhab.log" else answer.trim
        logWarn("tplink", "{} {} failed: {}", name, command, error)
        postUpdate(name, "UNDEF")
        postUpdate(name + "_Command_Result", "failed: " + error)
    }
end

rule "TP-Link: follow what a poll says"
when
    Member of gTplink_Polls received update
then
    val name = triggeringItem.name.replaceFirst("_Poll_Output$", "")
    val answer = triggeringItem.state.toString.trim
    // ON, OFF, a whole number, H,S,B or a decimal; whatever else it is, nobody knows.
    if (answer.matches("ON|OFF|[0-9]+,[0-9]+,[0-9]+|-?[0-9]+(\\\\.[0-9]+)?")) {
        postUpdate(name, answer)
        postUpdate(name + "_Poll_Result", "OK")
    } else {
        postUpdate(name, "UNDEF")
        postUpdate(name + "_Poll_Result", "failed: " + answer.split("\\n").get(0))
    }
end
"""

SITEMAP = """
sitemap tplink label="TP-Link devices" {%s
}
"""


def files(
    devices: "list[Equipment]", program: str, omitted: "Sequence[str]" = ()
) -> "dict[str, str]":
    """The text of each file by its path in openHAB's folder, without a first line.

    Of the whitelist only the lines that are ours. `devices` have their names and are in order;
    `omitted` says of others where they are, and why they are not among them.
    """
    things = "".join(thing(*pair, program) for pair in pairs(devices))
    shown = GROUPS + "".join(items(*pair) for pair in pairs(devices))
    more = "".join("\n// Left out: %s\n" % words for words in omitted)
    return {
        "things/tplink.things": things + more,
        "items/tplink.items": shown + more,
        "rules/tplink.rules": RULES % {"program": quoted(program)[1:-1], "timeout": TIMEOUT_S},
        "sitemaps/tplink.sitemap": SITEMAP % "".join(map(frame, devices)),
        "misc/exec.whitelist": "".join(command(*pair, program) + "\n" for pair in pairs(devices)),
    }


def pairs(devices: "list[Equipment]") -> "list[tuple[Equipment, Point]]":
    return [(device, point) for device in devices for point in device.points]


def command(device: "Equipment", point: "Point", program: str) -> str:
    """What polls a point, as openHAB hands it to a shell."""
    return " ".join([program, *device.place.words(), *point.reads])


def uid(device: "Equipment", point: "Point") -> str:
    """By the place, as that is what the thing polls."""
    words = [word.rpartition("=")[2] for word in point.reads]
    return "_".join(["tplink", device.place.key(), *words])


def thing(device: "Equipment", point: "Point", program: str) -> str:
    what = "%s %s" % (device.place, " ".join(point.reads))
    line = quoted(command(device, point, program))
    return THING % (uid(device, point), what, line, point.seconds, TIMEOUT_S)


def items(device: "Equipment", point: "Point") -> str:
    type, text, icon, metadata, _ = TYPES[point.type]
    name = device.name + point.suffix
    what = point.label + text.partition(" [")[0]
    groups = ""
    if point.takes is not None:
        tag = " ".join(["tplink-exec", *device.place.words(), *point.takes])
        groups = " (gTplink) [%s]" % quoted(tag)
    lines = [
        "%s %s %s <%s>%s { %s }" % (type, name, quoted(point.label + text), icon, groups, metadata),
        "String %s_Poll_Result %s" % (name, quoted(what + ", last poll [%s]")),
    ]
    channel = '{ channel="exec:command:%s:%%s" }' % uid(device, point)
    if point.takes is not None:
        lines += [
            "String %s_Command_Result %s" % (name, quoted(what + ", last command [%s]")),
            "Switch %s_Poll_Run %s %s" % (name, quoted(what + ", poll now"), channel % "run"),
        ]
    output = "String %s_Poll_Output %s (gTplink_Polls) %s"
    lines.append(output % (name, quoted(what + ", output [%s]"), channel % "output"))
    return "\n" + "\n".join(lines) + "\n"


def frame(device: "Equipment") -> str:
    """A device's part of the sitemap."""
    lines = []
    for point in device.points:
        name = device.name + point.suffix
        lines.append(TYPES[point.type][4] % name)
        if point.takes is not None:
            lines.append("Text item=%s_Command_Result" % name)
            lines.append("Text item=%s_Poll_Result // for when it is UNDEF" % name)
    text = "\n    Frame label=%s {\n        %s\n    }"
    return text % (quoted(device.label), "\n        ".join(lines))
