"""Undo in a post that she left and came back to: what the file says, what others did to it, and a disk that refuses."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from postdesk.core.folders import under
from tests.ui.test_session import Desk


@pytest.fixture
def desk(qtbot: QtBot, home: Path) -> Generator[Desk, None, None]:
    made = Desk(qtbot, under(home))
    yield made
    made.close()


def _look_at_the_other(desk: Desk) -> None:
    """Leave "one", with everything said to the disk, and open "two"."""
    desk.open(desk.two)
    desk.until_idle()


def test_what_is_undone_after_another_post_is_saved(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" first")
    _look_at_the_other(desk)
    assert desk.held_by_disk(desk.one) == "one first"
    desk.open(desk.one)
    desk.editor.undo()
    assert desk.editor.body() == "one"
    desk.session.save()
    desk.until_idle()
    assert (desk.held_by_disk(desk.one), desk.held_by_disk(desk.two)) == ("one", "two")


def test_undo_goes_on_over_saves_and_from_both_posts(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" first")
    desk.session.save()
    desk.until_idle()
    desk.editor.set_cursor(0)
    desk.editor.insert_text("second ")
    _look_at_the_other(desk)
    desk.type(" too")
    desk.open(desk.one)
    desk.editor.undo()
    assert desk.editor.body() == "one first"
    desk.editor.undo()
    assert desk.editor.body() == "one"
    desk.open(desk.two)
    desk.editor.undo()
    assert desk.editor.body() == "two"
    desk.open(desk.one)
    desk.editor.redo()
    assert desk.editor.body() == "one first"


def test_her_place_is_where_it_was_though_the_steps_are_kept(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" first and second")
    desk.editor.text.select(4, 9)
    _look_at_the_other(desk)
    desk.open(desk.one)
    cursor = desk.editor.text.textCursor()
    assert (cursor.anchor(), cursor.position()) == (4, 9)
    desk.editor.undo()
    assert desk.editor.body() == "one"


def test_a_file_that_was_changed_meanwhile_is_not_undone(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" first")
    _look_at_the_other(desk)
    desk.one.write_text(desk.one.read_text("utf-8").replace("one first", "of another program"), "utf-8")
    desk.open(desk.one)
    desk.editor.undo()
    assert desk.editor.body() == "of another program"
    desk.session.save()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "of another program"


def test_a_file_that_was_changed_in_its_fields_only_can_still_be_undone(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" first")
    _look_at_the_other(desk)
    desk.one.write_text(desk.one.read_text("utf-8").replace("---\n", "---\nslug: ferry\n", 1), "utf-8")
    desk.open(desk.one)
    desk.editor.undo()
    assert desk.editor.body() == "one"
    desk.session.save()
    desk.until_idle()
    assert desk.library.read(desk.one).post.slug == "ferry"


def test_a_post_that_was_moved_meanwhile_can_still_be_undone(desk: Desk) -> None:
    desk.open(desk.one)
    desk.session.save_with_id(lambda _document: None)
    desk.until_idle()
    desk.type(" first")
    _look_at_the_other(desk)
    new = desk.one.with_name("renamed.md")
    desk.one.rename(new)
    desk.library.look()
    desk.open(new)
    desk.editor.undo()
    assert desk.editor.body() == "one"


def test_words_that_the_disk_refused_can_be_undone_when_she_comes_back(desk: Desk) -> None:
    desk.open(desk.one)
    desk.library.is_full = True
    desk.type(" refused")
    _look_at_the_other(desk)
    desk.open(desk.one)
    assert desk.editor.body() == "one refused"
    desk.editor.undo()
    assert desk.editor.body() == "one"
    desk.editor.redo()
    desk.library.is_full = False
    desk.session.save()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one refused"


def test_a_merge_is_a_step_that_can_be_undone_after_another_post(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" first")
    desk.session.save()
    desk.until_idle()
    desk.one.write_text(
        desk.one.read_text("utf-8").replace("title: One", "title: Un") + "\n\nfrom the other\n", "utf-8"
    )
    desk.session.look_again()
    desk.until(lambda: "from the other" in desk.editor.body())
    _look_at_the_other(desk)
    desk.open(desk.one)
    desk.editor.text.undo()
    desk.editor.title_field.undo()
    assert (desk.editor.title(), desk.editor.body()) == ("One", "one first")


def test_a_post_with_a_new_id_keeps_its_steps(desk: Desk) -> None:
    desk.one.write_text("---\ntitle: One\n---\n\none")  # it does not say itself which post it is
    desk.library.look()
    remembered = desk.library.read(desk.one).post.id
    desk.start_anew()
    (desk.library.root / "other.md").write_text(f"---\nid: {remembered}\n---\n\nother\n")
    assert desk.session.open_at_once(desk.one)
    desk.type(" first")
    desk.session.settle_in()
    desk.until_idle()
    assert desk.session.post is not None
    assert desk.session.post.id != remembered
    _look_at_the_other(desk)
    desk.open(desk.one)
    desk.editor.undo()
    assert desk.editor.body() == "one"


def test_a_post_that_comes_out_of_the_trash_can_be_undone(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" first")
    desk.session.save()
    desk.until_idle()
    document = desk.session.document
    assert document is not None
    desk.session.close_post()
    desk.editor.set_post("", "", read_only=True)
    desk.session.show(document)
    desk.editor.undo()
    assert desk.editor.body() == "one"
