"""Several blogs at a time: none waits for another, one blog's posts go one after the other, and each can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.backends.base import Backend, Capability
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import PublishError, Unreachable
from postdesk.publishing.job import JobState, Reason
from postdesk.publishing.outbox import QUIET, Outbox, ResultKind
from postdesk.publishing.plan import Intent, Plan
from postdesk.publishing.run import Progress
from tests.publishing.fake_blog import ACCOUNT, ALL, FakeBlog, Fault, Server
from tests.publishing.world import World, post_with

OTHER = Account("a2", "fake", "Other", "https://other.example")
PATIENCE = 30.0  # seconds


class Held:
    """A call that is held until it is let go."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.arrived = threading.Event()
        self.go = threading.Event()

    def __call__(self, name: str) -> None:
        if name == self._name:
            self.arrived.set()
            assert self.go.wait(PATIENCE)


def _two_blogs(
    home: Path, before: Callable[[str], None], before_other: Callable[[str], None] = lambda _name: None
) -> tuple[World, Server]:
    """A writer with two blogs, each on a server of its own."""
    elsewhere = Server()
    world = World(home, Server(), make=lambda w: FakeBlog(w.server, before_call=before))
    world.accounts[OTHER.id] = OTHER
    blogs: dict[str, Backend] = {
        ACCOUNT.id: world.backend,
        OTHER.id: FakeBlog(elsewhere, account=OTHER, before_call=before_other),
    }
    world.outbox = Outbox(
        home / "state", world.journal, world.engine, world.receipts, world.clock, world.accounts.get,
        lambda account: blogs[account.id],
    )  # fmt: skip
    return world, elsewhere


@contextmanager
def _meanwhile(work: Callable[[], object]) -> Iterator[None]:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        yield
        running.result(PATIENCE)


def test_a_blog_that_does_not_answer_holds_up_no_other(tmp_path: Path) -> None:
    held = Held("create_draft")
    world, elsewhere = _two_blogs(tmp_path, held)
    world.click(post_with(0))
    world.outbox.submit(world.plan(post_with(0), account=OTHER))
    assert set(world.outbox.due_accounts()) == {ACCOUNT.id, OTHER.id}
    with _meanwhile(lambda: world.outbox.run(Cancel(), account_id=ACCOUNT.id)):
        assert held.arrived.wait(PATIENCE)
        try:
            assert world.outbox.due_accounts() == (OTHER.id,)
            (result,) = world.outbox.run(Cancel(), account_id=OTHER.id)
            assert result.kind is ResultKind.DONE
            assert len(elsewhere.public()) == 1
            assert [r.account_id for r in world.outbox.running()] == [ACCOUNT.id]
        finally:
            held.go.set()
    assert len(world.server.public()) == 1
    assert world.outbox.running() == ()
    world.stop()


def test_posts_of_one_blog_go_one_after_the_other_even_when_two_ask_for_it(tmp_path: Path) -> None:
    held = Held("write")
    world, _elsewhere = _two_blogs(tmp_path, held)
    world.click(post_with(0))
    world.click(replace(post_with(0), id="f" * 16))
    with _meanwhile(lambda: world.outbox.run(Cancel(), account_id=ACCOUNT.id)):
        assert held.arrived.wait(PATIENCE)
        try:
            assert world.outbox.run(Cancel(), account_id=ACCOUNT.id) == ()
            assert world.outbox.run(Cancel()) == ()
            assert world.server.log.count("create_draft") == 1
        finally:
            held.go.set()
    assert len(world.server.public()) == 2
    world.stop()


def test_another_process_sends_nothing_while_any_blog_of_this_one_is_sent_to(tmp_path: Path) -> None:
    held = Held("create_draft")
    world, elsewhere = _two_blogs(tmp_path, held)
    world.click(post_with(0))
    world.outbox.submit(world.plan(post_with(0), account=OTHER))
    second = World(tmp_path, world.server)
    with _meanwhile(lambda: world.outbox.run(Cancel(), account_id=ACCOUNT.id)):
        assert held.arrived.wait(PATIENCE)
        try:
            world.outbox.run(Cancel(), account_id=OTHER.id)
            assert second.run() == ()
            assert second.outbox.is_sent_elsewhere()
            assert not world.outbox.is_sent_elsewhere()
            (job,) = second.outbox.jobs()
            with pytest.raises(PublishError, match="Another Post Desk"):
                second.outbox.stop(job.id)
        finally:
            held.go.set()
    assert len(elsewhere.public()) == 1
    assert not second.outbox.is_sent_elsewhere()
    world.stop()
    second.stop()


def test_what_a_process_that_ended_left_running_is_taken_over_while_this_one_is_open(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    job = world.click(post_with(0))
    world.journal.claim(job)  # as a process that is killed now leaves it
    assert world.outbox.due_accounts() == ()
    world.clock.now += 61
    for account_id in world.outbox.due_accounts():
        world.outbox.run(Cancel(), account_id=account_id)
    assert world.outbox.due_accounts() == (ACCOUNT.id,)
    world.outbox.run(Cancel(), account_id=ACCOUNT.id)
    assert len(world.server.public()) == 1
    world.stop()


def test_one_post_is_stopped_and_the_others_of_its_blog_go_on(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.pictures(2)
    first = world.click(post_with(2))
    second = world.click(replace(post_with(0), id="f" * 16))

    def stop(progress: Progress) -> None:
        if progress.job_id == first and progress.words.startswith("Uploading p1"):
            world.outbox.stop(first)

    results = world.outbox.run(Cancel(), stop)
    assert [(r.job_id, r.kind) for r in results] == [(first, ResultKind.PAUSED), (second, ResultKind.DONE)]
    assert "You stopped it. Nothing that readers see was changed" in results[0].sentence
    (job,) = world.outbox.jobs()
    assert (job.state, job.reason) == (JobState.PAUSED, Reason.ASKED)
    world.clock.now += 86400
    assert world.run() == (), "what she stopped does not begin again by itself"
    world.outbox.resume(first)
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    assert len(world.server.media) == 2
    assert len(world.server.public()) == 2
    world.stop()


def test_what_is_on_its_way_to_the_readers_cannot_be_stopped_any_more(tmp_path: Path) -> None:
    worlds: list[World] = []
    told: list[str] = []

    def stop(name: str) -> None:
        if name == "write":
            (running,) = worlds[0].outbox.running()
            assert not running.can_stop
            with pytest.raises(PublishError) as error:
                worlds[0].outbox.stop(running.job_id)
            told.append(error.value.sentence)

    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, before_call=stop))
    worlds.append(world)
    assert world.publish(post_with(0)).kind is ResultKind.DONE
    assert told == [
        "“Trains; and quiet” is being changed on the blog at this moment. It can't be stopped any more; what comes now"
        " only looks whether it arrived whole. When it is done, undo it, or take the post offline."
    ]
    world.stop()


def test_stopped_in_the_moment_before_it_goes_live_it_does_not_go_live(tmp_path: Path) -> None:
    worlds: list[World] = []
    world = World(tmp_path, Server())
    worlds.append(world)
    job = world.click(post_with(0))
    begin = world.journal.on_begin

    def at_the_last_moment(job_id: str, step: str) -> None:
        if step == "write":
            world.outbox.stop(job_id)
        begin(job_id, step)

    world.journal.on_begin = at_the_last_moment
    (result,) = world.run()
    assert result.kind is ResultKind.PAUSED
    assert "write" not in world.server.log
    assert not [a for a in world.journal.attempts(job) if a.step == "write"]
    world.outbox.take_back(job)
    world.settle()
    assert [p["status"] for p in world.server.posts.values()] == ["trashed"]
    world.stop()


def test_the_steps_of_a_running_post_are_told_as_they_are_done(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.pictures(2)
    world.click(post_with(2))
    seen: list[tuple[int, bool]] = []
    sizes: list[tuple[int, int]] = []
    steps: set[tuple[str, ...]] = set()

    def look(_progress: Progress) -> None:
        (running,) = world.outbox.running()
        steps.add(running.steps)
        if not seen or seen[-1] != (running.at, running.can_stop):
            seen.append((running.at, running.can_stop))
        if running.size:
            sizes.append((running.sent, running.size))
        assert 0.0 <= running.fraction <= 1.0

    world.outbox.run(Cancel(), look)
    assert steps == {
        ("Make a draft on the blog", "Upload 2 pictures", "Set it live", "Look it up again and compare")
    }
    assert seen == [(0, True), (1, True), (2, False)]
    assert sizes
    assert all(sent <= size for sent, size in sizes)
    world.stop()


def test_a_paused_outbox_sends_nothing_by_itself_not_even_after_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    first = world.click(post_with(0))
    world.click(replace(post_with(0), id="f" * 16))
    world.outbox.pause_all()
    world.stop()
    world.start()
    assert world.outbox.is_paused
    assert world.run() == ()
    assert world.outbox.due_accounts() == ()
    assert [r.kind for r in world.run(first)] == [ResultKind.DONE], "one that she asks for goes all the same"
    world.outbox.resume_all()
    assert world.outbox.due_accounts() == (ACCOUNT.id,)
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    world.stop()


def test_a_post_that_waits_for_its_hour_waits_for_it_after_a_pause(tmp_path: Path) -> None:
    can = ALL - {Capability.SCHEDULE}
    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, capabilities=can))
    when = datetime.fromtimestamp(world.clock(), UTC) + timedelta(hours=3)
    job = world.outbox.submit(world.plan(post_with(0), Intent.SCHEDULE, can, when=when))
    world.outbox.pause(job)
    world.outbox.resume(job)
    assert world.run() == ()
    world.outbox.pause(job)
    world.clock.now += 4 * 3600
    assert world.run() == ()
    world.outbox.resume(job)
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    world.stop()


def test_a_dead_blog_is_asked_once_for_all_its_posts_and_they_all_go_when_it_is_back(tmp_path: Path) -> None:
    down = [True]
    asked = []

    def line() -> Unreachable | None:
        asked.append(1)
        return (
            Unreachable("No connection.", "Nothing was sent.", "It goes out by itself.") if down[0] else None
        )

    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, down=line))
    for number in range(20):
        world.click(replace(post_with(0), id=f"{number:016x}"))
    world.run()
    assert len(asked) == 1
    assert {(j.reason, j.sentence) for j in world.outbox.jobs()} == {
        (Reason.NETWORK, "No connection. Nothing was sent. It goes out by itself.")
    }
    assert world.outbox.due_accounts() == ()
    down[0] = False
    world.click(
        replace(post_with(0), id="f" * 16)
    )  # a new one is tried at once, and shows that the blog answers
    world.settle(sweeps=False)
    assert len(world.server.public()) == 21
    assert world.clock.now < world.clock.now + 1
    world.stop()


def test_after_a_day_of_sleep_what_waits_goes_at_once(tmp_path: Path) -> None:
    down = [True]
    world = World(
        tmp_path, Server(),
        make=lambda w: FakeBlog(w.server, down=lambda: Unreachable("No connection.") if down[0] else None),
    )  # fmt: skip
    world.publish(post_with(0))
    world.clock.now += 86400
    down[0] = False
    assert world.outbox.due_accounts() == (ACCOUNT.id,)
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    world.stop()


def test_the_newest_text_replaces_the_one_that_waits_and_goes_out_once_after_a_quiet_moment(
    tmp_path: Path,
) -> None:
    down = [True]
    world = World(
        tmp_path, Server(),
        make=lambda w: FakeBlog(w.server, down=lambda: Unreachable("No connection.") if down[0] else None),
    )  # fmt: skip
    world.pictures(1)
    world.publish(post_with(0))
    job = world.outbox.jobs()[0].id
    assert world.outbox.renew(job, world.plan(post_with(1, extra=" Two.")))
    assert world.outbox.renew(job, world.plan(post_with(1, extra=" Three.")))
    assert not world.outbox.renew(job, world.plan(post_with(1, extra=" Three."))), "that is the same"
    (waiting,) = world.outbox.jobs()
    assert (waiting.state, waiting.reason) == (JobState.WAITING, Reason.NETWORK)
    down[0] = False
    world.clock.now += QUIET - 1
    assert world.run() == ()
    world.clock.now += 1
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    (there,) = world.server.posts.values()
    assert "Three." in there["content"]
    assert world.server.log.count("write") == 1
    assert len(world.server.media) == 1
    world.stop()


def test_a_text_that_comes_while_the_post_is_sent_is_not_sent_unasked(tmp_path: Path) -> None:
    worlds: list[World] = []

    def meanwhile(name: str) -> None:
        if name == "write":
            job = worlds[0].outbox.running()[0].job_id
            assert not worlds[0].outbox.renew(job, worlds[0].plan(post_with(0, extra=" Two.")))

    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, before_call=meanwhile))
    worlds.append(world)
    world.publish(post_with(0))
    assert "Two." not in world.server.public()[0]["content"]
    assert world.outbox.jobs() == ()
    world.stop()


def test_a_post_that_waits_for_its_hour_takes_another_hour_with_its_newest_text(tmp_path: Path) -> None:
    can = ALL - {Capability.SCHEDULE}
    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, capabilities=can))
    now = datetime.fromtimestamp(world.clock(), UTC)

    def plan(hours: float, extra: str) -> Plan:
        post = replace(post_with(0, extra=extra), date=now + timedelta(hours=hours))
        return world.plan(post, Intent.SCHEDULE, can)

    job = world.outbox.submit(plan(9, ""))
    assert world.outbox.renew(job, plan(3, " Sooner."))
    assert world.outbox.next_due() == world.clock() + 3 * 3600
    assert world.outbox.renew(job, plan(-1, " At once."))
    assert world.outbox.next_due() == world.clock() + QUIET
    world.clock.now += QUIET
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    assert "At once." in world.server.public()[0]["content"]
    world.stop()


def test_stopped_while_the_connection_breaks_it_is_stopped_all_the_same(tmp_path: Path) -> None:
    worlds: list[World] = []

    def stop(name: str) -> None:
        if name == "create_draft":
            worlds[0].outbox.stop(worlds[0].outbox.running()[0].job_id)

    world = World(
        tmp_path, Server(), make=lambda w: FakeBlog(w.server, [Fault(1, "before")], before_call=stop)
    )
    worlds.append(world)
    assert world.publish(post_with(0)).kind is ResultKind.PAUSED
    world.clock.now += 86400
    assert world.run() == ()
    world.stop()


def test_of_a_post_that_another_one_held_up_it_is_not_said_that_it_may_be_public(tmp_path: Path) -> None:
    world = World(tmp_path, Server(), faults=[Fault(n, "after") for n in range(3, 40)])
    first = world.click(post_with(0))
    second = world.click(replace(post_with(0), id="f" * 16))
    world.run()
    told = {j.id: (j.reason, j.sentence) for j in world.outbox.jobs()}
    assert told[first][0] is Reason.UNKNOWN
    assert told[second] == (
        Reason.NETWORK,
        "The blog gives no clear answer at the moment. Nothing of this post was sent. It goes out by itself when the"
        " blog answers.",
    )
    world.outbox.take_back(second)
    world.stop()


def test_a_look_for_twins_that_has_to_wait_for_a_paused_post_keeps_nothing_busy(tmp_path: Path) -> None:
    world = World(tmp_path, Server(), faults=[Fault(1, "after")])
    world.publish(post_with(0))
    assert world.journal.sweeps()
    world.outbox.pause(world.click(post_with(0, extra=" More."), Intent.UPDATE))
    world.clock.now += 86400
    assert world.outbox.due_accounts() == ()
    world.stop()


def test_a_look_for_twins_is_not_stopped_with_the_post_before_it(tmp_path: Path) -> None:
    world = World(tmp_path, Server(), faults=[Fault(1, "after")])
    world.backend.cancel = Cancel()  # type: ignore[attr-defined]  # as a backend with slow calls has it
    world.publish(post_with(0))
    (sweep,) = world.journal.sweeps()
    world.clock.now = sweep.due
    job = world.click(replace(post_with(0), id="f" * 16))
    world.outbox.run(Cancel(), lambda progress: world.outbox.stop(progress.job_id))
    assert [j.id for j in world.outbox.jobs()] == [job]
    assert not world.backend.cancel.is_set  # type: ignore[attr-defined]
    world.stop()
