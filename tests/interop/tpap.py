#!/usr/bin/env python3
"""TPAP with others: their clients at our device, our program at a device of nothing of ours.

    python3 tests/interop/tpap.py [PYTHON]

It installs plugp100, tapo, cryptography and ecdsa from PyPI into a virtual environment under a
temporary directory, made with PYTHON or the first Python >= 3.11 that is found (without one:
"skipped", exit code 0). Then

- plugp100 and tapo (tpap_client.py) log in to `tplink-exec simulate --tpap`, read and switch;
  plugp100 also without an account; a wrong password is refused;
- tplink-exec logs in to the device of tpap_device.py, reads and switches: with each form of the
  password and of w0, with and without a proof of the make. A wrong password is sent once.

No real device with TPAP was at hand. Port 80 of 127.0.85.1 and .2 and UDP port 20002 of these
must be free; who may not have port 80 leaves the first part out. Exit code 1 when anything failed.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

from kasa import ENVIRONMENT, PROGRAM, ROOT, Failure, Report, attempt, find_python, output, run

FOLDER = ROOT / "tests" / "interop"
PACKAGES = "plugp100==6.0.2", "tapo==0.12.0", "cryptography", "ecdsa"
USER, PASSWORD = "me@example.com", "Secr3t!pass"
OURS, THEIRS = "127.0.85.1", "127.0.85.2"
ON_OFF = [False, True, False]
SHA1 = hashlib.sha1(PASSWORD.encode()).hexdigest()
CRYPT = "$5$saltsaltsaltsalt$jDUk1.yA32Ugmlcesp8rdlf7VGhYC1hMLTgI79Fn361"
"""By `openssl passwd -5`."""
SALT = "00" * 16
SMALL = "00f0" * 8
"""A salt that makes SHA1's w0 smaller than 2**247."""
DEVICES = {
    "SHA-1": ("fixed", "2", "0", SHA1, SALT),
    "SHA-1, proof of its make": ("fixed", "2", "1", SHA1, SALT),
    "passwd_id 4": ("fixed", "4", "0", SHA1, SALT),
    "SHA-crypt": ("fixed", "5", "0", CRYPT, SALT),
    "small w0": ("fixed", "2", "0", SHA1, SMALL),
    "small w0, written short": ("short", "2", "0", SHA1, SMALL),
}


def install(python, folder):
    """The environment's Python."""
    output(python, "-m", "venv", folder, timeout_s=300)
    programs = os.path.join(folder, "bin", "python")
    output(programs, "-m", "pip", "install", "--quiet", *PACKAGES, timeout_s=600)
    return programs


@contextlib.contextmanager
def process(*argv):
    """A process that says something once it serves; yields what it says, as a function."""
    with tempfile.TemporaryFile() as said:
        job = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=ENVIRONMENT
        )

        def text():
            return os.pread(said.fileno(), 10000, 0).decode()

        try:
            deadline = time.monotonic() + 20
            while "\n" not in text():
                if time.monotonic() > deadline or job.poll() is not None:
                    raise Failure("it does not start: %s" % text())
                time.sleep(0.05)
            yield text
        finally:
            job.terminate()
            try:
                job.wait(10)
            except subprocess.TimeoutExpired:
                job.kill()
                job.wait()


def simulated(host, model, *login):
    words = "--model", model, "--tpap", "--address", host, "--http-port", "80", *login
    return process(PROGRAM, "simulate", *words)


def check_clients(report, python):
    def seen(client, host, password=PASSWORD):
        words = python, "-I", str(FOLDER / "tpap_client.py"), client, USER, password, host
        done = run(*words)
        return json.loads(done.stdout) if done.stdout else done.stderr

    with simulated(OURS, "KP125M", "--login", USER + ":" + PASSWORD) as said:
        if "Permission denied" in said():
            print("skipped: no right to port 80")
            return
        for client in ("plugp100", "tapo"):
            wanted = [["KP125M", on] for on in ON_OFF]
            report.equal("%s at ours" % client, seen(client, OURS), wanted)
            found = seen(client, OURS, "wrong")
            report.equal("%s: a wrong password" % client, isinstance(found, str), True)
        found = run(PROGRAM, OURS, "80", "check").returncode
        report.equal("tplink-exec without a login", found, 7)
    with simulated(THEIRS, "L530") as said:
        wanted = [["L530", on] for on in ON_OFF]
        report.equal("plugp100 at ours, of nobody", seen("plugp100", THEIRS), wanted)


def check_ours(report, python, name, folder):
    argv = python, str(FOLDER / "tpap_device.py"), THEIRS, *DEVICES[name]
    with process(*argv) as said:
        port = said().split()[0]

        def call(*words, password=PASSWORD):
            environment = {**ENVIRONMENT, "XDG_RUNTIME_DIR": folder, "HOME": folder}
            environment.update(TPLINK_EXEC_USERNAME=USER, TPLINK_EXEC_PASSWORD=password)
            done = subprocess.run(
                [PROGRAM, THEIRS, "9999", *words, "--http-port", port],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                env=environment,
                timeout=60,
            )
            return done.returncode, done.stdout if not done.returncode else ""

        words = "check", "on", "check", "toggle --print-state", "get alias"
        found = [call(*word.split()) for word in words]
        wanted = [(0, "OFF\n"), (0, ""), (0, "ON\n"), (0, "OFF\n"), (0, "Lamp\n")]
        report.equal("%s: tplink-exec" % name, found, wanted)
        wrong = [call("on", password="wrong")[0] for _ in range(3)]
        report.equal("%s: a wrong password" % name, wrong, [7, 7, 7])
        right = ["wrong", "right"] if DEVICES[name][0] == "short" else ["right"]
        report.equal("%s: logins" % name, said().split()[1:], right * 5 + ["wrong"])


def main(argv):
    python = argv[0] if argv else find_python()
    if python is None:
        print("skipped: it needs a Python >= 3.11 with venv, and none is found")
        return 0
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        try:
            python = install(python, folder)
        except (Failure, OSError, subprocess.TimeoutExpired) as error:
            print("FAIL  the other clients cannot be installed: %s" % error)
            return 1
        attempt(report, "other clients", check_clients, report, python)
        for name in DEVICES:
            attempt(report, name, check_ours, report, python, name, folder)
    print("%d checks passed, %d failed" % (report.passed, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
