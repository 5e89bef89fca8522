"""python3 -m tplink_exec"""

from .cli import run

run()
