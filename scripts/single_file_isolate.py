# What the single file runs first when Python was not started with -I -S: as `python3 FILE`,
# the path holds this file's folder, PYTHONPATH and site-packages too, and any of them may have
# a json.py or a tplink_exec/ of its own. Leave the standard library only, and import nothing
# before that is done. (What site-packages' .pth files imported at the start, is done.)
version = sys.version_info[:2]
names = ("python%d.%d" % version, "python%d%d.zip" % version, "lib-dynload", "DLLs", "Lib", "lib")
prefixes = (sys.base_prefix, sys.base_exec_prefix)
sys.path[:] = [
    entry
    for entry in sys.path
    if entry.startswith(prefixes) and entry.replace("\\", "/").rpartition("/")[2] in names
]
