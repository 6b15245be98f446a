"""What goes out: pictures under their marker, the blog's own addresses, and nothing of the writer's disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.backends.base import Capability, ContentFormat
from postdesk.core.errors import NotReady, PictureRefused
from postdesk.core.post import Post, Visibility
from postdesk.core.receipt import MediaReceipt, Receipt, Status
from postdesk.markup.lossless import open_post
from postdesk.publishing.compare import is_ours, outgoing_from_json, outgoing_json
from postdesk.publishing.content import collect, kind_of, outgoing
from postdesk.publishing.differences import differences
from postdesk.publishing.plan import Intent, Snapshot, make_plan, marker_of
from postdesk.publishing.preflight import Level, blocks, check
from postdesk.publishing.state import StateKind, state_of
from tests.publishing.fake_blog import ACCOUNT, ALL
from tests.publishing.world import png

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _resolve(folder: Path, ref: str) -> Path:
    file = folder / ref
    if ".." in ref or ref.startswith("/") or not file.is_file():
        raise PictureRefused("Missing.", "Nothing was sent.", "Put it back.")
    return file


def test_a_picture_gets_a_name_by_which_it_is_found_again(tmp_path: Path) -> None:
    (tmp_path / "Été à la mer.PNG").write_bytes(png(1))
    post = Post("1" * 16, "T", '![Sea](<Été à la mer.PNG> "At the sea")\n\n![](https://else.example/x.png)')
    (picture,) = collect(post, lambda _r: tmp_path / "Été à la mer.PNG").pictures
    assert picture.name == f"pd-{picture.content_hash[:16]}-ete-a-la-mer.png"
    assert (picture.kind, picture.alt, picture.caption) == ("image/png", "Sea", "At the sea")


@pytest.mark.parametrize("content_format", list(ContentFormat))
def test_the_blogs_addresses_take_the_place_of_the_writers(
    tmp_path: Path, content_format: ContentFormat
) -> None:
    (tmp_path / "a.png").write_bytes(png(1))
    post = Post("1" * 16, "T", "![A](a.png)\n\n![B](https://else.example/b.png)", image="a.png")
    collected = collect(post, lambda r: _resolve(tmp_path, r))
    (picture,) = collected.pictures
    media = {
        picture.content_hash: MediaReceipt(picture.content_hash, "7", "https://blog.example/m/a.png", 4, 3)
    }
    sent = outgoing(
        post, collected.pictures, media, content_format, status=Status.PUBLISHED, slug="t", date=None
    )
    assert sent.featured == "7"
    assert 'src="https://blog.example/m/a.png"' in sent.content
    assert 'src="https://else.example/b.png"' in sent.content
    assert "a.png" not in sent.content.replace("https://blog.example/m/a.png", "")
    assert ("<!-- wp:" in sent.content) is (content_format is ContentFormat.BLOCKS)


@pytest.mark.parametrize(
    "body", ["![](gone.png)", "![](/etc/passwd)", "![](../up.png)", '<img src="file:///etc/passwd">',
             '<video src="film.mp4"></video>', '<img srcset="a.png 2x" src="https://else.example/a.png">',
             "[a](file:///home/anna/a.txt)"])  # fmt: skip
def test_what_lies_only_on_this_computer_stops_the_plan(tmp_path: Path, body: str) -> None:
    refused = collect(Post("1" * 16, "T", body), lambda r: _resolve(tmp_path, r)).refused
    assert refused
    assert all(isinstance(error, PictureRefused) for _ref, error in refused)


def test_a_text_with_a_pictures_name_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    ((ref, error),) = collect(Post("1" * 16, "T", "![](a.png)"), lambda r: _resolve(tmp_path, r)).refused
    assert ref == "a.png"
    assert "not a picture" in error.sentence
    assert kind_of(b"\xff\xd8\xff\xe0") == ("image/jpeg", "jpg")
    assert kind_of(b"<svg xmlns=") is None


def test_a_snapshot_survives_the_journal(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(1))
    post = Post("1" * 16, "Ünï", "![A](a.png)", date=NOW, tags=("a",), visibility=Visibility.PASSWORD)
    pictures = collect(post, lambda r: _resolve(tmp_path, r)).pictures
    sent = outgoing(
        post, pictures, {pictures[0].content_hash: MediaReceipt("h", "7", "https://b.example/a")}, ContentFormat.HTML,
        status=Status.PUBLISHED, slug="t", date=NOW,
    )  # fmt: skip
    assert outgoing_from_json(outgoing_json(sent)) == sent
    snapshot = Snapshot(post, "a1", Intent.RESTORE, NOW, pictures, sent, "abc")
    assert Snapshot.from_json(snapshot.to_json()) == snapshot


def test_the_marker_can_be_derived_again_on_any_machine() -> None:
    assert marker_of("0123456789abcdef") == marker_of("0123456789abcdef")
    assert len(marker_of("x")) == 19
    assert marker_of("x") != marker_of("y")


def _plan(
    post: Post, intent: Intent, receipt: Receipt | None = None, can: frozenset[Capability] = ALL
) -> Intent:
    return make_plan(post, ACCOUNT, intent, pictures=(), receipt=receipt, capabilities=can, now=NOW).intent


def test_the_intent_becomes_what_it_comes_to() -> None:
    post = Post("1" * 16, "T", "Words.")
    live = Receipt(post.id, "a1", "7", status=Status.PUBLISHED)
    later = replace(post, date=NOW + timedelta(days=1))
    assert _plan(post, Intent.PUBLISH) is Intent.PUBLISH
    assert _plan(post, Intent.PUBLISH, live) is Intent.UPDATE
    assert _plan(post, Intent.UPDATE) is Intent.PUBLISH
    assert _plan(later, Intent.PUBLISH) is Intent.SCHEDULE
    assert _plan(later, Intent.PUBLISH, can=frozenset()) is Intent.PUBLISH  # held in the outbox
    assert _plan(replace(post, date=NOW - timedelta(days=9)), Intent.SCHEDULE) is Intent.PUBLISH
    with pytest.raises(NotReady):
        _plan(post, Intent.SCHEDULE)
    with pytest.raises(NotReady):
        _plan(replace(post, visibility=Visibility.PRIVATE), Intent.PUBLISH, can=frozenset())
    with pytest.raises(NotReady):
        _plan(post, Intent.TRASH, live, can=frozenset())


def test_the_preflight_says_what_to_know_and_blocks_only_for_errors(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(1))
    post = Post("1" * 16, "", "![](a.png)\n\n![x](gone.png)", date=NOW - timedelta(days=3), tags=("a",))
    collected = collect(post, lambda r: _resolve(tmp_path, r))
    remarks = check(
        post, ACCOUNT, Intent.PUBLISH, collected, receipt=None, capabilities=ALL - {Capability.TAGS}, now=NOW
    )
    assert [(r.level, r.action) for r in remarks if r.level is not Level.OK] == [
        (Level.ERROR, "pictures"), (Level.WARNING, "title"), (Level.WARNING, "alt"), (Level.WARNING, "date"),
        (Level.WARNING, "tags"),
    ]  # fmt: skip
    assert blocks(remarks)
    good = replace(post, title="T", body="![A](a.png)", date=None, tags=())
    remarks = check(
        good, ACCOUNT, Intent.PUBLISH, collect(good, lambda r: _resolve(tmp_path, r)), receipt=None,
        capabilities=ALL, now=NOW,
    )  # fmt: skip
    assert {r.level for r in remarks} == {Level.OK}
    assert remarks[0].sentence == "Upload 1 picture (1 KB)"


def test_the_header_knows_an_address_that_the_draft_took_over_from_the_blog() -> None:
    post = Post("1" * 16, "T", "Words.")
    receipt = Receipt(
        post.id, "a1", "7", slug="t-2", status=Status.PUBLISHED, sent_hash=post.content_hash, published_at=NOW
    )
    assert state_of(replace(post, slug="t-2", date=NOW), receipt, None, NOW).kind is StateKind.PUBLISHED
    assert state_of(replace(post, slug="t-3"), receipt, None, NOW).kind is StateKind.CHANGED
    scheduled = replace(receipt, status=Status.SCHEDULED, published_at=NOW + timedelta(days=2))
    assert state_of(post, scheduled, None, NOW).words.startswith("Scheduled for 24 November 2026")


def test_a_removed_frame_is_told_and_a_foreign_word_is_not_ours() -> None:
    from postdesk.backends.base import Outgoing, RemotePost

    meant = Outgoing("T", '<p>A</p><iframe src="x"></iframe>', Status.PUBLISHED, "t", tags=("One", "Two"))
    there = RemotePost("7", "", "t-2", Status.PUBLISHED, "r", "T", "<p>A</p>", tags=("one",))
    assert is_ours(there, meant)
    assert not is_ours(there, meant, exact=True)
    assert not is_ours(replace(there, content="<p>A</p><p>B</p>"), meant)
    assert not is_ours(replace(there, content='<p class="x">A</p>'), meant)
    told = " ".join(d.sentence for d in differences(meant, there))
    assert "<iframe>" in told
    assert "t-2" in told
    assert "Two" in told
    assert "One" not in told


def test_of_a_post_of_the_blog_only_what_she_touched_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(png(1))
    content = (
        '<p><img src="/up/a.png" alt=""> and <a href="https://old.example/">old</a></p>\n'
        '<p><img src="rel.png" alt=""></p>\n<p>Words</p>'
    )
    opened = open_post(content, classic=False)
    same = collect(Post("1" * 16, "T", opened.markdown), lambda r: _resolve(tmp_path, r), opened)
    assert (same.pictures, same.refused, same.outward.links) == ((), (), ())
    body = opened.markdown.replace(
        "Words", "Words [new](https://new.example/) ![](mine.png) ![](rel.png) ![](no.png)"
    )
    touched = collect(Post("1" * 16, "T", body), lambda r: _resolve(tmp_path, r), opened)
    assert [picture.ref for picture in touched.pictures] == ["mine.png"]
    assert [ref for ref, _error in touched.refused] == ["no.png"]
    assert [link.address for link in touched.outward.links] == ["https://new.example/"]


def test_a_text_behind_what_the_blog_never_closes_is_found_before_anything_is_planned(tmp_path: Path) -> None:
    opened = open_post("<p>One.</p>\n<div>never closed", classic=False)
    for text, broken in ((opened.markdown, False), (opened.markdown + "\nBehind it.\n", True)):
        post = Post("1" * 16, "T", text)
        assert collect(post, lambda r: _resolve(tmp_path, r), opened).broken is broken
