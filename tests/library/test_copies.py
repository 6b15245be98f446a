"""What cloud folders put beside a post is known for a conflict copy, and nothing else is."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from postdesk.core.folders import under
from postdesk.library.copies import is_copy_of, original_of
from postdesk.library.library import Library

CERTAIN = [
    "a post.sync-conflict-20240102-101112-ABCDEFG.md",
    "a post.sync-conflict-20240102-101112.md",
    "a post (Ines's conflicted copy 2024-01-02).md",
    "a post (Ines' MacBook’s conflicted copy 2024-01-02 1).md",
    "a post (SELECTIVE SYNC conflicted copy).md",
    "a post (conflicted copy 2024-01-02 101112).md",
    "a post_conflict-20240102-101112.md",
    "a post (conflict 2024-01-02 1011).md",
    "a post (conflict 2024-01-02 1011) 2.md",
]
BY_ID = ["a post-INES-PC.md", "a post (1).md", "a post 2.md"]
OTHERS = ["a post about conflict.md", "a post (conflict).md", "a post on sync-conflict-2024.md", "other 2.md"]


@pytest.mark.parametrize("name", CERTAIN)
def test_a_name_that_only_a_cloud_folder_gives_is_enough(name: str) -> None:
    assert original_of(f"folder/{name}", {"folder/a post.md"}) == "folder/a post.md"
    assert original_of(f"folder/{name}", {"a post.md"}) is None
    assert is_copy_of(name, "a post.md")


@pytest.mark.parametrize("name", BY_ID)
def test_a_name_that_she_may_give_herself_counts_with_the_same_id_only(name: str) -> None:
    assert original_of(name, {"a post.md"}) is None
    assert is_copy_of(name, "a post.md")


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_no_copies(name: str) -> None:
    assert original_of(name, {"a post.md"}) is None
    assert not is_copy_of(name, "a post.md") or name.startswith("a post (1)")


@pytest.fixture
def library(home: Path) -> Generator[Library, None, None]:
    made = Library(home / "documents" / "Posts", under(home))
    made.root.mkdir(parents=True)
    made.open()
    yield made
    made.close()


def put(library: Library, name: str, post_id: str) -> Path:
    path = library.root / name
    path.write_text(f"---\ntitle: A\nid: {post_id}\n---\n\n{name}\n", "utf-8")
    return path


@pytest.mark.parametrize("name", [*CERTAIN, *BY_ID])
def test_the_list_shows_a_copy_as_one_and_the_post_keeps_its_id(library: Library, name: str) -> None:
    copy = put(library, name, "abc")  # the older file
    post = put(library, "a post.md", "abc")
    rows = {row.path: row for row in library.summaries()}
    assert rows[copy].copy_of == post
    assert "a post.md" in rows[copy].problem
    assert rows[post].copy_of is None
    assert rows[post].problem == ""
    assert rows[post].id == "abc" != rows[copy].id
    assert library.conflict_copies(post) == (copy,)


@pytest.mark.parametrize("name", BY_ID)
def test_a_file_of_her_own_beside_a_post_is_no_copy(library: Library, name: str) -> None:
    post = put(library, "a post.md", "abc")
    own = put(library, name, "def")
    rows = {row.path: row for row in library.summaries()}
    assert rows[own].copy_of is None
    assert library.conflict_copies(post) == ()


def test_a_copy_whose_post_goes_is_a_post_of_its_own_again(library: Library) -> None:
    post = put(library, "a post.md", "abc")
    copy = put(library, CERTAIN[0], "abc")
    library.look()
    assert library.conflict_copies(post) == (copy,)
    post.unlink()
    library.look()
    rows = {row.path: row for row in library.summaries()}
    assert post not in rows
    assert (rows[copy].copy_of, rows[copy].problem) == (None, "")
