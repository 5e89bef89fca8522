"""openhab-examples: what MQTT's things make of the lines of a real `watch`, and its units."""

import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from tests.house import network
from tests.openhab.engine import (
    EXAMPLES,
    PATIENCE_S,
    PROGRAM,
    Refused,
    all_things_of,
    example,
    items_of,
    process,
)
from tests.support import simulated, start

HOST = "192.168.1.2"


def transformed(pattern, message):
    """A message after a chain of REGEX and JSONPATH, as openHAB does it; None: discarded."""
    for step in pattern.split("\u2229"):
        service, _, function = step.partition(":")
        if service == "REGEX":
            found = re.fullmatch(function, message, re.DOTALL)
            value = found and found[1]
        elif service == "JSONPATH" and re.fullmatch(r"\$\.\w+", function):
            value = json.loads(message).get(function[2:])
        else:
            raise Refused("unknown transformation: " + step)
        if value is None:
            return None
        message = str(value)
    return message


MQTT_PARAMETERS = {"stateTopic", "transformationPattern", "commandTopic", "formatBeforePublish"}
ITEM_OF = {"switch": "Switch", "number": "Number:Power"}


class Mqtt(unittest.TestCase):
    """MQTT's things, items and units, and what watch makes of them."""

    def setUp(self):
        things = all_things_of(example("things/mqtt.things"))
        self.brokers = {u: t.parameters for u, t in things.items() if u.startswith("mqtt:broker:")}
        self.channels = {}
        for thing in things.values():
            self.assertIn(thing.bridge, [None, *self.brokers])
            self.channels.update(thing.channels)
        self.items = items_of(example("items/mqtt.items"))

    def unit(self, name):
        """The settings of a unit: name, values; and its text."""
        text = example("systemd/" + name)
        lines = re.sub(r"\\\n", " ", text).splitlines()
        found = {}
        for line in lines:
            if "=" in line and line[0] != "#":
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(value)
        return found, text

    def test_channels_and_items_fit(self):
        self.assertEqual(len(self.brokers), 1)
        for broker in self.brokers.values():
            self.assertEqual(set(broker), {"host", "port", "secure"})
        linked = {}
        for name, (kind, _, bound) in self.items.items():
            self.assertLessEqual(set(bound), {"channel", "autoupdate", "expire", "unit"}, name)
            self.assertRegex(bound["expire"], r"^\d+m$")
            linked[bound["channel"]] = kind
        wanted = {uid: ITEM_OF[kind] for uid, (kind, _) in self.channels.items()}
        self.assertEqual(linked, wanted)
        for uid, (_, parameters) in self.channels.items():
            self.assertLessEqual(set(parameters), {*MQTT_PARAMETERS, "unit"}, uid)
        names = set(items_of(example("items/plug.items")))
        self.assertEqual(names & set(self.items), set())  # both may be installed

    def test_topics_are_those_of_the_unit(self):
        settings, _ = self.unit("tplink-exec-watch.service")
        (command,) = settings["ExecStart"]
        self.assertIn("Environment=TOPIC=house\n", self.unit("tplink-exec-watch.service")[1])
        topics = set(re.findall(r"\$TOPIC/\w+", command))
        self.assertEqual(topics, {"$TOPIC/state", "$TOPIC/command"})
        for _, parameters in self.channels.values():
            self.assertEqual(parameters["stateTopic"], "house/state")
            self.assertEqual(parameters.get("commandTopic", "house/command"), "house/command")
        repeat = int(re.search(r"--repeat (\d+)", command)[1])
        for _, _, bound in self.items.values():
            self.assertGreater(int(bound["expire"][:-1]) * 60, 2 * repeat)

    def test_units_are_hardened_and_clean(self):
        for name in ("tplink-exec-watch.service", "tplink-exec-watch@.service"):
            settings, text = self.unit(name)
            for key, value in (
                ("DynamicUser", "yes"),
                ("NoNewPrivileges", "yes"),
                ("ProtectSystem", "strict"),
                ("PrivateTmp", "yes"),
                ("CapabilityBoundingSet", ""),
                ("Restart", "always"),
            ):
                self.assertEqual(settings[key], [value], name)
            self.assertIn("\n#LoadCredential=login:/etc/tplink-exec/credentials\n", text)
            self.assertIn("\n#Environment=TPLINK_EXEC_CREDENTIALS=%d/login\n", text)
            self.assertIn("; kill $$$$; }", text)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
    def test_systemd_takes_the_units(self):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as programs:
            program = shutil.copy(PROGRAM[-1], programs)
            for path in (EXAMPLES / "systemd").glob("*"):
                text = path.read_text().replace("/usr/local/bin/tplink-exec", program)
                (Path(folder) / path.name).write_text(text)
            units = sorted(str(path) for path in Path(folder).glob("*"))
            out, err, code = process(["systemd-analyze", "verify", *units])
        ours = [line for line in (out + err).splitlines() if "tplink-exec" in line]
        self.assertEqual((code, ours), (0, []))

    def test_states_and_commands_of_a_real_watch(self):
        contexts = [contextlib.ExitStack() for _ in range(2)]
        for context in contexts:
            self.addCleanup(context.close)
        plug = contexts[0].enter_context(simulated("HS110", address=network() + ".1", state=1))
        other = contexts[1].enter_context(simulated("HS100"))
        hosts = ["%s:%d" % (it.host, it.port) for it in (plug, other)]
        argv = [*PROGRAM, "watch", "--json", "--interval", "0.1", *hosts]
        watch = start(argv, stdin=subprocess.PIPE, stderr=None)
        watchdog = threading.Timer(PATIENCE_S, watch.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        with watch.stdout, watch.stdin:
            lines = [watch.stdout.readline().decode() for _ in hosts]
            self.assertEqual(self.states(lines, hosts[0]), (["ON"], [61.753]))
            switch = self.channels["mqtt:topic:house:plug:state"][1]["formatBeforePublish"]
            watch.stdin.write((switch % "OFF" + "\n").replace(HOST, hosts[0]).encode())
            watch.stdin.flush()
            lines.append(watch.stdout.readline().decode())
            self.assertEqual(self.states(lines, hosts[0]), (["ON", "OFF"], [61.753, 0.0]))
            self.assertEqual(plug.device.relay_state, 0)
            contexts[0].close()
            lines.append(watch.stdout.readline().decode())
            self.assertIsNone(json.loads(lines[-1])["state"])
            self.assertEqual(self.states(lines, hosts[0]), (["ON", "OFF"], [61.753, 0.0]))
            watch.stdin.close()
            self.assertEqual(watch.wait(PATIENCE_S), 0)

    def states(self, lines, host):
        """What the switch and the number get, one after the other."""
        found = {"switch": [], "number": []}
        for kind, parameters in self.channels.values():
            pattern = parameters["transformationPattern"].replace(HOST, host)
            values = (transformed(pattern, line.rstrip("\n")) for line in lines)
            found[kind] = [value for value in values if value is not None]
        return found["switch"], [float(number) for number in found["number"]]


if __name__ == "__main__":
    unittest.main()
