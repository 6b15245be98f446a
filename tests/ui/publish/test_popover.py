"""Nothing goes out before the button of the popover is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from postdesk.ui.publish import Look, PublishPopover, Remark
from postdesk.ui.theme import load_theme


@pytest.fixture
def popover(qtbot: QtBot) -> Iterator[PublishPopover]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    made = PublishPopover(window, load_theme(False))
    made.set_look(
        Look(
            "Publish to <b>Harbour Notes</b>",
            "Nothing goes out before you press Publish.",
            (
                Remark("ok", "Upload 2 pictures (412 KB)"),
                Remark("warning", "One picture has no description", "describe", "Describe"),
            ),
            "Publish now",
            True,
        )
    )
    made.open_at(QPoint(880, 50))
    yield made  # noqa: PT022  the window lives as long as this fixture


def test_return_publishes_now(qtbot: QtBot, popover: PublishPopover) -> None:
    with qtbot.waitSignal(popover.confirmed) as sent:
        QTest.keyClick(popover, Qt.Key.Key_Return)
    assert sent.args == [None]
    assert not popover.isVisible()


def test_escape_sends_nothing(qtbot: QtBot, popover: PublishPopover) -> None:
    with qtbot.assertNotEmitted(popover.confirmed), qtbot.waitSignal(popover.closed):
        QTest.keyClick(popover, Qt.Key.Key_Escape)


def test_schedule_asks_for_a_time_with_an_offset(qtbot: QtBot, popover: PublishPopover) -> None:
    button = next(b for b in popover.findChildren(QPushButton) if b.text() == "Schedule…")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(popover.confirmed) as sent:
        QTest.keyClick(popover, Qt.Key.Key_Return)
    assert sent.args[0] > datetime.now().astimezone()


def test_a_remark_offers_its_way_out(qtbot: QtBot, popover: PublishPopover) -> None:
    link = next(b for b in popover.findChildren(QPushButton) if b.text() == "Describe")
    with qtbot.waitSignal(popover.asked) as asked:
        QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert asked.args == ["describe"]


def test_an_error_leaves_no_button_to_press(qtbot: QtBot, popover: PublishPopover) -> None:
    popover.set_look(Look("Not yet", "", (Remark("error", "The picture a.jpg is missing."),), ""))
    with qtbot.assertNotEmitted(popover.confirmed):
        QTest.keyClick(popover, Qt.Key.Key_Return)


def test_foreign_words_are_never_rich_text(popover: PublishPopover) -> None:
    labels = popover.findChildren(QLabel)
    assert "Publish to <b>Harbour Notes</b>" in [x.text() for x in labels]
    assert {x.textFormat() for x in labels if len(x.text()) > 1} == {Qt.TextFormat.PlainText}


# --- while it is open ---

FEW = (
    Remark("ok", "Create the post, set it live, look it up again", key="plan"),
    Remark("looking", "Asking 14 links…", key="links"),
    Remark("warning", "One picture has no description", "describe", "Describe", key="alt"),
)
MORE = (
    FEW[0],
    Remark("warning", "2 of 14 links have no answer", "links", "Show", key="links"),
    FEW[2],
    Remark("warning", "“Harbor” is a new category on this blog, which has “Harbour”", "c", "Change", key="c"),
)


def button(popover: PublishPopover, label: str) -> QPushButton:
    return next(b for b in popover.findChildren(QPushButton) if b.text() == label and b.isVisible())


def has_keyboard(widget: QWidget) -> bool:
    """Whether keys go there, once its window is the active one."""
    return widget.window().focusWidget() is widget


def show(popover: PublishPopover, remarks: tuple[Remark, ...], go: str = "Publish now") -> None:
    popover.set_look(Look("Publish to Blog", "Nothing goes out.", remarks, go, bool(go)))


def point_at(qtbot: QtBot, where: QPoint) -> None:
    QCursor.setPos(where)
    qtbot.waitUntil(lambda: QCursor.pos() == where)


@pytest.fixture
def away(qtbot: QtBot) -> Iterator[None]:
    """The pointer is nowhere near."""
    before = QCursor.pos()
    point_at(qtbot, QPoint(1900, 1060))
    yield
    QCursor.setPos(before)


def test_the_button_does_not_move_under_the_pointer_when_lines_come(
    qtbot: QtBot, popover: PublishPopover, away: None
) -> None:
    show(popover, FEW)
    go = button(popover, "Publish now")
    qtbot.waitUntil(go.isVisible)
    point_at(qtbot, go.mapToGlobal(go.rect().center()))
    before = go.mapToGlobal(QPoint(0, 0))
    show(popover, MORE)
    qtbot.wait(1)
    assert go.mapToGlobal(QPoint(0, 0)) == before
    assert popover.lines.verticalScrollBar().maximum() > 0  # what came can be scrolled to
    point_at(qtbot, QPoint(1900, 1060))
    popover.leaveEvent(None)  # type: ignore[arg-type]  # an offscreen pointer tells nobody that it left
    assert go.mapToGlobal(QPoint(0, 0)).y() > before.y()
    assert popover.lines.verticalScrollBar().maximum() == 0


def test_what_comes_gets_its_room_while_the_pointer_is_beside_no_button(
    qtbot: QtBot, popover: PublishPopover, away: None
) -> None:
    show(popover, FEW[:1])
    heading = popover._heading
    qtbot.waitUntil(heading.isVisible)
    point_at(qtbot, heading.mapToGlobal(heading.rect().topLeft()))
    show(popover, MORE)
    qtbot.wait(1)
    assert popover.lines.verticalScrollBar().maximum() == 0


def test_it_never_becomes_smaller_while_it_is_open(popover: PublishPopover, away: None) -> None:
    show(popover, MORE)
    tall = popover.card.height()
    show(popover, FEW[:1])
    assert popover.card.height() == tall


def test_the_keyboard_stays_where_it_is_when_lines_come(qtbot: QtBot, popover: PublishPopover) -> None:
    show(popover, FEW)
    describe = button(popover, "Describe")
    describe.setFocus()
    assert has_keyboard(describe)
    show(popover, MORE)
    assert has_keyboard(describe)
    show(popover, MORE[:2])
    assert has_keyboard(button(popover, "Publish now"))


def test_she_who_went_back_to_her_text_is_not_called_back(qtbot: QtBot, popover: PublishPopover) -> None:
    elsewhere = QPushButton("Elsewhere", popover.host)
    elsewhere.show()
    elsewhere.setFocus()
    assert has_keyboard(elsewhere)
    show(popover, MORE)
    assert has_keyboard(elsewhere)


def test_return_on_a_way_out_goes_there_and_sends_nothing(qtbot: QtBot, popover: PublishPopover) -> None:
    show(popover, FEW)
    describe = button(popover, "Describe")
    describe.setFocus()
    assert has_keyboard(describe)
    with qtbot.assertNotEmitted(popover.confirmed), qtbot.waitSignal(popover.asked) as asked:
        QTest.keyClick(describe, Qt.Key.Key_Return)
    assert asked.args == ["describe"]


def test_tab_goes_through_it_as_it_is_read(qtbot: QtBot, popover: PublishPopover) -> None:
    show(popover, MORE)
    button(popover, "Show").setFocus()
    went = []
    for _step in range(5):
        focused = popover.window().focusWidget()
        assert isinstance(focused, QPushButton)
        went.append(focused.text())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert went == ["Show", "Describe", "Change", "Schedule…", "Publish now"]


def test_a_screen_reader_hears_what_kind_of_line_it_is_and_what_a_link_mends(popover: PublishPopover) -> None:
    show(popover, MORE)
    names = [x.accessibleName() for x in popover.findChildren(QLabel)]
    assert "Warning: 2 of 14 links have no answer" in names
    assert button(popover, "Show").accessibleName() == "Show: 2 of 14 links have no answer"


def test_what_must_be_mended_takes_the_button_away_and_leads_to_the_way_out(
    qtbot: QtBot, popover: PublishPopover
) -> None:
    show(popover, FEW)
    assert has_keyboard(button(popover, "Publish now"))
    place = button(popover, "Publish now").mapToGlobal(QPoint(0, 0))
    show(popover, (Remark("error", "You may not make new categories.", "c", "Change"), FEW[0]), "")
    assert not popover.is_ready
    assert not button(popover, "Publish now").isEnabled()
    assert button(popover, "Publish now").mapToGlobal(QPoint(0, 0)) == place
    assert has_keyboard(button(popover, "Change"))
    with qtbot.assertNotEmitted(popover.confirmed):
        QTest.keyClick(popover, Qt.Key.Key_Enter)


@pytest.mark.parametrize("points", [9, 24])
def test_in_a_small_window_it_scrolls_and_stays_inside(
    qtbot: QtBot, popover: PublishPopover, away: None, points: int
) -> None:
    popover.close_popover()
    popover.host.resize(520, 300)
    font = popover.font()
    font.setPointSize(points)
    popover.setFont(font)
    show(popover, tuple(Remark("warning", f"Line {n} of many", f"a{n}", "Change") for n in range(20)))
    popover.open_at(QPoint(500, 40))
    qtbot.waitUntil(popover.isVisible)
    card = popover.card.rect().translated(popover.card.mapTo(popover.host, QPoint(0, 0)))
    assert popover.host.rect().contains(card)
    go = button(popover, "Publish now")
    assert popover.host.rect().contains(go.rect().translated(go.mapTo(popover.host, QPoint(0, 0))))
    bar = popover.lines.verticalScrollBar()
    assert bar.maximum() > 0
    QTest.keyClick(popover, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    last = next(b for b in popover.findChildren(QPushButton) if "Line 19" in b.accessibleName())
    last.setFocus()
    popover.lines.ensureWidgetVisible(last)
    seen = popover.lines.viewport()
    assert seen.rect().contains(last.mapTo(seen, last.rect().center()))


def test_where_text_runs_from_right_to_left_it_hangs_from_the_buttons_left_end(
    qtbot: QtBot, popover: PublishPopover
) -> None:
    popover.close_popover()
    popover.host.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    popover.open_at(QPoint(20, 50))
    qtbot.waitUntil(popover.isVisible)
    assert popover.card.mapTo(popover.host, QPoint(0, 0)).x() == 20


def test_a_line_shows_what_it_speaks_of_as_plain_text(popover: PublishPopover) -> None:
    show(popover, (Remark("warning", "<b>2</b> links have no answer", "links", "Show", more="a &lt;b&gt;"),))
    label = next(x for x in popover.findChildren(QLabel) if x.text() == "<b>2</b> links have no answer")
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.toolTip() == "a &lt;b&gt;"
