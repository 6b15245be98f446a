"""What the writer can do is in one table, reachable from menu or palette, and no key means two things."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar
from pytestqt.qtbot import QtBot

from postdesk.core.resources import resource
from postdesk.ui.actions import ACTIONS, CONDITIONS, MENUS, Action, Actions, plain, sequences


def test_no_key_means_two_things(qtbot: QtBot) -> None:
    keys = Counter(key.toString() for entry in ACTIONS for key in sequences(entry))
    assert [key for key, count in keys.items() if count > 1] == []


def test_no_fallback_key_means_two_things_where_the_platform_has_none_of_its_own() -> None:
    keys = Counter(
        entry.shortcut if isinstance(entry.shortcut, str) else entry.otherwise
        for entry in ACTIONS
        if isinstance(entry.shortcut, str) or entry.otherwise
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_standard_key_has_a_shortcut_here(qtbot: QtBot) -> None:
    without = [
        e.name for e in ACTIONS if e.shortcut is not None and not any(k.toString() for k in sequences(e))
    ]
    assert without == []


def test_every_action_is_in_a_menu_or_the_palette() -> None:
    assert [entry.name for entry in ACTIONS if not entry.menu and not entry.palette] == []


def test_every_icon_is_shipped() -> None:
    named = {entry.icon for entry in ACTIONS} - {""}
    assert {name for name in named if not resource(f"icons/{name}.svg").is_file()} == set()


def test_names_are_unique_and_menus_are_known() -> None:
    assert len({entry.name for entry in ACTIONS}) == len(ACTIONS)
    assert {entry.menu for entry in ACTIONS} - {""} <= {path for path, _text in MENUS}


def test_needs_are_conditions_that_somebody_can_set() -> None:
    assert {need for entry in ACTIONS for need in entry.needs} <= CONDITIONS


def test_no_two_things_in_a_menu_have_the_same_access_key() -> None:
    def key(text: str) -> str:
        found = re.search(r"&(\w)", text)
        assert found, text
        return found[1].lower()

    for path in ("", *(path for path, _text in MENUS)):
        texts = [e.text for e in ACTIONS if path and e.menu == path]
        texts += [text for p, text in MENUS if p.rpartition("/")[0] == path]
        keys = Counter(key(text) for text in texts)
        assert [k for k, count in keys.items() if count > 1] == [], path


def test_what_asks_for_more_says_so_with_three_dots() -> None:
    asking = {
        "rename",
        "find",
        "replace",
        "schedule",
        "preferences",
        "add_blog",
        "open_library",
        "insert_picture",
    }
    assert {entry.name for entry in ACTIONS if entry.text.endswith("…")} >= asking


@pytest.mark.parametrize(
    "entry", [e for e in ACTIONS if e.role is not QAction.MenuRole.NoRole], ids=lambda e: e.name
)
def test_platform_places_are_given_to_what_belongs_there(qtbot: QtBot, entry: Action) -> None:
    assert entry.name in {"preferences", "quit", "about"}
    assert Actions().action(entry.name).menuRole() is entry.role


def test_all_menus_hold_their_actions_in_the_tables_order(qtbot: QtBot) -> None:
    bar = QMenuBar()
    qtbot.addWidget(bar)
    menus = Actions(bar).fill(bar)

    def names(menu: QMenu) -> list[str]:
        return [
            action.objectName()
            for action in menu.actions()
            if action.objectName() in {e.name for e in ACTIONS}
        ]

    for path, menu in menus.items():
        assert names(menu) == [entry.name for entry in ACTIONS if entry.menu == path]
    assert [plain(action.text()) for action in bar.actions()] == [plain(t) for p, t in MENUS if "/" not in p]


def test_an_action_waits_until_all_it_needs_is_there(qtbot: QtBot) -> None:
    actions = Actions()
    assert not actions.action("schedule").isEnabled()
    actions.set_conditions({"post", "account"})
    assert not actions.action("schedule").isEnabled()
    actions.set_conditions({"post", "account", "schedule"})
    assert actions.action("schedule").isEnabled()
    assert actions.action("new").isEnabled()


def test_a_condition_that_nobody_knows_is_refused(qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="pubished"):
        Actions().set_conditions({"pubished"})


def test_her_key_press_says_the_name(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    window.addActions(actions.all())
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    with qtbot.waitSignal(actions.triggered) as asked:
        qtbot.keySequence(window, QKeySequence(QKeySequence.StandardKey.New))
    assert asked.args == ["new"]


def test_the_button_says_update_and_so_does_the_menu(qtbot: QtBot) -> None:
    actions = Actions()
    actions.set_text("publish", "&Update")
    assert plain(actions.action("publish").text()) == "Update"
    assert actions.tooltip("publish").startswith("Update (")


def test_only_one_theme_is_chosen(qtbot: QtBot) -> None:
    actions = Actions()
    actions.set_checked("theme_dark", True)
    actions.set_checked("theme_light", True)
    assert not actions.is_checked("theme_dark")
