"""A tag is renamed in every post that has it; stopped anywhere, each file is whole, and the rest is done later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.folders import Folders, under
from postdesk.library.library import Library
from postdesk.library.tags import (
    Kind,
    Outcome,
    changes_for,
    counts,
    rename_one,
    renamed,
    take_back_one,
    tidy_name,
    with_parents,
)

ROOT = Path(__file__).parents[2]


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


def write(library: Library, name: str, tags: str, rest: str = "", body: str = "Words.\n") -> Path:
    path = library.root / name
    path.write_text(f"---\ntitle: {path.stem}\n{rest}tags: {tags}\n---\n\n{body}", "utf-8")
    return path


def rename(library: Library, old: str, new: str, kind: Kind = Kind.TAGS) -> Outcome:
    outcome = Outcome()
    for change in changes_for(library.summaries(), kind, old, new):
        outcome += rename_one(library, kind, change, old, new)
    return outcome


def test_a_tag_is_counted_and_renamed_and_every_other_byte_stays(library: Library) -> None:
    rest = "weight: 012  # ours\nother: {a: no}\n"
    one = write(library, "one.md", "[ferry, 'news', harbour]", rest)
    two = write(library, "two.md", "[harbour]")
    before = two.read_bytes()
    assert counts(library.summaries(), Kind.TAGS) == (("ferry", 1), ("harbour", 2), ("news", 1))
    outcome = rename(library, "ferry", "boats")
    assert [c.path for c in outcome.done] == [one]
    assert library.read(one).post.tags == ("boats", "news", "harbour")
    assert rest in one.read_text("utf-8")
    assert "'news'" in one.read_text("utf-8")
    assert two.read_bytes() == before


def test_renamed_to_another_one_two_become_one_and_renamed_to_nothing_it_is_gone(library: Library) -> None:
    path = write(library, "one.md", "[ferry, boats, harbour]")
    rename(library, "ferry", "boats")
    assert library.read(path).post.tags == ("boats", "harbour")
    rename(library, "boats", "")
    assert library.read(path).post.tags == ("harbour",)


def test_what_lies_below_a_category_goes_with_it(library: Library) -> None:
    path = library.root / "one.md"
    path.write_text("---\ntitle: One\ncategories: [News/Local/Harbour, Newsletter]\n---\nWords.\n", "utf-8")
    rename(library, "News/Local", "News/Island", Kind.CATEGORIES)
    assert library.read(path).post.categories == ("News/Island/Harbour", "Newsletter")
    rename(library, "News", "", Kind.CATEGORIES)
    assert library.read(path).post.categories == ("Newsletter",)


def test_taking_it_back_gives_the_bytes_back_and_leaves_what_was_changed_since(library: Library) -> None:
    paths = [write(library, f"{n}.md", tags) for n, tags in enumerate(("[a, 'b']", "\n- a\n- c", "[d, a]"))]
    before = [path.read_bytes() for path in paths]
    done = rename(library, "a", "z").done
    assert len(done) == 3
    mine = paths[1].read_text("utf-8").replace("- c", "- c\n- e").encode()
    paths[1].write_bytes(mine)
    back = Outcome()
    for change in done:
        back += take_back_one(library, Kind.TAGS, change)
    assert [p.read_bytes() for p in paths] == [before[0], mine, before[2]]
    assert [(c.path, bool(c.problem)) for c in back.skipped] == [(paths[1], True)]


def test_text_typed_since_does_not_keep_the_tags_from_being_taken_back(library: Library) -> None:
    path = write(library, "one.md", "[a]")
    done = rename(library, "a", "z").done
    path.write_bytes(path.read_bytes() + b"More.\n")
    take_back_one(library, Kind.TAGS, done[0])
    assert library.read(path).post.tags == ("a",)
    assert path.read_bytes().endswith(b"Words.\nMore.\n")


def test_files_that_cannot_be_changed_are_named_and_stay(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = write(library, "good.md", "[ferry]")
    locked = write(library, "locked.md", "[ferry]")
    broken = library.root / "broken.md"
    broken.write_text("---\ntags: [ferry\ntitle: 'x\n---\nWords.\n", "utf-8")
    toml = library.root / "toml.md"
    toml.write_text('+++\ntags = ["ferry"]\n+++\nWords.\n', "utf-8")
    elsewhere = library.root / "elsewhere.md"
    elsewhere.write_text("---\ntags: [x\n---\nNothing.\n", "utf-8")
    left = [locked, broken, toml]
    before = [path.read_bytes() for path in left]
    locked.chmod(0o444)
    outcome = rename(library, "ferry", "boats")
    assert library.read(good).post.tags == ("boats",)
    assert {c.path for c in outcome.skipped} == set(left)
    assert all(c.problem for c in outcome.skipped)
    assert [path.read_bytes() for path in left] == before


def test_a_file_that_is_gone_or_another_post_by_now_is_left(library: Library) -> None:
    gone, other = write(library, "gone.md", "[a]"), write(library, "other.md", "[a]")
    changes = changes_for(library.summaries(), Kind.TAGS, "a", "z")
    gone.unlink()
    other.write_text("---\nid: another\ntags: [a]\n---\n", "utf-8")
    outcome = sum((rename_one(library, Kind.TAGS, c, "a", "z") for c in changes), Outcome())
    assert outcome.done == ()
    assert len(outcome.skipped) == 2
    assert "[a]" in other.read_text("utf-8")


_KILLED = """
import sys
from pathlib import Path
from postdesk.core.folders import under
from postdesk.library.library import Library
from postdesk.library.tags import Kind, changes_for, rename_one

library = Library(Path(sys.argv[2]), under(Path(sys.argv[1])))
library.open()
for change in changes_for(library.summaries(), Kind.TAGS, "old", "new"):
    rename_one(library, Kind.TAGS, change, "old", "new")
    print(change.path.name, flush=True)
"""


def test_killed_in_the_middle_each_file_is_whole_and_a_second_rename_does_the_rest(
    library: Library, tmp_path: Path
) -> None:
    texts = {}
    for number in range(40):
        path = write(library, f"{number:02}.md", "[old, kept]", body=f"Words of {number}.\n" * 50)
        texts[path] = path.read_text("utf-8")
    library.close()
    home = tmp_path / "home"
    for enough in (1, 7, 15):
        child = subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(home), str(library.root)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _n in range(enough):
            assert child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        child.stdout.close()
        child.wait()
        for path, text in texts.items():
            assert path.read_text("utf-8") in (text, text.replace("[old, kept]", "[new, kept]"))
    library.open()
    left = len(rename(library, "old", "new").done)
    assert 0 < left < 40 - 3 * 1
    assert all(p.read_text("utf-8") == t.replace("[old, kept]", "[new, kept]") for p, t in texts.items())


def test_a_name_in_completion_comes_with_those_above_it() -> None:
    assert with_parents(["News/Local/Port", "and/", "a"]) == {
        "News", "News/Local", "News/Local/Port", "and/", "a",
    }  # fmt: skip


def test_a_typed_name_is_one_name() -> None:
    assert tidy_name(" two\n words, and ; more ") == "two words and more"


NAMES = st.lists(st.sampled_from(["a", "b", "a/b", "a/b/c", "ab", "b/a"]), unique=True)


@given(NAMES, st.sampled_from(["a", "b", "a/b"]), st.sampled_from(["", "a", "x", "b/y"]))
def test_law_renaming(names: list[str], old: str, new: str) -> None:
    """Names that are not meant stay, in their order; no name is there twice or empty; nothing is left of `old` but
    where the new name lies below it."""
    after = renamed(names, old, new)
    assert len(set(after)) == len(after)
    assert "" not in after
    rest = [n for n in names if n != old and not n.startswith(old + "/")]
    assert [n for n in after if n in rest][: len(rest)] == rest or new == "" or set(rest) <= set(after)
    if new and not (new == old or new.startswith(old + "/")):
        assert not any(n == old or n.startswith(old + "/") for n in after)
    if not new:
        assert list(after) == rest
