"""Tells the C library to give memory back that was taken for a moment.

Every key in a post of 1 MB makes a few strings of that size, on several threads. By default glibc learns from that to
keep such pieces in its heaps, one for each thread, where they are never free at the end. Seen with 1,000 keys in 1 MB:
the window's process grew by 65 MB, with these settings by 17. What is free in the midst of a heap is kept for later all
the same: after the first index of 100,000 posts 74 MB of 384.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import cast

# malloc.h of glibc 2.36
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE = 256 * 1024


def give_back_early() -> bool:
    """From now on; call before threads are started. False where there is another C library, which is left alone."""
    mallopt = _function("mallopt")
    if mallopt is None:
        return False
    settings = ((_ARENA_MAX, 2), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE))
    taken = [mallopt(name, value) == 1 for name, value in settings]
    return all(taken)


def give_back_now() -> bool:
    """All that is free at this moment, in some milliseconds; whether there was anything. For when long work is over."""
    trim = _function("malloc_trim")
    return trim is not None and trim(0) == 1


def _function(name: str) -> Callable[..., int] | None:
    """One of glibc's, None where there is another C library."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    try:
        return cast("Callable[..., int]", getattr(ctypes.CDLL("libc.so.6"), name))
    except (OSError, AttributeError):
        return None
