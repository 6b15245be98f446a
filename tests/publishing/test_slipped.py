"""A colleague who saves while our update is on its way is found, whatever the moment, and nothing of hers is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from postdesk.backends.base import Capability
from postdesk.core.errors import PostDeskError, Refused, Unreachable
from postdesk.publishing import slipped
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import ACCOUNT, ALL, FakeBlog, Fault, Server
from tests.publishing.world import World, post_with

HERS = "<p>Ines wrote this.</p>"
FIRST = post_with(0)
MORE = post_with(0, extra=" Update #1.")


class Colleague:
    """Ines saves once, when it is her turn: before our call number `at`, or (0) between our last look and our write."""

    def __init__(self, world: World, remote_id: str, at: int, **fields: Any) -> None:
        self._world = world
        self._remote_id = remote_id
        self._at = at
        self._fields = fields or {"content": HERS}
        self._calls = 0
        self.saved = False

    def before_call(self, _name: str) -> None:
        self._calls += 1
        if self._calls == self._at:
            self._save()

    def slips_in(self, _remote_id: str) -> None:
        if self._at == 0 and not self.saved:
            self._save()

    def _save(self) -> None:
        self.saved = True
        self._world.server.edit(self._remote_id, **self._fields)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, Server())
    yield made
    made.stop()


def published(world: World) -> str:
    result = world.publish(FIRST)
    assert result.receipt is not None
    return result.receipt.remote_id


def meeting_ines(world: World, remote_id: str, at: int, *faults: Fault, **fields: Any) -> Colleague:
    ines = Colleague(world, remote_id, at, **fields)
    world.backend = FakeBlog(world.server, list(faults), before_call=ines.before_call, slips_in=ines.slips_in)
    return ines


def kept(world: World) -> tuple[slipped.Slipped, ...]:
    return slipped.kept(world.journal, ACCOUNT.id, FIRST.id)


def is_known(world: World, remote_id: str, results: tuple[JobResult, ...]) -> bool:
    """Whether what Ines wrote is on the blog, and known to be other than hers, or is found and noted."""
    there = HERS in world.server.posts[remote_id]["content"]
    noted = any(one.revision.content == HERS for one in kept(world))
    asked = any(r.kind is ResultKind.CONFLICT for r in results)
    return noted or (there and asked)


def test_a_version_that_slipped_in_is_found_told_and_noted(world: World) -> None:
    there = published(world)
    ines = meeting_ines(world, there, 0)
    (result,) = (world.publish(MORE, Intent.UPDATE),)
    assert ines.saved
    assert result.kind is ResultKind.DONE
    assert result.remarks == (
        "Ines changed it in the same moment; that version is kept in the blog's revisions.",
    )
    (one,) = kept(world)
    assert (one.revision.content, one.revision.author) == (HERS, "Ines")
    assert "Update #1" in world.server.posts[there]["content"]
    slipped.forget(world.journal, ACCOUNT.id, FIRST.id, one.revision.id)
    assert kept(world) == ()


def test_an_update_that_nobody_crossed_asks_nothing_more(world: World) -> None:
    published(world)
    world.server.log.clear()
    result = world.publish(MORE, Intent.UPDATE)
    assert result.kind is ResultKind.DONE
    assert world.server.log == ["read", "write", "read"]


def test_a_first_publication_looks_for_nobody(world: World) -> None:
    published(world)
    assert "revisions" not in world.server.log


@pytest.mark.parametrize("at", range(7))
@pytest.mark.parametrize("fault", ["", "after", "late", "before", "lost request", "busy"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_law_whatever_the_moment_and_the_fault_nothing_of_hers_is_lost(
    world: World, at: int, fault: str, call: int
) -> None:
    """A colleague saves before the n-th call of an update, or in the one moment that nobody can close; a call fails.
    At rest her words are on the blog as a conflict, or found and noted; a later update does not write over them."""
    there = published(world)
    faults = [Fault(world.server.calls + call, fault, late_by=1)] if fault else []
    ines = meeting_ines(world, there, at, *faults)
    results = [world.publish(MORE, Intent.UPDATE)]
    for _round in range(6):
        world.clock.now += 3600
        results += world.run()
    if not ines.saved:
        assert results[-1].kind is ResultKind.DONE
        ines._save()
    results.append(world.publish(replace(MORE, body=MORE.body + " And #2."), Intent.UPDATE))
    assert is_known(world, there, tuple(results))
    assert len(world.server.public()) == 1


def test_two_saves_within_one_second_before_the_look_are_no_slip(world: World) -> None:
    there = published(world)
    world.server.edit(there, content="<p>First try.</p>")
    world.server.edit(there, content=HERS)
    result = world.publish(MORE, Intent.UPDATE)
    assert result.remote is not None
    world.outbox.keep_mine(result.job_id, result.remote.revision)
    (done,) = world.run()
    assert (done.kind, done.remarks) == (ResultKind.DONE, ())
    assert kept(world) == ()


def test_an_update_of_tags_alone_is_no_slip(world: World) -> None:
    published(world)
    result = world.publish(replace(FIRST, tags=("rail", "steam")), Intent.UPDATE)
    assert (result.kind, result.remarks) == (ResultKind.DONE, ())


@pytest.mark.parametrize("error", [Refused, Unreachable])
def test_versions_that_she_may_not_see_hold_up_nothing_and_those_without_an_answer_are_asked_for_again(
    world: World, error: type[PostDeskError]
) -> None:
    there = published(world)
    ines = Colleague(world, there, 0)
    asked: list[str] = []

    def before_call(name: str) -> None:
        if name == "revisions":
            asked.append(name)
            if error is Refused or len(asked) == 1:
                raise error("No.", "Nothing was sent.", "Wait.")

    world.backend = FakeBlog(world.server, before_call=before_call, slips_in=ines.slips_in)
    world.publish(MORE, Intent.UPDATE)
    world.settle()
    assert world.outbox.jobs() == ()
    assert [one.revision.content for one in kept(world)] == ([] if error is Refused else [HERS])


def test_a_colleague_right_after_our_write_is_a_conflict_at_once(world: World) -> None:
    there = published(world)
    meeting_ines(world, there, 3)  # read, write, and then she, before we look again
    result = world.publish(MORE, Intent.UPDATE)
    assert result.kind is ResultKind.CONFLICT
    assert world.server.posts[there]["content"] == HERS
    receipt = world.engine.receipt(FIRST.id, ACCOUNT.id)
    assert receipt is not None
    assert receipt.sent_hash == MORE.content_hash


def test_without_versions_a_colleague_right_before_our_write_is_still_seen(tmp_path: Path) -> None:
    """A blog that keeps no versions: the look within the write refuses it."""
    world = World(tmp_path, Server())
    there = published(world)
    ines = Colleague(world, there, 2)
    world.backend = FakeBlog(
        world.server, capabilities=ALL - {Capability.REVISIONS}, before_call=ines.before_call
    )
    assert world.publish(MORE, Intent.UPDATE).kind is ResultKind.CONFLICT
    assert world.server.posts[there]["content"] == HERS
    world.stop()


def test_a_post_that_is_saved_there_without_end_waits(world: World) -> None:
    there = published(world)
    count = 0

    def before_call(name: str) -> None:
        nonlocal count
        if name == "write":
            count += 1
            world.server.posts[there]["revision"] = f"again {count}"

    world.backend = FakeBlog(world.server, before_call=before_call)
    assert world.publish(MORE, Intent.UPDATE).kind is ResultKind.WAITING
    world.backend = FakeBlog(world.server)
    world.clock.now += 3600
    assert [r.kind for r in world.run()] == [ResultKind.DONE]
