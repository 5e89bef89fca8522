"""Debian packages and all that they need, unpacked into a folder: the root of a small system.

With apt-get in a configuration of its own: nothing is installed, and this machine's architectures,
lists and packages stay as they are. No package's scripts are run. It takes Debian, and its mirror.
"""

import os
import shutil
import subprocess
from pathlib import Path

from tests.interop.checking import Skipped

CONFIGURATION = """
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
"""
PATIENCE_S = 300


def unpacked(folder, architecture, *packages):
    """`folder`, made a root that holds the packages for that architecture. Raises Skipped."""
    work = Path(str(folder) + ".apt")
    for place in ("state/lists/partial", "cache/archives/partial"):
        (work / place).mkdir(parents=True)
    (work / "status").touch()  # nothing is installed there yet
    configuration = work / "apt.conf"
    configuration.write_text(CONFIGURATION.format(architecture=architecture, folder=work))
    apt(configuration, "update")  # one of several lists may be missing, so its end says little
    why = apt(configuration, "install", "--yes", "--download-only", *packages)
    if why:
        raise Skipped("apt-get has no %s for %s: %s" % (" ".join(packages), architecture, why))
    Path(folder).mkdir()
    for package in sorted((work / "cache/archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
    shutil.rmtree(str(work))
    return Path(folder)


def apt(configuration, *words):
    """Why it failed, or "". Raises Skipped."""
    if not shutil.which("apt-get"):
        raise Skipped("no apt-get here")
    done = subprocess.run(
        ["apt-get", "-qq", *words],
        env={**os.environ, "APT_CONFIG": str(configuration)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE_S,
    )
    return done.stdout.decode().strip() if done.returncode else ""


def architecture():
    """That of this machine's packages. Raises Skipped."""
    if not shutil.which("dpkg"):
        raise Skipped("no dpkg here")
    return subprocess.check_output(["dpkg", "--print-architecture"]).decode().strip()
