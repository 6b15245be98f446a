"""Links to her own posts: the right address on each blog, a warning where there is none, and the same at every try."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.publishing.outbox import ResultKind
from postdesk.publishing.plan import Intent, Snapshot
from postdesk.publishing.preflight import Level, Remark
from postdesk.publishing.state import StateKind
from tests.publishing.test_desk import BLOG, SECRET, desk

__all__ = ["desk"]


@pytest.fixture
def two_blogs(desk: Desk) -> Desk:
    desk.passwords.set(BLOG.id, SECRET)
    return desk


def site(desk: Desk) -> Account:
    account = desk.accounts.find("My site")
    assert account is not None
    return account


def write(desk: Desk, title: str, body: str) -> Document:
    return desk.library.carry_id(desk.library.new(title, body=body))


def send(desk: Desk, document: Document, account: Account, intent: Intent = Intent.PUBLISH) -> ResultKind:
    desk.submit(desk.plan(document, account, intent))
    (result,) = desk.run(Cancel())
    assert result.remarks == ()
    return result.kind


def warnings(desk: Desk, document: Document, account: Account) -> list[str]:
    remarks: tuple[Remark, ...] = desk.preflight(document, account, Intent.PUBLISH)
    assert not any(r.level is Level.ERROR for r in remarks)
    return [r.sentence for r in remarks if r.level is Level.WARNING and "link" in r.sentence]


def page(desk: Desk, document: Document) -> tuple[Path, str]:
    receipt = desk.receipt(document.post.id, site(desk))
    assert receipt is not None
    path = Path(receipt.address.removeprefix("file://"))
    return path, path.read_text("utf-8")


def test_a_link_leads_to_the_post_on_that_blog_and_its_update_says_the_same(desk: Desk) -> None:
    old = write(desk, "The old story", "Long ago.")
    new = write(desk, "The new story", f"As [told before](post:{old.post.id}).")
    assert warnings(desk, new, site(desk)) == [
        "The linked post “The old story” is not published on “My site”: its words go out without the link"
    ]
    assert send(desk, new, site(desk)) is ResultKind.DONE
    path, text = page(desk, new)
    assert "As told before." in text
    assert "post:" not in text
    send(desk, old, site(desk))
    assert warnings(desk, new, site(desk)) == []
    assert desk.state_of(new.post, site(desk)).kind is StateKind.PUBLISHED  # nothing is rewritten by itself
    for _again in range(2):
        send(desk, new, site(desk), Intent.UPDATE)
        path, text = page(desk, new)
        (href,) = [
            part.partition('"')[0] for part in text.split('<a href="')[1:] if "told before" in part[:200]
        ]
        assert (path.parent / href).resolve() == page(desk, old)[0].resolve()
        assert str(desk.folders.data.parent) not in text  # no path of her disk
        assert desk.state_of(new.post, site(desk)).kind is StateKind.PUBLISHED


def test_a_post_that_is_nowhere_and_one_on_another_blog_are_warned_of(two_blogs: Desk) -> None:
    desk = two_blogs
    old = write(desk, "Elsewhere", "x")
    desk.submit(desk.plan(old, site(desk), Intent.PUBLISH))
    desk.run(Cancel())
    new = write(desk, "New", f"[a](post:{old.post.id}) [b](post:nobody) [c](post:nobody)")
    assert warnings(desk, new, BLOG) == [
        "2 linked posts are not published on this blog: their words go out without the links"
    ]
    nowhere = write(desk, "Newer", "[b](post:nobody) [c](post:nobody)")
    assert warnings(desk, nowhere, BLOG) == [
        "A linked post is not in the library: its words go out without the link"
    ]
    snapshot = desk.plan(new, BLOG, Intent.PUBLISH).snapshot
    assert snapshot.links == ()
    snapshot = desk.plan(new, site(desk), Intent.PUBLISH).snapshot
    assert [post_id for post_id, _address in snapshot.links] == [old.post.id]


def test_the_links_of_a_job_are_those_of_the_click(desk: Desk) -> None:
    """What a second try sends after a crash must be what the first one sent, or it would be taken for another's."""
    old, other = write(desk, "Old", "x"), write(desk, "Other", "x")
    send(desk, old, site(desk))
    plan = desk.plan(
        write(desk, "New", f"[a](post:{old.post.id}) [b](post:{other.post.id})"), site(desk), Intent.PUBLISH
    )
    kept = Snapshot.from_json(plan.snapshot.to_json())
    assert kept == plan.snapshot
    assert len(kept.links) == 1
    older = plan.snapshot.to_json().replace(', "links"', ', "unknown"')
    assert Snapshot.from_json(older) == replace(plan.snapshot, links=())


def test_a_post_that_was_taken_offline_is_not_linked_to(desk: Desk) -> None:
    old = write(desk, "Old", "x")
    send(desk, old, site(desk))
    send(desk, old, site(desk), Intent.UNPUBLISH)
    new = write(desk, "New", f"[a](post:{old.post.id})")
    assert len(warnings(desk, new, site(desk))) == 1
