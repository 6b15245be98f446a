"""Taking back what was done, moving a date, and scheduled posts whose moment comes, at the desk and in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from postdesk.backends.base import Capability
from postdesk.backends.reader import Visit
from postdesk.backends.registry import GROUP, Registry
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, NotReady, OutcomeUnknown
from postdesk.core.folders import under
from postdesk.core.post import Post
from postdesk.core.receipt import Status
from postdesk.core.settings import Settings
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.library.recovery import Recovery
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.desk import Desk, open_desk
from postdesk.publishing.job import JobState
from postdesk.publishing.outbox import WENT_LIVE, JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.state import StateKind, state_of
from tests.publishing.fake_blog import ALL, FakeBlog, Fault, Server
from tests.publishing.test_desk import SECRET, Passwords
from tests.publishing.two_blogs import CAN, FAULTS, ONE, SERVERS, TWO
from tests.publishing.world import Clock, World, post_with


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    SERVERS.clear()
    FAULTS.clear()
    CAN[:] = [ALL]
    folders = under(tmp_path / "home")
    library = Library(tmp_path / "library", folders)
    library.open()
    accounts, passwords = Accounts(folders), Passwords()
    for account in (ONE, TWO):
        accounts.add(account)
        passwords.set(account.id, SECRET)
    points = (EntryPoint("fake", "tests.publishing.two_blogs:BACKEND", GROUP),)
    made = open_desk(
        folders, Settings(), library, Receipts(tmp_path / "library"), Recovery(folders.state), accounts, passwords,
        Registry(points), lambda: None, Clock(),
    )  # fmt: skip
    yield made
    made.close()
    library.close()


@pytest.fixture
def document(desk: Desk) -> Document:
    made = desk.library.new("A walk; and a talk", body="The first words of it.")
    return desk.library.save(made, made.post)


def _do(desk: Desk, document: Document, intent: Intent = Intent.PUBLISH, account: Account = ONE) -> JobResult:
    desk.submit(desk.plan(document, account, intent))
    (result,) = desk.run(Cancel())
    assert result.kind is ResultKind.DONE, result.sentence
    return result


def _undo(desk: Desk, post: Post, account: Account = ONE) -> JobResult:
    job = desk.undoable(post.id, account)
    assert job is not None
    desk.undo(job.id)
    (result,) = desk.run(Cancel())
    return result


def _with(document: Document, **values: object) -> Document:
    return replace(document, post=replace(document.post, **values))  # type: ignore[arg-type]


def _there(account: Account = ONE) -> dict[str, object]:
    (post,) = SERVERS[account.id].posts.values()
    return post


def test_every_deed_has_its_way_back_also_for_a_program_that_was_started_anew(
    desk: Desk, document: Document
) -> None:
    assert desk.undoable(document.post.id, ONE) is None
    _do(desk, document)
    _do(desk, _with(document, body="Other words of it."), Intent.UPDATE)
    _undo(desk, document.post)
    assert "first words" in str(_there()["content"])
    for intent, status in ((Intent.UNPUBLISH, "draft"), (Intent.TRASH, "trashed")):
        _do(desk, document, intent)
        assert _there()["status"] == status
        _undo(desk, document.post)
        assert (_there()["status"], "first words" in str(_there()["content"])) == ("published", True)
    assert len(SERVERS[ONE.id].posts) == 1


def test_the_first_publication_becomes_a_draft_and_a_draft_in_the_trash_comes_back_as_one(
    desk: Desk, document: Document
) -> None:
    _do(desk, document)
    _undo(desk, document.post)
    assert _there()["status"] == "draft"
    _do(desk, document, Intent.TRASH)
    assert _there()["status"] == "trashed"
    _undo(desk, document.post)
    assert _there()["status"] == "draft"
    assert "first words" in str(_there()["content"])


def test_an_undo_can_be_undone(desk: Desk, document: Document) -> None:
    _do(desk, document)
    _do(desk, _with(document, body="Other words of it."), Intent.UPDATE)
    _undo(desk, document.post)
    _undo(desk, document.post)
    assert "Other words" in str(_there()["content"])


def test_where_nothing_can_be_taken_offline_the_first_publication_has_no_way_back(
    desk: Desk, document: Document
) -> None:
    CAN[:] = [ALL - {Capability.UNPUBLISH}]
    result = _do(desk, document)
    assert desk.undoable(document.post.id, ONE) is None
    with pytest.raises(NotReady):
        desk.undo(result)


def test_a_lost_answer_of_an_earlier_job_does_not_make_undo_take_a_live_post_offline(tmp_path: Path) -> None:
    """The update of a live post is undone to what was live, whatever earlier tries have left in the journal."""
    world = World(tmp_path, Server())
    post = post_with(0)
    world.publish(post)
    blog = world.backend = FakeBlog(
        world.server, [Fault(world.server.calls + n, "after") for n in (2, 3, 4, 5, 6, 7)]
    )
    job = world.click(replace(post, body="Lost words of it."), Intent.UPDATE)
    world.run()
    blog.faults.clear()
    world.outbox.take_back(job)
    result = world.publish(replace(post, body="New words of it."), Intent.UPDATE)
    assert result.kind is ResultKind.DONE
    done = world.journal.job(result.job_id)
    assert done is not None
    assert json.loads(done.before)["outgoing"]["status"] == "published"
    world.stop()


def test_a_colleagues_change_since_is_a_conflict_and_stays(desk: Desk, document: Document) -> None:
    _do(desk, document)
    _do(desk, _with(document, body="Other words of it."), Intent.UPDATE)
    SERVERS[ONE.id].edit(str(_there()["remote_id"]), content="<p>A colleague's words.</p>")
    assert _undo(desk, document.post).kind is ResultKind.CONFLICT
    assert "colleague" in str(_there()["content"])


def test_what_waits_is_the_first_to_be_taken_back_and_what_runs_is_not(
    desk: Desk, document: Document
) -> None:
    _do(desk, document)
    waits = desk.submit(desk.plan(_with(document, body="Later words."), ONE, Intent.UPDATE))
    found = desk.way_back(document.post.id, ONE)
    assert found is not None
    assert (found.id, found.state) == (waits, JobState.WAITING)
    desk.journal.claim(waits)
    assert desk.way_back(document.post.id, ONE) is None


def test_a_blog_without_a_trash_deletes_for_good_and_says_so_before(desk: Desk, document: Document) -> None:
    CAN[:] = [ALL - {Capability.TRASH}]
    _do(desk, document)
    plan = desk.plan(document, ONE, Intent.TRASH)
    assert plan.words == ("Delete the post from “Blog” for good",)
    CAN[:] = [ALL - {Capability.TRASH, Capability.DELETE}]
    with pytest.raises(NotReady):
        desk.plan(document, ONE, Intent.TRASH)


def test_one_post_on_two_blogs_has_a_state_and_a_way_back_on_each(desk: Desk, document: Document) -> None:
    for account in (ONE, TWO):
        desk.submit(desk.plan(document, account, Intent.PUBLISH))
    assert {r.account_id for r in desk.run(Cancel())} == {ONE.id, TWO.id}
    assert desk.older_on(document.post, ONE) == ()
    changed = _with(document, body="Newer words of it.")
    _do(desk, changed, Intent.UPDATE)
    assert desk.older_on(changed.post, ONE) == (TWO,)
    assert "Newer" in str(_there()["content"])
    assert "Newer" not in str(_there(TWO)["content"])
    _undo(desk, document.post, TWO)
    assert (_there()["status"], _there(TWO)["status"]) == ("published", "draft")
    assert desk.older_on(changed.post, ONE) == ()


def test_one_blog_that_is_down_holds_up_no_other(desk: Desk, document: Document) -> None:
    FAULTS.append(Fault(1, "before"))  # of the blog that is opened first
    for account in (ONE, TWO):
        desk.submit(desk.plan(document, account, Intent.PUBLISH))
    kinds = {r.account_id: r.kind for r in desk.run(Cancel())}
    assert kinds == {ONE.id: ResultKind.WAITING, TWO.id: ResultKind.DONE}


class Eyes:
    """A reader who sees what a test says."""

    def __init__(self, *seen: Visit | Exception) -> None:
        self.seen = list(seen)

    def page(self, address: str, cancel: Cancel, *, fresh: str = "") -> Visit:
        found = self.seen.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def picture(self, address: str, cancel: Cancel) -> int:
        return 200


def _look(
    desk: Desk, result: JobResult, monkeypatch: pytest.MonkeyPatch, *seen: Visit | Exception
) -> tuple[str, ...]:
    eyes = Eyes(*seen)
    monkeypatch.setattr(desk.connections, "visitor", lambda: eyes)
    return tuple(d.kind for d in desk.look_as_reader(result, Cancel()))


def test_what_a_reader_sees_is_told_and_written_down_and_changes_nothing(
    desk: Desk, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _do(desk, document)
    before = (SERVERS[ONE.id].calls, desk.receipt(document.post.id, ONE))
    good = Visit(200, f"<title>{document.post.title}</title><p>The first words of it.</p>")
    assert _look(desk, result, monkeypatch, good) == ()
    assert _look(desk, result, monkeypatch, Visit(500), Visit(500)) == ("reader: error",)
    job = desk.journal.job(result.job_id)
    assert job is not None
    assert job.state is JobState.DONE
    assert "(500)" in job.remarks[0]
    for error in (OutcomeUnknown("Too slow."), Cancelled("Stopped.")):
        if isinstance(error, Cancelled):
            with pytest.raises(Cancelled):
                _look(desk, result, monkeypatch, error)
        else:
            assert _look(desk, result, monkeypatch, error) == ("reader: silent",)
    assert (SERVERS[ONE.id].calls, desk.receipt(document.post.id, ONE)) == before
    assert desk.run(Cancel()) == ()


def test_a_look_at_what_was_changed_again_meanwhile_tells_nothing(
    desk: Desk, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _do(desk, document)
    _do(desk, _with(document, body="Other words of it."), Intent.UPDATE)
    assert _look(desk, first, monkeypatch, Visit(404), Visit(404)) == ()


def _scheduled(tmp_path: Path) -> tuple[World, Post, str]:
    world = World(tmp_path, Server())
    when = datetime.fromtimestamp(world.clock(), UTC) + timedelta(days=1)
    post = replace(post_with(0), date=when)
    result = world.publish(post, Intent.SCHEDULE)
    assert result.receipt is not None
    return world, post, result.receipt.remote_id


def test_a_scheduled_post_is_looked_up_after_its_moment_and_only_then(tmp_path: Path) -> None:
    world, post, there = _scheduled(tmp_path)
    assert post.date is not None
    assert world.outbox.next_due() == post.date.timestamp() + 60
    calls = world.server.calls
    assert world.run() == ()
    assert world.server.calls == calls
    world.clock.now += 86400 + 10
    receipt = world.receipts.get(post.id, "a1")
    now = datetime.fromtimestamp(world.clock(), UTC)
    state = state_of(post, receipt, None, now)
    assert state.kind is StateKind.SCHEDULED  # nobody has looked: nothing is claimed
    assert "not looked up yet" in state.words
    world.server.edit(there, status="published")
    world.clock.now += 60
    (live,) = world.run()
    assert (live.intent, live.sentence) == (WENT_LIVE, "")
    state = state_of(post, world.receipts.get(post.id, "a1"), None, now)
    assert (state.kind, state.words) == (StateKind.PUBLISHED, "Published")
    assert world.outbox.next_due() is None
    world.stop()


def test_a_moment_that_passed_while_the_program_was_closed_is_told_at_the_next_start(tmp_path: Path) -> None:
    world, post, there = _scheduled(tmp_path)
    world.stop()
    world.clock.now += 9 * 86400
    world.server.edit(there, status="published")
    world.start()
    (live,) = world.run()
    assert (live.intent, live.post_id, live.title) == (WENT_LIVE, post.id, post.title)
    world.stop()


def test_a_blog_that_misses_the_moment_is_told_once(tmp_path: Path) -> None:
    world, _post, _there = _scheduled(tmp_path)
    told: list[JobResult] = []
    for _time in range(60):
        due = world.outbox.next_due()
        if due is None:
            break
        world.clock.now = max(world.clock.now, due)
        told += world.run()
    assert [r.intent for r in told] == [WENT_LIVE]
    assert "still holds it" in told[0].sentence
    world.stop()


def test_a_later_date_moves_the_look_and_a_draft_needs_none(tmp_path: Path) -> None:
    world, post, there = _scheduled(tmp_path)
    assert post.date is not None
    later = replace(post, date=post.date + timedelta(days=3))
    world.publish(later, Intent.UPDATE)
    world.clock.now = post.date.timestamp() + 61
    assert world.run() == ()
    assert world.outbox.next_due() == later.date.timestamp() + 60 if later.date else False
    world.publish(later, Intent.UNPUBLISH)
    world.clock.now += 4 * 86400
    assert world.run() == ()
    assert world.outbox.next_due() is None
    assert world.server.posts[there]["status"] == "draft"
    world.stop()


def test_what_a_colleague_changed_in_a_scheduled_post_stays_a_conflict_after_it_went_live(
    tmp_path: Path,
) -> None:
    world, post, there = _scheduled(tmp_path)
    world.server.edit(there, status="published", content="<p>A colleague's words.</p>")
    world.clock.now += 86400 + 61
    assert [r.intent for r in world.run()] == [WENT_LIVE]
    assert world.publish(replace(post, body="Mine."), Intent.UPDATE).kind is ResultKind.CONFLICT
    world.stop()


def test_a_live_post_with_a_date_to_come_is_offline_until_then_where_the_blog_can(tmp_path: Path) -> None:
    for can, status in ((ALL, "scheduled"), (ALL - {Capability.SCHEDULE}, "published")):
        world = World(tmp_path / status, Server())
        world.backend = FakeBlog(world.server, capabilities=can)
        post = post_with(0)
        world.publish(post)
        when = datetime.fromtimestamp(world.clock(), UTC) + timedelta(days=2)
        moved = replace(post, date=when)
        hides = any("Take it offline" in w for w in world.plan(moved, Intent.UPDATE, can).words)
        assert hides is (status == "scheduled")
        world.outbox.submit(world.plan(moved, Intent.UPDATE, can))
        (result,) = world.run()
        assert result.remarks == ()
        assert [(p["status"], p["date"]) for p in world.server.posts.values()] == [(status, when.isoformat())]
        world.stop()


def test_a_date_in_the_past_dates_a_live_post_back_and_a_scheduled_one_goes_out(tmp_path: Path) -> None:
    world, post, there = _scheduled(tmp_path)
    past = replace(post, date=datetime(2020, 2, 29, 23, 30, tzinfo=UTC))
    result = world.publish(past, Intent.UPDATE)
    assert result.receipt is not None
    assert (result.receipt.status, result.receipt.published_at) == (Status.PUBLISHED, past.date)
    again = world.publish(replace(past, date=datetime(2021, 1, 1, tzinfo=UTC)), Intent.UPDATE)
    assert again.receipt is not None
    assert again.receipt.published_at == datetime(2021, 1, 1, tzinfo=UTC)
    assert world.server.posts[there]["date"] == "2021-01-01T00:00:00+00:00"
    world.stop()


@pytest.mark.parametrize("off", [timedelta(hours=2), timedelta(days=-1), timedelta(days=-40 * 365)])
def test_the_blogs_clock_decides_and_a_wrong_one_schedules_nothing(tmp_path: Path, off: timedelta) -> None:
    world = World(tmp_path, Server())
    here = datetime.fromtimestamp(world.clock(), UTC)
    world.backend.answered = here - off  # type: ignore[attr-defined]
    result = world.publish(replace(post_with(0), date=here + timedelta(hours=5)))
    assert result.kind is ResultKind.FAILED
    assert "clock" in result.sentence
    assert not world.server.public()
    world.backend.answered = here - timedelta(minutes=3)  # type: ignore[attr-defined]
    world.outbox.retry_now(result.job_id)
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
    assert [p["status"] for p in world.server.posts.values()] == ["scheduled"]
    world.stop()


def test_what_another_machine_has_scheduled_is_looked_up_here_too(desk: Desk, document: Document) -> None:
    """The receipt came with the library; this machine's journal knows nothing of it."""
    when = datetime.fromtimestamp(desk.clock(), UTC) + timedelta(days=1)
    _do(desk, _with(document, date=when), Intent.SCHEDULE)
    for sweep in desk.journal.sweeps():
        desk.journal.swept(sweep)
    assert desk.next_due() is None
    clock = desk.clock
    assert isinstance(clock, Clock)
    clock.now += 2 * 86400
    SERVERS[ONE.id].edit(str(_there()["remote_id"]), status="published")
    dated = _with(document, date=when).post
    assert desk.state_of(dated, ONE).words.startswith("Was to go live")
    assert desk.state_of(dated, ONE).words.startswith("Was to go live")
    assert len(desk.journal.sweeps()) == 1
    assert [r.intent for r in desk.run(Cancel())] == [WENT_LIVE]
    assert desk.state_of(dated, ONE).words == "Published"
