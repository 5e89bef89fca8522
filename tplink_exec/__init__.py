"""Control TP-Link/Kasa Wi-Fi plugs, switches and lights on the local network.

The program is `tplink_exec.cli`; the public Python API is `tplink_exec.cipher`. Importing the
package loads none of its modules: each is loaded when it is first used.
"""

__version__ = "0.1.0"
__all__ = ["cipher"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return __import__(__name__ + "." + name, fromlist=[name])
    raise AttributeError("module %r has no attribute %r" % (__name__, name))
