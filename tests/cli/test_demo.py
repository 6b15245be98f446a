"""`postdesk demo` writes and publishes a post in the real window, by keys, and leaves a picture of it."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from tests.cli.conftest import Terminal


def test_the_demonstration_leaves_a_site_and_a_picture(terminal: Terminal, tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    answer = terminal("demo", "--screenshot", picture)
    assert answer.code == 0, answer.err
    assert str(picture) in answer.out
    with Image.open(picture) as shown:
        assert shown.width > 800
        assert len(shown.convert("RGB").getcolors(1 << 24) or ()) > 1000, (
            "the window is drawn, with its picture"
        )
    site = terminal.home / "documents" / "Post Desk Site"
    assert f"The site: {site}" in answer.out
    (page,) = site.glob("20*/*/*/index.html")
    words = page.read_text("utf-8")
    assert words.count("<blockquote>") == 2
    assert words.count("<li>") == 2
    assert "<figcaption>The queue at noon.</figcaption>" in words
    (receipt,) = (terminal.library / ".postdesk" / "receipts").rglob("*.json")
    assert json.loads(receipt.read_text("utf-8"))["status"] == "published"
