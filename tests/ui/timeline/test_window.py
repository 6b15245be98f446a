"""What happened to a post is a quiet list, and each request and answer is one key away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from postdesk.backends.record import Exchange
from postdesk.publishing.events import Event, EventKind
from postdesk.publishing.report import Wanted
from postdesk.publishing.timeline import Entry
from postdesk.ui.theme import load_theme
from postdesk.ui.timeline import TimelineWindow
from postdesk.ui.timeline.report_dialog import ReportDialog

NOW, DAY = 1_795_000_000.0, 86_400.0
ASKED = Exchange(
    NOW, "POST", "https://blog.example/wp-json/wp/v2/posts", 403, 120, "", "Accept: */*", '{"title": "<b>x</b>"}', "{}",
    20, "server: nginx", '{"code": "no"}', "{}", 14,
)  # fmt: skip


def _entry(number: int, moment: float, kind: EventKind, words: str = "", asked: int = 0) -> Entry:
    return Entry(Event(number, moment, moment, 1, "p1", "a1", "j1", kind, words), (ASKED,) * asked)


ENTRIES = (
    _entry(3, NOW, EventKind.PUBLISHED, asked=2),
    _entry(2, NOW - 60, EventKind.FAILED, "No.", asked=1),
    _entry(1, NOW - 2 * DAY, EventKind.SUBMITTED),
)


@pytest.fixture
def window(qtbot: QtBot) -> TimelineWindow:
    made = TimelineWindow("<i>Ferry</i>", load_theme(dark=False))
    qtbot.addWidget(made)
    made.set_entries(ENTRIES, {"a1": "Harbour Notes"})
    made.show()
    qtbot.waitExposed(made)
    return made


def _rows(window: TimelineWindow) -> list[QTreeWidgetItem]:
    rows = [window.tree.topLevelItem(n) for n in range(window.tree.topLevelItemCount())]
    return [row for row in rows if row is not None]


def test_days_are_headings_and_entries_have_their_words_and_their_blog(window: TimelineWindow) -> None:
    told = [(row.text(1), row.text(2)) for row in _rows(window)]
    assert told == [
        ("", ""), ("Published", "Harbour Notes"), ("Not sent: No.", "Harbour Notes"), ("", ""),
        ("Given to the outbox", "Harbour Notes"),
    ]  # fmt: skip
    heading = _rows(window)[0]
    assert not heading.flags() & Qt.ItemFlag.ItemIsSelectable
    spoken = _rows(window)[2].data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.endswith("Not sent: No., Harbour Notes")


def test_an_entry_unfolds_to_its_requests_from_the_keyboard(window: TimelineWindow) -> None:
    window.tree.setFocus()
    assert not window.text.isVisible()
    QTest.keyClick(window.tree, Qt.Key.Key_Right)
    QTest.keyClick(window.tree, Qt.Key.Key_Right)
    assert window.text.isVisible()
    shown = window.text.toPlainText()
    assert "POST https://blog.example/wp-json/wp/v2/posts" in shown
    assert '{"title": "<b>x</b>"}' in shown
    assert "403, 120 ms" in shown
    QTest.keyClick(window.tree, Qt.Key.Key_Left)
    assert not window.text.isVisible()


def test_a_post_without_a_history_says_so(window: TimelineWindow) -> None:
    window.set_entries((), {})
    assert window.nothing.isVisible()
    assert not window.tree.isVisible()
    assert not window.saver.isEnabled()


def test_a_long_history_is_shown_whole(window: TimelineWindow) -> None:
    many = tuple(_entry(n, NOW - n * 3600, EventKind.UPDATED, "x", asked=3) for n in range(300, 0, -1))
    window.set_entries(many, {"a1": "Harbour Notes"})
    assert sum(bool(row.text(1)) for row in _rows(window)) == 300


def test_the_report_is_seen_before_it_is_saved_and_holds_what_she_ticked(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = ReportDialog(lambda wanted: f"texts {wanted.texts}, addresses {wanted.addresses}\n")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.text.toPlainText() == "texts False, addresses False\n"
    dialog.texts.setFocus()
    QTest.keyClick(dialog.texts, Qt.Key.Key_Space)
    assert dialog.text.toPlainText() == "texts True, addresses False\n"
    dialog.addresses.setChecked(True)
    assert dialog.text.toPlainText() == "texts True, addresses True\n"
    monkeypatch.setattr(
        "postdesk.ui.timeline.report_dialog.QFileDialog.getSaveFileName",
        lambda *_a, **_k: ("/tmp/x/report", ""),
    )
    with qtbot.waitSignal(dialog.save) as told:
        QTest.mouseClick(dialog.saver, Qt.MouseButton.LeftButton)
    assert told.args is not None
    assert told.args[0] == "/tmp/x/report.txt"
    dialog.show_failure("The disk is full.")
    assert dialog.answer.text() == "The disk is full."
    dialog.show_saved("/tmp/x/report.txt")
    assert "report.txt" in dialog.answer.text()
    assert Wanted() == Wanted(texts=False, addresses=False)


def test_one_that_takes_the_place_of_another_keeps_nothing_of_it(window: TimelineWindow) -> None:
    window.set_entries((replace(ENTRIES[0], exchanges=()),), {})
    assert [row.childCount() for row in _rows(window)] == [0, 0]
