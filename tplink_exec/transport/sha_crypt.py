"""SHA-crypt with SHA-256, `$5$`: how some devices store a password.

Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", 2007. The crypt module is gone since Python
3.13, and never was on all systems.
"""

from ..errors import ProtocolError, WrongCredentials
from .aes import in_time
from .klap import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields

DEFAULT_ROUNDS = 5000
"""Not told in the result."""
ROUNDS = range(1000, 100001)
"""The standard allows 999999999, of which a small computer makes 10000 in a second."""
MAX_PASSWORD = 256
DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def setting(values: "Fields") -> "tuple[bytes, int]":
    """Salt and rounds: of passwd_prefix, `$5$[rounds=N$]SALT[$]`, or of fields of their own."""
    salt, rounds = values.get("passwd_salt"), values.get("passwd_rounds", DEFAULT_ROUNDS)
    prefix = values.get("passwd_prefix")
    if isinstance(prefix, str):
        words = prefix.split("$")[1:]
        if words[:1] == ["5"] and words[1:2]:
            if words[1].startswith("rounds="):
                digits = words.pop(1)[7:]
                rounds = int(digits) if digits.isdecimal() and len(digits) < 10 else None
            salt = words[1] if words[1:] else None
    if not isinstance(salt, str) or not salt.isascii() or type(rounds) is not int:
        raise ProtocolError("the setting for SHA-crypt is %.80r" % (values,))
    if rounds not in ROUNDS:
        raise ProtocolError("SHA-crypt with %d rounds" % rounds)
    return salt.encode()[:16], rounds


def crypted(password: bytes, salt: bytes, rounds: int, deadline: float) -> bytes:
    """As crypt(3) writes it. Raises DeadlineExceeded."""
    size = len(password)
    if size > MAX_PASSWORD:  # its square is hashed
        raise WrongCredentials("a password of %d bytes" % size)
    digest = sha256(password + salt + password).digest()
    mixed = password + salt + filled(digest, size)
    left = size
    while left:
        mixed += digest if left & 1 else password
        left >>= 1
    digest = sha256(mixed).digest()
    word = filled(sha256(password * size).digest(), size)
    grain = filled(sha256(salt * (16 + digest[0])).digest(), len(salt))
    for turn in range(rounds):
        if not turn % 1000:
            in_time(deadline)
        start, end = (word, digest) if turn & 1 else (digest, word)
        middle = (grain if turn % 3 else b"") + (word if turn % 7 else b"")
        digest = sha256(start + middle + end).digest()
    head = "$5$" if rounds == DEFAULT_ROUNDS else "$5$rounds=%d$" % rounds
    return (head + salt.decode() + "$" + written(digest)).encode()


def filled(digest: bytes, size: int) -> bytes:
    """The digest over and over, `size` bytes of it."""
    return (digest * (size // 32 + 1))[:size]


def written(digest: bytes) -> str:
    """In base64 of its own kind: bytes from three thirds, in turn, six bits from the lowest on."""
    places = 0, 10, 20
    text = ""
    for _ in range(10):
        text += letters([digest[place] for place in places], 4)
        places = places[2] + 1, places[0] + 1, places[1] + 1
    return text + letters([0, digest[31], digest[30]], 3)


def letters(three: "list[int]", count: int) -> str:
    number = int.from_bytes(bytes(three), "big")
    return "".join([DIGITS[number >> 6 * place & 63] for place in range(count)])
