"""The simpler preview shows the same post, reads nothing but the library's pictures, and opens nothing by itself."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.ui.preview import preview as pane
from postdesk.ui.preview.preview import Preview
from postdesk.ui.preview.simple import SimpleSurface
from postdesk.ui.theme import load_theme
from tests.ui.preview.stage import PATIENCE, Canary, Opener, picture, resolver, without_cleaner
from tests.ui.preview.test_cage import SHOWN

POST = """One **two**.

> quoted
>
> > deeper

![a](pic.png "The caption.")

- [x] done
- b

| A | B |
|---|--:|
| 1 | 2 |

```python
x = 1
```

[link](https://example.org/a) and [letter](mailto:a@example.org?attach=/etc/passwd)
"""


@pytest.fixture
def plain(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Generator[Preview, None, None]:
    """A shown preview without the engine."""
    monkeypatch.setattr(pane, "is_root", lambda: True)
    found = Preview(load_theme(False))
    qtbot.addWidget(found)
    found.resize(600, 700)
    with qtbot.waitSignal(found.engine_failed, timeout=PATIENCE):
        found.show()
        found.start_engine()
    yield found
    found.shut()


def _browser(preview: Preview) -> SimpleSurface:
    surface = preview.surface
    assert isinstance(surface, SimpleSurface)
    return surface


def _show(qtbot: QtBot, preview: Preview, body: str, library: Path | None = None) -> SimpleSurface:
    with qtbot.waitSignal(preview.shown, timeout=PATIENCE):
        preview.set_post("The title", "today", body, resolve=resolver(library) if library else None)
    return _browser(preview)


def _images(browser: SimpleSurface) -> list[tuple[str, float, float]]:
    found = []
    block = browser.document().begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            form = fragments.fragment().charFormat()
            if form.isImageFormat():
                image = form.toImageFormat()
                found.append((image.name(), image.width(), image.height()))
            fragments += 1
        block = block.next()
    return found


def test_title_byline_quotations_lists_and_captions_are_there(
    plain: Preview, qtbot: QtBot, library: Path
) -> None:
    text = _show(qtbot, plain, POST, library).toPlainText()
    for words in ("The title", "today", "One two.", "quoted", "deeper", "The caption.", "☑ done", "x = 1"):
        assert words in text


def test_a_quotation_has_a_bar_for_each_level(plain: Preview, qtbot: QtBot) -> None:
    browser = _show(qtbot, plain, "> > deep down here")
    image = browser.grab().toImage()
    theme = load_theme(False)
    seen = {image.pixelColor(x, y).name() for x in range(40, 90) for y in range(80, 200)}
    assert {theme.quote, theme.quote2} <= seen


def test_a_picture_is_no_wider_than_the_text(plain: Preview, qtbot: QtBot, library: Path) -> None:
    picture(library / "wide.png", width=2400, height=600)
    browser = _show(qtbot, plain, "![a](wide.png)\n\n![b](pic.png)", library)
    (_name, width, height), (_other, small, _h) = _images(browser)
    assert 300 < width <= browser.viewport().width()
    assert abs(width / height - 4) < 0.05
    assert small == 60


def test_the_pictures_fit_again_when_the_pane_is_made_narrower(
    plain: Preview, qtbot: QtBot, library: Path
) -> None:
    picture(library / "wide.png", width=2400, height=600)
    browser = _show(qtbot, plain, "![a](wide.png)", library)
    before = _images(browser)[0][1]
    plain.resize(380, 700)
    qtbot.waitUntil(lambda: _images(browser)[0][1] < before - 100, timeout=PATIENCE)


def test_no_file_outside_the_library_is_read(
    plain: Preview,
    qtbot: QtBot,
    library: Path,
    canary: Canary,
    opener: Opener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = library.parent / "secret.png"
    for clean in (True, False):
        if not clean:
            without_cleaner(monkeypatch)
            plain.rendering.restart()
        for payload in SHOWN.values():
            body = payload.replace("{C}", canary.address).replace("{S}", str(secret))
            browser = _show(qtbot, plain, body, library)
            browser.grab()
            assert all((width, height) != (77.0, 33.0) for _name, width, height in _images(browser))
    assert canary.hits == []
    assert opener.opened == []


@pytest.mark.parametrize("kind", [kind.value for kind in QTextDocument.ResourceType])
def test_whatever_is_asked_for_only_pictures_of_the_post_are_given(
    plain: Preview, qtbot: QtBot, library: Path, kind: int
) -> None:
    browser = _show(qtbot, plain, "![a](pic.png)", library)
    secret = library.parent / "secret.png"
    for address in (
        QUrl.fromLocalFile(str(secret)),
        QUrl(str(secret)),
        QUrl("file:///etc/hostname"),
        QUrl("link.png"),
    ):
        found = browser.loadResource(kind, address)
        assert found == "" or (isinstance(found, QImage) and found.isNull())


def test_a_click_tells_the_window_and_nothing_else(plain: Preview, qtbot: QtBot, opener: Opener) -> None:
    browser = _show(qtbot, plain, "[linklinklink](https://example.org/a)")
    with qtbot.waitSignal(plain.link_clicked, timeout=PATIENCE) as told:
        spot = next(
            QPoint(x, y)
            for y in range(0, 300, 4)
            for x in range(40, 200, 8)
            if browser.anchorAt(QPoint(x, y))
        )
        QTest.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert told.args == ["https://example.org/a"]
    assert opener.opened == []


def test_a_click_on_a_link_to_another_post_stays_in_the_window(
    plain: Preview, qtbot: QtBot, opener: Opener
) -> None:
    browser = _show(qtbot, plain, "[linklinklink](post:a1)")
    with qtbot.waitSignal(plain.link_clicked, timeout=PATIENCE) as told:
        spot = next(
            QPoint(x, y)
            for y in range(0, 300, 4)
            for x in range(40, 200, 8)
            if browser.anchorAt(QPoint(x, y))
        )
        QTest.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert told.args == ["post:a1"]
    assert opener.opened == []
    assert "linklinklink" in browser.toPlainText()


def test_a_line_is_brought_into_view_and_a_double_click_finds_it(plain: Preview, qtbot: QtBot) -> None:
    browser = _show(qtbot, plain, "\n\n".join(f"Paragraph {n}." for n in range(120)))
    plain.show_line(2 * 100, 0.5)
    view = browser.viewport()
    spot = next(
        QPoint(60, y)
        for y in range(0, view.height(), 5)
        if browser.cursorForPosition(QPoint(60, y)).block().text() == "Paragraph 100."
    )
    with qtbot.waitSignal(plain.line_activated, timeout=PATIENCE) as told:
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert told.args[0] == 200


def test_typing_keeps_the_place(plain: Preview, qtbot: QtBot) -> None:
    text = [f"Paragraph {n}." for n in range(120)]
    browser = _show(qtbot, plain, "\n\n".join(text))
    plain.show_line(2 * 60, 0.5)
    place = browser.verticalScrollBar().value()
    assert place > 0
    text[60] += " More."
    with qtbot.waitSignal(plain.shown, timeout=PATIENCE):
        plain.update_body("\n\n".join(text), 120)
    assert browser.verticalScrollBar().value() == place
    assert "Paragraph 60. More." in browser.toPlainText()


def test_the_place_that_she_types_at_is_in_view(plain: Preview, qtbot: QtBot) -> None:
    long = "Words that go on and on until they are wrapped. " * 60
    text = [f"Paragraph {n}." for n in range(60)]
    text[30] = f"{long}😀 HERE{long}"
    body = "\n\n".join([*text, "Last[^1].", "[^1]: A note."])
    browser = _show(qtbot, plain, body)
    for place in ("HERE", "Paragraph 0", "A note", "Paragraph 59"):
        at = body.index(place) + len(place)
        body = f"{body[:at]} typed{body[at:]}"
        line = body.count("\n", 0, at)
        with qtbot.waitSignal(plain.shown, timeout=PATIENCE):
            plain.update_body(body, line, at + 6 - body.rfind("\n", 0, at) - 1)
        found = browser.document().find(f"{place} typed")
        assert not found.isNull()
        assert browser.viewport().rect().contains(browser.cursorRect(found)), place


def test_it_tells_where_it_stands_and_stands_where_it_is_told(plain: Preview, qtbot: QtBot) -> None:
    text = [f"Paragraph {n}. " + "More words. " * (n % 30) for n in range(100)]
    browser = _show(qtbot, plain, "\n\n".join([*text, "Last[^1].", "[^1]: A note."]))
    bar = browser.verticalScrollBar()
    bar.setValue(bar.maximum())  # all of it is laid out: the bar knows how long it is
    view = browser.viewport()
    qtbot.waitUntil(lambda: abs(bar.maximum() + view.height() - browser.document().size().height()) < 2)
    bar.setValue(0)
    for value in (bar.maximum() // 3, bar.maximum() // 2, bar.maximum() - 5, bar.maximum()):
        with qtbot.waitSignal(plain.scrolled, timeout=PATIENCE) as told:
            bar.setValue(value)
        line, height = told.args
        bar.setValue(0)
        plain.show_line(line, height)
        assert abs(bar.value() - value) <= 2


def test_a_double_click_finds_the_word(plain: Preview, qtbot: QtBot) -> None:
    browser = _show(qtbot, plain, "Before.\n\nSome *words* and a [goldfish](https://example.org) here.")
    spot = browser.cursorRect(browser.document().find("goldfish")).center() - QPoint(20, 0)
    with qtbot.waitSignal(plain.line_activated, timeout=PATIENCE) as told:
        QTest.mouseDClick(browser.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    line, column = told.args
    assert line == 2
    assert "Some *words* and a [goldfish".index("goldfish") <= column <= 28
