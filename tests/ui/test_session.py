"""The open post between the keyboard and a disk that is slow, full or shared: no word is lost on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from postdesk.core.errors import DiskFull
from postdesk.core.folders import Folders, under
from postdesk.core.post import Post
from postdesk.library.document import Document
from postdesk.library.history import History
from postdesk.library.library import Library
from postdesk.library.recovery import Recovery
from postdesk.ui import merging
from postdesk.ui import session as session_module
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.editor import Editor
from postdesk.ui.open_text import bring_back
from postdesk.ui.session import Session
from postdesk.ui.tasks import Tasks
from tests.conftest import ExpectLog

FULL = DiskFull("The disk is full.", "The text is safe.", "Make room.")


class SlowLibrary(Library):
    """A library on a disk that answers when it is told to, and may refuse."""

    def __init__(self, root: Path, folders: Folders) -> None:
        super().__init__(root, folders)
        self.free = threading.Event()
        self.free.set()
        self.is_full = False

    def save(self, document: Document, post: Post) -> Document:
        self.free.wait(20)
        if self.is_full:
            raise FULL
        return super().save(document, post)

    def rename(self, document: Document, title: str) -> Document:
        self.free.wait(20)
        return super().rename(document, title)

    def keep_both(self, document: Document, post: Post) -> Document:
        self.free.wait(20)
        if self.is_full:
            raise FULL
        return super().keep_both(document, post)


class Desk:
    """A writer's editor with its session, and two posts: "one" and "two"."""

    def __init__(self, qtbot: QtBot, folders: Folders) -> None:
        self._qtbot = qtbot
        self.folders = folders
        self.library = SlowLibrary(folders.documents / "Posts", folders)
        self.library.open()
        self.recovery = Recovery(folders.state)
        self.one = self.library.new("One", body="one").path
        self.two = self.library.new("Two", body="two").path
        self.library.look()
        self.tasks = Tasks()
        self.editor = Editor()
        self.details = DetailsDrawer()
        self.told: list[str] = []
        self.sit_down()

    def sit_down(self) -> None:
        """A new session, as after a start."""
        self.session = Session(self.library, self.recovery, self.tasks, self.editor, self.details)
        self.session.told.connect(self.told.append)

    def start_anew(self) -> None:
        """As at the next start: nobody has looked through the library yet."""
        self.library.close()
        shiboken6.delete(self.session)
        self.library = SlowLibrary(self.library.root, self.folders)
        self.library.open()
        self.sit_down()

    def open(self, path: Path) -> None:
        self.session.open(path)
        self.until(lambda: self.session.document is not None and self.session.document.path == path)

    def type(self, words: str) -> None:
        """Type at the end of the text."""
        self.editor.set_cursor(self.editor.text.document().characterCount() - 1)
        self.editor.text.textCursor().insertText(words)

    def until(self, true: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(true, timeout=20_000)

    def until_idle(self) -> None:
        self.until(lambda: self.tasks.busy == 0)

    def slow(self) -> None:
        self.library.free.clear()

    def quick(self) -> None:
        self.library.free.set()

    def held_by_disk(self, path: Path) -> str:
        return self.library.read(path).post.body

    def banner_button(self, label: str) -> QPushButton:
        def found() -> list[QPushButton]:
            return [b for b in self.editor.banners.buttons if b.text() == label]

        self.until(lambda: bool(found()))
        return found()[0]

    def close(self) -> None:
        self.quick()
        self.library.is_full = False
        self.until_idle()
        self.session.finish()
        self.until_idle()
        self.library.close()
        for gone in (self.session, self.editor, self.details, self.tasks):
            shiboken6.delete(gone)


@pytest.fixture
def desk(qtbot: QtBot, home: Path) -> Generator[Desk, None, None]:
    made = Desk(qtbot, under(home))
    yield made
    made.close()


def test_what_she_typed_while_a_save_was_on_its_way_is_saved_though_she_has_gone_on_to_another_post(
    desk: Desk,
) -> None:
    desk.open(desk.one)
    other = desk.library.read(desk.two)
    desk.slow()
    desk.type(" first")
    desk.session.save()
    desk.type(" second")
    desk.session.show(other)
    desk.quick()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one first second"
    assert desk.editor.body() == "two"


def test_words_of_a_post_that_was_left_survive_a_quit_while_the_disk_is_slow(desk: Desk) -> None:
    desk.open(desk.one)
    other = desk.library.read(desk.two)
    desk.slow()
    desk.type(" first")
    desk.session.save()
    desk.type(" second")
    desk.session.show(other)
    desk.until(lambda: desk.tasks.busy == 1)
    assert [entry.post.body for entry in desk.recovery.all()] == ["one first second"]


def test_what_waits_for_a_save_goes_on_with_the_post_it_was_asked_for(desk: Desk) -> None:
    desk.open(desk.one)
    other = desk.library.read(desk.two)
    went_out: list[str] = []
    desk.slow()
    desk.type(" more")
    desk.session.save(lambda document: went_out.append(document.post.body))
    desk.session.show(other)
    desk.quick()
    desk.until_idle()
    desk.type(" more")
    desk.session.save()
    desk.until_idle()
    assert went_out == ["one more"]


def test_what_waits_for_a_save_is_told_when_the_disk_refuses(desk: Desk) -> None:
    desk.open(desk.one)
    desk.library.is_full = True
    desk.type(" more")
    told: list[Exception] = []
    desk.session.save(lambda _document: pytest.fail("it was not saved"), told.append)
    desk.until_idle()
    assert told == [FULL]


def test_words_that_the_disk_refused_are_there_again_when_she_comes_back_to_the_post(desk: Desk) -> None:
    desk.open(desk.one)
    desk.library.is_full = True
    desk.type(" refused")
    desk.open(desk.two)
    desk.until_idle()
    desk.open(desk.one)
    assert desk.editor.body() == "one refused"
    desk.library.is_full = False
    desk.session.save()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one refused"
    assert desk.recovery.all() == ()


def test_words_that_were_refused_and_saved_later_do_not_come_back_over_newer_ones(
    desk: Desk, expect_log: ExpectLog
) -> None:
    expect_log("stays where it is")
    document = desk.library.read(desk.one)
    old = Post(document.post.id, "One", "from before the crash")
    desk.recovery.put(old.id, old, path=desk.one, base_hash=document.hash)
    desk.library.is_full = True
    desk.session.bring_back(lambda: None)
    desk.until_idle()
    desk.library.is_full = False
    desk.open(desk.one)
    assert desk.editor.body() == "from before the crash"
    desk.type(" and newer")
    desk.session.save()
    desk.until_idle()
    desk.open(desk.two)
    desk.open(desk.one)
    assert desk.editor.body() == "from before the crash and newer"


def test_a_conflict_that_she_left_undecided_is_asked_again_and_writes_over_nothing(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" mine")
    desk.one.write_text(desk.one.read_text("utf-8").replace("one", "theirs"), "utf-8")
    desk.open(desk.two)
    desk.until_idle()
    desk.open(desk.one)
    desk.session.save()
    desk.until_idle()
    assert desk.editor.body() == "one mine"
    assert desk.held_by_disk(desk.one).startswith("theirs")
    desk.banner_button("Keep Theirs").click()
    desk.until_idle()
    assert desk.editor.body().startswith("theirs")
    assert desk.recovery.all() == ()


def test_a_file_that_gets_its_name_while_she_types_is_still_saved(desk: Desk) -> None:
    document = desk.library.new()
    desk.session.show(document)
    desk.editor.title_field.insertPlainText("Bread")
    desk.session.save()
    desk.until(lambda: not desk.session.is_dirty)
    desk.slow()
    desk.type("first")
    desk.quick()
    desk.session.save()
    desk.until(
        lambda: desk.session.document is not None and desk.session.document.path.stem.lower() == "bread"
    )
    desk.until_idle()
    desk.slow()
    desk.session.rename("Rolls")
    desk.type(" second")
    desk.session.save()
    desk.quick()
    desk.until_idle()
    assert desk.session.document is not None
    assert desk.session.document.path.stem.lower() == "rolls"
    assert desk.held_by_disk(desk.session.document.path) == "first second"
    assert desk.told == []


def test_a_file_that_another_program_renames_is_saved_under_its_new_name(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" more")
    new = desk.one.with_name("renamed.md")
    desk.one.rename(new)
    desk.session.save()
    desk.until_idle()
    desk.banner_button("Save it again")
    desk.session.moved(new)
    desk.until(lambda: not desk.session.is_dirty)
    desk.until_idle()
    assert desk.held_by_disk(new) == "one more"
    assert not desk.editor.banners.isVisibleTo(desk.editor)


def test_opening_the_post_that_is_open_takes_nothing_of_what_she_typed(desk: Desk) -> None:
    desk.open(desk.one)
    before = desk.library.read(desk.one)
    desk.type(" more")
    desk.session.show(before)
    assert desk.editor.body() == "one more"
    desk.session.save()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one more"


def test_keeping_both_keeps_what_she_typed_while_the_copy_was_made(desk: Desk) -> None:
    """And hers stays the post: publishing it once more must not make a second one of it."""
    desk.open(desk.one)
    before = desk.session.post
    desk.type(" mine")
    desk.one.write_text(desk.one.read_text("utf-8").replace("one", "theirs"), "utf-8")
    desk.session.save()
    desk.until_idle()
    desk.slow()
    desk.banner_button("Keep Both").click()
    desk.type(" too")
    desk.quick()
    desk.until(lambda: not desk.session.is_dirty)
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one mine too"
    (copy,) = desk.library.root.glob("One (conflict*")
    assert desk.held_by_disk(copy) == "theirs"
    assert before is not None
    assert desk.session.post is not None
    assert desk.session.post.id == desk.library.read(desk.one).post.id == before.id
    assert desk.library.read(copy).post.id != before.id
    assert desk.recovery.all() == ()
    assert desk.told == []
    assert not desk.editor.banners.isVisibleTo(desk.editor)


def test_keeping_both_of_a_post_that_she_leaves_meanwhile_keeps_both(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" mine")
    desk.one.write_text(desk.one.read_text("utf-8").replace("one", "theirs"), "utf-8")
    desk.session.save()
    desk.until_idle()
    other = desk.library.read(desk.two)
    desk.slow()
    desk.banner_button("Keep Both").click()
    desk.type(" too")
    desk.session.show(other)
    desk.quick()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one mine too"
    (copy,) = desk.library.root.glob("One (conflict*")
    assert desk.held_by_disk(copy) == "theirs"
    assert desk.editor.body() == "two"


def test_keeping_both_when_the_file_changes_once_more_asks_again_and_loses_none_of_the_three(
    desk: Desk,
) -> None:
    desk.open(desk.one)
    desk.type(" mine")
    whole = desk.one.read_text("utf-8")
    desk.one.write_text(whole.replace("one", "theirs"), "utf-8")
    desk.session.save()
    desk.until_idle()
    desk.one.write_text(whole.replace("one", "theirs, again"), "utf-8")
    desk.banner_button("Keep Both").click()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "theirs, again"
    desk.banner_button("Keep Both").click()
    desk.until(lambda: not desk.session.is_dirty)
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one mine"
    copies = sorted(desk.held_by_disk(copy) for copy in desk.library.root.glob("One (conflict*"))
    assert copies == ["theirs", "theirs, again"]


def test_nothing_can_be_typed_where_no_post_is_open(desk: Desk) -> None:
    assert desk.editor.text.isReadOnly()
    assert desk.editor.title_field.isReadOnly()
    desk.open(desk.one)
    assert not desk.editor.text.isReadOnly()
    desk.session.close_post()
    assert desk.editor.text.isReadOnly()


def test_at_quit_a_full_state_folder_does_not_keep_the_words_from_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    expect_log("(?i)recovery copy")
    desk.open(desk.one)

    def refuse(*_args: object, **_values: object) -> None:
        raise FULL

    desk.type(" last words")
    monkeypatch.setattr(desk.recovery, "put", refuse)
    desk.session.finish()
    assert desk.held_by_disk(desk.one) == "one last words"


def test_front_matter_that_is_mended_elsewhere_can_be_edited_here_again(desk: Desk) -> None:
    whole = desk.one.read_text("utf-8")
    desk.open(desk.one)
    desk.one.write_text(whole.replace("title:", "title: [", 1), "utf-8")
    desk.session.look_again()
    desk.until(lambda: desk.editor.title_field.isReadOnly())
    desk.one.write_text(whole, "utf-8")
    desk.session.look_again()
    desk.until(lambda: not desk.editor.title_field.isReadOnly())
    assert desk.editor.title() == "One"


def test_the_post_of_last_time_is_open_at_once_and_typed_into(desk: Desk) -> None:
    desk.start_anew()
    assert desk.session.open_at_once(desk.one, 2)
    assert desk.editor.body() == "one"
    assert desk.editor.cursor_position() == 2
    assert not desk.editor.text.isReadOnly()
    desk.type(" more")
    desk.session.save()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one more"


def test_nothing_is_open_at_once_while_a_crash_has_left_words(desk: Desk) -> None:
    document = desk.library.read(desk.two)
    desk.recovery.put(document.post.id, document.post, path=desk.two, base_hash=document.hash)
    desk.start_anew()
    assert not desk.session.open_at_once(desk.one)
    assert desk.session.document is None
    assert desk.editor.text.isReadOnly()


def test_a_file_that_the_library_does_not_know_is_not_open_at_once(desk: Desk) -> None:
    desk.start_anew()
    new = desk.library.root / "new.md"
    new.write_text("new\n")
    assert not desk.session.open_at_once(new)
    assert not desk.session.open_at_once(desk.library.root / "gone.md")
    assert not desk.session.open_at_once(desk.library.root.parent / "elsewhere.md")


def test_what_she_typed_stays_hers_when_another_file_turns_out_to_be_that_post(desk: Desk) -> None:
    desk.one.write_text("---\ntitle: One\n---\n\none")  # it does not say itself which post it is
    desk.library.look()
    remembered = desk.library.read(desk.one).post.id
    desk.start_anew()
    other = desk.library.root / "other.md"
    other.write_text(f"---\nid: {remembered}\n---\n\nother\n")
    assert desk.session.open_at_once(desk.one)
    desk.type(" more")
    desk.session.settle_in()
    desk.until_idle()
    assert desk.session.post is not None
    assert desk.session.post.id == desk.library.read(desk.one).post.id != remembered
    assert [entry.post.body for entry in desk.recovery.all()] == ["one more"]
    desk.type(" and more")
    desk.session.save()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one more and more"
    assert desk.held_by_disk(other) == "other\n"
    assert desk.recovery.all() == ()


def test_a_change_by_another_program_between_two_starts_is_what_is_open_at_once(desk: Desk) -> None:
    desk.start_anew()
    desk.one.write_bytes(desk.one.read_bytes().replace(b"one", b"changed"))
    assert desk.session.open_at_once(desk.one)
    assert desk.editor.body() == "changed"


def test_a_change_by_another_program_while_the_program_starts_is_shown(desk: Desk) -> None:
    desk.start_anew()
    assert desk.session.open_at_once(desk.one)
    desk.one.write_bytes(desk.one.read_bytes().replace(b"one", b"theirs"))
    desk.session.settle_in()
    desk.until_idle()
    assert desk.editor.body() == "theirs"
    assert any("its text is shown" in sentence for sentence in desk.told)


# --- a post that was read one way, and a file that reads the other way by now ---

GOOD = "---\ntitle: 'Ferry: late'\nlayout: wide\ntags: [sea]\n---\n\nFirst words.\n"
BROKEN = GOOD.replace("'Ferry: late'", "Ferry: late")


def _break(desk: Desk) -> None:
    desk.one.write_text(BROKEN, "utf-8")
    desk.open(desk.one)
    assert desk.editor.body() == BROKEN


def _mend_here(desk: Desk) -> None:
    """As she does it in the text, which is saved after a pause."""
    _break(desk)
    for place in (BROKEN.index("Ferry"), BROKEN.index("Ferry") + len("Ferry: late") + 1):
        desk.editor.set_cursor(place)
        desk.editor.text.textCursor().insertText("'")
    desk.session.save()
    desk.until_idle()
    assert desk.one.read_text("utf-8") == GOOD


def _killed(desk: Desk) -> None:
    """The program is killed when her words are in the recovery copy, and starts anew."""
    desk.until(lambda: bool(desk.recovery.all()))
    desk.until_idle()
    desk.start_anew()


def _agrees(desk: Desk) -> None:
    """What is shown is what the session has and what the file says."""
    post, there = desk.session.post, desk.library.read(desk.one).post
    assert post is not None
    assert (post.title, post.tags, post.body) == (there.title, there.tags, there.body)
    assert desk.editor.title() == post.title
    assert desk.editor.body() == post.body
    assert desk.details.details.tags == post.tags


@pytest.mark.parametrize("marked", [True, False], ids=["by this version", "by an older one"])
def test_front_matter_that_she_mended_is_not_doubled_by_a_crash(desk: Desk, marked: bool) -> None:
    _mend_here(desk)
    desk.type("Last words.\n")
    _killed(desk)
    (copy,) = desk.recovery.all()
    assert copy.plain
    if not marked:
        desk.recovery.put(copy.key, copy.post, path=copy.path, base_hash=copy.base_hash)
    bring_back(desk.library, desk.recovery)
    assert desk.one.read_text("utf-8") == GOOD + "Last words.\n"


def test_she_is_told_when_the_front_matter_that_she_mended_can_be_read_again(desk: Desk) -> None:
    _mend_here(desk)
    shown = [label.text() for label in desk.editor.banners.findChildren(QLabel)]
    assert any("can be read again" in text for text in shown)
    assert desk.editor.title_field.isReadOnly()


def test_front_matter_that_she_mended_is_not_doubled_where_the_file_was_renamed_after_a_crash(
    desk: Desk,
) -> None:
    named = BROKEN.replace("layout", "id: ferry-1\nlayout")
    desk.one.write_text(named, "utf-8")
    desk.open(desk.one)
    desk.editor.text.selectAll()
    desk.editor.text.textCursor().insertText(named.replace("Ferry: late", "Ferry late"))
    desk.session.save()
    desk.until_idle()
    desk.type("Last words.\n")
    other = desk.one.rename(desk.library.root / "other.md")
    _killed(desk)
    bring_back(desk.library, desk.recovery)
    assert other.read_text("utf-8") == named.replace("Ferry: late", "Ferry late") + "Last words.\n"
    assert desk.recovery.all() == ()


@pytest.mark.parametrize("file", [GOOD, BROKEN], ids=["with fields", "one plain text"])
def test_at_quit_the_recovery_copy_says_how_the_post_was_read(
    desk: Desk, file: str, expect_log: ExpectLog
) -> None:
    expect_log("Not saved at quit")
    desk.one.write_text(file, "utf-8")
    desk.open(desk.one)
    desk.library.is_full = True
    desk.session.finish()
    assert desk.recovery.all() == ()
    desk.type("Last words.\n")
    desk.session.finish()
    assert [entry.plain for entry in desk.recovery.all()] == [file == BROKEN]


def test_a_plain_text_whose_file_is_gone_is_a_plain_text_again(desk: Desk) -> None:
    _break(desk)
    desk.type("Last words.\n")
    desk.one.unlink()
    _killed(desk)
    bring_back(desk.library, desk.recovery)
    assert desk.one.read_text("utf-8") == BROKEN + "Last words.\n"


def test_front_matter_that_she_mended_is_not_doubled_when_the_disk_refuses_at_the_start(
    desk: Desk, expect_log: ExpectLog
) -> None:
    expect_log("stays where it is")
    _mend_here(desk)
    desk.type("Last words.\n")
    _killed(desk)
    desk.library.is_full = True
    desk.session.bring_back(lambda: None)
    desk.until_idle()
    desk.library.is_full = False
    desk.open(desk.one)
    desk.session.save()
    desk.until_idle()
    assert desk.one.read_text("utf-8") == GOOD + "Last words.\n"
    assert desk.editor.body() == GOOD + "Last words.\n"


def test_keeping_mine_over_front_matter_that_was_mended_elsewhere_does_not_double_it(desk: Desk) -> None:
    _break(desk)
    desk.type("Mine.\n")
    desk.one.write_text(GOOD, "utf-8")
    desk.session.save()
    desk.until_idle()
    desk.banner_button("Keep This").click()
    desk.until_idle()
    assert desk.one.read_text("utf-8") == BROKEN + "Mine.\n"
    assert desk.editor.title_field.isReadOnly()
    _agrees(desk)


def test_keeping_mine_over_front_matter_that_was_broken_elsewhere_keeps_every_field(desk: Desk) -> None:
    desk.one.write_text(GOOD, "utf-8")
    desk.open(desk.one)
    desk.type("Mine.\n")
    desk.one.write_text(BROKEN, "utf-8")
    desk.session.save()
    desk.until_idle()
    desk.banner_button("Keep This").click()
    desk.until_idle()
    assert desk.one.read_text("utf-8") == GOOD + "Mine.\n"
    _agrees(desk)
    desk.editor.title_field.insertPlainText("No ")
    desk.session.save()
    desk.until_idle()
    assert desk.library.read(desk.one).post.title == "No Ferry: late"
    kept = History(desk.folders.data)
    versions = [kept.read(version) for version in kept.versions(desk.library.read(desk.one).post.id)]
    kept.close()
    assert BROKEN.encode() in versions


def test_after_a_crash_she_is_where_she_was(desk: Desk) -> None:
    desk.one.write_text(desk.one.read_text("utf-8").replace("one", "one\n\ntwo\n\n🚢 three"), "utf-8")
    desk.open(desk.one)
    desk.editor.set_cursor(8)
    desk.editor.text.textCursor().insertText(" 🚢 and a half")
    where = desk.editor.cursor_position()
    _killed(desk)
    desk.session.bring_back(lambda: desk.session.open(desk.one))
    desk.until(lambda: desk.session.document is not None)
    assert desk.editor.body() == "one\n\ntwo 🚢 and a half\n\n🚢 three"
    assert desk.editor.cursor_position() == where


def test_a_headline_from_before_a_crash_is_in_the_post_though_its_front_matter_was_broken_elsewhere(
    desk: Desk,
) -> None:
    desk.one.write_text(GOOD, "utf-8")
    document = desk.library.read(desk.one)
    typed = replace(document.post, title="New headline", body="New words.\n")
    desk.recovery.put(typed.id, typed, path=desk.one, base_hash=document.hash, plain=False)
    desk.one.write_text(BROKEN, "utf-8")
    bring_back(desk.library, desk.recovery)
    (copy,) = desk.library.root.glob("One (conflict*")
    hers = desk.library.read(desk.one).post
    assert (hers.title, hers.tags, hers.body) == ("New headline", ("sea",), "New words.\n")
    assert hers.id == typed.id
    assert desk.library.read(copy).post.id != typed.id
    assert copy.read_text("utf-8") == BROKEN


def test_what_a_crash_left_of_a_post_that_another_one_lies_in_the_place_of_is_not_written_over_it(
    desk: Desk,
) -> None:
    document = desk.library.read(desk.one)
    typed = replace(document.post, body="Hers.\n")
    desk.recovery.put(typed.id, typed, path=desk.one, base_hash=document.hash)
    moved = desk.one.rename(desk.library.root / "moved.md")
    desk.one.write_text(desk.two.read_text("utf-8").replace("two", "three"), "utf-8")
    desk.two.unlink()
    desk.library.look()
    bring_back(desk.library, desk.recovery)
    assert desk.held_by_disk(moved) == "Hers.\n"
    assert desk.held_by_disk(desk.one) == "three"


def test_words_that_wait_for_the_disk_keep_their_headline_when_the_front_matter_is_broken_elsewhere(
    desk: Desk, expect_log: ExpectLog
) -> None:
    expect_log("stays where it is")
    desk.one.write_text(GOOD, "utf-8")
    document = desk.library.read(desk.one)
    typed = replace(document.post, title="New headline", body="New words.\n")
    desk.recovery.put(typed.id, typed, path=desk.one, base_hash=document.hash, plain=False)
    desk.one.write_text(BROKEN, "utf-8")
    desk.library.is_full = True
    desk.session.bring_back(lambda: None)
    desk.until_idle()
    desk.open(desk.one)
    desk.library.is_full = False
    desk.banner_button("Keep This").click()
    desk.until_idle()
    assert not desk.editor.title_field.isReadOnly()
    assert desk.library.read(desk.one).post.title == "New headline"
    _agrees(desk)


PARAGRAPHS = "First of all.\n\nSecond of all.\n\nThird of all.\n"


def _meet(desk: Desk) -> None:
    """She typed at the end, and another program changed the first paragraph."""
    desk.one.write_text(desk.one.read_text("utf-8").replace("one", PARAGRAPHS), "utf-8")
    desk.open(desk.one)
    desk.type("\nMine.")
    desk.one.write_text(desk.one.read_text("utf-8").replace("First", "Their first"), "utf-8")


MERGED = PARAGRAPHS.replace("First", "Their first") + "\nMine."


def test_two_versions_that_do_not_touch_are_one_text_in_editor_and_file(desk: Desk) -> None:
    _meet(desk)
    merged: list[str] = []
    desk.session.merged.connect(merged.append)
    desk.session.save()
    desk.until_idle()
    assert desk.editor.body() == MERGED
    assert desk.held_by_disk(desk.one) == MERGED
    assert len(merged) == 1
    assert desk.recovery.all() == ()
    desk.editor.undo()
    assert desk.editor.body() == PARAGRAPHS + "\nMine."
    desk.editor.undo()
    assert desk.editor.body() == PARAGRAPHS


def test_what_she_types_while_two_versions_are_compared_is_in_the_merge(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meet(desk)
    typed = threading.Event()
    begun = threading.Event()
    compare = merging.meet

    def slowly(library: Library, document: Document, post: Post, there: Document) -> merging.Meeting | None:
        begun.set()
        typed.wait(20)
        return compare(library, document, post, there)

    monkeypatch.setattr(session_module, "meet", slowly)
    desk.session.look_again()
    desk.until(begun.is_set)
    desk.type(" More.")
    typed.set()
    desk.until(lambda: desk.held_by_disk(desk.one) == MERGED + " More.")
    desk.until_idle()
    assert desk.editor.body() == MERGED + " More."


def test_two_versions_are_merged_though_she_has_gone_on_to_another_post(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meet(desk)
    gone = threading.Event()
    begun = threading.Event()
    compare = merging.meet

    def slowly(library: Library, document: Document, post: Post, there: Document) -> merging.Meeting | None:
        begun.set()
        gone.wait(20)
        return compare(library, document, post, there)

    monkeypatch.setattr(session_module, "meet", slowly)
    other = desk.library.read(desk.two)
    desk.session.look_again()
    desk.until(begun.is_set)
    desk.session.show(other)
    gone.set()
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == MERGED
    assert desk.editor.body() == "two"
    assert desk.recovery.all() == ()


def test_without_a_common_version_nothing_is_merged_before_she_saw_it(
    desk: Desk, expect_log: ExpectLog
) -> None:
    """What she typed comes from a recovery copy, and nobody has the file that she typed it into any more."""
    expect_log("stays where it is")
    expect_log("Not saved at quit")
    document = desk.library.read(desk.one)
    old = Post(document.post.id, "One", "one and hers")
    desk.recovery.put(old.id, old, path=desk.one, base_hash="gone")
    desk.library.is_full = True
    desk.session.bring_back(lambda: None)
    desk.until_idle()
    desk.library.is_full = False
    asked: list[object] = []
    desk.session.conflict.connect(asked.append)
    desk.open(desk.one)
    desk.until_idle()
    assert desk.held_by_disk(desk.one) == "one"
    assert desk.editor.body() == "one and hers"
    desk.banner_button("Compare…").click()
    assert len(asked) == 1


def test_undoing_a_merge_after_she_went_on_takes_no_word(desk: Desk) -> None:
    _meet(desk)
    desk.session.save()
    desk.until_idle()
    desk.type(" More.")
    desk.session.undo_merge()
    assert desk.editor.body() == MERGED + " More."
    assert "gone on writing" in desk.told[-1]


def _kept(desk: Desk) -> list[str]:
    document = desk.session.document
    assert document is not None
    return [
        desk.library.read_version(version, document).body
        for version in desk.library.versions(document.post.id)
    ]


def test_what_another_program_writes_over_is_in_the_history(desk: Desk) -> None:
    desk.open(desk.one)
    desk.one.write_text(desk.one.read_text("utf-8").replace("one", "theirs"), "utf-8")
    desk.session.look_again()
    desk.until(lambda: desk.editor.body().strip() == "theirs")
    desk.until_idle()
    assert "one" in [body.strip() for body in _kept(desk)]


def test_what_another_program_writes_over_while_another_post_is_open_is_in_the_history(desk: Desk) -> None:
    desk.open(desk.one)
    desk.type(" Mine.")
    desk.session.save()
    desk.until_idle()
    mine = desk.editor.body()
    desk.open(desk.two)
    desk.one.write_text(desk.one.read_text("utf-8").replace(mine, "theirs"), "utf-8")
    desk.open(desk.one)
    assert mine in _kept(desk)


def test_a_merge_keeps_what_both_had_and_what_was_there_before(desk: Desk) -> None:
    _meet(desk)
    hers = desk.editor.body()
    theirs = PARAGRAPHS.replace("First", "Their first")
    desk.session.save()
    desk.until(lambda: desk.editor.body() == MERGED)
    desk.until_idle()
    assert {hers, theirs, PARAGRAPHS} <= set(_kept(desk))
