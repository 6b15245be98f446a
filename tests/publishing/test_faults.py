"""Whatever one or two faults do to a publication: one complete public post, each picture once, no stray draft.

The law, for every plan and every fault at every call: at rest the blog has exactly one post, public and complete,
no draft of ours, every picture once, and the library has one receipt that names that post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from postdesk.core.post import Post
from postdesk.core.receipt import Status
from postdesk.publishing.compare import is_unchanged
from postdesk.publishing.job import JobState
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import FakeBlog, Fault, Server
from tests.publishing.world import World, post_with

KINDS = (
    ("before", 0), ("lost request", 0), ("after", 0), ("busy", 0), ("refused", 0), ("late", 1), ("late", 2),
    ("late", 4), ("late", 40), ("twice", 1), ("twice", 40),
)  # fmt: skip


def _world(home: Path, faults: list[Fault], pictures: int) -> World:
    world = World(home, Server(), faults=faults)
    world.pictures(pictures)
    return world


def assert_exactly_once(world: World, post: Post, pictures: int, status: str = "published") -> None:
    """The law of this file. What is late arrives before the last look for it, an hour after the job."""
    blog = world.backend
    assert isinstance(blog, FakeBlog)
    blog.deliver_late()
    world.settle()
    blog.faults.clear()
    server = blog.server
    kept = [p for p in server.posts.values() if p["status"] != "trashed"]
    assert [p["status"] for p in kept] == [status]
    (there,) = kept
    assert there["title"] == post.title
    assert "first words" in there["content"]
    assert "last words" in there["content"]
    assert not there["slug"].startswith("pd-")
    shown = re.findall(r'src="([^"]*)"', there["content"])
    assert len(shown) == pictures
    assert set(shown) <= {m["address"] for m in server.media.values()}
    names = [m["name"] for m in server.media.values()]
    assert len(names) == len(set(names)) == pictures
    assert all(m["alt"] and m["caption"] for m in server.media.values())
    (receipt,) = world.receipts.all()
    assert receipt.remote_id == there["remote_id"]
    assert is_unchanged(blog.read(receipt.remote_id), world.receipts.base(receipt.base_hash) or "")
    assert receipt.sent_hash == post.content_hash
    assert not world.outbox.jobs()


def _calls(home: Path, pictures: int, updated: bool) -> int:
    """How many calls the plan takes without a fault."""
    world = _world(home, [], pictures)
    world.publish(post_with(pictures))
    if updated:
        world.publish(post_with(pictures, extra=" More."), Intent.UPDATE)
    world.stop()
    return world.server.calls


def _publish(home: Path, faults: list[Fault], pictures: int) -> None:
    world = _world(home, faults, pictures)
    post = post_with(pictures)
    world.click(post)
    world.settle(sweeps=False)
    assert_exactly_once(world, post, pictures)
    world.stop()


@pytest.mark.parametrize("pictures", [0, 1, 2, 5])
def test_a_publication_survives_every_single_fault(tmp_path: Path, pictures: int) -> None:
    calls = _calls(tmp_path / "plain", pictures, updated=False)
    cases = 0
    for call in range(1, calls + 3):
        for kind, late_by in KINDS:
            _publish(tmp_path / f"{call}-{kind}-{late_by}", [Fault(call, kind, late_by)], pictures)
            cases += 1
    assert cases == (calls + 2) * len(KINDS)


def _pairs(calls: int) -> Iterator[list[Fault]]:
    kinds = [("before", 0), ("after", 0), ("late", 1), ("late", 4), ("twice", 1), ("refused", 0)]
    for first in range(1, calls + 2):
        for second in range(first + 1, calls + 5):
            for one in kinds:
                for two in kinds:
                    yield [Fault(first, *one), Fault(second, *two)]


@pytest.mark.parametrize("pictures", [0, 1])
def test_a_publication_survives_every_pair_of_faults(tmp_path: Path, pictures: int) -> None:
    calls = _calls(tmp_path / "plain", pictures, updated=False)
    for number, faults in enumerate(_pairs(calls)):
        try:
            _publish(tmp_path / str(number), faults, pictures)
        except AssertionError as error:
            raise AssertionError(f"{faults}") from error


@pytest.mark.parametrize("pictures", [0, 1, 2, 5])
def test_an_update_survives_every_single_fault(tmp_path: Path, pictures: int) -> None:
    before = _calls(tmp_path / "plain", pictures, updated=False)
    after = _calls(tmp_path / "updated", pictures, updated=True)
    changed = post_with(pictures, extra=" Update #1.")
    for call in range(before + 1, after + 3):
        for kind, late_by in KINDS:
            world = _world(tmp_path / f"{call}-{kind}-{late_by}", [Fault(call, kind, late_by)], pictures)
            world.publish(post_with(pictures))
            first = dict(world.server.public()[0])
            world.click(changed, Intent.UPDATE)
            world.settle(sweeps=False)
            assert_exactly_once(world, changed, pictures)
            there = world.server.public()[0]
            assert (there["slug"], there["date"]) == (first["slug"], first["date"])
            assert "Update #1" in there["content"]
            world.stop()


@pytest.mark.parametrize(
    ("intent", "status"), [(Intent.UNPUBLISH, Status.DRAFT), (Intent.TRASH, Status.TRASHED)]
)
def test_taking_a_post_away_survives_every_single_fault(
    tmp_path: Path, intent: Intent, status: Status
) -> None:
    for ahead in range(1, 6):
        for kind, late_by in KINDS:
            world = _world(tmp_path / f"{ahead}-{kind}-{late_by}", [], 0)
            post = post_with(0)
            world.publish(post)
            blog = world.backend = FakeBlog(world.server, [Fault(world.server.calls + ahead, kind, late_by)])
            world.click(post, intent)
            world.settle(sweeps=False)
            blog.deliver_late()
            assert [p["status"] for p in world.server.posts.values()] == [status.value]
            (receipt,) = world.receipts.all()
            assert receipt.status is status
            world.stop()


def test_a_naive_repeat_never_happens(tmp_path: Path) -> None:
    """After a lost answer the engine looks before it creates or uploads again; after the first draft it looks whether
    there was an older one."""
    for call in range(1, 12):
        world = _world(tmp_path / str(call), [Fault(call, "after")], 2)
        world.click(post_with(2))
        world.settle()
        log = world.server.log
        for number, name in enumerate(log):
            if name in ("create_draft", "upload"):
                looks = {"create_draft": "find", "upload": "find_media"}[name]
                if number or name == "upload":
                    assert log[number - 1] == looks
                else:
                    assert log[1] == looks
        assert log.count("create_draft") == 1
        assert log.count("upload") == 2
        world.stop()


def test_the_plain_way_costs_one_look_more_than_it_must(tmp_path: Path) -> None:
    world = _world(tmp_path, [], 0)
    world.publish(post_with(0))
    assert world.server.log == ["create_draft", "find", "write", "read"]
    world.settle()  # somebody in between may have delivered it twice: one look, some time afterwards
    assert world.server.log[4:] == ["find"]
    assert world.outbox.next_due() is None
    world.publish(post_with(0, extra=" More."), Intent.UPDATE)
    assert world.server.log[5:] == ["read", "write", "read"]
    assert world.outbox.next_due() is None
    world.stop()


def test_a_definite_no_stops_before_anything_is_public(tmp_path: Path) -> None:
    world = _world(tmp_path, [Fault(4, "refused")], 1)
    result = world.publish(post_with(1))
    assert result.sentence.startswith("No.")
    assert [j.state for j in world.outbox.jobs()] == [JobState.FAILED]
    assert not world.server.public()
    world.stop()
