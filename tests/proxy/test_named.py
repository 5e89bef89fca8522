"""The proxy with a device's name: a stranger that takes the address is never switched."""

import json
import time
import unittest
from unittest import mock

from tests.house import PORT, network, placed
from tests.network.test_names import House, entry
from tests.proxy.serving import ON
from tests.proxy.test_outlets import Served
from tests.support import sets
from tplink_exec.network import elsewhere, names
from tplink_exec.proxy import worker

WRITES = (
    ("PUT", "/Lamp/state", "ON"),
    ("POST", "/Lamp/state", "TOGGLE"),
    ("PUT", "/Lamp/brightness", "50"),
    ("POST", "/command", ON),
)


class Named(House, Served):
    def setUp(self):
        super().setUp()
        patch = mock.patch.dict("os.environ", self.environment)
        patch.start()
        self.addCleanup(patch.stop)
        for module, name, seconds in (names, "FIRST_S", 1.0), (elsewhere, "SEARCH_S", 0.3):
            patch = mock.patch.object(module, name, seconds)
            patch.start()
            self.addCleanup(patch.stop)
        self.remember(entry(self.host(1)), targets=[self.host(1)])
        self.serve(("Lamp", "Lamp", PORT))

    def switched(self, state, **_):
        self.assertEqual(self.ask("PUT", "/Lamp/state", state), (200, ""))


class Strangers(Named):
    def refused(self, stranger):
        for method, path, body in WRITES:
            status, text = self.ask(method, path, body)
            self.assertEqual((status, sets(stranger)), (502, []), (method, path, text))
            self.assertIn("another device is at", text)

    def test_one_that_comes_while_the_connection_is_kept_or_after(self):
        for pause_s in (0.0, worker.KEEP_S + 0.3):
            with placed(self.host(1), number=1) as lamp:
                self.switched("ON")
                self.assertEqual(lamp.device.relay_state, 1)
            with placed(self.host(1), number=2) as stranger:
                time.sleep(pause_s)
                self.refused(stranger)
            with placed(self.host(1), number=1) as lamp:
                self.switched("OFF")
                self.switched("ON")
                self.assertEqual(lamp.device.relay_state, 1)

    def test_one_that_comes_while_the_device_moves(self):
        other = network() + ".2"
        self.remember(entry(self.host(1)), targets=[self.host(1), other])
        with placed(self.host(1), number=1):
            self.switched("ON")
        with placed(self.host(1), number=2) as stranger, placed(other, number=1) as lamp:
            for state in ("ON", "OFF", "ON"):
                self.switched(state)
            self.assertEqual((lamp.device.relay_state, sets(stranger)), (1, []))
            self.assertEqual(json.loads(self.get("/devices.json")), ["Lamp"])

    def test_nothing_is_written_to_a_connection_that_has_not_told(self):
        """Whichever request is the first, and after each pause."""
        with placed(self.host(1), number=1) as lamp:
            for number, (method, path, body) in enumerate(WRITES, 1):
                with mock.patch.object(worker, "KEEP_S", 0.01):
                    self.assertEqual(self.ask(method, path, body)[0], 200)
                    time.sleep(0.1)
                kinds = [b"get_sysinfo" in request for request in lamp.requests]
                self.assertGreaterEqual(kinds.count(True), number)
            self.assertEqual(lamp.connections, len(WRITES))


if __name__ == "__main__":
    unittest.main()
