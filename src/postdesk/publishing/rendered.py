"""What a blog's server made of the cards of its posts, asked for when such a post is opened and kept in the cache
folder.

A copy that may be lost: one file per post and blog, in it the HTML of each card by the digest of its source, so that
a card that is moved or copied keeps its own, and one that is edited has none. For a task.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from postdesk.backends.base import RemotePost
from postdesk.core.errors import LibraryError
from postdesk.core.files import content_hash, read_file, save_json
from postdesk.publishing.appearances import folder_name

MOST_FILES = 500
"""Posts whose cards are kept; the oldest go first."""
LARGEST = 2 * 1024 * 1024
"""Characters that are kept of one post."""
_DIGEST = re.compile(r"[0-9a-f]{32}\Z")


class Renderings:
    """Those in `cache_folder`. What cannot be read or kept is as if it had never been asked for."""

    def __init__(self, cache_folder: Path) -> None:
        self._folder = cache_folder / "rendered"

    def get(self, account_id: str, remote_id: str) -> dict[str, str]:
        """The HTML of cards by their digests, as the server gave it: to be cleaned."""
        try:
            content, _hash = read_file(self._file(account_id, remote_id), limit=4 * LARGEST)
            values = json.loads(content)
        except (LibraryError, ValueError, RecursionError):
            return {}
        return {
            digest: html
            for digest, html in (values.items() if isinstance(values, dict) else ())
            if _DIGEST.match(digest) and isinstance(html, str)
        }

    def fetch(
        self, account_id: str, remote_id: str, sources: tuple[str, ...], read: Callable[[str], RemotePost]
    ) -> dict[str, str]:
        """Ask the blog for the post, and keep what it made of `sources`. Raises what `read` raises."""
        from postdesk.markup.appearance.rendered import renderings
        from postdesk.markup.rawcards import card_digest

        post = read(remote_id)
        made = renderings(post.content, post.rendered, sources)
        kept: dict[str, str] = {}
        room = LARGEST
        for source, html in made.items():
            room -= len(html)
            if room < 0:
                break
            kept[card_digest(source)] = html
        if kept:
            try:
                save_json(self._file(account_id, remote_id), kept)
                self._tidy()
            except LibraryError:
                pass  # it is asked for again the next time
        return kept

    def forget(self, account_id: str) -> None:
        """An account was removed: what was kept of its posts goes, as far as the disk lets it."""
        shutil.rmtree(self._folder / folder_name(account_id), ignore_errors=True)

    def _file(self, account_id: str, remote_id: str) -> Path:
        name = content_hash(remote_id.encode("utf-8", "replace"))[:40]
        return self._folder / folder_name(account_id) / f"{name}.json"

    def _tidy(self) -> None:
        try:
            files = sorted(self._folder.glob("*/*.json"), key=lambda path: path.stat().st_mtime)
            for path in files[:-MOST_FILES]:
                path.unlink()
        except OSError:
            pass  # somebody else tidies at the same time
