"""Where an agent died, from what tests/support/failpoints/death.cpp wrote into its log."""
import bisect
import re
import subprocess

HEAD = "imprint-failpoints: died at\n"


def place_of_last(log):
    """The innermost frame of the last death, the signal's own left out: "LIBRARY(SYMBOL+0xOFFSET)[0xADDRESS]"; or None. What
    GLib does it does for libvirt, for the agent itself does not use it; so the frame is that of its caller."""
    with open(log, errors="replace") as file:
        _, head, told = file.read().rpartition(HEAD)
    frames = told.splitlines() if head else []
    # First the handler, then the C library's return from it.
    return next((frame for frame in frames[2:] if "(" in frame and "/libglib-" not in frame), None)


def is_in_client_of_libvirt(place):
    """Whether that is in libvirt's src/rpc/virnetclient.c, most of whose functions bear no name in the library: the name
    before the place then is one of the same file, for a linker keeps a file's functions together."""
    found = re.match(r"(\S*/libvirt\.so\S*)\((\w*)\+0x([0-9a-f]+)\)", place or "")
    if not found:
        return False
    library, symbol, offset = found[1], found[2], int(found[3], 16)
    return (symbol or name_before(library, offset)).startswith("virNetClient")


def name_before(library, offset):
    listed = subprocess.check_output(["nm", "-D", "--defined-only", library], text=True)
    names = sorted((int(line.split()[0], 16), line.split()[2]) for line in listed.splitlines())
    at = bisect.bisect_right(names, (offset, "~"))
    return names[at - 1][1] if at else ""
