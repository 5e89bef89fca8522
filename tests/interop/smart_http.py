"""What a replayed SMART device speaks over HTTP, KLAP version 2 or AES, for recorded_smart.py.

From the rules of the protocol; nothing of the package is used, but for its AES-128 where
`cryptography` is missing. Without that nobody can speak AES (securePassthrough): CAN_AES.
"""

import asyncio
import base64
import hashlib
import json
import os
import struct
import sys
import zlib
from pathlib import Path

try:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
except ImportError:
    Cipher = None
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tplink_exec.transport import aes

CAN_AES = Cipher is not None
LOGIN = "me@example.com", "p:ss wörd"
"""Of devices with AES; those with KLAP have no account."""


def aes_cbc(key, iv, data, encrypting):
    """AES-128-CBC with PKCS#7 padding."""
    if not Cipher:
        return (aes.encrypt if encrypting else aes.decrypt)(aes.expand(key), iv, data)
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv))
    worker = cipher.encryptor() if encrypting else cipher.decryptor()
    if encrypting:
        data += bytes([16 - len(data) % 16]) * (16 - len(data) % 16)
    data = worker.update(data) + worker.finalize()
    return data if encrypting else data[: -data[-1]]


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def opened(replay):
    """What the device speaks over HTTP."""
    return (Aes if replay.change.aes else Klap)(replay)


class Klap:
    """Version 2, for a device of no account; one session at a time."""

    AUTH = sha256(hashlib.sha1(b"").digest() * 2)

    def __init__(self, replay):
        self.replay = replay
        self.secret = self.proof = b""
        self.accepted = False

    def post(self, path, body):
        """(status, body) of a reply."""
        if path == "/app/handshake1" and len(body) == 16:
            remote = os.urandom(16)
            self.secret, self.accepted = body + remote + self.AUTH, False
            self.proof = sha256(remote, body, self.AUTH)
            return 200, remote + sha256(self.secret)
        if path == "/app/handshake2" and self.secret:
            self.accepted = body == self.proof
            return 200 if self.accepted else 403, b""
        if path.startswith("/app/request?seq=") and self.accepted:
            return 200, self.request(struct.pack(">i", int(path.partition("=")[2])), body)
        return 403 if path.startswith("/app/request") else 404, b""

    def request(self, seq, body):
        key, sign = sha256(b"lsk", self.secret)[:16], sha256(b"ldk", self.secret)[:28]
        iv = sha256(b"iv", self.secret)[:12] + seq
        if body[:32] != sha256(sign, seq, body[32:]):
            raise ValueError("a wrong signature")
        text = aes_cbc(key, iv, body[32:], False).decode()
        cipher = aes_cbc(key, iv, self.replay.answer(text).encode(), True)
        return sha256(sign, seq, cipher) + cipher


class Aes:
    """securePassthrough, for the account of LOGIN; one session at a time."""

    TOKEN = "70CE"

    def __init__(self, replay):
        self.replay = replay
        self.key = self.iv = None
        self.logged_in = self.refused = False

    def post(self, path, body):
        path, _, query = path.partition("?")
        if path != "/app":
            return 200, b'{"error_code":1003}'
        return 200, json.dumps(self.answer(json.loads(body), query)).encode()

    def answer(self, request, query):
        values = request.get("params", {})
        if request.get("method") == "handshake":
            secret = os.urandom(32)
            self.key, self.iv, self.logged_in, self.refused = secret[:16], secret[16:], False, False
            public = serialization.load_pem_public_key(values["key"].encode())
            sealed = public.encrypt(secret, padding.PKCS1v15())
            return {"error_code": 0, "result": {"key": base64.b64encode(sealed).decode()}}
        if request.get("method") != "securePassthrough" or not self.key or self.refused:
            return {"error_code": 9999}
        text = aes_cbc(self.key, self.iv, base64.b64decode(values["request"]), False).decode()
        inner = json.loads(text)
        if inner["method"] == "login_device":
            self.logged_in = self.is_right(inner["params"])
            self.refused = not self.logged_in
            found = {"error_code": 0, "result": {"token": self.TOKEN}}
            reply = json.dumps(found if self.logged_in else {"error_code": -1501})
        elif not self.logged_in or query != "token=" + self.TOKEN:
            return {"error_code": 9999}
        else:
            reply = self.replay.answer(text)
        sealed = aes_cbc(self.key, self.iv, reply.encode(), True)
        return {"error_code": 0, "result": {"response": base64.b64encode(sealed).decode()}}

    def is_right(self, found):
        """Firmware with `lv` 2 takes the hash of the password, other firmware the password."""
        user, password = LOGIN
        name, word = (
            ("password2", digest(password))
            if self.replay.scheme.get("lv")
            else (
                "password",
                password,
            )
        )
        wanted = {"username": digest(user), name: word}
        return found == {
            key: base64.b64encode(text.encode()).decode() for key, text in wanted.items()
        }


def digest(text):
    return hashlib.sha1(text.encode()).hexdigest()


def http_reply(status, body, http):
    """Its bytes, in the way of most devices or in the other one."""
    if http == "plain":
        head = "HTTP/1.1 %d OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n"
        head += "Set-Cookie: TP_SESSIONID=5E55107;TIMEOUT=86400\r\n\r\n"
        return (head % (status, len(body))).encode() + body
    head = "HTTP/1.1 %d OK\r\nset-cookie: SESSIONID=5E55107;TIMEOUT=86400\r\n"
    head += "transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    chunks = [body[at : at + 40] for at in range(0, len(body), 40)] + [b""]
    text = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return (head % status).encode() + text


async def serve(service, problems, reader, writer):
    """One connection of what opened() has returned, until either side closes it."""
    http = service.replay.change.http
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.lower().split("\r\n")
            size = sum(int(line[15:]) for line in lines if line.startswith("content-length:"))
            body = await reader.readexactly(size)
            path = head.split(" ")[1]
            service.replay.posts += 1
            status, reply = service.post(path, body)
            first = path.endswith("handshake1") or b'"handshake"' in body or path == "/"
            if not first and "sessionid=5e55107" not in head.lower():
                status, reply = 403, b""
            writer.write(http_reply(status, reply, http))
            await writer.drain()
            if http != "plain":
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has closed it
    except Exception as error:
        problems.append("a request or its connection failed: %r" % error)
    finally:
        writer.close()


class Discovery(asyncio.DatagramProtocol):
    """Answers each probe of UDP port 20002 with the recording's discovery_result."""

    def __init__(self, found):
        self.text = json.dumps(found).encode()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        head = struct.pack(">BBHHBBII", 2, 0, 1, len(self.text), 17, 0, 1, 0x5A6B7C8D)
        crc = zlib.crc32(head + self.text)
        self.transport.sendto(head[:12] + struct.pack(">I", crc) + self.text, address)
