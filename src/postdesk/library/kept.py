"""What the full-text index remembers of a file, so that the next start need not read it."""

from __future__ import annotations

from dataclasses import dataclass

from postdesk.library.scan import Scan

Marks = tuple[int, int, int, int]
"""Size in bytes, two times in ns since 1970, inode: what moves when a file is written."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file as it was indexed: its marks, the hash of its content, and what a row shows of it."""

    marks: Marks
    hash: str
    scan: Scan
