"""What a blog made of cards is asked for once, kept for when it cannot be asked, and lost without harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from postdesk.backends.base import RemotePost
from postdesk.core.receipt import Status
from postdesk.markup.rawcards import card_digest
from postdesk.publishing import rendered as module
from postdesk.publishing.rendered import Renderings

CARD = "<!-- wp:latest-posts /-->"
LIST = "<ul><li>A</li></ul>"


def read(remote_id: str) -> RemotePost:
    content = f"<!-- wp:paragraph -->\n<p>One.</p>\n<!-- /wp:paragraph -->\n\n{CARD}"
    return RemotePost(remote_id, "", "", Status.PUBLISHED, "1", "", content, f"<p>One.</p>\n{LIST}")


def test_what_the_blog_made_is_there_the_next_time(tmp_path: Path) -> None:
    got = Renderings(tmp_path).fetch("a1", "7", (CARD,), read)
    assert got == {card_digest(CARD): LIST}
    assert Renderings(tmp_path).get("a1", "7") == got
    assert Renderings(tmp_path).get("a1", "8") == Renderings(tmp_path).get("a2", "7") == {}


def test_an_edited_card_has_none(tmp_path: Path) -> None:
    assert Renderings(tmp_path).fetch("a1", "7", (CARD + "!",), read) == {}


def test_what_was_kept_goes_with_the_account(tmp_path: Path) -> None:
    kept = Renderings(tmp_path)
    kept.fetch("a1", "7", (CARD,), read)
    kept.fetch("a2", "7", (CARD,), read)
    kept.forget("a1")
    assert kept.get("a1", "7") == {}
    assert kept.get("a2", "7")


@pytest.mark.parametrize(
    "damage", [b"", b"[]", b'{"x": "y"}', b'{"00000000000000000000000000000000": 7}', b"\xff{"]
)
def test_what_is_damaged_is_as_if_it_had_never_been(damage: bytes, tmp_path: Path) -> None:
    kept = Renderings(tmp_path)
    kept.fetch("a1", "7", (CARD,), read)
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(damage)
    assert kept.get("a1", "7") == {}
    assert kept.fetch("a1", "7", (CARD,), read) == kept.get("a1", "7") != {}


def test_a_disk_that_cannot_keep_it_shows_it_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "rendered").write_text("in the way", "utf-8")
    assert Renderings(tmp_path).fetch("a1", "7", (CARD,), read) == {card_digest(CARD): LIST}


def test_there_is_an_end_to_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 3)
    for number in range(6):
        Renderings(tmp_path).fetch("a1", str(number), (CARD,), read)
    assert len(list(tmp_path.rglob("*.json"))) == 3
    monkeypatch.setattr(module, "LARGEST", 5)
    assert Renderings(tmp_path).fetch("a1", "9", (CARD,), read) == {}
