"""A plug with TPAP, of nothing that the program is made of: what tests/interop/tpap.py runs.

    PYTHON tpap_device.py HOST FORM PASSWD_ID DAC CREDENTIAL SALT

Its curve is ecdsa's, its AES-CCM, HKDF and PBKDF2 are those of cryptography, its HTTP is that of
http.server. FORM is how w0 goes into the transcript, "fixed" or "short". It says its port, and for
each login that it has looked at "right" or "wrong".
"""

import base64
import hashlib
import hmac
import json
import os
import struct
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from ecdsa import NIST256p, ellipticcurve

CURVE, BASE, ORDER = NIST256p.curve, NIST256p.generator, NIST256p.order


def point(data):
    return ellipticcurve.PointJacobi.from_bytes(CURVE, data)


def octets(it):
    return it.to_bytes("uncompressed")


M = point(bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"))
N = point(bytes.fromhex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"))


def hkdf(secret, salt, info, size):
    return HKDF(SHA256(), size, salt, info).derive(secret)


def mac(key, data):
    return hmac.new(key, data, "sha256").digest()


class Plug:
    def __init__(self, credential, salt, form, passwd_id, dac):
        data = PBKDF2HMAC(SHA256(), 80, salt, 3000).derive(credential)
        self.w0 = int.from_bytes(data[:40], "big") % ORDER
        self.verifier = BASE * (int.from_bytes(data[40:], "big") % ORDER)
        self.form, self.passwd_id, self.dac = form, passwd_id, dac
        self.salt = salt
        self.on = False
        self.key = None

    def login(self, wish):
        return getattr(self, wish["sub_method"])(wish)

    def discover(self, _):
        tpap = {"tls": 0, "dac": self.dac, "noc": 1, "pake": [2], "port": 80}
        mac = "AA-BB-CC-12-34-56"
        return {"sub_method": "discover", "tpap_preferred": True, "mac": mac, "tpap": tpap}

    def pake_register(self, wish):
        assert wish["username"] == "21232f297a57a5a743894a0e4a801fc3"
        assert wish["passcode_type"] == "userpw" and 1 in wish["cipher_suites"]
        assert "aes_128_ccm" in wish["encryption"]
        self.random = os.urandom(32)
        self.context = b"PAKE V1" + base64.b64decode(wish["user_random"]) + self.random
        self.y = int.from_bytes(os.urandom(40), "big") % ORDER
        self.share = octets(BASE * self.y + N * self.w0)
        params = {"passwd_id": self.passwd_id}
        if self.passwd_id == 5:
            params["passwd_prefix"] = "$5$saltsaltsaltsalt$"
        return {
            "dev_random": text(self.random),
            "dev_salt": text(self.salt),
            "dev_share": text(self.share),
            "cipher_suites": 1,
            "iterations": 3000,
            "encryption": "aes_128_ccm",
            "extra_crypt": {"type": "password_shadow", "params": params},
        }

    def pake_share(self, wish):
        theirs = base64.b64decode(wish["user_share"])
        x = point(theirs)
        z = (x + M * (ORDER - self.w0)) * self.y
        size = (self.w0.bit_length() + 7) // 8 if self.form == "short" else 32
        w0 = self.w0.to_bytes(size, "big")
        if size % 2 and w0[0] > 127:
            w0 = b"\0" + w0
        parts = [hashlib.sha256(self.context).digest(), b"", b"", octets(M), octets(N)]
        parts += [theirs, self.share, octets(z), octets(self.verifier * self.y), w0]
        main = b"".join(struct.pack("<Q", len(part)) + part for part in parts)
        main = hashlib.sha256(main).digest()
        keys = hkdf(main, b"", b"ConfirmationKeys", 64)
        right = base64.b64decode(wish["user_confirm"]) == mac(keys[:32], self.share)
        assert ("dac_nonce" in wish) == bool(self.dac)
        print("right" if right else "wrong", flush=True)
        if not right:
            return None
        shared = hkdf(main, b"", b"SharedKey", 32)
        salts = b"tp-kdf-salt-aes128-key", b"tp-kdf-info-aes128-key"
        self.key = AESCCM(hkdf(shared, *salts, 16))
        self.nonce = hkdf(shared, *[word.replace(b"key", b"iv") for word in salts], 12)[:8]
        self.seq = -2
        return {"dev_confirm": text(mac(keys[32:], theirs)), "stok": "A0", "start_seq": -2}

    def request(self, body):
        number = body[:4]
        assert number == struct.pack(">i", self.seq), (number, self.seq)
        self.seq += 1
        wish = json.loads(self.key.decrypt(self.nonce + number, body[4:], b""))
        reply = {"error_code": 0}
        if wish["method"] == "set_device_info":
            self.on = wish["params"].get("device_on", self.on)
        elif wish["method"] == "get_device_info":
            info = {"model": "P115", "type": "SMART.TAPOPLUG", "device_on": self.on}
            reply["result"] = {**info, "nickname": text(b"Lamp"), "mac": "AA-BB-CC-12-34-56"}
        else:
            reply["error_code"] = -1002
        sealed = self.key.encrypt(self.nonce + number, json.dumps(reply).encode(), b"")
        return number + sealed


def text(data):
    return base64.b64encode(data).decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/app/handshake1":
            return self.say(403, b"")
        if self.path == "/stok=A0/ds":
            return self.say(200, self.server.plug.request(body))
        wish = json.loads(body)
        assert self.path == "/" and wish["method"] == "login"
        result = self.server.plug.login(wish["params"])
        reply = {"error_code": 0, "result": result} if result else {"error_code": -2203}
        return self.say(200, json.dumps(reply).encode())

    def say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(host, form, passwd_id, dac, credential, salt):
    server = ThreadingHTTPServer((host, 0), Handler)
    server.plug = Plug(credential.encode(), bytes.fromhex(salt), form, int(passwd_id), int(dac))
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
