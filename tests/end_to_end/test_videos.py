"""A writer puts a video's address into her post: what the preview shows, whom it asks, and what goes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QPushButton

from postdesk.backends import oembed
from postdesk.core import embeds
from postdesk.core.settings import load_settings
from tests.backends.test_oembed import Site
from tests.end_to_end.page import Page
from tests.end_to_end.writer import Writer
from tests.ui.preview.stage import picture

V = "https://youtu.be/x_y"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site on loopback that stands for all the sites of the table."""
    running = Site()
    picture(tmp_path / "thumbnail.png", width=480, height=270)
    thumbnail = running.has("/a.png", (tmp_path / "thumbnail.png").read_bytes())
    running.says({"title": "Ferries of Trieste", "author_name": "Ada", "thumbnail_url": thumbnail})
    table = tuple((known, replace(p, endpoint=f"{running.root}/oembed")) for known, p in embeds._patterns())
    monkeypatch.setattr(embeds, "_patterns", lambda: table)
    monkeypatch.setattr(oembed, "is_public", lambda address: address.startswith(running.root))
    yield running
    running.stop()


def test_a_card_asks_first_then_has_title_and_picture_and_moves_nothing(writer: Writer, site: Site) -> None:
    page = Page(writer)
    writer.new_post("A film", f"Look:\n\n{V}\n\nAfter it.")
    page.until("document.querySelector('.pd-embed b')?.innerText === 'Video on YouTube'", "the card")
    writer.until(lambda: any("YouTube" in sentence for sentence in writer.said), "the offer")
    assert site.asked == []
    place = "[...document.querySelectorAll('article p')].pop().getBoundingClientRect().top"
    before = page.ask(place)
    writer.press_in_toast("Allow")
    page.until("document.querySelector('.pd-embed b')?.innerText === 'Ferries of Trieste'", "the title")
    page.until("document.querySelector('.pd-embed img')?.naturalWidth === 480", "the picture")
    assert page.ask(place) == before
    assert load_settings(writer.folders).sites == {"youtube": True}
    assert page.ask("document.querySelector('.pd-embed a').href") == V
    assert page.ask("document.querySelectorAll('iframe, script, object, embed').length") == 0
    assert page.ask("[...document.images].every(i => i.src.startsWith('postdesk-preview:'))")


def test_refused_it_stays_a_card_and_nobody_is_asked(writer: Writer, site: Site) -> None:
    page = Page(writer)
    writer.new_post("A film", f"{V}\n")
    writer.until(lambda: any("YouTube" in sentence for sentence in writer.said), "the offer")
    writer.press_in_toast("Don’t allow")
    writer.until_saved()
    page.until("document.querySelector('.pd-embed b')?.innerText === 'Video on YouTube'", "the card")
    assert load_settings(writer.folders).sites == {"youtube": False}
    assert site.asked == []


def test_she_can_think_better_of_it_in_the_preferences(writer: Writer, site: Site) -> None:
    page = Page(writer)
    writer.desk.preferences.set_site("youtube", False)  # as the toast does
    writer.new_post("A film", f"{V}\n")
    page.until("document.querySelector('.pd-embed') !== null", "the card")
    writer.choose("preferences")
    dialog = next(d for d in writer.window.findChildren(QDialog) if d.windowTitle() == "Preferences")
    (button,) = [b for b in dialog.findChildren(QPushButton) if b.menu() is not None]
    assert button.text() == "No site"
    assert button.accessibleName()
    assert "tells it" in button.accessibleDescription()
    menu = button.menu()
    assert menu is not None
    (entry,) = [one for one in menu.actions() if one.text() == "YouTube"]
    entry.trigger()
    assert button.text() == "YouTube"
    page.until("document.querySelector('.pd-embed b')?.innerText === 'Ferries of Trieste'", "the title")
    dialog.close()


def test_what_goes_out_has_the_address_and_no_card_of_the_preview(writer: Writer, site: Site) -> None:
    writer.new_post("A film", f"Look:\n\n{V}\n\nAfter it.")
    writer.until_saved()
    assert f"\n{V}\n" in writer.file.read_text()
    writer.publish()
    folder = writer.folders.documents / "Post Desk Site"
    writer.until(lambda: list(folder.glob("20*/*/*/index.html")), "the page")
    (written,) = folder.glob("20*/*/*/index.html")
    text = written.read_text()
    assert re.search(rf'<figure class="embed embed-video"><a href="{V}">', text)
    assert "pd-embed" not in text
    assert "<script" not in text
    assert site.asked == []
