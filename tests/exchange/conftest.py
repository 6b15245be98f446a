"""A library to import into, and folders as other programs leave them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image

from postdesk.core.folders import Folders, under
from postdesk.library.library import Library

Make = Callable[[Mapping[str, str | bytes]], Path]


def png(colour: str = "red") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (4, 3), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return under(tmp_path / "home")


@pytest.fixture
def library(folders: Folders) -> Iterator[Library]:
    root = folders.documents / "Post Desk"
    (root / ".postdesk").mkdir(parents=True)
    opened = Library(root, folders)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a folder "site" with these files, and returns it."""

    def made(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "site"

    return made
