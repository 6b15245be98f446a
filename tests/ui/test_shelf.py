"""The list goes on after whatever fails in one of its tasks, and shows nothing less in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError
from postdesk.core.receipt import Receipt, Status
from postdesk.library.filings import Filings
from postdesk.library.library import Changes, Library
from postdesk.library.receipts import Receipts
from postdesk.publishing.desk import Desk
from postdesk.ui.gathering import Gathered
from postdesk.ui.shelf import Shelf
from postdesk.ui.sidebar import Found
from postdesk.ui.tasks import Tasks
from tests.publishing.test_desk import desk

__all__ = ["desk"]
PATIENCE = 20_000


class Once:
    """Fails the first time, and then does what it stands for."""

    def __init__(self, real: Callable[..., object]) -> None:
        self.failed = False
        self._real = real

    def __call__(self, *arguments: object, **named: object) -> object:
        if not self.failed:
            self.failed = True
            raise LibraryError("The disk did not answer.", "Nothing was changed.", "Wait a moment.")
        return self._real(*arguments, **named)


class Shown:
    """What the shelf told."""

    def __init__(self, shelf: Shelf, qtbot: QtBot) -> None:
        self.shelf, self._qtbot = shelf, qtbot
        self.lists: list[list[str]] = []
        self.found: list[tuple[str, Found | None]] = []
        self.told: list[str] = []
        shelf.gathered.connect(self._gathered)
        shelf.found.connect(lambda query, found: self.found.append((query, found)))
        shelf.told.connect(self.told.append)

    def _gathered(self, gathered: Gathered) -> None:
        listing = gathered.listing
        titles = [listing.titles.texts[slot] for slot in listing.order]
        self.lists.append([title for title in titles if title.startswith("Post")])  # not the tour

    def until(self, true: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(true, timeout=PATIENCE)

    def search(self, query: str) -> list[str]:
        self.found.clear()
        self.shelf.search(query)
        self.until(lambda: bool(self.found))
        asked, found = self.found[-1]
        assert asked == query
        assert found is not None
        both = zip(found.listing.titles.texts, found.flags, strict=True)
        return sorted(title for title, flag in both if flag and title.startswith("Post"))


@pytest.fixture
def shown(desk: Desk, qtbot: QtBot) -> Iterator[Shown]:
    for number in range(5):
        desk.library.new(f"Post {number}", body=f"Ferry {number}")
    tasks = Tasks()
    shelf = Shelf(desk, tasks)
    made = Shown(shelf, qtbot)
    yield made
    shelf.stop()
    made.until(lambda: tasks.busy == 0)


TITLES = [f"Post {number}" for number in range(5)]


@pytest.mark.parametrize("name", ["first_listed", "recall", "look", "index_more", "labels"])
def test_the_list_is_whole_and_searched_though_something_failed_once(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, desk: Desk, name: str
) -> None:
    once = Once(getattr(Library, name))
    monkeypatch.setattr(Library, name, lambda self, *a, **k: once(self, *a, **k))
    shown.shelf.start()
    shown.until(lambda: once.failed)
    shown.until(lambda: any("did not answer" in sentence for sentence in shown.told))
    desk.library.new("Post 5", body="Ferry 5")
    shown.shelf.refresh()
    wanted = sorted([*TITLES, "Post 5"])
    shown.until(lambda: bool(shown.lists) and sorted(shown.lists[-1]) == wanted)
    shown.shelf.look()
    shown.until(lambda: not shown.shelf.is_learning and not shown.shelf.is_busy)
    shown.until(lambda: shown.search("ferry") == wanted)


def test_what_another_program_filed_is_listed_without_any_other_change(shown: Shown, desk: Desk) -> None:
    published: list[int] = []
    shown.shelf.gathered.connect(lambda gathered: published.append(gathered.listing.counts()["published"]))
    shown.shelf.start()
    shown.until(lambda: bool(shown.lists) and sorted(shown.lists[-1]) == TITLES)
    shown.until(lambda: not shown.shelf.is_busy)
    before = published[-1]
    post = next(one for one in desk.library.summaries() if one.title == "Post 3")
    account = desk.accounts.all()[0]
    Receipts(desk.library.root).put(Receipt(post.id, account.id, "7", status=Status.PUBLISHED))
    shown.until(lambda: published[-1] == before + 1)


def test_what_is_wrong_with_the_receipts_folder_is_told_once_and_hides_no_change_of_a_post(
    shown: Shown, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.shelf.start()
    shown.until(lambda: bool(shown.lists) and sorted(shown.lists[-1]) == TITLES)
    changed: list[Changes] = []
    looks: list[bool] = []

    def look(_filings: Filings) -> bool:
        looks.append(True)
        raise LibraryError("The receipts cannot be read.", "Nothing was changed.", "Wait a moment.")

    monkeypatch.setattr(Filings, "look", look)
    shown.shelf.changed_outside.connect(changed.append)
    path = next(one.path for one in desk.library.summaries() if one.title == "Post 3")
    path.write_text("---\ntitle: Post 9\n---\n\nOther words\n")
    shown.until(lambda: any(path in one.changed for one in changed))
    shown.until(lambda: "Post 9" in shown.lists[-1])
    seen = len(looks)
    shown.until(lambda: len(looks) > seen + 1)
    assert sum("receipts cannot be read" in sentence for sentence in shown.told) == 1


def test_a_search_that_fails_is_told_and_the_next_one_answers(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.shelf.start()
    shown.until(lambda: bool(shown.lists) and sorted(shown.lists[-1]) == TITLES)
    once = Once(Library.search_slots)
    monkeypatch.setattr(Library, "search_slots", lambda self, *a: once(self, *a))
    shown.shelf.search("ferry")
    shown.until(lambda: bool(shown.told))
    assert shown.search("post") == TITLES


def test_the_beginning_of_the_list_is_not_taken_away_before_the_rest_is_there(
    desk: Desk, qtbot: QtBot, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.library.look()
    while desk.library.index_more():
        pass
    desk.library.close()
    desk.library.open()
    monkeypatch.setattr("postdesk.ui.beginning.FIRST", 2)
    shown.shelf.gathered.connect(lambda _gathered: shown.shelf.set_order("title"))
    shown.shelf.start()
    shown.until(lambda: bool(shown.lists) and shown.lists[-1] == TITLES)
    assert len(shown.lists[0]) == 2
    assert all(shown.lists)


def test_what_was_learnt_in_pieces_is_merged_when_nothing_else_is_to_be_done(
    desk: Desk, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged: list[bool] = []
    real = Library.merge_index

    def merge(library: Library) -> bool:
        assert not shown.shelf.is_learning
        merged.append(real(library) or len(merged) < 3)
        return merged[-1]

    monkeypatch.setattr(Library, "merge_index", merge)
    monkeypatch.setattr("postdesk.ui.shelf.LOOK", 1_000_000)  # and no look comes to its aid
    shown.shelf.start()
    shown.until(lambda: merged == [True, True, True, False])
    assert shown.told == []


def test_what_is_found_while_the_index_learns_is_learnt_without_another_look(
    desk: Desk, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    go_on = threading.Event()
    real = Library.index_more

    def index_more(library: Library, most: int, cancel: Cancel) -> bool:
        calls.append(most)
        if len(calls) == 1:
            real(library, most, cancel)
            assert go_on.wait(30)
        return real(library, most, cancel) if len(calls) > 1 else False

    monkeypatch.setattr(Library, "index_more", index_more)
    for name in ("LOOK", "_SOON"):
        monkeypatch.setattr(f"postdesk.ui.shelf.{name}", 1_000_000)
    shown.shelf.start()
    shown.until(lambda: bool(calls) and bool(shown.lists) and sorted(shown.lists[-1]) == TITLES)
    (desk.library.root / "new.md").write_text("---\ntitle: Post 5\n---\n\nA puffin\n")
    shown.shelf.look()
    shown.until(lambda: "Post 5" in shown.lists[-1])
    go_on.set()
    shown.until(lambda: len(calls) > 1 and not shown.shelf.is_learning)
    assert shown.search("puffin") == ["Post 5"]


def test_while_posts_are_read_it_is_told_how_many_can_be_searched_and_she_finds_more_and_more(
    desk: Desk, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("_LEARNT", (1,)), ("_MUCH", 2), ("_AGAIN", -1), ("LOOK", 1_000_000)):
        monkeypatch.setattr(f"postdesk.ui.shelf.{name}", value)
    told: list[tuple[int, int]] = []
    shown.shelf.searchable.connect(lambda done, of: told.append((done, of)))
    shown.shelf._telling.setInterval(1)
    steps = threading.Semaphore(0)
    real = Library.index_more

    def index_more(library: Library, most: int, cancel: Cancel) -> bool:
        assert steps.acquire(timeout=30)
        return real(library, most, cancel)

    monkeypatch.setattr(Library, "index_more", index_more)
    shown.shelf.start()
    shown.until(lambda: bool(shown.lists) and sorted(shown.lists[-1]) == TITLES)
    shown.until(lambda: bool(told))
    of = told[-1][1]
    assert told[-1] == (0, of)
    assert of >= len(TITLES)
    shown.shelf.search("ferry")
    seen: list[set[str]] = [set()]

    def step(done: int) -> None:
        steps.release()
        shown.until(lambda: told[-1] == (done, of))
        answers = len(shown.found)
        shown.until(lambda: len(shown.found) > answers)
        found = shown.found[-1][1]
        assert found is not None
        both = zip(found.listing.titles.texts, found.flags, strict=True)
        seen.append({title for title, flag in both if flag and title.startswith("Post")})
        assert seen[-1] >= seen[-2]

    for done in range(1, of):
        step(done)
    assert seen[-1]
    steps.release()
    shown.until(lambda: told[-1] == (of, of))
    shown.until(lambda: not shown.shelf.is_learning)
    assert shown.search("ferry") == TITLES
    assert [done for done, _of in told] == sorted(done for done, _of in told)
    assert told[-1] == (of, of)
    assert not shown.shelf._telling.isActive()


def test_of_little_that_is_to_be_read_nothing_is_told(shown: Shown) -> None:
    told: list[tuple[int, int]] = []
    shown.shelf.searchable.connect(lambda done, of: told.append((done, of)))
    shown.shelf._telling.setInterval(1)
    shown.shelf.start()
    shown.until(lambda: bool(shown.lists) and sorted(shown.lists[-1]) == TITLES)
    shown.until(lambda: not shown.shelf.is_learning and not shown.shelf._telling.isActive())
    assert told == []


def test_nothing_is_merged_while_she_searches(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    merged: list[Library] = []

    def merge(library: Library) -> bool:
        merged.append(library)
        return False

    monkeypatch.setattr(Library, "merge_index", merge)
    monkeypatch.setattr("postdesk.ui.shelf._STILL", 10**6)
    timer = shown.shelf._merging
    timer.setInterval(10**6)
    shown.shelf.start()
    shown.until(lambda: timer.isActive() and bool(shown.lists) and sorted(shown.lists[-1]) == TITLES)
    assert shown.search("post") == TITLES
    shown.until(lambda: not shown.shelf.is_learning)
    timer.stop()
    timer.timeout.emit()
    assert timer.isActive(), "later"
    monkeypatch.setattr("postdesk.ui.shelf._STILL", 0)
    shown.until(lambda: not shown.shelf.is_learning)
    timer.timeout.emit()
    shown.until(lambda: len(merged) == 1)


def test_what_others_bring_while_the_rows_rest_is_shown_when_they_have_rested(
    shown: Shown, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postdesk.ui.shelf.LOOK", 1_000_000)  # and no look comes to its aid
    shelf = shown.shelf
    shelf.start()
    shown.until(lambda: bool(shown.lists) and sorted(shown.lists[-1]) == TITLES and not shelf.is_busy)
    shelf._shown_at, shelf._rest = time.monotonic(), 1000.0
    (desk.library.root / "five.md").write_text("---\ntitle: Post 5\n---\nFerry 5\n", "utf-8")
    shown.until(shelf._later.isActive)
    assert sorted(shown.lists[-1]) == TITLES
    assert shelf._later.remainingTime() > 500_000
    shelf._later.start(0)  # as if it had been as long
    shown.until(lambda: sorted(shown.lists[-1]) == [*TITLES, "Post 5"])
    assert not shelf._later.isActive()


@pytest.mark.parametrize(("ended", "least", "most"), [(0.0, 40_000, 90_000), (1000.0, 0, 200)])
def test_where_files_keep_changing_most_of_the_time_is_left_for_other_things(
    shown: Shown, ended: float, least: int, most: int
) -> None:
    shelf = shown.shelf
    shelf._took, shelf._looked_at = 10.0, time.monotonic() - ended
    stirred: list[bool] = []
    shelf.stirred.connect(lambda: stirred.append(True))
    for _time in range(3):
        shelf._soon("")
    assert least <= shelf._hint.remainingTime() <= most
    assert len(stirred) == 3, "the preview is told at once"
