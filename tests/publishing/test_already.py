"""What only the blog can tell before a post goes there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from postdesk.backends.base import Backend, Capability
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Busy, NotAllowed, PasswordError, PostDeskError, SignInRefused, Unreachable
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.already import Already, BlogLook, slug_to_be
from postdesk.publishing.archive import Archive
from postdesk.publishing.preflight import Level
from tests.publishing.fake_blog import ACCOUNT, ALL, FakeBlog, Server, _remote, _remote_values
from tests.publishing.world import Clock

POST = Post("0123456789abcdef", "Trains; and quiet", "Words.")
LIVE = Receipt("0123456789abcdef", "a1", "7", "https://blog.example/trains", "trains", Status.PUBLISHED)


class Desk:
    """A blog, its archive, and what was opened."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(categories=["Harbour", "News & Notes"], tags=["strike"])
        self.archive = Archive(folder)
        self.fails: PostDeskError | None = None
        self.may_make = True
        self.clock = Clock()
        self.already = Already(self.archive, self.open, self.clock)

    def open(self, account: Account) -> Backend:
        if isinstance(self.fails, PasswordError):
            raise self.fails
        made = FakeBlog(self.server, account=account, down=lambda: self.fails)
        made.may_make_categories = self.may_make
        return made

    def has(self, slug: str, title: str, *, remote_id: int = 9, archived: bool = False) -> None:
        values = _remote_values(remote_id, slug, title, "r1") | {"status": "published"}
        self.server.posts[str(remote_id)] = values
        if archived:
            self.archive.put(ACCOUNT.id, _remote(values))

    def look(
        self, post: Post, receipt: Receipt | None = None, capabilities: frozenset[Capability] = ALL
    ) -> BlogLook:
        return self.already.look(post, ACCOUNT, receipt, capabilities, None, Cancel())

    def said(self, post: Post, receipt: Receipt | None = None) -> list[tuple[Level, str, str]]:
        return [(r.level, r.sentence, r.action) for r in self.look(post, receipt).remarks]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_address_that_is_free_needs_no_word(desk: Desk) -> None:
    assert desk.look(POST) == BlogLook(True)
    assert desk.server.log == ["in_the_way"]


@pytest.mark.parametrize("slug", ["", "trains-and-quiet"])
def test_an_address_that_is_taken_is_named_with_the_one_it_would_get(desk: Desk, slug: str) -> None:
    desk.has("trains-and-quiet", "Trains of yesterday")
    desk.has("trains-and-quiet-2", "And again", remote_id=10, archived=True)
    words = "“Trains of yesterday” is at “trains-and-quiet”: this post would get “trains-and-quiet-3”"
    assert desk.said(replace(POST, slug=slug)) == [(Level.WARNING, words, "slug")]


def test_the_archive_tells_it_without_a_connection(desk: Desk) -> None:
    desk.has("trains-and-quiet", "Trains of yesterday", archived=True)
    (remark,) = desk.already.taken_here(POST, ACCOUNT, None)
    assert "Trains of yesterday" in remark.sentence
    assert desk.server.log == []


def test_its_own_address_is_not_taken_by_itself(desk: Desk) -> None:
    desk.has("other", "Trains; and quiet", remote_id=7, archived=True)
    moved = replace(POST, slug="other")
    assert desk.said(moved, LIVE) == []
    assert desk.already.taken_here(moved, ACCOUNT, LIVE) == ()


@pytest.mark.parametrize(
    ("slug", "receipt", "asked"),
    [
        ("", None, "trains-and-quiet"),
        ("mine", None, "mine"),
        ("", LIVE, ""),
        ("trains", LIVE, ""),
        ("trains", replace(LIVE, slug="trains-2"), ""),  # what the blog made of it at first
        ("rails", LIVE, "rails"),
        ("", replace(LIVE, status=Status.TRASHED), "trains-and-quiet"),
    ],
)
def test_which_address_is_asked_about(slug: str, receipt: Receipt | None, asked: str) -> None:
    assert slug_to_be(replace(POST, slug=slug), receipt) == asked


def test_a_live_post_with_what_the_blog_has_asks_nothing(desk: Desk) -> None:
    desk.server.posts["9"] = _remote_values(9, "x", "X", "r1")
    values = desk.server.posts["9"] | {"categories": ["Harbour"], "tags": ["strike"]}
    desk.archive.put(ACCOUNT.id, _remote(values))
    assert desk.look(replace(POST, categories=("harbour",), tags=("Strike", "new one")), LIVE) == BlogLook()
    assert desk.server.log == []


def test_a_new_category_is_named_with_the_one_that_may_be_meant(desk: Desk) -> None:
    (near,) = desk.said(replace(POST, categories=("Harbor", "news & notes")), LIVE)
    assert near == (
        Level.WARNING,
        "“Harbor” is a new category on this blog, which has “Harbour”",
        "categories",
    )
    (new,) = desk.said(replace(POST, categories=("Whales",)), LIVE)
    assert new[1] == "“Whales” is a new category on this blog"
    (two,) = desk.said(replace(POST, categories=("Whales", "Seals")), LIVE)
    assert two[1] == "2 new categories on this blog: Whales, Seals"


def test_a_new_tag_is_named_only_where_it_looks_misspelt(desk: Desk) -> None:
    desk.server.posts["9"] = _remote_values(9, "x", "X", "r1")
    desk.archive.put(ACCOUNT.id, _remote(desk.server.posts["9"] | {"tags": ["strike"]}))
    assert desk.said(replace(POST, tags=("whales",)), LIVE) == []
    assert desk.said(replace(POST, tags=("strikes",)), LIVE) == [
        (Level.WARNING, "“strikes” is a new tag on this blog, which has “strike”", "tags")
    ]


def test_an_author_who_may_not_make_categories_is_stopped_before_anything_is_sent(desk: Desk) -> None:
    desk.may_make = False
    (remark,) = desk.said(replace(POST, categories=("Harbor",)), LIVE)
    assert remark[0] is Level.ERROR
    assert "“Harbor”" in remark[1]
    assert remark[2] == "categories"


def test_its_names_are_asked_for_once_in_a_while_and_after_something_went_out(desk: Desk) -> None:
    post = replace(POST, categories=("Whales",))
    for _again in range(3):
        desk.look(post, LIVE)
    assert desk.server.log.count("categories") == 1
    desk.server.categories.append("Whales")
    desk.already.forget(ACCOUNT.id)
    assert desk.look(post, LIVE).remarks == ()
    desk.clock.now += 601
    desk.look(post, LIVE)
    assert desk.server.log.count("categories") == 3


def test_a_blog_without_categories_is_not_asked_for_them(desk: Desk) -> None:
    post = replace(POST, categories=("Whales",))
    assert desk.look(post, LIVE, ALL - {Capability.CATEGORIES}) == BlogLook()


@pytest.mark.parametrize(
    ("error", "answered", "words", "action"),
    [
        (
            Unreachable("No connection.", "", ""),
            False,
            "“Blog” does not answer now; the post goes out by itself when it does",
            "",
        ),
        (
            PasswordError("The password for “Blog” is not known.", "", ""),
            None,
            "The password for “Blog” is not known. The post waits in the outbox until you sign in.",
            "account",
        ),
        (
            SignInRefused("The blog treats you as not signed in.", "", "", code="x"),
            True,
            "The blog treats you as not signed in. The post waits in the outbox until you sign in.",
            "account",
        ),
    ],
)
def test_what_keeps_it_waiting_is_said(
    desk: Desk, error: PostDeskError, answered: bool | None, words: str, action: str
) -> None:
    desk.fails = error
    look = desk.look(POST)
    assert look.answered is answered
    assert [(r.level, r.sentence, r.action) for r in look.remarks] == [(Level.WARNING, words, action)]


@pytest.mark.parametrize("error", [Busy("Busy.", "", "", wait=3.0), NotAllowed("No.", "", "", code="x")])
def test_what_the_blog_does_not_tell_is_no_remark(desk: Desk, error: PostDeskError) -> None:
    desk.fails = error
    assert desk.look(POST) == BlogLook(True)
