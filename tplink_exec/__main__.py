"""python3 -m tplink_exec, and the command of the installed package."""

import sys

if sys.platform == "win32":
    from .on_windows import run
else:
    from .plain import run

if __name__ == "__main__":
    run()
