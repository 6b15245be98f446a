"""File names that are safe on every system, and that no other file has."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from postdesk.core.file_errors import explain
from postdesk.core.files import same_name
from postdesk.core.language import _

POST_SUFFIXES: Final = (".md", ".markdown")

_LONGEST = 120  # bytes; room for a number, a suffix and a synchroniser's additions below 255
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\s]+')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_ENCODE = re.compile(r"[\x00-\x20()<>%?#\\\"'`*_\[\]]")


def file_stem(title: str) -> str:
    """A title as a file name without its ending: valid on Windows, macOS and Linux, NFC, at most 120 bytes."""
    composed = unicodedata.normalize("NFC", title)
    kept = "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") else " " for c in composed
    )
    stem = _FORBIDDEN.sub(" ", kept).strip(" .")[: 2 * _LONGEST]  # a title may be as long as a book
    while len(stem.encode()) > _LONGEST:
        shorter = stem.rsplit(" ", 1)[0] if " " in stem[60:] else stem[:-1]
        stem = shorter.rstrip(" .")
    if _DEVICES.fullmatch(stem.split(".")[0].strip()):
        stem = f"{stem.split('.')[0].strip()} -{stem[len(stem.split('.')[0]) :]}"
    return stem or _("Untitled")


def free_name(stem: str, suffix: str, taken: Iterable[str]) -> str:
    """`stem` with `suffix`, and with a number between them when a name in `taken` is the same to some
    system.
    """
    return _free(stem, suffix, {same_name(name) for name in taken})


def _free(stem: str, suffix: str, used: Set[str]) -> str:
    """`used`: as `same_name` gives them."""
    name, number = stem + suffix, 1
    while same_name(name) in used:
        number += 1
        name = f"{stem} {number}{suffix}"
    return name


class FreeNames:
    """Names for many files that come together: each folder is looked at once."""

    def __init__(self) -> None:
        self._used: dict[Path, set[str]] = {}

    def take(self, folder: Path, stem: str, suffix: str) -> str:
        """As `free_name`, and nobody else gets it."""
        if folder not in self._used:
            self._used[folder] = {same_name(name) for name in names_in(folder)}
        name = _free(stem, suffix, self._used[folder])
        self._used[folder].add(same_name(name))
        return name


def is_untitled(name: str) -> bool:
    """Whether a file still has the name that a post without a title is given."""
    stem = Path(name).stem
    word = _("Untitled")
    return stem == word or (stem.startswith(word + " ") and stem[len(word) + 1 :].isdigit())


def names_in(folder: Path) -> list[str]:
    """The names in a folder; none when it is not there. Raises LibraryError when it cannot be read."""
    try:
        return os.listdir(folder)  # noqa: PTH208  names are wanted, not paths
    except FileNotFoundError:
        return []
    except OSError as error:
        raise explain(error, folder, reading=True) from error


def is_hidden(name: str) -> bool:
    """Whether a name is not for the writer's eyes: ours, git's, the system's, a synchroniser's."""
    return name.startswith((".", "~$")) or name in ("desktop.ini", "Thumbs.db")


def encode_reference(name: str) -> str:
    """A file name as a Markdown destination: only what would end or change it is percent-encoded."""
    return _ENCODE.sub(lambda found: f"%{ord(found.group()):02X}", name)


def decode_reference(reference: str) -> str:
    """The path that a destination in the text names, without query and fragment."""
    return unquote(re.split(r"[?#]", reference, maxsplit=1)[0])
