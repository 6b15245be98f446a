"""Every command and every post can be reached by typing a few letters."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from postdesk.ui.actions import CONDITIONS, Actions
from postdesk.ui.palette import Palette
from postdesk.ui.sidebar import Listing, Row
from postdesk.ui.theme import load_theme

POSTS = Listing.of(
    (
        Row("k1", "Ferry strike, day four"),
        Row("k2", "Publishing in the rain"),
        Row("k3", "The last strike, and who paid"),
    )
)


@pytest.fixture
def actions(qtbot: QtBot) -> Actions:
    actions = Actions()
    actions.set_conditions(CONDITIONS)
    return actions


@pytest.fixture
def palette(qtbot: QtBot, actions: Actions) -> Palette:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1000, 700)
    QLineEdit(host).setFixedSize(120, 30)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    palette = Palette(host, actions, load_theme(dark=False))
    palette.set_posts(POSTS)
    host.setProperty("palette_box", palette)
    return palette


def names(palette: Palette) -> list[str]:
    return [entry.name for entry in palette.shown]


def test_letters_and_return_give_the_command(qtbot: QtBot, palette: Palette, actions: Actions) -> None:
    palette.open_palette()
    QTest.keyClicks(palette.field, "bulleted")
    assert names(palette)[0] == "bulleted_list"
    with qtbot.waitSignal(actions.triggered) as asked:
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert asked.args == ["bulleted_list"]
    assert not palette.isVisible()


def test_other_words_for_a_command_find_it_too(palette: Palette) -> None:
    palette.open_palette("settings")
    assert names(palette)[0] == "preferences"


def test_the_shortcut_is_shown_beside_the_name(palette: Palette) -> None:
    palette.open_palette("new post")
    assert (palette.shown[0].text, palette.shown[0].aside) == ("New Post", "Ctrl+N")


def test_commands_without_a_shortcut_say_where_they_stand_and_which_blog_they_are_about(
    palette: Palette, actions: Actions
) -> None:
    actions.set_blog("A & B")
    palette.open_palette("pictures here")
    shown = {(line.text, line.aside) for line in palette.shown}
    assert {
        ("Bring This Post's Pictures Here", "Post"),
        ("Bring the Blog's Pictures Here", "Blog · A & B"),
    } <= shown
    palette.open_palette("convert to markdown")
    assert palette.shown[0].aside == "Post › Convert"


def test_no_two_commands_are_called_the_same(palette: Palette) -> None:
    palette.open_palette(">")
    texts = [(line.text, line.aside) for line in palette.shown]
    assert len({text for text, _aside in texts}) == len(texts)


def test_what_cannot_be_done_now_is_not_offered(palette: Palette, actions: Actions) -> None:
    actions.set_conditions({"post"})
    palette.open_palette("schedule")
    assert "schedule" not in names(palette)


def test_the_one_button_is_found_by_what_it_says_now(palette: Palette, actions: Actions) -> None:
    actions.set_text("publish", "Update")
    palette.open_palette("upd")
    assert names(palette)[0] == "publish"


def test_what_was_used_last_comes_first(qtbot: QtBot, palette: Palette) -> None:
    for query in ("bold", "refresh"):
        palette.open_palette(query)
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    palette.open_palette()
    assert names(palette)[:2] == ["refresh", "bold"]
    assert palette.recent == ["refresh", "bold"]


def test_a_post_is_found_by_words_of_its_title(qtbot: QtBot, palette: Palette) -> None:
    palette.open_palette("paid strike")
    assert names(palette) == ["k3"]
    with qtbot.waitSignal(palette.post_chosen) as chosen:
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert chosen.args == ["k3"]


def test_an_angle_bracket_means_commands_alone(palette: Palette) -> None:
    palette.open_palette("publish")
    assert "k2" in names(palette)
    palette.open_palette(">publish")
    assert "k2" not in names(palette)
    assert names(palette)[0] == "publish"


def test_arrows_walk_and_go_round(qtbot: QtBot, palette: Palette, actions: Actions) -> None:
    palette.open_palette("heading")
    shown = names(palette)
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == len(shown) - 1
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.field.accessibleDescription().startswith("Heading 2, Ctrl+2")
    with qtbot.waitSignal(actions.triggered) as asked:
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert asked.args == [shown[1]]


def test_a_click_chooses(qtbot: QtBot, palette: Palette, actions: Actions) -> None:
    palette.open_palette("heading")
    box = palette.list.visualRect(palette.entries.index(1))
    with qtbot.waitSignal(actions.triggered) as asked:
        QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert asked.args == ["heading_2"]


def test_escape_closes_and_the_keyboard_goes_back(qtbot: QtBot, palette: Palette) -> None:
    others = [QLineEdit(palette.host) for _n in range(3)]
    for field in others:
        field.show()
    for field in others:
        field.setFocus()
        palette.open_palette()
        assert palette.field.hasFocus()
        QTest.keyClick(palette.field, Qt.Key.Key_Escape)
        assert not palette.isVisible()
        assert field.hasFocus()


def test_going_elsewhere_closes_it(qtbot: QtBot, palette: Palette) -> None:
    field = palette.host.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    palette.open_palette()
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not palette.isVisible()
    assert field.hasFocus()


def test_nothing_found_is_said(palette: Palette) -> None:
    palette.open_palette("qqqq")
    assert palette.nothing.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_it_fits_a_small_window(palette: Palette) -> None:
    palette.host.resize(420, 320)
    palette.open_palette()
    card = palette.card.geometry().translated(palette.pos())
    assert palette.host.rect().contains(card)
    palette.grab()
