"""Pictures that were replaced under their name since they went out: the text is the same, and what readers see is not.

A file is read only when its size, its times or its place on the disk are others than when it was read last.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import read_file
from postdesk.core.receipt import Receipt
from postdesk.library.pictures import LARGEST

_MOST = 4096  # files of which the hash is remembered

_Stamp = tuple[int, int, int, int]


class Replaced:
    """Which posts show a picture that is another one than what their blog has. `look` reads files: for a task; asking
    (`in`) is quick, and knows what the last look found."""

    def __init__(self) -> None:
        self._hashes: dict[Path, tuple[_Stamp, str]] = {}
        self._found: set[tuple[str, str]] = set()

    def __contains__(self, post_and_account: tuple[str, str]) -> bool:
        return post_and_account in self._found

    def look(self, receipt: Receipt, resolve: Callable[[str], Path]) -> bool:
        """Compare the files of what went out last; returns whether the answer is another one than before. A picture
        that is not there counts as unchanged: publishing says more about it."""
        which = (receipt.post_id, receipt.account_id)
        before = which in self._found
        now = any(self._is_other(ref, sent, resolve) for ref, sent in receipt.pictures)
        (self._found.add if now else self._found.discard)(which)
        return now is not before

    def forget(self, post_id: str, account_id: str) -> None:
        """It has just gone out."""
        self._found.discard((post_id, account_id))

    def _is_other(self, ref: str, sent: str, resolve: Callable[[str], Path]) -> bool:
        try:
            return self._hash_of(resolve(ref)) != sent
        except (LibraryError, OSError):
            return False

    def _hash_of(self, path: Path) -> str:
        # Before reading: a file that changes meanwhile is read again the next time.
        seen = path.stat()
        stamp = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
        known = self._hashes.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        _data, digest = read_file(path, limit=LARGEST)
        if len(self._hashes) >= _MOST:
            self._hashes.clear()
        self._hashes[path] = stamp, digest
        return digest
