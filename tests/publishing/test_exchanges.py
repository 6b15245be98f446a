"""The log of what was asked and answered: to be read by people, bounded, and nothing that publishing depends on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from postdesk.backends.http import Credentials, exchange, make_client
from postdesk.backends.record import Exchange
from postdesk.core.account import Account
from postdesk.publishing import exchanges
from postdesk.publishing.events import Event, EventKind
from postdesk.publishing.exchanges import ExchangeLog, Kept
from postdesk.publishing.outbox import Outbox, ResultKind
from postdesk.publishing.report import Wanted, exchange_line, exchange_text, report
from postdesk.publishing.timeline import Entry, timeline
from tests.publishing.fake_blog import ACCOUNT, FakeBlog, Fault, Server
from tests.publishing.world import World, post_with

ASKED = Exchange(
    1000.0, "POST", "https://blog.example/wp-json/wp/v2/posts?slug=rail&context=edit", 403, 120, "", "Accept: */*",
    '{"title": "Trains"}', '{"title": "(6 characters)"}', 20, "server: nginx", '{"code": "no"}', '{"code": "no"}', 14,
)  # fmt: skip


def _kept(job_id: str = "j1", account_id: str = "a1", after: int = 0) -> Kept:
    return Kept(job_id, account_id, after, ASKED)


def test_what_was_asked_is_there_after_a_restart(tmp_path: Path) -> None:
    with closing(ExchangeLog(tmp_path / "state" / "exchanges.db")) as log:
        log.add(_kept())
        log.add(_kept("other"))
    with closing(ExchangeLog(tmp_path / "state" / "exchanges.db")) as log:
        assert log.of_jobs(("j1",)) == (_kept(),)
        assert log.of_jobs(()) == ()


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "MOST", 50)
    with closing(ExchangeLog(tmp_path / "e.db")) as log:
        for number in range(130):
            log.add(_kept(after=number))
        assert [k.after for k in log.of_jobs(("j1",))] == list(range(80, 130))


def test_the_file_does_not_grow_beyond_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "MOST_BYTES", 200_000)
    path = tmp_path / "e.db"
    with closing(ExchangeLog(path)) as log:
        for _number in range(200):
            log.add(replace(_kept(), exchange=replace(ASKED, answer="x" * 6000)))
        assert 0 < len(log.of_jobs(("j1",))) * 6000 < 200_000 + 20 * 6000
    assert path.stat().st_size < 3 * 200_000


def test_with_an_account_goes_what_it_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    with closing(ExchangeLog(path)) as log:
        log.add(replace(_kept(), exchange=replace(ASKED, answer="only in this answer")))
        log.add(_kept("j2", "a2"))
        log.forget("a1")
        assert log.of_jobs(("j1", "j2")) == (_kept("j2", "a2"),)
    assert b"only in this answer" not in path.read_bytes(), "not even where the file has room"


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"", b"SQLite format 3\0" + bytes(5000)])
def test_a_file_that_cannot_be_read_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "e.db"
    path.write_bytes(content)
    with closing(ExchangeLog(path)) as log:
        log.add(_kept())
        assert log.of_jobs(("j1",)) == (_kept(),)


def test_a_file_of_another_version_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    ExchangeLog(path).add(_kept())
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma user_version=99")
    with closing(ExchangeLog(path)) as log:
        assert log.of_jobs(("j1",)) == ()
        log.add(_kept())
        assert log.of_jobs(("j1",)) == (_kept(),)


def _with_log(home: Path, log: ExchangeLog, faults: list[Fault] | None = None) -> World:
    """A writer whose blog is asked over HTTP, too."""
    client = make_client(
        httpx2.MockTransport(lambda _request: httpx2.Response(200, json={"title": "Trains"}))
    )

    def ask(name: str) -> None:
        exchange(client, "POST", f"https://blog.example/{name}", auth=Credentials("anna", "se cr et"),
                 json_body={"x": "se cr et"})  # fmt: skip

    world = World(
        home, Server(), faults=faults or [], make=lambda w: FakeBlog(w.server, w.faults, before_call=ask)
    )
    world.outbox = Outbox(
        home / "state", world.journal, world.engine, world.receipts, world.clock, world.accounts.get,
        lambda _account: world.backend, log,
    )  # fmt: skip
    return world


def test_each_entry_of_the_timeline_has_what_was_asked_for_it(tmp_path: Path) -> None:
    with closing(ExchangeLog(tmp_path / "e.db")) as log:
        world = _with_log(tmp_path, log, [Fault(1, "before"), Fault(2, "before"), Fault(4, "refused")])
        world.click(post_with(0))
        world.run()
        world.clock.now += 6
        world.run()
        world.clock.now += 16
        world.run()
        world.outbox.retry_now(world.outbox.jobs()[0].id)
        world.run()
        post = post_with(0).id
        told = timeline(
            post,
            world.journal.events(post),
            (),
            None,
            world.clock(),
            log.of_jobs(world.journal.jobs_of(post)),
        )
        assert [
            (e.event.kind, [x.address.rpartition("/")[2] for x in e.exchanges]) for e in reversed(told)
        ] == [
            (EventKind.SUBMITTED, []),
            (EventKind.WAITED, ["create_draft", "find"]),
            (EventKind.FAILED, ["find", "create_draft"]),
            (EventKind.PUBLISHED, ["find", "create_draft", "find", "write", "read"]),
        ]
        assert all("[hidden]" in x.asked for e in told for x in e.exchanges)
        world.stop()


def test_a_log_that_cannot_be_written_stops_no_publication(tmp_path: Path) -> None:
    folder = tmp_path / "no folder"
    folder.write_text("a file stands in its place")
    world = _with_log(tmp_path, ExchangeLog(folder / "e.db"))
    assert world.publish(post_with(0)).kind is ResultKind.DONE
    log = ExchangeLog(tmp_path / "e.db")
    log.add(_kept())
    assert log._db is not None
    log._db.execute("drop table exchanges")
    world = _with_log(tmp_path / "second", log)
    assert world.publish(post_with(0)).kind is ResultKind.DONE
    log.close()


def test_another_process_that_writes_in_it_holds_up_nothing_for_long(tmp_path: Path) -> None:
    log = ExchangeLog(tmp_path / "e.db")
    log.add(_kept())
    with closing(sqlite3.connect(tmp_path / "e.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        log.add(_kept())  # dropped, after a fifth of a second
        other.execute("rollback")
    assert len(log.of_jobs(("j1",))) == 1
    log.close()


# --- the report ---


def _entry(exchanged: Exchange = ASKED, words: str = "“Trains” was refused by blog.example") -> Entry:
    return Entry(Event(1, 1000.0, 1000.0, 1, "p1", "a1", "j1", EventKind.FAILED, words), (exchanged,))


BLOG = Account("a1", "wordpress", "Harbour Notes", "https://blog.example", "anna")


def test_a_report_holds_neither_words_nor_addresses_until_she_says_so() -> None:
    text = report("p1", "Trains; and quiet", (_entry(),), (BLOG,), Wanted(), ("Qt 6.11",))
    for hers in ("Trains", "blog.example", "Harbour", "rail", "anna"):
        assert hers not in text.replace("blog-1.example", ""), hers
    for helps in ("Post Desk 0", "Python 3", "Qt 6.11", "wordpress", "403, 120 ms", "(6 characters)", '"code": "no"',
                  "blog-1.example/wp-json/wp/v2/posts?slug=…&context=edit", "Not sent"):  # fmt: skip
        assert helps in text, helps
    whole = report("p1", "Trains; and quiet", (_entry(),), (BLOG,), Wanted(texts=True, addresses=True))
    for hers in (
        "“Trains; and quiet”",
        "https://blog.example/wp-json",
        "Harbour Notes",
        '{"title": "Trains"}',
        "slug=rail",
    ):
        assert hers in whole, hers


def test_a_report_of_a_request_without_an_answer_says_why() -> None:
    lost = replace(ASKED, status=0, failure="connection to blog.example refused", answer="", answer_size=0)
    text = report("p1", "T", (_entry(lost),), (BLOG,), Wanted())
    assert "no answer, 120 ms: connection to blog-1.example refused" in text
    assert exchange_line(lost).endswith("connection to blog.example refused  120 ms")
    assert "POST https://blog.example" in exchange_text(lost)


def test_a_report_has_an_end() -> None:
    long = replace(ASKED, answer_plain="x" * 6000)
    text = report("p1", "T", tuple(_entry(long) for _n in range(500)), (BLOG,), Wanted())
    assert len(text) < 450_000


def test_a_site_in_a_folder_is_named_by_no_path() -> None:
    site = Account(ACCOUNT.id, "local-site", "My Site", "/home/anna/Site")
    text = report("p1", "T", (_entry(),), (site,), Wanted())
    assert "anna" not in text
