"""What readers get, real WordPress: as administrator and as an author, public, private, scheduled, undone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.backends.http import make_client
from postdesk.backends.reader import Visitor
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.post import Post, Visibility
from postdesk.core.receipt import Status
from postdesk.publishing.compare import as_outgoing
from postdesk.publishing.job import JobState
from postdesk.publishing.outbox import WENT_LIVE, JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.verify import look
from tests.publishing.fake_blog import Server
from tests.publishing.world import World, post_with
from tests.servers.fixtures import FaultProxies
from tests.servers.wordpress import WordPress as RealServer

POST = replace(
    post_with(2, title="Trains; “and” quiet & <b>late</b>"),
    body=post_with(2).body + "\n\n- Boats running: 3 of 14\n- It’s over -- for now\n\n> “We” were told…",
)


class Blog(World):
    """One blog as one of its users, and as any reader."""

    def look(self, result: JobResult) -> dict[str, str]:
        """What a reader does not get as meant, by its kind."""
        assert result.kind is ResultKind.DONE, result.sentence
        if result.expected is None:
            return {}
        with make_client() as http:
            found = look(result.expected, Visitor(lambda: http), Cancel())
        return {d.kind: d.sentence for d in found}

    def undo(self, result: JobResult) -> JobResult:
        """The way back, as the desk makes it."""
        self.click_undo(result.job_id)
        return self.run()[-1]


def _open(home: Path, server: RealServer, user: str) -> Iterator[Blog]:
    server.reset_posts()
    account = Account("a1", "wordpress", "Blog", server.base_url, user)
    with make_client() as http:
        blog = WordPress(account, server.users[user].app_password, http)
        made = Blog(home, Server(), make=lambda _w: blog, accounts={"a1": account})
        made.clock.now = time.time()
        made.pictures(2)
        yield made
        made.stop()


@pytest.fixture
def blog(tmp_path: Path, wordpress: RealServer) -> Iterator[Blog]:
    yield from _open(tmp_path, wordpress, "admin")


@pytest.fixture
def authors_blog(tmp_path: Path, wordpress: RealServer) -> Iterator[Blog]:
    yield from _open(tmp_path, wordpress, "writer")


def test_readers_get_a_post_as_it_was_meant_through_its_whole_life(blog: Blog) -> None:
    first = blog.publish(POST)
    assert first.expected is not None
    assert len(first.expected.pictures) == 2
    assert blog.look(first) == {}
    changed = blog.publish(replace(POST, body=POST.body + "\n\nUpdate #1."), Intent.UPDATE)
    assert changed.expected is not None
    assert changed.expected.pictures == ()
    assert blog.look(changed) == {}
    back = blog.undo(changed)
    assert blog.look(back) == {}
    offline = blog.publish(POST, Intent.UNPUBLISH)
    assert offline.expected is not None
    assert not offline.expected.open
    assert blog.look(offline) == {}
    again = blog.undo(offline)
    assert (again.receipt or first.receipt).status is Status.PUBLISHED  # type: ignore[union-attr]
    assert blog.look(again) == {}
    trashed = blog.publish(POST, Intent.TRASH)
    assert blog.look(trashed) == {}
    restored = blog.undo(trashed)
    assert restored.receipt is not None
    assert first.receipt is not None
    assert (restored.receipt.status, restored.address) == (Status.PUBLISHED, first.receipt.address)
    assert blog.look(restored) == {}
    assert len(blog.backend.posts().posts) == 1


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.PASSWORD, Visibility.PENDING])
def test_nobody_reads_what_is_not_for_everybody(blog: Blog, visibility: Visibility) -> None:
    password = "open sesame" if visibility is Visibility.PASSWORD else ""
    result = blog.publish(replace(POST, visibility=visibility, post_password=password))
    assert result.expected is not None
    assert not result.expected.open
    assert blog.look(result) == {}
    # The look would see it: the same post, public, is told.
    public = blog.publish(POST, Intent.UPDATE)
    assert public.expected is not None
    assert set(blog.look(replace(public, expected=replace(public.expected, open=False)))) == {"reader: open"}


def test_a_scheduled_post_is_read_by_nobody_until_it_is_told_to_be_public(
    blog: Blog, wordpress: RealServer
) -> None:
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    result = blog.publish(replace(POST, date=when))
    assert result.receipt is not None
    assert result.receipt.status is Status.SCHEDULED
    assert blog.look(result) == {}
    there = result.receipt.remote_id
    wordpress.php(
        "global $wpdb; $d = gmdate('Y-m-d H:i:s', time() - 30);"
        f"$wpdb->update($wpdb->posts, ['post_date' => $d, 'post_date_gmt' => $d], ['ID' => {there}]);"
        f"clean_post_cache({there});"
    )
    # Her clock has reached the moment, and the blog has not noticed yet.
    blog.clock.now = when.timestamp() + 61
    assert blog.run() == ()
    blog.clock.now += 301
    (late,) = blog.run()
    assert (late.intent, late.kind) == (WENT_LIVE, ResultKind.DONE)
    assert "still holds it" in late.sentence
    wordpress.php(f"wp_publish_post({there});")
    blog.clock.now += 301
    (live,) = blog.run()
    assert (live.intent, live.sentence, live.title) == (WENT_LIVE, "", POST.title)
    assert live.receipt is not None
    assert live.receipt.status is Status.PUBLISHED
    assert blog.look(live) == {}
    assert blog.outbox.next_due() is None


def test_cron_makes_a_scheduled_post_public(blog: Blog, wordpress: RealServer) -> None:
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    result = blog.publish(replace(POST, date=when))
    assert result.receipt is not None
    there = result.receipt.remote_id
    wordpress.php(
        "global $wpdb; $d = gmdate('Y-m-d H:i:s', time() - 30);"
        f"$wpdb->update($wpdb->posts, ['post_date' => $d, 'post_date_gmt' => $d], ['ID' => {there}]);"
        f"clean_post_cache({there}); wp_clear_scheduled_hook('publish_future_post', [{there}]);"
        f"wp_schedule_single_event(time() - 20, 'publish_future_post', [{there}]);"
    )
    wordpress.cron()
    blog.clock.now = when.timestamp() + 61
    (live,) = blog.run()
    assert live.receipt is not None
    assert live.receipt.status is Status.PUBLISHED
    assert blog.look(live) == {}


def test_the_date_of_a_published_post_moves_back_and_ahead(blog: Blog) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    first = blog.publish(POST)
    past = blog.publish(replace(POST, date=now - timedelta(days=400)), Intent.UPDATE)
    assert past.remarks == ()
    assert past.receipt is not None
    assert past.receipt.published_at == now - timedelta(days=400)
    ahead = replace(POST, date=now + timedelta(days=3))
    plan = blog.plan(ahead, Intent.UPDATE, account=blog.accounts["a1"])
    assert any("Take it offline" in w for w in plan.words)
    later = blog.publish(ahead, Intent.UPDATE)
    assert later.remarks == ()
    assert later.receipt is not None
    assert (later.receipt.status, later.receipt.published_at) == (Status.SCHEDULED, ahead.date)
    assert blog.look(later) == {}
    back = blog.undo(later)
    assert back.receipt is not None
    assert (back.receipt.status, back.receipt.published_at) == (Status.PUBLISHED, now - timedelta(days=400))
    assert first.receipt is not None
    assert back.receipt.remote_id == first.receipt.remote_id


def test_a_scheduled_post_gets_another_date_goes_back_to_a_draft_and_out_at_once(blog: Blog) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    blog.publish(replace(POST, date=now + timedelta(days=2)))
    moved = blog.publish(replace(POST, date=now + timedelta(days=5)), Intent.UPDATE)
    assert moved.receipt is not None
    assert (moved.receipt.status, moved.receipt.published_at) == (Status.SCHEDULED, now + timedelta(days=5))
    draft = blog.publish(POST, Intent.UNPUBLISH)
    assert draft.receipt is not None
    assert draft.receipt.status is Status.DRAFT
    again = blog.undo(draft)
    assert again.receipt is not None
    assert (again.receipt.status, again.receipt.published_at) == (Status.SCHEDULED, now + timedelta(days=5))
    out = blog.publish(POST, Intent.PUBLISH)
    assert out.receipt is not None
    assert out.receipt.status is Status.PUBLISHED
    assert out.receipt.published_at is not None
    assert abs(out.receipt.published_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert blog.look(out) == {}


@pytest.mark.parametrize("off", [timedelta(days=1), timedelta(days=-1), timedelta(days=-40 * 365)])
def test_no_wrong_clock_schedules_or_dates_a_post(blog: Blog, off: timedelta) -> None:
    blog.clock.now += off.total_seconds()
    here = datetime.fromtimestamp(blog.clock.now, UTC)
    result = blog.publish(replace(POST, date=here + timedelta(hours=3)))
    assert result.kind is ResultKind.FAILED
    assert "clock" in result.sentence
    assert not [p for p in blog.backend.posts().posts if p.status is not Status.DRAFT]
    done = blog.publish(POST)
    assert done.receipt is not None
    assert done.receipt.status is Status.PUBLISHED
    assert done.receipt.published_at is not None
    assert abs(done.receipt.published_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert [j.state for j in blog.outbox.jobs()] == []


def test_a_clock_that_runs_ahead_does_not_send_a_scheduled_post_early(blog: Blog) -> None:
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    blog.publish(replace(POST, date=when))
    blog.clock.now += 9 * 86400
    result = blog.publish(replace(POST, body="Changed words.", date=when), Intent.UPDATE)
    assert result.kind is ResultKind.FAILED
    assert "clock" in result.sentence
    (there,) = blog.backend.posts().posts
    assert (there.status, there.date) == (Status.SCHEDULED, when)
    assert "still holds" not in " ".join(r.sentence for r in blog.run())


def test_an_author_is_told_in_words_what_the_blog_took_away(authors_blog: Blog) -> None:
    words = '\n\n<iframe src="https://maps.example/1"></iframe>\n\n<script>var a = 1;</script>\n\n<mark>Marked</mark>.'
    result = authors_blog.publish(replace(POST, body=POST.body + words))
    assert result.kind is ResultKind.DONE
    kinds = {d.kind for d in result.told}
    assert {"removed frames", "removed code"} <= kinds
    told = " ".join(result.remarks)
    assert "<iframe>" in told
    assert "ask an administrator" in told
    assert "<script>" in told
    again = authors_blog.publish(replace(POST, body=POST.body + words + " More."), Intent.UPDATE)
    assert "removed frames" in {d.kind for d in again.told}  # what is lost is told every time


def test_an_author_who_sends_plain_words_is_told_nothing(authors_blog: Blog) -> None:
    body = (
        POST.body
        + '\n\nAT&T said "no" & <em>meant</em> it. `a < b && "c"` [link](https://example.org/?a=1&b=2)'
    )
    for post in (replace(POST, body=body), replace(POST, body=body + "\n\nMore.")):
        result = authors_blog.publish(post)
        assert result.remarks == ()
        assert authors_blog.look(result) == {}


def test_an_undo_of_what_a_colleague_changed_since_is_a_conflict(blog: Blog) -> None:
    blog.publish(POST)
    changed = blog.publish(replace(POST, body="Other words of the post."), Intent.UPDATE)
    assert changed.receipt is not None
    there = blog.backend.read(changed.receipt.remote_id)
    blog.backend.write(there.remote_id, replace(as_outgoing(there), title="A colleague's"))
    result = blog.undo(changed)
    assert result.kind is ResultKind.CONFLICT
    assert blog.backend.read(there.remote_id).title == "A colleague's"
    assert [j.state for j in blog.outbox.jobs()] == [JobState.FAILED]


def test_a_post_without_latin_letters_is_found_on_its_page(blog: Blog) -> None:
    body = "Первые слова этой заметки о поездах.\n\n鉄道の静けさについての短い文章です。"
    result = blog.publish(Post("e" * 16, "Поезда и тишина", body))
    assert blog.look(result) == {}


def test_the_look_costs_one_request_and_one_for_each_picture_that_is_new(
    tmp_path: Path, wordpress_newest: RealServer, fault_proxy: FaultProxies
) -> None:
    wordpress_newest.reset_posts()
    proxy = fault_proxy(wordpress_newest.base_url)
    account = Account("a1", "wordpress", "Blog", proxy.base_url, "admin")
    with make_client() as http:
        backend = WordPress(account, wordpress_newest.users["admin"].app_password, http)
        blog = Blog(tmp_path, Server(), make=lambda _w: backend, accounts={"a1": account})
        blog.clock.now = time.time()
        blog.pictures(5)
        long = post_with(
            5, extra="\n\n" + "\n\n".join(f"Paragraph {n} of a long day at the quay." for n in range(1000))
        )
        for post, intent, asked in ((long, Intent.PUBLISH, 6), (replace(long, title="B"), Intent.UPDATE, 1)):
            result = blog.publish(post, intent)
            proxy.forget()
            assert blog.look(result) == {}
            assert len(proxy.requests) == asked
            assert [r.method for r in proxy.requests] == ["GET", *["HEAD"] * (asked - 1)]
            assert not [r for r in proxy.requests if "authorization" in r.headers or "cookie" in r.headers]
        blog.stop()
