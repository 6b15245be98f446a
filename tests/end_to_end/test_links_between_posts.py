"""Links to her own posts in the real window: picked by their words, followed by a click, right on the page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest

from tests.end_to_end.writer import Writer


def pick(writer: Writer, words: str) -> None:
    """Ask for the picker, type what she remembers, and take the first that fits."""
    before = writer.words
    writer.choose("link_post")
    picker = writer.desk.links.picker
    writer.until(picker.isVisible, "the picker")
    picker.field.selectAll()
    writer.type(words, picker.field)
    writer.until(lambda: picker.entries.rowCount() == 1, f"one post with {words}")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    writer.until(lambda: writer.words != before, "the link in the text")


def published(writer: Writer) -> Path:
    """The page of the open post on the local site."""
    return Path(unquote(writer.desk.standing.address.removeprefix("file://")))


def test_a_link_to_an_older_post_leads_there_on_the_published_site(writer: Writer) -> None:
    writer.new_post("The ferry; a [short] history", "It began with a rowing boat in 1871.")
    writer.until_saved()
    writer.publish()
    writer.hears("Published")
    old_page = published(writer)
    writer.new_post("Strike, day four", "From the archive: ")
    writer.until_saved()
    writer.until(lambda: writer.desk.links.title_of("x") == "", "the list")
    pick(writer, "ferry history")
    assert writer.words.startswith("From the archive: [The ferry; a \\[short\\] history](post:")
    writer.type(" and more")
    assert writer.words.endswith(") and more")
    writer.until_saved()
    writer.publish()
    writer.hears("Published")
    new_page = published(writer)
    text = new_page.read_text("utf-8")
    (href,) = [p.partition('"')[0] for p in text.split('href="') if "[short] history</a> and more" in p[:200]]
    assert (new_page.parent / href).resolve() == old_page.resolve()
    assert writer.desk.session.post is not None
    assert "post:" in writer.desk.session.post.body


def test_a_click_in_the_preview_opens_the_post_here_and_never_outside(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: outside.append(url.toString()) or True)
    writer.new_post("The old one", "Words.")
    writer.until_saved()
    old, post_id = writer.file, writer.desk.session.post
    assert post_id is not None
    writer.new_post("The new one", f"See [that](post:{post_id.id}) and [nothing](post:nobody).")
    writer.until_saved()
    preview = writer.desk._preview
    preview.link_clicked.emit("post:nobody")
    writer.hears("not in the library")
    writer.until(lambda: writer.desk.links.title_of(post_id.id) == "The old one", "the list to have it")
    preview.link_clicked.emit(f"post:{post_id.id}")
    writer.until(lambda: writer.file == old, "the old one to be open")
    assert outside == []
