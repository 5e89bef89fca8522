"""python3 -m tplink_exec"""

from .plain import run

run()
