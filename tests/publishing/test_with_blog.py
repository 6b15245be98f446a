"""The desk with a real library and a blog where others write, too: merged, decided, killed in between, brought back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from postdesk.backends.registry import GROUP, Registry
from postdesk.core.cancel import Cancel
from postdesk.core.errors import NotReady
from postdesk.core.folders import under
from postdesk.core.settings import Settings
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.library.recovery import Recovery
from postdesk.markup.merge import Choice
from postdesk.publishing import slipped
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.desk import Desk, open_desk
from postdesk.publishing.meeting import BlogMeeting
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.pull import pull
from postdesk.publishing.state import StateKind
from tests.publishing.fake_blog import FakeBlog
from tests.publishing.shared import BLOG, BLOGS, SERVER
from tests.publishing.test_desk import Passwords
from tests.publishing.world import Clock, png

BODY = "The first boat left at 6:10.\n\nThe mayor says that talks could resume tomorrow.\n\nBoats running: 3 of 14\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    SERVER.__init__()  # type: ignore[misc]
    BLOGS[:] = [FakeBlog(SERVER, account=BLOG)]
    folders = under(tmp_path / "home")
    library = Library(tmp_path / "library", folders)
    library.open()
    accounts = Accounts(folders)
    accounts.add(BLOG)
    points = (EntryPoint("shared", "tests.publishing.shared:BACKEND", GROUP),)
    made = open_desk(
        folders, Settings(), library, Receipts(tmp_path / "library"), Recovery(folders.state), accounts, Passwords(),
        Registry(points), lambda: None, Clock(),
    )  # fmt: skip
    yield made
    made.close()
    library.close()


def publish(desk: Desk, document: Document, intent: Intent = Intent.UPDATE) -> JobResult:
    desk.submit(desk.plan(document, BLOG, intent))
    return desk.run(Cancel())[-1]


@pytest.fixture
def published(desk: Desk) -> Document:
    """A post with a picture that went out."""
    document = desk.library.new("Ferry strike", body=BODY)
    reference = desk.library.add_picture(document, "quay.png", png(7))
    body = f"{BODY}\n![The quay]({reference})\n"
    document = desk.library.save(document, replace(document.post, body=body))
    assert publish(desk, document, Intent.PUBLISH).kind is ResultKind.DONE
    return document


def there() -> dict[str, object]:
    (post,) = SERVER.posts.values()
    return post


def ines(old: str, new: str) -> None:
    content = str(there()["content"])
    assert old in content
    SERVER.edit(str(there()["remote_id"]), content=content.replace(old, new))


def typed(desk: Desk, document: Document, old: str, new: str) -> Document:
    assert old in document.post.body
    return desk.library.save(document, replace(document.post, body=document.post.body.replace(old, new)))


def met(desk: Desk, document: Document) -> BlogMeeting:
    (job,) = desk.jobs()
    return desk.with_blog().meet(job.id, document, document.post)


def test_what_ines_changed_goes_out_with_hers_and_the_next_update_is_no_conflict(
    desk: Desk, published: Document
) -> None:
    ines("3 of 14", "5 of 14")
    document = typed(desk, published, "6:10", "6:20")
    assert publish(desk, document).kind is ResultKind.CONFLICT
    assert desk.state_of(document.post, BLOG).kind is StateKind.CONFLICT
    meeting = met(desk, document)
    assert meeting.is_clean
    assert meeting.who == "Ines"
    merged = desk.library.save(document, meeting.result())
    assert merged.post.body == document.post.body.replace("3 of", "5 of")
    desk.with_blog().send(meeting, merged)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    content = str(there()["content"])
    assert "6:20" in content
    assert "5 of 14" in content
    assert len(SERVER.media) == 1
    assert publish(desk, typed(desk, merged, "6:20", "6:30")).kind is ResultKind.DONE


def test_a_still_newer_change_is_a_conflict_again_and_merged_again(desk: Desk, published: Document) -> None:
    ines("3 of 14", "5 of 14")
    document = typed(desk, published, "6:10", "6:20")
    publish(desk, document)
    meeting = met(desk, document)
    ines("tomorrow", "today")
    merged = desk.library.save(document, meeting.result())
    desk.with_blog().send(meeting, merged)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.CONFLICT]
    assert "today" in str(there()["content"])
    again = met(desk, merged)
    assert again.is_clean
    final = desk.library.save(merged, again.result())
    desk.with_blog().send(again, final)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    for word in ("6:20", "5 of 14", "today"):
        assert word in str(there()["content"])


def test_killed_between_the_merged_file_and_the_outbox_nothing_is_lost(
    desk: Desk, published: Document
) -> None:
    """The file has both, the outbox still the old text: pressing the button again merges the same, and sends it."""
    ines("3 of 14", "5 of 14")
    document = typed(desk, published, "6:10", "6:20")
    publish(desk, document)
    merged = desk.library.save(document, met(desk, document).result())
    assert publish(desk, merged).kind is ResultKind.CONFLICT
    again = met(desk, merged)
    assert again.is_clean
    assert again.result() == merged.post
    desk.with_blog().send(again, merged)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert "6:20" in str(there()["content"])
    assert "5 of 14" in str(there()["content"])


def test_the_version_that_went_out_is_found_in_the_history_when_the_journal_is_lost(
    desk: Desk, published: Document
) -> None:
    ines("3 of 14", "5 of 14")
    document = typed(desk, published, "6:10", "6:20")
    publish(desk, document)
    with desk.journal._file.write("lose") as db:
        db.execute("delete from jobs where state='done'")
    assert met(desk, document).is_clean
    with desk.library._history._database() as db, db:
        db.execute("delete from versions")
    meeting = met(desk, document)
    assert not meeting.related
    assert not meeting.is_clean
    assert meeting.merged.body.conflicts


def test_a_decision_goes_out_and_only_over_what_she_saw(desk: Desk, published: Document) -> None:
    ines("tomorrow", "never")
    document = typed(desk, published, "tomorrow", "today")
    publish(desk, document)
    meeting = met(desk, document)
    (question,) = meeting.merged.body.conflicts
    assert (question.mine or "").endswith("today.")
    decided = desk.library.save(document, meeting.result([Choice.BOTH]))
    desk.with_blog().send(meeting, decided, [Choice.BOTH])
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert "today" in str(there()["content"])
    assert "never" in str(there()["content"])
    with pytest.raises(NotReady, match="nothing to decide"):
        desk.with_blog().meet(meeting.job_id, decided, decided.post)


def test_a_featured_picture_chosen_there_stays(desk: Desk, published: Document) -> None:
    address = "https://blog.example/media/new.jpg"
    SERVER.media["m99"] = {
        "remote_id": "m99",
        "name": "new",
        "address": address,
        "alt": "",
        "caption": "",
        "size": 1,
    }
    SERVER.edit(str(there()["remote_id"]), featured="m99")
    document = typed(desk, published, "6:10", "6:20")
    publish(desk, document)
    meeting = met(desk, document)
    assert meeting.is_clean
    merged = desk.library.save(document, meeting.result())
    assert merged.post.image == address
    desk.with_blog().send(meeting, merged)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert there()["featured"] == "m99"
    assert publish(desk, typed(desk, merged, "6:20", "6:30")).kind is ResultKind.DONE
    assert there()["featured"] == "m99"


@pytest.mark.parametrize(("choice", "status"), [(Choice.THEIRS, "draft"), (Choice.MINE, "published")])
def test_a_post_taken_offline_there_stays_so_only_if_she_says_so(
    desk: Desk, published: Document, choice: Choice, status: str
) -> None:
    SERVER.edit(str(there()["remote_id"]), status="draft")
    document = typed(desk, published, "6:10", "6:20")
    assert publish(desk, document).kind is ResultKind.CONFLICT
    meeting = met(desk, document)
    assert meeting.asks_state
    desk.with_blog().send(meeting, desk.library.save(document, meeting.result([choice])), [choice])
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert there()["status"] == status
    assert "6:20" in str(there()["content"])


def test_what_slipped_in_is_brought_back_into_her_text(desk: Desk, published: Document) -> None:
    number = str(there()["remote_id"])
    content = str(there()["content"])
    once: list[str] = []

    def slips_in(_remote_id: str) -> None:
        if not once:
            once.append("")
            SERVER.edit(number, content=content.replace("3 of 14", "5 of 14"))

    BLOGS[:] = [FakeBlog(SERVER, account=BLOG, slips_in=slips_in)]
    document = typed(desk, published, "6:10", "6:20")
    result = publish(desk, document)
    assert result.kind is ResultKind.DONE
    assert "5 of 14" not in str(there()["content"])
    (one,) = slipped.kept(desk.journal, BLOG.id, document.post.id)
    meeting = desk.with_blog().meet_slipped(one, BLOG, document, document.post)
    assert meeting.is_clean
    assert meeting.result() == replace(document.post, body=document.post.body.replace("3 of", "5 of"))
    back = desk.library.save(document, meeting.result())
    assert publish(desk, back).kind is ResultKind.DONE
    assert "5 of 14" in str(there()["content"])


def test_what_slipped_in_while_a_merge_went_out_is_brought_back(desk: Desk, published: Document) -> None:
    """It was made from a version of the blog's own, which she merged a moment ago."""
    ines("tomorrow", "today")
    document = typed(desk, published, "6:10", "6:20")
    publish(desk, document)
    meeting = met(desk, document)
    number, content = str(there()["remote_id"]), str(there()["content"])
    once: list[str] = []

    def slips_in(_remote_id: str) -> None:
        if not once:
            once.append("")
            SERVER.edit(number, content=content.replace("3 of 14", "5 of 14"))

    BLOGS[:] = [FakeBlog(SERVER, account=BLOG, slips_in=slips_in)]
    merged = desk.library.save(document, meeting.result())
    desk.with_blog().send(meeting, merged)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    (one,) = slipped.kept(desk.journal, BLOG.id, document.post.id)
    back = desk.with_blog().meet_slipped(one, BLOG, merged, merged.post)
    assert back.is_clean
    assert back.result() == replace(merged.post, body=merged.post.body.replace("3 of", "5 of"))


def test_a_post_in_the_trash_there_is_restored_only_as_it_was(desk: Desk, published: Document) -> None:
    number = str(there()["remote_id"])
    document = typed(desk, published, "6:10", "6:20")
    SERVER.edit(number, status="trashed", slug="ferry-strike__trashed")
    result = publish(desk, document)
    assert result.kind is ResultKind.FAILED
    desk.restore_there(result.job_id)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert (there()["status"], there()["slug"], there()["remote_id"]) == ("published", "ferry-strike", number)
    assert "6:20" in str(there()["content"])

    ines("3 of 14", "5 of 14")
    SERVER.edit(number, status="trashed", slug="ferry-strike__trashed")
    document = typed(desk, document, "6:20", "6:30")
    result = publish(desk, document)
    desk.restore_there(result.job_id)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.CONFLICT]
    meeting = met(desk, document)
    assert meeting.is_clean
    merged = desk.library.save(document, meeting.result())
    desk.with_blog().send(meeting, merged)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert there()["status"] == "published"
    assert "6:30" in str(there()["content"])
    assert "5 of 14" in str(there()["content"])


@pytest.mark.parametrize("gone", [True, False])
def test_a_post_gone_there_may_stay_a_draft_here(desk: Desk, published: Document, gone: bool) -> None:
    number = str(there()["remote_id"])
    if gone:
        SERVER.posts.clear()
    else:
        SERVER.edit(number, status="trashed", slug="ferry-strike__trashed")
    document = typed(desk, published, "6:10", "6:20")
    result = publish(desk, document)
    desk.keep_as_draft(result.job_id)
    assert desk.jobs() == ()
    assert desk.state_of(document.post, BLOG).kind is StateKind.DRAFT
    assert not SERVER.public()
    assert publish(desk, document, Intent.PUBLISH).kind is ResultKind.DONE
    (post,) = SERVER.public()
    assert (post["remote_id"] == number) is not gone


CENTRED = (
    '<!-- wp:paragraph {"align":"center"} -->\n'
    '<p class="has-text-align-center">The first boat left at 6:10.</p>\n'
)
CAPPED = (
    '<!-- wp:paragraph {"dropCap":true} -->\n'
    '<p class="has-drop-cap">The mayor says that talks could resume.</p>\n'
)
FROM_THERE = (
    f"{CENTRED}<!-- /wp:paragraph -->\n\n"
    "<!-- wp:paragraph -->\n<p>The mayor says that talks could resume.</p>\n<!-- /wp:paragraph -->\n\n"
    '<!-- wp:gallery {"linkTo":"none"} -->\n<figure class="wp-block-gallery"><img src="/1.jpg" alt=""/></figure>\n'
    "<!-- /wp:gallery -->\n\n"
    "<!-- wp:paragraph -->\n<p>Boats running: 3&nbsp;of 14</p>\n<!-- /wp:paragraph -->"
)


def test_a_post_that_came_from_the_blog_keeps_the_looks_that_somebody_gave_it_there(desk: Desk) -> None:
    """Her edit and a colleague's are both there, byte for byte but for the two; also where the colleague changed what
    no Markdown says."""
    backend = BLOGS[-1]
    number = backend.create_draft("pd-0", "Ferry strike").remote_id
    SERVER.edit(
        number, content=FROM_THERE, status="published", slug="ferry", date="2026-11-20T10:00:00+00:00"
    )
    (path,) = pull(BLOG, backend, desk.library, desk.receipts, desk.journal, Cancel()).made
    document = desk.library.read(path)
    assert "```{=html}" in document.post.body
    document = typed(desk, document, "6:10", "6:20")
    by_ines = FROM_THERE.replace(
        "<!-- wp:paragraph -->\n<p>The mayor says that talks could resume.</p>\n", CAPPED
    ).replace("3&nbsp;of", "5&nbsp;of")
    SERVER.edit(number, content=by_ines)
    assert publish(desk, document).kind is ResultKind.CONFLICT
    meeting = met(desk, document)
    assert meeting.is_clean
    merged = desk.library.save(document, meeting.result())
    assert merged.post.body == document.post.body.replace("3&nbsp;of", "5&nbsp;of").replace(
        "3\u00a0of", "5\u00a0of"
    )
    desk.with_blog().send(meeting, merged)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert there()["content"] == by_ines.replace("6:10", "6:20")
    again = typed(desk, merged, "6:20", "6:30")
    assert publish(desk, again).kind is ResultKind.DONE
    assert there()["content"] == by_ines.replace("6:10", "6:30")
