"""How often a process is killed in a test: a few times in the suite, a thousand times by `make kills`."""

from __future__ import annotations

import os


def kills(usual: int) -> int:
    """How many kills; `POSTDESK_KILLS` says another number."""
    return int(os.environ.get("POSTDESK_KILLS") or usual)
