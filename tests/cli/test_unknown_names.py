"""HOSTs that neither the DNS nor the file of remembered devices knows."""

import json
import unittest

from tests.house import Folder
from tests.support import assert_failure, call

NAMES = ("nosuch.invalid", "living room", "Лампа", "50c7bf000099", "50:C7:BF:00:00:99")


class UnknownNames(Folder, unittest.TestCase):
    def told(self, *words):
        result = call(*words, environment=self.environment)
        assert_failure(self, result, 3)
        self.assertIn(b"discover --save", result.err)
        return result.err.decode()

    def test_nothing_is_remembered(self):
        for name in NAMES:
            self.assertIn("%s:9999: " % name, self.told(name, "9999", "check"))

    def test_others_are_remembered(self):
        lamp = {"alias": "Lamp", "mac": "50:C7:BF:00:00:01", "host": "127.0.0.1"}
        with open(self.path, "w") as file:
            json.dump({"devices": [{**lamp, "port": 9999, "transport": "xor"}]}, file)
        for name in NAMES:
            self.told(name, "9999", "on", "--print-state")

    def test_softscheck_s_dialect(self):
        self.told("-t", "nosuch.invalid", "-c", "info")


if __name__ == "__main__":
    unittest.main()
