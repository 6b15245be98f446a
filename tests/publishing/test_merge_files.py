"""Two versions of a post's file become one: its front matter by key, its text by block."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postdesk.publishing.merge_files import Choice, merge_files

FILE = (
    "---\n# of the desk\ntitle: Ferry strike   # day four\nid: abc\ntags: [ferry, strike]\nseries: 012\n---\n\n"
    "The first boat left.\n\nThe last one did not.\n"
)


def merged(mine: str, theirs: str, base: str = FILE) -> str:
    data = merge_files(base.encode(), mine.encode(), theirs.encode()).data
    assert data is not None
    return data.decode()


def test_different_keys_and_different_paragraphs_are_all_taken() -> None:
    mine = FILE.replace("Ferry strike ", "Ferry strike, day five ").replace("left.", "left at six.")
    theirs = FILE.replace("012", "no").replace("did not", "did")
    assert merged(mine, theirs) == mine.replace("012", "no").replace("did not", "did")


def test_tags_that_either_added_are_in_and_that_either_removed_are_out() -> None:
    mine = FILE.replace("[ferry, strike]", "[ferry, strike, port]")
    theirs = FILE.replace("[ferry, strike]", "[strike, boats]")
    assert "tags: [strike, port, boats]\n" in merged(mine, theirs)


def test_a_title_that_both_changed_is_hers_to_decide() -> None:
    mine = FILE.replace("Ferry strike ", "Mine ").replace("left.", "left at six.")
    theirs = FILE.replace("Ferry strike ", "Theirs ").replace("left.", "left at five.")
    found = merge_files(FILE.encode(), mine.encode(), theirs.encode())
    assert found.data is None
    assert [conflict.key for conflict in found.keys] == ["title"]
    assert len(found.body.conflicts) == 1
    assert found.all_as(Choice.MINE).decode() == mine
    assert found.all_as(Choice.THEIRS).decode() == theirs
    assert found.resolve([Choice.THEIRS, Choice.MINE]).decode() == mine.replace("Mine ", "Theirs ")


def test_keys_that_are_only_spelled_otherwise_are_no_conflict() -> None:
    mine = FILE.replace("Ferry strike ", "Ferry strikes ")
    theirs = FILE.replace("title: Ferry strike   # day four", "title: Ferry strike")
    assert merged(mine, theirs) == mine


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("# mine\na: 1\nb: 2\n", "# theirs\na: 1\nb: 2\n"),
        ("a: 1 # mine\nb: 2\n", "a: 1 # theirs\nb: 2\n"),
        ("a: 1\n# mine\nb: 2\n", "a: 1\n# theirs\nb: 2\n"),
        ("a: 5\nb: 2\n", "a: 1\n# theirs\nb: 2\n"),
        ("a: 1\n# mine\nb: 2\n", "a: 5\nb: 2\n"),
    ],
)
def test_a_comment_that_one_side_wrote_does_not_go_without_a_word(mine: str, theirs: str) -> None:
    base, one, other = (f"---\n{front}---\n\nText\n".encode() for front in ("a: 1\nb: 2\n", mine, theirs))
    found = merge_files(base, one, other)
    assert found.data is None, "it is hers to decide"
    assert (found.all_as(Choice.MINE), found.all_as(Choice.THEIRS)) == (one, other)


def test_the_id_is_the_one_here() -> None:
    assert merged(FILE.replace("abc", "mine"), FILE.replace("abc", "theirs").replace("012", "13")) == (
        FILE.replace("abc", "mine").replace("012", "13")
    )


def test_keys_that_both_added_are_both_there() -> None:
    mine = FILE.replace("series", "slug: x\nseries")
    theirs = FILE.replace("series", "layout: wide\nseries")
    text = merged(mine, theirs)
    assert "slug: x\n" in text
    assert "layout: wide\n" in text


def test_a_front_matter_that_cannot_be_read_is_taken_as_a_whole() -> None:
    mine = FILE.replace("title:", "title: [", 1)
    theirs = FILE.replace("012", "13").replace("did not", "did")
    found = merge_files(FILE.encode(), mine.encode(), theirs.encode())
    assert [conflict.key for conflict in found.keys] == [""]
    assert found.all_as(Choice.THEIRS).decode() == theirs
    assert found.all_as(Choice.MINE).decode() == mine.replace("did not", "did")


def test_files_without_a_front_matter_and_one_that_got_it() -> None:
    assert (
        merged("a\n\nmine\n", "---\ntitle: T\n---\n\na\n", base="a\n") == "---\ntitle: T\n---\n\na\n\nmine\n"
    )


def test_a_picture_is_one_or_the_other() -> None:
    found = merge_files(b"\x89PNG\0\0\0\0", b"\x89PNG\0\0\0\1", b"\x89PNG\0\0\0\2")
    assert found.shown_only
    assert found.data is None
    assert found.all_as(Choice.MINE) == b"\x89PNG\0\0\0\1"
    assert found.all_as(Choice.THEIRS) == b"\x89PNG\0\0\0\2"


_KEYS = ["title: a\n", "title: b\n", "tags: [a, b]\n", "tags:\n- b\n- c\n", "x: |\n  text\n\n", "? [a]\n: b\n",
         "id: i\n", "# note\n", "broken: [\n", "date: 2024-01-01\n", "tags: a\n"]  # fmt: skip
files = st.one_of(
    st.binary(max_size=30),
    st.builds(
        lambda keys, body, bom, end: (
            (b"\xef\xbb\xbf" if bom else b"")
            + ("---\n" + "".join(keys) + "---\n" + body).replace("\n", end).encode()
        ),
        st.lists(st.sampled_from(_KEYS), max_size=4),
        st.sampled_from(["", "\n", "a\n\nb\n", "a\n\nc", "\n---\n"]),
        st.booleans(),
        st.sampled_from(["\n", "\r\n"]),
    ),
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(files, files, files)
@example(b"", b"---\n---\n", b"---\ntitle: a\n---\n")
def test_any_bytes_are_taken_and_what_one_side_left_alone_is_the_others(
    base: bytes, mine: bytes, theirs: bytes
) -> None:
    assert merge_files(base, mine, base).data == mine
    assert merge_files(base, base, theirs).data == theirs
    assert merge_files(base, mine, mine).data == mine
    found = merge_files(base, mine, theirs)
    for choice in Choice:
        assert isinstance(found.all_as(choice), bytes)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_the_file_stay(end: str) -> None:
    base = FILE.replace("\n", end)
    mine = base.replace("left.", "left at six.").replace("[ferry, strike]", "[ferry, strike, port]")
    theirs = base.replace("[ferry, strike]", "[ferry]")
    assert merged(mine, theirs, base) == mine.replace("[ferry, strike, port]", "[ferry, port]")
