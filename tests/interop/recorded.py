#!/usr/bin/env python3
"""What the program says of recorded devices is what their recorded answers say.

    python3 tests/interop/recorded.py [FOLDER]

FOLDER (../shared/devices beside the repository; without one: "skipped", exit code 0) holds one
JSON file a device: modules, methods, and what the device answered to them. Each is served on
127.0.0.1, as recorded and in other CHANGES; what it does not hold is refused in the words of real
devices, and so are setters and lists of days (a list fits one month only). scripts/tplink-exec
is run with every command that reads; what it must print is worked out here, from the file and the
rules of the protocol, without the package. Then messages.state reads each sysinfo without each
field that the state does not need, in-process. Exit code 1 on any failure.
"""

import asyncio
import functools
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tplink_exec import messages  # noqa: E402
from tplink_exec.transport import wire  # noqa: E402

PROGRAM = sys.executable, "-I", "-S", str(ROOT / "scripts" / "tplink-exec")
REFUSED = 6  # its exit code for what a device does not have
MANY = 50  # failures with a file, after which no other is tried
COMPACT = {"separators": (",", ":"), "ensure_ascii": False}
SYSINFO = {"system": {"get_sysinfo": {}}}
REFUSALS, BULB_REFUSALS = (
    [{"err_code": code, "err_msg": what + " not support"} for code, what in pairs]
    for pairs in (((-1, "module"), (-2, "member")), ((-2001, "Module"), (-2000, "Method")))
)
MILLI = {"power": "power_mw", "voltage": "voltage_mv", "current": "current_ma", "total": "total_wh"}
METER = [*MILLI, "today", "month"]
COMMANDS = [*METER, *"check status emeter brightness color temperature alias".split()]
CHILD_COMMANDS = "check", "get state", "get alias", "power"
STATE_FIELDS = "relay_state", "light_state", "on_off", "children", "state"
OTHERS = None, True, -7, 0.25, 'Lämpchen "灯" \\', [1, {"state": 1}], {"relay_state": "x"}
UNKNOWN = {"unknown_%d" % position: value for position, value in enumerate(OTHERS)}


def each(value, change):
    """With every object in it changed."""
    if isinstance(value, list):
        return [each(item, change) for item in value]
    if isinstance(value, dict):
        return change({name: each(item, change) for name, item in value.items()})
    return value


def nested(reply):
    info = reply.get("system", {}).get("get_sysinfo")
    return {"system": {"get_sysinfo": {"system": info}}} if info else reply


CHANGES = {
    "as recorded": dict,
    "nested": nested,
    "unknown fields": lambda reply: each(reply, lambda fields: {**UNKNOWN, **fields}),
    "reversed": lambda reply: each(reply, lambda fields: dict(reversed(list(fields.items())))),
}


def info_of(reply):
    """The sysinfo in a reply, nested or not."""
    info = reply["system"]["get_sysinfo"]
    return info.get("system", info)


class Device:
    """What a file's device answers, in one of CHANGES."""

    def __init__(self, modules, change="as recorded"):
        self.modules = modules
        self.change = CHANGES[change]
        # One of them with blanks and \u escapes: that is JSON too.
        self.style = {} if change == "unknown fields" else COMPACT
        self.info = info_of(modules)
        self.outlets = self.info.get("children") or []
        ids = [child["id"] for child in self.outlets]
        self.ids = {self.info["deviceId"] + own if len(own) == 2 else own for own in ids}
        self.asked = set()  # those of them that were in requests
        bulb = self.info.get("mic_type") == "IOT.SMARTBULB"
        self.emeter = "smartlife.iot.common.emeter" if bulb else "emeter"
        self.no_module, self.no_method = BULB_REFUSALS if bulb else REFUSALS

    def answer(self, module, methods):
        held = self.modules.get(module)
        if not isinstance(held, dict):
            return self.no_module
        if "err_code" in held:
            return held
        reads = [name for name in held if name.startswith("get_") and name != "get_daystat"]
        return {name: held[name] if name in reads else self.no_method for name in methods}

    def reply(self, request):
        ids = set(request.pop("context", {}).get("child_ids", []))
        self.asked |= ids
        missing = {"err_code": -14, "err_msg": "entry not exist"} if ids - self.ids else None
        return self.change({name: missing or self.answer(name, request[name]) for name in request})

    def text(self, request):
        return json.dumps(self.reply(request), **self.style)

    def recorded(self, module, method):
        """The file's answer; {} when that is a refusal, or nothing."""
        found = self.answer(module, [method]).get(method, {})
        return {} if found.get("err_code", 0) else found


async def serve(device, problems, reader, writer):
    """One connection, which stays open until the client closes it."""
    pending = bytearray()
    try:
        while data := await reader.read(65536):
            pending += data
            message = wire.next_message(pending)
            if message is not None:
                writer.write(wire.frame(device.text(json.loads(message.decode())).encode()))
    except Exception as error:
        problems.append("a request or its connection failed: %r" % error)
    finally:
        writer.close()


def state_of(info):
    """1 or 0; None for a device that has no state."""
    if "light_state" in info:
        return info["light_state"]["on_off"]
    states = [child["state"] for child in info.get("children") or []]
    return info.get("relay_state", max(states, default=None))


def figure(device, command, outlet):
    """In W, V, A or kWh: three decimals, or up to six where those are not 0."""
    if "ENE" not in device.info.get("feature", "ENE"):  # bulbs have no `feature`
        return None
    reading = device.recorded(device.emeter, "get_realtime")
    for field, parts in ((command, 1), (MILLI.get(command), 1000)):
        if field in reading:
            value = round(Decimal(repr(reading[field])) / parts, 6)
            if device.outlets and not outlet and command != "voltage":
                value *= len(device.outlets)  # each gives the same reading
            text = format(value, ".6f")
            return text[:-3] + text[-3:].rstrip("0")
    return None


def light(info, command, state):
    """brightness, color, temperature."""
    fields = info.get("light_state", info)
    if not state:
        fields = fields.get("dft_on_state", fields)
    percent = fields.get("brightness", None if "light_state" in info else 100) if state else 0
    saturation = 0 if fields.get("color_temp") else fields.get("saturation")  # a white's is 0
    color = fields.get("hue", 0) % 360, saturation, percent
    if command == "brightness":
        return None if percent is None else "%d" % percent
    if command == "temperature":
        kelvin = info.get("is_variable_color_temp") and fields.get("color_temp")
        return "%d" % kelvin if kelvin else None
    return None if not info.get("is_color") or None in color else "%d,%d,%d" % color


def expected(device, words, outlet=None):
    """The line that the program must print; None where it must say that there is no such thing."""
    command = words[0]
    if command in ("get", "alias"):
        value = (outlet or info_of(device.reply(SYSINFO)))[words[-1]]
        return value if isinstance(value, str) else json.dumps(value, **COMPACT)
    if command == "status":
        return device.text(SYSINFO)
    if command == "emeter":
        found = device.recorded(device.emeter, "get_realtime")
        return device.text({device.emeter: {"get_realtime": {}}}) if found else None
    state = outlet["state"] if outlet else state_of(device.info)
    if state is None or command == "check":
        return {0: "OFF", 1: "ON"}.get(state)
    if command in METER:
        return figure(device, command, outlet)
    return light(device.info, command, state)


def command_lines(device, told):
    """(words, the line that they must print); what `told` holds of changed fields is left out."""
    for name in COMMANDS:
        yield [name], expected(device, [name])
    for field in info_of(device.reply(SYSINFO)):
        wanted = expected(device, ["get", field])
        if device.change is dict or (device.change, field, wanted) not in told:
            told.add((device.change, field, wanted))
            yield ["get", field], wanted
    for position, outlet in enumerate(device.outlets, 1):
        for words in map(str.split, CHILD_COMMANDS):
            yield [*words, "--child", str(position)], expected(device, words, outlet)


def run(port, words, wanted):
    """What was wrong with a run of the program; "" when nothing was."""
    argv = [*PROGRAM, "127.0.0.1", str(port), *words]
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
        found = done.returncode, done.stdout, done.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        found = error, b"", b""
    if wanted is None:
        line = re.match(b"tplink-exec: 127.0.0.1:%d: [^\n]+\n\\Z" % port, found[2])
        right = REFUSED, b"", found[2] if line else "one line for 127.0.0.1:PORT"
    else:
        right = 0, wanted.encode() + b"\n", b""
    text = "tplink-exec %s: %r instead of %r"
    return "" if found == right else text % (" ".join(argv[4:]), found, right)


async def check_calls(device, pool, told):
    """The lines that the calls must print, and what was wrong with the calls."""
    problems = []
    server = await asyncio.start_server(functools.partial(serve, device, problems), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    call = functools.partial(asyncio.get_running_loop().run_in_executor, pool, run, port)
    lines = list(command_lines(device, told))
    problems += filter(None, await asyncio.gather(*(call(*line) for line in lines)))
    server.close()
    if device.asked != (device.ids if "ENE" in device.info.get("feature", "") else set()):
        problems.append("the meters of %s were asked, not all outlets'" % sorted(device.asked))
    return [wanted for _, wanted in lines], problems


def reduced(value):
    """Copies of it, each without one of the fields that no state is in."""
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict) and name not in STATE_FIELDS:
            yield {other: value[other] for other in value if other != name}
        for less in reduced(inner) if isinstance(inner, (dict, list)) else ():
            copy = value.copy()
            copy[name] = less
            yield copy


def check_reduced(device):
    """How often the state was read in-process, and what was wrong with that."""
    wanted = state_of(device.info)
    least = each(device.info, lambda info: {n: info[n] for n in STATE_FIELDS if n in info})
    infos = [] if wanted is None else [least, *reduced(device.info)]
    infos += [{"system": info} for info in infos]
    problems = []
    for info in infos:
        try:
            found = messages.state(json.dumps({"system": {"get_sysinfo": info}}).encode())
        except Exception as error:
            found = error
        if found != wanted:
            problems.append("state: %r instead of %d: %s" % (found, wanted, info))
    return len(infos), problems


def check_file(path, pool, told):
    """Prints problems; [calls that print, calls that are refused, states read, problems]."""
    modules = json.loads(path.read_text("utf-8"))
    states, problems = check_reduced(Device(modules))
    lines = []
    for change in CHANGES:
        wanted, wrong = asyncio.run(check_calls(Device(modules, change), pool, told))
        lines += wanted
        problems += ["%s, %s" % (change, text) for text in wrong]
    for text in problems:
        print("FAIL  %s, %s" % (path.name, text))
    refused = lines.count(None)
    print("%s %s: %d calls" % ("FAIL " if problems else "ok   ", path.name, len(lines)), flush=True)
    return len(lines) - refused, refused, states, len(problems)


def main(argv):
    folder = Path(argv[0]) if argv else ROOT.parent / "shared" / "devices"
    files = [path for path in sorted(folder.glob("*.json")) if b"get_sysinfo" in path.read_bytes()]
    if not files:
        print("skipped: no recorded devices at %s" % folder)
        return 0
    started, counts, told = time.monotonic(), [], set()
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        for path in files:
            counts.append(check_file(path, pool, told))
            if counts[-1][-1] > MANY:
                break
    counts = [*map(sum, zip(*counts)), len(counts), time.monotonic() - started]
    text = "%d calls that print, %d that are refused, %d states: %d failures, %d files, %.0f s"
    print(text % tuple(counts) + " (skipped: SMART devices, which speak another protocol)")
    return 1 if counts[3] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
