"""The posts of a blog stay in the list without a connection, and an empty answer takes none away."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from postdesk.backends.base import Page, RemotePost
from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, OutcomeUnknown
from postdesk.core.receipt import Status
from postdesk.publishing.archive import Archive
from postdesk.publishing.place import MOST_BEGUN
from tests.publishing.fake_blog import ACCOUNT, FakeBlog, Server

START = datetime(2020, 1, 1, tzinfo=UTC)
TEN_YEARS = timedelta(days=3652)


def _post(number: int, status: Status = Status.PUBLISHED, title: str = "") -> RemotePost:
    moment = START + timedelta(hours=number)
    return RemotePost(
        str(number), f"https://blog.example/{number}", f"s{number}", status, "r", title or f"From the archive {number}",
        rendered=f"<p>{number}</p>", date=moment, modified=moment, tags=("rail",),
    )  # fmt: skip


class Pages(FakeBlog):
    """A blog that answers with these pages; an error instead of a page is raised once."""

    def __init__(self, *pages: list[RemotePost] | Exception) -> None:
        super().__init__(Server())
        self.pages = list(pages)
        self.asked: list[tuple[str, datetime | None]] = []

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        self.asked.append((cursor, since))
        number = int(cursor or 0)
        page = self.pages[number]
        if isinstance(page, Exception):
            self.pages[number] = []
            raise page
        return Page(tuple(page), str(number + 1) if number + 1 < len(self.pages) else "", 5)


def test_the_list_is_newest_first_and_has_the_html_apart(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert archive.refresh(ACCOUNT, Pages([_post(1), _post(3)], [_post(2)]), Cancel()) == 3
    posts = archive.posts(ACCOUNT.id)
    assert [p.remote_id for p in posts] == ["3", "2", "1"]
    assert {p.rendered for p in posts} == {""}
    assert archive.content(ACCOUNT.id, "2") == "<p>2</p>"
    assert archive.get(ACCOUNT.id, "2") == _post(2)
    assert archive.content(ACCOUNT.id, "77") == ""


def test_a_blog_that_shows_nothing_deletes_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.refresh(ACCOUNT, Pages([_post(1), _post(2)]), Cancel())
    assert archive.refresh(ACCOUNT, Pages([]), Cancel()) == 0
    assert archive.count(ACCOUNT.id) == 2


def test_only_what_changed_is_asked_for_the_next_time(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.refresh(ACCOUNT, Pages([_post(9)]), Cancel())
    blog = Pages([_post(10), _post(9, title="New words")])
    archive.refresh(ACCOUNT, blog, Cancel())
    ((_cursor, since),) = blog.asked
    assert since is not None
    assert START + timedelta(hours=8) < since < START + timedelta(hours=9)
    assert [p.title for p in archive.posts(ACCOUNT.id)] == ["From the archive 10", "New words"]


def test_a_refresh_that_broke_off_goes_on_where_it_was(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    blog = Pages([_post(5)], [_post(4)], OutcomeUnknown("Lost."), [_post(3)])
    with pytest.raises(OutcomeUnknown):
        archive.refresh(ACCOUNT, blog, Cancel())
    assert archive.count(ACCOUNT.id) == 2
    assert archive.refresh(ACCOUNT, blog, Cancel()) == 3
    assert [cursor for cursor, _since in blog.asked] == ["", "1", "2", "2", "3"]
    assert archive.count(ACCOUNT.id) == 3


def test_a_refresh_can_be_stopped(tmp_path: Path) -> None:
    cancel = Cancel()
    archive = Archive(tmp_path)
    with pytest.raises(Cancelled):
        archive.refresh(ACCOUNT, Pages([_post(1)], [_post(2)]), cancel, lambda _n, _of: cancel.set())
    assert archive.count(ACCOUNT.id) == 1


def test_titles_are_found_by_their_words_in_any_case(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.refresh(
        ACCOUNT, Pages([_post(1, title="Élan of trains"), _post(2, title="Trains; late"), _post(3)]), Cancel()
    )
    assert [p.remote_id for p in archive.search(ACCOUNT.id, "TRAINS élan")] == ["1"]
    assert [p.remote_id for p in archive.search(ACCOUNT.id, "trains")] == ["2", "1"]
    assert len(archive.search(ACCOUNT.id, " ")) == 3
    assert archive.search(ACCOUNT.id, "100% _") == ()


def test_a_post_moved_to_the_trash_leaves_the_list(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(ACCOUNT.id, _post(1))
    archive.put(ACCOUNT.id, _post(1, Status.TRASHED))
    assert archive.posts(ACCOUNT.id) == ()


def test_a_broken_archive_is_begun_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(ACCOUNT.id, _post(1))
    (tmp_path / "archive" / "a1.db").write_bytes(b"rubbish " * 4000)
    assert archive.posts(ACCOUNT.id) == ()
    assert archive.refresh(ACCOUNT, Pages([_post(1)]), Cancel()) == 1


def test_a_forgotten_account_leaves_nothing_behind(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(ACCOUNT.id, _post(1))
    archive.forget(ACCOUNT.id)
    assert not list((tmp_path / "archive").iterdir())


# --- what could be passed over


class Listing(FakeBlog):
    """A blog with these posts, told by number in pages of three that share their ends; `now` is its clock. `between`
    is called when a page was given."""

    def __init__(self, *posts: RemotePost, now: datetime | None = None) -> None:
        super().__init__(Server())
        self.there = {post.remote_id: post for post in posts}
        self.now = now
        self.between: Callable[[], None] = lambda: None
        self.asked: list[tuple[str, bool]] = []

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        self.asked.append((cursor, since is None))
        shown = [p for p in self.there.values() if since is None or (p.modified and p.modified > since)]
        shown.sort(key=lambda p: -int(p.remote_id))
        start = int(cursor or 0)
        page = Page(
            tuple(shown[start : start + 3]),
            str(start + 2) if start + 3 < len(shown) else "",
            len(shown),
            as_of=self.now,
        )
        self.between()
        return page


def _ids(archive: Archive) -> set[str]:
    return {post.remote_id for post in archive.posts(ACCOUNT.id)}


def test_a_post_that_goes_while_the_list_comes_hides_no_other(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    blog = Listing(*map(_post, range(1, 9)))

    def delete() -> None:
        blog.there.pop("8", None)

    blog.between = delete
    archive.refresh(ACCOUNT, blog, Cancel())
    assert _ids(archive) == {str(n) for n in range(1, 9)}


def test_a_bulk_trash_while_the_list_comes_hides_no_post_that_stays(tmp_path: Path) -> None:
    """Somebody empties the blog of all but ten posts, three at a time, one batch for each page that was given."""
    archive = Archive(tmp_path)
    blog = Listing(*map(_post, range(1, 23)))

    def trash_three() -> None:
        for number in sorted(map(int, blog.there), reverse=True)[:3]:
            if number > 10:
                del blog.there[str(number)]

    blog.between = trash_three
    archive.refresh(ACCOUNT, blog, Cancel())
    assert {str(n) for n in range(1, 11)} <= _ids(archive)


def test_a_blog_that_never_stands_still_does_not_hold_the_list_for_ever(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    blog = Listing(*map(_post, range(1, 101)))

    def trash_one() -> None:
        del blog.there[max(blog.there, key=int)]

    blog.between = trash_one
    archive.refresh(ACCOUNT, blog, Cancel())
    assert [cursor for cursor, _since in blog.asked].count("") == MOST_BEGUN
    assert "1" in _ids(archive)


def test_posts_that_went_during_a_pause_hide_no_other(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    blog = Listing(*map(_post, range(1, 12)))
    cancel = Cancel()
    with pytest.raises(Cancelled):
        archive.refresh(ACCOUNT, blog, cancel, lambda _n, _of: cancel.set())
    for gone in (11, 10, 9):
        del blog.there[str(gone)]
    assert archive.refresh(ACCOUNT, blog, Cancel()) == 8
    assert _ids(archive) == {str(n) for n in range(1, 12)}


def test_a_post_dated_in_the_future_hides_no_change(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    blog = Listing(_post(1), replace(_post(2), modified=START + TEN_YEARS), now=START + timedelta(hours=5))
    archive.refresh(ACCOUNT, blog, Cancel())
    blog.now = START + timedelta(hours=7)
    blog.there["1"] = replace(_post(1, title="New words"), modified=START + timedelta(hours=6))
    archive.refresh(ACCOUNT, blog, Cancel())
    assert {p.title for p in archive.posts(ACCOUNT.id)} == {"New words", "From the archive 2"}


def test_a_list_that_was_followed_from_a_future_date_is_looked_at_anew(tmp_path: Path) -> None:
    """As a version before left it."""
    archive = Archive(tmp_path)
    archive.put(ACCOUNT.id, _post(1))
    with sqlite3.connect(tmp_path / "archive" / "a1.db") as db:
        db.execute("insert into progress values('since', ?)", ((START + TEN_YEARS).isoformat(),))
    db.close()
    blog = Listing(_post(1), _post(2), _post(3), now=START + timedelta(hours=5))
    archive.refresh(ACCOUNT, blog, Cancel())
    assert _ids(archive) == {"1", "2", "3"}


def test_old_posts_that_were_imported_lately_come_with_a_thorough_look(tmp_path: Path) -> None:
    """Their last change is their date, years ago (WordPress 6.1, 7.1)."""
    archive = Archive(tmp_path)
    blog = Listing(*map(_post, range(100, 110)))
    archive.refresh(ACCOUNT, blog, Cancel())
    imported = [replace(_post(n), modified=START - TEN_YEARS) for n in range(200, 207)]
    blog.there |= {post.remote_id: post for post in imported}
    blog.asked.clear()
    archive.refresh(ACCOUNT, blog, Cancel())
    assert (blog.asked, "203" in _ids(archive)) == ([("", False)], False)  # once a day is enough by itself
    archive.refresh(ACCOUNT, blog, Cancel(), thorough=True)
    assert _ids(archive) == {str(n) for n in (*range(100, 110), *range(200, 207))}
    assert ("10", True) not in blog.asked  # it ends with a page of which all was here


def test_a_look_for_them_that_broke_off_goes_on(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    blog = Listing(*map(_post, range(100, 110)))
    archive.refresh(ACCOUNT, blog, Cancel())
    blog.there |= {str(n): replace(_post(n), modified=START - TEN_YEARS) for n in range(200, 207)}
    cancel = Cancel()
    blog.between = cancel.set
    with pytest.raises(Cancelled):
        archive.refresh(ACCOUNT, blog, cancel, thorough=True)
    archive.refresh(ACCOUNT, blog, Cancel(), thorough=True)
    assert _ids(archive) == {str(n) for n in (*range(100, 110), *range(200, 207))}


def test_posts_that_one_second_changed_all_come(tmp_path: Path) -> None:
    """MySQL gives what is equal in another order each time, and by the last change half a blog may be."""
    numbers = list(range(1, 251))

    def serve(request: httpx2.Request) -> httpx2.Response:
        asked = request.url.params
        if "orderby" not in asked:  # for the name of the author
            return httpx2.Response(200, json=[])
        random.Random(len(calls)).shuffle(numbers)
        calls.append(asked["orderby"])
        if asked["orderby"] == "id":
            numbers.sort(reverse=True)
        start = int(asked["offset"])
        posts = [_as_wordpress(n) for n in numbers[start : start + int(asked["per_page"])]]
        return httpx2.Response(200, headers={"x-wp-total": str(len(numbers))}, json=posts)

    calls: list[str] = []
    account = replace(ACCOUNT, options={"api": "https://blog.example/wp-json/"})
    archive = Archive(tmp_path)
    archive.refresh(account, WordPress(account, "x", make_client(httpx2.MockTransport(serve))), Cancel())
    assert _ids(archive) == {str(n) for n in range(1, 251)}


def _as_wordpress(number: int) -> dict[str, Any]:
    words = {"raw": f"No. {number}", "rendered": f"No. {number}"}
    moment = "2020-01-01T00:00:00"
    return {
        "id": number, "date": moment, "date_gmt": moment, "modified_gmt": moment, "slug": f"s{number}", "tags": [],
        "status": "publish", "link": f"https://blog.example/{number}", "title": words, "content": words,
        "excerpt": words, "author": 0, "featured_media": 0, "password": "", "categories": [],
    }  # fmt: skip
