"""The posts of a blog come home, once each, and an edit goes back as that edit alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from postdesk.backends.base import Page, RemotePost
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Busy, Gone, NotAllowed, Unreachable
from postdesk.core.folders import under
from postdesk.core.post import Visibility
from postdesk.core.receipt import Receipt, Status
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.publishing.compare import base_of
from postdesk.publishing.journal import Journal
from postdesk.publishing.patience import Patience
from postdesk.publishing.pull import Pulled, pull

BLOG = Account("a1", "wordpress", "Harbour Notes", "https://blog.example/", "ines")
START = datetime(2020, 1, 1, 12, tzinfo=UTC)


def _post(number: int, content: str = "", **values: object) -> RemotePost:
    moment = START + timedelta(days=number)
    text = (
        content or f"<!-- wp:paragraph -->\n<p>Words of no. {number} &amp; more.</p>\n<!-- /wp:paragraph -->"
    )
    made = RemotePost(
        str(number), f"https://blog.example/{number}/", f"post-{number}", Status.PUBLISHED, f"r{number}",
        f"No. {number}", text, date=moment, modified=moment, tags=("a",),
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


class Blog:
    """A blog that shows its posts three at a time, and fails when it is told to."""

    def __init__(self, count: int) -> None:
        self.all = {str(n): _post(n) for n in range(1, count + 1)}
        self.asked: list[tuple[str, datetime | None]] = []
        self.fails_at = -1
        self.busy_at: dict[int, float | None] = {}
        self.before: dict[int, Callable[[], None]] = {}
        self.left_out: set[str] = set()
        self.refused: set[str] = set()
        self.trashed: dict[str, RemotePost] = {}

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        assert content
        self.asked.append((cursor, since))
        self.before.pop(len(self.asked), lambda: None)()
        if len(self.asked) in self.busy_at:
            raise Busy("Busy.", "Nothing was done.", "Wait.", wait=self.busy_at[len(self.asked)])
        if len(self.asked) == self.fails_at:
            raise Unreachable("The blog did not answer.", "Nothing was changed.", "Try again.")
        found = [p for p in self.all.values() if since is None or (p.modified and p.modified > since)]
        found.sort(key=lambda p: p.modified or START, reverse=True)
        start = int(cursor or 0)
        more = start + 3 < len(found)
        shown = found[start : start + 3]
        given = tuple(post for post in shown if post.remote_id not in self.left_out)
        others = tuple(replace(post, content="") for post in shown if post.remote_id in self.left_out)
        return Page(given, str(start + 3) if more else "", len(found), others)

    def read(self, remote_id: str) -> RemotePost:
        if remote_id in self.refused:
            raise NotAllowed("Not for you.", "Nothing was sent.", "Ask.")
        if remote_id in self.trashed:
            return self.trashed[remote_id]
        if remote_id not in self.all:
            raise Gone("Gone.", "Nothing was sent.", "Publish it anew.")
        return self.all[remote_id]


class Home:
    """A library with what a pull needs beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "library"
        self.root.mkdir(exist_ok=True)
        self.open()

    def open(self) -> None:
        self.library = Library(self.root, under(self.folder / "home"))
        self.library.open()
        self.receipts = Receipts(self.root)
        self.journal = Journal(self.folder / "outbox.db", lambda: 1000.0)

    def close(self) -> None:
        self.library.close()
        self.journal.close()

    def pull(self, blog: Blog, *, everything: bool = False, cancel: Cancel | None = None) -> Pulled:
        return pull(
            BLOG,
            blog,  # type: ignore[arg-type]  # all of a backend that a pull uses
            self.library,
            self.receipts,
            self.journal,
            cancel or Cancel(),
            everything=everything,
        )

    def clear(self) -> None:
        """As before the first pull."""
        for path in self.files():
            path.unlink()
        for receipt in self.receipts.all():
            self.receipts.remove(receipt.post_id, receipt.account_id)
        shutil.rmtree(self.root / ".postdesk" / "bases", ignore_errors=True)
        self.journal.learn(BLOG.id, "pull", "")
        self.library.look()

    def files(self) -> list[Path]:
        return sorted(
            p for p in self.root.rglob("*.md") if ".postdesk" not in p.parts and "Harbour Notes" in p.parts
        )

    def receipt(self, remote_id: str) -> Receipt:
        return next(r for r in self.receipts.all() if r.remote_id == remote_id)

    def file(self, remote_id: str) -> Path:
        self.library.look()
        path = self.library.find(self.receipt(remote_id).post_id)
        assert path is not None
        return path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.close()


def test_every_post_becomes_a_readable_file_by_year(home: Home) -> None:
    done = home.pull(Blog(7))
    assert (len(done.made), done.problems, done.cancelled) == (7, [], False)
    first = home.root / "Harbour Notes" / "2020" / "2020-01-02-post-1.md"
    assert first in home.files()
    text = first.read_text("utf-8")
    assert "title: No. 1" in text
    assert text.endswith("Words of no. 1 & more.\n")
    document = home.library.read(first)
    assert document.post.content_hash == home.receipt("1").sent_hash  # nothing to publish
    assert document.post.tags == ("a",)


def test_the_next_pull_asks_only_for_what_changed_and_makes_nothing_twice(home: Home) -> None:
    blog = Blog(7)
    home.pull(blog)
    before = {p: p.read_bytes() for p in home.files()}
    blog.asked.clear()
    done = home.pull(blog)
    assert (done.made, done.updated) == ([], [])
    assert [cursor for cursor, since in blog.asked if since is None] == [""]
    blog.all["9"] = _post(9)
    other = blog.all["2"].content.replace("Words", "Others")
    blog.all["2"] = replace(blog.all["2"], content=other, modified=START + timedelta(days=9))
    done = home.pull(blog)
    assert (len(done.made), [p.name for p in done.updated]) == (1, ["2020-01-03-post-2.md"])
    assert "Others of no. 2" in home.file("2").read_text("utf-8")
    assert {p: b for p, b in before.items() if p.read_bytes() != b}.keys() == {home.file("2")}


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_pull_that_lost_the_blog_goes_on_where_it_was(home: Home, page: int) -> None:
    blog = Blog(8)
    blog.fails_at = page
    with pytest.raises(Unreachable):
        home.pull(blog)
    assert len(home.files()) == (page - 1) * 3
    blog.fails_at = -1
    blog.asked.clear()
    home.pull(blog)
    assert blog.asked[0][0] == (str((page - 1) * 3) if page > 1 else "")
    assert len(home.files()) == 8
    assert len(home.receipts.all()) == 8


class Killed(BaseException):
    """The process ends here."""


class System:
    """The calls that change the disk. At number `at` the process ends: that one and all later ones do nothing."""

    def __init__(self, root: Path, at: int) -> None:
        self.calls = 0
        self._root = str(root)
        self._at = at

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for name in ("link", "replace", "unlink"):
            patch.setattr(os, name, self._instead(getattr(os, name)))
        patch.setattr("postdesk.core.files._sync_systems", self._sync)

    def _instead(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *others: Any) -> Any:
            if os.fspath(path).startswith(self._root):
                self._count()
            return real(path, *others)

        return call

    def _sync(self, _names: object) -> bool:
        self._count()
        return True

    def _count(self) -> None:
        self.calls += 1
        if self.calls >= self._at:
            raise Killed


def test_a_pull_killed_at_any_change_of_the_disk_is_finished_without_doubles(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postdesk.core.files._MANY", 4)  # so that many are waited for together
    passed = False
    for at in range(1, 200):
        system = System(home.root, at)
        blog = Blog(4)
        with monkeypatch.context() as patch:
            system.install(patch)
            try:
                home.pull(blog)
                passed = True
            except Killed:
                pass
        home.close()
        home.open()
        home.library.look()
        for receipt in home.receipts.all():
            assert home.library.find(receipt.post_id) is not None, at
            assert home.receipts.base(receipt.base_hash) is not None, at
            assert home.receipts.base(receipt.map_hash) is not None, at
        done = home.pull(blog)
        assert not done.both
        assert len(home.files()) == 4, at
        assert len(home.receipts.all()) == 4, at
        for remote_id in blog.all:
            found = home.library.read(home.file(remote_id)).post
            assert found.content_hash == home.receipt(remote_id).sent_hash, at
        if passed:
            break
        home.clear()
    assert passed, "a pull of four posts changes the disk more often than was thought"
    assert system.calls > 20


def test_a_changed_post_killed_at_any_change_of_the_disk_is_in_step_with_the_next_pull(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(1, 60):
        blog = Blog(2)
        home.pull(blog)
        content = blog.all["2"].content.replace("Words", "Others")
        blog.all["2"] = replace(blog.all["2"], content=content, modified=START + timedelta(days=9))
        system = System(home.root, at)
        with monkeypatch.context() as patch:
            system.install(patch)
            try:
                home.pull(blog)
                break
            except Killed:
                pass
        home.close()
        home.open()
        assert home.pull(blog).both == [], at
        found = home.library.read(home.file("2")).post
        assert ("Others" in found.body, found.content_hash) == (True, home.receipt("2").sent_hash), at
        home.clear()
    assert at > 5


def test_what_she_typed_into_a_post_whose_pull_was_killed_before_its_receipt_counts_as_hers(
    home: Home,
) -> None:
    blog = Blog(2)
    home.pull(blog)
    path, receipt = home.file("2"), home.receipt("2")
    home.receipts.remove(receipt.post_id, receipt.account_id)
    path.write_text(path.read_text("utf-8").replace("Words", "My words"), "utf-8")
    home.pull(blog, everything=True)
    assert home.receipt("2") == receipt
    document = home.library.read(path)
    assert "My words" in document.post.body
    assert document.post.content_hash != receipt.sent_hash
    assert document.hash != receipt.file_hash


def test_what_she_changed_here_is_never_written_over(home: Home) -> None:
    blog = Blog(3)
    home.pull(blog)
    path = home.file("2")
    path.write_text(path.read_text("utf-8").replace("Words", "My words"), "utf-8")
    blog.all["2"] = replace(blog.all["2"], title="Theirs", modified=START + timedelta(days=9))
    before = home.receipt("2")
    done = home.pull(blog)
    assert done.both == ["Theirs"]
    assert "My words" in path.read_text("utf-8")
    assert home.receipt("2") == replace(before, newer="r2")  # so that it is told
    assert home.pull(blog).both == ["Theirs"]
    blog.all["2"] = _post(2, modified=START + timedelta(days=10))  # somebody took it back
    assert home.pull(blog).both == []
    assert home.receipt("2") == before


def test_a_post_that_changed_on_both_sides_comes_home_once_hers_is_as_it_was(home: Home) -> None:
    blog = Blog(3)
    home.pull(blog)
    path = home.file("2")
    hers = path.read_text("utf-8")
    path.write_text(hers.replace("Words", "My words"), "utf-8")
    blog.all["2"] = replace(blog.all["2"], title="Theirs", modified=START + timedelta(days=9))
    home.pull(blog)
    blog.all["3"] = replace(blog.all["3"], title="Much later", modified=START + timedelta(days=30))
    home.pull(blog)
    path.write_text(hers, "utf-8")
    assert home.pull(blog).updated == [path]  # though it changed there long before the last pull
    assert "Theirs" in path.read_text("utf-8")
    assert home.receipt("2").newer == ""


def test_a_post_that_comes_twice_in_one_pull_is_made_once(home: Home) -> None:
    blog = Blog(5)
    shown = blog.posts

    def again(cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        page = shown(cursor, since, content=content)
        return replace(page, posts=(*page.posts, blog.all["5"]))  # it moved while the pages were asked

    blog.posts = again  # type: ignore[method-assign]
    done = home.pull(blog)
    assert (len(home.files()), done.seen) == (5, 5)


def test_a_featured_picture_that_she_chose_here_outlives_a_change_there(home: Home) -> None:
    blog = Blog(2)
    home.pull(blog)
    document = home.library.read(home.file("2"))
    home.library.save(document, replace(document.post, image="quay.jpg"))
    saved = home.library.read(home.file("2")).post
    home.receipts.put(replace(home.receipt("2"), sent_hash=saved.content_hash))  # it went out with it
    other = blog.all["2"].content.replace("Words", "Others")
    blog.all["2"] = replace(blog.all["2"], content=other, modified=START + timedelta(days=9))
    assert len(home.pull(blog).updated) == 1
    post = home.library.read(home.file("2")).post
    assert (post.image, post.content_hash) == ("quay.jpg", home.receipt("2").sent_hash)
    assert "Others" in post.body


def test_a_post_that_is_gone_there_keeps_its_file_here(home: Home) -> None:
    blog = Blog(4)
    home.pull(blog)
    del blog.all["2"]
    assert home.pull(blog).gone == []  # only a look at everything tells
    done = home.pull(blog, everything=True)
    assert done.gone == ["No. 2"]
    assert home.receipt("2").status is Status.TRASHED
    assert home.file("2").exists()


def test_a_blog_that_shows_nothing_deletes_nothing(home: Home) -> None:
    blog = Blog(15)
    home.pull(blog)
    blog.all.clear()
    done = home.pull(blog, everything=True)
    assert done.gone == []
    assert "15" in done.problems[0][1]
    assert all(r.status is Status.PUBLISHED for r in home.receipts.all())


def test_a_stopped_pull_says_so_and_goes_on(home: Home) -> None:
    cancel = Cancel()
    blog = Blog(8)
    seen: list[int] = []

    def progress(number: int, _total: int) -> None:
        seen.append(number)
        if number == 4:
            cancel.set()

    done = pull(BLOG, blog, home.library, home.receipts, home.journal, cancel, progress)  # type: ignore[arg-type]
    assert done.cancelled
    assert len(home.files()) == 4
    home.pull(blog)
    assert len(home.files()) == 8


def test_a_post_with_a_password_for_readers_comes_with_it(home: Home) -> None:
    blog = Blog(2)
    blog.all["2"] = replace(blog.all["2"], visibility=Visibility.PASSWORD, post_password="low tide")
    assert home.pull(blog).problems == []
    post = home.library.read(home.file("2")).post
    assert (post.visibility, post.post_password) == (Visibility.PASSWORD, "low tide")
    assert post.content_hash == home.receipt("2").sent_hash
    assert home.pull(blog, everything=True).there == 2


def test_a_password_that_somebody_changed_there_comes_home(home: Home) -> None:
    blog = Blog(2)
    blog.all["2"] = replace(blog.all["2"], visibility=Visibility.PASSWORD, post_password="low tide")
    home.pull(blog)
    blog.all["2"] = replace(blog.all["2"], post_password="high tide", modified=START + timedelta(days=9))
    assert len(home.pull(blog).updated) == 1
    assert home.library.read(home.file("2")).post.post_password == "high tide"
    kept = home.receipts.base(home.receipt("2").base_hash)
    assert kept is not None
    assert "high tide" not in kept


def test_a_post_whose_password_the_blog_does_not_tell_stays_there(home: Home) -> None:
    blog = Blog(2)
    blog.all["2"] = replace(blog.all["2"], visibility=Visibility.PASSWORD)
    done = home.pull(blog)
    assert [title for title, _sentence in done.problems] == ["No. 2"]
    assert len(home.files()) == 1


def test_a_page_says_in_its_file_that_it_is_one(home: Home) -> None:
    blog = Blog(1)
    blog.all["page-7"] = _post(7, remote_id="page-7", kind="page", tags=(), title="About")
    home.pull(blog)
    text = home.file("page-7").read_text("utf-8")
    assert "\ntype: page\n" in text
    assert "type:" not in home.file("1").read_text("utf-8")
    post = home.library.read(home.file("page-7")).post
    assert (post.kind, post.content_hash) == ("page", home.receipt("page-7").sent_hash)


# --- a blog that is busy, slow, or changes meanwhile


def test_a_busy_blog_is_asked_again_when_it_wants_to_be(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    blog = Blog(8)
    blog.busy_at = {2: 0.02, 3: None, 5: 0.01}
    monkeypatch.setattr("postdesk.publishing.pull._PATIENCE", Patience((0.01, 0.01), most=20, least=0.01))
    told: list[float] = []
    done = pull(
        BLOG, blog, home.library, home.receipts, home.journal, Cancel(), waits=told.append  # type: ignore[arg-type]  # all of a backend that is asked
    )  # fmt: skip
    assert (len(done.made), done.problems) == (8, [])
    assert told == [0.02, 0.01, 0.01]


def test_she_can_stop_while_a_busy_blog_is_waited_for_and_keeps_what_came(home: Home) -> None:
    blog = Blog(8)
    blog.busy_at = {2: 3000.0}
    cancel = Cancel()
    done = pull(
        BLOG, blog, home.library, home.receipts, home.journal, cancel, waits=lambda _s: cancel.set()  # type: ignore[arg-type]  # all of a backend that is asked
    )  # fmt: skip
    assert done.cancelled
    assert len(home.files()) <= 3
    home.pull(blog)
    assert len(home.files()) == 8


def _imports(blog: Blog, numbers: range) -> None:
    """Old posts that came there lately: their last change is their date (WordPress 6.1, 7.1)."""
    old = {str(n): replace(_post(n), modified=START - timedelta(days=3000 - n)) for n in numbers}
    blog.all = old | blog.all


class ByNumber(Blog):
    """One that shows its posts by their numbers, the newest first, as WordPress does."""

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        there = self.all
        moved = {n: replace(post, modified=START + timedelta(days=int(n))) for n, post in there.items()}
        shown = {n for n, post in there.items() if since is None or (post.modified and post.modified > since)}
        self.all = {n: post for n, post in moved.items() if n in shown}
        try:
            page = super().posts(cursor, None, content=content)
        finally:
            self.all = there
        self.asked[-1] = (cursor, since)
        return replace(page, posts=tuple(there[post.remote_id] for post in page.posts))


def test_old_posts_that_were_imported_lately_come_too(home: Home) -> None:
    blog = ByNumber(10)
    home.pull(blog)
    _imports(blog, range(20, 27))
    done = home.pull(blog)
    assert (len(done.made), done.there, done.problems) == (7, 1, [])
    assert len(home.files()) == 17
    asked = len(blog.asked)
    done = home.pull(blog)
    assert (done.made, done.updated, done.problems, len(blog.asked) - asked) == ([], [], [], 2)


def test_a_look_for_them_that_broke_off_goes_on(home: Home) -> None:
    blog = ByNumber(10)
    home.pull(blog)
    _imports(blog, range(20, 27))
    blog.fails_at = len(blog.asked) + 3  # what changed lately, a page of new ones, and then nothing
    with pytest.raises(Unreachable):
        home.pull(blog)
    assert len(home.files()) == 13
    home.pull(blog)
    assert len(home.files()) == 17


def test_a_post_that_she_threw_away_here_does_not_come_again_by_that_look(home: Home) -> None:
    blog = ByNumber(3)
    home.pull(blog)
    home.file("3").unlink()
    home.library.look()
    assert home.pull(blog).made == []
    assert len(home.files()) == 2


def test_a_blog_that_stays_busy_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    blog = Blog(8)
    blog.busy_at = dict.fromkeys(range(2, 40))
    monkeypatch.setattr("postdesk.publishing.pull._PATIENCE", Patience((0.01, 0.01), most=20))
    with pytest.raises(Busy):
        home.pull(blog)
    assert len(home.files()) == 3


def test_a_post_that_the_blog_cannot_give_is_named_and_the_rest_comes(home: Home) -> None:
    blog = Blog(7)
    blog.left_out = {"5"}
    done = home.pull(blog)
    assert [title for title, _sentence in done.problems] == ["No. 5"]
    assert len(home.files()) == 6
    assert home.pull(blog, everything=True).gone == []


def test_a_post_that_changes_while_the_pull_goes_on_comes_with_the_next_one(home: Home) -> None:
    blog = Blog(8)

    def later() -> None:
        blog.all["1"] = replace(blog.all["1"], title="Newer", modified=START + timedelta(days=99))

    blog.before = {3: later}  # it went to the front of the list, and was on no page
    home.pull(blog)
    home.pull(blog)
    assert home.library.read(home.file("1")).post.title == "Newer"


def test_posts_that_went_while_a_pull_was_stopped_let_none_be_passed_over(home: Home) -> None:
    blog = Blog(9)
    blog.fails_at = 3
    with pytest.raises(Unreachable):
        home.pull(blog)
    blog.fails_at = -1
    for gone in ("9", "8"):  # those behind them move up, past where the pull would go on
        del blog.all[gone]
    home.pull(blog)
    assert {r.remote_id for r in home.receipts.all()} == {str(n) for n in range(1, 10)}


def test_a_post_that_she_may_not_see_any_more_is_not_taken_for_gone(home: Home) -> None:
    blog = Blog(4)
    home.pull(blog)
    hidden = blog.all.pop("2")
    blog.refused = {"2"}
    assert home.pull(blog, everything=True).gone == []
    assert home.receipt("2").status is Status.PUBLISHED
    blog.refused, blog.trashed = set(), {"2": replace(hidden, status=Status.TRASHED)}
    assert home.pull(blog, everything=True).gone == ["No. 2"]
    blog.trashed, blog.all["2"] = {}, hidden  # somebody took it out of the trash
    assert home.pull(blog, everything=True).there == 4
    assert home.receipt("2").status is Status.PUBLISHED


def test_nothing_new_is_asked_for_briefly_the_next_time_too(home: Home) -> None:
    blog = Blog(4)
    home.pull(blog)
    del blog.all["4"]
    home.pull(blog)  # shows nothing at all since then
    blog.asked.clear()
    home.pull(blog)
    assert [cursor for cursor, since in blog.asked if since is None] == [""]


def test_what_another_machine_filed_for_this_blog_is_no_second_file(home: Home) -> None:
    blog = Blog(2)
    written = home.library.new("No. 1", body="Written on the other machine.\n")
    base = home.receipts.put_base(base_of(blog.all["1"], ""))
    home.receipts.put(
        Receipt(written.post.id, "b9", "1", blog.all["1"].address, status=Status.PUBLISHED, base_hash=base)
    )
    done = home.pull(blog)
    assert (len(done.made), done.there, done.both) == (1, 1, [])


def test_old_posts_of_an_import_come_though_newer_ones_stand_before_them(home: Home) -> None:
    """A page of posts that are all here may stand before others that never came."""
    blog = ByNumber(10)
    home.pull(blog)
    _imports(blog, range(20, 27))
    blog.all |= {str(number): _post(number) for number in range(30, 34)}
    home.pull(blog)
    assert len(home.files()) == len(blog.all) == 21
    asked = len(blog.asked)
    home.pull(blog)
    assert len(blog.asked) - asked == 2


def test_posts_that_go_between_two_pages_hide_no_other(home: Home) -> None:
    blog = ByNumber(20)

    def go() -> None:
        for number in ("20", "19", "18"):
            del blog.all[number]

    blog.before = {2: go}
    home.pull(blog)
    assert {r.remote_id for r in home.receipts.all()} >= set(blog.all)


def test_posts_that_go_while_new_ones_are_looked_for_hide_none_of_these(home: Home) -> None:
    blog = ByNumber(10)
    home.pull(blog)
    _imports(blog, range(20, 32))

    def go() -> None:
        for number in ("31", "30", "29", "28"):
            del blog.all[number]

    blog.before = {len(blog.asked) + 3: go}
    home.pull(blog)
    assert {r.remote_id for r in home.receipts.all()} >= set(blog.all)
