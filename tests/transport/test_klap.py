"""KLAP: handshakes and messages computed outside, known facts, and every wrong message."""

import hashlib
import importlib.util
import random
import subprocess
import sys
import types
import unittest

from tests.support import ROOT
from tplink_exec.errors import ProtocolError
from tplink_exec.transport import klap
from tplink_exec.transport.aes import encrypt
from tplink_exec.transport.klap import DEFAULT_CREDENTIALS, Session

SET_ON = b'{"system":{"set_relay_state":{"state":1}}}'
SET_REPLY = b'{"system":{"set_relay_state":{"err_code":0}}}'
SYSINFO = b'{"system":{"get_sysinfo":{}}}'

# Computed by a script that shares nothing with this package: hashlib for the hashes, and AES and
# padding of the package cryptography, by the protocol as python-kasa's klaptransport.py
# describes it. One first number is above 0 and one below. `second` is SYSINFO with the number
# after set_on's, `wrapped` with -2147483648, which follows on 2147483647.
V1 = types.SimpleNamespace(
    version=1,
    user="user@example.com",
    password="secret",
    local="2576637a38bf73b0d65f06043e98947e",
    remote="9ed64835d136e92ec24d172176674a97",
    auth="9d6ce791ce44316e9e52fc1bc9d36496",
    server="1e2c534cc0e3f383c6c3011a8bb49f0ed741aaecc8dee42f03e35c50aa1a4e9e",
    client="2c27b669f1566f45dcba635d6daa7efb428484ac7840a9b58d115e7787bc6c80",
    key="587e884e9e6fcf5eb470d9968833019c",
    sig="972cbaf9b5568c909f725f8c73fe316a566e6000b6e92cfded776a1f",
    iv="c3b2cd823e045cffa837e771",
    seq=1099987297,
    set_on=(
        "612a6dff752b1691ef651965ac61c62ab74947912059b1e0561fc51c09fc0e7e"
        "78ae3e3c5a223df68c7b77c9c9fd4090387962c674ab769c911a94c6606b1be4"
        "92d665c0d3fc350cca1562657b8d4693"
    ),
    set_reply=(
        "2a0248d4dbbe22633941b55a39eb7c2c6fe539fb46c78fef6e1e3b8f3a972ea5"
        "78ae3e3c5a223df68c7b77c9c9fd409040da3f9fe98fb1fdd64bd5d883fda7b3"
        "c75b730730c525b28224d52a96d8b3ce"
    ),
    second=(
        "9cf247a16407ecd3b36931a3730838e064920cdbc18e3672411de49f53427c24"
        "31c3aa9c243e974208e6408e2b7228989fcaaa27f329a600d37c62fd7b60ef82"
    ),
    wrapped=(
        "6a90c5b2e95607ba3d5170f1acfad4556d92e2660a9c03c96fc8caabeb444c2e"
        "907b2335c30e80587ac33bb9b11d11f5adcae0147a13922ae2f87efd6e7e63cc"
    ),
)
V2 = types.SimpleNamespace(
    version=2,
    user="user@example.com",
    password="P\u00e4\u00dfw\u00f6rter \u706f",  # hashed as UTF-8
    local="5ab35e5e89d75f054f41a3b93ead006d",
    remote="a530dbfce0c2d37d0f05807ecbcd1397",
    auth="527470c8095489406c9569cbb0b704b3977d08da41b9f29f380d688c76e9ae71",
    server="8d1210a18cad6c13cc57335be4fb1350ed68eb5ebe209d3ead25b0581942ae0f",
    client="3824bb9528dc039638de96292885a35984155430abfe42f6f6b572e6441ca1c3",
    key="de0e5d5aa51b0967fcd1e2368585a610",
    sig="24c440ff6a9bda1f97b18383cf7c1691e198e9f2a76416d82031e1e5",
    iv="7c6dd24f3e263865370f6f93",
    seq=-1481717169,
    set_on=(
        "158f99429661ccb0cf4189a7efcf48b1c948f053910acffc8ad8ef24b045bab3"
        "92c9fa995c470d6d32285f4d227b2a3c85608655bc3958f058f59616aad3eab4"
        "5198d90a6f08a67ad2ef5766497bb7a6"
    ),
    set_reply=(
        "6a8ab2442eadef166a887cb68a2a34826458e1083e1d88c3336651e82bf9c050"
        "92c9fa995c470d6d32285f4d227b2a3ca67154ff4f7293fb9390a7a70de45966"
        "5ae825576b5d58ca6ece372fa89da167"
    ),
    second=(
        "d3f6fb865f521d77e855af96cbd20597d050199848af744116ebff5337f1398d"
        "f2ee82037c5d9f0c4cdec8af579bc9d05d602faa5122fbb4c6cb097b1a15243d"
    ),
    wrapped=(
        "e151752ad8612604c36fb7273fe46f277fa3c6b36b5567505321ccb2c42d3535"
        "58a24ffb865eb0891ab679c39dd5a011a745e12a0b0b3db97d512753551c2c36"
    ),
)
BOTH = V1, V2

# Auth hashes, version 1 and 2, of DEFAULT_CREDENTIALS, by the same script; the first pair also
# by md5sum, sha1sum and sha256sum.
DEFAULT_AUTH = (
    (
        "5873dd45edd01f09c1ef2e7819369e8e",
        "b8628ab91c74f531603f6d5b45e730e54c123a7247b8978272c03f1e13560cea",
    ),
    (
        "74b751bdd208bc155ae2a6d4167cc44d",
        "49fc4839a2733ffbf464337648f65dc411778d4c03ec82c5e4cccc682163fa64",
    ),
    (
        "a7317ea07dd83e3393fb702d9bf309a7",
        "7d5ae9ac18f5bb37843a4577867dd4348d8dff26c4b261ebff1b74d88adc063b",
    ),
)


def seeds(vector):
    return bytes.fromhex(vector.local), bytes.fromhex(vector.remote)


def session(vector):
    return Session(*seeds(vector), bytes.fromhex(vector.auth))


def signed(of, cipher, seq):
    """A message with the right signature for whatever cipher text."""
    return hashlib.sha256(of.sig + seq.to_bytes(4, "big", signed=True) + cipher).digest() + cipher


class Handshake(unittest.TestCase):
    def test_auth_hash(self):
        for vector in BOTH:
            auth = klap.auth_hash(vector.version, vector.user, vector.password)
            self.assertEqual(auth.hex(), vector.auth)

    def test_default_credentials(self):
        for (user, password), hashes in zip(DEFAULT_CREDENTIALS, DEFAULT_AUTH):
            found = tuple(klap.auth_hash(version, user, password).hex() for version in (1, 2))
            self.assertEqual(found, hashes)

    def test_default_owner(self):
        """An owner that HS100s were seen to report at times in 2023; it is a user's MD5."""
        owner = hashlib.md5(DEFAULT_CREDENTIALS[1][0].encode()).hexdigest()
        self.assertEqual(owner, "994661e5222b8e5e3e1d90e73a322315")

    def test_bytes_that_are_not_utf_8_are_hashed_as_typed(self):
        typed = b"caf\xe9".decode("utf-8", "surrogateescape")
        digests = hashlib.md5(b"caf\xe9").digest() + hashlib.md5(b"").digest()
        self.assertEqual(klap.auth_hash(1, typed, ""), hashlib.md5(digests).digest())

    def test_proofs(self):
        for vector in BOTH:
            known = (vector.version, *seeds(vector), bytes.fromhex(vector.auth))
            self.assertEqual(klap.server_hash(*known).hex(), vector.server)
            self.assertEqual(klap.client_hash(*known).hex(), vector.client)

    def test_decide(self):
        for vector in BOTH:
            proof = bytes.fromhex(vector.server)
            right = vector.user, vector.password
            wrong = [*DEFAULT_CREDENTIALS, (vector.user, ""), ("", vector.password), right[::-1]]
            found = vector.version, bytes.fromhex(vector.auth)
            for credentials in [right], [right, *wrong], [*wrong, right]:
                self.assertEqual(klap.decide(*seeds(vector), proof, credentials), found)
            for credentials in [], wrong:
                self.assertIsNone(klap.decide(*seeds(vector), proof, credentials))
            self.assertIsNone(klap.decide(*seeds(vector)[::-1], proof, [right]))
            self.assertIsNone(klap.decide(*seeds(vector), proof[:-1], [right]))

    def test_decide_finds_each_default_in_each_version(self):
        local, remote = seeds(V2)
        for hashes in DEFAULT_AUTH:
            for version, auth in zip((1, 2), map(bytes.fromhex, hashes)):
                proof = hashlib.sha256(local + remote * (version == 2) + auth).digest()
                found = klap.decide(local, remote, proof, DEFAULT_CREDENTIALS)
                self.assertEqual(found, (version, auth))

    def test_seeds_are_16_bytes_and_differ(self):
        found = {klap.seed() for _ in range(100)}
        self.assertEqual((len(found), {len(one) for one in found}), (100, {16}))


class Messages(unittest.TestCase):
    def assert_refused(self, of, body, seq, says):
        with self.assertRaisesRegex(ProtocolError, says):
            of.open(body, seq)

    def test_what_is_derived(self):
        for vector in BOTH:
            of = session(vector)
            self.assertEqual(of.keys[0].hex(), vector.key)
            self.assertEqual(of.sig.hex(), vector.sig)
            self.assertEqual(of.iv.hex(), vector.iv)
            self.assertEqual(of.seq, vector.seq)

    def test_requests(self):
        for vector in BOTH:
            of = session(vector)
            self.assertEqual(of.seal(SET_ON), (vector.seq + 1, bytes.fromhex(vector.set_on)))
            self.assertEqual(of.seal(SYSINFO), (vector.seq + 2, bytes.fromhex(vector.second)))

    def test_a_reply(self):
        for vector in BOTH:
            of = session(vector)
            seq, _ = of.seal(SET_ON)
            self.assertEqual(of.open(bytes.fromhex(vector.set_reply), seq), SET_REPLY)
            self.assertEqual(of.seq, seq)

    def test_the_other_end(self):
        """A device opens a request, and seals its reply with the same number."""
        for vector in BOTH:
            of = session(vector)
            self.assertEqual(of.open(bytes.fromhex(vector.set_on), vector.seq + 1), SET_ON)
            reply = vector.seq + 1, bytes.fromhex(vector.set_reply)
            self.assertEqual(of.seal(SET_REPLY, vector.seq + 1), reply)
            self.assertEqual(of.seq, vector.seq)

    def test_the_number_wraps_as_a_signed_one(self):
        for vector in BOTH:
            of = session(vector)
            of.seq = 0x7FFFFFFE
            self.assertEqual(of.seal(SYSINFO)[0], 0x7FFFFFFF)
            wrapped = -0x80000000, bytes.fromhex(vector.wrapped)
            self.assertEqual(of.seal(SYSINFO), wrapped)
            self.assertEqual(of.open(wrapped[1], wrapped[0]), SYSINFO)
            self.assertEqual(of.seal(SYSINFO)[0], -0x7FFFFFFF)

    def test_the_number_passes_zero(self):
        of = session(V1)
        of.seq = -2
        self.assertEqual([of.seal(b"")[0] for _ in range(3)], [-1, 0, 1])
        self.assertEqual(of.open(of.seal(b"", 0)[1], 0), b"")

    def test_any_text(self):
        source = random.Random(20002)
        ours, theirs = session(V1), session(V1)
        for size in [*range(49), 600, 4001]:
            plain = bytes(source.randrange(256) for _ in range(size))
            seq, body = ours.seal(plain)
            self.assertEqual(theirs.open(body, seq), plain)

    def test_every_bit_counts(self):
        of, body = session(V2), bytes.fromhex(V2.set_reply)
        for place in range(len(body)):
            for bit in range(8):
                changed = bytearray(body)
                changed[place] ^= 1 << bit
                self.assert_refused(of, bytes(changed), V2.seq + 1, "signature")

    def test_cut_off_or_prolonged(self):
        of, body = session(V1), bytes.fromhex(V1.set_reply)
        for size in range(len(body)):
            self.assert_refused(of, body[:size], V1.seq + 1, "signature" if size > 32 else "few")
        self.assert_refused(of, body + bytes(16), V1.seq + 1, "signature")
        self.assert_refused(of, b"<html><body>Bad Request</body></html>", V1.seq + 1, "signature")

    def test_another_number_or_session(self):
        of, body = session(V1), bytes.fromhex(V1.set_reply)
        for seq in (V1.seq, V1.seq + 2, -V1.seq - 1, 0):
            self.assert_refused(of, body, seq, "signature")
        self.assert_refused(session(V2), body, V1.seq + 1, "signature")

    def test_signed_but_not_to_be_decrypted(self):
        of = session(V2)
        seq, body = of.seal(b"0123456789abcde" + b"\0" * 17)  # 32 bytes, whose last is 0
        self.assert_refused(of, signed(of, body[32:64], seq), seq, "padding")
        for size in (1, 15, 17, 31, 33):
            self.assert_refused(of, signed(of, body[32 : 32 + size], seq), seq, "blocks")
        self.assert_refused(of, signed(of, b"", seq), seq, "too few")

    def test_a_padding_of_a_whole_block_is_right(self):
        of = session(V2)
        iv = of.iv + (7).to_bytes(4, "big")
        cipher = encrypt(of.keys, iv, b"\x10" * 16)[:16]
        self.assertEqual(of.open(signed(of, cipher, 7), 7), b"")


@unittest.skipIf(sys.platform == "win32", "there they begin with on_windows")
class Imports(unittest.TestCase):
    """In processes of their own."""

    def auth_hashes(self, before, after=""):
        code = (
            "import sys; sys.path.insert(0, %r); %s\n"
            "from tplink_exec.transport import klap\n"
            "print(*(klap.auth_hash(version, '', '').hex() for version in (1, 2))); %s"
        )
        argv = [sys.executable, "-I", "-S", "-c", code % (str(ROOT), before, after)]
        return tuple(subprocess.check_output(argv, timeout=20).decode().split())

    @unittest.skipUnless(importlib.util.find_spec("_md5"), "a Python without the C modules")
    def test_no_hashlib(self):
        says = "print('hashlib' in sys.modules or '_hashlib' in sys.modules)"
        self.assertEqual(self.auth_hashes("", says), (*DEFAULT_AUTH[0], "False"))

    def test_without_the_c_modules(self):
        for names in ("_md5",), ("_sha1",), ("_sha256", "_sha2"):
            missing = "import hashlib; sys.modules.update(dict.fromkeys(%r))" % (names,)
            says = "print(klap.sha256 is hashlib.sha256)"
            self.assertEqual(self.auth_hashes(missing, says), (*DEFAULT_AUTH[0], "True"))


if __name__ == "__main__":
    unittest.main()
