"""Back to what the blog has: where the blog does not tell, it is said in three sentences and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from postdesk.backends.base import RemotePost
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    Busy,
    Cancelled,
    Gone,
    Intercepted,
    NotAllowed,
    NotReady,
    OutcomeUnknown,
    PasswordError,
    PostDeskError,
    SignInRefused,
    Unreachable,
)
from postdesk.core.receipt import Status
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from tests.publishing.fake_blog import FakeBlog
from tests.publishing.test_way_back import _do, _with, desk, document
from tests.publishing.two_blogs import ONE, SERVERS

__all__ = ["desk", "document"]  # fixtures

MINE = "The first words of it, and what I wrote since."


def _texts(desk: Desk) -> dict[Path, bytes]:
    """All that the library has, with what the blog said."""
    return {path: path.read_bytes() for path in desk.library.root.rglob("*") if path.is_file()}


def _fails(monkeypatch: pytest.MonkeyPatch, error: PostDeskError) -> None:
    def read(_blog: FakeBlog, _remote_id: str) -> RemotePost:
        raise error

    monkeypatch.setattr(FakeBlog, "read", read)


def _gone(_desk: Desk) -> None:
    SERVERS[ONE.id].posts.clear()


def _trashed(_desk: Desk) -> None:
    (remote_id,) = SERVERS[ONE.id].posts
    SERVERS[ONE.id].edit(remote_id, status="trashed")


@pytest.mark.parametrize(
    ("happens", "kind", "said"),
    [
        (_gone, Gone, "“Blog” does not have this post any more."),
        (_trashed, Gone, "This post is in the trash of “Blog”."),
    ],
)
def test_a_post_that_is_gone_there_stays_as_it_is_here(
    desk: Desk, document: Document, happens: Callable[[Desk], None], kind: type[PostDeskError], said: str
) -> None:  # fmt: skip
    _do(desk, document)
    happens(desk)
    before = _texts(desk)
    with pytest.raises(kind) as caught:
        desk.blogs_version(_with(document, body=MINE), ONE, Cancel())
    assert caught.value.happened == said
    assert caught.value.means == "Nothing was changed: your text is as you had it."
    assert caught.value.todo.startswith("Publish the post again to put it back")
    assert _texts(desk) == before


@pytest.mark.parametrize(
    ("error", "todo"),
    [
        (
            Unreachable("No connection.", "Nothing was sent.", "It goes out later."),
            "Ask it again later, or take",
        ),
        (OutcomeUnknown("No answer.", "It is looked up.", "Wait."), "Ask it again later, or take"),
        (Busy("Too much to do.", "Nothing was done.", "Wait.", wait=3.0), "Ask it again later, or take"),
        (Intercepted("A hotel answered.", "Nothing was sent.", "Sign in."), "Ask it again later, or take"),
        (NotAllowed("You may not read it.", "Nothing was sent.", "Ask an editor."), "Ask an editor."),
        (SignInRefused("Wrong password.", "Nothing was sent.", "Sign in."), "Sign in."),
        (
            PasswordError("No keyring.", "The post waits.", "It goes out by itself."),
            "Look at the blog's settings, or",
        ),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, PostDeskError) else "",
)
def test_a_blog_that_does_not_tell_changes_nothing_and_what_it_had_can_be_taken(
    desk: Desk, document: Document, monkeypatch: pytest.MonkeyPatch, error: PostDeskError, todo: str
) -> None:  # fmt: skip
    _do(desk, document)
    _fails(monkeypatch, error)
    before = _texts(desk)
    with pytest.raises(type(error)) as caught:
        desk.blogs_version(_with(document, body=MINE), ONE, Cancel())
    assert (caught.value.happened, caught.value.means) == (
        error.happened,
        "Nothing was changed: your text is as you had it.",
    )
    assert caught.value.todo.startswith(todo)
    assert _texts(desk) == before
    known = desk.blogs_version(_with(document, body=MINE), ONE, Cancel(), ask=False)
    assert (known.post.body, known.asked, known.newer) == ("The first words of it.", False, False)


def test_a_text_that_only_readers_get_is_not_taken_for_an_empty_one(
    desk: Desk, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    _do(desk, document)
    (post,) = SERVERS[ONE.id].posts.values()
    monkeypatch.setattr(
        FakeBlog, "read", lambda *_: RemotePost(post["remote_id"], "", "", Status.PUBLISHED, "r9", "T", "", "<p>It</p>")
    )  # fmt: skip
    with pytest.raises(NotAllowed) as caught:
        desk.blogs_version(document, ONE, Cancel())
    assert caught.value.means == "Nothing was changed: your text is as you had it."


def test_she_stops_it_while_the_blog_is_asked(
    desk: Desk, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    _do(desk, document)
    cancel = Cancel()

    def read(blog: FakeBlog, _remote_id: str) -> RemotePost:
        cancel.set()
        blog.cancel.check()  # type: ignore[attr-defined]  # as one that asks a server has it
        raise AssertionError("it goes on")

    monkeypatch.setattr(FakeBlog, "cancel", Cancel(), raising=False)
    monkeypatch.setattr(FakeBlog, "read", read)
    before = _texts(desk)
    with pytest.raises(Cancelled):
        desk.blogs_version(document, ONE, cancel)
    assert _texts(desk) == before


def test_a_post_that_never_went_out_has_nothing_to_go_back_to(desk: Desk, document: Document) -> None:
    with pytest.raises(NotReady) as caught:
        desk.blogs_version(document, ONE, Cancel())
    assert (
        caught.value.sentence == "“Blog” does not have this post yet. Nothing was changed. Publish it first."
    )
