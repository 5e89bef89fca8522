#!/usr/bin/env python3
"""Make a package for Debian and its derivatives, with dpkg-deb alone.

python3 scripts/package.py deb [FOLDER]    FOLDER/tplink-exec_VERSION_all.deb; FOLDER is dist

The same source and date give the same bytes. The date is SOURCE_DATE_EPOCH, else that of the last
commit; DEBFULLNAME and DEBEMAIL say who the package's maintainer is, as for Debian's own tools.
"""

import gzip
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import time
from email.utils import formatdate
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tplink_exec import __version__  # noqa: E402

# in this repository | in the package | mode
FILES = """
scripts/tplink-exec                   | usr/bin/tplink-exec                               | 755
scripts/man/tplink-exec.1             | usr/share/man/man1/tplink-exec.1.gz               | 644
scripts/completions/tplink-exec.bash  | usr/share/bash-completion/completions/tplink-exec | 644
scripts/completions/_tplink-exec      | usr/share/zsh/vendor-completions/_tplink-exec     | 644
scripts/completions/tplink-exec.fish  | usr/share/fish/vendor_completions.d/tplink-exec.fish | 644
scripts/deb/tplink-exec-proxy.service | lib/systemd/system/tplink-exec-proxy.service      | 644
scripts/deb/tplink-exec-watch.service | lib/systemd/system/tplink-exec-watch.service      | 644
scripts/deb/default                   | etc/default/tplink-exec                           | 644
CHANGELOG.md                          | usr/share/doc/tplink-exec/changelog.gz            | 644
LICENSE                               | usr/share/doc/tplink-exec/copyright               | 644
scripts/deb/postinst                  | DEBIAN/postinst                                   | 755
scripts/deb/prerm                     | DEBIAN/prerm                                      | 755
scripts/deb/postrm                    | DEBIAN/postrm                                     | 755
"""
CONTROL = """\
Package: tplink-exec
Version: %(version)s
Architecture: all
Maintainer: %(maintainer)s
Installed-Size: %(kib)d
Depends: python3 (>= 3.8)
Suggests: mosquitto-clients
Section: net
Priority: optional
Description: control TP-Link/Kasa plugs, strips and lights
 tplink-exec switches, dims, colors and meters TP-Link's Wi-Fi plugs, power
 strips, wall switches, bulbs and light strips (Kasa and Tapo) on the local
 network. openHAB, ha-bridge, cron or a shell starts it.
 .
 Two systemd services come with it, and are not started before they are
 enabled: tplink-exec-proxy serves devices over HTTP, and tplink-exec-watch
 puts them on MQTT.
"""
COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: tplink-exec

Files: *
%s
License: Expat
%s"""
EXAMPLES = ROOT / "openhab-examples" / "systemd"
"""Its units, from DynamicUser on, are the last part of the package's."""


def text(source: str) -> str:
    """What the package has of a file of this repository."""
    found = (ROOT / source).read_text(encoding="utf-8")
    if source == "CHANGELOG.md":
        return changelog(found)
    if source == "LICENSE":
        holder, terms = found.split("\n\n", 2)[1:]
        lines = [" " + (line or ".") for line in terms.rstrip("\n").split("\n")]
        return COPYRIGHT % (holder.replace("Copyright (c)", "Copyright:"), "\n".join(lines) + "\n")
    if "@CONFINED@" in found:
        example = (EXAMPLES / Path(source).name).read_text(encoding="ascii")
        found = found.replace("@CONFINED@\n", example[example.index("DynamicUser=") :])
    return found


def changelog(markdown: str) -> str:
    """The newest version's part of it, as Debian writes it."""
    newest = markdown.split("\n## ")[1]
    changes = re.findall(r"(?m)^- (.*(?:\n  .*)*)", newest)
    lines = [
        textwrap.fill(" ".join(change.split()), 78, initial_indent="  * ", subsequent_indent="    ")
        for change in changes
    ]
    head = "tplink-exec (%s) unstable; urgency=medium" % __version__
    end = " -- %s  %s" % (maintainer(), formatdate(date()).replace("-0000", "+0000"))
    return "%s\n\n%s\n\n%s\n" % (head, "\n".join(lines), end)


def maintainer() -> str:
    name = os.environ.get("DEBFULLNAME", "The tplink-exec authors")
    return "%s <%s>" % (name, os.environ.get("DEBEMAIL", "authors@tplink-exec.invalid"))


def date() -> int:
    """In seconds since 1970."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    git = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.check_output(git, stderr=subprocess.DEVNULL))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return int(time.time())


def lay_out(folder: Path) -> None:
    """All that is in the package, as dpkg-deb wants it."""
    sums, size = [], 0
    for line in FILES.strip().splitlines():
        source, place, mode = [cell.strip() for cell in line.split("|")]
        data = text(source).encode()
        if place.endswith(".gz"):
            data = gzip.compress(data, 9, mtime=0)
        write(folder / place, data, int(mode, 8))
        if not place.startswith("DEBIAN/"):
            sums.append("%s  %s\n" % (hashlib.md5(data).hexdigest(), place))
            size += len(data)
    fields = {"version": __version__, "maintainer": maintainer(), "kib": size // 1024 + 1}
    write(folder / "DEBIAN" / "control", (CONTROL % fields).encode(), 0o644)
    write(folder / "DEBIAN" / "md5sums", "".join(sums).encode(), 0o644)
    write(folder / "DEBIAN" / "conffiles", b"/etc/default/tplink-exec\n", 0o644)
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
        os.utime(str(path), (date(), date()))


def write(path: Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)


def deb(target: Path) -> Path:
    """Make the package in the folder `target`; returns its path."""
    target.mkdir(parents=True, exist_ok=True)
    package = target / ("tplink-exec_%s_all.deb" % __version__)
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        # xz: Debian's dpkg before 12 does not know Ubuntu's zstd.
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", folder, str(package)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(date())}
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return package


def main(argv: "list[str]") -> int:
    if argv[:1] != ["deb"] or len(argv) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    print(deb(Path(argv[1]) if argv[1:] else ROOT / "dist"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
