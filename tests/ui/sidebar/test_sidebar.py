"""The writer finds her posts at the left: by filter, by search, by key and by mouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, QPoint, QRect, Qt
from PySide6.QtGui import QAction, QColor, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView
from pytestqt.qtbot import QtBot

from postdesk.ui.actions import Actions
from postdesk.ui.sidebar import Blog, Found, Listing, Row, Sidebar, waiting_words
from postdesk.ui.sidebar.delegate import title_lines
from postdesk.ui.sidebar.rows import Posts, RowRole
from postdesk.ui.theme import load_theme, ui_font

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
STAMP = NOW.timestamp()
ROWS = (
    Row("strike", "Ferry strike, day four; the mayor blinks", STAMP - 5, blog="Harbour Notes"),
    Row("water", "Who owns the breakwater?", STAMP - 86_400, words=2140),
    Row("untitled", "", STAMP - 10 * 86_400, words=36),
    Row("later", "Tomorrow’s tide table", STAMP + 86_400, tab="scheduled"),
    Row("old", "The last strike, and who paid", STAMP - 10**8, tab="published"),
)


@pytest.fixture
def actions(qtbot: QtBot) -> Actions:
    return Actions()


@pytest.fixture
def sidebar(qtbot: QtBot, actions: Actions) -> Sidebar:
    sidebar = Sidebar(actions, load_theme(dark=False), now=lambda: NOW)
    qtbot.addWidget(sidebar)
    sidebar.resize(272, 700)
    sidebar.set_rows(Listing.of(ROWS))
    sidebar.show()
    sidebar.activateWindow()
    qtbot.waitUntil(sidebar.isActiveWindow)
    return sidebar


def keys(sidebar: Sidebar) -> list[str]:
    return [sidebar.posts.row(place).key for place in range(sidebar.posts.rowCount())]


def click_row(qtbot: QtBot, sidebar: Sidebar, place: int) -> None:
    box = sidebar.list.visualRect(sidebar.posts.index(place))
    QTest.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def press(qtbot: QtBot, sidebar: Sidebar, tab: str) -> None:
    QTest.mouseClick(sidebar.tabs.buttons[tab], Qt.MouseButton.LeftButton)


# --- filters -----------------------------------------------------------------------------------------------------


def test_drafts_come_first_and_each_filter_shows_its_own(qtbot: QtBot, sidebar: Sidebar) -> None:
    assert keys(sidebar) == ["strike", "water", "untitled"]
    for tab, shown in (("scheduled", ["later"]), ("published", ["old"]), ("all", [row.key for row in ROWS])):
        with qtbot.waitSignal(sidebar.tab_changed) as told:
            press(qtbot, sidebar, tab)
        assert told.args == [tab]
        assert keys(sidebar) == shown


def test_the_filters_say_how_many(sidebar: Sidebar) -> None:
    assert sidebar.tabs.buttons["drafts"].count == "3"
    assert sidebar.tabs.buttons["scheduled"].accessibleName() == "Scheduled, 1"


def test_the_filters_stand_in_one_line_however_much_is_published(sidebar: Sidebar) -> None:
    sidebar.tabs.set_counts({"drafts": 12, "scheduled": 3, "published": 417, "all": 432})
    assert sidebar.tabs.heightForWidth(sidebar.tabs.width()) == sidebar.tabs.buttons["all"].height()
    assert sidebar.tabs.buttons["published"].accessibleName() == "Published, 417"


@pytest.mark.parametrize(
    ("drafts", "wide", "narrow"),
    [
        (999, "999", "999"),
        (1000, "1,000", "1k"),
        (1299, "1,299", "1.2k"),
        (2003, "2,003", "2k"),
        (12_345, "12,345", "12k"),
    ],
)
def test_a_great_count_is_whole_where_there_is_room_and_short_elsewhere(
    sidebar: Sidebar, drafts: int, wide: str, narrow: str
) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    try:
        tabs = sidebar.tabs
        tabs.set_counts({"drafts": drafts, "scheduled": 0, "published": 417, "all": 432})
        sidebar.resize(500, 700)
        assert tabs.buttons["drafts"].count == wide
        assert tabs.buttons["drafts"].accessibleName() == f"Drafts, {wide}"
        tight = sum(b.size_with(b.counts[1]).width() + 1 for b in tabs.buttons.values() if b.isVisible())
        sidebar.resize(tight + 20, 700)
        assert tabs.buttons["drafts"].count == narrow
        assert len({b.y() for b in tabs.buttons.values() if b.isVisible()}) == 1
    finally:
        QLocale.setDefault(before)


def test_the_outbox_is_there_only_while_something_is_in_it(qtbot: QtBot, sidebar: Sidebar) -> None:
    outbox = sidebar.tabs.buttons["outbox"]
    assert not outbox.isVisible()
    sidebar.set_rows(Listing.of((replace(ROWS[0], waiting=True, state="Waiting", level="warn"), *ROWS[1:])))
    assert outbox.isVisible()
    press(qtbot, sidebar, "outbox")
    assert keys(sidebar) == ["strike"]
    sidebar.set_rows(Listing.of(ROWS))
    assert outbox.isVisible(), "what she looks at is not taken away under her"
    assert "Nothing waits" in sidebar.nothing.text()
    press(qtbot, sidebar, "drafts")
    assert not outbox.isVisible()


def test_filters_that_do_not_fit_take_a_second_line_and_hide_none(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.set_rows(Listing.of((replace(ROWS[0], waiting=True), *ROWS[1:])))
    sidebar.resize(200, 700)
    shown = [button.geometry() for button in sidebar.tabs.buttons.values()]
    assert len({box.top() for box in shown}) > 1
    inside = QRect(0, 0, sidebar.tabs.width(), sidebar.tabs.height())
    assert all(inside.contains(box) for box in shown)
    assert not any(a.intersects(b) for a in shown for b in shown if a is not b)


def test_arrows_walk_the_filters(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.tabs.buttons["drafts"].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(sidebar.tabs.buttons["drafts"], Qt.Key.Key_Right)
    assert sidebar.tabs.current == "scheduled"
    assert sidebar.tabs.buttons["scheduled"].hasFocus()


# --- search ------------------------------------------------------------------------------------------------------


def test_typing_filters_titles_at_once(qtbot: QtBot, sidebar: Sidebar) -> None:
    press(qtbot, sidebar, "all")
    with qtbot.waitSignals([sidebar.search_changed] * 6):
        QTest.keyClicks(sidebar.search, "STRIKE")
    assert keys(sidebar) == ["strike", "old"]
    QTest.keyClicks(sidebar.search, " paid")
    assert keys(sidebar) == ["old"]


def test_escape_clears_the_search_and_then_leaves(qtbot: QtBot, sidebar: Sidebar) -> None:
    QTest.keyClicks(sidebar.search, "mayor")
    assert keys(sidebar) == ["strike"]
    QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert sidebar.search.text() == ""
    assert len(keys(sidebar)) == 3
    with qtbot.waitSignal(sidebar.left):
        QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)


def test_down_goes_from_the_search_to_the_first_found(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.go_to_search()
    QTest.keyClicks(sidebar.search, "break")
    with qtbot.waitSignal(sidebar.row_chosen) as chosen:
        QTest.keyClick(sidebar.search, Qt.Key.Key_Down)
    assert chosen.args == ["water"]
    assert sidebar.list.hasFocus()


def test_return_in_the_search_opens_the_first_found(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.go_to_search()
    QTest.keyClicks(sidebar.search, "mayor")
    with qtbot.waitSignal(sidebar.row_opened) as opened:
        QTest.keyClick(sidebar.search, Qt.Key.Key_Return)
    assert opened.args == ["strike"]


def found(sidebar: Sidebar, *keys: str) -> Found:
    listing = sidebar.posts.listing
    return Found(listing, bytes(key in keys for key in listing.keys))


def test_while_she_searches_no_filter_is_lit_and_pressing_one_ends_the_search(
    qtbot: QtBot, sidebar: Sidebar
) -> None:
    buttons = sidebar.tabs.buttons
    QTest.keyClicks(sidebar.search, "strike")
    assert keys(sidebar) == ["strike", "old"]
    assert not any(button.isChecked() for button in buttons.values())
    QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert [tab for tab, button in buttons.items() if button.isChecked()] == ["drafts"]
    for pressed in "scheduled", "drafts":
        QTest.keyClicks(sidebar.search, "strike")
        with qtbot.waitSignal(sidebar.search_changed) as told:
            press(qtbot, sidebar, pressed)
        assert told.args == [""]
        assert sidebar.search.text() == ""
        assert [tab for tab, button in buttons.items() if button.isChecked()] == [pressed]
        assert keys(sidebar) == (["later"] if pressed == "scheduled" else ["strike", "water", "untitled"])


def test_what_a_search_found_takes_the_place_of_the_titles(qtbot: QtBot, sidebar: Sidebar) -> None:
    QTest.keyClicks(sidebar.search, "mayor")
    sidebar.set_found("mayor", found(sidebar, "water", "strike"))
    assert keys(sidebar) == ["strike", "water"]
    sidebar.set_rows(Listing.of(ROWS[:-1]))
    assert keys(sidebar) == ["strike", "water"], "until it is searched again"
    QTest.keyClicks(sidebar.search, "x")
    sidebar.set_found("mayor", found(sidebar, "water"))  # an answer that comes late
    assert keys(sidebar) == []
    assert sidebar.nothing.text() == "No post here has “mayorx” in its title."


def test_the_first_hit_is_on_top_even_if_the_open_post_was_among_the_first_letters(
    qtbot: QtBot, sidebar: Sidebar
) -> None:
    sidebar.set_rows(Listing.of([*many(2500), Row("open", "A title of fifty letters", STAMP)]))
    sidebar.select("open")
    for letter in "f", "fe", "p", "po":
        sidebar.search_for(letter)
    assert sidebar.posts.place("open") < 0
    qtbot.waitUntil(lambda: sidebar.list.indexAt(QPoint(20, 2)).row() == 0)
    sidebar.set_found("po", found(sidebar, *(row.key for row in many(2500))))
    qtbot.waitUntil(lambda: sidebar.list.indexAt(QPoint(20, 2)).row() == 0)
    sidebar.search_for("fifty")
    sidebar.set_found("fifty", found(sidebar, "open"))
    sidebar.search_for("")
    assert sidebar.list.currentIndex().row() == 2500
    box = sidebar.list.visualRect(sidebar.list.currentIndex())
    assert sidebar.list.viewport().rect().contains(box.center())


def test_where_she_scrolled_to_among_the_found_stays_when_they_are_found_again(
    qtbot: QtBot, sidebar: Sidebar
) -> None:
    sidebar.set_rows(Listing.of(many(2500)))
    sidebar.search_for("po")
    hits = found(sidebar, *(row.key for row in many(2500)))
    sidebar.set_found("po", hits)
    bar = sidebar.list.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100_000)  # laid out
    bar.setValue(30_000)
    top = sidebar.list.indexAt(QPoint(20, 2)).row()
    assert top > 0
    sidebar.set_found("po", hits)
    assert sidebar.list.indexAt(QPoint(20, 2)).row() == top


def test_what_is_found_in_the_rows_that_she_scrolls_to_is_asked_for_at_once(
    qtbot: QtBot, sidebar: Sidebar
) -> None:
    sidebar.set_rows(Listing.of(many(2500)))
    sidebar.search_for("po")
    qtbot.waitUntil(lambda: sidebar.list.verticalScrollBar().maximum() > 100_000)
    with qtbot.waitSignal(sidebar.looked_at, timeout=10_000):
        sidebar.list.verticalScrollBar().setValue(90_000)  # px


@pytest.mark.parametrize(
    ("count", "words"), [(0, "Search posts…"), (1, "Search 1 post…"), (3, "Search 3 posts…")]
)
def test_the_search_field_says_how_many_posts_there_are(sidebar: Sidebar, count: int, words: str) -> None:
    sidebar.set_rows(Listing.of(ROWS[:count]))
    assert sidebar.search.placeholderText() == words


# --- the list ----------------------------------------------------------------------------------------------------


def test_a_click_chooses_and_a_double_click_opens(qtbot: QtBot, sidebar: Sidebar) -> None:
    with qtbot.waitSignal(sidebar.row_chosen) as chosen:
        click_row(qtbot, sidebar, 1)
    assert chosen.args == ["water"]
    place = sidebar.list.visualRect(sidebar.posts.index(1)).center()
    with qtbot.waitSignal(sidebar.row_opened) as opened:
        QTest.mouseDClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == ["water"]


def test_arrows_walk_the_list_and_return_opens(qtbot: QtBot, sidebar: Sidebar) -> None:
    click_row(qtbot, sidebar, 0)
    with qtbot.waitSignal(sidebar.row_chosen) as chosen:
        QTest.keyClick(sidebar.list, Qt.Key.Key_Down)
    assert chosen.args == ["water"]
    with qtbot.waitSignal(sidebar.row_opened) as opened:
        QTest.keyClick(sidebar.list, Qt.Key.Key_Return)
    assert opened.args == ["water"]


def test_what_the_program_selects_is_not_taken_for_her_choice(qtbot: QtBot, sidebar: Sidebar) -> None:
    with qtbot.assertNotEmitted(sidebar.row_chosen):
        sidebar.select("water")
        sidebar.set_rows(Listing.of(ROWS[::-1]))
        sidebar.show_tab("all")
    assert sidebar.list.currentIndex().data(RowRole).key == "water"


@pytest.mark.parametrize("reason", list(Qt.FocusReason))
def test_the_keyboard_alone_chooses_no_row(qtbot: QtBot, sidebar: Sidebar, reason: Qt.FocusReason) -> None:
    sidebar.select("old")
    press(qtbot, sidebar, "drafts")
    with qtbot.assertNotEmitted(sidebar.row_chosen):
        sidebar.list.setFocus(reason)
    assert not sidebar.list.currentIndex().isValid()
    with qtbot.waitSignal(sidebar.row_chosen) as chosen:
        QTest.keyClick(sidebar.list, Qt.Key.Key_Down)
    assert chosen.args == ["strike"]


def test_new_rows_keep_the_chosen_one_chosen(sidebar: Sidebar) -> None:
    sidebar.select("untitled")
    sidebar.set_rows(Listing.of((Row("new", "A new one", STAMP), *ROWS)))
    assert sidebar.list.currentIndex().data(RowRole).key == "untitled"
    assert sidebar.selected == "untitled"


def test_a_post_chosen_under_another_filter_is_chosen_again_on_return(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.select("water")
    press(qtbot, sidebar, "published")
    assert not sidebar.list.currentIndex().isValid()
    press(qtbot, sidebar, "drafts")
    assert sidebar.list.currentIndex().data(RowRole).key == "water"


def test_the_list_follows_the_open_post_until_she_chooses_a_filter(qtbot: QtBot, sidebar: Sidebar) -> None:
    tabs = sidebar.tabs
    sidebar.select("old")
    assert tabs.current == "published", "as after a start"
    scheduled = Listing.of([replace(row, tab="scheduled") if row.key == "old" else row for row in ROWS])
    sidebar.set_rows(scheduled)
    assert tabs.current == "scheduled"
    assert sidebar.list.currentIndex().data(RowRole).key == "old"
    press(qtbot, sidebar, "drafts")
    sidebar.set_rows(Listing.of(ROWS))
    sidebar.select("old")
    assert tabs.current == "drafts", "her choice"
    sidebar.follow()
    assert tabs.current == "published"
    sidebar.show_tab("all")
    sidebar.set_rows(scheduled)
    sidebar.follow()
    assert tabs.current == "all", "it is there, too"


def test_a_post_opened_from_a_search_is_in_the_list_when_the_search_is_over(
    qtbot: QtBot, sidebar: Sidebar
) -> None:
    sidebar.search_for("breakwater")
    sidebar.select("later")
    sidebar.follow()
    assert keys(sidebar) == ["water"], "what she searches for stays"
    QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert keys(sidebar) == ["later"]


def test_next_and_previous_stop_at_the_ends(sidebar: Sidebar) -> None:
    sidebar.step(1)
    assert sidebar.selected == "strike"
    for _time in range(5):
        sidebar.step(1)
    assert sidebar.selected == "untitled"
    sidebar.step(-1)
    assert sidebar.selected == "water"


def test_delete_asks_for_the_trash(qtbot: QtBot, sidebar: Sidebar, actions: Actions) -> None:
    actions.set_conditions({"post", "file"})
    click_row(qtbot, sidebar, 0)
    with qtbot.waitSignal(actions.triggered) as asked:
        QTest.keyClick(sidebar.list, Qt.Key.Key_Delete)
    assert asked.args == ["trash"]


def test_a_right_click_chooses_the_row_that_the_menu_is_about(
    qtbot: QtBot, sidebar: Sidebar, actions: Actions
) -> None:
    click_row(qtbot, sidebar, 0)
    place = sidebar.list.visualRect(sidebar.posts.index(2)).center()
    with qtbot.waitSignal(sidebar.row_chosen) as chosen:
        where = sidebar.list.viewport().mapToGlobal(place)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, where)
        QApplication.sendEvent(sidebar.list.viewport(), event)
    assert chosen.args == ["untitled"]
    qtbot.waitUntil(sidebar.list.menu.isVisible)
    assert "rename" in [entry.objectName() for entry in sidebar.list.menu.actions()]
    sidebar.list.menu.close()


def test_an_empty_list_says_what_to_do(sidebar: Sidebar) -> None:
    sidebar.set_rows(Listing.of(()))
    assert sidebar.nothing.isVisible()
    assert sidebar.nothing.text() == "No drafts. Press Ctrl+N to write one."
    sidebar.set_rows(Listing.of(ROWS))
    assert sidebar.list.isVisible()


def test_a_title_with_markup_stays_text(sidebar: Sidebar) -> None:
    title = "<b onclick=x>5 & 6</b>\n<img src=file:///etc/passwd>"
    sidebar.set_rows(Listing.of((Row("x", title),)))
    sidebar.set_blogs((Blog("a", "<i>Tide & Tables</i>", "https://x.example/<b>"),), "a")
    assert sidebar.posts.index(0).data() == title
    assert "<i>" not in sidebar.switcher.toolTip()
    sidebar.grab()


# --- the model ---------------------------------------------------------------------------------------------------


def test_a_screen_reader_hears_both_lines(sidebar: Sidebar) -> None:
    heard = [sidebar.posts.index(n).data(Qt.ItemDataRole.AccessibleTextRole) for n in range(3)]
    assert heard[0] == "Ferry strike, day four; the mayor blinks. Changed just now · Harbour Notes"
    assert heard[1].endswith("2140 words")
    assert heard[2].startswith("Untitled. ")


def test_a_saved_draft_changes_in_place_and_the_list_is_not_made_anew(qtbot: QtBot) -> None:
    posts = Posts(lambda: NOW)
    posts.set_rows(Listing.of(ROWS))
    with qtbot.assertNotEmitted(posts.modelReset), qtbot.waitSignal(posts.dataChanged) as told:
        assert not posts.set_rows(Listing.of((ROWS[0], replace(ROWS[1], title="Who owned it?"), *ROWS[2:])))
    assert told.args is not None
    assert told.args[0].row() == 1
    assert posts.index(1).data() == "Who owned it?"


def test_a_row_that_moves_to_another_filter_leaves_this_one() -> None:
    posts = Posts(lambda: NOW)
    posts.set_rows(Listing.of(ROWS))
    assert posts.set_rows(Listing.of((ROWS[0], replace(ROWS[1], tab="published"), *ROWS[2:])))
    assert posts.rowCount() == 2


@given(st.lists(st.text("abc ", max_size=6), max_size=12), st.text("abc ", max_size=4))
def test_search_finds_what_has_every_word_and_nothing_else(titles: list[str], query: str) -> None:
    """Law: shown are exactly the titles that contain each word of the query, in the order given."""
    posts = Posts(lambda: NOW)
    posts.set_rows(Listing.of([Row(str(n), title) for n, title in enumerate(titles)]))
    posts.set_filter("all", query)
    expected = [str(n) for n, title in enumerate(titles) if all(word in title for word in query.split())]
    assert [posts.row(n).key for n in range(posts.rowCount())] == expected


def many(count: int) -> list[Row]:
    return [Row(f"k{n}", f"Post number {n}", STAMP - n * 1000.0, words=n) for n in range(count)]


def test_a_hundred_thousand_posts_keep_their_place_when_rows_come_in(qtbot: QtBot, sidebar: Sidebar) -> None:
    rows = many(100_000)
    sidebar.set_rows(Listing.of(rows))
    sidebar.select("k70000")
    qtbot.waitUntil(lambda: sidebar.list.viewport().rect().intersects(_box(sidebar, "k70000")))
    before = _box(sidebar, "k70000").top()
    sidebar.set_rows(Listing.of([Row("fresh", "Just pulled", STAMP), *rows]))
    assert _box(sidebar, "k70000").top() == before
    assert sidebar.list.currentIndex().data(RowRole).key == "k70000"


def test_while_she_searches_the_list_is_not_laid_out_down_to_an_old_post_that_is_open(
    qtbot: QtBot, sidebar: Sidebar
) -> None:
    rows = many(5000)
    sidebar.set_rows(Listing.of(rows))
    sidebar.select("k4000")
    assert sidebar.list.layoutMode() is QListView.LayoutMode.SinglePass
    for query in ("p", "po"):
        sidebar.search_for(query)
        sidebar.set_found(query, found(sidebar, *(row.key for row in rows)))
        assert sidebar.list.layoutMode() is QListView.LayoutMode.Batched
        assert sidebar.list.currentIndex().data(RowRole).key == "k4000"
        assert sidebar.list.verticalScrollBar().value() == 0
    sidebar.search_for("")
    assert sidebar.list.viewport().rect().intersects(_box(sidebar, "k4000"))


@pytest.mark.parametrize(("count", "lines"), [(2000, False), (2001, True)])
def test_rows_of_one_height_are_told_apart_by_lines(
    qtbot: QtBot, sidebar: Sidebar, count: int, lines: bool
) -> None:
    sidebar.set_rows(Listing.of(many(count)))
    qtbot.waitUntil(lambda: sidebar.list.indexAt(QPoint(20, 2)).isValid())
    row = sidebar.list.visualRect(sidebar.posts.index(1))
    drawn = sidebar.list.viewport().grab().toImage().pixelColor(row.center().x(), row.bottom())
    assert (drawn == QColor(load_theme(dark=False).line)) == lines


def test_at_the_top_new_posts_come_into_view(qtbot: QtBot, sidebar: Sidebar) -> None:
    rows = many(50)
    sidebar.set_rows(Listing.of(rows))
    sidebar.set_rows(Listing.of([Row("fresh", "Just pulled", STAMP), *rows]))
    assert sidebar.list.verticalScrollBar().value() == 0
    assert sidebar.list.viewport().rect().contains(_box(sidebar, "fresh").center())


def _box(sidebar: Sidebar, key: str) -> QRect:
    return sidebar.list.visualRect(sidebar.posts.index(sidebar.posts.place(key)))


# --- titles ------------------------------------------------------------------------------------------------------


def test_a_long_title_takes_two_lines_and_ends_in_dots(qtbot: QtBot) -> None:
    lines = title_lines("Ferry strike, day four; the mayor blinks; " * 5, ui_font(13), 200)
    assert len(lines) == 2
    assert lines[0].startswith("Ferry strike")
    assert lines[1].endswith("…")


@given(st.text(max_size=200), st.integers(10, 400))
def test_any_title_gives_one_or_two_lines_that_start_it(qapp: QApplication, title: str, width: int) -> None:
    """Law: the lines are a beginning of the title with its blanks made single, whatever letters it has."""
    title = title.encode("utf-8", "ignore").decode()
    lines = title_lines(title, ui_font(13), width)
    assert 1 <= len(lines) <= 2
    assert " ".join(title.split())[:400].startswith(lines[0])


# --- blogs and what waits ----------------------------------------------------------------------------------------


BLOGS = (
    Blog("h", "Harbour Notes", "https://harbournotes.example/"),
    Blog("t", "Tide & Tables", "/home/me/Site"),
)


def entry(sidebar: Sidebar, fits: Callable[[QAction], bool]) -> QAction:
    return next(action for action in sidebar.switcher.menu.actions() if fits(action))


def test_the_switcher_shows_the_blog_and_offers_the_others(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.set_blogs(BLOGS, "h")
    assert sidebar.switcher.words() == ("Harbour Notes", "harbournotes.example")
    QTest.mouseClick(sidebar.switcher, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(sidebar.switcher.menu.isVisible)
    with qtbot.waitSignal(sidebar.blog_chosen) as chosen:
        entry(sidebar, lambda action: action.text() == "Tide && Tables").trigger()
    assert chosen.args == ["t"]
    with qtbot.waitSignal(sidebar.blog_chosen) as chosen:
        entry(sidebar, lambda action: action.text() == "All blogs").trigger()
    assert chosen.args == [""]
    sidebar.switcher.menu.close()


def test_without_a_blog_the_switcher_says_how_to_get_one(sidebar: Sidebar, actions: Actions) -> None:
    sidebar.set_blogs((), "")
    assert sidebar.switcher.words() == ("No blog yet", "Add one to publish")
    assert actions.action("add_blog") in sidebar.switcher.menu.actions()


def test_what_waits_is_said_at_the_foot_and_a_click_shows_it(
    qtbot: QtBot, sidebar: Sidebar, actions: Actions
) -> None:
    assert not sidebar.waiting.isVisible()
    sidebar.set_waiting(waiting_words(1))
    assert sidebar.waiting.text() == "1 post waits for a connection · it goes out by itself"
    with qtbot.waitSignal(actions.triggered) as asked:
        QTest.mouseClick(sidebar.waiting, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert asked.args == ["outbox"]
    sidebar.set_waiting(waiting_words(0))
    assert not sidebar.waiting.isVisible()


def test_how_many_posts_can_be_searched_is_said_until_it_is_all(sidebar: Sidebar) -> None:
    def nothing_said() -> str:
        sidebar.search_for("puffin")
        sidebar.set_found("puffin", Found(sidebar.posts.listing, bytes(len(sidebar.posts.listing))))
        return sidebar.nothing.text()

    assert not sidebar.reading.isVisible()
    assert nothing_said() == "Nothing was found for “puffin”."
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    try:
        sidebar.set_searchable(41_200, 100_000)
    finally:
        QLocale.setDefault(before)
    assert sidebar.reading.isVisible()
    assert sidebar.reading.words.text() == "Reading your posts: 41,200 of 100,000 can be searched"
    assert (sidebar.reading.bar.value(), sidebar.reading.bar.maximum()) == (41_200, 100_000)
    assert sidebar.nothing.text() == "Nothing was found for “puffin” so far."
    assert nothing_said() == "Nothing was found for “puffin” so far."
    sidebar.set_searchable(100_000, 100_000)
    assert not sidebar.reading.isVisible()
    assert sidebar.nothing.text() == "Nothing was found for “puffin”."


def test_the_sidebar_changes_its_colours_at_run_time(sidebar: Sidebar) -> None:
    light = sidebar.grab().toImage()
    sidebar.set_theme(load_theme(dark=True))
    assert sidebar.grab().toImage() != light


def test_published_posts_stand_below_their_months(sidebar: Sidebar) -> None:
    moments = [
        datetime(2026, month, day, 12, tzinfo=UTC).timestamp()
        for month, day in ((3, 9), (3, 2), (2, 27), (2, 1))
    ]
    sidebar.posts.locale = QLocale(QLocale.Language.English)
    sidebar.set_rows(
        Listing.of([Row(str(n), f"Post {n}", when, "published") for n, when in enumerate(moments)])
    )
    sidebar.show_tab("published")
    posts = sidebar.posts
    assert [posts.heading(place) for place in range(4)] == ["March 2026", "", "February 2026", ""]
    assert _box(sidebar, "0").height() > _box(sidebar, "1").height()
    sidebar.show_tab("all")
    assert not any(posts.heading(place) for place in range(4))
    sidebar.show_tab("published")
    posts.months = False  # sorted by title
    assert not any(posts.heading(place) for place in range(4))


def test_the_order_of_publication_decides_the_month(sidebar: Sidebar) -> None:
    now, then = (
        datetime(2026, 3, 9, 12, tzinfo=UTC).timestamp(),
        datetime(2020, 5, 1, 12, tzinfo=UTC).timestamp(),
    )
    sidebar.posts.locale = QLocale(QLocale.Language.English)
    sidebar.set_rows(Listing.of([Row("a", "Old, changed today", now, "published", moment=then)]))
    sidebar.show_tab("published")
    assert sidebar.posts.heading(0) == "May 2020"


def test_the_row_of_the_open_post_has_the_words_that_were_counted_until_its_file_has_others(
    sidebar: Sidebar,
) -> None:
    def line() -> str:
        return sidebar.posts.line(sidebar.posts.row(sidebar.posts.place("water")))

    sidebar.posts.set_counted("gone", 5)
    sidebar.posts.set_counted("water", 2136)
    assert line().endswith(" 2136 words")
    sidebar.set_rows(Listing.of(ROWS))
    assert line().endswith(" 2136 words")
    sidebar.set_rows(Listing.of([replace(row, words=row.words + 10) for row in ROWS]))
    assert line().endswith(" 2150 words")
