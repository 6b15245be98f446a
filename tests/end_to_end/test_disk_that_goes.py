"""The disk under the open library goes and comes back, and files in it that may not be written, in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest

from postdesk.core.folders import Folders
from postdesk.library.recovery import Recovery
from tests.end_to_end.writer import Writer, has_three_parts


def _kept(folders: Folders, words: str) -> bool:
    return any(words in entry.post.body for entry in Recovery(folders.state).all())


@pytest.mark.parametrize("left", ["nothing", "an empty folder"])
def test_a_folder_that_is_unmounted_while_she_types_takes_no_word_and_no_post_with_it(
    writer: Writer, folders: Folders, left: str
) -> None:
    writer.new_post("Storm", "Typed before.\n")
    writer.until_saved()
    file = writer.file
    root = writer.desk.desk.library.root
    rows = len(writer.desk.desk.library.summaries())
    away = root.with_name("away")
    root.rename(away)
    if left == "an empty folder":
        root.mkdir()
    writer.type("Typed while it was away.\n")
    writer.until(lambda: writer.banner or writer.said, "a sentence")
    writer.until(lambda: _kept(folders, "Typed while it was away."), "the recovery copy")
    writer.desk.shelf.look()
    writer.until(lambda: any("connect" in said.lower() for said in writer.said), "what to do")
    assert "Typed while it was away." in writer.words
    assert len(writer.desk.desk.library.summaries()) == rows, "its posts are not taken for deleted"
    if left == "an empty folder":
        assert list(root.iterdir()) == [], "nothing is written where the disk was"
        root.rmdir()
    else:
        assert not root.exists()
    away.rename(root)
    writer.type("And after.\n")
    if writer.banner:
        assert "not connected" in writer.banner
        writer.click(writer.banner_button("Try again"))
    writer.until_saved()
    assert file.read_text("utf-8").count("Typed while it was away.") == 1
    assert "And after." in file.read_text("utf-8")
    assert len(writer.desk.desk.library.summaries()) == rows


def test_a_read_only_file_in_a_folder_that_may_be_written_is_not_replaced(
    writer: Writer, folders: Folders
) -> None:
    writer.new_post("Storm", "Typed before.\n")
    writer.until_saved()
    file = writer.file
    before = file.read_bytes()
    file.chmod(0o444)
    writer.type("Typed into a read-only file.\n")
    writer.until(lambda: writer.banner, "the notice")
    assert has_three_parts(writer.banner), writer.banner
    assert "read-only" in writer.banner
    assert file.read_bytes() == before
    assert _kept(folders, "Typed into a read-only file.")
    file.chmod(0o644)
    writer.click(writer.banner_button("Try again"))
    writer.until_saved()
    assert "Typed into a read-only file." in file.read_text("utf-8")
    assert writer.banner == ""


def test_a_full_state_folder_and_a_full_library_at_once_keep_the_words_on_the_screen(
    writer: Writer, folders: Folders
) -> None:
    writer.new_post("Storm", "Typed before.\n")
    writer.until_saved()
    file, state = writer.file, folders.state / "recovery"
    state.mkdir(exist_ok=True)
    closed: list[Path] = [file.parent, state]
    for folder in closed:
        folder.chmod(0o555)
    writer.type("Nowhere but on the screen.\n")
    writer.until(lambda: writer.banner, "the notice")
    assert "Nowhere but on the screen." in writer.words
    for folder in closed:
        folder.chmod(0o755)
    writer.click(writer.banner_button("Try again"))
    writer.until_saved()
    assert "Nowhere but on the screen." in file.read_text("utf-8")
