"""What TPAP makes of a password before it is stretched: the passcode, by what the device asks for.

Only forms that a real device was seen to take, or the maker's app to make. The password's bytes
are UTF-8; the app cuts longer ones, so only with an ASCII password is it certain what it stores.
"""

from ..errors import ProtocolError, Refused
from .derive import hkdf
from .klap import sha1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields

COMPATIBILITY = "switch Third-Party Compatibility on in the Kasa or Tapo app"
SHADOWS = (2, 4)
"""passwd_id: SHA-1. 4 is what one S505D wanted, and other clients take for the bare password."""
SHA_CRYPT = 5
DEFAULT_SEED = b"GqY5o136oa4i6VprTlMW2DpVXxmfW8"
"""python-kasa's pull request 1592 and plugp100 6.0.2 agree on it, and on the salt and info."""


def of_account(password: str, extra: "Any", deadline: float) -> bytes:
    """`extra` is the answer's extra_crypt. Raises Refused for what is not known."""
    data = password.encode("utf-8", "surrogateescape")
    kind, values = parts(extra)
    if kind == "password_shadow" and values.get("passwd_id") in SHADOWS:
        return sha1(data).hexdigest().encode()
    if kind == "password_shadow" and values.get("passwd_id") == SHA_CRYPT:
        from .sha_crypt import crypted, setting

        return crypted(data, *setting(values), deadline)
    name = kind or "no extra_crypt"
    if "passwd_id" in values:
        name += " %.20r" % (values["passwd_id"],)
    text = "the device wants the password in a form not known here (%s): %s"
    raise Refused(text % (name, COMPATIBILITY))


def parts(extra: "Any") -> "tuple[str, Fields]":
    """Type and parameters. Raises ProtocolError."""
    if extra is None:
        return "", {}
    if isinstance(extra, dict):
        kind, values = extra.get("type"), extra.get("params")
        if isinstance(kind, str) and isinstance(values, dict):
            return kind[:40], values
    raise ProtocolError("extra_crypt is %.60r" % (extra,))


def of_nobody(mac: "Any") -> bytes:
    """That of a device which asks for its default passcode: it follows from its MAC."""
    digits = mac.replace(":", "").replace("-", "") if isinstance(mac, str) else ""
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        data = b""
    if len(data) != 6:
        raise ProtocolError("its mac is %.40r" % (mac,))
    secret = DEFAULT_SEED + data[3:] + data[:3]
    salt, info = b"tp-kdf-salt-default-passcode", b"tp-kdf-info-default-passcode"
    return hkdf(secret, salt, info, 32).hex().upper().encode()
