"""Text from anywhere, made fit for a line that people read."""

TURNING = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Line and paragraph separators, and the marks that reverse the order of what follows."""

MAX_DEVICE_TEXT = 200
"""Characters of a device's own words, in an error or a table."""


def one_line(text: str) -> str:
    """`text` with what could end the line or drive a terminal escaped: C0, C1, DEL, and what
    turns or breaks lines or cannot be encoded."""
    return "".join(
        char.encode("unicode_escape").decode()
        if char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" or char in TURNING
        else char
        for char in text
    )
