"""What the list says of posts that came from a blog: as they are here, as they are there, and which changed where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.receipt import Status
from postdesk.library.receipts import Receipts
from postdesk.publishing.desk import Desk
from postdesk.publishing.plan import Intent
from postdesk.publishing.pull import pull
from postdesk.publishing.state import StateKind
from postdesk.ui.beginning import first_rows
from postdesk.ui.gathering import gather
from tests.publishing.test_desk import SITE, desk
from tests.publishing.test_pull import START, Blog, _post

__all__ = ["desk"]


@pytest.fixture
def blog() -> Blog:
    made = Blog(12)
    made.all["3"] = _post(3, status=Status.DRAFT)
    made.all["page-20"] = _post(20, remote_id="page-20", kind="page", tags=(), title="About")
    return made


def _pull(desk: Desk, blog: Blog, *, everything: bool = False) -> None:
    pull(SITE, blog, desk.library, desk.receipts, desk.journal, Cancel(), everything=everything)  # type: ignore[arg-type]
    desk.library.look()


def _said(desk: Desk) -> dict[str, str]:
    """What each row says, by its title; those that say nothing are left out."""
    listing = gather(desk, "").listing
    return {listing.titles.texts[slot]: one.state for slot, one in listing.special.items() if one.state}


def _file(desk: Desk, remote_id: str) -> Path:
    receipt = next(r for r in desk.receipts.all() if r.remote_id == remote_id)
    path = desk.library.find(receipt.post_id)
    assert path is not None
    return path


def _write(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_post_that_is_as_on_the_blog_says_nothing_and_a_page_and_a_draft_say_what_they_are(
    desk: Desk, blog: Blog
) -> None:
    _pull(desk, blog)
    assert _said(desk) == {"About": "Page", "No. 3": "On the blog"}
    listing = gather(desk, "").listing
    assert sum(tab == 2 for tab in listing.tabs) == 12  # all but the draft lie with what is published
    # Each stands where it belongs in time, and not at the moment in which it came.
    ours = {name: listing.when[slot] for slot, name in enumerate(listing.titles.texts)}
    assert ours["No. 3"] == (START + timedelta(days=3)).timestamp()
    assert ours["No. 4"] == (START + timedelta(days=4)).timestamp()


def test_a_post_that_changed_here_says_so_until_it_is_as_it_was(desk: Desk, blog: Blog) -> None:
    _pull(desk, blog)
    _write(_file(desk, "1"), "Words", "My words")
    _write(_file(desk, "page-20"), "Words", "My words")
    _write(_file(desk, "2"), "title: No. 2", "title:   'No. 2'")  # another spelling of the same
    desk.library.look()
    assert _said(desk) == {"No. 1": "Changed here", "About": "Page · Changed here", "No. 3": "On the blog"}
    _write(_file(desk, "1"), "My words", "Words")
    desk.library.look()
    assert "No. 1" not in _said(desk)


def test_a_post_that_changed_on_both_sides_and_one_that_is_gone_say_so(desk: Desk, blog: Blog) -> None:
    _pull(desk, blog)
    _write(_file(desk, "1"), "Words", "My words")
    blog.all["1"] = replace(blog.all["1"], title="Theirs", modified=START + timedelta(days=90))
    blog.all["4"] = replace(blog.all["4"], title="Theirs, too", modified=START + timedelta(days=90))
    del blog.all["5"]
    blog.trashed["6"] = replace(blog.all.pop("6"), status=Status.TRASHED)
    _pull(desk, blog, everything=True)
    assert _said(desk) == {
        "About": "Page", "No. 3": "On the blog", "No. 1": "Changed here and there", "No. 5": "Gone from the blog",
        "No. 6": "In the blog's trash",
    }  # fmt: skip
    gone, thrown = (desk.library.read(_file(desk, remote_id)).post for remote_id in ("5", "6"))
    assert [desk.state_of(post, SITE).words for post in (gone, thrown)] == [
        "Draft",
        "Draft · in the blog's trash",
    ]
    assert "Theirs, too" in gather(desk, "").listing.titles.texts
    state = desk.state_of(desk.library.read(_file(desk, "1")).post, SITE)
    assert (state.kind, state.words, state.intent) == (
        StateKind.CHANGED, "Changed here and on the blog", Intent.UPDATE,
    )  # fmt: skip


def test_a_post_whose_moment_was_taken_back_stands_where_it_was_changed(desk: Desk, blog: Blog) -> None:
    _pull(desk, blog)
    receipt = next(r for r in desk.receipts.all() if r.remote_id == "4")
    tomorrow = START + timedelta(days=500)
    desk.receipts.put(replace(receipt, status=Status.DRAFT, published_at=tomorrow))
    listing = gather(desk, "").listing
    when = {name: listing.when[slot] for slot, name in enumerate(listing.titles.texts)}
    assert when["No. 4"] == (START + timedelta(days=4)).timestamp()


def test_a_post_that_the_look_has_not_come_to_yet_is_not_taken_for_thrown_away(
    desk: Desk, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pull(desk, blog)
    desk.archive.put(SITE.id, blog.all["1"])
    _file(desk, "1").unlink()
    desk.library.look()
    assert [key for key in gather(desk, "").listing.keys if key.startswith("blog:")] == [f"blog:{SITE.id}:1"]
    monkeypatch.setattr(type(desk.library), "is_complete", False)
    assert not [key for key in gather(desk, "").listing.keys if key.startswith("blog:")]


def test_what_went_out_from_here_says_so_once_it_is_changed(desk: Desk) -> None:
    document = desk.library.new("Ferries", body="Words.\n")
    desk.submit(desk.plan(document, SITE, Intent.PUBLISH))
    desk.run(Cancel())
    desk.library.look()
    assert _said(desk) == {}
    desk.library.save(document, replace(document.post, body="Other words.\n"))
    desk.library.look()
    assert _said(desk) == {"Ferries": "Changed here"}


def test_without_the_blog_every_post_can_be_read_and_edited(desk: Desk, blog: Blog) -> None:
    _pull(desk, blog)
    blog.fails_at = len(blog.asked) + 1  # it does not answer any more
    for remote_id in blog.all:
        document = desk.library.read(_file(desk, remote_id))
        edited = desk.library.save(document, replace(document.post, body=f"{document.post.body}\nMore.\n"))
        assert edited.post.body.startswith("Words of no.")
    assert len(_said(desk)) == 13
    assert len(blog.asked) == blog.fails_at - 1


@pytest.mark.parametrize("memory", ["none", "whole", "older"])
def test_the_first_rows_have_no_post_twice(desk: Desk, blog: Blog, memory: str) -> None:
    blogs = desk.archive.put
    _pull(desk, blog)
    for post in blog.all.values():
        blogs(SITE.id, post)
    desk.library.look()
    while desk.library.index_more():
        pass
    late = next(r for r in desk.receipts.all() if r.remote_id == "2")
    if memory == "older":
        desk.receipts.remove(late.post_id, late.account_id)
    if memory != "none":
        Receipts(desk.library.root, desk.library.cache).filings.look()
    desk.receipts.put(late)
    first = first_rows(desk.library, desk.accounts, desk.archive, "", "changed")
    assert first is not None
    whole = gather(desk, "")
    published = {first.listing.titles.texts[slot] for slot, tab in enumerate(first.listing.tabs) if tab == 2}
    assert published == {
        whole.listing.titles.texts[s] for s, tab in enumerate(whole.listing.tabs) if tab == 2
    }
    assert not [key for key in first.listing.keys if key.startswith("blog:")]
