"""discover: both protocols, one row per device, and what liars send. Loopback targets only."""

import binascii
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import unittest
from unittest import mock

from tests.house import (
    PORT,
    RESULT,
    SYSINFO,
    WIRE,
    Folder,
    Namespace,
    aes_placed,
    camera_placed,
    klap,
    klap_placed,
    liar,
    network,
    placed,
    slack_s,
    xor,
)
from tests.parallel import alone, early
from tests.support import (
    FORMS,
    HANG_S,
    PYTHON,
    ROOT,
    SLACK_S,
    assert_failure,
    call,
    in_time,
    run,
)
from tplink_exec.cipher import decrypt, encrypt
from tplink_exec.cli import discover
from tplink_exec.devices import identity
from tplink_exec.errors import UsageError
from tplink_exec.network import discovery, interfaces, logins, probes
from tplink_exec.simulator.models import MODELS, device
from tplink_exec.transport import wake

KEYS = ["alias", "model", "mac", "host", "port", "transport", "state"]
NASTY = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    1e999,
    "",
    "x",
    "\x1b[2J",
    [],
    [[]],
    {},
    {"a": 1},
    "9" * 5000,
]


FLOOD = """
import socket, sys, time
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.bind((sys.argv[1], 9999))
print("ready", flush=True)
answer = bytes.fromhex(sys.argv[2])
sender = link.recvfrom(2048)[1]
link.setblocking(False)
until = time.monotonic() + 60
while time.monotonic() < until:
    try:
        sender = link.recvfrom(2048)[1]
    except OSError:
        pass
    for _ in range(100):
        try:
            link.sendto(answer, sender)
        except OSError:
            pass
"""
"""A process that sends answers on and on to whoever has probed last."""


@contextlib.contextmanager
def hanging(host):
    """A device that says that it has KLAP, and takes connections, and does not answer."""
    with socket.socket() as link:
        link.bind((host, 0))
        link.listen(64)
        scheme = {"encrypt_type": "KLAP", "http_port": link.getsockname()[1]}
        answer = klap({**RESULT, "mgt_encrypt_schm": scheme})
        with liar(host, wake.TDP_PORT, lambda data: [answer]):
            yield


def read(data, port=PORT):
    return probes.sighting(data, "192.0.2.9", port)


class Macs(unittest.TestCase):
    def test_forms(self):
        for text in ("50:C7:BF:0a:00:01", "50-c7-bf-0A-00-01", "50c7bf0a0001", "50C7BF0A0001"):
            self.assertEqual(identity.mac(text), "50:C7:BF:0A:00:01")

    def test_others_are_none(self):
        for text in (
            *("", "50:C7:BF:0A:00", "50:C7:BF:0A:00:01:02", "50c7bf0a00", "50c7bf0a000102"),
            *("50:C7:BF:0A-00:01", "5:0C7:BF:0A:00:01", "50:C7:BF:0A:00:0G", "50c7:bf0a:0001"),
            *(
                "\u0665\u0660:C7:BF:0A:00:01",
                "5 :C7:BF:0A:00:01",
                " 50c7bf0a0001",
                "50c7bf0a0001\n",
            ),
            *(None, 5, b"50c7bf0a0001", ["50c7bf0a0001"], "a" * 100000),
        ):
            self.assertEqual(identity.mac(text), "", text)

    def test_same(self):
        one = {"mac": "A", "device_id": "1"}
        for other, same in (
            ({"mac": "A", "device_id": "1"}, True),
            ({"mac": "A", "device_id": ""}, True),
            ({"mac": "A"}, True),
            ({"device_id": "1"}, True),
            ({"mac": "A", "device_id": "2"}, False),
            ({"mac": "B", "device_id": "1"}, False),
            ({"mac": "", "device_id": ""}, False),
            ({}, False),
        ):
            self.assertEqual((identity.same(one, other), identity.same(other, one)), (same, same))


class Answers(unittest.TestCase):
    """The pure part."""

    def test_probes(self):
        self.assertEqual(decrypt(wake.XOR_PROBE), b'{"system":{"get_sysinfo":{}}}')
        self.assertEqual(wake.KLAP_PROBE.hex(), "020000010000000000000000463cb5d3")

    def test_every_model_by_xor(self):
        for number, model in enumerate(MODELS):
            plug = device(model, number)
            for state, word in ((0, "OFF"), (1, "ON")):
                plug.relay_state = state
                found = read(encrypt(plug.answer(b'{"system":{"get_sysinfo":{}}}')), 1234)
                info = json.loads(plug.answer(b'{"system":{"get_sysinfo":{}}}'))["system"]
                self.assertEqual(
                    found,
                    {
                        "alias": plug.alias,
                        "model": info["get_sysinfo"]["model"],
                        "mac": plug.mac,
                        "device_id": plug.device_id,
                        "host": "192.0.2.9",
                        "port": 1234,
                        "transport": "xor",
                        "state": word,
                        "reason": None,
                    },
                )

    def test_nested_sysinfo(self):
        self.assertEqual(read(xor({"system": SYSINFO}))["state"], "ON")

    def test_klap(self):
        self.assertEqual(
            read(klap(RESULT)),
            {
                "alias": None,
                "model": "HS110(UK)",
                "mac": "50:C7:BF:00:00:02",
                "device_id": "",
                "host": "192.0.2.9",
                "port": 8080,
                "transport": "klap",
                "state": None,
                "reason": None,
            },
        )
        for told, transport in (
            ("AES", "aes"),
            ("TPAP", "tpap"),
            (["KLAP"], "klap"),
            (["3", "AES"], "aes"),
            ("aes", None),
            (["3"], None),
            ([], None),
            (None, None),
            ({}, None),
            ([["KLAP"]], None),
        ):
            scheme = {"encrypt_type": told, "http_port": 80}
            found = read(klap({**RESULT, "mgt_encrypt_schm": scheme}))
            self.assertEqual(found["transport"], transport, told)
            self.assertEqual(bool(found["reason"]), not transport, told)
        for port in (None, 0, 65536, "80", True, 80.0):
            scheme = {"encrypt_type": "KLAP", "http_port": port}
            self.assertEqual(read(klap({**RESULT, "mgt_encrypt_schm": scheme}))["port"], 80)
        self.assertIsNone(read(klap({**RESULT, "mgt_encrypt_schm": None}))["transport"])
        found = read(klap({**RESULT, "mgt_encrypt_schm": None, "tpap": {"tls": 0}}))
        self.assertEqual(found["transport"], "tpap")

    def test_a_camera(self):
        """After a recorded answer: there is an encrypt_type, but not where KLAP's is."""
        about = {
            **RESULT,
            "device_type": "SMART.IPCAMERA",
            "device_model": "C210",
            "encrypt_type": ["3"],
            "encrypt_info": {"sym_schm": "AES", "key": "", "data": ""},
            "mgt_encrypt_schm": {"is_support_https": True},
        }
        found = read(klap(about))
        row = found["model"], found["transport"], found["reason"]
        self.assertEqual(row, ("C210", None, "a camera"))

    def test_a_damaged_header_is_no_answer(self):
        whole = klap(RESULT)
        self.assertIsNotNone(read(whole))
        for at in range(len(whole)):
            damaged = bytearray(whole)
            damaged[at] ^= 4
            self.assertIsNone(read(bytes(damaged)), at)
        for size in range(len(whole)):
            self.assertIsNone(read(whole[:size]))
        self.assertIsNone(read(whole + b" "))
        for fields in ((1, 0, 1, len(whole) - 16), (2, 0, 1, len(whole) - 17)):
            head = probes.HEADER.pack(*fields, 17, 0, 1, 0x5A6B7C8D)
            crc = binascii.crc32(head + whole[16:])
            self.assertIsNone(read(head[:12] + crc.to_bytes(4, "big") + whole[16:]))
        self.assertIsNone(read(klap(RESULT, error_code=-1)))
        self.assertIsNone(read(klap(RESULT, error_code=True)))

    def test_wrong_types_in_every_field(self):
        for name in SYSINFO:
            for value in NASTY:
                found = read(xor({**SYSINFO, name: value}))
                if value == 1e999:  # not JSON
                    self.assertIsNone(found)
                    continue
                shown = {"alias": "alias", "model": "model"}.get(name)
                if shown:
                    wanted = value[:200] if isinstance(value, str) else None
                    self.assertEqual(found[shown], wanted)
                elif name == "mac":
                    self.assertEqual(found["mac"], "")
                else:
                    wanted = {"0": "OFF"}.get(repr(value))
                    self.assertEqual(found["state"], wanted)
        for name in RESULT:
            for value in NASTY:
                found = read(klap({**RESULT, name: value}))
                self.assertEqual(found is None, value == 1e999)
                self.assertEqual((found or {}).get("host", "192.0.2.9"), "192.0.2.9")

    def test_wrong_shapes_are_no_answer(self):
        for value in NASTY:
            for text in (value, {"system": value}, {"system": {"get_sysinfo": value}}):
                self.assertIsNone(read(encrypt(json.dumps(text).encode())))
            self.assertIsNone(read(klap(value)))
        self.assertIsNone(read(xor({**SYSINFO, "err_code": -1})))
        self.assertIsNone(read(xor({"system": {**SYSINFO, "err_code": -1}})))

    def test_garbage_is_no_answer(self):
        for data in (
            *(b"", b"\0", b"\2", b"\2" * 16, b"{}", wake.XOR_PROBE, wake.KLAP_PROBE),
            *(encrypt(b"[" * 8000), encrypt(b"\xff"), encrypt(b'{"system":'), os.urandom(500)),
            xor({**SYSINFO, "pad": "x" * probes.MAX_DATAGRAM}),
            klap({**RESULT, "pad": "x" * probes.MAX_DATAGRAM}),
        ):
            self.assertIsNone(read(data), data[:20])

    def test_long_words_are_cut(self):
        self.assertEqual(read(xor({**SYSINFO, "alias": "x" * 1000}))["alias"], "x" * 200)


class Targets(unittest.TestCase):
    def test_addresses(self):
        for targets, wanted in (
            (["192.168.1.7"], ["192.168.1.7"]),
            (["192.168.1.7/32", "192.168.1.7"], ["192.168.1.7"]),
            (["192.168.1.6/31"], ["192.168.1.6", "192.168.1.7"]),
            (["192.168.1.5/30"], ["192.168.1.5", "192.168.1.6"]),
        ):
            self.assertEqual(discovery.addresses(targets), wanted)
        self.assertEqual(len(discovery.addresses(["10.1.0.0/16"])), 65534)

    def test_what_is_none(self):
        for target in (
            *("10.0.0.0/15", "0.0.0.0/0", "::1", "fe80::/120", "lamp", "", "1", "127.1"),
            *("192.168.1.0/33", "192.168.1.256", "192.168.1.0/", "192.168.1.0/-1", "1.2.3.4 "),
        ):
            with self.assertRaises(UsageError, msg=target):
                discovery.addresses([target])
            assert_failure(self, call("discover", "--target", target), 1)
        with self.assertRaises(UsageError):
            discovery.addresses(["10.1.0.0/16", "10.2.0.0/30"])

    def test_other_usage_errors(self):
        for words in (
            ["--port", "0"],
            ["--port", "x"],
            ["--timeout", "0"],
            ["--timeout", "-1"],
            ["--timeout", "3601"],
            ["lamp"],
            ["--save=yes"],
            ["--target"],
        ):
            assert_failure(self, call("discover", "--target", "127.0.0.1", *words), 1)
        for form in FORMS.values():
            argv = [*form, "discover", "--target", "127.0.0.1", "--timeout", "0"]
            assert_failure(self, run(argv), 1)


class Sockets(unittest.TestCase):
    def test_three_probes_reach_a_silent_address_and_one_an_answering_one(self):
        here = network()
        silent, answering = [], []
        now = time.monotonic()
        rounds = [(now + 0.4 * n, [here + ".1", here + ".2"]) for n in range(3)]
        done = set()
        with liar(here + ".1", PORT, lambda data: [silent.append(data)][:0]), liar(
            here + ".2", PORT, lambda data: [answering.append(data) or xor(SYSINFO)]
        ):
            for found in discovery.sightings(rounds, now + 1.2, done):
                self.assertEqual(found["host"], here + ".2")
                done.add(found["host"])
        self.assertEqual(silent, [wake.XOR_PROBE] * 3)
        self.assertEqual(answering, [wake.XOR_PROBE])
        self.assertGreater(time.monotonic(), now + 1.2)

    def test_more_devices_than_there_is_room_for(self):
        here = network()
        with placed(here + ".1"), placed(here + ".2"), placed(here + ".3"), mock.patch.object(
            discover, "MAX_DEVICES", 2
        ):
            targets = [here + ".%d" % n for n in (1, 2, 3)]
            rows, _ = discover.search(targets, time.monotonic(), 0.5, PORT)
        self.assertEqual(len(rows), 2)


class Called(Folder):
    """As a user calls it."""

    def discover(self, *words):
        return call("discover", *words, environment=self.environment)

    def process(self, *words, form="file"):
        return run([*FORMS[form], "discover", *words], env=self.environment)

    def rows(self, *words):
        result = self.discover("--json", *words)
        self.assertEqual((result.code, result.err), (0, b""))
        self.assertTrue(result.out.isascii())
        return json.loads(result.out)


@early
class Found(Called, unittest.TestCase):
    def test_what_cannot_be_called_says_why(self):
        here = network()
        kinds = (
            ("SMART.IPCAMERA", {}, "a camera"),
            ("SMART.TAPOHUB", {"encrypt_type": "AES"}, "a hub"),
            (
                "SMART.TAPOPLUG",
                {"is_support_https": True},
                "says nothing of its encryption",
            ),
            (
                "SMART.TAPOPLUG",
                {"encrypt_type": ["x"]},
                "speaks ['x'], which this program does not",
            ),
        )
        with contextlib.ExitStack() as stack:
            for number, (kind, scheme, _) in enumerate(kinds, 1):
                mac = "50-c7-bf-00-01-%02x" % number
                about = {**RESULT, "device_type": kind, "mac": mac, "mgt_encrypt_schm": scheme}
                answer = klap(about)
                place = here + ".%d" % number
                stack.enter_context(liar(place, wake.TDP_PORT, lambda data, it=answer: [it]))
            rows = json.loads(self.discover("--json", "--target", here + ".0/29").out)
            text = self.discover("--target", here + ".0/29").out.decode()
        self.assertEqual([row["reason"] for row in rows], [why for _, _, why in kinds])
        self.assertEqual({row["transport"] for row in rows}, {None})
        for _, _, why in kinds:
            self.assertIn("- (%s)\n" % why, text)

    def test_a_house(self):
        here = network()
        with placed(here + ".1", "HS110", 1, "Лампа"), placed(here + ".9", "HS300", 2), placed(
            here + ".200", "LB130", 3
        ) as bulb:
            bulb.device.relay_state = 1
            rows = self.rows("--target", here + ".0/24", "--timeout", "1")
            result = self.discover("--target", here + ".0/24", "--timeout", "1")
        self.assertEqual([list(row) for row in rows], [KEYS] * 3)
        self.assertEqual(
            [list(row.values()) for row in rows],
            [
                ["Лампа", "HS110(EU)", "50:C7:BF:00:00:01", here + ".1", 9999, "xor", "OFF"],
                ["HS300 3", "HS300(US)", "50:C7:BF:00:00:02", here + ".9", 9999, "xor", "OFF"],
                ["LB130 4", "LB130(US)", "50:C7:BF:00:00:03", here + ".200", 9999, "xor", "ON"],
            ],
        )
        self.assertEqual((result.code, result.err), (0, b""))
        lines = result.out.decode().splitlines()
        self.assertEqual(lines[0].split(), "ALIAS MODEL MAC HOST PORT STATE".split())
        wanted = ["Лампа", "HS110(EU)", "50:C7:BF:00:00:01", here + ".1", "9999", "OFF"]
        self.assertEqual(lines[1].split(), wanted)
        self.assertEqual(len({line.index("9999") for line in lines[1:]}), 1)

    def test_in_both_forms(self):
        here = network()
        with placed(here + ".1", "HS110"), klap_placed(here + ".2", "HS100") as klap_plug:
            targets = ["--target", here + ".0/29", "--timeout", "0.8", "--json"]
            self.environment.update(TPLINK_EXEC_USERNAME="", TPLINK_EXEC_PASSWORD="")
            for form in FORMS:
                result = self.process(*targets, form=form)
                self.assertEqual((result.code, result.err), (0, b""))
                ports = [row["port"] for row in json.loads(result.out)]
                self.assertEqual(ports, [9999, klap_plug.port])

    def test_none(self):
        here = network()
        result = self.discover("--target", here + ".1", "--timeout", "0.3", "--json")
        self.assertEqual(result[:3], (0, b"[]\n", b""))
        result = self.discover("--target", here + ".1", "--timeout", "0.3")
        said = b"tplink-exec: discover: no device answered\n"
        self.assertEqual(result[:3], (0, b"", said))

    def test_all_that_were_named_have_answered(self):
        here = network()
        with placed(here + ".1"), placed(here + ".2", number=1):
            targets = ["--target", here + ".1", "--target", here + ".2"]
            result = self.discover(*targets, "--timeout", "30")
        self.assertEqual((result.code, result.out.count(b"\n")), (0, 3))
        self.assertLess(result.seconds, HANG_S)

    def test_another_port(self):
        here = network()
        with placed(here + ".1", port=19999):
            rows = self.rows("--target", here + ".1", "--port", "19999")
        self.assertEqual([row["port"] for row in rows], [19999])

    def test_a_device_with_both_protocols_is_one_row(self):
        here = network()
        with klap_placed(here + ".1", "HS100", 1), placed(here + ".1", "HS100", 1):
            rows = self.rows("--target", here + ".0/29", "--timeout", "1")
        self.assertEqual([(row["host"], row["transport"]) for row in rows], [(here + ".1", "xor")])

    def test_terminal_escapes(self):
        here = network()
        alias = "\x1b[31mred\n\x9b\x7f\u202e\ud800" + "y" * 400
        with liar(here + ".1", PORT, lambda data: [xor({**SYSINFO, "alias": alias})]):
            result = self.discover("--target", here + ".1")
            raw = self.discover("--target", here + ".1", "--json")
        self.assertEqual(result.out.count(b"\n"), 2)
        self.assertIn(rb"\x1b[31mred\n\x9b\x7f\u202e\ud800" + b"y" * 187 + b"  HS", result.out)
        self.assertEqual(re.findall(rb"[^ -~\n]", raw.out), [])
        self.assertEqual(json.loads(raw.out)[0]["alias"], alias[:200])

    def test_liars(self):
        """A dozen at once, with a real device among them that must be found as it is."""
        here = network()
        lies = [
            lambda data: [b"", b"\2" * 16, os.urandom(900), data, encrypt(b"[" * 9000)],
            lambda data: [b"x" * 60000],
            lambda data: [xor({"alias": 5, "model": [], "mac": {}, "relay_state": "1"})],
            lambda data: [xor({"model": "A", "mac": "50:C7:BF:00:00:07", "relay_state": True})],
            lambda data: [xor({**SYSINFO, "ip": here + ".7", "mac": "50:C7:BF:00:00:07"})],
            lambda data: [xor({**SYSINFO, "alias": "%d" % n}) for n in range(50)],
        ]
        with placed(here + ".7", number=7):
            links = [liar("%s.%d" % (here, n + 1), PORT, lie) for n, lie in enumerate(lies)]
            for link in links:
                link.__enter__()
            try:
                rows = self.rows("--target", here + ".0/28", "--timeout", "1")
            finally:
                for link in links:
                    link.__exit__(None, None, None)
        found = {row["host"]: row for row in rows}
        self.assertEqual(len(found), len(rows))
        real = found.pop(here + ".7")
        self.assertEqual((real["alias"], real["mac"]), ("HS100 8", "50:C7:BF:00:00:07"))
        self.assertEqual(sorted(found), [here + ".4", here + ".5", here + ".6"])
        self.assertEqual(found[here + ".6"]["alias"], "0")
        self.assertEqual(found[here + ".4"]["state"], None)

    def test_save_and_a_mac_of_two(self):
        here = network()
        with placed(here + ".1", number=1), placed(here + ".2", number=2), placed(
            here + ".3", number=1
        ):
            result = self.discover("--target", here + ".0/29", "--timeout", "1", "--save")
        self.assertEqual((result.code, result.out.count(b"\n")), (0, 4))
        self.assertIn(
            b"one MAC, 50:C7:BF:00:00:01: %s.1, %s.3\n" % ((here.encode(),) * 2), result.err
        )
        with open(self.path) as file:
            value = json.load(file)
        self.assertEqual([entry["host"] for entry in value["devices"]], [here + ".2"])
        self.assertEqual(value["targets"], [here + ".0/29"])
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)

    def test_a_closed_standard_output(self):
        here = network()
        with placed(here + ".1"):
            argv = [*FORMS["file"], "discover", "--target", here + ".1"]
            result = run(["sh", "-c", 'exec "$@" >&-', "sh", *argv], env=self.environment)
        assert_failure(self, result, 2)


@early
class Klap(Called, unittest.TestCase):
    def test_klap(self):
        here = network()
        login = ("you@example.com", "secret")
        with klap_placed(here + ".1", "HS110", 1, "Kettle") as plug, klap_placed(
            here + ".2", "HS100", 2, login=login
        ), klap_placed(here + ".3", "L530", 3) as bulb:
            plug.device.relay_state = 1
            targets = ["--target", here + ".0/29", "--timeout", "1.2"]
            rows = self.rows(*targets)
            table = self.discover(*targets)
            self.environment.update(TPLINK_EXEC_USERNAME=login[0], TPLINK_EXEC_PASSWORD=login[1])
            known = self.rows(*targets)
            port = plug.port
        self.assertEqual([row["transport"] for row in rows], ["klap"] * 3)
        self.assertEqual([row["state"] for row in rows], ["ON", None, "OFF"])
        self.assertEqual([row["alias"] for row in rows][:2], ["Kettle", None])
        self.assertEqual(rows[0]["port"], port)
        self.assertEqual(rows[2]["mac"], bulb.device.mac)
        self.assertEqual(known[1]["alias"], "HS100 3")
        self.assertEqual(known[1]["state"], "OFF")
        self.assertEqual(table.code, 0)
        self.assertRegex(table.out.decode(), r"(?m)^-  +HS100\(UK\).* -$")
        said = b"tplink-exec: discover: no login at %s.2: the device wants the login"
        self.assertIn(said % here.encode(), table.err)
        self.assertEqual(table.err.count(b"\n"), 1)

    def test_smart_strips_and_what_has_no_switch(self):
        here = network()
        with klap_placed(here + ".1", "P300", 1) as strip, klap_placed(
            here + ".2", "KS240", 2
        ) as both, klap_placed(here + ".3", "H100", 3), klap_placed(
            here + ".4", "KP125M", 4
        ) as toaster, camera_placed(here + ".5", 5):
            strip.device.parts[2].relay_state = 1
            both.device.alias = "Fan"
            info = {"type": "SMART.TAPOTOASTER", "model": "T1", "device_id": "x"}
            toaster.device.smart_methods["get_device_info"] = lambda _: {"result": info}
            rows = self.rows("--target", here + ".0/29", "--timeout", "1.2", "--save")
        with open(self.path) as file:
            saved = [entry["host"] for entry in json.load(file)["devices"]]
        self.assertEqual(saved, [here + ".1", here + ".2"])
        told = [(row["transport"], row["state"], row.get("reason")) for row in rows]
        self.assertEqual(told[:2], [("klap", "ON", None), ("klap", "OFF", None)])
        self.assertEqual(rows[1]["alias"], "Fan")
        self.assertEqual(told[2][:2], (None, None))
        self.assertIn("hub", told[2][2])
        self.assertEqual(told[3][:2], (None, None))
        self.assertIn("T1 has no device_on", told[3][2])
        self.assertEqual(told[4], (None, None, "a camera"))

    def test_who_says_klap_and_hangs(self):
        """Logins are bounded, in number and in time, and an honest device has its turn."""
        here = network()
        with hanging(here + ".1"), klap_placed(here + ".2", "HS100", 2):
            result = self.discover("--json", "--target", here + ".0/29", "--timeout", "1.5")
        rows = json.loads(result.out)
        self.assertEqual([row["state"] for row in rows], [None, "OFF"])


@early
class Aes(Called, unittest.TestCase):
    def test_aes(self):
        here = network()
        login = ("you@example.com", "secret")
        with aes_placed(here + ".1", "KP125M", 1, "Kettle", login) as plug, klap_placed(
            here + ".2", "L530", 2
        ) as bulb:
            plug.device.relay_state = 1
            bulb.about = lambda address, port: {  # as python-kasa's users have seen it of an L530
                **type(bulb).about(bulb, address, port),
                "mgt_encrypt_schm": {"encrypt_type": "TPAP", "http_port": port},
            }
            targets = ["--target", here + ".0/29", "--timeout", "3"]
            rows = self.rows(*targets)
            self.environment.update(TPLINK_EXEC_USERNAME=login[0], TPLINK_EXEC_PASSWORD=login[1])
            known = self.rows(*targets)
        self.assertEqual([row["transport"] for row in rows], ["aes", "klap"])
        self.assertEqual([row["state"] for row in rows], [None, "OFF"])
        self.assertEqual((known[0]["alias"], known[0]["state"]), ("Kettle", "ON"))


@alone
class InTime(Called, unittest.TestCase):
    def test_five_hundred_are_found_in_time(self):
        """In 3 s at the most; the less, the harder."""
        script = str(ROOT / "tests" / "benchmarks" / "discovery.py")
        for timeout in ("1", "2", "3", "3", "3"):
            result = run([sys.executable, script, "500", timeout])
            words = result.out.split()
            took_s = float(words[1]) if words else 60.0  # nothing, when the plugs did not start
            if result.code == 0 and took_s - float(timeout) <= slack_s() - SLACK_S:
                return
        self.fail(result)

    def test_a_flood_does_not_outlast_the_deadline(self):
        here = network()
        argv = [sys.executable, "-c", FLOOD, here + ".1", xor(SYSINFO).hex()]

        def count():
            now = time.monotonic()
            return sum(1 for _ in discovery.sightings([(now, [here + ".1"])], now + 0.5))

        with subprocess.Popen(argv, stdout=subprocess.PIPE) as flood:
            try:
                self.assertEqual(flood.stdout.readline(), b"ready\n")
                self.assertGreater(in_time(self, 0.5 + slack_s(), count), discovery.DRAIN)
            finally:
                flood.kill()

    def test_of_none(self):
        words = ["--target", network() + ".0/24", "--timeout", "0.4"]
        result = in_time(self, 0.4 + slack_s(), lambda: self.process(*words))
        self.assertEqual((result.code, result.out), (0, b""))

    def test_of_one_that_hangs(self):
        here = network()
        with hanging(here + ".1"):
            words = ["--target", here + ".1", "--timeout", "0.6"]
            result = in_time(self, 0.6 + slack_s(), lambda: self.process(*words))
        self.assertEqual((result.code, result.out.count(b"\n")), (0, 2))


class Many(unittest.TestCase):
    def test_more_logins_than_threads(self):
        rows = [{"host": "192.0.2.%d" % n, "mac": ""} for n in range(100)]
        real, logins.log_in = logins.log_in, lambda row, deadline: {"alias": row["host"]}
        try:
            work = logins.Logins(time.monotonic() + 5)
            for row in rows:
                work.add(row)
            self.assertEqual(work.finish(), "")
        finally:
            logins.log_in = real
        self.assertTrue(all(row["alias"] == row["host"] for row in rows))


BROADCAST = """
set -e
ip link set lo up
ip link add house type veth peer name wire
ip addr add 10.77.5.1/24 dev house
ip addr add 10.77.6.1/24 broadcast 10.77.6.255 dev house
ip addr add 10.77.8.1/31 dev house
ip link add idle type veth peer name idle2
ip addr add 10.77.7.1/24 dev idle
ip link set house up
ip link set wire up
ip addr add 10.77.5.2/32 dev lo
"""


class Broadcast(Namespace, unittest.TestCase):
    def setUp(self):
        super().setUp()
        done = self.inside(BROADCAST)
        if done.returncode:
            self.skipTest("no such network here: %s" % done.stderr)

    def test_addresses_of_interfaces(self):
        code = "from tplink_exec.network.interfaces import *; print(*broadcast_addresses())"
        done = self.inside(BROADCAST + '%s -c "%s"' % (PYTHON, code))
        self.assertEqual(done.stdout.decode().split(), ["10.77.5.255", "10.77.6.255"], done.stderr)

    def test_a_device_at_the_other_end(self):
        """The broadcast arrives, and the answer comes back."""
        script = """
begin $there "$@" simulate --model HS110 --address 0.0.0.0
"$@" discover --json --timeout 1.5
kill $device $other
"""
        done = self.inside(WIRE + script)
        rows = json.loads(done.stdout)
        self.assertEqual([row["host"] for row in rows], ["10.77.5.2"], done.stderr)

    def test_no_network(self):
        done = self.inside('"$@" discover --timeout 0.5; echo $?')
        self.assertEqual(done.stdout, b"3\n")
        self.assertIn(b"no network to broadcast in", done.stderr)

    def test_addresses_that_cannot_be_reached(self):
        """They are no failure beside one that can; alone they are."""
        script = """
ip link set lo up
begin "$@" simulate --address 127.0.0.2
"$@" discover --json --timeout 0.5 --target 10.0.0.1 --target 127.0.0.2
"$@" discover --json --timeout 0.5 --target 10.0.0.1; echo $?
kill $device
"""
        done = self.inside(script)
        *rows, code = done.stdout.decode().splitlines()
        self.assertEqual(json.loads("".join(rows))[0]["host"], "127.0.0.2")
        self.assertEqual(code, "3")
        self.assertEqual(
            done.stderr, b"tplink-exec: discover: no probe could be sent: Network is unreachable\n"
        )

    def test_elsewhere_than_on_linux(self):
        real, sys.platform = sys.platform, "darwin"
        try:
            self.assertEqual(interfaces.broadcast_addresses(), ["255.255.255.255"])
        finally:
            sys.platform = real


if __name__ == "__main__":
    unittest.main()
