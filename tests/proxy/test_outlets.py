"""The proxy's paths of outlets, its JSON for the page, and what curl and wget get.

The proxy is served in the tests' process, by the loop that has the simulated devices.
"""

import asyncio
import functools
import http.client
import json
import socket
import unittest
from urllib.parse import quote

from tests.support import (
    aes_simulated,
    assert_failure,
    call,
    klap_simulated,
    loop,
    sets,
    simulated,
    tpap_simulated,
)
from tplink_exec.proxy.datagrams import LoopQuestions
from tplink_exec.proxy.guard import Guard
from tplink_exec.proxy.http_server import HttpServer
from tplink_exec.proxy.proxy import PATHS, READS, SETS, Proxy
from tplink_exec.proxy.summary import MAX_KEPT
from tplink_exec.proxy.worker import Worker
from tplink_exec.simulator.models import MODELS
from tplink_exec.simulator.simulate import TRANSPORTS
from tplink_exec.simulator.smart_models import SMART_MODELS


class Served(unittest.TestCase):
    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def serve(self, *places):
        """A proxy for (name, host, port), on `self.port`."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self.port = listener.getsockname()[1]
        devices = [Worker(*place, None, LoopQuestions()) for place in places]
        proxy = Proxy(devices, Guard(b"", []))
        self.readers = [feed.reader for feed in proxy.feeds.values()]
        server = HttpServer(proxy.handle, 50, lambda text: None)
        task = asyncio.run_coroutine_threadsafe(server.serve(listener), loop().loop)
        self.addCleanup(task.cancel)

    def simulate(self, *models):
        """Devices of these models, by XOR, called d0, d1 and so on by the proxy."""
        devices = [self.enter(simulated(model)) for model in models]
        self.serve(*(("d%d" % n, it.host, it.port) for n, it in enumerate(devices)))
        return devices

    def ask(self, method, path, body=None, agent=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {"User-Agent": agent} if agent else {})
            response = connection.getresponse()
            self.allowed = response.getheader("Allow")
            if response.getheader("Content-Type") == "text/event-stream":
                return response.status, ""  # it has no end
            return response.status, response.read().decode()
        finally:
            connection.close()

    def get(self, path):
        status, text = self.ask("GET", path)
        self.assertEqual(status, 200, text)
        return text


class Outlets(Served):
    def test_number_alias_and_id(self):
        (strip,) = self.simulate("HS300")
        outlets = strip.device.outlets
        outlets[1].alias = "Küche/Öfen #2?"
        short = outlets[1].id[-2:]
        for name in ("2", "Küche/Öfen #2?", "küche/öfen #2?", outlets[1].id, short):
            path = "/d0/%s/state" % quote(name, "")
            for method in ("PUT", "POST"):
                for word, state in (("ON", 1), ("off", 0), ("TOGGLE", 1), ("0", 0), ("40.5", 1)):
                    self.assertEqual(self.ask(method, path, word), (200, ""))
                    states = [outlet.state for outlet in outlets]
                    self.assertEqual(states, [0, state, 0, 0, 0, 0])
                    self.assertEqual(self.get(path), "ON" if state else "OFF")

    def test_what_is_read_and_set(self):
        (strip,) = self.simulate("HS300")
        strip.device.outlets[1].state = 1
        for what, printed in (
            ("state", "ON"),
            ("power", "20.500"),
            ("voltage", "230.837"),
            ("current", "0.089"),
            ("brightness", "100"),
        ):
            self.assertEqual(self.get("/d0/2/" + what), printed)
        for what in ("total", "today", "month"):
            self.assertRegex(self.get("/d0/2/" + what), r"^\d+\.\d{3,6}$")
        self.assertEqual(self.get("/d0/1/power"), "0.000")
        self.assertEqual(self.ask("PUT", "/d0/3/brightness", "7"), (200, ""))
        self.assertEqual([outlet.state for outlet in strip.device.outlets], [0, 1, 1, 0, 0, 0])
        self.assertEqual(self.get("/d0/power"), "51.250")
        for method, what, body in (("GET", "color", None), ("PUT", "temperature", "2700")):
            self.assertEqual(self.ask(method, "/d0/2/" + what, body)[0], 422)
        for body in ("NULL", "", "fly", "101"):
            self.assertEqual(self.ask("PUT", "/d0/2/state", body)[0], 400)

    def test_unknown_outlets(self):
        strip, _, _ = self.simulate("KP303", "HS110", "LB130")
        for what in ("state", "power", "device.json", ""):
            status, text = self.ask("GET", "/d0/9/" + what)
            self.assertEqual((status, text.count("\n")), (404, 1))
            self.assertIn(
                "no outlet 9; the outlets are 1 Plug 1 (id %s" % strip.device.device_id, text
            )
        self.assertEqual(self.ask("PUT", "/d0/lamp/state", "ON")[0], 404)
        strip.device.outlets[0].alias = "3"
        status, text = self.ask("PUT", "/d0/3/state", "ON")
        self.assertEqual(status, 404)
        self.assertIn("2 outlets are called 3; the outlets are 1 3 (id", text)
        self.assertEqual(sets(strip), [])
        for name in ("d1", "d2"):
            for method, what in (("GET", "state"), ("GET", ""), ("PUT", "state")):
                status, text = self.ask(method, "/%s/2/%s" % (name, what), "ON")
                self.assertEqual(status, 404)
                self.assertIn("without outlets", text)

    def test_a_smart_device_has_none(self):
        plug = self.enter(klap_simulated("KP125M"))
        self.serve(("plug", plug.host, plug.http_port))
        self.addCleanup(setattr, Worker, "perform", Worker.perform)
        Worker.perform = by_klap(Worker.perform)
        self.assertEqual(self.ask("GET", "/plug/2/state")[0], 404)
        self.assertEqual(self.get("/plug/state"), "OFF")

    def test_text(self):
        (strip,) = self.simulate("HS107")
        strip.device.outlets[1].alias = "Fan \x1b[2J"
        name = quote("Fan \x1b[2J", "")
        for path in ("/d0/2/", "/d0/%s/" % name):
            text = self.get(path)
            self.assertTrue(text.startswith("DEVICE d0 "), text)
            self.assertIn("    alias           : Fan \\x1b[2J\n", text)
            self.assertNotIn("\x1b", text)
            self.assertIn("curl http://127.0.0.1:%d%sstate\n" % (self.port, path), text)
            self.assertIn(
                "curl -X PUT -d ON http://127.0.0.1:%d%sstate\n" % (self.port, path), text
            )

    def test_the_command_is_the_whole_s(self):
        (strip,) = self.simulate("HS107")
        self.assertEqual(self.ask("POST", "/d0/2/command", "{}")[0], 404)
        self.assertEqual(strip.connections, 0)

    def test_hosts_with_an_outlet_name_the_path(self):
        for word, path in (
            ("192.0.2.1#2", "/192.0.2.1/2/state"),
            ("192.0.2.1:9998#Küche/Öfen", "/192.0.2.1%3A9998/K%C3%BCche%2F%C3%96fen/state"),
        ):
            result = call("proxy", "-l", "0", word)
            assert_failure(self, result, 1)
            self.assertIn(path.encode(), result.err)


def by_klap(perform):
    """Worker.perform for a device whose port 9999 is closed and whose HTTP port is `port`."""
    from tplink_exec.transport.direct import direct

    def performed(worker, job):
        options = {"--transport": "http", "--http-port": worker.port}
        worker.link = worker.link or direct(worker.host, 9999, job.deadline, options)
        return perform(worker, job)

    return performed


class Paths(Served):
    def test_the_table_is_what_there_is(self):
        strip, _ = self.simulate("HS300", "HS100")
        lonely = Outlets("simulate")
        self.addCleanup(lonely.doCleanups)
        lonely.simulate("HS300")
        for path, methods in PATHS.items():
            user = lonely if path == "/command" else self
            real = path.replace("DEVICE", "d0").replace("CHILD", "2")
            for method in ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"):
                status, _ = user.ask(method, real, "x" if method[0] == "P" else None)
                if method in methods:
                    self.assertIn(status, (200, 400, 415, 422), (method, path))
                else:
                    self.assertEqual((status, user.allowed), (405, ", ".join(methods)))
        self.assertEqual(set(SETS) - set(READS), {"rgb"})
        for what in READS:
            for path in ("/DEVICE/" + what, "/DEVICE/CHILD/" + what):
                self.assertEqual("PUT" in PATHS[path], what in SETS)
                self.assertIn("GET", PATHS[path])

    def test_others_are_not_there(self):
        strip, _ = self.simulate("HS300", "HS100")
        for path in (
            "/d0/2",
            "/d0/2/x",
            "/d0/2/state/",
            "/d0/2/state/x",
            "/d0/2/2/state",
            "/d0//state",
            "/d0//",
            "/d0/CHILD%2Fstate",
            "/d0/CHILD%2F",
            "/d0/2/%2Fstate",
            "/DEVICE/",
            "/DEVICE%2F",
            "/DEVICE%2Fstate",
            "/DEVICE/CHILD/state",
            "/command",
        ):
            status, text = self.ask("GET", path)
            self.assertEqual((status, text.count("\n")), (404, 1), path)
        self.assertEqual(strip.connections, 0)


class NewLines(Served):
    def test_curl_and_wget_get_one(self):
        self.simulate("HS110", "LB130", "HS300")
        paths = ["/d0/" + what for what in "state power voltage current total today month".split()]
        paths += ["/d1/" + what for what in "state brightness color temperature".split()]
        paths += ["/d2/2/state", "/d2/2/power"]
        for path in paths:
            for agent, end in (
                (None, ""),
                ("Jetty/9.4", ""),
                ("Mozilla/5.0 curl/8", ""),
                ("curl/7.88.1", "\n"),
                ("Wget/1.21.3", "\n"),
                ("Wget", "\n"),  # BusyBox
            ):
                status, text = self.ask("GET", path, agent=agent)
                self.assertEqual(status, 200)
                self.assertEqual(text[-1:] == "\n", bool(end), (path, agent))
                self.assertEqual(text.count("\n"), len(end))


FIELDS = ["kind", "state", "power", "brightness", "alias", "model", "children", "color"]
FIELDS += ["temperature", "temperature_range", "effect", "able", "fan", "at", "today", "month"]
SIMULATED = {
    "xor": simulated,
    "klap1": functools.partial(klap_simulated, version=1),
    "klap2": klap_simulated,
    "aes": aes_simulated,
    "tpap": tpap_simulated,
}


COLORED = {"LB130", "KL430", "L530", "L530v1", "L920"}
ABLE = {
    **dict.fromkeys(COLORED, ["brightness", "color", "temperature"]),
    **dict.fromkeys(("HS220", "LB100"), ["brightness"]),
    "L920": ["brightness", "color"],
    "KS240": ["brightness", "fan"],
}


class ForThePage(Served):
    def test_every_model_by_every_transport(self):
        dimmable = {"HS220", "LB100", "LB130", "KL430", "L530", "L530v1", "L920", "KS240"}
        metered = {"HS110", "HS110v4", "HS300", "LB100", "LB130", "KL430", "KP125M", "P316M"}
        self.addCleanup(setattr, Worker, "perform", Worker.perform)
        plain = Worker.perform
        for transport, row in TRANSPORTS.items():
            Worker.perform = plain if transport == "xor" else by_klap(plain)
            for model in set(row.models) - {"H100"}:  # it has no state
                with self.subTest(transport=transport, model=model):
                    device = SIMULATED[transport](model)
                    with device as it:
                        it.device.relay_state = 1
                        self.serve(("it", it.host, getattr(it, "http_port", it.port)))
                        found = json.loads(self.get("/it/device.json"))
                    self.assertEqual(list(found), FIELDS)
                    self.assertEqual((found["state"], found["alias"]), ("ON", model + " 1"))
                    self.assertTrue(found["model"].startswith(model[:4]))
                    self.assertEqual(found["power"] is not None, model in metered)
                    self.assertEqual(found["brightness"] is not None, model in dimmable)
                    for what in ("today", "month"):
                        self.assertEqual(found[what] is not None, model in metered)
                    self.assertEqual(found["able"], ABLE.get(model, []))
                    for what, there in (("color", model in COLORED), ("fan", model == "KS240")):
                        self.assertEqual(found[what] is not None, there)
                    parts = getattr(it.device, "outlets", None) or getattr(it.device, "parts", ())
                    strip = len(parts)
                    self.assertEqual(len(found["children"] or ()), strip)
                    self.assertEqual(found["children"] is None, not strip)
                    for child in found["children"] or ():
                        self.assertEqual(child["power"] is not None, model in metered)
                    self.assertEqual(found["kind"], kind_of(model))
        self.assertLessEqual({*MODELS, *SMART_MODELS}, TRANSPORTS["klap2"].models.keys())

    def test_the_brightness_of_an_effect(self):
        (strip,) = self.simulate("KL430")
        self.assertEqual(self.ask("PUT", "/d0/effect", "Aurora"), (200, ""))
        self.assertEqual(self.ask("PUT", "/d0/brightness", "30"), (200, ""))
        self.assertEqual(self.get("/d0/effect"), "Aurora")
        self.assertEqual(json.loads(self.get("/d0/device.json"))["brightness"], 30)
        self.assertNotEqual(strip.device.light["brightness"], 30)

    def test_what_a_light_shows(self):
        """A color, a white or an effect."""
        self.simulate("LB130", "KL430")
        for name, path, body, color, temperature, effect in (
            ("d0", "state", "ON", [0, 0], 2700, None),
            ("d0", "color", "120,70,45", [120, 70], None, None),
            ("d0", "temperature", "6500", [0, 0], 6500, None),
            ("d1", "color", "240,100,50", [240, 100], None, None),
            ("d1", "effect", "Aurora", None, None, "Aurora"),
        ):
            self.assertEqual(self.ask("PUT", "/%s/%s" % (name, path), body), (200, ""))
            found = json.loads(self.get("/%s/device.json" % name))
            shown = found["color"], found["temperature"], found["effect"]
            self.assertEqual(shown, (color, temperature, effect))
            self.assertEqual(found["temperature_range"], [2500, 9000])

    def test_the_power_of_outlets(self):
        (strip,) = self.simulate("HS300")
        for outlet in strip.device.outlets[1:3]:
            outlet.state = 1
        found = json.loads(self.get("/d0/device.json"))
        powers = [child["power"] for child in found["children"]]
        self.assertEqual((found["power"], powers), (51.25, [0.0, 20.5, 30.75, 0.0, 0.0, 0.0]))
        self.assertEqual(json.loads(self.get("/d0/3/device.json"))["power"], 30.75)

    def test_outlets_nobody_has_are_not_remembered(self):
        (strip,) = self.simulate("HS107")
        for number in range(100):
            self.assertEqual(self.ask("GET", "/d0/x%d/device.json" % number)[0], 404)
            strip.device.outlets[0].alias = "y%d" % number
            self.get("/d0/Y%d/device.json" % number)
        (reader,) = self.readers
        self.assertLessEqual(len(reader.kept), MAX_KEPT)

    def test_brightness_and_outlets(self):
        bulb, strip = self.simulate("LB130", "HS107")
        for word, brightness in (("30", 30), ("OFF", 0), ("ON", 30)):
            self.assertEqual(self.ask("PUT", "/d0/state", word)[0], 200)
            self.assertEqual(json.loads(self.get("/d0/device.json"))["brightness"], brightness)
        strip.device.outlets[0].alias = "2"
        found = json.loads(self.get("/d1/device.json"))["children"]
        wanted = [("2", "OFF"), ("Plug 2", "OFF")]
        self.assertEqual([(child["alias"], child["state"]) for child in found], wanted)
        for child, outlet in zip(found, strip.device.outlets):
            path = "/d1/%s/" % quote(child["id"], "")
            self.assertEqual(self.ask("PUT", path + "state", "ON"), (200, ""))
            self.assertEqual(outlet.state, 1)
            told = json.loads(self.get(path + "device.json"))
            wanted = {**dict.fromkeys(FIELDS), "kind": "outlet", "state": "ON", "able": []}
            wanted.update(alias=child["alias"], model="HS107(US)", at=told["at"])
            self.assertEqual(told, wanted)

    def test_outlets_of_smart_strips(self):
        self.addCleanup(setattr, Worker, "perform", Worker.perform)
        Worker.perform = by_klap(Worker.perform)
        six, fan = (self.enter(klap_simulated(model)) for model in ("P316M", "KS240"))
        self.serve(*((name, it.host, it.http_port) for name, it in (("six", six), ("fan", fan))))
        for child, part in zip(
            json.loads(self.get("/six/device.json"))["children"], six.device.parts
        ):
            path = "/six/%s/" % child["id"]
            self.assertEqual(self.ask("PUT", path + "state", "ON"), (200, ""))
            self.assertEqual((self.get(path + "state"), part.relay_state), ("ON", 1))
            power = "%.3f" % part.power_w()
            self.assertEqual(self.get(path + "power"), power)
        self.assertEqual(self.get("/six/power"), "215.250")
        self.assertEqual(self.ask("GET", "/six/7/state")[0], 404)
        self.assertEqual(self.ask("PUT", "/fan/1/state", "30"), (200, ""))
        self.assertEqual([self.get("/fan/%s/brightness" % n) for n in "12"], ["30", "0"])
        self.assertEqual(self.ask("PUT", "/fan/fan", "3"), (200, ""))
        self.assertEqual([self.get("/fan/%sfan" % at) for at in ("", "2/")], ["3", "3"])
        self.assertEqual(self.ask("GET", "/fan/1/fan")[0], 422)
        self.assertEqual(self.ask("PUT", "/fan/2/fan", "0"), (200, ""))
        told = json.loads(self.get("/fan/2/device.json"))
        self.assertEqual((told["kind"], told["state"], told["brightness"]), ("outlet", "OFF", None))


def kind_of(model):
    if model in ("LB100", "LB130", "KL430", "L530", "L530v1", "L920"):
        return "bulb"
    strips = dict.fromkeys(("HS107", "KP303", "HS300", "P300", "P316M", "KS240"), "strip")
    return {"HS220": "dimmer", **strips}.get(model, "plug")


if __name__ == "__main__":
    unittest.main()
