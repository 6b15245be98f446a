"""Links to her own posts in the real window: picked by their words, followed by a click, right on the page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

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
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: outside.append(url.toString()))
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


def buttons(writer: Writer) -> dict[str, QPushButton]:
    """What can be pressed at the foot of the details, by what a screen reader says."""
    found = writer.desk._details.fields.backlinks.findChildren(QPushButton)
    return {button.accessibleName(): button for button in found if button.isVisible()}


def test_the_details_say_who_links_here_and_who_could(writer: Writer) -> None:
    writer.new_post("The ferry strike", "It began today.")
    writer.until_saved()
    target = writer.desk.session.post
    assert target is not None
    root = writer.desk.desk.library.root
    linking, naming = root / "linking.md", root / "naming.md"
    linking.write_text(f"---\ntitle: It links\n---\n\nSee [that](post:{target.id}).\n", "utf-8")
    text = "---\ntitle: It names\ntags: [a]  # ours\n---\n\nRemember the ferry strike of May.\n"
    naming.write_text(text, "utf-8")
    writer.choose("details")
    writer.desk.shelf.look()
    writer.until(lambda: "Open It links" in buttons(writer), "the post that links here")
    writer.until(lambda: "Link in It names" in buttons(writer), "the post that names it")
    scroll = writer.desk._details.fields
    scroll.ensureWidgetVisible(buttons(writer)["Link in It names"])
    writer.click(buttons(writer)["Link in It names"])
    writer.hears("Linked in “It names”")
    assert naming.read_text("utf-8") == text.replace(
        "the ferry strike", f"[the ferry strike](post:{target.id})"
    )
    writer.until(lambda: "Link in It names" not in buttons(writer), "the mention to be gone")
    writer.until(lambda: "Open It names" in buttons(writer), "the new link among those that lead here")
    writer.press_in_toast("Undo")
    writer.until(lambda: naming.read_text("utf-8") == text, "the text as it was")
    writer.until(lambda: "Link in It names" in buttons(writer), "the mention to be back")
    scroll.ensureWidgetVisible(buttons(writer)["Open It links"])
    writer.click(buttons(writer)["Open It links"])
    writer.until(lambda: writer.file == linking, "the post that links")
