"""The page of a version: a long one comes in slices, looks like one that came whole, and keeps its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QTextDocument, QTextList
from pytestqt.qtbot import QtBot

from postdesk.ui.history.page import VersionPage
from postdesk.ui.preview.plain import rewrite
from postdesk.ui.theme import load_theme

SHORT = (
    "<h2>Boats</h2>",
    "<p>The first <mark>ferry</mark> left.</p>",
    "<ol><li>one</li><li>two<ul><li>deep</li></ul></li></ol>",
    "<ul><li>another</li></ul>",
    "<blockquote><p>Quoted.</p></blockquote>",
    "",
    "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
    "<pre><code>x = 1\ny = 2</code></pre>",
    "<hr>",
    "<dl><dt>Term</dt><dd>What it is</dd></dl>",
    "<p>The end.</p>",
)
LONG = tuple(f"<p>Paragraph {n}. {'Words of a post that is long. ' * 12}</p>" for n in range(900))


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[VersionPage]:
    found = VersionPage(load_theme(False))
    qtbot.addWidget(found)
    found.resize(700, 500)
    with qtbot.waitExposed(found):
        found.show()
    qtbot.waitUntil(lambda: found.viewport().size().width() > 650, timeout=20_000)
    yield found
    found.stop()


def whole(qtbot: QtBot, page: VersionPage) -> str:
    qtbot.waitUntil(lambda: page.is_whole, timeout=30_000)
    return page.toPlainText()


def shapes(document: QTextDocument) -> list[tuple[object, ...]]:
    """What each block of a document says, and how it is set; without empty ones around tables."""
    found: list[tuple[object, ...]] = []
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        series: QTextList | None = block.textList()
        margins = (form.leftMargin(), form.topMargin(), form.bottomMargin(), form.lineHeight())
        entry = (series.format().style(), series.itemText(block)) if series is not None else None
        if block.text():
            found.append((block.text(), form.headingLevel(), margins, form.indent(), entry))
        block = block.next()
    return found


def seen(page: VersionPage) -> str:
    """The paragraph at the top of the view."""
    return page.cursorForPosition(page.viewport().rect().topLeft()).block().text()[:14]


@pytest.mark.parametrize("size", [1, 60, 100_000])
def test_what_comes_in_slices_looks_as_if_it_came_whole(
    qtbot: QtBot, page: VersionPage, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("postdesk.ui.history.page._SLICE", size)
    page.show_version("A <title>", SHORT * 2)
    whole(qtbot, page)
    document = QTextDocument()
    page.prepare(document)
    document.setHtml(
        '<p class="title">A &lt;title&gt;</p>'
        + "".join(rewrite(piece, "x", lambda _address: None, 600) for piece in SHORT * 2)
    )
    assert shapes(page.document()) == shapes(document)


def test_the_start_of_a_long_version_is_there_at_once_and_the_rest_in_many_turns(
    qtbot: QtBot, page: VersionPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, slices = page._put, list[int]()

    def counted(markup: str) -> None:
        slices.append(len(markup))
        put(markup)

    monkeypatch.setattr(page, "_put", counted)
    page.show_version("Long", LONG)
    assert page.toPlainText().startswith("Long\nParagraph 0.")
    assert len(slices) == 2
    text = whole(qtbot, page)
    assert [line.split(".")[0] for line in text.split("\n")[1:]] == [f"Paragraph {n}" for n in range(900)]
    assert len(slices) > 40
    assert max(slices) < 8_000, "no turn had to lay out more than a slice"


def test_a_difference_far_below_is_brought_into_view_when_it_is_there(
    qtbot: QtBot, page: VersionPage
) -> None:
    page.show_version("Long", LONG)
    page.show_piece(800)
    assert seen(page) == "Long"
    whole(qtbot, page)
    qtbot.waitUntil(lambda: seen(page)[:12] in ("Paragraph 79", "Paragraph 80"), timeout=30_000)
    page.show_piece(3)
    assert seen(page)[:11] in ("Long", "Paragraph 0", "Paragraph 1", "Paragraph 2")


def test_what_shows_nothing_is_found_where_it_stands(qtbot: QtBot, page: VersionPage) -> None:
    page.show_version("", (*LONG[:400], "", *LONG[400:]))
    whole(qtbot, page)
    page.show_piece(400)
    assert seen(page)[:12] in ("Paragraph 39", "Paragraph 38")


def test_another_version_takes_the_place_of_one_that_is_not_there_yet(
    qtbot: QtBot, page: VersionPage
) -> None:
    page.show_version("Long", LONG)
    page.show_version("Short", SHORT)
    text = whole(qtbot, page)
    assert text.startswith("Short")
    assert "Paragraph" not in text


def test_nothing_more_comes_once_it_was_stopped(qtbot: QtBot, page: VersionPage) -> None:
    page.show_version("Long", LONG)
    page.stop()
    before = page.toPlainText()
    turns = QObject()
    qtbot.waitUntil(lambda: turns.startTimer(0) > 3, timeout=30_000)
    assert page.toPlainText() == before
    assert not page.is_whole


@pytest.mark.parametrize("change", ["size", "theme"])
def test_the_place_stays_when_all_of_it_is_laid_out_anew(
    qtbot: QtBot, page: VersionPage, change: str
) -> None:
    page.show_version("Long", LONG)
    whole(qtbot, page)
    page.show_piece(700)
    place = seen(page)
    document = page.document()
    if change == "size":
        page.resize(560, 400)
    else:
        page.set_theme(load_theme(True))
    qtbot.waitUntil(lambda: page.document() is not document, timeout=30_000)
    whole(qtbot, page)
    qtbot.waitUntil(lambda: seen(page) == place, timeout=30_000)
    assert not page.horizontalScrollBar().isVisible()
