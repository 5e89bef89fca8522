"""demo: the main commands, each really run as a process, against a simulated plug."""

import shlex
import subprocess
import sys

import tplink_exec

from ..errors import LocalError
from .arguments import Parser
from .output import put

LINES = (
    "check",
    "on",
    "check",
    "toggle --print-state",
    "ON",
    "check",
    "emeter",
    "status",
)


def demo(argv: "list[str]") -> None:
    """The subcommand."""
    Parser("demo").parse_args(argv)
    say("A simulated HS110 plug on this machine; every line after a $ is really run.\n\n")
    simulate = [*program(), "simulate", "--model", "HS110", "--port", "0"]
    plug = subprocess.Popen(simulate, stdout=subprocess.PIPE)
    try:
        assert plug.stdout
        first_line = plug.stdout.readline().decode()
        if not first_line:
            raise LocalError("the simulated plug does not start")
        host, port = first_line.split()[1].split(":")
        for line in LINES:
            show(host, port, line)
    finally:
        plug.terminate()
        plug.wait()
    say("The simulated plug has ended: nothing listens on its port now.\n\n")
    show(host, port, "check")


def show(host: str, port: str, line: str) -> None:
    """Run one command line and print it with its output and a failure's exit code."""
    words = [host, port, *shlex.split(line)]
    say("$ tplink-exec %s\n" % " ".join(words))
    run = subprocess.run([*program(), *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    say(
        run.stdout.decode() + ("(exit code %d)\n" % run.returncode if run.returncode else "") + "\n"
    )


def program() -> "list[str]":
    """The command that starts this same program again."""
    if getattr(tplink_exec, "__file__", None):
        return [sys.executable, "-m", "tplink_exec"]
    path = sys.modules["__main__"].__file__  # the single file
    assert path
    return [sys.executable, "-I", "-S", "--", path]


def say(text: str) -> None:
    put(1, text.encode())
