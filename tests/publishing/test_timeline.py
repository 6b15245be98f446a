"""What happened to a post is told in its order, survives what it can, and does not grow for ever."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Unreachable
from postdesk.core.receipt import Status
from postdesk.publishing import events
from postdesk.publishing.events import EventKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.run import Progress
from postdesk.publishing.timeline import timeline
from tests.publishing.fake_blog import ACCOUNT, FakeBlog, Fault, Server
from tests.publishing.world import START, World, post_with

K = EventKind
POST = post_with(0).id


def _kinds(world: World) -> list[EventKind]:
    return [e.kind for e in world.journal.events(POST)]


def _told(world: World, first: float | None = None) -> list[EventKind]:
    """The timeline as the desk tells it, newest first."""
    entries = timeline(POST, world.journal.events(POST), world.receipts.for_post(POST), first, world.clock())
    return [e.event.kind for e in entries]


def test_a_life_of_a_post_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.publish(post_with(0))
    world.clock.now += 60
    world.publish(post_with(0, extra=" More."), Intent.UPDATE)
    world.clock.now += 60
    (there,) = world.server.posts.values()
    world.server.edit(there["remote_id"], content="<p>By a colleague</p>")
    world.publish(post_with(0, extra=" Still more."), Intent.UPDATE)
    job = world.outbox.jobs()[0].id
    world.clock.now += 60
    world.outbox.keep_mine(job, there["revision"])
    world.run()
    world.clock.now += 60
    world.publish(post_with(0, extra=" Still more."), Intent.UNPUBLISH)
    world.publish(post_with(0, extra=" Still more."), Intent.TRASH)
    assert _kinds(world) == [
        K.SUBMITTED, K.PUBLISHED, K.SUBMITTED, K.UPDATED, K.SUBMITTED, K.CONFLICT, K.KEPT_MINE, K.UPDATED,
        K.SUBMITTED, K.OFFLINE, K.SUBMITTED, K.DELETED,
    ]  # fmt: skip
    moments = [e.ended for e in world.journal.events(POST)]
    assert moments == sorted(moments)
    assert world.journal.events("other") == ()
    world.stop()


def test_a_conflict_that_is_decided_by_a_newer_text_was_merged(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.publish(post_with(0))
    (there,) = world.server.posts.values()
    world.server.edit(there["remote_id"], content="<p>By a colleague</p>")
    world.publish(post_with(0, extra=" Mine."), Intent.UPDATE)
    world.click(post_with(0, extra=" Both."), Intent.UPDATE)
    assert _kinds(world)[-2:] == [K.CONFLICT, K.MERGED]
    world.stop()


def test_many_tries_are_one_entry_that_says_how_many(tmp_path: Path) -> None:
    down = [True]
    world = World(
        tmp_path, Server(),
        make=lambda w: FakeBlog(w.server, down=lambda: Unreachable("No connection.", "x", "y") if down[0] else None),
    )  # fmt: skip
    world.click(post_with(0))
    for _try in range(5):
        world.clock.now = world.outbox.next_due() or 0
        world.run()
    (_submitted, waited) = world.journal.events(POST)
    assert (waited.kind, waited.times, waited.words) == (K.WAITED, 5, "No connection.")
    assert waited.began == START
    assert waited.ended == world.clock.now
    assert world.outbox.jobs()[0].since == START, "since when there is no connection"
    (entry, _first) = timeline(POST, world.journal.events(POST), (), None, world.clock())
    assert entry.words == "Tried 5 times, and waited: No connection."
    down[0] = False
    world.settle()
    assert _kinds(world) == [K.SUBMITTED, K.WAITED, K.PUBLISHED]
    world.stop()


def test_what_she_does_meanwhile_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.pictures(1)
    job = world.click(post_with(1))
    world.outbox.pause(job)
    world.outbox.renew(job, world.plan(post_with(1, extra=" Two.")))
    world.outbox.renew(job, world.plan(post_with(1, extra=" Three.")))
    world.outbox.resume(job)

    def stop(progress: Progress) -> None:
        if progress.words.startswith("Uploading"):
            world.outbox.stop(job)

    world.outbox.run(Cancel(), stop)
    world.outbox.take_back(job)
    assert _kinds(world) == [K.SUBMITTED, K.PAUSED, K.RENEWED, K.STOPPED, K.TAKEN_BACK]
    world.stop()


def test_a_program_that_ended_in_the_middle_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    job = world.click(post_with(0))
    world.journal.claim(job)
    world.stop()
    world.start()
    assert _kinds(world) == [K.SUBMITTED, K.INTERRUPTED]
    world.settle()
    assert _kinds(world)[-1] is K.PUBLISHED
    world.stop()


def test_a_definite_no_and_a_post_that_is_gone_are_told(tmp_path: Path) -> None:
    world = World(tmp_path, Server(), faults=[Fault(1, "refused")])
    world.publish(post_with(0))
    world.outbox.retry_now(world.outbox.jobs()[0].id)
    world.run()
    world.server.posts.clear()
    world.publish(post_with(0, extra=" More."), Intent.UPDATE)
    world.outbox.publish_as_new(world.outbox.jobs()[0].id)
    world.run()
    assert _kinds(world) == [
        K.SUBMITTED, K.FAILED, K.PUBLISHED, K.SUBMITTED, K.GONE, K.AS_NEW, K.UPDATED
    ]  # fmt: skip
    assert [e.words for e in world.journal.events(POST)][1] == "No."
    world.stop()


def test_a_post_that_somebody_put_to_the_trash_there_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.publish(post_with(0))
    (there,) = world.server.posts.values()
    world.server.edit(there["remote_id"], status="trashed")
    world.publish(post_with(0, extra=" More."), Intent.UPDATE)
    assert _kinds(world)[-1] is K.TRASHED
    world.stop()


def test_what_is_gone_and_kept_as_a_draft_is_a_draft(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.publish(post_with(0))
    world.server.posts.clear()
    world.publish(post_with(0, extra=" More."), Intent.UPDATE)
    world.outbox.keep_as_draft(world.outbox.jobs()[0].id)
    assert world.outbox.jobs() == ()
    assert world.receipts.all() == ()
    assert _kinds(world)[-1] is K.TAKEN_BACK
    world.stop()


def test_a_post_that_went_live_at_its_hour_is_told_from_the_receipt(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    when = datetime.fromtimestamp(world.clock(), UTC) + timedelta(hours=2)
    world.publish(replace(post_with(0), date=when), Intent.SCHEDULE)
    assert _told(world, START - 500) == [K.SCHEDULED, K.SUBMITTED, K.WRITTEN]
    world.clock.now += 3 * 3600
    assert _told(world) == [K.WENT_LIVE, K.SCHEDULED, K.SUBMITTED]
    world.stop()


def test_what_the_journal_lost_is_told_as_far_as_receipts_know_it(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.publish(post_with(0))
    (receipt,) = world.receipts.all()
    live = receipt.published_at
    assert live is not None
    world.receipts.put(replace(receipt, updated_at=live + timedelta(days=2)))
    world.stop()
    for file in (tmp_path / "state").glob("outbox.db*"):
        file.unlink()
    world.start()
    world.clock.now += 86400 * 5
    assert _told(world) == [K.UPDATED, K.PUBLISHED]
    world.receipts.put(replace(receipt, status=Status.SCHEDULED, published_at=live + timedelta(days=30)))
    assert _told(world) == [K.SCHEDULED]
    world.stop()


def test_the_timeline_of_a_post_keeps_its_newest_entries_and_all_of_them_their_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_OF_A_POST", 10)
    monkeypatch.setattr(events, "MOST", 40)
    world = World(tmp_path, Server())
    for number in range(120):
        for _time in range(2):
            job = world.click(replace(post_with(0), id=f"{number:016x}"))
            world.outbox.take_back(job)
    with closing(sqlite3.connect(tmp_path / "state" / "outbox.db")) as db:
        assert db.execute("select count(*) from events").fetchone()[0] <= 40 + events._TIDIED
    for _time in range(30):
        world.outbox.take_back(world.click(post_with(0)))
    assert _kinds(world) == [K.SUBMITTED, K.TAKEN_BACK] * 5
    world.stop()


@pytest.mark.parametrize("ends_at", ["before finish", "after finish", "before submit", "after submit"])
def test_an_entry_is_there_exactly_when_what_it_tells_has_happened(tmp_path: Path, ends_at: str) -> None:
    class Ended(BaseException):
        pass

    seen: list[str] = []

    def end(moment: str) -> None:
        seen.append(moment)
        if moment == ends_at:
            raise Ended

    world = World(tmp_path, Server(), on_write=end)
    with pytest.raises(Ended):
        world.publish(post_with(0))
    world.journal._file._on_write = lambda _moment: None
    jobs, kinds = world.journal.jobs(), _kinds(world)
    assert (K.SUBMITTED in kinds) == bool(jobs)
    assert (K.PUBLISHED in kinds) == any(j.state.value == "done" for j in jobs)
    assert ends_at in seen
    world.stop()


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_entry_has_words(kind: EventKind) -> None:
    from postdesk.publishing.timeline import words_of

    event = events.Event(1, 0.0, 0.0, 1, POST, ACCOUNT.id, "j", kind)
    assert words_of(event)
