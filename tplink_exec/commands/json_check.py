"""What is wrong with JSON that a user gives, and where."""

from ..errors import ProtocolError

QUOTES = "; a shell takes the quotes out of JSON unless it is in single quotes: '{...}'"


def check_json(data: bytes, what: str) -> None:
    """Raise ProtocolError, with the place, unless `data` begins with a JSON object or array."""
    import json  # slow

    try:
        text = data.decode()
        blanks = len(text) - len(text.lstrip(" \t\r\n"))
        if text[blanks : blanks + 1] not in ("{", "["):
            raise json.JSONDecodeError("no object", text, blanks)
        # No int() of long numbers: Python refuses it, or takes minutes.
        json.JSONDecoder(parse_int=float).raw_decode(text, blanks)
    except UnicodeDecodeError as error:
        raise ProtocolError(
            "%s is not UTF-8 at byte %d: %.40r" % (what, error.start, data)
        ) from None
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode())
        more = QUOTES if text[blanks : blanks + 1] == "{" and '"' not in text else ""
        raise ProtocolError("%s is not JSON at byte %d: %.40r%s" % (what, at, data, more)) from None
    except RecursionError:
        raise ProtocolError("%s is nested too deeply" % what) from None
