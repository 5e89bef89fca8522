"""SPAKE2+ and the keys that it is made of: known answers, both ends, and shares that are none."""

import hashlib
import random
import sys
import time
import unittest
from unittest import mock

from tests.transport.tpap_vectors import CASES
from tplink_exec.errors import DeadlineExceeded, ProtocolError, Refused, WrongCredentials
from tplink_exec.simulator.tpap_service import Secret
from tplink_exec.transport import derive, p256, passcode, sha_crypt
from tplink_exec.transport.aes import NEVER
from tplink_exec.transport.spake2 import SHORT, Client, N, stretched, written
from tplink_exec.transport.tpap import TpapSession

TWO = {"type": "password_shadow", "params": {"passwd_id": 2}}


def data(case, *names):
    return [bytes.fromhex(case[name]) for name in names]


def number(case, name):
    return int(case[name], 16)


def context(case):
    return b"".join([b"PAKE V1", *data(case, "user_random", "dev_random")])


class Known(unittest.TestCase):
    def test_stretched(self):
        for name, case in CASES.items():
            secret, salt = case["credential"].encode(), *data(case, "salt")
            with self.subTest(name):
                wanted = number(case, "w0"), number(case, "w1")
                self.assertEqual(stretched(secret, salt, case["iterations"]), wanted)

    def test_pbkdf2_without_openssl(self):
        for password in (b"", b"x" * 64, b"x" * 65, b"\xff" * 100):
            wanted = hashlib.pbkdf2_hmac("sha256", password, b"salt", 7, 80)
            self.assertEqual(derive.pbkdf2(password, b"salt", 7, 80), wanted)
            with mock.patch.dict(sys.modules, {"_hashlib": None}):
                self.assertEqual(derive.pbkdf2(password, b"salt", 7, 80), wanted)

    def test_the_clients_end(self):
        for name, case in CASES.items():
            with self.subTest(name):
                client = Client(*[number(case, field) for field in ("w0", "w1", "x")])
                share, theirs = data(case, "user_share", "dev_share")
                self.assertEqual(client.share, p256.encoded(p256.decoded(share)))
                if "shared_key" in case:
                    found = client.agree(context(case), theirs)
                    wanted = data(case, "user_confirm", "dev_confirm", "shared_key")
                    self.assertEqual([found.client, found.device, found.key], wanted)

    def test_messages(self):
        count = 0
        for case in CASES.values():
            if "request1_body" in case:
                client = TpapSession(*data(case, "shared_key"), "stok", case["start_seq"])
                for text in ("request1", "request2"):
                    body = client.seal(case[text + "_plain"].encode())[1]
                    self.assertEqual(body.hex(), case[text + "_body"])
                seq = case["start_seq"] & 0xFFFFFFFF
                reply = client.open(bytes.fromhex(case["reply1_body"]), seq)
                self.assertEqual(reply.decode(), case["reply1_plain"])
                count += 1
        self.assertEqual(count, 4)

    def test_short_form(self):
        zeros = "00" * 30
        for value, wanted in (
            (1 << 255, "80" + zeros + "00"),
            (1 << 247, "0080" + zeros),  # which are 32 bytes, too
            ((1 << 247) - 1, "7f" + "ff" * 30),
            (1 << 239, "80" + zeros[2:]),
            (0x8000, "8000"),
            (0x800000, "00800000"),
            (0x7FFFFF, "7fffff"),
        ):
            self.assertEqual(written(value, True).hex(), wanted)
            self.assertEqual(written(value), value.to_bytes(32, "big"))
            self.assertEqual(value < SHORT, written(value, True) != written(value))


class BothEnds(unittest.TestCase):
    def test_random_passwords(self):
        chosen = random.Random(50)
        for turn in range(50):
            size = chosen.randrange(1, 40)
            letters = [chosen.choice((chosen.randrange(32, 127), 228, 9731)) for _ in range(size)]
            word = "".join(map(chr, letters))
            secret = passcode.of_account(word, TWO, NEVER)
            salt = chosen.getrandbits(128).to_bytes(16, "big")
            with self.subTest(turn=turn, word=word):
                self.agree(Client(*stretched(secret, salt, 3)), Secret(secret, salt, 3), chosen)

    def agree(self, client, device, chosen, short=False):
        y = chosen.randrange(1, p256.ORDER)
        ours = client.agree(b"context", device.share(y), short)
        theirs = device.agree(b"context", y, client.share)
        self.assertEqual(vars(ours), vars(theirs))

    def test_w0_of_31_bytes(self):
        case = CASES["small-w0-user-slash-password"]
        secret, salt = case["credential"].encode(), *data(case, "salt")
        for short in (False, True):
            client = Client(*stretched(secret, salt, case["iterations"]))
            self.assertLess(client.w0, SHORT)
            device = Secret(secret, salt, case["iterations"], short)
            self.agree(client, device, random.Random(1), short)
            with self.assertRaises(AssertionError):
                self.agree(client, device, random.Random(1), not short)

    def test_another_password_or_context(self):
        client, device = Client(5, 6), Secret(b"x", b"y", 1)
        ours = client.agree(b"context", device.share(7))
        theirs = device.agree(b"context", 7, client.share)
        self.assertNotIn(ours.client, (theirs.client, theirs.device))
        again = client.agree(b"other", device.share(7))
        self.assertFalse({*vars(again).values()} & {*vars(ours).values()})

    def test_shares_that_are_none(self):
        client = Client(5, 6)
        infinite = p256.encoded(p256.sums([p256.pair(p256.decoded(N))], [5])[0])  # Y is w0 N
        for share in (b"", b"\0", bytes(65), b"\4" + b"\1" * 64, infinite):
            with self.subTest(share), self.assertRaises(ValueError):
                client.agree(b"context", share)


class Passcodes(unittest.TestCase):
    def test_of_nobody(self):
        wanted = CASES["default-passcode"]["credential"].encode()
        for mac in ("AA:BB:CC:12:34:56", "aa-bb-cc-12-34-56", "AABBCC123456"):
            self.assertEqual(passcode.of_nobody(mac), wanted)
        for mac in (None, "", 5, "AA:BB:CC:12:34", "AA:BB:CC:12:34:5G", "AABBCC12345678", "ää"):
            with self.subTest(mac), self.assertRaises(ProtocolError):
                passcode.of_nobody(mac)

    def test_of_account(self):
        wanted = CASES["plug-userpw-sha1"]["credential"].encode()
        for number in (2, 4):
            extra = {"type": "password_shadow", "params": {"passwd_id": number}}
            self.assertEqual(passcode.of_account("Secr3t!pass", extra, NEVER), wanted)
        values = {"passwd_id": 5, "passwd_prefix": "$5$saltstring$"}
        crypt = {"type": "password_shadow", "params": values}
        wanted = b"$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
        self.assertEqual(passcode.of_account("Hello world!", crypt, NEVER), wanted)

    def test_forms_that_are_not_known(self):
        for extra, names in (
            (None, "no extra_crypt"),
            ({"type": "password_shadow", "params": {"passwd_id": 3}}, "password_shadow 3"),
            ({"type": "password_shadow", "params": {"passwd_id": True}}, "password_shadow True"),
            ({"type": "password_shadow", "params": {}}, "password_shadow"),
            ({"type": "password_authkey", "params": {"authkey_tmpkey": "x"}}, "password_authkey"),
            ({"type": "x" * 1000, "params": {"passwd_id": "y" * 1000}}, "x"),
        ):
            with self.assertRaises(Refused) as caught:
                passcode.of_account("x", extra, NEVER)
            self.assertIn(names, str(caught.exception))
            self.assertIn("Third-Party Compatibility", str(caught.exception))
            self.assertLess(len(str(caught.exception)), 250)
        for extra in (5, [], {}, {"type": 5, "params": {}}, {"type": "x", "params": 5}):
            with self.subTest(extra), self.assertRaises(ProtocolError):
                passcode.of_account("x", extra, NEVER)


class ShaCrypt(unittest.TestCase):
    KNOWN = (
        ("$5$saltstring", "Hello world!", "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
        ("$5$saltstringsaltst", "pässwörd €", "4Yp7985WYSecw/D.yzHn2hLXlEeDlWZ9UkIMUZOk5c."),
        ("$5$a", "x" * 70, "kItaUTIBDLrntZERW/F36APHAf6KCwS8CaXd9J8zuFB"),
        ("$5$salt", "", "HrcUzzoef72uxM/YhTU5BAi419Fblqlq//zyM.rIOG0"),
        ("$5$rounds=1234$ab", "x" * 70, "Zb70QaTB417UdDRwIOZZpWYo4NWOJwvqlt7NvdKB2p2"),
        (
            "$5$rounds=10000$saltstringsaltst",
            "Hello world!",
            "3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
        ),
    )
    """By `openssl passwd -5` and glibc's crypt(3), which agree."""

    def test_known(self):
        for prefix, password, digest in self.KNOWN:
            for more in ("", "$"):
                setting = sha_crypt.setting({"passwd_prefix": prefix + more})
                found = sha_crypt.crypted(password.encode(), *setting, NEVER).decode()
                self.assertEqual(found, prefix + "$" + digest)

    def test_settings(self):
        for values, wanted in (
            ({"passwd_prefix": "$5$salt$"}, (b"salt", 5000)),
            ({"passwd_prefix": "$5$rounds=1000$salt"}, (b"salt", 1000)),
            ({"passwd_salt": "salt"}, (b"salt", 5000)),
            ({"passwd_salt": "s" * 20, "passwd_rounds": 100000}, (b"s" * 16, 100000)),
        ):
            self.assertEqual(sha_crypt.setting(values), wanted)
        for values in (
            {},
            {"passwd_prefix": ""},
            {"passwd_prefix": "$1$salt$"},
            {"passwd_prefix": "$5$rounds=x$salt"},
            {"passwd_prefix": "$5$rounds=1000"},
            {"passwd_prefix": "$5$rounds=100001$salt"},
            {"passwd_prefix": "$5$rounds=" + "9" * 5000 + "$salt"},
            {"passwd_salt": "salt", "passwd_rounds": 10**9},
            {"passwd_salt": "salt", "passwd_rounds": 0},
            {"passwd_salt": "salt", "passwd_rounds": "5000"},
            {"passwd_salt": "sält"},
            {"passwd_salt": 5},
        ):
            with self.subTest(values), self.assertRaises(ProtocolError):
                sha_crypt.setting(values)

    def test_limits(self):
        with self.assertRaises(DeadlineExceeded):
            sha_crypt.crypted(b"x", b"salt", 100000, time.monotonic() - 1)
        with self.assertRaises(WrongCredentials):
            sha_crypt.crypted(b"x" * 257, b"salt", 1000, NEVER)
