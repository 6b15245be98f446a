"""A folder of Markdown from another program comes into the library, each post once, with its pictures."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import DiskFull, FileGone, LibraryError
from postdesk.exchange.bring import Summary, bring, look_ahead
from postdesk.exchange.detect import open_source
from postdesk.library.library import Library
from tests.exchange.conftest import Make, png


def brought(library: Library, source: Path, into: str = "Old") -> Summary:
    return bring(library, open_source(source), into, Cancel())


def text(library: Library, name: str) -> str:
    return (library.root / name).read_text("utf-8")


HUGO = '---\ntitle: "A: b" # mine\ndate: 2020-05-06T07:08:09+02:00\ndraft: true\nparams:\n  x: [1, 2]\n---\n\nWords.\n'


def test_what_hugo_says_stays_word_for_word_and_an_id_comes_to_it(library: Library, make: Make) -> None:
    brought(library, make({"content/posts/a.md": HUGO}))
    came = text(library, "Old/content/posts/a.md")
    without_id = "".join(line for line in came.splitlines(keepends=True) if not line.startswith("id: "))
    assert without_id == HUGO


def test_a_page_bundle_comes_with_its_pictures(library: Library, make: Make) -> None:
    body = '---\ntitle: T\nimage: cover.png\n---\n\n![A](pics/one.png "C") ![B](/img/two.png)\n'
    source = make(
        {"content/p/index.md": body, "content/p/pics/one.png": png(), "content/p/cover.png": png("blue"),
         "static/img/two.png": png("green")}
    )  # fmt: skip
    summary = brought(library, source)
    assert summary.problems == ()
    came = text(library, "Old/content/p/index.md")
    assert '![A](one.png "C") ![B](two.png)' in came
    assert "image: cover.png" in came
    assert (library.root / "Old/content/p/two.png").read_bytes() == png("green")


def test_toml_and_json_become_the_same_fields_in_yaml(library: Library, make: Make) -> None:
    toml = '+++\ntitle = "Tom: L"\ndate = 2020-01-02T03:04:05Z\ntags = ["a, b", "c"]\n[params]\nx = 1\n+++\nBody\n'
    json = '{\n"title": "Jason", "slug": "j", "deep": {"a": "\\u2028"}\n}\n\nBody\n'
    brought(library, make({"t.md": toml, "j.md": json}))
    tom = library.read(library.root / "Old/t.md").post
    assert (tom.title, tom.tags) == ("Tom: L", ("a, b", "c"))
    assert tom.date == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert 'params: {"x": 1}\n' in text(library, "Old/t.md")
    jason = library.read(library.root / "Old/j.md")
    assert (jason.post.title, jason.post.slug, jason.post.body, jason.problem) == ("Jason", "j", "Body\n", "")


def test_jekyll_names_its_dates_and_slugs_in_files(library: Library, make: Make) -> None:
    post = "---\ntitle: T\ncategories: news\npermalink: /x/\n---\nB\n"
    brought(
        library, make({"_posts/2020-01-02-my-post.md": post, "_drafts/idea.md": "---\ntitle: I\n---\nB\n"})
    )
    came = library.read(library.root / "Old/_posts/2020-01-02-my-post.md").post
    assert (came.slug, came.categories) == ("my-post", ("news",))
    assert came.date is not None
    assert came.date.strftime("%Y-%m-%d") == "2020-01-02"
    assert "permalink: /x/" in text(library, "Old/_posts/2020-01-02-my-post.md")
    assert "draft: true" in text(library, "Old/_drafts/idea.md")


def test_pelicans_lines_are_fields(library: Library, make: Make) -> None:
    brought(
        library,
        make({"p.md": "Title: A pelican: bird\nDate: 2020-05-05 10:00\nTags: a, b\nModified: x\n\nBody\n"}),
    )
    came = library.read(library.root / "Old/p.md").post
    assert (came.title, came.tags, came.body) == ("A pelican: bird", ("a", "b"), "Body\n")
    assert 'modified: "x"' in text(library, "Old/p.md")


def test_a_note_whose_first_line_has_a_colon_is_text(library: Library, make: Make) -> None:
    brought(library, make({"n.md": "Note: this is text.\n\nMore.\n"}))
    assert library.read(library.root / "Old/n.md").post.body == "Note: this is text.\n\nMore.\n"


def test_obsidians_links_and_embeds_are_read_by_everybody(library: Library, make: Make) -> None:
    note = (
        "---\ntags: ['#one', two]\naliases: [x]\n---\n\n![[my pic.png|300]] [[Other note|words]] [[Gone]] "
        "[[Other note#A part]] `[[code]]`\n\n```\n[[code]]\n```\n"
    )
    source = make({"vault/n.md": note, "vault/sub/Other note.md": "Text.\n", "att/my pic.png": png()})
    assert brought(library, source).problems == ()
    came = library.read(library.root / "Old/vault/n.md").post
    assert came.tags == ("one", "two")
    assert came.body == (
        "![](my-pic.png) [words](sub/Other%20note.md) Gone [Other note › A part](sub/Other%20note.md#a-part) "
        "`[[code]]`\n\n```\n[[code]]\n```\n"
    )
    assert "aliases: [x]" in text(library, "Old/vault/n.md")


def test_the_id_of_another_program_makes_room_for_the_posts_own(library: Library, make: Make) -> None:
    source = make({"a.md": "---\nid: 12\ntitle: A\n---\n\nx\n", "b.md": "---\nid: 12\ntitle: B\n---\n\nx\n"})
    assert len(brought(library, source).made) == 2
    assert text(library, "Old/a.md").endswith('title: A\noriginal_id: "12"\n---\n\nx\n')
    assert brought(library, source).there == 2


def test_a_second_import_makes_nothing_and_touches_nothing_of_hers(library: Library, make: Make) -> None:
    source = make(
        {"a.md": HUGO + "![](p.png)\n", "b.md": "B\n", "c.md": "---\ntitle: [\n---\n", "p.png": png()}
    )
    first = brought(library, source)
    assert len(first.made) == 3
    hers = library.root / "Old/b.md"
    hers.write_text(hers.read_text("utf-8") + "My own words.\n", "utf-8")
    moved = library.root / "Elsewhere.md"
    (library.root / "Old/a.md").rename(moved)
    (library.root / "Old/p.png").rename(library.root / "p.png")
    before = {path: path.read_bytes() for path in library.root.rglob("*.md")}
    second = brought(library, source)
    assert (second.made, second.there, second.left) == ((), 2, ("b",))
    assert {path: path.read_bytes() for path in library.root.rglob("*.md")} == before


def test_a_broken_front_matter_is_taken_over_as_it_is(library: Library, make: Make) -> None:
    summary = brought(library, make({"c.md": "---\ntitle: [\n---\nWords\n", "d.md": "fine\n"}))
    assert text(library, "Old/c.md") == "---\ntitle: [\n---\nWords\n"
    assert [problem.where for problem in summary.problems] == ["c"]
    assert len(summary.made) == 2


def test_what_is_no_text_is_a_problem_and_the_rest_goes_on(library: Library, make: Make) -> None:
    summary = brought(library, make({"a.md": b"\x00\xff" * 5000, "b.md": "fine\n"}))
    assert [path.name for path in summary.made] == ["b.md"]
    assert summary.problems[0].where == "a.md"


def test_a_picture_outside_of_the_folder_stays_there(library: Library, make: Make, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    source = make({"a.md": "![](../secret.png) ![](gone.png) ![](https://x.y/z.png)\n"})
    (source / "link.png").symlink_to(tmp_path / "secret.png")
    (source / "b.md").write_text("![](link.png)\n", "utf-8")
    summary = brought(library, source)
    assert not list(library.root.rglob("*.png"))
    assert len(summary.problems) == 3
    assert "![](https://x.y/z.png)" in text(library, "Old/a.md")


@pytest.mark.parametrize("into", ["../out", "/etc", "a/../../b", ".postdesk/x", "con"])
def test_the_target_is_always_inside_of_the_library(library: Library, make: Make, into: str) -> None:
    summary = brought(library, make({"a.md": "A\n"}), into)
    assert summary.made[0].is_relative_to(library.root)
    assert ".postdesk" not in summary.made[0].relative_to(library.root).parts


def test_what_will_come_is_shown_and_nothing_written(library: Library, make: Make) -> None:
    source = make({f"{number:02}.md": "x\n" for number in range(20)})
    outlook = look_ahead(open_source(source), Cancel(), 3)
    assert (outlook.kind, outlook.name, outlook.count, outlook.titles) == (
        "markdown",
        "site",
        20,
        ("00", "01", "02"),
    )
    assert list(library.root.rglob("*.md")) == []


def test_she_can_stop_it_and_go_on(library: Library, make: Make) -> None:
    source = make({f"{number}.md": "x\n" for number in range(9)})
    cancel = Cancel()
    told: list[tuple[int, int | None, str]] = []

    def progress(number: int, count: int | None, title: str) -> None:
        told.append((number, count, title))
        if number == 4:
            cancel.set()

    first = bring(library, open_source(source), "Old", cancel, progress)
    assert first.cancelled
    assert told[0] == (1, 9, "0")
    assert len(first.made) == 4
    second = brought(library, source)
    assert (len(second.made), second.there) == (5, 4)


def test_a_full_disk_ends_it_with_whole_files_and_a_sentence(
    library: Library, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make({f"{number}.md": f"Words {number}\n" for number in range(4)})
    real, calls = os.write, list[int]()

    def full(descriptor: int, data: memoryview) -> int:
        calls.append(1)
        if len(calls) > 2:
            raise OSError(28, "No space left on device")
        return real(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(DiskFull):
            brought(library, source)
    assert len(list(library.root.rglob("*.md"))) == 2
    assert not list(library.root.rglob(".pd-*"))
    assert len(brought(library, source).made) == 2


def test_what_is_not_there_and_what_is_no_source_are_said(tmp_path: Path) -> None:
    with pytest.raises(FileGone):
        open_source(tmp_path / "gone")
    (tmp_path / "x.bin").write_bytes(b"\x00\x01")
    with pytest.raises(LibraryError, match="no export that Post Desk knows"):
        open_source(tmp_path / "x.bin")
