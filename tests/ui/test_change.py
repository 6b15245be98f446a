"""Before an update goes out she sees what it changes on the blog, and which blocks are made out of her text alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from postdesk.publishing.change import Change, Line, Sign, every_line, lines_of
from postdesk.ui.change import ChangeWindow
from postdesk.ui.theme import load_theme


def _window(change: Change, title: str = "") -> ChangeWindow:
    return ChangeWindow(change, lines_of(change), title, "Harbour Notes", load_theme(dark=False))


def _rows(window: ChangeWindow) -> list[str]:
    return [window.blocks.item(n).text() for n in range(window.blocks.count())]


def test_every_block_that_is_made_afresh_is_named(qtbot: QtBot) -> None:
    change = Change(
        "<p>One.</p>", "<p>One.</p>\n<h2>Two.</h2>", ("## Two.", "```\nx = 1\n```", "a\u202eb " * 99)
    )
    window = _window(change, "Ferry strike")
    qtbot.addWidget(window)
    window.show()
    assert window.words.text().startswith("3 blocks are made afresh out of your text")
    assert _rows(window)[:2] == ["## Two.", "x = 1"]
    assert "\u202e" not in _rows(window)[2]
    assert window.blocks.isVisible()
    assert window.blocks.accessibleName() == "Blocks that are made afresh"


def test_nothing_is_listed_where_every_block_is_the_blog_s_own(qtbot: QtBot) -> None:
    for change in (Change("a", "a"), Change("a", "b"), Change("a", "b", ("b",), broken=True)):
        window = _window(change)
        qtbot.addWidget(window)
        window.show()
        assert not window.blocks.isVisible()


BEFORE = "\n".join([f"<p>Line {n}.</p>" for n in range(20)])


def test_the_words_that_differ_are_marked_and_what_stays_is_left_out() -> None:
    after = BEFORE.replace("Line 7.", "Line seven.").replace(
        "<p>Line 19.</p>", "<p>Line 19.</p>\n<p>The end.</p>"
    )
    lines = lines_of(Change(BEFORE, after))
    assert [(line.sign, line.text) for line in lines if line.sign in (Sign.GOES, Sign.COMES)] == [
        (Sign.GOES, "<p>Line 7.</p>"), (Sign.COMES, "<p>Line seven.</p>"), (Sign.COMES, "<p>The end.</p>"),
    ]  # fmt: skip
    gone, come, new = (line for line in lines if line.sign in (Sign.GOES, Sign.COMES))
    assert [gone.text[start:end] for start, end in gone.marks] == ["7"]
    assert [come.text[start:end] for start, end in come.marks] == ["seven"]
    assert new.marks == ()
    assert [line.sign for line in lines].count(Sign.LEFT_OUT) == 2
    assert lines[1] == Line(Sign.STAYS, "<p>Line 5.</p>")
    assert lines_of(Change(BEFORE, BEFORE)) == ()


LINES = st.lists(st.sampled_from(["a", "b b", "b c", "<!-- /wp:p -->", "", "e"]), max_size=30)


@given(LINES, LINES)
def test_the_lines_that_stay_and_go_are_the_old_text_and_those_that_stay_and_come_the_new(
    old: list[str], new: list[str]
) -> None:
    lines = every_line(old, new)
    assert [line.text for line in lines if line.sign is not Sign.COMES] == old
    assert [line.text for line in lines if line.sign is not Sign.GOES] == new
    assert all(0 <= start < end <= len(line.text) for line in lines for start, end in line.marks)
    shown = lines_of(Change("\n".join(old), "\n".join(new)))
    assert bool(shown) == ("\n".join(old).splitlines() != "\n".join(new).splitlines())


class Counting(str):
    """A line that counts how often it is compared."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Counting.compared += 1
        return str.__eq__(self, other)


def test_thousands_of_blocks_are_compared_by_what_is_there_once() -> None:
    """Delimiters stand at every block: who compares each with each waits for seconds."""
    block = "<!-- wp:paragraph -->\n<p>Words of {n}.</p>\n<!-- /wp:paragraph -->\n"
    old = "\n".join(block.format(n=n) for n in range(2000))
    new = old.replace("Words of 7.", "Other words.").replace("Words of 1700.", "Others.")
    Counting.compared = 0
    every_line([Counting(line) for line in old.splitlines()], [Counting(line) for line in new.splitlines()])
    assert Counting.compared < 20 * old.count("\n")


def test_foreign_lines_steer_nothing_and_are_read_aloud(qtbot: QtBot) -> None:
    window = _window(Change("<b>one</b>\u202e", "<b>two</b>\u202e"))
    qtbot.addWidget(window)
    window.show()
    rows = [window.lines.item(n) for n in range(window.lines.count())]
    assert [row.text() for row in rows] == ["− <b>one</b>�", "+ <b>two</b>�"]
    assert rows[0].data(Qt.ItemDataRole.AccessibleTextRole) == "Goes: <b>one</b>�"
    assert window.lines.visualItemRect(rows[1]).height() > 0
