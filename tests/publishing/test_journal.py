"""The journal's file over the versions of the program: what waits to go out outlives a change of its shape."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from postdesk.core.errors import PublishError
from postdesk.publishing import journal_file
from postdesk.publishing.job import Job, JobState, Reason
from postdesk.publishing.journal import Journal

JOB = Job("j1", "p1", "a1", "Title", "publish", JobState.WAITING, Reason.NEW, "", "{}", "", "", "", "", False, 0, 1.0,
          1.0, (), "")  # fmt: skip


def _clock() -> float:
    return 1000.0


def _first_version(path: Path) -> None:
    """A journal as the first version of the program left it, with a post that waits."""
    Journal(path, _clock).close()
    with closing(sqlite3.connect(path)) as db:
        newer = [r[0] for r in db.execute("select name from sqlite_master where type='table'")]
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.executescript(journal_file._FIRST)
        assert len(list(db.execute("select name from sqlite_master where type='table'"))) < len(newer)
        db.execute(
            "insert into jobs(id, post_id, account_id, title, intent, state, reason, snapshot, made, due)"
            " values('j1','p1','a1','Title','publish','waiting','new','{}',1.0,1.0)"
        )
        db.execute("pragma user_version=1")
        db.commit()


def test_what_waits_in_a_journal_of_the_first_version_still_waits(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    _first_version(path)
    with closing(Journal(path, _clock)) as journal:
        assert journal.jobs(unfinished=True) == (JOB,)
        assert journal.remark == ""
        journal.learn("a1", "limit", "3")
        assert journal.learnt("a1", "limit") == "3"


def test_a_change_of_shape_that_stops_half_way_has_changed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "outbox.db"
    _first_version(path)
    half = "create table half(way text);\nthis is no statement"
    with monkeypatch.context() as patch:
        patch.setattr(journal_file, "_VERSIONS", (journal_file._FIRST, half))
        with pytest.raises(PublishError):
            Journal(path, _clock)
    with closing(Journal(path, _clock)) as journal:
        assert journal.jobs(unfinished=True) == (JOB,)


def test_a_journal_of_a_later_version_is_put_aside_and_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    Journal(path, _clock).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma user_version=99")
        db.commit()
    with closing(Journal(path, _clock)) as journal:
        assert journal.remark
        assert list(tmp_path.glob("outbox.broken-*.db"))


def test_what_is_learnt_of_a_blog_replaces_what_was_known_and_is_not_told_of_others(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "outbox.db", _clock)) as journal:
        journal.learn("a1", "limit", "3")
        journal.learn("a1", "limit", "4")
        assert (journal.learnt("a1", "limit"), journal.learnt("a2", "limit")) == ("4", "")


def test_who_reads_does_not_wait_for_what_is_being_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "outbox.db", _clock)
    journal.learn("a1", "pull", "before")
    read: list[str] = []
    with journal._file.write("a long one") as db:
        db.execute("update learnt set value='after'")
        other = Thread(target=lambda: read.append(journal.learnt("a1", "pull")))
        other.start()
        other.join(20)
        assert read == ["before"]
        assert journal.learnt("a1", "pull") == "after", "who writes reads what it has written"
    assert journal.learnt("a1", "pull") == "after"
    journal.close()
