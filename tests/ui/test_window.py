"""The window around the text: panes that come and go, a header that says what is so, and keys that lead everywhere."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QStyleOptionButton, QWidget
from pytestqt.qtbot import QtBot

from postdesk.ui.actions import CONDITIONS, Actions
from postdesk.ui.below import Below
from postdesk.ui.panes import LEAST, asked, fitting, shares
from postdesk.ui.sidebar import Listing, Row
from postdesk.ui.theme import load_theme
from postdesk.ui.window import PANES, MainWindow


def make(qtbot: QtBot, width: int = 1440, height: int = 900) -> MainWindow:
    actions = Actions()
    editor, preview, details = QPlainTextEdit(), QPlainTextEdit(), QPlainTextEdit()
    window = MainWindow(actions, editor, preview, details, load_theme(dark=False))
    actions.setParent(window)
    qtbot.addWidget(window)
    window.resize(width, height)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    return make(qtbot)


def visible(window: MainWindow) -> set[str]:
    parts = {"sidebar": window.sidebar, "preview": window.preview, "details": window.details}
    return {name for name, part in parts.items() if part.isVisible()}


def press(window: MainWindow, name: str) -> None:
    """Presses the keys of an action where the keyboard is."""
    QTest.keySequence(QApplication.focusWidget() or window, window.actions_table.action(name).shortcut())


# --- panes -------------------------------------------------------------------------------------------------------


def test_sidebar_and_preview_are_there_at_the_first_start(window: MainWindow) -> None:
    assert visible(window) == {"sidebar", "preview"}
    assert window.sidebar.width() == 272
    assert abs(window.editor.width() - window.preview.width()) <= 2


@pytest.mark.parametrize("pane", PANES)
def test_any_pane_goes_and_comes_by_its_key(window: MainWindow, pane: str) -> None:
    window.editor.setFocus()
    before = visible(window)
    press(window, pane)
    assert visible(window) == before ^ {pane}
    assert window.actions_table.is_checked(pane) == (pane not in before)
    press(window, pane)
    assert visible(window) == before


def test_the_headers_buttons_do_the_same(window: MainWindow) -> None:
    QTest.mouseClick(window.header.tool("details"), Qt.MouseButton.LeftButton)
    assert visible(window) == {"sidebar", "preview", "details"}
    QTest.mouseClick(window.header.tool("preview"), Qt.MouseButton.LeftButton)
    assert visible(window) == {"sidebar", "details"}


def test_in_a_small_window_details_take_the_previews_place(qtbot: QtBot) -> None:
    window = make(qtbot, 1024, 700)
    assert visible(window) == {"sidebar", "preview"}
    window.show_pane("details", True)
    assert visible(window) == {"sidebar", "details"}
    assert not window.actions_table.is_checked("preview")
    window.show_pane("details", False)
    assert visible(window) == {"sidebar", "preview"}


def test_a_narrow_window_keeps_the_text_and_what_was_asked_for_last(qtbot: QtBot) -> None:
    window = make(qtbot, 700, 500)
    assert visible(window) == {"sidebar"}
    window.show_pane("preview", True)
    assert visible(window) == {"preview"}
    window.resize(500, 500)
    assert visible(window) == set()
    assert window.editor.width() >= 480
    window.resize(1440, 900)
    assert visible(window) == {"sidebar", "preview"}


@given(st.permutations(PANES), st.integers(0, 3), st.integers(300, 3000))
def test_panes_that_fit_leave_room_for_the_text(order: list[str], count: int, width: int) -> None:
    """Law: what is shown is a tail of what was asked for, fits beside the editor, and one pane more would not."""
    wanted = order[:count]
    shown = fitting(wanted, width)
    assert shown == set(wanted[len(wanted) - len(shown) :])
    room = width - LEAST["editor"] - sum(LEAST[pane] for pane in shown)
    assert room >= 0 or not shown
    if len(shown) < len(wanted):
        assert room < LEAST[wanted[len(wanted) - len(shown) - 1]]


@given(
    st.integers(400, 4000),
    st.floats(0.2, 0.8),
    st.sets(st.sampled_from(["preview", "details"])),
    st.integers(280, 460),
)
def test_shares_fill_the_width(total: int, editor: float, shown: set[str], details: int) -> None:
    """Law: the three widths add up to the whole, and a pane that is not shown has none of it."""
    widths = shares(total, editor, shown, details)
    assert sum(widths) == total
    assert (widths[1] == 0) == ("preview" not in shown) or total < sum(LEAST.values())
    assert (widths[2] == 0) == ("details" not in shown)


def test_asking_again_makes_a_pane_the_latest() -> None:
    assert asked(("preview", "sidebar"), "preview", True) == ("sidebar", "preview")
    assert asked(("preview", "sidebar"), "preview", False) == ("sidebar",)


def test_the_sidebars_width_stays_when_the_window_grows(qtbot: QtBot, window: MainWindow) -> None:
    handle = window._outer.handle(1)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(0, 50))
    QTest.mouseMove(handle, QPoint(60, 50))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(60, 50))
    wide = window.sidebar.width()
    assert wide > 272
    window.resize(1600, 900)
    assert window.sidebar.width() == wide
    assert window.state_values()["sidebar_width"] == wide


# --- focus mode and full screen ----------------------------------------------------------------------------------


def test_focus_mode_hides_all_but_the_text_and_escape_ends_it(qtbot: QtBot, window: MainWindow) -> None:
    window.editor.setFocus()
    press(window, "focus_mode")
    assert visible(window) == set()
    assert not window.header.isVisible()
    assert not window.status.isVisible()
    assert not window.menuBar().isVisible()
    assert window.editor.isVisible()
    assert window.editor.hasFocus()
    assert "Escape" in window.toasts.sentence
    QTest.keyClick(window.editor, Qt.Key.Key_Escape)
    assert not window.focus_mode
    assert visible(window) == {"sidebar", "preview"}
    assert window.menuBar().isVisible()


def test_shortcuts_work_while_the_menu_bar_is_hidden(qtbot: QtBot, window: MainWindow) -> None:
    window.set_focus_mode(True)
    with qtbot.waitSignal(window.actions_table.triggered) as told:
        press(window, "new")
    assert told.args == ["new"]
    press(window, "focus_mode")
    assert not window.focus_mode


def test_asking_for_a_pane_ends_focus_mode(window: MainWindow) -> None:
    window.set_focus_mode(True)
    press(window, "preview")
    assert not window.focus_mode
    assert "preview" in visible(window)


def test_full_screen_and_back(qtbot: QtBot, window: MainWindow) -> None:
    press(window, "full_screen")
    qtbot.waitUntil(window.isFullScreen)
    assert window.actions_table.is_checked("full_screen")
    window.editor.setFocus()
    QTest.keyClick(window.editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert not window.actions_table.is_checked("full_screen")


# --- the keyboard ------------------------------------------------------------------------------------------------


def test_the_keyboard_goes_round_all_panes(qtbot: QtBot, window: MainWindow) -> None:
    window.sidebar.set_rows(Listing.of((Row("a", "One"), Row("b", "Two"))))
    window.show_pane("details", True)
    window.actions_table.set_conditions(CONDITIONS)
    window.editor.setFocus()
    visited = []
    for _time in range(5):
        press(window, "next_pane")
        visited.append(QApplication.focusWidget())
    assert visited == [
        window.preview,
        window.details,
        window.header.publish.main,
        window.sidebar.list,
        window.editor,
    ]


def test_a_toast_is_one_of_the_stops(qtbot: QtBot, window: MainWindow) -> None:
    from postdesk.ui.toast import Toast

    window.show_pane("preview", False)
    window.toasts.say(Toast("Updated", (("View", lambda: None),)))
    window.editor.setFocus()
    press(window, "next_pane")
    assert window.toasts.buttons[0].hasFocus()


def test_search_is_reached_even_with_the_sidebar_away(window: MainWindow) -> None:
    window.show_pane("sidebar", False)
    press(window, "search_posts")
    assert window.sidebar.search.hasFocus()
    QTest.keyClick(window.sidebar.search, Qt.Key.Key_Escape)
    assert window.editor.hasFocus()


def test_the_keyboard_never_stays_in_a_pane_that_went(window: MainWindow) -> None:
    window.sidebar.search.setFocus()
    window.show_pane("sidebar", False)
    assert window.editor.hasFocus()


def test_next_and_previous_post_by_key(qtbot: QtBot, window: MainWindow) -> None:
    window.sidebar.set_rows(Listing.of((Row("a", "One"), Row("b", "Two"))))
    window.sidebar.select("a")
    window.editor.setFocus()
    with qtbot.waitSignal(window.sidebar.row_chosen) as chosen:
        press(window, "next_post")
    assert chosen.args == ["b"]
    assert window.editor.hasFocus()


def test_cut_and_paste_from_the_menu_work_where_the_keyboard_is(window: MainWindow) -> None:
    assert isinstance(window.editor, QPlainTextEdit)
    window.editor.setPlainText("a temporary timetable")
    window.editor.setFocus()
    window.actions_table.trigger("select_all")
    window.actions_table.trigger("cut")
    assert window.editor.toPlainText() == ""
    window.sidebar.search.setFocus()
    window.actions_table.trigger("paste")
    assert window.sidebar.search.text() == "a temporary timetable"
    window.editor.setFocus()
    window.actions_table.trigger("undo")
    assert window.editor.toPlainText() == "a temporary timetable"


def test_the_palette_opens_by_key_and_leads_to_panes(window: MainWindow) -> None:
    window.editor.setFocus()
    press(window, "palette")
    assert window.palette_box.field.hasFocus()
    QTest.keyClicks(window.palette_box.field, "details")
    QTest.keyClick(window.palette_box.field, Qt.Key.Key_Return)
    assert "details" in visible(window)
    assert window.editor.hasFocus()


# --- header and status bar ---------------------------------------------------------------------------------------


def test_the_header_says_the_state_as_plain_text(window: MainWindow) -> None:
    window.header.set_state("Changed since <b>published</b> · saved", "warn")
    assert window.header.state.text() == "Changed since <b>published</b> · saved"
    assert "<b>" not in window.header.state.toolTip()
    assert window.header.dot.property("level") == "warn"


def test_the_button_says_what_it_will_do_and_does_it(qtbot: QtBot, window: MainWindow) -> None:
    window.header.set_button("Update")
    window.actions_table.set_conditions({"post", "publishable"})
    button = window.header.publish.main
    assert (button.text(), button.accessibleName()) == ("Update", "Update")
    with qtbot.waitSignal(window.actions_table.triggered) as told:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told.args == ["publish"]
    assert window.actions_table.action("publish").text() == "Update"


def test_with_nothing_to_publish_the_button_rests(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_table.set_conditions({"post"})
    with qtbot.assertNotEmitted(window.actions_table.triggered):
        QTest.mouseClick(window.header.publish.main, Qt.MouseButton.LeftButton)


def test_the_arrow_offers_the_other_ways(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_table.set_conditions(CONDITIONS)
    QTest.mouseClick(window.header.publish.arrow, Qt.MouseButton.LeftButton)
    menu = window.header.publish.menu
    qtbot.waitUntil(menu.isVisible)
    offered = {action.objectName() for action in menu.actions()}
    assert {"publish_options", "schedule", "unpublish", "view_on_blog"} <= offered
    menu.close()


def test_while_it_runs_the_arrow_is_a_cross_that_stops_it(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_table.set_conditions({"post", "publishable"})
    window.header.set_progress("Uploading 2 of 3", 0.6)
    publish = window.header.publish
    assert publish.main.text() == "Uploading 2 of 3"
    with qtbot.waitSignal(window.header.asked):
        publish.main.click()
    assert publish.arrow.accessibleName() == "Stop"
    window.actions_table.set_conditions({"post"})  # the state changes meanwhile
    assert publish.main.text() == "Uploading 2 of 3"
    with qtbot.waitSignal(window.header.cancelled):
        QTest.mouseClick(publish.arrow, Qt.MouseButton.LeftButton)
    window.header.set_progress("")
    assert publish.main.text() == "Publish"


def test_what_is_too_late_to_stop_has_no_cross_to_press_and_a_long_name_is_cut(window: MainWindow) -> None:
    publish = window.header.publish
    window.header.set_progress("Uploading " + "north-quay-at-noon-" * 20 + ".jpg", 0.5, can_stop=False)
    assert not publish.arrow.isEnabled()
    assert publish.main.isEnabled()
    assert publish.main.sizeHint().width() < 260
    window.header.set_progress("")
    assert publish.arrow.isEnabled()


def test_the_status_bar_counts(window: MainWindow) -> None:
    status = window.status
    status.set_counts(1312, 6)
    status.set_line(41)
    status.set_selection(1, 5)
    shown = [label.text() for label in (status.words, status.minutes, status.line, status.selection)]
    assert shown == ["1312 words", "6 min to read", "Line 41", "1 word, 5 characters selected"]
    status.set_counts(None)
    status.set_selection(0, 0)
    assert not status.words.isVisible()
    assert not status.selection.isVisible()


def test_a_notice_can_be_clicked_and_goes_away(qtbot: QtBot, window: MainWindow) -> None:
    window.status.set_notice("The keyring is locked & silent", "keyring")
    with qtbot.waitSignal(window.status.notice_clicked) as told:
        QTest.mouseClick(window.status.notice, Qt.MouseButton.LeftButton)
    assert told.args == ["keyring"]
    window.status.set_notice("")
    assert not window.status.notice.isVisible()


def test_a_long_notice_ends_with_an_ellipsis_and_is_whole_in_its_tooltip(window: MainWindow) -> None:
    sentence = "The password for “A <blog> & its tests” is not known. " + "Nothing was sent. " * 20
    window.status.set_notice(sentence, "blog")
    QTest.qWait(0)
    notice, drawn = window.status.notice, QStyleOptionButton()
    notice.initStyleOption(drawn)
    assert drawn.text.startswith("The password for “A <blog> && its tests” is not known.")
    assert drawn.text.endswith("…")
    assert notice.fontMetrics().horizontalAdvance(drawn.text) <= notice.width()
    assert html.unescape(notice.toolTip()) == sentence
    window.status.set_notice("Nothing was sent.", "blog")
    notice.initStyleOption(drawn)
    assert drawn.text == "Nothing was sent."


def test_a_notice_gives_way_to_a_newer_one_and_comes_back_until_it_is_over(window: MainWindow) -> None:
    below, led = Below(window.status), []
    below.say("blog", "The password is not known.", lambda: led.append("blog"))
    below.say("place", "The disk is full.", lambda: led.append("place"))
    assert window.status.notice.text() == "The disk is full."
    below.over("place")
    assert window.status.notice.text() == "The password is not known."
    QTest.mouseClick(window.status.notice, Qt.MouseButton.LeftButton)
    assert led == ["blog"]
    below.over("blog")
    assert not window.status.notice.isVisible()


def test_the_connection_is_said_in_a_word(window: MainWindow) -> None:
    window.status.set_connection("ok", "Connected")
    assert window.status.dot.isVisible()
    assert window.status.connection.text() == "Connected"


# --- its life ----------------------------------------------------------------------------------------------------


def test_the_next_start_looks_like_the_last(qtbot: QtBot, window: MainWindow) -> None:
    window.show_pane("details", True)
    window.show_pane("sidebar", False)
    window.resize(1300, 777)
    values = json.loads(json.dumps(window.state_values()))
    again = make(qtbot, 800, 600)
    again.restore_values(values)
    assert visible(again) == {"preview", "details"}
    assert (again.width(), again.height()) == (1300, 777)
    assert again.state_values()["panes"] == values["panes"]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {
            "geometry": "%%%",
            "panes": "all",
            "sidebar_width": -5,
            "editor_share": "half",
            "recent_commands": 3,
        },
        {
            "geometry": None,
            "panes": ["sidebar", "sidebar", "kitchen"],
            "details_width": 10**9,
            "editor_share": 5.0,
        },
    ],
)
def test_broken_memories_do_no_harm(window: MainWindow, values: dict[str, object]) -> None:
    window.restore_values(values)
    assert window.editor.isVisible()
    assert 200 <= window.state_values()["sidebar_width"] <= 420


def test_closing_is_told_and_nobody_is_asked(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.closing):
        assert window.close()


def test_the_first_painting_is_told_once(qtbot: QtBot) -> None:
    actions = Actions()
    window = MainWindow(actions, QLabel(), QLabel(), QLabel(), load_theme(dark=False))
    actions.setParent(window)
    qtbot.addWidget(window)
    times: list[int] = []
    window.first_painted.connect(lambda: times.append(1))
    with qtbot.waitSignal(window.first_painted):
        window.show()
    window.grab()
    QApplication.processEvents()
    assert times == [1]


def test_the_theme_changes_at_run_time(window: MainWindow) -> None:
    light = window.header.grab().toImage()
    window.set_theme(load_theme(dark=True))
    assert window.header.grab().toImage() != light


def test_a_cover_takes_the_place_of_editor_and_preview_and_leaves_again(window: MainWindow) -> None:
    cover = QLabel("Side by side")
    window.set_cover(cover)
    assert cover.isVisible()
    assert not window.editor.isVisible()
    assert window.sidebar.isVisible()
    window.set_cover(None)
    assert window.editor.isVisible()
    assert not cover.isVisible()


def test_everything_that_takes_the_keyboard_has_a_name(window: MainWindow) -> None:
    own = [window.sidebar, window.header, window.status, window.palette_box]
    nameless = [
        part.objectName() or type(part).__name__
        for owner in own
        for part in owner.findChildren(QWidget)
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not part.accessibleName()
        and not isinstance(part.parent(), QLineEdit)
        and part is not window.status.notice
    ]
    assert nameless == []


def test_undo_has_its_platform_key(window: MainWindow) -> None:
    assert window.actions_table.action("undo").shortcut() == QKeySequence(QKeySequence.StandardKey.Undo)
