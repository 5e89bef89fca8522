#!/usr/bin/env python3
"""Check what `pip install .` has put into a virtual environment, and that the program runs.

    FOLDER/bin/python scripts/check_installed.py FOLDER

For .ci/run; the environment must hold nothing but pip, setuptools and this package.
"""

import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "tplink_exec"


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
    wanted |= {"../../../bin/tplink-exec"}
    assert {name for name in files if "__pycache__" not in name} == wanted, files ^ wanted
    command = str(Path(folder) / "bin" / "tplink-exec")
    with tempfile.TemporaryDirectory() as empty:
        for program in ([command], [sys.executable, "-m", "tplink_exec"]):
            demo = subprocess.check_output([*program, "demo"], cwd=empty, timeout=60).decode()
            assert " check\nON\n" in demo, demo
            plain = subprocess.run([*program, "127.0.0.1", "1", "check"], cwd=empty, timeout=60)
            assert plain.returncode == 3, plain
    print("installed: %d files, no requirement; demo and check run" % len(wanted))


if __name__ == "__main__":
    main(sys.argv[1])
