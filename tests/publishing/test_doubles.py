"""An export of the blog was imported before its posts are pulled: they are recognised, and no second file is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from postdesk.backends.base import RemotePost
from postdesk.core.cancel import Cancel
from postdesk.core.receipt import Status
from postdesk.exchange.bring import bring
from postdesk.exchange.detect import open_source
from tests.publishing.test_pull import BLOG, START, Blog, Home, _post

PLAIN = "<!-- wp:paragraph -->\n<p>The first boat left at six.</p>\n<!-- /wp:paragraph -->"
RICH = (
    '<!-- wp:paragraph {"align":"right"} -->\n<p class="has-text-align-right">The <mark>queue</mark> was long.</p>\n'
    "<!-- /wp:paragraph -->\n\n<!-- wp:shortcode -->\n[timetable id=7]\n<!-- /wp:shortcode -->"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def _wxr(folder: Path, posts: list[RemotePost]) -> Path:
    """What WordPress' own export says of these posts."""
    items = []
    for post in posts:
        assert post.date is not None
        when = post.date.strftime("%Y-%m-%d %H:%M:%S")
        status = "publish" if post.status is Status.PUBLISHED else "draft"
        terms = "".join(
            f'<category domain="post_tag" nicename="x"><![CDATA[{t}]]></category>' for t in post.tags
        )
        kind = post.kind or "post"
        items.append(
            f"<item><title>{escape(post.title)}</title><link>{post.address}</link><guid>{escape(post.guid)}</guid>"
            f"<dc:creator>ines</dc:creator><content:encoded><![CDATA[{post.content}]]></content:encoded>"
            f"<wp:post_id>{post.remote_id.removeprefix('page-')}</wp:post_id><wp:post_date>{when}</wp:post_date>"
            f"<wp:post_date_gmt>{when}</wp:post_date_gmt><wp:post_name>{post.slug}</wp:post_name>"
            f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{terms}</item>"
        )
    path = folder / "export.xml"
    head = '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Harbour</title>'
    path.write_text(f"<?xml version='1.0'?>{head}{''.join(items)}</channel></rss>", "utf-8")
    return path


def _blog() -> Blog:
    blog = Blog(0)
    for number, content in enumerate((PLAIN, RICH, PLAIN.replace("six", "noon")), 1):
        blog.all[str(number)] = _post(number, content, guid=f"https://blog.example/?p={number}")
    blog.all["page-4"] = _post(
        4, PLAIN, remote_id="page-4", kind="page", tags=(), guid="https://blog.example/?page_id=4&#038;x"
    )
    return blog


def _imported(home: Home, blog: Blog) -> dict[str, Path]:
    """The files of an import of all posts, by their remote ids."""
    summary = bring(home.library, open_source(_wxr(home.folder, list(blog.all.values()))), "Old", Cancel())
    assert summary.problems == ()
    home.library.look()
    return dict(zip(blog.all, summary.made, strict=True))


def test_a_post_that_goes_back_as_it_came_keeps_its_text_and_gets_a_receipt(home: Home) -> None:
    blog = _blog()
    files = _imported(home, blog)
    before = {path: path.read_bytes() for path in files.values()}
    done = home.pull(blog)
    assert (done.made, done.both, done.problems) == ([], [], [])
    assert home.files() == []
    for remote_id in ("1", "3", "page-4"):
        receipt = home.receipt(remote_id)
        assert home.library.find(receipt.post_id) == files[remote_id]
        assert files[remote_id].read_bytes() == before[files[remote_id]]
        assert receipt.sent_hash == home.library.read(files[remote_id]).post.content_hash
        assert receipt.map_hash
    assert (done.there, [path.name for path in done.updated]) == (3, [files["2"].name])
    again = home.pull(blog, everything=True)
    assert (again.made, again.updated, again.there) == ([], [], 4)


def test_what_the_import_could_not_say_comes_in_full_where_she_did_not_touch_it(home: Home) -> None:
    blog = _blog()
    files = _imported(home, blog)
    short = home.library.read(files["2"])
    home.pull(blog)
    post = home.library.read(files["2"]).post
    assert "[timetable id=7]" in post.body
    assert "<mark>" in post.body
    assert (post.id, post.content_hash) == (short.post.id, home.receipt("2").sent_hash)
    assert short.data in list(home.library.files_of(post.id))  # the one before is in the history


def test_a_post_that_she_changed_since_the_import_is_hers_and_makes_no_second_one(home: Home) -> None:
    blog = _blog()
    files = _imported(home, blog)
    for remote_id in ("1", "2"):
        document = home.library.read(files[remote_id])
        home.library.save(document, replace(document.post, body=f"My own.\n\n{document.post.body}"))
    done = home.pull(blog)
    assert sorted(done.both) == ["No. 1", "No. 2"]
    assert done.made == []
    assert home.library.read(files["1"]).post.body.startswith("My own.")
    receipt = home.receipt("1")
    # Publishing it finds the post there, and asks which one stays.
    assert (receipt.remote_id, receipt.sent_hash, receipt.base_hash, receipt.newer) == ("1", "", "", "r1")


def test_a_post_that_changed_on_the_blog_since_the_export_is_not_taken_for_the_same(home: Home) -> None:
    blog = _blog()
    _imported(home, blog)
    blog.all["1"] = replace(blog.all["1"], title="Another title", modified=START + timedelta(days=40))
    assert home.pull(blog).both == ["Another title"]


def test_a_draft_is_recognised_by_what_the_blog_calls_it(home: Home) -> None:
    blog = _blog()
    blog.all["3"] = replace(blog.all["3"], status=Status.DRAFT)
    _imported(home, blog)
    assert home.pull(blog).made == []


def test_a_post_whose_guid_was_rewritten_is_recognised_by_its_address(home: Home) -> None:
    blog = _blog()
    files = _imported(home, blog)
    blog.all["1"] = replace(blog.all["1"], guid="https://moved.example/?p=1")
    done = home.pull(blog)
    assert done.made == []
    assert home.library.find(home.receipt("1").post_id) == files["1"]


def test_the_featured_picture_that_the_import_knew_as_an_address_stays_that_of_the_blog(home: Home) -> None:
    blog = _blog()
    files = _imported(home, blog)
    document = home.library.read(files["1"])
    home.library.save(document, replace(document.post, image="https://blog.example/quay.jpg"))
    blog.all["1"] = replace(blog.all["1"], featured="88")
    home.pull(blog)
    (medium,) = home.receipt("1").media
    assert (medium.remote_id, medium.address) == ("88", "https://blog.example/quay.jpg")


def test_nothing_is_looked_for_where_nothing_was_imported(home: Home) -> None:
    assert BLOG.kind == "wordpress"
    done = home.pull(_blog())
    assert (len(done.made), done.both) == (4, [])
