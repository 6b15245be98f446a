"""The desk with the real library and a real local site: what the window and the shell do."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import httpx2
import pytest

from postdesk.backends.base import Backend, Capability, Found, RemotePost
from postdesk.backends.registry import GROUP, Registry
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import NotReady, PictureRefused
from postdesk.core.folders import under
from postdesk.core.receipt import Status
from postdesk.core.settings import Settings
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.library.recovery import Recovery
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.desk import Desk, open_desk
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import Level
from postdesk.publishing.state import StateKind
from tests.publishing.fake_blog import ALL, FakeBlog, Fault, Server
from tests.publishing.test_appearances import OLD
from tests.publishing.world import Clock, png

SITE = Account("5ea51de00001", "local-site", "My site", "")
BLOG = Account("b10600000001", "fake", "Blog", "https://blog.example", "anna")
SECRET = "tr0ub4dor and 3"
SERVER = Server()


class FakeKind:
    """A kind of blog that asks for a password."""

    kind = "fake"
    label = "Fake"
    needs_password = True
    capabilities: frozenset[Capability] = ALL

    def recognise(self, address: str, http: httpx2.Client) -> Found | None:
        return None

    def open(self, account: Account, password: str, http: httpx2.Client) -> Backend:
        assert password == SECRET
        return FakeBlog(SERVER, [Fault(SERVER.calls + 2, "after")], account=account)


BACKEND = FakeKind()


class Passwords:
    """A keyring."""

    persistent = True
    remark = ""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def get(self, account_id: str) -> str | None:
        return self.known.get(account_id)

    def set(self, account_id: str, password: str) -> None:
        self.known[account_id] = password

    def forget(self, account_id: str) -> None:
        self.known.pop(account_id, None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folders = under(tmp_path / "home")
    library = Library(tmp_path / "library", folders)
    library.open()
    accounts = Accounts(folders)
    accounts.add(replace(SITE, address=str(tmp_path / "site")))
    accounts.add(BLOG)
    points = (
        EntryPoint("local-site", "postdesk.backends.local_site:BACKEND", GROUP),
        EntryPoint("fake", "tests.publishing.test_desk:BACKEND", GROUP),
    )
    made = open_desk(
        folders, Settings(), library, Receipts(tmp_path / "library"), Recovery(folders.state), accounts, Passwords(),
        Registry(points), lambda: None, Clock(),
    )  # fmt: skip
    SERVER.__init__()  # type: ignore[misc]
    yield made
    made.close()
    library.close()


def _site(desk: Desk) -> Account:
    account = desk.accounts.find("My site")
    assert account is not None
    return account


def _written(desk: Desk, body: str = "Words.") -> Document:
    document = desk.library.new("A walk; and a talk", body=body)
    reference = desk.library.add_picture(document, "view.png", png(7))
    return desk.library.save(document, replace(document.post, body=f"{body}\n\n![The view]({reference})"))


def test_one_click_from_the_library_to_the_site_and_every_state_on_the_way(desk: Desk) -> None:
    site = _site(desk)
    document = _written(desk)
    before = desk.state_of(document.post, site)
    assert (before.kind, before.button, before.intent) == (StateKind.DRAFT, "Publish", Intent.PUBLISH)
    plan = desk.plan(document, site, Intent.PUBLISH)
    assert plan.words[1].startswith("Upload 1 picture (1 KB)")
    job = desk.submit(plan)
    assert desk.state_of(document.post, site).kind is StateKind.WAITING
    (result,) = desk.run(Cancel(), job_id=job)
    assert (result.kind, result.remarks) == (ResultKind.DONE, ())
    after = desk.state_of(document.post, site)
    assert (after.kind, after.words, after.button) == (StateKind.PUBLISHED, "Published", "Update")
    assert after.address == result.address
    assert "Words." in Path(httpx2.URL(result.address).path).read_text()
    changed = desk.library.save(document, replace(document.post, body="Other words."))
    assert desk.state_of(changed.post, site).words == "Changed since published"
    assert desk.states(site, desk.receipts.all())[document.post.id] is StateKind.PUBLISHED


def test_the_version_that_went_out_stays_in_the_history(desk: Desk) -> None:
    site = _site(desk)
    document = _written(desk)
    for number in range(4):
        document = desk.library.save(document, replace(document.post, body=f"Words {number}."))
        document = desk.library.save(document, replace(document.post, body=f"Out {number}."))
        desk.submit(desk.plan(document, site, Intent.UPDATE if number else Intent.PUBLISH))
        (result,) = desk.run(Cancel())
        assert result.kind is ResultKind.DONE
    document = desk.library.save(document, replace(document.post, body="Since then."))
    receipt = desk.receipt(document.post.id, site)
    assert receipt is not None
    with desk.library._history._database() as database, database:
        # As if the program had been killed before it could note the last one.
        database.execute("DELETE FROM sent WHERE post_hash = ?", (receipt.sent_hash,))
    size = len(zlib.compress(document.data))
    desk.tidy_history(int(5.5 * size))
    bodies = [
        desk.library.read_version(version, document).body
        for version in desk.library.versions(document.post.id)
    ]
    assert bodies == ["Since then.", "Out 3.", "Out 2.", "Out 1.", "Out 0."]
    desk.tidy_history(1)
    assert len(desk.library.versions(document.post.id)) == 1


def test_an_update_is_undone_to_the_version_before_and_a_publication_to_a_draft(desk: Desk) -> None:
    site = _site(desk)
    document = _written(desk)
    desk.submit(desk.plan(document, site, Intent.PUBLISH))
    (first,) = desk.run(Cancel())
    page = Path(httpx2.URL(first.address).path)
    changed = desk.library.save(document, replace(document.post, body="Other words."))
    desk.submit(desk.plan(changed, site, Intent.UPDATE))
    (second,) = desk.run(Cancel())
    assert "Other words." in page.read_text()
    desk.undo(second)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert "Words." in page.read_text()
    assert "Other words." not in page.read_text()
    assert desk.state_of(document.post, site).kind is StateKind.PUBLISHED
    assert desk.state_of(changed.post, site).kind is StateKind.CHANGED
    desk.undo(first)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    assert not page.exists()
    assert desk.state_of(changed.post, site).kind is StateKind.DRAFT


def test_a_replaced_picture_is_a_change_until_it_went_out_and_again_after_undo(desk: Desk) -> None:
    site = _site(desk)
    document = _written(desk)
    picture = desk.library.root / "view.png"

    def go(intent: Intent) -> JobResult:
        (result,) = desk.run(Cancel(), job_id=desk.submit(desk.plan(document, site, intent)))
        return result

    go(Intent.PUBLISH)
    assert not desk.look_at_pictures(document, site)
    picture.write_bytes(png(8))
    assert desk.look_at_pictures(document, site)
    state = desk.state_of(document.post, site)
    assert (state.kind, state.words, state.intent) == (
        StateKind.CHANGED, "Changed since published", Intent.UPDATE,
    )  # fmt: skip
    result = go(Intent.UPDATE)
    assert desk.state_of(document.post, site).kind is StateKind.PUBLISHED
    assert not desk.look_at_pictures(document, site)
    (undone,) = desk.run(Cancel(), job_id=desk.undo(result))
    assert undone.kind is ResultKind.DONE
    assert desk.look_at_pictures(document, site)  # what is out is the first one again
    assert desk.state_of(document.post, site).kind is StateKind.CHANGED
    picture.write_bytes(png(7))
    assert desk.look_at_pictures(document, site)
    assert desk.state_of(document.post, site).kind is StateKind.PUBLISHED


def test_a_missing_picture_stops_the_plan_and_the_preflight_says_so(desk: Desk) -> None:
    document = desk.library.new("Title", body="![](gone.png)")
    with pytest.raises(PictureRefused):
        desk.plan(document, _site(desk), Intent.PUBLISH)
    (error,) = [r for r in desk.preflight(document, _site(desk), Intent.PUBLISH) if r.level is Level.ERROR]
    assert (error.action, error.ref) == ("pictures", "gone.png")
    assert not desk.jobs()


def test_a_picture_outside_the_library_never_goes_out(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png(1))
    for reference in ("../secret.png", str(tmp_path / "secret.png"), (tmp_path / "secret.png").as_uri()):
        document = desk.library.new("Title", body=f"![]({reference})")
        with pytest.raises(PictureRefused):
            desk.plan(document, _site(desk), Intent.PUBLISH)


def test_an_empty_post_does_not_go_out(desk: Desk) -> None:
    document = desk.library.new("", body="")
    with pytest.raises(NotReady):
        desk.submit(desk.plan(document, _site(desk), Intent.PUBLISH))


def test_without_its_password_a_post_waits_and_goes_when_it_is_there(desk: Desk) -> None:
    document = _written(desk)
    desk.submit(desk.plan(document, BLOG, Intent.PUBLISH))
    (result,) = desk.run(Cancel())
    assert result.kind is ResultKind.PAUSED
    assert "password for “Blog” is not known" in result.sentence
    assert desk.state_of(document.post, BLOG).words == "Waiting for you"
    assert isinstance(desk.passwords, Passwords)
    desk.passwords.known[BLOG.id] = SECRET
    desk.outbox.resume_account(BLOG.id)
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]


def test_the_password_is_in_no_file(desk: Desk, tmp_path: Path) -> None:
    assert isinstance(desk.passwords, Passwords)
    desk.passwords.known[BLOG.id] = SECRET
    desk.submit(desk.plan(_written(desk), BLOG, Intent.PUBLISH))
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    files = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert len(files) > 5
    assert not [f for f in files if SECRET.encode() in f.read_bytes()]
    assert (desk.folders.state / "outbox.db").stat().st_mode & 0o077 == 0


def test_the_blogs_posts_stay_readable_without_a_connection(desk: Desk) -> None:
    site = _site(desk)
    desk.submit(desk.plan(_written(desk), site, Intent.PUBLISH))
    (result,) = desk.run(Cancel())
    assert desk.refresh_archive(site, Cancel()) == 1
    (post,) = desk.archive.posts(site.id)
    assert post.title == "A walk; and a talk"
    assert "Words." in desk.archive.content(site.id, post.remote_id)
    assert result.receipt is not None
    assert post.remote_id == result.receipt.remote_id


def test_a_post_that_two_machines_published_before_they_met_is_said_to_be_there_twice(desk: Desk) -> None:
    site = _site(desk)
    document = _written(desk)
    desk.submit(desk.plan(document, site, Intent.PUBLISH))
    assert [r.kind for r in desk.run(Cancel())] == [ResultKind.DONE]
    own = desk.receipts.get(document.post.id, site.id)
    assert own is not None
    other = replace(own, account_id=f"{site.id}-0a1b2c3d", remote_id="99", address=own.address + "/other")
    desk.receipts.put(other)
    words = f"The blog has this post twice: another machine published it as {other.address}"

    def said() -> list[str]:
        remarks = desk.preflight(document, site, Intent.UPDATE)
        return [r.sentence for r in remarks if "twice" in r.sentence]

    assert said() == []  # the blog was not seen to have it
    desk.archive.put(site.id, RemotePost("99", other.address, "other", Status.PUBLISHED, "r", "A walk"))
    assert said() == [words]


def test_a_post_changed_while_it_waits_goes_out_with_its_newest_text_and_pictures(desk: Desk) -> None:
    site = _site(desk)
    document = _written(desk)
    job = desk.submit(desk.plan(document, site, Intent.PUBLISH))
    assert not desk.renew(document), "nothing has changed"
    desk.pause(job)
    reference = desk.library.add_picture(document, "new.png", png(9))
    changed = desk.library.save(
        document, replace(document.post, body=f"Newest words.\n\n![New]({reference})")
    )
    assert desk.state_of(changed.post, site).words == "Paused · changed since"
    assert desk.renew(changed)
    assert desk.state_of(changed.post, site).words == "Paused"
    desk.resume(job)
    (result,) = desk.run(Cancel())
    page = Path(httpx2.URL(result.address).path)
    assert "Newest words." in page.read_text()
    assert "new.png" in page.read_text()
    assert desk.state_of(changed.post, site).kind is StateKind.PUBLISHED
    assert not desk.renew(changed), "it is out"


def test_a_newest_text_that_cannot_go_out_leaves_the_one_from_before_waiting(desk: Desk) -> None:
    site = _site(desk)
    document = _written(desk)
    desk.pause(desk.submit(desk.plan(document, site, Intent.PUBLISH)))
    missing = desk.library.save(document, replace(document.post, body="Words.\n\n![Gone](gone.png)"))
    with pytest.raises(PictureRefused):
        desk.renew(missing)
    assert not desk.renew(replace(missing, problem="The front matter is broken."))
    empty = desk.library.save(missing, replace(missing.post, title="", body=""))
    with pytest.raises(NotReady):
        desk.renew(empty)
    assert "changed since" in desk.state_of(empty.post, site).words
    desk.resume(desk.jobs()[0].id)
    (result,) = desk.run(Cancel())
    assert "Words." in Path(httpx2.URL(result.address).path).read_text()


def test_the_timeline_begins_with_the_first_version_and_an_account_takes_its_log_with_it(desk: Desk) -> None:
    site = _site(desk)
    document = _written(desk)
    desk.submit(desk.plan(document, site, Intent.PUBLISH))
    desk.run(Cancel())
    told = [e.event.kind.value for e in desk.timeline(document.post.id)]
    assert sorted(told) == ["published", "submitted", "written"]
    desk.appearances().put(site.id, OLD)
    desk.forget_account(site.id)
    assert desk.appearances().get(site.id) is None
    assert desk.timeline("another") == ()


def test_a_file_whose_details_cannot_be_read_does_not_go_out(desk: Desk) -> None:
    document = _written(desk)
    document.path.write_text(document.path.read_text("utf-8").replace("title:", 'title: "', 1), "utf-8")
    broken = desk.library.read(document.path)
    assert broken.problem
    for intent in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE):
        (remark,) = desk.preflight(broken, _site(desk), intent)
        assert (remark.level, remark.sentence) == (Level.ERROR, broken.problem)
    assert desk.look_on_blog(broken, _site(desk), Intent.PUBLISH, Cancel()).remarks == ()


def test_an_address_that_the_archive_knows_is_said_before_the_blog_is_asked(desk: Desk) -> None:
    (blog,) = (a for a in desk.accounts.all() if a.name == "Blog")
    document = _written(desk)
    desk.archive.put(blog.id, RemotePost("9", "", "a-walk-and-a-talk", Status.PUBLISHED, "r", "Another walk"))
    remarks = [r for r in desk.preflight(document, blog, Intent.PUBLISH) if r.key == "slug"]
    assert [(r.level, r.action) for r in remarks] == [(Level.WARNING, "slug")]
    assert "Another walk" in remarks[0].sentence
    assert SERVER.calls == 0


def test_the_local_site_is_asked_for_its_own_addresses(desk: Desk) -> None:
    site = _site(desk)
    desk.submit(desk.plan(_written(desk), site, Intent.PUBLISH))
    desk.run(Cancel())
    (remark,) = desk.look_on_blog(_written(desk), site, Intent.PUBLISH, Cancel()).remarks
    assert "“a-walk-and-a-talk”: this post would get “a-walk-and-a-talk-2”" in remark.sentence


def test_where_a_post_stays_is_told_also_beside_a_receipt_that_cannot_be_read(desk: Desk) -> None:
    document = desk.library.new("Ferries", body="Words.\n")
    desk.submit(desk.plan(document, SITE, Intent.PUBLISH))
    desk.run(Cancel())
    assert desk.stays_on(document.post.id) == ("My site",)
    receipt = desk.receipts.as_save(desk.receipts.for_post(document.post.id)[0]).path
    receipt.write_bytes(b"<<<<<<< ours")
    assert desk.stays_on(document.post.id) == ()
