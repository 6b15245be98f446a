"""Whatever file she opens: what she types is all that changes in it, and what is no text is only shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from postdesk.core.folders import Folders
from postdesk.library.encoding import LARGEST
from tests.end_to_end.writer import Writer, has_three_parts

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
FRONT = b"---\r\ntitle: Kept  # as it is\r\nweight: 010\r\n---\r\n\r\n"

TEXTS = {
    "empty": b"",
    "no line end": b"end",
    "CRLF": FRONT + b"one\r\ntwo\r\n\r\nend",
    "CR": b"one\rtwo\r\rend",
    "mixed line ends": FRONT + b"one\rtwo\nthree\r\n\n\r\r\nend",
    "byte order mark": b"\xef\xbb\xbf" + FRONT + b"end",
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbfend",
    "a mark at the text's start": FRONT + b"\xef\xbb\xbfend",
    "separators": "one\u2028two\u2029three\x85four\x0bfive\x0csix\x1c\x1d\x1e end".encode(),
    "control characters": b"one\0two\x01\x02\x03wzxhzdk:0\x03\x1b[31m\x7f end",
    "noncharacters": "one\ufffe\uffff\ufdd0\ufdd1\ufdd2\ufdef end".encode(),
    "a noncharacter at the start": "\ufffeone end".encode(),
    "right to left": "\u202eשלום \u2067עולם\u2069 abc\u200f end".encode(),
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f466 \U0001f1e9\U0001f1ea ✌\U0001f3fd end".encode(),
    "combining marks": ("e\u0301 \u0301" + "\u0301" * 200 + " A\u030a ﬁ ẛ̣ end").encode(),
    "damaged": "é naïve ".encode() + b"\xff\xfe \x80\n\xc3\r\nend",
    "halves of letters": "é ".encode() + b"\xed\xa0\xbd\xed\xb8\x80 \xed\xb0\x80 end",
    "stand-ins and damage": "é ".encode() + b"\xf4\x8f\xba\x80\xff end",
    "broken front matter": b"---\ntitle: [never closed\n---\n\nend",
    "a bomb of aliases": b"---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n\nend",
    "blanks and tabs": b"\t one  \n   \n\xc2\xa0\xe3\x80\x80\tend",
    "HTML": b"<div\n<b></i><!-- \x00 --><script>end",
}


@pytest.fixture
def root(folders: Folders) -> Path:
    folder = folders.documents / "Post Desk"
    (folder / ".postdesk").mkdir(parents=True)
    (folder / "first.md").write_bytes(b"---\ntitle: First\nid: 0f\n---\n\nThe first post.\n")
    return folder


def _open(writer: Writer, path: Path) -> None:
    writer.desk.open_files([str(path)])
    writer.until(lambda: writer.file == path, f"{path.name} to be open")
    writer.until_idle()


def test_one_letter_typed_into_any_text_is_one_letter_in_its_file(closed_window: Writer, root: Path) -> None:
    for name, data in TEXTS.items():
        (root / f"{name}.md").write_bytes(data)
    closed_window.open(root / "first.md")
    for name, data in TEXTS.items():
        path = root / f"{name}.md"
        _open(closed_window, path)
        assert path.read_bytes() == data, name
        closed_window.desk.editor.focus_text()
        closed_window.desk.editor.set_cursor(closed_window.desk.editor.text.document().characterCount() - 1)
        closed_window.type("x")
        closed_window.desk.session.save()
        closed_window.until_saved()
        assert path.read_bytes() == data + b"x", name
        closed_window.type("é")
        closed_window.desk.session.save()
        closed_window.until_saved()
        assert path.read_bytes() == data + "xé".encode(), name


@pytest.mark.parametrize("kind", ["picture", "large", "wide"])
def test_what_is_no_text_or_too_large_is_shown_only(
    closed_window: Writer, root: Path, folders: Folders, kind: str
) -> None:
    path = root / "Untitled.md"
    if kind == "large":
        line = b"A line of the log, again and again.\n"
        path.write_bytes(line * (LARGEST // len(line) + 1))
    else:
        path.write_bytes(PICTURE if kind == "picture" else "\ufeffIn wide letters".encode("utf-16-le"))
    before = path.stat()
    closed_window.open(path)
    closed_window.until(lambda: closed_window.file == path, "the file to be open")
    assert has_three_parts(closed_window.banner), closed_window.banner
    shown = closed_window.words
    assert len(shown) < 1_000_000
    assert ("wide letters" in shown, "A line" in shown) == (kind == "wide", kind == "large")
    closed_window.desk.editor.focus_text()
    closed_window.type("lost?\n")
    closed_window.desk.editor.title_field.setFocus()
    closed_window.type("Lost?")
    closed_window.choose("save")
    closed_window.until_idle()
    assert closed_window.words == shown
    assert not closed_window.desk.session.is_dirty
    _open(closed_window, root / "first.md")
    closed_window.close()
    after = path.stat()
    assert (after.st_mtime_ns, after.st_size, after.st_ino) == (
        before.st_mtime_ns,
        before.st_size,
        before.st_ino,
    )
    assert not list(folders.state.glob("recovery/*.json"))
    assert {p.name for p in root.glob("*.md")} == {"Untitled.md", "first.md"}


def test_a_post_that_another_program_makes_a_picture_while_it_is_open_is_not_written_over(
    closed_window: Writer, root: Path
) -> None:
    path = root / "first.md"
    closed_window.open(path)
    closed_window.go_to("The first post.")
    closed_window.type(" Mine.")
    closed_window.until_saved()
    path.write_bytes(PICTURE)
    closed_window.desk.shelf.look()
    closed_window.until(lambda: "no text" in closed_window.banner, "the sentence")
    closed_window.type("More.")
    closed_window.until_idle()
    assert path.read_bytes() == PICTURE
    assert not closed_window.desk.session.is_dirty
