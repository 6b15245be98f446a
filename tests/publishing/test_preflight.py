"""What the writer is told before she clicks, in few lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.backends.base import Capability
from postdesk.core.errors import PictureRefused
from postdesk.core.post import Post, Visibility
from postdesk.core.receipt import Receipt, Status
from postdesk.markup.lossless import open_post
from postdesk.publishing.content import collect
from postdesk.publishing.plan import Intent, stands
from postdesk.publishing.preflight import (
    AFRESH,
    COPY,
    LINKS,
    Level,
    Place,
    Remark,
    at_once,
    blocks,
    check,
    is_seen_first,
)
from tests.publishing.fake_blog import ACCOUNT, ALL
from tests.publishing.world import png

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
POST = Post("0123456789abcdef", "Trains; and quiet", "The first words.")
LIVE = Receipt("0123456789abcdef", "a1", "7", "https://blog.example/trains", "trains", Status.PUBLISHED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / f"p{number}.png").write_bytes(png(number))
    return tmp_path


def told(
    post: Post, folder: Path = Path("/nowhere"), intent: Intent = Intent.PUBLISH, there: tuple[int, ...] = (),
    receipt: Receipt | None = None, capabilities: frozenset[Capability] = ALL, not_there: tuple[Place, ...] = (),
) -> tuple[Remark, ...]:  # fmt: skip
    def resolve(ref: str) -> Path:
        if not (folder / ref).is_file():
            raise PictureRefused(f"The picture {ref} is missing.", "Nothing was sent.", "Put it back.")
        return folder / ref

    collected = collect(post, resolve)
    known = {p.content_hash for p in collected.pictures if int(p.ref[1]) in there}
    return check(
        post, ACCOUNT, intent, collected, receipt=receipt, capabilities=capabilities, now=NOW, ask_links=True,
        is_there=lambda content_hash: content_hash in known, not_there=not_there,
    )  # fmt: skip


def sentences(remarks: tuple[Remark, ...], *levels: Level) -> list[str]:
    return [r.sentence for r in remarks if not levels or r.level in levels]


def test_a_post_like_any_other_takes_as_many_lines_as_there_is_to_say(folder: Path) -> None:
    links = " ".join(f"[a](https://a.example/{n})" for n in range(14))
    post = replace(POST, body=f"![x](p0.png) ![y](p1.png) ![](p2.png)\n\n{links}")
    remarks = told(post, folder, there=(1,))
    assert [(r.level, r.sentence) for r in remarks] == [
        (Level.OK, "Upload 2 pictures (1 KB); 1 is there already"),
        (Level.OK, "Create the post, set it live, look it up again"),
        (Level.LOOKING, "Asking 14 links…"),
        (Level.WARNING, "One picture has no description"),
    ]
    assert remarks[-1].action == "alt"
    assert remarks[-1].ref == "p2.png"
    assert len(remarks[2].places) == 14


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ((), "Upload 3 pictures (1 KB)"),
        ((0, 1), "Upload 1 picture (1 KB); 2 are there already"),
        ((0, 1, 2), "All 3 pictures are there already"),
    ],
)
def test_pictures_are_one_line(folder: Path, there: tuple[int, ...], words: str) -> None:
    post = replace(POST, body="![x](p0.png) ![y](p1.png) ![z](p2.png)")
    assert sentences(told(post, folder, there=there))[0] == words


def test_pictures_without_a_description_are_counted_and_can_be_gone_through(folder: Path) -> None:
    post = replace(POST, body="![](p0.png) ![y](p1.png) ![](p2.png) ![](https://a.example/b.jpg)")
    (remark,) = (r for r in told(post, folder) if r.action == "alt")
    assert remark.sentence == "3 pictures have no description"
    assert [p.ref for p in remark.places] == ["p0.png", "p2.png", "https://a.example/b.jpg"]


def test_a_picture_that_is_missing_stops_it_and_says_where_it_is_shown() -> None:
    remarks = told(replace(POST, body="![x](gone.png)"))
    assert blocks(remarks)
    assert (remarks[0].level, remarks[0].action, remarks[0].ref) == (Level.ERROR, "pictures", "gone.png")


@pytest.mark.parametrize(
    ("intent", "receipt", "date", "words"),
    [
        (Intent.PUBLISH, None, None, "Create the post, set it live, look it up again"),
        (Intent.UPDATE, LIVE, None, "Compare with the blog, update the post, look it up again"),
        (
            Intent.PUBLISH,
            replace(LIVE, status=Status.TRASHED, revision="r1"),
            None,
            "Take the post out of the trash there, set it live, look it up again",
        ),
        (
            Intent.PUBLISH,
            replace(LIVE, status=Status.TRASHED, revision=""),
            None,
            "Create the post, set it live, look it up again",
        ),
        (
            Intent.PUBLISH,
            replace(LIVE, status=Status.DRAFT),
            None,
            "Update the draft on the blog, set it live, look it up again",
        ),
    ],
)
def test_the_steps_are_one_sentence(
    intent: Intent, receipt: Receipt | None, date: datetime | None, words: str
) -> None:
    assert sentences(told(replace(POST, date=date), intent=intent, receipt=receipt)) == [words]


@pytest.mark.parametrize(("receipt", "said"), [(None, True), (replace(LIVE, status=Status.DRAFT), False)])
def test_a_conflict_copy_that_would_be_a_second_post_is_seen_first(
    receipt: Receipt | None, said: bool
) -> None:
    remarks = check(
        POST, ACCOUNT, Intent.PUBLISH, collect(POST, Path), receipt=receipt, capabilities=ALL, now=NOW,
        original="Trains",
    )  # fmt: skip
    about = [r.sentence for r in remarks if r.key == COPY]
    assert [words.startswith("This is a conflict copy of “Trains”") for words in about] == [True] * said
    assert is_seen_first(remarks) is said
    assert not blocks(remarks)


def test_a_post_for_later_names_the_moment_and_who_keeps_it() -> None:
    later = replace(POST, date=NOW + timedelta(days=2))
    (by_blog,) = sentences(told(later))
    assert by_blog.startswith("Create the post, schedule it for 24 November 2026, ")
    (offline,) = sentences(told(later, receipt=replace(LIVE, status=Status.DRAFT)))
    assert offline.startswith("Update the draft on the blog, schedule it for 24 November 2026, ")
    kept_here = sentences(told(later, capabilities=ALL - {Capability.SCHEDULE}))
    assert kept_here[0].startswith("Wait here until 24 November 2026, ")
    assert "Post Desk has to be running then" in kept_here[0]


@pytest.mark.parametrize(
    ("post", "level", "words", "action"),
    [
        (replace(POST, title=" "), Level.WARNING, "The post has no title", "title"),
        (replace(POST, title="x" * 251), Level.WARNING, "The title is very long: 251 letters", "long title"),
        (replace(POST, body=" \n"), Level.WARNING, "The post has no text", "body"),
        (
            replace(POST, title="", body=""),
            Level.ERROR,
            "The post is empty: write a title or some text first.",
            "body",
        ),
        (
            replace(POST, body="a\n<<<<<<< mine\nb\n=======\nc\n>>>>>>> theirs\n"),
            Level.WARNING,
            "The text has the marks of a merge in it (<<<<<<<)",
            "marks",
        ),
        (
            replace(POST, date=NOW - timedelta(days=3)),
            Level.WARNING,
            "Its date is 19 November 2026: the post will appear among older ones",
            "date",
        ),
        (
            replace(POST, date=datetime(1986, 1, 1, 12, tzinfo=UTC)),
            Level.WARNING,
            "Its date is 1 January 1986: the post will appear among older ones",
            "date",
        ),
        (
            replace(POST, date=NOW + timedelta(days=900)),
            Level.WARNING,
            "Its date is 10 May 2029, more than a year ahead",
            "date",
        ),
        (
            replace(POST, body="[there](#nowhere)"),
            Level.WARNING,
            "One link leads nowhere within the post",
            "links",
        ),
        (
            replace(POST, image="https://a.example/b.jpg"),
            Level.WARNING,
            "The featured picture is an address elsewhere; only a file can be sent",
            "featured",
        ),
    ],
)
def test_each_remark_leads_to_where_it_is_mended(post: Post, level: Level, words: str, action: str) -> None:
    found = [r for r in told(post) if r.level in (Level.WARNING, Level.ERROR)]
    assert [(r.level, r.sentence, r.action) for r in found] == [(level, words, action)]


def test_an_ordinary_post_of_today_has_nothing_to_be_warned_of() -> None:
    fenced = "```\n<<<<<<< a\n>>>>>>> b\n```\n\n[a](#a-heading)\n\n## A heading\n"
    for post in (POST, replace(POST, date=NOW - timedelta(hours=2)), replace(POST, body=fenced)):
        assert sentences(told(post), Level.WARNING, Level.ERROR) == []


def test_a_live_post_dated_ahead_may_be_hidden() -> None:
    remarks = told(replace(POST, date=NOW + timedelta(days=1)), intent=Intent.UPDATE, receipt=LIVE)
    assert "the blog may hide the post until then" in sentences(remarks, Level.WARNING)[0]


def test_what_the_blog_cannot_do_stops_it_with_the_way_out() -> None:
    remarks = told(replace(POST, visibility=Visibility.PRIVATE), capabilities=ALL - {Capability.PRIVATE})
    assert [(r.level, r.action) for r in remarks] == [(Level.ERROR, "visibility")]
    remarks = told(POST, intent=Intent.SCHEDULE)
    assert [(r.level, r.action) for r in remarks] == [(Level.ERROR, "date")]


def test_links_to_posts_that_are_not_on_the_blog_are_one_line() -> None:
    one = Place("post:abc", "Tides")
    assert sentences(told(POST, not_there=(one,)), Level.WARNING) == [
        "The linked post “Tides” is not published on “Blog”: its words go out without the link"
    ]
    assert sentences(told(POST, not_there=(one, Place("post:def"))), Level.WARNING) == [
        "2 linked posts are not published on this blog: their words go out without the links"
    ]
    assert sentences(told(POST, not_there=(Place("post:def"),)), Level.WARNING) == [
        "A linked post is not in the library: its words go out without the link"
    ]


def test_the_lines_at_once_stand_where_those_that_are_found_out_will(folder: Path) -> None:
    post = replace(POST, body="![x](p0.png) [a](https://a.example)")
    first = at_once(post, Intent.PUBLISH, ask_links=True)
    assert [r.key for r in first] == [r.key for r in told(post, folder)] == ["pictures", "plan", LINKS]
    assert first[1].sentence == told(post, folder)[1].sentence
    offline = replace(LIVE, status=Status.DRAFT)
    (_pictures, plan) = at_once(post, Intent.PUBLISH, ask_links=False, there=stands(offline))
    assert plan == told(post, folder, receipt=offline)[1]
    assert [r.key for r in at_once(post, Intent.PUBLISH, ask_links=False)] == ["pictures", "plan"]
    assert blocks(at_once(replace(POST, title="", body=""), Intent.PUBLISH, ask_links=True))


def test_a_page_is_updated_where_it_is_and_made_nowhere() -> None:
    page = replace(POST, kind="page", tags=("rail",), categories=("News",))
    remarks = told(page, intent=Intent.UPDATE, receipt=replace(LIVE, remote_id="page-7"))
    assert "Compare with the blog, update the page, look it up again" in sentences(remarks)
    assert sentences(remarks, Level.WARNING) == [
        "Pages have no tags; they stay here",
        "Pages have no categories; they stay here",
    ]
    (error,) = (r for r in told(replace(POST, kind="page")) if r.level is Level.ERROR)
    assert "is a page, and the blog does not have it" in error.sentence


# --- a post that came from the blog

CAME = (
    '<!-- wp:paragraph {"align":"center"} -->\n<p class="has-text-align-center">First.</p>\n'
    "<!-- /wp:paragraph -->\n\n"
    "<!-- wp:paragraph -->\n<p>Second.</p>\n<!-- /wp:paragraph -->"
)


@pytest.mark.parametrize(
    ("edit", "level", "said"),
    [
        (("", ""), Level.NOTE, "What you did not touch goes back as it came"),
        (("First", "Firstly"), Level.NOTE, "What you did not touch goes back as it came"),
        (
            ("Second.", "Second.\n\nUpdate #1."),
            Level.NOTE,
            "1 block is made anew out of your text; what you did not touch goes back as it came",
        ),
        (
            ("First.", "## First."),
            Level.WARNING,
            "1 block is made anew out of your text and loses a look that it had;"
            " what you did not touch goes back as it came",
        ),
        (
            ("First.\n\nSecond.", "## First.\n\n## Second."),
            Level.WARNING,
            "2 blocks are made anew out of your text, 1 of them loses a look that it had;"
            " what you did not touch goes back as it came",
        ),
    ],
)
def test_it_says_which_blocks_of_an_old_post_are_made_anew_before_it_goes_out(
    edit: tuple[str, str], level: Level, said: str
) -> None:
    opened = open_post(CAME)
    post = replace(POST, body=opened.markdown.replace(*edit))
    collected = collect(post, lambda _ref: Path("/nowhere"), opened, made=True)
    remarks = check(post, ACCOUNT, Intent.UPDATE, collected, receipt=LIVE, capabilities=ALL, now=NOW)
    (remark,) = (r for r in remarks if r.key == AFRESH)
    assert (remark.level, remark.sentence, remark.action) == (level, said, "change")
    assert is_seen_first(remarks) is (level is Level.WARNING)


def test_a_post_that_was_written_here_has_no_such_line() -> None:
    collected = collect(POST, lambda _ref: Path("/nowhere"), made=True)
    remarks = check(POST, ACCOUNT, Intent.UPDATE, collected, receipt=LIVE, capabilities=ALL, now=NOW)
    assert all(r.key != AFRESH for r in remarks)
    assert not is_seen_first(remarks)
