"""JSON as bodies of HTTP, in clear: what AES and TPAP begin with, and the envelope of AES."""

from ..errors import ProtocolError
from ..misread import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Fields, HttpLink

TYPE = "Content-Type: application/json\r\n"


def post_json(link: "HttpLink", path: str, body: bytes, once: bool = False) -> "tuple[int, bytes]":
    """As HttpLink.post."""
    return link.post(path, body, TYPE, once)


def fields_of(reply: bytes) -> "Fields":
    """A reply's JSON object, {} for anything else."""
    try:
        value = decoded(reply)
    except ProtocolError:
        return {}
    return value if isinstance(value, dict) else {}


def error_code(reply: bytes) -> "int | None":
    """None for what has none, or one that is no integer."""
    code = fields_of(reply).get("error_code")
    return code if type(code) is int else None


def result(reply: bytes) -> "Fields":
    """The result of a reply whose error_code is 0, {} where there is none."""
    found = fields_of(reply).get("result")
    return found if isinstance(found, dict) and error_code(reply) == 0 else {}
