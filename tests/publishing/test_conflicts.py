"""Nobody's change on the blog is overwritten, and what the blog made differently is told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.core.errors import NotReady
from postdesk.core.post import Post
from postdesk.core.receipt import Status
from postdesk.publishing.outbox import ResultKind
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import FakeBlog, Fault, Server
from tests.publishing.world import World, post_with

MORE = post_with(0, extra=" Update #1.")


def _published(home: Path) -> tuple[World, str]:
    world = World(home, Server())
    result = world.publish(post_with(0))
    assert result.receipt is not None
    return world, result.receipt.remote_id


@pytest.mark.parametrize(
    "change", [{"content": "<p>A colleague's words.</p>"}, {"title": "Another title"}, {"tags": ["rail", "steam"]},
               {"excerpt": "Short."}, {"status": "draft"}, {"slug": "elsewhere"}])  # fmt: skip
def test_a_colleagues_change_is_never_overwritten(tmp_path: Path, change: dict[str, object]) -> None:
    world, there = _published(tmp_path)
    world.server.edit(there, **change)
    before = dict(world.server.posts[there])
    result = world.publish(MORE, Intent.UPDATE)
    assert result.kind is ResultKind.CONFLICT
    assert result.remote is not None
    assert "Nothing was overwritten" in result.sentence
    assert world.server.posts[there] == before
    world.stop()


@pytest.mark.parametrize("away", [Intent.UNPUBLISH, Intent.TRASH])
def test_words_that_she_never_saw_are_not_overwritten_when_the_post_comes_back(
    tmp_path: Path, away: Intent
) -> None:
    """To take a post offline, or to delete it, is no word on what a colleague wrote in it a moment before."""
    world, there = _published(tmp_path)
    world.server.edit(there, content="<p>A colleague's words.</p>")
    assert world.publish(post_with(0), away).kind is ResultKind.DONE
    assert "A colleague's words." in world.server.posts[there]["content"]
    result = world.publish(post_with(0))
    assert result.kind is ResultKind.CONFLICT
    assert result.remote is not None
    assert "A colleague's words." in result.remote.content
    world.outbox.keep_mine(result.job_id, result.remote.revision)
    (done,) = world.run()
    assert done.kind is ResultKind.DONE
    world.stop()


def test_a_change_within_the_same_revision_is_seen(tmp_path: Path) -> None:
    """Revisions of some servers are whole seconds: two saves within one look alike."""
    world, there = _published(tmp_path)
    world.server.posts[there]["content"] = "<p>A colleague's words.</p>"
    assert world.publish(MORE, Intent.UPDATE).kind is ResultKind.CONFLICT
    world.stop()


def test_a_save_that_changed_nothing_is_no_conflict(tmp_path: Path) -> None:
    world, there = _published(tmp_path)
    world.server.edit(there)
    assert world.publish(MORE, Intent.UPDATE).kind is ResultKind.DONE
    world.stop()


def test_the_writer_may_decide_for_her_text_but_only_against_what_she_saw(tmp_path: Path) -> None:
    world, there = _published(tmp_path)
    world.server.edit(there, content="<p>A colleague's words.</p>")
    result = world.publish(MORE, Intent.UPDATE)
    assert result.remote is not None
    world.server.edit(there, content="<p>Even newer words.</p>")
    world.outbox.keep_mine(result.job_id, result.remote.revision)
    (again,) = world.run()
    assert again.kind is ResultKind.CONFLICT
    assert again.remote is not None
    world.outbox.keep_mine(again.job_id, again.remote.revision)
    (done,) = world.run()
    assert done.kind is ResultKind.DONE
    assert "Update #1" in world.server.posts[there]["content"]
    world.stop()


def test_a_colleague_who_wrote_after_a_lost_answer_is_not_overwritten(tmp_path: Path) -> None:
    world, there = _published(tmp_path)
    world.backend = FakeBlog(world.server, [Fault(world.server.calls + n, "after") for n in range(2, 20)])
    world.publish(MORE, Intent.UPDATE)
    assert isinstance(world.backend, FakeBlog)
    world.backend.faults.clear()
    world.server.edit(there, content=world.server.posts[there]["content"] + "<p>And a colleague's.</p>")
    world.clock.now += 3600
    assert [r.kind for r in world.run()] == [ResultKind.CONFLICT]
    assert "colleague" in world.server.posts[there]["content"]
    world.stop()


def test_a_lost_answer_to_an_update_is_no_conflict_on_a_blog_that_filters(tmp_path: Path) -> None:
    def without_frames(content: str) -> str:
        return re.sub(r"<iframe.*?</iframe>", "", content)

    world = World(tmp_path, Server())
    world.backend = FakeBlog(world.server, clean=without_frames)
    frame = '\n\n<iframe src="https://video.example/1"></iframe>'
    first = world.publish(post_with(0, extra=frame))
    (remark,) = first.remarks
    assert "<iframe>" in remark
    assert "ask an administrator" in remark
    world.backend = FakeBlog(world.server, [Fault(world.server.calls + 2, "after")], clean=without_frames)
    result = world.publish(post_with(0, extra=" More." + frame), Intent.UPDATE)
    assert result.kind is ResultKind.DONE
    assert result.remarks == (remark,)
    world.stop()


def test_an_address_once_given_stays_when_the_title_changes(tmp_path: Path) -> None:
    world, there = _published(tmp_path)
    slug, date = world.server.posts[there]["slug"], world.server.posts[there]["date"]
    world.publish(replace(MORE, title="Quite another headline"), Intent.UPDATE)
    assert (world.server.posts[there]["slug"], world.server.posts[there]["date"]) == (slug, date)
    world.publish(replace(MORE, title="Quite another headline", slug="by-hand"), Intent.UPDATE)
    assert world.server.posts[there]["slug"] == "by-hand"
    world.stop()


def test_a_taken_address_is_told_once_and_kept(tmp_path: Path) -> None:
    world, _there = _published(tmp_path)
    other = replace(post_with(0), id="f" * 16, slug="trains-and-quiet")
    result = world.publish(other)
    assert result.receipt is not None
    assert result.receipt.slug == "trains-and-quiet-2"
    assert [r for r in result.remarks if "trains-and-quiet-2" in r]
    again = world.publish(replace(other, body="Changed."), Intent.UPDATE)
    assert again.remarks == ()
    assert again.receipt is not None
    assert again.receipt.slug == "trains-and-quiet-2"
    world.stop()


def test_a_title_without_latin_letters_gets_an_address_that_is_not_the_marker(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    result = world.publish(Post("3" * 16, "Поезда", "Слова."))
    assert result.receipt is not None
    assert result.receipt.slug.startswith("post-")
    world.stop()


@pytest.mark.parametrize(("status", "told"), [("gone", "deleted"), ("trashed", "trash")])
def test_a_post_deleted_on_the_blog_is_not_made_again_unasked(tmp_path: Path, status: str, told: str) -> None:
    world, there = _published(tmp_path)
    if status == "gone":
        del world.server.posts[there]
    else:
        world.server.edit(there, status="trashed", slug="x__trashed")
    result = world.publish(MORE, Intent.UPDATE)
    assert result.kind is ResultKind.FAILED
    assert told in result.sentence
    assert not world.server.public()
    world.outbox.publish_as_new(result.job_id)
    world.settle()
    assert len(world.server.public()) == 1
    world.stop()


def test_a_scheduled_post_that_went_live_by_itself_is_no_conflict(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    when = datetime.fromtimestamp(world.clock(), UTC) + timedelta(days=1)
    post = replace(post_with(0), date=when)
    result = world.publish(post, Intent.SCHEDULE)
    assert result.receipt is not None
    assert result.receipt.status is Status.SCHEDULED
    world.clock.now += 2 * 86400
    world.server.edit(result.receipt.remote_id, status="published")
    done = world.publish(replace(post, body="Changed."), Intent.UPDATE)
    assert done.kind is ResultKind.DONE
    assert [p["status"] for p in world.server.posts.values()] == ["published"]
    world.stop()


def test_publishing_again_after_the_trash_puts_the_same_post_back(tmp_path: Path) -> None:
    world, there = _published(tmp_path)
    slug = world.server.posts[there]["slug"]
    world.publish(post_with(0), Intent.TRASH)
    assert world.server.posts[there]["status"] == "trashed"
    world.publish(post_with(0))
    assert [(p["remote_id"], p["status"]) for p in world.server.posts.values()] == [(there, "published")]
    assert world.server.posts[there]["slug"] == slug
    world.stop()


def test_unpublishing_keeps_a_colleagues_change(tmp_path: Path) -> None:
    world, there = _published(tmp_path)
    world.server.edit(there, content="<p>A colleague's words.</p>")
    assert world.publish(post_with(0), Intent.UNPUBLISH).kind is ResultKind.DONE
    assert world.server.posts[there]["status"] == "draft"
    assert "colleague" in world.server.posts[there]["content"]
    world.stop()


def test_what_was_never_published_cannot_be_taken_away(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    with pytest.raises(NotReady, match="is not on"):
        world.plan(post_with(0), Intent.TRASH)
    world.stop()
