#!/usr/bin/env python3
"""transport.aes agrees with OpenSSL, transport.klap with python-kasa, on seeded random input.

    python3 tests/interop/aes_agrees.py

with a Python that has the package cryptography, which is OpenSSL here, and python-kasa
(tests/interop/kasa.py runs it with one; without python-kasa that half is skipped). Both
directions: what one side encrypts the other decrypts. Exit code 1 when they differ.
"""

import random
import sys
from pathlib import Path

import cryptography
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

sys.path.pop(0)  # this file's folder, whose kasa.py is not the package
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tplink_exec.transport import aes, klap

try:
    import kasa
    from kasa.transports import klaptransport
except ImportError:
    kasa = None

SEED = 197
TEXTS = 1000
LONGEST = 2000  # bytes
HANDSHAKES = 200
MESSAGES = 5  # of each handshake, in each direction
LETTERS = "aZ0 !\"%&+=@'\u00e9\u00df\u03a9\u6f22\U0001f600"  # 1 to 4 bytes each


def random_bytes(source, size):
    return bytes(source.randrange(256) for _ in range(size))


def random_text(source, size):
    return "".join(source.choice(LETTERS) for _ in range(size))


def aes_differs(source, size):
    """What differs for one random key, IV and text of `size` bytes; "" for nothing."""
    key, iv, plain = (random_bytes(source, count) for count in (16, 16, size))
    theirs = Cipher(algorithms.AES(key), modes.CBC(iv))
    padder, unpadder = padding.PKCS7(128).padder(), padding.PKCS7(128).unpadder()
    encryptor, decryptor = theirs.encryptor(), theirs.decryptor()
    cipher = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    keys = aes.expand(key)
    ours = aes.encrypt(keys, iv, plain)
    if ours != cipher:
        return "encrypt"
    if aes.decrypt(keys, iv, cipher) != plain:
        return "decrypt"
    padded = decryptor.update(ours) + decryptor.finalize()
    if unpadder.update(padded) + unpadder.finalize() != plain:
        return "what they decrypt"
    return ""


def klap_differs(source, version):
    """What differs for one random handshake and its messages; "" for nothing."""
    transport = {1: klaptransport.KlapTransport, 2: klaptransport.KlapTransportV2}[version]
    local, remote = random_bytes(source, 16), random_bytes(source, 16)
    user, password = (random_text(source, source.randint(0, 30)) for _ in "up")
    auth = transport.generate_auth_hash(kasa.Credentials(user, password))
    if klap.auth_hash(version, user, password) != auth:
        return "auth hash"
    proof = transport.handshake1_seed_auth_hash(local, remote, auth)
    credentials = [*klap.DEFAULT_CREDENTIALS, (user, password)]
    if klap.decide(local, remote, proof, credentials) != (version, auth):
        return "server hash"
    theirs = transport.handshake2_seed_auth_hash(local, remote, auth)
    if klap.client_hash(version, local, remote, auth) != theirs:
        return "client hash"
    return messages_differ(source, local, remote, auth)


def messages_differ(source, *secrets):
    """python-kasa and a client of ours send the same requests to a device of ours."""
    theirs = klaptransport.KlapEncryptionSession(*secrets)
    ours, device = klap.Session(*secrets), klap.Session(*secrets)
    for _ in range(MESSAGES):
        request, reply = (random_text(source, source.randint(0, 300)) for _ in "qr")
        body, seq = theirs.encrypt(request)
        if ours.seal(request.encode()) != (seq, body):
            return "request"
        if device.open(body, seq) != request.encode():
            return "request, as a device opens it"
        _, body = device.seal(reply.encode(), seq)
        if theirs.decrypt(body) != reply or ours.open(body, seq) != reply.encode():
            return "reply"
    return ""


def main():
    source = random.Random(SEED)
    for number in range(TEXTS):
        size = number if number < 34 else source.randint(0, LONGEST)
        different = aes_differs(source, size)
        if different:
            print("AES, text %d of seed %d, %d bytes: %s" % (number, SEED, size, different))
            return 1
    print("AES: %d texts, cryptography %s" % (TEXTS, cryptography.__version__))
    if kasa is None:
        print("KLAP: skipped, no python-kasa here")
        return 0
    for number in range(HANDSHAKES):
        different = klap_differs(source, 1 + number % 2)
        if different:
            print("KLAP, handshake %d of seed %d: %s" % (number, SEED, different))
            return 1
    print("KLAP: %d handshakes, python-kasa %s" % (HANDSHAKES, kasa.__version__))
    return 0


if __name__ == "__main__":
    sys.exit(main())
