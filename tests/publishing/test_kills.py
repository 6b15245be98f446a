"""The program is killed at every moment of a publication, its journal is damaged on top: exactly one post goes out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from postdesk.core.account import Account
from postdesk.core.errors import Unreachable
from postdesk.core.post import Post
from postdesk.core.receipt import Status
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import FakeBlog, Server
from tests.publishing.kill import clicks_again, post_at, world_at
from tests.publishing.test_faults import assert_exactly_once
from tests.publishing.world import World, post_with
from tests.servers.wordpress import WordPress

ROOT = Path(__file__).resolve().parents[2]


def _killed(
    folder: Path, pictures: int, where: str, intent: Intent = Intent.PUBLISH, blog: tuple[str, ...] = ()
) -> int:
    """Make the folders of killed programs; returns how many there are."""
    arguments = [str(folder), str(pictures), where, intent.value, *blog]
    done = subprocess.run(
        [sys.executable, "-m", "tests.publishing.kill", *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    last = int(done.stdout)
    assert last > 1, done.stderr
    return last - 1


def _restart(home: Path) -> World:
    return World(home, Server.load(home / "blog.json"), make=lambda w: FakeBlog(w.server))


def _finish(world: World, post: Post, pictures: int) -> None:
    """What the writer does after a crash: nothing when the outbox still knows; else she clicks Publish once more."""
    world.pictures(pictures)
    if not world.journal.jobs():
        world.click(post)
    world.settle(sweeps=False)
    assert_exactly_once(world, post, pictures)
    world.stop()


@pytest.mark.parametrize(("pictures", "where"), [(0, "journal"), (2, "journal"), (2, "call")])
def test_a_program_killed_at_any_moment_publishes_once_after_its_restart(
    tmp_path: Path, pictures: int, where: str
) -> None:
    killed = _killed(tmp_path, pictures, where)
    assert killed >= (9 if where == "call" else 20)
    for moment in range(1, killed + 1):
        home = tmp_path / str(moment)
        _finish(_restart(home), post_at(home, pictures), pictures)


_ENDS = {
    Intent.UPDATE: "published", Intent.SCHEDULE: "scheduled", Intent.UNPUBLISH: "draft", Intent.TRASH: "trashed",
    Intent.RESTORE: "published",
}  # fmt: skip


@pytest.mark.parametrize("intent", _ENDS)
@pytest.mark.parametrize("where", ["journal", "call"])
def test_whatever_a_killed_program_was_doing_is_done_once_after_its_restart(
    tmp_path: Path, intent: Intent, where: str
) -> None:
    killed = _killed(tmp_path, 1, where, intent)
    assert killed >= (3 if where == "call" else 10)
    for moment in range(1, killed + 1):
        home = tmp_path / str(moment)
        world = world_at(home, [])
        clicks_again(world, home, 1, intent)
        world.settle()
        (there,) = world.server.posts.values()
        assert there["status"] == _ENDS[intent]
        assert ("Update #1" in there["content"]) is (intent is Intent.UPDATE)
        assert "first words" in there["content"]
        assert len(world.server.media) == 1
        assert [r.remote_id for r in world.receipts.all()] == [there["remote_id"]]
        assert not world.outbox.jobs()
        world.stop()


def test_a_program_that_published_to_wordpress_and_was_killed_publishes_once_after_its_restart(
    tmp_path: Path, wordpress_newest: WordPress
) -> None:
    wordpress_newest.reset_posts()
    blog = (wordpress_newest.base_url, wordpress_newest.app_password)
    killed = _killed(tmp_path, 1, "journal", blog=blog)
    assert killed >= 20
    for moment in range(1, killed + 1):
        home = tmp_path / str(moment)
        world = world_at(home, list(blog))
        clicks_again(world, home, 1, Intent.PUBLISH)
        world.settle()
        (receipt,) = world.receipts.all()
        there = world.backend.read(receipt.remote_id)
        assert there.status is Status.PUBLISHED
        assert "last words" in there.content
        assert not world.outbox.jobs()
        world.stop()
    # One post each, and the one picture that they share once.
    posts = world.backend.posts().posts
    assert [p.status for p in posts] == [Status.PUBLISHED] * (killed + 1)
    assert len(world.backend.find_media(receipt.media[0].content_hash)) == 1


def _zero(home: Path) -> None:
    for file in (home / "state").glob("outbox.db*"):
        file.write_bytes(bytes(file.stat().st_size))


def _cut(home: Path) -> None:
    file = home / "state" / "outbox.db"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    for rest in (home / "state").glob("outbox.db-*"):
        rest.unlink()


def _delete(home: Path) -> None:
    for file in (home / "state").glob("outbox.db*"):
        file.unlink()


def _lose_the_newest(home: Path) -> None:
    for rest in (home / "state").glob("outbox.db-*"):
        rest.unlink()


def _scribble(home: Path) -> None:
    file = home / "state" / "outbox.db"
    file.write_bytes(b"not a database, but a text\n" * 400)


@pytest.mark.parametrize("damage", [_zero, _cut, _delete, _lose_the_newest, _scribble])
def test_a_journal_that_is_lost_at_any_moment_makes_no_second_post(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    killed = _killed(tmp_path, 1, "journal")
    for moment in range(1, killed + 1):
        home = tmp_path / str(moment)
        damage(home)
        _finish(_restart(home), post_at(home, 1), 1)


def test_a_lost_journal_sends_nothing_by_itself(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.click(post_with(0))
    world.stop()
    (tmp_path / "state" / "outbox.db").write_bytes(bytes(5000))
    world.start()
    assert "put aside" in world.journal.remark
    assert world.run() == ()
    assert not world.server.posts
    assert list((tmp_path / "state").glob("outbox.broken-*.db"))
    world.stop()


def test_a_library_on_a_second_machine_updates_the_same_post(tmp_path: Path) -> None:
    """Each machine has made its account by itself, so the blog has another account id there."""
    server = Server()
    one = World(tmp_path / "one", server, receipts_folder=tmp_path / "receipts")
    one.publish(post_with(0))
    two = World(tmp_path / "two", server, receipts_folder=tmp_path / "receipts")
    del two.accounts["a1"]
    two.accounts["b2"] = Account("b2", "fake", "Blog", "https://blog.example")
    two.outbox.submit(two.plan(post_with(0, extra=" More."), account=two.accounts["b2"]))
    two.settle()
    assert len(server.posts) == 1
    assert "More." in server.public()[0]["content"]
    shutil.rmtree(tmp_path / "receipts")
    one.stop()
    two.stop()


def test_two_machines_that_publish_at_the_same_moment_make_one_post(tmp_path: Path) -> None:
    """No receipt has travelled yet: the marker alone leads both to one draft."""
    server = Server()
    calls: list[str] = []

    def cut_off(name: str) -> None:
        calls.append(name)
        if calls == ["create_draft", "find"]:
            raise Unreachable("No connection.", "Nothing was sent.", "Wait.")

    other = World(tmp_path / "other", server, make=lambda w: FakeBlog(w.server, before_call=cut_off))
    other.click(post_with(0))

    def meanwhile(name: str) -> None:
        if name == "create_draft" and not calls:
            other.run()

    world = World(tmp_path / "one", server, make=lambda w: FakeBlog(w.server, before_call=meanwhile))
    world.publish(post_with(0))
    other.settle()
    world.settle()
    assert calls.count("create_draft") == 1
    assert server.log.count("create_draft") == 2
    kept = [p for p in server.posts.values() if p["status"] != "trashed"]
    assert [p["status"] for p in kept] == ["published"]
    world.stop()
    other.stop()
