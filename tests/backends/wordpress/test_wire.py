"""Values to requests and answers to values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from postdesk.backends.base import MediaFile, Outgoing
from postdesk.backends.wordpress import media_wire, wire
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status

MARKER = "pd-0123456789abcdef"


def post(**values: Any) -> dict[str, Any]:
    return {
        "id": 5,
        "status": "publish",
        "slug": "ferry-strike",
        "link": "https://blog.example/2026/03/ferry-strike/",
        "date": "2026-03-04T05:06:07",
        "date_gmt": "2026-03-04T03:06:07",
        "modified_gmt": "2026-03-04T03:06:07",
        "title": {"raw": "Ferry strike"},
        "content": {"raw": "<p>x</p>", "rendered": "<p>x</p>\n"},
        "excerpt": {"raw": ""},
        "author": 1,
        "featured_media": 0,
        "password": "",
        "tags": [3],
        "categories": [1],
        **values,
    }


def test_the_interface_is_asked_under_wp_json_or_through_the_query() -> None:
    query = {"slug": "a,b"}
    assert (
        wire.api_url("https://blog.example/blog/wp-json/", "wp/v2/posts", query)
        == "https://blog.example/blog/wp-json/wp/v2/posts?slug=a,b"
    )
    assert (
        wire.api_url("https://blog.example/?rest_route=/", "wp/v2/posts", query)
        == "https://blog.example/?rest_route=/wp/v2/posts&slug=a,b"
    )


@pytest.mark.parametrize(
    ("status", "visibility", "sent"),
    [
        (Status.PUBLISHED, Visibility.PUBLIC, "publish"),
        (Status.PUBLISHED, Visibility.PASSWORD, "publish"),
        (Status.PUBLISHED, Visibility.PRIVATE, "private"),
        (Status.PUBLISHED, Visibility.PENDING, "pending"),
        (Status.SCHEDULED, Visibility.PUBLIC, "future"),
        (Status.DRAFT, Visibility.PUBLIC, "draft"),
    ],
)
def test_the_state_that_a_post_ends_in(status: Status, visibility: Visibility, sent: str) -> None:
    assert wire.wordpress_status(Outgoing("", "", status, visibility=visibility)) == sent


def test_a_write_to_the_trash_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="trash"):
        wire.wordpress_status(Outgoing("", "", Status.TRASHED))


def test_the_marker_stays_until_a_post_leaves_the_drafts() -> None:
    draft, live = (Outgoing("t", "c", status) for status in (Status.DRAFT, Status.PUBLISHED))
    assert "slug" not in wire.write_body(draft, current_slug=MARKER, tags=[], categories=[])
    assert wire.write_body(live, current_slug=MARKER, tags=[], categories=[])["slug"] == ""
    assert wire.write_body(live, current_slug=MARKER + "-2", tags=[], categories=[])["slug"] == ""
    assert "slug" not in wire.write_body(live, current_slug="ferry-strike", tags=[], categories=[])


def test_a_password_is_sent_only_with_a_post_that_has_one() -> None:
    hidden = Outgoing("t", "c", Status.PUBLISHED, visibility=Visibility.PASSWORD, post_password="sesame")
    public = Outgoing("t", "c", Status.PUBLISHED, post_password="sesame")
    assert wire.write_body(hidden, current_slug="", tags=[], categories=[])["password"] == "sesame"
    assert wire.write_body(public, current_slug="", tags=[], categories=[])["password"] == ""


def test_only_known_fields_are_sent() -> None:
    body = wire.write_body(Outgoing("t", "c", Status.DRAFT), current_slug="x", tags=[], categories=[])
    assert set(body) == {
        "title", "content", "excerpt", "status", "password", "featured_media", "tags", "categories",
    }  # fmt: skip


def test_a_date_goes_out_in_utc() -> None:
    moment = datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=timezone(timedelta(hours=-5)))
    body = wire.write_body(
        Outgoing("t", "c", Status.PUBLISHED, date=moment), current_slug="x", tags=[], categories=[]
    )
    assert body["date_gmt"] == "2026-03-04T10:06:07Z"


def test_a_date_comes_back_with_the_blogs_offset() -> None:
    moment = wire.site_moment("2026-03-04T05:06:07", "2026-03-04T03:06:07")
    assert moment == datetime(2026, 3, 4, 3, 6, 7, tzinfo=UTC)
    assert moment is not None
    assert moment.utcoffset() == timedelta(hours=2)
    assert wire.site_moment(None, None) is None
    assert wire.site_moment("0000-00-00T00:00:00", "0000-00-00T00:00:00") is None


def test_a_post_is_read_with_its_names() -> None:
    read = wire.remote_post(post(), tags={3: "Strike"}, categories={1: "News"}, authors={1: "Ada"})
    assert (read.remote_id, read.status, read.tags, read.categories, read.author) == (
        "5",
        Status.PUBLISHED,
        ("Strike",),
        ("News",),
        "Ada",
    )


@pytest.mark.parametrize(
    "value",
    [None, [], {}, "x", 5, True, {"id": "5"}, {"id": True}, {"id": 0}, {"id": -1}, {"id": 5}, post(status="x"),
     post(title=None), post(id=5.0), post(id=True), post(id="5")],
)  # fmt: skip
def test_what_has_another_shape_is_no_post(value: Any) -> None:
    with pytest.raises(wire.WrongShape):
        wire.remote_post(value)


def test_fields_of_another_type_do_no_harm() -> None:
    odd = post(
        tags="1", categories=[True, "x"], featured_media="7", password=3, author=None, excerpt=[], link=4
    )
    read = wire.remote_post(odd)
    assert (read.tags, read.featured, read.author, read.excerpt, read.address) == ((), "", "", "", "")


@pytest.mark.parametrize(
    "change",
    [{"content": {"raw": "y"}}, {"title": {"raw": "y"}}, {"modified_gmt": "x"}, {"tags": []}, {"slug": "y"},
     {"status": "draft"}, {"featured_media": 3}, {"password": "x"}],
)  # fmt: skip
def test_every_change_is_another_revision(change: dict[str, Any]) -> None:
    assert wire.revision(post(**change)) != wire.revision(post())
    assert wire.revision(post()) == wire.revision(post())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://cdn.example/a%20b.png", True),
        ("http://127.0.0.1:8081/a.png", True),
        ("javascript:alert(1)", False),
        ('x" onerror="a', False),
        ('https://blog.example/x" onerror="a', False),
        ("https://blog.example/<script>", False),
        ("file:///etc/passwd", False),
        ("//blog.example/a.png", False),
        ("https://", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_an_address_from_the_server_is_checked(given: Any, kept: bool) -> None:
    assert (wire.web_address(given) == given) is kept
    media = {"id": 3, "source_url": given}
    if kept:
        assert media_wire.remote_media(media).address == given
    else:
        with pytest.raises(wire.WrongShape):
            media_wire.remote_media(media)


def test_authors_and_terms_come_along_with_a_post_whatever_else_does() -> None:
    along = {
        "author": [{"id": 3, "name": "Ada"}, None, 7],
        "wp:term": [
            [{"id": 5, "name": "Rail &amp; sea", "taxonomy": "category"}, "x"],
            [
                {"id": 9, "name": "ferry", "taxonomy": "post_tag"},
                {"id": 2, "name": "n", "taxonomy": "nav_menu"},
            ],
            None,
        ],
        "replies": [[{"id": 1}]],
    }
    found = [(kind, value) for kind, value in wire.embedded({"_embedded": along}) if isinstance(value, dict)]
    assert [(kind, *wire.term(value)) for kind, value in found] == [
        ("users", 3, "Ada"), ("categories", 5, "Rail & sea"), ("tags", 9, "ferry"),
    ]  # fmt: skip
    broken_ones: list[Any] = [None, [], "x", {"author": 1, "wp:term": {"a": 1}}, {"wp:term": [1, [2], [[3]]]}]
    for broken in broken_ones:
        assert [v for _kind, v in wire.embedded({"_embedded": broken}) if isinstance(v, dict)] == []


def test_a_size_with_a_bad_address_is_left_out() -> None:
    details = {
        "width": "80",
        "height": 60,
        "sizes": {
            "large": {"source_url": "https://blog.example/l.png", "width": 40, "height": 30},
            "bad": {"source_url": "javascript:alert(1)"},
            "odd": 7,
        },
    }
    media = media_wire.remote_media(
        {"id": 3, "source_url": "https://blog.example/a.png", "media_details": details}
    )
    assert (media.width, media.height) == (80, 60)
    assert dict(media.sizes) == {"large": ("https://blog.example/l.png", 40, 30)}


def test_the_name_of_an_upload_is_plain_ascii_in_its_header() -> None:
    file = MediaFile(Path("x"), 'pd-12-é "x"\r\nSet-Cookie: a.png', "12", "image/png", 1)
    headers = media_wire.upload_headers(file)
    assert headers["Content-Disposition"] == 'attachment; filename="pd-12----x---Set-Cookie--a.png"'


def test_a_marker_is_known_in_slug_trash_and_content() -> None:
    for slug in (MARKER, MARKER + "-2", MARKER + "__trashed", MARKER + "-2__trashed"):
        assert wire.carries(post(slug=slug), MARKER)
        assert wire.is_marker(slug)
        assert slug in wire.marker_slugs(MARKER)
    assert wire.carries(post(content={"raw": f"<!-- {MARKER} -->"}), MARKER)
    assert not wire.carries(post(slug=MARKER + "0"), MARKER)
    assert not wire.is_marker("pd-diary")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"content": {"raw": "Words."}}, True),
        ({"content": {"raw": ""}}, True),
        ({"content": {"rendered": "<p>Words.</p>"}}, False),
        ({"content": {"raw": None}}, False),
        ({"content": "Words."}, False),
        ({}, False),
    ],
)
def test_a_post_whose_text_the_server_keeps_to_itself_is_not_taken_for_empty(
    value: dict[str, object], told: bool
) -> None:
    assert wire.has_text(value) is told


def test_a_page_has_an_id_that_no_post_has() -> None:
    value = {"id": 7, "status": "publish", "title": {"raw": "About"}, "password": "low tide"}
    page = wire.remote_post(value, kind="page")
    assert (page.remote_id, page.kind) == ("page-7", "page")
    assert wire.remote_post(value).remote_id == "7"
    assert page.post_password == "low tide"
    assert "low tide" not in repr(page)
