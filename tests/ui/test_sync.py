"""Editor and preview stay at the same place, whichever side she moves, and a double click goes to the word."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor, places
from postdesk.ui.preview.preview import Preview
from postdesk.ui.sync import Sync
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import load_theme
from tests.ui.preview.stage import PATIENCE, Reader

pytestmark = [
    pytest.mark.qt_log_ignore(
        "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
    ),
    pytest.mark.alone,  # two processes scroll in turns, each as the other was seen last
]

_LONG = "Words that go on and on, until the line has been wrapped more than once in both of the panes. "


class Desk:
    """Both panes beside each other, with a post in them."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        theme = load_theme(False)
        self.tasks = Tasks()
        self.window = QWidget()
        self.editor = Editor()
        self.editor.set_theme(theme)
        self.preview = Preview(theme, tasks=self.tasks)
        row = QHBoxLayout(self.window)
        row.addWidget(self.editor, 1)
        row.addWidget(self.preview, 1)
        self.window.resize(1100, 700)
        qtbot.addWidget(self.window)
        self.sync = Sync(self.editor, self.preview, self.window)
        self.editor.body_edited.connect(self._edited)
        self.window.show()
        self.preview.start_engine()
        qtbot.waitUntil(lambda: self.preview.surface is not None, timeout=PATIENCE)
        self.page = Reader(qtbot, self.preview)

    def _edited(self) -> None:
        self.preview.update_body(self.editor.body(), *places.caret(self.editor.text))

    def show(self, body: str) -> None:
        self.editor.set_post("Title", body)
        self.page.show(body)
        self.page.settle()

    def type(self, words: str) -> None:
        for letter in words:
            with self._qtbot.waitSignal(self.preview.shown, timeout=PATIENCE):
                QTest.keyClicks(self.editor.text, letter)

    def wheel(self, over: QWidget, steps: int) -> None:
        spot = QPointF(over.rect().center())
        event = QWheelEvent(
            spot,
            over.mapToGlobal(spot),
            QPoint(0, 0),
            QPoint(0, -120 * steps),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(over, event)

    def top_of(self, words: str) -> float:
        """Where the page shows these words, in px from the view's upper edge."""
        found = self.page.ask(
            "(() => { const w = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);"
            f" for (let n; (n = w.nextNode());) {{ const at = n.data.indexOf({words!r}); if (at >= 0) {{"
            " const r = document.createRange(); r.setStart(n, at); r.setEnd(n, at + 1);"
            " return r.getBoundingClientRect().top; } } return null; })()"
        )
        assert found is not None, words
        return float(found)

    @property
    def height(self) -> int:
        return int(self.page.ask("innerHeight"))

    def sees(self, words: str) -> bool:
        return 0 <= self.top_of(words) < self.height - 10

    @property
    def scroll(self) -> float:
        return float(self.page.ask("scrollY"))

    def top_of_line(self, line: int) -> float:
        """Where the editor shows a line, in px from its view's upper edge."""
        text = self.editor.text
        block = text.document().findBlockByNumber(line)
        return text.blockBoundingGeometry(block).translated(text.contentOffset()).top()

    def rest(self) -> None:
        """Until nothing is under way any more."""
        self.page.settle()
        self._qtbot.waitUntil(lambda: not self.sync.is_busy, timeout=PATIENCE)
        self.page.settle()


@pytest.fixture
def desk(qtbot: QtBot) -> Generator[Desk, None, None]:
    found = Desk(qtbot)
    yield found
    found.preview.shut()
    found.tasks.wait(2000)


def _post(count: int = 120) -> list[str]:
    return [f"Paragraph {n}x. " + _LONG * (n % 4) for n in range(count)]


def test_the_preview_follows_the_editor_with_the_same_place_at_the_same_height(desk: Desk) -> None:
    text = _post()
    desk.show("\n\n".join(text))
    bar = desk.editor.text.verticalScrollBar()
    for share in (0.2, 0.5, 0.8):
        bar.setValue(round(bar.maximum() * share))
        desk.rest()
        line = int(places.place_at(desk.editor.text, share) / 2) * 2
        ours = desk.top_of_line(line) / desk.editor.text.viewport().height()
        theirs = desk.top_of(f"Paragraph {line // 2}x") / desk.height
        assert abs(ours - theirs) < 0.15, share


def test_at_both_ends_of_one_side_the_other_is_at_its_end(desk: Desk) -> None:
    desk.show("\n\n".join([*_post(), "Last[^n].", "[^n]: A note."]))
    bar = desk.editor.text.verticalScrollBar()
    bar.setValue(bar.maximum())
    desk.rest()
    assert desk.page.ask("Math.abs(scrollY + innerHeight - document.documentElement.scrollHeight) <= 1")
    bar.setValue(0)
    desk.rest()
    assert desk.scroll == 0


def test_the_editor_follows_the_preview_and_the_preview_stays(qtbot: QtBot, desk: Desk) -> None:
    desk.show("\n\n".join(_post()))
    target = desk.page.surface.view.focusProxy()
    assert target is not None
    bar = desk.editor.text.verticalScrollBar()
    for _turn in range(12):
        desk.wheel(target, 3)
        desk.rest()
    moved = desk.scroll
    assert moved > 500
    assert bar.value() > 0
    desk.rest()
    assert desk.scroll == moved  # nobody pushed it on

    def apart() -> float:
        share = places.share(desk.editor.text)
        line = int(places.place_at(desk.editor.text, share) / 2) * 2
        ours = desk.top_of_line(line) / desk.editor.text.viewport().height()
        return abs(ours - desk.top_of(f"Paragraph {line // 2}x") / desk.height)

    # A wheel is felt in the page's own process: on a busy machine the last turn comes late.
    qtbot.waitUntil(lambda: apart() < 0.15, timeout=PATIENCE)
    desk.page.ask("scrollTo(0, 1e9)")
    desk.rest()
    assert bar.value() == bar.maximum()
    desk.page.ask("scrollTo(0, 0)")
    desk.rest()
    assert bar.value() == 0


def test_a_page_that_learns_late_that_it_was_scrolled_is_asked_again(qtbot: QtBot, desk: Desk) -> None:
    desk.show("\n\n".join(_post()))
    desk.page.ask(
        "(globalThis.ours = postdesk, globalThis.before = postdesk.place(), globalThis.asked = 0,"
        " globalThis.postdesk = {...ours, place: () => asked++ < 8 ? before : ours.place()}, 0)"
    )
    target = desk.page.surface.view.focusProxy()
    assert target is not None
    QTest.mouseClick(target, Qt.MouseButton.LeftButton)
    desk.page.ask("scrollTo(0, 1e9)")
    bar = desk.editor.text.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0, timeout=PATIENCE)


def test_the_editor_stays_where_it_is_when_the_preview_follows_it(desk: Desk) -> None:
    desk.show("\n\n".join(_post()))
    bar = desk.editor.text.verticalScrollBar()
    for value in range(0, bar.maximum() // 2, bar.maximum() // 17):
        bar.setValue(value)
        desk.rest()
        assert bar.value() == value


def test_in_a_post_so_long_that_heights_are_estimated_both_sides_meet(desk: Desk) -> None:
    text = _post(900)
    desk.show("\n\n".join(text))
    bar = desk.editor.text.verticalScrollBar()
    for share in (0.5, 0.9, 0.1):
        bar.setValue(round(bar.maximum() * share))
        desk.rest()
        share = places.share(desk.editor.text)
        line = int(places.place_at(desk.editor.text, share) / 2) * 2
        ours = desk.top_of_line(line) / desk.editor.text.viewport().height()
        theirs = desk.top_of(f"Paragraph {line // 2}x") / desk.height
        assert abs(ours - theirs) < 0.15, share


_BLOCKS = {
    "paragraph": "HERE",
    "long paragraph": _LONG * 30 + "HERE " + _LONG * 30,
    "end of a long paragraph": _LONG * 60 + "HERE",
    "list": "\n".join([f"- item {n}" for n in range(60)] + ["- HERE"] + [f"- item {n}" for n in range(60)]),
    "numbered list": "\n".join(f"{n}. {'HERE' if n == 70 else 'the same'}" for n in range(1, 120)),
    "table": "| a | b |\n|---|---|\n"
    + "\n".join(f"| {n} | {'HERE' if n == 55 else 'x'} |" for n in range(90)),
    "fence": "```python\n" + "\n".join(f"x = {'HERE' if n == 50 else n}" for n in range(100)) + "\n```",
    "far right in a fence": "```\n" + "word " * 100 + "HERE\n```",
    "quotation": "\n".join(f"> {'HERE' if n == 40 else 'quoted words'}  " for n in range(80)),
    "link": f"{_LONG * 20} [HERE](https://example.org/{'a' * 200}) {_LONG * 20}",
    "caption": '![words](nowhere.png "A HERE caption")',
    "heading": "## HERE",
    "raw HTML": "<div>\n" + "<p>words</p>\n" * 60 + "<p>HERE</p>\n" + "<p>words</p>\n" * 60 + "</div>",
}


@pytest.mark.parametrize("block", _BLOCKS)
def test_the_place_that_she_types_at_is_in_view(desk: Desk, block: str) -> None:
    around = _post(60)
    for at in (0, 30, 60):
        body = "\n\n".join([*around[:at], _BLOCKS[block], *around[at:]])
        desk.show(body)
        desk.editor.set_cursor(body.index("HERE") + 4)
        desk.page.ask(f"scrollTo(0, {0 if at else 1e9})")
        typed = "HERE"
        for letter in "abc":
            desk.type(letter)
            typed += letter
            assert desk.sees(typed), (typed, at)
        still = desk.scroll
        desk.type("d e")
        assert desk.sees(typed)
        assert desk.scroll == still  # it was seen: nothing moves


def test_a_note_that_she_types_at_the_end_is_shown_among_the_footnotes(desk: Desk) -> None:
    notes = [f"[^n{n}]: Note {n} is long. {_LONG}" for n in range(30)]
    text = ["".join(f"Word[^n{n}] " for n in range(30)), *_post(60), *notes]
    body = "\n\n".join(text)
    desk.show(body)
    desk.editor.set_cursor(body.index("Note 12 is") + 7)
    desk.type("HERE")
    assert desk.sees("HERE")


def test_what_follows_behind_the_end_of_the_text_is_in_view(desk: Desk) -> None:
    desk.show("\n\n".join(_post(60)))
    text = desk.editor.text
    desk.editor.set_cursor(text.document().characterCount() - 1)
    QTest.keyClick(text, Qt.Key.Key_Return)
    QTest.keyClick(text, Qt.Key.Key_Return)
    for word in ("one", " two", " three"):
        desk.type(word)
        assert desk.sees("one")
    assert desk.page.ask("Math.abs(scrollY + innerHeight - document.documentElement.scrollHeight) < 120")


def test_a_double_click_puts_the_cursor_into_the_word_and_leaves_the_preview_alone(
    desk: Desk, qtbot: QtBot
) -> None:
    text = _post(80)
    text[60] = f"{_LONG * 3} with *some* [marked words](https://example.org/words) and **goldfish** here."
    body = "\n\n".join(text)
    desk.show(body)
    desk.preview.show_line(120.5, 0.5)
    desk.rest()
    before = desk.scroll
    with qtbot.waitSignal(desk.preview.line_activated, timeout=PATIENCE):
        desk.page.click(
            "(() => { const b = document.querySelectorAll('.pd-block')[60].querySelector('strong')"
            ".getBoundingClientRect(); return [b.left + 2, b.top + b.height / 2]; })()",
            twice=True,
        )
    assert desk.editor.cursor_position() == body.index("goldfish")
    cursor = desk.editor.text.cursorRect()
    assert desk.editor.text.viewport().rect().contains(cursor)
    desk.rest()
    assert desk.scroll == before


def test_a_preview_that_was_hidden_while_she_typed_is_at_her_place_when_it_is_shown(
    desk: Desk, qtbot: QtBot
) -> None:
    body = "\n\n".join(_post())
    desk.show(body)
    desk.preview.hide()
    desk.editor.set_cursor(body.index("Paragraph 90x") + len("Paragraph 90x"))
    QTest.keyClicks(desk.editor.text, "HERE")
    with qtbot.waitSignal(desk.preview.shown, timeout=PATIENCE):
        desk.preview.show()
    desk.rest()
    assert desk.sees("HERE")


def test_a_preview_that_was_hidden_while_she_scrolled_is_at_her_place_when_it_is_shown(desk: Desk) -> None:
    desk.show("\n\n".join(_post()))
    desk.preview.hide()
    bar = desk.editor.text.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    desk.preview.show()
    desk.rest()
    line = int(places.place_at(desk.editor.text, 0.5) / 2) * 2
    desk.page.wait("scrollY > 300")
    assert desk.sees(f"Paragraph {line // 2}x")
