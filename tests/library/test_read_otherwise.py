"""A post that was read one way (with its fields, or as one plain text) and a file that reads the other way by now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from postdesk.core.errors import NotWritable
from postdesk.core.folders import Folders, under
from postdesk.core.post import Post
from postdesk.library.document import Document, compose, meant_for, read_document
from postdesk.library.history import History
from postdesk.library.library import Library
from postdesk.library.recovery import Entry, Recovery

GOOD = "---\ntitle: 'Ferry: late'\nlayout: wide\ntags: [sea]\nid: abc\n---\n\nFirst words.\n"
BROKEN = GOOD.replace("'Ferry: late'", "Ferry: late")
HERS = Post("abc", "New headline", "New words.\n", tags=("sea", "wind"), slug="ferry")

texts = st.text(st.sampled_from("a-:' \n\r[é"), max_size=12)
files = texts | st.builds("---\ntitle: {}\n---\n{}".format, texts, texts) | st.sampled_from([GOOD, BROKEN])


def there(text: str | bytes) -> Document:
    return read_document(Path("a.md"), text if isinstance(text, bytes) else text.encode(), "abc")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return under(tmp_path / "home")


@pytest.fixture
def library(folders: Folders) -> Iterator[Library]:
    root = folders.documents / "Posts"
    (root / ".postdesk").mkdir(parents=True)
    opened = Library(root, folders)
    opened.open()
    yield opened
    opened.close()


@given(files, files)
@example(GOOD, BROKEN)
@example(BROKEN, GOOD)
@settings(max_examples=300)
def test_a_plain_text_is_written_as_it_was_typed_whatever_the_file_says(text: str, other: str) -> None:
    """Law: not a character is put before it or taken from it; only line ends may be those of the file."""
    hers = Post("abc", body=text.replace("\r\n", "\n").replace("\r", "\n"))
    data = compose(meant_for(there(other), hers, True), hers)
    assert data.decode().replace("\r\n", "\n").replace("\r", "\n") == hers.body


@given(files, files)
@example(GOOD, BROKEN)
@example(BROKEN, GOOD)
@settings(max_examples=300)
def test_no_field_is_dropped_whatever_the_file_says(text: str, other: str) -> None:
    """Law: a post with a title and tags reads back as it was, whether its first file is at hand or not."""
    for document in (there(text), there(other)):
        assume(document.fields is None or not document.fields.opaque)  # those she cannot change here
    hers = replace(HERS, body=there(text).post.body)
    for mine in (None, there(text)):
        data = compose(meant_for(there(other), hers, False, mine), hers)
        assert there(data).post == hers


def test_the_other_fields_of_the_file_that_she_opened_are_kept() -> None:
    mine, broken = there(GOOD), there(BROKEN)
    hers = replace(mine.post, body="New words.\n")
    meant = meant_for(broken, hers, False, mine)
    assert compose(meant, hers).decode() == GOOD.replace("First", "New")
    assert meant.data == BROKEN.encode(), "what is replaced goes into the history"
    again = meant_for(there(BROKEN + "more"), hers, False, meant)
    assert compose(again, hers).decode() == GOOD.replace("First", "New"), "after a second change by others"


def test_a_file_that_reads_as_the_post_did_stays_what_it_is() -> None:
    for text, plain in ((GOOD, False), (BROKEN, True)):
        document = there(text)
        assert meant_for(document, document.post, plain) is document
        assert meant_for(document, document.post) is document


@pytest.mark.parametrize("plain", [True, False])
def test_a_picture_in_its_place_is_still_never_written_over(plain: bool) -> None:
    hers = Post("abc", body="words") if plain else HERS
    picture = there(b"\x89PNG\r\n\x1a\n" + bytes(99))
    assert meant_for(picture, hers, plain, there(GOOD)) is picture
    with pytest.raises(NotWritable):
        compose(picture, hers)


def test_saved_over_a_broken_front_matter_the_file_has_every_field_and_the_history_the_old_one(
    library: Library, folders: Folders
) -> None:
    path = library.root / "a.md"
    path.write_bytes(b"\xef\xbb\xbf" + BROKEN.replace("\n", "\r\n").encode())
    document = library.read(path)
    saved = library.save(document, replace(HERS, id=document.post.id))
    assert saved.post == replace(HERS, id=document.post.id)
    assert (saved.problem, saved.eol, saved.bom) == ("", "\r\n", True)
    assert library.read(path).fields is not None
    assert f'id: "{document.post.id}"'.encode() in path.read_bytes()
    history = History(folders.data)
    kept = [history.read(version) for version in history.versions(document.post.id)]
    history.close()
    assert kept[1:] == [b"\xef\xbb\xbf" + BROKEN.replace("\n", "\r\n").encode()]


def test_a_copy_beside_a_broken_front_matter_has_every_field(library: Library) -> None:
    path = library.root / "a.md"
    path.write_text(BROKEN)
    hers = replace(HERS, id=library.read(path).post.id)
    assert library.keep_both(meant_for(library.read(path), hers), hers).post == hers
    (copy,) = library.root.glob("a (conflict*")
    assert copy.read_text() == BROKEN
    assert library.read(path).post == hers


def test_a_plain_text_that_the_disk_has_already_is_no_news_at_the_start(
    library: Library, folders: Folders
) -> None:
    path = library.root / "a.md"
    path.write_text(GOOD)
    document = library.read(path)
    recovery = Recovery(folders.state)
    recovery.put("abc", Post(document.post.id, body=GOOD), path=path, plain=True)
    assert recovery.all()[0].plain
    assert recovery.pending(library.read, library.root) == ()
    assert recovery.all() == ()


def test_a_front_matter_that_she_wrote_into_her_text_stays_in_it() -> None:
    """A copy of an older version does not say how the post was read; only what cannot be a text is taken for a file."""
    new = there("---\nid: abc\n---\n\n")
    hers = replace(new.post, body=GOOD)
    assert Entry("abc", hers).onto(new) is new
    assert there(compose(Entry("abc", hers).onto(new), hers)).post == hers
