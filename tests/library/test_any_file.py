"""Any file may lie in the library: only what was typed changes in it, and what is no text stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postdesk.core.errors import NotWritable
from postdesk.core.folders import Folders, under
from postdesk.library.document import compose, read_document
from postdesk.library.encoding import LARGEST, decode
from postdesk.library.frontmatter import Fields, cut
from postdesk.library.history import History
from postdesk.library.library import Library
from postdesk.library.scan import scan

HERE = Path("a.md")

# What a file may be made of. Joined at random they are good text, damaged text, other encodings, and no text.
PIECES = [
    b"text ", b"x", b"\n", b"\r\n", b"\r", b"\t", b" ", b"---\n", b"---\r\n", b"title: one\n", b"id: 0a\n",
    b"tags: [a, b]\r\n", b"title: [", b"&a x\n", b"+++\n", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xe2\x80\xa9",
    b"\xc3\xa9", b"\xe9", b"\xff", b"\xfe", b"\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xed\xb0\x80",
    b"\xf4\x8f\xba\x80", b"\xf4\x8f\xbb\xbf", b"\xf0\x9f\x98\x80", b"\xf0\x9f", b"\0", b"\1", b"\x0b", b"\x0c",
    b"\x1b[0m", b"\x1c", b"\x85", b"\xc2\x85", b"\xef\xbf\xbe", b"\xef\xb7\x90", b"\xe2\x80\xae", b"e\xcc\x81",
    b"\xd7\xa9\xd7\x9c", b"# a\n", b"> b\n", b"```\n",
]  # fmt: skip
anything = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join) | st.binary(max_size=60)
texts = st.lists(st.sampled_from(PIECES), max_size=30).map(lambda pieces: b"\xc3\xa9" * 40 + b"".join(pieces))


@given(anything)
@settings(max_examples=400)
@example(b"a\xed\xa0\x80\xc3\xa9")
@example(b"\xef\xbb\xbf\xef\xbb\xbfa")
@example("\U0010fe80é".encode() + b"\x80")
def test_reading_a_file_loses_no_byte(data: bytes) -> None:
    """Law: a file that may be written has all its bytes in its text."""
    document = read_document(HERE, data, "0a")
    if document.readonly:
        with pytest.raises(NotWritable):
            compose(document, replace(document.post, body="x"))
        assert document.problem
    else:
        assert document.data == data
        assert (
            compose(document, replace(document.post, id=document.fields.id if document.fields else ""))
            == data
        )
        document.text.encode()  # nothing in it that Qt, SQLite or JSON would not take


@given(texts | anything, st.data(), st.sampled_from("xé\U0001f600"))
@settings(max_examples=400)
@example(b"---\r\ntitle: x\r\n---\r\n\r\na\nb\n", None, "x")
def test_one_letter_typed_is_one_letter_in_the_file(
    data: bytes, draw: st.DataObject | None, letter: str
) -> None:
    """Law: a letter typed anywhere in the text is that letter in the file, and every other byte is as it was."""
    document = read_document(HERE, data, "")
    if document.readonly:
        return
    body = document.post.body
    place = draw.draw(st.integers(0, len(body))) if draw is not None else len(body)
    typed = body[:place] + letter + body[place:]
    written = compose(document, replace(document.post, body=typed))
    if not body and data:
        return  # the first letter after a front matter may bring an empty line with it
    if document.fields is not None and (cut(typed) is not None or typed.startswith("+++")):
        return  # she typed what would be read as a front matter: it gets one before it, so that it stays text
    assert any(data[:at] + letter.encode() + data[at:] == written for at in range(len(data) + 1))


@given(texts, texts, st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=200)
def test_whatever_is_typed_reads_back(data: bytes, more: bytes, start: int, end: int) -> None:
    """Law: text that is replaced by other text is read back as it was typed, bytes that are no text included."""
    document = read_document(HERE, data, "0a")
    if document.readonly or document.fields is None:
        return
    other = decode(more)
    middle = "" if other.stand_ins and not document.stand_ins else other.text.replace("\r", "\n")
    body = document.post.body[:start] + middle + document.post.body[start + end :]
    again = read_document(HERE, compose(document, replace(document.post, body=body)), "0a")
    if again.fields is not None and not again.stand_ins and not document.stand_ins:
        assert again.post.body == body


@given(anything)
@settings(max_examples=300)
def test_the_list_and_the_editor_say_the_same_of_a_file(data: bytes) -> None:
    """Law: the row of a file has its title, its id and its trouble."""
    row, document = scan(data), read_document(HERE, data, "")
    assert row.problem == document.problem
    assert row.fields == (document.fields or Fields())
    row.start.encode()


@pytest.mark.parametrize(
    ("data", "text", "readonly", "said"),
    [
        (b"", "", False, ""),
        (b"a\0b\x01\x7f", "a\0b\x01\x7f", False, ""),
        ("a\u2028b\u2029c\x85d\x0be\x0c\x1c".encode(), "a\u2028b\u2029c\x85d\x0be\x0c\x1c", False, ""),
        (b"one\rtwo\r\nthree\n", "one\ntwo\nthree\n", False, ""),
        ("é naïve \xff".encode() + b"\xff\xfe", "é naïve \xff\U0010feff\U0010fefe", False, "2 bytes"),
        (b"half \xed\xa0\xbd of one", "half \U0010feed\U0010fea0\U0010febd of one", False, "3 bytes"),
        ("naïve – “so”".encode("cp1252"), "naïve – “so”", True, "not UTF-8"),
        ("привет всем".encode("cp1251"), "ïðèâåò âñåì", True, "not UTF-8"),
        ("\ufeffnaïve".encode("utf-16-le"), "naïve", True, "not UTF-8"),
        ("\ufeffnaïve".encode("utf-16-be"), "naïve", True, "not UTF-8"),
        ("\ufeffnaïve".encode("utf-32-le"), "naïve", True, "not UTF-8"),
        ("naive".encode("utf-16-le"), "", True, "no text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\x9d\x80\xff\xc4" + bytes(range(256)), "", True, "no text"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)), "", True, "no text"),
        (bytes(4096), "", True, "no text"),
    ],
)  # fmt: skip
def test_what_a_file_is_shown_as(data: bytes, text: str, readonly: bool, said: str) -> None:
    document = read_document(HERE, data, "0a")
    assert (document.post.body, document.readonly) == (text, readonly)
    assert said in document.problem
    assert bool(document.problem) == bool(said)


def test_bytes_that_are_no_text_stay_while_the_rest_is_edited() -> None:
    data = b"---\ntitle: caf\xc3\xa9\n---\n\nna\xefve caf\xc3\xa9 \xed\xa0\x80 \xf4\x8f\xba\x80\n"
    document = read_document(HERE, data, "")
    assert document.post.title == "café"
    assert not document.readonly
    written = compose(document, replace(document.post, body=document.post.body + "more \ud83d\n"))
    assert written == data + b"more \xef\xbf\xbd\n"


def test_damage_in_the_front_matter_makes_the_whole_file_plain_text() -> None:
    data = "---\ntitle: café ".encode() + b"\xff\n---\n\ntext \xc3\xa9\n"
    document = read_document(HERE, data, "")
    assert document.fields is None
    assert document.post.body.startswith("---\ntitle: café")
    assert "1 byte" in document.problem
    assert compose(document, replace(document.post, body=document.post.body + "x")) == data + b"x"


@pytest.mark.parametrize(
    "front",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "title: " + "[" * 30_000,
        "title: " + "{" * 5_000,
        "- " * 15_000 + "\n",
        "? " * 10_000 + "\n",
        "x: " * 100 + "\n",
        "title: x\n" * 2_000,
        "a: " + "x" * 900_000 + "\n",
        "title: !!python/object/apply:os.system [ls]\n",
        "title: \0\n",
        "\t\ttitle: x\n",
        "".join(f"k{n}: v\n" for n in range(2_500)),
        "title: " + "\u2028" * 3_000 + "\n",
        "'" * 9_999 + ": x\n",
        "title: |" + "\n  x" * 8_000 + "\n",
    ],
    ids=range(15),
)
def test_a_hostile_front_matter_is_read_or_refused_and_keeps_every_byte(front: str) -> None:
    data = f"---\n{front}---\n\nText\n".encode()
    document = read_document(HERE, data, "")
    row = scan(data)
    assert (row.problem, row.fields) == (document.problem, document.fields or Fields())
    assert compose(document, replace(document.post, body=document.post.body + "x")) == data + b"x"


# --- in the library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folders = under(tmp_path / "home")
    root = folders.documents / "Posts"
    (root / ".postdesk").mkdir(parents=True)
    opened = Library(root, folders)
    opened.open()
    yield opened
    opened.close()


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def _files(folders: Folders) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in folders.documents.rglob("*") if p.is_file()}


def _large(path: Path) -> bytes:
    line = "A line of text, é, again and again.\r\n".encode()
    path.write_bytes(line * (LARGEST // len(line) + 1))
    assert path.stat().st_size > LARGEST
    return line


def test_a_file_over_fifty_megabytes_shows_its_start_and_is_not_read(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = library.root / "large.md"
    _large(path)
    taken = 0
    read = os.read

    def counted(descriptor: int, length: int) -> bytes:
        nonlocal taken
        part = read(descriptor, length)
        taken += len(part)
        return part

    monkeypatch.setattr(os, "read", counted)
    (row,) = library.summaries()
    document = library.read(path)
    assert taken < 1_000_000
    assert document.readonly
    assert document.post.id == row.id
    assert "50 MB" in document.problem
    assert document.problem == row.problem
    assert document.post.body.startswith("A line of text, é, again and again.\nA line")
    assert 100_000 < len(document.post.body) < 200_000
    assert library.read(path) == document
    path.touch()
    assert library.read(path).hash != document.hash


@pytest.mark.parametrize(
    "line",
    [b"word " * 1_000_000, b"\xc3\xa9" * 1_100_000, b"\xc3\xa9" * 1_100_000 + b"\xff", b"\xe9" * 1_100_000],
)
def test_a_line_that_no_editor_can_lay_out_is_shown_from_its_start(library: Library, line: bytes) -> None:
    path = library.root / "line.md"
    path.write_bytes(b"first\r\n" + line + b"\nlast\n")
    document = library.read(path)
    assert document.readonly
    assert document.post.body.startswith("first\n")
    assert len(document.post.body) < 200_000
    assert "stays as it is" in document.problem
    assert library.summaries()[0].problem == document.problem


def test_a_line_that_she_made_that_long_herself_is_hers_to_edit_on(library: Library) -> None:
    document = library.new("Long")
    saved = library.save(document, replace(document.post, body="word " * 400_000))
    assert not saved.readonly
    saved = library.save(saved, replace(saved.post, body=saved.post.body + "x"))
    assert saved.path.read_bytes().endswith(b"word x")


@pytest.mark.parametrize("kind", ["picture", "large", "wide"])
def test_nothing_is_ever_written_for_a_file_that_is_shown_only(
    library: Library, tmp_path: Path, kind: str
) -> None:
    path = library.root / "Untitled.md"
    if kind == "large":
        _large(path)
    else:
        path.write_bytes(PICTURE if kind == "picture" else "\ufeffnaïve".encode("utf-16-le"))
    folders = under(tmp_path / "home")
    library.look()
    document = library.read(path)
    files = _files(folders)
    post = replace(document.post, body="other", title="Other")
    assert library.save(document, document.post) == document
    assert library.carry_id(document) == document
    for write in (library.save, library.put_back, library.keep_version):
        with pytest.raises(NotWritable) as caught:
            write(document, post)
        assert caught.value.means == "The file is as it was."
    with pytest.raises(NotWritable):
        library.rename(document, "Other")
    with pytest.raises(NotWritable):
        library.duplicate(document)
    assert _files(folders) == files
    history = History(folders.data)
    assert history.versions(document.post.id) == ()
    history.close()


@pytest.mark.parametrize("kind", ["picture", "large"])
def test_a_file_that_is_shown_only_comes_back_from_the_trash(library: Library, kind: str) -> None:
    path = library.root / "a.md"
    if kind == "large":
        _large(path)
    else:
        path.write_bytes(PICTURE)
    before = library.read(path)
    size = path.stat().st_size
    back = library.restore(library.trash(path))
    assert (back.path, back.post, back.problem) == (path, before.post, before.problem)
    assert path.stat().st_size == size
    assert not library.look()


def test_a_text_that_another_program_makes_a_picture_is_not_written_over(library: Library) -> None:
    document = library.new("Mine", body="words")
    document.path.write_bytes(PICTURE)
    assert library.look().changed == (document.path,)
    there = library.read(document.path)
    assert (there.readonly, there.post.id) == (True, document.post.id)
    post = replace(document.post, body="words and more")
    hers = library.keep_both(there, post)
    assert (hers.path, hers.post) == (document.path, post)
    assert library.read(document.path).post == post
    (copy,) = library.root.glob("Mine (conflict*")
    assert copy.read_bytes() == PICTURE
    assert library.read(copy).post.id != post.id
    assert library.find(post.id) == document.path
    assert not library.look()


def test_one_letter_in_a_foreign_post_changes_nothing_else_of_its_file(library: Library) -> None:
    data = b"---\r\ntitle: Hugo's\r\nweight: 010 # first\r\n---\r\nOne\rtwo\nthree\r\n\r\n\nend"
    path = library.root / "theirs.md"
    path.write_bytes(data)
    document = library.read(path)
    saved = library.save(document, replace(document.post, body=document.post.body + "!"))
    assert path.read_bytes() == data + b"!"
    assert saved.post.id == document.post.id


def test_what_is_mended_as_text_stays_one_text_until_it_is_opened_anew(library: Library) -> None:
    path = library.root / "broken.md"
    path.write_bytes(b"---\ntitle: 'never closed\ntags: [a]\n---\n\nText\n")
    document = library.read(path)
    mended = document.post.body.replace("closed", "closed'")
    saved = library.save(document, replace(document.post, body=mended))
    assert saved.post.body == mended
    assert "can be read again" in saved.problem
    saved = library.save(saved, replace(saved.post, body=mended + "more\n"))
    assert path.read_bytes() == b"---\ntitle: 'never closed'\ntags: [a]\n---\n\nText\nmore\n"
    again = library.read(path)
    assert (again.problem, again.post.title, again.post.body) == ("", "never closed", "Text\nmore\n")


@pytest.mark.parametrize("typed", ["x \U0010feff", "\0\0\0\0\0\0\0\0\0\0\0\0\0"])
def test_what_she_makes_of_a_damaged_file_is_hers_to_edit_on(library: Library, typed: str) -> None:
    path = library.root / "damaged.md"
    path.write_bytes("é".encode() + b"\xff")
    document = library.read(path)
    assert document.stand_ins
    saved = library.save(document, replace(document.post, body=typed))
    assert (saved.readonly, saved.post.body) == (False, typed)
    saved = library.save(saved, replace(saved.post, body=typed + "y"))
    assert path.read_bytes() == typed.encode().replace("\U0010feff".encode(), b"\xff") + b"y"
