"""openhab-examples: the things of the HTTP binding, asked and commanded as openHAB does it, and the
service of the proxy that they need.

How the binding behaves is read from its sources (openhab-addons, bundles/org.openhab.binding.http):
baseURL and extension are joined by a slash where there is none; a state is all of the body,
compared with onValue and offValue or read as a number or a triple; a command is the body of a PUT.
"""

import re
import shlex
import shutil
import tempfile
import unittest
from pathlib import Path

from tests.house import closed
from tests.openhab.engine import EXAMPLES, Reader, Refused, Text, example, items_of
from tests.proxy.serving import Proxy, at
from tests.support import ROOT, SINGLE_FILE, run, simulated
from tplink_exec.proxy.proxy import PORT, hosts, parsed
from tplink_exec.proxy.worker import REQUEST_S

THING = {
    "baseURL": Text,
    "refresh": int,
    "timeout": int,
    "bufferSize": int,
    "delay": int,
    "username": Text,
    "password": Text,
    "authMode": Text,
    "stateMethod": Text,
    "commandMethod": Text,
    "contentType": Text,
    "encoding": Text,
    "headers": Text,
    "ignoreSSLErrors": bool,
    "strictErrorHandling": bool,
}
ANY = {"stateExtension", "commandExtension", "stateTransformation", "commandTransformation", "mode"}
CHANNEL = {
    "switch": ANY | {"onValue", "offValue"},
    "number": ANY | {"unit"},
    "dimmer": ANY | {"onValue", "offValue", "increaseValue", "decreaseValue", "step"},
    "color": ANY | {"onValue", "offValue", "increaseValue", "decreaseValue", "step", "colorMode"},
}
DEVICES = {"192.168.1.2": "HS110", "192.168.1.4": "LB130"}
UNIT = EXAMPLES / "systemd" / "tplink-exec-proxy.service"


def things_of(text):
    """UID: (parameters, {channel: (type, parameters)}) for each thing."""
    reader, things = Reader(text), {}
    while reader.next is not None:
        reader.take("Thing")
        uid = reader.take(r"http:url:[\w-]+")
        reader.take()
        reader.take(r"\[")
        parameters, channels = reader.properties("]"), {}
        reader.take(r"\{")
        reader.take("Channels")
        reader.take(":")
        while not reader.took("}"):
            reader.take("Type")
            kind = reader.take(r"[a-z]+")
            reader.take(":")
            name = reader.take(r"[\w-]+")
            reader.take()
            reader.take(r"\[")
            if name in channels:
                raise Refused("%s is there twice" % name)
            channels[name] = kind, reader.properties("]")
        things[uid] = parameters, channels
    return things


def joined(base, extension):
    return base + ("" if extension[:1] in ("/", "?", "&") else "/") + extension


def state(kind, parameters, body):
    """What an item becomes; None for UNDEF."""
    if kind in ("switch", "dimmer", "color"):
        for name in ("onValue", "offValue"):
            if body == parameters[name]:
                return name[: -len("Value")].upper()
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", body):
        return float(body)
    if kind == "dimmer" and re.fullmatch(r"\d+", body):
        return int(body)
    if kind == "color" and re.fullmatch(r"\d+,\d+,\d+", body):
        return body
    return None


class Http(unittest.TestCase):
    def setUp(self):
        self.things = things_of(example("things/http.things"))
        self.items = items_of(example("items/http.items"))

    def test_parameters_are_known_and_of_the_right_types(self):
        self.assertEqual(len(self.things), len(DEVICES))
        for uid, (parameters, channels) in self.things.items():
            self.assertLessEqual({"baseURL", "refresh", "timeout", "commandMethod"}, {*parameters})
            for name, value in parameters.items():
                kind = THING[name]
                self.assertEqual(isinstance(value, Text), kind is Text, (uid, name))
                if kind is not Text:
                    pattern = r"\d+" if kind is int else "true|false"
                    self.assertRegex(value, "^(%s)$" % pattern, (uid, name))
            for name, (kind, found) in channels.items():
                self.assertLessEqual(set(found), CHANNEL[kind], name)
                self.assertTrue(all(isinstance(value, Text) for value in found.values()), name)
            self.assertGreater(int(parameters["timeout"]), REQUEST_S * 1000 + 500)
            self.assertEqual(parameters["commandMethod"], "PUT")

    def test_each_channel_has_an_item_of_its_type(self):
        wanted = {
            "%s:%s" % (uid, name): kind
            for uid, (_, channels) in self.things.items()
            for name, (kind, _) in channels.items()
        }
        for name, (kind, _, bound) in self.items.items():
            self.assertEqual(kind.partition(":")[0].lower(), wanted.pop(bound["channel"]), name)
            if ":" not in kind:
                self.assertEqual(bound["autoupdate"], "false", name)
        self.assertEqual(wanted, {})

    def test_items_of_both_examples_go_together(self):
        self.assertEqual({*self.items} & {*items_of(example("items/plug.items"))}, set())

    def test_polls_and_commands(self):
        names, devices = {}, {}
        for address, model in DEVICES.items():
            context = simulated(model)
            devices[address] = context.__enter__()
            self.addCleanup(context.__exit__, None, None, None)
            names[address] = at(devices[address])
        with Proxy(*names.values()) as proxy:
            for parameters, channels in self.things.values():
                start = "http://127.0.0.1:%d/" % PORT
                self.assertTrue(parameters["baseURL"].startswith(start))
                address = parameters["baseURL"][len(start) :]
                for name, (kind, found) in channels.items():
                    self.check(proxy, names[address], kind, found, parameters["contentType"], name)

    def check(self, proxy, device, kind, parameters, content_type, name):
        base = "/" + device
        path = joined(base, parameters["stateExtension"])
        command = joined(base, parameters.get("commandExtension", parameters["stateExtension"]))

        def poll():
            status, body = proxy.ask("GET", path, Accept_Encoding="gzip", User_Agent="Jetty/9.4")
            self.assertEqual(status, 200, body)
            return state(kind, parameters, body)

        self.assertIsNotNone(poll(), name)
        sent = {
            "number": (),
            "switch": (("OFF", "OFF"), ("ON", "ON"), ("ON", "ON")),
            "dimmer": (("OFF", 0), ("40", 40), ("100", 100)),
            "color": (("240,80,55", "240,80,55"), ("OFF", None), ("0,0,100", "0,0,100")),
        }[kind]
        self.assertEqual(bool(sent), parameters.get("mode", "READWRITE") == "READWRITE", name)
        for text, wanted in sent:
            kind_sent = content_type + ";charset=UTF-8"
            self.assertEqual(proxy.ask("PUT", command, text, Content_Type=kind_sent)[0], 200)
            if wanted is not None:
                self.assertEqual(poll(), wanted, (name, text))

    def test_a_device_that_does_not_answer_is_no_state(self):
        with closed() as host, Proxy(host) as proxy:
            for _, channels in self.things.values():
                for _, parameters in channels.values():
                    path = joined("/" + host, parameters["stateExtension"])
                    status, body = proxy.ask("GET", path)
                    self.assertEqual(status, 502)
                    self.assertIsNone(state("switch", {"onValue": "ON", "offValue": "OFF"}, body))


class Service(unittest.TestCase):
    def lines(self, text):
        pairs = [
            line.partition("=") for line in text.splitlines() if line[:1] not in ("#", "[", "")
        ]
        return [(name, value) for name, _, value in pairs]

    def test_it_starts_the_proxy_for_the_things_devices(self):
        text = UNIT.read_text("ascii")
        bare = re.sub(r"(?m)^#(?=[A-Z]\w+=)", "", text)
        starts = [value for name, value in self.lines(bare) if name == "ExecStart" and value]
        self.assertEqual(len(starts), 2)
        for start in starts:
            program, name, *words = shlex.split(start)
            self.assertEqual((program, name), ("/usr/local/bin/tplink-exec", "proxy"))
            options = parsed(words)
            found = [host for _, host, _ in hosts(options.host, options.hs100_port)]
            self.assertEqual((found, options.local_port), (list(DEVICES), PORT))
        self.assertEqual(options.token_file, "${CREDENTIALS_DIRECTORY}/token")
        self.assertIn(("LoadCredential", "token:/etc/tplink-exec/token"), self.lines(bare))

    def test_it_is_confined(self):
        found = dict(self.lines(UNIT.read_text("ascii")))
        for name, value in (
            ("DynamicUser", "yes"),
            ("NoNewPrivileges", "yes"),
            ("ProtectSystem", "strict"),
            ("PrivateTmp", "yes"),
            ("CapabilityBoundingSet", ""),
        ):
            self.assertEqual(found[name], value)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd here")
    def test_systemd_understands_it(self):
        with tempfile.TemporaryDirectory() as folder:
            program = shutil.copy(SINGLE_FILE, folder)
            text = UNIT.read_text("ascii").replace("/usr/local/bin/tplink-exec", program)
            for name, change in (("a.service", ""), ("b.service", r"(?m)^#(?=[A-Z]\w+=)")):
                path = Path(folder) / name
                path.write_text(re.sub(change, "", text) if change else text)
                result = run(["systemd-analyze", "verify", str(path)])
                self.assertEqual(result[:3], (0, b"", b""))


class Readme(unittest.TestCase):
    def test_the_installation(self):
        text = example("README.md")
        text = text[text.index("# A plug and a bulb") :]
        script = re.findall(r"(?ms)^```sh\n(.*?)^```$", text)[0]
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder)
            shutil.copytree(EXAMPLES, here / "openhab-examples")
            shutil.copytree(ROOT / "scripts", here / "scripts")
            for name in ("items", "things", "system", "bin"):
                (here / name).mkdir()
            for old, new in (
                ("/etc/openhab", folder),
                ("/etc/systemd/system", folder + "/system"),
                ("/usr/local/bin", folder + "/bin"),
            ):
                script = script.replace(old, new)
            script = 'set -e; systemctl() { :; }; sudo() { "$@"; }\n' + script
            result = run(["sh", "-c", script], cwd=folder + "/openhab-examples")
            self.assertEqual(result[:3], (0, b"", b""))
            for name in ("system/tplink-exec-proxy.service", "things/http.things"):
                found = (here / name).read_text("ascii")
                self.assertNotRegex(found, r"192\.168\.1\.[24]\b", name)
                self.assertIn("192.168.1.50", found)
                self.assertIn("192.168.1.51", found)
            things = things_of((here / "things" / "http.things").read_text("ascii"))
            self.assertEqual(len(things), 2)
            self.assertTrue((here / "items" / "http.items").exists())


if __name__ == "__main__":
    unittest.main()
