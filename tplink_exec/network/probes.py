"""What is read of the answers to the probes of `transport.wake`, by UDP; no I/O here.

Port 9999 takes get_sysinfo, encrypted and without a length; port 20002, of newer firmware, a header
of 16 bytes (version, type, operation u16, size u16, flags, padding, serial u32, CRC-32 u32) and
JSON after it. Anybody may answer, and say anything: what does not fit is None, and an address is
only ever the one that the datagram came from.
"""

import struct
from binascii import crc32

from .. import sysinfo
from ..address import HTTP_PORT
from ..cipher import decrypt
from ..devices import identity
from ..errors import PlugError
from ..scanner import scan
from ..switchless import switchless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields

HEADER = struct.Struct(">BBHHBBII")
VERSION = 2
CRC_SEED = bytes.fromhex("5a6b7c8d")
"""What stands in the CRC's place while it is computed."""
ENCRYPTIONS = {"KLAP": "klap", "AES": "aes", "TPAP": "tpap"}
"""The transport, by what discovery calls it. Cameras have ["3"], or nothing."""
MAX_DATAGRAM = 8192
"""Bytes. A strip's sysinfo has some 2000."""


def sighting(data: bytes, host: str, port: int) -> "Fields | None":
    """The device that a datagram from `host` tells of, None for what is none's answer.

    alias, model, state (ON, OFF) are None where it does not say them, mac and device_id "",
    transport (xor, klap, aes, tpap) None where it is none of them, and `reason` says why. `port` is
    what 9999 was when probing.
    """
    if len(data) > MAX_DATAGRAM:
        return None
    found = _tdp(data) if data[:1] == b"\2" else _xor(data, port)
    if not found or not (found["mac"] or found["model"]):
        return None  # an echo of the probe has neither
    return {**found, "host": host}


def _xor(data: bytes, port: int) -> "Fields | None":
    info = _object(_object(_json(decrypt(data))).get("system")).get("get_sysinfo")
    try:
        info = sysinfo.unnested(_object(info))
    except PlugError:
        return None
    if repr(info.get("err_code", 0)) != "0":
        return None
    return {
        **identity.of(info),
        "alias": identity.text(info.get("alias")),
        "model": identity.text(info.get("model")),
        "port": port,
        "transport": "xor",
        "state": _state(info),
        "reason": None,
    }


def _state(info: "Fields") -> "str | None":
    try:
        return "ON" if sysinfo.state(info) else "OFF"
    except PlugError:
        return None


def _tdp(data: bytes) -> "Fields | None":
    if len(data) < HEADER.size:
        return None
    version, _, _, size, _, _, _, crc = HEADER.unpack_from(data)
    start = HEADER.size
    if (version, size) != (VERSION, len(data) - start):
        return None
    if crc != crc32(data[: start - 4] + CRC_SEED + data[start:]):
        return None
    answer = _object(_json(data[start:]))
    result = _object(answer.get("result"))
    if repr(answer.get("error_code", 0)) != "0":
        return None
    scheme = _object(result.get("mgt_encrypt_schm"))
    http_port = scheme.get("http_port")
    if type(http_port) is not int or not 0 < http_port < 65536:
        http_port = HTTP_PORT
    transport = _encryption(scheme.get("encrypt_type"), result)
    why = switchless(result.get("device_type")) or None
    if not why and transport not in ENCRYPTIONS.values():
        why = transport or "says nothing of its encryption"
    return {
        # Its device_id is a hash of what sysinfo calls deviceId: not to be compared with that.
        "mac": identity.mac(result.get("mac")),
        "device_id": "",
        "alias": None,
        "model": identity.text(result.get("device_model")),
        "port": http_port,
        "transport": None if why else transport,
        "state": None,
        "reason": why,
    }


def _encryption(told: object, result: "Fields") -> str:
    """What it speaks, by `told`, a word or a list of them; else what that is, "" for nothing."""
    words = told if isinstance(told, list) else [told]
    known = [ENCRYPTIONS[word] for word in words if isinstance(word, str) and word in ENCRYPTIONS]
    if isinstance(result.get("tpap"), dict):
        known.append("tpap")
    if known or not told:
        return known[0] if known else ""
    return "speaks %.20s, which this program does not" % (told,)


def _json(data: bytes) -> object:
    """The value, None for what is no JSON; whatever follows it is ignored, as devices do."""
    try:
        return scan(data.decode("utf-8", "replace").lstrip(" \t\r\n"), 0)[0]
    except Exception:  # StopIteration, RecursionError, UnicodeDecodeError, ...
        return None


def _object(value: object) -> "Fields":
    return value if isinstance(value, dict) else {}
