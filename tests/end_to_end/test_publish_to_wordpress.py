"""The main job in the real window, against real WordPresses: write, publish, change, and no harm on the way."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.end_to_end.blog import Blog, Reader, one_line
from tests.end_to_end.writer import Writer, draw_picture
from tests.servers.wordpress import WordPress

TITLE = "Ferry strike, day four; the mayor blinks"
TEXT = """The first boat left at 6:10 with eleven people on it.

> We were told on Sunday that an offer would be on the table.
>
> > An offer was made in writing on 14 November.

- Boats running: 3 of 14
- Passengers yesterday: 2,212

In a previous post: [Day three](https://example.org/day-three).

"""


@pytest.fixture
def blog(wordpress: WordPress) -> Generator[Blog, None, None]:
    wordpress.reset_posts()
    colleague = Blog(wordpress)
    yield colleague
    colleague.close()


@pytest.fixture
def published(writer: Writer, wordpress: WordPress, blog: Blog, tmp_path: Path) -> Writer:
    """The blog added by its pasted address, a post typed with a picture in it, published with two clicks."""
    writer.add_blog(wordpress.base_url, wordpress.user, wordpress.app_password)
    writer.new_post(TITLE, TEXT)
    picture = draw_picture(tmp_path / "north-quay.jpg")
    writer.paste_picture(picture, "The queue at the quay", "The queue at noon.")
    writer.until_saved()
    assert blog.nothing_is_there()
    writer.publish()
    writer.hears("Published on")
    writer.until(lambda: writer.state.startswith("Published"), "the header to say Published")
    return writer


def _is_as_she_wrote(page: str) -> None:
    seen = Reader(page)
    assert "Sunday that an offer" in one_line(seen.quoted[1])
    assert "in writing" not in one_line(seen.quoted[1])
    assert "in writing on 14 November" in one_line(seen.quoted[2])
    bullets = [one_line(b) for b in seen.bullets]
    assert bullets[:2] == ["Boats running: 3 of 14", "Passengers yesterday: 2,212"]
    assert seen.links["Day three"] == "https://example.org/day-three"
    assert [one_line(c) for c in seen.captions] == ["The queue at noon."]
    assert [alt for _address, alt in seen.pictures].count("The queue at the quay") == 1


def test_a_post_is_published_as_it_was_typed_and_updated_in_place(published: Writer, blog: Blog) -> None:
    post = blog.only_post()
    assert post["status"] == "publish"
    assert one_line(post["title"]["raw"]) == TITLE
    _is_as_she_wrote(post["content"]["raw"])
    assert post["content"]["raw"].startswith("<!-- wp:paragraph -->")
    (media,) = blog.media()
    assert media["alt_text"] == "The queue at the quay"
    page = blog.page(post["link"])
    assert "day four; the mayor blinks" in one_line(page)
    article = page[page.index("The first boat") :]
    _is_as_she_wrote(article[: article.index("The queue at noon.") + 200])
    assert media["source_url"].rpartition(".")[0] in page

    published.replace("eleven", "twelve")
    published.until_saved()
    assert published.state.startswith("Changed since published")
    assert published.button == "Update"
    published.press_publish()
    published.hears("Updated on")
    again = blog.only_post()
    assert "twelve people" in again["content"]["raw"]
    assert "eleven" not in again["content"]["raw"]
    assert "twelve people" in blog.page(post["link"])
    assert (again["id"], again["link"], again["date_gmt"]) == (post["id"], post["link"], post["date_gmt"])
    assert [m["id"] for m in blog.media()] == [media["id"]]
    assert blog.posts("trash") == []

    published.press_in_toast("Undo")
    published.hears("has the version from before again")
    assert blog.only_post()["content"]["raw"] == post["content"]["raw"]


def test_a_colleagues_change_is_not_overwritten_by_update(published: Writer, blog: Blog) -> None:
    post = blog.only_post()
    blog.edit(
        post["id"], content="<!-- wp:paragraph --><p>Corrected by a colleague.</p><!-- /wp:paragraph -->"
    )
    published.replace("eleven", "twelve")
    published.until_saved()
    published.press_publish()
    published.hears("changed", "blog")
    assert published.state.startswith("Changed on the blog")
    assert "Corrected by a colleague." in blog.only_post()["content"]["raw"]
    assert "twelve people" in published.words
    assert "twelve people" in published.file.read_text("utf-8")


def test_a_post_is_undone_taken_offline_and_put_into_the_blogs_trash(published: Writer, blog: Blog) -> None:
    address = blog.only_post()["link"]
    assert blog.is_public(address)

    published.press_in_toast("Undo")
    published.hears("Taken offline")
    assert blog.only_post()["status"] == "draft"
    assert not blog.is_public(address)
    published.until(lambda: published.button == "Publish", "the post to be a draft again")
    published.publish()
    published.hears("Published on")
    assert blog.only_post()["link"] == address
    assert blog.is_public(address)

    published.choose("unpublish")
    published.hears("Taken offline")
    assert blog.only_post()["status"] == "draft"
    assert not blog.is_public(address)
    published.until(lambda: published.button == "Publish", "the post to be a draft again")
    published.publish()
    published.hears("Published on")

    published.choose("delete_from_blog")
    published.hears("Moved to the trash of")
    assert blog.posts() == []
    assert len(blog.posts("trash")) == 1
    assert len(blog.media()) == 1
    assert not blog.is_public(address)
    assert "eleven people" in published.file.read_text("utf-8")
