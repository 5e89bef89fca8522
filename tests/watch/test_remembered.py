"""watch: devices by name, or all that are remembered."""

import json
import unittest

from tests.house import Folder, klap_placed, network, placed
from tests.support import FORMS, assert_failure, call, run, sets
from tests.watch.watching import FAST, INTERVAL_S, Case, Watch, polls


class Remembered(Folder, Case):
    """Devices by name, or all of them: see names.

    There are targets, on loopback: without, a search would broadcast.
    """

    def setUp(self):
        super().setUp()
        self.net = network()
        self.targets = [self.net + ".0/28"]

    def remember(self, *entries):
        names = ("alias", "mac", "device_id", "host", "port", "transport")
        devices = [dict(zip(names, entry)) for entry in entries]
        with open(self.path, "w") as file:
            json.dump({"devices": devices, "targets": self.targets}, file)

    def entry(self, simulator, transport="xor"):
        it = simulator.device
        return (it.alias, it.mac, it.device_id, simulator.host, simulator.port, transport)

    def enter(self, context):
        found = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return found

    def watch(self, *words):
        return Watch(self, *FAST, "--timeout", "1", *words, env=self.environment)

    def test_all_that_are_remembered(self):
        plug = self.enter(placed(self.net + ".1", "HS110", 0, "Lamp"))
        klap = self.enter(klap_placed(self.net + ".2", "HS100", 1, "Fan"))
        self.remember(self.entry(plug), self.entry(plug), self.entry(klap, transport="klap"))
        watch = self.watch("--json")
        found = [json.loads(watch.line()) for _ in range(2)]
        macs = [plug.device.mac, klap.device.mac]
        self.assertEqual(sorted(value["host"] for value in found), macs)
        self.assertEqual(sorted(value["alias"] for value in found), ["Fan", "Lamp"])
        for name in ("Fan", macs[1], self.net + ".2"):
            watch.tell(name + " toggle")
            value = json.loads(watch.line())
            self.assertEqual((value["host"], value["alias"]), (macs[1], "Fan"))
        self.assertEqual(watch.end(), (0, [], []))

    def test_one_that_moves_and_a_stranger_in_its_place(self):
        with placed(self.net + ".1", "HS100", 0, "Lamp") as plug:
            self.remember(
                self.entry(plug), ("Other", "50:C7:BF:00:00:77", "", self.net + ".2", 9999, "xor")
            )
            watch = self.watch("lamp")
            self.assertEqual(watch.line(), "Lamp OFF")
        stranger = self.enter(placed(self.net + ".1", "HS100", 5, "Lamp"))
        stranger.device.relay_state = 1
        self.assertEqual(watch.line(), "Lamp OFFLINE")
        watch.tell("Lamp off")
        self.assertIn("another device", watch.error())
        plug = self.enter(placed(self.net + ".2", "HS100", 0, "Lamp"))
        self.assertEqual(watch.line(), "Lamp OFF")
        watch.tell("Lamp on")
        self.assertEqual(watch.line(), "Lamp ON")
        self.assertEqual(sets(stranger), [])
        self.assertEqual(watch.end(), (0, [], []))

    def test_a_stranger_that_no_poll_has_seen(self):
        with placed(self.net + ".1", "HS100", 0, "Lamp") as plug:
            self.remember(self.entry(plug))
            watch = Watch(self, "--timeout", "1", "lamp", "--interval=60", env=self.environment)
            self.assertEqual(watch.line(), "Lamp OFF")
        stranger = self.enter(placed(self.net + ".1", "HS100", 5, "Lamp"))
        watch.tell("Lamp on")
        self.assertIn("another device", watch.error())
        self.assertEqual(sets(stranger), [])

    def test_one_that_comes_back(self):
        with placed(self.net + ".1", "HS100", 0, "Lamp") as plug:
            self.remember(self.entry(plug))
        other = self.device(alias="Fan")
        watch = self.watch("Lamp", other.place)
        watch.expect("Lamp OFFLINE", "Fan OFF")  # by its remembered name
        self.until_polled(other, 2 / INTERVAL_S)
        before = polls(other)
        self.enter(placed(self.net + ".1", "HS100", 0, "Lamp"))
        self.assertEqual(watch.line(), "Lamp OFF")
        self.assertLess(polls(other) - before, 1 / INTERVAL_S)

    def test_nothing_remembered(self):
        for form in FORMS.values():
            result = run([*form, "watch"], env=self.environment)
            assert_failure(self, result, 1)
            self.assertIn(b"no devices are remembered", result.err)
        result = call("watch", "50:C7:BF:00:00:01", environment=self.environment)
        assert_failure(self, result, 3)
        with open(self.path, "w") as file:
            file.write("{")
        assert_failure(self, call("watch", environment=self.environment), 2)


if __name__ == "__main__":
    unittest.main()
