"""The posts of a blog come home, once each, and an edit goes back as that edit alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.backends.base import Page, RemotePost
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Gone, Unreachable
from postdesk.core.files import save_file
from postdesk.core.folders import under
from postdesk.core.receipt import Receipt, Status
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.publishing.journal import Journal
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
        self.stop: Cancel | None = None

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        assert content
        self.asked.append((cursor, since))
        if len(self.asked) == self.fails_at:
            raise Unreachable("The blog did not answer.", "Nothing was changed.", "Try again.")
        found = [p for p in self.all.values() if since is None or (p.modified and p.modified > since)]
        found.sort(key=lambda p: p.modified or START, reverse=True)
        start = int(cursor or 0)
        more = start + 3 < len(found)
        return Page(tuple(found[start : start + 3]), str(start + 3) if more else "", len(found))

    def read(self, remote_id: str) -> RemotePost:
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
    assert all(since is not None for _cursor, since in blog.asked)
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


def test_a_pull_killed_at_any_write_is_finished_without_doubles(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    real = save_file
    for at in range(1, 40):
        counted = 0

        def save(*args: object, at: int = at, **values: object) -> object:
            nonlocal counted
            counted += 1
            if counted == at:
                raise Killed
            return real(*args, **values)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr("postdesk.library.library.save_file", save)
            patch.setattr("postdesk.library.receipts.save_file", save)
            blog = Blog(5)
            try:
                home.pull(blog)
            except Killed:
                home.close()
                home.open()
        done = home.pull(blog)
        assert not done.both
        assert len(home.files()) == 5
        assert len(home.receipts.all()) == 5
        for remote_id in blog.all:
            assert (
                home.library.read(home.file(remote_id)).post.content_hash == home.receipt(remote_id).sent_hash
            )
        if counted < at:
            break
        for path in home.files():
            path.unlink()
        for receipt in home.receipts.all():
            home.receipts.remove(receipt.post_id, receipt.account_id)
        home.journal.learn(BLOG.id, "pull", "")
        home.library.look()
    else:
        raise AssertionError("a pull of five posts writes more often than was thought")


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
    assert home.receipt("2") == before


def test_a_post_that_comes_twice_in_one_pull_is_made_once(home: Home) -> None:
    blog = Blog(5)
    shown = blog.posts

    def again(cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        page = shown(cursor, since, content=content)
        return replace(page, posts=(*page.posts, blog.all["5"]))  # it moved while the pages were asked

    blog.posts = again  # type: ignore[method-assign]
    home.pull(blog)
    assert len(home.files()) == 5


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


def test_a_post_with_a_password_for_readers_stays_on_the_blog(home: Home) -> None:
    from postdesk.core.post import Visibility

    blog = Blog(2)
    blog.all["2"] = replace(blog.all["2"], visibility=Visibility.PASSWORD)
    done = home.pull(blog)
    assert [title for title, _sentence in done.problems] == ["No. 2"]
    assert len(home.files()) == 1
