#!/usr/bin/env python3
"""What the cipher costs, against the usual byte loop and against the C extension kasa-crypt.

    python3 tests/benchmarks/cipher.py

kasa-crypt is measured when it is importable (python3 -m pip install kasa-crypt, best in a
virtual environment; tests/interop/kasa.py makes one and runs this in it). Each repeat measures
every case once, in turn, so that a machine that gets slower slows all; printed is the best.

What is compared does the same work: bytes to bytes against the loop, bytes to str against
kasa_crypt.decrypt, and str to length + cipher text against kasa_crypt.encrypt.

Exit code 1 when a requirement, printed last, is not met.
"""

import struct
import sys
import timeit
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tplink_exec import cipher

try:
    import kasa_crypt
except ImportError:
    kasa_crypt = None

SIZES = 45, 600, 4000
REPEATS = 300
REPEAT_S = 0.001  # short, so that some of the repeats are undisturbed
REQUIRED_SIZE = 600  # decrypting a reply of so many bytes is to be ...
LOOP_FACTOR = 8  # ... at least so many times faster than the byte loop, ...
EXTENSION_FACTOR = 5  # ... and at most so many times slower than the extension

OURS, LOOP, EXTENSION = "tplink_exec.cipher", "byte loop", "kasa-crypt"
DECRYPT, DECRYPT_STR = "decrypt, bytes to bytes", "decrypt, bytes to str"
ENCRYPT, ENCRYPT_STR = "encrypt, bytes to bytes", "encrypt, str to length + bytes"
CASES = {
    (DECRYPT, OURS): "cipher.decrypt(data)",
    (DECRYPT, LOOP): "loop_decrypt(data)",
    (DECRYPT_STR, OURS): "cipher.decrypt(data).decode()",
    (DECRYPT_STR, LOOP): "loop_decrypt(data).decode()",
    (DECRYPT_STR, EXTENSION): "kasa_crypt.decrypt(data)",
    (ENCRYPT, OURS): "cipher.encrypt(plain)",
    (ENCRYPT, LOOP): "loop_encrypt(plain)",
    (ENCRYPT_STR, OURS): "plain = text.encode(); length(len(plain)) + cipher.encrypt(plain)",
    (ENCRYPT_STR, LOOP): "plain = text.encode(); length(len(plain)) + loop_encrypt(plain)",
    (ENCRYPT_STR, EXTENSION): "kasa_crypt.encrypt(text)",
}

length = struct.Struct(">I").pack


def loop_decrypt(data):
    """As clients write it."""
    key = 171
    result = bytearray()
    for byte in data:
        result.append(key ^ byte)
        key = byte
    return bytes(result)


def loop_encrypt(data):
    """As clients write it."""
    key = 171
    result = bytearray()
    for byte in data:
        key ^= byte
        result.append(key)
    return bytes(result)


def reply(size):
    """A JSON reply of `size` bytes; at 45 the one to set_relay_state."""
    text = '{"system":{"set_relay_state":{"err_code":0}}}'
    if size > len(text):
        text = '{"system":{"get_sysinfo":{"err_code":0,"alias":"%s"}}}'
        text %= ("Smart Wi-Fi Plug 0123456789 " * size)[: size - len(text % "")]
    assert len(text) == size
    return text


def extension_loaded():
    """Not so where it was installed without a compiler: then it is a Python loop itself."""
    return kasa_crypt is not None and "kasa_crypt._crypt_impl" in sys.modules


def timers(size):
    """{(what, who): Timer}, after a check that all do what they should."""
    text = reply(size)
    data = loop_encrypt(text.encode())
    names = {"text": text, "plain": text.encode(), "data": data, "length": length}
    names.update(cipher=cipher, kasa_crypt=kasa_crypt)
    names.update(loop_decrypt=loop_decrypt, loop_encrypt=loop_encrypt)
    wanted = {DECRYPT: text.encode(), DECRYPT_STR: text, ENCRYPT: data}
    result = {}
    for (what, who), statement in CASES.items():
        if who != EXTENSION or extension_loaded():
            if what != ENCRYPT_STR:  # statements, not expressions
                assert eval(statement, names) == wanted[what], (what, who, size)
            result[what, who] = timeit.Timer(statement, globals=names)
    return result


def best_s(cases):
    """{key: seconds per call, the best of REPEATS}, the repeats in turn."""
    numbers = {key: int(REPEAT_S * 100 / timer.timeit(100)) or 1 for key, timer in cases.items()}
    best = dict.fromkeys(cases, float("inf"))
    for _ in range(REPEATS):
        for key, timer in cases.items():
            best[key] = min(best[key], timer.timeit(numbers[key]) / numbers[key])
    return best


def table(size, seconds):
    print("\n%-50s %11s %16s" % ("%d bytes" % size, "us per call", "to tplink_exec"))
    for (what, who), value in seconds.items():
        print(
            "  %-30s  %-18s %10.3f %16.2f" % (what, who, value * 1e6, value / seconds[what, OURS])
        )


def verdict(met, text):
    print("%s  decrypt at %d bytes: %s" % ("PASS" if met else "FAIL", REQUIRED_SIZE, text))
    return met


def requirements(seconds):
    """Print what is required at REQUIRED_SIZE and what is; True when all is met."""
    faster = seconds[DECRYPT, LOOP] / seconds[DECRYPT, OURS]
    text = "%.2f times faster than the byte loop; required: at least %d"
    met = verdict(faster >= LOOP_FACTOR, text % (faster, LOOP_FACTOR))
    if not extension_loaded():
        print("----  kasa-crypt's extension is not here: python3 -m pip install kasa-crypt")
        return met
    extension = seconds[DECRYPT_STR, EXTENSION]
    slower = seconds[DECRYPT_STR, OURS] / extension
    text = "%.2f times slower than kasa-crypt (%.2f without .decode()); allowed: at most %d"
    text %= slower, seconds[DECRYPT, OURS] / extension, EXTENSION_FACTOR
    return verdict(slower <= EXTENSION_FACTOR, text) and met


def main():
    print("Python %s, best of %d repeats" % (sys.version.split()[0], REPEATS))
    results = {size: best_s(timers(size)) for size in SIZES}
    for size, seconds in results.items():
        table(size, seconds)
    print()
    return 0 if requirements(results[REQUIRED_SIZE]) else 1


if __name__ == "__main__":
    sys.exit(main())
