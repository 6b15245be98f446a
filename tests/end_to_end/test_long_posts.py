"""A long post in the real window: she goes about in it by its headings, and writes in it as she likes to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.end_to_end.page import Page
from tests.end_to_end.writer import Writer

Key = Qt.Key
BODY = "".join(
    f"## Update #{n}\n\nThe {n}. boat left “on time”. 😀\n\n> > It was late.\n\n" for n in range(400)
)


def test_she_goes_to_a_heading_and_back(writer: Writer) -> None:
    editor = writer.desk.editor
    editor.set_post("Day", BODY, cursor=4)
    editor.focus_text()
    before = editor.place()
    writer.desk.actions.trigger("outline")
    field = writer.window.focusWidget()
    assert field is writer.desk.outline.popup.field
    writer.type("#399")
    assert editor.text.textCursor().block().text() == "## Update #399"
    QTest.keyClick(field, Key.Key_Escape)
    assert editor.place() == before
    writer.desk.actions.trigger("outline")
    writer.type("#200\n")
    assert editor.text.textCursor().block().text() == "## Update #200"
    assert editor.text.hasFocus()


def test_the_words_are_counted_as_she_types(writer: Writer) -> None:
    writer.new_post("Day", "one two three")
    writer.until(lambda: writer.window.status.words.text() == "3 words", "the words to be counted")
    writer.type(" four")
    writer.until(lambda: writer.window.status.words.text() == "4 words", "the words to be counted again")


def test_typewriter_mode_and_dimming_are_there_again_at_the_next_start(closed_window: Writer) -> None:
    closed_window.open()
    closed_window.desk.actions.trigger("typewriter")
    closed_window.desk.actions.trigger("dim_others")
    closed_window.until_idle()
    closed_window.close()
    closed_window.open()
    actions, text = closed_window.desk.actions, closed_window.desk.editor.text
    closed_window.until(lambda: actions.is_checked("typewriter"), "the mode")
    assert actions.is_checked("dim_others")
    assert text.centerOnScroll()
    closed_window.desk.actions.trigger("typewriter")
    assert not text.centerOnScroll()


def test_a_post_of_one_long_paragraph_is_shown_from_where_she_is_in_it(closed_window: Writer) -> None:
    folder = closed_window.folders.documents / "Post Desk"
    folder.mkdir(parents=True)
    file = folder / "One.md"
    file.write_text("First. " + "Words and more words. " * 600 + "Last.\n", "utf-8")
    closed_window.open(file)
    page = Page(closed_window)
    page.until(
        "document.querySelector('main')?.innerText.includes('Last.') ?? false", "the post in the preview"
    )
    page.until(
        "document.fonts.status === 'loaded' && document.documentElement.scrollHeight > 3 * innerHeight",
        "all of it",
    )
    page.until("scrollY === 0", "its beginning")
