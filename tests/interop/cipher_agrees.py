#!/usr/bin/env python3
"""tplink_exec.cipher and kasa-crypt agree, on seeded random texts, in both directions.

    python3 tests/interop/cipher_agrees.py

with a Python that has kasa-crypt (tests/interop/kasa.py runs it with one). Exit code 1 when
they differ.
"""

import random
import struct
import sys
from pathlib import Path

import kasa_crypt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tplink_exec import cipher

SEED = 9999
TEXTS = 1000
LONGEST = 2000  # bytes
WORDS = (
    *'{}[]:,"0123456789 -.',
    *('"system"', '"get_sysinfo"', '"emeter"', '"err_code":0', '"alias":', "null", "true"),
    *("\\n", "\\u00e9", "\t", "\n", "\x7f", "é", "ß", "Ω", "漢", "字", "😀"),  # 1 to 4 bytes
)


def texts():
    """TEXTS texts of 0 to LONGEST bytes of UTF-8, these two lengths included."""
    source = random.Random(SEED)
    for number in range(TEXTS):
        size = (0, 1, LONGEST)[number] if number < 3 else source.randint(0, LONGEST)
        text = ""
        while len(text.encode()) < size:
            text += source.choice(WORDS)
        yield text.encode()[:size].decode(errors="ignore")  # a character cut in two is left out


def agree(text):
    plain = text.encode()
    theirs = kasa_crypt.encrypt(text)  # with the length that precedes it on TCP
    ours = cipher.encrypt(plain)
    return (
        bytes(theirs) == struct.pack(">I", len(plain)) + ours
        and cipher.decrypt(theirs[4:]) == plain
        and kasa_crypt.decrypt(ours) == text
    )


def main():
    extension = "kasa_crypt._crypt_impl" in sys.modules
    lengths = []
    for number, text in enumerate(texts()):
        if not agree(text):
            print("text %d of seed %d differs: %r" % (number, SEED, text))
            return 1
        lengths.append(len(text.encode()))
    print(
        "%d texts of %d to %d bytes, kasa-crypt %s (%s)"
        % (
            len(lengths),
            min(lengths),
            max(lengths),
            kasa_crypt.__version__,
            "C extension" if extension else "pure Python, its extension is not built",
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
