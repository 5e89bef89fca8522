"""encode and decode: between JSON and what goes over the wire, for people and shell scripts.

As lenient as the devices are: a payload has to begin with a JSON object (or array), and what
follows it is kept. Bytes are counted from 0 in the errors.
"""

import binascii
import os

from ..cipher import decrypt, encrypt
from ..commands.json_check import check_json
from ..commands.standard_input import chunk
from ..errors import LocalError, ProtocolError
from ..transport.wire import frame, next_message
from .arguments import Parser
from .output import put

BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
BLANKS = frozenset(b" \t\r\n\v\f")
CHUNK = 65536


def encode(argv: "list[str]") -> None:
    """The subcommand: JSON to base64, or bytes with --raw."""
    options = _parser("encode", "JSON").parse_args(argv)
    plaintext = _input(options.text)
    if not options.text and plaintext.endswith(b"\n"):  # echo's
        plaintext = plaintext[:-1]
    check_json(plaintext, "the input")
    payload = encrypt(plaintext) if options.udp else frame(plaintext)
    put(1, payload if options.raw else binascii.b2a_base64(payload))


def decode(argv: "list[str]") -> None:
    """The subcommand: payloads to their JSON, byte for byte, a line each."""
    options = _parser("decode", "BASE64").parse_args(argv)
    payload = _input(options.text)
    if not options.raw and payload[:1] != b"\0":  # the first byte of a length is always 0
        payload = from_base64(payload)
    messages = [decrypt(payload)] if options.udp else deframe(payload)
    for message in messages:
        check_json(message, "the decoded text")
    put(1, b"".join(message + b"\n" for message in messages))


def _parser(name: str, text: str) -> Parser:
    parser = Parser(name)
    parser.add_argument("--raw", action="store_true", help="bytes instead of base64")
    parser.add_argument("--udp", action="store_true", help="a datagram: without a length")
    parser.add_argument("text", nargs="*", metavar=text, help="default: standard input")
    return parser


def _input(words: "list[str]") -> bytes:
    """The arguments as they were typed, else standard input."""
    if words:
        return os.fsencode(" ".join(words))
    try:
        return b"".join(iter(lambda: chunk(CHUNK) or b"", b""))
    except OSError as error:
        raise LocalError("standard input cannot be read: %s" % error.strerror) from None


def from_base64(text: bytes) -> bytes:
    """The bytes of one or more base64 texts in a row; blanks are ignored.

    Raises ProtocolError with the place of the first byte that does not fit.
    """
    decoded = bytearray()
    group = b""
    for position, byte in enumerate(text):
        if byte in BLANKS:
            continue
        group += bytes([byte])
        if byte not in BASE64 or group.rstrip(b"=").find(b"=") >= 0 or group[:2].find(b"=") >= 0:
            raise ProtocolError("not base64 at byte %d: %r" % (position, bytes([byte])))
        if len(group) == 4:
            decoded += binascii.a2b_base64(group)
            group = b""
    if group:
        raise ProtocolError("the base64 ends within a group of four, at byte %d" % len(text))
    return bytes(decoded)


def deframe(payload: bytes) -> "list[bytes]":
    """The messages in `payload`, frames in a row. Raises ProtocolError."""
    messages = []  # type: list[bytes]
    pending = bytearray(payload)
    while pending or not messages:
        start = len(payload) - len(pending)
        try:
            message = next_message(pending)
        except ValueError as error:
            raise ProtocolError("in the length at byte %d, %s" % (start, error)) from None
        if message is None:
            text = "the payload ends at byte %d, within the message that begins at byte %d"
            raise ProtocolError(text % (len(payload), start))
        messages.append(message)
    return messages
