"""The protocol against real WordPress: what is read back is what was meant, and nothing is a false conflict."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.account import Account
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing import slipped
from postdesk.publishing.compare import as_outgoing
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import Server
from tests.publishing.world import World, post_with
from tests.servers.wordpress import WordPress as RealServer

POST = replace(post_with(2, title="Trains; “and” quiet & <b>late</b>"), excerpt="In short: “late”.")


@pytest.fixture
def world(tmp_path: Path, wordpress: RealServer) -> Iterator[World]:
    wordpress.reset_posts()
    account = Account("a1", "wordpress", "Blog", wordpress.base_url, "admin")
    with make_client() as http:
        blog = WordPress(account, wordpress.users["admin"].app_password, http)
        made = World(tmp_path, Server(), make=lambda _w: blog, accounts={"a1": account})
        made.clock.now = time.time()
        made.pictures(2)
        yield made
        made.stop()


def _done(result: JobResult) -> Receipt:
    assert (result.kind, result.sentence, result.remarks) == (ResultKind.DONE, "", ())
    assert result.receipt is not None
    return result.receipt


def test_a_post_goes_through_its_whole_life_under_one_address(world: World) -> None:
    first = _done(world.publish(POST))
    assert first.status is Status.PUBLISHED
    for later in (
        replace(POST, body=POST.body + "\n\nUpdate #1."),
        replace(POST, title="Another headline"),
        POST,
    ):
        receipt = _done(world.publish(later, Intent.UPDATE))
        assert (receipt.remote_id, receipt.address, receipt.published_at) == (
            first.remote_id, first.address, first.published_at,
        )  # fmt: skip
    assert _done(world.publish(POST, Intent.UNPUBLISH)).status is Status.DRAFT
    assert _done(world.publish(POST)).address == first.address
    assert _done(world.publish(POST, Intent.TRASH)).status is Status.TRASHED
    back = _done(world.publish(POST))
    assert (back.remote_id, back.address, back.status) == (first.remote_id, first.address, Status.PUBLISHED)
    assert len(world.backend.posts().posts) == 1
    assert {len(world.backend.find_media(m.content_hash)) for m in back.media} == {1}


def test_a_link_to_another_post_is_no_difference_and_no_conflict_at_any_update(world: World) -> None:
    old = Post("2" * 16, "The old story; part 1", "Long ago & far.")
    body = f"As [we *told* you](post:{old.id}), and [gone](post:nobody).\n\n- [again](post:{old.id})"
    new = Post("3" * 16, "The new one", body)
    alone = _done(world.publish(new))
    assert "post:" not in world.backend.read(alone.remote_id).content
    target = _done(world.publish(old))
    for body in (new.body, new.body, new.body + "\n\nUpdate #1."):
        receipt = _done(world.publish(replace(new, body=body), Intent.UPDATE))
        content = world.backend.read(receipt.remote_id).content
        assert content.count(f'<a href="{target.address}">') == 2
        assert "and gone." in content
    assert len(world.backend.posts().posts) == 2


def test_a_colleagues_words_are_a_conflict_until_the_writer_decides(world: World) -> None:
    receipt = _done(world.publish(POST))
    there = world.backend.read(receipt.remote_id)
    words = there.content + "\n\n<!-- wp:paragraph -->\n<p>A colleague.</p>\n<!-- /wp:paragraph -->"
    world.backend.write(there.remote_id, replace(as_outgoing(there), content=words))
    result = world.publish(replace(POST, title="Mine"), Intent.UPDATE)
    assert result.kind is ResultKind.CONFLICT
    assert "A colleague." in world.backend.read(receipt.remote_id).content
    assert result.remote is not None
    world.outbox.keep_mine(result.job_id, result.remote.revision)
    (decided,) = world.run()
    _done(decided)
    assert world.backend.read(receipt.remote_id).title == "Mine"


def test_a_colleague_within_our_own_second_is_found_afterwards(
    world: World, wordpress: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our last look and our write another client saves the post: WordPress keeps it, the journal knows it."""
    receipt = _done(world.publish(POST))
    there = world.backend.read(receipt.remote_id)
    theirs = as_outgoing(
        replace(there, content=there.content.replace("The first words", "The very first words"))
    )
    with make_client() as http:
        ines = WordPress(world.accounts["a1"], wordpress.users["admin"].app_password, http)
        blog = world.backend
        assert isinstance(blog, WordPress)
        send = blog._send
        crossed: list[str] = []

        def crossing(method: str, path: str, *rest: Any) -> Any:
            if method == "POST" and path == f"wp/v2/posts/{receipt.remote_id}" and not crossed:
                crossed.append(path)
                ines.write(receipt.remote_id, theirs)
            return send(method, path, *rest)

        monkeypatch.setattr(blog, "_send", crossing)
        result = world.publish(replace(POST, body=POST.body + "\n\nUpdate #1."), Intent.UPDATE)
    assert result.kind is ResultKind.DONE
    assert result.remarks == (
        "admin changed it in the same moment; that version is kept in the blog's revisions.",
    )
    (one,) = slipped.kept(world.journal, "a1", POST.id)
    assert "The very first words" in one.revision.content
    assert "Update #1." in blog.read(receipt.remote_id).content


def test_an_update_that_nobody_crosses_costs_no_more_requests(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _done(world.publish(POST))
    blog = world.backend
    assert isinstance(blog, WordPress)
    send, asked = blog._send, []

    def counting(method: str, path: str, *rest: Any) -> Any:
        asked.append((method, path.rpartition("/")[0]))
        return send(method, path, *rest)

    monkeypatch.setattr(blog, "_send", counting)
    _done(world.publish(replace(POST, body=POST.body + "\n\nUpdate #1."), Intent.UPDATE))
    assert asked == [("GET", "wp/v2/posts")] * 2 + [("POST", "wp/v2/posts"), ("GET", "wp/v2/posts")]


def test_a_scheduled_post_with_a_foreign_title_can_be_updated(world: World) -> None:
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    post = Post("e" * 16, "Поезда", "Слова.", date=when)
    first = _done(world.publish(post, Intent.SCHEDULE))
    assert (first.status, first.published_at) == (Status.SCHEDULED, when)
    assert not first.slug.startswith("pd-")
    again = _done(world.publish(replace(post, body="Другие слова."), Intent.UPDATE))
    assert (again.status, again.slug) == (Status.SCHEDULED, first.slug)
