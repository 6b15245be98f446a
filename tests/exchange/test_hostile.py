"""What is imported may be made to hang, to fill the memory, to write elsewhere: it does not, and what is good comes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import BrokenFrontMatter, LibraryError
from postdesk.exchange import ghost
from postdesk.exchange.bring import Summary, bring
from postdesk.exchange.detect import open_source
from postdesk.exchange.front import read_head
from postdesk.exchange.obsidian import plain_links
from postdesk.exchange.values import Incoming
from postdesk.library import names
from postdesk.library.library import Library
from postdesk.markup.classic import classic_html
from tests.exchange.conftest import Make, png
from tests.exchange.test_ghost import export as ghost_export
from tests.exchange.test_ghost import row
from tests.exchange.test_wordpress import HEAD, TAIL, entry, problems, read


def brought(library: Library, path: Path, into: str = "Old") -> Summary:
    return bring(library, open_source(path), into, Cancel())


# Each takes hours where the cost grows with the square of the length, and less than a second where it does not.


@pytest.mark.parametrize("piece", ["x", "xy ", "/ ", "é"])
def test_a_title_as_long_as_a_book_makes_a_name_at_once(piece: str) -> None:
    assert 0 < len(names.file_stem(piece * 1_000_000).encode()) <= 120


@pytest.mark.parametrize("piece", [" ", "\t", "\n", " \n\t", "[caption ", "[gallery "])
def test_white_space_and_shortcodes_without_an_end_are_read_once(piece: str) -> None:
    html = classic_html("first" + piece * 1_000_000 + "last", {})
    assert "first" in html
    assert "last" in html


@pytest.mark.parametrize("marks", ["`" * 1_000_000, " ".join("`" * n for n in range(1, 700)), "[[" * 200_000])
def test_marks_of_code_that_never_close_are_read_once(marks: str) -> None:
    assert plain_links(f"[[note]] {marks}", lambda _name: None).startswith("note ")


@pytest.mark.parametrize(
    "front",
    [
        "+++\n" + "a." * 32_000 + "a = 1\n+++\n",
        "+++\n" + "[" + "a . " * 10_000 + "a]\n+++\n",
        "+++\na = " + "[" * 30_000 + "\n+++\n",
        "+++\na = " + "{a=" * 9_000 + "\n+++\n",
        "+++\na = '" + "x" * 100_000 + "'\n+++\n",
        '{"a":' * 400 + "1" + "}" * 400,
    ],
    ids=range(6),
)
def test_a_front_matter_of_nothing_but_depth_is_refused(library: Library, make: Make, front: str) -> None:
    with pytest.raises(BrokenFrontMatter):
        read_head(front + "Words\n")
    brought(library, make({"a.md": front + "Words\n", "b.md": "Good words\n"}))
    assert (library.root / "Old" / "a.md").read_text("utf-8") == front + "Words\n", (
        "it is taken over as it is"
    )
    assert "Good words" in (library.root / "Old" / "b.md").read_text("utf-8")


@pytest.mark.parametrize(
    "date", ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:00"]
)
def test_a_date_at_the_ends_of_time_does_not_stop_an_import(library: Library, make: Make, date: str) -> None:
    files = {
        "toml.md": f"+++\ntitle = 'T'\ndate = {date}\n+++\nWords\n",
        "yaml.md": f"---\ntitle: Y\ndate: {date}\n---\n\nWords\n",
        "pelican.md": f"Title: P\nDate: {date}\n\nWords\n",
        "page.html": "<p>not a post of this folder",
    }
    assert len(brought(library, make(files)).made) == 3


def test_a_tag_that_never_ends_is_not_read_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "endless.xml"
    path.write_text(HEAD + entry(1) + '<item><title a="' + "x" * 30_000_000, "utf-8")
    assert len(read(path)) == 1
    assert "tag without an end" in problems(path)[0].sentence
    path.write_text(HEAD + entry(1, "word " * 3_000_000) + " " * 20_000_000 + entry(2) + TAIL, "utf-8")
    assert open_source(path).count() == 2, "long words and long blanks are no such thing"


def test_a_json_file_of_nothing_but_brackets_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ghost, "_MOST_VALUES", 10_000)
    good = ghost_export(tmp_path, *(row(n, html="<p>[{,</p>" * 2_000) for n in range(20)))
    assert open_source(good).count() == 20, "what stands in texts does not count"
    for text in ('{"data":{"posts":[' + "{}," * 20_000 + "{}]}}", '{"data":[' + '"",' * 20_000 + '""]}'):
        good.write_text(text)
        with pytest.raises(LibraryError, match="far more"):
            open_source(good).count()
    good.write_text('{"data": "' + '\\"' * 2_000_000)
    with pytest.raises(LibraryError, match="damaged"):
        open_source(good).count()


def test_values_of_the_wrong_kind_cost_one_post(library: Library, tmp_path: Path) -> None:
    deep: object = "x"
    for _level in range(300):
        deep = {"a": deep}
    rows = [
        row(1, visibility=deep, status=[1], slug={"a": 1}, title=["t"]),
        row(2, html=None, lexical='{"root":' + '{"children":[' * 5_000),
        row(3, html=None, mobiledoc="[" * 20_000),
        row(4, published_at="0001-01-01T00:00:00"),
        row(5),
    ]
    summary = brought(library, ghost_export(tmp_path, *rows))
    assert "Post 5" in {
        path.read_text("utf-8").split("\n")[1].removeprefix("title: ") for path in summary.made
    }
    assert len(summary.made) + len(summary.problems) == 5
    for path in summary.made:
        assert library.read(path).fields is not None, "what is written can be read again"


def test_no_picture_is_written_through_a_link_that_leads_out(
    library: Library, make: Make, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (library.root / "Old").mkdir()
    (library.root / "Old" / "posts").symlink_to(outside)
    source = make({"posts/a.md": "![](a.png)\n", "posts/a.png": png(), "b.md": "Good words\n"})
    summary = brought(library, source)
    assert list(outside.iterdir()) == []
    assert [path.name for path in summary.made] == ["b.md"]
    assert "outside the library" in summary.problems[0].sentence


def test_a_file_where_a_folder_should_come_is_a_problem_of_one_post(library: Library, make: Make) -> None:
    (library.root / "Old").mkdir()
    (library.root / "Old" / "posts").write_bytes(b"a file of hers")
    source = make({"posts/a.md": "![](a.png)\n", "posts/a.png": png(), "b.md": "Good words\n"})
    summary = brought(library, source)
    assert [path.name for path in summary.made] == ["b.md"]
    assert (library.root / "Old" / "posts").read_bytes() == b"a file of hers"
    assert len(summary.problems) == 1


def test_a_file_that_goes_while_the_folder_is_read_is_a_problem_of_its_own(
    library: Library, make: Make
) -> None:
    source = open_source(make({"a.md": "A\n", "b.md": "B\n", "c.md": "C\n"}))
    posts = source.posts()
    next(posts)
    (make({}) / "b.md").unlink()
    rest = list(posts)
    assert [isinstance(one, Incoming) for one in rest] == [False, True]


def test_a_pipe_and_a_loop_of_links_are_no_posts(library: Library, make: Make) -> None:
    source = make({"a.md": "![](pipe.png) ![](loop.png)\n"})
    os.mkfifo(source / "pipe.md")
    os.mkfifo(source / "pipe.png")
    (source / "loop.md").symlink_to("loop.md")
    (source / "loop.png").symlink_to("loop.png")
    (source / "up").symlink_to("..")
    summary = brought(library, source)
    assert [path.name for path in summary.made] == ["a.md"]
    for name in ("pipe.md", "loop.md"):
        with pytest.raises(LibraryError):
            brought(library, source / name)


def test_a_ghost_export_names_no_file_outside_of_its_folder(library: Library, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    export = tmp_path / "export"
    export.mkdir()
    path = ghost_export(
        export,
        row(1, html='<img src="__GHOST_URL__/../secret.png"><img src="file:///etc/passwd">'),
        row(2, feature_image="__GHOST_URL__/../secret.png", slug="../../../out", title="../../out"),
    )
    assert json.loads(path.read_text("utf-8"))
    for made in brought(library, path).made:
        assert made.resolve().is_relative_to(library.root.resolve())
    assert not list(library.root.rglob("*.png"))
