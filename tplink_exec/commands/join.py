"""join: give a new device the name and the password of the Wi-Fi.

The password comes from a prompt or from standard input, never from the arguments, which other
users of the machine can see; and nothing that a device answers to it is shown, as an answer can
hold it.
"""

import os
import time

from ..devices.request import BULB_MODULES, quoted, request
from ..errors import DeadlineExceeded, LocalError, ProtocolError, Refused, UsageError
from ..messages import answer
from .standard_input import chunk, is_terminal, secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Exchange, Options

MIN_PASSWORD = 8  # characters, of WPA2
MAX_PASSWORD = 256  # bytes
MAX_SSID = 32
WPA2 = 3
OPEN = 0


def join(exchange: "Exchange", options: "Options") -> bytes:
    """Needs options["password"]; an empty one means a network without."""
    password = options["password"]
    if 0 < len(password) < MIN_PASSWORD or len(os.fsencode(options["value"])) > MAX_SSID:
        text = "a Wi-Fi has a name of at most %d bytes, and a password of at least %d characters"
        raise UsageError(text % (MAX_SSID, MIN_PASSWORD))
    arguments = '{"ssid":%s,"password":%s,"key_type":%d}'
    arguments %= quoted(options["value"]), quoted(password), WPA2 if password else OPEN
    for module in "netif", BULB_MODULES["netif"]:
        reply = exchange(request(module, "set_stainfo", arguments))
        try:
            answer(reply, module, "set_stainfo", None)
            return b""
        except Refused as error:
            if error.smart:
                raise Refused("SMART devices join by the Kasa or Tapo app only") from None
            code, unsupported = error.err_code, error.unsupported
        except ProtocolError:
            raise ProtocolError("the reply does not confirm the network") from None
        if not unsupported:
            break
    raise Refused("the device does not take this network (err_code %d)" % code)


def ask_password(options: "Options", deadline: float) -> float:
    """Into options["password"]; returns the seconds that are not to count, see password."""
    options["password"], waited_s = password(options["value"], deadline)
    return waited_s


def password(ssid: str, deadline: float) -> "tuple[str, float]":
    """The password, and the seconds that a person took to type it, which are not to count.

    From a terminal by a prompt without echo; else the first line of standard input, which must
    have come by `deadline` (by time.monotonic()).
    """
    try:
        if is_terminal():
            started = time.monotonic()
            return secret("Password of the Wi-Fi %s: " % ssid), time.monotonic() - started
        return first_line(deadline).decode(), 0.0
    except EOFError:
        raise UsageError("no password was given") from None
    except UnicodeDecodeError:
        raise UsageError("the password is not UTF-8") from None
    except OSError as error:
        raise LocalError("the password cannot be read: %s" % error.strerror) from None


def first_line(deadline: float) -> bytes:
    """Of standard input, without its line end."""
    line = b""
    while b"\n" not in line and len(line) <= MAX_PASSWORD:
        data = chunk(MAX_PASSWORD, max(deadline - time.monotonic(), 0))
        if data is None:
            raise DeadlineExceeded("no password came on standard input in time")
        if not data and not line:
            raise UsageError("no password on standard input (an empty line: a network without)")
        if not data:
            break
        line += data
    line = line.split(b"\n")[0].rstrip(b"\r")
    if len(line) > MAX_PASSWORD:
        raise UsageError("the password has more than %d bytes" % MAX_PASSWORD)
    return line
