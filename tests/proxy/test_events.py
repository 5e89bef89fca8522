"""The stream that feeds the page: who is polled when, and what each client is told."""

import contextlib
import json
import socket
import time
from unittest import mock

from tests.parallel import alone
from tests.proxy.serving import PATIENCE_S
from tests.proxy.test_leaving import until
from tests.proxy.test_outlets import Served, by_klap
from tests.support import asked, break_down, in_time, klap_simulated, loop
from tplink_exec.proxy import events, http_stream
from tplink_exec.proxy.worker import Worker

BRISK_S = 0.2
SLOW_S = 60.0
"""Beats: one for tests that count them, and one that never comes within a test."""
SHOWN_S = 0.3
"""After a command, its effect is on all pages."""


class Client:
    """One that listens. `news` is all that has come, as (event, data); `comments` counts those."""

    def __init__(self, port, path, host="127.0.0.1"):
        self.link = socket.create_connection(("127.0.0.1", port), PATIENCE_S, (host, 0))
        self.link.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path.encode())
        self.file = self.link.makefile("rb")
        self.status = self.file.readline()
        self.head = list(iter(self.file.readline, b"\r\n"))
        self.comments = 0
        self.news = []

    def next(self):
        """The next message; a comment is None."""
        lines = list(iter(lambda: self.file.readline().decode(), "\n"))
        if lines == [":\n"]:
            self.comments += 1
            return None
        if lines == ["retry: 2000\n"]:
            return self.next()
        event, data = lines
        assert (event[:7], data[:6]) == ("event: ", "data: "), lines
        self.news.append((event[7:-1], json.loads(data[6:])))
        return self.news[-1]

    def until(self, holds):
        """The first message of which that is true."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            message = self.next()
            if message and holds(*message):
                return message[1]
        raise AssertionError("only %s" % self.news[-5:])

    def first(self, event):
        return self.until(lambda found, _: found == event)

    def state(self, wanted):
        return self.until(lambda event, data: data.get("state") == wanted)

    def close(self):
        self.file.close()
        self.link.close()


class Listening(Served):
    beat_s = BRISK_S

    def setUp(self):
        self.feeds = []
        plain = events.Feed.__init__

        def init(feed, reader):
            self.feeds.append(feed)
            plain(feed, reader)

        for patch in (
            mock.patch.multiple(events, BEAT_S=self.beat_s, LEAST_S=0.01),
            mock.patch.object(events.Feed, "__init__", init),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def listen(self, path="/events", host="127.0.0.1"):
        client = Client(self.port, path, host)
        self.addCleanup(client.close)
        self.assertEqual(client.status, b"HTTP/1.1 200 OK\r\n")
        return client

    def refused(self, path="/events", host="127.0.0.1"):
        """The status of a client who gets no stream."""
        client = Client(self.port, path, host)
        client.close()
        return int(client.status.split()[1])


def count(device, method):
    """How many requests have had that in them, of the last 100."""
    return sum(method in request for request in asked(device))


def polls(device):
    return count(device, b"get_sysinfo")


class OneBeatForAll(Listening):
    @mock.patch.object(http_stream, "STREAMS", 2)
    def test_several_clients_cost_one_poll_a_beat(self):
        plug, other = self.simulate("HS100", "HS110")
        clients = [self.listen() for _ in range(6)]
        clients += [self.listen("/d0/events") for _ in range(4)]
        for client in clients:
            client.first("answered")
        before = polls(plug)
        first = clients[0]
        beats = 0
        while beats < 6:
            beats += first.first("answered")["device"] == "d0"
        self.assertLessEqual(abs(polls(plug) - before - beats), 2)
        self.assertGreater(polls(other), beats)

    def test_nobody_listens_nobody_asks(self):
        (plug,) = self.simulate("HS100")
        self.assertEqual(self.ask("HEAD", "/events")[0], 200)
        time.sleep(2 * BRISK_S)
        self.assertEqual(polls(plug), 0)
        clients = [self.listen() for _ in range(3)]
        for client in clients:
            client.first("answered")
            client.close()
        self.settled(plug)
        self.assertEqual(self.listen().next()[0], "device")  # and begins anew

    def settled(self, plug):
        """It is not asked any more."""
        end = time.monotonic() + PATIENCE_S
        before = -1
        while before != polls(plug):
            self.assertLess(time.monotonic(), end)
            before = polls(plug)
            time.sleep(5 * BRISK_S)

    def test_page_and_program_share_a_poll(self):
        """Who asks for device.json while a poll is in line gets that."""
        reads = []
        plain = Worker.ask

        async def ask(worker, work, read=""):
            reads.append(read)
            return await plain(worker, work, read)

        self.simulate("HS100")
        with mock.patch.object(Worker, "ask", ask):
            self.listen().first("answered")
            self.get("/d0/device.json")
        self.assertEqual(set(reads), {"/device.json"})

    def test_a_client_who_has_left_is_noticed_before_the_next_beat(self):
        with mock.patch.object(events, "BEAT_S", SLOW_S):
            self.simulate("HS100")
            client = self.listen()
            client.first("device")
            (feed,) = self.feeds
            self.assertTrue(feed.listeners)
            client.close()
            until(self, lambda: not feed.listeners and not feed.task)


class Messages(Listening):
    def test_whole_first_then_what_has_changed(self):
        plug, lamp = self.simulate("HS110", "LB130")
        client = self.listen("/d0/events")
        whole = client.next()
        self.assertEqual(whole[0], "device")
        client.first("answered")
        plug.device.relay_state = 1
        found = client.state("ON")
        self.assertEqual((found["device"], found["power"]), ("d0", 61.753))
        told = json.loads(self.get("/d0/device.json"))
        self.assertEqual({**found, "at": 0}, {"device": "d0", **told, "at": 0})
        self.assertRegex(found["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        tick = client.first("answered")
        self.assertEqual(list(tick), ["device", "at"])
        self.assertEqual({data["device"] for _, data in client.news}, {"d0"})

    def test_who_comes_later_gets_all_at_once(self):
        with mock.patch.object(events, "BEAT_S", SLOW_S):
            (plug,) = self.simulate("HS100")
            self.listen().first("device")
            before = polls(plug)
            self.assertEqual(self.listen().next()[0], "device")
            self.assertEqual(polls(plug), before)

    def test_the_header(self):
        self.simulate("HS100")
        head = self.listen().head
        for line in (
            b"Content-Type: text/event-stream\r\n",
            b"Cache-Control: no-store\r\n",
            b"X-Accel-Buffering: no\r\n",
            b"Connection: close\r\n",
        ):
            self.assertIn(line, head)
        self.assertNotIn(b"Content-Length", b"".join(head))

    def test_hostile_words_stay_in_their_line(self):
        (plug,) = self.simulate("HS100")
        plug.device.alias = "a\r\n\r\nevent: trouble\ndata: \u2028</script>"
        client = self.listen()
        self.assertEqual(client.next()[1]["alias"], plug.device.alias)
        self.assertEqual(client.first("answered")["device"], "d0")

    def test_only_these_paths(self):
        self.simulate("HS300")
        for path in ("/d0/2/events", "/nobody/events", "/events/", "/d0/events/"):
            self.assertEqual(self.refused(path), 404, path)
        for path in ("/events", "/d0/events"):
            for method in ("PUT", "POST", "DELETE"):
                status, _ = self.ask(method, path, "x")
                self.assertEqual((status, self.allowed), (405, "GET, HEAD"))


class Failing(Listening):
    def test_others_go_on(self):
        bad, good = self.simulate("HS100", "HS100")
        client = self.listen()
        client.until(lambda event, data: data["device"] == "d0")
        break_down(bad, "garbage")
        trouble = client.first("trouble")
        self.assertEqual(list(trouble), ["device", "trouble"])
        self.assertEqual(trouble["device"], "d0")
        self.assertEqual(trouble["trouble"], self.ask("GET", "/d0/device.json")[1].strip())
        late = self.listen()
        self.assertEqual(late.first("trouble"), trouble)
        for _ in range(4):
            self.assertEqual(client.first("answered")["device"], "d1")
        self.assertEqual([event for event, _ in client.news].count("trouble"), 1)
        break_down(bad, "")
        found = client.until(lambda event, data: event == "device" and data["device"] == "d0")
        self.assertEqual(found["state"], "OFF")

    def test_a_silent_device_leaves_a_heartbeat(self):
        (silent,) = self.simulate("HS100")
        silent.fault = "silent"
        client = self.listen()
        for _ in range(4):
            self.assertIsNone(client.next())

    def test_a_fault_of_ours_is_told_and_polled_again(self):
        self.simulate("HS100")
        with mock.patch("tplink_exec.proxy.summary.measured", side_effect=KeyError("x")):
            client = self.listen()
            self.assertIn("report it: KeyError", client.first("trouble")["trouble"])
        client.first("device")


class Sums(Listening):
    def test_they_are_asked_once_a_minute(self):
        plug, strip = self.simulate("HS110", "HS300")
        client = self.listen()
        found = {}
        while len(found) < 2:
            data = client.until(lambda event, data: data.get("today") is not None)
            found[data["device"]] = data["today"], data["month"]
        self.assertEqual(found, {"d0": (0.0, 0.0), "d1": (0.0, 0.0)})
        for _ in range(6):
            client.first("answered")
        self.get("/d0/device.json")
        for device, meters in ((plug, 1), (strip, 6)):
            self.assertEqual(count(device, b"daystat"), meters)

    def test_without_a_meter_nothing_of_the_kind_is_asked_again(self):
        plug, dimmer = self.simulate("HS100", "HS220")
        self.get("/d0/device.json")
        self.get("/d1/device.json")
        client = self.listen()
        for _ in range(6):
            client.first("answered")
        for device in (plug, dimmer):
            self.assertEqual(count(device, b"emeter"), 0)
            self.assertEqual({json.dumps(data.get("today")) for _, data in client.news}, {"null"})

    def test_what_refuses_to_be_a_meter_is_asked_again_after_a_minute(self):
        """An L530 does not tell that it has none; an old one that is white, nor of its color."""
        lamp = self.enter(klap_simulated("L530v1"))
        self.addCleanup(setattr, Worker, "perform", Worker.perform)
        Worker.perform = by_klap(Worker.perform)
        self.serve(("d0", lamp.host, lamp.http_port))
        client = self.listen()
        client.first("device")
        for method in (b"get_current_power", b"component_nego"):
            self.assertTrue(any(method in request for request in lamp.requests), method)
        lamp.requests.clear()
        for _ in range(6):
            client.first("answered")
        said = b"".join(lamp.requests)
        self.assertNotIn(b"get_current_power", said)
        self.assertNotIn(b"component_nego", said)
        (feed,) = self.feeds
        feed.reader.kept[""].until = 0.0
        self.get("/d0/device.json")
        self.assertIn(b"get_current_power", b"".join(lamp.requests))

    def test_what_the_meter_does_not_tell_is_nothing(self):
        """And the state is told all the same."""
        (plug,) = self.simulate("HS110")
        with mock.patch.dict(plug.device.methods["emeter"]):
            plug.device.methods["emeter"]["get_daystat"] = lambda _: {"day_list": 7, "err_code": 0}
            found = json.loads(self.get("/d0/device.json"))
        wanted = {"state": "OFF", "power": 0.0, "today": None, "month": None}
        self.assertEqual({name: found[name] for name in wanted}, wanted)


class Clients(Listening):
    def test_one_that_has_shut_one_end_is_served_on(self):
        self.simulate("HS100")
        client = self.listen()
        client.first("device")
        client.link.shutdown(socket.SHUT_WR)
        for _ in range(4):
            client.first("answered")

    def test_what_it_sends_is_thrown_away(self):
        (plug,) = self.simulate("HS100")
        client = self.listen()
        put = b"PUT /d0/state HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\nON"
        client.link.sendall(put * 2000)
        for _ in range(4):
            client.first("answered")
        self.assertEqual(plug.device.relay_state, 0)
        client.close()
        until(self, lambda: not self.feeds[0].listeners)  # it is heard to leave all the same

    def test_as_many_as_there_may_be(self):
        """50 connections, so six streams, four of them of one address."""
        self.simulate("HS100")
        self.assertEqual(50 // http_stream.STREAMS, 6)
        clients = [self.listen() for _ in range(4)]
        self.assertEqual(self.refused(), 503)
        others = [self.listen(host="127.0.0.2") for _ in range(2)]
        self.assertEqual(self.refused(host="127.0.0.3"), 503)
        for client in (*clients, *others):
            client.first("answered")
        self.assertEqual(self.get("/d0/state"), "OFF")
        clients[0].close()
        until(self, lambda: self.refused() == 200)
        clients[1].first("answered")

    @mock.patch.object(http_stream, "DEAD_S", 3.0)
    def test_one_that_does_not_acknowledge_is_given_up_by_the_kernel(self):
        if not hasattr(socket, "TCP_USER_TIMEOUT"):
            self.skipTest("this system has none")
        links = []
        plain = http_stream.Stream.send

        async def send(stream, head):
            links.append(stream.transport.get_extra_info("socket"))
            await plain(stream, head)

        self.simulate("HS100")
        with mock.patch.object(http_stream.Stream, "send", send):
            self.listen().first("device")
            option = links[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        self.assertEqual(option, 3000)


@alone
class Commands(Listening):
    beat_s = SLOW_S

    def test_all_pages_see_their_effect_at_once(self):
        self.simulate("HS100", "LB130", "HS300")
        clients = [self.listen(), self.listen(), self.listen("/d0/events")]
        for client in clients:
            for _ in range(3 if client is not clients[2] else 1):
                client.first("device")
        states = iter(["ON", "OFF"] * 20)

        def act():
            state = next(states)
            self.assertEqual(self.ask("PUT", "/d0/state", state), (200, ""))
            for client in clients:
                self.assertEqual(client.state(state)["device"], "d0")

        in_time(self, SHOWN_S, act)
        for path, body, what, wanted in (
            ("/d1/color", "120,70,45", "color", [120, 70]),
            ("/d1/brightness", "30", "brightness", 30),
            ("/d1/temperature", "4000", "temperature", 4000),
            ("/d2/3/state", "ON", "state", "ON"),
            ("/d0/command", '{"system":{"set_relay_state":{"state":0}}}', "state", "OFF"),
        ):
            method = "POST" if path.endswith("command") else "PUT"
            self.assertEqual(self.ask(method, path, body)[0], 200)
            clients[0].until(lambda _, data, it=(what, wanted): data.get(it[0]) == it[1])

    def test_one_that_fails_is_followed_by_a_poll_too(self):
        (plug,) = self.simulate("HS100")
        client = self.listen()
        client.first("device")
        plug.device.relay_state = 1
        self.assertEqual(self.ask("PUT", "/d0/color", "1,2,3")[0], 422)
        client.state("ON")


class Unread(Listening):
    def test_a_client_that_does_not_read_is_dropped_and_others_are_not(self):
        """It is sent as much as the buffers take, and not what it has missed."""
        with mock.patch("tplink_exec.proxy.http_server.WRITE_S", 0.7):
            (plug,) = self.simulate("HS300")
            reader = self.listen()
            lazy = self.listen()
            lazy.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            (feed,) = self.feeds
            reader.first("device")
            self.assertEqual(len(feed.listeners), 2)
            end = time.monotonic() + PATIENCE_S
            while len(feed.listeners) > 1:
                self.assertLess(time.monotonic(), end)
                loop().loop.call_soon_threadsafe(feed.tell, True)
                reader.first("device")
        reader.first("answered")
        received = b""
        with contextlib.suppress(OSError):
            while len(received) < 1 << 22:
                data = lazy.link.recv(65536)
                if not data:
                    break
                received += data
        self.assertLess(len(received), 1 << 20)
