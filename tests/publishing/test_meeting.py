"""Her post and the blog's become one: disjoint changes all survive, the rest is asked, nothing is taken silently."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdesk.backends.base import RemotePost
from postdesk.core.post import Post, Visibility
from postdesk.core.receipt import Status
from postdesk.library.document import new_text, read_document
from postdesk.markup.merge import Choice
from postdesk.markup.published import cut_content
from postdesk.publishing.compare import base_of
from postdesk.publishing.meeting import BlogMeeting, Then, meet_blog
from postdesk.publishing.theirs import Dress

DRESS = Dress()
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BODY = "The first boat left at 6:10.\n\nThe mayor says that talks could resume tomorrow.\n\nBoats running: 3 of 14\n"
SENT = Post("0123456789abcdef", "Ferry strike", BODY, tags=("rail", "Strike"), excerpt="In short.")
THERE = RemotePost(
    "7", "https://blog.example/ferry", "ferry", Status.PUBLISHED, "r1", SENT.title, DRESS.of(BODY), excerpt="In short.",
    date=NOON, tags=("rail", "Strike"), categories=("Uncategorized",), author="anna",
)  # fmt: skip


def meet(
    mine: Post,
    there: RemotePost,
    *,
    sent: Post | None = SENT,
    before: RemotePost | None = THERE,
    featured: dict[str, str] | None = None,
) -> BlogMeeting:
    document = read_document(Path("ferry.md"), new_text(mine), mine.id)
    base = base_of(before, "") if before is not None else ""
    return meet_blog(
        "job",
        "a1",
        document,
        document.post,
        there,
        Then(sent, base),
        DRESS,
        featured=featured or {},
        who="Ines",
    )


def test_another_paragraph_of_each_is_merged_and_told() -> None:
    mine = replace(SENT, body=BODY.replace("6:10", "6:20"))
    met = meet(mine, replace(THERE, content=THERE.content.replace("3 of 14", "5 of 14")))
    assert met.is_clean
    assert met.result() == replace(mine, body=mine.body.replace("3 of", "5 of"))
    assert met.told("Blog") == "1 paragraph changed by Ines on Blog was kept."


def test_one_sentence_changed_by_both_is_a_question_with_three_answers() -> None:
    mine = replace(SENT, body=BODY.replace("tomorrow", "today"))
    met = meet(mine, replace(THERE, content=THERE.content.replace("tomorrow", "never")))
    assert not met.is_clean
    assert met.result() == mine
    assert met.result([Choice.THEIRS]).body == BODY.replace("tomorrow", "never")
    both = met.result([Choice.BOTH]).body
    assert both.index("today") < both.index("never")


@pytest.mark.parametrize(
    ("there", "field", "value"),
    [
        ({"title": "Ferry strike &amp; talks"}, "title", "Ferry strike & talks"),
        ({"excerpt": "Shorter."}, "excerpt", "Shorter."),
        ({"tags": ("Strike", "rail", "port")}, "tags", ("rail", "Strike", "port")),
        ({"tags": ("strike",)}, "tags", ("Strike",)),
        ({"categories": ("News",)}, "categories", ("News",)),
        ({"slug": "strike"}, "slug", "strike"),
        ({"date": NOON - timedelta(days=1)}, "date", NOON - timedelta(days=1)),
        ({"featured": "9"}, "image", "pics/quay.jpg"),
        ({"status": Status.PRIVATE, "visibility": Visibility.PRIVATE}, "visibility", Visibility.PRIVATE),
        ({"visibility": Visibility.PASSWORD}, "visibility", Visibility.PASSWORD),
    ],
)
def test_a_field_that_only_the_blog_changed_is_taken(
    there: dict[str, Any], field: str, value: object
) -> None:
    mine = replace(SENT, body=BODY.replace("6:10", "6:20"))
    met = meet(mine, replace(THERE, **there), featured={"9": "pics/quay.jpg"})
    assert met.is_clean
    taken: dict[str, Any] = {field: value}
    assert met.result() == replace(mine, **taken)
    assert "Taken over from Blog" in met.told("Blog")
    (seen,) = [one for one in met.fields if one.theirs_changed]
    assert not seen.by_her


HIDDEN = replace(THERE, visibility=Visibility.PASSWORD, post_password="low tide")
HERS = replace(SENT, visibility=Visibility.PASSWORD, post_password="low tide")


def test_a_readers_password_that_somebody_changed_there_is_not_given_back_the_old_one() -> None:
    mine = replace(HERS, body=BODY.replace("6:10", "6:20"))
    there = replace(HIDDEN, post_password="high tide")
    met = meet(mine, there, sent=HERS, before=HIDDEN)
    assert met.is_clean
    assert met.result() == replace(mine, post_password="high tide")
    same = meet(mine, replace(HIDDEN, title="Theirs"), sent=HERS, before=HIDDEN)
    assert same.result() == replace(mine, title="Theirs")


def test_a_readers_password_that_both_changed_is_a_question() -> None:
    mine = replace(HERS, post_password="my tide")
    met = meet(mine, replace(HIDDEN, post_password="high tide"), sent=HERS, before=HIDDEN)
    assert not met.is_clean
    assert met.result() == mine
    assert met.result([Choice.THEIRS]).post_password == "high tide"


def test_a_password_that_somebody_gave_a_public_post_comes_with_it() -> None:
    met = meet(replace(SENT, title="Mine"), HIDDEN)
    assert met.is_clean
    assert met.result() == replace(HERS, title="Mine")


@pytest.mark.parametrize(
    ("mine", "there"),
    [
        ({"title": "Mine"}, {"title": "Theirs"}),
        ({"excerpt": "Mine."}, {"excerpt": "Theirs."}),
        ({"slug": "mine"}, {"slug": "theirs"}),
        ({"date": NOON + timedelta(days=1)}, {"date": NOON - timedelta(days=1)}),
        ({"image": "pics/mine.jpg"}, {"featured": "9"}),
    ],
)
def test_a_field_that_both_changed_is_a_question(mine: dict[str, Any], there: dict[str, Any]) -> None:
    met = meet(replace(SENT, **mine), replace(THERE, **there), featured={"9": "pics/quay.jpg"})
    assert not met.is_clean
    assert met.result() == replace(SENT, **mine)
    assert met.result([Choice.THEIRS]) != replace(SENT, **mine)


def test_tags_that_both_added_are_both_there() -> None:
    met = meet(replace(SENT, tags=("rail", "Strike", "mine")), replace(THERE, tags=("rail", "theirs")))
    assert met.is_clean
    assert met.result().tags == ("rail", "mine", "theirs")


def test_what_the_blog_gave_by_itself_is_nobodys_change() -> None:
    """Its address, its date, its default category: she never had them, and they are not put into her file."""
    met = meet(SENT, replace(THERE, content=THERE.content.replace("3 of", "5 of")))
    assert met.result() == replace(SENT, body=BODY.replace("3 of", "5 of"))


def test_a_post_that_was_taken_offline_there_is_a_question_of_its_own() -> None:
    mine = replace(SENT, body=BODY.replace("6:10", "6:20"))
    met = meet(mine, replace(THERE, status=Status.DRAFT, content=THERE.content.replace("3 of", "5 of")))
    assert met.asks_state
    assert not met.is_clean
    assert met.result([Choice.THEIRS]).body == BODY.replace("6:10", "6:20").replace("3 of", "5 of")
    assert met.stays_offline([Choice.THEIRS])
    assert not met.stays_offline([Choice.MINE])
    assert not met.stays_offline([])


def test_without_what_was_sent_everything_that_differs_is_asked() -> None:
    mine = replace(SENT, body=BODY.replace("6:10", "6:20"))
    there = replace(THERE, content=THERE.content.replace("tomorrow", "never"), title="Theirs")
    met = meet(mine, there, sent=None)
    assert not met.is_clean
    assert len(met.merged.body.conflicts) == 2
    assert met.result().body == mine.body
    theirs = met.result([Choice.THEIRS] * 2)
    assert theirs.body == BODY.replace("tomorrow", "never")
    assert theirs.title == "Theirs"  # the blog's own record says that only she changed it
    nothing_known = meet(replace(mine, title="Mine"), there, sent=None, before=None)
    assert [one.key for one in nothing_known.merged.keys] == ["title"]


def test_what_the_blog_filtered_and_somebody_changed_is_never_taken_without_her() -> None:
    frame = '<div>Look: <iframe src="https://v.example/1"></iframe> here</div>'
    sent = replace(SENT, body=f"{BODY}\n{frame}\n")
    before = replace(
        THERE, content=DRESS.of(sent.body).replace('<iframe src="https://v.example/1"></iframe>', "")
    )
    there = replace(before, content=before.content.replace("here", "there"))
    met = meet(sent, there, sent=sent, before=before)
    assert not met.is_clean
    assert frame in met.result().body


WORDS = "ferry strike day four mayor port quay noon crew fare tide".split()


@st.composite
def changes(
    draw: st.DrawFn,
) -> tuple[list[str], dict[int, str], dict[int, str], dict[int, str], dict[int, str]]:
    """Paragraphs; which of them each of the two changed (never the same), and what each added behind which."""
    count = draw(st.integers(3, 9))

    def paragraph(of: str, more: str = "") -> str:
        words = [f"{word}{of}" for word in WORDS[: draw(st.integers(5, len(WORDS)))]]
        if more:
            words[draw(st.integers(0, 3))] = more
        return " ".join(words)

    texts = [" ".join(f"{word}{n}" for word in WORDS) for n in range(count)]
    who = [draw(st.sampled_from(["", "mine", "theirs"])) for _n in range(count)]
    edit = {
        side: {n: paragraph(str(n), f"{side}edit{n}") for n in range(count) if who[n] == side}
        for side in ("mine", "theirs")
    }
    behind = {
        side: {n: paragraph(f"{side}new{n}") for n in draw(st.sets(st.integers(0, count - 1), max_size=3))}
        for side in ("mine", "theirs")
    }
    return texts, edit["mine"], edit["theirs"], behind["mine"], behind["theirs"]


def _version(texts: list[str], edits: dict[int, str], added: dict[int, str]) -> str:
    blocks = []
    for n, text in enumerate(texts):
        blocks += [edits.get(n, text), *([added[n]] if n in added else [])]
    return "\n\n".join(blocks) + "\n"


@settings(max_examples=80)
@given(changes())
def test_law_disjoint_changes_of_both_are_all_there_in_their_order(
    made: tuple[list[str], dict[int, str], dict[int, str], dict[int, str], dict[int, str]],
) -> None:
    """What she typed and what a colleague saved in the browser touch no paragraph together: the merge is clean, and has
    every paragraph of both, changed by whoever changed it, and nothing twice."""
    texts, edits_mine, edits_theirs, added_mine, added_theirs = made
    sent = replace(SENT, body=_version(texts, {}, {}))
    before = replace(THERE, content=DRESS.of(sent.body))
    mine = replace(sent, body=_version(texts, edits_mine, added_mine))
    there = replace(before, content=DRESS.of(_version(texts, edits_theirs, added_theirs)))
    met = meet(mine, there, sent=sent, before=before)
    assert met.is_clean
    blocks = met.result().body.strip().split("\n\n")
    wanted = []
    for n, text in enumerate(texts):
        wanted.append(edits_mine.get(n) or edits_theirs.get(n) or text)
        wanted += [added[n] for added in (added_mine, added_theirs) if n in added]
    assert blocks == wanted


@settings(max_examples=60)
@given(changes(), st.sets(st.integers(0, 8), max_size=3), st.sets(st.integers(0, 8), max_size=3))
def test_law_no_word_of_either_is_lost_when_both_are_kept(
    made: tuple[list[str], dict[int, str], dict[int, str], dict[int, str], dict[int, str]],
    gone_mine: set[int],
    gone_theirs: set[int],
) -> None:
    """Whatever both change and take out, also the same paragraphs: with "keep both" every word that either has added
    since is in the result."""
    texts, edits_mine, edits_theirs, added_mine, added_theirs = made
    edits_theirs = {**edits_theirs, **{n: texts[n].replace("four", "too") for n in list(edits_mine)[:2]}}
    sent = replace(SENT, body=_version(texts, {}, {}))
    before = replace(THERE, content=DRESS.of(sent.body))
    mine = _without(_version(texts, edits_mine, added_mine), gone_mine)
    theirs = _without(_version(texts, edits_theirs, added_theirs), gone_theirs)
    met = meet(replace(sent, body=mine), replace(before, content=DRESS.of(theirs)), sent=sent, before=before)
    result = met.result([Choice.BOTH] * len(met.merged.body.conflicts)).body
    new = re.compile(r"\w*(?:mine|theirs)(?:edit|new)\d+|too\d+")
    for word in {*new.findall(mine), *new.findall(theirs)}:
        assert word in result


def _without(text: str, gone: set[int]) -> str:
    blocks = text.strip().split("\n\n")
    return "\n\n".join(b for n, b in enumerate(blocks) if n not in gone) + "\n"


def test_cutting_content_loses_nothing() -> None:
    assert "".join("".join(cut_content(THERE.content)).split()) == "".join(THERE.content.split())


def test_what_markdown_would_read_otherwise_as_a_whole_is_never_taken_without_her() -> None:
    """A second list right behind hers would be one with it: each of the two is certain, the text is not."""
    sent = replace(SENT, body=f"{BODY}\n- one\n- two\n")
    before = replace(THERE, content=DRESS.of(sent.body))
    met = meet(
        sent, replace(before, content=f"{before.content}\n\n{DRESS.of('- three')}"), sent=sent, before=before
    )
    assert not met.merged.body.conflicts
    assert not met.is_clean
