"""What publishing relies on, held by every kind of blog."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from postdesk.backends.base import Backend, Capability, Outgoing
from postdesk.core.cancel import Cancel
from postdesk.core.errors import BackendError, Cancelled, ChangedMeanwhile, Gone, MediaRefused
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status
from tests.contracts.conftest import MakePicture

BODY = (
    "<p>The first boat — “they said” — left at 5:40&nbsp;am.</p>\n\n"
    "<blockquote><p>He wrote: ‘never’ \\ again &amp; &lt;b&gt;</p></blockquote>\n"
    "<pre><code>a  &lt; b\n\tc $1 \\0</code></pre>\n<p>Ω 😀 é é</p>"
)
CEST = timezone(timedelta(hours=2))
MORNING = datetime(2026, 3, 4, 5, 6, 7, tzinfo=CEST)

PLAIN = Outgoing(
    "Ferry strike; the “last” boat & more", BODY, Status.PUBLISHED, slug="ferry-strike", date=MORNING
)


def heard(_count: int) -> None:
    """Progress that nobody looks at."""


def everything(blog: Backend) -> list[str]:
    """The ids of all posts, page by page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = blog.posts(cursor)
        found += [post.remote_id for post in page.posts]
        if not page.next:
            return found
        cursor = page.next


def published(blog: Backend, marker: str, outgoing: Outgoing = PLAIN) -> str:
    remote_id = blog.create_draft(marker, "").remote_id
    blog.write(remote_id, outgoing)
    return remote_id


def test_the_connection_is_described(blog: Backend) -> None:
    connection = blog.check()
    assert connection.site


def test_a_new_draft_is_empty_and_found_by_its_marker(blog: Backend, marker: str) -> None:
    draft = blog.create_draft(marker, "Ferry strike")
    assert (draft.status, draft.title, draft.content) == (Status.DRAFT, "Ferry strike", "")
    assert [post.remote_id for post in blog.find(marker)] == [draft.remote_id]
    assert blog.find("pd-" + "0" * 16) == ()


def test_a_draft_made_twice_is_found_twice_oldest_first(blog: Backend, marker: str) -> None:
    made = [blog.create_draft(marker, "").remote_id for _turn in range(3)]
    # A blog that knows its own markers makes one only.
    assert [post.remote_id for post in blog.find(marker)] == list(dict.fromkeys(made))


def test_a_twin_in_the_trash_is_found_as_such(blog: Backend, marker: str) -> None:
    first, second = (blog.create_draft(marker, "").remote_id for _turn in range(2))
    blog.trash(second)
    assert {post.remote_id: post.status for post in blog.find(marker)} == {
        first: Status.DRAFT,
        second: Status.TRASHED,
    }


def test_what_was_written_comes_back_as_it_was(blog: Backend, marker: str) -> None:
    remote_id = blog.create_draft(marker, "").remote_id
    full = replace(PLAIN, excerpt="In short: “no” boats & <i>no</i> buses.")
    answered = blog.write(remote_id, full)
    read = blog.read(remote_id)
    assert read == replace(answered, rendered=read.rendered)
    assert (read.title, read.content, read.excerpt) == (full.title, full.content, full.excerpt)
    assert (read.status, read.slug) == (Status.PUBLISHED, "ferry-strike")
    assert "left at 5:40" in read.rendered
    assert "ferry-strike" in read.address


def test_a_link_to_the_address_of_another_post_comes_back_as_it_was(blog: Backend, marker: str) -> None:
    first = blog.read(published(blog, marker))
    link = f'<p>As <a href="{first.address}">told before</a>.</p>'
    second = replace(PLAIN, title="Linked", content=link, slug="linked")
    remote_id = published(blog, f"{marker}2", second)
    for _again in range(2):
        assert blog.read(remote_id).content == link
        assert first.address in blog.read(remote_id).rendered
        blog.write(remote_id, second)


def test_the_same_write_twice_is_one_post_with_one_address(blog: Backend, marker: str) -> None:
    remote_id = blog.create_draft(marker, "").remote_id
    first = blog.write(remote_id, PLAIN)
    second = blog.write(remote_id, PLAIN)
    assert (first.address, first.content, first.date) == (second.address, second.content, second.date)
    assert everything(blog) == [remote_id]


def test_an_address_without_a_slug_of_hers_comes_from_the_title_and_stays(blog: Backend, marker: str) -> None:
    remote_id = blog.create_draft(marker, "").remote_id
    first = blog.write(remote_id, replace(PLAIN, slug=""))
    second = blog.write(remote_id, replace(PLAIN, slug="", title="Another headline"))
    assert marker not in first.address
    assert "ferry-strike" in first.slug
    assert (second.address, second.slug) == (first.address, first.slug)


def test_two_posts_with_one_slug_get_two_addresses(blog: Backend, marker: str) -> None:
    first = blog.read(published(blog, marker))
    second = blog.read(published(blog, marker[:-1] + "z"))
    assert first.address != second.address


def test_a_post_is_in_the_way_of_another_one_until_it_goes_to_the_trash(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    (there,) = blog.in_the_way("ferry-strike", MORNING)
    assert (there.remote_id, there.title, there.content) == (remote_id, PLAIN.title, "")
    assert blog.in_the_way("ferry-strike-2", MORNING) == ()
    assert blog.in_the_way("ferry,strike", MORNING) in ((), (there,))
    blog.trash(remote_id)
    assert blog.in_the_way("ferry-strike", MORNING) == ()


def test_whoever_may_do_everything_may_make_categories(blog: Backend) -> None:
    assert blog.check().may_make_categories


def test_the_revision_changes_with_a_change_made_within_the_same_second(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    before = blog.read(remote_id).revision
    assert blog.read(remote_id).revision == before
    blog.write(remote_id, replace(PLAIN, content=BODY + "<p>Update #1</p>"))
    after = blog.read(remote_id).revision
    blog.write(remote_id, replace(PLAIN, content=BODY + "<p>Update #2</p>"))
    assert len({before, after, blog.read(remote_id).revision}) == 3


def test_a_write_over_what_was_compared_is_refused_once_it_is_another(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    seen = blog.read(remote_id).revision
    blog.write(remote_id, replace(PLAIN, content=BODY + "<p>Ines</p>"), seen)
    if Capability.MANY_WRITERS not in blog.capabilities:
        return
    with pytest.raises(ChangedMeanwhile):
        blog.write(remote_id, replace(PLAIN, content=BODY + "<p>Mine</p>"), seen)
    assert "Ines" in blog.read(remote_id).content
    blog.write(remote_id, replace(PLAIN, content=BODY + "<p>Mine</p>"), blog.read(remote_id).revision)
    assert "Mine" in blog.read(remote_id).content


def test_the_versions_that_a_blog_keeps_are_counted_and_read(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    first = blog.read(remote_id)
    if Capability.REVISIONS not in blog.capabilities:
        assert blog.revisions(remote_id) == ()
        assert (first.versions, first.version) == (-1, "")
        return
    for number in (1, 2):
        blog.write(remote_id, replace(PLAIN, content=f"<p>Update #{number}</p>"))
    answered = blog.write(remote_id, replace(PLAIN, content="<p>Update #2</p>", tags=("boats",)))
    there = blog.read(remote_id)
    assert (answered.versions, answered.version) == (there.versions, there.version)
    assert there.versions == first.versions + 2  # tags alone make no version
    newest, older = blog.revisions(remote_id, names=True)[:2]
    assert newest.id == there.version != first.version
    assert (newest.content, older.content) == ("<p>Update #2</p>", "<p>Update #1</p>")
    assert newest.author == there.author != ""
    assert newest.title == PLAIN.title
    with pytest.raises(Gone):
        blog.revisions("999999")


def test_a_picture_is_read_by_its_id(blog: Backend, picture: MakePicture) -> None:
    made = blog.upload(picture("green", "A boat", "Ours"), heard, Cancel())
    there = blog.medium(made.remote_id)
    assert (there.remote_id, there.address, there.width) == (made.remote_id, made.address, made.width)
    with pytest.raises(Gone):
        blog.medium("999999")


def test_the_list_and_the_post_agree_on_the_revision(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    listed = blog.posts().posts[0]
    assert (listed.remote_id, listed.revision) == (remote_id, blog.read(remote_id).revision)
    assert listed.content == ""
    assert "left at 5:40" in listed.rendered


def test_a_date_keeps_its_instant(blog: Backend, marker: str) -> None:
    read = blog.read(published(blog, marker))
    assert read.date == MORNING
    assert read.modified is not None
    assert read.modified.utcoffset() is not None


def test_a_first_publication_without_a_date_is_dated_now_and_keeps_that(blog: Backend, marker: str) -> None:
    started = datetime.now(UTC).replace(microsecond=0)
    remote_id = published(blog, marker, replace(PLAIN, date=None))
    first = blog.read(remote_id)
    assert first.date is not None
    assert started - timedelta(minutes=1) <= first.date <= datetime.now(UTC) + timedelta(minutes=1)
    assert blog.write(remote_id, replace(PLAIN, date=None, title="Later")).date == first.date


def test_an_update_without_a_date_leaves_it(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    assert blog.write(remote_id, replace(PLAIN, date=None)).date == MORNING


def test_tags_and_categories_are_made_when_missing_and_kept_by_name(blog: Backend, marker: str) -> None:
    names = replace(
        PLAIN, tags=("Fähren & Häfen", "strike", "O’Brien"), categories=("News & Notes", "Travel")
    )
    remote_id = published(blog, marker, names)
    again = blog.write(remote_id, names)
    assert set(again.tags) == set(names.tags)
    assert set(again.categories) == set(names.categories)
    assert set(names.tags) <= set(blog.tags())
    assert set(names.categories) <= set(blog.categories())
    bare = blog.write(remote_id, replace(PLAIN, tags=("strike",), categories=("Travel",)))
    assert (bare.tags, bare.categories) == (("strike",), ("Travel",))
    assert blog.write(remote_id, replace(PLAIN, categories=("Travel",))).tags == ()


def test_a_scheduled_post_is_scheduled_until_it_is_published_now(blog: Backend, marker: str) -> None:
    if Capability.SCHEDULE not in blog.capabilities:
        return
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    remote_id = published(blog, marker, replace(PLAIN, status=Status.SCHEDULED, date=later))
    read = blog.read(remote_id)
    assert (read.status, read.date) == (Status.SCHEDULED, later)
    assert blog.write(remote_id, replace(PLAIN, date=None)).status is Status.PUBLISHED


def test_a_post_is_unpublished_and_published_again_at_its_address(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    address = blog.read(remote_id).address
    draft = blog.write(remote_id, replace(PLAIN, status=Status.DRAFT))
    assert (draft.status, draft.content) == (Status.DRAFT, BODY)
    assert blog.write(remote_id, PLAIN).address == address


@pytest.mark.parametrize(
    ("capability", "visibility", "status"),
    [
        (Capability.PRIVATE, Visibility.PRIVATE, Status.PRIVATE),
        (Capability.PENDING, Visibility.PENDING, Status.PENDING),
        (Capability.PASSWORD, Visibility.PASSWORD, Status.PUBLISHED),
    ],
)
def test_who_can_see_a_post(
    blog: Backend, marker: str, capability: Capability, visibility: Visibility, status: Status
) -> None:
    if capability not in blog.capabilities:
        return
    hidden = replace(PLAIN, visibility=visibility, post_password="open sesame")
    remote_id = published(blog, marker, hidden)
    read = blog.read(remote_id)
    assert (read.status, read.visibility, read.content) == (status, visibility, BODY)
    public = blog.write(remote_id, PLAIN)
    assert (public.status, public.visibility) == (Status.PUBLISHED, Visibility.PUBLIC)


def test_a_post_goes_to_the_trash_once_and_again(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    blog.trash(remote_id)
    blog.trash(remote_id)
    assert blog.read(remote_id).status is Status.TRASHED
    assert everything(blog) == []
    blog.trash("4711")


def test_a_post_comes_back_from_the_trash_to_its_address(blog: Backend, marker: str) -> None:
    remote_id = published(blog, marker)
    address = blog.read(remote_id).address
    blog.trash(remote_id)
    back = blog.write(remote_id, PLAIN)
    assert (back.status, back.address, back.content) == (Status.PUBLISHED, address, BODY)
    assert blog.read(remote_id).status is Status.PUBLISHED


def test_a_draft_out_of_the_trash_does_not_go_live_under_its_marker(blog: Backend, marker: str) -> None:
    remote_id = blog.create_draft(marker, "").remote_id
    blog.trash(remote_id)
    assert marker not in blog.write(remote_id, replace(PLAIN, slug="")).address


@pytest.mark.parametrize("remote_id", ["4711", "no-such-post", "", "../1", "1?force=true"])
def test_a_post_that_is_not_there_is_gone(blog: Backend, remote_id: str) -> None:
    with pytest.raises(Gone) as caught:
        blog.read(remote_id)
    assert all((caught.value.happened, caught.value.means, caught.value.todo))
    with pytest.raises(Gone):
        blog.write(remote_id, PLAIN)


def test_the_posts_come_in_pages_and_only_those_changed_lately_where_asked(
    blog: Backend, marker: str
) -> None:
    made = [published(blog, marker[:-2] + f"{n:02d}", replace(PLAIN, slug=f"post-{n}")) for n in range(3)]
    page = blog.posts()
    assert set(everything(blog)) == set(made)
    assert page.total in (-1, 3)
    since = datetime.now(UTC) + timedelta(hours=2)  # some of before may be among them
    assert blog.posts(since=since).posts == ()
    assert len(blog.posts(since=since - timedelta(hours=4)).posts) == 3


def test_a_picture_is_found_by_its_content_and_shown(blog: Backend, picture: MakePicture) -> None:
    boat = picture("red", alt="A “red” boat & a gull", caption="It’s 5 < 6 o’clock")
    assert blog.find_media(boat.content_hash) == ()
    heard: list[int] = []
    media = blog.upload(boat, heard.append, Cancel())
    assert media.address
    assert (media.width, media.height) == (80, 60)
    assert (media.alt, media.caption) == (boat.alt, boat.caption)
    assert heard[-1] == boat.size
    assert [m.remote_id for m in blog.find_media(boat.content_hash)] == [media.remote_id]
    assert blog.find_media(picture("blue").content_hash) == ()


def test_a_picture_is_described_anew(blog: Backend, picture: MakePicture) -> None:
    boat = picture("red")
    media = blog.upload(boat, heard, Cancel())
    blog.describe_media(media.remote_id, "A boat", "At the quay")
    blog.describe_media(media.remote_id, "A boat", "At the quay")
    (found,) = blog.find_media(boat.content_hash)
    # A static site has no place for them but the post's own HTML.
    assert (found.alt, found.caption) in (("A boat", "At the quay"), ("", ""))


def test_a_twin_of_a_picture_is_discarded(blog: Backend, picture: MakePicture) -> None:
    boat = picture("red")
    media = blog.upload(boat, heard, Cancel())
    blog.discard_media(media.remote_id)
    blog.discard_media(media.remote_id)
    assert blog.find_media(boat.content_hash) == ()


def test_a_featured_picture_is_set_and_taken_away(blog: Backend, marker: str, picture: MakePicture) -> None:
    media = blog.upload(picture("red"), heard, Cancel())
    remote_id = published(blog, marker, replace(PLAIN, featured=media.remote_id))
    assert blog.read(remote_id).featured == media.remote_id
    assert blog.write(remote_id, PLAIN).featured == ""


def test_a_file_that_is_no_picture_is_refused_by_name(blog: Backend, picture: MakePicture) -> None:
    boat = picture("red")
    Path(boat.path).write_bytes(b"this is none")
    with pytest.raises(MediaRefused, match="the red boat"):
        blog.upload(replace(boat, size=12), heard, Cancel())
    assert blog.find_media(boat.content_hash) == ()


def test_an_upload_that_was_stopped_leaves_nothing(blog: Backend, picture: MakePicture) -> None:
    boat = picture("red")
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        blog.upload(boat, heard, cancel)
    assert blog.find_media(boat.content_hash) == ()


def test_a_picture_missing_on_the_disk_is_named(blog: Backend, picture: MakePicture) -> None:
    boat = picture("red")
    boat.path.unlink()
    with pytest.raises(Exception, match="the red boat") as caught:
        blog.upload(boat, heard, Cancel())
    assert not isinstance(caught.value, BackendError) or isinstance(caught.value, MediaRefused)
