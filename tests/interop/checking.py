"""What checks of whole systems share: a line for each fact, an end at the first that fails."""


class Skipped(Exception):
    """What is needed for it cannot be had here."""


def equal(name, found, wanted):
    if found != wanted:
        raise SystemExit("FAIL  %s: %r instead of %r" % (name, found, wanted))
    print("ok    %s" % name, flush=True)
