"""Tells the C library to give memory back that a long text took for a moment.

Every key in a post of 1 MB makes a few strings of that size, on several threads. By default glibc learns from that to
keep such pieces in its heaps, one for each thread, where they are never free at the end. Seen with 1,000 keys in 1 MB:
the window's process grew by 65 MB, with these settings by 17.
"""

from __future__ import annotations

import sys

# malloc.h of glibc 2.36
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE = 256 * 1024


def give_back() -> bool:
    """Call before threads are started. False where the C library is another one, which is left as it is."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    settings = ((_ARENA_MAX, 2), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE))
    taken = [mallopt(name, value) == 1 for name, value in settings]
    return all(taken)
