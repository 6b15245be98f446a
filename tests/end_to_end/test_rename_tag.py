"""A tag is renamed over the whole library in the real window: shown first, done, taken back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from postdesk.ui.tags.dialog import RenameDialog
from tests.end_to_end.writer import Writer


def posts(writer: Writer, number: int) -> list[Path]:
    """So many posts by another program, a tag in each."""
    root = writer.desk.desk.library.root
    paths = [root / f"{n:02}.md" for n in range(number)]
    for n, path in enumerate(paths):
        path.write_text(
            f"---\ntitle: Ferry {n}\ntags: [ferry, 'harbour']  # ours\n---\n\nDay {n}.\n", "utf-8"
        )
    writer.desk.shelf.look()
    writer.until(lambda: len(writer.desk.desk.library.summaries()) > number, "the posts in the library")
    return paths


def tags(writer: Writer) -> tuple[str, ...]:
    """The tags of the open post."""
    assert writer.desk.session.post is not None
    return writer.desk.session.post.tags


def ask(writer: Writer, old: str, new: str, number: int) -> RenameDialog:
    """Open the window, find the tag, type its new name, and read what would change."""
    writer.choose("rename_tag")
    dialog = writer.desk.renaming.dialog
    writer.until(lambda: dialog.names.shown, "the names")
    writer.type(old, dialog.filter)
    writer.until(lambda: dialog.old == old, "the tag to be found")
    dialog.new_name.selectAll()
    QTest.keyClick(dialog.new_name, Qt.Key.Key_Delete)
    writer.type(new, dialog.new_name)
    writer.until(lambda: len(dialog.changes.all) == number, "what would change")
    return dialog


def test_a_tag_is_renamed_in_thirty_posts_after_a_look_and_taken_back(writer: Writer) -> None:
    paths = posts(writer, 30)
    before = [path.read_text("utf-8") for path in paths]
    dialog = ask(writer, "ferry", "boats", 30)
    assert dialog.do.text() == "Rename in 30 posts"
    row = next(n for n, c in enumerate(dialog.changes.all) if c.path == paths[4])
    place = dialog.changes.index(row, 0)
    dialog.changes.setData(place, Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert dialog.do.text() == "Rename in 29 posts"
    assert dialog.count.text() == "29 of 30 posts"
    assert [path.read_text("utf-8") for path in paths] == before  # so far it was only shown
    writer.click(dialog.do)
    writer.hears("“ferry” is now “boats” in 29 posts")
    for n, path in enumerate(paths):
        wanted = before[n] if n == 4 else before[n].replace("[ferry, 'harbour']", "[boats, 'harbour']")
        assert path.read_text("utf-8") == wanted
    writer.press_in_toast("Undo")
    writer.hears("Taken back in 29 posts")
    assert [path.read_text("utf-8") for path in paths] == before


def test_the_open_post_keeps_what_is_typed_meanwhile(writer: Writer) -> None:
    paths = posts(writer, 12)
    writer.desk.session.open(paths[3])
    writer.until(lambda: writer.file == paths[3], "the post to be open")
    writer.go_to("Day 3.")
    writer.type(" And the strike")
    dialog = ask(writer, "ferry", "harbour", 12)
    assert dialog.do.text() == "Merge in 12 posts"
    writer.go_to("strike")
    writer.type(" goes on.")
    writer.click(dialog.do)
    writer.hears("“ferry” is now “harbour” in 12 posts")
    writer.until_saved()
    assert paths[3].read_text("utf-8").endswith("Day 3. And the strike goes on.\n")
    assert tags(writer) == ("harbour",)
    assert writer.banner == ""
    assert not any("Another program" in sentence for sentence in writer.said)
    writer.press_in_toast("Undo")
    writer.hears("Taken back in 12 posts")
    writer.until_saved()
    assert tags(writer) == ("ferry", "harbour")
    assert all("ferry" in path.read_text("utf-8") for path in paths)


def test_undo_that_is_pressed_while_another_rename_runs_waits_for_it(writer: Writer) -> None:
    paths = posts(writer, 20)
    before = [path.read_text("utf-8") for path in paths]
    writer.click(ask(writer, "ferry", "boats", 20).do)
    writer.hears("“ferry” is now “boats” in 20 posts")
    undo = next(b for b in writer.window.toasts.buttons if b.text() == "Undo")
    writer.click(ask(writer, "harbour", "port", 20).do)
    undo.click()
    writer.hears("“harbour” is now “port” in 20 posts")
    writer.hears("left as they are")
    assert [p.read_text("utf-8") for p in paths] == [
        t.replace("[ferry, 'harbour']", "[boats, port]") for t in before
    ]


def test_it_can_be_stopped_and_says_so(writer: Writer) -> None:
    paths = posts(writer, 40)
    dialog = ask(writer, "ferry", "", 40)
    assert dialog.do.text() == "Remove from 40 posts"
    writer.click(dialog.do)
    assert dialog.cancel.text() == "Stop"
    writer.click(dialog.cancel)
    sentence = writer.hears("“ferry” is removed from", "stopped")
    done = sum("ferry" not in path.read_text("utf-8") for path in paths)
    assert 0 < done < 40
    assert f"{done} posts" in sentence
    assert not dialog.isVisible()
