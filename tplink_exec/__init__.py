"""Control TP-Link/Kasa Wi-Fi plugs and switches on the local network.

The program is `tplink_exec.plain`, then `cli`; the public Python API is `tplink_exec.cipher`.
Importing the package loads none of its modules: each is loaded when it is first used. The single
file does without what is here.
"""


def __getattr__(name):
    # type: (str) -> object
    if name == "__version__":
        from .version import VERSION

        return VERSION
    if name != "cipher":
        raise AttributeError(name)
    return __import__("tplink_exec.cipher", fromlist=[name])
