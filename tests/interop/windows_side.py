"""What a Windows Python tries of the program: started by wine.py, in Wine.

    python windows_side.py PLACES

PLACES is a JSON file: devices by what they are, as [HOST, PORT] or [HOST, PORT, HTTP_PORT], and
`faults`, [HOST, PORT, EXIT_CODE] by name. Standard library only. Exit code 1 when a check fails.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILE = os.path.join(ROOT, "scripts", "tplink-exec")
with open(FILE, "rb") as file:
    START = file.readline().decode().rstrip("\n").partition(" ")[2]
LIMIT_S = 60
SLACK_S = 4.0
"""Wine on a busy machine."""
LOGIN = {"TPLINK_EXEC_USERNAME": "me@example.com", "TPLINK_EXEC_PASSWORD": "p\u00e4ssword 1"}
WRONG = {"TPLINK_EXEC_USERNAME": "me@example.com", "TPLINK_EXEC_PASSWORD": "another"}
failures = []
passed = []


def equal(name, found, wanted):
    if found == wanted:
        passed.append(name)
    else:
        failures.append(name)
        print("FAIL  %s: %r, not %r" % (name, found, wanted), flush=True)


def program(*words, **options):
    """(exit code, standard output, standard error) of a call."""
    start = options.pop("start", [sys.executable, FILE])
    environment = {**os.environ, **options.pop("environment", {})}
    if "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    done = subprocess.run(
        [*start, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=LIMIT_S,
        env=environment,
        **options,
    )
    return done.returncode, done.stdout, done.stderr


def fails(name, result, code):
    """With that exit code, no output, and one line without a CR."""
    equal(name, (result[0], result[1], result[2].count(b"\n"), result[2][-2:-1] == b"\r"),
          (code, b"", 1, False))  # fmt: skip


def way(place, *words):
    """The words of a call to a device behind its HTTP port."""
    return [place[0], 80, *words, "--http-port", place[2]]


def six_commands(places):
    place = places["xor"]
    for words, wanted in (
        (("check",), b"OFF\n"),
        (("on",), b""),
        (("check",), b"ON\n"),
        (("off",), b""),
        (("toggle", "--print-state"), b"ON\n"),
        (("get", "alias"), "K\u00fcche\n".encode()),
    ):
        equal("xor %s" % " ".join(words), program(*place, *words), (0, wanted, b""))
    code, out, err = program(*place, "status")
    equal("status", (code, out[:25], out[-2:], err), (0, b'{"system":{"get_sysinfo":', b"}\n", b""))
    code, out, err = program(*place, "emeter")
    equal("emeter", (code, out[:11], err), (0, b'{"emeter":{', b""))
    fails("nothing listens", program("127.0.0.1", 1, "check"), 3)
    fails("no such name", program("no-such-name.invalid", 9999, "check"), 3)
    fails("wrong usage", program("127.0.0.1", 9999, "onn"), 1)
    equal("localhost", program("localhost", places["local"][1], "check"), (0, b"OFF\n", b""))
    code, out, _ = program("--help")
    equal("--help", (code, b"\r" in out, b"discover" in out), (0, False, True))
    equal("--where", program("--where"), (0, FILE.encode() + b"\n", b""))
    equal("is-on", program(*places["local"], "is-on"), (8, b"", b""))


def forms(places):
    """How openHAB, a user, and the py launcher, which obeys the first line, start it."""
    call = [*places["local"], "check"]
    with tempfile.TemporaryDirectory() as folder:
        launcher = os.path.join(os.path.dirname(sys.executable), "py.exe")
        shutil.copy(sys.executable, launcher)  # it is none: but it starts a file
        blank = os.path.join(folder, "with blanks")
        os.mkdir(blank)
        for name in ("tplink-exec", "tplink-exec.cmd"):
            shutil.copy(os.path.join(ROOT, "scripts", name), blank)
        path = {"PATH": os.path.dirname(sys.executable) + ";" + os.environ["PATH"]}
        script = os.path.join(blank, "tplink-exec.cmd")
        for name, start in {
            "the launcher": [sys.executable, START, FILE],
            "isolated": [sys.executable, "-I", "-S", FILE],
            "the package": [sys.executable, "-m", "tplink_exec"],
            "a folder with blanks": [sys.executable, os.path.join(blank, "tplink-exec")],
            "the .cmd": [script],
            "cmd /c": ["cmd", "/c", script],
        }.items():
            found = program(*call, start=start, environment=path, cwd=ROOT)
            equal("started by " + name, found, (0, b"OFF\n", b""))
        found = program("127.0.0.1", "1", "check", start=[script], environment=path)
        equal("the .cmd's exit code", found[0], 3)
        with open(os.path.join(folder, "json.py"), "w") as trap:
            trap.write("raise SystemExit(9)")
        found = program("--version", environment={"PYTHONPATH": folder}, cwd=folder)
        equal("isolated from PYTHONPATH", found[0], 0)


def faults(places):
    """Each with its exit code."""

    def meet(item):
        name, (host, port, code) = item
        late = ["--timeout", "0.5"] if code == 4 else ["--timeout", "20"]
        return name, code, program(host, port, "check", *late)

    with ThreadPoolExecutor(3) as pool:
        for name, code, result in pool.map(meet, places["faults"].items()):
            if code:
                fails("fault " + name, result, code)
            else:
                equal("fault " + name, result, (0, b"OFF\n", b""))


def deadline(places):
    started = time.monotonic()
    program("--version")
    own_s = time.monotonic() - started
    started = time.monotonic()
    fails("deadline", program(*places["faults"]["silent"][:2], "check"), 4)
    took_s = time.monotonic() - started - own_s
    equal("5 s, not %.1f" % took_s, -0.5 - own_s < took_s - 5 < SLACK_S, True)


def logins(places):
    for kind in ("klap", "aes", "tpap"):
        place = places[kind]
        equal(kind, program(*way(place, "check"), environment=LOGIN), (0, b"OFF\n", b""))
        if kind == "klap":
            equal("on", program(*way(place, "on"), environment=LOGIN), (0, b"", b""))
            fails("no login", program(*way(place, "check")), 7)
        fails(kind + ": wrong", program(*way(place, "check"), environment=WRONG), 7)
    again = program(*way(places["tpap"], "check"), environment=WRONG)
    fails("tpap: again", again, 7)
    equal("tpap: it is remembered", b"it is not sent again" in again[2], True)
    folder = os.path.join(os.environ["APPDATA"], "tplink-exec")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "credentials")
    with open(path, "wb") as file:
        text = "username={}\r\npassword={}\r\n".format(*LOGIN.values())
        file.write(b"\xef\xbb\xbf" + text.encode())  # as Notepad may
    equal("a file's", program(*way(places["klap"], "check")), (0, b"ON\n", b""))
    os.unlink(path)
    told = program(*way(places["klap"], "check"))[2]
    equal("where it may stand", b"%ProgramData%\\tplink-exec\\credentials or TPL" in told
          or b"%ProgramData%\\tplink-exec\\credentials, or TPL" in told, True)  # fmt: skip


def names(places):
    host, port = places["xor"]
    words = ["discover", "--target", host, "--port", port, "--timeout", "3"]
    code, out, err = program(*words, "--json")
    found = json.loads(out.decode()) if out else []
    equal("discover", (code, [row["alias"] for row in found], err), (0, ["K\u00fcche"], b""))
    with ThreadPoolExecutor(3) as pool:
        saved = list(pool.map(lambda _: program(*words, "--save")[::2], range(3)))
    equal("three that save at once", saved, [(0, b"")] * 3)
    path = os.path.join(os.environ["APPDATA"], "tplink-exec", "devices.json")
    with open(path, encoding="utf-8") as file:
        equal("remembered", len(json.load(file)["devices"]), 1)
    for name in ("K\u00fcche", found[0]["mac"] if found else "?"):
        equal("by name: %a" % name, program(name, 9999, "check"), (0, b"ON\n", b""))


def broadcasts(_):
    """What would be sent to; nothing is."""
    code = "from tplink_exec.windows.adapters import broadcast_addresses as b; print(*b())"
    code, out, err = program(start=[sys.executable, "-c", code], cwd=ROOT)
    fine = re.fullmatch(rb"((?!127)\d+\.\d+\.\d+\.\d+ ?)*\r\n", out)
    equal("broadcast addresses: %r" % out, (code, bool(fine), err), (0, True, b""))


def encoding(_):
    code, raw, _ = program("encode", "--raw", input=b'{"a":"1"}\r\n')
    equal("encode", (code, raw[:4]), (0, b"\0\0\0\x0a"))
    code, raw, _ = program("encode", '{"system":{"get_sysinfo":{}}}')
    equal("encode words", (code, raw[-1:], b"\r" in raw), (0, b"\n", False))
    equal("decode", program("decode", input=raw), (0, b'{"system":{"get_sysinfo":{}}}\n', b""))
    raw = program("encode", "--raw", '{"a":"\u00e4"}')[1]
    equal("bytes", program("decode", input=raw), (0, '{"a":"\u00e4"}\n'.encode(), b""))


def outputs(places):
    """Readers that do not read, and those that have gone."""
    for close in (True, False):
        process = subprocess.Popen(
            [sys.executable, FILE, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if close:
            process.stdout.close()
        name = "a reader that has gone" if close else "one that does not read"
        err = process.stderr.read()
        equal(name, (process.wait(LIMIT_S), err.count(b"\n")), (2, 1))
    process = subprocess.Popen(
        [sys.executable, FILE, *map(str, places["xor"]), "join", "Home", "--timeout", "1"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    equal("no password in time", (process.wait(LIMIT_S), process.stdout.read()), (4, b""))
    found = program(*places["xor"], "join", "Home", input=b"secret 123\r\n")
    equal("join", found, (0, b"", b""))


class Running:
    """A process that runs on; its lines come in `lines`."""

    def __init__(self, *words, **options):
        options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **options}
        self.process = subprocess.Popen([sys.executable, FILE, *map(str, words)], **options)
        self.lines = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def expect(self, name, *wanted):
        until = time.monotonic() + 30
        while len(self.lines) < len(wanted) and time.monotonic() < until:
            time.sleep(0.05)
        equal(name, self.lines[: len(wanted)], list(wanted))
        del self.lines[: len(wanted)]

    def tell(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def end(self):
        self.process.kill()
        self.process.wait(LIMIT_S)


def watch(places):
    place = "%s:%d" % tuple(places["watched"])
    running = Running("watch", "--interval", "0.3", place)
    running.expect("watch", b"HS100 OFF\n")
    running.tell(b"HS100 on\r\n")
    running.expect("a command", b"HS100 ON\n")
    running.tell(b"HS100 off\n")
    running.process.stdin.close()
    running.expect("and the last", b"HS100 OFF\n")
    equal("the end of a pipe", running.process.wait(LIMIT_S), 0)
    running = Running(
        "watch", "--interval", "0.3", "--repeat", "1", place, stdin=subprocess.DEVNULL
    )
    running.expect("with NUL", b"HS100 OFF\n", b"HS100 OFF\n")
    running.end()


def proxy(places):
    place = "%s:%d" % tuple(places["served"])
    running = Running("proxy", "-l", 0, place)
    until = time.monotonic() + 30
    while not running.lines and time.monotonic() < until:
        time.sleep(0.05)
    state = "/%s/state" % place
    found = re.search(rb"http://127\.0\.0\.1:(\d+)/", b"".join(running.lines))
    port = int(found[1]) if found else 1
    for method, path, body, wanted in (
        ("GET", state, None, (200, b"OFF")),
        ("PUT", state, b"ON", (200, b"")),
        ("GET", state, None, (200, b"ON")),
        ("PUT", state, b"off", (200, b"")),
        ("GET", "/nowhere", None, (404, None)),
        ("POST", "/command", b'{"system":{"get_sysinfo":{}}}}', (200, None)),
    ):
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        link.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = link.getresponse()
        text = answer.read().strip()
        link.close()
        equal("proxy %s %s" % (method, path), (answer.status, wanted[1] and text), wanted)
    fails("a port that is taken", program("proxy", "-l", port, place), 2)
    running.end()


def openhab(places):
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.join(folder, "open hab")
        os.mkdir(folder)
        place = "%s:%d" % tuple(places["local"])
        words = "openhab", place, "--output", folder
        code, out, err = program(*words)
        equal("openhab", (code, out.count(b"\n"), b"\r" in out, err), (0, 5, False, b""))
        equal("and again", program(*words), (0, b"", b""))
        with open(os.path.join(folder, "misc", "exec.whitelist"), "rb") as file:
            lines = file.read().splitlines()
        default = rb"C:\openHAB\conf\scripts\tplink-exec.cmd "
        equal("whitelist", lines[1][: len(default)], default)
        with open(os.path.join(folder, "things", "tplink.things"), "ab") as file:
            file.write(b"// mine\n")
        equal("an edited file", program(*words)[:2], (2, b""))


def simulate(_):
    running = Running("simulate", "--port", "0", "--address", "127.0.91.1")
    until = time.monotonic() + 30
    while not running.lines and time.monotonic() < until:
        time.sleep(0.05)
    line = b"".join(running.lines).decode().split()
    host, _, port = line[1].rpartition(":") if line[1:] else ("127.0.0.1", "", "1")
    equal("simulate", program(host, port, "check"), (0, b"OFF\n", b""))
    running.end()
    code, out, err = program("demo")
    equal("demo", (code, b" check\nON\n" in out, b"(exit code 3)" in out, err),
          (0, True, True, b""))  # fmt: skip


def tried(places, *parts):
    for part in parts:
        started = time.monotonic()
        try:
            part(places)
        except Exception as error:
            equal(part.__name__, "%s: %s" % (type(error).__name__, error), "no error")
        print("%5.1f s  %s" % (time.monotonic() - started, part.__name__), flush=True)


def main(argv):
    with open(argv[0], encoding="utf-8") as file:
        places = json.load(file)
    print("Python %s on %s" % (sys.version.split()[0], sys.platform), flush=True)
    with tempfile.TemporaryDirectory() as home:
        for name in list(os.environ):
            if name.startswith("TPLINK_EXEC_"):
                del os.environ[name]
        os.environ.update(APPDATA=home, TEMP=home, TMP=home)
        tried(places, deadline)
        with ThreadPoolExecutor(3) as pool:
            for parts in (
                (six_commands, names), (faults,), (forms,), (logins,), (simulate,), (outputs,),
                (watch,), (proxy,), (openhab,), (encoding,), (broadcasts,),
            ):  # fmt: skip
                pool.submit(tried, places, *parts)
    print("%d checks passed, %d failed" % (len(passed), len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
