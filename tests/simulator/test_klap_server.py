"""What simulated devices with KLAP do: handshake, sessions, SMART's JSON, discovery, faults."""

import base64
import http.client
import json
import re
import socket
import struct
import time
import unittest
import zlib
from concurrent.futures import ThreadPoolExecutor

from tests.parallel import early
from tests.support import (
    FORMS,
    assert_failure,
    call,
    klap_simulated,
    network,
    run,
    start,
)
from tplink_exec.errors import ProtocolError
from tplink_exec.simulator.http_faults import HTTP_FAULTS
from tplink_exec.simulator.klap_server import SESSIONS, STAGES
from tplink_exec.simulator.models import MODELS
from tplink_exec.simulator.server import BACKLOG
from tplink_exec.simulator.simulate import played
from tplink_exec.simulator.smart_models import SMART_MODELS
from tplink_exec.transport.klap import DEFAULT_CREDENTIALS, Session, client_hash, decide

SEED = bytes(range(16))
USER = ("me@example.com", "p:ss w\u00f6rd")
LOGINS = (*DEFAULT_CREDENTIALS, USER)
GET = b'{"system":{"get_sysinfo":{}}}'
ON = b'{"system":{"set_relay_state":{"state":1}}}'
DONE = b'{"system":{"set_relay_state":{"err_code":0}}}'


class Client:
    """Speaks KLAP over one connection; each method says the reply's status."""

    def __init__(self, host, port, login=("", "")):
        self.http = http.client.HTTPConnection(host, port, timeout=10)
        self.login = login
        self.cookie = self.session = None
        self.reply = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def ask(self, method, path, body=b"", **fields):
        if self.cookie:
            fields.setdefault("Cookie", "TP_SESSIONID=" + self.cookie)
        fields = {name: value for name, value in fields.items() if value is not None}
        self.http.request(method, path, body, fields)
        reply = self.http.getresponse()
        self.reply = reply.read()
        self.fields = reply.headers
        return reply.status

    def handshake1(self):
        self.cookie = None
        status = self.ask("POST", "/app/handshake1", SEED)
        if status == 200:
            pattern = "TP_SESSIONID=([0-9A-F]{32});TIMEOUT=86400"
            self.cookie = re.fullmatch(pattern, self.fields["Set-Cookie"]).group(1)
            self.remote = self.reply[:16]
            self.version, self.auth = decide(SEED, self.remote, self.reply[16:], [self.login])
        return status

    def proof(self):
        return client_hash(self.version, SEED, self.remote, self.auth)

    def handshake2(self):
        self.session = Session(SEED, self.remote, self.auth)
        return self.ask("POST", "/app/handshake2", self.proof())

    def request(self, plain, seq=None, **fields):
        seq, body = self.session.seal(plain, seq)
        status = self.ask("POST", "/app/request?seq=%d" % seq, body, **fields)
        if status == 200:
            self.reply = self.session.open(self.reply, seq)
        return status

    def begin(self):
        """Both handshakes."""
        return self.handshake1(), self.handshake2()


def client(device):
    return Client(device.host, device.http_port, device.klap.login)


class Handshakes(unittest.TestCase):
    def test_every_version_and_login(self):
        for case in [(version, login) for version in (1, 2) for login in LOGINS]:
            with self.subTest(case), klap_simulated("HS100", *case) as it, client(it) as user:
                self.assertEqual(user.begin(), (200, 200))
                self.assertEqual((user.version, user.reply), (case[0], b""))
                self.assertEqual((user.request(ON), user.reply), (200, DONE))
                self.assertEqual(it.device.relay_state, 1)
                self.assertEqual((it.connections, list(it.requests)), (1, [ON]))

    def test_every_model_answers_as_without_klap(self):
        for model in [*MODELS, *SMART_MODELS]:
            with self.subTest(model), klap_simulated(model) as it, client(it) as user:
                user.begin()
                for text in (GET, ON, b'{"method":"get_device_info"}', b' {"fly":null}}} '):
                    self.assertEqual(user.request(text), 200)
                    same = re.sub(rb'"on_time":\d+', b"", it.device.answer(text))
                    self.assertEqual(re.sub(rb'"on_time":\d+', b"", user.reply), same)

    def test_what_has_no_answer_closes_the_connection(self):
        with klap_simulated() as it, client(it) as user:
            user.begin()
            with self.assertRaises(http.client.RemoteDisconnected):
                user.request(b"ON")
            self.assertEqual(list(it.requests), [b"ON"])

    def test_the_closed_port(self):
        with klap_simulated() as it:
            for _ in range(2):
                with self.assertRaises(ConnectionRefusedError):
                    socket.create_connection((it.host, it.port), 5)
            with socket.socket() as other, self.assertRaises(OSError):
                other.bind((it.host, it.port))


class Http(unittest.TestCase):
    def test_paths_and_methods(self):
        with klap_simulated() as it, client(it) as user:
            for method, path, status in (
                ("GET", "/", 404),
                ("POST", "/", 404),
                ("POST", "/app", 404),
                ("POST", "/app/", 404),
                ("POST", "/app/handshake3", 404),
                ("POST", "/x/app/handshake1", 404),
                ("GET", "/app/handshake1", 405),
                ("GET", "/app/request?seq=1", 405),
                ("PUT", "/app/handshake1", 405),
                ("POST", "/app/handshake1", 400),  # 16 bytes are wanted
            ):
                self.assertEqual(user.ask(method, path), status, (method, path))
            self.assertEqual(it.connections, 1)

    def test_when_the_connection_ends(self):
        with klap_simulated() as it:
            for line, wish, closed in (
                ("HTTP/1.1", "", False),
                ("HTTP/1.1", "Connection: close\r\n", True),
                ("HTTP/1.0", "", True),
                ("HTTP/1.0", "Connection: Keep-Alive\r\n", False),
            ):
                text = "GET / %s\r\n%s\r\n" % (line, wish)
                reply, end = raw(it, text.encode())
                self.assertEqual(b"Connection: close" in reply, closed)
                self.assertEqual(end, "closed" if closed else "open")

    def test_what_is_no_request(self):
        with klap_simulated() as it:
            for text in (
                b"\x00\x00\x00\x05hello\r\n\r\n",
                b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                b"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n",
                b"POST / HTTP/1.1\r\nX: " + b"x" * 16384 + b"\r\n\r\n",
                b"GET / SMTP\r\n\r\n",
            ):
                self.assertEqual(raw(it, text), (b"", "closed"))


class Sessions(unittest.TestCase):
    def setUp(self):
        context = klap_simulated(login=USER)
        self.it = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def client(self):
        user = client(self.it)
        self.addCleanup(user.http.close)
        return user

    def test_what_is_forbidden(self):
        user = self.client()
        user.begin()
        unused = self.client()
        unused.handshake1()
        unused.session = Session(SEED, unused.remote, unused.auth)
        stranger = self.client()
        stranger.begin()
        stranger.cookie = user.cookie
        both = "TP_SESSIONID=%s; TIMEOUT=86400" % user.cookie
        for name, status in (
            ("no cookie", user.request(GET, Cookie=None)),
            ("an unknown cookie", user.request(GET, Cookie="TP_SESSIONID=" + "0" * 32)),
            ("another cookie", user.request(GET, Cookie="SESSION=" + user.cookie)),
            ("TIMEOUT sent back", user.request(GET, Cookie=both)),
            ("TIMEOUT in the first", user.ask("POST", "/app/handshake1", SEED, Cookie=both)),
            ("no handshake2", unused.request(GET)),
            ("a wrong client hash", unused.ask("POST", "/app/handshake2", bytes(32))),
            ("the server hash", unused.ask("POST", "/app/handshake2", unused.proof()[:-1])),
            ("the keys of another session", stranger.request(GET)),
            ("no body", user.ask("POST", "/app/request?seq=%d" % (user.session.seq + 1))),
            ("no seq", user.ask("POST", "/app/request", user.session.seal(GET)[1])),
            ("seq is no number", user.ask("POST", "/app/request?seq=x", b"x" * 48)),
        ):
            self.assertEqual(status, 403, name)
        self.assertEqual(list(self.it.requests), [])
        self.assertEqual((user.request(GET), unused.handshake2()), (200, 200))
        self.assertEqual((unused.request(GET), len(self.it.requests)), (200, 2))

    def test_wrong_credentials(self):
        wrong = Client(self.it.host, self.it.http_port)
        self.addCleanup(wrong.http.close)
        wrong.ask("POST", "/app/handshake1", SEED)
        found = [decide(SEED, wrong.reply[:16], wrong.reply[16:], [login]) for login in LOGINS]
        self.assertEqual([bool(pair) for pair in found], [False, False, False, True])

    def test_seq(self):
        """Only forward, and over the end of 32 bits; a signature is for one seq."""
        user = self.client()
        user.begin()
        first = user.session.seq
        for seq, status in ((1, 200), (1, 403), (0, 403), (5, 200), (4, 403), (-9, 403), (6, 200)):
            self.assertEqual(user.request(GET, first + seq), status, seq)
        client = self.it.klap.clients[user.cookie]
        client.session.seq = user.session.seq = 0x7FFFFFFF
        self.assertEqual((user.request(GET), user.session.seq), (200, -0x80000000))
        _, body = user.session.seal(GET)
        path = "/app/request?seq=%d" % (user.session.seq + 1)
        self.assertEqual(user.ask("POST", path, body), 403)

    def test_handshake2_twice_is_one_session(self):
        user = self.client()
        user.begin()
        user.request(GET)
        self.assertEqual(user.ask("POST", "/app/handshake2", user.proof()), 200)
        self.assertEqual(user.request(GET), 200)

    def test_several_and_not_too_many(self):
        users = [self.client() for _ in range(SESSIONS + 1)]
        for user in users:
            self.assertEqual(user.begin(), (200, 200))
        statuses = [user.request(GET) for user in users]
        self.assertEqual(statuses, [403] + [200] * SESSIONS)
        self.assertEqual(self.it.connections, SESSIONS + 1)

    def test_expire(self):
        user = self.client()
        user.begin()
        self.it.expire()
        self.assertEqual((user.request(GET), user.begin()), (403, (200, 200)))
        self.assertEqual(user.request(GET), 200)

    def test_the_last_hundred_requests(self):
        user = self.client()
        user.begin()
        texts = [b'{"fly":%d}' % number for number in range(103)]
        for text in texts:
            user.request(text)
        self.assertEqual(list(self.it.requests), texts[3:])


# SMART: what a request does and gets, one after the other, with a device switched off.
WRONG = {"error_code": -1008}
OK = {"error_code": 0}
BOTH_SET = (
    ({"device_on": True}, OK, {"device_on": True}),
    ({"device_on": False, "fly": "high"}, OK, {"device_on": False}),
    ({"device_on": True, "nickname": "54Gv"}, OK, {"device_on": True, "nickname": "54Gv"}),
    ({}, OK, {"device_on": True}),
    (None, OK, {"device_on": True}),
    ([1], WRONG, {"device_on": True}),
    *(({"device_on": it}, WRONG, {"device_on": True}) for it in (0, 1, "true", None, [])),
    *(({"nickname": it}, WRONG, {"nickname": "54Gv"}) for it in ("x", "!!", "/w==", 1, None)),
)


def light(color_temp, hue, saturation, brightness):
    names = "color_temp", "hue", "saturation", "brightness"
    return dict(zip(names, (color_temp, hue, saturation, brightness)))


BULB_SET = (
    ({}, OK, light(2700, 0, 100, 100)),
    ({"brightness": 40}, OK, light(2700, 0, 100, 40)),
    ({"hue": 240, "saturation": 75}, OK, light(0, 240, 75, 40)),
    ({"color_temp": 6500}, OK, light(6500, 0, 100, 40)),
    ({"saturation": 30}, OK, light(0, 0, 30, 40)),
    ({"color_temp": 2500, "hue": 9, "saturation": 9, "brightness": 1}, OK, light(2500, 0, 100, 1)),
    ({"color_temp": 0, "hue": 360, "saturation": 0}, OK, light(0, 360, 0, 1)),
    *(
        ({"brightness": 50, name: value}, WRONG, light(0, 360, 0, 1))
        for name, values in (
            ("brightness", (0, 101, "5", 5.0, True, None)),
            ("hue", (-1, 361, "5")),
            ("saturation", (-1, 101)),
            ("color_temp", (1, 2499, 6501, False)),
            ("device_on", (1,)),
        )
        for value in values
    ),
)


PARENTS = {"P300", "P316M", "KS240", "H100"}
"""Without a switch of their own."""


def ask(device, method, params=None):
    request = {"method": method, "params": params, "terminal_uuid": "x"}
    return json.loads(device.answer(json.dumps(request).encode()))


class Smart(unittest.TestCase):
    def check(self, model, cases):
        it = played(model)
        for params, reply, state in cases:
            with self.subTest(model=model, params=params):
                self.assertEqual(ask(it, "set_device_info", params), reply)
                info = ask(it, "get_device_info")["result"]
                self.assertEqual({name: info[name] for name in state}, state)
                self.assertEqual(it.relay_state, int(info["device_on"]))
                alias = base64.b64decode(info["nickname"]).decode()
                self.assertEqual(it.alias, alias)

    def test_setting(self):
        for model in set(SMART_MODELS) - PARENTS:
            self.check(model, BOTH_SET)
        self.check("L530", BULB_SET)
        plug = played("KP125M")
        self.assertEqual(ask(plug, "set_device_info", {"brightness": 0}), OK)  # not its own
        self.assertNotIn("brightness", ask(plug, "get_device_info")["result"])

    def test_the_effect_of_a_strip(self):
        strip = played("L920")
        effect = ask(strip, "get_lighting_effect")["result"]
        half = {"brightness": 50, "bAdjusted": True}
        for params, reply, state in (
            (half, WRONG, (False, 0, 100)),
            ({**effect, "enable": 1, "type": None}, WRONG, (False, 0, 100)),
            ({**effect, "enable": 1}, OK, (True, 1, 100)),
            (half, OK, (True, 1, 50)),
            ({"brightness": 60}, WRONG, (True, 1, 50)),
            ({**effect, "enable": 0}, OK, (True, 0, 100)),
        ):
            self.assertEqual(ask(strip, "set_lighting_effect", params), reply, params)
            info = ask(strip, "get_device_info")["result"]
            told = info["lighting_effect"]
            self.assertEqual((info["device_on"], told["enable"], told["brightness"]), state)
        for params, runs in (({"device_on": False}, 1), ({"hue": 9}, 0), ({"brightness": 9}, 0)):
            ask(strip, "set_lighting_effect", {**effect, "enable": 1})
            ask(strip, "set_device_info", params)
            told = ask(strip, "get_device_info")["result"]["lighting_effect"]
            self.assertEqual(told["enable"], runs, params)

    def test_the_effects_of_a_bulb(self):
        bulb = played("L530")
        method = "set_dynamic_light_effect_rule_enable"
        for params, reply, running in (
            ({"enable": True}, WRONG, None),
            ({"enable": True, "id": "L3"}, WRONG, None),
            ({"enable": 1, "id": "L1"}, WRONG, None),
            ({"enable": True, "id": "L1"}, OK, "L1"),
            ({"enable": True, "id": "L2"}, OK, "L2"),
            ({"enable": False}, OK, None),
        ):
            self.assertEqual(ask(bulb, method, params), reply, params)
            info = ask(bulb, "get_device_info")["result"]
            self.assertEqual(info["dynamic_light_effect_enable"], bool(running))
            self.assertEqual(info.get("dynamic_light_effect_id"), running)
            rules = ask(bulb, "get_dynamic_light_effect_rules")["result"]
            self.assertEqual(
                (rules["enable"], rules.get("current_rule_id")), (bool(running), running)
            )
        ask(bulb, method, {"enable": True, "id": "L1"})
        ask(bulb, "set_device_info", {"color_temp": 3000})
        self.assertFalse(ask(bulb, "get_device_info")["result"]["dynamic_light_effect_enable"])
        edited = {**rules["rule_list"][0], "color_status_list": [[5, 0, 0, 2700]]}
        self.assertEqual(ask(bulb, "edit_dynamic_light_effect_rule", edited), OK)
        for wrong in ({"id": "L1"}, {**edited, "id": "L3"}):
            self.assertEqual(ask(bulb, "edit_dynamic_light_effect_rule", wrong), WRONG)
        rules = ask(bulb, "get_dynamic_light_effect_rules")["result"]["rule_list"]
        self.assertEqual(rules[0], edited)

    def test_what_cannot_be_done(self):
        for model in SMART_MODELS:
            it = played(model)
            for text, code in (
                (b'{"method":"fly"}', -1002),
                (GET, -1003),
                (b'{"method":1}', -1003),
                (b"[]", -1003),
                (b"ON", -1003),
                (b"\xff", -1003),
                (b'{"method":"get_device_info","params":1}', -1008),
                (b'{"method":"multipleRequest"}', -1008),
                (b'{"method":"multipleRequest","params":{"requests":{}}}', -1008),
            ):
                self.assertEqual(json.loads(it.answer(text)), {"error_code": code}, text)

    def test_several_requests_up_to_the_first_error(self):
        it = played("KP125M")
        names = ["get_device_time", "device_reboot", "fly", "get_device_info"]
        requests = [{"method": name} for name in names]
        reply = ask(it, "multipleRequest", {"requests": requests})
        self.assertEqual((reply["error_code"], it.reboots), (0, 1))
        responses = reply["result"]["responses"]
        self.assertEqual([found["method"] for found in responses], names[:3])
        self.assertEqual([found["error_code"] for found in responses], [0, 0, -1002])
        self.assertEqual(responses[0]["result"]["region"], "UTC")
        nested = [{"method": "multipleRequest", "params": {"requests": []}}]
        (found,) = ask(it, "multipleRequest", {"requests": nested})["result"]["responses"]
        self.assertEqual(found["error_code"], -1002)

    def test_who_has_what(self):
        rules = {"enable": False, "rule_list": []}
        all_of_them = (
            "get_energy_usage get_current_power get_emeter_data get_emeter_vgain_igain get_led_info"
        ).split()
        for model, own in (("KP125M", all_of_them), ("L530", [])):
            it = played(model)
            for name in all_of_them:
                code = 0 if name in own else -1002
                self.assertEqual(ask(it, name)["error_code"], code, (model, name))
            for name, keys in (
                ("get_schedule_rules", {*rules, "schedule_rule_max_count", "start_index", "sum"}),
                ("get_countdown_rules", {*rules, "countdown_rule_max_count"}),
                ("get_antitheft_rules", {*rules, "antitheft_rule_max_count"}),
                ("get_connect_cloud_state", {"status"}),
                ("get_device_usage", {"time_usage", "power_usage", "saved_power"}),
                ("get_wireless_scan_info", {"ap_list", "start_index", "sum", "wep_supported"}),
            ):
                reply = ask(it, name)
                self.assertEqual((reply["error_code"], set(reply["result"])), (0, keys))
            found = ask(it, "component_nego")["result"]["component_list"]
            components = {component["id"] for component in found}
            self.assertEqual("energy_monitoring" in components, bool(own))
            self.assertEqual("color" in components, not own)

    def test_meter(self):
        """After ten hours on; later it is off."""
        now = [1700000000.0]
        it = SMART_MODELS["KP125M"]("KP125M", 0, lambda: now[0])
        ask(it, "set_device_info", {"device_on": True})
        now[0] += 36000
        reading = {"current_ma": 268, "voltage_mv": 230837, "power_mw": 61753, "energy_wh": 617}
        self.assertEqual(ask(it, "get_emeter_data")["result"], reading)
        self.assertEqual(ask(it, "get_current_power")["result"], {"current_power": 62})
        usage = ask(it, "get_energy_usage")["result"]
        self.assertEqual((usage["current_power"], usage["today_runtime"]), (61753, 600))
        self.assertEqual((usage["today_energy"], usage["month_energy"]), (617, 617))
        self.assertEqual(usage["local_time"], "2023-11-15 08:13:20")
        self.assertEqual(ask(it, "get_device_info")["result"]["on_time"], 36000)
        self.assertEqual(ask(it, "get_device_time")["result"]["timestamp"], 1700036000)
        ask(it, "set_device_info", {"device_on": False})
        now[0] += 36000
        usage = ask(it, "get_energy_usage")["result"]
        self.assertEqual((usage["current_power"], usage["today_energy"]), (0, 617))

    def test_led_reboot_reset(self):
        it = played("KP125M")
        default = it.alias
        for rule, reply, state in (
            ("never", OK, ("never", False)),
            ("sometimes", WRONG, ("never", False)),
            (None, WRONG, ("never", False)),
            ("always", OK, ("always", True)),
        ):
            self.assertEqual(ask(it, "set_led_info", {"led_rule": rule}), reply)
            info = ask(it, "get_led_info")["result"]
            self.assertEqual((info["led_rule"], info["led_status"]), state)
        ask(it, "set_device_info", {"nickname": "eA=="})
        self.assertEqual((it.alias, ask(it, "device_reboot", {"delay": 1})), ("x", OK))
        self.assertEqual(ask(it, "device_reset"), OK)
        self.assertEqual((it.reboots, it.resets, it.alias), (1, 1, default))


SHORT_PROBE = bytes.fromhex("020000010000000000000000463cb5d3")


def probe(plain, serial=7, **wrong):
    """A whole one, as python-kasa and the vendor's app send it."""
    fields = {"version": 2, "kind": 0, "operation": 1, "size": len(plain), **wrong}
    crc = fields.pop("crc", None)
    head = struct.pack(">BBHHBBI", *fields.values(), 17, 0, serial)
    found = zlib.crc32(head + b"\x5a\x6b\x7c\x8d" + plain)
    return head + struct.pack(">I", found if crc is None else crc) + plain


def discovered(it, *datagrams):
    """The first answer's header and JSON."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as user:
        user.settimeout(10)
        user.connect((it.host, it.discovery_port))
        for data in datagrams:
            user.send(data)
        reply = user.recv(4096)
    *head, crc = struct.unpack(">BBHHBBII", reply[:16])
    assert crc == zlib.crc32(reply[:12] + b"\x5a\x6b\x7c\x8d" + reply[16:])
    assert head[:6] == [2, 0, 1, len(reply) - 16, 17, 0], head
    return head[6], json.loads(reply[16:])


class Discovery(unittest.TestCase):
    def test_probes(self):
        garbage = (
            *(b"", b"x", SHORT_PROBE[:-1], SHORT_PROBE + b"x", GET, bytes(16)),
            *(probe(text) for text in (b"[]", b"{", b"\xff", b"[" * 5000)),
            *(probe(b"{}", **{name: 9}) for name in ("version", "kind", "operation", "size")),
            probe(b"{}", crc=9),
        )
        with klap_simulated() as it:
            for serial, data in ((0, SHORT_PROBE), (7, probe(b'{"params":{"rsa_key":"x"}}'))):
                self.assertEqual(discovered(it, *garbage, data)[0], serial)

    def test_what_devices_say_of_themselves(self):
        plug = {"device_type": "IOT.SMARTPLUGSWITCH", "device_model": "HS100(UK)", "hw_ver": "1.0"}
        cloud = {"is_support_iot_cloud": True, "obd_src": "tplink"}
        for model, told in (
            ("HS100", plug),
            ("HS300", {**plug, "device_model": "HS300(US)", "hw_ver": "2.0"}),
            ("LB130", {**plug, "device_type": "IOT.SMARTBULB", "device_model": "LB130(US)"}),
            ("KP125M", {"device_type": "SMART.KASAPLUG", "device_model": "KP125M(US)", **cloud}),
            ("L530", {"device_type": "SMART.TAPOBULB", "device_model": "L530E(EU)", **cloud}),
        ):
            for version, login in ((1, ("", "")), (2, USER)):
                with self.subTest(model), klap_simulated(model, version, login) as it:
                    _, reply = discovered(it, SHORT_PROBE)
                    result = reply["result"]
                    scheme = {"is_support_https": False, "encrypt_type": "KLAP"}
                    scheme.update(http_port=it.http_port, **({"lv": 2} if version == 2 else {}))
                    self.assertEqual(result.pop("mgt_encrypt_schm"), scheme)
                    self.assertRegex(result.pop("device_id"), "^[0-9a-f]{32}$")
                    self.assertEqual(len(result.pop("owner")), 32 if login[0] else 0)
                    self.assertEqual(result.pop("factory_default"), not login[0])
                    place = {"ip": "127.0.0.1", "mac": "50-C7-BF-00-00-00"}
                    self.assertEqual((reply["error_code"], result), (0, {**place, **told}))


HANDSHAKE = b"POST /app/handshake1 HTTP/1.1\r\nContent-Length: 16\r\n\r\n" + SEED
QUIET_S = 1.0
HEAD = r"HTTP/1\.1 200 OK\r\nContent-Type: text/html\r\nServer: SHIP 2\.0\r\nSet-Cookie: \S+\r\n"
BARE = HEAD.replace(r"Set-Cookie: \S+\r\n", "")
GOOD = HEAD + r"Content-Length: 48\r\n\r\n.{48}"
PAGE = r"Content-Length: 83\r\n\r\n<!DOCTYPE html>.*</html>\n"
PLAYED = {
    "silent": ("", "open"),
    "dribble": (BARE + r"Content-Length: 1048576\r\n\r\nx{2,19}", "open"),
    "close-before-reply": ("", "closed"),
    "close-in-header": (r"HTTP/1\.1 200 OK\r\nCon", "closed"),
    "close-in-body": (GOOD.replace("{48}", "{38}"), "closed"),
    "reset-before-reply": ("", "reset"),
    "reset-in-reply": (r"HTTP/1\.1 200 OK\r\nCon", "reset"),
    "drop-first": ("", "closed"),
    "one-byte-segments": (GOOD, "open"),
    "slow-reply": (GOOD, "open"),
    "close-after-reply": (GOOD, "closed"),
    "announce-4-gib": (GOOD.replace(": 48", ": 4294967295"), "open"),
    "announce-too-little": (GOOD.replace(": 48", ": 43"), "open"),
    "announce-too-much": (GOOD.replace(": 48", ": 53"), "open"),
    "no-length": (HEAD + r"\r\n.{48}", "closed"),
    "bad-length": (GOOD.replace(": 48", ": 12x"), "open"),
    "two-lengths": (GOOD.replace(": 48", r": 48\r\nContent-Length: 7"), "open"),
    "chunked": (HEAD + r"Transfer-Encoding: chunked\r\n\r\n30\r\n.{48}\r\n0\r\n\r\n", "open"),
    "endless-header": (r"HTTP/1\.1 200 OK\r\n(X-Filler: x{4000}\r\n)*X?-?[Filler: x]*\r?", "more"),
    "garbage": (r"\0\0\x009\xd0\xf2\x81.{54}", "closed"),
    "http-404": (BARE.replace("200 OK", "404 Not Found") + PAGE, "open"),
    "http-500": (BARE.replace("200 OK", "500 Internal Server Error") + PAGE, "open"),
    "html-200": (BARE + PAGE, "open"),
    "redirect-302": (
        BARE.replace("200 OK", "302 Found")
        + r"Location: https://192\.168\.0\.1/\r\nContent-Length: 0\r\n\r\n",
        "open",
    ),
    "empty-200": (BARE + r"Content-Length: 0\r\n\r\n", "open"),
    "short-48": (GOOD.replace("48", "47"), "open"),
    "wrong-signature": (GOOD, "open"),
    "bad-padding": (GOOD, "open"),
    "not-json": (GOOD, "open"),
    "two-replies": (GOOD + GOOD, "open"),
    "403-once": (BARE.replace("200 OK", "403 Forbidden") + r"Content-Length: 0\r\n\r\n", "open"),
    "403-always": (BARE.replace("200 OK", "403 Forbidden") + r"Content-Length: 0\r\n\r\n", "open"),
}
"""By fault, what comes instead of the reply to handshake1, as a pattern, and what is then."""
TWICE = {
    "drop-first": (GOOD, "open"),
    "403-once": (GOOD, "open"),
    "http-404": PLAYED["http-404"],
    "403-always": PLAYED["403-always"],
}
"""The second time, for some."""


def raw(it, request):
    """All that is sent for it, and the end: "closed", "reset", "open", or "more" is sent."""
    found = b""
    with socket.create_connection((it.host, it.http_port), 10) as user:
        user.sendall(request)
        user.settimeout(QUIET_S)
        deadline = time.monotonic() + 2 * QUIET_S
        while time.monotonic() < deadline or len(found) > 10000:  # a dribble ends, no flood
            try:
                data = user.recv(65536)
            except socket.timeout:
                return found, "open"
            except ConnectionResetError:
                return found, "reset"
            if not data:
                return found, "closed"
            found += data
            if len(found) > 1 << 20:
                return found, "more"
    return found, "open"


@early
class Faults(unittest.TestCase):
    def test_every_fault(self):
        self.assertEqual(set(PLAYED), set(HTTP_FAULTS))
        with ThreadPoolExecutor(len(PLAYED)) as pool:
            for fault, outcomes in zip(PLAYED, pool.map(self.play, PLAYED)):
                for expected, (found, end) in zip((PLAYED, TWICE), outcomes):
                    pattern, wanted = expected[fault]
                    with self.subTest(fault):
                        self.assertEqual(end, wanted)
                        self.assertTrue(re.fullmatch(pattern.encode("latin-1"), found, re.S), found)

    def play(self, fault):
        with klap_simulated(fault=fault) as it:
            return [raw(it, HANDSHAKE) for _ in range(2 if fault in TWICE else 1)]

    def test_slow_replies(self):
        for fault, size, least_s in (("slow-reply", 1, 0.3), ("dribble", 95, 0.4)):
            with self.subTest(fault), klap_simulated(fault=fault) as it, socket.socket() as user:
                user.settimeout(10)
                user.connect((it.host, it.http_port))
                started = time.monotonic()
                user.sendall(HANDSHAKE)
                user.makefile("rb").read(size)
                self.assertGreater(time.monotonic() - started, least_s - 0.01)

    def test_the_stage_at_which_it_is_played(self):
        for stage, statuses in (
            ("handshake1", (404,)),
            ("handshake2", (200, 404)),
            ("request", (200, 200, 404)),
        ):
            with klap_simulated(fault="http-404", stage=stage) as it, client(it) as user:
                self.assertEqual(statuses[0], user.handshake1())
                if statuses[1:]:
                    self.assertEqual(statuses[1], user.handshake2())
                if statuses[2:]:
                    self.assertEqual(statuses[2], user.request(GET))
                self.assertEqual(user.ask("POST", "/"), 404)
        for stage in STAGES:
            with klap_simulated(fault="403-once", stage=stage) as it, client(it) as user:
                found = []
                for step in (user.handshake1, user.handshake2, lambda: user.request(GET)):
                    status = step()
                    found.append(status)
                    if status == 403:
                        self.assertEqual(step(), 200)
                self.assertEqual(found.index(403), STAGES.index(stage))

    def test_replies_sealed_wrongly(self):
        for fault, says in (
            ("wrong-signature", "signature"),
            ("bad-padding", "padding"),
            ("short-48", "signature"),
        ):
            with klap_simulated(fault=fault, stage="request") as it, client(it) as user:
                user.begin()
                with self.assertRaisesRegex(ProtocolError, says):
                    user.request(GET)
        with klap_simulated(fault="not-json") as it, client(it) as user:
            self.assertEqual((user.begin(), user.request(GET)), ((200, 200), 200))
            self.assertRaises(ValueError, json.loads, user.reply)
        with klap_simulated(fault="wrong-signature") as it, client(it) as user:
            self.assertRaises(TypeError, user.handshake1)  # no login fits

    def test_backlog(self):
        with klap_simulated(fault=BACKLOG) as it:
            with self.assertRaises(socket.timeout):
                socket.create_connection((it.host, it.http_port), QUIET_S)
            self.assertEqual(it.connections, 0)


class Simulate(unittest.TestCase):
    def start(self, *words):
        process = start([*FORMS["package"], "simulate", *words])
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        return process

    def test_several_models(self):
        """On consecutive addresses; nothing listens on --port, TCP or UDP."""
        net = network()
        process = self.start(
            *("--klap 2 --login a:b:c --http-port 0 --address %s.1" % net).split(),
            *"--model HS110 --model L530".split(),
        )
        lines = [process.stdout.readline().decode().split() for _ in range(2)]
        port = int(lines[0][1].rpartition(":")[2])
        hosts = net + ".1", net + ".2"
        names = "HS110", "L530"
        self.assertEqual(lines, [[n, "%s:%d" % (h, port)] for n, h in zip(names, hosts)])
        for host, method in zip(hosts, ("err_code", "error_code")):
            with Client(host, port, ("a", "b:c")) as user:
                self.assertEqual((*user.begin(), user.request(GET)), (200, 200, 200))
                self.assertIn(method.encode(), user.reply)
            self.assertRaises(ConnectionRefusedError, socket.create_connection, (host, 9999), 5)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as user:
                user.settimeout(10)
                user.connect((host, 20002))
                user.send(SHORT_PROBE)
                self.assertEqual(json.loads(user.recv(4096)[16:])["result"]["ip"], host)
                user.connect((host, 9999))
                user.send(SHORT_PROBE)
                self.assertRaises(ConnectionRefusedError, user.recv, 4096)

    def test_logins_and_a_fault(self):
        net = network()
        for number, (word, login) in enumerate(zip(("blank", "kasa", "tapo"), LOGINS), 1):
            address = "%s.%d" % (net, number)
            words = "--klap 1 --http-port 0 --fault 403-once --address %s --login %s"
            process = self.start(*(words % (address, word)).split())
            name, place = process.stdout.readline().decode().split()
            with Client(address, int(place.rpartition(":")[2]), login) as user:
                self.assertEqual((name, user.handshake1()), ("HS100", 403))
                self.assertEqual((user.begin(), user.version), ((200, 200), 1))

    def test_a_port_in_use(self):
        address = network() + ".1"
        words = [*FORMS["package"], *"simulate --klap 2 --address".split(), address, "--http-port"]
        with socket.socket() as other:
            other.bind((address, 0))
            other.listen(1)
            port = other.getsockname()[1]
            result = run([*words, str(port)])
            assert_failure(self, result, 2, start=b"tplink-exec: simulate: ")
            self.assertIn("%s port %d: Address already in use" % (address, port), str(result.err))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((address, 20002))
            result = run([*words, "0"])
            assert_failure(self, result, 2, start=b"tplink-exec: simulate: ")
            self.assertIn(address + " UDP port 20002: Address already in use", str(result.err))

    def test_wrong_usage(self):
        for words in (
            "--klap 3",
            "--klap x",
            "--klap 2 --http-port 65536",
            "--klap 2 --http-port x",
            "--klap 2 --login nobody",
            "--login kasa",
            "--http-port 80",
            "--klap 1 --model KP125M",
            "--fault html-200",
            "--klap 1 --fault err-code",
            "--klap 1 --fault fly",
        ):
            assert_failure(self, call("simulate", *words.split()), 1)


if __name__ == "__main__":
    unittest.main()
