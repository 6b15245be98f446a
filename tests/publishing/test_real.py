"""The protocol against real WordPress: what is read back is what was meant, and nothing is a false conflict."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing import slipped
from postdesk.publishing.compare import as_outgoing
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.run import Progress
from tests.bench.publishing import FEWEST, GOAL, measure
from tests.publishing.fake_blog import Server
from tests.publishing.photos import PROFILE, SECRETS, is_upright, opened, photo, saved, scene
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


def _shown(world: World, receipt: Receipt, number: int = 0) -> bytes:
    """A picture as a reader's browser gets it."""
    address = receipt.media[number].address
    assert address in world.backend.read(receipt.remote_id).content
    answer = httpx2.get(address, trust_env=False)
    assert answer.status_code == 200
    return answer.content


def _uploads(world: World) -> int:
    return sum(
        a.step.startswith("upload:") for j in world.journal.jobs() for a in world.journal.attempts(j.id)
    )


def test_readers_get_pictures_upright_in_their_colours_and_without_her_place(world: World) -> None:
    library = world.home / "library"
    (library / "quay.jpg").write_bytes(photo("JPEG", 6, image=scene(2600, 1700)))
    (library / "boat.heic").write_bytes(photo("HEIF", 8))
    (library / "map.png").write_bytes(photo("PNG"))
    post = Post("5" * 16, "The quay", '![Quay](quay.jpg "At noon.")\n\n![Boat](boat.heic)\n\n![Map](map.png)')
    receipt = _done(world.publish(post))
    for number, (size, kind) in enumerate(
        (((2048, 1339), "JPEG"), ((240, 160), "JPEG"), ((240, 160), "PNG"))
    ):
        data = _shown(world, receipt, number)
        image = opened(data)
        assert (image.size, image.format) == (size, kind)
        assert is_upright(image)
        assert image.info["icc_profile"] == PROFILE
        assert not any(secret in data for secret in SECRETS)
        assert image.getexif().get(0x0112, 1) == 1
        assert not image.getexif().get_ifd(0x8825)
    again = _done(world.publish(replace(post, body=post.body + "\n\nUpdate #1."), Intent.UPDATE))
    other = _done(world.publish(replace(post, id="6" * 16, title="The quay again")))
    assert _uploads(world) == 3
    assert again.media == receipt.media == other.media
    # One picture replaced uploads one; other words for one describe it, and upload nothing.
    (library / "map.png").write_bytes(photo("PNG", image=scene(120, 90)))
    words = replace(post, body=post.body.replace("At noon", "At dusk"))
    receipt = _done(world.publish(words, Intent.UPDATE))
    assert _uploads(world) == 4
    assert opened(_shown(world, receipt, 2)).size == (120, 90)
    (quay,) = world.backend.find_media(receipt.media[0].content_hash)
    assert (quay.alt, quay.caption) == ("Quay", "At dusk.")


def test_an_avif_goes_out_as_it_is_or_as_the_jpeg_that_the_blog_takes(
    world: World, wordpress: RealServer, request: pytest.FixtureRequest
) -> None:
    takes_avif = "6.1" not in request.node.name
    library = world.home / "library"
    (library / "a.avif").write_bytes(photo("AVIF"))
    (library / "b.avif").write_bytes(photo("AVIF", image=scene(300, 200)))
    receipt = _done(world.publish(Post("7" * 16, "One", "![A](a.avif)")))
    data = _shown(world, receipt)
    assert opened(data).format == ("AVIF" if takes_avif else "JPEG")
    assert not any(secret in data for secret in SECRETS)
    assert is_upright(opened(data))
    assert _uploads(world) == (1 if takes_avif else 2)
    _done(world.publish(Post("8" * 16, "Two", "![A](a.avif)\n\n![B](b.avif)")))
    assert _uploads(world) == (2 if takes_avif else 3)  # what was learnt spares the next one its refusal


def test_a_large_upload_tells_how_far_it_is_and_can_be_stopped_in_the_middle(world: World) -> None:
    noise = saved(scene(1, 1).resize((2000, 1500)), "PNG")[:-12]
    whole = os.urandom(18_000_000)
    chunk = b"tEXt" + b"Author\0" + whole.translate(bytes(range(1, 256)) + b"\1")
    noise += (len(chunk) - 4).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
    noise += b"\0\0\0\0IEND" + zlib.crc32(b"IEND").to_bytes(4)
    (world.home / "library" / "big.png").write_bytes(noise)
    post = Post("9" * 16, "Big", "![Big](big.png)")
    world.click(post)
    cancel = Cancel()
    heard: list[Progress] = []

    def stop(progress: Progress) -> None:
        heard.append(progress)
        if progress.sent > 9_000_000:
            cancel.set()

    (result,) = world.outbox.run(cancel, stop)
    assert result.kind is ResultKind.WAITING
    sent = [p.sent for p in heard if p.size]
    assert sent == sorted(sent)
    assert {p.size for p in heard if p.size} == {len(noise)}
    assert len(sent) > 100
    assert sent[-1] < 10_000_000
    (picture,) = world.plan(post).snapshot.pictures
    assert isinstance(world.backend, WordPress)
    world.backend.cancel = Cancel()
    assert world.backend.find_media(picture.content_hash) == ()
    (result,) = world.run()
    receipt = _done(result)
    assert _shown(world, receipt) == noise
    assert len(world.backend.find_media(picture.content_hash)) == 1


def test_a_publication_asks_hardly_more_than_it_must(wordpress: RealServer) -> None:
    wordpress.reset_posts()
    for name, (cost,) in measure(wordpress, 1).items():
        assert cost.requests.total() - FEWEST[name].total() <= GOAL, cost.requests - FEWEST[name]
