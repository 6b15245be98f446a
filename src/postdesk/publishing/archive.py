"""The archive: the posts of each account as last seen, published from here or not, readable without a connection.

One SQLite file per account in the data folder. What a blog does not show any more stays: an answer of nothing is
as often a fault as the truth, and only the trash (or `forget`) takes a row away. Lists never carry the HTML.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from postdesk.backends.base import Backend, Page, RemotePost
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError
from postdesk.core.language import _
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status
from postdesk.publishing.place import MOST_BEGUN, Place, highest, new_ones

_VERSION = 1
_DAY = timedelta(days=1)
_LOOKED = "looked"  # when posts were last looked for that are new without being changed lately
_SCHEMA = """
create table posts(
  remote_id text primary key, address text, slug text, status text, revision text, title text, folded text,
  excerpt text, date text, modified text, sorting real, tags text, categories text, featured text, author text,
  visibility text
);
create index by_time on posts(sorting desc);
create table html(remote_id text primary key, rendered text);
create table progress(name text primary key, value text);
"""
_COLUMNS = (
    "remote_id, address, slug, status, revision, title, excerpt, date, modified, tags, categories, featured,"
    " author, visibility"
)


class Archive:
    """The archives in `data_folder`. Every method opens the file anew, so any thread may call; `posts`, `search`,
    `content` and `count` only read; `refresh` talks to the blog and belongs into a task.
    Raises `LibraryError` when the disk fails; a file that is broken is begun again, it is only a copy."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / "archive"

    def refresh(
        self,
        account: Account,
        backend: Backend,
        cancel: Cancel,
        progress: Callable[[int, int], None] = lambda _n, _of: None,
        *,
        thorough: bool = False,
    ) -> int:
        """Fetch what changed since the last complete refresh and return how many posts were seen. `progress` is
        told posts so far and in all (-1: not known). Each page is kept as it comes: a refresh that was stopped
        goes on where it was. Once a day, or when it is to be `thorough`, posts are looked for that are new without
        being changed lately. Raises what the backend raises."""
        kept, known = self._kept(account.id)
        # The cursors of a version before had another order.
        place = Place.from_json(kept["place"]) if "place" in kept else Place(kept.get("since", ""))
        seen = int(kept.get("seen", "0")) if place.cursor else 0
        if place.since and not place.cursor and (thorough or _is_a_day_ago(kept.get(_LOOKED, ""))):
            place, count = self._look_for_new(account.id, backend, place, known, cancel)
            seen += count
        cancel.check()
        page = backend.posts(place.cursor, place.moment)
        if place.is_passed(page):
            place, seen = place.anew(), 0
            page = backend.posts("", place.moment)
        elif "place" not in kept and place.moment and page.as_of and place.moment > page.as_of:
            # A version before followed a post dated in the future: what changed meanwhile is not after that.
            place = Place()
            page = backend.posts()
        before: set[str] = set()
        begun = 1
        looked: set[str] = set()
        while True:
            ids = {post.remote_id for post in page.posts}
            looked |= ids  # not those that were published from here meanwhile: others may stand before them
            seen += len(ids - before)
            ended = not page.next or page.next == place.cursor
            is_all = not place.since
            place = place.after(replace(page, next="") if ended else page)
            if ended and is_all:
                place = replace(place, reached=str(highest(looked)))
            values = {"place": place.to_json(), "seen": str(seen)}
            if ended and is_all:
                values[_LOOKED] = _now()
            self._keep(account.id, page, values)
            progress(seen, page.total)
            if ended:
                return seen
            before = ids
            cancel.check()
            page = backend.posts(place.cursor, place.moment)
            if begun < MOST_BEGUN and place.is_passed(page):
                # Posts went between two pages: those behind them moved up, past this one.
                begun, place, seen, before = begun + 1, place.anew(), 0, set()
                page = backend.posts("", place.moment)

    def _look_for_new(
        self, account_id: str, backend: Backend, place: Place, known: set[str], cancel: Cancel
    ) -> tuple[Place, int]:
        """Keep the posts that are new there without being changed lately (see `new_ones`); returns how many there
        were."""
        count = 0

        def ask(cursor: str) -> Page:
            cancel.check()
            return backend.posts(cursor)

        for page, behind in new_ones(place, ask):
            place = behind
            count += len({post.remote_id for post in page.posts} - known)
            looked = {} if place.front else {_LOOKED: _now()}
            self._keep(account_id, page, {"place": place.to_json()} | looked)
        return place, count

    def _kept(self, account_id: str) -> tuple[dict[str, str], set[str]]:
        """How far the last refresh was, and the posts that are here."""
        with self._open(account_id) as db:
            kept = dict(db.execute("select name, value from progress").fetchall())
            return kept, {str(row[0]) for row in db.execute("select remote_id from posts")}

    def _keep(self, account_id: str, page: Page, values: dict[str, str]) -> None:
        """A page and how far that is, together."""
        with self._open(account_id) as db:
            db.execute("begin immediate")
            for post in page.posts:
                _put(db, post)
            db.executemany("insert or replace into progress values(?,?)", values.items())
            db.execute("commit")

    def put(self, account_id: str, post: RemotePost) -> None:
        """Keep a post that was just read or written; one in the trash leaves the list."""
        with self._open(account_id) as db:
            db.execute("begin immediate")
            _put(db, post)
            db.execute("commit")

    def posts(self, account_id: str) -> tuple[RemotePost, ...]:
        """All posts, newest first, without content and HTML."""
        with self._open(account_id) as db:
            rows = db.execute(f"select {_COLUMNS} from posts order by sorting desc, remote_id").fetchall()  # noqa: S608
        return _posts(rows)

    def newest(self, account_id: str, most: int) -> list[str]:
        """The remote ids of so many posts, newest first."""
        with self._open(account_id) as db:
            (found,) = db.execute(
                "select json_group_array(remote_id) from"
                " (select remote_id from posts order by sorting desc, remote_id limit ?)",
                (most,),
            ).fetchone()
        return [str(one) for one in json.loads(found)]

    def others(self, account_id: str, remote_ids: Iterable[str], most: int = -1) -> tuple[RemotePost, ...]:
        """All posts but these, or so many, newest first, without content and HTML."""
        with self._open(account_id) as db:
            rows = db.execute(
                f"select {_COLUMNS} from posts"  # noqa: S608  constants
                " where remote_id not in (select value from json_each(?)) order by sorting desc, remote_id limit ?",
                (json.dumps(list(remote_ids)), most),
            ).fetchall()
        return _posts(rows)

    def search(self, account_id: str, words: str, limit: int = 200) -> tuple[RemotePost, ...]:
        """The newest posts whose title has all the words, in any case and order."""
        parts = words.casefold().split()
        if not parts:
            return self.posts(account_id)[:limit]
        where = " and ".join("instr(folded, ?)" for _part in parts)
        with self._open(account_id) as db:
            rows = db.execute(
                f"select {_COLUMNS} from posts where {where} order by sorting desc limit ?",  # noqa: S608  question marks
                (*parts, limit),
            ).fetchall()
        return _posts(rows)

    def content(self, account_id: str, remote_id: str) -> str:
        """The post's HTML as readers get it; "" when it is not known. Foreign text: show it inert."""
        with self._open(account_id) as db:
            row = db.execute("select rendered from html where remote_id=?", (remote_id,)).fetchone()
        return str(row[0]) if row else ""

    def get(self, account_id: str, remote_id: str) -> RemotePost | None:
        """One post with its HTML, or None."""
        with self._open(account_id) as db:
            row = db.execute(f"select {_COLUMNS} from posts where remote_id=?", (remote_id,)).fetchone()  # noqa: S608
        return replace(_posts([row])[0], rendered=self.content(account_id, remote_id)) if row else None

    def with_slug(self, account_id: str, slug: str) -> tuple[RemotePost, ...]:
        """The posts with this slug."""
        with self._open(account_id) as db:
            rows = db.execute(f"select {_COLUMNS} from posts where slug=?", (slug,)).fetchall()  # noqa: S608  constants
        return _posts(rows)

    def labels(self, account_id: str) -> tuple[frozenset[str], frozenset[str]]:
        """The tags and the categories that its posts have."""
        with self._open(account_id) as db:
            rows = db.execute("select distinct tags, categories from posts").fetchall()
        tags, categories = (frozenset(name for row in rows for name in json.loads(row[at])) for at in (0, 1))
        return tags, categories

    def count(self, account_id: str) -> int:
        """How many posts are known."""
        with self._open(account_id) as db:
            return int(db.execute("select count(*) from posts").fetchone()[0])

    def forget(self, account_id: str) -> None:
        """Delete the archive of an account that was removed."""
        for ending in ("", "-wal", "-shm"):
            self._file(account_id).with_name(self._file(account_id).name + ending).unlink(missing_ok=True)

    def _file(self, account_id: str) -> Path:
        return self._folder / f"{re.sub('[^A-Za-z0-9_-]', '-', account_id)}.db"

    @contextmanager
    def _open(self, account_id: str) -> Iterator[sqlite3.Connection]:
        path = self._file(account_id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                db = _connect(path)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                path.rename(path.with_name(f"{path.name}.broken-{int(time.time())}"))
                for ending in ("-wal", "-shm"):
                    path.with_name(path.name + ending).unlink(missing_ok=True)
                db = _connect(path)
            with closing(db):
                yield db
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(
                _("The list of posts of this blog cannot be kept: {reason}.").format(reason=error),
                _("Nothing on the blog is affected, and your own texts are safe."),
                _("Make sure that the disk is not full, then refresh the list."),
                details=repr(error),
            ) from error


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=5.0, isolation_level=None)
    try:
        version = db.execute("pragma user_version").fetchone()[0]
        if version == 0:
            db.execute("pragma journal_mode=wal")
            db.execute("begin immediate")
            if db.execute("pragma user_version").fetchone()[0] == 0:
                for statement in _SCHEMA.split(";\n"):
                    db.execute(statement)
                db.execute(f"pragma user_version={_VERSION}")
            db.execute("commit")
        elif version != _VERSION:
            raise sqlite3.DatabaseError(f"unknown version {version}")
        # WAL is a property of the file. What is lost with the power is fetched again.
        db.execute("pragma synchronous=normal")
    except BaseException:
        db.close()
        raise
    return db


def _put(db: sqlite3.Connection, post: RemotePost) -> None:
    if post.status is Status.TRASHED:
        db.execute("delete from posts where remote_id=?", (post.remote_id,))
        db.execute("delete from html where remote_id=?", (post.remote_id,))
        return
    moment = post.date or post.modified
    db.execute(
        "insert or replace into posts values(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            post.remote_id, post.address, post.slug, post.status.value, post.revision, post.title,
            post.title.casefold(), post.excerpt, post.date.isoformat() if post.date else None,
            post.modified.isoformat() if post.modified else None, moment.timestamp() if moment else 0.0,
            json.dumps(post.tags, ensure_ascii=False), json.dumps(post.categories, ensure_ascii=False), post.featured,
            post.author, post.visibility.value,
        ),
    )  # fmt: skip
    if post.rendered:
        db.execute("insert or replace into html values(?,?)", (post.remote_id, post.rendered))


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _is_a_day_ago(moment: str) -> bool:
    """Whether it is, or no moment at all; a clock may have been set back since."""
    return not moment or abs(datetime.now(UTC) - datetime.fromisoformat(moment)) > _DAY


_STATUS = {s.value: s for s in Status}
_VISIBILITY = {v.value: v for v in Visibility}


def _posts(rows: list[tuple[Any, ...]]) -> tuple[RemotePost, ...]:
    """The rows of `_COLUMNS` as values. There may be 10,000: each name is read once, and nothing goes by keyword."""
    names: dict[str, tuple[str, ...]] = {"[]": ()}
    instant = datetime.fromisoformat
    found = []
    for (
        remote_id, address, slug, status, revision, title, excerpt, date, modified, tags, categories, featured,
        author, visibility,
    ) in rows:  # fmt: skip
        for text in (tags, categories):
            if text not in names:
                names[text] = tuple(json.loads(text))
        found.append(
            RemotePost(
                remote_id, address, slug, _STATUS[status], revision, title, "", "", excerpt,
                instant(date) if date else None, instant(modified) if modified else None, names[tags],
                names[categories], featured, author, _VISIBILITY[visibility],
            )
        )  # fmt: skip
    return tuple(found)
