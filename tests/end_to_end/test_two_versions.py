"""Another program changes the post that she is writing in: both texts become one, or she decides; no word is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from postdesk.core.files import ANY, save_file
from postdesk.core.folders import under
from postdesk.library.history import History
from postdesk.library.recovery import Recovery
from postdesk.markup.merge import Choice
from postdesk.ui.conflict import ConflictView
from postdesk.ui.conflict.question import Question
from postdesk.ui.gathering import gather
from tests.conftest import ExpectLog
from tests.end_to_end.program import Program
from tests.end_to_end.writer import Writer

pytestmark = pytest.mark.usefixtures("without_preview")

TEXT = (
    "The first boat left at 6:10 this morning.\n\n"
    "The mayor says that talks could resume tomorrow.\n\n"
    "Boats running: 3 of 14\n"
)


@pytest.fixture
def typed(writer: Writer) -> Writer:
    """A writer with a post that is saved."""
    writer.new_post("Ferry strike", TEXT)
    writer.until_saved()
    return writer


def change_elsewhere(writer: Writer, old: str, new: str) -> None:
    """Another program saves the file."""
    text = writer.file.read_text("utf-8")
    assert old in text
    writer.file.write_text(text.replace(old, new), "utf-8")


def side_by_side(writer: Writer) -> ConflictView:
    """Ask for both versions side by side."""
    writer.until(lambda: "changed this file while you were writing" in writer.banner, "the notice")
    writer.click(writer.banner_button("Compare…"))
    writer.until(lambda: writer.desk.conflicts.view is not None, "both versions")
    view = writer.desk.conflicts.view
    assert view is not None
    assert view.isVisible()
    return view


def both_change_the_mayors_words(writer: Writer) -> ConflictView:
    change_elsewhere(writer, "resume tomorrow", "resume next week")
    writer.replace("tomorrow", "today")
    return side_by_side(writer)


def versions(writer: Writer) -> list[str]:
    """What the history has of the open post."""
    post = writer.desk.session.post
    assert post is not None
    history = History(writer.folders.data)
    found = [history.read(version).decode() for version in history.versions(post.id)]
    history.close()
    return found


def shown(question: Question) -> tuple[str, str]:
    return question.mine.words.text(), question.theirs.words.text()


def test_a_paragraph_that_another_program_adds_and_the_words_she_types_are_both_there(typed: Writer) -> None:
    change_elsewhere(typed, "3 of 14\n", "3 of 14\n\nPassengers yesterday: 2,212\n")
    typed.replace("6:10", "6:20")
    typed.hears("Merged with the changes")
    merged = TEXT.replace("6:10", "6:20") + "\nPassengers yesterday: 2,212\n"
    assert typed.words == merged
    typed.until_saved()
    assert typed.file.read_text("utf-8").endswith(merged)
    assert typed.banner == ""
    at = typed.desk.editor.cursor_position()
    assert typed.words[:at].endswith("6:20")
    assert any("6:10" in v and "Passengers" in v for v in versions(typed))
    typed.press_in_toast("Undo")
    typed.until_saved()
    assert typed.words == TEXT.replace("6:10", "6:20")
    assert typed.file.read_text("utf-8").endswith(typed.words)
    assert any(v.endswith(merged) for v in versions(typed))


def test_the_merge_is_one_step_of_undo(typed: Writer) -> None:
    change_elsewhere(typed, "3 of 14", "4 of 14")
    typed.replace("6:10", "6:20")
    typed.hears("Merged with the changes")
    QTest.keyClick(typed.desk.editor.text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    typed.until_saved()
    assert typed.words == TEXT.replace("6:10", "6:20")


def test_a_sentence_that_both_changed_is_shown_side_by_side_and_she_decides(typed: Writer) -> None:
    view = both_change_the_mayors_words(typed)
    (question,) = view.questions
    mine, theirs = shown(question)
    assert mine.endswith("resume today.")
    assert theirs.endswith("resume next week.")
    assert [mine[a:b] for a, b in question.mine.marks] == ["today"]
    assert [theirs[a:b] for a, b in question.theirs.marks] == ["next week"]
    assert not view.use.isEnabled()
    assert "1 paragraph to decide" in view.sentence.text()
    buttons = list(question.buttons.values())
    typed.until(buttons[0].hasFocus, "the keyboard at the first choice")
    QTest.keyClick(buttons[0], Qt.Key.Key_Tab)
    assert buttons[1].hasFocus()
    QTest.keyClick(buttons[1], Qt.Key.Key_Space)
    assert view.use.isEnabled()
    typed.click(view.use)
    typed.hears("Your choice is in the text")
    assert typed.words == TEXT.replace("tomorrow", "next week")
    typed.until_saved()
    assert typed.file.read_text("utf-8").endswith(TEXT.replace("tomorrow", "next week"))
    assert any("resume today." in version for version in versions(typed))


@pytest.mark.parametrize("command", ["publish", "publish_options", "schedule"])
def test_publishing_before_it_is_decided_says_what_to_decide_and_leads_there(
    typed: Writer, command: str
) -> None:
    change_elsewhere(typed, "resume tomorrow", "resume next week")
    typed.replace("tomorrow", "today")
    typed.until(lambda: "changed this file while you were writing" in typed.banner, "the notice")
    typed.until_idle()
    typed.choose(command)
    typed.hears("Nothing was sent", "another program changed this file", "choose first")
    assert not typed.desk.popover.isVisible()
    compare = typed.banner_button("Compare…")
    assert compare.hasFocus()
    QTest.keyClick(compare, Qt.Key.Key_Space)
    typed.until(lambda: typed.desk.conflicts.view is not None, "both versions")
    view = typed.desk.conflicts.view
    assert view is not None
    QTest.keyClick(view, Qt.Key.Key_Escape)
    typed.click(typed.banner_button("Keep This"))
    typed.until_saved()
    typed.publish()
    typed.hears("Published on My Site")


def test_both_paragraphs_can_stay(typed: Writer) -> None:
    view = both_change_the_mayors_words(typed)
    (question,) = view.questions
    typed.click(question.buttons[Choice.BOTH])
    typed.click(view.use)
    typed.until_saved()
    assert "resume today.\n\nThe mayor says that talks could resume next week.\n\nBoats" in typed.words
    assert typed.file.read_text("utf-8").endswith(typed.words)


def test_leaving_it_for_later_loses_nothing_and_she_can_come_back(
    typed: Writer, expect_log: ExpectLog
) -> None:
    view = both_change_the_mayors_words(typed)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    typed.until(lambda: typed.desk.conflicts.view is None, "it to be closed")
    assert typed.words == TEXT.replace("tomorrow", "today")
    assert "next week" in typed.file.read_text("utf-8")
    assert typed.desk.editor.text.hasFocus()
    typed.go_to("14")
    typed.type(" today")
    expect_log("stay in the recovery copy")
    (question,) = side_by_side(typed).questions
    assert shown(question)[1].endswith("next week.")


def test_another_change_while_she_decides_is_not_written_over(typed: Writer) -> None:
    view = both_change_the_mayors_words(typed)
    change_elsewhere(typed, "3 of 14", "5 of 14")
    typed.click(view.questions[0].buttons[Choice.MINE])
    typed.click(view.use)
    typed.until(lambda: "5 of 14" in typed.words, "the newer change")
    typed.until_saved()
    assert typed.words == TEXT.replace("tomorrow", "today").replace("3 of", "5 of")
    assert typed.file.read_text("utf-8").endswith(typed.words)


def put_copy(writer: Writer, old: str, new: str) -> Path:
    """Syncthing puts what another machine wrote beside the post."""
    copy = writer.file.with_name(f"{writer.file.stem}.sync-conflict-20260102-101112-ABCDEFG.md")
    copy.write_text(writer.file.read_text("utf-8").replace(old, new), "utf-8")
    return copy


def test_a_conflict_copy_is_offered_merged_and_put_into_the_trash(typed: Writer) -> None:
    copy = put_copy(typed, "3 of 14", "4 of 14")
    before = copy.read_bytes()
    typed.replace("6:10", "6:20")
    typed.until_saved()
    typed.until(lambda: "is a conflict copy of this post" in typed.banner, "the offer")
    assert copy.name in typed.banner
    assert any(one.state == "Conflict copy" for one in gather(typed.desk.desk, "").listing.special.values())
    typed.click(typed.banner_button("Merge…"))
    typed.until(lambda: typed.desk.conflicts.view is not None, "both versions side by side")
    view = typed.desk.conflicts.view
    assert view is not None
    assert view.questions == []
    assert copy.exists()
    typed.until(view.use.hasFocus, "the keyboard at the button")
    QTest.keyClick(view.use, Qt.Key.Key_Space)
    typed.hears("The conflict copy is in the trash")
    merged = TEXT.replace("6:10", "6:20").replace("3 of", "4 of")
    assert typed.words == merged
    typed.until_saved()
    assert typed.file.read_text("utf-8").endswith(merged)
    assert not copy.exists()
    typed.until(lambda: typed.banner == "", "the offer to go")
    typed.press_in_toast("Undo")
    typed.until(copy.exists, "the copy to be back")
    assert copy.read_bytes() == before
    typed.until_saved()
    assert typed.words == TEXT.replace("6:10", "6:20")
    typed.until(lambda: "is a conflict copy of this post" in typed.banner, "the offer again")


def test_publishing_a_conflict_copy_offers_to_merge_it_with_its_post(typed: Writer) -> None:
    post, copy = typed.file, put_copy(typed, "3 of 14", "4 of 14")
    typed.until(lambda: "is a conflict copy of this post" in typed.banner, "the offer")
    typed.desk.session.open(copy)
    typed.until(lambda: typed.file == copy, "the copy to be open")
    typed.press_publish()
    typed.until_idle()
    assert any("it would be a second post on the blog" in words for words in typed.remarks)
    links = typed.desk.popover.lines.links
    typed.click(next(link for link in links if link.text() == "Merge…"))
    typed.until(lambda: typed.desk.conflicts.view is not None, "both versions side by side")
    assert typed.file == post
    assert typed.desk.desk.jobs() == ()


def test_a_conflict_copy_with_another_sentence_is_hers_to_decide(typed: Writer) -> None:
    copy = put_copy(typed, "resume tomorrow", "resume next week")
    typed.replace("tomorrow", "today")
    typed.until_saved()
    typed.until(lambda: "is a conflict copy of this post" in typed.banner, "the offer")
    typed.click(typed.banner_button("Merge…"))
    typed.until(lambda: typed.desk.conflicts.view is not None, "both versions side by side")
    view = typed.desk.conflicts.view
    assert view is not None
    (question,) = view.questions
    assert shown(question)[1].endswith("resume next week.")
    typed.click(question.buttons[Choice.THEIRS])
    typed.click(view.use)
    typed.hears("The conflict copy is in the trash")
    typed.until_saved()
    assert typed.words == TEXT.replace("tomorrow", "next week")
    assert not copy.exists()


def test_killed_with_both_versions_on_the_screen_she_loses_no_word(home: Path, qapp: QApplication) -> None:
    """SIGKILL while she decides: her words are in the next window and in the post, the other program's in a copy
    beside it."""
    post = home / "documents" / "Post Desk" / "live.md"
    save_file(post, f"---\ntitle: Live\n---\n\n{TEXT}".encode(), expected=ANY, parents=True)
    Recovery(under(home).state).save_session({"panes": ["sidebar"]})
    program = Program(home, post, deciding="Boats running: 3 of 99\n")
    try:
        assert program.ready.body.endswith("Boats running: 3 of 14\nand what she typed")
    finally:
        program.kill()
    assert "3 of 99" in post.read_text("utf-8")
    again = Program(home, post)
    again.kill()
    assert "and what she typed" in again.ready.body
    assert "and what she typed" in post.read_text("utf-8")
    assert any("3 of 99" in copy.read_text("utf-8") for copy in post.parent.glob("live (conflict*"))
