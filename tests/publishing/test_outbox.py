"""The outbox that the writer sees: waiting, going by itself, newest text once, taking back, passwords, two windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.backends.base import Backend, Capability
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    Busy,
    Intercepted,
    LibraryError,
    PasswordError,
    PostDeskError,
    PublishError,
    SignInRefused,
    Unreachable,
)
from postdesk.core.post import Post
from postdesk.publishing.job import JobState, Reason, Sweep
from postdesk.publishing.outbox import BACK_OFF, Outbox, ResultKind
from postdesk.publishing.plan import Intent, marker_of
from postdesk.publishing.run import Progress
from tests.conftest import ExpectLog
from tests.publishing.fake_blog import ACCOUNT, ALL, FakeBlog, Fault, Server
from tests.publishing.world import World, post_with

OTHER = Account("a2", "fake", "Other", "https://other.example")


class Line:
    """The connection: what a call meets, None for nothing."""

    error: PostDeskError | None = None

    def __call__(self) -> PostDeskError | None:
        return self.error


def _offline() -> Unreachable:
    return Unreachable("No connection.", "Nothing was sent.", "It goes out by itself.")


def _world(home: Path, line: Line) -> World:
    return World(home, Server(), make=lambda w: FakeBlog(w.server, down=line))


def test_without_a_connection_the_post_waits_and_goes_by_itself(tmp_path: Path) -> None:
    line = Line()
    line.error = _offline()
    world = _world(tmp_path, line)
    result = world.publish(post_with(0))
    assert result.kind is ResultKind.WAITING
    assert result.sentence == "No connection. Nothing was sent. It goes out by itself."
    assert world.run() == ()  # not due yet
    world.clock.now += 24 * 3600
    line.error = None
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    assert len(world.server.public()) == 1
    world.stop()


def test_tries_come_less_and_less_often(tmp_path: Path) -> None:
    line = Line()
    line.error = _offline()
    world = _world(tmp_path, line)
    world.click(post_with(0))
    waits = []
    for _try in range(len(BACK_OFF) + 2):
        world.clock.now = world.outbox.next_due() or 0
        before = world.clock.now
        world.run()
        waits.append((world.outbox.next_due() or 0) - before)
    assert waits == [*BACK_OFF, BACK_OFF[-1], BACK_OFF[-1]]
    world.stop()


def test_when_the_network_is_back_the_post_goes_at_once(tmp_path: Path) -> None:
    line = Line()
    line.error = Intercepted("A sign-in page answered.", "Nothing was sent.", "Sign in to the network.")
    world = _world(tmp_path, line)
    world.publish(post_with(0))
    line.error = None
    world.outbox.network_is_back()
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    world.stop()


def test_a_clock_that_jumped_back_does_not_make_a_post_wait_for_years(tmp_path: Path) -> None:
    line = Line()
    line.error = _offline()
    world = _world(tmp_path, line)
    world.publish(post_with(0))
    line.error = None
    world.clock.now -= 40 * 365 * 86400
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    world.stop()


def test_a_busy_blog_is_left_alone_for_as_long_as_it_asks(tmp_path: Path) -> None:
    line = Line()
    line.error = Busy("Too many requests.", "Nothing was done.", "Wait.", wait=70)
    world = _world(tmp_path, line)
    world.publish(post_with(0))
    world.click(replace(post_with(0), id="f" * 16))
    line.error = None
    world.clock.now += 69
    assert world.run() == ()
    world.clock.now += 1
    assert [r.kind for r in world.run()] == [ResultKind.DONE, ResultKind.DONE]
    world.stop()


def test_a_blog_that_asks_for_days_is_left_until_the_writer_says_so(tmp_path: Path) -> None:
    line = Line()
    line.error = Busy("Too many requests.", "Nothing was done.", "Wait.", wait=999_999)
    world = _world(tmp_path, line)
    assert world.publish(post_with(0)).kind is ResultKind.PAUSED
    line.error = None
    world.outbox.retry_now(world.outbox.jobs()[0].id)
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    world.stop()


@pytest.mark.parametrize("error", [SignInRefused("Wrong password.", "Nothing was sent.", "Sign in again."),
                                   PasswordError("No password.", "Nothing was sent.", "Type it.")])  # fmt: skip
def test_a_refused_password_stops_all_posts_of_that_blog_at_once_and_no_other(
    tmp_path: Path, error: PostDeskError
) -> None:
    line = Line()
    line.error = error
    world = _world(tmp_path, line)
    world.accounts[OTHER.id] = OTHER
    elsewhere = FakeBlog(Server(), account=OTHER)
    blogs: dict[str, Backend] = {ACCOUNT.id: world.backend, OTHER.id: elsewhere}
    world.outbox = Outbox(
        tmp_path / "state", world.journal, world.engine, world.receipts, world.clock, world.accounts.get,
        lambda account: blogs[account.id],
    )  # fmt: skip
    world.click(post_with(0))
    world.click(replace(post_with(0), id="f" * 16))
    world.outbox.submit(world.plan(post_with(0), account=OTHER))
    results = world.run()
    assert [r.kind for r in results] == [ResultKind.PAUSED, ResultKind.DONE]
    jobs = world.outbox.jobs()
    assert [(j.state, j.reason, j.sentence) for j in jobs] == [
        (JobState.PAUSED, Reason.SIGN_IN, error.sentence)
    ] * 2
    world.clock.now += 86400
    assert world.run() == ()
    line.error = None
    world.outbox.resume_account(ACCOUNT.id)
    assert [r.kind for r in world.run()] == [ResultKind.DONE, ResultKind.DONE]
    world.stop()


def test_a_text_changed_while_it_waits_goes_out_once_and_is_the_newest(tmp_path: Path) -> None:
    line = Line()
    line.error = _offline()
    world = _world(tmp_path, line)
    first = world.click(post_with(0, extra=" One."))
    world.run()
    second = world.click(post_with(0, extra=" Two."))
    assert second == first
    line.error = None
    world.settle()
    (there,) = world.server.posts.values()
    assert "Two." in there["content"]
    assert world.server.log.count("write") == 1
    world.stop()


def test_a_text_changed_after_the_draft_was_made_still_makes_one_post(tmp_path: Path) -> None:
    world = World(tmp_path, Server(), faults=[Fault(3, "refused")])
    world.publish(post_with(0, extra=" One."))
    assert [j.state for j in world.outbox.jobs()] == [JobState.FAILED]
    world.click(post_with(0, extra=" Two."))
    world.settle()
    (there,) = world.server.posts.values()
    assert "Two." in there["content"]
    world.stop()


def test_a_text_changed_while_it_is_being_sent_follows_as_an_update(tmp_path: Path) -> None:
    worlds: list[World] = []
    seen: list[str] = []

    def meanwhile(name: str) -> None:
        if name == "write" and not seen:
            seen.append(name)
            worlds[0].click(post_with(0, extra=" Two."))

    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, before_call=meanwhile))
    worlds.append(world)
    world.click(post_with(0, extra=" One."))
    results = world.run()
    assert [r.kind for r in results] == [ResultKind.DONE, ResultKind.DONE]
    (there,) = world.server.posts.values()
    assert "Two." in there["content"]
    assert world.server.log.count("create_draft") == 1
    world.stop()


def test_taken_back_before_anything_was_sent_nothing_ever_goes_out(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    job = world.click(post_with(0))
    world.outbox.take_back(job)
    world.settle()
    assert not world.server.log
    world.stop()


def test_taken_back_after_the_draft_was_made_the_draft_goes_to_the_trash(tmp_path: Path) -> None:
    world = World(tmp_path, Server(), faults=[Fault(2, "before")])
    world.publish(post_with(0))
    assert [p["status"] for p in world.server.posts.values()] == ["draft"]
    world.outbox.take_back(world.outbox.jobs()[0].id)
    world.settle()
    assert [p["status"] for p in world.server.posts.values()] == ["trashed"]
    assert not world.receipts.all()
    world.publish(post_with(0))
    assert len(world.server.public()) == 1
    world.stop()


def test_what_may_be_public_already_cannot_be_taken_back(tmp_path: Path) -> None:
    world = World(tmp_path, Server(), faults=[Fault(n, "after") for n in range(3, 12)])
    world.publish(post_with(0))
    job = world.outbox.jobs()[0]
    assert job.reason is Reason.UNKNOWN
    with pytest.raises(PublishError, match="may be public"):
        world.outbox.take_back(job.id)
    world.settle()
    assert len(world.server.public()) == 1
    world.stop()


def test_what_is_being_sent_cannot_be_taken_back(tmp_path: Path) -> None:
    worlds: list[World] = []

    def meanwhile(name: str) -> None:
        if name == "find":
            with pytest.raises(PublishError, match="at this moment"):
                worlds[0].outbox.take_back(worlds[0].outbox.jobs()[0].id)

    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, before_call=meanwhile))
    worlds.append(world)
    assert world.publish(post_with(0)).kind is ResultKind.DONE
    world.stop()


def test_a_stopped_publication_goes_on_at_the_next_start(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.pictures(2)
    world.click(post_with(2))
    cancel = Cancel()

    def stop(progress: Progress) -> None:
        if progress.words.startswith("Uploading p1"):
            cancel.set()

    world.outbox.run(cancel, stop)
    assert not world.server.public()
    world.stop()
    world.start()
    world.settle()
    assert len(world.server.public()) == 1
    assert len(world.server.media) == 2
    world.stop()


def test_two_windows_do_not_send_at_the_same_time(tmp_path: Path) -> None:
    worlds: list[World] = []
    second_run: list[tuple[object, ...]] = []

    def meanwhile(_name: str) -> None:
        second_run.append(worlds[1].run())

    first = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, before_call=meanwhile))
    second = World(tmp_path, first.server)
    worlds += [first, second]
    first.click(post_with(0))
    assert [r.kind for r in first.run()] == [ResultKind.DONE]
    assert second_run
    assert set(second_run) == {()}
    assert second.outbox.jobs() == ()
    first.stop()
    second.stop()


def test_a_paused_post_waits_until_the_writer_says_so(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    job = world.click(post_with(0))
    world.outbox.pause(job)
    assert world.run() == ()
    world.outbox.retry_now(job)
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    world.stop()


def test_a_blog_that_cannot_schedule_gets_the_post_when_its_time_has_come(tmp_path: Path) -> None:
    can = ALL - {Capability.SCHEDULE}
    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, capabilities=can))
    when = datetime.fromtimestamp(world.clock(), UTC) + timedelta(days=3)
    plan = world.plan(replace(post_with(0), date=when), Intent.SCHEDULE, capabilities=can)
    assert plan.words[0].startswith("Wait here until")
    world.outbox.submit(plan)
    world.outbox.network_is_back()
    assert world.run() == ()
    world.clock.now += 3 * 86400
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    assert world.server.public()[0]["date"] == when.isoformat()
    world.stop()


def test_pictures_may_change_or_go_after_the_click(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.pictures(1)
    world.click(post_with(1))
    (tmp_path / "library" / "p0.png").unlink()
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    assert len(world.server.media) == 1
    world.stop()


def test_a_picture_that_changed_between_plan_and_click_is_not_sent_unseen(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.pictures(1)
    plan = world.plan(post_with(1))
    (tmp_path / "library" / "p0.png").write_bytes(b"another")
    with pytest.raises(LibraryError, match="changed just now"):
        world.outbox.submit(plan)
    assert world.outbox.jobs() == ()
    world.stop()


def test_copies_of_pictures_are_tidied_away(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.pictures(1)
    world.publish(post_with(1))
    copies = tmp_path / "state" / "outbox"
    world.clock.now = max(f.stat().st_mtime for f in copies.iterdir()) + 7200
    world.run()
    assert not list(copies.iterdir())
    world.stop()


def test_one_picture_used_twice_and_in_two_posts_is_uploaded_once(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.pictures(1)
    (tmp_path / "library" / "again.png").write_bytes((tmp_path / "library" / "p0.png").read_bytes())
    world.publish(Post("1" * 16, "One", "![A](p0.png)\n\n![B](again.png)"))
    world.publish(Post("2" * 16, "Two", "![A](p0.png)", image="again.png"))
    assert len(world.server.media) == 1
    assert len(world.server.public()) == 2
    assert {p["featured"] for p in world.server.public()} == {"", next(iter(world.server.media))}
    world.stop()


def test_readers_passwords_are_not_written_into_attempts(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.publish(replace(post_with(0), post_password="open sesame"))
    rows = [a.sent + a.answer for j in world.journal.jobs() for a in world.journal.attempts(j.id)]
    assert rows
    assert not [r for r in rows if "sesame" in r]
    assert world.server.public()[0]["post_password"] == "open sesame"
    world.stop()


def test_no_journal_no_request(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.click(post_with(0))
    world.journal._file._db.execute("drop table attempts")
    (result,) = world.run()
    assert "cannot be written" in result.sentence
    assert "create_draft" not in world.server.log
    world.stop()


def test_a_fault_of_the_program_stops_one_post_and_not_the_others(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    expect_log("a fault of the program")

    def broken(name: str) -> None:
        if name == "find" and not seen:
            seen.append(name)
            raise ZeroDivisionError

    seen: list[str] = []
    world = World(tmp_path, Server(), make=lambda w: FakeBlog(w.server, before_call=broken))
    world.click(post_with(0))
    world.click(replace(post_with(0), id="f" * 16))
    assert [r.kind for r in world.run()] == [ResultKind.FAILED, ResultKind.DONE]
    world.stop()


def test_a_look_for_twins_waits_for_the_posts_next_job_and_for_a_busy_blog(tmp_path: Path) -> None:
    """Else the outbox would be due for ever, with nothing that it may do."""
    world = World(tmp_path, Server())
    world.publish(post_with(0))
    (look,) = world.journal.sweeps()
    world.backend = FakeBlog(world.server, [Fault(world.server.calls + 1, "busy")])
    world.publish(post_with(0, extra=" More."), Intent.UPDATE)
    world.journal.hold("a1", look.due + 500)
    world.clock.now = look.due + 1
    assert world.outbox.next_due() == look.due + 500
    log = list(world.server.log)
    assert world.run() == ()
    assert world.server.log == log
    world.settle()
    assert world.journal.sweeps() == ()
    world.stop()


def test_a_file_that_arrived_twice_goes_but_one_that_another_post_shows_stays(tmp_path: Path) -> None:
    """Two machines may have uploaded one picture in the same second, and each has its own."""
    world = World(tmp_path, Server(), faults=[Fault(4, "twice", 1)])
    world.pictures(1)
    world.publish(post_with(1))
    ours, twin = world.server.media.values()
    assert ours["name"] == twin["name"]
    other = {**world.server.public()[0], "remote_id": "99", "slug": "other", "content": twin["address"]}
    world.server.posts["99"] = other
    world.settle()
    assert len(world.server.media) == 2
    other["content"] = ""
    world.journal.add_sweep(replace(_look(world), due=world.clock.now))
    world.settle()
    assert list(world.server.media.values()) == [ours]
    world.stop()


def _look(world: World) -> Sweep:
    """A look for twins of the post's one picture."""
    (receipt,) = world.receipts.all()
    hashes = tuple(m.content_hash for m in receipt.media)
    return Sweep(0, "a1", receipt.post_id, marker_of(receipt.post_id), receipt.remote_id, hashes, 0.0)
