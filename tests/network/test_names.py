"""Devices by name: at their address, moved, gone, and strangers, who are never switched.

Every file here has targets, on loopback: without, a search would broadcast.
"""

import contextlib
import json
import os
import socket
import time
import unittest
from unittest import mock

from tests.house import (
    PORT,
    RESULT,
    WIRE,
    Folder,
    Namespace,
    aes_placed,
    klap,
    klap_placed,
    liar,
    network,
    placed,
    slack_s,
    without_dns,
    xor,
)
from tests.parallel import alone, early
from tests.support import (
    FORMS,
    HANG_S,
    assert_failure,
    call,
    in_time,
    run,
    sets,
    simulated,
)
from tplink_exec.address import is_address
from tplink_exec.devices import identity
from tplink_exec.errors import Unreachable
from tplink_exec.messages import GET_SYSINFO, SET_RELAY_STATE
from tplink_exec.network import elsewhere
from tplink_exec.network.reach import reach
from tplink_exec.simulator.models import device
from tplink_exec.transport import wake

MAC = "50:C7:BF:00:00:01"
ON = SET_RELAY_STATE % 1


def entry(host, number=1, alias="Lamp", **more):
    """What is remembered of the `number`th simulated device."""
    plug = device("HS100", number)
    found = {"alias": alias, "model": "HS100(UK)", "mac": plug.mac, "device_id": plug.device_id}
    return {**found, "host": host, "port": PORT, "transport": "xor", **more}


class House(Folder):
    def setUp(self):
        super().setUp()
        self.here = network()

    def host(self, number):
        return "%s.%d" % (self.here, number)

    def remember(self, *devices, targets=None):
        targets = [self.here + ".0/28"] if targets is None else targets
        with open(self.path, "w") as file:
            json.dump({"devices": devices, "targets": targets}, file)

    def remembered(self):
        with open(self.path) as file:
            return [
                (row["host"], row["port"], row["transport"]) for row in json.load(file)["devices"]
            ]


class Called(House):
    """As a user calls them."""

    def call(self, name, *words):
        """With less time than usual, so that a search begins sooner."""
        if "--timeout" not in words:
            words = (*words, "--timeout", "3")
        return call(name, "9999", *words, environment=self.environment)

    def process(self, name, *words, form="file", environment=None):
        argv = [*FORMS[form], name, "9999", *words]
        return run(argv, env=environment or self.environment)

    def works(self, name, *words, printed=b""):
        self.has_worked(self.call(name, *words), printed)

    def has_worked(self, result, printed=b""):
        self.assertEqual((result.code, result.out, result.err), (0, printed, b""))


@early
class Calls(Called, unittest.TestCase):
    def test_in_both_forms(self):
        for form in FORMS:
            self.remember(entry(self.host(1)), entry(self.host(2), 2, "Kettle"))
            with placed(self.host(2), number=1) as plug:
                result = self.process("LAMP", "on", "--print-state", form=form)
                self.has_worked(result, b"ON\n")
                self.has_worked(self.process(MAC, "check", form=form), b"ON\n")
                self.assertEqual(plug.connections, 2)
            self.assertEqual(self.remembered()[0], (self.host(2), PORT, "xor"))

    def test_names_of_a_device(self):
        self.remember(entry(self.host(1), alias="Лампа im Flur"))
        with placed(self.host(1), number=1) as plug:
            for name in ("Лампа im Flur", "лампа IM FLUR", MAC, MAC.lower(), "50-C7-BF-00-00-01"):
                plug.device.relay_state = 0
                self.works(name, "on", "--print-state", printed=b"ON\n")
            self.works("50c7bf000001", "check", printed=b"ON\n")
            self.works("50c7bf000001", "toggle", "--print-state", printed=b"OFF\n")

    def test_from_discover_to_a_call(self):
        with placed(self.host(1), number=1, alias="Lamp", port=19998) as plug:
            words = ["--target", self.host(1), "--port", "19998", "--save"]
            found = call("discover", *words, environment=self.environment)
            self.assertEqual(found.code, 0, found.err)
            self.works("lamp", "on")  # on the remembered port
            self.assertEqual(plug.device.relay_state, 1)

    def test_check_is_one_exchange_and_on_one_connection(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=1) as plug:
            self.works("lamp", "check", printed=b"OFF\n")
            self.assertEqual(list(plug.requests), [GET_SYSINFO])
            self.works("lamp", "on")
            self.assertEqual(list(plug.requests)[1:], [GET_SYSINFO, ON])
            self.assertEqual(plug.connections, 2)

    def test_without_an_environment(self):
        folder = os.path.join(self.folder, ".config", "tplink-exec")
        os.makedirs(folder)
        self.path = os.path.join(folder, "devices.json")
        self.remember(entry(self.host(1), alias="Лампа"))
        with placed(self.host(1), number=1):
            result = self.process("лампа", "check", environment={"HOME": self.folder})
            self.has_worked(result, b"OFF\n")

    def test_unknown_names(self):
        self.remember(entry(self.host(1)))
        for name in ("nosuch.invalid", "50:C7:BF:00:00:99", "50-c7-bf-00-00-99"):
            with without_dns():
                result = self.call(name, "on")
            assert_failure(self, result, 3, start=b"tplink-exec: %s:9999: " % name.encode())

    def test_an_ambiguous_alias_is_listed_and_the_mac_works(self):
        self.remember(entry(self.host(1)), entry(self.host(2), 2, "LAMP"))
        with placed(self.host(1), number=1) as one, placed(self.host(2), number=2) as two:
            result = self.call("lamp", "on")
            assert_failure(self, result, 1)
            for text in (MAC, self.host(1), "50:C7:BF:00:00:02", self.host(2)):
                self.assertIn(text.encode(), result.err)
            self.assertEqual((one.connections, two.connections), (0, 0))
            self.works(MAC, "on")
            self.assertEqual((one.device.relay_state, two.device.relay_state), (1, 0))

    def test_a_dns_name_still_works_and_a_remembered_one_goes_first(self):
        with simulated() as plug:
            words = ["localhost", str(plug.port), "check"]
            self.has_worked(call(*words, environment=self.environment), b"OFF\n")
            self.remember(entry(self.host(1), alias="localhost"))
            with placed(self.host(1), number=1) as other:
                self.has_worked(call(*words, environment=self.environment), b"OFF\n")
                self.assertEqual((plug.connections, other.connections), (1, 1))

    def test_an_address_never_reads_the_file(self):
        with open(self.path, "w") as file:
            file.write("{")
        with simulated() as plug, simulated(address="::1") as six:
            for it in (plug, six):
                for words in (["check"], ["check", "--timeout", "4"], ["on", "--print-state"]):
                    place = [it.host, str(it.port)]
                    result = call(*place, *words, environment=self.environment)
                    self.assertEqual(result.code, 0)
        assert_failure(self, self.call("lamp", "check"), 2)

    def test_moved(self):
        """Found at a remembered address, and in a target that is not; the first time only."""
        for place in (2, 9):
            self.remember(entry(self.host(1)), entry(self.host(2), 2, "Kettle"))
            with placed(self.host(place), number=1) as plug:
                plug.device.alias = "renamed"
                self.works("lamp", "on", "--print-state", printed=b"ON\n")
                self.assertEqual(self.remembered()[0], (self.host(place), PORT, "xor"))
                self.assertEqual(self.remembered()[1], (self.host(2), PORT, "xor"))
                self.works("lamp", "off")
                self.assertEqual(plug.device.relay_state, 0)

    def test_a_stranger_at_its_address_is_not_switched(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=2, alias="Lamp") as stranger:
            with placed(self.host(5), number=1) as plug:
                for words in (["on"], ["toggle"], ["json", '{"system":{"reboot":{}}}']):
                    plug.device.relay_state = 0
                    self.remember(entry(self.host(1)))
                    self.call("lamp", *words)
                    self.assertEqual(set(stranger.requests), {GET_SYSINFO})
                    self.assertGreater(len(plug.requests), 0)
            result = self.call("lamp", "on", "--timeout", "1")
            assert_failure(self, result, 3, 1)
            self.assertEqual(set(stranger.requests), {GET_SYSINFO})
            self.assertEqual(stranger.device.relay_state, 0)

    def test_two_have_changed_places(self):
        self.remember(entry(self.host(1)), entry(self.host(2), 2, "Kettle"))
        with placed(self.host(2), number=1) as lamp, placed(self.host(1), number=2) as kettle:
            self.works("lamp", "on")
            self.assertEqual((lamp.device.relay_state, kettle.device.relay_state), (1, 0))
            self.works("kettle", "on")
            self.assertEqual((lamp.device.relay_state, kettle.device.relay_state), (1, 1))
        self.assertEqual([row[0] for row in self.remembered()], [self.host(2), self.host(1)])

    def test_a_copied_mac_is_a_stranger(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=2) as stranger:
            stranger.device.mac = MAC
            assert_failure(self, self.call("lamp", "on", "--timeout", "1"), 3, 1)
            self.assertEqual(sets(stranger), [])

    def test_a_lie_by_udp_is_not_believed(self):
        """Somebody who says by UDP that he is the device, and has a stranger behind it."""
        self.remember(entry(self.host(1)))
        lie = device("HS100", 1).answer(GET_SYSINFO)
        stranger = placed(self.host(3), number=2)
        with stranger as it, placed(self.host(5), number=1) as plug:
            with mock.patch.object(it.device, "answer", it.device.answer):
                self.lying(it, lie)
                self.works("lamp", "on")
            self.assertEqual((plug.device.relay_state, sets(it)), (1, []))

    def lying(self, simulator, lie):
        """Let a simulated device answer with `lie` by UDP."""
        from tplink_exec.cipher import encrypt

        protocol = simulator.open[0].get_protocol()
        protocol.datagram_received = lambda data, address: protocol.transport.sendto(
            encrypt(lie), address
        )

    def test_gone(self):
        self.remember(entry(self.host(1)))
        result = self.call("lamp", "on", "--timeout", "1")
        assert_failure(self, result, 3, 1, b"tplink-exec: lamp:9999: connection refused")
        self.assertIn(b"not found it elsewhere", result.err)

    def test_it_hangs_where_it_was(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=1, fault="silent"):
            result = self.call("lamp", "on", "--timeout", "1")
        assert_failure(self, result, 4, 1)
        self.assertNotIn(b"elsewhere", result.err)

    def test_a_device_that_closes_after_each_reply(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=1, fault="close-after-reply") as plug:
            self.works("lamp", "on")
            self.works("lamp", "json", '{"system":{"reboot":{"delay":1}}}', printed=mock.ANY)
            self.assertEqual((plug.device.relay_state, plug.device.reboots), (1, 1))

    def test_what_is_sent_once_is_sent_once(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=1) as plug:
            real = plug.device.answer
            plug.device.answer = lambda request: None if b"reboot" in request else real(request)
            assert_failure(self, self.call("lamp", "reboot"), 3)
            self.assertEqual([b"reboot" in request for request in plug.requests].count(True), 1)

    def test_where_the_news_cannot_be_written(self):
        """/proc: nothing can be made there. The call works all the same, and says nothing."""
        self.remember(entry(self.host(1)))
        os.mkdir(self.path + ".lock")
        with placed(self.host(5), number=1) as plug:
            self.works("lamp", "on")
            self.assertEqual(plug.device.relay_state, 1)
        self.assertEqual(self.remembered()[0][0], self.host(1))

    def test_klap(self):
        with klap_placed(self.host(1), "HS110", 1) as plug:
            self.remember(entry(self.host(1), port=plug.port, transport="klap"))
            self.works("lamp", "on", "--print-state", printed=b"ON\n")
            self.assertEqual(plug.device.relay_state, 1)

    def test_klap_moved(self):
        with klap_placed(self.host(5), "HS110", 1) as plug, klap_placed(
            self.host(1), "HS110", 2
        ) as stranger:
            self.remember(entry(self.host(1), port=stranger.port, transport="klap"))
            self.works("lamp", "on", "--print-state", printed=b"ON\n")
            self.assertEqual(self.remembered(), [(self.host(5), plug.port, "klap")])
            self.assertEqual(set(stranger.requests), {GET_SYSINFO})

    def test_firmware_has_closed_port_9999_and_dhcp_has_moved_it(self):
        with klap_placed(self.host(5), "HS110", 1) as plug:
            self.remember(entry(self.host(1)))
            self.works("lamp", "on")
            self.assertEqual(self.remembered(), [(self.host(5), plug.port, "klap")])

    def test_firmware_has_closed_port_9999(self):
        with klap_placed(self.host(1), "HS110", 1) as plug:
            self.remember(entry(self.host(1)))
            self.works("lamp", "check", "--http-port", str(plug.port), printed=b"OFF\n")
            self.assertEqual(self.remembered(), [(self.host(1), plug.port, "klap")])
            self.works("lamp", "check", printed=b"OFF\n")

    def test_smart(self):
        with klap_placed(self.host(5), "L530", 1) as bulb:
            bulb_entry = entry(self.host(1), mac=bulb.device.mac, port=bulb.port, transport="klap")
            self.remember({**bulb_entry, "device_id": ""})
            self.works("lamp", "on", "--print-state", printed=b"ON\n")
            self.works("lamp", "check", printed=b"ON\n")

    def test_aes(self):
        with aes_placed(self.host(5), "KP125M", 1) as plug:
            told = {"mac": plug.device.mac, "port": plug.port}
            self.remember({**entry(self.host(1), transport="aes", **told), "device_id": ""})
            self.works("lamp", "on", "--print-state", printed=b"ON\n")
            self.assertEqual(self.remembered(), [(self.host(5), plug.port, "aes")])

    def test_firmware_speaks_another_protocol(self):
        for before, place, now in (("klap", aes_placed, "aes"), ("aes", klap_placed, "klap")):
            with place(self.host(1), "KP125M", 1) as plug:
                told = {"mac": plug.device.mac, "port": plug.port}
                self.remember({**entry(self.host(1), transport=before, **told), "device_id": ""})
                self.works("lamp", "check", printed=b"OFF\n")
                self.assertEqual(self.remembered(), [(self.host(1), plug.port, now)])

    def test_a_smart_strip(self):
        """That it is a SMART device is asked once."""
        with klap_placed(self.host(1), "P300", 1) as strip:
            place = {"mac": strip.device.mac, "port": strip.port, "transport": "klap"}
            self.remember({**entry(self.host(1)), **place, "device_id": ""})
            self.works("lamp", "on", "--child", "1")
            self.assertEqual([part.relay_state for part in strip.device.parts], [0, 0, 1])
            strip.requests.clear()
            self.works("lamp", "check", printed=b"ON\n")
            asked = [request for request in strip.requests if b"get_sysinfo" in request]
            self.assertEqual((len(asked), len(strip.requests)), (1, 3))

    def test_a_wrong_login_is_told_at_once(self):
        with klap_placed(self.host(1), "HS110", 1, login=("a", "b")) as plug:
            self.remember(entry(self.host(1), port=plug.port, transport="klap"))
            result = self.call("lamp", "on", "--timeout", "30")
        assert_failure(self, result, 7)
        self.assertLess(result.seconds, HANG_S)
        self.assertEqual(plug.connections, 1)

    def test_options_go_before_what_is_remembered(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=1), klap_placed(self.host(1), "HS100", 1) as klap_plug:
            words = ["--transport", "klap", "--http-port", str(klap_plug.port)]
            self.works("lamp", "on", *words)
            self.assertEqual(klap_plug.device.relay_state, 1)
            self.assertEqual(self.remembered(), [(self.host(1), PORT, "xor")])
            self.remember(entry(self.host(1), port=1, transport="klap"))
            self.works("lamp", "check", "--transport", "xor", printed=b"OFF\n")

    def test_softscheck_s_dialect(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=1) as plug:
            words = ["-t", "lamp", "-q", "-c", "on"]
            self.assertEqual(call(*words, environment=self.environment).code, 0)
            self.assertEqual(plug.device.relay_state, 1)


@alone
class InTime(Called, unittest.TestCase):
    def test_gone_and_hanging(self):
        for fault, code in (None, 3), ("silent", 4):
            with contextlib.ExitStack() as stack:
                if fault:
                    stack.enter_context(placed(self.host(1), number=1, fault=fault))
                self.remember(entry(self.host(1)))
                words = ["lamp", "on", "--timeout", "0.5"]
                result = in_time(self, 0.5 + slack_s(), lambda words=words: self.process(*words))
                assert_failure(self, result, code)

    def test_moved(self):
        """It is looked for once."""

        def find():
            self.remember(entry(self.host(1)))
            self.has_worked(self.process("lamp", "on"))

        with placed(self.host(9), number=1):
            in_time(self, 2.5 + slack_s(), find)
            in_time(self, 0.5 + slack_s(), lambda: self.has_worked(self.process("lamp", "off")))


@early
class Inside(House, unittest.TestCase):
    """What `reach` gives, as other modules use it."""

    def setUp(self):
        super().setUp()
        patch = mock.patch.dict(os.environ, self.environment)
        patch.start()
        self.addCleanup(patch.stop)

    def link(self, seconds=3.0):
        return reach("lamp", 9999, time.monotonic() + seconds, {})

    def test_addresses(self):
        for host in ("127.0.0.1", "::1", "fe80::1%lo", "0.0.0.0"):
            self.assertTrue(is_address(host), host)
        for host in ("", "lamp", MAC, "127.1", "1", "127.0.0.1 ", "1.2.3.4%lo", "::1\0"):
            self.assertFalse(is_address(host), host)

    def test_who_it_is_holds_for_the_connection(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=1) as plug, contextlib.closing(self.link()) as link:
            for _ in range(3):
                link.exchange(ON)
            self.assertEqual((plug.connections, len(plug.requests)), (1, 4))
            link.close()
            link.exchange(ON)
            self.assertEqual(list(plug.requests)[4:], [GET_SYSINFO, ON])
            self.assertEqual(plug.connections, 2)

    def test_a_device_that_closes_each_connection_is_written_to_on_the_next(self):
        self.remember(entry(self.host(1)))
        request = b'{"system":{"reboot":{"delay":1}}}'
        with placed(self.host(1), number=1, fault="close-after-reply") as plug:
            with contextlib.closing(self.link()) as link:
                link.exchange(ON)
                self.assertEqual(sets(plug), [ON])
                link.exchange(request, True)
            self.assertEqual(list(plug.requests).count(request), 1)

    def test_klap_is_verified_in_each_session(self):
        with klap_placed(self.host(1), number=1) as plug:
            self.remember({**entry(self.host(1)), "port": plug.port, "transport": "klap"})
            with contextlib.closing(self.link()) as link:
                for _ in range(3):
                    link.exchange(ON)
                self.assertEqual(list(plug.requests), [GET_SYSINFO, ON, ON, ON])
                plug.expire()
                link.exchange(ON)
                self.assertEqual(list(plug.requests)[4:], [GET_SYSINFO, ON])

    def test_what_is_missing_or_garbled_is_not_equal(self):
        """Of a device that is remembered by both, MAC and deviceId."""
        whole = {"mac": MAC, "deviceId": "8006%036X" % 1}
        known = {"mac": MAC, "device_id": whole["deviceId"]}
        self.assertTrue(identity.proves(identity.of(whole), known))
        for name in whole:
            for wrong in ("", None, [], 0, "x", MAC + ":00", whole[name] + "0"):
                told = identity.of({**whole, name: wrong})
                self.assertFalse(identity.proves(told, known), (name, wrong))
            less = {key: value for key, value in whole.items() if key != name}
            self.assertFalse(identity.proves(identity.of(less), known), name)
        for part in ("mac", "device_id"):
            only = {"mac": "", "device_id": "", part: known[part]}
            self.assertTrue(identity.proves(identity.of(whole), only))
        self.assertFalse(identity.proves(identity.of(whole), {"mac": "", "device_id": ""}))

    def test_a_device_that_moves_between_two_exchanges(self):
        self.remember(entry(self.host(1)))
        with contextlib.closing(self.link()) as link:
            with placed(self.host(1), number=1):
                link.exchange(ON)
            with placed(self.host(1), number=2) as stranger, placed(self.host(2), number=1) as plug:
                link.deadline = time.monotonic() + 3
                link.exchange(ON)
                self.assertEqual((sets(plug), sets(stranger)), ([ON], []))
                link.exchange(ON)
                self.assertEqual(plug.connections, 1)

    def test_the_deadline_is_the_caller_s_for_the_caller_s_request(self):
        """Not the share that the search for the device had."""
        self.remember(entry(self.host(1)))
        with placed(self.host(1), number=1) as plug:
            real = plug.device.answer

            def slowly(request):
                if request == ON:
                    time.sleep(0.9)  # the first address has 40 % of 2 s
                return real(request)

            plug.device.answer = slowly
            with contextlib.closing(self.link(2.0)) as link:
                link.exchange(ON)

    def test_others_that_answer_a_search_are_left_in_peace(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(3), number=3) as other, placed(self.host(5), number=1) as plug:
            with contextlib.closing(self.link()) as link:
                link.exchange(ON)
            self.assertEqual((other.connections, plug.connections), (0, 1))

    def test_a_long_deadline_is_not_waited_for(self):
        """The search for a device that is nowhere ends before."""
        self.remember(entry(self.host(1)))
        started = time.monotonic()
        with mock.patch.object(elsewhere, "SEARCH_S", 0.3), self.assertRaises(Unreachable):
            self.link(600).exchange(ON)
        self.assertLess(time.monotonic() - started, HANG_S)

    def test_the_search_goes_by_remembered_addresses_first(self):
        """The targets are not probed when a remembered address has it."""
        self.remember(entry(self.host(1)), entry(self.host(2), 2, "Kettle"), targets=[self.host(9)])
        seen = []
        with placed(self.host(2), number=1), liar(
            self.host(9), PORT, lambda data: [seen.append(data)][:0]
        ), contextlib.closing(self.link()) as link:
            link.exchange(ON)
            time.sleep(0.2)
            self.assertEqual(seen, [])
            self.assertEqual(link.entry["host"], self.host(2))

    def test_no_broadcast_where_there_are_targets(self):
        with mock.patch.object(elsewhere, "broadcast_addresses", return_value=["127.9.9.9"]) as it:
            self.assertEqual(elsewhere.places([self.host(9)]), [self.host(9)])
            it.assert_not_called()
            self.assertEqual(elsewhere.places([]), ["127.9.9.9"])

    def test_a_candidate_that_hangs_leaves_time_for_the_real_one(self):
        self.remember(entry(self.host(1)), entry(self.host(2), 2, "Kettle"))
        sysinfo = json.loads(device("HS100", 1).answer(GET_SYSINFO))["system"]["get_sysinfo"]
        hanging = socket.socket()
        hanging.bind((self.host(2), PORT))
        hanging.listen(5)
        with hanging, liar(self.host(2), PORT, lambda data: [xor(sysinfo)] * 50), placed(
            self.host(9), number=1
        ) as plug, contextlib.closing(self.link(4)) as link:
            link.exchange(ON)
            self.assertEqual(plug.device.relay_state, 1)

    def test_an_address_that_hangs_leaves_time_for_the_search(self):
        self.remember(entry(self.host(1)))
        hanging = socket.socket()
        hanging.bind((self.host(1), PORT))
        hanging.listen(5)
        with hanging, placed(self.host(9), number=1) as plug:
            with contextlib.closing(self.link(2.5)) as link:
                link.exchange(ON)
            self.assertEqual(plug.device.relay_state, 1)

    def test_an_unsupported_encryption_is_no_candidate(self):
        self.remember(entry(self.host(1)))
        with placed(self.host(2), number=1, port=19997) as plug:
            scheme = {"encrypt_type": "XYZ", "http_port": plug.port}
            answer = klap({**RESULT, "mac": MAC, "mgt_encrypt_schm": scheme})
            with liar(self.host(2), wake.TDP_PORT, lambda data: [answer]):
                link = self.link(1)
                with self.assertRaises(Unreachable) as caught:
                    link.exchange(ON)
            self.assertEqual(plug.connections, 0)
        self.assertIn("refused", str(caught.exception))

    def test_many_calls_at_once_when_it_has_moved(self):
        import threading

        self.remember(entry(self.host(1)), *(entry(self.host(n), n, "x%d" % n) for n in (2, 3)))
        failures = []

        def call():
            try:
                with contextlib.closing(self.link()) as link:
                    link.exchange(ON)
            except Exception as error:
                failures.append(error)

        with placed(self.host(5), number=1) as plug:
            threads = [threading.Thread(target=call) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual((failures, len(sets(plug))), ([], 8))
        self.assertEqual([row[0] for row in self.remembered()], [self.host(n) for n in (5, 2, 3)])


class ByBroadcast(Namespace, House, unittest.TestCase):
    """In a network namespace: the only place for a search without targets."""

    def test_found_by_broadcast(self):
        self.remember(entry("10.77.5.9", 0), targets=[])
        script = """
begin $there "$@" simulate --model HS110 --address 0.0.0.0 --mac 50:C7:BF:00:00:00
"$@" lamp 9999 on --print-state --timeout 3 || echo $?
kill $device $other
"""
        done = self.inside(WIRE + script, env=self.environment)
        self.assertEqual((done.stdout, done.stderr), (b"ON\n", b""))
        self.assertEqual(self.remembered(), [("10.77.5.2", PORT, "xor")])


if __name__ == "__main__":
    unittest.main()
