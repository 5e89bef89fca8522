#!/usr/bin/env python3
"""The Debian package: the same bytes each time, lintian's opinion, installed, run and purged.

    python3 tests/interop/deb.py

It is installed in an overlay over this machine's own root, which only this process sees, so that
nothing on the machine changes; that takes root and a kernel that allows it. lintian is installed
by apt-get when it is missing and this is root on Debian. What cannot be done is "skipped"; exit
code 1 when anything failed.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.interop.checking import equal  # noqa: E402
from tests.support import simulated  # noqa: E402

PACKAGE = ROOT / "scripts" / "package.py"
UNITS = ["tplink-exec-proxy.service", "tplink-exec-watch.service"]
BASH = """
. /usr/share/bash-completion/completions/tplink-exec
COMP_WORDS=(tplink-exec disc) COMP_CWORD=1
_tplink_exec && printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = "autoload -U compinit; compinit -D; print $_comps[tplink-exec]"
COMPLETIONS = (
    (["bash", "--norc", "-c", BASH], "discover"),
    (["zsh", "-fc", ZSH], "_tplink-exec"),
    (["fish", "-c", "complete -C 'tplink-exec disc'"], "discover"),
)
"""Shells, asked for what Debian's places of completions give them."""


def output(*argv, **options):
    """What a command prints; anything but exit code 0 is a failure."""
    done = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, **options
    )
    text = done.stdout.decode()
    if done.returncode:
        raise SystemExit("FAIL  %s: exit code %d\n%s" % (" ".join(argv), done.returncode, text))
    return text


def made(folder, umask, zone):
    """The package, made with another umask and time zone."""
    before = os.umask(umask)
    try:
        environment = {**os.environ, "TZ": zone}
        path = output(sys.executable, str(PACKAGE), "deb", folder, env=environment, cwd=folder)
    finally:
        os.umask(before)
    return Path(path.strip())


def judged(package):
    if not shutil.which("lintian") and os.getuid() == 0 and shutil.which("apt-get"):
        for words in "update -qq", "install -y -qq --no-install-recommends lintian":
            argv = ["apt-get", *words.split()]
            subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    if shutil.which("lintian"):
        options = ["--allow-root", "--pedantic", "--fail-on", "error,warning,pedantic"]
        output("lintian", *options, str(package))
        print("ok    lintian has no complaint", flush=True)
    else:
        print("skipped: no lintian")


def overlaid(work):
    """The folder of an overlay over this machine's root, in memory. Raises OSError when it cannot
    be."""
    mounted("-t", "tmpfs", "tmpfs", work)
    upper, spare, root = [os.path.join(work, name) for name in ("upper", "spare", "root")]
    for folder in (upper, spare, root):
        os.mkdir(folder)
    places = "lowerdir=/,upperdir=%s,workdir=%s" % (upper, spare)
    mounted("-t", "overlay", "overlay", "-o", places, root)
    mounted("--rbind", "/dev", root + "/dev")
    mounted("-t", "proc", "proc", root + "/proc")
    mounted("-t", "tmpfs", "tmpfs", root + "/run")
    return root


def mounted(*words):
    if subprocess.run(["mount", *words], stderr=subprocess.DEVNULL).returncode:
        raise OSError("not allowed")


def installed(package):
    """All that a user sees of it, in this process's own root, from installation to purge."""
    output("dpkg", "-i", package)
    files = output("dpkg", "-L", "tplink-exec").split("\n")
    files = [name for name in files if os.path.isfile(name)]
    equal("nothing is amiss to dpkg", output("dpkg", "-V", "tplink-exec"), "")
    equal("--where", output("tplink-exec", "--where", cwd="/"), "/usr/bin/tplink-exec\n")
    same = Path("/usr/bin/tplink-exec").read_bytes() == (ROOT / "scripts/tplink-exec").read_bytes()
    equal("it is the single file", same, True)
    with simulated("HS110", state=1) as plug:
        words = [plug.host, str(plug.port)]
        equal("check", output("tplink-exec", *words, "check", cwd="/"), "ON\n")
        equal("off", output("tplink-exec", *words, "off", "--print-state", cwd="/"), "OFF\n")
    equal("demo", "is really run" in output("tplink-exec", "demo", cwd="/"), True)
    page = gzip.decompress(Path("/usr/share/man/man1/tplink-exec.1.gz").read_bytes())
    equal("the man page", page, (ROOT / "scripts/man/tplink-exec.1").read_bytes())
    asked(["man", "-w", "tplink-exec"], "/usr/share/man/man1/tplink-exec.1.gz")
    for argv, wanted in COMPLETIONS:
        asked(argv, wanted)
    asked(["systemd-analyze", "verify", *("/lib/systemd/system/" + unit for unit in UNITS)], "")
    output("dpkg", "--purge", "tplink-exec")
    equal("purged", [name for name in files if os.path.exists(name)], [])


def asked(argv, wanted):
    """A program that may not be here is asked."""
    if shutil.which(argv[0]):
        told = output(*argv, cwd="/", env={**os.environ, "HOME": "/root", "TERM": "dumb"})
        equal(" ".join(argv[:2]).split("\n")[0], told.strip().split("\t")[0], wanted)
    else:
        print("skipped: no %s" % argv[0])


def inside(package, work):
    """In a mount namespace of its own."""
    try:
        root = overlaid(work)
    except OSError:
        print("skipped: no overlay over / here, so it is not installed")
        return
    shutil.copy(package, root + "/run")
    os.chroot(root)
    installed("/run/" + os.path.basename(package))


def main():
    if not shutil.which("dpkg-deb"):
        print("skipped: no dpkg-deb")
        return
    with tempfile.TemporaryDirectory() as work:
        first, second = Path(work, "first"), Path(work, "second")
        first.mkdir()
        second.mkdir()
        package = made(str(first), 0o022, "UTC")
        again = made(str(second), 0o077, "Pacific/Auckland")
        equal("made twice, the same bytes", package.read_bytes() == again.read_bytes(), True)
        judged(package)
        if os.getuid() or not shutil.which("unshare"):
            print("skipped: to install it takes root and unshare")
            return
        argv = ["unshare", "--mount", sys.executable, __file__, str(package), str(second)]
        if subprocess.run(argv).returncode:
            raise SystemExit(1)


if __name__ == "__main__":
    if sys.argv[1:]:
        inside(*sys.argv[1:])
    else:
        main()
