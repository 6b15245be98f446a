"""How her blogs look, kept for each account until she drops it, so that the preview has it offline.

One folder per account in the data folder: files named by the SHA-256 of what is in them, and `appearance.json`, which
names those that count. It is written last and in one step, so whatever is interrupted leaves the look from before or
the new one; what it does not name is litter of that and goes with the next. Every method reads or writes the disk:
for a task.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from postdesk.core.errors import FileGone, LibraryError
from postdesk.core.file_errors import explain
from postdesk.core.files import ANY, content_hash, load_json, read_file, save_file, save_json
from postdesk.core.language import _
from postdesk.publishing.capture import Appearance, Captured

_VERSION = 1
_INDEX = "appearance.json"
_LARGEST_INDEX = 1024 * 1024  # bytes
_NAME = re.compile(r"[0-9a-f]{64}\Z")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a blog. `chosen`: she wants its posts shown so. `size`: bytes on the disk."""

    appearance: Appearance
    chosen: bool
    size: int


class Appearances:
    """The looks in `data_folder`. Raises `LibraryError` when the disk fails or what it holds is damaged."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / "appearances"

    def get(self, account_id: str) -> Kept | None:
        """What is kept, None for nothing. Looks at every file: one that was damaged is said here, not half shown."""
        folder = self._of(account_id)
        try:
            values = json.loads(read_file(folder / _INDEX, limit=_LARGEST_INDEX)[0])
            if values["version"] != _VERSION:
                raise _damaged()
            fonts = tuple((_name(name), str(kind)) for name, kind in values["fonts"])
            css = self._read(folder, _name(values["css"]))
            size = len(css) + sum(len(self._read(folder, name)) for name, _kind in fonts)
            appearance = Appearance(
                str(values["page"]), datetime.fromisoformat(values["at"]), str(values["root"]), str(values["body"]),
                css.decode("utf-8"), fonts, int(values["missing"]),
            )  # fmt: skip
            return Kept(appearance, values["chosen"] is True, size)
        except FileGone:
            if not (folder / _INDEX).exists():
                return None
            raise _damaged() from None
        except (KeyError, TypeError, ValueError, RecursionError):
            raise _damaged() from None

    def font(self, account_id: str, name: str) -> bytes:
        """The bytes of a kept font. KeyError for what can be none."""
        if not _NAME.match(name):
            raise KeyError(name)
        return self._read(self._of(account_id), name)

    def put(self, account_id: str, captured: Captured) -> Kept:
        """Keep this look in the place of the one from before, and show it from now on."""
        look = captured.appearance
        folder = self._of(account_id)
        css = look.css.encode("utf-8", "replace")
        files = {content_hash(css): css, **captured.files}
        for name, content in files.items():
            save_file(folder / name, content, expected=ANY, parents=True)
        values = {
            "version": _VERSION, "chosen": True, "page": look.page, "at": look.at.isoformat(), "root": look.root,
            "body": look.body, "css": content_hash(css), "fonts": [list(font) for font in look.fonts],
            "missing": look.missing,
        }  # fmt: skip
        save_json(folder / _INDEX, values)
        self._sweep(folder, {_INDEX, *files})
        return Kept(replace(look, css=css.decode("utf-8")), True, sum(map(len, files.values())))

    def choose(self, account_id: str, chosen: bool) -> None:
        """Show posts so from now on, or as Post Desk shows them."""
        path = self._of(account_id) / _INDEX
        values: dict[str, Any] = load_json(path, {})
        if values:
            save_json(path, {**values, "chosen": chosen})

    def forget(self, account_id: str) -> None:
        """Delete what is kept. The index goes first: without it nothing counts."""
        folder = self._of(account_id)
        try:
            (folder / _INDEX).unlink(missing_ok=True)
            if folder.is_dir():
                shutil.rmtree(folder)
        except OSError as error:
            raise explain(error, folder) from error

    def _of(self, account_id: str) -> Path:
        return self._folder / folder_name(account_id)

    @staticmethod
    def _read(folder: Path, name: str) -> bytes:
        content, found = read_file(folder / name)
        if found != name:
            raise _damaged()
        return content

    @staticmethod
    def _sweep(folder: Path, kept: set[str]) -> None:
        try:
            for entry in folder.iterdir():
                if entry.name not in kept and _NAME.match(entry.name):
                    entry.unlink()
        except OSError:
            pass  # it goes with the next


def folder_name(account_id: str) -> str:
    """A name for what is kept of an account: its id comes from a file that anybody may edit."""
    return account_id if _PLAIN.match(account_id) else content_hash(account_id.encode("utf-8", "replace"))


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.match(value):
        raise ValueError("no name of a file")
    return value


def _damaged() -> LibraryError:
    return LibraryError(
        _("What was kept of the blog's look is damaged."),
        _("Posts are shown as Post Desk shows them. Your text is not affected."),
        _("Choose Blog › Look Like the Blog and fetch it again."),
    )
