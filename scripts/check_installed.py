#!/usr/bin/env python3
"""Check what pip has put into a virtual environment from the wheel, and that the program runs.

    FOLDER/bin/python scripts/check_installed.py FOLDER

For .ci/run; the environment must hold nothing but pip, setuptools and this package.
"""

import configparser
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tplink_exec"


def data_files() -> "dict[str, Path]":
    """What setup.cfg puts below the environment's prefix: source by place."""
    setup = configparser.ConfigParser()
    setup.read(str(ROOT / "setup.cfg"))
    found = {}
    for place, source in setup["options.data_files"].items():
        path = ROOT / source
        found["%s/%s" % (place, path.name)] = path
    return found


def single_file(command: str, folder: str) -> str:
    """The path that --where says: it is there, executable, and byte for byte that of scripts."""
    path = subprocess.check_output([command, "--where"], cwd="/", timeout=60).decode().rstrip("\n")
    assert path == str(Path(folder, "share", "tplink-exec", "tplink-exec").resolve()), path
    assert Path(path).read_bytes() == (ROOT / "scripts" / "tplink-exec").read_bytes()
    assert Path(path).stat().st_mode & 0o111 == 0o111, "it is not executable"
    return path


def main(folder: str) -> None:
    """Raise AssertionError when something is missing or too much."""
    distribution = metadata.distribution("tplink-exec")
    assert distribution.requires is None, distribution.requires
    files = {str(path) for path in distribution.files or () if ".dist-info" not in str(path)}
    modules = [
        path
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".pyi") or path.name == "py.typed"
    ]
    wanted = {str(path.relative_to(PACKAGE.parent)) for path in modules}
    others = data_files()
    wanted |= {"../../../" + name for name in ["bin/tplink-exec", *others]}
    files = {name for name in files if "__pycache__" not in name}
    assert files == wanted, files ^ wanted
    for place, source in others.items():
        assert Path(folder, place).read_bytes() == source.read_bytes(), place
    command = str(Path(folder) / "bin" / "tplink-exec")
    file = single_file(command, folder)
    with tempfile.TemporaryDirectory() as empty:
        for program in ([command], [sys.executable, "-m", "tplink_exec"], [sys.executable, file]):
            demo = subprocess.check_output([*program, "demo"], cwd=empty, timeout=60).decode()
            assert " check\nON\n" in demo, demo
            plain = subprocess.run([*program, "127.0.0.1", "1", "check"], cwd=empty, timeout=60)
            assert plain.returncode == 3, plain
    print("installed: %d files, no requirement; demo and check run" % len(wanted))


if __name__ == "__main__":
    main(sys.argv[1])
