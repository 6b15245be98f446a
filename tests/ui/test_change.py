"""Before an update goes out she sees what it changes on the blog, and which blocks are made out of her text alone."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from postdesk.publishing.change import Change
from postdesk.ui.change import ChangeWindow


def _rows(window: ChangeWindow) -> list[str]:
    return [window.blocks.item(n).text() for n in range(window.blocks.count())]


def test_every_block_that_is_made_afresh_is_named(qtbot: QtBot) -> None:
    change = Change(
        "<p>One.</p>", "<p>One.</p>\n<h2>Two.</h2>", ("## Two.", "```\nx = 1\n```", "a\u202eb " * 99)
    )
    window = ChangeWindow(change, "Ferry strike", "Harbour Notes")
    qtbot.addWidget(window)
    window.show()
    assert window.words.text().startswith("3 blocks are made afresh out of your text")
    assert _rows(window)[:2] == ["## Two.", "x = 1"]
    assert "\u202e" not in _rows(window)[2]
    assert window.blocks.isVisible()
    assert window.blocks.accessibleName() == "Blocks that are made afresh"


def test_nothing_is_listed_where_every_block_is_the_blog_s_own(qtbot: QtBot) -> None:
    for change in (Change("a", "a"), Change("a", "b"), Change("a", "b", ("b",), broken=True)):
        window = ChangeWindow(change, "", "Harbour Notes")
        qtbot.addWidget(window)
        window.show()
        assert not window.blocks.isVisible()
