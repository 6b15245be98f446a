"""The foot of the details says who links here; every line can be pressed, by the keyboard too."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from postdesk.ui.details import DetailsDrawer
from postdesk.ui.details.values import LinkedFrom

ONE, TWO = Path("one.md"), Path("two.md")


def shown(drawer: DetailsDrawer) -> dict[str, QPushButton]:
    buttons = drawer.fields.backlinks.findChildren(QPushButton)
    return {b.accessibleName(): b for b in buttons if b.isVisible()}


def test_what_is_told_before_the_drawer_is_looked_at_is_there(qtbot: QtBot) -> None:
    drawer = DetailsDrawer()
    qtbot.addWidget(drawer)
    drawer.set_backlinks(
        [LinkedFrom(ONE, "Salt & <b>bread</b>")], [LinkedFrom(TWO, "Two", "… the <i>words</i> …")]
    )
    looked: list[int] = []
    drawer.looked_at.connect(lambda: looked.append(1))
    drawer.show()
    assert looked == [1]
    assert list(shown(drawer)) == ["Open Salt & <b>bread</b>", "Open Two", "Link in Two"]
    labels = [label for label in drawer.fields.backlinks.findChildren(QLabel) if label.isVisible()]
    assert [label.text() for label in labels] == [
        "1 post links here",
        "Named without a link",
        "… the <i>words</i> …",
    ]
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)


def test_a_press_says_which_post_and_nothing_is_shown_where_nobody_links(qtbot: QtBot) -> None:
    drawer = DetailsDrawer()
    qtbot.addWidget(drawer)
    drawer.show()
    heard: list[tuple[str, Path]] = []
    drawer.post_wanted.connect(lambda path: heard.append(("open", path)))
    drawer.link_wanted.connect(lambda path: heard.append(("link", path)))
    drawer.set_backlinks([LinkedFrom(ONE, "One")], [LinkedFrom(TWO, "Two", "line")])
    for button in shown(drawer).values():
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
    assert heard == [("open", ONE), ("open", TWO), ("link", TWO)]
    drawer.set_backlinks([], [])
    assert shown(drawer) == {}
    assert not drawer.fields.backlinks.isVisible()
