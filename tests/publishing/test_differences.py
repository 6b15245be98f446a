"""What a blog makes differently: what matters is told each time, what it always does twice, what harms nobody never."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.backends.base import Outgoing, RemotePost
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status
from postdesk.publishing.differences import (
    ALWAYS,
    Difference,
    Weight,
    differences,
    kept_as_text,
    sort_out,
    tell,
    tell_no_more,
    told_before,
)
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import FakeBlog, Server
from tests.publishing.world import World, post_with

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CONTENT = (
    '<p>It was “late” &amp; quiet… <a href="https://a.example/?x=1&amp;y=2">Read</a></p>'
    '<img src="https://blog.example/p.png" alt="A quay"><p>The end -- for now.</p>'
)
MEANT = Outgoing(
    "A “title”", CONTENT, Status.PUBLISHED, slug="a", date=NOW, excerpt="In <b>short</b>.", tags=("Rail",)
)
THERE = RemotePost(
    "1", "https://blog.example/a", "a", Status.PUBLISHED, "r1", 'A "title"', CONTENT, excerpt="In short.", date=NOW,
    tags=("rail",),
)  # fmt: skip


def _kinds(**values: object) -> dict[str, Weight]:
    return {d.kind: d.weight for d in differences(MEANT, replace(THERE, **values))}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [
        CONTENT.replace("“", '"').replace("”", '"').replace("…", "..."),
        CONTENT.replace("&amp; quiet", "&#038; quiet").replace("--", "–"),
        CONTENT.replace("<img", '<img loading="lazy" decoding="async" class="size-large wp-image-3"'),
        CONTENT.replace("<a ", '<a rel="noopener nofollow" target="_blank" '),
        CONTENT.replace("<p>", '<p class="wp-block-paragraph">').replace("</p>", "</p>\n\n"),
        CONTENT.replace('src="https://blog.example/p.png" alt="A quay"', 'alt="A quay" src="https://blog.example/p.png"'),
        CONTENT.replace("The end", "<br/>The end"),
    ],
)  # fmt: skip
def test_what_harms_nobody_is_no_difference(content: str) -> None:
    assert _kinds(content=content) == {}


@pytest.mark.parametrize(
    ("change", "kind", "weight"),
    [
        ({"content": CONTENT.replace("quiet", "")}, "words", Weight.ALWAYS),
        ({"content": CONTENT.replace('<img src="https://blog.example/p.png" alt="A quay">', "")}, "removed pictures",
         Weight.ALWAYS),
        ({"content": CONTENT.replace("https://blog.example/p.png", "https://cdn.example/p.png")}, "picture addresses",
         Weight.USUAL),
        ({"content": CONTENT.replace('<a href="https://a.example/?x=1&amp;y=2">Read</a>', "Read")}, "removed links",
         Weight.ALWAYS),
        ({"content": CONTENT.replace("a.example", "go.example")}, "link addresses", Weight.ALWAYS),
        ({"content": CONTENT.replace("<p>The", "<h2>New</h2><p>The").replace("New", "")}, "markup", Weight.USUAL),
        ({"title": "Another"}, "title", Weight.ALWAYS),
        ({"excerpt": ""}, "excerpt", Weight.USUAL),
        ({"excerpt": "Another."}, "excerpt", Weight.ALWAYS),
        ({"status": Status.PENDING}, "status", Weight.ALWAYS),
        ({"slug": "a-2"}, "slug", Weight.ALWAYS),
        ({"date": NOW + timedelta(hours=1)}, "date", Weight.ALWAYS),
        ({"tags": ()}, "tags: Rail", Weight.USUAL),
    ],
)  # fmt: skip
def test_each_thing_that_matters_has_its_weight(change: dict[str, object], kind: str, weight: Weight) -> None:
    assert _kinds(**change) == {kind: weight}


def test_a_date_in_another_zone_is_the_same_date() -> None:
    assert _kinds(date=datetime.fromisoformat("2026-11-28T14:00:00+02:00")) == {}


def test_a_path_that_the_blog_makes_whole_is_the_same_link() -> None:
    meant = replace(MEANT, content='<p><a href="/2026/old/">Old</a></p>')
    there = replace(THERE, content='<p><a href="https://blog.example/2026/old/">Old</a></p>')
    assert differences(meant, there) == ()


@pytest.mark.parametrize(
    ("tag", "kind", "says"),
    [
        ('<iframe src="https://v.example"></iframe>', "removed frames", "line of its own"),
        ("<script>var a = 1;</script>", "removed code", "as words"),
        ('<form><input name="q"></form>', "removed forms", "administrator"),
        ("<svg><path d='M0'></path></svg>", "removed drawings", "administrator"),
        ("<mark>very</mark>", "removed <mark>", "the words are there"),
    ],
)
def test_what_a_filter_takes_away_is_said_in_words_with_what_to_do(tag: str, kind: str, says: str) -> None:
    without = (
        tag.replace("<mark>", "").replace("</mark>", "").replace("<script>", "").replace("</script>", "")
    )
    meant = replace(MEANT, content=CONTENT + tag)
    there = replace(THERE, content=CONTENT + (without if without[0] != "<" else ""))
    (found,) = differences(meant, there)
    assert found.kind == kind
    assert says in found.sentence


def test_a_missing_password_is_told_every_time() -> None:
    meant = replace(MEANT, visibility=Visibility.PASSWORD, post_password="x")
    (found,) = differences(meant, THERE)
    assert (found.kind, found.weight) == ("password", Weight.ALWAYS)


def test_a_habit_is_told_twice_and_a_loss_always() -> None:
    habit, loss = Difference("markup", "Marks.", Weight.USUAL), Difference("words", "Words.")
    unseen = Difference("reader: silent", "No connection.", Weight.UNSEEN)
    told: dict[str, int] = {}
    heard = []
    for _time in range(4):
        now, told = sort_out((habit, loss, unseen), told)
        heard.append([d.kind for d in now])
    assert heard == [["markup", "words"], ["markup", "words"], ["words"], ["words"]]


def test_what_is_kept_of_it_survives_any_text() -> None:
    for text in ("", "[]", "{", '{"a": "b", "c": true}', "null"):
        assert told_before(text) == {}
    many = {f"kind {n}": 1 for n in range(1000)}
    assert len(told_before(kept_as_text(many))) == 200


def test_the_blog_is_remembered_and_the_log_has_everything(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    world.backend = FakeBlog(
        world.server, clean=lambda text: text.replace("<mark>", "").replace("</mark>", "")
    )
    heard = []
    for number in range(4):
        result = world.publish(post_with(0, extra=f" <mark>{number}</mark>"), Intent.UPDATE)
        heard.append(len(result.remarks))
        job = world.journal.job(result.job_id)
        assert job is not None
        assert len(job.remarks) == 1
    assert heard == [1, 1, 0, 0]
    world.stop()


def test_she_may_say_that_she_knows_but_not_about_a_loss(tmp_path: Path) -> None:
    world = World(tmp_path, Server())
    code, loss = Difference("removed code", "Code.", Weight.BY_CHOICE), Difference("words", "Words.")
    for _time in range(3):
        assert tell(world.journal, "a1", (code, loss)) == (code, loss)
    tell_no_more(world.journal, "a1", ("removed code", "words"))
    assert tell(world.journal, "a1", (code, loss)) == (loss,)
    assert tell(world.journal, "a2", (code,)) == (code,)  # another blog is another matter
    assert "removed code" in world.journal.learnt("a1", ALWAYS)
    world.stop()
