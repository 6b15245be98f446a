"""A Ghost export comes into the library, whichever of its editors wrote the posts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError
from postdesk.core.post import Visibility
from postdesk.exchange.bring import bring
from postdesk.exchange.detect import open_source
from postdesk.exchange.values import Incoming, Problem
from postdesk.library.library import Library
from tests.exchange.conftest import png


def row(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id{number}", "uuid": f"uuid-{number}", "title": f"Post {number}", "slug": f"post-{number}",
        "html": "<p>Words</p>", "status": "published", "visibility": "public", "type": "post",
        "published_at": "2021-02-03T04:05:06.000Z", "custom_excerpt": None, "feature_image": None, **more,
    }  # fmt: skip


def export(folder: Path, *posts: Any, **tables: Any) -> Path:
    data = {"posts": list(posts), "settings": [{"key": "title", "value": "Ghosts"}], **tables}
    path = folder / "ghost.json"
    path.write_text(json.dumps({"db": [{"meta": {"version": "5.1"}, "data": data}]}), "utf-8")
    return path


def only(path: Path) -> Incoming:
    (came,) = open_source(path).posts()
    assert isinstance(came, Incoming)
    return came


def test_a_post_has_its_fields(tmp_path: Path) -> None:
    path = export(
        tmp_path,
        row(custom_excerpt="Short", feature_image="https://x/f.png", html='<p>a</p><!--kg-card-begin: html--><b>b</b>'),
        tags=[{"id": "t1", "name": "One"}, {"id": "t2", "name": "Two"}, {"id": "t3", "name": "#internal"}],
        posts_tags=[
            {"post_id": "id1", "tag_id": "t2", "sort_order": 1}, {"post_id": "id1", "tag_id": "t1", "sort_order": 0},
            {"post_id": "id1", "tag_id": "t3", "sort_order": 2},
        ],
    )  # fmt: skip
    came = only(path)
    assert (came.post.title, came.post.slug, came.post.excerpt) == ("Post 1", "post-1", "Short")
    assert (came.post.tags, came.post.image, came.post.body) == (
        ("One", "Two"),
        "https://x/f.png",
        "a\n\n**b**\n",
    )
    assert came.post.date is not None
    assert came.post.date.isoformat() == "2021-02-03T04:05:06+00:00"
    assert came.extra == {"status": "published"}
    assert open_source(path).name == "Ghosts"


def test_drafts_pages_and_posts_for_members_are_told_apart(tmp_path: Path) -> None:
    rows = (
        row(1, status="draft", published_at=None),
        row(2, type="page"),
        row(3, visibility="paid"),
        row(4, status="sent"),
    )
    came = [one for one in open_source(export(tmp_path, *rows)).posts() if isinstance(one, Incoming)]
    assert [one.extra for one in came] == [
        {"status": "draft"},
        {"status": "published"},
        {"status": "published", "readers": "paid"},
        {"status": "published"},
    ]
    assert [one.post.kind for one in came] == ["", "page", "", ""]
    assert came[0].post.date is None
    assert came[2].post.visibility is Visibility.PRIVATE


def test_mobiledoc_is_read_where_there_is_no_html(tmp_path: Path) -> None:
    written = {
        "version": "0.3.1", "atoms": [["soft-return", "", {}]], "markups": [["strong"], ["a", ["href", "https://x/"]]],
        "cards": [
            ["markdown", {"markdown": "raw *md*"}], ["image", {"src": "https://x/a.png", "caption": "Cap", "alt": "A"}],
            ["code", {"code": "a < b", "language": "c"}], ["hr", {}], ["embed", {"url": "https://vimeo.com/1"}],
            ["callout", {"calloutText": "Mind <b>this</b>"}],
        ],
        "sections": [
            [1, "h2", [[0, [], 0, "Head"]]],
            [1, "p", [[0, [], 0, "a "], [0, [0, 1], 2, "b"], [1, [], 0, 0], [0, [], 0, "c"]]],
            [10, 0], [10, 1], [3, "ul", [[[0, [], 0, "x"]], [[0, [], 0, "y"]]]], [10, 2], [10, 3], [10, 4], [10, 5],
        ],
    }  # fmt: skip
    body = only(export(tmp_path, row(html=None, mobiledoc=json.dumps(written)))).post.body
    assert body == (
        '## Head\n\na **[b](https://x/)**\\\nc\n\nraw *md*\n\n![A](https://x/a.png "Cap")\n\n- x\n- y\n\n'
        "```c\na < b\n```\n\n***\n\nhttps://vimeo.com/1\n\nMind **this**\n"
    )


def test_lexical_is_read_where_there_is_no_html(tmp_path: Path) -> None:
    def text(words: str, format_: int = 0) -> dict[str, Any]:
        return {"type": "extended-text", "text": words, "format": format_}

    children = [
        {"type": "extended-heading", "tag": "h3", "children": [text("Head")]},
        {"type": "paragraph", "children": [text("a "), text("b", 3), {"type": "linebreak"},
                                           {"type": "link", "url": "https://x/", "children": [text("c")]}]},
        {"type": "list", "listType": "number", "start": 2, "children": [{"type": "listitem", "children": [text("x")]}]},
        {"type": "image", "src": "__GHOST_URL__/content/images/a.png", "alt": "", "caption": ""},
        {"type": "codeblock", "code": "x", "language": "py"},
        {"type": "extended-quote", "children": [text("q")]},
    ]  # fmt: skip
    written = json.dumps({"root": {"type": "root", "children": children}})
    assert only(export(tmp_path, row(html=None, lexical=written))).post.body == (
        "### Head\n\na ***b***\\\n[c](https://x/)\n\n2. x\n\n![](content/images/a.png)\n\n```py\nx\n```\n\n> q\n"
    )


def test_pictures_come_from_the_folder_beside_the_export(library: Library, tmp_path: Path) -> None:
    (tmp_path / "content/images").mkdir(parents=True)
    (tmp_path / "content/images/a.png").write_bytes(png())
    path = export(tmp_path, row(html='<img src="__GHOST_URL__/content/images/a.png">'))
    summary = bring(library, open_source(path), "G", Cancel())
    assert summary.problems == ()
    assert (library.root / "G/2021/a.png").read_bytes() == png()
    assert "![](a.png)\n" in summary.made[0].read_text("utf-8")
    assert bring(library, open_source(path), "G", Cancel()).there == 1


@pytest.mark.parametrize("lexical", ["[]", "{", '{"root": {"children": [1]}}', "[" * 100_000])
def test_a_post_that_is_not_as_ghost_writes_is_a_problem_and_the_rest_goes_on(
    tmp_path: Path, lexical: str
) -> None:
    path = export(tmp_path, row(1, html=None, lexical=lexical), row(2), 7)
    first, second = open_source(path).posts()
    assert isinstance(first, Problem)
    assert isinstance(second, Incoming)


@pytest.mark.parametrize(
    "text", ['{"data": ', '{"data": {"posts": 1}}', '{"data": ' + "[" * 100_000, '{"x": 1}']
)
def test_another_json_file_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, "utf-8")
    with pytest.raises(LibraryError, match="no Ghost export"):
        open_source(tmp_path / "x.json").count()
