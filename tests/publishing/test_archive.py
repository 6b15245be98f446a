"""The posts of a blog stay in the list without a connection, and an empty answer takes none away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postdesk.backends.base import Page, RemotePost
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, OutcomeUnknown
from postdesk.core.receipt import Status
from postdesk.publishing.archive import Archive
from tests.publishing.fake_blog import ACCOUNT, FakeBlog, Server

START = datetime(2020, 1, 1, tzinfo=UTC)


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
