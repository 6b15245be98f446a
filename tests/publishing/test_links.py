"""Which links are asked when, what is remembered, and what it comes to in one line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import httpx2
import pytest

from postdesk.backends.asking import Reach, Reply
from postdesk.backends.http import make_client
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.publishing.links import LinkAnswers, as_written, is_offline, sentence_of, verdict
from postdesk.publishing.preflight import Level, Place
from tests.publishing.world import Clock
from tests.servers.web import Web, web

FINE = Reply(Reach.ANSWERED)
CLOSED = Reply(Reach.CLOSED)
NOTHING = Reply(Reach.NOTHING, "leads to a page that is not there (404)")
SILENT = Reply(Reach.SILENT, "did not answer in time")
NOBODY = Reply(Reach.NO_SERVER, "leads to x.example, and there is no such server")
PRIVATE = Reply(Reach.PRIVATE, "leads to a computer of your own network")
MOVED = Reply(Reach.ANSWERED, moved_to="https://new.example/")
SKIPPED = Reply(Reach.NOT_ASKED)


@pytest.fixture
def there() -> Iterator[Web]:
    with web() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def links(clock: Clock) -> Iterator[LinkAnswers]:
    with make_client() as client:
        yield LinkAnswers(lambda: client, clock)


def places(where: Web, *paths: str) -> tuple[Place, ...]:
    return tuple(Place(where.address + path, path) for path in paths)


def ask_all(links: LinkAnswers, wanted: tuple[Place, ...], where: Web) -> None:
    for server in links.to_ask(wanted):
        links.ask(server, (where.address,), Cancel(), links.end())


@pytest.mark.parametrize(
    ("replies", "level", "words", "shown"),
    [
        ([FINE], Level.OK, "The link has an answer", 0),
        ([FINE, FINE, CLOSED], Level.OK, "All 3 links have an answer", 0),
        ([FINE, NOTHING], Level.WARNING, "The link “1” leads to a page that is not there (404)", 1),
        ([SILENT], Level.WARNING, "The link “0” did not answer in time", 1),
        ([FINE, NOTHING, SILENT], Level.WARNING, "2 of 3 links have no answer", 2),
        ([SILENT, SILENT, FINE], Level.WARNING, "2 of 3 links did not answer in time", 2),
        ([FINE, NOBODY], Level.WARNING, "The link “1” leads to x.example, and there is no such server", 1),
        ([FINE, PRIVATE], Level.WARNING, "The link “1” leads to a computer of your own network", 1),
        ([FINE, MOVED], Level.OK, "All 2 links have an answer; 1 has moved for good", 1),
        ([FINE, None], Level.NOTE, "1 link was not reached in time; the others have an answer", 0),
        ([None, SKIPPED], Level.NOTE, "2 links were not reached in time", 0),
    ],
)  # fmt: skip
def test_all_links_are_one_line(replies: list[Reply | None], level: Level, words: str, shown: int) -> None:
    wanted = tuple(Place(f"https://{n}.example", str(n)) for n in range(len(replies)))
    line = verdict(wanted, {p.ref: r for p, r in zip(wanted, replies) if r is not None}, offline=False)
    assert (line.level, line.sentence, len(line.places)) == (level, words, shown)
    assert line.action == ("links" if shown else "")
    assert all(place.why and sentence_of(place) for place in line.places)


def test_without_a_connection_it_is_said_and_nothing_is_blamed() -> None:
    wanted = (Place("https://x.example", "x"),)
    line = verdict(wanted, {"https://x.example": NOBODY}, offline=True)
    assert (line.level, line.sentence) == (Level.NOTE, "The links were not asked: no connection")


@pytest.mark.parametrize(
    ("replies", "blog", "offline"),
    [([NOBODY], False, True), ([NOBODY], True, False), ([], False, True), ([NOBODY, FINE], False, False),
     ([SILENT], False, False)],
)  # fmt: skip
def test_the_blog_tells_a_misspelt_name_from_no_connection(
    replies: list[Reply], blog: bool, offline: bool
) -> None:
    assert is_offline({str(n): r for n, r in enumerate(replies)}, blog) is offline


@pytest.mark.parametrize(
    ("names", "network", "offline"), [(1, True, False), (1, False, True), (3, True, True)]
)
def test_without_a_blog_to_ask_several_names_that_nobody_has_are_no_connection(
    monkeypatch: pytest.MonkeyPatch, names: int, network: bool, offline: bool
) -> None:
    monkeypatch.setattr("postdesk.backends.asking.has_network", lambda: network)
    replies = {f"https://{n}.example/": NOBODY for n in range(names)}
    assert is_offline(replies, None) is offline
    assert is_offline(replies | {"https://x.example/": Reply(Reach.NO_NETWORK)}, None)
    assert not is_offline(replies | {"https://x.example/": FINE}, None)


def test_an_answer_is_remembered_for_some_minutes_and_silence_for_one(
    links: LinkAnswers, there: Web, clock: Clock
) -> None:
    there.pages |= {"/a": 200, "/b": 503}
    wanted = places(there, "/a", "/a#part", "/b")
    ask_all(links, wanted, there)
    ask_all(links, wanted, there)
    assert there.paths() == ["/a", "/b", "/b"]  # of the one in trouble the first byte was asked for, too
    assert [links.known(wanted)[p.ref].reach for p in wanted] == [
        Reach.ANSWERED,
        Reach.ANSWERED,
        Reach.SILENT,
    ]
    clock.now += 61
    assert [links.to_ask((p,)) for p in wanted] == [[], [], [(wanted[2].ref,)]]
    clock.now += 600
    assert links.known(wanted) == {}


def test_a_server_is_asked_one_thing_at_a_time(links: LinkAnswers, there: Web) -> None:
    there.pages |= {f"/{n}": lambda _to: (there.hold.wait(0.1), 200)[1] for n in range(5)}
    (server,) = links.to_ask(places(there, *there.pages))
    links.ask(server, (there.address,), Cancel(), links.end())
    assert there.most == 1
    assert len(there.asked) == 5


def test_a_server_that_is_silent_once_is_not_asked_on(
    links: LinkAnswers, there: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postdesk.backends.asking.PATIENCE_S", 0.5)
    there.pages |= {"/0": lambda _to: (there.hold.wait(30), None)[1], "/1": 200}
    wanted = places(there, "/0", "/1")
    ask_all(links, wanted, there)
    assert there.paths() == ["/0"]
    assert {r.reach for r in links.known(wanted).values()} == {Reach.SILENT}


def test_what_there_was_no_time_for_is_not_known(links: LinkAnswers, there: Web, clock: Clock) -> None:
    wanted = places(there, "/a")
    links.ask((wanted[0].ref,), (there.address,), Cancel(), clock.now)
    assert there.asked == []
    assert links.known(wanted) == {}


def test_closing_the_popover_stops_it(links: LinkAnswers, there: Web) -> None:
    cancel, came = Cancel(), threading.Event()

    def silent(_to: BaseHTTPRequestHandler) -> None:
        came.set()
        there.hold.wait(30)

    there.pages["/a"] = silent

    def stop() -> None:
        came.wait(30)
        cancel.set()

    stopping = threading.Thread(target=stop)
    stopping.start()
    (server,) = links.to_ask(places(there, "/a", "/b"))
    with pytest.raises(Cancelled):
        links.ask(server, (there.address,), cancel, links.end())
    stopping.join()
    assert there.paths() == ["/a"]
    assert links.known(places(there, "/a", "/b")) == {}


def test_no_client_is_made_where_there_is_nothing_to_ask() -> None:
    def no_client() -> httpx2.Client:
        raise AssertionError("made")

    links = LinkAnswers(no_client)
    assert links.to_ask(()) == []


@pytest.mark.parametrize(
    ("address", "words", "text", "found"),
    [
        (
            "https://a.example/?a=1&b=2",
            "x",
            "[x](https://a.example/?a=1&amp;b=2)",
            "https://a.example/?a=1&amp;b=2",
        ),
        ("https://a.example/caf%C3%A9", "x", "[x](https://a.example/café)", "https://a.example/café"),
        ("https://a.example", "x", "![x](//a.example)", "//a.example"),
        ("https://nowhere.example", "the full article", "[the full article][1]", "the full article"),
    ],
)
def test_a_link_is_found_in_the_text_as_she_wrote_it(address: str, words: str, text: str, found: str) -> None:
    assert as_written(Place(address, words), text) == found
